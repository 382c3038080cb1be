# SPDX-License-Identifier: GPL-2.0-only
"""One boot of the VM, watched until it ends: Machine.run()."""
import os
import secrets
import selectors
import signal
import subprocess
import time

from . import calibrate, image, qemu, splat
from .channel import Channel
from .patience import Patience
from .trouble import Trouble, os_trouble

DUMP_S = 5.0            # nominal: for the guest to say where it hangs
POWER_OFF_S = 10.0      # nominal: from the end line until QEMU is gone
PORT_LIMIT = 16 << 20   # bytes from one port before it counts as a flood


class Machine:
    """Boots once. Afterwards: .ended says how, the rest tells more.

    ended is one of: done, panic, hang, noboot, flood, interrupted.
    """

    def __init__(self, kernel, accel, *, mode="job", job=None, adds=(), smp=2,
                 mem=512, append="", timeout=60.0, boot_timeout=None,
                 port_limit=PORT_LIMIT, on_event=None, on_line=None):
        self.kernel, self.accel = kernel, accel
        self.secret = secrets.token_hex(16)
        self.timeout = timeout
        self.boot_limit = boot_timeout or calibrate.boot_limit(kernel, accel)
        self.on_event = on_event or (lambda *_: None)
        self.on_line = on_line or (lambda _: None)
        self.lines = []                 # the job's, control lines stripped
        self.release = None             # what the guest says it is
        self.boot_s = self.limit_s = self.status = self.signal = None
        self.first_line_s = None        # QEMU's start to the job's first
        self.qemu_exit = self.qemu_says = None
        self.ended = None
        self.asked = self._dumped = self._nmi = False   # where it hangs
        self.total_s = 0.0
        self.console = Channel(port_limit)
        self.results = Channel(port_limit, on_line=self._result_line)
        self._monitor = Channel(port_limit)
        self._ports = (self.console, self.results, self._monitor)
        settings = {"secret": self.secret, "mode": mode}
        initrd = image.base() + image.per_run(adds, settings, job)
        if len(initrd) > mem << 19:
            raise Trouble(f"the files for /lab ({len(initrd) >> 20} MB) are "
                          f"too many for a guest with {mem} MB: --mem gives "
                          "it more")
        self._initrd = qemu.memory_file(initrd)
        self._line = qemu.command(kernel, self._initrd, accel, smp, mem,
                                  append)
        for name, port in (("con", self.console), ("res", self.results)):
            self._line += ["-chardev",
                           f"socket,id={name},fd={port.theirs.fileno()}",
                           "-serial", f"chardev:{name}"]
        self._line += ["-chardev",
                       f"socket,id=mon,fd={self._monitor.theirs.fileno()}",
                       "-mon", "chardev=mon,mode=readline"]

    # -- the results channel --------------------------------------------
    def _result_line(self, line):
        words = line.split(" ")
        if words[0] == "begin" and words[1:2] == [self.secret]:
            if self.boot_s is None:
                self.boot_s = self._patience.elapsed()
                self.release = " ".join(words[2:]) or None
                scale = calibrate.scale(self.boot_s)
                self.limit_s = self.timeout * scale
                self._patience = Patience(self.limit_s)
                self.on_event("booted", self)
        elif words[0] == "end" and words[1:2] == [self.secret]:
            if self.status is None and not self.asked:
                try:
                    self.status = int(words[2][:9])
                except (IndexError, ValueError):
                    return
                # init closes the line that the job may have left open
                if self.lines and self.lines[-1] == "":
                    self.lines.pop()
                self._patience = Patience(
                    POWER_OFF_S * calibrate.scale(self.boot_s or 0))
        elif words[0] == "dumped" and words[1:2] == [self.secret]:
            self._dumped = True
        elif self.boot_s is not None and self.status is None:
            # Anything else is the job's, whatever it pretends to be. What
            # comes before the begin line is the port's own noise.
            if self.first_line_s is None:
                self.first_line_s = time.monotonic() - self._started
            self.lines.append(line)
            self.on_line(line)

    # -- one run --------------------------------------------------------
    def run(self):
        """Boot, watch, and leave no QEMU behind."""
        wake_r, wake_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        handlers = {}

        def note(number, _frame):
            self.signal = self.signal or number

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            handlers[number] = signal.signal(number, note)
        wakeup = signal.set_wakeup_fd(wake_w)
        errors = os.memfd_create("qemu-stderr")
        process = None
        try:
            self._started = time.monotonic()
            self._patience = Patience(self.boot_limit)
            if not self.signal:
                process = qemu.start(
                    self._line, stdin=subprocess.DEVNULL, stdout=errors,
                    stderr=errors,
                    fds=[self._initrd] + [port.theirs.fileno()
                                          for port in self._ports])
                for port in self._ports:
                    port.started()
                self.on_event("started", self)
                self._watch(process, wake_r)
        except OSError as error:
            raise os_trouble(error, "starting QEMU") from None
        finally:
            signal.set_wakeup_fd(wakeup)
            if process:
                qemu.stop(process)
                self.qemu_exit = process.returncode
            self.total_s = time.monotonic() - self._started
            size = min(os.fstat(errors).st_size, 1 << 16)
            self.qemu_says = os.pread(errors, size, 0).decode(
                "utf-8", "replace").strip()
            for fd in (errors, wake_r, wake_w, self._initrd):
                os.close(fd)
            for port in self._ports:
                port.close()
            for number, handler in handlers.items():
                signal.signal(number, handler)
        self._judge()
        if self.boot_s is not None:
            calibrate.record(self.kernel, self.accel, self.boot_s)
        return self

    def _watch(self, process, wake):
        """Until QEMU ends, or must be ended."""
        with selectors.DefaultSelector() as selector:
            selector.register(wake, selectors.EVENT_READ)
            for port in self._ports:
                selector.register(port, selectors.EVENT_READ, port)
            while self.console.open or self.results.open:
                left = self._patience.left()
                if left <= 0 and self._ask():
                    continue
                if left <= 0 or self.signal or self._dumped:
                    break
                for chosen, _ in selector.select(self._patience.nap()):
                    port = chosen.data
                    if port and not port.read():
                        selector.unregister(port)
                    if port and port.flooded:
                        self.ended = "flood"
                        return
        if self.signal:
            self.ended = "interrupted"
        elif self.console.open or self.results.open:
            self.ended = "late"
        else:
            process.wait()

    def _ask(self):
        """The limit is over: ask the guest where it hangs, in two ways."""
        if self.boot_s is None or self.status is not None or self._nmi:
            return False
        self._patience = Patience(DUMP_S * calibrate.scale(self.boot_s))
        try:
            if not self.asked:
                self.asked = True
                self.on_event("late", self)
                self.results.ours.send(b"dump\n")      # see guest/init
            else:
                # The CPU that takes interrupts is the one that hangs. It
                # still takes a non-maskable one (see qemu.CMDLINE).
                self._nmi = True
                self._monitor.ours.send(b"nmi\n")
        except OSError:
            pass        # it has just ended; the loop will see that
        return True

    def _judge(self):
        """How it ended, told by what was seen and in this order."""
        self.console_text = self.console.text()
        self.panic = splat.panicked(self.console_text)
        self.splats = splat.cut(self.console_text)
        self.stuck = splat.stuck(self.console_text) if self.asked else None
        if self._nmi:
            self.panic = None       # our own doing
            self.splats = [s for s in self.splats
                           if "NMI: Not continuing" not in s["title"]]
        if self.signal:
            self.ended = "interrupted"
        elif self.ended == "flood":
            pass
        elif self.boot_s is None:
            self.ended = "noboot"
        elif self.panic:
            self.ended = "panic"
        elif self.asked:
            self.ended = "hang"
        elif self.status is not None:
            self.ended = "done"
        elif self.ended == "late":
            self.ended = "hang"
        else:
            # QEMU ended, and nobody said why: a triple fault, or a job
            # that pulled the plug.
            self.ended = "panic" if not self._powered_off() else "off"

    def _powered_off(self):
        return bool(splat.POWER_DOWN.search(self.console_text[-4096:]))
