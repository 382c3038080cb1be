# SPDX-License-Identifier: GPL-2.0-only
"""Links that nobody has to write, and a toctree that forgives.

A function's name with its parentheses, in text or as a literal, links to its
kernel-doc. Where several schemes have a function of that name, the page's own
scheme wins (the field ":scheme: rcu" at the top of a page, or the namespace of
its kernel-doc); on other pages such a name is left alone. "claim R4" in a
kernel-doc comment links to the claim.

.. toctree-of-what-is-there:: is a toctree that leaves out pages that this tree
does not have: chapters arrive one by one.
"""
import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.directives.other import TocTree
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join
from sphinx.util.nodes import make_refnode

FUNCTION = re.compile(r"\b(lab_\w+)\(\)")
CLAIM = re.compile(r"(?<![\w-])([RTPNI]\d{1,2})(?![\w-])")
SKIP = (nodes.reference, nodes.literal_block, nodes.title, nodes.raw,
        nodes.caption, addnodes.desc_signature, addnodes.pending_xref)


def functions(env):
    """{name: [(scheme or "", page, anchor)]} of all that is documented."""
    if not hasattr(env, "kit_functions"):
        found = {}
        for full, _, kind, page, anchor, _ in env.get_domain("c").get_objects():
            if kind in ("function", "macro"):
                scheme, _, name = full.rpartition(".")
                found.setdefault(name, []).append((scheme, page, anchor))
        env.kit_functions = found
    return env.kit_functions


class AutoLinks(SphinxPostTransform):
    default_priority = 200

    def run(self, **kwargs):
        if self.app.builder.format != "html":
            return
        for text in list(self.document.findall(nodes.Text)):
            parents = []
            node = text.parent
            while node is not None:
                parents.append(node)
                node = node.parent
            if any(isinstance(p, SKIP) for p in parents):
                continue
            if isinstance(text.parent, nodes.literal):
                match = FUNCTION.fullmatch(text.astext())
                target = match and self.function(match[1])
                if target:
                    literal = text.parent
                    literal.parent.replace(literal, self.link(target, literal.deepcopy()))
                continue
            in_kernel_doc = any("kernel-doc" in p.get("classes", ())
                                for p in parents if isinstance(p, nodes.container))
            self.split(text, in_kernel_doc)

    def function(self, name):
        found = functions(self.env).get(name, [])
        if len(found) > 1:
            scheme = self.env.metadata.get(self.env.docname, {}).get("scheme")
            found = [f for f in found if f[0] == scheme]
        return found[0] if len(found) == 1 else None

    def link(self, target, content):
        _, page, anchor = target
        return make_refnode(self.app.builder, self.env.docname, page, anchor, content)

    def claim(self, name):
        page = getattr(self.env, "claims_page", None)
        known = getattr(self.env, "claims_known", {})
        if page is None or name not in known:
            return None
        return make_refnode(self.app.builder, self.env.docname, page, f"claim-{name}",
                            nodes.inline("", name, classes=["xref", "claim"]), known[name])

    def split(self, text, in_kernel_doc):
        said, out, at = text.astext(), [], 0
        matches = list(FUNCTION.finditer(said))
        if in_kernel_doc:
            matches += list(CLAIM.finditer(said))
        for match in sorted(matches, key=lambda m: m.start()):
            if match.re is CLAIM:
                new = self.claim(match[1])
            else:
                target = self.function(match[1])
                new = target and self.link(target, nodes.literal("", match[0]))
            if new is None:
                continue
            out += [nodes.Text(said[at:match.start()]), new]
            at = match.end()
        if out:
            text.parent.replace(text, out + [nodes.Text(said[at:])])


def no_file_links(app, doctree):
    """docutils takes FILE:LINE for an address; nobody means a file:// link by that."""
    for link in list(doctree.findall(nodes.reference)):
        if re.match("file:(?!//)", link.get("refuri", ""), re.IGNORECASE):
            link.parent.replace(link, link.children)


class TocTreeOfWhatIsThere(TocTree):
    def run(self):
        there = StringList()    # a copy: deleting would cut the page's own text
        for source, offset, line in self.content.xitems():
            page = re.sub(r".*<(.*)>$", r"\1", line.strip())
            page = docname_join(self.env.docname, page)
            if page in self.env.found_docs:
                there.append(line.strip(), source, offset)
        self.content = there
        # Read this page again when pages come or go.
        self.env.glob_toctrees.add(self.env.docname)
        return super().run() if any(line.strip() for line in self.content) else []


def forget(app, env):
    if hasattr(env, "kit_functions"):
        del env.kit_functions
    return []


def setup(app):
    app.add_post_transform(AutoLinks)
    app.add_directive("toctree-of-what-is-there", TocTreeOfWhatIsThere)
    app.connect("doctree-read", no_file_links)
    app.connect("env-updated", forget)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
