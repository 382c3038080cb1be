# SPDX-License-Identifier: GPL-2.0-only
"""What a student is told is what the execution shows, and no guess at the cause."""
import functools
import re
import tempfile
import time

import pytest

import wrongs
from grading import FOLDERS, graded, lab, labs, shown, task
from graderlib import reasons, report, seen

import lanes


@functools.cache
def told(name):
    """The failed task of one of the wrong submissions."""
    a_lab, wanted, source = wrongs.text(name)
    with tempfile.TemporaryDirectory() as tmp:
        result = graded(tmp, a_lab, source, only_task=wanted)
    failed = task(result, wanted)
    assert failed["state"] == "failed", shown(result)
    return failed


def sentences(name):
    failed = told(name)
    return f"{failed['reason']} {failed['because']}"


SAID = [
    ("0-unlocks-early", r"reader holds no lock: it held nsproxy_lock from dedicated_lock\.c:\d+ "
     r"to dedicated_lock\.c:\d+\..*careful owner changed it after that, at only_get\.c:\d+, when "
     "it held nsproxy_lock"),
    ("0-puts-inside", r"What is called at dedicated_lock\.c:\d+ leads to lab_free_nsproxy\(\)\. At "
     r"dedicated_lock\.c:\d+ self holds nsproxy_lock, taken at dedicated_lock\.c:\d+"),
    ("1-second-look", "reader holds no lock and is in no read-side critical section: its read-side "
     r"critical section lasted from rcu\.c:\d+ to rcu\.c:\d+"),
    ("1-waits-first", r"The grace period that self waited for at rcu\.c:\d+ began before that"),
    ("1-plain-store", r"found nsproxy\d by the pointer that self stored at rcu\.c:\d+.*that store "
     "and that read do not order"),
    ("1-forgets-to-free", r"The count of nsproxy\d went to 0 at rcu\.c:\d+ \(self\)\. Nothing freed "
     "it after that"),
    ("1-frees-in-section", "self is in the read-side critical section that begins at rcu"),
    ("2-root-without-lock", "lets go of what it took when it returns -EINVAL.*Nobody else was about"),
    ("2-own-lock", r"careful reader holds alloc_lock.*Self did not take alloc_lock.*when it held "
     "nsproxy_lock"),
    ("3-no-release", r"the pointer that self stored at pointer_lock\.c:\d+"),
    ("3-not-masked", r"The pointer is what it read at pointer_lock\.c:\d+: 0x"),
    ("4-asks-then-takes", r"look-up set off a warning at nsid_lock\.c:\d+: refcount_t: addition on 0"),
    ("4-section-too-short", r"its read-side critical section lasted from nsid_lock\.c:\d+"),
    ("4-list-del", r"0xdead000000000100\. Work 1 had written that at nsid_lock\.c:\d+.*dump is in "
     "the read-side critical section.*work 1 holds lab_rtnl_mutex"),
    ("4-tells-under-lock", r"leads to lab_rtnl_net_notifyid\(\)\. At nsid_lock\.c:\d+ asker holds "
     "nsid_lock"),
    ("5-read-lock", "leader.* holds lab_tasklist_lock for reading, taken at .*member.*lab_tasklist_lock "
     "for reading|member.* holds lab_tasklist_lock for reading, .*leader holds lab_tasklist_lock "
     r"for reading, taken at pid_lock\.c:\d+\."),
    ("5-no-reference", r"pid\d was freed at pid(_lock)?\.c:\d+, in lab_put_pid\(\)"),
    ("5-frees-the-task-first", r"was queued by releases at pid_lock\.c:\d+"),
    ("5-inode-not-held", "flushes holds no lock and is in no read-side critical section"),
    ("5-no-lock-at-the-end", "It can still be found by the pointer that looks 2 stored at pid_lock|"
     "shrinks changed it after that, .*with no lock held"),
]


@pytest.mark.parametrize("name, says", SAID, ids=[name for name, _ in SAID])
def test_a_reason_says_what_was_seen(name, says):
    assert re.search(says, sentences(name)), sentences(name)


def test_each_lab_and_each_wrong_submission_is_among_them():
    assert {name for name, _ in SAID} == set(wrongs.WRONG)
    assert {number for number, _, _ in wrongs.WRONG.values()} == set(range(len(FOLDERS)))


