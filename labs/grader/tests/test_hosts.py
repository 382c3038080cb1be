# SPDX-License-Identifier: GPL-2.0-only
"""A class on several machines: a broken one costs nobody a point.

The second half has sshd listen on addresses of a network namespace, each for an
ordinary user with a copy of the kit; one of these hosts lacks liburcu's headers.
"""
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import pytest
from grading import GRADER, TOP, labs

from graderlib import hosts

LAB = labs.load("0")
CLASS = os.path.join(GRADER, "class")
RIGHT = labs.reference(LAB)
FULL = sum(t.points for t in LAB.of_part("build"))
USERS = {"lab-ada": 61001, "lab-bob": 61002}
TOOLS = ("sshd", "ssh", "ssh-keygen", "unshare", "nsenter", "ip")


# -- what becomes of a job, without any host ---------------------------------

class Kind(hosts.Host):
    """A host that does to a job what it is told here."""

    def __init__(self, name, does):
        super().__init__(f"2/{name}", TOP)
        self.does, self.had = does, []


@pytest.fixture
def pool(monkeypatch):
    """A pool of such hosts; they grade the reference right unless it says otherwise."""
    said = []

    def job(host, _args, packed, *_):
        host.had.append(packed)
        out = host.does(packed)
        if isinstance(out, str):
            raise hosts.Lost(out)
        return {"points": 7, "stages": [{"name": "build", "state": "passed" if out else "failed",
                                         "said": "it"}], "cpus": 2}, b"page"
    monkeypatch.setattr(hosts, "job", job)

    def make(*several):
        made = hosts.Pool(several, [], lambda stem: stem, "reference", 9, None, said.append)
        made.fit()
        return made
    make.said = said
    return make


def results(pool, number=12):
    return {stem: (where, result, page) for stem, where, result, page in
            pool.grade([f"{n:04}" for n in range(number)])}


def test_a_host_that_fails_the_reference_gets_nothing_else(pool):
    good, bad = Kind("good", lambda _: True), Kind("bad", lambda _: False)
    done = results(pool(good, bad))
    assert {where for where, _, _ in done.values()} == {"good"} and len(done) == 12
    assert set(bad.had) == {"reference"} and "bad is left out: build of the reference: " \
        "failed: it" in pool.said


def test_a_host_that_dies_eats_no_jobs_however_fast_it_is(pool):
    def slow(_):
        time.sleep(0.05)
        return True
    good, dead = Kind("good", slow), Kind("dead", lambda _: True)
    made = pool(good, dead)
    dead.does = lambda _: "Connection refused"
    done = results(made)
    assert all(page == b"page" for _, _, page in done.values()) and len(done) == 12
    assert dead.dropped == "Connection refused" and len(dead.had) < 12


def test_one_submission_that_no_host_can_grade_is_one_row_and_drops_no_host(pool):
    several = [Kind(n, lambda stem: "killed" if stem == "0003" else True) for n in "abcd"]
    done = results(pool(*several))
    assert done["0003"][1:] == ("killed", None) and len(done["0003"][0].split(", ")) == hosts.TRIES
    assert sum(page is not None for _, _, page in done.values()) == 11
    assert not any(h.dropped for h in several)


def test_a_host_that_loses_jobs_now_and_then_stays(pool):
    lost = []

    def now_and_then(stem):
        if stem.endswith("5") and stem not in lost:
            lost.append(stem)
            return "Broken pipe"
        return True
    only = Kind("only", now_and_then)
    done = results(pool(only), 20)
    assert lost and not only.dropped and all(page for _, _, page in done.values())


def test_when_no_host_is_left_each_row_says_why(pool):
    one, two = Kind("one", lambda _: True), Kind("two", lambda _: True)
    made = pool(one, two)
    one.does = two.does = lambda _: "No space left on device"
    done = results(made, 40)
    assert len(done) == 40 and all(page is None and "No space left" in result
                                   for _, result, page in done.values())
    assert any("one: " in result and "two: " in result for _, result, _ in done.values())


def test_hosts_are_named_as_gnu_parallel_has_them_and_may_have_a_kit_of_their_own():
    here, named, other = hosts.parsed(
        ":,4/ada@room01, -p 2222 -i 'a key' bob@room02:/home/bob/kit", TOP)
    assert here.command(["--job"]) == [CLASS, "--job"] and here.name == os.uname().nodename
    assert named.asked == 4 and named.command(["--job"])[-2:] == [
        "ada@room01", f"{TOP}/labs/grader/class --job"]
    assert other.command(["--job"])[-6:] == ["-p", "2222", "-i", "a key", "bob@room02",
                                            "/home/bob/kit/labs/grader/class --job"]


