# SPDX-License-Identifier: GPL-2.0-only
"""Builds one program from the explorer, a scheme and a scenario.

What is explored is compiled with the thread sanitizer's instrumentation and
linked with the explorer's own hooks instead of libtsan. A product is named by
the hash of all that went into it, so that nothing stale is ever run.
"""
import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
RUNTIME = os.path.dirname(HERE)
BUILD = os.path.join(os.environ.get("LAB_BUILD", os.path.join(TOP, "build")),
                     "explore")

INSTRUMENT = {
    "gcc": ["-fsanitize=thread", "--param", "tsan-distinguish-volatile=1",
            "--param", "tsan-instrument-func-entry-exit=0", "-Wno-tsan"],
    "clang": ["-fsanitize=thread", "-mllvm", "-tsan-distinguish-volatile=1",
              "-mllvm", "-tsan-instrument-read-before-write=1",
              "-mllvm", "-tsan-instrument-func-entry-exit=0"],
}
EXPLORED = ["-O1", "-gdwarf-4", "-Wall", "-fno-builtin", "-fno-omit-frame-pointer",
            "-fno-optimize-sibling-calls", "-fstack-protector-strong",
            "-fno-pie", "-fno-common", "-DLAB_POINTS", "-DLAB_EXPLORE"]
ENGINE = ["-O2", "-g", "-Wall", "-Wextra", "-Werror=implicit", "-D_GNU_SOURCE", "-fno-pie"]
RENAMED = {"memset": "lab_x_memset", "memcpy": "lab_x_memcpy",
           "memcmp": "lab_x_memcmp",
           "strlen": "lab_x_strlen", "strcmp": "lab_x_strcmp",
           "__stack_chk_fail": "lab_x_stack_smashed"}
MODELLED = re.compile(r"__tsan_|lab_x_|lab_alloc$|lab_alloc_atomic$|lab_free$|lab_choose$|lab_violated$|lab_outcome$|"
                      r"lab_point_reached$|_GLOBAL_OFFSET_TABLE_$")
# What the explored code calls of the engine.
ENTRIES = re.compile(r"(__tsan_|lab_x_|lab_alloc|lab_free$|lab_choose$|lab_violated$|"
                     r"lab_point_reached$)")
# Each keeps the registers that tell where in a loop the caller is, for loop.c.
ENTRY = """	.globl	{0}
	.type	{0}, @function
{0}:
	movq	%rbx, x_regs(%rip)
	movq	%rbp, x_regs+8(%rip)
	movq	%r12, x_regs+16(%rip)
	movq	%r13, x_regs+24(%rip)
	movq	%r14, x_regs+32(%rip)
	movq	%r15, x_regs+40(%rip)
	movq	%rsp, x_regs+48(%rip)
	jmp	x_entry_{0}
	.size	{0}, .-{0}
"""
# The globals of what is explored lie together, so that each execution starts
# with them as they were.
GATHER = """SECTIONS {
	lab_data : { *(.data .data.*) }
	lab_bss : { *(.bss .bss.* COMMON) }
}
"""


class BuildError(Exception):
    """The message is for whoever wrote the scenario."""


def kind_of(cc):
    """Which compiler `cc` is, whatever it is called."""
    if not shutil.which(cc):
        raise BuildError(f"there is no compiler called {cc}; install gcc or "
                         "clang, or say CC=")
    text = subprocess.run([cc, "--version"], capture_output=True,
                          text=True).stdout
    return "clang" if "clang" in text else "gcc"


def not_compiled(what, said):
    """The error to raise: of the source, unless it is the disk's."""
    if os.strerror(errno.ENOSPC) in said:
        return BuildError(f"no space left on the disk while {what} was compiled: free some, "
                          "then the same command again; nothing half-made is kept")
    return BuildError(f"{what} does not compile:\n{said.rstrip()}")


def run(args, what):
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode:
        raise not_compiled(what, done.stderr)


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError as e:
        raise BuildError(f"{path}: {e.strerror}") from None


