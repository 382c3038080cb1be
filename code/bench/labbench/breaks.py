# SPDX-License-Identifier: GPL-2.0-only
"""Break experiments, natively: AddressSanitizer and UBSan watch a stress run.

The right scheme must be silent for as long as was asked; a named change must
be reported. One short run may be lucky, so it is run again and again within
a limit. How often and how long is recorded.
"""
import os
import re
import subprocess
import time

from . import TOP, Trouble

FLAGS = ("-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined "
         "-fno-omit-frame-pointer -DLAB_POINTS")
MAKEFILE = os.path.join(TOP, "code", "runtime", "native", "Makefile")
REPORT = re.compile(r"ERROR: AddressSanitizer: ([\w-]+)|runtime error: (.*)|"
                    r"^# violated (.*)|(WARNING: refcount_t.*)|(BUG: .*)", re.MULTILINE)
TRIES = 3       # at least, though the machine be stopped for as long as the limit is
FRAME = re.compile(r"^ +#\d+ \S+ in (\w+)", re.MULTILINE)


def build(scheme="", change="", where=None):
    """The stress program of that scheme and change; its path."""
    name = f"{scheme}-{change}" if change else "right"
    out = os.path.join(where or os.path.join(TOP, "build", "claims"), f"stress-{name}")
    command = ["make", "-s", "-f", MAKEFILE, f"OUT={out}", f"FLAGS={FLAGS}",
               "run"]
    if change:
        command += [f"SCHEME={scheme}", f"BREAK={change}"]
    done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        last = done.stdout.strip().splitlines() or ["make said nothing"]
        raise Trouble(f"the stress program for {name} was not built: {last[-1]}")
    return os.path.join(out, "run")


def said(text):
    """(kind, function) of the first report in a run's output, or None."""
    found = REPORT.search(text)
    if not found:
        return None
    kind = next(g for g in found.groups() if g)
    frames = FRAME.findall(text[found.start():])
    ours = [f for f in frames[:4] if f.startswith("lab_")]
    return kind, ours[0] if ours else (frames[0] if frames else "no function of ours")


def once(program, experiment, ms):
    command = [program, f"scheme={experiment['scheme']}", f"run={experiment['run']}",
               "readers=3", f"ms={ms}"]
    steps = experiment["run"].count(",") + 1
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", check=False,
                              timeout=60 + steps * ms / 100)
    except subprocess.TimeoutExpired:
        return 1, "BUG: it did not end"
    return done.returncode, done.stdout


def silent(experiment, seconds, progress, where=None):
    """Run the right scheme for at least `seconds`: {"true", "text", "figure"}."""
    program = build(where=where)
    ms = 1000 if seconds >= 10 else 200
    began, runs = time.monotonic(), 0
    while runs == 0 or time.monotonic() - began < seconds:
        progress(f"{experiment['scheme']} must be silent: "
                 f"{time.monotonic() - began:.0f} of {seconds} s")
        status, text = once(program, experiment, ms)
        runs += 1
        if status:
            kind, function = said(text) or (f"exit status {status}", "no function")
            return {"true": False, "figure": None,
                    "text": f"{experiment['scheme']} as it is was reported: {kind} in "
                            f"{function}"}
    spent = time.monotonic() - began
    return {"true": True, "text": f"{experiment['scheme']} as it is: silent for "
                                  f"{spent:.0f} s of stress",
            "figure": {"name": f"{experiment['scheme']} as it is, silent for",
                       "value": round(spent, 1), "lo": None, "hi": None, "unit": "s"}}


def caught(experiment, seconds, progress, where=None):
    """Run a named change until it is reported as expected, or time is up."""
    name = f"{experiment['scheme']} with {experiment['change']}"
    program = build(experiment["scheme"], experiment["change"], where)
    began, runs, other = time.monotonic(), 0, None
    while runs < TRIES or time.monotonic() - began < seconds:
        progress(f"{name} must be caught: run {runs + 1}")
        status, text = once(program, experiment, 500)
        runs += 1
        if not status:
            continue
        kind, function = said(text) or (f"exit status {status}", "no function")
        spent = time.monotonic() - began
        if kind == experiment["report"] and function in experiment["functions"]:
            return {"true": True,
                    "text": f"{name}: {kind} in {function}(), in run {runs}",
                    "figure": {"name": f"{name}, caught after",
                               "value": round(spent, 2), "lo": None, "hi": None,
                               "unit": "s"}}
        other = f"{kind} in {function}"
    text = (f"{name}: reported as {other}, which is not what was expected" if other
            else f"{name}: not caught in {runs} runs within {seconds} s")
    return {"true": None, "text": text, "figure": None}
