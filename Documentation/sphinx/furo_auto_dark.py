# SPDX-License-Identifier: GPL-2.0-only
"""Debian 12's furo (2022.12.07) knows dark only when a reader clicks for it.

Its style sheet was compiled without the part for readers whose system asks for
dark, while the colours of code do follow the system: dark code on a white page.
Where that part is missing, repeat the dark colours under the media query.
"""
import os
import re

QUERY = "@media (prefers-color-scheme: dark)"


def add_auto_dark(css):
    if re.search(r"@media[^{]*prefers-color-scheme: ?dark", css):
        return css
    colours = re.search(r'body\[data-theme="?dark"?\] *\{([^}]*--color[^}]*)\}', css)
    if not colours:
        return css
    return (f'{css}\n{QUERY} {{\n@media not print {{\n'
            f'body:not([data-theme="light"]) {{{colours[1]}}}\n}}\n}}\n')


def mend(app, exception):
    if exception or app.builder.format != "html" or app.config.html_theme != "furo":
        return
    file = os.path.join(app.outdir, "_static", "styles", "furo.css")
    try:
        with open(file, encoding="utf-8") as f:
            css = f.read()
    except FileNotFoundError:
        return
    mended = add_auto_dark(css)
    if mended != css:
        with open(file, "w", encoding="utf-8") as f:
            f.write(mended)


def setup(app):
    app.connect("build-finished", mend)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
