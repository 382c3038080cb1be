# SPDX-License-Identifier: GPL-2.0-only
"""What a lab is: labs/N-name/lab.toml and what lies beside it.

labs/README.md says how one is written.
"""
import functools
import html
import os
import re
import sys

from .labtable import (ASKS, CODE, KINDS, LABS, PARTS, TOP, Check, Cut, Lab, LabError, Mutant,
                       Reader, Task, read_cut, read_task, read_text, read_toml, say, scenarios,
                       words)

sys.path.insert(0, os.path.join(CODE, "runtime"))

import change  # noqa: E402 (the path has to be set first)

__all__ = ["ASKS", "CODE", "KINDS", "LABS", "PARTS", "TOP", "Check", "Cut", "Lab", "LabError",
           "Mutant", "Task", "all_labs", "book", "change", "folders", "key", "load", "mutants",
           "mutated", "read_text", "read_toml", "reference", "rights", "say", "scenarios", "schemes",
           "where_to_read", "words", "wrongs"]

HANDOUT = os.path.exists(os.path.join(TOP, "HANDOUT"))      # handout.py puts it there
BOOKS = [os.path.join(TOP, "Documentation", "output", "html"),
         os.path.join(TOP, "book")]                         # the handout's


def load(wanted):
    """The lab of that number, or in that folder (or its lab.toml)."""
    path = str(wanted)
    if re.fullmatch(r"\d+", path):
        path = folder_of(int(path))
    if os.path.basename(path) == "lab.toml":
        path = os.path.dirname(path)
    if not os.path.isdir(path):
        raise LabError(f"there is no lab “{wanted}”; there are: "
                       + ", ".join(map(str, sorted(folders()))))
    folder = os.path.abspath(path)
    path = os.path.join(folder, "lab.toml")
    shown = say(path)
    r = Reader(read_toml(path), shown)
    family = r.one_of("family", families())
    lab = Lab(number=r.get("number", int, must=True), name=r.get("name", str, must=True),
              title=r.get("title", str, must=True), folder=folder, family=family,
              scheme=r.get("scheme", str, must=True), minutes=r.get("minutes", int, must=True),
              head=Reader(r.get("skeleton", dict, {}), shown + ", [skeleton]").get(
                  "head", str, ""),
              cuts=tuple(read_cut(c, f"{shown}, cut {n}")
                         for n, c in enumerate(r.get("cut", list, must=True), 1)),
              tasks=tuple(read_task(t, shown, family)
                          for t in r.get("task", list, must=True)),
              gives=tuple(r.get("gives", list, [])))
    r.end()
    fits(lab, shown)
    return lab


def fits(lab, shown):
    """What the parts of a lab say of one another."""
    if not re.fullmatch(rf"{lab.number}-[a-z0-9-]+", lab.name):
        raise LabError(f"{shown}: name = “{lab.name}” must be {lab.number}-something")
    if not any(map(os.path.exists, (lab.reference_path, lab.skeleton_path))):
        raise LabError(f"{shown}: there is no {say(lab.reference_path)}")
    for name in lab.gives:
        if not os.path.exists(os.path.join(lab.family_folder, f"{name}.c")):
            raise LabError(f"{shown}: gives = “{name}”: code/{lab.family} has no such scheme")
    known = []
    for task in lab.tasks:
        where = f"{shown}, task {task.id}"
        if task.id in known:
            raise LabError(f"{where}: there are two of that id")
        if not task.id.startswith(f"{lab.number}."):
            raise LabError(f"{where}: an id of this lab begins with {lab.number}.")
        for need in task.needs:
            if need not in known:
                raise LabError(f"{where}: needs “{need}”, which is no task before it")
            if task.part == "build" and lab.task(need).part != "build":
                raise LabError(f"{where}: needs “{need}”, which is looked at after it: "
                               "a build task can only need build tasks")
        wrong = task.of.get("wrong")
        if wrong and wrong not in wrongs(lab):
            raise LabError(f"{where}: there is no wrong/{wrong}.c")
        known.append(task.id)
    build = [t.id for t in lab.of_part("build")]
    for cut in lab.cuts:
        if cut.task not in build:
            raise LabError(f"{shown}: {cut.function}() is cut for task “{cut.task}”, "
                           "which is no build task here")


