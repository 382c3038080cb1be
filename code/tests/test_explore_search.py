# SPDX-License-Identifier: GPL-2.0-only
"""The reduction loses nothing, a verdict is always the same, and it is quick
enough to be used."""
import os

import pytest
import random_scenario
from conftest import RIGHT_SCHEMES
from explorer import ALL_REPAIRS, PLANTED, Program, Seen, twin

# All that can be searched without reduction in a second or two, as long as no
# failure cuts an execution short.
SMALL = [
    *[["--scheme", s, "--scenario", n] for s in RIGHT_SCHEMES
      for n in ("one_reader", "exit", "own_read", "fork", "mounts_error",
                "publish", "notify_pid", "stale_clear")],
    ["--scheme", "rcu", "--scenario", "notify_interrupt"],
    ["--scheme", "task_lock", "--scenario", "notify_interrupt"],
    ["--scheme", "task_lock", "--scenario", "notify_nsproxy"],
    ["--scheme", "rcu", "--scenario", "one_reader", "--break", "free-from-callback"],
    ["--scheme", "rcu", "--scenario", "one_reader", "--repair", "free-from-work"],
    ["--scheme", "rcu", "--scenario", "publish", "--mode", "weak"],
    ["--scheme", "task_lock", "--scenario", "one_reader", "--mode", "weak"],
    ["--scheme", "pointer_tag", "--scenario", "stale_set", "--repair", ALL_REPAIRS],
    ["--scheme", "pointer_tag", "--scenario", "own_read", "--repair", "own-read"],
    *[["--source", os.path.join(PLANTED, n + ".c")] for n in (
        "invariant", "race_marked", "order_interrupt")],
    ["--twin", os.path.join(PLANTED, "livelock_trylock.c")],
    ["--twin", os.path.join(PLANTED, "lost_wakeup.c")],
    ["--twin", os.path.join(PLANTED, "rcu_barrier.c")],
    ["--twin", os.path.join(PLANTED, "work_flush.c")],
]
# Failures end these early, at different places: their kinds are compared.
FAILING = [
    *[["--scheme", "pointer_tag", "--scenario", n] for n in (
        "own_read", "tagged_put", "stale_set", "zombie", "fork")],
    ["--scheme", "rcu", "--scenario", "one_reader", "--break", "no-grace-period"],
    ["--scheme", "rcu", "--scenario", "exit", "--break", "no-null-check"],
    ["--scheme", "task_lock", "--scenario", "foreign_switch"],
    ["--scheme", "pointer_lock", "--scenario", "notify_interrupt"],
    ["--scheme", "rcu", "--scenario", "publish", "--break", "no-release",
     "--mode", "weak"],
]


def name_of(args):
    return "-".join(os.path.basename(x) for x in args if x[:2] != "--")


def program(tmp, args):
    if args[0] == "--twin":
        path = os.path.join(str(tmp), os.path.basename(args[1]))
        with open(args[1]) as f, open(path, "w") as g:
            g.write(twin(f.read()))
        args = ["--source", path]
    return Program(*args)


@pytest.mark.parametrize("args", SMALL, ids=name_of)
def test_reduced_search_sees_every_trace_that_the_whole_search_sees(tmp_path,
                                                                    args):
    explored = program(tmp_path, args)
    traces, counts = {}, {}
    for reduction in ("none", "sleep", "dpor"):
        said = explored.run("--reduction", reduction, "--signatures",
                            "--want", "fault", "--time-limit", "30")
        assert said["verdict"] == "clean", said
        traces[reduction] = set(said["signature_list"])
        counts[reduction] = said["executions"]
    assert traces["none"]
    assert traces["none"] == traces["sleep"] == traces["dpor"]
    assert counts["dpor"] <= counts["sleep"] <= counts["none"]


@pytest.mark.parametrize("seed", (
    1007, 1031, 1033, 1046, 1065, 1093, 1111, 1112, 1117, 1128, 1135, 1146))
def test_reduced_search_loses_nothing_of_a_random_scenario(tmp_path, seed):
    path = tmp_path / f"{seed}.c"
    path.write_text(random_scenario.scenario(seed))
    test_reduced_search_sees_every_trace_that_the_whole_search_sees(
        tmp_path, ["--source", path])


# Who waits in a loop waits for all that it looked at.
LOOPS = {
    "trylock": ("static DEFINE_SPINLOCK(lock);\nint n;",
                ["for (int i = 0; i < 2; i++) {"
                 " spin_lock(&lock); WRITE_ONCE(n, i); spin_unlock(&lock); }",
                 *["while (!spin_trylock(&lock)) cpu_relax();"
                   " (void)READ_ONCE(n); spin_unlock(&lock);"] * 2]),
    "halves": ("union { unsigned long both; unsigned int half[2]; } u;\nint n;",
               [*[f"WRITE_ONCE(u.half[{h}], 1); WRITE_ONCE(n, {h});"
                  f" WRITE_ONCE(u.half[{h}], 0);" for h in (0, 1)],
                "for (int i = 0; i < 2 && !READ_ONCE(u.both); i++)"
                " cpu_relax(); (void)READ_ONCE(n);"]),
    # What one of them brings about, and undoes, the other may too.
    "places": ("int a, b;",
               [*[f"WRITE_ONCE({p}, 1); WRITE_ONCE({p}, 0);" for p in "ab"],
                "READ_ONCE(a); READ_ONCE(b); cpu_relax();"]),
}


