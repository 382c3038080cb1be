# SPDX-License-Identifier: GPL-2.0-only
"""What a grade says, of the source and of the answers."""
import dataclasses
import json
import os
import re
import subprocess

import pytest

from grading import (BUILT, POINTS, TINY, broken, grade, graded, hand_in, lab, no_wait,
                     reference, shown, task)
from graderlib import building, jail, labs, reasons, seen, skeleton, stages

KEY = '"7.4" = "use-after-free"\n'


def without_time(result):
    """All of it but what a clock or the memory says."""
    result = json.loads(json.dumps(result))
    for table in (result, *result["stages"]):
        table.pop("seconds", None)
        table.pop("memory_mb", None)
    return result


# Grade

def test_full_points_end_with_status_0(tmp_path):
    done = grade(hand_in(tmp_path, lab(TINY), reference(), KEY))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8 points: all that the grader looks at is right" in done.stdout


def test_a_skeleton_is_not_a_failure_but_unwritten(tmp_path):
    a_lab = lab(TINY)
    done = grade(hand_in(tmp_path, a_lab, skeleton.skeleton(a_lab),
                         skeleton.answers_template(a_lab)))
    assert done.returncode == 1
    assert "7.1  The switch: not written yet" in done.stdout
    assert "failed" not in done.stdout.partition("\n\n")[2].partition("\n\n")[2]
    assert "0 of 8 points; next: task 7.1, The switch" in done.stdout


def test_a_failure_is_told_with_all_that_helps(tmp_path):
    folder = hand_in(tmp_path, lab(TINY), no_wait(), KEY)
    done = grade(folder, "--hint", "1", "--json", tmp_path / "out.json")
    said = done.stdout
    assert done.returncode == 1
    assert max(len(line) for line in said.splitlines() if "make explore" not in line
               and str(tmp_path) not in line) <= 80
    result = json.loads(labs.read_text(tmp_path / "out.json"))
    assert result["format"] == "lab-grade" and result["points"] < result["of"]
    failed = next(t for t in result["tasks"] if t["state"] == "failed")
    assert failed["kind"] == "use-after-free" and failed["points"] == 0
    assert "self has freed, in lab_switch_task_namespaces()" in failed["reason"]
    assert failed["place"]["file"] == "rcu.c" and failed["place"]["line"] > 0
    assert "✗ use-after-free" in failed["lanes"] and "✗ use-after-free" in said
    assert "lab_free_nsproxy(old);" in said     # where it was freed, however long it is
    assert f"rcu.c:{failed['place']['line']}" in said
    assert "Hint 1:  first" in said or "Hint 1:  only one" in said
    assert "“RCU (2007)”" in said and "make explore SCHEME=rcu SCENARIO=" in said


def test_hints_come_one_at_a_time(tmp_path):
    a_lab = lab(TINY)
    folder = hand_in(tmp_path, a_lab, skeleton.skeleton(a_lab))
    none = grade(folder, "--no-report").stdout
    assert "Hint" not in none and "HINT=1" in none
    two = grade(folder, "--no-report", "--hint", "2").stdout
    assert "Hint 1:  first" in two and "Hint 2:  second" in two
    assert "third" not in two and "HINT=3" in two
    assert "HINT=" not in grade(folder, "--no-report", "--hint", "3").stdout


def test_the_page_needs_nothing_beside_it(tmp_path):
    folder = hand_in(tmp_path, lab(TINY), no_wait())
    said = grade(folder).stdout
    page = labs.read_text(os.path.join(folder, "report", "index.html"))
    assert os.path.join(folder, "report", "index.html") in said
    assert "data:image/svg+xml" in page and "<pre>" in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r'(src|href)=["\']?(?!["\']?(#|data:))', page.replace("xlink:href", ""))
    svgs = [n for n in os.listdir(os.path.join(folder, "report")) if n.endswith(".svg")]
    assert svgs and all(f"Picture: {os.path.join(folder, 'report', n)}" in said for n in svgs)
    with open(os.path.join(folder, "rcu.c"), "w", encoding="utf-8") as f:
        f.write(reference())
    grade(folder)
    assert os.listdir(os.path.join(folder, "report")) == ["index.html"]


