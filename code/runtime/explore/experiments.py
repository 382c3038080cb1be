# SPDX-License-Identifier: GPL-2.0-only
"""Runs a table of experiments and says, as JSON, what each of them showed."""
import concurrent.futures
import json
import os
import sys
import tomllib

import builder

FORMAT = "lab-explorer-verdicts"
VERSION = 1
KEYS = {"claim", "scheme", "scenario", "break", "repair", "mode", "want",
        "expect", "shows", "limit"}


def load(path):
    try:
        with open(path, "rb") as f:
            table = tomllib.load(f).get("experiment", [])
    except (OSError, tomllib.TOMLDecodeError) as e:
        raise builder.BuildError(f"{path}: {e}") from None
    for n, e in enumerate(table, 1):
        unknown = set(e) - KEYS
        missing = {"claim", "scheme", "scenario", "expect"} - set(e)
        if unknown or missing:
            raise builder.BuildError(
                f"{path}, experiment {n}: unknown {sorted(unknown)}, "
                f"missing {sorted(missing)}")
    return table


def one(e, o, options, explore):
    """One experiment: its row, with what was seen."""
    args = ["--family", o.family, "--scheme", e["scheme"],
            "--scenario", e["scenario"], "--break", e.get("break", ""),
            "--repair", ",".join(e.get("repair", [])),
            "--mode", e.get("mode", "sc"), "--want", e.get("want", ""),
            "--cc", o.cc, "--time-limit", str(e.get("limit", o.time_limit))]
    row = dict(e)
    try:
        doc = explore(options(args))
    except builder.BuildError as error:
        return {**row, "verdict": "not run", "error": str(error),
                "as_expected": False}
    seen = doc["kind"] if doc["verdict"] == "failed" else doc["verdict"]
    row.update(verdict=doc["verdict"], seen=seen, kinds=doc["kinds"],
               as_expected=seen == e["expect"], exhaustive=doc["exhaustive"],
               executions=doc["counts"]["executions"],
               seconds=doc["seconds"], cpu_seconds=doc["cpu_seconds"],
               compiler=o.cc, shortest=doc["shortest"],
               steps=len(doc["schedule"]),
               preemptions=doc["counts"]["preemptions"],
               switches=doc["counts"]["switches"],
               failures=doc["failures"][:3])
    return row


def run(o, options, explore):
    wanted = set(filter(None, o.only.split(",")))
    table = [e for e in load(o.experiments)
             if not wanted or e["claim"] in wanted]
    if not table:
        raise builder.BuildError(f"no experiment is about {o.only}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(lambda e: one(e, o, options, explore), table))
    doc = {"format": FORMAT, "version": VERSION, "experiments": rows}
    text = json.dumps(doc, indent=1)
    if o.json:
        with open(o.json, "w") as f:
            f.write(text + "\n")
    else:
        print(text)
    wrong = [r for r in rows if not r["as_expected"]]
    for r in wrong:
        print(f"{r['claim']}: {r['scheme']}, {r['scenario']}: expected "
              f"{r['expect']}, seen {r.get('seen', r.get('error'))}",
              file=sys.stderr)
    print(f"{len(rows)} experiments, {len(wrong)} not as expected",
          file=sys.stderr)
    return 1 if wrong else 0
