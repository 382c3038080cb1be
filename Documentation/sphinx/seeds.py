# SPDX-License-Identifier: GPL-2.0-only
"""The documents that the kit was made around, and where each of their
statements is taught.

.. seed-statements:: ID    a table: statement, page and section, claims

Documentation/seeds.toml has a row for each statement. It names a page, the id
of a section there, some words that must stand in it, and the claims. When the
book is complete, each row is looked up: a section that is gone, words that it
no longer has and a claim that the page doesn't link to are warnings.
"""
import os
import re
import tomllib

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from labcode import table_of

logger = logging.getLogger(__name__)
FIELDS = {"says", "page", "section", "words", "claims"}


class BadSeeds(Exception):
    pass


def load(app):
    """[seed], in order; [] where this tree has no such file."""
    name = app.config.seeds_file
    try:
        with open(os.path.join(app.confdir, name), "rb") as f:
            found = tomllib.load(f).get("seed", [])
    except FileNotFoundError:
        return []
    except tomllib.TOMLDecodeError as e:
        raise BadSeeds(f"{name}: {e}") from None
    for seed in found:
        for row in seed.get("statement", []):
            odd = (FIELDS - {"claims"} - set(row)) | (set(row) - FIELDS)
            if odd:
                raise BadSeeds(f"{name}: {seed.get('id')}: a statement is wrong about "
                               + ", ".join(sorted(odd)))
    return found


def names(app):
    """{readable name: id}, for links."""
    return {seed["name"]: seed["id"] for seed in load(app)}


def linked(text, known):
    """`text` with each name a link to the page of the seeds."""
    if not known:
        return text
    pattern = "|".join(re.escape(n) for n in sorted(known, key=len, reverse=True))
    return re.sub(pattern, lambda m: f":ref:`{m[0]} <{known[m[0]]}>`", text)


class SeedStatements(SphinxDirective):
    required_arguments = 1

    def run(self):
        app = self.env.app
        self.env.note_dependency(__file__)
        self.env.note_dependency(os.path.join(app.confdir, app.config.seeds_file))
        try:
            found = {s["id"]: s for s in load(app)}
        except BadSeeds as e:
            raise self.error(f"seed-statements: {e}") from None
        if self.arguments[0] not in found:
            raise self.error(f"seed-statements: {app.config.seeds_file} has no "
                             f"“{self.arguments[0]}”")
        rows = []
        for row in found[self.arguments[0]].get("statement", []):
            where = addnodes.pending_xref(
                "", nodes.inline("", f"{row['page']}, {row['section']}"),
                refdomain="", reftype="seedsection",
                reftarget=f"{row['page']}#{row['section']}", refdoc=self.env.docname,
                refexplicit=False, refwarn=True)
            self.set_source_info(where)
            claims = " ".join(f":claim:`{c}`" for c in row.get("claims", []))
            rows.append([[self.inlined(row["says"])], [nodes.paragraph("", "", where)],
                         [self.inlined(claims)] if claims else []])
        heads = [[nodes.paragraph("", h)] for h in
                 ("what the document says", "where it is taught", "claims")]
        return [table_of(heads, rows, ["seed-statements"], [55, 30, 15])]

    def inlined(self, text):
        found, messages = self.state.inline_text(text, self.lineno)
        return nodes.paragraph("", "", *found, *messages)


def section_of(doctree, name):
    for section in doctree.findall(nodes.section):
        if name in section["ids"]:
            return section
    return None


def resolve(app, env, node, contnode):
    if node.get("reftype") != "seedsection":
        return None
    page, _, name = node["reftarget"].partition("#")
    section = section_of(env.get_doctree(page), name) if page in env.found_docs else None
    if section is None:
        return contnode         # check() tells it
    title = section.next_node(nodes.title).astext()
    top = env.titles[page].astext()
    text = top if title == top else f"{top}: {title}"
    return make_refnode(app.builder, node["refdoc"], page, name, nodes.inline("", text))


def in_table(node):
    """Is it in the table of statements itself?"""
    while node is not None and "seed-statements" not in node.get("classes", ()):
        node = node.parent
    return node is not None


def plain(text):
    """Without line breaks, and with the quotes that people type."""
    return " ".join(text.translate(str.maketrans("‘’“”", "''\"\"")).split())


def wrong_with(row, env, trees):
    """What a row says and its page doesn't bear out; "" if nothing."""
    page = row["page"]
    if page not in env.found_docs:
        return f"there is no page {page}"
    if page not in trees:
        trees[page] = env.get_doctree(page)
    section = section_of(trees[page], row["section"])
    if section is None:
        return f"{page} has no section “{row['section']}”"
    if plain(row["words"]) not in plain(section.astext()):
        return f"{page}, {row['section']}, does not say “{row['words']}”"
    there = {n["reftarget"] for n in trees[page].findall(addnodes.pending_xref)
             if n.get("reftype") == "claim" and not in_table(n)}
    missing = [c for c in row.get("claims", []) if c not in there]
    return f"{page} does not link to {', '.join(missing)}" if missing else ""


def check(app, env):
    try:
        found = load(app)
    except BadSeeds:
        return                  # the directive has told it
    trees = {}
    for seed in found:
        for row in seed.get("statement", []):
            wrong = wrong_with(row, env, trees)
            if wrong:
                logger.warning("%s: %s, “%s”: %s", app.config.seeds_file, seed["id"],
                               row["says"], wrong, type="seeds")


def setup(app):
    app.add_config_value("seeds_file", "Documentation/seeds.toml", "env")
    app.add_directive("seed-statements", SeedStatements)
    app.connect("missing-reference", resolve)
    app.connect("env-check-consistency", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