def families():
    return sorted(n for n in os.listdir(CODE)
                  if os.path.exists(os.path.join(CODE, n, "family.mk")))


def schemes(family):
    """Names of all schemes of a family, in its order."""
    text = read_text(os.path.join(CODE, family, "family.mk"))
    return re.search(r"^schemes\s*:=(.*)$", text, re.MULTILINE).group(1).split()


def folders(top=LABS):
    """{number: folder} of all labs that there are."""
    out = {}
    for name in sorted(os.listdir(top)):
        found = re.match(r"(\d+)-", name)
        if found and os.path.exists(os.path.join(top, name, "lab.toml")):
            if int(found.group(1)) in out:
                raise LabError(f"two labs have the number {found.group(1)}")
            out[int(found.group(1))] = os.path.join(top, name)
    return out


def folder_of(number):
    known = folders()
    if number not in known:
        raise LabError(f"there is no lab {number}; there are: "
                       + (", ".join(map(str, sorted(known))) or "none"))
    return known[number]


def all_labs():
    return [load(folder) for _, folder in sorted(folders().items())]


def reference(lab):
    """The text of the scheme as it should be."""
    return read_text(lab.reference_path)


def files_in(lab, folder):
    """{name: path} of the .c files in one of the lab's folders."""
    folder = os.path.join(lab.folder, folder)
    if not os.path.isdir(folder):
        return {}
    return {n[:-2]: os.path.join(folder, n)
            for n in sorted(os.listdir(folder)) if n.endswith(".c")}


def wrongs(lab):
    """The wrong functions that students diagnose."""
    return files_in(lab, "wrong")


def rights(lab):
    """Right submissions that are written in another way than the reference."""
    return files_in(lab, "right")


def mutants(lab):
    path = os.path.join(lab.folder, "mutants.toml")
    out = []
    for name, table in read_toml(path).items():
        where = f"{say(path)}, {name}"
        r = Reader(table, where)
        mutant = Mutant(name=name, what=r.get("what", str, must=True),
                        task=r.get("task", str, must=True),
                        kind=r.one_of("kind", KINDS + ("build", "forbidden")),
                        scenario=r.get("scenario", str, ""), says=r.get("says", str, ""),
                        edits=tuple(r.get("edits", list, must=True)))
        r.end()
        if lab.task(mutant.task).part != "build":
            raise LabError(f"{where}: task {mutant.task} is no build task")
        try:
            re.compile(mutant.says)
        except re.error as e:
            raise LabError(f"{where}: says: {e}") from None
        out.append(mutant)
    return out


def mutated(lab, mutant):
    """The reference with a mutant's edits made: a submission's text."""
    text = reference(lab)
    for edit in mutant.edits:
        try:
            text = change.apply_edit(text, edit)
        except (change.ChangeError, KeyError) as e:
            raise LabError(f"labs/{lab.name}/mutants.toml, {mutant.name}: "
                           f"{e}") from None
    return text


def key(lab):
    """{task id: the right answer}, as a student would write it."""
    return read_toml(os.path.join(lab.folder, "key.toml"))


@functools.cache
def title_of(document):
    """A document's title in the book; its name if the book is not here."""
    for path, title in ((os.path.join(TOP, "Documentation", document + ".rst"),
                         r"^(.+)\n[=*#]{3,}$"),
                        (os.path.join(BOOKS[-1], document + ".html"), r"<h1>([^<]+)<")):
        if os.path.exists(path):
            found = re.search(title, read_text(path), re.MULTILINE)
            return html.unescape(found.group(1)) if found else document
    return document


def book(read):
    """(document, label or "", title) of a task's “read = …”."""
    document, _, label = read.partition("#")
    return document, label, title_of(document)


def where_to_read(read):
    """Title, and where that is: the page if the book is built."""
    document, label, title = book(read)
    for page in (os.path.join(folder, document + ".html") for folder in BOOKS):
        if os.path.exists(page):
            return title, os.path.relpath(page) + (f"#{label}" if label else "")
    if HANDOUT:
        return title, "a chapter of the whole book"
    return title, f"Documentation/{document}.rst"
