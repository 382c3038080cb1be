# SPDX-License-Identifier: GPL-2.0-only
"""From raw lines to figures: a name for each quantity, a median for each.

    read.get.2.calm       reads a second of 2 remote readers, nobody switches
    read.peek.1.writer    ... while the owner switches once a millisecond
    switch.last.alone.p50 ns for a switch that drops the last reference
    busy_read.busy        reads a second while another thread uses alloc_lock
    count.get.atomics     locks and other atomics of one operation, counted
    count.get.held        ns that a spinlock is held, with the clock's own cost
    pair.alone            ns for one remote read and one switch, undisturbed
"""
import statistics

from . import YARDSTICKS, Trouble
from .stats import bootstrap, paired_ratio, verdict

REFERENCE = "task_lock"         # what Linux does to this day


def quantities(row):
    """[(name, value, unit)] of one raw row."""
    metric = row["metric"]
    if metric == "read":
        who = "writer" if row["writer"] else "calm"
        return [(f"read.{row['how']}.{row['readers']}.{who}",
                 row["ops"] * 1e9 / row["ns"], "1/s")]
    if metric == "busy_read":
        return [(f"busy_read.{'busy' if row['busy'] else 'calm'}",
                 row["ops"] * 1e9 / row["ns"], "1/s")]
    if metric == "switch":
        name = f"switch.{row['kind']}.{row['company']}"
        return [(f"{name}.{which}", row[f"{which}_ns"], "ns")
                for which in ("mean", "p50", "p99")]
    if metric == "held":
        return [("held.nsproxies", row["nsproxies"], "nsproxies"),
                ("held.bytes", row["bytes"], "bytes"),
                ("held.each", row["ns"] / row["switches"], "ns")]
    name, n = f"count.{row['op']}", row["n"]
    found = [(f"{name}.locks", row["locks"] / n, "per operation"),
             (f"{name}.rmws", row["rmws"] / n, "per operation"),
             (f"{name}.atomics", (row["locks"] + row["rmws"]) / n,
              "per operation")]
    if row["locks"] and row["held_ns"]:
        found.append((f"{name}.held", row["held_ns"] / row["locks"], "ns"))
    if row["op"] == "nothing":      # its locks are the clock's, no scheme's
        found = found[3:]
    return found


class Table:
    """All quantities of one environment: by name, scheme and round."""

    def __init__(self):
        self.rounds = {}        # (name, scheme) -> {round: [values]}
        self.units = {}
        self.hz = 0

    def add(self, row, sitting=0):
        self.hz = max(self.hz, row.get("hz", 0))
        for name, value, unit in quantities(row):
            self.units[name] = unit
            cell = self.rounds.setdefault((name, row["scheme"]), {})
            cell.setdefault((sitting, row["rep"]), []).append(value)

    def values(self, scheme, name):
        """{round: value}. Twice measured in one round is their median."""
        if name == "pair.alone":
            self.units[name] = "ns"
            reads = self.values(scheme, "read.get.1.calm")
            switches = self.values(scheme, "switch.shared.alone.p50")
            return {r: 1e9 / reads[r] + switches[r] for r in reads if r in switches}
        cell = self.rounds.get((name, scheme), {})
        return {r: statistics.median(v) for r, v in cell.items()}

    def figure(self, scheme, name):
        values = self.values(scheme, name)
        return bootstrap(values.values(), f"{scheme} {name}") if values else None

    def ratio(self, a, b):
        """Of two (scheme, name); None when they were not measured together."""
        return paired_ratio(self.values(*a), self.values(*b), f"{a} over {b}")

    def names(self):
        return list(self.units)

    def schemes(self):
        return list(dict.fromkeys(s for _, s in self.rounds))


def tables(sittings):
    """{env: Table}. Sittings of one environment add up; their rounds don't mix."""
    found = {}
    for number, sitting in enumerate(sittings):
        table = found.setdefault(sitting.about["env"], Table())
        for row in sitting.rows:
            table.add(row, number)
    return found


def marked(about):
    """Why a figure must not be compared with one from hardware, or None."""
    return "emulation" if about.get("accel") == "tcg" else None


def reduced(sittings):
    """All figures and ratios, as reduced.json has them."""
    if not any(s.rows for s in sittings):
        raise Trouble("there is no raw line in this data: measure first")
    out = {"sittings": [], "environments": {}}
    for sitting in sittings:
        out["sittings"].append({"file": sitting.path, "ended": sitting.ended or
                                "broken off without a word", **sitting.about})
    for env, table in tables(sittings).items():
        abouts = [s.about for s in sittings if s.about["env"] == env]
        figures, ratios = [], []
        for (name, scheme) in table.rounds:
            figure = table.figure(scheme, name)
            figures.append({"name": name, "scheme": scheme,
                            "unit": table.units[name], **figure.as_json()})
            of, over = scheme, REFERENCE
            if scheme in YARDSTICKS:
                of, over = YARDSTICKS[scheme][0], scheme
            if of != over and not name.startswith("count."):
                ratio = table.ratio((of, name), (over, name))
                if ratio:
                    ratios.append({"name": name, "of": of, "over": over,
                                   **ratio.as_json(), "verdict": verdict(ratio)})
        out["environments"][env] = {
            "about": abouts[-1], "hz": table.hz,
            "marked": next(filter(None, map(marked, abouts)), None),
            "figures": figures, "ratios": ratios}
    return out


class Reduced:
    """reduced.json, to be asked for figures by plots and reports."""

    def __init__(self, data):
        self.data = data
        self.figures = {
            (env, f["scheme"], f["name"]): f
            for env, part in data["environments"].items() for f in part["figures"]}
        self.ratios = {
            (env, r["of"], r["over"], r["name"]): r
            for env, part in data["environments"].items() for r in part["ratios"]}

    def environments(self):
        return [e for e in ("N", "V") if e in self.data["environments"]]

    def about(self, env):
        return self.data["environments"][env]["about"]

    def marked(self, env):
        return self.data["environments"][env]["marked"]

    def hz(self, env):
        return self.data["environments"][env]["hz"]

    def get(self, env, scheme, name):
        return self.figures.get((env, scheme, name))

    def schemes(self, env):
        from . import SCHEMES
        return [s for s in SCHEMES if any(k[:2] == (env, s) for k in self.figures)]

    def readers(self, env):
        """1..N, as many as there were."""
        found = {int(k[2].split(".")[2]) for k in self.figures
                 if k[0] == env and k[2].startswith("read.get.")}
        return sorted(found)
