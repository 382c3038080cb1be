# SPDX-License-Identifier: GPL-2.0-only
"""What all tests share: where things are, how to run them, the last line."""
import contextlib
import fcntl
import os
import subprocess

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PYTHON = "/usr/bin/python3"
SCHEMES = ["task_lock", "rcu", "pointer_tag", "dedicated_lock", "pointer_lock",
           "rcu_work"]
RIGHT_SCHEMES = [s for s in SCHEMES if s != "pointer_tag"]
# Milliseconds in which something must happen; a busy machine may need more.
LONGER = (300, 1000, 4000)


def run(*command, timeout=300, **options):
    """Run a command from the top of the kit; its output is text."""
    return subprocess.run([str(c) for c in command], cwd=options.pop("cwd", TOP),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=timeout, check=False, **options)


@contextlib.contextmanager
def alone(what):
    """Test files run side by side: one of them at a time builds this."""
    os.makedirs(os.path.join(TOP, "build"), exist_ok=True)
    with open(os.path.join(TOP, "build", f".tests-{what}"), "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def build_native(family, name, *arguments):
    """Build a family for this host; the folder where that is."""
    out = os.path.join(TOP, "build", "native", name)
    with alone(f"native-{name}"):
        made = run("make", "-s", "-f", "code/runtime/native/Makefile",
                   f"FAMILY={family}", f"OUT={out}", *arguments)
    assert made.returncode == 0, made.stdout + made.stderr
    return out


class Native:
    """The schemes built for this host in some way, under build/native/."""

    def __init__(self, name, flags="-O2", scheme="", change="", cc="cc"):
        self.out = build_native(
            "nsproxy", name, f"FLAGS={flags}", f"CC={cc}",
            *([f"SCHEME={scheme}", f"BREAK={change}"] if change else []))

    def run(self, **settings):
        arguments = [f"{name}={value}" for name, value in settings.items()]
        return run(os.path.join(self.out, "run"), *arguments)


# Every access checked, every labelled point a place to lose the CPU at.
STRESS_FLAGS = ("-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined "
                "-fno-omit-frame-pointer -DLAB_POINTS")


@pytest.fixture(scope="session")
def stress_build():
    return Native("stress", STRESS_FLAGS)


@pytest.fixture(scope="session")
def module():
    """The kernel module, built for the distribution's own kernel."""
    with alone("module"):
        made = run("make", "module", timeout=600)
    assert made.returncode == 0, made.stdout + made.stderr
    return os.path.join(TOP, "build/module/stock/nsproxy_lab.ko")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """The line that people and CI look for comes last."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not hasattr(reporter, "stats"):
        return
    count = {k: len(reporter.stats.get(k, [])) for k in
             ("passed", "failed", "error", "skipped")}
    line = f"{count['passed']} passed, {count['failed'] + count['error']} failed"
    if count["skipped"]:
        line += f", {count['skipped']} skipped"
    print(line)
