# SPDX-License-Identifier: GPL-2.0-only
"""Find things in the kit's C sources: functions, structs, labelled points.

The sources follow the kernel's coding style, which is all that is leaned on:
a definition starts in column 0 and ends with a brace in column 0.
"""
import os
import re
import textwrap


class SourceError(Exception):
    """What a page asks for is not in the source."""


class Source:
    def __init__(self, root, path):
        self.path = path
        self.file = os.path.join(root, path)
        try:
            with open(self.file, encoding="utf-8") as f:
                self.text = f.read()
        except OSError as e:
            raise SourceError(f"{path}: {e.strerror}") from None
        self.lines = self.text.splitlines()

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def function(self, name, doc=False):
        """First and last line of the definition of `name`, from 1."""
        opens = re.compile(rf"^(?![\s/*#])[^\n;]*\b{re.escape(name)}\(",
                           re.MULTILINE)
        for match in opens.finditer(self.text):
            body = self.text.find("\n{\n", match.start())
            semicolon = self.text.find(";", match.start())
            if body < 0 or 0 <= semicolon < body:
                continue        # a prototype
            first = self.line_of(match.start())
            last = self.line_of(self.text.index("\n}\n", body) + 1)
            return (self._doc_above(first) if doc else first), last
        raise SourceError(f"{self.path} has no function {name}()")

    def struct(self, name, doc=False):
        match = re.search(rf"^(struct|enum) {re.escape(name)} {{$", self.text,
                          re.MULTILINE)
        if not match:
            raise SourceError(f"{self.path} has no struct or enum {name}")
        first = self.line_of(match.start())
        last = self.line_of(self.text.index("\n};\n", match.start()) + 1)
        return (self._doc_above(first) if doc else first), last

    def head(self):
        """The comment that opens the file, behind its licence line."""
        match = re.search(r"^/\*\n.*?^ \*/$", self.text, re.MULTILINE | re.DOTALL)
        if not match:
            raise SourceError(f"{self.path} opens with no comment")
        return self.line_of(match.start()), self.line_of(match.end())

    def label(self, name, within=None):
        first, last = within or (1, len(self.lines))
        found = [n for n in range(first, last + 1)
                 if f"lab_point({name});" in self.lines[n - 1]]
        if len(found) != 1:
            how = "no" if not found else f"{len(found)} times"
            raise SourceError(f"{self.path}, lines {first} to {last}: "
                              f"{how} lab_point({name});")
        return found[0]

    def fragment(self, text, within=None):
        """The lines that contain `text`; whitespace counts as one space."""
        first, last = within or (1, len(self.lines))
        wanted = " ".join(text.split())
        found = [n for n in range(first, last + 1)
                 if wanted in " ".join(self.lines[n - 1].split())]
        if not found:
            raise SourceError(f"{self.path}, lines {first} to {last}: "
                              f"there is no “{wanted}”")
        return found

    def _doc_above(self, first):
        if first > 1 and self.lines[first - 2] == " */":
            n = first - 2
            while n > 0 and not self.lines[n - 1].startswith("/*"):
                n -= 1
            return n
        raise SourceError(f"{self.path}:{first}: no comment above it")

    def cut(self, span):
        """The lines of `span`, tabs expanded, common indentation removed."""
        lines = [line.expandtabs(8) for line in self.lines[span[0] - 1:span[1]]]
        return textwrap.dedent("\n".join(lines)) + "\n"


def lines_name(span):
    first, last = span
    return f"line {first}" if first == last else f"lines {first}–{last}"
