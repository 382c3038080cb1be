# SPDX-License-Identifier: GPL-2.0-only
"""kvm or tcg? Decided by booting, because /dev/kvm being there says little.

On some hosts QEMU aborts with it ("failed to set MSR"), on others the guest
hangs at its first instruction and burns a core.
"""
import contextlib
import os

from . import calibrate, paths, qemu
from .machine import Machine
from .trouble import Trouble

KVM_BOOT_LIMIT_S = 15.0     # where it works at all, it takes one or two


def kvm_file():
    """Why KVM is out of the question, or None."""
    try:
        os.close(os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC))
    except FileNotFoundError:
        return "this machine has no /dev/kvm"
    except OSError as error:
        return (f"/dev/kvm can't be opened ({error.strerror}); being in the "
                "group kvm may help: sudo adduser $USER kvm")
    return None


def asked_for():
    asked = os.environ.get("ACCEL", "").strip().lower()
    if asked not in ("", "kvm", "tcg"):
        raise Trouble(f"ACCEL={asked}: it can be kvm or tcg, or unset to find "
                      "out by trying")
    return asked


def choose(kernel, say=lambda _: None, again=False):
    """(accelerator, why). Tried once per host boot, kernel and QEMU."""
    if asked := asked_for():
        return asked, f"ACCEL={asked} asks for it"
    if reason := kvm_file():
        return "tcg", reason
    file = paths.cache("accel", calibrate.key(kernel, "probe") + ".json")
    with paths.lock(paths.cache("accel", ".lock")):
        known = paths.read_json(file)
        if not again and isinstance(known, dict) \
                and known.get("accel") in ("kvm", "tcg"):
            return known["accel"], known.get("why", "")
        say(f"trying whether KVM works here (up to {KVM_BOOT_LIMIT_S:.0f} s, "
            "once)")
        accel, why = try_kvm(kernel)
        with contextlib.suppress(Trouble):
            paths.write_json(file, {"accel": accel, "why": why})
    return accel, why


def try_kvm(kernel):
    vm = Machine(kernel, "kvm", mode="bare",
                 boot_timeout=KVM_BOOT_LIMIT_S).run()
    if vm.ended == "interrupted":
        raise paths.Interrupted(vm.signal)
    if vm.boot_s is not None and vm.ended == "done":
        return "kvm", f"a trial boot with KVM took {vm.boot_s:.1f} s"
    if vm.qemu_says or vm.qemu_exit and vm.qemu_exit > 0 \
            or vm.total_s < KVM_BOOT_LIMIT_S:
        said = vm.qemu_says.splitlines()
        return "tcg", ("/dev/kvm is there, but QEMU gave up with it"
                       + (f": {said[0]}" if said else ""))
    return "tcg", ("/dev/kvm is there, but a trial boot with it did not "
                   f"finish within {KVM_BOOT_LIMIT_S:.0f} s")


MEANING = {"kvm": "hardware virtualisation",
           "tcg": "software emulation, slower"}


def describe(accel, why):
    return f"{accel} ({MEANING[accel]}): {why}; QEMU {qemu.about()['version']}"
