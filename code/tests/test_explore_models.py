# SPDX-License-Identifier: GPL-2.0-only
"""What the explorer's models of the kernel's primitives promise, beyond the
planted bugs of test_explore_detectors.py."""
import json
import os
import re

import pytest
from conftest import run
from explorer import EXPLORE, PLANTED, Seen, explore


# -- lab_used() ----------------------------------------------------------------

KINDS = ("LOCKS", "WAITS", "GRACE_PERIODS", "CALLBACKS", "ALLOCATIONS", "RMWS")


@pytest.mark.parametrize("does, used", [
    ("spin_lock(&spin); spin_unlock(&spin);", {"LOCKS": 1}),
    ("spin_lock_bh(&spin); spin_unlock_bh(&spin);", {"LOCKS": 1}),
    ("if (spin_trylock(&spin)) spin_unlock(&spin);", {"LOCKS": 1}),
    ("read_lock(&rw); read_unlock(&rw);", {"LOCKS": 1}),
    ("write_lock(&rw); write_unlock(&rw);", {"LOCKS": 1}),
    ("bit_spin_lock(0, &word); bit_spin_unlock(0, &word);", {"LOCKS": 1}),
    ("mutex_lock(&mutex); mutex_unlock(&mutex);", {"LOCKS": 1, "WAITS": 1}),
    ("if (mutex_trylock(&mutex)) mutex_unlock(&mutex);", {"LOCKS": 1}),
    ("synchronize_rcu();", {"WAITS": 1, "GRACE_PERIODS": 1}),
    ("rcu_barrier();", {"WAITS": 1}),
    ("complete(&done); wait_for_completion(&done);", {"WAITS": 1}),
    ("wait_event(queue, true);", {"WAITS": 1}),
    ("schedule_work(&work); flush_work(&work);", {"WAITS": 1, "CALLBACKS": 1}),
    ("call_rcu(&head, nothing);", {"CALLBACKS": 1}),
    ("lab_free(lab_alloc(8)); lab_free(lab_alloc_atomic(8));", {"ALLOCATIONS": 2}),
    ("xchg(&word, 1); cmpxchg(&word, 5, 6); atomic_inc(&count);", {"RMWS": 3}),
    ("might_sleep(); rcu_read_lock(); rcu_read_unlock(); READ_ONCE(word);", {}),
])
def test_what_an_actor_used_is_counted(tmp_path, does, used):
    body = f'''
static DEFINE_SPINLOCK(spin);
static DEFINE_RWLOCK(rw);
static DEFINE_MUTEX(mutex);
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static unsigned long word;
static atomic_t count;
static struct rcu_head head;
static void nothing(struct rcu_head *h) {{ (void)h; }}
static void run(struct work_struct *w) {{ spin_lock(&spin); spin_unlock(&spin); }}
static DECLARE_WORK(work, run);
static void use(void) {{ {does} }}
static void other(void) {{ spin_lock(&spin); spin_unlock(&spin); }}
static void one(void)
{{
	unsigned int before[LAB_USED_NR], what;

	use();	/* What was used before is no difference. */
	for (what = 0; what < LAB_USED_NR; what++)
		before[what] = lab_used(what);
	use();
''' + "".join(f'''	lab_expect(lab_used(LAB_USED_{kind}) - before[LAB_USED_{kind}] == {used.get(kind, 0)},
		   "{kind}");
''' for kind in KINDS) + "}"
    if "call_rcu" in does:
        body = body.replace("use();	/* What", "/* What")
    seen = explore(tmp_path, body, '{ "one", one }, { "other", other }')
    assert (seen.status, seen.verdict) == (0, "clean"), seen


