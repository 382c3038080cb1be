# SPDX-License-Identifier: GPL-2.0-only
"""The schemes on this host: unit tests, stress under sanitizers, breaks.

Stress corroborates, it does not prove: what it can't be trusted to find is
the explorer's. What is expected to break is retried until it does, with a
limit; what is right must be silent each time.
"""
import os
import re

import pytest
from conftest import LONGER, RIGHT_SCHEMES, SCHEMES, STRESS_FLAGS, Native, run

SCENARIOS = ["owner_rests", "owner_reads", "owner_switches", "owner_forks",
             "owner_exits", "owner_does_all"]


@pytest.fixture(scope="session")
def plain_build():
    return Native("plain")


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_every_function_does_what_it_owes_to_one_thread(compiler):
    # A trap instead of a report: clang's runtime is a package of its own.
    flags = "-O1 -fsanitize=undefined -fsanitize-undefined-trap-on-error"
    build = Native(f"unit-{compiler}", flags, cc=compiler)
    done = run(os.path.join(build.out, "unit_nsproxy"))
    assert "not ok" not in done.stdout and done.returncode == 0, done.stdout
    assert done.stdout.rstrip().endswith(f"1..{len(re.findall('^ok ', done.stdout, re.M))}")
    assert not done.stderr


def test_unit_tests_leak_nothing_under_address_sanitizer(stress_build):
    done = run(os.path.join(stress_build.out, "unit_nsproxy"))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("scheme", RIGHT_SCHEMES)
def test_right_scheme_is_silent_under_stress(stress_build, scheme):
    done = stress_build.run(scheme=scheme, run=",".join(SCENARIOS), readers=3, ms=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nok ") == len(SCENARIOS)
    assert not done.stderr


@pytest.mark.parametrize("scheme", SCHEMES)
def test_scenarios_do_what_they_say(plain_build, scheme):
    """A scenario in which nothing happens would be silent as well."""
    def happens(name, **least):
        for ms in LONGER:
            done = plain_build.run(scheme=scheme, run=name, ms=ms)
            line = re.search(r"^# reads=.*", done.stdout, re.MULTILINE).group()
            found = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", line)}
            if all(found[k] > n for k, n in least.items()):
                return
        raise AssertionError(f"{name}: {line}, not more than {least}")

    happens("owner_rests", reads=1000)
    happens("owner_exits", lives=10, zombies=0)
    if scheme == "pointer_tag":     # the others end in memory corruption
        return
    happens("owner_switches", switches=100)
    happens("owner_reads", own_reads=1000)


def caught(build, scheme, scenario, most=60):
    """What the first run that was not silent said."""
    for _ in range(most):
        done = build.run(scheme=scheme, run=scenario, readers=3, ms=1000)
        if done.returncode:
            return done.stdout + done.stderr
    raise AssertionError(f"{scheme}, {scenario}: silent in {most} runs of a second")


@pytest.mark.parametrize("scheme, change, report, function", [
    ("rcu", "no-protection", "heap-use-after-free", "lab_utsns_get"),
    ("rcu", "reference-after-unlock", "heap-use-after-free", "lab_utsns_get"),
    ("rcu", "no-grace-period", "heap-use-after-free", "lab_(utsns_get|task_uts_inum|mounts_open)"),
    ("task_lock", "no-protection", "heap-use-after-free", "lab_utsns_get"),
    ("pointer_lock", "read-without-lock", "heap-use-after-free", "lab_utsns_get"),
    ("rcu_work", "plain-work", "heap-use-after-free", "lab_(utsns_get|task_uts_inum|mounts_open)"),
])
def test_named_change_is_caught(scheme, change, report, function):
    build = Native(f"stress-{scheme}-{change}", STRESS_FLAGS, scheme, change)
    said = caught(build, scheme, "owner_switches")
    assert report in said, said
    # The first frames are the atomic's, then ours.
    assert re.search(rf"#[0-3] .* in {function} ", said), said


@pytest.mark.parametrize("scenario, report, function, flaw", [
    ("owner_reads", "misaligned address", r"pointer_tag\.c", "P4"),
    ("owner_forks", "misaligned address", r"nsproxy\.h", "P14"),
    ("owner_switches", "misaligned address|heap-use-after-free", r"pointer_tag\.c|nsproxy\.h", "P5 to P8"),
])
def test_rfc_shows_its_flaw(stress_build, scenario, report, function, flaw):
    said = caught(stress_build, "pointer_tag", scenario)
    assert re.search(report, said), f"{flaw}: {said}"
    assert re.search(function, said), f"{flaw}: {said}"


def test_rfc_is_silent_where_nothing_is_switched(stress_build):
    """Readers alone leave the pointer as it was: the flaws need an owner."""
    done = stress_build.run(scheme="pointer_tag", run="owner_rests", readers=3, ms=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_unknown_scheme_is_named_with_the_known_ones(plain_build):
    done = plain_build.run(scheme="seqlock", run="count")
    assert done.returncode == 2
    assert '"seqlock"' in done.stderr and "task_lock, rcu" in done.stderr


def test_unknown_step_runs_nothing(plain_build):
    done = plain_build.run(scheme="rcu", run="count,owner_sleeps")
    assert done.returncode == 1
    assert "no step is called owner_sleeps" in done.stdout
    assert "ok 1" not in done.stdout


def test_interrupted_run_says_so_and_leaves_cleanly(stress_build):
    import signal
    import subprocess
    child = subprocess.Popen([os.path.join(stress_build.out, "run"), "scheme=rcu",
                              "run=owner_switches,owner_reads", "ms=60000"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while "# scheme" not in child.stdout.readline():
        pass
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=300)
    # It may have come before the first step: what matters is that no second began.
    assert "stopped before the end" in out and "ok 2" not in out
    assert child.returncode == 1 and not err
