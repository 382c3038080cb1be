# SPDX-License-Identifier: GPL-2.0-only
"""Mutants made by machine: that all are made, that a gap is seen, and, in a sample,
that there is none. labs/grader/mutate counts them all."""
import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import re

import pytest

from grading import FOLDERS, GRADER, NAMES, TINY, command, lab
from graderlib import labs, mutate, mutate_c, mutate_equal, mutate_make, mutate_run, mutate_words

SAMPLE, PAIRS = 5, 2        # of each lab; about half a second of CPU each
SOURCE = """
static int lab_f(struct lab_task *task, struct lab_task *other, int n)
{
	struct lab_nsproxy *nsproxy = NULL;
	int found = 0;

	spin_lock(&task->alloc_lock);
	nsproxy = READ_ONCE(task->nsproxy);
	while (n > 1 && nsproxy) {
		/* { a brace in a comment */
		lab_both(task, other);
		if (!found)
			break;
		list_for_each_entry(pos, head, list)
			found += lab_count(pos, "}");
	}
	lab_point(here);
	spin_unlock(&task->alloc_lock);
	return found;
}
"""


def a_function(source=SOURCE, name="lab_f"):
    return mutate_c.Function(source, name, "some.c")


@pytest.fixture
def of_source(monkeypatch):
    """A lab whose reference is a text of this test."""
    monkeypatch.setattr(labs, "reference", lambda _: SOURCE)
    return lab(TINY)


def changes(a_lab, function):
    """{kind: {(old, new)}} of a function's mutants."""
    out = collections.defaultdict(set)
    for mutant in mutate_make.Maker(a_lab, function, mutate_c.Headers(a_lab)).all():
        out[mutant.kind].add(mutant.change)
    return out


def options(sample=0, pairs=0):
    return argparse.Namespace(sample=sample, pairs=pairs, seed="1")


def examined(a_lab, o, only=None, monkeypatch=None):
    """An account of a lab, or of one mutant of it."""
    if only:
        monkeypatch.setattr(mutate_make, "singles", lambda _: [only])
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return mutate.examine(a_lab, o, pool, mutate.Progress(0, "mutate"))


def one(a_lab, function, old, new, kind=""):
    """The mutant that makes this change."""
    found, = [m for m in mutate_make.singles(a_lab) if m.function == function
              and m.change == (old, new) and kind in ("", m.kind)]
    return found


# What is made

def test_a_function_is_read_to_its_last_statement():
    f = a_function()
    kinds = [s.kind for s, _ in f.walk()]
    assert kinds == ["declaration", "declaration", "expression", "expression", "loop",
                     "expression", "if", "break", "loop", "expression", "point", "expression",
                     "return"]
    assert f.names == {"task": "struct lab_task *", "other": "struct lab_task *", "n": "int",
                       "nsproxy": "struct lab_nsproxy *", "found": "int"}
    assert f.returns == "int"


def test_what_can_not_be_read_is_said_with_its_line():
    with pytest.raises(labs.LabError, match="some.c:7: .*switch.*can't read it"):
        a_function(SOURCE.replace("spin_lock(&task->alloc_lock);", "switch (n) { }"))
    with pytest.raises(labs.LabError, match="some.c:15"):
        a_function(SOURCE.replace('lab_count(pos, "}");', 'lab_count(pos, "}"'))


