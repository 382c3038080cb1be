# SPDX-License-Identifier: GPL-2.0-only
"""What a lab is: labs/N-name/lab.toml and what lies beside it.

labs/README.md says how one is written. All that is wrong with one is said in a
sentence (LabError) that names the file, the task and what to do.
"""
import dataclasses
import functools
import os
import re
import sys
import tomllib

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
LABS = os.path.join(TOP, "labs")
CODE = os.path.join(TOP, "code")
sys.path.insert(0, os.path.join(CODE, "runtime"))

import change  # noqa: E402 (the path has to be set first)

PARTS = ("build", "break", "measure")
ASKS = ("kind", "schedule", "line", "repair", "value", "litmus", "splat", "text")
# What the explorer can say is wrong (code/runtime/explore/report.c).
KINDS = ("use-after-free", "double-free", "leak", "null-dereference", "wild-access",
         "out-of-bounds", "misaligned-access", "data-race", "sleep-in-atomic",
         "rcu-misuse", "lock-misuse", "lock-order", "deadlock", "livelock",
         "violated-rule", "invariant", "warning", "endless", "endless-memory",
         "stack-overflow", "fault", "limit")
TASK_ID = re.compile(r"\d+\.\d+[a-z]?")


class LabError(Exception):
    """A lab's files do not fit together; the message is for who writes it."""


@dataclasses.dataclass(frozen=True)
class Cut:
    """What the skeleton lacks: a function's body, or what is between labels."""
    function: str
    task: str
    todo: str
    give: str = ""
    first: str = ""     # "from" in lab.toml
    last: str = ""      # "to"
    doc: str | None = None


@dataclasses.dataclass(frozen=True)
class Check:
    """A scenario that must be clean for a task's points."""
    scenario: str
    mode: str = "sc"
    limit: float = 60
    repair: str = ""
    want: str = ""
    because: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Task:
    id: str
    part: str
    title: str
    minutes: int = 0
    points: int = 0
    needs: tuple = ()
    goal: str = ""
    given: str = ""
    wrong: str = ""
    read: str = ""
    hints: tuple = ()
    checks: tuple = ()
    asks: str = ""
    question: str = ""
    of: dict = dataclasses.field(default_factory=dict)
    field: str = ""
    test: str = ""
    change: str = ""
    experiment: str = ""
    measure: str = ""
    raw: dict = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A wrong submission, and the reason for which it must fail."""
    name: str
    what: str
    task: str
    kind: str
    scenario: str = ""
    says: str = ""
    edits: tuple = ()


@dataclasses.dataclass(frozen=True)
class Lab:
    number: int
    name: str
    title: str
    folder: str
    family: str         # its name; family_folder is where it lies
    scheme: str
    minutes: int
    head: str
    cuts: tuple
    tasks: tuple
    gives: tuple = ()   # schemes of the family that a handout holds whole

    @property
    def family_folder(self):
        return os.path.join(CODE, self.family)

    @property
    def source_name(self):
        """What the submission's file is called."""
        return self.scheme + ".c"

    @property
    def reference_path(self):
        return os.path.join(self.family_folder, self.source_name)

    @property
    def skeleton_path(self):
        """Where a handout has the skeleton, as it has no reference."""
        return os.path.join(self.folder, "skeleton.c")

    @property
    def points(self):
        return sum(t.points for t in self.tasks)

    def task(self, wanted):
        for task in self.tasks:
            if task.id == wanted:
                return task
        raise LabError(f"lab {self.number} has no task “{wanted}”; it has: "
                       + ", ".join(t.id for t in self.tasks))

    def of_part(self, part):
        return [t for t in self.tasks if t.part == part]


