# SPDX-License-Identifier: GPL-2.0-only
"""Measure: rounds in which each scheme has its turn, in a shuffled order.

Interleaved, because a machine gets slower and faster by itself over minutes:
what is compared has to be measured side by side.
"""
import json
import os
import random
import re
import subprocess
import tempfile
import time

from . import BUILD, SCHEMES, TOP, VARIANTS, YARDSTICKS, Trouble, machine, raw

NATIVE = os.path.join(TOP, "build", "native", "plain")
MODULE = os.path.join(TOP, "build", "module", "stock", "nsproxy_lab.ko")
VM = os.path.join(TOP, "labs", "vm", "vm")

STEPS = ["bench_get", "bench_peek", "bench_own", "bench_switch", "bench_busy",
         "bench_held", "count"]
# The RFC crashes as soon as somebody switches under a remote reader.
CALM = {"bench_get": "bench_get_calm", "bench_peek": "bench_peek_calm",
        "bench_switch": "bench_switch_calm"}


def steps_for(scheme, env, steps):
    if scheme == "pointer_tag":
        steps = [CALM.get(step, step) for step in steps]
    if env == "N" and {"bench_get", "bench_peek"} & set(steps):
        # A yardstick is measured in the same process as what it is for.
        steps = [*steps, *(step for of, step in YARDSTICKS.values() if of == scheme)]
    if env == "V" and "bench_switch" in steps:
        steps = [*steps, *(step for of, step in VARIANTS.values() if of == scheme)]
    return steps


class Plan:
    """Which scheme is measured when: [(round, scheme)], from a seed."""

    def __init__(self, schemes, rounds, seed, steps, readers, ms, samples):
        self.schemes, self.rounds, self.seed = schemes, rounds, seed
        self.steps, self.readers = steps, readers
        self.ms, self.samples = ms, samples
        rng = random.Random(seed)
        self.turns = []
        for number in range(rounds):
            order = list(schemes)
            rng.shuffle(order)
            self.turns += [(number, scheme) for scheme in order]

    def settings(self, env, number, scheme):
        return [f"scheme={scheme}",
                f"run={','.join(steps_for(scheme, env, self.steps))}",
                f"readers={self.readers}", f"ms={self.ms}",
                f"samples={self.samples}", f"rep={number}"]

    def about(self):
        return {"seed": self.seed, "rounds": self.rounds,
                "schemes": " ".join(self.schemes),
                "steps": " ".join(self.steps), "readers": self.readers,
                "ms": self.ms, "samples": self.samples,
                "order": " ".join(f"{n}:{s}" for n, s in self.turns)}


def plan(env, schemes=None, rounds=None, seed=None, steps=None, readers=None,
         ms=None, samples=None):
    """A plan, with what fits the environment where nothing is asked for."""
    unknown = sorted(set(schemes or []) - set(SCHEMES))
    if unknown:
        raise Trouble(f"there is no scheme “{unknown[0]}”; there are "
                      f"{', '.join(SCHEMES)}")
    cpus = len(os.sched_getaffinity(0)) if env == "N" else 2
    steps = [s for s in steps or STEPS if cpus > 1 or s != "bench_busy"]
    return Plan(schemes or SCHEMES, rounds or (7 if env == "N" else 5),
                int(time.time()) if seed is None else seed, steps,
                readers or min(cpus, 8), ms or (100 if env == "N" else 60),
                samples or (500 if env == "N" else 60))


def native_program():
    program = os.path.join(NATIVE, "run")
    if not os.access(program, os.X_OK):
        raise Trouble("the schemes are not built for this host: make native")
    return program


