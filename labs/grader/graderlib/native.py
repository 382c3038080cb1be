# SPDX-License-Identifier: GPL-2.0-only
"""A submission as a program for this host: `run`, with it in its scheme's place.

The kit's own objects are built by its own Makefile, once for all. What is
foreign is compiled in the jail, which holds headers and those objects, and no
scheme's source.
"""
import fcntl
import os
import shlex
import subprocess

from . import jail, labs

MAKEFILE = "code/runtime/native/Makefile"
INCLUDED = (("runtime", "native", "include"), ("runtime", "native"), ("runtime", "common"),
            ("module",), ("bench",))
MEMORY = 2 << 30            # bytes, that building it may need
# What a scheme's object may call: the kit's, the sanitizers', and what the runtime's
# headers come to. The explorer's object has its own list (machine.py), but other code
# might have been compiled for it.
MAY_CALL = (r"lab_\w+|__(asan|ubsan|sanitizer)_\w+|_*(urcu|rcu|cds)_\w+|"
            r"pthread_(mutex|spin|rwlock)_\w+|mem(set|cpy|move|cmp)|str(len|n?cmp|n?cpy)|"
            r"calloc|malloc|free|qsort|clock_gettime|sched_yield|abort|stderr|fprintf|fwrite|"
            r"fputs|fputc|__stack_chk_fail|__assert_fail|__errno_location|compat_futex_\w+|_GLOBAL_OFFSET_TABLE_")
HELD_TO = ("objcopy --redefine-sym syscall=lab_futex {0} && nm -u {0} > all && "
           "sed 's/.* //' all > calls && if grep -vxE \"$0\" calls > other; then "
           "echo \"error: it calls $(head -n 1 other)(), which no scheme needs\" >&2; exit 9; fi")


class NotMade(Exception):
    """The kit's own part could not be built; what the build said."""


def folder(*names):
    """Where things are built."""
    return os.path.join(os.environ.get("LAB_BUILD") or os.path.join(labs.TOP, "build"), *names)


def made(command, out):
    """Build the kit's own part, one at a time on this machine, for the jail to read."""
    os.makedirs(out, exist_ok=True)
    with open(out + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(command, cwd=labs.TOP, text=True, check=False, umask=0o022,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NotMade(done.stdout)
    return out


def kits_own(lab, name, *settings):
    """The folder of the kit's own objects, built with these settings."""
    out = folder("native", f"{name}-{lab.family}")
    return made(["make", "-s", "-f", MAKEFILE, f"FAMILY={lab.family}", f"OUT={out}", *settings,
                 "run"], out)


def headers(folders):
    """What of these folders the compiler may read: of one with sources, the headers."""
    out = []
    for path in folders:
        below = sorted(os.listdir(path))
        if any(n.endswith(".c") for n in below):
            out += [os.path.join(path, n) for n in below if n.endswith(".h")]
        else:
            out.append(path)
    return out


def compiled(lab, text, out, flags, counting=False):
    """How the build of the program ended: a jail.Done, its `out` the program.

    counting: as the module does it, the scheme goes in once more, with its locks
    and atomics counted.
    """
    folders = [os.path.join(labs.CODE, *p) for p in (*INCLUDED, (lab.family,))]
    counted = f"counted_{lab.scheme}.o"
    theirs = [os.path.join(out, n) for n in sorted(os.listdir(out)) if n.endswith(".o")
              and not n.startswith("unit_") and n != f"{lab.scheme}.o"
              and not (counting and n == counted)]
    paths = " ".join("-I" + shlex.quote(f) for f in folders)
    compile_it = f"cc {flags} -w {paths} -c {lab.source_name}"
    script = f"{compile_it} -o mine.o && {HELD_TO.format('mine.o')}"
    mine = "mine.o"
    if counting and os.path.exists(os.path.join(out, counted)):
        script += f" && {compile_it} -DLAB_COUNT -include count.h -o counted.o && {HELD_TO.format('counted.o')}"
        mine += " counted.o"
    script += f" && cc {flags} -o program {mine} {shlex.join(theirs)} -lurcu-memb"
    return jail.run(["/bin/sh", "-c", script, MAY_CALL], files={lab.source_name: text.encode()},
                    ro=[*headers(folders), *theirs], seconds=40, memory=MEMORY,
                    processes=16, output=64 << 20, fetch="program")
