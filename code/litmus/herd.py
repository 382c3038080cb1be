# SPDX-License-Identifier: GPL-2.0-only
"""herd7: where it is, which one it is, and what it says of a test."""
import os
import re
import shutil
import subprocess
import tempfile
import time

from suite import parse_state


class Missing(Exception):
    """Not on this machine: what, and how to get it."""


class Wrong(Exception):
    """The user said where it is, and it is not there, or does not work."""


class Failed(Exception):
    """herd7 gave no verdict: why."""


def find():
    """The herd7 to use: HERD7=, or the one on PATH."""
    said = os.environ.get("HERD7")
    if said:
        path = shutil.which(os.path.expanduser(said))
        if not path:
            raise Wrong(f"HERD7={said} is not a program that can be run")
        return path
    path = shutil.which("herd7")
    if not path:
        raise Missing("herd7 is not on this machine: `opam install "
                      "herdtools7` gets it (or say HERD7=/path/to/herd7)")
    return path


def version(path):
    """herd7's version, as text: "7.57"."""
    try:
        out = subprocess.run([path, "-version"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Wrong(f"{path} -version: {error}") from None
    found = re.match(r"(\d+(\.\d+)+\S*?),? ", out.stdout + " ")
    if not found:
        raise Wrong(f"{path} does not say a version; is it herd7?")
    return found[1]


def at_least(have, need):
    """Whether version *have* is *need* or newer."""
    def numbers(text):
        return [int(n) for n in re.findall(r"\d+", text)]
    return numbers(have) >= numbers(need)


def parse(out):
    """What herd7 printed: (outcome, flags, states), or None."""
    seen = re.search(r"^Observation \S+ (Never|Sometimes|Always) \d+ \d+$",
                     out, re.M)
    head = re.search(r"^States (\d+)$\n", out, re.M)
    if not seen or not head:
        return None
    lines = out[head.end():].split("\n")[:int(head[1])]
    flags = sorted(set(re.findall(r"^Flag (\S+)$", out, re.M)))
    return seen[1], flags, [parse_state(line, "herd7") for line in lines]


def run(path, model, text, cat=None, timeout=120):
    """Run one test; *cat* overrides the kernel's linux-kernel.cat.

    Return: (outcome, flags, states, seconds).
    """
    with tempfile.TemporaryDirectory(prefix="litmus-") as scratch:
        name = os.path.join(scratch, "test.litmus")
        with open(name, "w", encoding="utf-8") as f:
            f.write(text)
        args = [path, "-I", model, "-conf",
                os.path.join(model, "linux-kernel.cfg")]
        args += ["-model", cat] if cat else []
        begin = time.monotonic()
        try:
            out = subprocess.run(args + [name], stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True,
                                 errors="replace", timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"no verdict in {timeout:g} s") from None
        except OSError as error:
            raise Failed(f"{path}: {error.strerror}") from None
        seconds = time.monotonic() - begin
    # herd7 exits with 0 after most errors, so only its verdict counts.
    verdict = parse(out.stdout)
    if not verdict or out.returncode:
        said = (out.stderr.strip() or out.stdout.strip()
                or f"nothing, and exits with {out.returncode}")
        raise Failed("herd7 says: " + said.split("\n")[-1][:200])
    return *verdict, seconds
