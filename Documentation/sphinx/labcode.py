# SPDX-License-Identifier: GPL-2.0-only
"""Directives that show the kit's own code, cut out of it at build time.

.. lab-code:: FILE        source beside its explanation (the content)
.. lab-diff:: FILE FILE   two functions of the same name, side by side
.. lab-change:: FAMILY SCHEME [NAME]  named changes, each as a small diff
.. lab-changes:: FAMILY   the table of named changes (:scheme: for one)
.. interleaving:: FILE    numbered steps in lanes, each tied to a line

What is not in the source is an error, never an empty box.
"""
import difflib
import html
import os
import re
import sys

from docutils import nodes
from docutils.parsers.rst import directives
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import CLexer
from sphinx.directives.code import container_wrapper
from sphinx.util.docutils import SphinxDirective

import schedules
from csource import Source, SourceError, lines_name

sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__),
                                             "..", "..", "code", "runtime")))
import change  # noqa: E402  (code/runtime/change.py)


class FromSource(SphinxDirective):
    """Reads sources below the project's root, and says what it missed."""

    def root(self):
        return self.env.app.confdir

    def source(self, path):
        source = Source(self.root(), path)
        self.env.note_dependency(source.file)
        self.env.note_dependency(__file__)
        return source

    def run(self):
        try:
            return self.build()
        except (SourceError, change.ChangeError) as e:
            raise self.error(f"{self.name}: {e}") from None

    def literal(self, text, caption, language="c", **highlight_args):
        block = nodes.literal_block(text, text)
        block["language"] = language
        if highlight_args:
            block["linenos"] = True
            block["highlight_args"] = highlight_args
        self.set_source_info(block)
        return container_wrapper(self, block, caption)

    def text_of(self, lines, offset):
        node = nodes.Element()
        node.document = self.state.document
        self.state.nested_parse(lines, offset, node)
        return node.children

    def inline(self, text):
        found, messages = self.state.inline_text(text, self.lineno)
        return found + messages


class LabCode(FromSource):
    required_arguments = 1
    has_content = True
    option_spec = {
        "function": directives.unchanged_required,
        "struct": directives.unchanged_required,
        "head": directives.flag,
        "doc": directives.flag,
        "from": directives.unchanged_required,
        "to": directives.unchanged_required,
        "emphasize": directives.unchanged_required,
    }

    def span(self, source):
        options = self.options
        doc = "doc" in options
        within = None
        if "function" in options:
            within = source.function(options["function"].rstrip("()"), doc)
        elif "struct" in options:
            within = source.struct(options["struct"], doc)
        elif "head" in options:
            within = source.head()
        elif not ("from" in options and "to" in options):
            raise SourceError("say what to show: a function, a struct, head, "
                              "or from and to")
        first, last = within or (1, len(source.lines))
        if "from" in options:
            first = source.label(options["from"], within)
        if "to" in options:
            last = source.label(options["to"], within)
        if first > last:
            raise SourceError(f"{source.path}: {options['from']} comes after "
                              f"{options['to']}")
        return first, last

    def build(self):
        source = self.source(self.arguments[0])
        span = self.span(source)
        numbers = {"linenostart": span[0]}
        if "emphasize" in self.options:
            numbers["hl_lines"] = sorted({
                n - span[0] + 1 for part in self.options["emphasize"].split(" | ")
                for n in source.fragment(part, span)})
        block = self.literal(source.cut(span),
                             f"``{source.path}``, {lines_name(span)}", **numbers)
        box = nodes.container(classes=["lab-code"])
        code = nodes.container("", block, classes=["lab-code-source"])
        if self.content:
            text = nodes.container("", *self.text_of(self.content, self.content_offset),
                                   classes=["lab-code-text"])
            box["classes"].append("lab-code-beside")
            box += [text, code]
        else:
            box += code
        return [box]


