# SPDX-License-Identifier: GPL-2.0-only
"""The debug kernels: which there are, where they are kept, how they are built.

One is the distribution's kernel source, tinyconfig, base.config and NAME.config
of this folder. It lives in the user's cache, named by a hash of what went into
it; so every clone shares it, and it is built again only when that changes.
"""
import contextlib
import glob
import hashlib
import json
import lzma
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "labs", "vm"))

from vmlib import apt, paths  # noqa: E402
from vmlib.trouble import FAILED, Trouble, os_trouble  # noqa: E402

# For the progress and the forecast of a first build: lines that make prints,
# and CPU seconds without ccache. built.json has this machine's own.
STEPS, CPU_S = 1130, 450
ROOM = 4 << 30          # bytes on disk, source included
TOOLS = ("make", "gcc", "flex", "bison", "bc", "ld")
# What modules, gdb and the decoder of addresses need of a built tree.
KEPT = re.compile(r"(vmlinux|System\.map|Module\.symvers|\.config|Makefile|source"
                  r"|fragment|built\.json|modules\.order)$|(include|scripts)/"
                  r"|arch/x86/(include/generated|boot/bzImage$|tools)"
                  r"|tools/objtool/objtool$")


def names():
    return sorted(os.path.basename(p)[:-7] for p in glob.glob(f"{HERE}/*.config")
                  if not p.endswith("/base.config"))


def fragment(name):
    if name not in names():
        raise Trouble(f"there is no debug kernel “{name}”; there are: "
                      + ", ".join(names()), FAILED)
    text = ""
    for part in ("base", name):
        with open(os.path.join(HERE, part + ".config"), encoding="utf-8") as f:
            text += f.read()
    return text


def settings(text):
    """What matters of a fragment: comments may change for free."""
    return [line for line in text.splitlines()
            if re.match(r"CONFIG_|# CONFIG_\w+ is not set$", line)]


def source_package(update=False):
    """{name, version, ...}: the cached package, else what apt has."""
    cached = sorted(glob.glob(paths.cache("debs", "linux-source-*_all.deb")),
                    key=os.path.getmtime)
    if cached and not update:
        name, version, _ = os.path.basename(cached[-1])[:-4].split("_")
        return {"name": name, "version": version.replace("%3a", ":"), "arch": "all"}
    try:
        return apt.show(apt.depends(apt.show("linux-source"), r"linux-source-.*")[0])
    except (apt.NotKnown, IndexError):
        raise Trouble("apt knows no package linux-source: run `sudo apt-get update`, "
                      "then this again") from None


def compiler():
    try:
        out = subprocess.run(["gcc", "--version"], capture_output=True, text=True)
    except FileNotFoundError:
        raise Trouble("gcc is not on this machine: labs/setup debug") from None
    return out.stdout.splitlines()[0]


def folder(name, package=None):
    package = package or source_package()
    parts = [package["version"], compiler(), settings(fragment(name))]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
    return os.path.realpath(paths.cache("kernels", f"{name}-{key}"))


class Kernel:
    """A debug kernel that is there."""

    def __init__(self, name, where, built):
        self.name, self.folder, self.built = name, where, built
        self.image = os.path.join(where, "arch/x86/boot/bzImage")
        self.vmlinux = os.path.join(where, "vmlinux")


def ready(name):
    """The Kernel, or None when it has not been built."""
    if not glob.glob(paths.cache("kernels", f"{name}-*")):
        return None
    try:
        where = folder(name)
    except Trouble:
        return None
    built = paths.read_json(os.path.join(where, "built.json"))
    return Kernel(name, where, built) if isinstance(built, dict) else None


def need(name):
    kernel = ready(name)
    if not kernel:
        raise Trouble(f"the debug kernel “{name}” is not built here: make debug-kernels")
    return kernel


def unpack(package, say):
    """The source tree without its documentation; whole or not at all."""
    target = os.path.realpath(paths.cache("kernels", f"source-{package['version']}"))
    done = os.path.join(target, ".unpacked")
    if os.path.exists(done):
        return target
    if not os.path.exists(apt.deb_path(package)):
        apt.download(package, say)
    say(f"unpacking {package['name']} {package['version']}, a minute")
    shutil.rmtree(target, ignore_errors=True)
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", apt.deb_path(package)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as dpkg:
        try:
            with tarfile.open(fileobj=dpkg.stdout, mode="r|") as outer:
                for entry in outer:
                    if re.search(r"/linux-source-[^/]*\.tar\.xz$", entry.name):
                        unpack_tree(outer.extractfile(entry), target)
                        break
                else:
                    raise Trouble(f"{apt.deb_path(package)} holds no kernel source")
        except OSError as error:
            raise os_trouble(error, "unpacking the kernel source") from None
        except (tarfile.TarError, lzma.LZMAError, EOFError) as error:
            raise Trouble(f"the kernel source can't be unpacked: {error}") from None
        finally:
            dpkg.kill()
    paths.write_file(done, "")
    return target


