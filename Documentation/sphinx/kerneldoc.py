# SPDX-License-Identifier: GPL-2.0-only
""".. kernel-doc:: FILE — the kernel-doc comments of a C file.

    :identifiers: only these (:functions: is the same)
    :namespace:   the C namespace to declare them in: the schemes of a family define
                  static functions of the same names, so each has its own

A page that has a namespace also has it for its references: lab_utsns_get()
on the page of rcu.c means that of rcu.c.
"""
import os
import re

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx import version_info
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, switch_source_input
from sphinx.util.nodes import nested_parse_with_titles

import kerneldoc_tool
import kitcache

logger = logging.getLogger(__name__)

# "warning: FILE:LINE: text" (newer) or "FILE:LINE: warning: text"
COMPLAINT = re.compile(r"^(?:(?P<kind>warning|error|info): )?"
                       r"(?P<file>[^:\s]+):(?P<line>\d+): (?P<text>.*)$",
                       re.IGNORECASE)


class KernelDoc(SphinxDirective):
    required_arguments = 1
    has_content = False
    option_spec = {
        "identifiers": directives.unchanged_required,
        "functions": directives.unchanged_required,
        "namespace": directives.unchanged_required,
    }

    def run(self):
        path = self.arguments[0]
        file = os.path.join(self.env.app.confdir, path)
        if not os.path.exists(file):
            raise self.error(f"kernel-doc: {path}: no such file")
        self.env.note_dependency(file)
        self.env.note_dependency(__file__)
        try:
            tool = kerneldoc_tool.find()
        except kerneldoc_tool.NoKernelDoc as e:
            # Once and for all, instead of a warning for each page.
            raise ExtensionError(str(e)) from None
        command = [tool, "-rst", "-enable-lineno", "-sphinx-version",
                   "%d.%d.%d" % version_info[:3]]
        wanted = (self.options.get("identifiers", "") + " " +
                  self.options.get("functions", "")).replace(",", " ").split()
        for name in wanted:
            command += ["-function", name]
        text, complaints, status = kitcache.run(
            self.env.app, "kernel-doc", command + [path], [tool, file])
        self.complain(path, complaints, status)
        if not text.strip():
            raise self.error(f"kernel-doc: {path}: nothing is documented there"
                             + (f" by the name {', '.join(wanted)}" if wanted else ""))
        return self.parse(text, file)

    def complain(self, path, complaints, status):
        said = False
        for line in complaints.splitlines():
            match = COMPLAINT.match(line.strip())
            if match:
                text = match["text"]
                where = "{}:{}".format(os.path.join(self.env.app.confdir, match["file"]),
                                       match["line"])
                if (match["kind"] or "").lower() == "info":
                    continue
            elif line.strip() and not re.match(r"^\d+ (warnings|errors)", line):
                text, where = line.strip(), path
            else:
                continue
            logger.warning("kernel-doc: %s", text, location=where)
            said = True
        if status and not said:
            logger.warning("kernel-doc failed with status %d", status, location=path)

    def parse(self, text, path):
        namespace = self.options.get("namespace")
        content = StringList()
        where = 1
        if namespace:
            self.env.metadata[self.env.docname].setdefault("scheme", namespace)
            content.append(f".. c:namespace-push:: {namespace}", path, 0)
            content.append("", path, 0)
        for line in text.splitlines():
            match = re.match(r"^\s*\.\. LINENO (\d+)$", line)
            if match:
                where = int(match[1])
                continue
            content.append(line, path, where - 1)
        if namespace:
            content.append("", path, where)
            content.append(".. c:namespace-pop::", path, where)
        node = nodes.section()
        node.document = self.state.document
        with switch_source_input(self.state, content):
            nested_parse_with_titles(self.state, content, node)
        return [nodes.container("", *node.children, classes=["kernel-doc"])]


def setup(app):
    app.add_directive("kernel-doc", KernelDoc)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
