# SPDX-License-Identifier: GPL-2.0-only
"""A measured figure in a sentence, from the record.

:figure:`P3 N reads/s, tagged over task_lock, 1 reader`

is the value and the interval that verdicts.json has for that claim, environment
and figure, marked when it was emulated. It links to the claim, and its title
says what was measured on. So no page has a figure that somebody typed: a name
that the record doesn't have is a warning.
"""
from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

import claims

logger = logging.getLogger(__name__)


def look_up(verdicts, claim, env, name):
    """(result, figure); the figure is None when there is no such one."""
    for result in (verdicts or {}).get("results", []):
        if (result["claim"], result["env"]) == (claim, env):
            for figure in result.get("figures", []):
                if figure["name"].lower() == name.lower():
                    return result, figure
    return None, None


def shown(figure):
    """Three digits are enough in a sentence."""
    return claims.figure_text({
        k: float(f"{v:.3g}") if isinstance(v, float) else v for k, v in figure.items()})


class FigureRole(SphinxRole):
    def run(self):
        app = self.env.app
        self.env.note_dependency(__file__)
        self.env.note_dependency(claims.file_of(app, "claims_verdicts"))
        claim, _, rest = " ".join(self.text.split()).partition(" ")
        env, _, name = rest.partition(" ")
        try:
            verdicts = claims.load_verdicts(app)
        except claims.BadClaims:
            verdicts = None         # the page of the claims tells it
        result, figure = look_up(verdicts, claim, env, name)
        if figure is None:
            logger.warning("figure: %s has no figure “%s” for %s in %s",
                           app.config.claims_verdicts, name, claim, env,
                           location=(self.env.docname, self.lineno), type="figure")
            return [nodes.inline("", claims.NOT_RECORDED)], []
        text = shown(figure)
        if result.get("marked"):
            text += f", {result['marked']}"
        node = addnodes.pending_xref(
            self.rawtext, refdomain="", reftype="claim", reftarget=claim,
            refdoc=self.env.docname, refexplicit=False, refwarn=True)
        node += nodes.inline(self.rawtext, text, classes=["figure"])
        self.set_source_info(node)
        return [node], []


def setup(app):
    app.add_role("figure", FigureRole())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
