# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a mutant: it goes through the lab's checks as a submission does.

Two things spare time and change no verdict. Mutants with the same code as the
reference, or as another mutant, are left out. And a check is not run that never
calls the function that was changed: that is found out once, with the skeleton's
sentinel in that function's place.
"""
import dataclasses
import hashlib
import os
import re
import subprocess
import tempfile

from . import building, check, confined, labs, skeleton, stages
from .prove import Journal

BUILT = ("check", "build", "explore")
# No wrong step of a student's is any of these: the explorer was no use.
NO_REASON = {"fault", "limit", "stack-overflow"}
KILLED, SURVIVED, UNDECIDED, REFUSED = "killed", "survived", "undecided", "refused"
STRICT = ["-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types",
          "-Werror=int-conversion", "-Werror=discarded-qualifiers"]


def object_of(lab, text):
    """A hash of the code that is explored, without what a debugger wants; what the
    compiler says if there is none."""
    args = [a for a in building.builder.EXPLORED if not a.startswith("-g")]
    args += [*building.builder.INSTRUMENT["gcc"], *building.FOLLOWED, *building.PLAINER[0],
             *STRICT, *("-I" + f for f in check.folders(lab))]
    with tempfile.TemporaryDirectory(prefix="mutate-") as tmp:
        with open(os.path.join(tmp, "m.c"), "w", encoding="utf-8") as f:
            f.write(text)
        done = subprocess.run(["gcc", *args, "-c", "m.c", "-o", "m.o"], cwd=tmp, text=True,
                              capture_output=True, check=False)
        if done.returncode:
            found = re.search(r"error: (.*)", done.stderr)
            return "", found[1] if found else f"status {done.returncode}"
        with open(os.path.join(tmp, "m.o"), "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()[:16], ""


class Trusting(confined.Submission):
    """The lab's own mutants try no tricks: the explorer's honesty needs no control."""

    def honest(self, scenario):
        return True


class Later:
    """What a check says, once it is asked."""

    def __init__(self, run, argument):
        self.run, self.argument = run, argument

    def result(self):
        return self.run(self.argument)


class UntilItFails(stages.Grading):
    """One check after the other, in the lab's order, to the first that is not clean."""

    def __init__(self, lab, path, meets):
        """meets: whether a check calls what was changed."""
        super().__init__(lab, path, BUILT, 1)
        self.submission, self.meets = Trusting(lab, path), meets
        self.first = None

    def explore_with(self, pool):
        for task in self.lab.of_part("build"):
            checks = [(c, Later(self.run_check, c)) for c in task.checks if self.meets(c)]
            if not checks:
                continue
            self.judge(task, checks)
            if self.tasks[task.id]["state"] != stages.PASSED:
                self.first = self.tasks[task.id]
                return


def without_needs(lab):
    """Each task for itself: what comes before has passed, or nothing is run."""
    return dataclasses.replace(lab, tasks=tuple(
        dataclasses.replace(t, needs=()) for t in lab.tasks))


