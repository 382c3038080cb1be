# SPDX-License-Identifier: GPL-2.0-only
"""Detection over many runs: each planted bug, and each right scheme.

What has been run is kept, by the hash of what was run; an interrupted matrix
goes on. A bug gets a fresh guest each time. A right scheme's runs share one,
as it must leave nothing behind.
"""
import collections
import hashlib
import json
import os
import time

from . import TOP, modules, play, table
import kernels
from vmlib import paths, qemu
from vmlib.verdict import cpu_model

RESULTS = os.path.join(TOP, "Documentation", "debug", "results.json")
RUNS, SILENT_RUNS, OF = 20, 50, 19
# Each family's right schemes, what they are played in, and how often in a run.
RIGHT = {
    "nsproxy": (("task_lock", "rcu", "dedicated_lock", "pointer_lock", "rcu_work"),
                ("one_reader", "switch", "unshare", "exit", "mounts_error", "fork"), 20),
    # With a worker that waits for a grace period in each round.
    "netns": (("rtnl", "nsid_lock", "batched"),
              ("cleanup", "ids", "kept", "newid", "one_worker", "by_number"), 5),
    "pid": (("by_name", "pid_lock"),
            ("exit", "exec", "session", "unmount", "reused", "list_lock"), 5),
}


def silent_rows(names, families):
    """The right schemes, running free."""
    rows = []
    for family in families:
        schemes, scenarios, rounds = RIGHT[family]
        rows += [table.Experiment(claim="right", kernel=kernel, scheme=scheme,
                                  scenario=scenario, shows="a right scheme",
                                  rounds=rounds, silent=True)
                 for kernel in names for scheme in schemes for scenario in scenarios]
    return rows


def key(experiment, kernel, turns, module):
    text = [repr(experiment), turns, kernel.folder, paths.sha256(module)]
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()[:16]


class Work:
    """What was run so far, on disk. Two may be at it side by side."""

    def __init__(self):
        self.path = paths.build("debug", "matrix.json")
        self.read()

    def read(self):
        self.rows = paths.read_json(self.path)
        if not isinstance(self.rows, dict):
            self.rows = {}

    def row(self, name):
        return self.rows.setdefault(name, {"runs": 0, "good": 0, "seconds": [],
                                           "report": None, "odd": []})

    def add(self, name, record, runs, good):
        with paths.lock(self.path + ".lock"):
            self.read()
            self.put(name, record, runs, good)

    def put(self, name, record, runs, good):
        row = self.row(name)
        row["runs"] += runs
        row["good"] += good
        row["seconds"] += [record["total_s"]]
        if record["report"] and record["as_expected"] and not row["report"]:
            row["report"] = record["report"]
        if good < runs:
            row["odd"] += [{k: record.get(k) for k in
                            ("ended", "why", "reports", "missed", "status", "said")}]
        paths.write_json(self.path, self.rows)


def prepare(rows):
    """[(experiment, kernel, turns, module, its name in Work)]."""
    found = []
    for name in dict.fromkeys(r.kernel for r in rows):
        kernel = kernels.need(name)
        mine = [r for r in rows if r.kernel == name]
        files = modules.build(mine, kernel)
        for row in mine:
            turns = play.turns_of(row)
            file = files[modules.name_of(row)]
            found.append((row, kernel, turns, file, key(row, kernel, turns, file)))
    return found


