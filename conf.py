# SPDX-License-Identifier: GPL-2.0-only
# How Sphinx builds the book: sources in Documentation/, our own extensions in
# Documentation/sphinx/. make htmldocs, make mandocs, make linkcheckdocs.
import importlib.util
import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(ROOT, "Documentation", "sphinx"))
# Nothing but the output folder is written to.
sys.dont_write_bytecode = True


def is_installed(module):
    return importlib.util.find_spec(module) is not None


project = "Guarding a pointer"
author = "the authors of the kit"
project_copyright = "CC-BY-SA-4.0 (text), GPL-2.0-only (code)"
language = "en"
highlight_language = "c"
primary_domain = "c"
nitpicky = True

extensions = ["kerneldoc", "labcode", "diagram", "claims", "debugresults", "labtasks", "crossrefs", "seeds", "terms", "concepts", "figures",
              "furo_mended", "pagehead", "linkcheck_offline"]
if is_installed("sphinx_copybutton"):
    extensions.append("sphinx_copybutton")
    copybutton_prompt_text = "$ "
    copybutton_selector = "div.highlight > pre"

# The keys to the labs are in the instructor's book only, which is built elsewhere.
INSTRUCTOR = bool(os.environ.get("INSTRUCTOR"))
exclude_patterns = ["output", "sphinx"] + ([] if INSTRUCTOR else ["instructor"])

# What the kernel's headers or the compiler declare, and we don't document.
nitpick_ignore = [("c:identifier", name) for name in ("size_t", "bool", "u64", "gfp_t")]

html_theme = "furo" if is_installed("furo") else "alabaster"
html_title = project + (", for instructors" if INSTRUCTOR else "")
html_static_path = ["Documentation/sphinx/static"]
html_css_files = ["kit.css"]
html_js_files = ["kit.js"]
html_search_scorer = "Documentation/sphinx/static/kit-scorer.js"
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"
html_codeblock_linenos_style = "inline"

# External links. Without a network linkcheck_offline says so and leaves them
# out; the kernel's web front ends answer slowly, and sometimes not at first.
linkcheck_timeout = 20
linkcheck_retries = 2
linkcheck_workers = 4
linkcheck_anchors = False


def restyled(app, env, added, changed, removed):
    """Sphinx copies the style sheet only when it writes some page."""
    for name in html_css_files + html_js_files:
        mine = os.path.join(ROOT, html_static_path[0], name)
        built = os.path.join(app.outdir, "_static", name)
        if os.path.exists(built) and os.path.getmtime(built) < os.path.getmtime(mine):
            return [app.config.root_doc]
    return []


def setup(app):
    app.connect("env-get-outdated", restyled)