WANTED = [
    ("dropped", "nsproxy = READ_ONCE(task->nsproxy);", ""),
    ("dropped", "break;", ";"),
    ("swapped", "spin_unlock(&task->alloc_lock);\nreturn found;",
     "return found;\nspin_unlock(&task->alloc_lock);"),
    ("lock exchanged", "spin_lock(&task->alloc_lock);", "spin_lock_bh(&task->alloc_lock);"),
    ("lock exchanged", "spin_lock(&task->alloc_lock);", "spin_unlock(&task->alloc_lock);"),
    ("weaker", "nsproxy = READ_ONCE(task->nsproxy);", "nsproxy = task->nsproxy;"),
    ("stronger", "nsproxy = READ_ONCE(task->nsproxy);",
     "nsproxy = smp_load_acquire(&task->nsproxy);"),
    ("condition", "while (n > 1 && nsproxy) {", "while (!(n > 1 && nsproxy)) {"),
    ("condition", "while (n > 1 && nsproxy) {", "while (true) {"),
    ("condition", "while (n > 1 && nsproxy) {", "while (false) {"),
    ("condition", "while (n > 1 && nsproxy) {", "while (n >= 1 && nsproxy) {"),
    ("condition", "while (n > 1 && nsproxy) {", "while (n > 1 || nsproxy) {"),
    ("condition", "while (n > 1 && nsproxy) {", "while ( nsproxy) {"),
    ("condition", "if (!found)", "if (found)"),
    ("constant", "while (n > 1 && nsproxy) {", "while (n > 2 && nsproxy) {"),
    ("constant", "while (n > 1 && nsproxy) {", "while (n > 0 && nsproxy) {"),
    ("variable", "spin_lock(&task->alloc_lock);", "spin_lock(&other->alloc_lock);"),
    ("variable", "if (!found)", "if (!n)"),
    ("argument", "lab_both(task, other);", "lab_both(other, task);"),
    ("member", "spin_lock(&task->alloc_lock);", "spin_lock(&task->nsproxy_lock);"),
    ("loop", "while (n > 1 && nsproxy) {", "if (n > 1 && nsproxy) {"),
    ("loop", 'found += lab_count(pos, "}");', '{ found += lab_count(pos, "}"); break; }'),
    ("return", "lab_both(task, other);", "return found; lab_both(task, other);"),
    ("return", "return found;", "return 0;"),
    ("jump", "break;", "continue;"),
    ("repeated", "lab_both(task, other);", "lab_both(task, other); lab_both(task, other);"),
    ("call", 'found += lab_count(pos, "}");', "found += 0;"),
    ("initialiser", "int found = 0;", "int found ;"),
]


@pytest.mark.parametrize("kind, old, new", WANTED, ids=lambda v: v.replace("\n", " ")[:40])
def test_each_kind_of_change_is_made(of_source, kind, old, new):
    """The line before comes along where the lines stand in more than one place."""
    made = changes(of_source, a_function())[kind]
    assert any(a.endswith(old) and b.endswith(new) and len(a) - len(old) == len(b) - len(new)
               for a, b in made), made


def test_a_lock_goes_with_all_its_unlocks(of_source):
    made = changes(of_source, a_function())
    (old, new), = made["lock dropped"]
    assert "spin_lock" in old and "spin_unlock" in old and "lock" not in new
    assert any("spin_lock_irq(" in new and "spin_unlock_irq(" in new
               for _, new in made["lock exchanged"])


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_mutants_keep_their_lines_and_are_known_by_them(folder):
    a_lab = lab(folder)
    reference, known = labs.reference(a_lab), set()
    for mutant in mutate_make.singles(a_lab):
        assert mutant.text.count("\n") == reference.count("\n"), mutant
        assert (mutant.function, *mutant.change) not in known, mutant
        known.add((mutant.function, *mutant.change))
        assert mutant.function in [cut.function for cut in a_lab.cuts]
    assert {f for f, *_ in known} == {cut.function for cut in a_lab.cuts}


def test_every_kind_is_met_in_some_lab():
    made = {m.kind for folder in FOLDERS for m in mutate_make.singles(lab(folder))}
    assert made | {"pair"} == set(mutate_words.KINDS)


def test_a_pair_is_two_changes_and_the_same_for_the_same_seed():
    a_lab = lab(FOLDERS[0])
    single = mutate_make.singles(a_lab)
    pairs = mutate_make.pairs(a_lab, single, 20, "1")
    assert len(pairs) == 20 and all(len(p.edits) >= 2 for p in pairs)
    assert [p.text for p in pairs] == [p.text for p in mutate_make.pairs(a_lab, single, 20, "1")]
    assert [p.text for p in pairs] != [p.text for p in mutate_make.pairs(a_lab, single, 20, "2")]


