# SPDX-License-Identifier: GPL-2.0-only
"""What other environments see of a submission that the explorer was content with.

Natively, under sanitizers, many threads for a moment; in the VM, as a module
of the distribution's own kernel. Both are built in the jail, where of the
kit's other schemes only objects are. Neither changes a point: a run that lasts
a second proves nothing, and what runs in a kernel can say what it likes.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from . import jail, labs, native
from .building import addr2line

sys.path[:0] = [os.path.join(labs.CODE, "runtime", "explore"), os.path.join(labs.TOP, "labs", "vm")]

import builder  # noqa: E402 (the path has to be set first)
from vmlib import kernel, trouble  # noqa: E402
from vmlib import module as vm_module  # noqa: E402

PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"
FLAGS = ("-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined "
         "-fno-omit-frame-pointer -DLAB_POINTS")
# Where addresses lie is asked afterwards: in the process itself it takes a tenth
# of a second, or twelve seconds on a busy machine, while the other threads run on
# and whoever ends it then cuts the report.
OPTIONS = "detect_leaks=0:symbolize=0"
MOST_LINE = 4096            # characters of a line of a report that are looked at
FRAMES = 64                 # of a report, as many as are asked for
READERS, MS = 3, 400        # of each step
VM_MS, VM_SECONDS = 150, 30
HEADERS = ("", "../module", "../bench", "../runtime/common")
VM = os.path.join(labs.TOP, "labs", "vm", "vm")


class NotRun(Exception):
    """Something of the kit or of this machine is missing; a sentence."""


def steps(lab):
    return builder.said(lab.family_folder, "stressed")[0]


def printable(text, most=160):
    """A stranger's line: short, and nothing that moves a cursor."""
    return "".join(c if c.isprintable() else "?" for c in text.strip()[:most])


def last_line(text):
    return printable((text.strip().splitlines() or ["it said nothing"])[-1])


def compiler_says(done, lab):
    """Why it was not built, as it concerns the student."""
    if done.killed_for:
        return f"its build was ended for its {done.killed_for}, after {done.seconds:.0f} s"
    said = (done.out + b"\n" + done.err).decode(errors="replace")
    found = re.search(rf"{re.escape(lab.source_name)}:\d+:.*?error: .*", said) or \
        re.search(r"^.*(?:memory|Killed|terminated signal).*$", said, re.MULTILINE)
    return printable(found.group()) if found else last_line(said)


# Under sanitizers

def program(lab, text):
    """The program `run` with the submission in its scheme's place, and why not."""
    try:
        out = native.kits_own(lab, "graded", f"FLAGS={FLAGS}")
    except native.NotMade as e:
        raise NotRun(last_line(str(e))) from None
    done = native.compiled(lab, text, out, f"-std=gnu11 -D_GNU_SOURCE -g -pthread {FLAGS}")
    if not done.well:
        return None, compiler_says(done, lab)
    return done.out, ""


def sanitizer_says(text, program, lab):
    """The report's first line, and where in the submission that is."""
    lines = [line[:MOST_LINE] for line in text.splitlines()]
    text = "\n".join(line for line in lines if "Assertion" not in line)
    found = re.search(r"ERROR: AddressSanitizer: ([\w-]+)|runtime error: (.*)|"
                      r"(BUG: .*|not ok .*)", text)
    if not found:
        return printable(next((line for line in lines if "Assertion" in line
                               and "failed" in line), ""))
    said = next(filter(None, found.groups()))
    where = re.search(rf"{re.escape(lab.source_name)}:(\d+)(?::\d+)?: runtime", text)
    if where:
        return printable(f"{said}, {lab.source_name}:{where.group(1)}")
    frames = re.findall(r"/program\+(0x[0-9a-f]+)\)", text)[:FRAMES]
    named = addr2line(program, "\n".join(frames)).splitlines() if frames else []
    for function, place in zip(named[::2], named[1::2]):
        line = re.search(rf"/{re.escape(lab.source_name)}:\d+", place)
        if line:
            return printable(f"{said} in {function}(), {line.group()[1:]}")
    return printable(said)


def stress(lab, text):
    built, why = program(lab, text)
    if not built:
        return {"state": FAILED, "said": "it is not built natively: " + why}
    count = len(steps(lab).split(","))
    done = jail.run(["./program", f"scheme={lab.scheme}", f"run={steps(lab)}",
                     f"readers={READERS}", f"ms={MS}"], files={"program": built},
                    seconds=30 + count * MS // 1000, processes=64, rss=1 << 30, proc=True,
                    output=1 << 20, env={"ASAN_OPTIONS": OPTIONS})
    said = (done.out + done.err).decode(errors="replace")
    report = sanitizer_says(said, built, lab)
    ended = (f"ended for its {done.killed_for} after {done.seconds:.0f} s"
             if done.killed_for else "")
    if report or ended:
        return {"state": FAILED, "said": ", ".join(filter(None, (report, ended)))}
    if done.status or len(re.findall(r"^ok ", said, re.MULTILINE)) != count:
        return {"state": FAILED, "said": f"status {done.status}: {last_line(said)}"}
    return {"state": PASSED, "said": f"{count} runs under AddressSanitizer and UBSan: silent"}


