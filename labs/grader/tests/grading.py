# SPDX-License-Identifier: GPL-2.0-only
"""What the grader's tests share."""
import functools
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
GRADER = os.path.join(TOP, "labs", "grader")
TINY = os.path.join(HERE, "tiny", "7-tiny")
sys.path.insert(0, GRADER)

from graderlib import labs, stages  # noqa: E402 (the path has to be set first)

FOLDERS = [folder for _, folder in sorted(labs.folders().items())]
NAMES = [os.path.basename(folder) for folder in FOLDERS]
BUILT = ("check", "build", "explore")
POINTS = (*BUILT, "answers")
GRADE = os.path.join(GRADER, "grade")


@functools.cache
def lab(folder):
    return labs.load(folder)


def hand_in(tmp, a_lab, text, answers=""):
    """A submission's folder."""
    folder = os.path.join(str(tmp), f"in-{os.urandom(4).hex()}")
    os.makedirs(folder)
    with open(os.path.join(folder, a_lab.source_name), "w", encoding="utf-8") as f:
        f.write(text)
    if answers:
        with open(os.path.join(folder, "answers.toml"), "w", encoding="utf-8") as f:
            f.write(answers)
    return folder


def graded(tmp, a_lab, text, answers="", only=BUILT, only_task=""):
    """The result of grading a source: these stages, and of build that task. One
    scenario at a time: what follows a failure is not begun."""
    return stages.Grading(a_lab, hand_in(tmp, a_lab, text, answers), only, 1,
                          only=only_task).run()


def task(result, wanted):
    found, = [t for t in result["tasks"] if t["id"] == wanted]
    return found


def shown(result):
    """For an assertion that fails: what the grade says."""
    return "\n".join([f"{s['name']}: {s['state']}: {s['said']}" for s in result["stages"]]
                     + [f"{t['id']} {t['state']} {t['kind']} {t['scenario']}: {t['reason']}"
                        for t in result["tasks"]])


# The tiny lab of these tests

def reference():
    return labs.reference(lab(TINY))


def broken(old, new, text=None):
    text = text or reference()
    assert text.count(old) == 1, old
    return text.replace(old, new)


def no_wait():
    """7.1 does its job alone, and 7.2 shows that nobody waited."""
    return broken("		synchronize_rcu();\n", "")


def command(*args, **env):
    return subprocess.run([a if isinstance(a, bytes) else str(a) for a in args], cwd=TOP,
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=300,
                          env={**os.environ, **env})


def grade(folder, *args, stages_="check,build,explore,answers", **env):
    return command(GRADE, "--lab", TINY, "--submission", folder, "--stages", stages_, *args,
                   **env)
