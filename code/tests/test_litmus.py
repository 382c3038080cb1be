# SPDX-License-Identifier: GPL-2.0-only
"""The litmus tests: well formed, and right wherever herd7 can be had."""
import io
import json
import os
import re
import shutil
import sys
import tarfile

import pytest
from conftest import TOP, run

FOLDER = os.path.join(TOP, "code/litmus")
RUN = os.path.join(FOLDER, "run")
sys.path.insert(0, FOLDER)
import herd  # noqa: E402
import model  # noqa: E402
import suite  # noqa: E402

ALL = suite.load()
BY_NAME = {t.name: t for t in ALL}
each = pytest.mark.parametrize("test", ALL, ids=[t.name for t in ALL])


def litmus(*arguments, home, **env):
    """The runner in an environment of its own; nothing is found by chance."""
    return run(RUN, *arguments, env={
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home),
        "BUILD": str(home / "build"), "XDG_CACHE_HOME": str(home / "cache"),
        **{k: str(v) for k, v in env.items()}}, timeout=600)


# The tests themselves

@each
def test_each_says_what_it_is_and_what_to_expect(test):
    assert test.result in suite.OUTCOMES
    assert test.claims and test.reached
    assert len(" ".join(test.about)) > (50 if test.what else 300)
    assert "(* Bad outcome. *)" in test.text


@each
def test_each_has_spdx_and_the_kind_fits_the_result(test):
    assert "SPDX-License-Identifier: GPL-2.0-only" in test.text
    if test.kind:
        assert test.result == {"break": "Sometimes", "spare": "Never",
                               "repair": "Never"}[test.kind]


@each
def test_labels_are_those_of_the_scheme(test):
    """A label that nobody has would point the reader nowhere."""
    if not test.scheme:
        return
    with open(os.path.join(TOP, test.scheme)) as f:
        known = set(re.findall(r"lab_point\((\w+)\)", f.read()))
    named = set(re.findall(r" // ([a-z]+_[a-z_]+)$", test.text, re.M))
    assert named and named <= known


@each
def test_one_grace_period_at_most(test):
    """interleaving.cat is exact for no more."""
    assert test.text.count("synchronize_rcu();") <= 1


@pytest.mark.parametrize("row", ["R9", "R10", "P15", "P5", "P7"])
def test_each_claim_has_a_test_that_is_right_and_one_that_is_broken(row):
    seen = {t.result for t in ALL if row in t.claims}
    assert seen == {"Never", "Sometimes"}


def test_each_file_has_a_variant_that_turns_its_answer_around():
    for test in ALL:
        if test.what:
            continue
        turned = [t for t in ALL if t.name.startswith(test.name + ".")
                  and t.result != test.result]
        assert turned, test.name


def test_the_book_tells_what_the_tests_expect():
    with open(os.path.join(TOP, "Documentation/litmus.rst")) as f:
        book = f.read()
    rows = re.findall(r"^   \* - (\S+)\n     -(?: .*\n(?:       .*\n)*|\n)"
                      r"     - (\w+)\n     - (\w+)\n", book, re.M)
    told = {name: (result, alone) for name, result, alone in rows
            if name != "test"}
    assert told == {t.name: (t.result, t.interleaving) for t in ALL}
    for test in ALL:
        if not test.what:
            assert f"../code/litmus/{test.name}.litmus" in book


# Bad input

@pytest.fixture
def folder(tmp_path):
    for name in os.listdir(FOLDER):
        if name.endswith((".litmus", ".toml")):
            shutil.copy(os.path.join(FOLDER, name), tmp_path)
    return tmp_path


@pytest.mark.parametrize("name, old, new, complaint", [
    ("r9-publish.litmus", " * Result: Never\n", "", "“Result: Never or Some"),
    ("r9-publish.litmus", "Result: Never", "Result: Perhaps", "“Result: Never"),
    ("r9-publish.litmus", "C r9-publish", "C r9", "the test in it is r9"),
    ("r9-publish.litmus", "(*\n", "\n", "does not begin with"),
    ("r9-publish.litmus", "nsproxy=new; 1:uts=1", "nsproxy", "not of the form"),
    ("r9-publish.litmus", "rcu_assign_pointer(*p", "smp_wmb(); f(*p",
     "P0 has “rcu_assign_pointer(” 0 times"),
    ("changes.toml", "[r9-publish.write-once]", "[r8.write-once]",
     "there is no r8.litmus"),
    ("changes.toml", "[r9-publish.write-once]", "[r9-publish", "changes.toml"),
    ("changes.toml", 'in = "P0", old = "rcu_a', 'in = "P7", old = "rcu_a',
     "there is no process P7"),
])
def test_what_does_not_fit_is_said(folder, name, old, new, complaint):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(suite.SuiteError) as error:
        suite.load(folder)
    assert complaint in str(error.value)


