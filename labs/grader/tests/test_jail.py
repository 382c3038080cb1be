# SPDX-License-Identifier: GPL-2.0-only
"""The jail: what a command in it can't see, can't change and can't outlive."""
import os
import socket
import subprocess
import tempfile
import time

import pytest
from grading import TOP

from graderlib import jail
from vmlib import patience

MIB = 1 << 20


def sh(script, **options):
    return jail.run(["/bin/sh", "-c", script], **{"processes": 20, **options})


def running(text):
    """Processes with this text in their command line, but for pgrep itself."""
    return subprocess.run(["pgrep", "-fc", text], capture_output=True,
                          text=True, check=False).stdout.strip()


def test_command_ends_with_its_own_status_and_output():
    done = sh("cat given; echo err >&2; exit 3", files={"given": b"out\n"})
    assert (done.status, done.out, done.err, done.killed_for) == (3, b"out\n", b"err\n", None)


@pytest.mark.parametrize("busy", (True, False))
def test_time_is_not_over_for_who_was_kept_waiting_for_a_core(monkeypatch, busy):
    monkeypatch.setattr(jail, "kept_waiting", lambda pids, seconds: busy)
    done = sh("sleep 2; echo done", seconds=1)
    assert (done.out, done.killed_for) == ((b"done\n", None) if busy else (b"", "time"))


def test_who_sleeps_or_has_had_its_time_is_not_kept_waiting():
    with subprocess.Popen(["sleep", "60"]) as sleeps, \
            subprocess.Popen(["sh", "-c", "while :; do :; done"]) as runs:
        end = time.monotonic() + 60
        while jail.kept_waiting([runs.pid], 0.2) and time.monotonic() < end:
            time.sleep(0.05)
        assert not jail.kept_waiting([runs.pid], 0.2)
        assert any(jail.kept_waiting([runs.pid], 1000) or time.sleep(0.01)
                   for _ in range(1000))
        assert not jail.kept_waiting([sleeps.pid], 1000)
        sleeps.kill()
        runs.kill()


def test_file_that_is_asked_for_comes_back():
    done = sh("echo said; printf 'a\\0b' > made", fetch="made")
    assert done.well and done.out == b"a\0b" and b"said" in done.err


def test_kit_home_and_host_are_not_there():
    done = sh(f"ls {TOP} /work /home /root /var /etc/passwd /etc/shadow 2>&1; ls /")
    assert done.out.count(b"No such file") == 7
    assert set(done.out.split(b"\n")[-2 - 8:]) & {b"root", b"home", b"work"} == set()


def test_nothing_of_the_host_can_be_written(tmp_path):
    os.chmod(tmp_path, 0o755)   # the jail has a user of its own
    (tmp_path / "seen").write_text("before")
    done = sh(f"echo x > {tmp_path}/seen; echo x > /usr/x; echo x > /etc/x; echo x > /x; "
              f"cat {tmp_path}/seen", ro=[str(tmp_path)])
    assert done.out == b"before" and done.err.count(b"\n") >= 4
    assert (tmp_path / "seen").read_text() == "before" and not os.path.exists("/usr/x")


def test_it_is_nobody_with_no_powers():
    done = sh("id -u; id -g; grep -E 'Cap(Eff|Prm|Bnd)|NoNewPrivs' /proc/self/status", proc=True)
    uid, gid, *status = done.out.decode().split("\n")
    assert int(uid) > 1000 and int(gid) > 1000
    for line in filter(None, status):
        name, value = line.split(":")
        assert int(value, 16) == (name == "NoNewPrivs") or "Bnd" in name


def test_network_is_not_there():
    server = socket.create_server(("127.0.0.1", 0))
    done = jail.run(["/usr/bin/python3", "-c", "import socket; socket.create_connection("
                     f"('127.0.0.1', {server.getsockname()[1]}), 2)"])
    assert done.status and b"refused" in done.err or b"unreachable" in done.err


def test_processes_of_the_host_are_not_there():
    done = sh("ls /proc; kill -0 1 || true", proc=True)
    pids = [int(n) for n in done.out.split() if n.isdigit()]
    assert len(pids) < 10 and max(pids) < 100


def test_environment_is_not_inherited(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "token")
    assert b"token" not in sh("env").out


