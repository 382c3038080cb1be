# SPDX-License-Identifier: GPL-2.0-only
"""A class is graded whatever it hands in, and however often one is interrupted."""
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import pytest

GRADER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(GRADER))
sys.path.insert(0, GRADER)

from graderlib import handed_in, labs, overview, skeleton  # noqa: E402

CLASS = os.path.join(GRADER, "class")
LAB = labs.load("0")
RIGHT = labs.reference(LAB)
SKELETON = skeleton.skeleton(LAB)
ODD = ["plain", "with spaces", "it's \"quoted\"", "$(touch pwned); `touch pwned`",
       "-rf", "a\nb", "naïve", "=1+1", "<b>bold</b>"]


def hand_in(folder, name, text=None):
    os.makedirs(os.path.join(folder, name))
    if text is not None:
        with open(os.path.join(folder, name, LAB.source_name), "w") as f:
            f.write(text)


def grade(folder, *more, stages="check,build,explore"):
    return subprocess.run([CLASS, "--dir", folder, "--lab", "0", "--stages", stages, *more],
                          capture_output=True, text=True, timeout=200)


def heed():
    """Whoever runs the tests in the background has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def rows_of(folder):
    with open(os.path.join(f"{folder}-grades", "grades.csv"), newline="") as f:
        return list(csv.DictReader(f))


def nested(path, name, many):
    """Folders in folders, deeper than any path can say."""
    os.mkdir(path)
    there = os.open(path, os.O_RDONLY)
    for _ in range(many):
        os.mkdir(name, dir_fd=there)
        below = os.open(name, os.O_RDONLY, dir_fd=there)
        os.close(there)
        there = below
    os.close(there)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class with every kind of name, and with what can't be graded."""
    folder = str(tmp_path_factory.mktemp("class") / "lab 0's class")
    for n, name in enumerate(ODD):
        hand_in(folder, name, RIGHT if n == 0 else SKELETON)
    hand_in(folder, "zz empty")
    hand_in(folder, "zz huge", "x" * (handed_in.MOST + 1))
    hand_in(folder, "zz deep/down/here", RIGHT)
    os.makedirs(os.path.join(folder, "zz pipe"))
    os.mkfifo(os.path.join(folder, "zz pipe", LAB.source_name))
    os.makedirs(os.path.join(folder, "zz link"))
    os.symlink(LAB.reference_path, os.path.join(folder, "zz link", LAB.source_name))
    os.symlink(os.path.join(folder, "plain"), os.path.join(folder, "zz other"))
    os.makedirs(os.path.join(folder, "zz packed"))
    for archive in ("zz.zip", "zz packed/all of it.ZIP"):
        with open(os.path.join(folder, archive), "w"):
            pass
    shutil.copy(LAB.reference_path, os.path.join(folder, "alone.c"))
    nested(os.path.join(folder, "zz nested"), "d", 1500)
    nested(os.path.join(folder, "zz nested long"), "d" * 250, 1500)
    yield folder, grade(folder)
    subprocess.run(["rm", "-rf", folder], check=False)      # pytest's own way is recursive


def by_name(folder):
    return {r["submission"]: r for r in rows_of(folder)}


def test_each_submission_is_graded_whatever_it_is_called(graded):
    folder, done = graded
    table = by_name(folder)
    of = sum(t.points for t in LAB.of_part("build"))
    assert table["plain"]["points"] == table["alone.c"]["points"] == str(of), done.stderr
    assert table["with spaces"]["points"] == "0"
    assert len(table) == len(ODD) + 11
    assert not os.path.exists(os.path.join(TOP, "pwned"))
    assert all(r["points"] == "0" and "not written" in r["stuck at"] + r["reason"]
               for n, r in table.items() if n.lstrip("'") in ODD[1:2])


def test_what_cannot_be_graded_is_listed_with_the_reason(graded):
    folder, done = graded
    assert done.returncode == 1
    table = by_name(folder)
    for name, why in [("zz empty", "there is no"), ("zz huge", "is the most"),
                      ("zz pipe", "no regular file"), ("zz link", "can't be read"),
                      ("zz other", "neither a folder"), ("zz.zip", "unpack it"),
                      ("zz packed", "but an archive, all of it.ZIP: unpack it there")]:
        assert why in table[name]["reason"], name
        assert f"not graded: {name}" in done.stdout
    assert table["zz deep"]["points"] != "0"
    assert ", 9 that can't be graded" in done.stdout
    assert "known already" not in done.stdout
    assert "there is no" in table["zz nested"]["reason"]
    with open(os.path.join(f"{folder}-grades", "index.html")) as f:
        assert "not graded: there is no" in f.read()


