# SPDX-License-Identifier: GPL-2.0-only
"""How the cost of a cleanup grows: from raw lines of code/netns/growth.c to
fits, verdicts and plots. What is linear in what is computed, never asserted.

A line is fitted to each round by least squares; the interval is that of the
median over the rounds. "Within noise" means that over the whole range the
line rises by less than single measurements at one and the same place differ.
"""
import re
import statistics

from . import Trouble
from .rules import number
from .stats import bootstrap, paired_ratio

SCHEMES = ["rtnl", "nsid_lock", "batched"]
RAW = re.compile(r"^\s*# raw (metric=(?:cleanup|wait|adding) .*)$", re.MULTILINE)
LOOKS = {"rtnl": ("#d55e00", "s"), "nsid_lock": ("#2b87c8", "o"),
         "batched": ("#009e73", "^")}


def parse(text):
    """The rows of a run's output; numbers are numbers."""
    rows = []
    for line in RAW.findall(text):
        row = {}
        for word in line.split():
            name, equals, value = word.partition("=")
            if not equals:
                raise Trouble(f"“{word}” is no name=value")
            row[name] = int(value) if re.fullmatch(r"-?\d+", value) else value
        rows.append(row)
    return rows


def line(points):
    """(intercept, slope, R squared) of the least-squares line."""
    xs, ys = zip(*points)
    mx, my = statistics.fmean(xs), statistics.fmean(ys)
    sxx = sum((x - mx) ** 2 for x in xs)
    if not sxx:
        raise Trouble("a line needs points at two places")
    slope = sum((x - mx) * (y - my) for x, y in points) / sxx
    rest = sum((y - my - slope * (x - mx)) ** 2 for x, y in points)
    whole = sum((y - my) ** 2 for y in ys)
    return my - slope * mx, slope, 1 - rest / whole if whole else 1.0


class Curve:
    """One scheme's figure against what grows."""

    def __init__(self, rows, scheme, growing, against, figure):
        self.name = f"{scheme} {growing} {against}"
        self.cells = {}                 # round -> x -> [values]
        for row in rows:
            if (row["metric"] == "cleanup" and row["scheme"] == scheme
                    and row["growing"] == growing):
                cell = self.cells.setdefault(row["rep"], {})
                cell.setdefault(row[against], []).append(figure(row))
        if not self.cells:
            raise Trouble(f"{scheme}: nothing was measured of {growing}")

    def points(self, rep):
        return [(x, statistics.median(ys)) for x, ys in sorted(self.cells[rep].items())]

    def xs(self):
        return sorted({x for cell in self.cells.values() for x in cell})

    def at(self, x):
        """The median over the rounds at one place, with its interval."""
        return bootstrap(self.rounds_at(x).values(), f"{self.name} {x}")

    def rounds_at(self, x):
        return {r: statistics.median(c[x]) for r, c in self.cells.items()}

    def slope(self):
        return bootstrap([line(self.points(r))[1] for r in self.cells], self.name)

    def fit(self):
        return statistics.median(line(self.points(r))[2] for r in self.cells)

    def noise(self):
        """How far single measurements at one place are apart, 5 to 95 %: the
        place where they are the furthest."""
        spread = []
        for x in self.xs():
            values = sorted(v for c in self.cells.values() for v in c[x])
            cut = len(values) // 20
            spread.append(values[len(values) - 1 - cut] - values[cut])
        return max(spread)

    def rise(self):
        xs = self.xs()
        return self.slope().scaled(xs[-1] - xs[0])


def part(say, found, unit="", true="shown", wanted=""):
    text = f"{say}: {number(found.value)}"
    if found.lo != found.hi:
        text += f" ({number(found.lo)} to {number(found.hi)})"
    text += f" {unit}" if unit else ""
    text += f", {wanted}" if wanted else ""

    def short(x):
        return float(f"{x:.4g}")
    exact = found.lo == found.hi
    return {"true": true, "text": text, "figure": {
        "name": say, "value": short(found.value), "unit": unit,
        "lo": None if exact else short(found.lo),
        "hi": None if exact else short(found.hi)}}


def above(say, found, than, unit=""):
    """True when the whole interval is above, False when none of it is."""
    true = True if found.lo > than else False if found.hi <= than else None
    return part(say, found, unit, true, f"more than {number(than)}")


def flat(say, curve, unit):
    """Does the line rise by less than the noise?"""
    rise, noise = curve.rise(), curve.noise()
    true = True if max(abs(rise.lo), abs(rise.hi)) < noise else \
        False if min(abs(rise.lo), abs(rise.hi)) > noise and rise.lo * rise.hi > 0 else None
    return part(say, rise, unit, true, f"within the noise of {number(noise)} {unit}"
                if true else f"against a noise of {number(noise)} {unit}")


def counted(say, values, wanted):
    values = sorted(set(values))
    found = bootstrap(values, say)
    return part(say, found, "", values == [wanted], f"exactly {wanted}")


def held(rows, scheme):
    return Curve(rows, scheme, "living", "living", lambda r: r["held_ns"] / r["dying"])


