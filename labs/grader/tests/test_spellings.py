# SPDX-License-Identifier: GPL-2.0-only
"""What is right is right however it is written; what is wrong stays wrong."""
import os

import pytest

from grading import FOLDERS, graded, lab, labs, task
from graderlib import answers, forms, spelling

STAMPED = """[   12.345678] ==================================================================
[   12.345679] BUG: KASAN: slab-use-after-free in lab_utsns_get+0x4b/0x90 [nsproxy_lab]
[   12.345680] Read of size 8 at addr ffff888003a5c2c8 by task reader/77
[   12.345681] CPU: 1 PID: 77 Comm: reader Not tainted 6.1.0 #1
"""
LOCKDEP = """======================================================
WARNING: possible circular locking dependency detected
6.1.0 #1 Not tainted
------------------------------------------------------
parent/101 is trying to acquire lock:
"""

# task: (right, wrong)
TABLE = {
    "0.3": (["reader:read_pointer careful_owner:end reader:end",
             "reader: read_pointer, careful owner: end, reader: end",
             "reader:read_pointer -> careful_owner:end -> reader:end",
             "reader:read_pointer → careful owner:end → reader:end",
             "reader:read_pointer => careful-owner:end => reader:end",
             "1. reader:read_pointer\n2. careful owner:end\n3. reader:end",
             "1) reader:read_pointer 2) careful_owner:end 3) reader:end",
             "- reader : read_pointer\n- careful_owner : end\n- reader : end",
             "Reader:read_pointer; Careful_Owner:end; Reader:end",
             "reader:lab_point(read_pointer), careful owner:end, reader:end",
             "reader:read-pointer then careful owner:end then reader:end",
             ["reader:read_pointer", "careful_owner:end", "reader:end"]],
            ["careful_owner:end reader:end", "reader:end careful_owner:end",
             "reader:read_begin → careful owner:end → reader:end", "read_pointer end end",
             "first the reader, then the owner", "reader -> careful_owner -> reader",
             "1. reader 2. owner 3. reader", "reader:read_pointer",
             "reader:read_end, careful owner:end, reader:end", "reader=read_pointer owner=end",
             "careful_owner:end -> reader:read_pointer -> reader:end", "reader:"]),
    "0.4": (["sleep-in-atomic", "Sleep in atomic", "sleeping function called from invalid context",
             "BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580",
             "[   12.345] BUG: sleeping function called from invalid context",
             "BUG: scheduling while atomic: self/77/0x00000002", "sleep‐in‑atomic",
             "a sleep in atomic context", "sleep_in_atomic.", "It is a sleep-in-atomic",
             "sleep-in-atomic (the last put sleeps)"],
            ["deadlock", "leak", "use-after-free", "not sleep-in-atomic", "sleeping beauty",
             "sleep-in-atomic or deadlock", "lock-order", "inconsistent lock state", "atomic",
             "BUG: KASAN: slab-use-after-free in lab_put_nsproxy", "sleep"]),
    "1.7": (["2", "two", "2 switches", "two switches", "Twice", "twice", "2 times", "exactly 2",
             "2x", "Two.", 2, 2.0, "exactly two times", "two context switches"],
            ["1", "once", "three", "2 or 3", "two or three", "none", "at least 2", "not 2", "12",
             "about two", "2-3", "two to three", "-2", "2.5", "once or twice"]),
    "1.8": (["reference-after-unlock.c:21", "reference-after-unlock.c line 21",
             "reference-after-unlock.c, line 21", "line 21 of reference-after-unlock.c",
             "at reference-after-unlock.c:21", "reference-after-unlock.c:21:3",
             "reference-after-unlock.c#L21", "labs/1-rcu-nsproxy/wrong/reference-after-unlock.c:21"],
            ["21", "line 21", "reference-after-unlock.c:14", "reference-after-unlock.c:999",
             "rcu.c:21", "lab_utsns_get", "the last line", "line twenty-one"]),
    "1.11": (["Sometimes", "sometimes", "SOMETIMES.", "Observation r9-publish Sometimes 1 3",
              "possible", "it can happen", "allowed"],
             ["Never", "Always", "forbidden", "impossible", "perhaps", "Sometimes, never", "no",
              "Observation r9-publish Never 0 4"]),
    "1.12": (["KASAN lab_utsns_get", "kasan lab_utsns_get()", "KASAN: lab_utsns_get",
              "BUG: KASAN: slab-use-after-free in lab_utsns_get",
              "BUG: KASAN: slab-use-after-free in lab_utsns_get+0x4b/0x90 [nsproxy_lab]",
              "[   12.345] BUG: KASAN: use-after-free in lab_utsns_get+0x4b/0x90",
              "KASAN lab_utsns_get+0x4b/0x90", "slab-use-after-free in lab_utsns_get",
              "use-after-free, lab_utsns_get", "kasan: use-after-free Read in lab_utsns_get",
              "KASAN in function lab_utsns_get()", STAMPED],
             ["KASAN", "BUG: KASAN: slab-use-after-free", "lab_utsns_get", "KCSAN lab_utsns_get",
              "BUG: KASAN: slab-use-after-free in lab_free_nsproxy+0x1/0x2",
              "BUG: KCSAN: data-race in lab_utsns_get / lab_switch_task_namespaces",
              "UBSAN: misaligned-access in lab_utsns_get", "silent", "lockdep lab_utsns_get",
              STAMPED.replace("lab_utsns_get", "lab_put_nsproxy"),
              "WARNING: possible circular locking dependency detected",
              "not KASAN lab_utsns_get"]),
    "2.13": (["lockdep parent", "WARNING: possible circular locking dependency detected in parent",
              "possible circular locking dependency parent",
              "WARNING: possible circular locking dependency detected",
              "[    3.141592] WARNING: possible circular locking dependency detected",
              "possible circular locking dependency detected, parent()", "Lockdep: parent()",
              LOCKDEP],
             ["lockdep", "lockdep child", "kasan parent", "parent",
              "WARNING: possible circular locking dependency detected in child",
              LOCKDEP.replace("parent/", "child/"), "BUG: KASAN: slab-use-after-free in parent",
              "WARNING: suspicious RCU usage", "deadlock parent"]),
    "3.19": (["ubsan lab_switch_task_namespaces", "UBSAN: misaligned-access",
              "UBSAN: misaligned-access in code/nsproxy/pointer_tag.c:88:12",
              "UBSAN: misaligned access in lab_switch_task_namespaces",
              "[  1.5] UBSAN: misaligned-access in nsproxy.h:235:6",
              "misaligned-access lab_switch_task_namespaces"],
             ["ubsan", "ubsan main", "kasan lab_switch_task_namespaces",
              "UBSAN: misaligned access in lab_utsns_get", "general protection fault",
              "BUG: KASAN: wild-memory-access in lab_switch_task_namespaces"]),
    "3.4c": (["masked-put", "Masked-Put", "masked put", "masked_put", "`masked-put`", "masked‑put",
              ["masked-put"], "1. masked-put"],
             ["masked", "put", "masked-fork", "unmasked-put", "masked-put masked-fork", "mask the put",
              "no-masked-put", "atomic-set"]),
    "5.7": (["lock-order", "inconsistent lock state", "irq inversion", "IRQ lock inversion",
             "WARNING: possible irq lock inversion dependency detected", "lock inversion",
             "WARNING: inconsistent lock state", "[    9.1] WARNING: inconsistent lock state",
             "lock order cycle", "Lock ordering"],
            ["deadlock", "livelock", "lock-misuse", "use-after-free", "lock", "irq", "inversion",
             "bad unlock balance", "inconsistent", "lock-order or deadlock"]),
    "5.9": (["interrupts-off", "Interrupts-off", "interrupts off", "Interrupts  Off",
             "interrupts_off", "interrupts–off", '"interrupts-off"'],
            ["interrupts", "off", "interrupts-on", "interrupts on", "wakes-outside", "no interrupts",
             "interrupts-off wakes-outside"]),
}


