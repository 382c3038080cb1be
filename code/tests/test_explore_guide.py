# SPDX-License-Identifier: GPL-2.0-only
"""A schedule that somebody wrote down runs as it stands; what can't be is explained."""
import json
import os
import sys

import pytest
from conftest import TOP, run
from explorer import Seen

sys.path.insert(0, os.path.join(TOP, "labs", "debug"))

BROKEN = ["--scheme", "rcu", "--scenario", "one_reader", "--break", "no-grace-period"]
RIGHT = ["--scheme", "rcu", "--scenario", "one_reader"]
FAILS = "reader:read_pointer self:end reader:end"


def order(doc):
    """The processes by name, each time another one goes on."""
    out = []
    for step in doc["steps"]:
        name = doc["processes"][step["process"]]
        if step["process"] and out[-1:] != [name]:
            out.append(name)
    return out


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("guided")
    return tmp, Seen(tmp, *BROKEN, "--guide", FAILS)


def test_written_schedule_fails_as_predicted_and_in_that_order(failing):
    _, seen = failing
    assert (seen.status, seen.verdict, seen.kind) == (1, "failed", "use-after-free"), seen
    assert order(seen.doc) == ["reader", "self", "reader"]
    assert seen.doc["guide"] == "reader:read_pointer,self:end,reader:end"
    assert not seen.doc["shortest"] and not seen.doc["exhaustive"]
    assert "it failed in turn 3 of 3" in seen.out and "✗ use-after-free" in seen.out


def test_actor_is_held_at_the_label_and_does_nothing_behind_it(failing):
    _, seen = failing
    steps = seen.doc["steps"]
    at = next(n for n, s in enumerate(steps) if s.get("label") == "read_pointer")
    assert seen.doc["processes"][steps[at]["process"]] == "reader"
    assert seen.doc["processes"][steps[at + 1]["process"]] == "self"


def test_actor_does_not_begin_under_the_interrupt_on_top_of_it(tmp_path):
    path = tmp_path / "under.c"
    path.write_text('''#include "plant.h"
static void one(void) { lab_point(begun); }
static void handler(void) { lab_point(here); }
SCENARIO(NULL, NULL, { "one", one }, { "handler", handler, "one" });
''')
    seen = Seen(tmp_path, "--source", path, "--guide",
                "handler:here one:begun handler:end")
    assert seen.verdict == "diverged", seen
    assert "one can't go on until handler, which interrupts it" in seen.out


def test_guided_failure_replays_to_the_same_step(failing):
    tmp, seen = failing
    path = tmp / "guided.json"
    path.write_text(json.dumps(seen.doc))
    again = Seen(tmp, "--replay", path)
    assert again.status == 1, again
    for key in ("kind", "steps", "failures", "schedule", "guide"):
        assert again.doc[key] == seen.doc[key]


def test_right_scheme_comes_through_and_says_so(tmp_path):
    seen = Seen(tmp_path, *RIGHT, "--guide",
                "reader:read_pointer,self:blocks,reader:end")
    assert (seen.status, seen.verdict, seen.kind) == (0, "ran", ""), seen
    assert "the guided run failed nothing" in seen.out
    assert order(seen.doc)[:3] == ["reader", "self", "reader"]


def test_rest_runs_in_the_order_of_the_table(tmp_path):
    seen = Seen(tmp_path, *RIGHT, "--guide", "self:switch_begin")
    assert order(seen.doc)[:3] == ["self", "reader", "self"], seen


@pytest.mark.parametrize("guide", [
    "reader 1:read_pointer,reader 2:end", "reader_1:read_pointer reader_2:end",
    "reader 1:read_pointer; reader_2:end", " reader 1:read_pointer\nreader 2:end "])
def test_names_with_spaces_can_be_said_in_each_way(tmp_path, guide):
    seen = Seen(tmp_path, "--scheme", "rcu", "--scenario", "switch", "--guide", guide)
    assert seen.status == 0 and seen.doc["guide"] == \
        "reader_1:read_pointer,reader_2:end", seen
    assert order(seen.doc)[:2] == ["reader 1", "reader 2"]


def test_schedules_of_the_debug_kernels_are_understood(tmp_path):
    """The same language, so that one schedule serves both."""
    from debuglib import table
    given = [e for e in table.load() if e.schedule not in ("", "explorer")
             and e.scheme == "rcu"]
    assert given
    for e in given:
        seen = Seen(tmp_path, "--scheme", e.scheme, "--scenario", e.scenario,
                    "--break", ",".join(e.breaks), "--repair", ",".join(e.repairs),
                    "--guide", e.schedule)
        assert seen.doc["guide"] == e.schedule and seen.status in (0, 1), (e.id, seen)


@pytest.mark.parametrize("guide, why", [
    ("callbacks:end", "callbacks"), ("callback_1:end,callbacks:end", "callback_1")])
def test_what_is_queued_takes_turns_too(tmp_path, guide, why):
    seen = Seen(tmp_path, "--family", "pid", "--scheme", "pid_lock", "--scenario", "exit",
                "--guide", f"releases:end,{guide},looks_1:end")
    assert seen.status == 0, seen
    names = order(seen.doc)
    assert names[0] == "releases" and names[1].startswith("callback "), why
    looks = names.index("looks 1")
    assert "callback 1" in names[:looks] and "callback 1" not in names[looks:]


