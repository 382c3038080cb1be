# SPDX-License-Identifier: GPL-2.0-only
"""Pictures of what was measured, by the same means as the book's."""
import os
import sys

from . import labs

sys.path.insert(0, os.path.join(labs.CODE, "bench"))

from labbench import growth, svg  # noqa: E402 (the path has to be set first)

SEE = {
    "ratio": "What to see: whether the row of dots above lies outside of the grey band. A dot "
             "is a round. The band is the noise: four of five rounds in which the control was "
             "measured against itself lie within it.",
    "growth": "What to see: how each line goes on to the right. A straight line is what grows "
              "with what stands below; a flat one does not.",
}


def ratio(result):
    """Each round's ratio, above those of the control to itself."""
    plt = svg.pyplot()
    from matplotlib.ticker import FuncFormatter, MaxNLocator
    figure, axes = plt.subplots(figsize=(svg.SIZE[0], 2.2))
    costs = result["costs"]
    noise = 1 + result["noise"]
    axes.axvspan(1 / noise, noise, color=svg.GREY, alpha=0.2, linewidth=0)
    axes.axvline(1, color=svg.GREY, linewidth=0.8)
    for row, party, colour in ((0, "mine", "#2b87c8"), (1, "again", svg.GREY)):
        under = costs["control" if party == "mine" else "against"]
        found = [costs[party][n] / under[n] for n in sorted(set(costs[party]) & set(under))]
        axes.plot(found, [row + 0.03 * (n % 5 - 2) for n in range(len(found))], "o",
                  color=colour, markersize=5, alpha=0.6)
    about = result["ratio"]
    axes.errorbar([about["value"]], [0.3], xerr=[[about["value"] - about["lo"]],
                                                 [about["hi"] - about["value"]]],
                  color="#d55e00", marker="D", markersize=5, capsize=4)
    axes.set_yticks([0, 0.3, 1], ["yours", "median", f"{result['control']}\nonce more"])
    axes.set_ylim(1.4, -0.4)
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    if high / low < 12:         # powers of ten would leave one tick, or none
        axes.set_xscale("linear")
        axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.set_xlabel(f"time over {result['control']}'s, a dot a round")
    axes.grid(True, axis="x")
    return svg.finish(plt, figure)


def grown(result):
    """The cost against what grows, of the submission and of the control."""
    rows, scheme = result["growth"], result["control"]
    pick, below, beside = {
        "hold": (growth.held, "living namespaces (log scale)",
                 "rtnl held, ns per dying one (log scale)"),
        "walk": (growth.walk, "namespaces that die together (log scale)",
                 "the walk over the tables, us (log scale)"),
    }[result["what"]]
    names = {row["scheme"] for row in rows}
    if names - set(growth.LOOKS) or scheme not in names or len(names) != 2:
        return None
    drawn = growth.plot({name: pick(rows, name) for name in sorted(names)}, below, beside,
                        1 if result["what"] == "hold" else 1000)
    mine, = names - {scheme}
    return drawn.replace(f">{mine}<", ">yours<")


def save(result, folder):
    """{name: path} of the pictures of a result, in `folder`."""
    made = {}
    if result.get("ratio") and result["ratio"]["n"] > 1:
        made["ratio"] = ratio(result)
    if result.get("growth"):
        made["growth"] = grown(result)
    from .report import write   # the folder may be a stranger's
    paths = {}
    for name, text in made.items():
        if text:
            what = f"{result['task']}-{result['what']}-{result['readers']}-{name}.svg"
            paths[name] = os.path.join(folder, what)
            write(paths[name], text)
    return paths
