# SPDX-License-Identifier: GPL-2.0-only
"""A submission: checked, built in a jail, run in a jail, judged from outside."""
import argparse
import functools
import importlib.machinery
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import weakref

from . import check, jail

Finding = check.Finding
EXPLORE = os.path.join(check.RUNTIME, "explore")
sys.path.insert(0, EXPLORE)

import builder  # noqa: E402 (the path has to be set first)
import lanes  # noqa: E402

NoJail = jail.NoJail
WHERE = "/submission"       # what its file is said to lie in
RESULT = 64 << 20           # bytes; the longest is about one million
MEMORY = 2 << 30            # of address space: most of it is never touched
VERDICTS = {"clean": 0, "clean-within-bound": 0, "failed": 1, "cut": 3}


def front_end():
    """The program `explore`, as a module."""
    path = os.path.join(EXPLORE, "explore")
    loader = importlib.machinery.SourceFileLoader("lab_explore", path)
    spec = importlib.util.spec_from_loader("lab_explore", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


front_end = functools.lru_cache(None)(front_end)


class Rejected(Exception):
    """It can't be built; args[0] is the Finding."""


def reason(done, what):
    """Why a step in the jail did not end well."""
    if done.killed_for == "time":
        return f"{what} took longer than {done.seconds:.0f} s and was ended"
    if done.killed_for == "output":
        return f"{what} printed without end and was ended"
    return f"{what} failed (status {done.status})"


class Submission:
    """lab: labs.Lab. path: of the scheme's file; or text: what is in it."""

    def __init__(self, lab, path=None, text=None, cc="gcc"):
        self.lab, self.cc = lab, cc
        self.path = os.path.abspath(path) if path else lab.source_name
        self.warnings = []
        self.shown = f"{WHERE}/{lab.source_name}"
        self.refusal = None
        if text is None:
            text, self.refusal = check.read(path)
        self.text = text
        self.lock, self.object, self.programs = threading.Lock(), None, {}
        self.folder = tempfile.mkdtemp(prefix="submission-")
        weakref.finalize(self, builder.shutil.rmtree, self.folder, True)

    # Check

    def findings(self):
        """What the grader does not take, by line. Nothing is run."""
        if self.refusal:
            return [self.refusal]
        with open(self.lab.reference_path, encoding="utf-8") as f:
            reference = f.read()
        return check.source(self.lab, self.text, reference)

    # Build

    def build(self):
        """Compile it, and judge what came out. Raises Rejected."""
        with self.lock:
            if self.object is None:
                try:
                    self.object = self.compile()
                except Rejected as e:
                    self.object = e
        if isinstance(self.object, Rejected):
            raise self.object
        return self.object

    def compile(self):
        found = self.findings()
        if found:
            raise Rejected(found[0])
        name = self.lab.source_name
        text = f'#line 1 "{self.shown}"\n{self.text}'
        done = jail.run(
            [self.cc, *builder.EXPLORED, *builder.INSTRUMENT["gcc"],
             *("-I" + f for f in check.folders(self.lab)),
             "-c", name, "-o", "o.o"],
            files={name: text.encode()}, ro=check.folders(self.lab),
            seconds=20, memory=1 << 30, processes=8, output=1 << 20,
            fetch="o.o")
        said = done.err.decode(errors="replace").replace(self.shown, name)
        if not done.well:
            raise Rejected(self.compiler_says(done, said))
        self.warnings = [l for l in said.splitlines() if ": warning: " in l]
        self.calls(done.out)
        return done.out

    def calls(self, scheme):
        done = jail.run(["nm", "-u", "o.o"], files={"o.o": scheme})
        names = {l.split()[-1] for l in done.out.decode().splitlines()}
        unknown = sorted(n for n in names if not builder.MODELLED.match(n) and
                         not n.startswith("lab_") and n not in builder.RENAMED)
        if unknown or not done.well:
            raise Rejected(Finding("build", 0, "it calls what is not there: "
                                   + ", ".join(n + "()" for n in unknown)))

    def compiler_says(self, done, said):
        found = re.search(rf"^{re.escape(self.lab.source_name)}:(\d+):(?:\d+:)? "
                          r"(?:fatal )?error: (.*)$", said, re.MULTILINE)
        if found and not done.killed_for:
            return Finding("build", int(found.group(1)), found.group(2))
        if done.killed_for:
            return Finding("build", 0, reason(done, "the compiler"))
        errors = [l for l in said.splitlines() if "error: " in l]
        return Finding("build", 0, errors[0] if errors else
                       reason(done, "the compiler"))

    def trusted(self, scenario):
        """The kit's own parts of the program, compiled once for all."""
        family = self.lab.family_folder
        paths = [os.path.join(family, "explore", scenario + ".c"),
                 *builder.explored(family)]
        prog = builder.Program(paths, family=family, scheme=self.lab.scheme,
                               cc=self.cc)
        key = builder.digest("parts", self.lab.scheme, self.cc,
                             prog.source_hash())[:16]

        def make(tmp):
            for n, (name, text, path) in enumerate(prog.texts()):
                src = os.path.join(tmp, f"{n}-{name}")
                with open(src, "w", encoding="utf-8") as f:
                    f.write(text)
                builder.run(
                    [self.cc, *builder.EXPLORED, *builder.INSTRUMENT["gcc"],
                     *builder.includes(family), "-I" + os.path.dirname(path),
                     f"-DLAB_SCHEME_NAME={self.lab.scheme}", "-c", src, "-o",
                     src[:-2] + ".o"], path)
        return builder.finished(os.path.join(builder.BUILD, "parts-" + key),
                                make)

    def program(self, scenario):
        """The path of the submission linked with a scenario."""
        scheme = self.build()
        with self.lock:
            mine = self.programs.setdefault(scenario, threading.Lock())
        path = os.path.join(self.folder, scenario)
        with mine:
            if not os.path.exists(path):
                self.link(scheme, scenario, path)
        return path

    def link(self, scheme, scenario, path):
        engine = builder.engine(self.cc)
        parts = self.trusted(scenario)
        for folder in (engine, parts):
            if os.stat(folder).st_mode & 0o55 != 0o55:
                os.chmod(folder, 0o755)     # the jail's user is not ours
        renames = " ".join(f"--redefine-sym {old}={new}"
                           for old, new in builder.RENAMED.items())
        script = (f"ld -r -T gather.ld scheme.o {shlex.quote(parts)}/*.o -o whole.o && "
                  f"objcopy {renames} whole.o && "
                  f"{self.cc} -no-pie {shlex.quote(engine)}/*.o whole.o -o program")
        done = jail.run(
            ["/bin/sh", "-c", script], ro=[engine, parts],
            files={"scheme.o": scheme, "gather.ld": builder.GATHER.encode()},
            seconds=20, memory=1 << 30, processes=16, fetch="program",
            output=16 << 20)
        if not done.well:
            said = done.err.decode(errors="replace").strip().splitlines()
            raise Rejected(Finding("build", 0, "it can't be linked: " + (
                said[0] if said else reason(done, "the linker"))))
        with open(path + ".new", "wb") as f:
            f.write(done.out)
        os.chmod(path + ".new", 0o755)
        os.rename(path + ".new", path)

    # Explore

    def explore(self, scenario, mode="sc", want="", limit=60, repair="",
                **more):
        """One search: the document that `explore --json` writes."""
        path = self.program(scenario)
        o = argparse.Namespace(
            scheme=self.lab.scheme, scenario=scenario, source="", breaks="",
            repair=repair, mode=mode, reuse=False, cc=self.cc, bound=None,
            reduction="dpor", want=want, no_races=False, all=False,
            signatures=False, max_steps=None, max_executions=None,
            time_limit=limit, progress=False, guide=None, labels=False)
        for key, value in more.items():
            setattr(o, key, value)
        front = front_end()
        result = self.search(path, front.engine_args(o), limit)
        return front.document(o, self, path, result)

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
            result = json.loads(done.out)
            if not result.get("complete") or \
                    VERDICTS[result["verdict"]] != done.status:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError,
                RecursionError):
            return fault("fault", "the explored code brought the explorer down "
                         f"(status {done.status})")
        return result

    # Corroborate

    def stress(self):
        return {"state": "not reached", "said": "not there yet"}

    def vm(self):
        return {"state": "not reached", "said": "not there yet"}
