# SPDX-License-Identifier: GPL-2.0-only
"""Where the kernel-doc program is."""
import glob
import os
import re

MISSING = ("kernel-doc was not found: install linux-kbuild (Debian: apt install "
           "linux-kbuild-6.1, or the version of your release), or set KERNEL_DOC= "
           "to scripts/kernel-doc of a kernel tree")


class NoKernelDoc(Exception):
    pass


def version_of(path):
    return [int(n) for n in re.findall(r"\d+", path.split("/scripts/")[0])]


def find():
    """KERNEL_DOC= if it is set, else the newest one that is installed."""
    named = os.environ.get("KERNEL_DOC")
    if named:
        if os.access(named, os.X_OK):
            return named
        raise NoKernelDoc(f"KERNEL_DOC={named} is not a program. {MISSING}")
    found = glob.glob("/usr/lib/linux-kbuild-*/scripts/kernel-doc")
    if not found:
        raise NoKernelDoc(MISSING)
    return max(found, key=version_of)
