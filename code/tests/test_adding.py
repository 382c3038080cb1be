# SPDX-License-Identifier: GPL-2.0-only
"""The book's page on adding a scheme, done to a copy of the kit's code."""
import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import PYTHON, SCHEMES, STRESS_FLAGS, TOP, run

EXAMPLE = os.path.join(TOP, "Documentation", "examples", "hazard_pointer")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def as_delivered(family):
    """Without the schemes that somebody has added already, as the page says."""
    def edit(name, pattern, new):
        text = re.sub(pattern, new, read(family, name), flags=re.M)
        with open(os.path.join(family, name), "w", encoding="utf-8") as f:
            f.write(text)

    edit("family.mk", r"^(schemes\s*:=).*", rf"\1 {' '.join(SCHEMES)}")
    edit("scheme.h", r"^\tLAB_ROW\((\w+)\).*\n",
         lambda row: row.group() if row.group(1) in SCHEMES else "")


def added(kit):
    """What the page says, in its order."""
    family = os.path.join(kit, "code", "nsproxy")
    as_delivered(family)
    shutil.copy(os.path.join(EXAMPLE, "hazard_pointer.c"), family)
    done = run("git", "apply", os.path.join(EXAMPLE, "lists.diff"), cwd=kit)
    assert done.returncode == 0, done.stderr
    rows = read(EXAMPLE, "changes.toml")
    text = read(family, "changes.toml").replace(rows, "")
    with open(os.path.join(family, "changes.toml"), "w", encoding="utf-8") as f:
        f.write(text + rows)


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("kit"))
    for name in subprocess.run(["git", "ls-files", "code"], cwd=TOP, check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        shutil.copy(os.path.join(TOP, name), os.path.join(folder, name))
    added(folder)
    return folder


def explore(kit, *arguments):
    # The explorer itself is the one that is built already.
    return run(PYTHON, os.path.join(kit, "code/runtime/explore/explore"), "--family",
               os.path.join(kit, "code/nsproxy"), "--scheme", "hazard_pointer", *arguments,
               env={**os.environ, "LAB_BUILD": os.path.join(TOP, "build"), "COLUMNS": "200"})


@pytest.mark.parametrize("scenario", ["one_reader", "exit", "mounts_error"])
def test_added_scheme_is_clean_under_every_interleaving(kit, scenario):
    done = explore(kit, "--scenario", scenario)
    assert done.returncode == 0 and "clean, every interleaving" in done.stdout, done.stdout


def test_its_named_change_is_caught_at_the_line_that_the_page_names(kit):
    done = explore(kit, "--scenario", "one_reader", "--break", "no-second-look",
                   "--want", "use-after-free")
    assert done.returncode == 1 and "use-after-free" in done.stdout
    assert "uts_ns = nsproxy->uts_ns;" in done.stdout


def test_its_experiments_end_as_they_say(kit):
    done = explore(kit, "--experiments", os.path.join(EXAMPLE, "explored.toml"))
    mine = json.loads(done.stdout)["experiments"]
    assert [e["seen"] for e in mine] == ["clean", "use-after-free"]
    assert all(e["as_expected"] for e in mine)


def test_it_is_stressed_by_its_name(kit, tmp_path):
    # -O0: half the time to build, and no warning may hide behind it.
    made = run("make", "-s", "-j2", "-f", os.path.join(kit, "code/runtime/native/Makefile"),
               f"OUT={tmp_path}", f"FLAGS={STRESS_FLAGS.replace('-O1', '-O0')}",
               "run")
    assert made.returncode == 0, made.stderr
    done = run(tmp_path / "run", "scheme=hazard_pointer", "run=owner_does_all,owner_exits",
               "readers=3", "ms=300")
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == 2
    assert "hazard_pointer" in run(tmp_path / "run", "scheme=none").stderr


def test_it_has_the_functions_of_the_other_schemes_in_their_order():
    def functions(text):
        names = re.findall(r"^static [^;=]*?\b(lab_\w+)\(", text, re.M)
        return names[names.index("lab_utsns_get"):]

    assert functions(read(EXAMPLE, "hazard_pointer.c")) == functions(
        read(TOP, "code/nsproxy/rcu.c"))


def test_both_lists_of_the_family_name_the_same_schemes():
    """What family.mk has and scheme.h has not would be built and not found."""
    listed = re.search(r"^schemes\s*:=(.*)", read(TOP, "code/nsproxy/family.mk"), re.M)
    rows = re.findall(r"^\tLAB_(?:FIRST|ROW)\((\w+)\)", read(TOP, "code/nsproxy/scheme.h"), re.M)
    assert listed.group(1).split() == rows and set(rows) >= set(SCHEMES)