def test_time_is_up_for_all_that_it_started():
    done = sh("(setsid sleep 86413 &) ; sleep 86413", seconds=1)
    assert done.killed_for == "time" and done.seconds < 10
    assert running("sleep 86413") == "0"


def test_a_machine_that_was_stopped_costs_nobody_the_time(monkeypatch):
    """All clocks of this machine go on by a minute, once; it was suspended."""
    began = time.monotonic()

    def after_the_lid_was_closed():
        now = time.monotonic()
        return now + 60 * (now > began + 1)
    monkeypatch.setattr(jail, "Patience", lambda s: patience.Patience(s, after_the_lid_was_closed))
    done = sh("sleep 2; echo done", seconds=10)
    assert done.out == b"done\n" and 2 <= done.seconds < 10


def test_what_it_leaves_in_the_background_ends_with_it():
    done = sh("(setsid sleep 86414 > /dev/null 2>&1 &); echo done", seconds=20)
    assert done.out == b"done\n" and done.seconds < 10
    assert running("sleep 86414") == "0"


def test_output_without_end_is_cut_and_fills_nothing():
    done = sh("yes", seconds=30, output=MIB)
    assert done.killed_for == "output" and len(done.out) == MIB
    done = sh("yes >&2", seconds=30, output=MIB)
    assert done.killed_for == "output" and len(done.err) == MIB


def test_output_up_to_a_large_cap_costs_the_grader_little():
    began = time.process_time()
    done = sh("yes", seconds=60, output=32 * MIB)
    assert done.killed_for == "output" and len(done.out) == 32 * MIB
    assert time.process_time() - began < 2      # it adds up, not piece by piece to the whole


def test_fork_bomb_ends_by_itself():
    done = jail.run(["/usr/bin/python3", "-c", "import os\nwhile True: os.fork()"],
                    processes=20, seconds=5)
    assert done.status or done.killed_for
    assert b"temporarily unavailable" in done.err or done.killed_for


def test_process_that_may_have_no_children_has_none():
    done = jail.run(["/usr/bin/python3", "-c", "import os; os.fork()"], processes=1)
    assert b"temporarily unavailable" in done.err


def test_memory_is_limited_for_one_process_and_for_all():
    ask = ["/usr/bin/python3", "-c", "x = bytearray(1 << 30); import time; time.sleep(20)"]
    assert b"MemoryError" in jail.run(ask, memory=256 * MIB).err
    assert jail.run(ask, rss=128 * MIB, seconds=15).killed_for == "memory"


def test_its_disk_is_small():
    done = sh("head -c 100000000 /dev/zero > a || head -c 100000000 /dev/zero > b; df -k . ",
              tmp=8 * MIB)
    assert b"8192" in done.out or done.status


UNMAPPED = ["/usr/bin/python3", "-c", """
import ctypes, os, time
def one(n):
    fd = os.memfd_create(str(n))
    for _ in range(32):
        os.write(fd, bytes(1 << 20))
    return fd
held = [one(n) for n in range(20)]
time.sleep(20)
"""]


def test_memory_that_nobody_has_mapped_is_not_to_be_had():
    done = jail.run(UNMAPPED, rss=256 * MIB, seconds=15)
    assert b"Function not implemented" in done.err and not done.killed_for
    for call in ("shmget(0, 1 << 20, 0o1600)", "msgget(0, 0o1600)",
                 "socketpair(1, 1, 0, (ctypes.c_int * 2)())"):
        said = jail.run(["/usr/bin/python3", "-c", "import ctypes, os; c = ctypes.CDLL(None, "
                         f"use_errno=True); print(c.{call}, os.strerror(ctypes.get_errno()))"])
        assert said.out == b"-1 Function not implemented\n", said.out + said.err
    filled = sh("head -c 60000000 /dev/zero > /dev/shm/a; ls -s --block-size=1 /dev/shm/a; "
                "echo x > /dev/x", tmp=8 * MIB)
    assert int(filled.out.split()[0]) <= 8 * MIB and b"/dev/x" in filled.err


@pytest.fixture(params=["1", "container"])
def without_walls(request, monkeypatch):
    jail.mode.cache_clear()
    monkeypatch.setenv(jail.TRUST, request.param)
    yield
    jail.mode.cache_clear()


@pytest.mark.parametrize("end, seconds", [("echo done", 20), ("sleep 86418", 1)],
                         ids=["ends", "is ended"])