@pytest.mark.parametrize("name, accuses", [
    ("1-second-look", "a reference was dropped"), ("3-no-release", "mark both"),
    ("4-list-del", "without the lock"), ("5-read-lock", "session's as well"),
    ("4-asks-then-takes", "nothing kept"), ("5-frees-the-task-first", "being flushed"),
    ("1-forgets-to-free", "reference is left over")])
def test_nobody_is_accused_of_what_he_has_not_done(name, accuses):
    assert accuses.lower() not in sentences(name).lower()


@pytest.mark.parametrize("name", wrongs.WRONG)
def test_the_line_is_the_students_own_and_no_label(name):
    a_lab, _, source = wrongs.text(name)
    place = told(name)["place"]
    assert "lab_point(" not in place["text"], place
    if told(name)["kind"] != "invariant":       # that is the scenario's own line
        assert place["file"] == a_lab.source_name, place
        assert source.splitlines()[place["line"] - 1].strip() == place["text"]


LINES = {
    "0-unlocks-early": "lab_get_uts_ns(uts_ns);", "0-puts-inside": "lab_put_nsproxy(old);",
    "1-second-look": "lab_get_mnt_ns(found);", "1-waits-first": "lab_free_nsproxy(old);",
    "1-plain-store": "WRITE_ONCE(self->nsproxy, new);", "2-own-lock": "lab_put_nsproxy(old);",
    "4-asks-then-takes": "lab_get_net(peer);", "4-list-del": "list_del(&net->list);",
    "5-read-lock": "lab_exit_signal(p, NULL);",
    "5-no-lock-at-the-end": "hlist_add_head_rcu(&inode->sibling_inodes, &pid->inodes);"}


@pytest.mark.parametrize("name", LINES)
def test_the_line_is_the_call_that_led_there(name):
    assert told(name)["place"]["text"] == LINES[name]


# The task that is charged

CHARGED = [
    # lab, task of the function at fault, task whose scenario finds it, edits
    (1, "1.1", "1.5", [("lab_utsns_get", "if (nsproxy) {",
                        "if (nsproxy) {\n		nsproxy = rcu_dereference(task->nsproxy);")]),
]


def failed_in(function, scheme, kind="null-dereference", other=""):
    """A document of a failure in one of the submission's functions."""
    at = {"function": function, "file": f"/x/{scheme}.c", "line": 3, "text": "f();"}
    step = {"process": 1, "step": 1, "what": "failure", "text": "so", "at": at}
    failure = {"kind": kind, "process": 1, "step": 1, "text": "so", "at": at}
    if other:
        failure["other"] = {**at, "function": other}
    return {"kind": kind, "scheme": scheme, "processes": ["", "reader"], "steps": [step],
            "failures": [failure], "stuck": [], "objects": []}


@pytest.mark.parametrize("number, found_by, function, charged", [
    (0, "0.2", "lab_utsns_get", ("0.1", "lab_utsns_get")),
    (0, "0.2", "lab_switch_task_namespaces", None),
    (2, "2.2", "lab_task_uts_inum", None),          # two readers of one task
    (3, "3.14", "lab_mounts_open", ("3.11", "lab_mounts_open")),
    (3, "3.14", "somebody_elses", None),
    (4, "4.4", "lab_cleanup_net", None),            # judged again there
    (4, "4.4", "lab_get_net_ns_by_id", ("4.2", "lab_get_net_ns_by_id")),
    (5, "5.2", "lab_proc_pid_evict_inode", ("5.1", "lab_proc_pid_evict_inode"))])
def test_whose_function_it_is_decides_who_is_charged(number, found_by, function, charged):
    a_lab = lab(FOLDERS[number])
    doc = failed_in(function, a_lab.scheme)
    story = seen.Story(doc, doc["failures"][0])
    assert reasons.charged(a_lab, a_lab.task(found_by), story) == charged


def test_where_it_takes_two_the_task_that_found_it_is_charged():
    a_lab = lab(FOLDERS[3])
    doc = failed_in("lab_mounts_open", a_lab.scheme, "lock-order", "lab_switch_task_namespaces")
    story = seen.Story(doc, doc["failures"][0])
    assert reasons.charged(a_lab, a_lab.task("3.14"), story) is None