@pytest.mark.parametrize("name", LOOPS)
def test_nor_of_a_loop_that_waits(tmp_path, name):
    places, bodies = LOOPS[name]
    path = tmp_path / f"{name}.c"
    path.write_text(f'#include "plant.h"\n{places}\n' + "".join(
        f"static void actor{n}(void) {{ {body} }}\n" for n, body in enumerate(bodies))
        + "SCENARIO(NULL, NULL, " + ", ".join(
            f'{{ "actor {n}", actor{n} }}' for n in range(len(bodies))) + ");\n")
    test_reduced_search_sees_every_trace_that_the_whole_search_sees(
        tmp_path, ["--source", path])


@pytest.mark.parametrize("seed", (2008, 2024, 2026, 2031, 3042, 3087))
def test_nor_where_stores_are_delayed(tmp_path, seed):
    path = tmp_path / f"{seed}.c"
    path.write_text(random_scenario.scenario(seed))
    test_reduced_search_sees_every_trace_that_the_whole_search_sees(
        tmp_path, ["--source", path, "--mode", "weak"])


@pytest.mark.parametrize("args", FAILING, ids=name_of)
def test_reduced_search_finds_every_kind_of_failure(tmp_path, args):
    explored = program(tmp_path, args)
    whole = explored.run("--all", "--no-shorten", "--reduction", "none")
    assert whole["verdict"] == "failed" and not whole["bounded_by"]
    for reduction in ("sleep", "dpor"):
        said = explored.run("--all", "--no-shorten", "--reduction", reduction)
        assert said["kinds"] == whole["kinds"], reduction


def test_reduced_search_is_far_shorter_with_the_same_verdict(tmp_path):
    args = ["--scheme", "rcu", "--scenario", "stale_clear"]
    whole = Seen(tmp_path, *args, "--reduction", "none")
    dpor = Seen(tmp_path, *args)
    assert whole.verdict == dpor.verdict == "clean"
    assert dpor.counts["executions"] * 20 < whole.counts["executions"]


@pytest.mark.parametrize("args", [
    ["--scheme", "pointer_tag", "--scenario", "stale_set"],
    ["--scheme", "pointer_lock", "--scenario", "switch"],
    ["--scheme", "rcu", "--scenario", "publish", "--break", "no-release",
     "--mode", "weak"],
])
def test_twenty_runs_say_the_same_to_the_last_count(tmp_path, args):
    explored = program(tmp_path, args)
    first = explored.run()
    assert first["verdict"] in ("failed", "clean")
    for _ in range(19):
        assert explored.run() == first


@pytest.mark.parametrize("scheme", RIGHT_SCHEMES)
@pytest.mark.parametrize("cc", ("gcc", "clang"))
def test_right_scheme_is_clean_under_every_interleaving(tmp_path, scheme, cc):
    seen = Seen(tmp_path, "--scheme", scheme, cc=cc)
    assert (seen.status, seen.verdict) == (0, "clean"), seen
    assert seen.doc["exhaustive"] and seen.doc["cpu_seconds"] < 0.2


@pytest.mark.parametrize("scheme", RIGHT_SCHEMES)
def test_four_readers_are_searched_to_the_end(tmp_path, scheme):
    """In seconds; but how many depends on the machine, so what is asked is how
    much there is to do, and that each execution is as cheap as in a small scenario."""
    small = Seen(tmp_path, "--scheme", scheme, "--reduction", "none",
                 "--max-executions", 30000)
    seen = Seen(tmp_path, "--scheme", scheme, "--scenario", "four_readers",
                "--time-limit", 300)
    # The work that rcu_work leaves behind is one more who takes turns.
    most = 1_200_000 if scheme == "rcu_work" else 700_000
    assert seen.verdict == "clean" and seen.counts["executions"] < most, seen

    def cost(run):
        return run.doc["cpu_seconds"] / run.counts["steps"]
    if seen.counts["executions"] > 10000:
        assert cost(seen) < 4 * cost(small)


def test_both_compilers_lead_to_the_same_counts(tmp_path):
    args = ["--scheme", "rcu", "--scenario", "switch"]
    assert Seen(tmp_path, *args).counts == Seen(tmp_path, *args, cc="clang").counts


def test_twin_of_a_planted_bug_differs_only_in_its_lines():
    assert twin("a\nb /* planted */\n\tc /* planted; instead: d */\n") == "a\n\td\n"
