# SPDX-License-Identifier: GPL-2.0-only
"""Run the registry's experiments, one verdict for each claim and environment.

verdicts.json is written after each result, so that a run that is broken off
goes on where it stopped. A result is made anew when its experiments in the
registry have changed, when it is asked for by name, or with --fresh.
"""
import hashlib
import json
import os

from . import TOP, VARIANTS, YARDSTICKS, Trouble, breaks, measure, raw, reduce, rules, write_whole
from .merge import merge
from .verdicts import summary_of, verdict_of

VERDICTS = os.path.join(TOP, "Documentation", "claims", "verdicts.json")
PLOTS = os.path.join(TOP, "Documentation", "claims", "plots")
WORK = os.path.join(TOP, "build", "claims")


class Effort:
    """How long to try. The tests use less."""

    def __init__(self, rounds=None, ms=None, samples=None, silent=10, caught=120):
        self.rounds, self.ms, self.samples = rounds, ms, samples
        self.silent, self.caught = silent, caught


# What people read of an experiment; the page takes it from the registry.
WORDING = {"what", "expect", "limits"}


def key_of(experiments):
    """Changes when the experiments do, not when they are worded anew."""
    text = json.dumps([{k: v for k, v in e.items() if k not in WORDING}
                       for e in experiments], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def limits_of(experiments):
    """What they ask less than the claim says, each once."""
    return " ".join(dict.fromkeys(e["limits"] for e in experiments if e.get("limits")))


def read_verdicts(path):
    try:
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return {"results": []}
    except ValueError as error:
        raise Trouble(f"{path} is broken ({error}); remove it and run again") from None


class Runner:
    """Settles cases. `progress(text)` tells people what goes on."""

    def __init__(self, registry, verdicts, effort, progress, plots=PLOTS, work=WORK):
        self.registry, self.path = registry, verdicts
        self.effort, self.progress = effort, progress
        self.plots, self.work = plots, work
        self.sittings = {}
        self.silent = {}
        self.verdicts = read_verdicts(verdicts)

    def pending(self, only=(), env=None, fresh=False):
        """[(claim, env, experiments)] still to be settled."""
        there = {(r["claim"], r["env"]): r.get("key") for r in self.verdicts["results"]}
        found = []
        for (claim, where), experiments in self.registry.cases().items():
            if (only and claim not in only) or (env and where != env):
                continue
            if (fresh or claim in only
                    or there.get((claim, where)) != key_of(experiments)):
                found.append((claim, where, experiments))
        return found

    def sitting(self, env, cases):
        """The measurements of an environment: once for all cases in it."""
        if env in self.sittings:
            return self.sittings[env]
        schemes, steps = set(), set()
        for _, where, experiments in cases:
            for experiment in experiments:
                if where != env or experiment["kind"] != "measure":
                    continue
                for rule in experiment["rules"]:
                    for field in ("figure", "over", "minus"):
                        if field in rule:
                            scheme, quantity = rule[field].split()
                            schemes.add({**YARDSTICKS, **VARIANTS}.get(scheme, (scheme,))[0])
                            steps |= steps_of(quantity)
        effort = self.effort
        what = measure.plan(env, [s for s in measure.SCHEMES if s in schemes],
                            effort.rounds or (11 if env == "N" else 7), None,
                            [s for s in measure.STEPS if s in steps],
                            None, effort.ms or 60, effort.samples)
        path = os.path.join(self.work, f"raw-{env}.txt")
        measure.measure(env, what, path, lambda done, whole, text: self.progress(
            f"measuring in {env}: {done}/{whole} {text}"))
        sitting = raw.Sitting(path)
        self.sittings[env] = (sitting, reduce.tables([sitting])[env])
        return self.sittings[env]

    def settle(self, claim, env, experiments, cases):
        """One result, as verdicts.json has it."""
        parts, result = [], {"claim": claim, "env": env, "marked": None, "plot": None}
        for experiment in experiments:
            if experiment["kind"] == "measure":
                sitting, table = self.sitting(env, cases)
                parts += [rules.evaluate(rule, table) for rule in experiment["rules"]]
                result["marked"] = reduce.marked(sitting.about)
                result["machine"] = about_of(sitting)
                if experiment.get("plot"):
                    result["plot"] = self.plot(claim, env, experiment["plot"], sitting)
            elif experiment["kind"] == "silent":
                key = (experiment["scheme"], experiment["run"])
                if key not in self.silent:
                    self.silent[key] = breaks.silent(experiment, self.effort.silent,
                                                     self.progress, self.work)
                parts.append(self.silent[key])
            else:
                parts.append(breaks.caught(experiment, self.effort.caught, self.progress,
                                           self.work))
        result.update(verdict=verdict_of(parts), summary=summary_of(parts),
                      figures=[p["figure"] for p in parts if p["figure"]],
                      key=key_of(experiments))
        return result

    def plot(self, claim, env, name, sitting):
        from . import svg
        found = svg.all_of(reduce.Reduced(reduce.reduced([sitting])), env)
        if name not in found:
            raise Trouble(f"claim {claim}: there is no plot “{name}” in {env}")
        write_whole(os.path.join(self.plots, f"{claim}-{env}.svg"), found[name][0])
        return f"plots/{claim}-{env}.svg"

    def save(self, results):
        merge(self.verdicts, results, self.registry.claims)
        write_whole(self.path, json.dumps(self.verdicts, indent=1, ensure_ascii=False)
                    + "\n")

    def run(self, cases):
        """Settle all, saving each; [(result)]."""
        done = []
        for claim, env, experiments in cases:
            result = self.settle(claim, env, experiments, cases)
            self.save([result])
            done.append(result)
            limits = limits_of(experiments)
            self.progress(f"{claim} ({env}): {result['verdict']}"
                          + (", in part" if limits else ""),
                          {**result, "summary": f"{result['summary']} {limits}".strip()})
        return done


def steps_of(quantity):
    """Which steps must be run to have a quantity."""
    kind = quantity.split(".")
    if kind[0] == "pair":
        return {"bench_get", "bench_switch"}
    if kind[0] == "read":
        return {f"bench_{kind[1]}"}
    if kind[0] == "held":
        return {"bench_held"}
    if kind[0] == "switch":
        return {"bench_busy" if kind[2] == "busybody" else "bench_switch"}
    return {"busy_read": {"bench_busy"}, "count": {"count"}}[kind[0]]


def about_of(sitting):
    names = ("cpu", "cpus", "kernel", "accel", "guest kernel", "qemu", "compiler",
             "flags", "rounds", "load", "load after")
    return {n: sitting.about[n] for n in names if n in sitting.about}
