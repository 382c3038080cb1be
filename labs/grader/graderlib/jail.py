# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command where it can harm nobody.

The command sees the system's /usr, what it is given, and an empty /tmp that
is gone afterwards. No network, no process but its own, nobody's privileges,
nothing of the host that it could write. What it prints is read up to a cap.
Its end is the end of all that it started: they live in a namespace of their
own, and its first process is killed.
"""
import contextlib
import functools
import json
import os
import random
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(TOP, "labs", "vm"))
from vmlib.patience import STEP, Patience  # noqa: E402 (the path has to be set first)

TRUST = "LAB_TRUST"     # 1: with the rights of who runs it; CONTAINER: there are walls already
CONTAINER = "container"
REAPER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reaper.py")
PATH = "/usr/bin:/bin:/usr/sbin:/sbin"
SYSTEM = ["/bin", "/sbin", "/lib", "/lib32", "/libx32", "/lib64",
          "/etc/alternatives", "/etc/ld.so.cache"]
MIB = 1 << 20
PATIENCE_S = 10     # for what was killed to be gone
EXTENDED = 20   # times that who is kept waiting for a core is given its time again
CPU_S = 600     # seconds: more than a machine that was stopped puts on a clock at once


class NoJail(Exception):
    """Nothing foreign can be run here; the message says what to do."""


class Done:
    """How a command ended. killed_for: None, "time", "output" or "memory"."""

    def __init__(self, status, out, err, killed_for, seconds):
        self.status, self.out, self.err = status, out, err
        self.killed_for, self.seconds = killed_for, seconds

    @property
    def well(self):
        return self.status == 0 and not self.killed_for


def nobody():
    """A user id that nobody has: the limit on processes counts for this run."""
    return 2_000_000_000 + random.SystemRandom().randrange(100_000_000)


def namespaces(mode):
    """bwrap's options that make the walls, and what drops privileges within."""
    walls = ["--unshare-ipc", "--unshare-pid", "--unshare-net",
             "--unshare-uts", "--unshare-cgroup-try"]
    if mode == "user":
        return [*walls, "--unshare-user", "--uid", "65534", "--gid", "65534",
                "--cap-drop", "ALL"], []
    # Root's own powers build the walls.
    return walls, dropped(str(nobody()))


def dropped(uid):
    """What root's command is run by, to be a user that nobody is."""
    return ["/usr/bin/setpriv", "--reuid", uid, "--regid", uid,
            "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
            "--no-new-privs", "--"]


# In a chroot that is no mount point bwrap can't leave the old root: it gets
# one that is. It is mounted below /proc, which can be cut off from the host:
# what is mounted elsewhere in here might show up there, and stay.
ROOTED = ("mount --make-private /proc && mount -t tmpfs none /proc && "
          "mkdir /proc/root && mount --rbind / /proc/root && "
          "mount -t proc proc /proc/root/proc && exec chroot /proc/root \"$@\"")


def shell_of(mode):
    """What comes before bwrap."""
    if mode != "chroot":
        return []
    return ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
            ROOTED, "sh"]


def system(proc):
    args = ["--perms", "0755", "--dir", "/etc", "--ro-bind", "/usr", "/usr"]
    for path in SYSTEM:
        if os.path.islink(path):
            args += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            args += ["--ro-bind", path, path]
    args += ["--dev", "/dev"]
    if proc:
        args += ["--proc", "/proc"]
    return args


# System calls that give memory which is nowhere to be seen: memfd_create, memfd_secret,
# shmget, msgget and socketpair. By machine: (its AUDIT_ARCH, their numbers).
CALLS = {"x86_64": (0xc000003e, (319, 447, 29, 68, 53)),
         "aarch64": (0xc00000b7, (279, 447, 194, 186, 199))}
X32 = 0x40000000            # on x86-64: the same calls by other numbers
ALLOW, NO_SUCH_CALL, ENOSYS = 0x7fff0000, 0x00050000, 38