def files_under(folder, *suffixes):
    return sorted(os.path.join(d, n) for d, _, names in os.walk(folder)
                  for n in names if n.endswith(suffixes))


def includes(family):
    folders = [os.path.join(HERE, "include"), os.path.join(RUNTIME, "common"),
               os.path.join(RUNTIME, "native", "include")]
    if family:
        folders += [family, os.path.join(family, "explore")]
    return ["-I" + f for f in folders]


def said(family, name):
    """The words behind "name :=" in a family's family.mk."""
    text = read(os.path.join(family, "family.mk")).decode()
    line = re.search(rf"^{name}\s*:=(.*)$", text, re.MULTILINE)
    if not line:
        raise BuildError(f"{family}/family.mk has no line “{name} :=”")
    return line.group(1).split()


def explored(family):
    """The sources that a family's schemes share."""
    return [os.path.join(family, name + ".c") for name in said(family, "explored")]


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part if isinstance(part, bytes) else str(part).encode())
        h.update(b"\0")
    return h.hexdigest()


def finished(folder, make):
    """`folder`, made by make(temporary) if it is not there yet."""
    if os.path.isdir(folder):
        return folder
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    tmp = tempfile.mkdtemp(dir=os.path.dirname(folder))
    try:
        make(tmp)
        os.rename(tmp, folder)
    except OSError:
        if not os.path.isdir(folder):
            raise
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    return folder


def entries(cc, folder):
    """Puts ENTRY before each function of the engine that the explored code calls."""
    objs = files_under(folder, ".o")
    out = subprocess.run(["nm", "--defined-only", *objs], capture_output=True, text=True)
    names = sorted({line.split()[2] for line in out.stdout.splitlines()
                    if " T " in line and ENTRIES.match(line.split()[2])})
    redefine = os.path.join(folder, "entries")
    with open(redefine, "w") as f:
        f.writelines(f"{n} x_entry_{n}\n" for n in names)
    for obj in objs:
        run(["objcopy", "--redefine-syms", redefine, obj], "the explorer")
    source = os.path.join(folder, "entries.S")
    with open(source, "w") as f:
        f.write("\t.text\n" + "".join(map(ENTRY.format, names)) +
                '\t.section .note.GNU-stack,"",@progbits\n')
    run([cc, "-c", source, "-o", os.path.join(folder, "entries.o")], "the explorer")


def engine(cc):
    """The explorer itself, compiled once."""
    sources = [p for p in files_under(HERE, ".c", ".h") if "/tests/" not in p]
    sources += files_under(os.path.join(RUNTIME, "common"), ".h")
    key = digest(cc, *ENGINE, ENTRY, *map(read, sources))[:16]

    def make(tmp):
        jobs = []
        for path in sources:
            if not path.endswith(".c"):
                continue
            out = os.path.join(tmp, os.path.basename(path)[:-2] + ".o")
            jobs.append((path, subprocess.Popen(
                [cc, *ENGINE, *includes(None), "-c", path, "-o", out],
                stderr=subprocess.PIPE, text=True)))
        for path, job in jobs:
            err = job.communicate()[1]
            if job.returncode:
                raise not_compiled(path, err)
        entries(cc, tmp)
    return finished(os.path.join(BUILD, "engine-" + key), make)


def check_calls(obj):
    """Nothing may be called that the runtime does not model."""
    out = subprocess.run(["nm", "-u", obj], capture_output=True, text=True)
    unknown = sorted({line.split()[-1] for line in out.stdout.splitlines()
                      if not MODELLED.match(line.split()[-1])})
    if unknown:
        raise BuildError(
            "the explored code needs what the explorer does not model: "
            + ", ".join(n + "()" for n in unknown)
            + "\n(memory comes from lab_alloc(); locks, RCU, waits and works "
            "from the headers in code/runtime/explore/include/linux/)")


