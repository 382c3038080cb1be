# SPDX-License-Identifier: GPL-2.0-only
"""What the debug kernels said, from Documentation/debug/results.json.

.. debug-results:: table     detection, a row each; the right schemes below
.. debug-results:: reports   a section for each claim: the report of the kernel
                             beside the source line that it names

`make debug-matrix` writes the file. Nothing here is typed in: what has not been
recorded is said to be missing.
"""
import json
import os

from docutils import nodes

from labcode import FromSource, change, folded, table_of
from splatlines import shown

FILE = "Documentation/debug/results.json"
AROUND = 3              # lines of source above and below the one that is named


class BadResults(Exception):
    pass


def load(path):
    try:
        with open(path, encoding="utf-8") as f:
            doc = json.load(f)
    except FileNotFoundError:
        return None
    except ValueError as e:
        raise BadResults(f"{FILE}: {e}") from None
    if doc.get("format") != "lab-debug-results" or doc.get("version") != 1:
        raise BadResults(f"{FILE} is not of a form that this book knows")
    return doc


def line_of(lines, at):
    """Where the line that was named stands now; None if it is gone."""
    same = [n for n, line in enumerate(lines, 1) if line.strip() == at["text"]]
    return min(same, key=lambda n: abs(n - at["line"]), default=None)


class DebugResults(FromSource):
    required_arguments = 1

    def build(self):
        path = os.path.join(self.root(), FILE)
        self.env.note_dependency(__file__)
        # (one that is not there would have the page read anew at every build)
        if os.path.exists(path):
            self.env.note_dependency(path)
        try:
            doc = load(path)
        except BadResults as e:
            raise self.error(f"debug-results: {e}") from None
        if not doc:
            return [nodes.note("", self.words("Not recorded here yet; run "
                                              "``make debug-matrix``."))]
        return {"table": self.table, "reports": self.reports}[self.arguments[0]](doc)

    def words(self, text):
        return nodes.paragraph("", "", *self.inline(text))

    @staticmethod
    def plain(text):
        return nodes.paragraph(text, text)

    def table(self, doc):
        rows = []
        for row in doc["experiments"]:
            report = row["report"]
            seen = ("silence" if row["silent"] else
                    f"{report['kind']}: {report['function']}()" if report else "nothing")
            rows.append([[self.words(f":claim:`{row['claim']}`")],
                         [self.plain(row["scheme"] + (", " + row["scenario"]))],
                         [self.plain(", ".join(row["changes"]) or "as it is")],
                         [self.plain(seen)],
                         [self.plain(f"{row['good']} of {row['runs']}")]])
        heads = ("claim", "played", "changes", "seen", "runs")
        out = [self.recorded(doc),
               table_of([[self.plain(h)] for h in heads], rows, ["debug-caught"],
                        [8, 26, 26, 26, 14])]
        if doc["right"]:
            rows = [[[self.plain(r["scheme"])], [self.plain(r["kernel"])],
                     [self.plain(f"{r['silent']} of {r['runs']}")],
                     [self.plain(str(r["rounds"]))]] for r in doc["right"]]
            heads = ("right scheme", "kernel", "silent runs", "scenarios played in them")
            out.append(table_of([[self.plain(h)] for h in heads], rows,
                                ["debug-silent"], [26, 20, 26, 28]))
        return out

    def recorded(self, doc):
        kernels = {k["source"] for k in doc["kernels"].values()}
        machine = doc["machine"]
        return self.plain(f"Recorded {doc['date']}, {', '.join(sorted(kernels))}, QEMU "
                          f"{machine['qemu']}, on {machine['cpus']} CPUs: "
                          f"{machine['cpu']}.")

    def reports(self, doc):
        claims = {}
        for row in doc["experiments"]:
            claims.setdefault(row["claim"], []).append(row)
        return [self.section(claim, rows) for claim, rows in claims.items()]

    def section(self, claim, rows):
        name = f"debug-{claim.lower()}"
        section = nodes.section("", ids=[name], names=[name])
        self.state.document.note_explicit_target(section)
        section += nodes.title("", f"{claim}: {rows[0]['shows']}")
        for row in rows:
            section += self.one(row)
        return section

    def one(self, row):
        changes = ", ".join(f"``{c}``" for c in row["changes"])
        text = (f"**{row['scheme']}**, scenario ``{row['scenario']}``"
                + (f", with {changes}" if changes else "") + f": {row['shows']}. ")
        text += ("No report" if row["silent"] else "Caught") + (
            f" in {row['good']} of {row['runs']} runs")
        text += f", under the {row['kernel']} kernel."
        if row["schedule"]:
            text += f" Forced: ``{row['schedule']}``."
        elif row["rounds"] > 1:
            text += f" Not forced: the actors run freely, {row['rounds']} times."
        out = [self.words(text)]
        if row["report"] and not row["silent"]:
            out += folded("The kernel's report, and the line that it names", self.report(row))
        return out

    def report(self, row):
        report = row["report"]
        box = nodes.container(classes=["lab-code", "lab-code-beside"])
        said = "\n".join(shown(report["lines"])) + "\n"
        left = nodes.container("", self.literal(said, "the kernel's report", "none"),
                               classes=["lab-code-text"])
        box += left
        if report.get("at"):
            box += nodes.container("", self.excerpt(row, report["at"]),
                                   classes=["lab-code-source"])
        return box

    def excerpt(self, row, at):
        """The line that the report names, as it stood in the run."""
        path = at["file"]
        text = self.source(path).text
        if row["changes"] and path.endswith(f"/{row['scheme']}.c"):
            family = os.path.join(self.root(), os.path.dirname(path))
            text = change.changed(family, row["scheme"], row["changes"])
            text = text.split("\n", 1)[1]
        lines = text.splitlines()
        number = line_of(lines, at)
        if not number:
            return self.words(f"``{path}`` has changed since: ``make debug-matrix``.")
        first = max(1, number - AROUND)
        cut = "\n".join(x.expandtabs(8) for x in lines[first - 1:number + AROUND]) + "\n"
        box = self.literal(cut, f"``{path}``, line {number}", linenostart=first,
                           hl_lines=[number - first + 1])
        for block in box.findall(nodes.literal_block):
            block["force"] = True       # it may begin within a comment
        return box


def setup(app):
    app.add_directive("debug-results", DebugResults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
