# SPDX-License-Identifier: GPL-2.0-only
"""What can be measured of a submission, family by family.

A turn is several short loops, of which the best counts: what else runs on the
machine makes some of them slow, and none of them fast.
"""
import dataclasses

from . import labs


@dataclasses.dataclass(frozen=True)
class What:
    """A quantity: what is run for it, and which figure of that is the cost."""
    title: str
    settings: str
    cost: object            # rows of a turn, readers -> in ns; more is worse
    counted: bool = False   # the same on any machine, so that once is enough
    beside: object = None   # the same of by_name, which had its turn in between


def often(step, times, settings):
    return f"run={','.join([step] * times)} {settings}"


def of(rows, metric, **wanted):
    return [r for r in rows if r["metric"] == metric
            and all(r[k] == v for k, v in wanted.items())]


def reads(how, writer=0):
    return lambda rows, readers: min(
        r["ns"] / r["ops"] for r in of(rows, "read", how=how, readers=readers, writer=writer)
        if r["ops"])


def switch(kind, company="alone"):
    return lambda rows, _: min(r["p50_ns"] for r in of(rows, "switch", kind=kind,
                                                       company=company))


def atomics(operation):
    return lambda rows, _: min((r["locks"] + r["rmws"]) / r["n"]
                               for r in of(rows, "count", op=operation))


def held(rows, _):
    return min(r["held_ns"] / r["dying"] for r in of(rows, "cleanup", growing="living",
                                                     living=300))


def walked(rows, _):
    return min(r["walk_ns"] for r in of(rows, "cleanup", growing="dying", dying=64))


def waited(rows, _):
    return min(r["max_ns"] for r in of(rows, "wait"))


def process(dirs, figure="p50_ns"):
    return lambda rows, _: min(r[figure] / r["n"] for r in of(rows, "process", dirs=dirs))


def lived(dirs, title):
    return What(title, "run=process", process(dirs), beside=process(dirs, "by_name_p50_ns"))


def locks(rows, _):
    return min(r["locks"] / r["dirs"] for r in of(rows, "locks", dirs=100))


READ = "ms=1 samples=100"
SWITCH = often("bench_switch_calm", 3, "ms=10 samples=200 readers=1")
BESIDE = often("bench_switch", 3, "ms=10 samples=100 readers=2")
COUNT = "run=count readers=1 ms=10 samples=10"
WHATS = {
    "nsproxy": {
        "get": What("a remote read that takes a reference", often("bench_get_calm", 24, READ),
                    reads("get")),
        "peek": What("a remote read that only looks", often("bench_peek_calm", 24, READ),
                     reads("peek")),
        "own": What("the owner's own read", often("bench_own", 24, READ), reads("own")),
        "get-switching": What("a remote read while the owner switches now and then",
                              often("bench_get", 16, READ), reads("get", 1)),
        "switch-shared": What("a switch, where another holder remains", SWITCH,
                              switch("shared")),
        "switch-last": What("a switch that drops the last reference", SWITCH, switch("last")),
        "switch-last-read": What("the same beside a remote reader", BESIDE,
                                 switch("last", "reader")),
        "atomics-get": What("locks and atomics of a remote read that takes a reference", COUNT,
                            atomics("get"), True),
        "atomics-peek": What("locks and atomics of a remote read that only looks", COUNT,
                             atomics("peek"), True),
        "atomics-own": What("locks and atomics of the owner's own read", COUNT, atomics("own"),
                            True),
        "atomics-switch": What("locks and atomics of a switch", COUNT, atomics("switch_shared"),
                               True),
    },
    "netns": {
        "hold": What("how long rtnl is held for a dying net, with 300 living",
                     "run=bench_hold samples=4", held),
        "walk": What("the walk over the tables when 64 nets die together",
                     "run=bench_dying samples=4", walked),
        "wait": What("the longest wait for rtnl beside a cleanup", "run=bench_wait samples=1",
                     waited),
    },
    "pid": {
        "process-1": lived(1, "a process, with one directory looked up"),
        "process-10": lived(10, "a process, with ten directories looked up"),
        "process-100": lived(100, "a process, with a hundred directories looked up"),
        "locks": What("locks taken for a directory of a hundred", "run=count", locks, True),
    },
}
# Several at once; a name with readers.
SETS = {
    "nsproxy": {
        "read": [("get", 1), ("get", 2)], "look": [("peek", 1), ("peek", 2)],
        "switch": [("switch-shared", 1), ("switch-last", 1)],
        "atomics": [("atomics-get", 1), ("atomics-peek", 1), ("atomics-own", 1),
                    ("atomics-switch", 1)],
    },
    "netns": {},
    "pid": {"process": [("process-1", 1), ("process-10", 1), ("process-100", 1)]},
}


def named(family, names, readers, cpus, where):
    """[(name, What, readers)] of names joined by commas; LabError if there is none."""
    out = []
    for name in names.split(","):
        pairs = SETS[family].get(name, [(name, readers)])
        for one, n in pairs:
            if one not in WHATS[family]:
                raise labs.LabError(
                    f"{where}: there is no “{one}” to measure of {family}; there are "
                    + ", ".join([*SETS[family], *WHATS[family]]))
            # A second reader needs a CPU of its own.
            if n <= cpus or len(pairs) == 1:
                out.append((one, WHATS[family][one], min(n, cpus)))
    return out
