# SPDX-License-Identifier: GPL-2.0-only
"""The reduction loses nothing, a verdict is always the same, and it is quick
enough to be used."""
import os

import pytest
from conftest import RIGHT_SCHEMES
from explorer import ALL_REPAIRS, PLANTED, Seen, twin

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


def signatures(tmp, args, reduction):
    if args[0] == "--twin":
        path = os.path.join(str(tmp), os.path.basename(args[1]))
        with open(args[1]) as f, open(path, "w") as g:
            g.write(twin(f.read()))
        args = ["--source", path]
    seen = Seen(tmp, *args, "--reduction", reduction, "--signatures",
                "--want", "fault", "--time-limit", 20)
    assert seen.verdict == "clean", seen
    return seen


@pytest.mark.parametrize("args", SMALL, ids=name_of)
def test_reduced_search_sees_every_trace_that_the_whole_search_sees(tmp_path,
                                                                    args):
    whole = signatures(tmp_path, args, "none")
    sleep = signatures(tmp_path, args, "sleep")
    dpor = signatures(tmp_path, args, "dpor")
    traces = set(whole.doc["signature_list"])
    assert traces and traces == set(sleep.doc["signature_list"])
    assert traces == set(dpor.doc["signature_list"])
    assert dpor.counts["executions"] <= sleep.counts["executions"] \
        <= whole.counts["executions"]


@pytest.mark.parametrize("args", FAILING, ids=name_of)
def test_reduced_search_finds_every_kind_of_failure(tmp_path, args):
    whole = Seen(tmp_path, *args, "--all", "--reduction", "none")
    assert whole.verdict == "failed" and not whole.doc["bounded_by"]
    for reduction in ("sleep", "dpor"):
        seen = Seen(tmp_path, *args, "--all", "--reduction", reduction)
        assert seen.doc["kinds"] == whole.doc["kinds"], reduction


def test_reduced_search_is_far_shorter_with_the_same_verdict(tmp_path):
    args = ["--scheme", "rcu", "--scenario", "stale_clear"]
    whole = Seen(tmp_path, *args, "--reduction", "none")
    dpor = Seen(tmp_path, *args)
    assert whole.verdict == dpor.verdict == "clean"
    assert dpor.counts["executions"] * 20 < whole.counts["executions"]


@pytest.mark.parametrize("args", [
    ["--scheme", "pointer_tag", "--scenario", "one_bit"],
    ["--scheme", "pointer_lock", "--scenario", "switch"],
    ["--scheme", "rcu", "--scenario", "publish", "--break", "no-release",
     "--mode", "weak"],
])
def test_twenty_runs_say_the_same_to_the_last_count(tmp_path, args):
    first = Seen(tmp_path, *args).doc
    first.pop("seconds")
    for _ in range(19):
        again = Seen(tmp_path, *args).doc
        again.pop("seconds")
        assert again == first


@pytest.mark.parametrize("scheme", RIGHT_SCHEMES)
@pytest.mark.parametrize("cc", ("gcc", "clang"))
def test_right_scheme_is_clean_under_every_interleaving(tmp_path, scheme, cc):
    seen = Seen(tmp_path, "--scheme", scheme, cc=cc)
    assert (seen.status, seen.verdict) == (0, "clean"), seen
    assert seen.doc["exhaustive"] and seen.doc["seconds"] < 0.2


@pytest.mark.parametrize("scheme", RIGHT_SCHEMES)
def test_four_readers_are_searched_to_the_end_in_seconds(tmp_path, scheme):
    seen = Seen(tmp_path, "--scheme", scheme, "--scenario", "four_readers")
    assert seen.verdict == "clean" and seen.doc["seconds"] < 20, seen
    # Half of what it does on an idle core, as this one may be shared.
    assert seen.counts["executions"] / seen.doc["seconds"] > 40000


def test_both_compilers_lead_to_the_same_counts(tmp_path):
    args = ["--scheme", "rcu", "--scenario", "switch"]
    assert Seen(tmp_path, *args).counts == Seen(tmp_path, *args, cc="clang").counts


def test_twin_of_a_planted_bug_differs_only_in_its_lines():
    assert twin("a\nb /* planted */\n\tc /* planted; instead: d */\n") == "a\n\td\n"
