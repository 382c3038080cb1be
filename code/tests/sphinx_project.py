# SPDX-License-Identifier: GPL-2.0-only
"""A book of one page, for the tests of the book's directives."""
import io
import os
import re
import sys

import pytest

pytest.importorskip("sphinx")
from sphinx.application import Sphinx  # noqa: E402
from sphinx.util.docutils import docutils_namespace, patch_docutils  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXTENSIONS = os.path.join(TOP, "Documentation", "sphinx")
sys.path.insert(0, EXTENSIONS)

SOURCE = """\
// SPDX-License-Identifier: GPL-2.0-only
/*
 * The opening comment.
 */
int lab_twice(int a);

/**
 * lab_twice() - a number and itself
 * @a: the number
 *
 * See claim R1 and lab_thrice().
 *
 * Return: the sum.
 */
int lab_twice(int a)
{
\tlab_point(begin);
\ta += a;
\tlab_point(end);
\treturn a;
}

/**
 * lab_thrice() - more
 * @a: the number
 *
 * Return: the sum.
 */
int lab_thrice(int a)
{
\treturn a + a + a;
}
"""
CHANGES = """\
[one.forgets]
kind = "break"
what = "it forgets to add"
claims = ["R1"]
edits = [ { in = "lab_twice", old = "a += a;", new = "" } ]

[one.stale]
kind = "break"
what = "the source has moved on"
edits = [ { in = "lab_twice", old = "a += b;", new = "" } ]
"""


class Project:
    def __init__(self, top):
        self.top = top
        self.docs = top / "Documentation"
        (self.docs / "claims").mkdir(parents=True)
        (top / "code").mkdir()
        self.write("code/one.c", SOURCE)
        self.write("code/two.c", SOURCE.replace("a += a;", "a = a + a;"))
        self.write("code/changes.toml", CHANGES)
        self.write("conf.py", "extensions = ['kerneldoc', 'labcode', 'diagram', 'claims', "
                              "'crossrefs', 'labtasks', 'seeds', 'terms', 'figures', 'pagehead']\n"
                              "html_theme = 'basic'\nnitpicky = True\n")

    def write(self, path, text):
        (self.top / path).write_text(text)

    def build(self, page=None, **pages):
        """(what the page says, all warnings); keeps the environment."""
        if page is not None:
            pages["index"] = page
        for name, text in pages.items():
            fields, text = re.match(r"((?::\w+:(?: \w+)?\n)*\n?)(.*)", text, re.DOTALL).groups()
            self.write(f"Documentation/{name}.rst",
                       f"{fields}Title\n=====\n\n{text}\n")
        self.status, warning = io.StringIO(), io.StringIO()
        with patch_docutils(str(self.top)), docutils_namespace():
            app = Sphinx(str(self.docs), str(self.top), str(self.top / "out"),
                         str(self.top / "trees"), "html", status=self.status,
                         warning=warning)
            app.build()
        out = self.top / "out" / "index.html"
        return (out.read_text() if out.exists() else ""), warning.getvalue()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
