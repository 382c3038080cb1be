# SPDX-License-Identifier: GPL-2.0-only
"""Measure, reduce, plot; and settle claims by it. See Documentation/measuring.rst."""
import os
import re
import signal
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
BUILD = os.path.join(TOP, "build", "bench")

# As make has them, so that a scheme that is added there is measured as well.
with open(os.path.join(TOP, "code", "nsproxy", "family.mk"), encoding="utf-8") as _f:
    SCHEMES = re.search(r"^schemes\s*:=(.*)$", _f.read(), re.M).group(1).split()
# Measured, but no schemes: yardsticks of code/bench, for which scheme each is, its step.
YARDSTICKS = {"bare": ("rcu", "bench_bare"),
              "dedicated_lock_apart": ("dedicated_lock", "bench_apart")}
# The module's alone, and switches only: of which scheme each is, its step.
VARIANTS = {"rcu_expedited": ("rcu", "bench_expedited")}
ENVIRONMENTS = {"N": "natively, on this host's hardware",
                "V": "in the VM, on the distribution's kernel"}


class Trouble(Exception):
    """One clear line for people: what, and what to do."""


def interrupted(number, frame):
    raise KeyboardInterrupt


def main(function):
    """Run a tool's main function; its troubles are one line and status 1."""
    # As Ctrl-C does: no VM is left behind, no half-made file is trusted.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        sys.exit(function())
    except Trouble as trouble:
        print(f"{os.path.basename(sys.argv[0])}: {trouble}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:         # plot | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(141)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{os.path.basename(sys.argv[0])}: {where}{error.strerror}",
              file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(f"{os.path.basename(sys.argv[0])}: interrupted", file=sys.stderr)
        sys.exit(130)


def write_whole(path, text):
    """Write a file so that it is there whole or not at all."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        f.write(text)
    os.replace(path + ".tmp", path)
