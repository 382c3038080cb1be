# SPDX-License-Identifier: GPL-2.0-only
"""Time limits follow this machine: how long does a bare boot take here?

A job's nominal limit is for a machine that boots in REFERENCE_S; elsewhere
it is stretched in proportion. A fixed limit fails people with slow laptops.
"""
import contextlib
import hashlib
import os

from . import paths, qemu
from .trouble import Trouble

REFERENCE_S = 5.0
FIRST_BOOT_LIMIT_S = 120.0      # before anything is known of this machine


def host_boot():
    """Distinguishes one boot of this host from the next."""
    with contextlib.suppress(OSError):
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as f:
            return f.read().strip()
    return "unknown"


def key(kernel, accel):
    """One kernel, QEMU, accelerator and boot of the host."""
    info = os.stat(kernel)
    known = paths.read_json(paths.cache("kernels.json"))
    known = known if isinstance(known, dict) else {}
    name = f"{os.path.realpath(kernel)} {info.st_size} {info.st_mtime_ns}"
    digest = known.get(name)
    if not digest:
        digest = paths.sha256(kernel)
        known = dict(list(known.items())[-20:])
        known[name] = digest
        with contextlib.suppress(Trouble):
            paths.write_json(paths.cache("kernels.json"), known)
    text = " ".join((digest, qemu.about()["version"], accel, host_boot()))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def file(kernel, accel):
    return paths.cache("boots", key(kernel, accel) + ".json")


def known_boots(kernel, accel):
    """Seconds that the last boots took, the newest last."""
    got = paths.read_json(file(kernel, accel))
    try:
        return [float(b) for b in got["boots"] if 0 < float(b) < 3600]
    except (TypeError, KeyError, ValueError):
        return []


def record(kernel, accel, boot_s):
    boots = (known_boots(kernel, accel) + [round(boot_s, 3)])[-9:]
    with contextlib.suppress(Trouble):
        paths.write_json(file(kernel, accel), {"boots": boots})


def scale(boot_s):
    return max(1.0, boot_s / REFERENCE_S)


def boot_limit(kernel, accel):
    """How long to wait for init: generous, for load comes and goes."""
    boots = known_boots(kernel, accel)
    if not boots:
        return FIRST_BOOT_LIMIT_S
    return max(60.0, 6 * sorted(boots)[len(boots) // 2])
