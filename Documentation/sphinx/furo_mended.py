# SPDX-License-Identifier: GPL-2.0-only
"""What Debian's furo (12: 2022.12.07, 13: 2024.08.06) gets wrong, mended while the book is built.

- The style sheet of Debian 12 knows dark only when a reader clicks for it.
- Its script begins with an import, but is loaded as a classic script, so it never
  runs: no switch for light and dark, no scroll-spy, no way back to the top. A
  module is no way out, as browsers load none from disk. So the one script that it
  imports is put before it.
- Debian 12's style sheet asks for normalize.css at a web server's address.
- Headings without a level, and parts of a page outside of every landmark, keep out
  readers who use a screen reader.
"""
import os
import re

QUERY = "@media (prefers-color-scheme: dark)"
NORMALIZE = "/usr/share/javascript/normalize.css/normalize.css"
IMPORT = re.compile(r'^import (?:\* as )?(\w+) from "\./(gumshoe-patched\.js)";\n', re.MULTILINE)

# In each page: what stands there, and what should.
MENDS = [(re.compile(old), new) for old, new in [
    (r'<p class="caption" role="heading">', r'<p class="caption" role="heading" aria-level="2">'),
    (r'<label class="overlay ', r'<label aria-hidden="true" class="overlay '),
    (r'<aside class="sidebar-drawer">', r'<aside class="sidebar-drawer" aria-label="All pages">'),
    (r'<aside class="toc-drawer', r'<aside aria-label="On this page" class="toc-drawer'),
    (r'<div class="content">\s*<div class="article-container">',
     r'<div class="content" role="main"><div class="article-container">'),
    (r'<article role="main"', r'<article'),
    (r'<footer>', r'<footer role="presentation">'),
    (r'<div id="search-results">', r'<h1 class="visually-hidden">Search</h1><div id="search-results">'),
    (r'<th class="([^"]*)">(?:<p></p>)?</th>', r'<td class="\1"></td>'),
    (r'<div role="list" class="citation-list">', r'<div class="citation-list">'),
    (r'(<div class="citation"[^>]*?) role="doc-biblioentry"', r'\1'),
    (r'name="viewport" content="width=device-width,initial-scale=1"',
     r'name="viewport" content="width=device-width, initial-scale=1"'),
]]


def add_auto_dark(css):
    """Repeat the dark colours for readers whose system asks for dark."""
    if re.search(r"@media[^{]*prefers-color-scheme: ?dark", css):
        return css
    colours = re.search(r'body\[data-theme="?dark"?\] *\{([^}]*--color[^}]*)\}', css)
    if not colours:
        return css
    return (f'{css}\n{QUERY} {{\n@media not print {{\n'
            f'body:not([data-theme="light"]) {{{colours[1]}}}\n}}\n}}\n')


def add_normalize(css, normalize):
    """The file itself where the style sheet asks for it."""
    return re.sub(r'@import url\(["\']?/javascript/normalize\.css/[^)]*\);\n?',
                  lambda _: normalize, css)


def join_scripts(script, read):
    """The script with what it imports before it."""
    match = IMPORT.search(script)
    if not match:
        return script
    return f"{read(match[2])}\n{IMPORT.sub('', script)}"


def mend_page(page):
    for old, new in MENDS:
        page = old.sub(new, page)
    return page


def rewrite(file, change):
    try:
        with open(file, encoding="utf-8") as f:
            text = f.read()
    except FileNotFoundError:
        return
    mended = change(text)
    if mended != text:
        with open(file, "w", encoding="utf-8") as f:
            f.write(mended)


def normalize_css():
    try:
        with open(NORMALIZE, encoding="utf-8") as f:
            return f.read() + "\n"
    except FileNotFoundError:
        return "body { margin: 0; }\n"


def ours(app):
    return app.builder.format == "html" and app.config.html_theme == "furo"


def wrap(app):
    if not ours(app):
        return
    render = app.builder.templates.render
    app.builder.templates.render = lambda *given: mend_page(render(*given))


def mend(app, exception):
    if exception or not ours(app):
        return
    static = os.path.join(app.outdir, "_static")
    rewrite(os.path.join(static, "styles", "furo.css"),
            lambda css: add_normalize(add_auto_dark(css), normalize_css()))

    def read(name):
        with open(os.path.join(static, "scripts", name), encoding="utf-8") as f:
            return f.read()
    rewrite(os.path.join(static, "scripts", "furo.js"), lambda script: join_scripts(script, read))


def setup(app):
    app.connect("builder-inited", wrap)
    app.connect("build-finished", mend)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}