def test_a_file_without_good_outcome_is_refused(folder):
    path = folder / "p5-set-tag.litmus"
    path.write_text(re.sub(r" \* Reached: .*\n", "", path.read_text()))
    with pytest.raises(suite.SuiteError, match="no “Reached:” line"):
        suite.load(folder)


# The runner without herd7, without the model, and with a herd7 that is wrong

FAKE = """#!/bin/sh
if [ "$1" = -version ]; then echo "{version}, Rev: exported"; exit; fi
for last; do :; done
{body}
"""


@pytest.fixture
def fake(tmp_path):
    """A stand-in for herd7, and a folder that looks like the model."""
    lkmm = tmp_path / "linux/tools/memory-model"
    lkmm.mkdir(parents=True)
    for name in model.NEEDED:
        (lkmm / name).write_text("")
    (lkmm / "README").write_text(
        'Version 7.52 or higher of the "herd7" and "klitmus7" tools must be\n')
    (tmp_path / "linux/Makefile").write_text(
        "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\n")

    def make(body, version="7.57"):
        program = tmp_path / "herd7"
        program.write_text(FAKE.format(body=body, version=version))
        program.chmod(0o755)
        return {"home": tmp_path, "HERD7": program, "LKMM": tmp_path / "linux"}
    return make


def says(outcome, *states, more=""):
    lines = "\n".join(states)
    return (f"cat <<'X'\nTest t Allowed\nStates {len(states)}\n{lines}\nOk\n"
            f"{more}\nObservation t {outcome} 1 1\nX")


GOOD = ("1:nsproxy=new; 1:uts=1;", "1:nsproxy=old; 1:uts=1;")


def test_without_herd7_it_skips_and_says_how_to_get_it(tmp_path):
    out = tmp_path / "out.json"
    done = litmus("--json", out, home=tmp_path)
    assert done.returncode == 77 and done.stderr == ""
    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith("1..0 # SKIP herd7 is not on this machine")
    assert "opam install herdtools7" in done.stdout and "HERD7=" in done.stdout
    assert "herd7" in json.loads(out.read_text())["skipped"]


def test_without_the_model_it_skips_and_says_how_to_get_it(fake, monkeypatch):
    env = fake(says("Never", *GOOD))
    del env["LKMM"]
    done = litmus(**env)
    if "# SKIP" not in done.stdout:
        pytest.skip("this machine has a kernel tree in /usr/src")
    assert done.returncode == 77
    assert "code/litmus/run --fetch-model" in done.stdout


@pytest.mark.parametrize("env", [{"HERD7": "/nowhere"}, {"LKMM": "/nowhere"}])
def test_what_the_user_named_must_be_there(fake, env):
    done = litmus(**{**fake(says("Never", *GOOD)), **env})
    assert done.returncode == 3
    assert "/nowhere" in done.stderr and done.stderr.count("\n") == 1


def test_something_else_called_herd7(fake):
    done = litmus(**fake("", version="bash"))
    assert done.returncode == 3 and "is it herd7?" in done.stderr


def test_a_herd7_that_is_too_old_for_the_model(fake):
    done = litmus(**fake(says("Never", *GOOD), version="7.51"))
    assert done.returncode == 77 and "needs 7.52 or newer" in done.stdout


def test_what_is_expected_is_ok(fake):
    env = fake(says("Never", *GOOD))
    out = env["home"] / "out.json"
    done = litmus("r9-publish.read-once", "--json", out, **env)
    assert done.returncode == 0, done.stdout
    assert "ok 1 - r9-publish.read-once: Never (interleaving" in done.stdout
    got = json.loads(out.read_text())
    assert got["herd7"] == "7.57" and got["model"]["from"] == "linux 6.1.192"
    result = got["tests"][0]
    assert result["claims"] == ["R9"] and result["states"] == 2
    assert result["expected"]["result"] == result["seen"]["result"] == "Never"
    assert result["ok"] and result["seconds"] >= 0


