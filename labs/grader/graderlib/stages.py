# SPDX-License-Identifier: GPL-2.0-only
"""The stages of a grade, and what each of them makes of a task.

    check -> build -> explore -> answers -> stress -> vm -> measure

Points come from build, explore and answers only, which say the same each
time. The others look at the same source in other ways, and are for a person.
"""
import concurrent.futures
import dataclasses
import os
import resource
import sys
import time

from . import answers, answers_toml, confined, labs, reasons, seen, spelling

sys.path.insert(0, os.path.join(labs.CODE, "runtime", "explore"))

import lanes  # noqa: E402 (the path has to be set first)

STAGES = ("check", "build", "explore", "answers", "stress", "vm", "measure")
QUICK = ("check", "build", "explore")
FORMAT, VERSION = "lab-grade", 1
WIDTH = 80

PASSED, FAILED = "passed", "failed"
NOT_WRITTEN, NOT_ANSWERED = "not written yet", "not answered yet"
NOT_REACHED, PERSON = "not reached", "for a person"
NOT_RUN = "not run"     # of a stage


class HandedInError(Exception):
    """What was handed in can't be graded; the message is for the student."""


def find(lab, path):
    """(source, answers.toml or None) of a submission: a folder, or the file."""
    if os.path.isdir(path):
        source = os.path.join(path, lab.source_name)
        if not os.path.isfile(source):
            raise HandedInError(f"there is no {lab.source_name} in {path}: make lab "
                                f"LAB={lab.number} begins one")
    elif os.path.isfile(path):
        source = path
    else:
        raise HandedInError(f"there is no {path}")
    said = os.path.join(os.path.dirname(os.path.abspath(source)), "answers.toml")
    return source, said if os.path.lexists(said) else None


def in_words(answer):
    """An answer that nothing judges: text as it is, and whatever else stands there."""
    return answer if isinstance(answer, str) else spelling.shown(answer)


def blank(task):
    return {"id": task.id, "title": task.title, "part": task.part, "points": 0,
            "of": task.points, "state": NOT_REACHED, "reason": "", "because": "",
            "scenario": "", "mode": "", "kind": "", "found_by": "", "place": None, "other": None, "also": [],
            "lanes": "", "schedule": [], "read": task.read,
            "hints_left": len(task.hints), "said": None, "measured": []}


def with_needs(asked):
    """Nothing is run of a source that was not looked at and built."""
    if set(asked) - {"check", "answers"}:
        asked = {"check", "build", *asked}
    return tuple(s for s in STAGES if s in asked)