def handed(tmp_path, *files):
    for path, text in files:
        os.makedirs(tmp_path / "c" / os.path.dirname(path), exist_ok=True)
        (tmp_path / "c" / path).write_text(text)
    return handed_in.collect(tmp_path / "c", ["rcu.c", "answers.toml"])


def test_which_file_is_meant_is_never_guessed(tmp_path):
    two, same, copy, loud = handed(
        tmp_path, ("a/x/rcu.c", "1"), ("a/y/rcu.c", "2"), ("b/x/rcu.c", "1"),
        ("b/y/rcu.c", "1"), ("c/rcu.c", "1"), ("c/old/rcu.c", "2"), ("d/x/RCU.C", "1"))
    assert two.trouble == "there is more than one rcu.c in it: x/rcu.c, y/rcu.c"
    assert not same.trouble and not copy.trouble
    assert copy.files["rcu.c"].endswith("c/rcu.c")
    assert loud.trouble == "there is no rcu.c in it, but RCU.C: call it rcu.c"


@pytest.mark.parametrize("name", ["x.tar.zst", "x.TXZ", "x.tar.bz2", "rcu.c.gz", "x.7z", "x.rar"])
def test_archive_of_any_kind_is_named(tmp_path, name):
    inside, alone = handed(tmp_path, ("a/b/" + name, ""), (name, ""))
    assert name in inside.trouble and "unpack it" in alone.trouble


def test_the_tables_hold_no_formula_and_no_markup(graded):
    folder, _ = graded
    out = f"{folder}-grades"
    assert "'=1+1" in by_name(folder) and "'-rf" in by_name(folder)
    with open(os.path.join(out, "index.html")) as f:
        page = f.read()
    assert "<b>bold" not in page and "&lt;b&gt;bold" in page
    suites = ElementTree.parse(os.path.join(out, "junit.xml")).getroot()
    assert len(suites) == len(ODD) + 11
    skipped = [s for s in suites if s.get("name") == "with spaces"][0]
    assert int(skipped.get("tests")) == len(LAB.tasks)
    assert ElementTree.parse(os.path.join(out, "junit.xml")).find(".//error") is not None


def test_who_is_stuck_at_the_same_stands_in_one_row():
    def stuck(name, kind, function):
        item = handed_in.HandedIn(1, name, {})
        return item, {"tasks": [{"id": "0.1", "state": "failed", "kind": kind,
                                 "place": {"function": function}}]}
    rows = [stuck("ada", "endless", "f"), stuck("bob", "endless", "g"),
            stuck("eve", "leak", "f"), stuck("kay", "leak", "g")]
    assert overview.where_stuck(rows) == [
        ("0.1", "endless", ["ada", "bob"]), ("0.1", "leak in f", ["eve"]),
        ("0.1", "leak in g", ["kay"])]


def test_gradescope_gets_every_result(graded):
    folder, _ = graded
    seen = {}
    for where, _, names in os.walk(os.path.join(f"{folder}-grades", "gradescope")):
        for name in names:
            assert name == "results.json"
            with open(os.path.join(where, name)) as f:
                seen[os.path.basename(where)] = json.load(f)
    assert len(seen) == len(ODD) + 11
    for result in seen.values():
        assert isinstance(result["score"], (int, float))
        for test in result.get("tests", []):
            assert 0 <= test["score"] <= test["max_score"]
            assert test.get("status") in (None, "passed", "failed")
        assert sum(t["score"] for t in result.get("tests", [])) == result["score"]


def test_a_second_run_grades_only_what_has_changed(tmp_path):
    folder = str(tmp_path / "class")
    hand_in(folder, "ada", SKELETON)
    hand_in(folder, "bob", SKELETON)
    assert grade(folder).returncode == 0
    again = grade(folder)
    assert "2 of them known already" in again.stdout and "0 graded" in again.stdout
    with open(os.path.join(folder, "bob", LAB.source_name), "w") as f:
        f.write(RIGHT)
    third = grade(folder)
    assert "1 graded" in third.stdout
    assert by_name(folder)["bob"]["points"] != "0"
    assert by_name(folder)["ada"]["points"] == "0"


