# SPDX-License-Identifier: GPL-2.0-only
"""What one run of the VM means: a verdict, a sentence, a JSON record."""
import datetime
import platform
import re

from . import qemu, splat

# The exit codes of `vm run`; labs/vm/README.md lists them all.
EXIT = {"pass": 0, "fail": 1, "panic": 4, "hang": 5, "noboot": 6, "flood": 7}


def exit_code(verdict, signal=None):
    return 128 + (signal or 2) if verdict == "interrupted" else EXIT[verdict]


def decide(vm, parser, plain):
    """(verdict, reason) of a Machine that has run."""
    if vm.ended == "interrupted":
        return "interrupted", "the run was interrupted"
    if vm.ended == "flood":
        port = "console" if vm.console.flooded else "results channel"
        return "flood", (f"the guest wrote more than {size(vm.console.limit)} "
                         f"to its {port}")
    if vm.ended == "noboot":
        return "noboot", no_boot(vm)
    if vm.ended == "panic":
        return "panic", why_panic(vm)
    if vm.ended == "hang":
        return "hang", (
            f"no end within {vm.limit_s:.0f} s ({vm.timeout:g} s on the "
            f"reference machine; this one booted in {vm.boot_s:.1f} s)"
            + hang_hint(vm))
    if vm.ended == "off":
        return "fail", "the guest was powered off before the job had ended"
    if plain:
        if vm.status:
            return "fail", f"the job exited with status {vm.status}"
        return "pass", "the job exited with status 0"
    passed, why = parser.finish()
    if vm.status:
        # `not ok` says more than the status that goes with it
        detail = f" ({why})" if not passed else ""
        return "fail", f"the job exited with status {vm.status}{detail}"
    if not passed:
        return "fail", why
    counts = parser.counts()
    skipped = f", {counts['skip']} skipped" if counts["skip"] else ""
    return "pass", f"{counts['ok']} ok{skipped}"


def size(count):
    return (f"{count >> 20} MB" if count >= 1 << 20 else
            f"{count >> 10} kB" if count >= 1 << 10 else f"{count} bytes")


def no_boot(vm):
    if vm.panic:
        return f"the kernel panicked before init could start: {vm.panic}"
    if vm.total_s < vm.boot_limit - 0.5:
        said = vm.qemu_says.splitlines()
        if said:
            return f"QEMU gave up after {vm.total_s:.1f} s: {said[-1]}"
        return (f"QEMU ended after {vm.total_s:.1f} s (exit code "
                f"{vm.qemu_exit}) and init had not started: is the kernel "
                "image whole?")
    if not vm.console.total:
        return (f"nothing came from the kernel within {vm.boot_limit:.0f} s: "
                "is the image whole, and for x86-64?")
    return (f"the kernel had not started init within {vm.boot_limit:.0f} s; "
            "the console's end says how far it got")


def why_panic(vm):
    one = splat.the_one(vm.splats, True)
    if not one:
        return vm.panic or "the guest reset itself without a word"
    where = f" in {one['function']}" if one["function"] else ""
    title = one["title"]
    if one["function"] and one["function"] in title:
        where = ""
    return f"{title}{where}"


def hang_hint(vm):
    if vm.stuck and vm.stuck["functions"]:
        return f"; stuck in {', '.join(vm.stuck['functions'][:4])}"
    one = splat.the_one(vm.splats, False)
    if one:
        where = f" in {one['function']}" if one["function"] else ""
        return f"; the kernel had said: {one['title']}{where}"
    if not vm.stuck:
        return "; no CPU of the guest answers any more"
    return ""


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            found = re.search(r"^model name\s*: (.*)$", f.read(), re.M)
    except OSError:
        found = None
    return found.group(1) if found else platform.processor() or "unknown"


def record(vm, parser, verdict, reason, release, smp):
    """Everything about the run, as the JSON file has it."""
    one = splat.the_one(vm.splats, vm.ended == "panic")
    return {
        "verdict": verdict, "reason": reason, "accel": vm.accel,
        "kernel": vm.release or release, "qemu": qemu.about()["version"],
        "smp": smp, "host_cpu": cpu_model(),
        "date": datetime.datetime.now().astimezone().isoformat(
            timespec="seconds"),
        "boot_s": rounded(vm.boot_s),
        "first_line_s": rounded(vm.first_line_s), "total_s": rounded(vm.total_s),
        "limit_s": rounded(vm.limit_s), "timeout_s": vm.timeout,
        "boot_limit_s": rounded(vm.boot_limit),
        "job_status": vm.status, "counts": parser.counts(),
        "ktap": some(vm.lines), "splat": one, "splats": vm.splats[:16],
        "stuck": vm.stuck,
        "console_bytes": vm.console.total, "results_bytes": vm.results.total,
        "qemu_exit": vm.qemu_exit, "qemu_says": vm.qemu_says,
    }


def some(lines, most=20_000):
    """Of a flood, the first and the last will do."""
    if len(lines) <= most:
        return lines
    half = most // 2
    return (lines[:half] + [f"# [{len(lines) - most} lines left out]"]
            + lines[-half:])


def rounded(value):
    return None if value is None else round(value, 3)
