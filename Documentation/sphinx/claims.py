# SPDX-License-Identifier: GPL-2.0-only
"""The claims, what was done to test them, and what came out.

.. claims-page::    one section for each claim of registry.toml, its verdicts
                    from verdicts.json beside one another
:claim:`R4`         a link there, from anywhere

A claim that the registry doesn't know is a warning, unless it knows none of that
letter: then the role is plain text, until the family is there. Nothing here makes
up a figure: what verdicts.json does not have is said not to be recorded.
"""
import json
import os
import tomllib

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

import seeds
from labcode import folded, table_of

logger = logging.getLogger(__name__)

ENVIRONMENTS = {"X": "explorer", "N": "native", "V": "VM, stock kernel",
                "D": "debug VM", "R": "real kernel", "L": "litmus test"}
NOT_RECORDED = "not recorded here"
HINT = "run ``make claims``"


# What a verdict is about, under the name of each environment.
ABOUT = {"X": "the kit's model, in the scenarios named", "N": "the kit's sources, natively",
         "V": "the kit's module, in the distribution's kernel",
         "D": "the kit's module, in a kernel with detectors",
         "L": "tests written by hand after the sources"}


class BadClaims(Exception):
    pass


def file_of(app, name):
    return os.path.join(app.confdir, getattr(app.config, name))


def load_registry(app):
    """{id: claim}, each with its experiments; {} when there is no registry."""
    file = file_of(app, "claims_registry")
    try:
        with open(file, "rb") as f:
            registry = tomllib.load(f)
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as e:
        raise BadClaims(f"{app.config.claims_registry}: {e}") from None
    claims = {}
    for claim in registry.get("claim", []):
        if claim["id"] in claims:
            raise BadClaims(f"claim {claim['id']} is in the registry twice")
        claims[claim["id"]] = {**claim, "experiments": []}
    for experiment in registry.get("experiment", []):
        if experiment["claim"] not in claims:
            raise BadClaims(f"an experiment names claim {experiment['claim']}, "
                            "which is not in the registry")
        claims[experiment["claim"]]["experiments"].append(experiment)
    return claims


def load_measured(app):
    """{environment: what "a lock" and "RCU" are there}."""
    try:
        with open(file_of(app, "claims_registry"), "rb") as f:
            return tomllib.load(f).get("measured", {})
    except (OSError, tomllib.TOMLDecodeError):
        return {}               # load_registry() has told it


def conditions(result, measured):
    """What was measured, beside its figures; "" where nothing was."""
    machine, behind = result.get("machine") or {}, measured.get(result["env"])
    if not (machine.get("rounds") and behind):
        return ""
    accel = machine.get("accel", "")
    where = "Emulated (QEMU without KVM)" if accel == "tcg" else \
        f"In QEMU with {accel}" if machine.get("guest kernel") else "Measured natively"
    text = f"{where}, {machine.get('cpus', 'unknown')} CPUs, {machine['rounds']} rounds"
    if machine.get("guest kernel"):
        text += f", Linux {machine['guest kernel']}"
    if machine.get("load"):
        text += f", load {machine['load'].split()[0]}"
    return (f"{text}. Lock: {behind['lock']}. RCU: {behind['rcu']}. "
            f"{behind.get('not', '')}").strip()


