# SPDX-License-Identifier: GPL-2.0-only
"""How the explorer's tests call it."""
import functools
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess

from conftest import TOP, run

EXPLORE = os.path.join(TOP, "code/runtime/explore/explore")
PLANTED = os.path.join(TOP, "code/runtime/explore/tests")
ALL_REPAIRS = ("atomic-set,atomic-clear,tag-under-lock,own-read,masked-put,"
               "clear-on-error,null-untagged,masked-fork,marked-accesses")


class Seen:
    """One run of the explorer: its status, its words, its document."""

    def __init__(self, tmp, *args, cc="gcc", timeout=300):
        path = os.path.join(str(tmp), f"seen-{os.urandom(6).hex()}.json")
        done = run(EXPLORE, *args, *(["--cc", cc] if cc else []),
                   "--json", path, timeout=timeout)
        self.status, self.out, self.err = (done.returncode, done.stdout,
                                           done.stderr)
        self.doc = {}
        if os.path.exists(path):
            with open(path) as f:
                self.doc = json.load(f)
        self.verdict = self.doc.get("verdict")
        self.kind = self.doc.get("kind")
        self.counts = self.doc.get("counts", {})

    def __repr__(self):
        return f"status {self.status}\n{self.out}\n{self.err}"


@functools.cache
def front_end():
    loader = importlib.machinery.SourceFileLoader("explore", EXPLORE)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("explore", loader))
    loader.exec_module(module)
    return module


def explore(tmp_path, body, actors, *args, start="NULL", end="NULL"):
    """One run of a scenario that is written here."""
    path = tmp_path / "own.c"
    path.write_text(f'#include "plant.h"\n{body}\n'
                    f"SCENARIO({start}, {end}, {actors});\n")
    return Seen(tmp_path, "--source", path, *args)


class Program:
    """A built program, for tests that run it often: no front end between."""

    def __init__(self, *args):
        options = front_end().options([str(a) for a in args])
        self.path = front_end().program(options).build()
        self.args = ["--weak"] if options.mode == "weak" else []

    def run(self, *args):
        """What it says, but for the seconds."""
        done = subprocess.run([self.path, *self.args, *args], timeout=300,
                              stdout=subprocess.PIPE, check=False)
        said = json.loads(done.stdout)
        said.pop("seconds")
        said.pop("cpu_seconds")
        return said


def twin(text):
    """A planted bug's file without the bug."""
    out = []
    for line in text.splitlines():
        instead = re.match(r"(\s*).*/\* planted; instead: (.*?) \*/$", line)
        if instead:
            line = instead.group(1) + instead.group(2)
        elif line.endswith("/* planted */"):
            continue
        out.append(line)
    return "\n".join(out) + "\n"