def without_calls():
    """A seccomp filter: these calls are not there. Empty for other machines."""
    arch, numbers = CALLS.get(os.uname().machine, (0, ()))
    if not arch:
        return b""
    # (what, to where if so, to where if not, a number): classic BPF.
    rules = [(0x15, 0, len(numbers) + 3, arch), (0x20, 0, 0, 0)]
    rules += [(0x15, len(numbers) + 1 - n, 0, number) for n, number in enumerate(numbers)]
    rules += [(0x35, 1, 0, X32), (0x06, 0, 0, ALLOW), (0x06, 0, 0, NO_SUCH_CALL | ENOSYS)]
    return b"".join(struct.pack("<HBBI", *rule) for rule in [(0x20, 0, 0, 4), *rules])


def above(path):
    """The folders above `path`, for all to walk through."""
    out = []
    while (path := os.path.dirname(path)) != "/":
        out = ["--perms", "0755", "--dir", path, *out]
    return out


def free_folder(paths):
    """Where a command works: in /tmp, or below it where the kit itself lies in /tmp, under
    a name perhaps that the command uses."""
    folder, n = "/tmp", 0
    while any(os.path.join(path, "").startswith(folder + "/") for path in paths):
        folder, n = f"/tmp/work-{n}", n + 1
    return folder


def readable(kind):
    """As root's grader the jail's user is another one: it needs the headers."""
    if kind == "user":
        return
    for where, below, names in os.walk(os.path.join(TOP, "code")):
        for name in [*(n for n in names if n.endswith(".h")), "."]:
            path = os.path.normpath(os.path.join(where, name))
            if not os.stat(path).st_mode & (0o1 if name == "." else 0o4):
                raise NoJail(f"a submission's user can't read {path}: chmod -R go+rX "
                             f"{os.path.join(TOP, 'code')}, or clone it with umask 022")


@functools.lru_cache(None)
def mode():
    """How a jail can be built here: "root", "chroot" or "user"; "none" if a
    submission is trusted."""
    if os.environ.get(TRUST) in ("1", CONTAINER):
        return "none"
    if not shutil.which("bwrap"):
        raise NoJail(
            "a submission can't be confined: bubblewrap is missing. Install "
            "it (apt-get install bubblewrap), or, for work of your own, say "
            f"{TRUST}=1: it then runs with your rights")
    said = ""
    for kind in ["root", "chroot", "user"] if os.geteuid() == 0 else ["user"]:
        walls, drop = namespaces(kind)
        try:
            done = subprocess.run(
                [*shell_of(kind), "bwrap", *walls, *system(True), "--",
                 *drop, "/usr/bin/true"], capture_output=True, text=True,
                timeout=300, cwd="/")     # the machine may be stopped meanwhile
        except (OSError, subprocess.TimeoutExpired) as e:
            said = str(e)
            continue
        if done.returncode == 0:
            readable(kind)
            return kind
        said = done.stderr.strip().splitlines()[-1:] or [said]
        said = said[0]
    raise NoJail(
        f"a submission can't be confined here ({said}). Bubblewrap needs user "
        "namespaces, or root with CAP_SYS_ADMIN: outside of a container, or "
        "in one that was started with --privileged. "
        f"For work of your own, say {TRUST}=1: it then runs with "
        "your rights")


def limits(seconds, memory, processes, size):
    # The time is kept by who watches; this is for when nobody does any more.
    cores = os.cpu_count() or 1
    args = ["/usr/bin/prlimit", f"--cpu={CPU_S + int(seconds) * cores}", "--core=0",
            f"--fsize={size}", "--nofile=256", "--memlock=65536",
            "--msgqueue=0"]
    if processes:
        args.append(f"--nproc={processes}")
    if memory:
        args.append(f"--as={memory}")
    return [*args, "--"]