def test_no_page_is_written_through_a_link_of_the_submissions(tmp_path):
    folder = hand_in(tmp_path, lab(TINY), no_wait())
    os.mkdir(tmp_path / "mine")
    (tmp_path / "mine" / "index.html").write_text("precious")
    os.symlink(tmp_path / "mine", os.path.join(folder, "report"))
    done = grade(folder)
    assert done.returncode == 1 and "is a link" in done.stderr
    assert (tmp_path / "mine" / "index.html").read_text() == "precious"


def test_what_is_not_the_graders_stays_beside_the_page(tmp_path):
    folder = hand_in(tmp_path, lab(TINY), no_wait())
    os.mkdir(os.path.join(folder, "report"))
    for name in ("my-words.html", "figure.svg", "7.9.svg"):
        with open(os.path.join(folder, "report", name), "w", encoding="utf-8") as f:
            f.write("mine")
    grade(folder)
    assert sorted(os.listdir(os.path.join(folder, "report"))) == [
        "7.1.svg", "figure.svg", "index.html", "my-words.html"]


def test_a_picture_that_takes_too_long_is_left_out(tmp_path, monkeypatch):
    from graderlib import report
    run = stages.Grading(lab(TINY), hand_in(tmp_path, lab(TINY), no_wait()), BUILT)
    result = run.run()

    def slow(*_, **__):
        raise subprocess.TimeoutExpired("dot", 60)
    monkeypatch.setattr(report.subprocess, "run", slow)
    page = labs.read_text(report.save(lab(TINY), result, run.docs, str(tmp_path / "out"), 0, "ada"))
    assert "<svg" not in page and "<pre>" in page


def test_what_a_submission_holds_is_no_markup_in_the_page(tmp_path):
    text = broken("	lab_point(own_read);\n", "	WARN_ON_ONCE(\"<script>\" != NULL);\n")
    result = graded(tmp_path, lab(TINY), text, '"7.4" = "<script>alert(1)</script>"\n',
                    only=POINTS)
    from graderlib import report
    assert "<script>" not in report.page(lab(TINY), result, {}, 0, "ada")


@pytest.mark.parametrize("text", ["wrong", "right"])
def test_the_same_submission_gets_the_same_grade(tmp_path, text):
    folder = hand_in(tmp_path, lab(TINY), no_wait() if text == "wrong" else reference(), KEY)
    grades = [stages.Grading(lab(TINY), folder, POINTS, jobs).run() for jobs in (1, 2, 4)]
    assert without_time(grades[0]) == without_time(grades[1]) == without_time(grades[2])


def test_warnings_of_the_compiler_are_shown_and_cost_nothing(tmp_path):
    text = broken("	might_sleep();\n", "	int unused_variable;\n\n	might_sleep();\n")
    folder = hand_in(tmp_path, lab(TINY), text, KEY)
    done = grade(folder, "--no-report")
    assert done.returncode == 0, done.stdout
    assert "The compiler warns:" in done.stdout and "unused_variable" in done.stdout


def test_what_does_not_compile_ends_there_and_says_where(tmp_path):
    text = broken("	might_sleep();\n", "	might_sleep()\n")
    result = graded(tmp_path, lab(TINY), text, KEY, only=stages.STAGES)
    states = {s["name"]: s["state"] for s in result["stages"]}
    assert states["build"] == "failed" and states["answers"] == "passed"
    assert all(states[s] == "not reached" for s in ("explore", "stress", "vm", "measure"))
    first = task(result, "7.1")
    assert first["state"] == "not reached" and first["place"]["line"] > 0
    assert result["points"] == 2, shown(result)


