# SPDX-License-Identifier: GPL-2.0-only
"""Students get what they need, and no line of a solution."""
import os
import shutil
import subprocess
import sys

import pytest

GRADER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, GRADER)

from graderlib import handout, labs  # noqa: E402

ALL = labs.all_labs()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("handout") / "kit")
    handout.lay_out(folder, ALL)
    return folder


@pytest.fixture(scope="module")
def files(root):
    return handout.contents(root)


def test_no_line_of_a_solution_is_in_it(files):
    assert handout.leaks(files, ALL) == []


def test_no_key_no_mutant_and_no_right_submission_is_in_it(root):
    names = [os.path.relpath(os.path.join(w, n), root) for w, _, ns in os.walk(root) for n in ns]
    assert not [n for n in names if n.endswith(("key.toml", "mutants.toml", "experiments.toml"))
                or "/right/" in n or "/instructor/" in n or "tests/" in n and "plant.h" not in n]
    for lab in ALL:
        assert f"labs/{lab.name}/lab.toml" in names
        with open(os.path.join(root, "code", lab.family, lab.source_name)) as f:
            assert f.read().count("lab_todo(") >= len(lab.cuts)


def test_a_litmus_test_that_a_lab_asks_about_is_there_without_what_is_seen(root):
    asked = [t for lab in ALL for t in lab.tasks if t.asks == "litmus"]
    assert asked
    for task in asked:
        name = task.test + (f".{task.change}" if task.change else "")
        done = subprocess.run([os.path.join(root, "code", "litmus", "run"), "--show", name],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0 and f"C {name}\n" in done.stdout, done.stderr
        assert "Result: asked" in done.stdout
        text = labs.read_text(os.path.join(root, "code", "litmus", task.test + ".litmus"))
        assert task.change not in text, name
    changes = labs.read_text(os.path.join(root, "code", "litmus", "changes.toml"))
    assert not [x for x in ("Never", "Sometimes", "Always", '"break"') if x in changes]


def test_a_kit_that_is_no_clone_is_not_packed_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(labs, "TOP", str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(labs.LabError, match="in a clone.*not a git repository"):
        handout.tracked("code")


@pytest.mark.parametrize("lab", ALL, ids=lambda lab: lab.name)
def test_the_search_finds_each_function_of_a_solution(files, lab):
    """Each cut function by itself, in a file of another name and indentation."""
    text = labs.reference(lab)
    shown = [handout.windows(files[p]) for p in handout.shown_by(lab, ALL) if p in files]
    for cut in lab.cuts:
        begin, end = handout.skeleton.function_span(text, cut.function, lab.name)
        lines = handout.code_lines(text[begin:end].replace("\t", "  "))
        found = handout.leaks({**files, "code/runtime/planted.txt": lines}, [lab])
        if not found:       # only what is shown on purpose, or next to nothing
            body = dict(handout.regions(lab)[0])[f"lab {lab.number}, {cut.function}()"]
            assert handout.windows(body) <= set().union(*shown), cut.function


def test_what_to_read_is_in_the_handouts_book_or_is_said_not_to_be(monkeypatch, tmp_path):
    monkeypatch.setattr(labs, "TOP", str(tmp_path))
    monkeypatch.setattr(labs, "BOOKS", [str(tmp_path / "none"), str(tmp_path / "book")])
    monkeypatch.setattr(labs, "HANDOUT", True)
    monkeypatch.setattr(labs, "title_of", labs.title_of.__wrapped__)    # nothing kept
    page = tmp_path / "book" / "explorer" / "kinds.html"
    page.parent.mkdir(parents=True)
    page.write_text('<h1>This &amp; that<a class="headerlink" href="#t">#</a></h1>')
    title, where = labs.where_to_read("explorer/kinds")
    assert title == "This & that" and os.path.samefile(where, page)
    assert labs.where_to_read("nsproxy/rcu") == ("nsproxy/rcu", "a chapter of the whole book")


def test_a_student_can_work_with_nothing_else_in_reach(root, tmp_path):
    kit = str(tmp_path / "my kit")
    shutil.copytree(root, kit)

    def make(*words):
        return subprocess.run(["make", *words], cwd=kit, capture_output=True, text=True,
                              env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
                              timeout=300)
    assert "  0  " in make("lab").stdout
    begun = make("lab", "LAB=0")
    assert begun.returncode == 0, begun.stderr
    lab = labs.load("0")
    first = make("grade", "LAB=0", "QUICK=1")
    assert first.returncode != 0 and "not written yet" in first.stdout, first.stderr
    shutil.copy(lab.reference_path, os.path.join(kit, "work", lab.name, lab.source_name))
    done = make("grade", "LAB=0", "QUICK=1")
    of = sum(t.points for t in lab.of_part("build"))
    assert f"{of} of {lab.points} points" in done.stdout, done.stdout + done.stderr
    # Answers would be judged by running solutions.
    shutil.copy(os.path.join(lab.folder, "key.toml"),
                os.path.join(kit, "work", lab.name, "answers.toml"))
    said = subprocess.run(["labs/grader/grade", "--lab", "0", "--stages", "answers"], cwd=kit,
                          capture_output=True, text=True)
    assert "your instructor's grader judges them" in said.stdout, said.stderr
    # An answer that is none is told so here. When all is done, make has no complaint.
    whole = ("labs/grader/grade", "--lab", "0", "--stages", "check,build,explore,answers")
    finished = subprocess.run(whole, cwd=kit, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "the rest is for your instructor" in finished.stdout
    with open(os.path.join(kit, "work", lab.name, "answers.toml"), "w") as f:
        f.write('"0.3" = "read_pointer"\n"0.4" = "leak"\n"0.5" = "slower"\n')
    unfinished = subprocess.run(whole, cwd=kit, capture_output=True, text=True)
    assert unfinished.returncode == 1, unfinished.stdout + unfinished.stderr
    assert "That is no schedule: “read_pointer” does not" in " ".join(unfinished.stdout.split())
