# SPDX-License-Identifier: GPL-2.0-only
"""A measured figure in a sentence, from the record.

:figure:`P3 N reads/s, tagged over task_lock, 1 reader`

is the value and the interval that verdicts.json has for that claim, environment and
figure, with whether it was emulated and on how many CPUs. It links to the claim, and its
title says which lock and which RCU were measured. So no page has a figure that somebody typed: a name
that the record doesn't have is a warning.

.. claim-plot:: P12 N
   :alt: what it shows, in words

is the plot of that claim and environment. The content says what to see in it; what was
measured, and on what, is added from the record.
"""
import re

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

import claims

logger = logging.getLogger(__name__)


def pattern_of(name):
    """{most} is any number; a note in brackets may follow, such as where from."""
    return re.compile(re.escape(name).replace(re.escape("{most}"), r"\d+")
                      + r"( \(.*\))?", re.IGNORECASE)


def look_up(verdicts, claim, env, name):
    """(result, figure); the figure is None when there is no such one."""
    pattern = pattern_of(name)
    for result in (verdicts or {}).get("results", []):
        if (result["claim"], result["env"]) == (claim, env):
            for figure in result.get("figures", []):
                if pattern.fullmatch(figure["name"]):
                    return result, figure
    return None, None


def note_of(figure):
    note = re.search(r" \((.*)\)$", figure["name"])
    return note[1] if note else ""


def where(result):
    """On what it was measured, in three words; the whole of it is in the title."""
    machine = result.get("machine") or {}
    how = "emulated" if machine.get("accel") == "tcg" else \
        f"VM with {machine.get('accel', 'unknown')}" if result["env"] == "V" else "native"
    return f"{how}, {machine['cpus']} CPUs" if machine.get("cpus") else how


def shown(result, figure):
    """Three digits are enough in a sentence: 0.5 (0.4 to 0.6; native, 2 CPUs)."""
    short = {k: float(f"{v:.3g}") if isinstance(v, float) else v for k, v in figure.items()}
    value = claims.figure_text({**short, "lo": None, "hi": None})
    ends = [claims.figure_text({"value": short.get(end)}) for end in ("lo", "hi")]
    parts = [" to ".join(ends) if short.get("lo") is not None else "", note_of(figure), where(result)]
    return f"{value} ({'; '.join(filter(None, parts))})"


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
        node = addnodes.pending_xref(
            self.rawtext, refdomain="", reftype="claim", reftarget=claim,
            refdoc=self.env.docname, refexplicit=False, refwarn=True)
        # A figure with a note was made otherwise than the rest of its result.
        how = "" if note_of(figure) else \
            claims.conditions(result, claims.load_measured(app))
        node += nodes.abbreviation(self.rawtext, shown(result, figure), classes=["figure"],
                                   **({"explanation": how} if how else {}))
        self.set_source_info(node)
        return [node], []


class ClaimPlot(SphinxDirective):
    required_arguments = 2
    has_content = True
    option_spec = {"alt": directives.unchanged_required}

    def run(self):
        app = self.env.app
        claim, env = self.arguments
        for name in ("claims_registry", "claims_verdicts"):
            self.env.note_dependency(claims.file_of(app, name))
        self.env.note_dependency(__file__)
        try:
            verdicts = claims.load_verdicts(app)
        except claims.BadClaims as e:
            raise self.error(f"claim-plot: {e}") from None
        found = [r for r in (verdicts or {}).get("results", [])
                 if (r["claim"], r["env"]) == (claim, env) and r.get("plot")]
        if not found:
            raise self.error(f"claim-plot: {app.config.claims_verdicts} has no plot for "
                             f"{claim} in {env}")
        if not (self.options.get("alt") and self.content):
            raise self.error(f"claim-plot: {claim} {env} needs :alt: and a text that says "
                             "what to see in it")
        text = (f"{' '.join(self.content)} "
                f"{claims.conditions(found[0], claims.load_measured(app))} "
                f"(:claim:`{claim}`)")
        said, messages = self.state.inline_text(text, self.lineno)
        image = nodes.image("", uri="/claims/" + found[0]["plot"],
                            alt=" ".join(self.options["alt"].split()))
        return [nodes.figure("", image, nodes.caption("", "", *said),
                             classes=["claim-plot"]), *messages]


def setup(app):
    app.add_role("figure", FigureRole())
    app.add_directive("claim-plot", ClaimPlot)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