# -- two hosts ---------------------------------------------------------------

def missing():
    if os.geteuid() != 0:
        return "only root can make hosts of their own"
    lacks = [t for t in TOOLS if not shutil.which(t, path="/usr/sbin:/usr/bin:/sbin:/bin")]
    if lacks:
        return f"{', '.join(lacks)} is not on this machine"
    done = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"],
                          capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


SETUP = """
set -e
ip link set lo up
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
mkdir -p /run/sshd
for host in lab-ada lab-bob; do
    unshare --mount sh -c '
        for headers in /usr/include/urcu /usr/include/*/urcu; do
            [ "$2" = lab-ada ] || [ ! -d "$headers" ] || mount -t tmpfs none "$headers"
        done
        exec /usr/sbin/sshd -D -e -f "$1/$2/sshd"' sh "$1" "$host" 2> "$1/$host/log" &
done
for n in 2 3; do
    for i in $(seq 100); do
        ssh-keyscan -p 2222 127.0.0.$n > /dev/null 2>&1 && break
        sleep 0.1
    done
done
echo ready
exec sleep infinity
"""
SSHD = """Port 2222
ListenAddress {address}
HostKey {folder}/hostkey
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
SetEnv TMPDIR={home}/tmp{trust}
"""
SSH = """StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
IdentityFile {folder}/key
Port 2222
"""


def a_host(folder, name, uid, address):
    """What its sshd and its user have."""
    home = folder / name
    (home / "tmp").mkdir(parents=True)
    shutil.copytree(TOP, home / "kit", symlinks=True, ignore=lambda d, names: {
        n for n in names if n in ("build", "Documentation", "output", "__pycache__")
        or n.startswith(".")})
    subprocess.run(["chown", "-R", f"{uid}:{uid}", str(home)], check=True)
    # A user who can't have a jail of her own here is trusted: it is about hosts.
    walls = subprocess.run(["setpriv", "--reuid", str(uid), "--regid", str(uid),
                            "--clear-groups", "unshare", "--user", "true"],
                           capture_output=True, check=False)
    (home / "sshd").write_text(SSHD.format(
        address=address, folder=folder, home=home,
        trust="" if walls.returncode == 0 else " LAB_TRUST=1"))


@pytest.fixture(scope="module")
def room():
    """Two hosts; what it returns runs a command among them."""
    why = missing()
    if why:
        pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="lab-room-") as place:     # pytest's are its own
        os.chmod(place, 0o755)
        yield from a_room(pathlib.Path(place))