class LabDiff(FromSource):
    required_arguments = 2
    has_content = True
    option_spec = {
        "function": directives.unchanged_required,
        "doc": directives.flag,
        "head": directives.flag,
    }

    def build(self):
        sources = [self.source(path) for path in self.arguments]
        if "function" in self.options:
            name = self.options["function"].rstrip("()")
            spans = [s.function(name, "doc" in self.options) for s in sources]
            what = f"{name}()"
        elif "head" in self.options:
            spans = [s.head() for s in sources]
            what = "the opening comment"
        else:
            raise SourceError("say what to compare: a function, or head")
        texts = [s.cut(span) for s, span in zip(sources, spans)]
        titles = [f"{s.path}, {lines_name(span)}" for s, span in zip(sources, spans)]
        wide = nodes.raw("", self.table(what, titles, texts, spans), format="html")
        unified = [line for line in difflib.unified_diff(
            *[t.splitlines() for t in texts], *titles, n=len(texts[0]), lineterm="")
            if not line.startswith("@@")]
        # For narrow screens, and for builders that know no HTML.
        narrow = nodes.container("", self.literal(
            "\n".join(unified) + "\n", f"``{what}`` in {titles[0]}, against {titles[1]}"
            if "function" in self.options else what, "diff"),
            classes=["lab-diff-narrow"])
        box = nodes.container("", wide, narrow, classes=["lab-diff"])
        text = self.text_of(self.content, self.content_offset) if self.content else []
        return [*text, box]

    def table(self, what, titles, texts, spans):
        colour = HtmlFormatter(nowrap=True)
        raw = [t.splitlines() for t in texts]
        coloured = [highlight(t, CLexer(stripnl=False), colour).split("\n")
                    for t in texts]
        rows = []

        def cell(side, n, kind):
            if n is None:
                return f'<td class="none"></td><td class="none {kind}"></td>'
            tag = {"del": "del", "ins": "ins"}.get(kind)
            code = coloured[side][n] or "&#8203;"
            if tag:
                code = f"<{tag}>{code}</{tag}>"
            # A line that is wrapped goes on under its own indent.
            hang = len(raw[side][n]) - len(raw[side][n].lstrip()) + 2
            return (f'<td class="linenos">{spans[side][0] + n}</td>'
                    f'<td class="{kind}"><pre style="padding-left:{hang}ch;text-indent:-{hang}ch">'
                    f'{code}</pre></td>')

        for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(
                None, raw[0], raw[1], autojunk=False).get_opcodes():
            for i in range(max(a2 - a1, b2 - b1)):
                a = a1 + i if a1 + i < a2 else None
                b = b1 + i if b1 + i < b2 else None
                kinds = ("same", "same") if tag == "equal" else ("del", "ins")
                rows.append("<tr>" + cell(0, a, kinds[0]) + cell(1, b, kinds[1]) + "</tr>")
        heads = "".join(f'<th scope="col" colspan="2">{html.escape(t)}</th>' for t in titles)
        return ('<div class="highlight lab-diff-wide"><table>'
                f'<caption>{html.escape(what)} in both</caption>'
                '<colgroup><col class="number"><col><col class="number"><col></colgroup>'
                f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
                "</table></div>\n")


def small_diff(before, after, context=2):
    """A unified diff without file names; an emptied line is just a removal."""
    out = []
    for line in list(difflib.unified_diff(before.splitlines(), after.splitlines(),
                                          n=context, lineterm=""))[2:]:
        if line[:1] == "+" and not line[1:].strip():
            continue
        out.append(line if line.startswith("@@") else line[:1] + line[1:].expandtabs(8))
    return "\n".join(out) + "\n"


