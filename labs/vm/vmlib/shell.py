# SPDX-License-Identifier: GPL-2.0-only
"""`vm shell`: the guest's console on this terminal."""
import os
import subprocess
import sys
import termios

from . import accel, image, kernel, qemu
from .trouble import FAILED, Trouble


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
    line += ["-chardev", "stdio,id=con,mux=on,signal=off",
             "-serial", "chardev:con", "-mon", "chardev=con,mode=readline",
             "-chardev", "null,id=res", "-serial", "chardev:res"]
    print(f"vm: booting {release} with {chosen} "
          f"({accel.MEANING[chosen]}); Ctrl-A, then X, ends it at any time", flush=True)
    saved = termios.tcgetattr(sys.stdin)
    process = None
    try:
        # Not in a session of its own: it has to stay the terminal's
        # foreground process to read from it.
        process = subprocess.Popen(line, pass_fds=(initrd,))
        process.wait()
    finally:
        if process:
            qemu.stop(process)
        os.close(initrd)
        restore(saved)
    if process.returncode:
        raise Trouble(f"QEMU ended with exit code {process.returncode}")
    return 0


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


