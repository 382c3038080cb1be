# SPDX-License-Identifier: GPL-2.0-only
"""Plays one experiment in a guest, and judges what the kernel said."""
import re
import time

from . import guest as guests
from . import decode, modules, schedule
from vmlib import splat

PLAY_S = 60.0           # a play takes a second; a stuck one says so after 30
HUNT_S = 180.0          # where many rounds are for luck, on a loaded machine
# Reports that are the kernel's own doing, on a loaded host.
OTHERS = {"rcu-stall", "soft-lockup", "hung-task"}
# KCSAN looks at one access in so many, for so many microseconds. What it needs
# is two at once: in the experiments it looks long. Everything is slower then:
# right schemes, in all that they are played in, are looked at more often.
LOOKS, LOOKS_AT_RIGHT = (100, 2000), (40, 40)


def turns_of(experiment):
    if experiment.schedule == "explorer":
        return schedule.derive(experiment)
    return experiment.schedule


def command(experiment, name, turns, times=1):
    args = f"rounds={experiment.rounds}"
    if turns:
        args += f" schedule={turns}"
    prefix = ""
    if experiment.kernel == "kcsan":
        skip, delay = LOOKS_AT_RIGHT if experiment.claim == "right" else LOOKS
        prefix = (f"cd /sys/module/kcsan/parameters && echo {skip} > skip_watch && "
                  f"echo {delay} > udelay_task; cd /lab; ")
    load = f"insmod /lab/{name}.ko {args} && rmmod {name}"
    if times > 1:
        load = (f"n=0; while [ $n -lt {times} ]; do n=$((n+1)); {load} || exit 1; "
                "echo played $n; done")
    return prefix + load


def play(experiment, kernel, module, turns, times=1, say=lambda _: None):
    """One run: a record of what was seen, and how long each part took."""
    began = time.monotonic()
    record = {"id": experiment.id, "claim": experiment.claim, "schedule": turns,
              "ended": "done", "status": None, "played": 0}
    name = modules.name_of(experiment)
    with guests.restore(kernel, say) as guest:
        record["ready_s"] = round(time.monotonic() - began, 2)
        # What the boot said is not the experiment's.
        before = len(guest.console.text())
        try:
            guest.send(module, name + ".ko")
            record["sent_s"] = round(time.monotonic() - began, 2)
            status, lines = guest.run(
                command(experiment, name, turns, times),
                (HUNT_S if hunts(experiment) else PLAY_S) + 10 * times,
                lambda: caught(experiment, guest.console.text()[before:]))
            record["status"] = status
            record["played"] = (sum(x.startswith("played") for x in lines or ())
                                if times > 1 else int(status == 0))
            record["said"] = [x for x in lines or () if x.strip()][-5:]
            if status is None:
                record["ended"] = "caught" if lines is None else "hang"
        except guests.Gone as gone:
            record.update(ended="panic", why=str(gone))
        text = guest.console.text()[before:]
    record["console"] = text
    record["total_s"] = round(time.monotonic() - began, 2)
    judge(experiment, record)
    record["console"] = text[-60000:]
    if record["report"]:
        record["report"]["lines"] = decode.decoded(
            splat.digest(record["report"]), module[:-len(".small")] + ".ko")
        record["report"]["at"] = decode.place(
            record["report"], lambda path: modules.lines_of(experiment, path))
    return record


def hunts(experiment):
    """Whether it plays until it is caught."""
    return not experiment.silent and experiment.rounds > 1


def caught(experiment, text):
    """Whether there is nothing more to wait for."""
    if not hunts(experiment) or "BUG: " not in text:
        return False
    return any(fits(experiment, r) for r in splat.cut(text)
               if splat.ends(r["kind"], r["text"].splitlines()[-1]))


def names(report):
    """The functions of a report: in its title, its RIP, its call traces."""
    found = re.findall(r"([A-Za-z_]\w*)(?:\.\w+)*(?:\+0x|/0x| / )", report["text"])
    return [*filter(None, [report["function"]]), *found]


def fits(experiment, report):
    return (report["kind"] in experiment.kinds
            and (not experiment.says or re.search(experiment.says, report["text"]))
            and any(f in names(report) for f in experiment.functions))


def ours(report):
    """KCSAN also speaks of the kernel's own; those are not ours to judge."""
    return "lab_" in report["title"] or "[x_" in report["title"]


def judge(experiment, record):
    """record["as_expected"], and the report that it is for or against."""
    reports = [r for r in splat.cut(record["console"]) if r["kind"] not in OTHERS]
    if experiment.kernel == "kcsan":
        reports = [r for r in reports if r["kind"] != "kcsan" or ours(r)]
    record["reports"] = [f"{r['kind']}: {r['title']}" for r in reports[:8]]
    record["missed"] = re.findall(r"lab: (turn \d+[^\n]*)", record["console"])
    if experiment.silent:
        # Of each time that it was played.
        ends = re.findall(r"lab: end: error (\d+), (\d+) complaints", record["console"])
        calm = ends and set(ends) == {("0", "0")}
        record["report"] = reports[0] if reports else None
        record["as_expected"] = bool(record["ended"] == "done" and not reports and calm
                                     and record["status"] == 0)
        return
    fitting = [r for r in reports if fits(experiment, r)]
    record["report"] = (fitting or reports or [None])[0]
    record["as_expected"] = bool(fitting)
    if fitting:
        # Not the kernel's function that spoke, but ours that it spoke of.
        record["report"]["function"] = next(
            f for f in names(fitting[0]) if f in experiment.functions)
