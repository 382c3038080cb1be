# SPDX-License-Identifier: GPL-2.0-only
"""The command labs/grader/mutate: how many mutants made by machine the labs' checks kill.

Each small change of the reference's student part is tried as a submission. It is killed
by a scenario, for a reason that fits; or is argued to be no mistake, in the lab's
equivalent.toml; or survives, and then a scenario is missing.
"""
import argparse
import collections
import concurrent.futures
import datetime
import json
import os
import random
import sys

from . import jail, labs, mutate_equal, mutate_make, mutate_run
from .cli import heed_ends, leave
from .mutate_run import KILLED, REFUSED, SURVIVED, UNDECIDED, misfit
from .prove import Progress, commit

PAIRS = 40
EQUIVALENT, MISFIT, SAME, WRONG = "equivalent", "misfit", "same code", "not equivalent"
FATES = ("made", REFUSED, SAME, "tried", KILLED, EQUIVALENT, MISFIT, UNDECIDED, SURVIVED, WRONG)
# Those that count against a lab.
OPEN = (MISFIT, UNDECIDED, SURVIVED, WRONG)


def fate(lab, mutant, outcome, arguments):
    """(one of FATES, what is said of it)"""
    verdict, argument = outcome["verdict"], mutate_equal.argued(arguments, mutant)
    where = "{task} {kind} in {scenario} {mode}: {reason}".format(**outcome) \
        if "task" in outcome else outcome.get("reason", "")
    if verdict == KILLED and argument:
        return WRONG, f"argued to be no mistake ({argument}), but {where}"
    if argument:
        return EQUIVALENT, argument.because
    if verdict == KILLED and misfit(lab, mutant.function, outcome):
        return MISFIT, f"{misfit(lab, mutant.function, outcome)}: {where}"
    return verdict, where


class Account:
    """What became of the mutants of one lab."""

    def __init__(self, lab):
        self.lab = lab
        self.tasks = {t: collections.Counter() for t in dict.fromkeys(c.task for c in lab.cuts)}
        self.pairs, self.scenarios = collections.Counter(), collections.Counter()
        self.open, self.idle, self.seconds = [], [], 0.0

    def counts(self, mutant):
        task = next(c.task for c in self.lab.cuts if c.function == mutant.function)
        return self.pairs if mutant.kind == "pair" else self.tasks[task]

    def enter(self, mutant, what, said="", outcome=None):
        counts = self.counts(mutant)
        counts["made"] += 1
        counts["tried"] += what not in (REFUSED, SAME)
        counts[what] += 1
        if outcome:
            self.seconds += outcome["seconds"]
            if what == KILLED:
                self.scenarios["{scenario} {mode}".format(**outcome)] += 1
        if what in OPEN:
            self.open.append((mutant, what, said))

    def row(self):
        def shown(counts):
            return {f: counts[f] for f in FATES}
        return {"lab": self.lab.name, "tasks": {t: shown(n) for t, n in self.tasks.items()},
                "pairs": shown(self.pairs), "scenarios": dict(self.scenarios.most_common()),
                "open": [{"what": what, "function": m.function, "kind": m.kind,
                          "old": m.change[0], "new": m.change[1], "said": said}
                         for m, what, said in self.open],
                "seconds": round(self.seconds)}


def score(counts):
    """Share of what is no equivalent that is killed, in percent; None if nothing was tried."""
    wanted = counts["tried"] - counts[EQUIVALENT]
    return 100 * counts[KILLED] / wanted if wanted else None


def tried(account, trials, mutants, arguments, pool, tell):
    """Run them; [(mutant, what became of it)]."""
    def one(mutant):
        outcome = trials.outcome(mutant)
        what, said = fate(account.lab, mutant, outcome, arguments)
        tell(mutant, mutant.kind, {"complaint": f"{what}: {said}\n{mutant}" if what in OPEN
                                   else ""})
        return outcome, what, said
    out = []
    fates = trials.fates(mutants, pool.map)
    tell.total += sum(f == "tried" for _, f in fates)
    waiting = [(m, f, pool.submit(one, m) if f == "tried" else None) for m, f in fates]
    for mutant, what, future in waiting:
        outcome, said = None, ""
        if future:
            outcome, what, said = future.result()
        account.enter(mutant, what, said, outcome)
        out.append((mutant, what))
    return out