def test_what_is_of_a_submission_that_is_gone_goes(tmp_path):
    folder = str(tmp_path / "class")
    for name in ("ada", "bob", "eve"):
        hand_in(folder, name, SKELETON)
    assert grade(folder, stages="check").returncode == 0
    reports, others = (os.path.join(f"{folder}-grades", n) for n in ("reports", "gradescope"))
    with open(os.path.join(reports, "mine.html"), "w"):
        pass
    shutil.rmtree(os.path.join(folder, "ada"))
    os.unlink(os.path.join(folder, "eve", LAB.source_name))
    assert grade(folder, stages="check").returncode == 1
    left = [r["report"] for r in rows_of(folder) if r["report"]]
    assert sorted("reports/" + n for n in os.listdir(reports)) == [*left, "reports/mine.html"]
    assert len(left) == 1 and len(os.listdir(others)) == 2
    queue = os.listdir(os.path.join(f"{folder}-grades", "queue"))
    assert {n.partition(".")[0] for n in queue} == {left[0][8:-5]}


def test_a_new_name_shifts_nobody(tmp_path):
    """A link to a report leads to that student's, whoever joins the class."""
    folder = str(tmp_path / "class")
    for name in ("bob", "eve"):
        hand_in(folder, name, SKELETON)
    grade(folder, stages="check")
    before = {r["submission"]: r["report"] for r in rows_of(folder)}
    hand_in(folder, "ada", SKELETON)        # the first from now on, with the same text
    assert "2 of them known already" in grade(folder, stages="check").stdout
    after = {r["submission"]: r["report"] for r in rows_of(folder)}
    assert after["ada"] not in before.values()
    assert before == {n: after[n] for n in before}
    for name, report in after.items():
        with open(os.path.join(f"{folder}-grades", report)) as f:
            assert f"<p>{name}</p>" in f.read()


def test_of_several_files_it_says_which_one_was_graded(tmp_path):
    folder = str(tmp_path / "class")
    hand_in(folder, "ada", RIGHT)
    hand_in(folder, "ada/old & gone", SKELETON)
    assert grade(folder).returncode == 0
    row, = rows_of(folder)
    said = f"{LAB.source_name} was graded, and not old & gone/{LAB.source_name}"
    assert row["file"] == said and row["points"] != "0"
    for page in ("index.html", row["report"]):
        with open(os.path.join(f"{folder}-grades", page)) as f:
            assert said.replace("&", "&amp;") in f.read()


def test_answers_in_words_stand_side_by_side(tmp_path):
    """Of all students, by question; what they write is text and nothing else."""
    item = handed_in.HandedIn(1, "ada <b>", {}, raw=b"ada")
    quiet = handed_in.HandedIn(2, "bob", {}, raw=b"bob")
    a_lab = next(x for x in labs.all_labs() if overview.questions(x))
    question = overview.questions(a_lab)[0]
    rows = [(item, {"tasks": [{"id": question.id, "said": "<script>it is\n so"}]}),
            (quiet, {"tasks": [{"id": question.id, "said": None}]})]
    overview.write_answers(str(tmp_path / "answers.html"), a_lab, rows)
    page = (tmp_path / "answers.html").read_text()
    assert "&lt;script&gt;it is\n so</blockquote>" in page and "<script>" not in page
    assert f'href="reports/{item.stem}.html">ada &lt;b&gt;' in page
    assert "No answer: bob." in page and question.id in page


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_ends_in_a_sentence_and_the_next_run_goes_on(tmp_path):
    """The folder of the results is a disk of its own, that is full in the middle."""
    folder = str(tmp_path / "class")
    for n in range(6):
        hand_in(folder, f"s{n}", f"{RIGHT}\n/* {n} */\n")
    out = f"{folder}-grades"
    os.mkdir(out)
    command = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=$1 none "$2" && shift 2 '
               '&& "$@"; status=$?; ls "$0"; exit $status', out]
    for size in ("60k", "150k"):
        done = subprocess.run([*command, size, out, CLASS, "--dir", folder, "--lab", "0",
                               "--stages", "check,build,explore"], capture_output=True,
                              text=True, timeout=300)
        said = done.stdout + done.stderr
        assert done.returncode in (1, 3) and "No space left on device" in said, said
        assert "Traceback" not in said
    assert grade(folder).returncode == 0
    assert len(rows_of(folder)) == 6 and all(r["points"] != "0" for r in rows_of(folder))


