# SPDX-License-Identifier: GPL-2.0-only
"""Which kernel and headers are in use, and whether they are what they seem."""
import mmap
import os
import re
import struct

from . import fetch, paths
from .trouble import Trouble


def overrides():
    """KERNEL=, KDIR=, BUSYBOX= from the environment, checked; or None."""
    kernel, kdir, busybox = (os.environ.get(name) or None
                             for name in ("KERNEL", "KDIR", "BUSYBOX"))
    if kernel:
        kernel = os.path.abspath(kernel)
        check_image(kernel)
    if kdir:
        kdir = os.path.abspath(kdir)
        check_kdir(kdir)
    if busybox:
        busybox = os.path.abspath(busybox)
        if not os.access(busybox, os.X_OK) or os.path.isdir(busybox):
            raise Trouble(f"BUSYBOX={busybox} is not a program: give the path "
                          "of a statically linked busybox")
    return kernel, kdir, busybox


def check_image(path):
    """A bzImage has "HdrS" at 0x202 (Documentation/x86/boot.rst)."""
    try:
        with open(path, "rb") as f:
            head = f.read(0x210)
    except IsADirectoryError:
        raise Trouble(f"KERNEL={path} is a folder: give the kernel image in "
                      "it, usually arch/x86/boot/bzImage") from None
    except OSError as error:
        raise Trouble(f"KERNEL={path} can't be read: {error.strerror}") \
            from None
    if head[0x202:0x206] == b"HdrS":
        return
    if head[:4] == b"\x7fELF":
        raise Trouble(f"KERNEL={path} is an ELF file, probably vmlinux: QEMU "
                      "needs the bzImage of the same build, usually "
                      "arch/x86/boot/bzImage")
    raise Trouble(f"KERNEL={path} is not a bootable x86 kernel image: it has "
                  "no \"HdrS\" at byte 0x202, as every bzImage does; give the "
                  "path of a bzImage or vmlinuz")


def check_kdir(path):
    if not os.path.isdir(path):
        raise Trouble(f"KDIR={path} is not a folder: give a kernel's build "
                      "tree or its unpacked headers")
    for name, how in ((".config", "make defconfig or your own"),
                      ("Makefile", ""),
                      ("include/generated/autoconf.h", "make modules_prepare"),
                      ("Module.symvers", "make modules")):
        if not os.path.exists(os.path.join(path, name)):
            hint = f"; in a kernel tree it comes from `{how}`" if how else ""
            raise Trouble(f"KDIR={path} is no tree to build modules against: "
                          f"it lacks {name}{hint}")
    if not paths.fit_for_kbuild(os.path.realpath(path)):
        raise Trouble(f"KDIR={path}: kbuild can't work below a path with "
                      "spaces or special characters; move it")


def image_release(path):
    """The release in a bzImage's header, e.g. 6.1.0-56-cloud-amd64."""
    with open(path, "rb") as f:
        head = f.read(0x210)
        offset, = struct.unpack_from("<H", head, 0x20e)
        if not offset:
            return "unknown"
        f.seek(0x200 + offset)
        text = f.read(256).split(b"\0")[0].decode("ascii", "replace")
    return text.split(" ")[0] or "unknown"


def kdir_release(path):
    """What a module built in *path* will claim to be for.

    That is utsrelease.h; Debian's kernel.release says 6.1.192 instead.
    """
    try:
        with open(os.path.join(path, "include/generated/utsrelease.h"),
                  encoding="utf-8") as f:
            found = re.search(r'UTS_RELEASE "([^"]+)"', f.read())
    except OSError:
        found = None
    return found.group(1) if found else "unknown"


def check_pair(kernel, kdir):
    of_kernel, of_kdir = image_release(kernel), kdir_release(kdir)
    if "unknown" not in (of_kernel, of_kdir) and of_kernel != of_kdir:
        raise Trouble(
            f"the kernel and the headers don't belong together: {kernel} is "
            f"{of_kernel}, but {kdir} is for {of_kdir}; a module built there "
            "would not load. Set KDIR= to the build tree of that kernel")


def fetched_or_trouble(what):
    got = fetch.fetched()
    if not got or not got.get(what):
        name = "headers of the VM's kernel" if what == "kdir" else f"VM's {what}"
        raise Trouble(f"not fetched yet: the {name}. Run `labs/vm/vm "
                      "fetch` first (it downloads about 45 MB, installs nothing)")
    return got[what]


def image():
    """(path, release) of the kernel to boot."""
    path = overrides()[0] or fetched_or_trouble("kernel")
    check_image(path)
    return path, image_release(path)


def headers():
    """The tree to build modules against; must match KERNEL= if given."""
    kernel, kdir, _ = overrides()
    if kernel and not kdir:
        kdir = (fetch.fetched() or {}).get("kdir")
        if not kdir or image_release(kernel) != kdir_release(kdir):
            raise Trouble(
                f"KERNEL={kernel} is {image_release(kernel)}, and there are "
                "no headers for that release here: set KDIR= to its build "
                "tree (or unset KERNEL= to use the distribution's)")
    kdir = kdir or fetched_or_trouble("kdir")
    check_kdir(kdir)
    if kernel:
        check_pair(kernel, kdir)
    return kdir


def busybox():
    return overrides()[2] or fetched_or_trouble("busybox")


def module_release(path):
    """The release a .ko was built for, from its vermagic; None if none."""
    try:
        with open(path, "rb") as f, \
                mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
            at = data.find(b"vermagic=")
            if at < 0:
                return None
            text = data[at + 9:at + 200].split(b"\0")[0]
            return text.split(b" ")[0].decode("ascii", "replace")
    except (OSError, ValueError):
        return None


def check_module(path, release):
    built_for = module_release(path)
    if built_for is None:
        raise Trouble(f"{path} is not a kernel module (it has no vermagic); "
                      "was its build interrupted?")
    if release != "unknown" and built_for != release:
        raise Trouble(f"{path} was built for kernel {built_for}, but the VM "
                      f"boots {release}, which would refuse it: build it "
                      "again with `labs/vm/vm module`")
