# SPDX-License-Identifier: GPL-2.0-only
"""Each thing that the explorer must catch is planted, and is caught; without
it the same file is clean."""
import concurrent.futures
import os

import pytest
from explorer import PLANTED, Seen, twin

EXPECTED = {
    "use_after_free": "use-after-free", "double_free": "double-free",
    "leak": "leak", "null": "null-dereference", "wild": "wild-access",
    "out_of_bounds": "out-of-bounds", "misaligned": "misaligned-access",
    "race_plain": "data-race", "race_marked": "data-race",
    "race_bytes": "data-race", "race_memset": "data-race",
    "race_publish": "data-race", "race_wait": "data-race",
    "publish_lock": "data-race", "race_interrupt": "data-race", "race_other_cpu": "data-race",
    "sleep_spinlock": "sleep-in-atomic",
    "sleep_rcu": "sleep-in-atomic", "sleep_irq": "sleep-in-atomic",
    "sleep_callback": "sleep-in-atomic", "rcu_outside": "rcu-misuse",
    "rcu_protected": "rcu-misuse", "rcu_inside": "rcu-misuse",
    "rcu_unlock": "rcu-misuse", "rcu_callback": "rcu-misuse", "rcu_early_free": "use-after-free",
    "rcu_barrier": "use-after-free", "work_flush": "use-after-free",
    "settle": "use-after-free", "work_no_function": "null-dereference",
    "flush_freed": "use-after-free", "call_rcu_freed": "use-after-free",
    "complete_freed": "use-after-free",
    "unlock_unheld": "lock-misuse", "lock_uninitialised": "lock-misuse",
    "lock_anew": "lock-misuse",
    "ends_holding": "lock-misuse", "order_cycle": "lock-order",
    "order_class": "lock-order", "order_read": "lock-order",
    "order_nested": "lock-order", "order_interrupt": "lock-order",
    "deadlock": "deadlock", "lost_wakeup": "deadlock",
    "livelock": "livelock", "livelock_trylock": "livelock",
    "invariant": "invariant", "violated": "violated-rule",
    "warning": "warning", "lock_looked_at": "warning",
    "work_twice": "warning",
    "race_neighbour": "data-race", "irq_flag": "deadlock",
    "order_callback": "lock-order", "order_trylock": "lock-order",
    "order_between": "lock-order", "mutex_interrupt": "lock-misuse",
    "call_rcu_twice": "rcu-misuse", "free_queued": "use-after-free",
    "data_race": "data-race",
    "choice": "invariant", "alloc_fails": "null-dereference",
    "livelock_cmpxchg": "livelock", "livelock_two": "livelock",
    "livelock_poll": "livelock", "livelock_poll_irq": "livelock",
    "livelock_counts": "livelock", "livelock_other_state": "livelock",
    "livelock_alone": "livelock", "loop_frees": "livelock", "loop_long": "data-race",
    "loop_other_value": "invariant",
    "free_hides": "warning",
    "bug_on": "bug-on", "list_del_twice": "list-corruption",
    "list_del_rcu_twice": "list-corruption", "list_del_never": "list-corruption",
    "list_add_twice": "list-corruption", "list_other": "list-corruption",
    "list_walk_on": "wild-access", "list_walk_rcu": "wild-access",
    "hlist_del_twice": "wild-access", "hlist_del_rcu_twice": "wild-access",
    "hlist_walk_on": "wild-access",
    "order_halves": "lock-order", "order_halves_irq": "lock-order",
    "order_three": "lock-order",
    "irq_bh": "lock-order", "softirq_lock": "lock-order",
    "irq_on_softirq": "lock-order", "race_softirq": "data-race",
    "irq_enables": "lock-misuse", "bh_irqs_off": "lock-misuse", "mutex_freed": "use-after-free",
    "rcu_sched": "use-after-free", "rcu_spinlock": "use-after-free",
    "rcu_irq_callback": "use-after-free", "rcu_handler": "use-after-free",
    "rcu_preempt_deref": "rcu-misuse", "rcu_region_waits": "livelock",
    "stack_completion": "use-after-free", "stack_work": "use-after-free",
    "stack_plain": "use-after-free",
    "work_pending": "data-race", "bit_unlock_other": "lock-misuse",
    "bit_unlock_unheld": "lock-misuse", "bit_unlock_twice": "lock-misuse",
}
# With clang: one of each kind, as its hooks differ from gcc's.
CLANG = ("use_after_free", "race_marked", "misaligned", "sleep_spinlock",
         "rcu_outside", "race_memset", "livelock_trylock", "warning")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """All of them run once, two at a time: {(name, bug?, compiler): Seen}."""
    tmp = tmp_path_factory.mktemp("planted")
    jobs = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, kind in EXPECTED.items():
            path = os.path.join(PLANTED, name + ".c")
            with open(path) as f:
                text = f.read()
            without = tmp / (name + ".c")
            without.write_text(twin(text))
            assert without.read_text() != text
            for cc in ("gcc", "clang"):
                if cc == "clang" and name not in CLANG:
                    continue
                jobs[name, True, cc] = pool.submit(
                    Seen, tmp, "--source", path, "--want", kind, cc=cc)
                jobs[name, False, cc] = pool.submit(
                    Seen, tmp, "--source", without, cc=cc)
    return {k: job.result() for k, job in jobs.items()}


RUNS = [(n, "gcc") for n in EXPECTED] + [(n, "clang") for n in CLANG]


def test_every_planted_bug_has_a_test():
    files = {n[:-2] for n in os.listdir(PLANTED) if n.endswith(".c")}
    assert files == set(EXPECTED) | {"aba"}


@pytest.mark.parametrize("name, cc", RUNS)
def test_planted_bug_is_caught_as_what_it_is(planted, name, cc):
    seen = planted[name, True, cc]
    assert (seen.status, seen.kind) == (1, EXPECTED[name]), seen
    assert seen.doc["failures"] and seen.doc["failures"][0]["text"]


@pytest.mark.parametrize("name, cc", RUNS)
def test_twin_without_the_bug_is_silent(planted, name, cc):
    seen = planted[name, False, cc]
    assert (seen.status, seen.verdict) == (0, "clean"), seen


def test_failure_names_the_line_that_was_planted(planted):
    seen = planted["out_of_bounds", True, "gcc"]
    at = seen.doc["failures"][0]["at"]
    assert at["file"].endswith("out_of_bounds.c") and at["function"] == "one"
    assert "planted" in at["text"] and "p[3]" in seen.out


def test_lock_order_cycle_is_reported_though_no_schedule_deadlocks(planted):
    assert "deadlock" not in planted["order_cycle", True, "gcc"].doc["kinds"]


def test_late_store_does_not_arrive_in_who_gets_the_memory_next(tmp_path):
    path = tmp_path / "late.c"
    path.write_text('''#include "plant.h"
static void one(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	WRITE_ONCE(t->a, 1);
	lab_free(t);
	t = lab_alloc(sizeof(*t));
	lab_expect(!READ_ONCE(t->a), "it is new");
	lab_free(t);
}
SCENARIO(NULL, NULL, { "one", one });
''')
    seen = Seen(tmp_path, "--source", path, "--mode", "weak", "--reuse")
    assert seen.verdict == "clean", seen


def test_aba_shows_only_where_freed_memory_is_allocated_again(tmp_path):
    path = os.path.join(PLANTED, "aba.c")
    assert Seen(tmp_path, "--source", path).status == 0
    assert Seen(tmp_path, "--source", path, "--reuse").kind == "invariant"