def load_verdicts(app):
    try:
        with open(file_of(app, "claims_verdicts"), encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return None
    except ValueError as e:
        raise BadClaims(f"{app.config.claims_verdicts}: {e}") from None


def figure_text(figure):
    def show(value):
        if not isinstance(value, float):
            return str(value)
        # No powers of ten, for people.
        return f"{value:,.0f}" if abs(value) >= 10000 else f"{value:.4g}"
    text = show(figure["value"])
    if figure.get("lo") is not None and figure.get("hi") is not None:
        text += f" ({show(figure['lo'])} to {show(figure['hi'])})"
    return f"{text} {figure.get('unit') or ''}".strip()


class ClaimsPage(SphinxDirective):
    def run(self):
        app = self.env.app
        self.env.note_dependency(__file__)
        for name in ("claims_registry", "claims_verdicts"):
            if os.path.exists(file_of(app, name)):
                self.env.note_dependency(file_of(app, name))
        try:
            claims, verdicts = load_registry(app), load_verdicts(app)
            self.measured = load_measured(app)
            self.names = seeds.names(app)
        except BadClaims as e:
            raise self.error(f"claims-page: {e}") from None
        self.env.claims_page = self.env.docname
        if not claims:
            return [self.note("The registry of claims is not in this tree: "
                              f"there is no ``{app.config.claims_registry}``.")]
        out = [self.recorded(verdicts)]
        results = {}
        for result in (verdicts or {}).get("results", []):
            if result["claim"] not in claims:
                raise self.error("claims-page: a verdict names claim "
                                 f"{result['claim']}, which is not in the registry")
            results.setdefault((result["claim"], result["env"]), []).append(result)
        out.append(self.overview(claims, results))
        out += [self.section(claim, results, verdicts) for claim in claims.values()]
        return out

    def inline(self, text):
        found, messages = self.state.inline_text(text, self.lineno)
        return found + messages

    def paragraph(self, text, *classes):
        return nodes.paragraph("", "", *self.inline(text), classes=list(classes))

    def plain(self, text, *classes):
        """Text that a program or a registry wrote: no markup in it."""
        return nodes.paragraph(text, text, classes=list(classes))

    def note(self, text):
        return nodes.note("", self.paragraph(text))

    def recorded(self, verdicts):
        if verdicts is None:
            return self.note(f"The verdicts are {NOT_RECORDED}; {HINT}.")
        machine = ", ".join(f"{k}: {v}" for k, v in verdicts.get("machine", {}).items())
        return self.plain(f"Recorded {verdicts.get('date', 'on an unknown date')}"
                          + (f" on a machine with {machine}." if machine else "."),
                          "claims-recorded")

    @staticmethod
    def used(claim, results):
        asked = {e["env"] for e in claim["experiments"]}
        asked |= {env for (c, env) in results if c == claim["id"]}
        known = [env for env in ENVIRONMENTS if env in asked]
        return known + sorted(asked - set(known))

    def overview(self, claims, results):
        columns = [env for env in ENVIRONMENTS
                   if any(env in self.used(c, results) for c in claims.values())]
        rows = []
        for claim in claims.values():
            row = [[self.paragraph(f":claim:`{claim['id']}`")],
                   [self.plain(claim["text"])]]
            for env in columns:
                found = results.get((claim["id"], env), [])
                if found:
                    worst = self.mark(found)
                    row.append([self.plain(worst + self.part(claim, env), "verdict",
                                           "verdict-" + worst.replace(" ", "-"))])
                else:
                    row.append([self.plain("–")] if env in
                               self.used(claim, results) else [])
            rows.append(row)
        heads = ["ID", "claim", *columns]
        return table_of([[nodes.paragraph("", h)] for h in heads], rows,
                        ["claims-overview"], [6, 50] + [10] * len(columns))

    @staticmethod
    def part(claim, env):
        """What to add where an experiment asks for less than the claim says."""
        limited = any(e["env"] == env and e.get("limits") for e in claim["experiments"])
        return ", in part" if limited else ""

    @staticmethod
    def mark(found):
        """Of several results of one environment, the one to look at first."""
        verdicts = [r["verdict"] for r in found]
        for verdict in ("refuted", "not reproduced here", "holds"):
            if verdict in verdicts:
                return verdict
        return verdicts[0]

    def section(self, claim, results, verdicts):
        section = nodes.section("", ids=[f"claim-{claim['id']}"],
                                names=[f"claim-{claim['id']}".lower()],
                                classes=["claim"])
        self.state.document.note_explicit_target(section)
        section += nodes.title("", claim["id"])
        section += self.plain(claim["text"], "claim-text")
        if claim.get("source"):
            section += self.paragraph(
                f"From: {seeds.linked(claim['source'].strip(), self.names)}.",
                "claim-source")
        cards = nodes.container("", classes=["claim-cards"])
        for env in self.used(claim, results):
            cards += self.card(claim, env, results.get((claim["id"], env), []))
        if not cards.children:
            section += self.paragraph("No experiment is in the registry yet.")
        else:
            section += self.verdicts(claim, results)
            count = len(cards.children)
            section += folded("The experiment, and what came out of it" if count == 1 else
                              f"The {count} experiments, and what came out of them", cards)
        return section

    def verdicts(self, claim, results):
        """A line that says how it came out, for those who don't unfold."""
        line = nodes.paragraph("", "", classes=["claim-verdicts"])
        for env in self.used(claim, results):
            found = results.get((claim["id"], env), [])
            worst = self.mark(found) if found else "not recorded"
            said = f"{env}: {worst}" + (self.part(claim, env) if found else "")
            line += [nodes.inline("", said, classes=["verdict", "verdict-" + worst.replace(" ", "-")]),
                     nodes.Text(" ")]
        return line

    def card(self, claim, env, found):
        title = f"{env}: {ENVIRONMENTS.get(env, 'unknown environment')}"
        if env in ABOUT:
            title += f" ({ABOUT[env]})"
        card = nodes.container("", self.plain(title, "card-title"), classes=["claim-card"])
        for result in found:
            verdict = result["verdict"]
            card += self.plain(verdict + self.part(claim, env), "verdict",
                               "verdict-" + verdict.replace(" ", "-"))
            card += self.plain(result.get("summary", ""))
            how = conditions(result, self.measured)
            if how:
                card += self.plain(how, "claim-conditions")
            if result.get("marked"):
                card += self.plain(f"Measured under {result['marked']}: not to be "
                                   "compared with a figure from hardware.", "marked")
            if result.get("figures"):
                rows = [[[self.plain(f["name"])], [self.plain(figure_text(f))]]
                        for f in result["figures"]]
                heads = [[nodes.paragraph("", t)] for t in ("figure", "value (interval)")]
                card += table_of(heads, rows, ["claim-figures"])
            if result.get("plot"):
                image = nodes.image("", uri="/claims/" + result["plot"],
                                    alt=f"Plot for claim {claim['id']}, {title}: "
                                        f"{result.get('summary', '')}")
                card += image
        if not found:
            card += self.paragraph(f"{NOT_RECORDED}; {HINT}", "verdict", "verdict-none")
        for limits in dict.fromkeys(e["limits"] for e in claim["experiments"]
                                    if e["env"] == env and e.get("limits")):
            card += self.plain(limits, "claim-limits")
        for experiment in claim["experiments"]:
            if experiment["env"] != env:
                continue
            where = " ".join(filter(None, [experiment.get("scheme"),
                                           experiment.get("change")]))
            text = (f"{experiment['what'].rstrip('.')}. "
                    f"Must be seen: {experiment['expect'].rstrip('.')}.")
            card += self.plain((f"{where}: " if where else "") + text, "experiment")
        return card


class ClaimRole(SphinxRole):
    def run(self):
        node = addnodes.pending_xref(
            self.rawtext, refdomain="", reftype="claim", reftarget=self.text,
            refdoc=self.env.docname, refexplicit=False, refwarn=True)
        node += nodes.inline(self.rawtext, self.text, classes=["xref", "claim"])
        self.set_source_info(node)
        return [node], []


def resolve(app, env, node, contnode):
    if node.get("reftype") != "claim":
        return None
    name = node["reftarget"]
    page = getattr(env, "claims_page", None)
    claims = getattr(env, "claims_known", {})
    if not claims or page is None:
        return contnode         # no registry in this tree: the page says so
    if name not in claims:
        # A family that the registry does not have at all comes with a later
        # chapter. One that it has should have this claim: -n warns.
        return contnode if name[:1] not in {known[:1] for known in claims} else None
    ref = make_refnode(app.builder, node["refdoc"], page, f"claim-{name}", contnode,
                       title=claims[name])
    return ref


def warn(app, domain, node):
    if node.get("reftype") != "claim":
        return None
    logger.warning("claim %s is not in %s", node["reftarget"],
                   app.config.claims_registry, location=node, type="ref",
                   subtype="claim")
    return True


def state(app):
    """What the claims page and the links were made from."""
    files = {}
    for name in ("claims_registry", "claims_verdicts"):
        file = file_of(app, name)
        files[name] = os.path.getmtime(file) if os.path.exists(file) else None
    return files


def outdated(app, env, added, changed, removed):
    """A file that appears or goes is not a dependency Sphinx could notice."""
    now, before = state(app), getattr(env, "claims_state", None)
    env.claims_state = now
    try:
        known = {c["id"]: c["text"] for c in load_registry(app).values()}
    except BadClaims:
        known = {}              # the page itself says what is wrong
    moved = known != getattr(env, "claims_known", known)
    env.claims_known = known
    if moved:                   # links and their titles are on every page
        return list(env.found_docs)
    if before is not None and before != now and getattr(env, "claims_page", None):
        return [env.claims_page]
    return []


def merge(app, env, docnames, other):
    if getattr(other, "claims_page", None) in docnames:
        env.claims_page = other.claims_page


def setup(app):
    app.add_config_value("claims_registry", "Documentation/claims/registry.toml", "env")
    app.add_config_value("claims_verdicts", "Documentation/claims/verdicts.json", "env")
    app.add_directive("claims-page", ClaimsPage)
    app.add_role("claim", ClaimRole())
    app.connect("env-get-outdated", outdated)
    app.connect("env-merge-info", merge)
    app.connect("missing-reference", resolve)
    app.connect("warn-missing-reference", warn)
    return {"version": "1", "env_version": 1,
            "parallel_read_safe": True, "parallel_write_safe": True}
