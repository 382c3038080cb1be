# SPDX-License-Identifier: GPL-2.0-only
"""The first time that a page uses a term of the glossary, it links there.

Nobody has to write such a link. Where the role :term: has made one already, or
the word stands in a title, in code or in another link, it is left alone. The
plural is found too. The glossary itself has no such links.
"""
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

SKIP = (nodes.reference, nodes.literal, nodes.literal_block, nodes.title, nodes.raw,
        nodes.caption, nodes.rubric, nodes.citation, addnodes.desc_signature,
        addnodes.pending_xref)


def terms_of(env):
    """({lower-case term: (page, anchor)}, a pattern that finds all of them)."""
    if not hasattr(env, "kit_terms"):
        objects = env.get_domain("std").objects
        found = {name.lower(): where for (kind, name), where in objects.items()
                 if kind == "term"}
        words = "|".join(re.escape(t).replace(r"\ ", r"\s+")
                         for t in sorted(found, key=len, reverse=True))
        pattern = re.compile(rf"(?<![\w-])({words})(s?)(?![\w-]|\()", re.IGNORECASE)
        env.kit_terms = found, pattern if words else None
    return env.kit_terms


class TermLinks(SphinxPostTransform):
    default_priority = 190      # before functions and claims are looked for

    def run(self, **kwargs):
        if self.app.builder.format != "html":
            return
        found, pattern = terms_of(self.env)
        page = self.env.docname
        if pattern is None or page in {where[0] for where in found.values()}:
            return
        seen = {ref.get("refuri", "").partition("#")[2]
                for ref in self.document.findall(nodes.reference)}
        for text in list(self.document.findall(nodes.Text)):
            node = text.parent
            while node is not None and not isinstance(node, SKIP):
                node = node.parent
            if node is None:
                self.link(text, found, pattern, seen)

    def link(self, text, found, pattern, seen):
        said, out, at = text.astext(), [], 0
        for match in pattern.finditer(said):
            where, anchor = found[" ".join(match[1].lower().split())]
            if anchor in seen:
                continue
            seen.add(anchor)
            inner = nodes.inline("", match[0], classes=["term"])
            out += [nodes.Text(said[at:match.start()]),
                    make_refnode(self.app.builder, self.env.docname, where, anchor, inner)]
            at = match.end()
        if out:
            text.parent.replace(text, out + [nodes.Text(said[at:])])


def forget(app, env):
    if hasattr(env, "kit_terms"):
        del env.kit_terms
    return []


def setup(app):
    app.add_post_transform(TermLinks)
    app.connect("env-updated", forget)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
