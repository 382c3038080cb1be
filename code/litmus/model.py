# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's memory model: where it is, and how to get it.

It is kernel source (tools/memory-model), so it is not in this repository.
"""
import glob
import hashlib
import lzma
import os
import re
import subprocess
import sys
import tarfile

from herd import Missing, Wrong

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "labs", "vm"))

from vmlib import apt, paths  # noqa: E402 (the path has to be set first)
from vmlib.trouble import Trouble, os_trouble  # noqa: E402

NEEDED = ("linux-kernel.cfg", "linux-kernel.def", "linux-kernel.bell",
          "linux-kernel.cat", "lock.cat")


def fetched():
    return paths.build("litmus", "memory-model")


def is_model(folder):
    return all(os.path.isfile(os.path.join(folder, n)) for n in NEEDED)


def find():
    """The folder of the model: LKMM=, what was fetched, or a kernel tree."""
    said = os.environ.get("LKMM")
    if said:
        for folder in (said, os.path.join(said, "tools", "memory-model")):
            if is_model(folder):
                return os.path.realpath(folder)
        raise Wrong(f"LKMM={said} is neither a kernel's tools/memory-model "
                    "nor a kernel tree that has one")
    for folder in [fetched()] + sorted(
            glob.glob("/usr/src/linux*/tools/memory-model"), reverse=True):
        if is_model(folder):
            return folder
    raise Missing("the kernel's memory model is not on this machine: "
                  "`code/litmus/run --fetch-model` gets it from Debian's "
                  "kernel source (or say LKMM=/path/to/linux)")


def read(folder, name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8",
                  errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def version(folder):
    """Which kernel the model is from, and a digest of the model itself."""
    digest = hashlib.sha256()
    for name in NEEDED:
        digest.update(read(folder, name).encode())
    said = read(folder, "FROM").strip()
    if not said:
        makefile = read(os.path.join(folder, "..", ".."), "Makefile")
        parts = [re.search(rf"^{key} *= *(\S+)", makefile, re.M)
                 for key in ("VERSION", "PATCHLEVEL", "SUBLEVEL")]
        said = ("linux " + ".".join(p[1] for p in parts) if all(parts)
                else "unknown kernel")
    return {"from": said, "sha256": digest.hexdigest()}


def herd_needed(folder):
    """The oldest herd7 that the model's own README asks for, or None."""
    found = re.search(r'[Vv]ersion (\d[\d.]*\d) (?:or higher )?of the "herd7"',
                      read(folder, "README"))
    return found[1] if found else None


def unpack(stream, target, came_from):
    """Take the model out of a kernel's .tar.xz, which *stream* reads."""
    with paths.scratch_beside(target) as scratch:
        new, old = (os.path.join(scratch, n) for n in ("new", "old"))
        os.mkdir(new)
        inside = False
        with tarfile.open(fileobj=stream, mode="r|xz") as tar:
            for entry in tar:
                found = re.fullmatch(r"(?:\./)?[^/]+/tools/memory-model/(.+)",
                                     entry.name)
                if not found and inside:
                    break
                inside = inside or bool(found)
                if not (found and entry.isfile() and re.fullmatch(
                        r"README|[\w-]+\.(cat|bell|cfg|def)", found[1])):
                    continue
                with open(os.path.join(new, found[1]), "wb") as f:
                    f.write(tar.extractfile(entry).read())
        with open(os.path.join(new, "FROM"), "w", encoding="utf-8") as f:
            f.write(came_from + "\n")
        if not is_model(new):
            raise Trouble(f"{came_from} has no tools/memory-model that this "
                          "kit understands")
        if os.path.isdir(target):
            os.rename(target, old)
        os.rename(new, target)


def source_package():
    """The distribution's kernel source, as apt knows it."""
    try:
        names = apt.depends(apt.show("linux-source"), r"linux-source-.*")
        return apt.show(names[0])
    except (apt.NotKnown, IndexError):
        raise Trouble("apt knows no package linux-source. Its lists may be "
                      "empty: run `sudo apt-get update`, then this again. (On "
                      "another system, say LKMM=/path/to/a/kernel/tree "
                      "instead.)") from None


def fetch(say):
    """Get the model out of the distribution's kernel source package.

    The package is downloaded into the cache, never installed; one that is
    installed already is used as it is.
    """
    target = fetched()
    with paths.lock(paths.build("litmus", ".fetch-lock")), \
            paths.lock(paths.cache("debs", ".litmus-lock")):
        try:
            installed = sorted(glob.glob("/usr/src/linux-source-*.tar.xz"))
            if installed:
                say(f"unpacking the model from {installed[-1]}")
                with open(installed[-1], "rb") as f:
                    unpack(f, target, os.path.basename(installed[-1])[:-7])
                return target
            package = source_package()
            if not apt.is_good(package):
                apt.download(package, say)
            say(f"unpacking the model from {apt.deb_path(package)}")
            unpack_deb(apt.deb_path(package), target,
                       f"{package['name']} {package['version']}")
        except OSError as error:
            raise os_trouble(error, "unpacking the model") from None
        except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
            raise Trouble(f"the kernel source can't be unpacked: {error}"
                          ) from None
    return target


def unpack_deb(deb, target, came_from):
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb],
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as dpkg:
        try:
            with tarfile.open(fileobj=dpkg.stdout, mode="r|") as outer:
                for entry in outer:
                    if re.search(r"/linux-source-[^/]*\.tar\.xz$", entry.name):
                        unpack(outer.extractfile(entry), target, came_from)
                        return
            raise Trouble(f"{deb} holds no kernel source")
        finally:
            dpkg.kill()  # what we need may be far from its end
