# SPDX-License-Identifier: GPL-2.0-only
"""What a page says of itself to those that don't open it.

A description, and the tags that a mailing list or a chat makes a preview from:
both are the page's first paragraph. And the text of all pages, as a script, for
the search: from disk, a browser lets no page read another.
"""
import html
import json
import os
import re

from docutils import nodes

LONGEST = 200
TEXTS = "kit-texts.js"


def opening(doctree):
    """The first paragraph of prose, cut at a sentence or a word."""
    for node in doctree.findall(nodes.paragraph):
        if isinstance(node.parent, (nodes.section, nodes.document)):
            text = " ".join(node.astext().split())
            if len(text) > 40:
                break
    else:
        return ""
    if len(text) <= LONGEST:
        return text
    cut = text[:LONGEST]
    end = cut.rfind(". ")
    return cut[:end + 1] if end > 60 else cut.rsplit(" ", 1)[0] + " ..."


def describe(app, pagename, templatename, context, doctree):
    if pagename == "search":
        # Before the theme's own, which asks for the summaries.
        app.add_js_file(TEXTS, priority=100)
    if doctree is None:
        return
    said = html.escape(opening(doctree) or app.config.project)
    title = html.escape(re.sub(r"<[^>]*>", "", context.get("title", "")) or app.config.project)
    context["metatags"] = context.get("metatags", "") + (
        f'\n<meta name="description" content="{said}">'
        f'\n<meta property="og:title" content="{title}">'
        f'\n<meta property="og:description" content="{said}">'
        f'\n<meta property="og:type" content="article">'
        f'\n<meta property="og:site_name" content="{html.escape(app.config.project)}">\n')


def text_of(page):
    """What a built page says, without its side bars and its code's line numbers."""
    body = re.search(r"<article[^>]*>(.*)</article>", page, re.DOTALL)
    text = re.sub(r'<span class="linenos">[^<]*</span>|<a class="headerlink".*?</a>|<script.*?</script>'
                  r'|<svg.*?</svg>', " ", body[1] if body else "", flags=re.DOTALL)
    text = re.sub(r"</?(?:span|a|code|em|strong|b|i|cite)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def write_texts(app, exception):
    if exception or app.builder.format != "html":
        return
    texts = {}
    for name in sorted(app.env.found_docs):
        file = app.builder.get_outfilename(name)
        if os.path.exists(file):
            with open(file, encoding="utf-8") as f:
                texts[name] = text_of(f.read())
    with open(os.path.join(app.outdir, "_static", TEXTS), "w", encoding="utf-8") as f:
        f.write(f"const KIT_TEXTS = {json.dumps(texts, ensure_ascii=False)};\n")


def setup(app):
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_texts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
