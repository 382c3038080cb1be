#!/usr/bin/python3 -Xutf8
# SPDX-License-Identifier: GPL-2.0-only
"""Compares the explorer with the oracle on programs, by hand and at random.

    compare.py [--from SEED] [--count N] [--mode sc|weak|both] [--polls]
    compare.py --show NAME [--mode weak]    # the program, and what each says
    compare.py --show NAME --shrink         # the same, made small

Both say which outcomes a program can have, and which kinds of failures. A
program that the oracle has too many states for, or the explorer is cut in, is
counted and left out. Exit status 1: they differ.
"""
import argparse
import concurrent.futures
import functools
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path[:0] = [HERE, os.path.join(TOP, "code/runtime/explore")]
import builder
import programs

BATCH = 50
# What the language can do: other kinds are neither expected nor looked at.
KINDS = {"data-race", "use-after-free", "double-free", "null-dereference",
         "leak", "deadlock", "livelock", "invariant", "rcu-misuse"}
MOST_STATES = 200000
MOST = 30000            # executions
EACH_ROUND = 16         # of a loop that counts: more than any program has


def tool(folder):
    """The oracle, built."""
    path = os.path.join(folder, "oracle")
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Wno-psabi", "-o", path,
                    *(os.path.join(HERE, n) for n in ("oracle.c", "machine.c"))],
                   check=True)
    return path


def ask_oracle(path, texts, mode):
    """{name: what it says} of programs."""
    done = subprocess.run(
        [path, "--most", str(MOST_STATES), *["--delayed"] * (mode == "weak")],
        input="".join(texts), capture_output=True, text=True, check=True)
    return {p["name"]: p for p in map(json.loads, done.stdout.splitlines())}


def offset_in(elf, address):
    """Where in a program's file that address of its data is."""
    start, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    for n in range(count):
        kind, _, offset, at, _, length = struct.unpack_from(
            "<IIQQQQ", elf, start + n * size)
        if kind == 1 and at <= address < at + length:
            return offset + address - at
    raise ValueError(f"no byte of the file is at {address:#x}")


class Batch:
    """Many scenarios in one object, which is linked once for each explorer. A
    program is a copy of it in which another scenario is lab_scenario."""

    def __init__(self, folder, sources, engine=None):
        self.folder = folder
        kind = builder.kind_of("gcc")
        source = os.path.join(folder, "batch.c")
        with open(source, "w") as f:
            f.write(programs.HEAD + "".join(sources) +
                    "const struct lab_scenario lab_scenario;\n")
        builder.run(["gcc", *builder.EXPLORED, *builder.INSTRUMENT[kind],
                     *builder.includes(None),
                     "-I" + os.path.join(builder.HERE, "tests"),
                     "-c", source, "-o", source[:-2] + ".o"], "the batch")
        script = os.path.join(folder, "gather.ld")
        with open(script, "w") as f:
            f.write(builder.GATHER)
        self.whole = os.path.join(folder, "whole.o")
        builder.run(["ld", "-r", "-T", script, source[:-2] + ".o", "-o",
                     self.whole], "the batch")
        builder.run(["objcopy", *(x for old, new in builder.RENAMED.items()
                                  for x in ("--redefine-sym", f"{old}={new}")),
                     self.whole], "the batch")
        builder.check_calls(self.whole)
        self.engine = engine or builder.engine("gcc")
        self.linked = {}

    def link(self, engine):
        path = os.path.join(self.folder, f"all-{len(self.linked)}")
        builder.run(["gcc", "-no-pie", *builder.files_under(engine, ".o"),
                     self.whole, "-Wl,-S", "-o", path], "the batch")
        symbols = {}
        listed = subprocess.run(["nm", "-S", path], capture_output=True,
                                text=True, check=True).stdout
        for line in listed.splitlines():
            words = line.split()
            if words[-1].endswith("scenario"):
                symbols[words[-1]] = [int(w, 16) for w in words[:2]]
        with open(path, "rb") as f:
            return f.read(), symbols

    def program(self, name, engine=None):
        engine = engine or self.engine
        if engine not in self.linked:
            self.linked[engine] = self.link(engine)
        elf, symbols = self.linked[engine]
        at, size = symbols[name + "_scenario"]
        start = offset_in(elf, at)
        to = offset_in(elf, symbols["lab_scenario"][0])
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(elf[:to] + elf[start:start + size] + elf[to + size:])
        os.chmod(path, 0o755)
        return path


def ask_explorer(path, mode, *more, limit=10):
    """What it says; every execution is searched."""
    try:
        done = subprocess.run(
            [path, *["--weak"] * (mode == "weak"), "--all", "--no-shorten",
             "--time-limit", str(limit), "--max-executions", str(MOST), *more], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=limit * 10)
        return json.loads(done.stdout)
    except (ValueError, subprocess.TimeoutExpired) as e:
        return {"verdict": "fault", "kinds": ["fault"], "outcomes": [],
                "bounded_by": "", "text": str(e)}


def outcomes(said):
    return {o.replace("=", "") for o in said.get("outcomes", ())}


