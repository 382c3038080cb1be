# SPDX-License-Identifier: GPL-2.0-only
"""What an answer is compared with: runs of the explorer, herd7, recorded reports.

A key is never written down. It is computed, and kept by the hash of all that
went into it (build/grade/keys), so that a class costs one run. What runs is
the kit's own: a scheme, or a wrong function in the reference's place, never a
submission.
"""
import dataclasses
import fcntl
import hashlib
import json
import os
import sys

from . import labs, skeleton
from .confined import front_end

LITMUS = os.path.join(labs.CODE, "litmus")
RECORDED = os.path.join(labs.TOP, "Documentation", "debug", "results.json")
OF = {"family", "scheme", "wrong", "scenario", "break", "repair", "mode", "want", "limit"}


class NoKey(Exception):
    """This answer can't be judged on this machine; the message says why."""


def folder():
    built = os.path.dirname(front_end().builder.BUILD)
    path = os.path.join(built, "grade", "keys")
    os.makedirs(path, exist_ok=True)
    return path


def kept(name, make):
    """`make()`, a document, or what it came to before under that name."""
    path = os.path.join(folder(), name + ".json")
    with open(path + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with open(path, encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError):
            pass
        doc = make()
        if doc["verdict"] != "cut":         # by a clock: not the same each time
            with open(path + ".new", "w", encoding="utf-8") as f:
                json.dump(doc, f)
            os.replace(path + ".new", path)
        return doc


@dataclasses.dataclass(frozen=True)
class Subject:
    """What a question is about, as explore is told; `wrong` is a text or ""."""
    family: str
    scheme: str
    scenario: str
    file: str           # the scheme's source, or one that was composed
    breaks: str = ""
    repair: str = ""
    mode: str = "sc"
    want: str = ""
    limit: float = 60

    def arguments(self, extra=()):
        args = ["--family", self.family, "--scheme", self.scheme,
                "--scenario", self.scenario, "--mode", self.mode,
                "--break", self.breaks, "--repair", self.repair,
                "--want", self.want, "--time-limit", str(self.limit), *extra]
        if os.path.basename(os.path.dirname(self.file)) != self.family:
            args += ["--scheme-file", self.file]
        return args

    def with_repair(self, names):
        return dataclasses.replace(
            self, repair=",".join(filter(None, [self.repair, *names])))

    def shown(self):
        """For people: “pointer_tag, stale_set”."""
        return f"{self.scheme}, {self.scenario}"


def source_of(family, scheme):
    path = os.path.join(labs.CODE, family, scheme + ".c")
    if not os.path.exists(path):
        raise NoKey(f"code/{family}/{scheme}.c is not in this copy of the kit, so this "
                    "answer can't be judged here; your instructor's copy can")
    return path


def composed(lab, path, name):
    """A file: the scheme at `path` with the functions of wrong/NAME.c."""
    wrong = labs.wrongs(lab)[name]
    text = skeleton.compose(labs.read_text(path), labs.read_text(wrong), path, wrong)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    where = os.path.join(folder(), f"{name}-{digest}")
    os.makedirs(where, exist_ok=True)
    out = os.path.join(where, os.path.basename(path))
    if not os.path.exists(out):
        new = f"{out}.{os.getpid()}"
        with open(new, "w", encoding="utf-8") as f:
            f.write(text)
        os.replace(new, out)
    return out


def subject(lab, task):
    """What `of` in lab.toml names. LabError if it can't be that."""
    of, where = dict(task.of), f"labs/{lab.name}/lab.toml, task {task.id}, of"
    unknown = sorted(set(of) - OF)
    if unknown:
        raise labs.LabError(f"{where}: “{unknown[0]}” means nothing here; there are "
                            + ", ".join(sorted(OF)))
    if "scenario" not in of:
        raise labs.LabError(f"{where}: “scenario = …” is missing")
    family = of.get("family", lab.family)
    scheme = of.get("scheme", lab.scheme)
    if of["scenario"] not in labs.scenarios(family):
        raise labs.LabError(f"{where}: the {family} family has no scenario "
                            f"“{of['scenario']}”")
    path = source_of(family, scheme)
    if "wrong" in of:
        path = composed(lab, path, of["wrong"])
    return Subject(family, scheme, of["scenario"], path, labs.words(of.get("break", "")),
                   labs.words(of.get("repair", "")), of.get("mode", "sc"),
                   labs.words(of.get("want", "")), float(of.get("limit", 60)))


def built(what):
    """Build what a question is about, so that no failure of that is an answer's."""
    front = front_end()
    try:
        front.program(front.options(what.arguments())).build()
    except front.builder.BuildError as e:
        raise NoKey(f"{what.shown()} can't be built: {str(e).splitlines()[0]}") from None


def explore(what, *extra):
    """The explorer's document of a search, a guided run or a list of labels."""
    front = front_end()
    options = front.options(what.arguments(extra))
    program = front.program(options)
    digest = hashlib.sha256(json.dumps(
        [program.source_hash(), options.cc, what.arguments(extra)[4:]]).encode())

    def make():
        doc = front.explore(options)
        if doc["bounded_by"] == "an interrupt":
            raise KeyboardInterrupt
        return doc
    if options.guide is not None:       # a student's: it is hardly met again
        return make()
    return kept("run-" + digest.hexdigest()[:24], make)


def failing(lab, task):
    """(subject, document): the run that a question is about, which must fail."""
    what = subject(lab, task)
    doc = explore(what)
    if doc["verdict"] in ("cut", "limit"):
        raise NoKey(f"the explorer could not finish {what.shown()} within {what.limit:g} s "
                    "on this machine")
    if doc["verdict"] != "failed":
        raise labs.LabError(f"labs/{lab.name}/lab.toml, task {task.id}: {what.shown()} "
                            f"does not fail{' as ' + what.want if what.want else ''}, so "
                            "there is nothing to ask")
    return what, doc


def texts(what):
    """[(file name, text)] of what runs there, as people see it."""
    front = front_end()
    program = front.program(front.options(what.arguments()))
    return [(name, text) for name, text, _ in program.texts()]


# What is not of the explorer

def litmus_suite():
    if LITMUS not in sys.path:
        sys.path.insert(0, LITMUS)
    import suite
    return suite


def litmus(lab, task):
    """Never, Sometimes or Always: herd7's word, or the one the suite expects."""
    suite = litmus_suite()
    name = task.test + (f".{task.change}" if task.change else "")
    try:
        tests = {t.name: t for t in suite.load()}
    except suite.SuiteError as e:
        raise labs.LabError(str(e)) from None
    if name not in tests:
        raise labs.LabError(f"labs/{lab.name}/lab.toml, task {task.id}: there is no litmus "
                            f"test “{name}”")
    test = tests[name]
    seen = herd_says(test)
    if seen and seen != test.result:
        raise NoKey(f"herd7 says {seen} of {name} here, and the suite expects {test.result}")
    return test.result


def herd_says(test):
    """herd7's word, or None where it is not on this machine or did not finish."""
    import herd
    import model
    try:
        program, where = herd.find(), model.find()
        need = model.herd_needed(where)
        if need and not herd.at_least(herd.version(program), need):
            return None
        name = hashlib.sha256(json.dumps(
            [test.text, program, model.version(where)]).encode()).hexdigest()[:24]
        return kept("litmus-" + name, lambda: {"verdict": herd.run(
            program, where, test.text, timeout=60)[0]})["verdict"]
    except (herd.Missing, herd.Wrong, herd.Failed):
        return None


def splat(lab, task):
    """The recorded report of an experiment of the debug kernels."""
    try:
        with open(RECORDED, encoding="utf-8") as f:
            recorded = json.load(f)
    except (OSError, ValueError) as e:
        raise NoKey(f"nothing is recorded of the debug kernels here ({e})") from None
    rows = {row["id"]: row for row in recorded["experiments"]}
    if task.experiment not in rows:
        raise labs.LabError(f"labs/{lab.name}/lab.toml, task {task.id}: nothing is recorded "
                            f"of an experiment “{task.experiment}” (labs/debug/debug list)")
    return rows[task.experiment]
