# SPDX-License-Identifier: GPL-2.0-only
"""`vm shell`: the guest's console on this terminal."""
import os
import subprocess
import sys
import termios
import threading

from . import accel, image, kernel, qemu, splat, verdict
from .trouble import FAILED, Trouble

LAST = 256 << 10        # bytes of the console: a report is at its end


class Copy:
    """Hears what the guest writes to the console, and keeps the last of it."""

    def __init__(self):
        self.ours, self.theirs = os.pipe()
        self.tail = bytearray()
        self.thread = threading.Thread(target=self.hear, daemon=True)

    def hear(self):
        while data := os.read(self.ours, 1 << 16):
            self.tail += data
            del self.tail[:-LAST]

    def option(self):
        return f"logfile=/proc/self/fd/{self.theirs},logappend=on"

    def start(self):
        """QEMU has its end now."""
        os.close(self.theirs)
        self.thread.start()

    def text(self):
        self.thread.join(10)
        return self.tail.decode("utf-8", "replace").replace("\r", "")


def shell(args):
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Trouble("`vm shell` is for people: it needs a terminal; "
                      "scripts use `vm run --job FILE`", FAILED)
    path, release = kernel.image()
    adds = [image.split_add(a) for a in args.add]
    for source, name in adds:
        if name.endswith(".ko"):
            kernel.check_module(source, release)
    chosen, _ = accel.choose(path, lambda t: print(f"vm: {t}", flush=True))
    size = os.get_terminal_size(sys.stdout.fileno())
    settings = {"secret": "none", "mode": "shell", "rows": size.lines or 24,
                "cols": size.columns or 80}
    initrd = qemu.memory_file(image.base() + image.per_run(adds, settings))
    # only errors while booting: the greeting should be what one sees first
    line = qemu.command(path, initrd, chosen, args.smp, args.mem,
                        f"loglevel=4 {args.append}")
    # signal=off: Ctrl-C goes to the guest; Ctrl-A X ends QEMU (mux=on)
    copy = Copy()
    line += ["-chardev", f"stdio,id=con,mux=on,signal=off,{copy.option()}",
             "-serial", "chardev:con", "-mon", "chardev=con,mode=readline",
             "-chardev", "null,id=res", "-serial", "chardev:res"]
    print(f"vm: booting {release} with {chosen} "
          f"({accel.MEANING[chosen]}); Ctrl-A, then X, ends it at any time", flush=True)
    saved = termios.tcgetattr(sys.stdin)
    process = None
    try:
        # Not in a session of its own: it has to stay the terminal's
        # foreground process to read from it.
        process = subprocess.Popen(line, pass_fds=(initrd, copy.theirs))
        copy.start()
        process.wait()
    finally:
        if process:
            qemu.stop(process)
        os.close(initrd)
        restore(saved)
    if process.returncode:
        raise Trouble(f"QEMU ended with exit code {process.returncode}")
    return said(copy.text())


def said(text):
    """The exit code; why the guest ended, unless it was switched off."""
    panic = splat.panicked(text)
    if not panic:
        return 0
    before = [s for s in splat.cut(text) if s["kind"] != "panic"]
    print(f"vm: the guest did not switch itself off, it panicked: {panic}")
    if before:
        print(f"vm: the kernel's report, whole above: {splat.the_one(before, True)['title']}")
    print("vm: the same command boots a new one; nothing of the old one is left", flush=True)
    return verdict.EXIT["panic"]


def restore(saved):
    """QEMU restores the terminal itself, unless it was killed."""
    try:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)
    except (termios.error, ValueError, OSError):
        pass        # the terminal itself is gone
    # leave no colour or line wrapping of the guest's behind
    try:
        print("\033[0m\033[?7h\rvm: the VM is off", flush=True)
    except OSError:
        pass