@pytest.mark.parametrize("old, new, slip", [
    ("		lab_free_nsproxy(old);\n	}\n", "		lab_free_nsproxy(old);\n", "a } is missing there"),
    ("lab_copy_namespaces(struct", "lab_copy_namespace(struct", "what calls lab_copy_namespaces()"),
    ("lab_current_uts_inum(struct lab_task *self)",
     "lab_current_uts_inum(struct lab_task *self, int how)", "the parameters that it has"),
], ids=("brace", "renamed", "parameter"))
def test_what_the_compiler_can_not_know_is_said_beside_its_words(tmp_path, old, new, slip):
    text = broken(old, new)
    first = task(graded(tmp_path, lab(TINY), text), "7.1")
    assert first["kind"] == "build" and slip in first["because"], first


def test_a_function_of_a_header_that_is_not_included_is_said_to_be_that(tmp_path):
    text = broken("	might_sleep();\n", "	might_sleep();\n	mutex_lock(0);\n")
    told = shown(graded(tmp_path, lab(TINY), text))
    assert "mutex_lock() is in <linux/mutex.h>: include that" in told, told


def test_a_task_is_not_looked_at_before_what_it_needs(tmp_path):
    text = broken("	rcu_assign_pointer(self->nsproxy, new);\n", "")
    result = graded(tmp_path, lab(TINY), text)
    assert task(result, "7.1")["state"] == "failed", shown(result)
    second = task(result, "7.2")
    assert (second["state"], second["reason"]) == ("not reached", "Task 7.1 comes first.")


@pytest.mark.parametrize("stage", ["explore", "stress", "vm", "measure"])
def test_a_stage_that_runs_a_source_has_it_looked_at_and_built_first(tmp_path, stage):
    folder = hand_in(tmp_path, lab(TINY), "")
    source = os.path.join(folder, "rcu.c")
    os.unlink(source)
    os.symlink(lab(TINY).reference_path, source)
    run = stages.Grading(lab(TINY), folder, (stage,)).run()
    assert [(s["name"], s["state"]) for s in run["stages"]] == [
        ("check", "failed"), ("build", "not reached"), (stage, "not reached")]


def test_what_can_not_be_linked_fails_in_a_sentence(tmp_path):
    text = broken("	lab_point(own_read);\n", "	lab_nsproxy();\n").replace(
        "static ", "void lab_nsproxy(void);\nstatic ", 1)
    first = task(graded(tmp_path, lab(TINY), text), "7.1")
    assert (first["state"], first["kind"]) == ("failed", "build"), first
    assert "lab_nsproxy() is nowhere" in first["reason"]


def test_a_sentence_of_the_lab_says_what_a_kind_means_there(tmp_path):
    result = graded(tmp_path, lab(TINY), broken(
        "	rcu_read_lock();\n	lab_point(read_begin);", "	lab_point(read_begin);",
        broken("	lab_point(read_end);\n	rcu_read_unlock();", "	lab_point(read_end);")))
    second = task(result, "7.2")
    assert second["state"] == "failed", shown(result)
    kind = second["kind"]
    assert second["because"].endswith({"use-after-free": "The reader must be waited for."}.get(
        kind, reasons.MEANS[kind])), second


def test_a_failure_of_one_alone_is_not_blamed_on_a_race(tmp_path):
    a_lab = lab(TINY)
    text = broken("	if (old && atomic_dec_and_test(&old->count)) {", "	if (old) {")
    result = stages.Grading(a_lab, hand_in(tmp_path, a_lab, text), BUILT).run()
    failed = next(t for t in result["tasks"] if t["kind"] == "use-after-free")
    assert "that it has freed" in failed["reason"], shown(result)
    assert "by the same actor" in failed["because"], failed


