# SPDX-License-Identifier: GPL-2.0-only
"""A submission: checked, built in a jail, run in a jail, judged from outside."""
import functools
import importlib.machinery
import importlib.util
import json
import os
import sys
import threading

from . import check, jail
from .building import (EXPLORE, Building, Rejected, Trouble,  # noqa: F401 (Rejected: for all)
                       addr2line, builder, control)

sys.path[:0] = [EXPLORE, check.RUNTIME]

import change  # noqa: E402 (the path has to be set first)
import described  # noqa: E402 (the path has to be set first)

Finding, NoJail = check.Finding, jail.NoJail
RESULT = 64 << 20           # bytes; the longest is about one million
MEMORY = 2 << 30            # of address space: most of it is never touched
VERDICTS = {"clean": 0, "clean-within-bound": 0, "failed": 1, "cut": 3, "limit": 3}


@functools.lru_cache(None)
def front_end():
    """The program `explore`, as a module."""
    path = os.path.join(EXPLORE, "explore")
    loader = importlib.machinery.SourceFileLoader("lab_explore", path)
    spec = importlib.util.spec_from_loader("lab_explore", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


class Sources(described.Sources):
    """Lines of the submission and of the kit, and of no other file."""

    def __init__(self, path, text):
        super().__init__()
        self.files[path] = text.splitlines()

    def line(self, path, number):
        known = path in self.files or path.startswith(builder.TOP + "/code/")
        return super().line(path, number) if known else ""


def places(doc):
    """All places in the source that a document names."""
    for step in doc["steps"]:
        yield step["at"]
        yield from step.get("calls", [])
    for entry in (*doc["stuck"], *doc["objects"],
                  *(h for s in doc["stuck"] for h in s["holders"])):
        yield entry["at"]
    for failure in doc["failures"]:
        yield failure["at"]
        if "other" in failure:
            yield failure["other"]


def readable(out):
    """What a search printed, without what moves a cursor: the explored code says
    what its locks and its warnings are called."""
    text = out.decode(errors="replace")
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}"
                   for c in text)


def possible(result):
    """Whether a clean result can be that of a search."""
    executions, steps, deepest = (result[k] for k in
                                  ("executions", "steps", "deepest"))
    return all(type(n) is int for n in (executions, steps, deepest)) and \
        1 <= executions and 1 <= deepest <= steps and not result["kinds"] and \
        not result["failures"] and result["redundant"] < executions and \
        steps <= executions * 4096


class Submission(Building):
    """lab: labs.Lab. path: of the scheme's file; or text: what is in it."""

    def __init__(self, lab, path=None, text=None, cc="gcc"):
        super().__init__(lab, path, text, cc)
        self.control, self.says_no = None, False

    def explore(self, scenario, mode="sc", want="", limit=60, repair=""):
        """One search: the document that `explore --json` writes."""
        if repair:
            return self.repaired(repair).explore(scenario, mode, want, limit)
        path, entries = self.program(scenario)
        front = front_end()
        o = front.options(["--scheme", self.lab.scheme, "--scenario", scenario, "--mode", mode,
                           "--cc", self.cc, "--want", want, "--time-limit", str(limit)])
        args = front.engine_args(o)
        result = self.search(path, ["--entries", entries, *args], limit)
        if result["verdict"].startswith("clean") and not self.honest(scenario):
            result = front.no_verdict(
                "fault", "with this submission the explorer finds not even a "
                "leak that was planted: its verdict is worth nothing")
        if result.get("kind") == "fault" and not self.is_control:
            self.blame_explorer(scenario, args, limit)
        doc = front.document(o, self, path, result, self.describe)
        for at in places(doc):
            if at["file"] == self.shown:
                at["file"] = self.path
        return doc

    def blame_explorer(self, scenario, args, limit):
        """Raise Trouble if the explorer does no better on this machine with the reference."""
        other = control(self.lab, self.cc)
        path, entries = other.program(scenario)
        found = other.search(path, ["--entries", entries, *args], limit)
        if found.get("kind") == "fault" or not other.honest(scenario):
            said = found["failures"][0]["text"] if found["failures"] else "it finds nothing"
            raise Trouble(f"on this machine ({os.uname().nodename}) the explorer does not "
                          f"work, not even for the reference: {said}")

    def repaired(self, names):
        """The same with changes of changes.toml made to it, where they fit."""
        text, table = self.text, change.load(self.lab.family_folder)
        try:
            for name in names.split(","):
                for edit in table[self.lab.scheme][name]["edits"]:
                    text = change.apply_edit(text, edit)
        except (change.ChangeError, KeyError) as e:
            raise Rejected(Finding("build", 0, f"the change {names} does not "
                                   f"fit it: {e}")) from None
        other = Submission(self.lab, text=text, cc=self.cc)
        other.path = self.path
        return other

    def honest(self, scenario):
        """A control: with this submission, too, the explorer says no where
        something is wrong. Asked once."""
        with self.lock:
            first = self.control is None
            self.control = self.control or threading.Event()
        if first:
            try:
                path, entries = self.program(scenario, planted=True)
                found = self.search(path, ["--entries", entries, "--want",
                                           "leak", "--no-shorten"], 20)
                self.says_no = found["verdict"] == "failed" and \
                    found["kind"] == "leak"
            finally:
                self.control.set()
        self.control.wait()
        return self.says_no

    def describe(self, path, result):
        def ask(path, asked):
            with open(path, "rb") as f:
                return addr2line(f.read(), asked, "-a")
        return described.describe(path, result, ask, Sources(self.shown, self.text))

    def source_hash(self):
        return builder.digest(self.text, self.lab.family, self.lab.scheme)

    def search(self, path, args, limit):
        """Run the program, and judge it from outside: what does not end well,
        with a result that can be, is not clean, whatever it says."""
        with open(path, "rb") as f:
            program = f.read()
        done = jail.run(["./program", *args], files={"program": program},
                        seconds=limit * 2 + 20, memory=MEMORY, processes=1,
                        output=RESULT, tmp=16 << 20)
        fault = front_end().no_verdict
        if done.killed_for == "time":
            return fault("fault", "the explored code made the explorer hang")
        if done.killed_for:
            return fault("fault", "the explored code made the explorer print "
                         "without end")
        try:
            result = json.loads(readable(done.out))
            if not result.get("complete") or \
                    VERDICTS[result["verdict"]] != done.status:
                raise ValueError
            if done.status == 0 and not possible(result):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError,
                RecursionError):
            return fault("fault", "the explored code brought the explorer down "
                         f"(status {done.status})")
        return result
