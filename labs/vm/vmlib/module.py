# SPDX-License-Identifier: GPL-2.0-only
"""`vm module`: build an external module from sources that lie elsewhere.

Kbuild writes beside the sources it compiles, so the sources are symlinked,
flat, into a folder of the build's own.
"""
import contextlib
import os
import re
import shutil
import subprocess
import sys

from . import kernel, paths
from .trouble import FAILED, Trouble, os_trouble

SOURCES = (".c", ".h", ".S", ".o_shipped", ".mk")

# Said at each build against Debian's headers, and of no use to a student.
NOISE = re.compile(
    r"Skipping BTF generation|the compiler differs from the one|"
    r"The kernel was built by:|You are using:|^make(\[\d+\])?: |^\s*$")


def gather(sources):
    """{name in the flat folder: source path}; folders give their files."""
    links = {}

    def add(path):
        name = os.path.basename(path)
        if not paths.fit_for_kbuild(name):
            raise Trouble(f"kbuild can't build a file called {name!r} "
                          f"({path}): rename it", FAILED)
        if links.get(name, path) != path:
            raise Trouble(f"two sources are called {name}: {links[name]} and "
                          f"{path}; all sources share one folder", FAILED)
        links[name] = path

    for source in map(os.path.abspath, sources):
        if os.path.isdir(source):
            names = sorted(n for n in os.listdir(source)
                           if n.endswith(SOURCES) and not n.endswith(".mod.c")
                           or n == "Kbuild")
            if not names:
                raise Trouble(f"the folder {source} holds no source files",
                              FAILED)
            for name in names:
                add(os.path.join(source, name))
        elif os.path.exists(source):
            add(source)
        else:
            raise Trouble(f"there is no source {source}", FAILED)
    if "Kbuild" not in links:
        raise Trouble("none of the sources is called Kbuild: it has to say "
                      "`obj-m := NAME.o` for the module", FAILED)
    return links


def lay_out(folder, links):
    """Make *folder* hold exactly these links; keep what kbuild built."""
    for entry in list(os.scandir(folder)):
        if entry.is_symlink() and entry.name not in links:
            os.unlink(entry.path)
            with contextlib.suppress(OSError):
                os.unlink(os.path.splitext(entry.path)[0] + ".o")
    for name, source in links.items():
        link = os.path.join(folder, name)
        if os.path.islink(link) and os.readlink(link) == source:
            continue
        with contextlib.suppress(FileNotFoundError):
            os.unlink(link)
        os.symlink(source, link)


def say_source_paths(text, folder, links):
    """Name the user's files instead of our links, shortest path first."""
    def path_of(match):
        source = links.get(match.group("name"))
        if not source:
            return match.group(0)
        short = os.path.relpath(source)
        return short if len(short) < len(source) else source
    # newer kernels build inside the folder and name files without it
    return re.sub(rf"(?:{re.escape(folder)}/(?:\./)?|^|(?<=from ))"
                  r"(?P<name>[\w.+-]+)(?=[:,])", path_of, text, flags=re.M)


# What an outer make, or the user's shell, would pass on to kbuild.
FOREIGN = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MAKEFILES",
           "M", "O", "KBUILD_EXTMOD", "KBUILD_OUTPUT", "KBUILD_SRC")


def make_lines(command, verbose):
    """Run make; its exit status and its lines (shown as they come if V=1)."""
    lines = []
    env = {k: v for k, v in os.environ.items() if k not in FOREIGN}
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors="replace",
                              env=dict(env, LC_ALL="C")) as child:
            for line in child.stdout:
                lines.append(line)
                if verbose:
                    print(line, end="", flush=True)
    except FileNotFoundError:
        raise Trouble(f"{command[0]} is not on this machine: "
                      f"sudo apt-get install {command[0]}") from None
    return child.returncode, lines


def explain(name, lines):
    """The closing line of a failed build."""
    text = "".join(lines)
    missing = (re.search(r"sh: (?:line )?\d+: ([\w.+-]+): "
                         r"(?:command )?not found", text)
               or re.search(r"^make.*: ([\w.+-]+): No such file or directory$",
                            text, re.M))
    if missing:
        return Trouble(f"{missing.group(1)}, which these headers ask for, is "
                       "not on this machine: sudo apt-get install "
                       f"{missing.group(1)}")
    if "No space left on device" in text:
        return Trouble(f"no space left on the disk while building {name}.ko: "
                       "free some, then try again")
    library = re.search(r"error while loading shared libraries: (\S+?):", text)
    if library:
        package = {"libelf.so.1": "libelf1", "libssl.so.3": "libssl3",
                   "libcrypto.so.3": "libssl3"}.get(library.group(1))
        return Trouble(f"kbuild's own tools lack {library.group(1)}: "
                       f"sudo apt-get install {package or 'the package of it'}")
    errors = len(re.findall(r"\berror:|^ERROR: modpost|undefined!", text,
                            re.M))
    count = {0: "see above", 1: "1 error, see above"}.get(
        errors, f"{errors} errors, see above")
    return Trouble(f"{name}.ko was not built: {count}", FAILED)


def workplace(out):
    """Where a module for *out* is built: there, if kbuild can work in it."""
    folder = paths.for_kbuild(out)
    return folder if folder == os.path.realpath(out) else os.path.join(folder, "module")


def build(name, out, sources, settings=(), verbose=False):
    """Build NAME.ko in *out* and return its path, or raise Trouble."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise Trouble(f"{name!r} can't be a module's name: letters, digits, "
                      "_ and - only", FAILED)
    kdir = kernel.headers()
    links = gather(sources)
    out = paths.make_dir(os.path.abspath(out))
    folder = paths.make_dir(workplace(out))
    with paths.lock(os.path.join(folder, ".lock")):
        products = {os.path.join(d, f"{name}.ko") for d in (folder, out)}
        try:
            # Whatever ends this build early, no older module is left behind
            # to be mistaken for what it would have made.
            for product in products:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(product)
            lay_out(folder, links)
        except OSError as error:
            raise os_trouble(error, f"preparing {folder}") from None
        # Type information for BPF: of no use here, and Debian 13's headers
        # want pahole for it.
        command = ["make", "-C", kdir, f"M={folder}",
                   "CONFIG_DEBUG_INFO_BTF_MODULES=", *settings, "modules"]
        command += ["V=1"] if verbose else ["-s"]
        status, lines = make_lines(command, verbose)
        result = os.path.join(folder, f"{name}.ko")
        if not verbose:
            text = say_source_paths("".join(lines), folder, links)
            shown = text.splitlines()
            if status == 0 or any("error:" in x for x in shown):
                shown = [x for x in shown if not NOISE.search(x)]
            for line in shown:
                print(line, file=sys.stderr)
        if status:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(result)
            raise explain(name, lines)
        if not os.path.exists(result):
            raise Trouble(f"{links['Kbuild']} does not build {name}.ko: it "
                          f"needs a line `obj-m := {name}.o` (or the name "
                          "after --name is wrong)", FAILED)
        if folder != os.path.realpath(out):
            try:
                shutil.copyfile(result, os.path.join(out, f"{name}.ko"))
            except OSError as error:
                raise os_trouble(error, f"copying {name}.ko") from None
    return os.path.join(out, f"{name}.ko")
