# SPDX-License-Identifier: GPL-2.0-only
"""The proof of the grader: wrong submissions fail, each for its reason; right
ones get full points, however they are written.

Here once, in the task that it is about. labs/grader/prove looks at all tasks,
many times."""
import json
import re

import pytest

from grading import FOLDERS, graded, lab, shown, task
from graderlib import labs, prove


def all_of(what):
    """(lab's folder, entry) of every lab; a lab that can't be read fails elsewhere."""
    out = []
    for folder in FOLDERS:
        try:
            out += [pytest.param(folder, m, id=f"{lab(folder).number}-{name}")
                    for name, m in what(lab(folder)).items()]
        except labs.LabError:
            pass
    return out


def mutants(a_lab):
    return {m.name: m for m in labs.mutants(a_lab)}


def rights(a_lab):
    return {"reference": a_lab.reference_path, **labs.rights(a_lab)}


@pytest.mark.parametrize("folder, mutant", all_of(mutants))
def test_a_wrong_submission_fails_for_its_reason(folder, mutant, tmp_path):
    a_lab = lab(folder)
    result = graded(tmp_path, a_lab, labs.mutated(a_lab, mutant), only_task=mutant.task)
    first = task(result, mutant.task)
    assert first["state"] != "passed", "it got full points\n" + shown(result)
    failed = [s["name"] for s in result["stages"] if s["state"] == "failed"]
    if mutant.kind in ("build", "forbidden"):
        # What it may contain is seen in the source, or in what the compiler made of it.
        assert failed in ([["build"]] if mutant.kind == "build" else [["check"], ["build"]]), \
            shown(result)
    else:
        assert (first["id"], first["kind"], first["state"]) == \
            (mutant.task, mutant.kind, "failed"), shown(result)
        assert mutant.scenario in ("", first["scenario"]), shown(result)
        assert first["reason"] and first["lanes"] and first["place"]
    assert task(result, mutant.task)["points"] == 0
    said = json.dumps(first, ensure_ascii=False) + str(result["stages"])
    assert re.search(mutant.says, said), said


@pytest.mark.parametrize("folder, path", all_of(rights))
def test_a_right_submission_gets_full_points(folder, path, tmp_path):
    a_lab = lab(folder)
    result = graded(tmp_path, a_lab, labs.read_text(path))
    assert not result["warnings"]
    for t in result["tasks"]:
        assert t["part"] != "build" or (t["state"], t["points"]) == ("passed", t["of"]), \
            shown(result)


@pytest.mark.parametrize("number, name", [("0", "lock-on-the-stack"),
                                          ("1", "no-memory-no-free")])
def test_a_report_is_the_same_wherever_the_program_was_linked(number, name):
    """They store addresses that differ from one build to the next."""
    entry, = (e for e in prove.entries(labs.load(number)) if e.name == name)
    assert prove.try_grade(entry)["same"] == prove.try_grade(entry)["same"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.rsplit("/", 1)[-1])
def test_the_key_gets_all_points_of_the_answers(folder, tmp_path):
    a_lab = lab(folder)
    result = graded(tmp_path, a_lab, labs.reference(a_lab),
                    labs.read_text(a_lab.folder + "/key.toml"),
                    only=("check", "build", "explore", "answers"))
    assert result["points"] == result["of"], shown(result)
    for t in a_lab.tasks:
        if t.asks == "text":
            assert task(result, t.id)["state"] == "for a person"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.rsplit("/", 1)[-1])
def test_a_wrong_answer_gets_no_points_and_is_told_why(folder, tmp_path):
    """Each question answered with what is right for none."""
    a_lab = lab(folder)
    wrong = {"kind": "endless-memory", "schedule": "nobody:end", "line": "nowhere()",
             "repair": "nothing", "value": -12345, "litmus": "Perhaps", "splat": "UBSAN main"}
    answers = "".join(f'"{t.id}" = {json.dumps(wrong[t.asks])}\n' for t in a_lab.tasks
                      if t.asks in wrong)
    result = graded(tmp_path, a_lab, labs.reference(a_lab), answers,
                    only=("check", "build", "explore", "answers"))
    for t in a_lab.tasks:
        if t.asks in wrong:
            said = task(result, t.id)
            assert (said["state"], said["points"]) == ("failed", 0), shown(result)
            assert said["reason"]


def test_a_local_that_is_never_set_is_no_null(tmp_path):
    """What the compiler leaves undefined must not come out right."""
    a_lab = lab(FOLDERS[0])
    text = labs.reference(a_lab).replace("struct lab_uts_namespace *uts_ns = NULL;",
                                         "struct lab_uts_namespace *uts_ns;")
    first = task(graded(tmp_path, a_lab, text, only_task="0.1"), "0.1")
    assert first["state"] == "failed" and "of a zombie returns NULL" in first["reason"], first