def test_what_leaves_its_session_ends_with_its_run_without_walls(without_walls, end, seconds):
    done = sh(f"setsid sh -c '(setsid sleep 86417 &); sleep 86417' > /dev/null 2>&1 & {end}",
              seconds=seconds)
    assert done.killed_for == (None if seconds == 20 else "time") and done.seconds < 15
    assert running("sleep 86417") == running("sleep 86418") == "0"


def test_memory_that_nobody_has_mapped_counts_without_walls(without_walls):
    assert jail.run(UNMAPPED, rss=256 * MIB, seconds=60).killed_for == "memory"


def test_folders_without_end_are_taken_away_without_walls(without_walls, tmp_path, monkeypatch):
    monkeypatch.setattr(jail.tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if os.access(folder, os.W_OK) and folder.name.startswith("pytest"):
            folder.chmod(0o755)
    done = jail.run(["/usr/bin/python3", "-c", "import os\nfor _ in range(1500):\n"
                     "    os.mkdir('d')\n    os.chdir('d')"], tmp=MIB)
    assert done.well and not os.listdir(tmp_path), done.err


def test_interrupt_ends_it_too(tmp_path):
    script = ("import sys; sys.path.insert(0, sys.argv[1])\n"
              "from graderlib import jail\n"
              "jail.run(['/bin/sleep', '86415'], seconds=60)")
    child = subprocess.Popen(["/usr/bin/python3", "-c", script, os.path.join(
        TOP, "labs", "grader")], cwd=tmp_path)
    while running("^/bin/sleep 86415") == "0":
        assert child.poll() is None
        time.sleep(0.05)
    child.kill()
    child.wait()
    for _ in range(100):
        if running("^/bin/sleep 86415") == "0":
            break
        time.sleep(0.05)
    assert running("^/bin/sleep 86415") == "0"


def test_machine_without_a_jail_says_what_to_do(monkeypatch):
    jail.mode.cache_clear()
    monkeypatch.setattr(jail.shutil, "which", lambda name: None)
    with pytest.raises(jail.NoJail, match="apt-get install bubblewrap.*LAB_TRUST=1"):
        jail.run(["/bin/true"])
    monkeypatch.undo()
    jail.mode.cache_clear()
    assert jail.run(["/bin/true"]).well


def test_headers_that_the_jails_user_can_not_read_are_named(monkeypatch, tmp_path):
    (tmp_path / "code").mkdir(mode=0o755)
    header = tmp_path / "code" / "lab.h"
    header.write_text("")
    header.chmod(0o600)
    monkeypatch.setattr(jail, "TOP", str(tmp_path))
    jail.readable("user")       # that is who runs it
    with pytest.raises(jail.NoJail, match=f"can't read {header}: chmod -R go.rX"):
        jail.readable("root")
    header.chmod(0o644)
    jail.readable("root")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to drop")
def test_a_container_that_is_the_jail_runs_it_as_nobody(monkeypatch):
    jail.mode.cache_clear()
    monkeypatch.setenv(jail.TRUST, jail.CONTAINER)
    try:
        done = sh("id -u; cat given; echo made > made; cat /etc/shadow", files={"given": b"it\n"})
        uid, given, *more = done.out.decode().splitlines()
        assert int(uid) > 1000 and given == "it" and not more and b"denied" in done.err
    finally:
        jail.mode.cache_clear()


def test_trusted_work_runs_without_walls_but_with_limits(monkeypatch):
    jail.mode.cache_clear()
    monkeypatch.setenv(jail.TRUST, "1")
    try:
        done = sh("cat given; sleep 20", files={"given": b"mine"}, seconds=1)
        assert done.out == b"mine" and done.killed_for == "time"
    finally:
        jail.mode.cache_clear()


def test_what_it_is_given_from_tmp_is_not_in_its_way():
    """A kit may lie in /tmp, below a folder of a name that a command uses."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        with open(os.path.join(folder, "given"), "w", encoding="utf-8") as f:
            f.write("seen")
        name = os.path.basename(folder)
        done = jail.run(["/bin/sh", "-c", f"mkdir {name} && cat {folder}/given mine > {name}/out"],
                        files={"mine": b", and this"}, ro=[folder], processes=4,
                        fetch=f"{name}/out")
        assert done.well and done.out == b"seen, and this", done.err
