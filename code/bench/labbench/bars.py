# SPDX-License-Identifier: GPL-2.0-only
"""Plots and tables for a terminal of 80 columns, plain text."""
import math
import os
import sys

from . import SCHEMES

BLOCKS = " ▏▎▍▌▋▊▉█"
WIDTH = 79


def unicode_works(stream=None):
    stream = stream or sys.stdout
    if os.environ.get("TERM") == "dumb":
        return False
    return "utf" in (getattr(stream, "encoding", None) or "").lower()


def bar(share, width, fancy):
    """A bar of `share` (0..1) of `width` columns; a sliver if not nothing."""
    share = min(max(share, 0.0), 1.0)
    if not fancy:
        return "#" * max(round(share * width), 1 if share > 0 else 0)
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    return "█" * (eighths // 8) + (BLOCKS[eighths % 8] if eighths % 8 else "")


def rate(value):
    """Reads a second, short: 41.2 M/s."""
    for unit, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= factor:
            return f"{value / factor:.3g} {unit}/s"
    return f"{value:.3g} /s"


def duration(ns):
    """24 ns, 3.1 us, 17.7 ms."""
    for unit, factor in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= factor:
            return f"{ns / factor:.3g} {unit}"
    return f"{ns:.3g} ns"


def table(heads, rows, indent="  "):
    """Aligned by two spaces: text to the left, all but the first to the right."""
    cells = [heads, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    lines = []
    for number, row in enumerate(cells):
        line = [row[0].ljust(widths[0])]
        line += [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        lines.append((indent + "  ".join(line)).rstrip())
        if number == 0:
            lines.append(indent + "  ".join("-" * w for w in widths))
    return lines


def read_rows(reduced, env, how, who):
    """[(scheme, readers, figure)] for a plot of reads."""
    rows = []
    for scheme in reduced.schemes(env):
        for readers in reduced.readers(env):
            found = reduced.get(env, scheme, f"read.{how}.{readers}.{who}")
            if found:
                rows.append((scheme, readers, found))
    return rows


def reads(reduced, env, how, who, fancy=True):
    """Bars of reads a second, linear from zero."""
    rows = read_rows(reduced, env, how, who)
    if not rows:
        return []
    most = max(f["value"] for _, _, f in rows)
    width = WIDTH - 2 - 15 - 3 - 12
    lines, last = [], None
    for scheme, readers, figure in rows:
        name = scheme if scheme != last else ""
        last = scheme
        drawn = bar(figure["value"] / most, width, fancy)
        lines.append(f"  {name:<14} {readers:>2} {drawn} {rate(figure['value'])}")
    return lines


def switches(reduced, env, company="alone", fancy=True):
    """Bars of the median cost of both kinds of switch, log scale."""
    rows = []
    for scheme in reduced.schemes(env):
        for kind in ("shared", "last"):
            found = reduced.get(env, scheme, f"switch.{kind}.{company}.p50")
            if found:
                rows.append((scheme, kind, found))
    if not rows:
        return []
    values = [f["value"] for _, _, f in rows]
    low, high = math.log10(min(values)) - 0.3, math.log10(max(values))
    width = WIDTH - 2 - 15 - 7 - 10
    lines, last = [], None
    for scheme, kind, figure in rows:
        name = scheme if scheme != last else ""
        last = scheme
        share = (math.log10(figure["value"]) - low) / max(high - low, 0.3)
        lines.append(f"  {name:<14} {kind:<6} {bar(share, width, fancy)} "
                     f"{duration(figure['value'])}")
    return lines


def cell(figure, show):
    return show(figure["value"]) if figure else "-"


def summary(reduced, env):
    """The table: every scheme a row, the figures that the lesson is about."""
    most = max(reduced.readers(env), default=1)
    heads = ["scheme", "get 1", f"get {most}", "peek 1", f"peek {most}",
             "shared", "last", "get", "peek"]
    columns = [("read.get.1.calm", rate), (f"read.get.{most}.calm", rate),
               ("read.peek.1.calm", rate), (f"read.peek.{most}.calm", rate),
               ("switch.shared.alone.p50", duration),
               ("switch.last.alone.p50", duration),
               ("count.get.atomics", "{:.3g}".format),
               ("count.peek.atomics", "{:.3g}".format)]
    rows = [[scheme] + [cell(reduced.get(env, scheme, name), show)
                        for name, show in columns]
            for scheme in SCHEMES if scheme in reduced.schemes(env)]
    lines = table(heads, rows)
    # What the columns are, above them, where the first of each begins.
    over, at = [" "] * WIDTH, 2
    for head in (heads[1], heads[3], heads[5], heads[7]):
        at = lines[0].index(head, at)
        title = {"get 1": "reads/s, nobody switches", "shared": "a switch",
                 "get": "atomics"}.get(head)
        if title:
            over[at - 2:at - 2 + len(title)] = title
        at += len(head)
    return ["".join(over).rstrip(), *lines]