def unpack_tree(stream, target):
    with tarfile.open(fileobj=stream, mode="r|xz") as tar:
        for entry in tar:
            inside = entry.name.split("/", 1)[-1]
            if inside.startswith("Documentation/") and inside.count("/") > 1:
                continue
            # Other processors: only what Kconfig reads.
            other = re.match(r"arch/(?!x86/)[^/]+/", inside)
            if other and not os.path.basename(inside).startswith("Kconfig"):
                continue
            entry.name = inside
            if entry.islnk():
                entry.linkname = entry.linkname.split("/", 1)[-1]
            tar.extract(entry, target, set_attrs=entry.isfile(), numeric_owner=True)


def make_args(name, where):
    ccache = "ccache " if shutil.which("ccache") else ""
    return ["make", f"-j{os.cpu_count()}", "-C", where, f"CC={ccache}gcc",
            f"HOSTCC={ccache}gcc", f"LOCALVERSION=-lab-{name}",
            "KBUILD_BUILD_TIMESTAMP=@0", "KBUILD_BUILD_USER=lab",
            "KBUILD_BUILD_HOST=lab"]


def configure(name, source, where):
    env = environment()
    with open(os.path.join(where, "fragment"), "w", encoding="utf-8") as f:
        f.write(fragment(name))
    for command in (
            ["make", "-s", "-C", source, f"O={where}", "tinyconfig"],
            [f"{source}/scripts/kconfig/merge_config.sh", "-m", "-O", where,
             f"{where}/.config", f"{where}/fragment"],
            ["make", "-s", "-C", where, "olddefconfig"]):
        done = subprocess.run(command, cwd=where, env=env, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Trouble(f"configuring the kernel “{name}” failed: "
                          f"{(done.stderr.strip() or 'no word why').splitlines()[-1]}")
    with open(os.path.join(where, ".config"), encoding="utf-8") as f:
        got = set(f.read().splitlines())
    lost = [s for s in settings(fragment(name)) if s.startswith("C") and s not in got]
    if lost:
        raise Trouble(f"this source takes no {', '.join(lost)} "
                      f"(code/kernel/{name}.config or base.config)", FAILED)


def environment():
    foreign = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "KBUILD_OUTPUT", "O",
               "M", "V", "KERNEL", "KDIR", "BUILD", "SCHEME")
    env = {k: v for k, v in os.environ.items() if k not in foreign}
    # The same objects, whichever folder they are built in.
    return dict(env, LC_ALL="C", CCACHE_NOHASHDIR="1")


def build(name, source, package, progress):
    """Build in place; what an interrupted build left is gone on with."""
    where = folder(name, package)
    began, cpu = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with paths.lock(where + ".lock"):
        if os.path.exists(os.path.join(where, "built.json")):
            return where
        paths.make_dir(where)
        if not os.path.exists(os.path.join(where, "fragment.done")):
            configure(name, source, where)
            paths.write_file(os.path.join(where, "fragment.done"), "")
        log = os.path.join(where, "log")
        steps = run_make(name, [*make_args(name, where), "bzImage", "modules"], log,
                         progress)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        prune(where)
        paths.write_json(os.path.join(where, "built.json"), {
            "name": name, "source": f"{package['name']} {package['version']}",
            "compiler": compiler(), "cpus": os.cpu_count(), "steps": steps,
            "seconds": round(time.monotonic() - began),
            "cpu_seconds": round(used.ru_utime + used.ru_stime
                                 - cpu.ru_utime - cpu.ru_stime),
            "date": time.strftime("%Y-%m-%d")})
    return where


def run_make(name, command, log, progress):
    steps, errors, expected = 0, [], (last_built(name) or {}).get("steps", STEPS)
    with open(log, "w", encoding="utf-8") as out, subprocess.Popen(
            command, env=environment(), text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT) as child:
        try:
            for line in child.stdout:
                out.write(line)
                if re.match(r"  [A-Z]", line):
                    steps += 1
                    progress(name, steps, expected)
                elif re.search(r"\b[Ee]rror\b|not found|No space left", line):
                    errors.append(line.strip())
        except BaseException:
            child.terminate()
            raise
    if child.returncode:
        what = errors[0] if errors else "no word why"
        raise Trouble(f"the kernel “{name}” does not build: {what} (all of it: {log})",
                      FAILED)
    return steps


def last_built(name):
    """built.json of this kernel's last build on this machine, or None."""
    for path in sorted(glob.glob(paths.cache("kernels", f"{name}-*", "built.json")),
                       key=os.path.getmtime, reverse=True):
        built = paths.read_json(path)
        if isinstance(built, dict) and built.get("cpus") == os.cpu_count():
            return built
    return None


def prune(where):
    """Keep what is of use, which is a tenth of it."""
    for at, _, files in os.walk(where):
        for file in files:
            path = os.path.join(at, file)
            inside = os.path.relpath(path, where)
            if not KEPT.match(inside) or inside.endswith((".o", ".a")) \
                    and not inside.startswith("scripts/module"):
                with contextlib.suppress(OSError):
                    os.unlink(path)
    for at, _, _ in os.walk(where, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(at)


def missing_tools():
    return [t for t in TOOLS if not shutil.which(t)]