def difference(oracle, said):
    """In words, or None; "left out" where there is nothing to compare."""
    if oracle["too_big"] or said.get("bounded_by") or \
            "limit" in said["kinds"]:
        return "left out"
    for what, theirs, ours in (
            ("kinds", set(oracle["kinds"]),
             set(said["kinds"]) & (KINDS | {"fault", "endless"})),
            ("outcomes", set(oracle["outcomes"]), outcomes(said))):
        missing, more = sorted(theirs - ours), sorted(ours - theirs)
        # It says so itself where it did not look at each round of a loop.
        if more or (missing and not said.get("rounds_cut")):
            return (f"{what}: oracle only {missing[:4]}, "
                    f"explorer only {more[:4]}")
    return None


def compared(oracle, path, mode):
    """The difference, if any: as the explorer is run by default, and where that
    leaves rounds of loops out, with each of them."""
    said = ask_explorer(path, mode)
    found = difference(oracle, said)
    if found or not said.get("rounds_cut"):
        return found
    return difference(oracle, ask_explorer(path, mode, "--rounds",
                                           str(EACH_ROUND)))


def compare_batch(tool_path, names, modes, engine=None):
    """[(name, mode, difference)]"""
    made = [programs.program(s) for s in names]
    both = [p.both() for p in made]
    rows = []
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        batch = Batch(folder, [c for c, _ in both], engine)
        said = {m: ask_oracle(tool_path, [t for _, t in both], m)
                for m in modes}
        for name, p in zip(names, made):
            path = batch.program(p.name)
            for mode in modes:
                rows.append((name, mode,
                             compared(said[mode][p.name], path, mode)))
            os.unlink(path)
    return rows


def compare_all(names, modes, engine=None, jobs=1,
                show=functools.partial(print, flush=True)):
    """[(name, mode, difference)]"""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        path = tool(folder)
        engine = engine or builder.engine("gcc")
        rows = []
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for some in pool.map(
                    lambda at: compare_batch(path, names[at:at + BATCH], modes,
                                             engine),
                    range(0, len(names), BATCH)):
                rows += some
                for name, mode, text in some:
                    if text and text != "left out":
                        show(f"{name} {mode}: {text}")
    return rows


def smaller(body):
    """Each way to leave something out of a list of statements."""
    for n, s in enumerate(body):
        yield body[:n] + body[n + 1:]
        for k, part in enumerate(s):
            if not isinstance(part, list):
                continue
            yield body[:n] + part + body[n + 1:]
            for less in smaller(part):
                yield body[:n] + [(*s[:k], less, *s[k + 1:])] + body[n + 1:]


def differs(tool_path, p, mode):
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        c, text = p.both()
        try:
            path = Batch(folder, [c]).program(p.name)
        except builder.BuildError:
            return False
        text = compared(ask_oracle(tool_path, [text], mode)[p.name], path,
                        mode)
        return text and text != "left out" and text.partition(":")[0]


def shrink(tool_path, p, mode):
    """A small program that they differ about in the same way."""
    how = differs(tool_path, p, mode)
    again = bool(how)
    while again:
        again = False
        for n, body in enumerate(p.actors):
            for less in smaller(body):
                actors = [*p.actors[:n], less, *p.actors[n + 1:]]
                q = programs.Program(p.name, actors, p.callback, p.start)
                if differs(tool_path, q, mode) == how:
                    p, again = q, True
                    break
            if again:
                break
    return p


def show(name, modes, small):
    p = programs.program(name)
    if small:
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            p = shrink(tool(folder), p, modes[0])
    c, text = p.both()
    print(programs.HEAD + c)
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        path = Batch(folder, [c]).program(p.name)
        for mode in modes:
            oracle = ask_oracle(tool(folder), [text], mode)[p.name]
            said = ask_explorer(path, mode)
            print(mode, "oracle:", oracle["kinds"], sorted(oracle["outcomes"]),
                  oracle["states"], "states")
            print(mode, "explorer:", said["kinds"], sorted(outcomes(said)))
            print(mode, difference(oracle, said) or "the same")
    return 0


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--from", dest="first", type=int, default=1, metavar="SEED")
    p.add_argument("--count", type=int, default=200)
    p.add_argument("--polls", action="store_true",
                   help="programs that wait with locks, from a series of their own")
    p.add_argument("--mode", choices=("sc", "weak", "both"), default="both")
    p.add_argument("--jobs", type=int, default=1)
    p.add_argument("--show", metavar="NAME")
    p.add_argument("--shrink", action="store_true",
                   help="with --show: as small as it still differs")
    o = p.parse_args()
    modes = ("sc", "weak") if o.mode == "both" else (o.mode,)
    if o.show is not None:
        return show(o.show, modes, o.shrink)
    rows = compare_all([*programs.HAND,
                        *("poll" * o.polls + str(n)
                          for n in range(o.first, o.first + o.count))], modes,
                       jobs=o.jobs)
    wrong = [r for r in rows if r[2] and r[2] != "left out"]
    left = sum(r[2] == "left out" for r in rows)
    print(f"{len(rows)} comparisons, {left} left out, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
