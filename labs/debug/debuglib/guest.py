# SPDX-License-Identifier: GPL-2.0-only
"""A guest that waits for orders: booted once, kept as a snapshot, restored.

The agent (../agent) runs in it and reads orders from the third serial port,
so that a module can be sent to a guest that was booted before it was built.
"""
import contextlib
import gzip
import hashlib
import os
import secrets
import selectors
import socket
import subprocess
import time

from . import HERE
from vmlib import accel as accels
from vmlib import calibrate, image, paths, qemu, splat
from vmlib.channel import Channel
from vmlib.patience import Patience
from vmlib.trouble import Trouble, os_trouble

AGENT = os.path.join(os.path.dirname(HERE), "agent")
CPUS, MEM = 4, 384
PORT_LIMIT = 16 << 20
READY_S = 120.0         # the first boot on an unknown machine
ORDER_S = 60.0
CHUNK = 32 << 10        # below what the guest's tty holds


class Gone(Exception):
    """The guest ended: a panic, mostly."""


class Guest:
    """One QEMU. Use as a context manager; none outlives it."""

    def __init__(self, kernel, initrd, accel, more=(), sandbox=True):
        self.console, self.monitor = Channel(PORT_LIMIT), Channel(PORT_LIMIT)
        self.lines = []
        self.results = Channel(PORT_LIMIT, on_line=self.lines.append)
        self.orders = Channel(PORT_LIMIT)
        self.ports = (self.console, self.results, self.orders, self.monitor)
        self._initrd = qemu.memory_file(initrd)
        line = qemu.command(kernel, self._initrd, accel, CPUS, MEM)
        # Above the sandbox's options, if any, nothing is shared with a host.
        for name, port in zip(("con", "res", "ord"), self.ports):
            line += ["-chardev", f"socket,id={name},fd={port.theirs.fileno()}",
                     "-serial", f"chardev:{name}"]
        line += ["-chardev", f"socket,id=mon,fd={self.monitor.theirs.fileno()}",
                 "-mon", "chardev=mon,mode=readline"]
        fds = [self._initrd] + [p.theirs.fileno() for p in self.ports]
        self.errors = os.memfd_create("qemu-stderr")
        self.line, self.fds = [*line, *more], fds
        self.process = None
        self.began = time.monotonic()

    def start(self, fds=()):
        try:
            self.process = qemu.start(self.line, stdin=subprocess.DEVNULL,
                                      stdout=self.errors, stderr=self.errors,
                                      fds=[*self.fds, *fds])
        except OSError as error:
            raise os_trouble(error, "starting QEMU") from None
        for port in self.ports:
            port.started()
        self.selector = selectors.DefaultSelector()
        for port in self.ports:
            self.selector.register(port, selectors.EVENT_READ, port)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            qemu.stop(self.process)
            self.selector.close()
        for fd in (self.errors, self._initrd):
            with contextlib.suppress(OSError):
                os.close(fd)
        for port in self.ports:
            port.close()

    # -- watching ---------------------------------------------------------
    def pump(self, seconds):
        """Read what comes for at most so long, or until something came."""
        for chosen, _ in self.selector.select(max(0, seconds)):
            port = chosen.data
            if not port.read():
                self.selector.unregister(port)
            if port.flooded:
                raise Gone("the guest wrote more than 16 MB to a port")
        if not (self.console.open or self.results.open):
            self.process.wait()
            raise Gone(self.why())

    def why(self):
        said = os.pread(self.errors, 4096, 0).decode("utf-8", "replace").strip()
        panic = splat.panicked(self.console.text())
        return panic or said or "the guest ended without a word"

    def expect(self, word, seconds, again=None):
        """The line of the agent that begins with *word*; orders repeated."""
        patience = Patience(seconds)
        at = 0
        next_try = time.monotonic() + 0.3
        while True:
            while at < len(self.lines):
                at += 1
                # What was lost of a restore's first bytes may come before it.
                if self.lines[at - 1].startswith(word):
                    line = self.lines[at - 1]
                    del self.lines[:at]
                    return line
            if patience.left() <= 0:
                return None
            self.pump(patience.nap(0.3))
            if again and time.monotonic() > next_try:
                again()
                next_try = time.monotonic() + 0.3

    # -- orders -----------------------------------------------------------
    def order(self, data):
        view = memoryview(data if isinstance(data, bytes) else data.encode())
        self.orders.ours.setblocking(True)
        self.orders.ours.settimeout(ORDER_S)
        try:
            self.orders.ours.sendall(view)
        except OSError as error:
            raise Gone(f"no order reaches the guest: {error}") from None
        finally:
            self.orders.ours.setblocking(False)

    def wake(self, seconds):
        """After a boot or a restore: until the agent answers."""
        word = secrets.token_hex(4)

        def ping():
            self.order(f"\n\nping {word}\n")
        ping()
        if not self.expect(f"pong {word}", seconds, ping):
            raise Gone("the guest's agent does not answer")
        # Answers to the pings that were one too many.
        self.order(f"ping {word}x\n")
        self.expect(f"pong {word}x", seconds)

    def send(self, path, name):
        """Put a file into the guest's /lab."""
        with open(path, "rb") as f:
            data = gzip.compress(f.read(), 6, mtime=0)
        md5 = hashlib.md5(data).hexdigest()
        for _ in range(3):
            self.order(f"begin {name}\n")
            for at in range(0, len(data), CHUNK):
                chunk = data[at:at + CHUNK]
                self.order(f"take {len(chunk)}\n")
                if not self.expect("go", ORDER_S):
                    raise Gone("the guest does not take a file")
                self.order(chunk)
                if not self.expect("took", ORDER_S):
                    raise Gone("the guest did not get all of a file")
            self.order(f"finish {name} {md5}\n")
            if self.expect("file", ORDER_S) == "file whole":
                return
        raise Gone(f"{name} does not reach the guest whole")

    def run(self, command, seconds, enough=lambda: False):
        """A shell command: (status, its lines); (None, lines) when it hangs,
        (None, None) when *enough* says that there is no more to wait for."""
        word = secrets.token_hex(4)
        del self.lines[:]
        self.order(f"run {word} {command}\n")
        patience = Patience(seconds)
        while True:
            for n, line in enumerate(self.lines):
                if line.startswith(f"ran {word} "):
                    said = self.lines[:n]
                    del self.lines[:n + 1]
                    return int(line.split()[2]), said
            if patience.left() <= 0:
                return None, list(self.lines)
            if enough():
                return None, None
            self.pump(patience.nap(0.3))

    # -- snapshots --------------------------------------------------------
    def save(self, path):
        """The whole guest into a file."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            socket.send_fds(self.monitor.ours, [b"getfd snapshot\n"], [fd])
            self.tell("migrate_set_parameter max-bandwidth 4G")
            self.tell("migrate -d fd:snapshot")
            patience = Patience(120)
            while patience.left() > 0:
                said = self.tell("info migrate")
                if "status: completed" in said:
                    return
                if "failed" in said:
                    break
                self.pump(0.1)
        finally:
            os.close(fd)
        raise Trouble("QEMU can't save the guest: " + self.monitor.text()[-300:])

    def tell(self, command):
        """One command of QEMU's monitor; what it says."""
        before = len(self.monitor.text())
        try:
            self.monitor.ours.send(command.encode() + b"\n")
        except OSError as error:
            raise Gone(f"QEMU takes no command: {error.strerror}") from None
        patience = Patience(10)
        while patience.left() > 0:
            text = self.monitor.text()[before:]
            if "\n(qemu)" in text.split(command, 1)[-1]:
                return text
            with contextlib.suppress(Gone):
                self.pump(0.05)
        return self.monitor.text()[before:]


