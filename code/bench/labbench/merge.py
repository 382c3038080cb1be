# SPDX-License-Identifier: GPL-2.0-only
"""One door into verdicts.json, for this tool and for all others.

Another tool is a [[tool]] of the registry: its command, with "{out}" where it
wants the name of a file to write. It exits with 0 or 1 and writes

    {"results": [{"claim": "R9", "env": "L", "verdict": "holds",
                  "summary": "One sentence with figures.",
                  "figures": [{"name", "value", "lo", "hi", "unit"}],
                  "marked": null, "plot": null, "machine": {...}}]}

of which the first four are needed. What the explorer writes of its own
accord ("format": "lab-explorer-verdicts") will do as well. A tool that is not there, or that had to
skip, leaves its rows as they are.
"""
import json
import os
import subprocess
import tempfile

from . import TOP, Trouble, machine
from .verdicts import WORDS, summary_of, verdict_of



def merge(verdicts, results, order=()):
    """Put results into verdicts.json's form, in place of older ones.

    `order` is the claims', for people who read the file. Anything else that
    is in `verdicts` stays.
    """
    for result in results:
        missing = {"claim", "env", "verdict", "summary"} - set(result)
        if missing:
            raise Trouble(f"a result lacks {', '.join(sorted(missing))}: {result}")
        if result["verdict"] not in WORDS:
            raise Trouble(f"{result['claim']}/{result['env']}: “{result['verdict']}” is "
                          f"no verdict; there are: {', '.join(WORDS)}")
        result.setdefault("figures", [])
        result.setdefault("marked", None)
        result.setdefault("plot", None)
        result.setdefault("date", machine.now())
    new = {(r["claim"], r["env"]) for r in results}
    kept = [r for r in verdicts.get("results", []) if (r["claim"], r["env"]) not in new]
    order = list(order)
    verdicts["results"] = sorted(
        kept + list(results), key=lambda r: (order.index(r["claim"])
                                             if r["claim"] in order else 999, r["env"]))
    about = machine.about()
    verdicts["machine"] = {k: about[k] for k in ("cpu", "cpus", "kernel", "commit")}
    verdicts["date"] = about["date"]
    return verdicts


def explored(row):
    """What one of the explorer's experiments showed, as a part of a verdict."""
    name = row["scheme"]
    if row.get("break"):
        name += f" with {row['break']}"
    seen = row.get("seen", row.get("error", "nothing"))
    if seen == "clean":
        how = f"clean under every interleaving ({row['executions']} executions)"
    elif row["verdict"] == "failed":
        how = f"{seen} after {row['steps']} steps"
    else:
        how = f"{seen}, so that nothing can be said"
    decided = row["verdict"] in ("clean", "failed")
    return {"true": row["as_expected"] if decided else None, "figure": None,
            "text": f"{row.get('shows') or 'seen'} ({name}, {row['scenario']}): {how}"}


def from_explorer(found, env):
    """One result for each claim that the explorer's table names. It goes by
    the table's own expectations: what is not as expected refutes."""
    claims = {}
    for row in found["experiments"]:
        claims.setdefault(row["claim"], []).append(row)
    results = []
    for claim, rows in claims.items():
        parts = [explored(row) for row in rows]
        clean = sum(r["executions"] for r in rows if r["verdict"] == "clean")
        figures = [{"name": "experiments", "value": len(rows), "lo": None, "hi": None,
                    "unit": ""},
                   {"name": "executions of those that were clean", "value": clean,
                    "lo": None, "hi": None, "unit": ""}]
        results.append({"claim": claim, "env": env, "verdict": verdict_of(parts),
                        "summary": summary_of(parts), "figures": figures})
    return results


def results_of_tool(tool, progress):
    """What another tool found; [] where it is not there, and `progress` says so."""
    name = tool["command"][0]
    if not os.access(os.path.join(TOP, name), os.X_OK):
        progress(f"{name} is not there: its rows are not recorded")
        return []
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.json")
        command = [os.path.join(TOP, name),
                   *(part.replace("{out}", out) for part in tool["command"][1:])]
        progress(f"{name} is at work")
        done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        try:
            with open(out, encoding="utf-8") as f:
                found = json.load(f)
            if found.get("format") == "lab-explorer-verdicts":
                return from_explorer(found, tool["env"])
            return found["results"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            said = (done.stderr.strip() or done.stdout.strip() or "nothing")
            progress(f"{name} has no results ({said.splitlines()[-1]}): its rows are "
                     "not recorded")
            return []
