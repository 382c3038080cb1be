# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's command line, and a QEMU that never outlives us."""
import contextlib
import os
import re
import shutil
import signal
import subprocess

from . import paths
from .trouble import Trouble

BINARY = "qemu-system-x86_64"
SANDBOX = ("on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
           "resourcecontrol=deny")

# no_timer_check: under emulation on a loaded host, the timer test at boot
#   can fail and panic ("IO-APIC + timer doesn't work").
# no5lvl: avoids a rare false KASAN report at boot.
# oops=panic panic=-1: an oops ends the run at once, -no-reboot ends QEMU.
# loglevel=5: `quiet` would also hide WARNINGs and lockdep's reports. Fewer
#   boot messages through the emulated serial port make a quicker boot; init
#   raises the level to 7 before the job starts.
# unknown_nmi_panic: makes a hanging CPU say where it is, see machine.py.
CMDLINE = ("console=ttyS0 panic=-1 oops=panic no_timer_check no5lvl "
           "unknown_nmi_panic loglevel=5 rdinit=/init")


def binary():
    path = shutil.which(BINARY)
    if not path:
        raise Trouble(f"{BINARY} is not on this machine: "
                      "sudo apt-get install qemu-system-x86")
    return path


def about():
    """{'version', 'sandbox'} of this QEMU; cached until it is upgraded."""
    path = binary()
    info = os.stat(path)
    key = [os.path.realpath(path), info.st_size, info.st_mtime_ns]
    file = paths.cache("qemu.json")
    known = paths.read_json(file)
    if isinstance(known, dict) and known.get("key") == key:
        return known
    out = ask([path, "--version"])
    version = re.search(r"version (\S+)", out[1])
    if out[0] or not version:
        raise Trouble(f"{path} --version fails: {out[1].strip()[-200:]}; "
                      "is the package whole? sudo apt-get install "
                      "--reinstall qemu-system-x86")
    # Asked by trying: builds without seccomp list the option all the same.
    tried = ask([path, "-sandbox", SANDBOX, "-M", "none", "-nodefaults",
                 "-display", "none", "-monitor", "stdio"], "quit\n")
    known = {"key": key, "version": version[1], "sandbox": tried[0] == 0}
    with contextlib.suppress(Trouble):  # a full disk must not stop a run
        paths.write_json(file, known)
    return known


def ask(command, text=""):
    try:
        got = subprocess.run(command, input=text, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True,
                             errors="replace", timeout=120)
        return got.returncode, got.stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        return -1, str(error)


def command(kernel, initrd_fd, accel, smp=2, mem=512, append=""):
    """The part of the command line that all kinds of run share."""
    known = about()
    pdeathsig = shutil.which("setpriv")
    if not pdeathsig:
        raise Trouble("setpriv is not on this machine: "
                      "sudo apt-get install util-linux")
    line = [pdeathsig, "--pdeathsig", "KILL", "--", binary(),
            "-nodefaults", "-no-user-config",
            "-M", "pc", "-nic", "none", "-vga", "none", "-display", "none",
            "-no-reboot", "-cpu", "max", "-smp", str(smp), "-m", str(mem),
            "-accel", "kvm" if accel == "kvm" else "tcg,thread=multi",
            "-kernel", kernel, "-initrd", f"/proc/self/fd/{initrd_fd}",
            "-append", f"{CMDLINE} {append}".strip()]
    if known["sandbox"]:
        line += ["-sandbox", SANDBOX]
    return line


def memory_file(data):
    """An open, nameless file: nothing is left behind if we are killed."""
    fd = os.memfd_create("initrd")
    with open(fd, "wb", closefd=False) as f:
        f.write(data)
    return fd


def start(line, fds=(), **more):
    """Start QEMU in a session of its own: Ctrl-C is ours to handle."""
    return subprocess.Popen(line, pass_fds=fds, start_new_session=True,
                            **more)


def stop(process):
    """Make sure that it is gone, however it is doing."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
    process.wait()