def of(wanted):
    a_lab = lab(FOLDERS[int(wanted.split(".")[0])])
    return a_lab, a_lab.task(wanted)


@pytest.mark.parametrize("wanted", TABLE)
def test_what_is_right_is_right_however_it_is_written(wanted):
    a_lab, asked = of(wanted)
    for said in TABLE[wanted][0]:
        found = answers.judge(a_lab, asked, said)
        assert found.right is True, (said, found)
        assert answers.form(a_lab, asked, said) == "", said


@pytest.mark.parametrize("wanted", TABLE)
def test_what_is_wrong_stays_wrong(wanted):
    a_lab, asked = of(wanted)
    for said in TABLE[wanted][1]:
        found = answers.judge(a_lab, asked, said)
        assert found.right is False and found.why, (said, found)


def test_there_are_as_many_wrong_as_right_ones():
    right, wrong = (sum(len(rows[n]) for rows in TABLE.values()) for n in (0, 1))
    assert right >= 90 and wrong >= right


@pytest.mark.parametrize("said, wanted", [
    ("holder:end -> worker:cleanup_waited -> look_up:find_peer -> worker:end -> look_up:end", True),
    ("holder:end, work:cleanup_waited, look-up:find_peer, work:end, look-up:end", True),
    ("holder:end worker:end look_up:end", False)])