class Grading:
    """One submission on its way through the stages."""

    def __init__(self, lab, path, stages=STAGES, jobs=None, tell=lambda *_: None,
                 only=""):
        """only: look at this build task alone, whatever it needs."""
        self.lab, self.tell, self.only = lab, tell, only
        self.stages = with_needs(stages)
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.path = path
        self.source, self.answers_path = find(lab, path)
        self.submission = confined.Submission(lab, self.source)
        self.tasks = {t.id: blank(t) for t in lab.tasks}
        self.docs = {}          # task: the explorer's document of its failure
        self.done = []          # stages
        self.warnings, self.notes = [], []
        self.interrupted = False
        self.plots = None       # a folder for them, if they are wanted
        self.measured = []
        self.began = time.monotonic()

    # The stages. Each returns (state, what is said of it).

    def check(self):
        self.findings = [vars_of(f) for f in self.submission.findings()]
        if not self.findings:
            return PASSED, "nothing in it that the grader does not take"
        first = self.findings[0]
        more = len(self.findings) - 1
        where = f"{self.lab.source_name}:{first['line']}: " if first["line"] else ""
        self.stop_build(first["kind"], f"{where}{first['text']}", first["line"])
        return FAILED, f"{where}{first['text']}" + (f" (and {more} more)" if more else "")

    def build(self):
        try:
            self.submission.build()
        except confined.Rejected as e:
            finding = vars_of(e.args[0])
            finding["text"] = reasons.in_words(self.lab, finding, self.submission.text)
            self.stop_build(finding["kind"], finding["text"], finding["line"])
            return FAILED, finding["text"].splitlines()[0]
        finally:
            self.warnings = list(self.submission.warnings or [])
        n = len(self.warnings)
        return PASSED, {0: "without a warning", 1: "with a warning"}.get(
            n, f"with {n} warnings")

    def stop_build(self, kind, reason, line):
        """It is not even built: no build task can be looked at."""
        for task in self.lab.of_part("build"):
            out = self.tasks[task.id]
            out.update(state=NOT_REACHED, kind=kind, reason=reason.splitlines()[0],
                       because=reasons.slip(reason))
            if line:
                out["place"] = {"file": self.lab.source_name, "line": line,
                                "function": "", "text": ""}

    def explore(self):
        pool = concurrent.futures.ThreadPoolExecutor(self.jobs)
        try:
            self.explore_with(pool)
        finally:
            # After an interrupt nobody waits: what runs dies with this process.
            pool.shutdown(wait=False, cancel_futures=True)
        of = self.lab.of_part("build")
        clean = sum(self.tasks[t.id]["state"] == PASSED for t in of)
        return (PASSED if clean == len(of) else FAILED,
                f"{clean} of {len(of)} tasks clean under every interleaving")

    def explore_with(self, pool):
        waiting = list(self.lab.of_part("build"))
        if self.only:
            waiting = [dataclasses.replace(self.lab.task(self.only), needs=())]
        while waiting:
            wave = [t for t in waiting if all(self.decided(n) for n in t.needs)]
            running = [(t, c, pool.submit(self.run_check, c)) for t in wave
                       if self.ready(t) for c in t.checks]
            for task in wave:
                waiting.remove(task)
                mine = [(c, f) for t, c, f in running if t is task]
                if mine:
                    self.judge(task, mine)
                    for _, future in mine:
                        future.cancel()         # what could change nothing any more
                    self.tell("task", self.tasks[task.id])

    def decided(self, need):
        return self.tasks[need]["state"] != NOT_REACHED or bool(
            self.tasks[need]["reason"])

    def ready(self, task):
        """Whether what a task needs has passed; if not, it says so."""
        for need in task.needs:
            if self.tasks[need]["state"] not in (PASSED, PERSON):
                self.tasks[task.id].update(
                    state=NOT_REACHED, reason=f"Task {need} comes first.")
                return False
        return True

    def run_check(self, check):
        return self.submission.explore(check.scenario, mode=check.mode, want=check.want,
                                       limit=check.limit, repair=check.repair)

    def judge(self, task, checks):
        """The first check that is not clean decides, in the lab's order."""
        out = self.tasks[task.id]
        for check, future in checks:
            try:
                doc = future.result()
            except confined.Rejected as e:      # it can't be linked, or a repair does not fit
                finding = vars_of(e.args[0])
                out.update(state=FAILED, kind=finding["kind"],
                           reason=reasons.in_words(self.lab, finding, self.submission.text),
                           scenario=check.scenario, mode=check.mode)
                return
            out.update(scenario=check.scenario, mode=check.mode)
            if doc["verdict"] == "clean":
                continue
            if doc["verdict"] == "limit":
                out.update(state=PERSON, reason="The explorer came to a limit of its own: "
                           + reasons.main_failure(doc)["text"] + ".")
                return
            if doc["verdict"] != "failed":
                out.update(state=PERSON, reason="Nothing was found, but the explorer could "
                           f"not try every interleaving within {check.limit:g} s.")
                return
            todo = reasons.not_written(doc)
            if todo and todo[0] != task.id:
                out.update(state=NOT_REACHED, reason=f"Task {todo[0]} comes first: "
                           f"{todo[1]}() is not written yet.")
                return
            if todo:
                out.update(state=NOT_WRITTEN,
                           reason=f"Task {todo[0]} is not written yet: {todo[1]}().")
                return
            self.fail(task, check, doc)
            return
        out.update(state=PASSED, points=task.points, scenario="", mode="")

    def fail(self, task, check, doc):
        failure = reasons.main_failure(doc)
        said, story = seen.read(doc, failure) if failure else ([], seen.Story(doc, None))
        guilty = reasons.charged(self.lab, task, story)
        out = self.tasks[task.id]
        if guilty and not self.only and self.tasks[guilty[0]]["state"] == PASSED:
            whose, function = guilty
            out.update(state=NOT_REACHED, scenario="", mode="", reason=f"Task {whose} comes "
                       f"first: {function}() is at fault in the scenario {check.scenario}.")
            out = self.tasks[whose]
            self.tell("task", {**out, "state": FAILED})
        out.update(state=FAILED, points=0, kind=doc["kind"], found_by=task.id,
                   scenario=check.scenario, mode=check.mode,
                   reason=reasons.sentence(doc, story),
                   because=reasons.means(check, doc, said),
                   lanes=lanes.draw(doc, WIDTH), schedule=doc.get("schedule", []))
        if failure:
            other = reasons.other_place(story)
            where = reasons.place_of(story) or other or failure["at"]
            where, other = reasons.given_code_last(self.lab, story, where,
                                                   other or failure.get("other"))
            out["place"] = reasons.say_place(where)
            if other and other != where:
                out["other"] = reasons.say_place(other)
            before = doc["failures"][:doc["failures"].index(failure)]
            out["also"] = list(dict.fromkeys(f["text"] for f in before if f["text"]))[:3]
        self.docs[out["id"]] = doc

    def answers(self):
        asked = [t for t in self.lab.tasks if t.asks]
        if not asked:
            return PASSED, "nothing is asked"
        said, trouble = {}, ""
        try:
            said = answers_toml.read(self.answers_path) if self.answers_path else {}
        except answers_toml.Unreadable as e:
            trouble = str(e)
        nothing = "Not answered yet." if self.answers_path else \
            f"There is no answers.toml beside {self.lab.source_name}."
        unknown = sorted(set(said) - {t.id for t in self.lab.tasks})
        if unknown:
            # 1.4 = "…" without quotes is a table called 1.
            self.notes.append(
                f"answers.toml answers {spelling.quoted(spelling.printable(unknown[0]))}, "
                "which is no task of this lab."
                + (' A task stands between quotes: "1.4" = "…".' if unknown[0].isdigit()
                   else ""))
        right = 0
        with_points = [t for t in asked if t.points]
        for task in asked:
            out = self.tasks[task.id]
            answer = said.get(task.id, "")
            if not self.ready(task):
                continue
            if answer == "" or isinstance(answer, str) and not answer.strip():
                out.update(state=NOT_ANSWERED, reason=trouble or nothing)
                continue
            if task.asks == "text":
                out.update(state=PERSON, said=in_words(answer),
                           reason="Free words: for a person to read.")
                continue
            if labs.HANDOUT:
                wrong = answers.form(self.lab, task, answer)
                out.update(state=FAILED if wrong else PERSON, said=in_words(answer),
                           reason=wrong or "Its form is right. Your instructor's grader judges "
                           "it: this kit has no solutions to run it against.")
                continue
            self.judge_answer(task, answer)
            right += out["state"] == PASSED and task.points > 0
        if trouble:
            return FAILED, trouble
        if labs.HANDOUT:
            bad = [t.id for t in asked if self.tasks[t.id]["state"] == FAILED]
            return (FAILED, f"{', '.join(bad)}: no answer to such a question, see below") \
                if bad else (PERSON, "your instructor's grader judges them")
        return (PASSED if right == len(with_points) else FAILED,
                f"{right} of {len(with_points)} right")

    def judge_answer(self, task, answer):
        out = self.tasks[task.id]
        judged = answers.judge(self.lab, task, answer)
        out.update(said=judged.said, reason=judged.why or "")
        if judged.right is None:
            out["state"] = PERSON
            return
        out.update(state=PASSED if judged.right else FAILED,
                   points=task.points if judged.right else 0)
        if judged.doc and not judged.right:
            out.update(lanes=lanes.draw(judged.doc, WIDTH),
                       schedule=judged.doc.get("schedule", []))
            self.docs[task.id] = judged.doc

    def stress(self):
        return self.corroborated("stress")

    def vm(self):
        return self.corroborated("vm")

    def corroborated(self, how):
        """What another environment saw. The explorer's verdict stands."""
        from . import corroborate
        try:
            seen = getattr(corroborate, how)(self.lab, self.submission.text)
        except corroborate.NotRun as e:
            return NOT_RUN, str(e)
        if seen["state"] == FAILED:
            self.notes.append("The explorer was content, this run was not: a person should "
                              f"look. {how}: {seen['said']}")
        return seen["state"], seen["said"]

    def measure(self):
        from . import measuring
        said = {k: v["said"] for k, v in self.tasks.items() if v["said"]}
        self.measured = measuring.measure(self.lab, self.submission.text, self.plots, said)
        for measured in self.measured:
            out = self.tasks[measured["task"]]
            out["measured"].append(
                {k: measured[k] for k in ("verdict", "said", "plots") if k in measured})
            if out["state"] == NOT_REACHED and not out["reason"]:   # no words were asked for
                if measured["verdict"] == measuring.NOT_MEASURED:
                    out["reason"] = measured["said"]
                else:
                    out.update(state=PERSON, reason="Measured: for a person to look at.")
        done = [m for m in self.measured if m["verdict"] != measuring.NOT_MEASURED]
        return (PASSED if done or not self.measured else NOT_RUN,
                "; ".join(dict.fromkeys(m["said"] for m in self.measured)) or "nothing to measure")

    # What depends on what.

    NEEDS = {"build": ("check",), "explore": ("build",),
             **dict.fromkeys(("stress", "vm", "measure"), ("check", "build", "explore"))}

    def run(self):
        """All stages that were asked for; a dictionary, as report.py writes it."""
        try:
            for name in STAGES:
                if name in self.stages:
                    self.run_stage(name)
        except KeyboardInterrupt:
            self.interrupted = True
        return self.result()

    def run_stage(self, name):
        before = {s["name"]: s["state"] for s in self.done}
        for need in self.NEEDS.get(name, ()):
            if before.get(need, PASSED) != PASSED:
                self.done.append({"name": name, "state": NOT_REACHED, "seconds": 0.0,
                                  "said": f"{need} comes first"})
                return
        began = time.monotonic()
        self.tell("begins", name)
        try:
            state, said = getattr(self, name)()
        except KeyboardInterrupt:
            self.done.append({"name": name, "state": "interrupted", "said": "interrupted",
                              "seconds": round(time.monotonic() - began, 3)})
            raise
        stage = {"name": name, "state": state, "said": said,
                 "seconds": round(time.monotonic() - began, 3)}
        self.done.append(stage)
        self.tell("stage", stage)

    def result(self):
        tasks = list(self.tasks.values())
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return {"format": FORMAT, "version": VERSION, "lab": self.lab.name,
                "number": self.lab.number, "title": self.lab.title,
                "submission": str(self.path), "source": str(self.source),
                "points": sum(t["points"] for t in tasks),
                "of": self.lab.points, "complete": not self.interrupted
                and set(STAGES[:4]) <= set(self.stages),
                "interrupted": self.interrupted, "tasks": tasks, "stages": self.done,
                "warnings": self.warnings, "notes": self.notes,
                "seconds": round(time.monotonic() - self.began, 3),
                "memory_mb": round(peak / 1024, 1)}


def vars_of(finding):
    return {"kind": finding.kind, "line": finding.line or 0, "text": finding.text}