class LabChange(FromSource):
    """One change by its name, or all of a scheme that :claim:, :kind: and
    :except: leave. None is an error, unless it is :optional:.
    """
    required_arguments = 2
    optional_arguments = 1
    has_content = True
    option_spec = {
        "claim": directives.unchanged_required,
        "kind": directives.unchanged_required,
        "except": directives.unchanged_required,
        "optional": directives.flag,
    }

    def build(self):
        family, scheme = self.arguments[:2]
        source = self.source(f"{family}/{scheme}.c")
        folder = os.path.join(self.root(), family)
        self.env.note_dependency(os.path.join(folder, "changes.toml"))
        self.env.note_dependency(change.__file__)
        table = change.load(folder).get(scheme, {})
        if len(self.arguments) == 3:
            names = self.arguments[2:]
        else:
            names = [n for n, entry in table.items() if self.wanted(n, entry)]
            if not names and "optional" not in self.options:
                raise SourceError(f"{family}/changes.toml has no such change of {scheme}")
        return [self.box(source, folder, scheme, name) for name in names]

    def wanted(self, name, entry):
        options = self.options
        return (options.get("claim", "") in ("", *entry.get("claims", []))
                and options.get("kind", "") in ("", entry.get("kind", "break"))
                and name not in options.get("except", "").split())

    def box(self, source, folder, scheme, name):
        text = change.changed(folder, scheme, [name])
        entry = change.load(folder)[scheme][name]
        after = text.split("\n", 1)[1] if text.startswith("#line") else text
        kind = entry.get("kind", "break")
        claims = " ".join(f":claim:`{c}`" for c in entry.get("claims", []))
        title = nodes.paragraph("", "", classes=["lab-change-title"])
        title += self.inline(f"**{scheme}**, change **{name}**: {entry['what']}.")
        box = nodes.container("", title, classes=["lab-change", f"lab-change-{kind}"])
        says = {"break": f"It puts {claims} to the test.",
                "repair": f"It repairs the flaw of {claims}.",
                "variant": f"It is right as well, and is measured for {claims}."}.get(kind)
        if claims and says:
            box += nodes.paragraph("", "", *self.inline(says))
        box += self.text_of(self.content, self.content_offset) if self.content else []
        box += self.literal(small_diff(source.text, after),
                            f"``{source.path}`` with ``{name}``", "diff")
        box += schedules.drawn(folder, scheme, name, entry, folded, table_of)
        return box


def folded(summary, *content):
    """What opens by a click; builders that know no HTML show it as it is."""
    return [nodes.raw("", f'<details class="kit-fold"><summary>{html.escape(summary)}</summary>',
                      format="html"), *content, nodes.raw("", "</details>", format="html")]


def table_of(heads, rows, classes, widths=None):
    """A docutils table; cells are lists of nodes."""
    table = nodes.table("", classes=classes)
    group = nodes.tgroup("", cols=len(heads))
    table += group
    for i in range(len(heads)):
        group += nodes.colspec("", colwidth=(widths or [1] * len(heads))[i])
    head, body = nodes.thead(), nodes.tbody()
    group += [head, body]
    for parent, cells in [(head, [heads])] + [(body, rows)]:
        for cells_of_row in cells:
            row = nodes.row()
            parent += row
            for cell in cells_of_row:
                row += nodes.entry("", *cell)
    return table


class LabChanges(FromSource):
    required_arguments = 1
    option_spec = {"scheme": directives.unchanged_required}

    def build(self):
        family = self.arguments[0]
        folder = os.path.join(self.root(), family)
        self.env.note_dependency(os.path.join(folder, "changes.toml"))
        only = self.options.get("scheme")
        rows = []
        for scheme, entries in change.load(folder).items():
            for name, entry in entries.items():
                if only and scheme != only:
                    continue
                claims = " ".join(f":claim:`{c}`" for c in entry.get("claims", []))
                cells = [f"``{scheme}``", f"``{name}``", entry.get("kind", "break"),
                         entry["what"], claims]
                rows.append([[nodes.paragraph("", "", *self.inline(c))] for c in cells])
        if not rows:
            raise SourceError(f"{family}/changes.toml has no change"
                              + (f" for {only}" if only else ""))
        heads = [[nodes.paragraph("", t)] for t in
                 ("scheme", "change", "kind", "what it does", "claims")]
        return [table_of(heads, rows, ["lab-changes"])]