def run(experiments, runs, silent_runs, say):
    work = Work()
    wanted = prepare(experiments)
    names = dict.fromkeys(e.kernel for e in experiments)
    families = dict.fromkeys(e.family.name for e in experiments)
    rights = prepare(silent_rows(names, families)) if silent_runs else []
    left = sum(max(0, runs - work.row(w[4])["runs"]) for w in wanted if not w[0].silent)
    each = {r[4]: -(-silent_runs // len(RIGHT[r[0].family.name][1])) for r in rights}
    sessions = [each[r[4]] for r in rights if work.row(r[4])["runs"] < each[r[4]]]
    say(f"{left} runs of planted bugs, {sum(sessions)} of right schemes: about "
        f"{max(1, round((left * 3 + len(sessions) * 8) / 60))} minutes on an idle "
        "machine; interrupt it as you like, it goes on where it was")
    for n, (row, kernel, turns, file, name) in enumerate(wanted, 1):
        while (missing := runs - work.row(name)["runs"]) > 0:
            # What should be silent can share a guest; a bug gets its own.
            times = missing if row.silent else 1
            record = play.play(row, kernel, file, turns, times=times)
            work.add(name, record, times, times * record["as_expected"])
        now = work.row(name)
        say(f"{n}/{len(wanted)} {row.title}: {now['good']} of {now['runs']}")
    for n, (row, kernel, turns, file, name) in enumerate(rights, 1):
        if work.row(name)["runs"] < each[name]:
            record = play.play(row, kernel, file, turns, times=each[name])
            # One report spoils the session: its runs can't be told apart.
            work.add(name, record, each[name],
                     each[name] if record["as_expected"] else 0)
        now = work.row(name)
        say(f"right {n}/{len(rights)} {kernel.name} {row.scheme}, {row.scenario}: "
            f"{now['good']} silent of {now['runs']}")
    return document(wanted, rights, work)


def document(wanted, rights, work):
    """What the book and `make claims` take: RESULTS."""
    rows = []
    for row, kernel, turns, _, name in wanted:
        done = work.row(name)
        rows.append({
            "id": row.id, "claim": row.claim, "kernel": row.kernel,
            "family": row.family.name, "scheme": row.scheme,
            "scenario": row.scenario, "changes": row.changes, "shows": row.shows,
            "silent": row.silent, "schedule": turns, "rounds": row.rounds,
            "runs": done["runs"], "good": done["good"],
            "median_s": median(done["seconds"]),
            "report": done["report"] and {
                "kind": done["report"]["kind"],
                "title": done["report"]["title"].split(" PID: ")[0],
                "function": done["report"]["function"],
                "at": done["report"].get("at"),
                "lines": done["report"]["lines"][:60]}})
    silent = collections.OrderedDict()
    for row, kernel, _, _, name in rights:
        done = work.row(name)
        one = silent.setdefault(f"{row.scheme} {row.kernel}", {
            "family": row.family.name, "scheme": row.scheme, "kernel": row.kernel,
            "runs": 0, "silent": 0,
            "rounds": 0, "scenarios": []})
        one["runs"] += done["runs"]
        one["silent"] += done["good"]
        one["rounds"] += done["runs"] * row.rounds
        one["scenarios"].append(row.scenario)
    kernel_facts = {n: k.built for n in kernels.names() if (k := kernels.ready(n))}
    return {"format": "lab-debug-results", "version": 1, "experiments": rows,
            "right": list(silent.values()), "kernels": kernel_facts,
            "machine": {"cpu": cpu_model(), "cpus": os.cpu_count(),
                        "qemu": qemu.about()["version"]},
            "date": time.strftime("%Y-%m-%d")}


def median(values):
    values = sorted(values)
    return values[len(values) // 2] if values else None


def holds(row):
    """Silence each time; a bug is luck, and shows in 19 of 20 runs."""
    least = row["runs"] if row["silent"] else row["runs"] * OF / RUNS
    return bool(row["runs"]) and row["good"] >= least


# What the experiments of this claim show is that it does not hold.
REFUTED = {"I8"}


def results(doc):
    """For code/bench/claims: one result a claim, env D (labbench/merge.py)."""
    claims = {}
    for row in doc["experiments"]:
        claims.setdefault(row["claim"], []).append(row)
    out = []
    for claim, rows in claims.items():
        good = all(map(holds, rows))
        parts = []
        for r in rows:
            name = r["scheme"] + (f" with {', '.join(r['changes'])}"
                                  if len(r["changes"]) == 1 else "")
            if len(r["changes"]) > 1:
                name += " with its other flaws repaired"
            seen = (f"silent in {r['good']} of {r['runs']} runs" if r["silent"] else
                    f"{r['report']['kind'] if r['report'] else 'no report'} in "
                    f"{r['report']['function'] if r['report'] else 'any function'}() in "
                    f"{r['good']} of {r['runs']} runs")
            parts.append(f"{name}, {r['scenario']}: {seen}")
        out.append({"claim": claim, "env": "D",
                    "verdict": "not reproduced here" if not good else
                               "refuted" if claim in REFUTED else "holds",
                    "summary": "; ".join(parts) + ".",
                    "marked": None, "machine": doc["machine"],
                    "figures": [{"name": f"{r['id']}", "value": r["good"], "lo": None,
                                 "hi": None, "unit": f"of {r['runs']} runs"}
                                for r in rows]})
    return out
