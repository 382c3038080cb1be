# SPDX-License-Identifier: GPL-2.0-only
"""How fast is it, beside a control that is measured in the same minutes?

No points. For who writes a lab, in a task of lab.toml:

    measure = "read"                        what; quantities.py has them all, by family
    measure = "get,peek control=rcu readers=2"
                                            several; control: another scheme of the family,
                                            or "reference", the lab's own; readers at a time

Without control=, it is rcu for a lab on a scheme with a lock, task_lock for
another of nsproxy; rtnl of netns; by_name of pid.

In each round the submission, the control and the control once more have a
turn each, in a shuffled order. What the control differs from itself is the
noise of this run, and nothing smaller than that is called a difference.
Everything runs in the jail, natively; the kit's own objects are linked with
the submission's. Statistics and plots are those of code/bench/labbench.
"""
import math
import os
import random
import re
import statistics
import sys
import time
import zlib

from . import jail, labs, native, quantities
from .spelling import MOST, printable

sys.path.insert(0, os.path.join(labs.CODE, "bench"))

from labbench import Trouble, growth, machine, raw, stats  # noqa: E402 (the path, first)

MIN_ROUNDS, MOST_ROUNDS = 5, 15
SECONDS = 7                 # for all tasks of a lab together
MOST_NOISE = 0.5            # "no difference" beyond more than that is nobody's news
FLAGS = "-std=gnu11 -O2 -g -pthread -D_GNU_SOURCE"
SLOWER, FASTER, SAME = "slower", "faster", "no difference"
NOISY, NOT_MEASURED = "too noisy to tell", "not measured"


def plan(lab, task):
    """([(name, What, readers)], control) of a task's `measure = …`."""
    where = f"labs/{lab.name}/lab.toml, task {task.id}, measure"
    names, *words = task.measure.replace(", ", ",").split()
    given = dict(word.partition("=")[::2] for word in words)
    cpus = len(os.sched_getaffinity(0))
    if set(given) - {"control", "readers"} or not given.get("readers", "1").isdigit():
        raise labs.LabError(f"{where}: “{' '.join(words)}” is neither control= nor readers=")
    whats = quantities.named(lab.family, names, max(1, int(given.get("readers", 1))), cpus,
                             where)
    control = given.get("control") or usual_control(lab)
    if control == "reference":
        control = lab.scheme
    if control not in labs.schemes(lab.family):
        raise labs.LabError(f"{where}: there is no scheme “{control}” in {lab.family}")
    return whats, control


def usual_control(lab):
    """What the lab is about: a lock against none, after against before."""
    if lab.family == "nsproxy":
        return "rcu" if lab.scheme in ("task_lock", "dedicated_lock") else "task_lock"
    return labs.schemes(lab.family)[0]


# The programs

def last_line(text):
    """The last line of what a stranger printed: short, and nothing that moves a cursor."""
    return printable((text.strip().splitlines() or ["no word"])[-1][:200])


def whole(lab, control):
    """Refuse a control that is a skeleton: a handout has no other."""
    path = os.path.join(labs.CODE, lab.family, control + ".c")
    if not os.path.exists(path) or "lab_todo(" in labs.read_text(path):
        raise Trouble(f"{control}, to compare with, is not whole in this kit")


def built(lab, text, out):
    """The program `run` with the submission in its scheme's place: bytes."""
    done = native.compiled(lab, text, out, FLAGS, counting=True)
    if not done.well:
        raise Trouble("it is not built natively: " + last_line(
            done.err.decode(errors="replace")))
    return done.out


def turn(lab, program, scheme, settings, readers, number):
    """One run; its rows. The program is a stranger's, and may say anything."""
    if "readers=" not in settings:
        settings += f" readers={readers}"
    done = jail.run(["./program", f"scheme={scheme}", f"rep={number}", *settings.split()],
                    files={"program": program}, seconds=20, processes=64, output=1 << 18)
    text = done.out.decode(errors="replace")
    if done.killed_for or done.status:
        why = f"killed for {done.killed_for}" if done.killed_for else last_line(text)
        raise Trouble(f"{'it' if scheme == lab.scheme else scheme} did not come to its end: "
                      f"{why}")
    try:
        if lab.family == "nsproxy":
            return [r for r in map(raw.parse_line, text.splitlines()) if r]
        return growth.parse(text) if lab.family == "netns" else parse(text)
    except (Trouble, ValueError) as e:
        raise Trouble(f"its output is no measurement: {last_line(str(e))}") from None