def measure_native(what, writer, progress):
    program = native_program()
    with open(os.path.join(NATIVE, "flags"), encoding="utf-8") as f:
        built = f.read().strip().removeprefix(TOP).strip()
    compiler, _, flags = built.partition(" ")
    version = machine.output_of(compiler, "--version").splitlines()
    writer.say({"compiler": version[0] if version else compiler,
                "flags": flags.strip() or "none", "accel": "none: host hardware"})
    for done, (number, scheme) in enumerate(what.turns):
        progress(done, len(what.turns), f"round {number + 1}, {scheme}")
        run = subprocess.run([program, *what.settings("N", number, scheme)],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, check=False)
        for line in run.stdout.splitlines():
            writer.take(line)
        if run.returncode < 0:
            raise Trouble(f"{scheme} was killed by signal {-run.returncode} in "
                          f"round {number + 1}")
        if run.returncode:
            wrong = re.search(r"^(not ok .*|Bail out.*)", run.stdout, re.MULTILINE)
            said = wrong.group() if wrong else run.stderr.strip() or "no word"
            raise Trouble(f"{scheme} failed in round {number + 1}: {said}")
    progress(len(what.turns), len(what.turns), "done")


def module_file():
    if not os.path.exists(MODULE):
        raise Trouble("the kernel module is not built: make module")
    return MODULE


# Each run of the module is a subtest of the job: indented, then summed up.
RUN_MODULE = r"""
turn() {
	name=$1; shift
	nr=$((nr + 1))
	insmod /lab/nsproxy_lab.ko "$@" || { echo "not ok $nr - $name"; return; }
	sed 's/^/    /' /proc/nsproxy_lab | tee /tmp/turn
	rmmod nsproxy_lab
	if grep -qE '^ *(not ok|Bail out)' /tmp/turn; then
		echo "not ok $nr - $name"
	else
		echo "ok $nr - $name"
	fi
}
nr=0
"""


def vm_job(turns):
    """The script for the guest: [(name, module parameters)]."""
    lines = [f"echo 1..{len(turns)}", RUN_MODULE]
    lines += ["turn " + " ".join([name, *settings]) for name, settings in turns]
    return "\n".join(lines) + "\n"


def run_vm(turns, on_line, timeout=300):
    """Boot once, run all turns; the run's record. on_line(text) as it comes."""
    os.makedirs(BUILD, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="vm-") as folder:
        job, record = os.path.join(folder, "job"), os.path.join(folder, "json")
        with open(job, "w", encoding="utf-8") as f:
            f.write(vm_job(turns))
        command = [VM, "run", "--job", job, "--add", module_file(), "--json",
                   record, "--verbose", "--timeout", str(timeout)]
        last = ""
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as child:
            try:
                for line in child.stdout:
                    last = line.strip() or last
                    on_line(line.rstrip("\n"))
            except BaseException:
                child.terminate()       # it takes its QEMU along
                raise
        if not os.path.exists(record):
            raise Trouble(f"the VM did not run: {last}")
        with open(record, encoding="utf-8") as f:
            return json.load(f)


def about_vm(record):
    return {"accel": record["accel"], "guest kernel": record["kernel"],
            "qemu": record["qemu"], "guest cpus": record["smp"],
            "boot seconds": record["boot_s"]}


def measure_vm(what, writer, progress):
    turns = [(f"{number}:{scheme}", ["graveyard=0",
              *what.settings("V", number, scheme)]) for number, scheme in what.turns]
    done = 0

    def on_line(line):
        nonlocal done
        writer.take(line)
        result = re.match(r"  (not )?ok \d+ - (\d+):(\w+)", line)
        if result:
            done += 1
            progress(done, len(turns), f"round {int(result.group(2)) + 1}, "
                     f"{result.group(3)}")
        elif line.startswith("vm: boot"):
            progress(done, len(turns), line[4:].split(" (")[0])

    progress(0, len(turns), "booting the VM")
    record = run_vm(turns, on_line, timeout=30 + 3 * len(turns))
    writer.say(about_vm(record))
    if record["verdict"] != "pass":
        raise Trouble(f"the VM's run did not pass: {record['reason']}")


def measure(env, what, path, progress):
    """Measure all of a plan into a raw file; Trouble leaves it marked."""
    about = {"env": env, **machine.about(), **what.about()}
    with raw.Writer(path, about) as writer:
        (measure_native if env == "N" else measure_vm)(what, writer, progress)
        writer.say({"load after": machine.load()})
        return writer.rows
