# SPDX-License-Identifier: GPL-2.0-only
"""Bad input, and code that breaks out: a clear message each, never a hang,
and never "clean"."""
import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import time

import pytest
from conftest import TOP, run
from explorer import EXPLORE, PLANTED, Seen, front_end

BAD = os.path.join(PLANTED, "bad")


@pytest.mark.parametrize("name, kind, words", [
    ("endless_steps", "endless", "no end"),
    ("endless_accesses", "endless", "a loop that never ends"),
    ("endless_loop", "endless", "a loop that never ends"),
    ("endless_memory", "endless-memory", "without bound"),
    ("stack", "stack-overflow", "recursion"),
    ("stack_uninstrumented", "stack-overflow", "recursion"),
    ("smash", "stack-overflow", "ran past a variable"),
    ("wild", "fault", "did not instrument"),
    ("redzone", "fault", "overwritten"),
    ("engine", "fault", "brought the explorer down"),
    ("dice", "fault", "something else when it is run again"),
    ("dice_later", "fault", "something else when it is run again"),
])
def test_code_that_runs_away_is_a_failure_and_never_clean(tmp_path, name, kind,
                                                          words):
    seen = Seen(tmp_path, "--source", os.path.join(BAD, name + ".c"),
                "--time-limit", 10)
    assert (seen.status, seen.kind) == (1, kind), seen
    assert words in seen.doc["failures"][0]["text"]


@pytest.mark.parametrize("name, words", [
    ("syntax", "does not compile"),
    ("unmodelled", "does not model: free(), malloc()"),
])
def test_source_that_cannot_be_built_is_refused_with_the_reason(tmp_path, name,
                                                                words):
    seen = Seen(tmp_path, "--source", os.path.join(BAD, name + ".c"))
    assert seen.status == 2 and words in seen.err and not seen.doc


@pytest.mark.parametrize("args, words", [
    (["--scheme", "rcu", "--scenario", "nothing"], "there is no scenario"),
    (["--scheme", "nothing"], "nothing.c"),
    (["--scheme", "rcu", "--break", "nothing"], "it has: no-protection"),
    (["--scheme", "rcu", "--cc", "nothing"], "no compiler called nothing"),
    (["--source", "/nowhere.c"], "/nowhere.c: No such file"),
    (["--scheme", "rcu", "--want", "nothing"], "no kind of failure"),
    ([], "say SCHEME="),
    (["--experiments", "/nowhere.toml"], "/nowhere.toml"),
])
def test_what_is_not_there_is_said_and_what_there_is(tmp_path, args, words):
    done = run(EXPLORE, *args)
    assert done.returncode == 2 and words in done.stderr, done


@pytest.mark.parametrize("actors, words", [
    ('{ "h", act, "nobody" }', "“h” interrupts “nobody”, which is no actor"),
    ('{ "h", act, "h" }', "“h” interrupts “h”, which is itself"),
    ('{ "h", act, "one" }, { "top", act, "h" }', "a hard interrupt, which nothing interrupts"),
    ('{ "s", act, "one", true }, { "top", act, "s", true }', "a softirq, which only a hard"),
])
def test_interrupts_that_are_not_modelled_are_refused(tmp_path, actors, words):
    path = tmp_path / "interrupts.c"
    path.write_text('#include "plant.h"\nstatic void act(void) { }\n'
                    'SCENARIO(NULL, NULL, { "one", act }, ' + actors + ");\n")
    seen = Seen(tmp_path, "--source", path)
    assert seen.status == 2 and words in seen.err and not seen.doc, seen


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("failing")
    path = tmp / "schedule.json"
    done = run(EXPLORE, "--scheme", "rcu", "--scenario", "one_reader",
               "--break", "no-grace-period", "--cc", "gcc", "--json", path,
               "--dot", tmp / "schedule.dot")
    assert done.returncode == 1, done
    return tmp, json.loads(path.read_text()), done.stdout


def test_replay_shows_the_same_failure_at_the_same_step(failing):
    tmp, doc, out = failing
    done = run(EXPLORE, "--replay", tmp / "schedule.json",
               "--json", tmp / "again.json")
    assert done.returncode == 1, done
    again = json.loads((tmp / "again.json").read_text())
    for key in ("kind", "schedule", "steps", "failures", "processes"):
        assert again[key] == doc[key]
    assert done.stdout.splitlines()[:12] == out.splitlines()[:12]


def test_debugger_stops_at_the_failing_step(failing):
    tmp, _, _ = failing
    done = run("sh", "-c", f"{EXPLORE} --replay {tmp}/schedule.json --gdb "
               "< /dev/null")
    assert "Breakpoint 1, lab_explorer_failed_here" in done.stdout, done


