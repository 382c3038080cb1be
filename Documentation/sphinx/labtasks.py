# SPDX-License-Identifier: GPL-2.0-only
"""What labs/*/lab.toml says, in the book: the grader reads the same file.

.. lab-overview::        the labs, what each is about, its time and its points
.. lab-tasks:: N-name    the tasks of one lab, part by part
.. lab-key:: N-name      answers, hints and wrong submissions: the instructor's
.. lab-proof::           how the grader was proven, as recorded last
.. lab-mutants::         how many mutants made by machine the checks kill, as recorded last
.. class-times::         how long a class took to grade, as recorded last

Nothing of a key is in the students' build: lab-key is an error there.
"""
import glob
import json
import os
import tomllib

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from labcode import table_of

PARTS = {"build": "Build", "break": "Break", "measure": "Measure"}


class FromLabs(SphinxDirective):
    def path(self, *names):
        path = os.path.join(self.env.app.confdir, "labs", *names)
        self.env.note_dependency(path)
        return path

    def recorded(self, *names):
        """What was recorded in Documentation; None if it was not."""
        path = os.path.join(self.env.app.confdir, "Documentation", *names)
        there = os.path.exists(path)
        self.env.note_dependency(path if there else os.path.dirname(path))
        if not there:
            return None
        with open(path, encoding="utf-8") as f:
            return json.load(f)

    def read(self, *names):
        self.env.note_dependency(__file__)
        try:
            with open(self.path(*names), "rb") as f:
                return tomllib.load(f)
        except (OSError, tomllib.TOMLDecodeError) as e:
            raise self.error(f"{self.name}: {'/'.join(names)}: {e}") from None

    def prose(self, text):
        """The nodes of a text in reStructuredText."""
        node = nodes.Element()
        lines = StringList(text.strip().splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, node)
        return node.children

    def fields(self, rows):
        """A field list of the rows that have something to say."""
        out = nodes.field_list()
        for name, text in rows:
            if text:
                body = nodes.field_body("", *self.prose(text))
                out += nodes.field("", nodes.field_name("", name), body)
        return out

    def table(self, titles, rows, widths):
        return table_of([self.prose(t) for t in titles],
                        [[self.prose(str(cell)) for cell in row] for row in rows],
                        ["colwidths-given"], widths)


def points(tasks):
    return sum(t.get("points", 0) for t in tasks)


def minutes(number):
    return f"about {number} minutes" if number < 120 else \
        f"about {number / 60:g} hours"


def worth_of(number):
    return {0: "no points", 1: "1 point"}.get(number, f"{number} points")


class Overview(FromLabs):
    def run(self):
        rows = []
        # No dependency on the pattern: what is not there would always be new.
        for path in sorted(glob.glob(os.path.join(self.env.app.confdir, "labs",
                                                  "[0-9]*-*", "lab.toml"))):
            name = os.path.basename(os.path.dirname(path))
            lab = self.read(name, "lab.toml")
            rows.append([f":doc:`{lab['number']} <{name}>`", lab["title"],
                         f"``code/{lab['family']}/{lab['scheme']}.c``",
                         minutes(lab["minutes"]), points(lab["task"])])
        return [self.table(["Lab", "What you write", "as in the kit's", "Time", "Points"],
                           rows, [6, 40, 34, 22, 9])]


class Tasks(FromLabs):
    required_arguments = 1
    option_spec = {"part": str}

    def checks(self, task):
        return ", ".join(f"``{c['scenario']}``" + (" (stores delayed)"
                         if c.get("mode") == "weak" else "")
                         for c in task.get("check", []))

    def describe(self, lab, task):
        how = []
        if self.checks(task):
            how.append("clean in " + self.checks(task))
        elif task.get("asks") == "text":
            how.append("for a person to read")
        elif task.get("asks"):
            how.append(f"your answer to {task['id']} in ``answers.toml``")
        worth = ", ".join(filter(None, [
            minutes(task["minutes"]) if "minutes" in task else "",
            worth_of(task.get("points", 0))]))
        title = nodes.rubric("", f"{task['id']}  {task['title']}")
        title["ids"].append(nodes.make_id(f"task-{task['id']}"))
        return [title, *self.prose(f"*{worth}*"), self.fields([
            ("Goal", task.get("goal", "")), ("Given", task.get("given", "")),
            ("Question", task.get("question", "")),
            ("Checked", "; ".join(how)),
            ("Common mistakes", task.get("wrong", ""))])]

    def run(self):
        lab = self.read(self.arguments[0], "lab.toml")
        part = self.options.get("part")
        if part and part not in PARTS:
            raise self.error(f"{self.name}: there is no part “{part}”")
        return [node for task in lab["task"] if not part or task["part"] == part
                for node in self.describe(lab, task)]


