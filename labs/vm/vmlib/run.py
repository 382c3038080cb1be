# SPDX-License-Identifier: GPL-2.0-only
"""`vm run` and `vm bare-boot`: one boot each, told as it happens."""
import contextlib
import json
import os
import statistics
import sys

from . import accel, image, kernel, ktap, paths, verdict
from .machine import Machine
from .trouble import FAILED, Trouble, os_trouble


class Out:
    """Prints as it happens; a reader that went away stops nothing."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stdout

    def __call__(self, text):
        try:
            print(text, file=self.stream, flush=True)
        except OSError:
            # `vm run | head`, or a closed terminal: the run goes on, and
            # Python's own flush at exit must not trip over it either.
            self.stream = open(os.devnull, "w", encoding="utf-8")
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, 1)
            os.close(devnull)


def read_job(path):
    try:
        with (sys.stdin.buffer if path == "-" else open(path, "rb")) as f:
            return f.read()
    except OSError as error:
        raise Trouble(f"the job {path} can't be read: {error.strerror}",
                      FAILED) from None


def default_job(adds):
    """Without --job: load each module once, and say how that went."""
    modules = [name for _, name in adds if name.endswith(".ko")]
    if not modules:
        raise Trouble("there is nothing to run: give --job FILE, or --add a "
                      "module, which is then loaded and unloaded", FAILED)
    lines = [f"echo 1..{len(modules)}"]
    for number, name in enumerate(modules, 1):
        quoted = "'" + name.replace("'", "'\\''") + "'"
        lines.append(f"insmod {quoted} && echo ok {number} - load {quoted} "
                     f"|| echo not ok {number} - load {quoted}")
    return "\n".join(lines).encode() + b"\n"


def forget(output):
    """An earlier run's result must not be taken for one of this run's."""
    folder = paths.make_dir(os.path.dirname(os.path.abspath(output)))
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(output)
    except OSError as error:
        raise os_trouble(error, f"replacing {output}") from None
    if not os.access(folder, os.W_OK):
        raise Trouble(f"not allowed to write into {folder}", FAILED)


def run(args):
    """Boot, run the job, print and record the verdict; the exit code."""
    out = Out()
    say = (lambda _: None) if args.quiet else (lambda t: out(f"vm: {t}"))
    adds = [image.split_add(a) for a in args.add]
    job = read_job(args.job) if args.job else default_job(adds)
    outputs = [o for o in (args.json, args.ktap, args.console) if o]
    for output in outputs:
        forget(output)
    path, release = kernel.image()
    for source, name in adds:
        if name.endswith(".ko"):
            kernel.check_module(source, release)
    chosen, why = accel.choose(path, say)
    parser = ktap.Parser()

    def on_line(line):
        is_result = parser.line(line) if not args.plain else True
        if not args.quiet and (is_result or args.verbose):
            out(f"  {line}")

    def on_event(event, vm):
        if event == "started":
            say(f"booting {release}, {args.smp} CPUs, {chosen} "
                f"({accel.MEANING[chosen]})")
        elif event == "booted":
            say(f"booted in {vm.boot_s:.1f} s; the job has "
                f"{vm.limit_s:.0f} s")
        elif event == "late":
            say(f"the job's {vm.limit_s:.0f} s are over; asking the guest "
                "where it is")

    vm = Machine(path, chosen, job=job, adds=adds, smp=args.smp, mem=args.mem,
                 append=args.append, timeout=args.timeout,
                 boot_timeout=args.boot_timeout, port_limit=args.port_limit,
                 on_event=on_event, on_line=on_line).run()
    what, reason = verdict.decide(vm, parser, args.plain)
    if what not in ("pass", "interrupted") and not args.quiet:
        show_evidence(vm, what, out)
    out(f"vm: {what}: {reason} [{vm.total_s:.1f} s]")
    if args.console:
        paths.write_file(args.console, vm.console_text)
    if args.ktap:
        paths.write_file(args.ktap, "".join(f"{x}\n" for x in vm.lines))
    if args.json:
        paths.write_json(args.json, dict(
            verdict.record(vm, parser, what, reason, release, args.smp),
            accel_why=why))
    return verdict.exit_code(what, vm.signal)


def show_evidence(vm, what, out):
    """The lines that a person would ask for next."""
    if what == "fail" or what == "flood" and vm.results.flooded:
        title, lines = "the job's last lines", vm.lines[-12:]
    elif what == "panic" and vm.splats:
        one = verdict.splat.the_one(vm.splats, True)
        title, lines = "the kernel's report", verdict.splat.digest(one)[:40]
    elif what == "hang" and vm.stuck:
        title, lines = ("what the guest is doing",
                        verdict.splat.digest(vm.stuck)[:60])
    else:
        title, lines = ("the console's end",
                        vm.console_text.splitlines()[-15:])
    if lines:
        out(f"vm: {title}:")
        for line in lines:
            out(f"  | {line}")


def bare_boot(args):
    """How long a boot takes with nothing in it, as JSON."""
    path, release = kernel.image()
    chosen, _ = accel.choose(path)
    boots = []
    for _ in range(args.count):
        vm = Machine(path, chosen, mode="bare", smp=args.smp).run()
        if vm.ended == "interrupted":
            raise paths.Interrupted(vm.signal)
        if vm.ended != "done":
            what, reason = verdict.decide(vm, ktap.Parser(), True)
            raise Trouble(f"{what}: {reason}")
        boots.append(round(vm.boot_s, 3))
    print(json.dumps({
        "boots_s": boots, "median_s": round(statistics.median(boots), 3),
        "accel": chosen, "kernel": release, "smp": args.smp,
        "qemu": verdict.qemu.about()["version"],
        "host_cpu": verdict.cpu_model()}, indent=1))
    return 0