@pytest.mark.parametrize("change, words", [
    ({"version": 99}, "format version 99"),
    ({"format": "something"}, "is not a schedule"),
    ({"sources": "0" * 64}, "other sources"),
    ({"schedule": []}, "holds no schedule"),
])
def test_replay_of_another_version_is_refused(failing, change, words):
    tmp, doc, _ = failing
    path = tmp / "other.json"
    path.write_text(json.dumps({**doc, **change}))
    done = run(EXPLORE, "--replay", path)
    assert done.returncode == 2 and words in done.stderr, done


def test_replay_of_no_json_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("nothing {")
    done = run(EXPLORE, "--replay", path)
    assert done.returncode == 2 and str(path) in done.stderr


def test_replay_that_goes_another_way_says_so(failing):
    tmp, doc, _ = failing
    path = tmp / "diverges.json"
    path.write_text(json.dumps({**doc, "schedule": [3] + doc["schedule"]}))
    done = run(EXPLORE, "--replay", path)
    assert done.returncode == 4 and "could not" in done.stderr, done


def test_schedule_names_labels_for_those_who_force_it_elsewhere(failing):
    _, doc, _ = failing
    labels = [s["label"] for s in doc["steps"] if s["what"] == "label"
              and s["process"]]
    assert "read_pointer" in labels and "switch_replaced" in labels
    first = doc["rendezvous"][0]
    assert first["hold"] == "reader" and first["at"] == "read_pointer"
    assert first["run"] == "self"


def test_picture_is_one_that_graphviz_draws(failing):
    tmp, _, _ = failing
    done = run("dot", "-Tsvg", tmp / "schedule.dot")
    assert done.returncode == 0 and "read_pointer" in done.stdout, done


LONG = ["--scheme", "rcu", "--scenario", "four_readers", "--reduction", "none"]


def test_time_limit_ends_a_search_and_says_that_it_was_cut(tmp_path):
    seen = Seen(tmp_path, *LONG, "--time-limit", 0.5)
    assert seen.status == 3 and seen.verdict == "cut"
    assert "NOT every interleaving" in seen.out and "time limit" in seen.out


# -- somebody's own scheme ---------------------------------------------------

def own(tmp_path, name):
    """rcu.c with one function more, which nobody calls."""
    with open(os.path.join(TOP, "code", "nsproxy", "rcu.c")) as f:
        text = f.read()
    path = tmp_path / name
    path.write_text(text + "\nvoid lab_mine(void);\nvoid lab_mine(void)\n{\n}\n")
    return path


@pytest.mark.parametrize("name", ("rcu.c", "mine.c"))
def test_a_break_is_made_in_the_file_that_is_given_and_so_is_the_replay(tmp_path, name):
    path = own(tmp_path, name)
    seen = Seen(tmp_path, "--scheme", "rcu", "--scheme-file", path,
                "--scenario", "one_reader", "--break", "no-grace-period")
    assert seen.kind == "use-after-free"
    assert {s["at"]["file"] for s in seen.doc["steps"]} & {str(path)}
    (tmp_path / "seen.json").write_text(json.dumps(seen.doc))
    again = run(EXPLORE, "--replay", tmp_path / "seen.json")
    assert again.returncode == 1, again.stderr
    # What the break is made in has gone: not in the kit's own.
    path.write_text(path.read_text().replace("synchronize_rcu();", ""))
    seen = Seen(tmp_path, "--scheme", "rcu", "--scheme-file", path,
                "--scenario", "one_reader", "--break", "no-grace-period")
    assert seen.status == 2 and str(path) in seen.err


def test_a_header_beside_the_source_that_changed_is_built_again(tmp_path):
    (tmp_path / "mine.h").write_text("#define WRONG 0\n")
    (tmp_path / "own.c").write_text(
        '#include "plant.h"\n#include "mine.h"\n'
        'static void one(void)\n{\n\tWARN_ON(WRONG);\n}\n'
        'SCENARIO(NULL, NULL, { "one", one });\n')
    assert Seen(tmp_path, "--source", tmp_path / "own.c").status == 0
    (tmp_path / "mine.h").write_text("#define WRONG 1\n")
    assert Seen(tmp_path, "--source", tmp_path / "own.c").kind == "warning"


def test_a_machine_that_was_stopped_does_not_look_like_an_explorer_that_hangs(monkeypatch):
    looks = []

    def clock():
        looks.append(0)
        return time.monotonic() + (1000 if len(looks) > 1 else 0)
    with subprocess.Popen(["sleep", "0.2"]) as child:
        monkeypatch.setattr(subprocess, "_time", clock)
        assert front_end().ended(child, 30) == 0 and looks


def test_an_explorer_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(front_end(), "IDLE", 2)
    with subprocess.Popen(["sleep", "600"]) as child:
        assert front_end().ended(child, 1) is None and child.returncode
    with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as child:
        assert front_end().ended(child, 1) is None and child.returncode


