# SPDX-License-Identifier: GPL-2.0-only
"""Plots as SVG. The only part that needs matplotlib.

One panel a file, so that a phone can show it; text stays text; the lines and
letters are of a grey that reads on white and on black, the background is
none. Colours are Okabe and Ito's, which the colour-blind can tell apart, and
each scheme has a marker of its own besides.
"""
import io
import itertools
import re

from . import SCHEMES, YARDSTICKS, Trouble, bars

GREY = "#7b7b7b"
LOOKS = {"task_lock": ("#2b87c8", "o"), "rcu": ("#d55e00", "s"),
         "pointer_tag": ("#cc79a7", "X"), "dedicated_lock": ("#009e73", "^"),
         "pointer_lock": ("#e69f00", "D"), "rcu_work": ("#56b4e9", "v"), "bare": (GREY, "+"),
         "dedicated_lock_apart": ("#009e73", "v")}
LABELS = {"bare": "bare liburcu", "dedicated_lock_apart": "dedicated_lock, apart"}
# Schemes of your own.
LOOKS.update(zip([s for s in SCHEMES if s not in LOOKS],
                 itertools.cycle([("#8c8c00", "P"), ("#a0693c", "*")])))
SIZE = (5.0, 3.6)


def pyplot():
    try:
        import matplotlib
        matplotlib.use("svg")
        import matplotlib.pyplot as plt
    except ImportError:
        raise Trouble("plots need matplotlib: sudo apt-get install "
                      "python3-matplotlib") from None
    plt.rcParams.update({
        "svg.fonttype": "none", "svg.hashsalt": "lab", "font.size": 10,
        "font.family": "sans-serif",
        "text.color": GREY, "axes.labelcolor": GREY, "axes.edgecolor": GREY,
        "xtick.color": GREY, "ytick.color": GREY, "axes.titlesize": 10,
        "axes.spines.top": False, "axes.spines.right": False,
        "grid.color": GREY, "grid.alpha": 0.25, "legend.frameon": False,
        "figure.constrained_layout.use": True})
    return plt


def finish(plt, figure):
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    plt.close(figure)
    text = out.getvalue()
    # Readers' own sans serif; matplotlib names its font first.
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px sans-serif", text)
    return text[text.index("<svg"):]


def for_page(svg, title):
    """The same, to stand within HTML: it takes the page's own text colour."""
    svg = svg.replace(GREY, "currentColor")
    svg = re.sub(r'(<svg [^>]*?)width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg [^>]*?)height="[^"]*"', r"\1", svg, count=1)
    # Several on one page must not share ids.
    mark = re.sub(r"\W", "", title)
    svg = re.sub(r'\bid="', f'id="{mark}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{mark}-", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)


def between(readers, scheme):
    """Two points are no curve: nothing is drawn between them."""
    if len(readers) < 3:
        return ""
    return ":" if scheme in YARDSTICKS else "-"


def reads(reduced, env, how, who):
    """Reads a second against the number of remote readers."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=SIZE)
    readers = reduced.readers(env)
    drawn = False
    for scheme in [*SCHEMES, *YARDSTICKS]:
        found = [(n, reduced.get(env, scheme, f"read.{how}.{n}.{who}"))
                 for n in readers]
        found = [(n, f) for n, f in found if f]
        if not found:
            continue
        drawn = True
        colour, marker = LOOKS[scheme]
        # Beside one another, or their intervals would hide one another.
        shift = (list(LOOKS).index(scheme) - 2.5) * 0.03
        axes.errorbar([n + shift for n, _ in found], [f["value"] / 1e6 for _, f in found],
                      yerr=[[max(f["value"] - f["lo"], 0) / 1e6 for _, f in found],
                            [max(f["hi"] - f["value"], 0) / 1e6 for _, f in found]],
                      label=LABELS.get(scheme, scheme),
                      color=colour, marker=marker, markersize=6, capsize=3,
                      linestyle=between(readers, scheme))
    if not drawn:
        plt.close(figure)
        return None
    if how == "peek":
        axes.set_yscale("log")
        axes.set_ylabel("million reads a second (log scale)")
        plain_ticks(axes.yaxis, "{:g}".format)
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel("million reads a second")
    axes.set_xlabel("remote readers")
    axes.set_xticks(readers)
    axes.set_xlim(min(readers) - 0.3, max(readers) + 0.3)
    axes.grid(True, axis="y")
    legend(axes)
    return finish(plt, figure)


def plain_ticks(axis, show):
    """On a log axis: 1, 2 and 5 of each decade, in words instead of powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 300 else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda x, _: show(x)))
    axis.set_minor_formatter(NullFormatter())