def parse(text):
    """Rows of the pid family: name=value words, numbers as numbers."""
    rows = []
    for line in re.findall(r"^# raw (metric=\w+(?: \w+=\w+)*)$", text, re.MULTILINE):
        row = dict(word.split("=", 1) for word in line.split())
        rows.append({k: int(v) if re.fullmatch(r"\d{1,18}", v) else v for k, v in row.items()})
    return rows


def cost_of(cost, rows, readers, counted=False):
    """The figure, or None if not a single loop came to anything."""
    try:
        found = float(cost(rows, readers))
    except ValueError:
        return None
    except (KeyError, TypeError, ZeroDivisionError, OverflowError):
        raise Trouble("its output lacks the measurement") from None
    if not 0 <= found < 1e15 or not (found or counted):
        raise Trouble("its output is no measurement")
    return found


# What the figures say

def margin(again, control):
    """How far the control was from itself in four rounds of five: 0.12 is 12 %.
    A round that something else spoilt is no measure of the others."""
    away = sorted(abs(math.log(again[r] / control[r])) for r in set(again) & set(control))
    return math.expm1(away[math.ceil(len(away) * 0.8) - 1])


def times(x):
    """1.8, 240, 1/3900."""
    return f"1/{float(f'{1 / x:.2g}'):.0f}" if 0 < x < 0.1 else f"{float(f'{x:.3g}'):g}"


def percent(x):
    return f"{100 * x:.0f}" if x >= 0.1 else f"{100 * x:.1f}"


def judged(mine, control, again, against, itself, name):
    """The verdict. Each {round: cost}: the submission and the control beside it;
    the control once more and what that is compared with. itself: its name."""
    ratio, noise = stats.paired_ratio(mine, control, name), margin(again, against)
    low, high = 1 / (1 + noise), 1 + noise
    span = f"{times(ratio.lo)} to {times(ratio.hi)}"
    if ratio.n >= MIN_ROUNDS and (ratio.lo > high or ratio.hi < low):
        verdict = SLOWER if ratio.lo > high else FASTER
        said = (f"takes {times(ratio.value)} {'times' if ratio.value >= 0.1 else 'of'} what "
                f"{itself} takes ({span}), beyond this run's noise of ±{percent(noise)} %")
    elif ratio.n >= MIN_ROUNDS and noise <= MOST_NOISE and low <= ratio.lo and ratio.hi <= high:
        verdict = SAME
        said = (f"no difference from {itself} beyond this run's noise of ±{percent(noise)} % "
                f"({times(ratio.value)} times, {span})")
    else:
        verdict = NOISY
        said = (f"too noisy to tell ({times(ratio.value)} times {itself}, {span}; {itself} "
                f"differs from itself by up to {percent(noise)} %)")
    return {"verdict": verdict, "said": said, "ratio": ratio.as_json(), "noise": noise}


def counts(mine, control, itself):
    """The verdict on what is counted, not timed."""
    exact = mine / control if control else None
    return {"verdict": SAME if mine == control else SLOWER if mine > control else FASTER,
            "said": f"{mine:.3g}, {itself}: {control:.3g} (counted: the same on any machine)",
            "noise": 0.0, "ratio": {"value": exact, "lo": exact, "hi": exact, "n": 1}}


def where():
    """On what: emulated, or hardware."""
    cpu = machine.cpu_model()
    return ("emulated: " if re.search(r"\bQEMU\b|\bTCG\b", cpu) else "hardware: ") + cpu


# The rounds