def test_stages_are_read_before_anything_is_graded(tmp_path):
    folder = str(tmp_path / "class")
    hand_in(folder, "ada", SKELETON)
    done = grade(folder, stages="bild")
    assert done.returncode == 2 and "no stage “bild”" in done.stderr
    done = grade(folder, stages="build, check")
    assert done.returncode == 0 and "1 graded" in done.stdout, done.stdout


def test_what_tools_leave_in_a_kit_makes_no_other_kit_of_it(tmp_path):
    (tmp_path / "a.py").write_text("a")
    before = handed_in.digest_of([tmp_path])
    for name in ("__pycache__", ".pytest_cache"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "left").write_text("x")
    assert handed_in.digest_of([tmp_path]) == before
    (tmp_path / "b.py").write_text("")
    assert handed_in.digest_of([tmp_path]) != before


def test_an_interrupted_run_goes_on_and_leaves_nothing_behind(tmp_path):
    folder, temporary = str(tmp_path / "class"), tmp_path / "temporary"
    temporary.mkdir()
    for n in range(6):
        hand_in(folder, f"s{n}", f"{RIGHT}\n/* {n} */\n")
    child = subprocess.Popen([CLASS, "--dir", folder, "--lab", "0", "--jobs", "1",
                              "--stages", "check,build,explore"],
                             stdout=subprocess.PIPE, text=True, preexec_fn=heed,
                             env={**os.environ, "TMPDIR": str(temporary)})
    for line in child.stdout:
        if "1/6" in line:
            break
    while not list(temporary.glob("lab-class-*/tmp/submission-*")):     # of the second
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=300) == 130
    deadline = time.monotonic() + 300
    while left := subprocess.run(["pgrep", "-f", folder], capture_output=True,
                                 text=True).stdout:
        assert time.monotonic() < deadline, left
    assert not list(temporary.iterdir())
    done = grade(folder)
    assert done.returncode == 0 and len(rows_of(folder)) == 6
    assert "6 graded" not in done.stdout and "known already" in done.stdout


def test_a_host_with_another_kit_is_refused():
    done = subprocess.run([CLASS, "--lab", "0", "--job", "--kit", "0" * 16],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert "same commit" in json.loads(done.stdout)["trouble"]


@pytest.fixture
def autograder():
    """A folder that any user can reach; pytest's are its own."""
    with tempfile.TemporaryDirectory(prefix="lab-gradescope-") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


def test_gradescopes_archive_makes_an_image_and_grades_in_it(autograder):
    """As in its specification: source, submission, results. What pack makes is
    unpacked and set up as there, but that nothing is installed."""
    source, bin_ = autograder / "source", autograder / "bin"
    for name in (source, bin_, autograder / "submission" / "x"):
        name.mkdir(parents=True)
    (bin_ / "apt-get").write_text("#!/bin/sh\n")
    (bin_ / "apt-get").chmod(0o755)
    env = {**os.environ, "AUTOGRADER": str(autograder), "PATH": f"{bin_}:{os.environ['PATH']}"}
    env.pop("LAB_BUILD", None)      # it is another kit

    def run(*command):
        return subprocess.run([str(c) for c in command], env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=280)
    packed = run(os.path.join(GRADER, "gradescope", "pack"), "0", autograder / "a.zip")
    assert packed.returncode == 0, packed.stdout
    shutil.unpack_archive(autograder / "a.zip", source)
    done = run("sh", source / "setup.sh")
    assert done.returncode == 0 and f"{LAB.points} of {LAB.points} points" in done.stdout, \
        done.stdout
    assert sorted(os.listdir(source)) == ["kit", "lab", "run_autograder", "setup.sh"]
    left = source / "kit" / os.path.relpath(LAB.reference_path, TOP)
    assert left.stat().st_mode & 0o77 == 0
    for text in (None, RIGHT):
        if text:
            (autograder / "submission" / "x" / LAB.source_name).write_text(text)
        done = run("python3", source / "run_autograder")
        result = json.loads((autograder / "results" / "results.json").read_text())
        if text:
            assert result["score"] > 0, (done.stdout, result)
            assert result["tests"][0]["status"] == "passed"
        else:
            assert result["score"] == 0 and LAB.source_name in result["output"]