def legend(axes):
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncol=3, fontsize=9,
                columnspacing=1.2, handletextpad=0.5)


def switches(reduced, env, company):
    """The cost of both kinds of switch: median, and out to the 99th percentile."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=SIZE)
    schemes = [s for s in reduced.schemes(env)
               if reduced.get(env, s, f"switch.last.{company}.p50")]
    if not schemes:
        plt.close(figure)
        return None
    for row, scheme in enumerate(schemes):
        colour, _ = LOOKS[scheme]
        for kind, shift, filled in (("shared", -0.15, False), ("last", 0.15, True)):
            mid = reduced.get(env, scheme, f"switch.{kind}.{company}.p50")
            far = reduced.get(env, scheme, f"switch.{kind}.{company}.p99")
            axes.plot([mid["value"], far["value"]], [row + shift] * 2, color=colour,
                      linewidth=1.5)
            axes.plot(mid["value"], row + shift, "o" if filled else "s",
                      color=colour, markersize=7,
                      markerfacecolor=colour if filled else "none")
    axes.set_xscale("log")
    axes.set_xlabel("median, and a line to the 99th percentile (log scale)")
    plain_ticks(axes.xaxis, bars.duration)
    axes.set_yticks(range(len(schemes)), schemes)
    axes.invert_yaxis()
    axes.grid(True, axis="x")
    axes.plot([], [], "o", color=GREY, label="drops the last reference")
    axes.plot([], [], "s", color=GREY, markerfacecolor="none",
              label="another holder remains")
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.17), ncol=2, fontsize=9,
                handletextpad=0.2)
    return finish(plt, figure)


def atomics(reduced, env):
    """Lock acquisitions and other atomics of one operation, as counted."""
    plt = pyplot()
    figure, axes = plt.subplots(figsize=SIZE)
    ops = [("get", "get"), ("peek", "peek"), ("own", "own read"),
           ("switch_shared", "switch,\nshared"), ("switch_last", "switch,\nlast")]
    schemes = [s for s in reduced.schemes(env)
               if reduced.get(env, s, "count.get.atomics")]
    if not schemes:
        plt.close(figure)
        return None
    width = 0.8 / len(schemes)
    for nth, scheme in enumerate(schemes):
        found = [reduced.get(env, scheme, f"count.{op}.atomics") for op, _ in ops]
        at = [x - 0.4 + width * (nth + 0.5) for x in range(len(ops))]
        axes.bar(at, [f["value"] if f else 0 for f in found], width * 0.9,
                 color=LOOKS[scheme][0], label=scheme)
    axes.set_xticks(range(len(ops)), [label for _, label in ops])
    axes.set_ylabel("atomics, locks included")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.grid(True, axis="y")
    axes.set_axisbelow(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncol=3, fontsize=9,
                columnspacing=1.2)
    return finish(plt, figure)


def all_of(reduced, env):
    """{name: (svg, title, what to see in it)} of one environment."""
    found = {}
    for how, taken in (("get", "a reference taken"), ("peek", "a bare look")):
        for who, company in (("calm", "nobody switches"),
                             ("writer", "the owner switches")):
            found[f"reads-{how}-{who}"] = (
                reads(reduced, env, how, who), f"Remote reads: {taken}, {company}",
                SEE[how])
    for company in ("alone", "reader"):
        with_whom = "nobody looks" if company == "alone" else "a remote reader looks"
        found[f"switch-{company}"] = (switches(reduced, env, company),
                                      f"A switch while {with_whom}", SEE["switch"])
    found["atomics"] = (atomics(reduced, env), "Atomic operations, counted",
                        SEE["atomics"])
    return {k: v for k, v in found.items() if v[0]}


SEE = {
    "get": "What to see: how each scheme goes on from one reader to more. All "
           "readers count on one counter, whose cache line they must share "
           "whatever the guard; the rest of the difference is the guard, and "
           "where its lock lies: on the pointer's cache line or on another.",
    "peek": "What to see: only the guard is shared here. A scheme that rises with "
            "the readers is one whose readers write nothing that others read.",
    "switch": "What to see: the distance between the two marks of a row. It is "
              "what the writer pays for having dropped the last reference.",
    "atomics": "What to see: the same bars on any machine. A lock is one atomic "
               "operation, a reference count another. The owner's own read is what "
               "most readers of an nsproxy are.",
}