def test_only_what_came_before_a_failure_is_said_to_have_come_before(tmp_path):
    a_lab = lab(TINY)
    run = stages.Grading(a_lab, hand_in(tmp_path, a_lab, no_wait()), BUILT)
    out = a_lab.task("7.1")
    at = {"function": "lab_f", "file": "/x/rcu.c", "line": 3, "text": "f();"}
    run.fail(out, out.checks[0], {
        "kind": "leak", "scheme": "rcu", "processes": ["", "reader"], "steps": [],
        "failures": [{"kind": kind, "process": 1, "step": 1, "text": kind, "at": at}
                     for kind in ("data-race", "leak", "deadlock")]})
    assert run.tasks["7.1"]["also"] == ["data-race"]


def test_a_sentence_that_begins_with_a_function_calls_it_by_its_name():
    check = dataclasses.replace(lab(TINY).task("7.1").checks[0],
                                because={"leak": "lab_put() is missing", "deadlock": "it waits"})
    doc = {"failures": []}
    assert reasons.means(check, {**doc, "kind": "leak"}, []) == "lab_put() is missing."
    assert reasons.means(check, {**doc, "kind": "deadlock"}, []) == "It waits."
    assert [reasons.capital(x) for x in ("lab_lock is taken", "&task->alloc_lock", "self waits")
            ] == ["lab_lock is taken", "&task->alloc_lock", "Self waits"]


def test_a_search_that_was_cut_is_for_a_person_and_no_points(tmp_path, monkeypatch):
    run = stages.Grading(lab(TINY), hand_in(tmp_path, lab(TINY), reference()), BUILT)
    real = run.submission.explore
    monkeypatch.setattr(run.submission, "explore", lambda *a, **k: {
        **real(*a, **k), "verdict": "cut"})
    first = task(run.run(), "7.1")
    assert (first["state"], first["points"]) == ("for a person", 0)
    assert "every interleaving" in first["reason"]


def test_other_environments_never_change_points(tmp_path, monkeypatch):
    from graderlib import corroborate
    monkeypatch.setattr(corroborate, "stress", lambda *_: {"state": "failed", "said": "boo"})
    monkeypatch.setattr(corroborate, "vm", lambda *_: (_ for _ in ()).throw(
        corroborate.NotRun("no kernel here")))
    result = graded(tmp_path, lab(TINY), reference(), KEY,
                    only=(*POINTS, "stress", "vm"))
    assert result["points"] == result["of"]
    assert "a person should look" in result["notes"][0] and "boo" in result["notes"][0]
    assert {s["name"]: s["state"] for s in result["stages"]}["vm"] == "not run"


@pytest.mark.parametrize("verdict, state", [("slower", "for a person"),
                                            ("not measured", "not reached")])
def test_a_task_that_only_measures_has_been_looked_at(tmp_path, monkeypatch, verdict, state):
    from graderlib import measuring, report
    tiny = lab(TINY)
    a_lab = dataclasses.replace(tiny, tasks=(*tiny.tasks[:-1], dataclasses.replace(
        tiny.tasks[-1], asks="", measure="get")))
    monkeypatch.setattr(measuring, "measure", lambda *_: [
        {"task": "7.5", "verdict": verdict, "said": "it was so"}])
    result = graded(tmp_path, a_lab, reference(), KEY, only=("check", "build", "measure"))
    last = task(result, "7.5")
    assert last["state"] == state and last["reason"]
    assert report.state_of(last) == state and report.state_of(task(result, "7.4")) == \
        "not looked at"


def test_stress_and_the_module_are_the_students(tmp_path):
    """A bug that both see, though the explorer was not asked."""
    from graderlib import corroborate
    seen = corroborate.stress(lab(TINY), no_wait())
    assert seen["state"] == "failed" and "use-after-free" in seen["said"]
    assert "rcu.c:" in seen["said"]
    assert corroborate.stress(lab(TINY), reference())["state"] == "passed"