def n1(rows):
    parts = []
    before, after = held(rows, "rtnl"), held(rows, "nsid_lock")
    most = before.xs()[-1]
    parts.append(flat(f"nsid_lock: rise of rtnl's hold time per dying net from 1 to {most} living",
                      after, "ns"))
    parts.append(above("rtnl: the same, per living net", before.slope(), 0, "ns"))
    parts.append(above("rtnl: R² of that line", bootstrap(
        [line(before.points(r))[2] for r in before.cells], "fit"), 0.9))
    parts.append(above(f"hold time at {most} living, before over after", paired_ratio(
        before.rounds_at(most), after.rounds_at(most), "hold ratio"), 1))
    parts.append(counted("tables looked at with rtnl held, nsid_lock and batched", [
        r["held_walked"] for r in rows if r["metric"] == "cleanup"
        and r["scheme"] != "rtnl"], 0))
    parts.append(flat("batched: the same rise", held(rows, "batched"), "ns"))
    for scheme in SCHEMES:
        parts.append(part(f"{scheme}: hold time per dying net at {most} living",
                          held(rows, scheme).at(most), "ns"))
    return parts


def n6(rows, unbound):
    ours = [r for r in rows if r["metric"] == "adding" and r["scheme"] == "nsid_lock"]
    if not ours or not unbound:
        raise Trouble("N6: nothing was measured while nets were added")
    extra = [r["walked"] - r["living"] * r["dying"] for r in ours]
    parts = [counted("tables looked at beyond those known when the walk began", extra, 0)]
    found = bootstrap([r["walked"] - r["living"] * r["dying"] for r in unbound], "unbound")
    parts.append(above("the same without the bound", found, 0))
    parts.append(part("nets added meanwhile", bootstrap([r["added"] for r in ours], "added")))
    return parts


def n7(rows):
    waits = {s: {r["rep"]: r["max_ns"] / 1e6 for r in rows
                 if r["metric"] == "wait" and r["scheme"] == s} for s in SCHEMES}
    walks = [r["walk_ns"] / 1e6 for r in rows if r["metric"] == "wait"]
    parts = [above("longest wait for rtnl beside a cleanup with slow messages, rtnl over "
                   "nsid_lock", paired_ratio(waits["rtnl"], waits["nsid_lock"], "wait"), 1)]
    for scheme in SCHEMES:
        parts.append(part(f"{scheme}: longest wait for rtnl",
                          bootstrap(waits[scheme].values(), scheme), "ms"))
    parts.append(part("a walk with slow messages", bootstrap(walks, "walk"), "ms"))
    return parts


def walk(rows, scheme, growing="dying"):
    return Curve(rows, scheme, growing, "dying", lambda r: r["walk_ns"])


def n9(rows):
    old, new = walk(rows, "nsid_lock"), walk(rows, "batched")
    most = old.xs()[-1]
    tables = {s: [r["walked"] / (r["living"] * (r["dying"] if s == "nsid_lock" else 1))
                  for r in rows if r["metric"] == "cleanup" and r["growing"] == "dying"
                  and r["scheme"] == s] for s in ("nsid_lock", "batched")}
    parts = [
        counted("nsid_lock: tables looked at over dying times living", tables["nsid_lock"], 1),
        counted("batched: tables looked at over living", tables["batched"], 1),
        above("nsid_lock: the walk's time per dying net", old.slope(), 0, "ns"),
        above("nsid_lock: R² of that line", bootstrap(
            [line(old.points(r))[2] for r in old.cells], "fit old"), 0.9),
        above(f"walk with {most} dying, nsid_lock over batched", paired_ratio(
            old.rounds_at(most), new.rounds_at(most), "walk ratio"), 1),
        part("walk with 1 dying, nsid_lock over batched", paired_ratio(
            old.rounds_at(1), new.rounds_at(1), "walk of one")),
        part("batched: the walk's time per dying net", new.slope(), "ns"),
    ]
    messages = {s: walk(rows, s, "messages").rounds_at(most) for s in SCHEMES}
    parts.append(part(f"the same with {most} dying where all know all, and each id is "
                      "due a message", paired_ratio(
                          messages["nsid_lock"], messages["batched"], "messages")))
    return parts


def plot(curves, xlabel, ylabel, unit):
    """Medians with intervals, and the fitted line of each."""
    from . import svg
    plt = svg.pyplot()
    figure, axes = plt.subplots(figsize=svg.SIZE)
    for scheme, curve in curves.items():
        colour, marker = LOOKS[scheme]
        at = [(x, curve.at(x)) for x in curve.xs()]
        low = min(p[1].lo for p in at) / 2
        axes.errorbar([x for x, _ in at], [f.value / unit for _, f in at],
                      yerr=[[max(f.value - f.lo, 0) / unit for _, f in at],
                            [max(f.hi - f.value, 0) / unit for _, f in at]],
                      color=colour, marker=marker, markersize=6, capsize=3,
                      linestyle="", label=scheme)
        fits = [line(curve.points(r)) for r in curve.cells]
        a, b = (statistics.median(f[n] for f in fits) for n in (0, 1))
        xs = [x for x in curve.xs() if a + b * x > low]
        axes.plot(xs, [(a + b * x) / unit for x in xs], color=colour, linewidth=1,
                  linestyle=":")
    axes.set_xscale("log")
    axes.set_yscale("log")
    svg.plain_ticks(axes.xaxis, "{:g}".format)
    svg.plain_ticks(axes.yaxis, "{:g}".format)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.grid(True, axis="y")
    axes.plot([], [], color=svg.GREY, linestyle=":", label="straight line, fitted")
    svg.legend(axes)
    return svg.finish(plt, figure)


def plots(rows):
    """{claim: svg}"""
    return {
        "N1": plot({s: held(rows, s) for s in SCHEMES},
                   "living namespaces (log scale)",
                   "rtnl held, ns per dying one (log scale)", 1),
        "N9": plot({s: walk(rows, s) for s in SCHEMES},
                   "namespaces that die together (log scale)",
                   "the walk over the tables, us (log scale)", 1000),
    }