def examine(lab, o, pool, tell):
    """One lab: all single changes, or a sample of those that must die, and a sample of pairs."""
    account, trials = Account(lab), mutate_run.Trials(lab, quick=o.sample > 0)
    arguments, single = mutate_equal.load(lab), mutate_make.singles(lab)
    if o.sample:
        single = [m for m in single if not mutate_equal.argued(arguments, m)]
        drawn = random.Random(f"{o.seed} {lab.name} {mutate_run.Trials.hash(labs.reference(lab))}")
        single = drawn.sample(single, min(o.sample, len(single)))
    known = tried(account, trials, single, arguments, pool, tell)
    dead = [m for m, what in known if what == KILLED]
    double = mutate_make.pairs(lab, dead, o.pairs, o.seed)
    tried(account, trials, double, arguments, pool, tell)
    if not o.sample:
        account.idle = mutate_equal.idle(arguments, [*single, *double])
    return account


def show(accounts):
    names = {"made": "made", REFUSED: "no code", SAME: "same", "tried": "tried", KILLED: "killed",
             EQUIVALENT: "argued", MISFIT: "misfit", UNDECIDED: "undec.", SURVIVED: "live",
             WRONG: "wrong"}
    print(f"\n{'':22}" + "".join(f"{names[f]:>8}" for f in FATES) + f"{'score':>9}")
    for account in accounts:
        print(account.lab.name)
        for name, counts in [*account.tasks.items(), ("pairs", account.pairs)]:
            got = score(counts)
            print(f"  {name:20}" + "".join(f"{counts[f]:8}" for f in FATES)
                  + (f"{got:8.1f}%" if got is not None else f"{'-':>9}"))
    for account in accounts:
        for argument in account.idle:
            print(f"{account.lab.name}: there is no mutant any more for the {argument}")


def record_path():
    return os.path.join(labs.TOP, "Documentation", "labs", "mutants.json")


def record(accounts):
    """For the book. A lab that was not run keeps what stands of it."""
    from .report import write
    rows = {}
    if os.path.exists(record_path()):
        with open(record_path(), encoding="utf-8") as f:
            rows = {r["lab"]: r for r in json.load(f)["labs"]}
    for account in accounts:
        rows[account.lab.name] = account.row() | {
            "date": datetime.date.today().isoformat(), "commit": commit()}
    write(record_path(), json.dumps({"format": "lab-mutants", "version": 1,
                                     "labs": [rows[n] for n in sorted(rows)]}, indent=1,
                                    ensure_ascii=False) + "\n")
    print(f"Recorded in {os.path.relpath(record_path())}")


def options(argv, doc):
    p = argparse.ArgumentParser(prog="labs/grader/mutate", description=doc,
                                formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--lab", default="", help="only this one, by its number")
    p.add_argument("--pairs", type=int, default=PAIRS, metavar="N",
                   help="how many pairs of changes in a lab")
    p.add_argument("--sample", type=int, default=0, metavar="N",
                   help="only so many of the single changes in a lab")
    p.add_argument("--seed", default="1", help="draws the sample and the pairs")
    p.add_argument("--list", action="store_true", help="show the single changes, run nothing")
    p.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N")
    o = p.parse_args(argv)
    if o.jobs < 1 or o.pairs < 0 or o.sample < 0:
        p.error("--jobs is 1 or more, --pairs and --sample are 0 or more")
    return o


def run(o):
    all_labs = [labs.load(o.lab)] if o.lab else labs.all_labs()
    if o.list:
        for lab in all_labs:
            print("\n".join(str(m) for m in mutate_make.singles(lab)))
        return 0
    pool = concurrent.futures.ThreadPoolExecutor(o.jobs)
    tell = Progress(0, "mutate")
    try:
        accounts = [examine(lab, o, pool, tell) for lab in all_labs]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    show(accounts)
    if not o.sample and o.pairs >= PAIRS:
        record(accounts)
    return 1 if any(a.open or a.idle for a in accounts) else 0


def main(argv, doc):
    heed_ends()
    o = options(argv, doc)
    try:
        status = run(o)
    except labs.LabError as e:
        print(f"mutate: {e}", file=sys.stderr)
        status = 2
    except KeyboardInterrupt:
        print("mutate: interrupted; the same command goes on from here", file=sys.stderr)
        status = 130
    except (jail.NoJail, OSError) as e:
        print(f"mutate: {e}", file=sys.stderr)
        status = 3
    leave(status)
