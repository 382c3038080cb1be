# SPDX-License-Identifier: GPL-2.0-only
"""The commands that a student runs: what they keep, and how they end."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from grading import (GRADE, GRADER, TINY, TOP, broken, command, grade, hand_in, lab, no_wait,
                     reference, task)
from graderlib import labs, skeleton

LAB = os.path.join(GRADER, "lab")


# Begin

def test_a_lab_begins_with_a_skeleton_and_never_overwrites_work(tmp_path):
    env = {"WORK": str(tmp_path / "with 'blanks'")}
    first = command(LAB, TINY, **env)
    folder = os.path.join(env["WORK"], "7-tiny")
    assert first.returncode == 0 and "New in" in first.stdout
    assert sorted(os.listdir(folder)) == ["answers.toml", "rcu.c"]
    assert len(first.stdout.splitlines()) <= 7
    with open(os.path.join(folder, "rcu.c"), "w", encoding="utf-8") as f:
        f.write("mine\n")
    os.unlink(os.path.join(folder, "answers.toml"))
    second = command(LAB, TINY, **env)
    assert second.returncode == 0
    assert "New in" in second.stdout and "kept as you left it: rcu.c" in second.stdout
    assert labs.read_text(os.path.join(folder, "rcu.c")) == "mine\n"
    third = command(LAB, TINY, **env)
    assert "was not touched" in third.stdout


def test_one_more_skeleton_goes_beside_it_under_another_name(tmp_path):
    env = {"WORK": str(tmp_path)}
    command(LAB, TINY, **env)
    assert command(LAB, TINY, "--again", "fresh.c", **env).returncode == 0
    again = command(LAB, TINY, "--again", "fresh.c", **env)
    assert again.returncode == 1 and "not touched" in again.stderr
    text = labs.read_text(tmp_path / "7-tiny" / "fresh.c")
    assert text == skeleton.skeleton(lab(TINY))
    bad = command(LAB, TINY, "--again", "../x.c", **env)
    assert bad.returncode == 1 and not os.path.exists(tmp_path / "x.c")


def test_the_labs_are_listed():
    done = command(LAB)
    assert done.returncode == 0
    for number in labs.folders():
        assert re.search(rf"^ +{number}  ", done.stdout, re.MULTILINE)


def test_a_wrong_function_is_tried_in_the_students_own_file(tmp_path):
    os.makedirs(tmp_path / "7-tiny")
    (tmp_path / "7-tiny" / "rcu.c").write_text(reference())
    done = command(LAB, "try", TINY, "too_early", WORK=str(tmp_path))
    assert done.returncode == 1
    assert "use-after-free" in done.stdout and "too_early.c:" in done.stdout
    unknown = command(LAB, "try", TINY, "early", WORK=str(tmp_path))
    assert unknown.returncode == 1
    assert "has no wrong/early.c; it has: too_early" in unknown.stderr


# How it ends

def test_wrong_usage_ends_with_status_2(tmp_path):
    folder = hand_in(tmp_path, lab(TINY), reference())
    for args, complaint in ((["--lab", "77"], "there is no lab 77"), ([], "say which lab"),
                            (["--lab", TINY, "--jobs", "0"], "--jobs is 1 or more"),
                            (["--lab", TINY, "--hint", "-1"], "--hint is 0 or more"),
                            (["--lab", TINY, "--submission", folder, "--stages", "bild"],
                             "there is no stage “bild”")):
        done = command(GRADE, *args)
        assert done.returncode == 2 and complaint in done.stderr and not done.stdout


def test_nothing_handed_in_is_said_in_a_sentence(tmp_path):
    done = grade(tmp_path)
    assert done.returncode == 1
    assert f"there is no rcu.c in {tmp_path}" in done.stderr


def test_without_a_jail_nothing_is_graded(tmp_path):
    folder = hand_in(tmp_path, lab(TINY), reference())
    done = grade(folder, PATH=str(tmp_path))
    assert done.returncode == 3 and "bubblewrap" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_says_what_is_known_and_leaves_nothing(tmp_path):
    """Six threads that each take a lock now and then: it takes for ever."""
    text = broken("	lab_point(own_read);\n", "	for (int i = 0; i < 60; i++) {\n"
                  "		lab_task_lock(self);\n		lab_task_unlock(self);\n	}\n")
    text = broken("	rcu_read_lock();\n	lab_point(read_begin);",
                  "	for (int i = 0; i < 60; i++) {\n		lab_task_lock(task);\n"
                  "		lab_task_unlock(task);\n	}\n	rcu_read_lock();", text)
    a_lab = os.path.join(str(tmp_path), "7-tiny")
    os.makedirs(os.path.join(a_lab, "wrong"))
    with open(os.path.join(a_lab, "wrong", "too_early.c"), "w", encoding="utf-8") as f:
        f.write(labs.read_text(labs.wrongs(lab(TINY))["too_early"]))
    with open(os.path.join(a_lab, "lab.toml"), "w", encoding="utf-8") as f:
        f.write(labs.read_text(os.path.join(TINY, "lab.toml")).replace(
            'scenario = "only_get"', 'scenario = "switch"'))
    folder = hand_in(tmp_path, lab(TINY), text)
    out = os.path.join(str(tmp_path), "out.json")
    # Whoever runs the tests in the background has SIGINT ignored.
    child = subprocess.Popen(
        [GRADE, "--lab", a_lab, "--submission", folder, "--json", out], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        start_new_session=True, cwd=TOP,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        for line in child.stdout:
            if "build" in line:
                break
        time.sleep(4)
        child.send_signal(signal.SIGINT)
        said, err = child.communicate(timeout=300)
    finally:
        child.kill()
    assert child.returncode == 130, said + err
    assert "Interrupted; until then:" in said
    assert not os.path.exists(out)
    assert sorted(os.listdir(folder)) == ["rcu.c"]
    time.sleep(0.5)
    assert not [p for p in processes() if folder in p or "/grade " in p and a_lab in p]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_when_asked_to_in_the_background_too(tmp_path, number):
    """A script's & has SIGINT ignored; that says nothing of the others."""
    def alone():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    folder = hand_in(tmp_path, lab(TINY), no_wait())
    child = subprocess.Popen(
        [GRADE, "--lab", TINY, "--submission", folder], stdout=subprocess.DEVNULL, text=True,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=TOP, preexec_fn=alone,
        env={**os.environ, "TMPDIR": str(tmp_path)}, start_new_session=True)
    try:
        while not [n for n in os.listdir(tmp_path) if n.startswith("submission-")]:
            assert child.poll() is None
            time.sleep(0.02)
        child.send_signal(number)
        said = child.communicate(timeout=300)[1]
    finally:
        child.kill()
    assert child.returncode == 130, said
    assert not [n for n in os.listdir(tmp_path) if n.startswith("submission-")]


def test_a_path_need_not_be_text(tmp_path):
    folder = os.fsencode(tmp_path) + b"/na\xefve"
    os.rename(hand_in(tmp_path, lab(TINY), no_wait()), folder)
    done = grade(folder, "--json", tmp_path / "out.json", stages_="check,build,explore")
    assert done.returncode == 1 and done.stderr == "", done.stderr
    assert "na\\udcefve" in done.stdout
    assert json.loads(labs.read_text(tmp_path / "out.json"))["points"] == 0


def processes():
    out = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                out.append(f.read().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            pass
    return out
