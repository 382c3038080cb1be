# SPDX-License-Identifier: GPL-2.0-only
"""Every lab that is here: its files fit together, its skeleton is what it should be."""
import os
import re
import subprocess
import tomllib

import pytest

from grading import BUILT, FOLDERS, NAMES, TINY, TOP, graded, lab, shown, task
from graderlib import labs, skeleton

every_lab = pytest.mark.parametrize("folder", [*FOLDERS, TINY], ids=[*NAMES, "7-tiny"])
every_real_lab = pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)

CODE = os.path.join(TOP, "code")


def compiled_natively(text, a_lab, tmp_path):
    """What gcc says of it, as the native build calls it, all warnings on."""
    path = tmp_path / a_lab.source_name
    path.write_text(text)
    folders = ["runtime/native/include", "runtime/native", "runtime/common", a_lab.family,
               "module", "bench"]
    return subprocess.run(
        ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-parameter",
         "-DLAB_POINTS", "-O1", *(f"-I{CODE}/{f}" for f in folders), "-c", str(path),
         "-o", str(tmp_path / "out.o")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout


@every_lab
def test_a_labs_files_fit_together(folder):
    a_lab = lab(folder)
    assert a_lab.name == os.path.basename(folder)
    for t in a_lab.tasks:
        document, label, _ = labs.book(t.read)
        if t.read:
            path = os.path.join(TOP, "Documentation", document + ".rst")
            assert os.path.exists(path), f"task {t.id} says read = “{t.read}”"
            assert not label or f".. _{label}:" in labs.read_text(path), t.read


@every_real_lab
def test_a_lab_has_enough_of_everything(folder):
    a_lab = lab(folder)
    assert len(labs.mutants(a_lab)) >= 10
    assert len(labs.rights(a_lab)) >= 3
    assert len(labs.wrongs(a_lab)) >= 2
    for part in labs.PARTS:
        assert a_lab.of_part(part), f"there is no {part} part"
    for t in a_lab.tasks:
        assert t.goal and t.minutes and t.read, f"task {t.id}"
        assert t.given or t.of, f"task {t.id} does not say what is given"
        assert t.wrong or t.part == "measure", f"task {t.id}: what does a wrong answer look like?"
        assert t.part == "measure" or len(t.hints) >= 3, f"task {t.id} has too few hints"
    assert {t.id for t in a_lab.tasks if t.asks} == set(labs.key(a_lab))


@every_lab
def test_a_skeleton_builds_without_a_warning_natively(folder, tmp_path):
    a_lab = lab(folder)
    assert compiled_natively(skeleton.skeleton(a_lab), a_lab, tmp_path) == ""


@every_lab
def test_a_skeleton_fails_with_the_task_that_is_not_written(folder, tmp_path):
    a_lab = lab(folder)
    result = graded(tmp_path, a_lab, skeleton.skeleton(a_lab), only=BUILT)
    assert not result["warnings"]
    build = [t for t in result["tasks"] if t["part"] == "build"]
    assert all(t["state"] in ("not written yet", "not reached") for t in build), shown(result)
    todo = [t for t in build if t["state"] == "not written yet"]
    assert todo, shown(result)
    cuts = {(c.task, c.function) for c in a_lab.cuts}
    for t in todo:
        found = re.fullmatch(r"Task (\S+) is not written yet: (\w+)\(\)\.", t["reason"])
        assert found and found.groups() in cuts, t["reason"]
        assert not t["lanes"]


@every_lab
def test_each_task_looks_at_what_it_asks_for(folder, tmp_path):
    """All written but one task: that one fails, and says so itself."""
    a_lab = lab(folder)
    where = "labs"
    for t in {c.task for c in a_lab.cuts}:
        text = labs.reference(a_lab)
        for cut in a_lab.cuts:
            if cut.task == t:
                text = skeleton.cut_out(text, cut, where)
        at = text.index("#define LAB_SCHEME ")
        first = text.rindex("#include", 0, text.index("\nstatic "))
        assert first < at
        text = text[:first] + '#include "lab_todo.h"\n' + text[first:]
        result = graded(tmp_path, a_lab, text, only_task=t)
        assert task(result, t)["state"] == "not written yet", shown(result)


@every_lab
def test_a_skeleton_has_all_functions_and_nothing_of_what_was_cut(folder):
    a_lab = lab(folder)
    reference, mine = labs.reference(a_lab), skeleton.skeleton(a_lab)
    assert skeleton.defined(mine) == skeleton.defined(reference)
    kept = reference
    cut = []
    for c in a_lab.cuts:
        begin, end = skeleton.function_span(kept, c.function, "")
        if c.first:
            inner = reference.split(f"lab_point({c.first});")[1].split(
                f"lab_point({c.last});")[0]
            kept = kept.replace(inner, "", 1)
        else:
            inner = kept[kept.index("{", begin):end]
            kept = kept.replace(inner, "", 1)
        cut += [line.strip() for line in inner.splitlines()]
    left = {line.strip() for line in kept.splitlines()}
    gave = {line.strip() for c in a_lab.cuts for line in c.give.splitlines()}
    secret = {line for line in cut if len(line) > 12} - left - gave
    assert secret
    assert not secret & {line.strip() for line in mine.splitlines()}
    begin, end = skeleton.opening(reference)
    assert reference[begin:end] not in mine, "the head says who holds what"


@every_lab
def test_what_is_not_cut_stays_as_it_is(folder):
    a_lab = lab(folder)
    reference, mine = labs.reference(a_lab), skeleton.skeleton(a_lab)
    for name in set(skeleton.defined(reference)) - {c.function for c in a_lab.cuts}:
        begin, end = skeleton.function_span(reference, name, "")
        assert reference[begin:end] in mine, name
    for c in a_lab.cuts:
        assert f" * {c.function}() - " in mine, "its kernel-doc stays"


@every_lab
def test_the_answers_file_asks_everything_and_answers_nothing(folder):
    a_lab = lab(folder)
    text = skeleton.answers_template(a_lab)
    said = tomllib.loads(text)
    assert set(said) == {t.id for t in a_lab.tasks if t.asks}
    assert not any(str(v).strip() for v in said.values())
    assert max(map(len, text.splitlines())) <= 80
    key = labs.key(a_lab)
    for t in a_lab.tasks:
        if t.asks == "schedule":
            assert key[t.id] not in text


@every_lab
def test_a_wrong_solution_compiles_in_the_reference_and_says_what_it_thinks(folder, tmp_path):
    a_lab = lab(folder)
    for name, path in labs.wrongs(a_lab).items():
        wrong = labs.read_text(path)
        assert re.search(r"/\*.*?\*/", wrong, re.DOTALL), name
        text = skeleton.compose(labs.reference(a_lab), wrong, a_lab.reference_path, path)
        said = compiled_natively(text, a_lab, tmp_path)
        assert "error" not in said, said


def test_a_composed_source_leads_to_both_files(tmp_path):
    a_lab = lab(TINY)
    wrong = labs.wrongs(a_lab)["too_early"]
    text = skeleton.compose(labs.reference(a_lab), labs.read_text(wrong), "/x/rcu.c",
                            "/x/wrong/too_early.c")
    assert "lab_helper" in text and text.count("lab_switch_task_namespaces(struct") == 1
    at = {}
    file, number = "", 0
    for line in text.splitlines():
        found = re.fullmatch(r'#line (\d+) "(.*)"', line)
        if found:
            number, file = int(found.group(1)), found.group(2)
            continue
        at[file, number] = line
        number += 1
    for file, path in (("/x/rcu.c", a_lab.reference_path), ("/x/wrong/too_early.c", wrong)):
        for n, line in enumerate(labs.read_text(path).splitlines(), 1):
            if (file, n) in at:
                assert at[file, n] == line, (file, n)
    assert at["/x/wrong/too_early.c", 8].startswith("static void lab_switch_task")


def test_a_composed_source_needs_a_function_that_is_there():
    with pytest.raises(labs.LabError, match="defines no function that rcu.c has"):
        skeleton.compose(labs.reference(lab(TINY)), "static int f(void)\n{\n\treturn 0;\n}\n",
                         "rcu.c")


def test_text_of_a_lab_is_plain_on_a_terminal():
    said = skeleton.plain("*leak*: see :doc:`the page <nsproxy/rcu>`, ``a * b`` and **all**")
    assert said == "leak: see the page, a * b and all"


BROKEN = [
    ('minutes = 10\n', '', "7-tiny/lab.toml: “minutes = …” is missing"),
    ('family = "nsproxy"', 'family = "net"', "family = “net” is none of netns, nsproxy, pid"),
    ('scheme = "rcu"', 'scheme = "rcv"', "there is no code/nsproxy/rcv.c"),
    ('scenario = "fork"', 'scenario = "spoon"',
     "task 7.1, check 2: the nsproxy family has no scenario “spoon”"),
    ('needs = ["7.1"]', 'needs = ["7.4"]', "task 7.2: needs “7.4”, which is no task before it"),
    ('points = 3', 'points = "3"', "task 7.1: “points” must be a whole number"),
    ('points = 3', 'point = 3', "task 7.1: “point” means nothing here"),
    ('"use-after-free" = "The', '"use-after-fre" = "The',
     "the explorer has no kind of failure “use-after-fre”"),
    ('asks = "kind"', 'asks = "kinds"', "task 7.4: asks = “kinds” is none of"),
    ('wrong = "too_early"', 'wrong = "early"', "task 7.4: there is no wrong/early.c"),
    ('task = "7.3"\nfrom', 'task = "7.4"\nfrom', "cut for task “7.4”, which is no build task"),
    ('asks = "text"', 'asks = "text"\npoints = 1', "task 7.5: a measure task carries no points"),
    ('number = 7', 'number = 8', "name = “7-tiny” must be 8-something"),
    ('id = "7.2"', 'id = "7.1"', "task 7.1: there are two of that id"),
    ('[[task]]\nid = "7.5"', '[[task]]\nid = "7.4b"\npart = "build"\ntitle = "x"\nneeds = ["7.4"]\n'
     '[[task.check]]\nscenario = "fork"\n[[task]]\nid = "7.5"',
     "task 7.4b: needs “7.4”, which is looked at after it"),
    ('title = "Why"', 'title = "Why', "7-tiny/lab.toml: Illegal character"),
]


@pytest.mark.parametrize("old, new, complaint", BROKEN)
def test_a_broken_lab_is_explained_in_a_sentence(tmp_path, old, new, complaint):
    folder = tmp_path / "7-tiny"
    os.makedirs(folder / "wrong")
    (folder / "wrong" / "too_early.c").write_text("")
    text = labs.read_text(os.path.join(TINY, "lab.toml"))
    assert old in text
    (folder / "lab.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(labs.LabError) as e:
        labs.load(folder)
    assert complaint in str(e.value)


@pytest.mark.parametrize("old, new, complaint", [
    ('"lab_utsns_get"', '"lab_utsns_got"', "there is no function lab_utsns_got()"),
    ('to = "mounts_referenced"', 'to = "mounts_ref"', "lab_mounts_open() has no lab_point(mounts_ref)"),
    ('from = "mounts_pointer"\nto = "mounts_referenced"',
     'to = "mounts_pointer"\nfrom = "mounts_referenced"', "comes before"),
])
def test_a_cut_that_finds_nothing_is_explained(tmp_path, old, new, complaint):
    folder = tmp_path / "7-tiny"
    os.makedirs(folder / "wrong")
    (folder / "wrong" / "too_early.c").write_text("")
    text = labs.read_text(os.path.join(TINY, "lab.toml"))
    (folder / "lab.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(labs.LabError, match=re.escape(complaint)):
        skeleton.skeleton(labs.load(folder))


def test_the_kinds_of_failure_are_the_explorers():
    names = re.findall(r'\[LAB_X_\w+\] = "([a-z-]+)",',
                       labs.read_text(os.path.join(CODE, "runtime/explore/report.c")))
    from graderlib import reasons
    assert sorted(names) == sorted(labs.KINDS) == sorted(reasons.MEANS)
