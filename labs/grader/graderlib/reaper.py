# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command, and ends all that it leaves behind: for containers that have walls
but no privileges, so that the jail can't build its own.

    python3 -I reaper.py COMMAND...

What a command's processes leave is this process's to wait for, whatever session they
are in; they are killed as soon as the command has ended, or this one is asked to end.
"""
import ctypes
import os
import signal
import sys

PR_SET_CHILD_SUBREAPER = 36


def children():
    """Those of this process, zombies too."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as f:
        return [int(pid) for pid in f.read().split()]


def reap():
    """Kill and wait until none is left: whoever is killed leaves its own to us."""
    while left := children():
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        for pid in left:
            os.waitpid(pid, 0)


def main():
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit("reaper: this kernel does not hand over what is left behind")

    def asked(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, asked)
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
                            setsigmask=[], setsigdef=[signal.SIGTERM])
    status = 128 + signal.SIGTERM
    try:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        reap()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