def tried(lab, text, meets):
    """The verdict on one text."""
    with tempfile.TemporaryDirectory(prefix="mutate-") as tmp:
        path = os.path.join(tmp, lab.source_name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        grading = UntilItFails(without_needs(lab), path, meets)
        result = grading.run()
    if result["interrupted"]:
        raise KeyboardInterrupt
    out = {"verdict": SURVIVED, "seconds": result["seconds"]}
    stopped = next((s for s in result["stages"] if s["state"] == stages.FAILED
                    and s["name"] != "explore"), None)
    if stopped:
        return {**out, "verdict": REFUSED, "reason": stopped["said"]}
    first = grading.first
    if first:
        place = first["place"] or {}
        out |= {"verdict": KILLED if first["state"] == stages.FAILED else UNDECIDED,
                "task": first["id"], "scenario": first["scenario"], "mode": first["mode"],
                "kind": first["kind"], "reason": first["reason"],
                "function": place.get("function", "")}
        if first["kind"] == "build":        # it could not be linked
            out["verdict"] = REFUSED
    return out


def meeting(lab, journal):
    """{function: checks that call it}, as “scenario mode”; asked once."""
    out = {}
    for cut in lab.cuts:
        key = f"meets {cut.function}"
        if key not in journal.seen:
            journal.keep(key, {"checks": met_by(lab, cut)})
        out[cut.function] = set(journal.seen[key]["checks"])
    return out


def asked_by(lab, function):
    """Checks of the tasks that ask for a function, or for none: most that call it."""
    own = {c.task for c in lab.cuts if c.function == function}
    others = {c.task for c in lab.cuts} - own
    return {name_of(one) for t in lab.of_part("build") if t.id not in others for one in t.checks}


def met_by(lab, cut):
    text = skeleton.skeleton(dataclasses.replace(lab, cuts=(cut,)))
    submission, found = Trusting(lab, text=text), []
    for task in lab.of_part("build"):
        for one in task.checks:
            doc = submission.explore(one.scenario, mode=one.mode, want=one.want,
                                     limit=one.limit, repair=one.repair)
            if doc["verdict"] != "clean":
                found.append(name_of(one))
    return found


def name_of(one):
    return f"{one.scenario} {one.mode}"


def misfit(lab, function, outcome):
    """Why a kill is for no reason that fits; "" if it does."""
    if outcome["verdict"] != KILLED:
        return ""
    if outcome["kind"] in NO_REASON:
        return f"no reason for a student: {outcome['kind']}"
    own = {cut.task for cut in lab.cuts if cut.function == function}
    with_cuts = {cut.task for cut in lab.cuts}
    if outcome["task"] in with_cuts - own:
        return f"charged to task {outcome['task']}, and {function}() is of {', '.join(sorted(own))}"
    return ""


class Trials:
    """All that was found out of one lab's mutants, kept for the next run. quick: not by the
    checks of tasks that ask for other functions."""

    def __init__(self, lab, quick=False):
        self.lab = lab
        self.journal = Journal(lab, "mutate")
        self.how = "quick trial" if quick else "trial"
        self.meets = {c.function: asked_by(lab, c.function) for c in lab.cuts} if quick \
            else meeting(lab, self.journal)
        if not quick:
            self.reference_is_clean()

    def reference_is_clean(self):
        """Where the reference fails, every mutant is killed by that."""
        if "the reference" not in self.journal.seen:
            self.journal.keep("the reference",
                              tried(self.lab, labs.reference(self.lab), lambda _: True))
        found = self.journal.seen["the reference"]
        if found["verdict"] != SURVIVED:
            raise labs.LabError(f"lab {self.lab.number}: the reference itself is {found['verdict']}"
                                f", in {found.get('scenario', '?')} {found.get('mode', '')}: "
                                f"{found.get('reason', '')}")

    @staticmethod
    def hash(text):
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def object(self, text):
        key = f"object {self.hash(text)}"
        if key not in self.journal.seen:
            code, error = object_of(self.lab, text)
            self.journal.keep(key, {"code": code, "error": error})
        found = self.journal.seen[key]
        return found["code"], found["error"]

    def known(self, mutant):
        return self.journal.seen.get(f"{self.how} {self.hash(mutant.text)}")

    def outcome(self, mutant):
        if not self.known(mutant):
            meets = self.meets[mutant.function]
            self.journal.keep(f"{self.how} {self.hash(mutant.text)}",
                              tried(self.lab, mutant.text, lambda c: name_of(c) in meets))
        return self.known(mutant)

    def fates(self, mutants, each=map):
        """[(mutant, "tried", "refused" or "same code")]: one is tried for each code."""
        seen, out = {self.object(labs.reference(self.lab))[0]}, []
        for mutant, (code, error) in zip(mutants, each(lambda m: self.object(m.text), mutants)):
            out.append((mutant, "refused" if error else "same code" if code in seen else "tried"))
            seen.add(code)
        return out
