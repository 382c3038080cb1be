# SPDX-License-Identifier: GPL-2.0-only
"""One page on a whole class: who is stuck where, and on what most of them are."""
import collections
import html
import os
import statistics
import time

from . import report, skeleton, tables

MARK = {"passed": ("\N{CHECK MARK}", "passed"), "failed": ("\N{MULTIPLICATION X}", "failed"),
        "not written": ("\N{MIDDLE DOT}", "unwritten"),
        "not answered": ("\N{MIDDLE DOT}", "unwritten"),
        "for a person": ("\N{LOWER RIGHT PENCIL}", "person")}
OTHER = ("\N{EN DASH}", "other")
MOST_WORDS = 4000       # letters of an answer
STYLE = """
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1b1b; --line: #ccc; --dim: #5a5a5a;
  --good: #dff2df; --bad: #fbdcd8; --wait: #f0f0f0; --person: #e3ebfa; --link: #0645ad; }
@media (prefers-color-scheme: dark) { :root { --bg: #161616; --fg: #e6e6e6; --line: #444;
  --dim: #a8a8a8; --good: #1d3b20; --bad: #51211c; --wait: #262626; --person: #22304d;
  --link: #8ab4f8; } }
body { background: var(--bg); color: var(--fg); font: 16px/1.45 system-ui, sans-serif;
  margin: 0 auto; max-width: 100rem; padding: 1rem; }
a { color: var(--link); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .55rem; text-align: left;
  vertical-align: top; }
th.mark, td.mark { text-align: center; padding: .3rem .2rem; min-width: 1.6rem; }
th.mark { font-size: .85rem; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.passed { background: var(--good); } .failed { background: var(--bad); }
.unwritten, .other { background: var(--wait); } .person { background: var(--person); }
td.name { max-width: 16rem; overflow-wrap: anywhere; }
td.reason { min-width: 18rem; overflow-wrap: anywhere; }
blockquote { border-left: 3px solid var(--line); margin: 0 0 1rem; padding-left: 1rem;
  white-space: pre-wrap; overflow-wrap: anywhere; max-width: 45rem; }
.dim { color: var(--dim); }
"""


def legend():
    """Each sign once, with the states that it stands for."""
    states = collections.defaultdict(list)
    for state, (sign, _) in MARK.items():
        states[sign].append(state)
    return " ".join(f"{sign} {' or '.join(named)}," for sign, named in states.items())


def mark(state):
    sign, kind = next((v for k, v in MARK.items() if state.startswith(k)), OTHER)
    return f'<td class="mark {kind}" title="{html.escape(state)}">{sign}</td>'


def where_stuck(rows):
    """[(task id, reason, names)], what stops most of them first."""
    found = collections.defaultdict(list)
    for item, result in rows:
        task = next((t for t in result["tasks"] if t["state"] not in tables.FINE), None)
        if "not_graded" in result:
            found["", "not graded: " + result["not_graded"]].append(item.name)
        elif task:
            # Where an alarm finds an endless loop is luck.
            place = {} if task.get("kind") == "endless" else task.get("place") or {}
            reason = " in ".join(filter(None, [task.get("kind"), place.get("function")]))
            found[task["id"], reason or task["state"]].append(item.name)
    return sorted(((task, reason, names) for (task, reason), names in found.items()),
                  key=lambda x: (-len(x[2]), x[0], x[1]))


def row(lab, item, result):
    name = html.escape(item.name)
    if result["tasks"]:
        name = f'<a href="reports/{item.stem}.html">{name}</a>'
    if item.note:
        name += f'<br><span class="dim">{html.escape(item.note)}</span>'
    stuck = next((t for t in result["tasks"] if t["state"] not in tables.FINE), {})
    reason = result.get("not_graded") or stuck.get("reason") or ""
    cells = "".join(mark(tables.state_of(result, t)) for t in lab.tasks)
    return (f'<tr><td class="number">{item.number}</td><td class="name">{name}</td>'
            f'<td class="number">{result["points"]:g}</td>{cells}'
            f'<td>{html.escape(stuck.get("id", ""))}</td>'
            f'<td class="reason">{html.escape(reason)}</td>'
            f'<td class="number">{result.get("seconds", "")}</td>'
            f'<td class="number">{result.get("memory_mb", "")}</td>'
            f'<td>{html.escape(result.get("host", ""))}</td></tr>')


