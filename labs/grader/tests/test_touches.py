# SPDX-License-Identifier: GPL-2.0-only
"""touches.toml of a lab: which objects each function touches, who else may touch them
at that moment, and the scenario that has both. labs/README.md says how it is written."""
import os
import re

import pytest
from grading import FOLDERS, lab

from graderlib import confined, labs, reasons, skeleton

TABLES = [f for f in FOLDERS if os.path.exists(os.path.join(f, "touches.toml"))]
NAMES = [os.path.basename(f) for f in TABLES]


def rows(folder):
    """(function, row) of each row."""
    table = labs.read_toml(os.path.join(folder, "touches.toml"))
    return [(function, row) for function, of in table.items() for row in of]


def played(folder):
    """The scenarios that this lab's build tasks are checked with."""
    return {c.scenario for t in lab(folder).tasks for c in t.checks}


@pytest.mark.parametrize("folder", TABLES, ids=NAMES)
def test_each_function_that_is_written_has_rows_and_no_other(folder):
    assert {f for f, _ in rows(folder)} == {c.function for c in lab(folder).cuts}


@pytest.mark.parametrize("folder", TABLES, ids=NAMES)
def test_each_row_names_an_object_somebody_else_and_a_scenario_that_is_checked(folder):
    for function, row in rows(folder):
        assert set(row) - {"also", "only", "why"} == {"object", "with", "scenario"}, \
            (function, row)
        assert all(row.values()), (function, row)
        assert {row["scenario"], *row.get("also", ())} <= played(folder), (function, row)


@pytest.mark.parametrize("folder", TABLES, ids=NAMES)
def test_a_table_that_has_wrong_submissions_has_one_or_a_reason_in_each_row(folder):
    proven = [len(set(row) & {"only", "why"}) for _, row in rows(folder)]
    assert set(proven) == {1 if lab(folder).family == "nsproxy" or any(proven) else 0}


@pytest.mark.parametrize("folder", TABLES, ids=NAMES)
def test_each_scenario_that_is_checked_is_there_for_a_row(folder):
    assert played(folder) == {scenario for _, row in rows(folder)
                              for scenario in (row["scenario"], *row.get("also", ()))}


def counts(folder, scenario):
    """Whether this scenario counts what a function takes or waits for."""
    explore = os.path.join(lab(folder).family_folder, "explore")
    text = labs.read_text(os.path.join(explore, scenario + ".c"))
    for header in re.findall(r'^#include "(\w+\.h)"', text, re.MULTILINE):
        path = os.path.join(explore, header)
        text += labs.read_text(path) if header == "scenario.h" and os.path.exists(path) else ""
    return re.search(r"lab_used\(|careful_used|careful_lockless", text)


@pytest.mark.parametrize("folder", TABLES, ids=NAMES)
def test_what_a_scenario_counts_is_a_rule_in_the_words_of_its_task(folder):
    a_lab = lab(folder)
    for task in a_lab.tasks:
        mine = [c for c in a_lab.cuts if c.task == task.id]
        if not mine or not any(counts(folder, c.scenario) for c in task.checks):
            continue
        said = " ".join([task.goal, *(f"{c.todo} {c.doc}" for c in mine)])
        assert re.search(r"\bwait|\block at most", said), (task.id, said)


def pairs():
    return [pytest.param(folder, function, scenario,
                         id=f"{lab(folder).number}-{function}-{scenario}")
            for folder in TABLES
            for function, scenario in sorted({(f, r["scenario"]) for f, r in rows(folder)})]


@pytest.mark.parametrize("folder, function, scenario", pairs())
def test_the_scenario_of_a_row_comes_to_its_function(folder, function, scenario):
    """The reference with this function not written: the scenario must run into that."""
    a_lab = lab(folder)
    text = labs.reference(a_lab)
    for cut in a_lab.cuts:
        if cut.function == function:
            text = skeleton.cut_out(text, cut, function)
    at = text.index("#include")
    doc = confined.Submission(a_lab, text=text[:at] + skeleton.SENTINEL + text[at:]).explore(
        scenario, limit=60)
    assert (reasons.not_written(doc) or ("", ""))[1] == function, (doc["verdict"], doc["kind"])


def only():
    return [pytest.param(folder, row, id=f"{lab(folder).number}-{row['only']}")
            for folder in TABLES for _, row in rows(folder) if "only" in row]


@pytest.mark.parametrize("folder, row", only())
def test_a_rows_wrong_submission_is_caught_there_and_nowhere_else(folder, row):
    a_lab = lab(folder)
    mutant, = [m for m in labs.mutants(a_lab) if m.name == row["only"]]
    assert mutant.scenario == row["scenario"]
    submission = confined.Submission(a_lab, text=labs.mutated(a_lab, mutant))
    caught = {c.scenario for t in a_lab.tasks for c in t.checks
              if submission.explore(c.scenario, c.mode, c.want, c.limit,
                                    c.repair)["verdict"] == "failed"}
    assert row["scenario"] in caught
    assert caught <= {row["scenario"], *row.get("also", ())}