class Interleaving(FromSource):
    """Content: steps of the form

        LANE @ FUNCTION(): fragment of a line in that function
          What happens. => the state after it

    "LANE:" alone opens a step that is not in FILE. The lines are looked up, so
    that a step which the source no longer makes breaks the build.
    """
    required_arguments = 1
    has_content = True
    option_spec = {
        "lanes": directives.unchanged_required,
        "state": directives.unchanged_required,
        "start": directives.unchanged_required,
        "title": directives.unchanged_required,
    }
    STEP = re.compile(r"^(?P<lane>[^@:]+?)(?: @ (?P<function>\w+)\(\): (?P<code>.+)|:)$")

    def steps(self, source, lanes):
        steps = []
        for line in self.content:
            if not line.strip():
                continue
            if line[0].isspace():
                if not steps:
                    raise SourceError("text before the first step")
                steps[-1]["text"] += " " + line.strip()
                continue
            match = self.STEP.match(line)
            if not match:
                raise SourceError(f"not a step: “{line}”")
            lane, function, code = match["lane"], match["function"], match["code"]
            if lane not in lanes:
                raise SourceError(f"no lane “{lane}”; lanes: {', '.join(lanes)}")
            where = None
            if function:
                found = source.fragment(code, source.function(function))
                if len(found) != 1:
                    raise SourceError(f"{source.path}: “{code}” stands {len(found)} "
                                      f"times in {function}()")
                where = found[0]
            steps.append({"lane": lane, "code": code, "where": where, "text": ""})
        if not steps:
            raise SourceError("no steps")
        return steps

    def state_cell(self, state, text):
        """Its column's name is for narrow screens, where there are no columns."""
        name = nodes.inline("", "", *self.inline(f"``{state}``"), nodes.Text(": "), classes=["lane"])
        return [nodes.paragraph("", "", name, *self.inline(text))]

    def build(self):
        source = self.source(self.arguments[0])
        lanes = [lane.strip() for lane in self.options.get("lanes", "").split(",")]
        state = self.options.get("state")
        heads = ["#", *lanes] + ([f"``{state}``"] if state else [])
        rows = []
        if state and "start" in self.options:
            rows.append([[]] + [[] for _ in lanes]
                        + [self.state_cell(state, self.options["start"])])
        for number, step in enumerate(self.steps(source, lanes), 1):
            text, _, after = step["text"].partition("=>")
            cell = [nodes.paragraph("", "", nodes.inline("", step["lane"] + ": ",
                                                         classes=["lane"]))]
            if step["code"]:
                cell[0] += nodes.literal(step["code"], step["code"])
                place = f"{os.path.basename(source.path)}:{step['where']}"
                cell[0] += [nodes.Text(" "),
                            nodes.inline("", place, classes=["place"])]
                cell.append(nodes.paragraph("", "", *self.inline(text.strip())))
            else:
                cell[0] += self.inline(text.strip())
            row = [[nodes.paragraph("", str(number))]]
            row += [cell if lane == step["lane"] else [] for lane in lanes]
            if state:
                row.append(self.state_cell(state, after.strip()) if after.strip() else [])
            rows.append(row)
        widths = [4] + [40] * len(lanes) + ([20] if state else [])
        table = table_of([[nodes.paragraph("", "", *self.inline(h))] if h else []
                          for h in heads], rows, ["interleaving", "colwidths-given"], widths)
        if "title" in self.options:
            # Not a caption: furo 2022.12 gives its anchor to two elements.
            return [nodes.paragraph("", "", *self.inline(self.options["title"]),
                                    classes=["interleaving-title"]), table]
        return [table]


def setup(app):
    app.add_directive("lab-code", LabCode)
    app.add_directive("lab-diff", LabDiff)
    app.add_directive("lab-change", LabChange)
    app.add_directive("lab-changes", LabChanges)
    app.add_directive("interleaving", Interleaving)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