def initrd():
    with open(AGENT, "rb") as f:
        job = f.read()
    # One secret for all: this guest's word is not evidence for a grade.
    return image.base() + image.per_run([], {"secret": "debug", "mode": "job"}, job)


def snapshot_path(kernel, accel, archive):
    parts = hashlib.sha256(archive)
    parts.update(f"{qemu.about()['version']} {accel} {CPUS} {MEM} {kernel.image} "
                 f"{os.stat(kernel.image).st_mtime_ns} {qemu.CMDLINE}".encode())
    return os.path.join(kernel.folder, f"snapshot-{parts.hexdigest()[:16]}")


def boot(kernel, say=lambda _: None):
    """A freshly booted guest whose agent answers."""
    accel, _ = accels.choose(kernel.image, say)
    guest = Guest(kernel.image, initrd(), accel)
    try:
        guest.start()
        limit = max(READY_S, calibrate.boot_limit(kernel.image, accel))
        if not guest.expect("agent ready", limit):
            raise Gone(f"the {kernel.name} kernel has not booted within {limit:.0f} s")
        guest.boot_s = time.monotonic() - guest.began
        calibrate.record(kernel.image, accel, guest.boot_s)
        guest.wake(ORDER_S)
        return guest
    except BaseException:
        guest.__exit__()
        raise


def make_snapshot(kernel, path, say):
    for old in os.listdir(kernel.folder):
        if old.startswith("snapshot-"):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(kernel.folder, old))
    say(f"booting the {kernel.name} kernel once, for a snapshot")
    with boot(kernel, say) as guest:
        temp = f"{path}.{os.getpid()}.new"
        try:
            guest.save(temp)
            os.replace(temp, path)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temp)
        return guest.boot_s


def prepare(kernel, say=lambda _: None):
    """What the first restore() would have to do: find out whether KVM works, and boot
    once for the snapshot."""
    accel, _ = accels.choose(kernel.image, say)
    path = snapshot_path(kernel, accel, initrd())
    with paths.lock(os.path.join(kernel.folder, "snapshot.lock")):
        if not os.path.exists(path):
            make_snapshot(kernel, path, say)


def restore(kernel, say=lambda _: None, more=()):
    """A guest at the moment after its boot. Makes the snapshot if need be."""
    accel, _ = accels.choose(kernel.image, say)
    archive = initrd()
    path = snapshot_path(kernel, accel, archive)
    for attempt in (1, 2):
        with paths.lock(os.path.join(kernel.folder, "snapshot.lock")):
            if not os.path.exists(path):
                make_snapshot(kernel, path, say)
            fd = os.open(path, os.O_RDONLY)
        try:
            guest = Guest(kernel.image, archive, accel, ["-incoming", f"fd:{fd}", *more])
            try:
                guest.start([fd])
                guest.wake(ORDER_S if attempt == 2 else 20)
                return guest
            except BaseException:
                guest.__exit__()
                raise
        except Gone:
            if attempt == 2:
                raise
            # It does not fit this QEMU any more: made anew.
            with contextlib.suppress(OSError):
                os.unlink(path)
        finally:
            os.close(fd)