def test_only_what_lies_between_the_labels_of_a_cut_is_changed():
    a_lab = lab(TINY)
    part, = [f for f in mutate_make.functions(a_lab) if f.name == "lab_mounts_open"]
    reference = labs.reference(a_lab)
    first = reference.index("lab_point(mounts_pointer)", part.begin)
    last = reference.index("lab_point(mounts_referenced)", part.begin)
    edits = [e for m in mutate_make.singles(a_lab) if m.function == part.name for e in m.edits]
    assert edits and all(first < begin <= end <= last for begin, end, _ in edits)


# What is tried

def test_the_same_code_is_not_tried_again():
    a_lab = lab(TINY)
    text = labs.reference(a_lab)
    code, error = mutate_run.object_of(a_lab, text)
    assert code and not error
    again = text.replace("uts_ns = nsproxy->uts_ns;", "uts_ns = (nsproxy->uts_ns); /* the same */")
    assert again != text and mutate_run.object_of(a_lab, again)[0] == code
    other = text.replace("uts_ns = nsproxy->uts_ns;", "uts_ns = NULL;")
    assert mutate_run.object_of(a_lab, other)[0] not in ("", code)
    wrong = text.replace("uts_ns = nsproxy->uts_ns;", "uts_ns = nsproxy;")
    assert mutate_run.object_of(a_lab, wrong) == ("", mutate_run.object_of(a_lab, wrong)[1])


def test_what_returns_nothing_where_a_value_is_due_is_no_submission():
    a_lab = lab(TINY)
    text = labs.reference(a_lab).replace("\treturn uts_ns;\n", "\n")
    assert "returning non-void" in mutate_run.object_of(a_lab, text)[1]
    assert mutate_run.tried(a_lab, text, lambda _: True)["verdict"] == mutate_run.REFUSED


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Nothing is known from before; what is built, stays."""
    monkeypatch.setattr(mutate_run.Journal, "lines", lambda self: iter(()))
    monkeypatch.setattr("graderlib.native.folder", lambda *names: str(tmp_path.joinpath(*names)))


def without(a_lab, *scenarios):
    """A lab that lacks these checks."""
    return dataclasses.replace(a_lab, tasks=tuple(dataclasses.replace(
        t, checks=tuple(c for c in t.checks if c.scenario not in scenarios))
        for t in a_lab.tasks))


def test_a_gap_in_the_scenarios_is_seen(fresh, monkeypatch):
    """Without the reader's scenario a reader with no section gets through."""
    a_lab = lab(TINY)
    mutant = next(m for m in mutate_make.singles(a_lab)
                  if m.function == "lab_utsns_get" and m.kind == "lock dropped")
    whole = examined(a_lab, options(), mutant, monkeypatch)
    assert whole.tasks["7.2"]["killed"] == 1 and not whole.open
    assert whole.scenarios["one_reader sc"] == 1
    gap = examined(without(a_lab, "one_reader", "only_get"), options(), mutant, monkeypatch)
    assert [what for _, what, _ in gap.open] == ["survived"]


def test_nothing_is_counted_where_the_reference_itself_fails(fresh, monkeypatch):
    wrong = labs.reference(lab(TINY)).replace("\t\tsynchronize_rcu();\n", "\n")
    monkeypatch.setattr(labs, "reference", lambda _: wrong)
    with pytest.raises(labs.LabError, match="the reference itself is killed, in only_switch sc"):
        mutate_run.Trials(lab(TINY))


def test_only_checks_that_call_a_function_are_run_for_it():
    a_lab = lab(TINY)
    cut = next(c for c in a_lab.cuts if c.function == "lab_switch_task_namespaces")
    assert set(mutate_run.met_by(a_lab, cut)) == {"only_switch sc", "fork sc", "one_reader sc"}
    assert mutate_run.asked_by(a_lab, cut.function) == {"only_switch sc", "fork sc"}


def test_a_kill_in_another_task_is_none_that_fits():
    a_lab = lab(FOLDERS[0])
    seen = {"verdict": "killed", "task": "0.2", "kind": "leak", "scenario": "switch",
            "mode": "sc", "reason": "…", "seconds": 1}
    mutant = mutate_make.singles(a_lab)[0]
    assert mutant.function == "lab_utsns_get"
    assert mutate.fate(a_lab, mutant, seen, [])[0] == "misfit"
    assert mutate.fate(a_lab, mutant, {**seen, "task": "0.1"}, [])[0] == "killed"
    assert mutate.fate(a_lab, mutant, {**seen, "task": "0.1", "kind": "fault"}, [])[0] == "misfit"