class Program:
    """What is explored: sources, with named changes, and how to build them."""

    def __init__(self, sources, family=None, scheme=None, changes=(),
                 cc="gcc", scheme_source=None):
        self.family = family and os.path.abspath(family)
        self.sources = [os.path.abspath(s) for s in sources]
        self.scheme, self.changes, self.cc = scheme, list(changes), cc
        self.scheme_source = scheme_source and os.path.abspath(scheme_source)

    def changes_of(self):
        """{file: [changes]}. "NAME" is the scheme's, "FILE:NAME" that of a
        file that the schemes share."""
        out = {}
        for name in self.changes:
            file, _, name = name.rpartition(":")
            out.setdefault(file or self.scheme, []).append(name)
        known = {self.stem(p) for p in self.sources}
        if set(out) - known:
            raise BuildError(f"there is no file {min(set(out) - known)}.c to "
                             "change")
        return out

    def stem(self, path):
        """What a file is called in the table of changes."""
        return self.scheme if path == self.scheme_source else \
            os.path.basename(path)[:-2]

    def texts(self):
        """(name, text, path): all that is compiled, changes made."""
        out = []
        changes = self.changes_of()
        for path in self.sources:
            text = read(path).decode(errors="replace")
            stem = self.stem(path)
            if stem in changes:
                sys.path.insert(0, RUNTIME)
                import change
                try:
                    text = change.changed(self.family, stem, changes[stem], path)
                except change.ChangeError as e:
                    raise BuildError(str(e)) from None
            else:
                text = f'#line 1 "{path}"\n{text}'
            out.append((os.path.basename(path), text, path))
        return out

    def source_hash(self):
        headers = files_under(HERE, ".h", ".c")
        headers += files_under(os.path.join(RUNTIME, "common"), ".h")
        headers += files_under(os.path.join(RUNTIME, "native"), ".h")
        if self.family:
            headers += files_under(self.family, ".h")
        headers = [h for h in headers if "/tests/" not in h]
        headers.append(os.path.join(HERE, "tests", "plant.h"))
        beside = {os.path.join(d, n) for d in map(os.path.dirname, self.sources)
                  for n in os.listdir(d) if n.endswith(".h")}
        headers += sorted(beside - set(headers))
        return digest(*(t for _, t, _ in self.texts()), *map(read, headers),
                      *EXPLORED)

    def build(self):
        """The path of the program."""
        kind = kind_of(self.cc)
        eng = engine(self.cc)
        texts = self.texts()
        key = digest(self.source_hash(), self.cc, kind, *INSTRUMENT[kind],
                     GATHER, *RENAMED.items())[:16]

        def make(tmp):
            objs = []
            for n, (name, text, path) in enumerate(texts):
                src = os.path.join(tmp, f"{n}-{name}")
                with open(src, "w") as f:
                    f.write(text)
                objs.append(src[:-2] + ".o")
                run([self.cc, *EXPLORED, *INSTRUMENT[kind],
                     *includes(self.family),
                     "-I" + os.path.dirname(path),
                     "-I" + os.path.join(HERE, "tests"),
                     *([f"-DLAB_SCHEME_NAME={self.scheme}"]
                       if self.scheme else []),
                     "-c", src, "-o", objs[-1]], path)
            script = os.path.join(tmp, "gather.ld")
            with open(script, "w") as f:
                f.write(GATHER)
            whole = os.path.join(tmp, "explored.o")
            run(["ld", "-r", "-T", script, *objs, "-o", whole],
                "the scenario with its scheme")
            run(["objcopy", *(x for old, new in RENAMED.items()
                              for x in ("--redefine-sym", f"{old}={new}")),
                 whole], "the scenario")
            check_calls(whole)
            run([self.cc, "-no-pie", *files_under(eng, ".o"), whole,
                 "-o", os.path.join(tmp, "program")], "the program")
        folder = finished(os.path.join(BUILD, "program-" + key), make)
        return os.path.join(folder, "program")
