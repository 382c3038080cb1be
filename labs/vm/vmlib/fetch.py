# SPDX-License-Identifier: GPL-2.0-only
"""`vm fetch`: the distribution's kernel and headers, unpacked.

Nothing is installed: installing a kernel would touch the boot loader.
build/vm/fetched.json is written last and names a folder that got its name
by a rename, so what an interrupted run leaves is never trusted.
"""
import glob
import hashlib
import os
import re

from . import apt, kernel, paths
from .trouble import Trouble, os_trouble


def stamp():
    return paths.build("vm", "fetched.json")


def fetched():
    """What was fetched and is still there, or None."""
    got = paths.read_json(stamp())
    try:
        parts = [got[k] for k in ("kernel", "kdir", "busybox") if got.get(k)]
        whole = parts and all(os.path.exists(p) for p in parts)
        return got if whole else None
    except (TypeError, KeyError, AttributeError):
        return None


def set_name(want_kernel, want_busybox):
    return "-".join(["kernel"] * want_kernel + ["busybox"] * want_busybox)


def packages_to_use(want_kernel, want_busybox, say):
    """Ask apt; where it can't say, use what an earlier fetch recorded."""
    record = paths.cache("debs", f"set-{set_name(want_kernel, want_busybox)}"
                                 ".json")
    earlier = paths.read_json(record)
    try:
        packages = apt.resolve(want_kernel, want_busybox)
    except Trouble as trouble:
        if not earlier or not all(apt.is_good(p) for p in earlier):
            raise
        say(f"apt can't say what is current ({str(trouble).split(':')[0]}): "
            "using the packages fetched before")
        return earlier
    try:
        for package in packages:
            if not apt.is_good(package):
                apt.download(package, say)
    except Trouble as trouble:
        if not earlier or not all(apt.is_good(p) for p in earlier):
            raise
        say(f"{trouble}")
        say("using the packages fetched before")
        return earlier
    paths.write_json(record, packages)
    return packages


def relocate_headers(root):
    """Debian's headers include one another by absolute path; undo that."""
    for makefile in glob.glob(os.path.join(root, "usr/src/*/Makefile")):
        with open(makefile, encoding="utf-8", errors="surrogateescape") as f:
            text = f.read()
        new = re.sub(r"^(\s*include\s+)/usr/src/",
                     r"\1$(dir $(lastword $(MAKEFILE_LIST)))../", text,
                     flags=re.M)
        if new != text:
            paths.write_file(makefile, new)


def unpack(packages, tree):
    """All of *packages* into the folder *tree*, which appears when whole."""
    with paths.scratch_beside(tree) as temp:
        for package in packages:
            deb = apt.deb_path(package)
            got = apt.run(["dpkg-deb", "-x", deb, temp])
            if got.returncode:
                text = got.stderr.strip().splitlines() or ["no reason given"]
                if "No space left" in got.stderr:
                    raise Trouble(
                        "no space left on the disk while unpacking "
                        f"{os.path.basename(deb)} below "
                        f"{os.path.dirname(tree)}: it takes about 200 MB; "
                        "free some, then try again")
                raise Trouble(f"could not unpack {deb}: {text[-1]}; if the "
                              "file is damaged, remove it and try again")
        relocate_headers(temp)
        try:
            os.chmod(temp, 0o755)  # mkdtemp's 0700 would outlive it
            os.rename(temp, tree)
        except OSError as error:
            raise os_trouble(error, f"putting {tree} in place") from None


def describe(tree, packages):
    """Where in the unpacked tree the things are that others need."""
    def one(pattern):
        found = sorted(glob.glob(os.path.join(glob.escape(tree), pattern)))
        return found[0] if found else None
    image = one("boot/vmlinuz-*")
    release = image and os.path.basename(image)[len("vmlinuz-"):]
    kdir = release and one(f"usr/src/linux-headers-{release}")
    busybox = one("bin/busybox") or one("usr/bin/busybox")
    return {"kernel": image, "kdir": kdir, "busybox": busybox,
            "release": release, "tree": tree,
            "packages": {p["name"]: p["version"] for p in packages}}


def fetch(say, update=False):
    """Bring everything here, or raise Trouble saying what to do."""
    own_kernel, own_kdir, own_busybox = kernel.overrides()
    if own_kernel and own_kdir:
        kernel.check_pair(own_kernel, own_kdir)
    want_kernel = not (own_kernel and own_kdir)
    want_busybox = not own_busybox
    if not want_kernel and not want_busybox:
        say("KERNEL=, KDIR= and BUSYBOX= are all given: nothing to fetch")
        return
    wanted = ["kernel", "kdir"] * want_kernel + ["busybox"] * want_busybox
    here = fetched() or {}
    if not update and all(here.get(part) for part in wanted):
        say(f"already here: {here.get('release') or 'busybox'} in "
            f"{here['tree']} (--update looks for a newer one)")
        return
    with paths.lock(paths.cache("debs", ".lock")):
        packages = packages_to_use(want_kernel, want_busybox, say)
        key = hashlib.sha256(repr(sorted(
            (p["name"], p["version"], p["sha256"])
            for p in packages)).encode()).hexdigest()[:12]
        # Locked by folder: two clones may share one, if BUILD= says so.
        with paths.lock(paths.build("vm", ".lock")):
            area = paths.for_kbuild(paths.build("vm"))
            tree = os.path.join(area, "trees", key)
            if not os.path.isdir(tree):
                say("unpacking " + ", ".join(p["name"] for p in packages))
                unpack(packages, tree)
            got = describe(tree, packages)
            for part in wanted:
                if not got[part]:
                    raise Trouble(
                        f"the packages {', '.join(got['packages'])} hold no "
                        f"{part}: their layout has changed; please report "
                        "this, and set KERNEL=, KDIR= or BUSYBOX= meanwhile")
            if want_kernel:
                kernel.check_image(got["kernel"])
                kernel.check_kdir(got["kdir"])
            paths.write_json(stamp(), got)
    if got["kernel"]:
        say(f"kernel {got['release']} "
            f"({got['packages'].get('linux-image-' + got['release'], '?')}) "
            f"and its headers are in {tree}")
    else:
        say(f"busybox is in {tree}")