def test_work_is_held_at_its_labels(tmp_path):
    seen = Seen(tmp_path, "--family", "netns", "--scheme", "rtnl", "--scenario", "cleanup",
                "--guide", "holder:end,work:unhash_begin,look-up:end,work:end")
    assert seen.status in (0, 4), seen
    held = [s.get("label") for s in seen.doc["steps"] if seen.doc["processes"][
        s["process"]].startswith("work")]
    assert "unhash_begin" in held


def test_interrupt_goes_by_its_name(tmp_path):
    seen = Seen(tmp_path, "--scheme", "task_lock", "--scenario", "notify_interrupt",
                "--want", "lock-order", "--guide", "parent:end softirq:end child:end")
    assert (seen.status, seen.kind) == (1, "lock-order"), seen
    assert order(seen.doc)[:3] == ["parent", "softirq", "child"]


@pytest.mark.parametrize("args, guide, status, words", [
    (RIGHT, "rdr:end", 2, "no actor “rdr”; did you mean reader?"),
    (RIGHT, "rdr:end", 2, "There are: reader, self"),
    (RIGHT, "reader:read_pont", 2, "did you mean read_pointer?"),
    (RIGHT, "reader read_pointer", 2, "does not begin with ACTOR:LABEL"),
    (RIGHT, "reader:read:pointer", 2, "does not begin with ACTOR:LABEL"),
    (RIGHT, "", 2, "no turn"),
    (RIGHT, "reader:end " * 49, 2, "48 turns at most"),
    (RIGHT, "x" * 5000, 2, "longer than"),
    ([*RIGHT, "--mode", "weak"], "reader:end", 2, "--mode sc only"),
    (RIGHT, "reader:read_pointer,self:end", 4,
     "waits for a grace period (rcu.c:191), and reader is in a read-side critical section "
     "since rcu.c:39"),
    (["--scheme", "task_lock", "--scenario", "one_reader"], "reader:read_pointer,self:end", 4,
     "waits for task->alloc_lock (task_lock.c:171), and reader holds it since task_lock.c:37"),
    (["--scheme", "pointer_lock", "--scenario", "one_reader"], "reader:read_pointer,self:end",
     4, "waits for a bit lock (pointer_lock.c:172), and reader has it since pointer_lock.c:40"),
    (RIGHT, "reader:read_end,reader:read_begin", 4, "once more: it had passed it in turn 1"),
    (RIGHT, "reader:end,reader:read_begin", 4, "once more: it had passed it in turn 1"),
    (RIGHT, "reader:switch_begin", 4, "in this run it passed: read_begin, read_pointer, read_end"),
    (RIGHT, "reader:blocks", 4, "never had to wait"),
    (RIGHT, "reader:end,reader:end", 4, "had come to its end in an earlier turn"),
    (RIGHT, "callbacks:end", 4, "no callback is queued by then"),
    (RIGHT, "callback_7:end", 4, "no “callback 7” is queued by then"),
])
def test_what_cannot_be_is_explained(tmp_path, args, guide, status, words):
    seen = Seen(tmp_path, *args, "--guide", guide)
    assert seen.status == status and words in seen.out + seen.err, seen
    assert seen.verdict == ("diverged" if status == 4 else None)


INTERRUPTED = """#include "plant.h"

static struct completion done;
static int x;

static void host(void)
{
	wait_for_completion(&done);
}

static void handler(void)
{
	WRITE_ONCE(x, 1);
	lab_point(inside);
	complete(&done);
}

SCENARIO(NULL, NULL, { "host", host }, { "handler", handler, "host" });
"""


def test_who_is_interrupted_waits_for_that_and_the_handler_has_its_own_name(tmp_path):
    (tmp_path / "own.c").write_text(INTERRUPTED)
    seen = Seen(tmp_path, "--source", tmp_path / "own.c",
                "--guide", "host:blocks,handler:inside,host:end")
    assert seen.status == 4, seen
    assert "host can't go on until handler, which interrupts it, is done" in seen.out
    entry = next(s for s in seen.doc["steps"] if s.get("kind") == "irq-enter")
    assert entry["at"]["function"] == "handler"


def test_another_kind_than_wanted_is_no_failure_and_is_named(tmp_path):
    seen = Seen(tmp_path, *BROKEN, "--want", "deadlock", "--guide", FAILS)
    assert (seen.status, seen.verdict) == (0, "ran"), seen
    assert "failed nothing of deadlock" in seen.out and "also seen: use-after-free" in seen.out


def test_labels_that_each_actor_passes_are_listed_in_their_order(tmp_path):
    seen = Seen(tmp_path, *RIGHT, "--labels")
    assert seen.status == 0 and seen.doc["labels"] == {
        "reader": ["read_begin", "read_pointer", "read_end"],
        "self": ["switch_begin", "switch_replaced", "switch_waited"]}, seen
    assert "read_begin read_pointer read_end end" in seen.out


def test_make_hands_a_guide_through():
    done = run("make", "explore", "SCHEME=rcu", "SCENARIO=one_reader",
               "GUIDE=reader:read_pointer self:blocks reader:end", "-n")
    assert "--guide 'reader:read_pointer self:blocks reader:end'" in done.stdout, done


def test_same_guide_gives_the_same_document(tmp_path, failing):
    again = Seen(tmp_path, *BROKEN, "--guide", FAILS)
    for doc in (again.doc, failing[1].doc):
        doc.pop("seconds"), doc.pop("cpu_seconds")
    assert again.doc == failing[1].doc


