# SPDX-License-Identifier: GPL-2.0-only
"""Answers are judged by running; whatever is written in their place, politely."""
import datetime
import os
import re

import pytest
from grading import FOLDERS, labs
from graderlib import answers, answers_toml, keys

BROKEN = {"scheme": "rcu", "scenario": "one_reader", "break": "no-grace-period",
          "want": "use-after-free"}
RIGHT = {"scheme": "rcu", "scenario": "one_reader", "want": "use-after-free"}
TAGGED = {"scheme": "pointer_tag", "scenario": "stale_set", "repair": ["clear-on-error"],
          "want": "use-after-free"}
PLANTED = {"wrong": "reads-before-locking", "scenario": "only_get", "want": "use-after-free"}
SPLAT = {"experiment": "R2-kasan-task_lock-notify_nsproxy"}


@pytest.fixture(scope="module")
def lab():
    return labs.load(FOLDERS[0])


def asked(asks, of=None, **more):
    return labs.Task(id="0.9", part="break", title="a test's", asks=asks, question="?",
                     of=of or {}, **more)


def judged(lab, asks, of, answer, **more):
    return answers.judge(lab, asked(asks, of, **more), answer)


@pytest.mark.parametrize("asks, of, more, right", [
    ("kind", BROKEN, {}, ["use-after-free", "UAF", " Use after  free.", "use_after_free"]),
    ("schedule", BROKEN, {}, ["reader:read_pointer self:end reader:end",
                              "reader:read_pointer,self:end"]),
    ("line", BROKEN, {}, ["lab_utsns_get", "lab_utsns_get()", "rcu.c:51", "rcu.c line 51",
                          "code/nsproxy/rcu.c:51", "rcu.c:lab_utsns_get"]),
    ("line", PLANTED, {}, ["reads-before-locking.c:16"]),
    ("repair", TAGGED, {}, ["atomic-set", ["atomic-set"], "clear-on-error, atomic-set"]),
    ("value", RIGHT, {"field": "counts.executions"}, ["4", 4, 4.0, "four", "4 executions"]),
    ("value", BROKEN, {"field": "processes"}, ["3"]),
    ("litmus", {}, {"test": "r9-publish"}, ["Never", "never"]),
    ("litmus", {}, {"test": "r9-publish", "change": "write-once"}, ["Sometimes"]),
    ("splat", {}, SPLAT, ["lockdep parent", "Lockdep: parent()",
                          "possible circular locking dependency parent"]),
    ("splat", {}, {"experiment": "R3-kasan-rcu-one_reader-silent"}, ["silent", "no report"]),
])
def test_right_answer_is_right_in_each_way_of_writing_it(lab, asks, of, more, right):
    for answer in right:
        found = judged(lab, asks, of, answer, **more)
        assert found.right is True, (answer, found)