@pytest.mark.parametrize("number, fault, found_by, edits", CHARGED)
def test_the_task_whose_function_is_at_fault_is_charged(number, fault, found_by, edits, tmp_path):
    a_lab = lab(FOLDERS[number])
    source = labs.reference(a_lab)
    for function, old, new in edits:
        begin, end = labs.change.function_span(source, function)
        source = source[:begin] + source[begin:end].replace(old, new, 1) + source[end:]
    result = graded(tmp_path, a_lab, source)
    charged, finder = task(result, fault), task(result, found_by)
    assert (charged["state"], charged["points"], charged["found_by"]) == \
        ("failed", 0, found_by), shown(result)
    assert finder["state"] == "not reached", shown(result)
    assert f"Task {fault} comes first" in finder["reason"] and edits[0][0] in finder["reason"]
    for t in a_lab.of_part("build"):
        assert t.id in (fault, found_by) or task(result, t.id)["state"] == "passed", shown(result)


def test_a_task_answers_for_the_functions_that_it_judges_again():
    assert told("4-list-del")["id"] == "4.4" and lab(FOLDERS[4]).task("4.4").again == ("4.3",)


def test_a_long_execution_is_read_in_no_time():
    """A submission can make thousands of steps, and objects."""
    at = {"function": "lab_f", "file": "/x/rcu.c", "line": 3, "text": "f();"}
    steps = [{"process": 1 + n % 2, "step": n, "what": "step", "at": at, "kind": (
        "read", "write", "read-modify-write", "lock")[n % 4], "address": 4096 + n, "object":
        f"o{n % 900}", "offset": 0, "value": 5, "shown": f"→o{n % 7}"} for n in range(16000)]
    for kind in ("use-after-free", "leak", "data-race", "null-dereference", "warning"):
        failure = {"kind": kind, "process": 1, "step": 16000, "text": "so", "at": at}
        doc = {"kind": kind, "scheme": "rcu", "processes": ["", "a", "b"], "failures": [failure],
               "stuck": [], "objects": [{"name": f"o{n}", "address": 4096 + n} for n in range(900)],
               "steps": [*steps, {**steps[0], "what": "failure", "text": "so", "object": "o3"}]}
        began = time.process_time()
        said, story = seen.read(doc, failure)
        seen.at_fault(story)
        assert len(said) <= seen.MOST and time.process_time() - began < 5, kind


# The lanes

def long_document():
    """Two actors; what matters is in the first third, and 100 lines lie in between."""
    def step(n, process, line, what="step", **more):
        return {"process": process, "step": n, "what": what, "at": {
            "function": "lab_f", "file": "/x/rcu.c", "line": line, "text": f"line{line};"}, **more}
    steps = [step(n, 1 + n // 10 % 2, n + 1) for n in range(150)]
    steps.append(step(149, 1, 151, "failure", text="it was freed"))
    return {"kind": "use-after-free", "scheme": "rcu", "verdict": "failed", "steps": steps,
            "processes": ["", "reader", "self"], "causes": [40, 41, 150],
            "failures": [{"kind": "use-after-free", "text": "it was freed", "process": 1,
                          "step": 149, "at": steps[-1]["at"]}]}


@pytest.mark.parametrize("columns", [40, 60, 79])
def test_in_a_narrow_terminal_one_lane_stands_under_another(columns):
    """Each line says whose it is, and none is wider than the terminal."""
    lines = lanes.draw(long_document(), columns).split("\n")
    steps = [line for line in lines if re.match(r" *\d+\. ", line)]
    names = {re.match(r" *\d+\. (\S+)", line)[1] for line in steps}
    assert max(map(len, lines)) <= columns and len(names) > 1


def test_code_is_broken_at_a_blank_or_a_bracket_and_not_in_an_arrow():
    lines = lanes.wrapped("self = rcu_dereference_protected(task->nsproxy, true)->uts_ns;", 30)
    assert lines == ["self =", "  rcu_dereference_protected(", "  task->nsproxy, true)",
                     "  ->uts_ns;"]


def test_long_lanes_are_cut_in_the_middle_and_not_at_the_causes():
    lines = lanes.brief(long_document(), 80, report.LANES).split("\n")
    assert len(lines) <= report.LANES
    text = "\n".join(lines)
    for kept in ("line1;", "line41;", "line42;", "line150;", "✗ use-after-free"):
        assert kept in text, text
    left = [int(n) for n in re.findall(r"… (\d+) lines? …", text)]
    assert len(left) == 2 and 20 < sum(left) < 150, text


def test_a_call_into_what_all_share_is_drawn_at_the_students_line():
    drawn = told("0-unlocks-early")["lanes"]
    assert "… lab_free_nsproxy(), lab_bury_ns_common()" in re.sub(r"\s+", " ", drawn), drawn
    assert not re.search(r"^ *\d+\. +…", drawn, re.MULTILINE), drawn