@pytest.mark.parametrize("body, complaint", [
    (says("Sometimes", *GOOD), "model says Sometimes, expected was Never"),
    (says("Never", *GOOD, more="Flag data-race"),
     "flags data-race, expected was nothing"),
    (says("Never", GOOD[0]), "good outcome 1:nsproxy=old; 1:uts=1 was not seen"),
    ("echo 'Warning: File \"x\": unknown macro' >&2", "unknown macro"),
    ("exit 4", "nothing, and exits with 4"),
    (says("Never", *GOOD) + "\nkill -9 $$", "herd7 says"),
    ("exec sleep 60", "no verdict in 0.2 s"),
])
def test_what_is_not_expected_is_not_ok(fake, body, complaint):
    env = fake(body)
    out = env["home"] / "out.json"
    done = litmus("r9-publish.read-once", "--json", out,
                  "--timeout", "0.2" if "sleep" in body else "60", **env)
    assert done.returncode == 1
    assert "not ok 1 - r9-publish.read-once" in done.stdout
    assert complaint in done.stdout
    assert "0 as expected, 1 not" in done.stdout
    assert not json.loads(out.read_text())["tests"][0]["ok"]


def test_a_test_that_there_is_not(tmp_path):
    done = litmus("r8", home=tmp_path)
    assert done.returncode == 3 and "there is no test r8" in done.stderr


def test_list_and_show(tmp_path):
    done = litmus("--list", home=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("\n") == len(ALL)
    done = litmus("--show", "r9-publish.write-once", home=tmp_path)
    assert done.stdout == BY_NAME["r9-publish.write-once"].text
    assert "WRITE_ONCE(*p, new);" in done.stdout
    assert "rcu_assign_pointer" not in done.stdout


def test_versions_compare_as_numbers():
    assert herd.at_least("7.56", "7.56") and herd.at_least("7.100", "7.56.1")
    assert not herd.at_least("7.9", "7.52")


def test_old_and_new_herd7_print_globals_differently():
    assert suite.parse_state("0:a=1; [p]=2;", "") == suite.parse_state(
        "0:a=1; p=2;", "")


# Getting the model

def tarball(names):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as tar:
        for name in names:
            entry = tarfile.TarInfo(f"linux-source-9.9/{name}")
            entry.size = len(name)
            tar.addfile(entry, io.BytesIO(name.encode()))
    data.seek(0)
    return data


WHOLE = [f"tools/memory-model/{n}" for n in (*model.NEEDED, "README")]


def test_unpacking_takes_the_model_and_nothing_else(tmp_path):
    target = str(tmp_path / "litmus/memory-model")
    for _ in range(2):  # the second replaces the first
        model.unpack(tarball(["Makefile", "tools/lib/lock.cat", *WHOLE,
                              "tools/memory-model/litmus-tests/a.cat",
                              "tools/zzz"]), target, "linux-source-9.9 9.9-1")
    assert sorted(os.listdir(target)) == sorted([*model.NEEDED, "README", "FROM"])
    assert os.listdir(os.path.dirname(target)) == ["memory-model"]
    assert model.version(target)["from"] == "linux-source-9.9 9.9-1"


def test_a_source_without_the_model_leaves_the_earlier_one(tmp_path):
    target = str(tmp_path / "litmus/memory-model")
    model.unpack(tarball(WHOLE), target, "good")
    with pytest.raises(model.Trouble, match="has no tools/memory-model"):
        model.unpack(tarball(WHOLE[:2]), target, "bad")
    assert model.version(target)["from"] == "good"
    assert os.listdir(os.path.dirname(target)) == ["memory-model"]


def test_fetching_where_apt_knows_nothing(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "apt-cache").write_text("#!/bin/sh\nexit 100\n")
    (programs / "apt-cache").chmod(0o755)
    done = litmus("--fetch-model", home=tmp_path,
                  PATH=f"{programs}:/usr/bin:/bin")
    if "unpacking" in done.stdout:
        pytest.skip("this machine has a kernel source package installed")
    assert done.returncode == 3
    assert "apt knows no package linux-source" in done.stderr
    assert "LKMM=" in done.stderr and done.stderr.count("\n") == 1


# The real thing

def test_all_under_the_real_model(tmp_path):
    try:
        found = {"HERD7": herd.find(), "LKMM": model.find()}
    except (herd.Missing, herd.Wrong) as why:
        pytest.skip(str(why))
    done = litmus("--json", tmp_path / "out.json", home=tmp_path, **found)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "out.json").read_text())["tests"]
    assert [r["name"] for r in results] == [t.name for t in ALL]