def a_room(folder):
    for key in ("key", "hostkey"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key],
                       check=True)
    (folder / "ssh").write_text(SSH.format(folder=folder))
    for file in ("passwd", "shadow"):
        with open(f"/etc/{file}", encoding="utf-8") as f:
            lines = f.read()
        for name, uid in USERS.items():
            lines += f"{name}:x:{uid}:{uid}::{folder}/{name}:/bin/sh\n" if file == "passwd" \
                else f"{name}:*:19000:0:99999:7:::\n"
        (folder / file).write_text(lines)
    for n, (name, uid) in enumerate(USERS.items(), 2):
        a_host(folder, name, uid, f"127.0.0.{n}")
    outer = subprocess.Popen(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
         "sh", "-c", SETUP, "sh", str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert outer.stdout.readline() == "ready\n"
        with open(f"/proc/{outer.pid}/task/{outer.pid}/children", encoding="ascii") as f:
            inner = f.read().split()[0]
        yield Room(folder, inner)
    finally:
        outer.kill()
        outer.wait()


class Room:
    def __init__(self, folder, pid):
        self.folder, self.pid = folder, pid

    def login(self, name, n):
        return f"-F {self.folder}/ssh {name}@127.0.0.{n}:{self.folder}/{name}/kit"

    def begin(self, command, **more):
        return subprocess.Popen(
            ["nsenter", "-t", self.pid, "--net", "--mount", "--pid", "--root", *command], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)

    def grade(self, folder, logins, *more):
        return self.begin([CLASS, "--dir", str(folder), "--lab", "0", "--stages",
                           "check,build,explore", "--sshlogin", ",".join(logins), *more],
                          preexec_fn=heed)

    @property
    def good(self):
        return self.login("lab-ada", 2)

    @property
    def broken(self):
        return self.login("lab-bob", 3)

    def left(self):
        return [str(p) for name in USERS for p in (self.folder / name / "tmp").iterdir()]


def heed():
    """Whoever runs the tests in the background has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def a_class(folder, number):
    for n in range(number):
        os.makedirs(folder / f"s{n}")
        (folder / f"s{n}" / LAB.source_name).write_text(f"{RIGHT}\n/* {n} */\n")
    return folder


def rows(folder):
    with open(f"{folder}-grades/grades.csv", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def test_host_without_headers_and_dead_host_cost_nobody_a_point(room, tmp_path):
    folder = a_class(tmp_path / "class", 4)
    child = room.grade(folder, [room.broken, f"-F {room.folder}/ssh lab-ada@127.0.0.9",
                                room.good])
    said = child.communicate(timeout=600)[0]
    assert child.returncode == 0, said
    assert "lab-bob@127.0.0.3 is left out: " in said and "urcu" in said, said
    assert "lab-ada@127.0.0.9 is left out: " in said and "refused" in said, said
    assert [(r["points"], r["host"]) for r in rows(folder)] == \
        [(str(FULL), "lab-ada@127.0.0.2")] * 4
    assert said.count("(lab-ada@127.0.0.2)") == 4 and "4/4" in said
    suites = ElementTree.parse(f"{folder}-grades/junit.xml").getroot()
    assert {s.get("hostname") for s in suites} == {"lab-ada@127.0.0.2"}
    with open(f"{folder}-grades/index.html", encoding="utf-8") as f:
        assert "lab-bob@127.0.0.3 graded none" in f.read()
    assert not room.left()


def test_class_on_a_broken_host_alone_is_not_graded_and_nothing_of_it_is_kept(room, tmp_path):
    folder = a_class(tmp_path / "class", 2)
    child = room.grade(folder, [room.broken])
    said = child.communicate(timeout=600)[0]
    assert child.returncode == 3 and "no machine can grade" in said, said
    child = room.grade(folder, [room.good])
    said = child.communicate(timeout=600)[0]
    assert child.returncode == 0 and "known already" not in said, said
    assert [r["points"] for r in rows(folder)] == [str(FULL)] * 2


def test_host_with_another_kit_is_left_out_by_name(room, tmp_path):
    folder = a_class(tmp_path / "class", 1)
    for changed in ("labs/grader/class", "labs/grader/grade", "labs/vm/guest/init"):
        path = room.folder / "lab-bob" / "kit" / changed
        before = path.read_bytes()
        path.write_bytes(before + b"\n# another\n")
        try:
            child = room.grade(folder, [room.broken])
            said = child.communicate(timeout=600)[0]
        finally:
            path.write_bytes(before)
        assert child.returncode == 3 and "lab-bob@127.0.0.3 is left out: the kit on" in said \
            and "same commit" in said, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_nothing_of_a_submission_stays_on_a_host(room, tmp_path, number):
    folder = a_class(tmp_path / "class", 30)
    child = room.grade(folder, [room.good], "--jobs", "1")
    for line in child.stdout:
        if "1/30" in line:
            break
    while not room.left():      # the next one is on its way
        assert child.poll() is None
        time.sleep(0.01)
    os.kill(children(child.pid)[0], number)
    child.communicate(timeout=120)
    deadline = time.monotonic() + 60
    while room.left() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not room.left()


def children(pid):
    """nsenter forks for another pid namespace: the command is its child."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(p) for p in f.read().split()] or [pid]


def test_job_gives_its_result_on_its_output_and_ends_with_its_input(tmp_path):
    """What hosts.py relies on, without ssh."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    host, = hosts.parsed("", TOP)
    (tmp_path / "lab-class-of-one-that-was-killed").mkdir()
    (tmp_path / "lab-class-of-one-that-was-killed" / ".lock").touch()
    child = subprocess.Popen(host.command(["--job", "--lab", "0", "--stages", "check",
                                           "--kit", "?"]), env=env, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert "same commit" in json.loads(child.communicate()[0])["trouble"]
    code = ("import runpy, sys; kit = runpy.run_path(sys.argv[1])['kit']; "
            "print(kit(sys.modules['graderlib.labs'].load('0')))")
    kit = subprocess.run([sys.executable, "-c", code, CLASS], capture_output=True, text=True,
                         check=True).stdout.strip()
    child = subprocess.Popen(host.command(["--job", "--lab", "0", "--stages",
                                           "check,build,explore", "--kit", kit]), env=env,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(LAB.reference_path, LAB.source_name)
    data = packed.getvalue()
    child.stdin.write(json.dumps({"whose": "ada", "size": len(data)}).encode() + b"\n" + data)
    child.stdin.flush()
    while not list(tmp_path.glob("lab-class-*/in/*")):
        assert child.poll() is None
        time.sleep(0.01)
    child.stdin.close()
    assert child.stdout.read() == b"" and child.wait(60)
    assert not list(tmp_path.iterdir())