class Rounds:
    """All turns of the quantities that one command measures."""

    def __init__(self, lab, control, whats, programs):
        self.lab, self.control, self.whats = lab, control, whats
        self.settings = whats[0][1].settings
        self.readers = max(readers for _, _, readers in whats)
        self.once = whats[0][1].counted
        # by_name has its turns within each run of another scheme, in between.
        self.inside = bool(whats[0][1].beside) and control == "by_name"
        mine, theirs = programs
        self.parties = {"mine": (mine, lab.scheme), "again": (theirs, control)}
        if not self.inside:
            self.parties["control"] = (theirs, control)
        self.costs = [{} for _ in whats]
        self.rows = {"mine": [], "control": [], "again": []}

    def take(self, party, number, rows):
        self.rows[party] += rows
        for costs, (_, what, readers) in zip(self.costs, self.whats):
            found = {party: what.cost}
            if self.inside:
                found["control" if party == "mine" else "against"] = what.beside
            for who, cost in found.items():
                value = cost_of(cost, rows, readers, what.counted)
                if value is not None:
                    costs.setdefault(who, {})[number] = value

    def run(self, seconds):
        order = random.Random(zlib.crc32(self.settings.encode()))
        began = time.monotonic()
        for number in range(1 if self.once else MOST_ROUNDS):
            if number >= MIN_ROUNDS and time.monotonic() - began > seconds:
                break
            for party in order.sample(sorted(self.parties), len(self.parties)):
                self.take(party, number, turn(self.lab, *self.parties[party], self.settings,
                                              self.readers, number))
        return time.monotonic() - began

    def results(self, task, seconds):
        itself = "the reference" if self.control == self.lab.scheme else self.control
        for costs, (name, what, readers) in zip(self.costs, self.whats):
            mine, control, again = (costs.get(k, {}) for k in ("mine", "control", "again"))
            against = costs.get("against", control)
            if not set(mine) & set(control) or not set(again) & set(against):
                raise Trouble("not one round came to anything")
            out = counts(mine[0], control[0], itself) if what.counted else judged(
                mine, control, again, against, itself, f"{self.lab.name} {task.id} {name}")
            title = what.title + (f", {readers} readers at a time" if readers > 1 and
                                  name in ("get", "peek", "get-switching") else "")
            yield {**out, "said": f"{title}: {out['said']}", "task": task.id, "what": name,
                   "title": title, "control": itself, "readers": readers, "where": where(),
                   "yours": statistics.median(mine.values()),
                   "controls": statistics.median(control.values()),
                   "costs": {**costs, "against": against}, "seconds": round(seconds, 3),
                   "growth": self.rows["mine"] + self.rows["control"]
                   if name in ("hold", "walk") and self.control != self.lab.scheme else None}


def groups(whats):
    """Quantities that the same command measures, together."""
    out = {}
    for entry in whats:
        out.setdefault(entry[1].settings, []).append(entry)
    return list(out.values())


def measure(lab, text, tmp=None, said=None):
    """Results of all measure tasks of a lab, a dictionary for each quantity.

    text: the submission's. tmp: a folder, for plots. said: {task: the
    student's own words}, which stand beside what was measured. What can't be
    measured is a result too, whose verdict says so.
    """
    tasks = [t for t in lab.tasks if t.measure]
    plans = {t.id: plan(lab, t) for t in tasks}         # a LabError now, if there is one
    turns = sum(len(groups(whats)) for whats, _ in plans.values())
    results, programs = [], None
    for task in tasks:
        whats, control = plans[task.id]
        try:
            whole(lab, control)
            programs = programs or both(lab, text)
            for group in groups(whats):
                rounds = Rounds(lab, control, group, programs)
                results += rounds.results(task, rounds.run(SECONDS / turns))
        except (Trouble, jail.NoJail, OSError) as e:
            results.append({"task": task.id, "verdict": NOT_MEASURED, "ratio": None,
                            "noise": None, "said": f"not measured: {e}"})
    for result in results:
        if tmp and result["ratio"]:
            from . import plots         # matplotlib takes a second to come
            result["plots"] = plots.save(result, tmp)
        result.pop("growth", None)
        result["words"] = words(lab, said or {})
    return results


def both(lab, text):
    """(the program with the submission in it, the same with the reference). Linked
    in one order: where code happens to lie costs some percent, too."""
    try:
        out = native.kits_own(lab, "measured")
    except native.NotMade as e:
        raise Trouble("the kit's own schemes are not built: " + last_line(str(e))) from None
    return built(lab, text, out), built(lab, labs.reference(lab), out)


def words(lab, said):
    """[(question, the student's words)]: hypotheses and explanations, to read
    beside what was measured."""
    return [(t.question, "\n".join(map(printable, str(said[t.id])[:MOST].splitlines())))
            for t in lab.of_part("measure") if t.asks == "text" and said.get(t.id)]