def held(text):
    """A file descriptor from which `text` can be read."""
    fd = os.memfd_create("given", 0)
    with open(os.dup(fd), "wb") as f:
        f.write(text)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def family_of(pid):
    """All processes below `pid`, itself too."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as f:
                    parents.setdefault(
                        int(f.read().rpartition(")")[2].split()[1]),
                        []).append(int(name))
            except (OSError, ValueError, IndexError):
                pass
    out, new = [], [pid]
    while new:
        out += new
        new = [c for p in new for c in parents.get(p, [])]
    return out


def unmapped(pid):
    """Bytes in files of its that have no name: memory that no process has mapped."""
    total = 0
    with contextlib.suppress(OSError):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                path = f"/proc/{pid}/fd/{fd}"
                if os.readlink(path).startswith("/memfd:"):
                    total += os.stat(path).st_blocks * 512
    return total


def resident(pids):
    """Bytes that these processes hold."""
    total = 0
    for p in pids:
        total += unmapped(p) // resource.getpagesize()
        try:
            with open(f"/proc/{p}/statm") as f:
                total += int(f.read().split()[1])
        except (OSError, ValueError, IndexError):
            pass
    return total * resource.getpagesize()


def kept_waiting(pids, seconds):
    """Whether these processes want to run and did not have half of so much CPU: the
    machine is busy with others, and that is not their fault."""
    used, ready = 0, False
    for p in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            with open(f"/proc/{p}/stat") as f:
                fields = f.read().rpartition(")")[2].split()
            ready |= fields[0] == "R"
            used += sum(map(int, fields[11:15]))
    return ready and used / os.sysconf("SC_CLK_TCK") < seconds / 2


def of_user(uid):
    """All processes of this user's. Not by who owns their folder in /proc: a process
    can have that be root."""
    out = []
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit():
                with open(f"/proc/{name}/status", encoding="utf-8", errors="replace") as f:
                    ids = next((line.split() for line in f if line.startswith("Uid:")), [])
                if str(uid) in ids:
                    out.append(int(name))
    return out


def end_all(uid):
    """End all processes of a user's that only one run has, and wait for it: without
    walls they may have left their parents and their session."""
    deadline = time.monotonic() + PATIENCE_S
    while of_user(uid) and time.monotonic() < deadline:
        for number in (signal.SIGSTOP, signal.SIGKILL):     # stopped, none makes others
            for pid in of_user(uid):
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
        time.sleep(0.01)


class Watch:
    """Reads what a command prints, up to a cap, and ends it in time."""

    def __init__(self, child, status_fd, seconds, uid=None):
        self.child, self.first = child, None    # a pidfd
        self.uid = uid      # that nobody else has, where there are no walls
        self.status_fd, self.said = status_fd, b""
        self.seconds, self.extended = seconds, 0
        self.patience = Patience(seconds)
        # A bytearray grows where it is: 64 MB of bytes took a minute to add up.
        self.got = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}

    def all(self):
        """Its processes."""
        return of_user(self.uid) if self.uid else family_of(self.child.pid)

    def kill(self):
        """The first process of the namespace takes all others with it."""
        with contextlib.suppress(OSError):
            if self.first:
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
        if mode() == "none" and not self.uid:   # reaper.py, which ends what it can see
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                self.child.terminate()
                self.child.wait(PATIENCE_S)
        with contextlib.suppress(OSError):
            os.killpg(self.child.pid, signal.SIGKILL)

    def gone(self):
        """Wait until that first process is gone, as all others then are:
        bwrap itself ends as soon as the command has."""
        if self.uid:
            end_all(self.uid)
        if self.first:
            select.select([self.first], [], [], PATIENCE_S)
            os.close(self.first)

    def status(self):
        try:
            text = os.read(self.status_fd, 4096)
        except OSError:
            text = b""
        self.said += text
        if b"\n" in self.said and not self.first:
            with contextlib.suppress(ValueError, KeyError, OSError):
                self.first = os.pidfd_open(
                    json.loads(self.said.splitlines()[0])["child-pid"])
        return bool(text)

    def goes_on(self):
        """The time is over. If it was spent waiting for a core, there is more."""
        self.extended += 1
        if self.extended > EXTENDED or not kept_waiting(self.all(), self.seconds):
            return False
        self.patience.limit += self.seconds
        return True

    def until(self, cap, memory):
        """Why it was killed, or None."""
        patience, look = self.patience, 0
        poll = select.poll()
        for fd in self.got:
            os.set_blocking(fd, False)
            poll.register(fd, select.POLLIN)
        poll.register(self.status_fd, select.POLLIN)
        left = set(self.got)
        while left:
            if patience.left() <= 0 and not self.goes_on():
                return "time"
            if memory and patience.spent >= look:
                look = patience.spent + 0.1
                if resident(self.all()) > memory:
                    return "memory"
            for fd, _ in poll.poll(patience.nap(0.1 if memory else STEP) * 1000):
                if fd == self.status_fd:
                    if not self.status():
                        poll.unregister(fd)
                    continue
                text = os.read(fd, 1 << 16)
                if not text:
                    poll.unregister(fd)
                    left.discard(fd)
                self.got[fd] += text
                if len(self.got[fd]) > cap:
                    return "output"
        try:
            self.child.wait(max(STEP, patience.left()))
        except subprocess.TimeoutExpired:
            return "time"
        return None


def run(argv, *, ro=(), rw=(), files=None, seconds=10, memory=None, rss=None,
        processes=1, output=MIB, tmp=64 * MIB, env=None, proc=False,
        fetch=None, devices=()):
    """Run `argv` in a jail, in its /tmp. Done.

    ro, rw: paths of the host that it sees under their own names; they must be
    readable by all, as for root's grader it is a user of its own. files:
    {name: bytes}, put where it works. memory: of address space, a process; rss:
    of what all of them hold together. output: cap for each of stdout and
    stderr. fetch: a file there that comes back as `out`, if all went well.
    Raises NoJail.
    """
    how = mode()
    files = files or {}
    home = uid = None
    if how == "none" and (os.environ[TRUST] != CONTAINER or os.geteuid()):
        processes = None    # all others of this user's would count
    argv = [*limits(seconds, memory, processes, tmp), *map(str, argv)]
    if fetch:
        argv = ["/bin/sh", "-c", '"$@" >&2 && cat "$0"', fetch, *argv]
    fds = []
    status_r, status_w = os.pipe()
    os.set_blocking(status_r, False)
    environment = {"PATH": PATH, "HOME": "/tmp", "TMPDIR": "/tmp",
                   "LC_ALL": "C.UTF-8", **(env or {})}
    try:
        if how == "none":
            home = tempfile.mkdtemp(prefix="grade-")
            for name, text in files.items():
                path = os.path.join(home, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as f:
                    f.write(text)
                os.chmod(path, 0o755)
            environment.update(HOME=home, TMPDIR=home)
            command = [sys.executable, "-I", REAPER, *argv]
            if os.environ[TRUST] == CONTAINER and os.geteuid() == 0:
                uid = nobody()
                for where, _, _ in os.walk(home):
                    os.chown(where, uid, uid)
                command = [*dropped(str(uid)), *argv]
        else:
            walls, drop = namespaces(how)
            command = [*shell_of(how), "bwrap", *walls, "--die-with-parent",
                       "--new-session", "--json-status-fd", str(status_w),
                       *system(proc), "--perms", "1777", "--size", str(tmp), "--tmpfs",
                       "/dev/shm", "--clearenv",
                       "--perms", "1777", "--size", str(tmp), "--tmpfs", "/tmp"]
            if TOP.startswith("/usr/"):
                command += ["--tmpfs", TOP]
            for option, paths in (("--ro-bind", ro), ("--bind", rw),
                                  ("--dev-bind", devices)):
                for path in paths:
                    command += [*above(path), option, path, path]
            inside = free_folder([*ro, *rw])
            environment.update(HOME=inside, TMPDIR=inside)
            command += ["--perms", "1777", "--dir", inside] if inside != "/tmp" else []
            for name, text in files.items():
                fds.append(held(text))
                command += ["--perms", "0555", "--file", str(fds[-1]),
                            f"{inside}/{name}"]
            for key, value in environment.items():
                command += ["--setenv", key, value]
            if barred := without_calls():
                fds.append(held(barred))
                command += ["--seccomp", str(fds[-1])]
            command += ["--remount-ro", "/dev", "--chdir", inside, "--", *drop, *argv]
        return watched(command, environment, fds, (status_r, status_w), home,
                       seconds, output, rss, uid)
    finally:
        for fd in (*fds, status_r):
            os.close(fd)
        if home:        # rm goes down as far as it must
            subprocess.run(["rm", "-rf", "--", home], check=False)


def watched(command, environment, fds, status, home, seconds, output, rss, uid=None):
    try:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, env=environment,
            cwd=home or "/", pass_fds=[*fds, status[1]])
    finally:
        os.close(status[1])
    watch = Watch(child, status[0], seconds, uid)
    why = None
    try:
        why = watch.until(output, rss)
    except BaseException:
        why = "interrupted"
        raise
    finally:
        watch.status()
        if why:
            watch.kill()
        child.wait()
        watch.gone()
        for pipe in (child.stdout, child.stderr):
            pipe.close()
    out, err = (bytes(text[:output]) for text in watch.got.values())
    return Done(child.returncode, out, err, why, watch.patience.elapsed())
