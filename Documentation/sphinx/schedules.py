# SPDX-License-Identifier: GPL-2.0-only
"""The explorer's schedule beside a wrong solution: how it goes wrong, step by step.

It is searched for when the book is built, so that it is of the source that is shown. What
was found is kept in build/schedules by the contents of all that it depends on.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib

from docutils import nodes

import kitcache
from csource import SourceError

CODE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "code"))
EXPLORER = os.path.join(CODE, "runtime", "explore")
sys.path.append(EXPLORER)
import lanes  # noqa: E402  (code/runtime/explore/lanes.py)

PLACE = re.compile(r"(?P<place>[\w.-]+\.[ch]:\d+) (?P<code>.+)", re.DOTALL)


def experiment_of(folder, scheme, name, entry):
    """The experiment that catches a break, or in which a repair is missing; or None."""
    path = os.path.join(folder, "explore", "experiments.toml")
    if not os.path.exists(path):
        return None                     # a family that is not explored
    with open(path, "rb") as f:
        rows = tomllib.load(f)["experiment"]
    for e in rows:
        breaks = e.get("break", "").split(",")
        if e["expect"] == "clean":
            continue
        if entry.get("kind", "break") == "break":
            if e["scheme"] == scheme and name in breaks or f"{scheme}:{name}" in breaks:
                return e
        elif (e["scheme"] == scheme and breaks == [""] and name not in e.get("repair", ())
              and e["claim"] in entry.get("claims", ())):
            return e
    return None


def options(e):
    return ["--scheme", e["scheme"], "--scenario", e["scenario"],
            *(["--break", e["break"]] if e.get("break") else []),
            *(["--repair", ",".join(e["repair"])] if e.get("repair") else []),
            *(["--mode", e["mode"]] if e.get("mode") else []),
            *(["--want", e["want"]] if e.get("want") else [])]


def sources(folder):
    """All that a schedule may depend on."""
    for top in (EXPLORER, os.path.join(CODE, "runtime", "common"),
                os.path.join(CODE, "runtime", "native", "include"), folder):
        for at, below, names in os.walk(top):
            below[:] = sorted(b for b in below if b not in ("tests", "__pycache__"))
            for name in sorted(names):
                if name.endswith((".c", ".h", ".py", ".toml", ".mk")) or name == "explore":
                    yield os.path.join(at, name)


def document(folder, e):
    """The explorer's document of an experiment's failure."""
    command = [os.path.join(EXPLORER, "explore"), "--family", os.path.basename(folder), *options(e)]
    parts = [os.path.relpath(command[0], CODE), *command[1:]]
    for path in sources(folder):
        with open(path, "rb") as f:
            parts += [os.path.relpath(path, CODE), f.read()]
    kept = os.path.join(os.environ.get("LAB_BUILD", os.path.join(CODE, "..", "build")),
                        "schedules", kitcache.digest(*parts) + ".json")
    if not os.path.exists(kept):
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        with tempfile.TemporaryDirectory(dir=os.path.dirname(kept)) as temp:
            done = subprocess.run([*command, "--json", os.path.join(temp, "doc")], text=True,
                                  capture_output=True, check=False)
            if done.returncode != 1:
                raise SourceError(f"{' '.join(parts[1:8])}: the explorer found no failure: "
                                  + (done.stderr or done.stdout).strip()[-300:])
            os.replace(os.path.join(temp, "doc"), kept)
    with open(kept, encoding="utf-8") as f:
        return json.load(f)


def cell_of(row, who):
    """What one process does in a step: its line, the place of that, what comes of it."""
    first = nodes.paragraph("", "", nodes.inline("", who + ": ", classes=["lane"]))
    if found := PLACE.match(row.head):
        first += [nodes.literal(found["code"], found["code"]), nodes.Text(" "),
                  nodes.inline("", found["place"], classes=["place"])]
    elif row.bad or row.head.startswith("! "):
        first += nodes.strong("", row.head)
    else:
        first += nodes.Text(row.head)
    return [first, *(nodes.paragraph("", t, classes=["outcome"]) for t in row.tail)]


def table(doc, table_of):
    rows = lanes.rows(doc)
    who = sorted({r.process for r in rows})
    names = [doc["processes"][p] for p in who]
    body = [[[nodes.paragraph("", str(n))]]
            + [cell_of(r, names[i]) if p == r.process else [] for i, p in enumerate(who)]
            for n, r in enumerate(rows, 1)]
    heads = [[nodes.paragraph("", name)] for name in ("#", *names)]
    return table_of(heads, body, ["interleaving", "schedule", "colwidths-given"],
                    [4] + [40] * len(who))


def drawn(folder, scheme, name, entry, folded, table_of):
    """The nodes for a named change; none if the explorer has nothing against it."""
    e = experiment_of(folder, scheme, name, entry)
    # A variant is right, and so is the scheme without it.
    if not e or entry.get("kind") == "variant":
        return []
    doc = document(folder, e)
    if doc["kind"] != e["expect"]:
        raise SourceError(f"{scheme}, {name}: the explorer finds {doc['kind']}, and "
                          f"experiments.toml expects {e['expect']}")
    how = "How it goes wrong" if entry.get("kind", "break") == "break" else "What goes wrong without it"
    counts = doc["counts"]
    command = " ".join(["make explore"] + [f"{key[2:].upper()}={value}" for key, value in
                                           zip(options(e)[::2], options(e)[1::2])])
    return folded(f"{how}, step by step: {doc['kind']}",
                  table(doc, table_of),
                  nodes.paragraph("", "", nodes.Text(
                      ("The shortest schedule there is" if doc["shortest"] else "A schedule")
                      + f", of {len(doc['schedule'])} steps. The explorer came to a failure after "
                      f"{counts['executions']:,} executions. To see it yourself: "),
                      nodes.literal(command, command), nodes.Text(".")))