@pytest.mark.parametrize("asks, of, more, wrong, words", [
    ("kind", BROKEN, {}, "leak", "does not find a failure of the kind leak there"),
    ("kind", BROKEN, {}, "data-race", "not what is asked for"),
    ("kind", BROKEN, {}, "use-after-fee", "did you mean use-after-free?"),
    ("schedule", BROKEN, {}, "self:end reader:end", "runs through without a failure"),
    ("schedule", BROKEN, {}, "reader:read_end self:end", "not what is asked for: data-race"),
    ("schedule", BROKEN, {}, "rdr:end", "did you mean reader?"),
    ("schedule", BROKEN, {}, "rdr:end", "reader passes: read_begin, read_pointer, read_end"),
    ("schedule", BROKEN, {}, "self:end rdr:end", "There are: reader, self"),
    ("schedule", BROKEN, {}, "reader:linked", "there is no label “linked”"),
    ("schedule", BROKEN, {}, "compiler:end", "there is no actor “compiler”"),
    ("schedule", BROKEN, {}, "reader:read_pont", "did you mean read_pointer?"),
    ("schedule", BROKEN, {}, "first the reader", "does not begin with ACTOR:LABEL"),
    ("schedule", RIGHT, {}, "reader:read_pointer self:end", "waits for a grace period"),
    ("schedule", RIGHT, {}, "reader:read_pointer self:blocks reader:end",
     "When reader is stopped at read_pointer, it is in the read-side critical section that "
     "begins at rcu.c:39"),
    ("schedule", {**RIGHT, "scheme": "task_lock"}, {},
     "reader:read_pointer self:blocks reader:end", "it holds the lock that it took at task_lock.c:37"),
    ("line", BROKEN, {}, "lab_switch_task_namespaces", "That is not where it shows"),
    ("line", BROKEN, {}, "rcu.c:40", "That is not where it shows"),
    ("line", BROKEN, {}, "rcu.c:9999", "rcu.c has 213 lines"),
    ("line", BROKEN, {}, "rcv.c:51", "did you mean rcu.c?"),
    ("line", BROKEN, {}, "lab_utsns_gt", "did you mean lab_utsns_get?"),
    ("line", BROKEN, {}, "51", "neither FILE:LINE"),
    ("line", BROKEN, {}, "lab_put_nsproxy", "is inline"),
    ("line", PLANTED, {}, "lab_utsns_get", "say which line of it, as reads-before-locking.c:LINE"),
    ("repair", TAGGED, {}, "own-read", "still fails"),
    ("repair", TAGGED, {}, "atomic-set own-read", "not all of them are needed"),
    ("repair", TAGGED, {}, "atomic-sot", "did you mean atomic-set?"),
    ("repair", {**BROKEN, "break": "no-grace-period"}, {}, "no-grace-period", "plants a flaw"),
    ("value", RIGHT, {"field": "counts.executions"}, "5", "another number than 5"),
    ("value", RIGHT, {"field": "counts.executions"}, "3 or 4", "is no number"),
    ("value", RIGHT, {"field": "counts.executions"}, "4,0", "a point for the comma"),
    ("litmus", {}, {"test": "r9-publish"}, "Always", "does not say Always"),
    ("litmus", {}, {"test": "r9-publish"}, "Newer", "did you mean Never?"),
    ("splat", {}, SPLAT, "lockdep child", "The kind is right"),
    ("splat", {}, SPLAT, "kasan parent", "not kasan that speaks first"),
    ("splat", {}, SPLAT, "lockdep", "a kind of report and a function"),
    ("splat", {}, SPLAT, "lokdep parent", "did you mean lockdep?"),
])
def test_wrong_answer_is_wrong_and_its_reason_helps(lab, asks, of, more, wrong, words):
    found = judged(lab, asks, of, wrong, **more)
    assert found.right is False and words in found.why, found


def test_a_list_of_one_repair_is_not_shown():
    a_lab, = [x for x in labs.all_labs() if x.number == 5]
    said = answers.judge(a_lab, a_lab.task("5.9"), "no-softirq")
    assert said.right is False and "has no change “no-softirq”" in said.why
    assert "interrupts-off" not in said.why, said


@pytest.mark.parametrize("asks, of, more, key", [
    ("kind", BROKEN, {}, "use-after-free"), ("line", BROKEN, {}, "lab_utsns_get"),
    ("line", BROKEN, {}, "rcu.c:51"), ("value", RIGHT, {"field": "counts.executions"}, " 4"),
    ("litmus", {}, {"test": "r9-publish"}, "Never"), ("splat", {}, SPLAT, "parent")])
def test_reason_of_a_wrong_answer_does_not_give_the_key_away(lab, asks, of, more, key):
    for wrong in ("leak", "lab_current_uts_inum", "rcu.c:40", "17", "Always", "kasan child",
                  "lockdep child", "nonsense"):
        found = judged(lab, asks, of, wrong, **more)
        # To choose from all that there are gives nothing away.
        assert found.right is False, found
        assert key not in found.why or "There are" in found.why or "is none of" in found.why


def test_no_example_of_an_answer_is_a_key_of_any_lab():
    for a_lab in labs.all_labs():
        key = answers_toml.read(os.path.join(a_lab.folder, "key.toml"))
        for task in a_lab.tasks:
            if task.asks not in answers.EXAMPLE:
                continue
            said = " ".join(answers.judge(a_lab, task, wrong).why for wrong in (
                "", None, *(["kasan"] if task.asks == "splat" else []),
                *(["no guide"] if task.id in ("2.6", "3.15") else [])))
            assert "for example" in said, said
            for words in (key[task.id].lower(), key[task.id].lower().replace(" ", ",")):
                assert not re.search(rf"\b{re.escape(words)}\b", said.lower()), (task.id, said)