@pytest.mark.parametrize("goes_on, said", [
    ("sleep 100", "heap-use-after-free, ended for its time after"),
    ("echo '(/tmp/program+0x1) (/tmp/program+0xffffffffffffffffff)' >&2", "heap-use-after-free"),
    ("yes | head -c 9000000", "heap-use-after-free, ended for its output after"),
], ids=("hangs", "no-such-place", "floods"))
def test_a_report_that_does_not_come_to_its_end_is_told_with_the_reason(monkeypatch, goes_on, said):
    from graderlib import corroborate, jail
    begun = "#!/bin/sh\necho '==2==ERROR: AddressSanitizer: heap-use-after-free on' >&2\n"
    monkeypatch.setattr(corroborate, "program", lambda *_: ((begun + goes_on).encode(), ""))
    real = jail.run
    monkeypatch.setattr(jail, "run", lambda *a, **k: real(*a, **{**k, "seconds": 3}))
    seen = corroborate.stress(lab(TINY), reference())
    assert seen["state"] == "failed" and seen["said"].startswith(said), seen


# Answers

@pytest.mark.parametrize("text, complaint", [
    ('"7.4" = "a', "answers.toml: "),
    ("\xff\xfe", None),
    ("x = " + "[" * 20000, "nested too deeply"),
    ("# " + "x" * 70000, "more than 64 kB"),
    ('"7.4" = "a\n', "quote that ends the answer is missing"),
    ('"7.4" = \xe2\x80\x9ca\xe2\x80\x9d', "Straight quotes"),
    ('"7.4" = "a"\n"7.4" = "b"', "answered twice"),
    ('"7.4" = 3,5', "between quotes"),
], ids=("open-quote", "no-text", "deep", "large", "open-line", "curly", "twice", "comma"))
def test_answers_that_can_not_be_read_are_explained(tmp_path, text, complaint):
    folder = hand_in(tmp_path, lab(TINY), reference())
    with open(os.path.join(folder, "answers.toml"), "wb") as f:
        f.write(text.encode("latin-1"))
    result = stages.Grading(lab(TINY), folder, POINTS).run()
    said = task(result, "7.4")
    assert said["state"] == "not answered yet" and said["points"] == 0
    assert (complaint or "not text in UTF-8") in said["reason"], said["reason"]
    assert task(result, "7.1")["points"] == 3


@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_answers_are_an_ordinary_file_or_nothing(tmp_path, what):
    folder = hand_in(tmp_path, lab(TINY), reference())
    path = os.path.join(folder, "answers.toml")
    if what == "link":
        os.symlink(os.path.join(TINY, "key.toml"), path)
    elif what == "pipe":
        os.mkfifo(path)
    else:
        os.mkdir(path)
    result = stages.Grading(lab(TINY), folder, POINTS).run()
    assert task(result, "7.4")["points"] == 0 and result["points"] == 6
    assert {"link": "is a link", "pipe": "no ordinary file", "folder": "Is a directory"}[
        what] in task(result, "7.4")["reason"]


def test_answers_may_be_saved_as_other_systems_do(tmp_path):
    result = graded(tmp_path, lab(TINY), reference(), "\ufeff" + KEY.replace("\n", "\r\n"),
                    only=("answers",))
    assert task(result, "7.4")["points"] == 2, shown(result)


def test_answers_that_are_elsewhere_are_missed(tmp_path):
    result = graded(tmp_path, lab(TINY), reference(), only=("answers",))
    assert task(result, "7.4")["reason"] == "There is no answers.toml beside rcu.c."


def test_an_answer_to_no_question_is_noticed(tmp_path):
    result = graded(tmp_path, lab(TINY), reference(), KEY + '"7.9" = "x"\n', only=POINTS)
    assert "“7.9”" in result["notes"][0]


def test_a_task_without_its_quotes_is_noticed(tmp_path):
    result = graded(tmp_path, lab(TINY), reference(), '7.4 = "use-after-free"\n',
                    only=("answers",))
    assert "between quotes" in result["notes"][0]