def test_a_rule_about_what_is_used_is_an_invariant(tmp_path):
    seen = explore(tmp_path, '''
static DEFINE_SPINLOCK(spin);
static int value;
static int get(void)
{
	int got = READ_ONCE(value);

	if (got) {
		spin_lock(&spin);
		spin_unlock(&spin);
	}
	return got;
}
static void one(void)
{
	unsigned int before = lab_used(LAB_USED_LOCKS);

	get();
	lab_expect(lab_used(LAB_USED_LOCKS) == before, "no lock");
}
static void two(void) { WRITE_ONCE(value, 1); }
''', '{ "one", one }, { "two", two }')
    assert seen.kind == "invariant" and "no lock" in seen.out, seen


# -- limits --------------------------------------------------------------------

@pytest.mark.parametrize("n", (9, 16))
def test_nine_actors_and_more_run(tmp_path, n):
    seen = explore(tmp_path, "static int x[16];\n" + "".join(
        f"static void a{i}(void) {{ WRITE_ONCE(x[{i}], 1); }}\n" for i in range(n)),
        ", ".join(f'{{ "a{i}", a{i} }}' for i in range(n)))
    assert (seen.status, seen.verdict) == (0, "clean"), seen


@pytest.mark.parametrize("n", (17, 18))
def test_more_actors_than_there_may_be_are_refused_before_anything_runs(tmp_path, n):
    seen = explore(tmp_path, "static void act(void) { }",
                   ", ".join(f'{{ "a{i}", act }}' for i in range(n)))
    assert seen.status == 2 and not seen.doc, seen
    assert "more than 16 actors" in seen.err


@pytest.mark.parametrize("n", (17, 40))
def test_more_callbacks_than_sixteen_of_one_actor_are_clean(tmp_path, n):
    seen = explore(tmp_path, f'''
static void callback(struct rcu_head *head)
{{
	lab_free(container_of(head, struct thing, rcu));
}}
static void one(void)
{{
	for (int i = 0; i < {n}; i++) {{
		struct thing *t = lab_alloc(sizeof(*t));

		call_rcu(&t->rcu, callback);
	}}
	rcu_barrier();
}}''', '{ "one", one }')
    assert (seen.status, seen.verdict) == (0, "clean"), seen


def test_thirty_two_places_that_are_stored_to_are_clean(tmp_path):
    seen = explore(tmp_path, '''
static int ring[32];
static int head;
static void producer(void)
{
	for (int i = 0; i < 32; i++)
		WRITE_ONCE(ring[i], i + 1);
	smp_store_release(&head, 32);
}
static void consumer(void)
{
	if (smp_load_acquire(&head))
		lab_expect(READ_ONCE(ring[31]) == 32, "filled");
}''', '{ "producer", producer }, { "consumer", consumer }', "--mode", "weak")
    assert (seen.status, seen.verdict) == (0, "clean"), seen


def test_forty_locks_held_at_a_time_are_clean(tmp_path):
    seen = explore(tmp_path, locks(40) + "static void one(void)\n{\n" + "".join(
        f"\tspin_lock(&l{i});\n" for i in range(40)) + "".join(
        f"\tspin_unlock(&l{i});\n" for i in reversed(range(40))) + "}\n",
        '{ "one", one }, { "two", one }')
    assert (seen.status, seen.verdict) == (0, "clean"), seen


