# SPDX-License-Identifier: GPL-2.0-only
"""What apt knows, and how to get a package from it without installing."""
import errno
import os
import re
import shutil
import signal
import subprocess

from . import paths
from .trouble import Trouble, os_trouble


def run(args, **more):
    env = dict(os.environ, LC_ALL="C", LANGUAGE="C")
    try:
        got = subprocess.run(args, env=env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, errors="replace", **more)
    except FileNotFoundError:
        raise Trouble(
            f"{args[0]} is not on this machine: `vm fetch` takes the kernel "
            "from Debian's archive. Elsewhere, set KERNEL=, KDIR= and "
            "BUSYBOX= to your own (see labs/vm/README.md)") from None
    too_large = got.returncode and "File too large" in got.stderr
    if too_large or got.returncode in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ):
        raise os_trouble(OSError(errno.EFBIG, "File too large"),
                         f"running {args[0]}")
    return got


class NotKnown(Trouble):
    """apt has never heard of the package: no lists, or another system."""


def show(name):
    """The fields of the candidate version of package *name*."""
    out = run(["apt-cache", "show", "--no-all-versions", name])
    fields = dict(re.findall(r"^([\w-]+): *(.*)$", out.stdout, re.M))
    if not {"Version", "SHA256", "Filename"} <= set(fields):
        raise NotKnown(
            f"apt knows no package {name}. Its lists may be empty: run "
            "`sudo apt-get update`, then this again. (On a system that has "
            "no such package, set KERNEL= and KDIR= instead.)")
    return {"name": name, "version": fields["Version"],
            "arch": fields["Architecture"], "sha256": fields["SHA256"],
            "size": int(fields.get("Size", 0)),
            "depends": fields.get("Depends", "")}


def depends(package, pattern):
    """Names that *package* depends on (first alternatives) and match."""
    first = (d.split("|")[0].split("(")[0].split(":")[0].strip()
             for d in package["depends"].split(","))
    return [d for d in first if re.fullmatch(pattern, d)]


def resolve(want_kernel=True, want_busybox=True):
    """The concrete packages: what "the distribution's kernel" means today."""
    found = {}
    if want_kernel:
        image = show("linux-image-cloud-amd64")
        names = depends(image, r"linux-image-.*")
        headers = show("linux-headers-cloud-amd64")
        names += depends(headers, r"linux-headers-.*")
        while names:
            package = show(names.pop(0))
            found[package["name"]] = package
            names += [d for d in
                      depends(package, r"linux-(headers|kbuild|compiler)-.*")
                      if d not in found and d not in names]
    if want_busybox:
        found["busybox-static"] = show("busybox-static")
    return [{k: v for k, v in p.items() if k != "depends"}
            for p in found.values()]


def deb_path(package):
    """The cached file; %3a is how apt writes an epoch's colon in names."""
    version = package["version"].replace(":", "%3a")
    return paths.cache("debs", f"{package['name']}_{version}_"
                               f"{package['arch']}.deb")


def is_good(package):
    try:
        return paths.sha256(deb_path(package)) == package["sha256"]
    except OSError:
        return False


def why_not(text, package):
    """One sentence for what apt-get said."""
    errors = (re.findall(r"^E: (.*)$", text, re.M)
              or [text.strip()[-200:] or "nothing"])
    what = f"could not download {package['name']} {package['version']}"
    if re.search(r"No space left|Disk quota", text):
        return (f"{what}: no space left on the disk below {paths.cache()}: "
                "free some (this kit needs about 250 MB), then try again")
    if re.search(r"404|was not found|Hash Sum mismatch|File has unexpected "
                 "size", text):
        return (f"{what}: the archive has moved on since apt's lists were "
                "made: run `sudo apt-get update`, then this again")
    if re.search(r"Temporary failure resolving|Could not (connect|resolve)|"
                 r"Network is unreachable|Connection (failed|timed out|"
                 "refused)|Unable to connect|Unable to fetch", text):
        return (f"{what}: no network, or the mirror does not answer "
                f"({errors[0]}). Once fetched, it is kept in "
                f"{paths.cache('debs')}: copying that folder from another "
                "machine works too")
    return f"{what}: apt-get says: {errors[0]}"


def download(package, say):
    """Put *package* into the cache, whole or not at all."""
    target = deb_path(package)
    damaged = os.path.exists(target)
    with paths.scratch_beside(target) as temp:
        try:
            usage = shutil.disk_usage(temp)
            if usage.free < package["size"]:
                raise Trouble(
                    f"no space left on the disk for {os.path.basename(target)}"
                    f" in {paths.cache('debs')}: it needs "
                    f"{package['size'] >> 20} MB; free some, then try again")
            say(f"downloading {package['name']} {package['version']} "
                f"({max(1, package['size'] >> 20)} MB)"
                + (", because the cached one is damaged" if damaged else ""))
            args = ["apt-get", "-q", "-o", "Acquire::Retries=2",
                    "-o", "Acquire::http::Timeout=20",
                    "-o", "Acquire::https::Timeout=20"]
            if os.getuid() == 0:
                # else apt warns that its own user can't write here
                args += ["-o", "APT::Sandbox::User=root"]
            got = run(args + ["download",
                              f"{package['name']}={package['version']}"],
                      cwd=temp)
            debs = [f for f in os.listdir(temp) if f.endswith(".deb")]
            if got.returncode or len(debs) != 1:
                note = (f"; the copy in the cache is damaged: {target}"
                        if damaged else "")
                raise Trouble(why_not(got.stderr + got.stdout, package) + note)
            os.replace(os.path.join(temp, debs[0]), target)
        except OSError as error:
            raise os_trouble(error, "downloading") from None
    if not is_good(package):
        raise Trouble(f"{target} is not what apt's lists promise (wrong "
                      "checksum): run `sudo apt-get update`, then this again")
