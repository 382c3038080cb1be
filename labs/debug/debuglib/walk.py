# SPDX-License-Identifier: GPL-2.0-only
"""`make gdb`: a guest stopped at a labelled point of a scheme, under gdb."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

from . import HERE, guest as guests
from . import modules, table
import kernels
from vmlib.trouble import FAILED, Trouble

SCRIPT = """\
set pagination off
set confirm off
set architecture i386:x86-64
set width 0
target remote {socket}
source {helper}
hbreak do_init_module
continue
lab-module {module}
delete
lab-reach {point}
"""
HINTS = """
The guest is at lab_point({point}) of {scheme}.c. Each actor of {scenario} is on
a CPU, which gdb calls a thread:

  info threads              who is where
  thread 2                  look at another
  set scheduler-locking on  from now on only the chosen one runs
  next, step, finish, up, list, p *task, continue, quit
"""


# What is worth a look first: a scenario, and a point of all the family's schemes.
BEGIN = {"nsproxy": ("one_reader", "read_pointer"), "netns": ("cleanup", "find_peer"),
         "pid": ("exit", "flush_end")}


def labels(experiment):
    """The labelled points that a scheme has."""
    return re.findall(r"lab_point\((\w+)\)", modules.source(experiment))


def walk(scheme, scenario, changes, point, commands, say):
    if not shutil.which("gdb"):
        raise Trouble("gdb is not on this machine: labs/setup debug")
    family = table.family_of(scheme)
    begin, first = BEGIN[family.name]
    scenario, point = scenario or begin, point or first
    row = table.Experiment(claim="gdb", kernel="kasan", scheme=scheme, scenario=scenario,
                           shows="", breaks=tuple(changes))
    if point not in (there := labels(row)):
        raise Trouble(f"{scheme}.c has no lab_point({point}); it has: {', '.join(there)}",
                      FAILED)
    if not os.path.exists(family.scenario_file(scenario)):
        raise Trouble(f"{family.name} has no scenario “{scenario}”; make explore-list "
                      f"FAMILY={family.name} shows what it has", FAILED)
    kernel = kernels.need("kasan")
    name = modules.name_of(row)
    small = modules.build([row], kernel)[name]
    with tempfile.TemporaryDirectory() as folder, guests.restore(
            kernel, say, ["-gdb", f"unix:{folder}/gdb,server=on,wait=off"]) as guest:
        guest.send(small, name + ".ko")
        guest.tell("stop")
        guest.order(f"run x insmod /lab/{name}.ko\n")
        script = os.path.join(folder, "script")
        with open(script, "w", encoding="utf-8") as f:
            f.write(SCRIPT.format(socket=f"{folder}/gdb", point=point,
                                  helper=os.path.join(HERE, "gdbhelper.py"),
                                  module=small[:-len(".small")] + ".ko"))
        return attend(guest, kernel, script, commands,
                      HINTS.format(point=point, scheme=scheme, scenario=scenario))


def attend(guest, kernel, script, commands, hints):
    """Run gdb in the foreground; meanwhile take what the guest says."""
    over = threading.Event()

    def pump():
        try:
            while not over.is_set():
                guest.pump(0.2)
        except (guests.Gone, OSError, ValueError):
            pass
    thread = threading.Thread(target=pump, daemon=True)
    thread.start()
    line = ["gdb", "-q", "-nx", kernel.vmlinux, "-x", script]
    if commands:
        line[1:1] = ["-batch"]
        for command in commands.split(";"):
            line += ["-ex", command.strip()]
    else:
        line += ["-ex", "echo " + hints.replace("\n", "\\n")]
    # Ctrl-C is gdb's: it stops the guest.
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run(line, check=False, stdin=subprocess.DEVNULL
                              if commands else None).returncode
    finally:
        signal.signal(signal.SIGINT, old)
        over.set()
        thread.join()