def test_a_worker_and_an_actor_of_two_words(said, wanted):
    a_lab, asked = of("4.5")
    assert answers.judge(a_lab, asked, said).right is wanted


def test_numbers_in_words_go_to_twenty():
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen " \
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    assert [spelling.number(w) for w in words] == list(range(1, 21))
    assert spelling.number("none") == 0 and spelling.number("No failing execution") == 0


# The form alone, for a handout

@pytest.mark.parametrize("wanted, said, words", [
    ("0.3", "read_pointer", "That is no schedule: “read_pointer” does not begin with ACTOR:LABEL"),
    ("0.3", "read_pont", "ACTOR:LABEL, as in “one:here two:end one:end”; did you mean read_pointer?"),
    ("0.3", "reader:read_pont careful_owner:end", "did you mean read_pointer?"),
    ("0.3", "raeder:read_pointer", "did you mean reader?"),
    ("0.4", "sleap-in-atomic", "did you mean sleep-in-atomic?"),
    ("1.7", "a few", "is no number"),
    ("1.8", "21", "neither FILE:LINE"),
    ("1.11", "Newer", "did you mean Never?"),
    ("1.12", "KASAN", "a kind of report and a function"),
    ("1.12", "kasam lab_utsns_get", "did you mean kasan?"),
    ("5.9", "", "for example")])
def test_an_answer_that_is_none_is_told_so_without_a_key(wanted, said, words, monkeypatch):
    monkeypatch.setattr(answers, "keys", None)
    a_lab, asked = of(wanted)
    assert words in answers.form(a_lab, asked, said)


@pytest.mark.parametrize("folder", FOLDERS, ids=os.path.basename)
def test_the_form_of_each_key_is_right(folder):
    a_lab = lab(folder)
    for wanted, said in labs.key(a_lab).items():
        assert answers.form(a_lab, a_lab.task(wanted), said) == "", (wanted, said)


def test_in_a_handout_the_form_is_looked_at_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(labs, "HANDOUT", True)
    a_lab = lab(FOLDERS[0])
    result = graded(tmp_path, a_lab, labs.reference(a_lab),
                    '"0.3" = "read_pointer"\n"0.4" = "leak"\n"0.5" = "words"\n', only=("answers",))
    assert task(result, "0.3")["state"] == "failed"
    assert "That is no schedule" in task(result, "0.3")["reason"]
    assert task(result, "0.4")["state"] == task(result, "0.5")["state"] == "for a person"
    assert "instructor" in task(result, "0.4")["reason"]


def test_the_examples_have_the_right_form():
    a_lab = lab(FOLDERS[0])
    for asks, example in forms.EXAMPLE.items():
        asked = labs.Task(id="0.9", part="break", title="a test's", asks=asks, question="?", of={})
        assert asks == "schedule" or answers.form(a_lab, asked, example) == "", asks