LIMITS = {
    "callbacks": ("""
static struct rcu_head heads[100];
static void nothing(struct rcu_head *head) { (void)head; }
static void one(void) { for (int i = 0; i < 100; i++) call_rcu(&heads[i], nothing); }
""", "more callbacks and works"),
    "held": (""" static struct thing *t;
static spinlock_t l[100];
static void one(void)
{
	int i;
	for (i = 0; i < 100; i++) { spin_lock_init(&l[i]); spin_lock_nested(&l[i], i); }
	for (i = 0; i < 100; i++) spin_unlock(&l[i]);
}
""", "holds more than"),
    "sections": ("""
static void one(void) { for (int i = 0; i < 600; i++) { rcu_read_lock(); rcu_read_unlock(); } }
""", "sections"),
    "fences": ("""
static void one(void) { for (int i = 0; i < 70000; i++) smp_mb(); }
""", "fences"),
    "memory": ("""
static void one(void) { for (int i = 0; i < 40; i++) lab_free(lab_alloc(4096)); }
""", "more than the 128 KiB"),
    "choice": ("static void one(void) { lab_choose(1000); }\n", "255 at most"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_of_the_explorer_is_no_failure_of_the_code(tmp_path, name):
    body, words = LIMITS[name]
    seen = explore(tmp_path, body, '{ "one", one }')
    assert (seen.status, seen.verdict, seen.kind) == (3, "limit", "limit"), seen
    assert words in seen.doc["failures"][0]["text"] and words in seen.out
    assert "NO verdict" in seen.out and not seen.doc["exhaustive"]


def test_a_limit_is_told_whatever_is_wanted(tmp_path):
    seen = explore(tmp_path, LIMITS["callbacks"][0], '{ "one", one }',
                   "--want", "data-race")
    assert (seen.status, seen.verdict) == (3, "limit"), seen


def test_a_failure_is_told_rather_than_a_limit(tmp_path):
    seen = explore(tmp_path, LIMITS["callbacks"][0] + """
static void two(void) { lab_expect(!READ_ONCE(heads[99].func), "not so far"); WARN_ON(1); }
""", '{ "two", two }, { "one", one }')
    assert (seen.status, seen.verdict, seen.kind) == (1, "failed", "warning"), seen


# -- the order of locks ----------------------------------------------------------

def locks(n, init="static DEFINE_SPINLOCK({l});"):
    return "\n".join(init.format(l=f"l{i}") for i in range(n)) + "\n"


@pytest.mark.parametrize("n, verdict", [(34, "clean"), (300, "clean"), (600, "limit")])
def test_many_locks_in_one_order_are_clean_or_more_than_can_be_kept(tmp_path, n,
                                                                    verdict):
    body = "".join(f"\tspin_lock(&l{i});\n\tspin_unlock(&l{i});\n" for i in range(n - 2))
    body += (f"\tspin_lock(&l{n - 2});\n\tspin_lock(&l{n - 1});\n"
             f"\tspin_unlock(&l{n - 1});\n\tspin_unlock(&l{n - 2});\n")
    seen = explore(tmp_path, locks(n) + "static void one(void)\n{\n" + body + "}\n"
                   "static void two(void) { }", '{ "one", one }, { "two", two }')
    assert seen.verdict == verdict, seen
    assert seen.status == (3 if verdict == "limit" else 0), seen


def test_a_cycle_of_many_locks_is_told(tmp_path):
    takes = "".join(f"\tspin_lock(&l{i});\n\tspin_lock(&l{(i + 1) % 40});\n"
                    f"\tspin_unlock(&l{(i + 1) % 40});\n\tspin_unlock(&l{i});\n"
                    for i in range(40))
    seen = explore(tmp_path, locks(40) + "static void one(void)\n{\n" + takes + "}",
                   '{ "one", one }')
    assert seen.kind == "lock-order" and "l0 while it holds l39" in seen.out, seen


def test_each_half_of_a_cycle_has_its_place_and_the_replay_tells_both(tmp_path):
    path = os.path.join(PLANTED, "order_halves.c")
    seen = Seen(tmp_path, "--source", path)
    failure, = seen.doc["failures"]
    assert failure["at"]["text"].startswith("spin_lock(")
    assert failure["other"]["text"].startswith("spin_lock(")
    assert failure["at"]["line"] != failure["other"]["line"]
    assert "in another schedule" in failure["text"], failure
    (tmp_path / "halves.json").write_text(json.dumps(seen.doc))
    again = run(EXPLORE, "--replay", tmp_path / "halves.json",
                "--json", tmp_path / "again.json")
    assert again.returncode == 1, again
    assert json.loads((tmp_path / "again.json").read_text())["failures"] == \
        seen.doc["failures"]


@pytest.mark.parametrize("reduction", ("none", "sleep", "dpor"))
@pytest.mark.parametrize("actors", ('{ "one", one }, { "two", two }',
                                    '{ "two", two }, { "one", one }'))
def test_the_order_of_the_search_does_not_decide_whether_a_cycle_is_told(
        tmp_path, reduction, actors):
    with open(os.path.join(PLANTED, "order_halves.c")) as f:
        text = re.sub(r"NULL, \{.*\);", f"NULL, {actors});", f.read())
    (tmp_path / "own.c").write_text(text)
    seen = Seen(tmp_path, "--source", tmp_path / "own.c", "--reduction", reduction)
    assert seen.kind == "lock-order", seen


def test_a_cycle_that_one_execution_has_whole_is_shown_whole(tmp_path):
    seen = Seen(tmp_path, "--source", os.path.join(PLANTED, "order_cycle.c"))
    assert "another schedule" not in seen.out and not seen.doc["orders"], seen


def test_what_only_setup_nests_is_no_half(tmp_path):
    seen = explore(tmp_path, locks(2) + '''
static void both(spinlock_t *a, spinlock_t *b)
{
	spin_lock(a);
	spin_lock(b);
	spin_unlock(b);
	spin_unlock(a);
}
static void start(void) { both(&l1, &l0); }
static void one(void) { both(&l0, &l1); }''', '{ "one", one }', start="start")
    assert (seen.status, seen.verdict) == (0, "clean"), seen


def test_two_places_that_use_one_name_for_a_lock_are_two_classes(tmp_path):
    seen = explore(tmp_path, '''
struct it { spinlock_t lock; };
static struct it outer, inner;
static void begin_outer(struct it *it) { spin_lock_init(&it->lock); }
static void begin_inner(struct it *it) { spin_lock_init(&it->lock); }
static void start(void) { begin_outer(&outer); begin_inner(&inner); }
static void one(void)
{
	spin_lock(&outer.lock);
	spin_lock(&inner.lock);
	spin_unlock(&inner.lock);
	spin_unlock(&outer.lock);
}''', '{ "one", one }', start="start")
    assert (seen.status, seen.verdict) == (0, "clean"), seen


# -- what unchanged kernel code includes -----------------------------------------

def test_code_with_the_kernels_own_includes_for_lists_and_memory_runs(tmp_path):
    path = tmp_path / "own.c"
    path.write_text('''#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "lab_scenario.h"
struct item { struct list_head list; };
static LIST_HEAD(items);
static DEFINE_SPINLOCK(lock);
static void add(void)
{
	struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return;
	spin_lock(&lock);
	list_add_tail(&item->list, &items);
	spin_unlock(&lock);
}
static void end(void)
{
	struct item *item, *next;

	list_for_each_entry_safe(item, next, &items, list) {
		list_del(&item->list);
		kfree(item);
	}
}
const struct lab_scenario lab_scenario = {
	.name = "own", .what = "lists", .finish = end, .alloc_failures = 1,
	.actors = { { "one", add }, { "two", add } },
};
''')
    seen = Seen(tmp_path, "--source", path)
    assert (seen.status, seen.verdict) == (0, "clean"), seen


def test_what_is_in_the_program_from_the_beginning_has_a_name_and_a_lock_is_one_thing(tmp_path):
    """Its address is another one in each build; and nobody wants to know how a lock is made."""
    seen = explore(tmp_path, '''
static int table[4];
static void handler(void) { }
static struct { void (*handler)(void); int *at; const char *name; } it;
static void one(void)
{
	DEFINE_SPINLOCK(here);

	it.handler = handler;
	it.at = &table[1];
	it.name = "it";
	spin_lock(&here);
	spin_unlock(&here);
	BUG_ON(it.at);
}''', '{ "one", one }')
    assert seen.kind == "bug-on", seen
    for words in (":= →handler()", ":= →table+4", ":= a lock that is free", ":= →static data"):
        assert words in seen.out, seen
    assert not re.search(r":?= \d{4,}", seen.out), seen