# What is argued

def argument(**of):
    given = {"functions": ("lab_utsns_get",), "because": "it is the same for everybody",
             "old": "", "new": ""}
    return mutate_equal.Argument(**{**given, **of})


def test_an_argument_against_a_kill_is_a_mistake_and_so_is_one_about_nothing():
    a_lab = lab(FOLDERS[0])
    mutants = mutate_make.singles(a_lab)
    seen = {"verdict": "killed", "task": "0.1", "kind": "leak", "scenario": "s", "mode": "sc",
            "reason": "…", "seconds": 1}
    fits = argument(old=mutants[0].change[0], new=mutants[0].change[1])
    assert mutate.fate(a_lab, mutants[0], seen, [fits])[0] == "not equivalent"
    assert mutate.fate(a_lab, mutants[0], {"verdict": "survived"}, [fits])[0] == "equivalent"
    stale = argument(old="no such line;", new="")
    assert mutate_equal.idle([fits, stale], mutants) == [stale]


@pytest.mark.parametrize("text, said", [
    ('[[equivalent]]\nfunction = "lab_f"\nold = ""\nnew = ""\nbecause = "it is so, you see that"\n',
     "is none that this lab cuts"),
    ('[[equivalent]]\nfunction = "lab_utsns_get"\nold = ""\nnew = ""\nbecause = "so"\n',
     "one whole sentence"),
    ('[[rule]]\nfunction = "lab_utsns_get"\nkind = "odd"\nbecause = "it is so, you see that"\n',
     "is none of"),
    ('[[rule]]\nfunction = "lab_utsns_get"\nkind = "stronger"\nold = "("\n'
     'because = "it is so, you see that"\n', "\\(”"),
    ('[[rules]]\n', "means nothing here"),
])
def test_a_table_of_arguments_that_is_wrong_is_refused(tmp_path, monkeypatch, text, said):
    (tmp_path / "equivalent.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(mutate_equal, "path_of", lambda _: str(tmp_path / "equivalent.toml"))
    with pytest.raises(labs.LabError, match=said):
        mutate_equal.load(lab(FOLDERS[0]))


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_no_argument_has_outlived_its_mutant(folder):
    a_lab = lab(folder)
    single = mutate_make.singles(a_lab)
    assert not [str(a) for a in mutate_equal.idle(mutate_equal.load(a_lab), single)]


# The labs

def recorded():
    with open(mutate.record_path(), encoding="utf-8") as f:
        return {r["lab"]: r for r in json.load(f)["labs"]}


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_sample_of_mutants_is_killed_for_reasons_that_fit(folder):
    account = examined(lab(folder), options(SAMPLE, PAIRS))
    known = {(e["function"], e["old"], e["new"]) for e in recorded()[account.lab.name]["open"]}
    new = [f"{what}: {said}\n{m}" for m, what, said in account.open
           if (m.function, *m.change) not in known]
    assert not new, "\n\n".join(new)
    assert sum(n["made"] for n in account.tasks.values()) == SAMPLE


def test_what_is_recorded_is_of_these_mutants():
    """Another reference, or another way to change one: count anew."""
    for folder in FOLDERS:
        a_lab = lab(folder)
        made = collections.Counter(m.function for m in mutate_make.singles(a_lab))
        for task, counts in recorded()[a_lab.name]["tasks"].items():
            of = [c.function for c in a_lab.cuts if c.task == task]
            assert counts["made"] == sum(made[f] for f in of), \
                f"{a_lab.name} {task}: make prove-mutants LAB={a_lab.number}"


def test_the_command_says_what_it_does():
    mutate_ = os.path.join(GRADER, "mutate")
    assert command(mutate_, "--lab", "99").returncode == 2
    assert command(mutate_, "--jobs", "0").returncode == 2
    listed = command(mutate_, "--lab", TINY, "--list")
    assert listed.returncode == 0 and re.search(r"lab_utsns_get\(\), dropped:\n  - ", listed.stdout)