def read_toml(path):
    try:
        with open(path, "rb") as f:
            return tomllib.load(f)
    except OSError as e:
        raise LabError(f"{say(path)}: {e.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise LabError(f"{say(path)}: {e}") from None


def read_text(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError as e:
        raise LabError(f"{say(path)}: {e.strerror}") from None
    except UnicodeDecodeError:
        raise LabError(f"{say(path)} is not text in UTF-8") from None


def say(path):
    """A path as people want it: from the top of the kit if it is inside."""
    path = os.path.abspath(path)
    return os.path.relpath(path, TOP) if path.startswith(TOP + os.sep) else path


class Reader:
    """Takes values out of a table; what is missing, odd or left over is said."""

    def __init__(self, table, where):
        if not isinstance(table, dict):
            raise LabError(f"{where}: this must be a table")
        self.table, self.where, self.seen = table, where, set()

    def get(self, key, kind, default=None, must=False):
        self.seen.add(key)
        if key not in self.table:
            if must:
                raise LabError(f"{self.where}: “{key} = …” is missing")
            return default
        value = self.table[key]
        if kind in (float, int) and isinstance(value, bool) or not isinstance(
                value, (int, float) if kind is float else kind):
            names = {str: "text in quotes", int: "a whole number", float: "a number",
                     list: "a list", dict: "a table"}
            raise LabError(f"{self.where}: “{key}” must be {names[kind]}")
        return value

    def one_of(self, key, known, default=None):
        value = self.get(key, str, default, must=default is None)
        if value not in known and value != default:
            raise LabError(f"{self.where}: {key} = “{value}” is none of "
                           + ", ".join(known))
        return value

    def end(self):
        left = sorted(set(self.table) - self.seen)
        if left:
            raise LabError(f"{self.where}: “{left[0]}” means nothing here")


def scenarios(family):
    folder = os.path.join(CODE, family, "explore")
    return {n[:-2] for n in os.listdir(folder) if n.endswith(".c")}


def kinds_fit(table, where):
    for kind in table:
        if kind not in KINDS:
            raise LabError(f"{where}: the explorer has no kind of failure “{kind}”; it "
                           "has: " + ", ".join(KINDS))


def words(value):
    """A list, or one word, or words joined by commas, joined by commas."""
    return ",".join(value) if isinstance(value, list) else value


def read_check(table, where, family):
    r = Reader(table, where)
    check = Check(scenario=r.get("scenario", str, must=True),
                  mode=r.one_of("mode", ("sc", "weak"), "sc"),
                  limit=float(r.get("limit", float, 60)),
                  repair=words(table.get("repair", "")),
                  want=words(table.get("want", "")),
                  because=r.get("because", dict, {}))
    r.seen |= {"repair", "want"}
    r.end()
    if check.scenario not in scenarios(family):
        raise LabError(f"{where}: the {family} family has no scenario "
                       f"“{check.scenario}” (code/{family}/explore/)")
    kinds_fit(check.because, where)
    return check


def read_cut(table, where):
    r = Reader(table, where)
    cut = Cut(function=r.get("function", str, must=True), task=r.get("task", str, must=True),
              todo=r.get("todo", str, must=True), give=r.get("give", str, ""),
              first=r.get("from", str, ""), last=r.get("to", str, ""),
              doc=r.get("doc", str))
    r.end()
    if bool(cut.first) != bool(cut.last):
        raise LabError(f"{where}: “from” and “to” go together")
    return cut


def read_task(table, path, family):
    r = Reader(table, f"{path}, a [[task]]")
    ident = r.get("id", str, must=True)
    if not TASK_ID.fullmatch(ident):
        raise LabError(f"{path}: task “{ident}”: an id looks like 1.2")
    where = r.where = f"{path}, task {ident}"
    part = r.one_of("part", PARTS)
    checks = [read_check(c, f"{where}, check {n}", family)
              for n, c in enumerate(r.get("check", list, []), 1)]
    asks = r.one_of("asks", ASKS, "")
    task = Task(
        id=ident, part=part, title=r.get("title", str, must=True),
        minutes=r.get("minutes", int, 0), points=r.get("points", int, 0),
        needs=tuple(r.get("needs", list, [])), goal=r.get("goal", str, ""),
        given=r.get("given", str, ""), wrong=r.get("wrong", str, ""),
        read=r.get("read", str, ""), hints=tuple(r.get("hints", list, [])),
        checks=tuple(checks), asks=asks, question=r.get("question", str, ""),
        of=r.get("of", dict, {}), field=r.get("field", str, ""),
        test=r.get("test", str, ""), change=r.get("change", str, ""),
        experiment=r.get("experiment", str, ""), measure=r.get("measure", str, ""),
        raw=table)
    r.end()
    if part == "build" and not checks:
        raise LabError(f"{where}: a build task needs a [[task.check]]")
    if part == "build" and asks:
        raise LabError(f"{where}: a build task asks nothing; make it a break task")
    if part == "break" and not asks:
        raise LabError(f"{where}: a break task needs “asks = …”")
    if part == "measure" and task.points:
        raise LabError(f"{where}: a measure task carries no points")
    if asks == "text" and task.points:
        raise LabError(f"{where}: nobody can compute points for free words")
    if asks and not task.question:
        raise LabError(f"{where}: it asks, but has no “question = …”")
    if not (asks or checks or task.measure):
        raise LabError(f"{where}: nothing is checked, asked or measured")
    return task


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
    path = os.path.join(TOP, "Documentation", document + ".rst")
    try:
        found = re.search(r"^(.+)\n[=*#]{3,}$", read_text(path), re.MULTILINE)
    except LabError:
        found = None
    return found.group(1) if found else document


def book(read):
    """(document, label or "", title) of a task's “read = …”."""
    document, _, label = read.partition("#")
    return document, label, title_of(document)
