# SPDX-License-Identifier: GPL-2.0-only
"""What stands in lab.toml, read one table at a time.

All that is wrong is said in a sentence (LabError) that names the file, the
task and what to do.
"""
import dataclasses
import os
import re
import tomllib

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
LABS = os.path.join(TOP, "labs")
CODE = os.path.join(TOP, "code")
PARTS = ("build", "break", "measure")
ASKS = ("kind", "schedule", "line", "repair", "value", "litmus", "splat", "text")
# What the explorer can say is wrong (code/runtime/explore/report.c).
KINDS = ("use-after-free", "double-free", "leak", "null-dereference", "wild-access",
         "out-of-bounds", "list-corruption", "misaligned-access", "data-race", "sleep-in-atomic",
         "rcu-misuse", "lock-misuse", "lock-order", "deadlock", "livelock",
         "bug-on", "violated-rule", "invariant", "warning", "endless",
         "endless-memory", "stack-overflow", "fault", "limit")
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
    again: tuple = ()   # tasks whose functions this one judges anew
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
        needs=tuple(r.get("needs", list, [])), again=tuple(r.get("again", list, [])),
        goal=r.get("goal", str, ""),
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