SLOW = """#include "plant.h"
static int x;
static char much[4096];
static void one(void)
{
	for (int i = 0; i < 8; i++)
		WRITE_ONCE(x, i);
	for (int i = 0; i < 60; i++)
		memset(much, 1, sizeof(much));
}
static void two(void)
{
	for (int i = 0; i < 8; i++)
		WRITE_ONCE(x, i);
}
SCENARIO(NULL, NULL, { "one", one }, { "two", two });
"""


def test_time_limit_is_looked_at_before_a_thousand_slow_executions(tmp_path):
    (tmp_path / "slow.c").write_text(SLOW)
    seen = Seen(tmp_path, "--source", tmp_path / "slow.c", "--time-limit", 0.05)
    assert seen.doc["bounded_by"] == "the time limit"
    assert 0 < seen.doc["counts"]["executions"] < 1000


def test_interrupt_ends_a_search_and_says_what_was_covered(tmp_path):
    job = subprocess.Popen([EXPLORE, *LONG, "--progress"], cwd=TOP, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(2.5)
    job.send_signal(signal.SIGINT)
    out, err = job.communicate(timeout=300)
    assert job.returncode == 3, (out, err)
    assert "an interrupt" in out and "executions, up to" in out
    assert "executions" in err and "a second" in err and "steps deep" in err


def test_bound_on_preemptions_is_part_of_the_verdict(tmp_path):
    seen = Seen(tmp_path, "--scheme", "rcu", "--bound", 1)
    assert seen.verdict == "clean-within-bound"
    assert "at most 1 preemption of" in seen.out


@pytest.mark.parametrize("folder", ("runtime/native", "runtime/common", "module",
                                    "bench"))
def test_nothing_of_the_explorer_is_in_what_must_be_fast(folder):
    for where, _, names in os.walk(os.path.join(TOP, "code", folder)):
        for name in names:
            # Scenarios, and what plays them in a debug kernel, are never measured.
            if name == "lab_scenario.h" or where.endswith("/debug"):
                continue
            with open(os.path.join(where, name), errors="replace") as f:
                assert not re.search(r"lab_x_|__tsan_", f.read()), name


def on_a_terminal(command, **env):
    """What a command says on a terminal of its own."""
    try:
        pid, fd = pty.fork()
    except OSError as e:
        pytest.skip(f"no terminal can be made here (/dev/pts): {e}")
    if pid == 0:
        os.execve(command[0], command, {**os.environ, **env})
    said = b""
    with contextlib.suppress(OSError):      # EIO: the other side is closed
        while data := os.read(fd, 4096):
            said += data
    os.close(fd)
    os.waitpid(pid, 0)
    return said.decode("utf-8", "replace")


@pytest.mark.parametrize("env, coloured", [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False),
                                           ({"TERM": "xterm", "NO_COLOR": "1"}, False)])
def test_colour_is_for_terminals_and_for_who_wants_it(env, coloured, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    broken = [EXPLORE, "--scheme", "rcu", "--break", "no-grace-period"]
    said = on_a_terminal(broken, **env)
    assert "use-after-free" in said and ("\x1b[1;31muse-after-free\x1b[0m" in said) == coloured
    said = on_a_terminal([EXPLORE, "--scheme", "rcu"], **env)
    assert "clean" in said and ("\x1b[32mclean\x1b[0m" in said) == coloured
    assert "\x1b" not in run(*broken, env={**os.environ, **env}).stdout
    said = on_a_terminal([os.path.join(TOP, "labs", "doctor")], **env)
    assert "terminal" in said and ("\x1b[" in said) == coloured


def test_a_full_disk_is_said_and_nothing_half_written_is_left(tmp_path):
    """A tmpfs of its own, in a mount namespace of its own: it is gone with the shell."""
    script = f"""mount -t tmpfs -o size=6m none {tmp_path} 2> {os.devnull} || exit 77
        dd if=/dev/zero of={tmp_path}/fill bs=1k 2> {os.devnull}
        {EXPLORE} --scheme rcu --break no-grace-period --json {tmp_path}/x.json; echo "status $?"
        LAB_BUILD={tmp_path}/build {EXPLORE} --scheme rcu; echo "status $?"
        rm {tmp_path}/fill; find {tmp_path} -type f"""
    done = run("unshare", "--mount", "sh", "-c", script)
    if done.returncode in (1, 77) and "status" not in done.stdout:
        pytest.skip("nothing can be mounted here")
    lines = done.stdout.splitlines()
    assert lines.count("status 2") == 2 and lines[-1] == "status 2", done   # and no file
    said = done.stderr.splitlines()
    assert len(said) == 2 and all("space left on" in s and "free some" in s for s in said), done
