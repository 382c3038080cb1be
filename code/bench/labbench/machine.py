# SPDX-License-Identifier: GPL-2.0-only
"""Where and on what a figure was measured: written beside each one."""
import datetime
import os
import platform
import re
import subprocess

from . import TOP


def output_of(*command):
    try:
        done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            text = f.read()
    except OSError:
        return platform.processor() or "unknown"
    found = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    guest = re.search(r"^flags\s*:.*\bhypervisor\b", text, re.MULTILINE)
    model = found.group(1).strip() if found else platform.processor() or "unknown"
    return model + (" (itself a virtual machine)" if guest else "")


def commit():
    """Of the sources that are measured; says so when they were changed."""
    found = output_of("git", "rev-parse", "--short=12", "HEAD")
    if not found:
        return "unknown (this is no git tree, or somebody else's)"
    dirty = output_of("git", "status", "--porcelain", "--untracked-files=no",
                      "--", "code")
    return found + (", with changes in code/" if dirty else "")


def now():
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def load():
    return " ".join(f"{x:.2f}" for x in os.getloadavg())


def about():
    """What does not depend on the environment: {name: text}."""
    return {"cpu": cpu_model(),
            "cpus": str(len(os.sched_getaffinity(0))),
            "kernel": f"{platform.system()} {platform.release()}",
            "commit": commit(), "date": now(), "load": load()}