class Key(FromLabs):
    required_arguments = 1

    def run(self):
        if not os.environ.get("INSTRUCTOR"):
            raise self.error(f"{self.name}: only in the instructor's book")
        name = self.arguments[0]
        lab, key = self.read(name, "lab.toml"), self.read(name, "key.toml")
        out = []
        for task in lab["task"]:
            said = key.get(task["id"], {})
            said = said.get("answer", "") if isinstance(said, dict) else said
            out += [nodes.rubric("", f"{task['id']}  {task['title']}")]
            hints = "\n".join(f"#. {h.strip()}" for h in task.get("hints", []))
            out += [self.fields([("Question", task.get("question", "")),
                                 ("Right", said if task.get("asks") == "text" or said == ""
                                  else f"``{said}``"),
                                 ("Hints", hints)])]
        wrong = [[f"``{n}``", m["what"], m["task"], m["kind"],
                  f"``{m['scenario']}``" if m.get("scenario") else ""]
                 for n, m in self.read(name, "mutants.toml").items()]
        out += [nodes.rubric("", "Wrong submissions that the grader is proven against"),
                self.table(["Name", "What is wrong", "Task", "Seen as", "in"],
                           wrong, [22, 40, 8, 18, 16])]
        return out


class Proof(FromLabs):
    def run(self):
        proof = self.recorded("labs", "proof.json")
        if not proof:
            return self.prose("Not recorded here: run ``make prove-grader``.")
        rows = [[lab["lab"], lab["mutants"], lab["killed"], lab["right"],
                 lab["marked_down"], lab["times"], lab["vm_saw"],
                 f"``{lab['commit']}``, {lab['date']}"] for lab in proof["labs"]]
        return [self.table(["Lab", "Wrong ones", "of them failed, for their reason",
                            "Right ones", "of them marked down", "Times each",
                            "Wrong ones that the VM saw too", "Commit, date"],
                           rows, [20, 9, 15, 9, 13, 9, 11, 14])]


class Mutants(FromLabs):
    def row(self, name, counts):
        wanted = counts["tried"] - counts["equivalent"]
        left = wanted - counts["killed"]
        share = f"{100 * counts['killed'] / wanted:.1f} %" if wanted else "nothing to kill"
        return [name, counts["made"], counts["refused"], counts["same code"], counts["tried"],
                counts["killed"], counts["equivalent"], left, share]

    def left(self, lab):
        """What no check kills yet, line by line."""
        out = []
        for entry in lab["open"]:
            change = "\n".join([f"- {line}" for line in entry["old"].splitlines()]
                               + [f"+ {line}" for line in entry["new"].splitlines()])
            out += self.prose(f"``{entry['function']}()``, {entry['kind']}: {entry['what']}. "
                              f"{entry['said']}")
            out.append(nodes.literal_block(change, change, language="diff"))
        return out

    def run(self):
        found = self.recorded("labs", "mutants.json")
        if not found:
            return self.prose("Not recorded here: run ``make prove-mutants``.")
        rows, killers, left = [], [], []
        for lab in found["labs"]:
            for task, counts in lab["tasks"].items():
                rows.append(self.row(f"{lab['lab']}, {task}", counts))
            if lab["pairs"]["made"]:
                rows.append(self.row(f"{lab['lab']}, pairs", lab["pairs"]))
            killers.append([lab["lab"], ", ".join(f"``{s.removesuffix(' sc')}`` {n}"
                                                  for s, n in lab["scenarios"].items()),
                            lab["date"], f"``{lab['commit']}``"])
            left += self.left(lab)
        return [self.table(["Lab, task", "Made", "Not compiled, or refused", "The same code",
                            "Tried", "Killed, for a reason that fits", "Argued to be no mistake",
                            "Left", "Score"], rows, [24, 8, 12, 9, 8, 12, 12, 7, 12]),
                *self.prose("Which scenario killed how many, and when that was:"),
                self.table(["Lab", "Killed by", "Date", "Commit"], killers, [16, 58, 12, 14]),
                *left]


class ClassTimes(FromLabs):
    def run(self):
        runs = self.recorded("instructor", "class.json")
        if not runs:
            return self.prose("Not recorded here: ``labs/grader/class --record``.")
        rows = [[r["lab"], r["submissions"], r["stages"].replace(",", ", "),
                 f"{r['seconds'] / 60:.1f} min", f"{r['median_s']:.1f} s",
                 f"{r['longest_s']:.1f} s", f"{r['largest_mb']} MB", r["date"]]
                for r in runs]
        return [*self.prose(f"On {runs[0]['cpus']} CPUs, without KVM."), self.table(
            ["Lab", "Submissions", "Stages", "All of them", "One (median)", "The longest",
             "Largest process", "Date"], rows, [6, 13, 30, 12, 12, 12, 12, 13])]


def setup(app):
    app.add_directive("lab-overview", Overview)
    app.add_directive("lab-tasks", Tasks)
    app.add_directive("lab-key", Key)
    app.add_directive("lab-proof", Proof)
    app.add_directive("lab-mutants", Mutants)
    app.add_directive("class-times", ClassTimes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