@pytest.mark.parametrize("text", ['"\\u001b]0;x\\u0007" = "x"', f'"7.5" = 0x{"f" * 5000}',
                                  f'"7.5" = [0x{"f" * 5000}]', '"7.5" = 2020-01-01'],
                         ids=["escape", "number", "list", "date"])
def test_odd_answers_reach_no_terminal_and_stop_nothing(tmp_path, text):
    folder = hand_in(tmp_path, lab(TINY), reference(), text + "\n")
    done = grade(folder, stages_="answers")
    assert done.returncode == 1 and done.stderr == "", done.stderr
    assert all(c.isprintable() or c == "\n" for c in done.stdout), done.stdout


# Reasons

def test_every_kind_of_failure_has_a_sentence():
    at = {"function": "lab_f", "file": "/x/rcu.c", "line": 3, "text": "f();"}
    for kind in labs.KINDS:
        doc = {"kind": kind, "scheme": "rcu", "processes": ["", "reader"], "steps": [],
               "failures": [{"kind": kind, "process": 1, "step": 1, "text": "it was so",
                             "at": at}]}
        said = reasons.sentence(doc, seen.Story(doc, reasons.main_failure(doc)))
        assert said[0].isupper() and said.endswith(".") and "None" not in said, said
        assert reasons.MEANS[kind].endswith(".")



@pytest.mark.parametrize("tool", ["gcc", "as", "objdump", "objcopy", "readelf", "ld"])
def test_missing_tool_is_the_machines_fault_and_nobody_elses(tmp_path, monkeypatch, tool):
    """The jail sees a system without it: right work is not marked down."""
    monkeypatch.setattr(building, "CONTROLS", {})
    monkeypatch.setattr(jail, "PATH", without(tmp_path, tool))
    run = jail.run
    monkeypatch.setattr(jail, "run", lambda *a, ro=(), **k: run(
        *a, ro=[*ro, str(tmp_path / "bin")], **k))
    with pytest.raises(building.Trouble, match="not even the reference"):
        graded(tmp_path, lab(TINY), reference())


def without(tmp_path, tool):
    """A folder for PATH in which only this is missing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    tmp_path.chmod(0o755)
    folder.chmod(0o755)
    for name in os.listdir("/usr/bin"):
        if name not in (tool, "x86_64-linux-gnu-" + tool, f"{tool}.bfd"):
            (folder / name).symlink_to("/usr/bin/" + name)
    return str(folder)


def test_missing_header_of_the_kits_is_the_machines_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "CONTROLS", {})
    run = jail.run

    def no_liburcu(argv, **more):
        if "-S" in argv:
            return jail.Done(1, b"", b"In file included from rcu.c:3:\n/kit/list.h:5:10: fatal "
                             b"error: urcu/list.h: No such file or directory\n", None, 0.1)
        return run(argv, **more)
    monkeypatch.setattr(jail, "run", no_liburcu)
    with pytest.raises(building.Trouble, match="urcu/list.h"):
        graded(tmp_path, lab(TINY), reference())


def test_what_is_not_the_machines_fault_stays_the_submissions(tmp_path):
    for old, new in (("static ", "satic "), ('#include "', '#include "no/')):
        result = graded(tmp_path, lab(TINY), reference().replace(old, new, 1))
        assert result["points"] == 0 and result["stages"][-1]["state"] != "passed"


def test_explorer_that_runs_nowhere_is_the_machines_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "CONTROLS", {})
    run = jail.run
    monkeypatch.setattr(jail, "run", lambda argv, **more: jail.Done(
        126, b"", b"", None, 0.1) if argv[0] == "./program" else run(argv, **more))
    with pytest.raises(building.Trouble, match="explorer does not work"):
        graded(tmp_path, lab(TINY), reference())
