# SPDX-License-Identifier: GPL-2.0-only
"""Documentation/claims/registry.toml: read it, and refuse what makes no sense.

An experiment is of one kind:
    measure   rules over the figures of a sitting (labbench/rules.py)
    silent    the right scheme under sanitizers; must report nothing
    caught    the same with a named change; must be reported
"""
import glob
import os
import re
import tomllib

from . import SCHEMES, TOP, VARIANTS, YARDSTICKS, Trouble, rules

FILE = os.path.join(TOP, "Documentation", "claims", "registry.toml")
CHANGES = os.path.join(TOP, "code", "nsproxy", "changes.toml")

# The ledger's ids are permanent: so many in each family.
LEDGER = {f"{family}{n}" for family, last in
          (("R", 11), ("T", 6), ("P", 16), ("N", 9), ("I", 14))
          for n in range(1, last + 1)}
ENVIRONMENTS = set("XNVDRL")
KINDS = {"measure", "silent", "caught"}


def behind(env, path=FILE):
    """What "a lock" and "RCU" are in an environment, for people who read its
    figures; "" where there is no registry."""
    try:
        with open(path, "rb") as f:
            found = tomllib.load(f).get("measured", {}).get(env, {})
    except (OSError, tomllib.TOMLDecodeError):
        return ""
    return (f"Lock: {found['lock']}. RCU: {found['rcu']}. {found.get('not', '')}".strip()
            if found else "")


def steps():
    """The steps that the sources offer, by name."""
    found = set()
    for folder in ("bench", "nsproxy", "module"):
        for path in glob.glob(os.path.join(TOP, "code", folder, "*.c")):
            with open(path, encoding="utf-8") as f:
                found |= set(re.findall(r'^\t\{ "(\w+)", lab_', f.read(), re.MULTILINE))
    return found


def check_experiment(experiment, claims, changes, known_steps):
    claim, env = experiment.get("claim"), experiment.get("env")
    where = f"experiment {claim}/{env}"
    if claim not in claims:
        raise Trouble(f"{where}: the registry has no such claim")
    if env not in ENVIRONMENTS:
        raise Trouble(f"{where}: there is no environment “{env}”")
    for field in ("what", "expect"):
        if not experiment.get(field):
            raise Trouble(f"{where}: it does not say {field}")
    scheme, change = experiment.get("scheme", ""), experiment.get("change", "")
    if scheme and scheme not in SCHEMES:
        raise Trouble(f"{where}: there is no scheme “{scheme}”")
    if change and change not in changes.get(scheme, {}):
        raise Trouble(f"{where}: {scheme} has no change “{change}”")
    kind = experiment.get("kind")
    if kind is None:
        return                  # another tool runs it, and merges its verdict
    if kind not in KINDS:
        raise Trouble(f"{where}: there is no kind “{kind}”")
    if kind == "measure":
        for rule in experiment.get("rules", []):
            rules.check(rule)
            for name in ("figure", "over", "minus"):
                known = [*SCHEMES, *YARDSTICKS, *VARIANTS]
                if name in rule and rule[name].split()[0] not in known:
                    raise Trouble(f"{where}: {name} = “{rule[name]}” names no scheme")
        if not experiment.get("rules"):
            raise Trouble(f"{where}: there is nothing to decide it by (rules)")
    else:
        for step in experiment.get("run", "").split(","):
            if step not in known_steps:
                raise Trouble(f"{where}: no step is called “{step}”")
        if kind == "caught" and not (change and experiment.get("report")
                                     and experiment.get("functions")):
            raise Trouble(f"{where}: what is to be caught needs change, report "
                          "and functions")


class Registry:
    """The claims in order, and the experiments of each."""

    def __init__(self, path=FILE):
        try:
            with open(path, "rb") as f:
                data = tomllib.load(f)
        except tomllib.TOMLDecodeError as error:
            raise Trouble(f"{path}: {error}") from None
        with open(CHANGES, "rb") as f:
            changes = tomllib.load(f)
        self.claims = {}
        for claim in data.get("claim", []):
            if claim["id"] not in LEDGER:
                raise Trouble(f"{path}: the ledger has no claim {claim['id']}")
            if claim["id"] in self.claims:
                raise Trouble(f"{path}: claim {claim['id']} is there twice")
            if not claim.get("text") or not claim.get("source"):
                raise Trouble(f"{path}: claim {claim['id']} has no text or source")
            self.claims[claim["id"]] = claim
        self.experiments = data.get("experiment", [])
        self.tools = data.get("tool", [])
        known = steps()
        for experiment in self.experiments:
            check_experiment(experiment, self.claims, changes, known)

    def cases(self):
        """{(claim, env): [experiments]} of those that this tool runs."""
        found = {}
        for experiment in self.experiments:
            if experiment.get("kind"):
                key = (experiment["claim"], experiment["env"])
                found.setdefault(key, []).append(experiment)
        order = list(self.claims)
        return dict(sorted(found.items(), key=lambda i: (order.index(i[0][0]), i[0][1])))