def sums(rows, about):
    points = [r["points"] for _, r in rows]
    seconds = [r["seconds"] for _, r in rows if "seconds" in r]
    memory = [r["memory_mb"] for _, r in rows if "memory_mb" in r]
    text = (f"{len(rows)} submission{'s' * (len(rows) != 1)}, median {statistics.median(points):g} of "
            f"{max(r['of'] for _, r in rows):g} points. ")
    if seconds:
        text += (f"One took {statistics.median(seconds):.1f} s (median; the longest "
                 f"{max(seconds):.1f} s), its largest process {max(memory)} MB at most. ")
    if about["graded"]:
        text += (f"The last run graded {about['graded']} of them in {about['seconds']:.0f} s, "
                 f"{about['jobs']} at a time on {about['cpus']} CPUs. ")
    for name, why in about.get("dropped", {}).items():
        text += f"{name} graded none: {why}. "
    return text + f"Stages: {about['stages'].replace(',', ', ')}. {time.strftime('%Y-%m-%d %H:%M')}."


def head(title):
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{report.POLICY}
<style>{STYLE}</style></head><body><main>
<h1>{title}</h1>
"""


def replace(path, text):
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    os.replace(path + ".new", path)


def questions(lab):
    """Those that a person reads the answers to."""
    return [t for t in lab.tasks if t.asks == "text"]


def write_answers(path, lab, rows):
    """What all have written in words, question by question: to be read side by side."""
    out = [head(html.escape(f"Lab {lab.number}, {lab.title}: answers in words"))]
    for task in questions(lab):
        out.append(f"<h2>{task.id} {html.escape(skeleton.plain(task.title))}</h2>"
                   f"<p>{html.escape(skeleton.plain(task.question))}</p>")
        silent = []
        for item, result in rows:
            said = next((t.get("said") for t in result["tasks"] if t["id"] == task.id), None)
            if said:
                out.append(f'<h3><a href="reports/{item.stem}.html">{html.escape(item.name)}'
                           f"</a></h3><blockquote>{html.escape(str(said)[:MOST_WORDS])}"
                           "</blockquote>")
            else:
                silent.append(item.name)
        if silent:
            out.append(f'<p class="dim">No answer: {html.escape(", ".join(silent))}.</p>')
    if not questions(lab):
        out.append("<p>This lab asks for none.</p>")
    replace(path, "".join(out) + "</main></body></html>\n")


def write(path, lab, rows, about):
    title = html.escape(f"Lab {lab.number}, {lab.title}: the class")
    heads = "".join(f'<th scope="col" class="mark" title="{html.escape(t.title)}">{t.id}</th>'
                    for t in lab.tasks)
    stuck = "".join(
        f'<tr><td class="number">{len(names)}</td><td>{html.escape(task)}</td>'
        f"<td>{html.escape(reason)}</td>"
        f'<td class="reason">{html.escape(", ".join(names))}</td></tr>'
        for task, reason, names in where_stuck(rows))
    text = head(title) + f"""<p>{html.escape(sums(rows, about))}</p>
<h2>Where they are stuck</h2>
<p class="dim">The first task that is not done, and what stops them there.</p>
<div class="wide" tabindex="0" role="region" aria-label="Where they are stuck"><table>
<thead><tr><th scope="col">How many</th><th scope="col">Task</th><th scope="col">Seen as</th>
<th scope="col">Who</th></tr></thead>
<tbody>{stuck or '<tr><td colspan="4">Nobody is stuck.</td></tr>'}</tbody></table></div>
<h2>Everybody</h2>
<p class="dim">{legend()} {OTHER[0]} not looked at.
A name leads to that report.</p>
<div class="wide" tabindex="0" role="region" aria-label="Everybody"><table>
<thead><tr><th scope="col">nr</th><th scope="col">Submission</th><th scope="col">Points</th>
{heads}<th scope="col">Stuck at</th><th scope="col">Because</th><th scope="col">s</th>
<th scope="col">MB</th><th scope="col">Host</th></tr></thead>
<tbody>{"".join(row(lab, i, r) for i, r in rows)}</tbody></table></div>
<p class="dim">Points come from the explorer and from answers, never from a time. MB is the
largest process of the grading. The same as <a href="grades.csv">CSV</a>,
<a href="resources.csv">CSV of times and memory</a>, <a href="junit.xml">JUnit</a>. What
they have written in words, <a href="answers.html">question by question</a>.</p>
</main></body></html>
"""
    replace(path, text)