HOSTILE = [None, True, 10 ** 5000, float("nan"), float("inf"), -0.0, [], {}, ["a"] * 10 ** 5,
           {"a": {"a": {"a": []}}}, [[["x"]]], "", " ", "\0", "\x1b[2J\x1b]0;x\a", "x" * 10 ** 6,
           "../../../etc/passwd:1", "--help", "--gdb", "-o/tmp/x", "`id`", "$(id)", "%s%n",
           "reader:read_pointer;" * 60, "a:b " * 48, "(" * 3000, "9" * 3999, "\u202eabc",
           "'; --", datetime.date(2020, 1, 1), "rcu.c:" + "9" * 500, b"bytes", object()]


@pytest.mark.parametrize("asks, of, more", [
    ("kind", BROKEN, {}), ("schedule", BROKEN, {}), ("line", BROKEN, {}), ("repair", TAGGED, {}),
    ("value", RIGHT, {"field": "counts.executions"}), ("litmus", {}, {"test": "r9-publish"}),
    ("splat", {}, SPLAT)])
def test_whatever_stands_there_is_refused_in_a_sentence(lab, asks, of, more):
    for answer in HOSTILE:
        found = judged(lab, asks, of, answer, **more)
        assert found.right is False, (repr(answer)[:60], found.why)
        assert found.why and found.why.isprintable() and len(found.why) < 800, found.why
        assert found.said.isprintable() and len(found.said) <= 200


def test_free_words_are_for_a_person(lab):
    assert judged(lab, "text", {}, "because of the cache line").right is None


def test_key_is_computed_once_and_the_same_each_time(lab, monkeypatch, tmp_path):
    monkeypatch.setattr(keys, "folder", lambda: str(tmp_path))
    runs = []
    explore = keys.front_end().explore
    monkeypatch.setattr(keys.front_end(), "explore", lambda o: runs.append(o) or explore(o))
    first = [judged(lab, "kind", BROKEN, "UAF").right for _ in range(3)]
    assert first == [True] * 3 and len(runs) == 1
    judged(lab, "kind", {**BROKEN, "mode": "weak"}, "UAF")
    assert len(runs) == 2


def test_what_a_clock_cut_short_is_no_key(lab, monkeypatch, tmp_path):
    monkeypatch.setattr(keys, "folder", lambda: str(tmp_path))
    long = {"scheme": "rcu", "scenario": "four_readers", "limit": 0.01}
    found = judged(lab, "kind", long, "leak")
    assert found.right is None and "could not finish" in found.why
    assert not list(tmp_path.glob("*.json"))


def test_wrong_function_runs_in_the_references_place(lab):
    wrong = sorted(labs.wrongs(lab))[0]
    task = next(t for t in lab.tasks if t.of.get("wrong") == wrong)
    _, doc = keys.failing(lab, task)
    shown = {os.path.basename(s["at"]["file"]) for s in doc["steps"]}
    assert wrong + ".c" in shown, shown


@pytest.mark.parametrize("asks, of, more, words", [
    ("kind", {"scheme": "rcu"}, {}, "scenario"),
    ("kind", {**BROKEN, "breaks": "x"}, {}, "means nothing here"),
    ("kind", {**BROKEN, "break": "no-such"}, {}, "no-such"),
    ("kind", RIGHT, {}, "does not fail"),
    ("kind", {**RIGHT, "scenario": "no_such"}, {}, "no scenario"),
    ("value", RIGHT, {"field": "counts.nothing"}, "not in the explorer's document"),
    ("value", RIGHT, {"field": "seconds"}, "another one each time"),
    ("litmus", {}, {"test": "no-such"}, "no litmus test"),
    ("splat", {}, {"experiment": "no-such"}, "nothing is recorded"),
])
def test_lab_that_asks_for_what_is_not_there_is_told_so(lab, asks, of, more, words):
    answer = {"kind": "leak", "value": "1", "litmus": "Never", "splat": "kasan x"}[asks]
    with pytest.raises(labs.LabError, match=words):
        judged(lab, asks, of, answer, **more)


def test_wrong_schedule_comes_with_its_lanes(lab):
    found = judged(lab, "schedule", BROKEN, "self:end reader:end")
    assert found.doc["verdict"] == "ran" and found.doc["steps"]
