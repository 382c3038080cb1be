# SPDX-License-Identifier: GPL-2.0-only
"""The command labs/grader/lab: begin a lab, try a wrong function."""
import argparse
import errno
import os
import re
import signal
import sys
import tempfile
import textwrap

from . import labs, skeleton

EXPLORE = os.path.join(labs.CODE, "runtime", "explore", "explore")


def work(lab):
    """The student's own folder for a lab."""
    return os.path.join(os.path.abspath(os.environ.get("WORK") or
                                        os.path.join(labs.TOP, "work")), lab.name)


def shown(path):
    """A path that can be copied into a command."""
    short = os.path.relpath(path)
    return short if not short.startswith("..") else path


def put(path, text):
    """Write a file that is not there yet, whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fd, temp = tempfile.mkstemp(prefix=".new-", dir=os.path.dirname(path))
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as f:
            f.write(text)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temp, 0o666 & ~umask)
        os.link(temp, path)     # unlike a rename, never over another
        return True
    except FileExistsError:
        return False
    finally:
        os.unlink(temp)


def show_all():
    all_of = labs.all_labs()
    if not all_of:
        print("There are no labs here.")
        return 1
    for lab in all_of:
        state = "begun" if os.path.exists(
            os.path.join(work(lab), lab.source_name)) else ""
        print(f"{lab.number:3}  {textwrap.shorten(skeleton.plain(lab.title), 46, placeholder=' …'):46}  {lab.minutes:4} min  "
              f"{lab.points:3} points  {state}".rstrip())
    print("\nmake lab LAB=1 begins lab 1; make grade LAB=1 says how far you are.")
    return 0


def begin(lab, again):
    folder = work(lab)
    wanted = again or lab.source_name
    if again and not re.fullmatch(r"[\w.-]+\.c", again):
        raise labs.LabError(f"--again {again}: a file's name, such as fresh.c")
    made = put(os.path.join(folder, wanted), skeleton.skeleton(lab))
    answers = put(os.path.join(folder, "answers.toml"), skeleton.answers_template(lab))
    if again and not made:
        raise labs.LabError(f"{shown(os.path.join(folder, again))} is there already; it was "
                            "not touched. Take another name.")
    kept = [n for n, new in ((wanted, made), ("answers.toml", answers)) if not new]
    new = [n for n, new in ((wanted, made), ("answers.toml", answers)) if new]
    where = shown(folder)
    print(f"Lab {lab.number}: {skeleton.plain(lab.title)} (about {lab.minutes} minutes, "
          f"{lab.points} points)")
    if new:
        print(f"New in {where}: {', '.join(new)}"
              + (f"; kept as you left it: {', '.join(kept)}" if kept else ""))
    else:
        print(f"Your work is in {where}, and was not touched: {', '.join(kept)}")
    first = next((t for t in lab.of_part("build")), None)
    print("Read:   “{}”, {}".format(*labs.where_to_read(f"labs/{lab.name}")))
    if again:
        print(f"Note:   the grader looks at {lab.source_name}, not at {again}")
    else:
        print(f"Write:  {os.path.join(where, lab.source_name)}"
              + (f", beginning with task {first.id}: {skeleton.plain(first.title)}"
                 if first else ""))
    print(f"Look:   make grade LAB={lab.number} QUICK=1     builds and explores, in seconds")
    print(f"Stuck:  make grade LAB={lab.number} HINT=1      a hint; HINT=2 says more")
    return 0


def attempt(lab, wrong, scenario, more):
    """Explore the student's own file with a wrong function in it."""
    known = labs.wrongs(lab)
    if wrong not in known:
        raise labs.LabError(f"lab {lab.number} has no wrong/{wrong}.c; it has: "
                            + (", ".join(known) or "none"))
    mine = os.path.join(work(lab), lab.source_name)
    if not os.path.exists(mine):
        raise labs.LabError(f"there is no {shown(mine)} yet: make lab LAB={lab.number}")
    text = skeleton.compose(labs.read_text(mine), labs.read_text(known[wrong]),
                            mine, known[wrong])
    if not scenario:
        of = [t.of for t in lab.tasks if t.of.get("wrong") == wrong]
        scenario = next((o["scenario"] for o in of if o.get("scenario")), "")
    left = re.search(r'\blab_todo\("([^"]+)"\)', text)
    if left:
        print(f"lab: task {left.group(1)} is not written yet in {shown(mine)}; what is "
              "found may be that", file=sys.stderr)
    build = os.environ.get("LAB_BUILD") or os.path.join(labs.TOP, "build")
    folder = os.path.join(build, "labs", f"{lab.name}-{wrong}")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, lab.source_name)
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        f.write(text)
    os.replace(path + ".tmp", path)
    sys.stdout.flush()
    os.execv(EXPLORE, [EXPLORE, "--family", lab.family, "--scheme", lab.scheme,
                       "--scheme-file", path, *(["--scenario", scenario] if scenario else []),
                       *more])


def options(argv, doc):
    p = argparse.ArgumentParser(prog="labs/grader/lab", description=doc,
                                formatter_class=argparse.RawTextHelpFormatter)
    if argv[:1] == ["try"]:
        p.add_argument("try_", metavar="try", choices=["try"])
        p.add_argument("lab", help="its number, or its folder")
        p.add_argument("wrong", help="a file of the lab's wrong/, without .c")
        p.add_argument("--scenario", default="")
        o, o.more = p.parse_known_args(argv)
        return o
    p.add_argument("lab", nargs="?", help="its number, or its folder")
    p.add_argument("--again", default="", metavar="NAME.c",
                   help="one more skeleton, under this name")
    o = p.parse_args(argv)
    o.wrong = ""
    return o


def main(argv, doc):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    o = options(argv, doc)
    try:
        if not o.lab:
            return show_all()
        lab = labs.load(o.lab)
        if o.wrong:
            return attempt(lab, o.wrong, o.scenario, o.more)
        return begin(lab, o.again)
    except labs.LabError as e:
        print(f"lab: {e}", file=sys.stderr)
    except OSError as e:
        where = f"{e.filename}: " if e.filename else ""
        print(f"lab: {where}{e.strerror}"
              + (": free some, then the same command again" if e.errno == errno.ENOSPC else ""),
              file=sys.stderr)
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 130
    return 1
