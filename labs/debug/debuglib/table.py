# SPDX-License-Identifier: GPL-2.0-only
"""experiments.toml: read it, and refuse what makes no sense."""
import os
import re
import tomllib
from dataclasses import dataclass, field

from . import TOP
import kernels
from vmlib import splat
from vmlib.trouble import FAILED, Trouble

FILE = os.path.join(TOP, "labs", "debug", "experiments.toml")
CHANGES = os.path.join(TOP, "code", "nsproxy", "changes.toml")
SCENARIOS = os.path.join(TOP, "code", "nsproxy", "explore")
KINDS = {kind for kind, _ in splat.KINDS}
FIELDS = {"claim", "kernel", "scheme", "scenario", "break", "repair", "schedule", "want",
          "rounds", "kinds", "functions", "says", "expect", "shows"}


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


def wrong(row, changes):
    """What is wrong with a row, or None."""
    if unknown := set(row) - FIELDS:
        return f"unknown {', '.join(sorted(unknown))}"
    if missing := {"claim", "kernel", "scheme", "scenario", "shows"} - set(row):
        return f"lacks {', '.join(sorted(missing))}"
    if row["kernel"] not in kernels.names():
        return f"there is no kernel “{row['kernel']}”"
    if not os.path.exists(os.path.join(SCENARIOS, row["scenario"] + ".c")):
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
            r"\w+:\w+(,\w+:\w+)*", schedule):
        return f"“{schedule}” is no schedule"
    return None


def load(path=FILE):
    try:
        with open(path, "rb") as f:
            rows = tomllib.load(f).get("experiment", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Trouble(f"{path}: {error}", FAILED) from None
    with open(CHANGES, "rb") as f:
        changes = tomllib.load(f)
    found = []
    for n, row in enumerate(rows, 1):
        if why := wrong(row, changes):
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
    chosen = [e for e in experiments
              if not only or any(word in (e.claim, e.id) for word in only)]
    if not chosen:
        raise Trouble(f"no experiment is about {', '.join(only)}; there are: "
                      + ", ".join(dict.fromkeys(e.claim for e in experiments)), FAILED)
    return chosen