# In the VM

def module_objects(lab):
    """The folder where the kit's own module was built."""
    out = native.folder("module", f"graded-{lab.family}")
    try:
        native.made(
            [VM, "module", "--name", f"{lab.family}_lab", "--out", out,
             *(os.path.join(labs.CODE, f) for f in
               (lab.family, "module", "bench", "runtime/common"))], out)
    except native.NotMade as e:
        raise NotRun(last_line(str(e))) from None
    return vm_module.workplace(out)


MAKE = """mkdir m && cp in/* m && chmod u+w m/* && for o in m/*.o_shipped; do
    : > "m/.$(basename "$o" _shipped).cmd"; done &&
make -s -C "$0" M="$PWD/m" CONFIG_DEBUG_INFO_BTF_MODULES= KCFLAGS=-w modules"""


def module(lab, text):
    """The module with the submission in its scheme's place, and why not."""
    try:
        kdir = kernel.headers()
    except trouble.Trouble as e:
        raise NotRun(str(e)) from None
    out, name = module_objects(lab), f"{lab.family}_lab"
    not_theirs = {f"{lab.scheme}.o", f"counted_{lab.scheme}.o", f"{name}.o", f"{name}.mod.o"}
    files = {"in/" + lab.source_name: text.encode()}
    for folder in HEADERS:
        folder = os.path.join(lab.family_folder, folder)
        for entry in sorted(os.listdir(folder)):
            if entry.endswith((".h", ".mk")) or entry == "Kbuild":
                files["in/" + entry] = read(os.path.join(folder, entry))
    for entry in sorted(os.listdir(out)):
        if entry.endswith(".o") and entry not in not_theirs:
            files[f"in/{entry}_shipped"] = read(os.path.join(out, entry))
    done = jail.run(["/bin/sh", "-c", MAKE, kdir], files=files, ro=[trees(kdir)], seconds=120,
                    memory=native.MEMORY, rss=native.MEMORY, processes=64, output=16 << 20,
                    fetch=f"m/{name}.ko")
    if not done.well:
        return None, compiler_says(done, lab)
    return done.out, ""


def trees(kdir):
    """The folder that holds all of the headers: Debian's lie in two trees."""
    real = os.path.realpath(kdir)
    above = real.partition("/usr/src/")[0]
    return above if above and above != real else real


def read(path):
    with open(path, "rb") as f:
        return f.read()


RUNNING = set()


def machine(command):
    """Run a guest; what it says. It cleans up behind itself when it is ended."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace",
                             start_new_session=True)
    RUNNING.add(child)
    try:
        return child.communicate()[0]
    finally:
        RUNNING.discard(child)
        stop([child])


def stop(children=None):
    """End the guests that still run: nobody waits for them any more."""
    for child in list(RUNNING if children is None else children):
        if child.poll() is None:
            child.terminate()


def vm(lab, text):
    ko, why = module(lab, text)
    if not ko:
        return {"state": FAILED, "said": "the module is not built: " + why}
    with tempfile.TemporaryDirectory(prefix="grade-") as tmp:
        name = f"{lab.family}_lab.ko"
        with open(os.path.join(tmp, name), "wb") as f:
            f.write(ko)
        with open(os.path.join(tmp, "job"), "w", encoding="utf-8") as f:
            f.write(f"MODULE={lab.family}_lab ./lab {lab.scheme} {steps(lab)} ms={VM_MS}\n")
        said = machine(
            [VM, "run", "--quiet", "--job", os.path.join(tmp, "job"), "--timeout",
             str(VM_SECONDS), "--add", os.path.join(tmp, name), "--add",
             os.path.join(labs.CODE, "module", "lab"), "--json", os.path.join(tmp, "out")])
        try:
            with open(os.path.join(tmp, "out"), encoding="utf-8") as f:
                record = json.load(f)
        except (OSError, ValueError):
            raise NotRun(last_line(said)) from None
    return vm_says(record)


def vm_says(record):
    where = f"on {printable(record['kernel'], 40)} ({record['accel']})"
    splat = record["splat"] or (record["splats"] or [None])[0]
    complaint = ""
    if splat:
        complaint = printable(splat["title"])
        if splat["function"] and splat["function"] not in complaint:
            complaint += f" in {printable(splat['function'], 60)}()"
    if record["verdict"] in ("noboot", "interrupted"):
        raise NotRun(record["reason"])
    if record["verdict"] == "pass" and not splat:
        return {"state": PASSED, "said": f"{record['counts']['ok']} runs {where}: silent"}
    return {"state": FAILED, "said": f"{record['verdict']} {where}: "
                                     + (complaint or printable(record["reason"]))}
