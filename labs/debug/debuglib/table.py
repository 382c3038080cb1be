# SPDX-License-Identifier: GPL-2.0-only
"""experiments/: read them, a file a family, and refuse what makes no sense."""
import difflib
import os
import re
import tomllib
from dataclasses import dataclass, field

from . import TOP
import kernels
from vmlib import splat
from vmlib.trouble import FAILED, Trouble

FOLDER = os.path.join(TOP, "labs", "debug", "experiments")
KINDS = {kind for kind, _ in splat.KINDS}
FIELDS = {"claim", "kernel", "scheme", "scenario", "break", "repair", "schedule", "want",
          "rounds", "kinds", "functions", "says", "expect", "shows"}


@dataclass(frozen=True)
class Family:
    """What code/NAME/family.mk says of a family, as far as it counts here."""
    name: str
    schemes: tuple
    shared: tuple       # sources that all its schemes lean on
    scenario: str       # to begin with

    @property
    def folder(self):
        return os.path.join(TOP, "code", self.name)

    def scenario_file(self, name):
        return os.path.join(self.folder, "explore", name + ".c")


def families():
    """{name: Family}, in the ledger's order."""
    found = {}
    for name in ("nsproxy", "netns", "pid"):
        with open(os.path.join(TOP, "code", name, "family.mk"), encoding="utf-8") as f:
            said = dict(re.findall(r"^(\w+)[ \t]*:=[ \t]*(.*)$", f.read(), re.M))
        found[name] = Family(name, tuple(said["schemes"].split()),
                             tuple(said["explored"].split()), said["first"].strip())
    return found


FAMILIES = families()


def family_of(scheme):
    """The Family that a scheme belongs to: their names are the kit's own."""
    for family in FAMILIES.values():
        if scheme in family.schemes:
            return family
    raise Trouble(f"there is no scheme “{scheme}”; there are: " + ", ".join(
        s for f in FAMILIES.values() for s in f.schemes), FAILED)


@dataclass(frozen=True)
class Experiment:
    claim: str
    kernel: str
    scheme: str
    scenario: str
    shows: str
    breaks: tuple = ()
    repairs: tuple = ()
    schedule: str = ""
    want: str = ""
    rounds: int = 1
    kinds: tuple = ()
    functions: tuple = ()
    says: str = ""
    silent: bool = field(default=False)

    @property
    def family(self):
        return family_of(self.scheme)

    @property
    def changes(self):
        return [*self.breaks, *self.repairs]

    @property
    def title(self):
        changes = " + ".join(self.changes)
        return (f"{self.claim} {self.scheme}, {self.scenario}"
                + (f", {changes}" if changes else ""))

    @property
    def id(self):
        """A name for files and tests."""
        parts = [self.claim, self.kernel, self.scheme, self.scenario, *self.breaks]
        return "-".join(parts) + ("-silent" if self.silent else "")


def wrong(row, family, changes):
    """What is wrong with a row of that family, or None."""
    if unknown := set(row) - FIELDS:
        return f"unknown {', '.join(sorted(unknown))}"
    if missing := {"claim", "kernel", "scheme", "scenario", "shows"} - set(row):
        return f"lacks {', '.join(sorted(missing))}"
    if row["kernel"] not in kernels.names():
        return f"there is no kernel “{row['kernel']}”"
    if row["scheme"] not in family.schemes:
        return f"there is no scheme “{row['scheme']}” in {family.name}"
    if not os.path.exists(family.scenario_file(row["scenario"])):
        return f"there is no scenario “{row['scenario']}”"
    for name in [*filter(None, [row.get("break", "")]), *row.get("repair", [])]:
        if name not in changes.get(row["scheme"], {}):
            return f"{row['scheme']} has no change “{name}”"
    silent = row.get("expect") == "silent"
    if silent == bool(row.get("kinds")) or not silent and not row.get("functions"):
        return "needs either expect = \"silent\", or kinds and functions"
    if unknown := set(row.get("kinds", [])) - KINDS:
        return f"there is no kind of report “{', '.join(sorted(unknown))}”"
    schedule = row.get("schedule", "")
    if schedule == "explorer" and not row.get("want"):
        return "schedule = \"explorer\" needs want"
    if schedule not in ("", "explorer") and not re.fullmatch(
            r"[\w-]+:\w+(,[\w-]+:\w+)*", schedule):
        return f"“{schedule}” is no schedule"
    return None


def load():
    """All experiments of all families."""
    return [e for family in FAMILIES.values() for e in load_of(family)]


def load_of(family):
    path = os.path.join(FOLDER, family.name + ".toml")
    try:
        with open(path, "rb") as f:
            rows = tomllib.load(f).get("experiment", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Trouble(f"{path}: {error}", FAILED) from None
    with open(os.path.join(family.folder, "changes.toml"), "rb") as f:
        changes = tomllib.load(f)
    found = []
    for n, row in enumerate(rows, 1):
        if why := wrong(row, family, changes):
            raise Trouble(f"{path}, experiment {n}: {why}", FAILED)
        found.append(Experiment(
            claim=row["claim"], kernel=row["kernel"], scheme=row["scheme"],
            scenario=row["scenario"], shows=row["shows"],
            breaks=tuple(filter(None, [row.get("break", "")])),
            repairs=tuple(row.get("repair", [])), schedule=row.get("schedule", ""),
            want=row.get("want", ""), rounds=row.get("rounds", 1),
            kinds=tuple(row.get("kinds", [])), functions=tuple(row.get("functions", [])),
            says=row.get("says", ""), silent=row.get("expect") == "silent"))
    return found


def choose(experiments, only):
    """Those whose claim or id is among *only*; all without it."""
    claims = list(dict.fromkeys(e.claim for e in experiments))
    known = {name.lower(): name for name in [*claims, *(e.id for e in experiments)]}
    for word in only:
        if word in known.values():
            continue
        near = [known[x] for x in difflib.get_close_matches(word.lower(), known, 3, 0.8)]
        raise Trouble(f"no experiment is about {word}; " + (
            f"near it: {', '.join(near)}" if near else f"there are: {', '.join(claims)}")
            + "; debug list shows them all", FAILED)
    return [e for e in experiments if not only or e.claim in only or e.id in only]
