# SPDX-License-Identifier: GPL-2.0-only
"""From the explorer's failing schedule to turns at labelled points.

The explorer's steps are finer than labels. A turn ends where the explorer
went on with another process: at the label that this process had just reached,
when it has done nothing since; else at the last label before, and what it did
since is done at its next turn. One that is not seen again has ended, unless a
label is the last that was seen of it. Works and callbacks are no actors: each
kind has one name, and all callbacks that were queued have one turn. Whether the
failure still comes, the kernel's detector says; the table has the schedule where
it did not.
"""
import json
import os
import re
import subprocess
import tempfile

from . import TOP
from vmlib.trouble import FAILED, Trouble

CALLBACKS = "callbacks"
EXPLORE = os.path.join(TOP, "code", "runtime", "explore", "explore")


def explored(experiment):
    """The explorer's document of the failure that is looked for."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "found.json")
        done = subprocess.run(
            [EXPLORE, "--family", experiment.family.name, "--scheme", experiment.scheme,
             "--scenario", experiment.scenario,
             "--break", ",".join(experiment.breaks),
             "--repair", ",".join(experiment.repairs), "--want", experiment.want,
             "--json", out], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 1:
            said = (done.stderr or done.stdout).strip() or f"status {done.returncode}"
            raise Trouble(f"{experiment.title}: the explorer finds no failure to force: "
                          f"{said.splitlines()[-1]}", FAILED)
        with open(out, encoding="utf-8") as f:
            return json.load(f)


def name_of(process):
    """As the player calls it (code/module/debug/points.h)."""
    if re.fullmatch(r"work \w+", process):
        return "work"
    if re.fullmatch(r"callback \w+", process):
        return CALLBACKS
    return process.replace(" ", "_")


def turns(document):
    """[(actor, label)] in the order of the explorer's steps."""
    names = [name_of(n) for n in document["processes"]]
    moves = []                      # (process, label or None: anything else)
    for event in document["steps"]:
        if event["step"] < 0 or not event["process"]:
            continue
        moves.append((event["process"], event.get("label")))
    segments = []
    for process, label in moves:
        if not segments or segments[-1][0] != process:
            segments.append([process, []])
        segments[-1][1].append(label)
    out = []
    for n, (process, labels) in enumerate(segments):
        later = any(p == process for p, _ in segments[n + 1:])
        named = [x for x in labels if x]
        last = n == len(segments) - 1
        if names[process] == CALLBACKS:
            if not out or out[-1][0] != CALLBACKS:
                out.append((CALLBACKS, "end"))
        elif not later and (last or not labels[-1]):
            out.append((names[process], "end"))
        elif named:
            # As often as it came by that label, to be held where it was.
            out += [(names[process], named[-1])] * named.count(named[-1])
    return out


def text(pairs):
    return ",".join(f"{actor}:{label}" for actor, label in pairs)


def derive(experiment):
    return text(turns(explored(experiment)))
