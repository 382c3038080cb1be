# SPDX-License-Identifier: GPL-2.0-only
""".. diagram:: diagrams/FILE.dot — a Graphviz drawing, inlined as SVG.

    :alt: what it shows, in words (required)

The content is the caption. The SVG is part of the page, not an image beside
it, so that the page's style sheet colours it by class="…" and it follows the
reader's choice of light or dark.
"""
import html
import os
import re

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

import kitcache

SMALLEST_PX = 12
MISSING = "dot was not found: install graphviz (Debian: apt install graphviz)"


def inlined(svg, name, alt, timeline=""):
    """The <svg> element alone, ids made unique, sized by the page."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    # The background: the page has one.
    svg = re.sub(r'<polygon fill="(white|transparent)" stroke="transparent"[^>]*/>\n?',
                 "", svg)
    width = re.search(r'width="(\d+)pt"', svg)
    svg = re.sub(r'^<svg width="\d+pt" height="\d+pt"', "<svg", svg)
    alt = alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    size = ""
    if width:
        # A unit of the drawing is a pt; its smallest text is shown in 12 px at least.
        smallest = min([float(n) for n in re.findall(r'font-size="([\d.]+)"', svg)], default=10)
        least = int(width[1]) * SMALLEST_PX / smallest
        size = f' style="max-width:{max(int(width[1]) * 4 / 3, least):.0f}px;min-width:{least:.0f}px"'
    kind = "diagram diagram-timeline" if timeline else "diagram"
    return svg.replace("<svg", f'<svg role="img" aria-label="{alt}" class="{kind}"{size}', 1) + timeline


NODE = re.compile(r'^\s*\w+ \[class=(\w+), pos="([-\d.]+),([-\d.]+)!", label="([^"]*)"', re.MULTILINE)


def lanes_as_list(dot):
    """The steps of a drawing in lanes, in words, for screens too narrow for lanes.

    A lane's name is in the first row; a step is below its lane's.
    """
    placed = [(float(x), -float(y), kind, html.escape(label.replace("\\n", " ")))
              for kind, x, y, label in NODE.findall(dot) if label]
    lanes = {x: label for x, row, _, label in placed if row == 0}
    steps = sorted((row, x, kind, label) for x, row, kind, label in placed if row > 0 and x in lanes)
    if len(lanes) < 2 or not steps:
        return ""
    return '<ol class="timeline">' + "".join(
        f'<li class="{kind}"><b>{lanes[x]}</b> {label}</li>' for _, x, kind, label in steps) + "</ol>"


class Diagram(SphinxDirective):
    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}

    def run(self):
        path = self.arguments[0]
        file = os.path.join(self.env.app.confdir, path)
        if not os.path.exists(file):
            raise self.error(f"diagram: {path}: no such file")
        alt = " ".join(self.options.get("alt", "").split())
        if not alt:
            raise self.error(f"diagram: {path} needs :alt:, what it shows in words")
        if not self.content:
            raise self.error(f"diagram: {path} needs a caption that says what to see in it")
        self.env.note_dependency(file)
        self.env.note_dependency(__file__)
        try:
            svg, complaints, status = kitcache.run(
                self.env.app, "dot", [self.config.graphviz_dot, "-Tsvg", path], [file])
        except FileNotFoundError:
            raise self.error(MISSING) from None
        if status or complaints.strip():
            raise self.error(f"diagram: {path}: {complaints.strip() or status}")
        name = os.path.splitext(os.path.basename(path))[0]
        figure = nodes.figure("", classes=["diagram"])
        timeline = ""
        if name.endswith("_timeline"):
            with open(file, encoding="utf-8") as f:
                timeline = lanes_as_list(f.read())
        figure += nodes.raw("", inlined(svg, name, alt, timeline), format="html")
        text = nodes.Element()
        text.document = self.state.document
        self.state.nested_parse(self.content, self.content_offset, text)
        first = text.children[0]
        figure += nodes.caption("", "", *first.children)
        if len(text.children) > 1:
            figure += nodes.legend("", *text.children[1:])
        return [figure]


def setup(app):
    app.add_config_value("graphviz_dot", "dot", "env")
    app.add_directive("diagram", Diagram)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
