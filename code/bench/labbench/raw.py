# SPDX-License-Identifier: GPL-2.0-only
"""Raw data: one file a sitting, a line a measurement, written as they come.

    # nsproxy raw data, format 1
    # env: N                               what it was measured on, and how
    # raw metric=read scheme=rcu rep=0 ...  what bench.c and count.c printed
    # end: complete                        or: broken off, and why

A file without its last line was broken off as well, by something worse.
"""
import os
import re

from . import SCHEMES, VARIANTS, YARDSTICKS, Trouble

FIRST = "# nsproxy raw data, format 1"
RAW = re.compile(r"^\s*# raw (.*)$")
NAMED = re.compile(r"^# ([a-z][a-z _]*): (.*)$")

# What each metric must carry: names, then numbers.
METRICS = {
    "read": (("how",), ("readers", "writer", "ops", "ns", "switches")),
    "switch": (("kind", "company"),
               ("n", "mean_ns", "p50_ns", "p99_ns", "min_ns", "max_ns", "hz")),
    "held": ((), ("switches", "ns", "nsproxies", "bytes")),
    "busy_read": ((), ("busy", "ops", "ns")),
    "count": (("op",), ("n", "locks", "rmws", "held_ns")),
}


class RawError(Trouble):
    """A line that no measurement wrote."""


def parse_line(line):
    """The row of a raw line; None if it is none; RawError if it is broken."""
    found = RAW.match(line)
    if not found:
        return None
    row = {}
    for word in found.group(1).split():
        name, equals, value = word.partition("=")
        if not equals or not name or name in row:
            raise RawError(f"“{word}” is no name=value of its own")
        row[name] = value
    metric = row.get("metric")
    if metric not in METRICS:
        raise RawError(f"no metric is called “{metric}”")
    names, numbers = METRICS[metric]
    wanted = {"metric", "scheme", "rep", *names, *numbers}
    if set(row) != wanted:
        odd = ", ".join(sorted(set(row) ^ wanted))
        raise RawError(f"a {metric} line is wrong about: {odd}")
    if row["scheme"] not in [*SCHEMES, *YARDSTICKS, *VARIANTS]:
        raise RawError(f"there is no scheme “{row['scheme']}”")
    for name in ("rep", *numbers):
        if not re.fullmatch(r"[0-9]{1,19}", row[name]):
            raise RawError(f"{name}={row[name]} is no number")
        row[name] = int(row[name])
    if row.get("ns") == 0 or row.get("n") == 0:
        raise RawError("nothing was measured: ns or n is 0")
    return row


class Sitting:
    """One raw file, read: what was said of it, and its rows."""

    def __init__(self, path):
        self.path = path
        self.about = {}
        self.rows = []
        self.ended = None
        with open(path, encoding="utf-8", errors="replace") as f:
            lines = f.read().splitlines()
        if not lines or lines[0] != FIRST:
            raise RawError(f"{path}: this is no raw data: its first line is "
                           f"not “{FIRST}”")
        for number, line in enumerate(lines[1:], 2):
            self._take(line, number)
        if "env" not in self.about:
            raise RawError(f"{path}: it does not say in which environment it "
                           "was measured (# env: N)")

    def _take(self, line, number):
        try:
            row = parse_line(line)
        except RawError as error:
            raise RawError(f"{self.path}:{number}: {error}") from None
        if row:
            self.rows.append(row)
        elif named := NAMED.match(line):
            if named.group(1) == "end":
                self.ended = named.group(2)
            else:
                self.about[named.group(1)] = named.group(2)
        elif line.strip() and not line.startswith("#"):
            raise RawError(f"{self.path}:{number}: this is no raw data: {line}")

    @property
    def complete(self):
        return self.ended == "complete"


class Writer:
    """Writes a sitting as it happens: each line is on disk when it is there."""

    def __init__(self, path, about):
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        self.file = open(path, "w", encoding="utf-8", buffering=1)
        self.rows = 0
        self.file.write(FIRST + "\n")
        self.say(about)

    def say(self, about):
        for name, value in about.items():
            self.file.write(f"# {name}: {' '.join(str(value).split())}\n")

    def take(self, line):
        """Keep a line of a run's output if it is raw data."""
        row = parse_line(line)
        if row:
            self.file.write(line.strip() + "\n")
            self.rows += 1
        return row

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.file.write("# end: complete\n")
        else:
            why = " ".join(str(error).split()) or kind.__name__
            self.file.write(f"# end: broken off: {why}\n")
        self.file.close()
