# SPDX-License-Identifier: GPL-2.0-only
"""What a grade says: on the terminal, as JSON, as a page with the pictures."""
import base64
import html
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import textwrap

from . import begin, labs, skeleton, stages

import lanes

WIDTH = stages.WIDTH
LANES = 48      # lines of an interleaving on the terminal
MARK = {stages.PASSED: "✓", stages.FAILED: "✗", stages.PERSON: "•"}
OURS = re.compile(r"index\.html|\d+\.\d+[a-z]?(-[\w-]+)?\.svg")     # names of pages and pictures


def write(path, text):
    """Replace a file, whole or not at all."""
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    fd, temp = tempfile.mkstemp(prefix=".new-", dir=folder)
    try:
        # A path may be no text at all.
        with os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace") as f:
            f.write(text)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temp, 0o666 & ~umask)
        os.replace(temp, path)
    except BaseException:
        os.unlink(temp)
        raise


def as_json(result):
    return json.dumps(result, indent=1, ensure_ascii=False) + "\n"


def fill(text, indent="  ", first=None):
    return textwrap.fill(" ".join(text.split()), WIDTH, subsequent_indent=indent,
                         initial_indent=indent if first is None else first,
                         break_long_words=False, break_on_hyphens=False)


def place_words(place):
    if not place:
        return ""
    line = f"{place['file']}:{place['line']}"
    if place["function"]:
        line += f" in {place['function']}()"
    return line + (f": {place['text']}" if place["text"] else "")


def hint_lines(task, raw, wanted):
    """The hints that were asked for, or how to ask."""
    if not raw.hints or task["state"] in (stages.PASSED, stages.PERSON):
        return []
    out = [fill(skeleton.plain(h), " " * 11, f"  Hint {n}:  ")
           for n, h in enumerate(raw.hints[:wanted], 1)]
    if wanted < len(raw.hints):
        out.append(f"  Stuck?   HINT={wanted + 1} says "
                   + ("a little more." if wanted else "a little."))
    return out


def details(lab, result, task, wanted, doc):
    """What there is to say of a task that has not passed."""
    raw = lab.task(task["id"])
    out = [f"{task['id']}  {skeleton.plain(task['title'])}: {task['state']}"
           + (f", {task['kind']}" if task["kind"] else "")
           + (f" in the scenario {task['scenario']}" if task["scenario"] and
              task["state"] == stages.FAILED else "")
           + (" with stores delayed" if task["mode"] == "weak" else "")]
    out.append(fill(task["reason"]))
    if task["because"]:
        out.append(fill(skeleton.plain(task["because"])))
    if task["state"] == stages.NOT_WRITTEN and raw.goal:
        out.append(fill(skeleton.plain(raw.goal), " " * 11, "  Goal:    "))
    if doc:
        out += ["", lanes.brief(doc, WIDTH, LANES), ""]
    if task["place"]:
        out.append(fill(place_words(task["place"]), " " * 11, "  Line:    "))
    if task["other"] and task["other"]["function"] not in ("?", ""):
        out.append(fill(place_words(task["other"]), " " * 11, "  Other:   "))
    for text in task["also"]:
        out.append(fill(text, " " * 11, "  Before:  "))
    if task["state"] == stages.FAILED and raw.checks:
        out.append("  Again:   " + again(lab, result, task))
    if task["state"] == stages.FAILED and raw.wrong and raw.asks:
        out.append(fill(skeleton.plain(raw.wrong)))
    if raw.read and task["state"] == stages.FAILED:
        title, page = labs.where_to_read(raw.read)
        out.append(f"  Read:    “{title}”, {page}")
    if task.get("picture"):
        out.append(f"  Picture: {begin.shown(task['picture'])}")
    return "\n".join(out + hint_lines(task, raw, wanted))


def again(lab, result, task):
    """The command that shows this failure in the explorer alone."""
    source = shlex.quote(begin.shown(result["source"]))
    return (f"make explore SCHEME={lab.scheme} SCENARIO={task['scenario']} "
            + ("MODE=weak " if task["mode"] == "weak" else "") + f"SCHEME_FILE={source}")


def table(result):
    out = []
    for task in result["tasks"]:
        mark = MARK.get(task["state"], "·")
        title = textwrap.shorten(skeleton.plain(task["title"]), 42, placeholder=" …")
        out.append(f"  {mark} {task['id']:5} {title:42} {points_of(task):>7}  "
                   + state_of(task))
    return "\n".join(out)


def points_of(task):
    return f"{task['points']} / {task['of']}" if task["of"] else "-"


def state_of(task):
    """Without a reason, its stage was not asked for."""
    asked = task["state"] != stages.NOT_REACHED or task["reason"]
    return task["state"] if asked else "not looked at"


def stage_line(stage):
    said = stage["said"] or stage["state"]
    mark = MARK.get(stage["state"], "·")
    lines = textwrap.wrap(f"{stage['name']:8} {said}", WIDTH - 14,
                          subsequent_indent=" " * 9) or [stage["name"]]
    return "\n".join([f"  {mark} {lines[0]:{WIDTH - 14}}{stage['seconds']:7.1f} s",
                      *("    " + line for line in lines[1:])])


def unfinished(result):
    return [t for t in result["tasks"]
            if t["state"] not in (stages.PASSED, stages.PERSON)]


def finished(result):
    """Whether nothing is left to do in a handout, whose answers are judged elsewhere."""
    return labs.HANDOUT and result["complete"] and not unfinished(result)


def last_line(lab, result):
    points = f"{result['points']} of {result['of']} points"
    if result["interrupted"]:
        return f"Interrupted; until then: {points}"
    if not result["complete"]:
        return f"{points} so far; make grade LAB={lab.number} looks at all of it"
    left = unfinished(result)
    if result["points"] == result["of"]:
        return f"{points}: all that the grader looks at is right"
    if not left:    # a handout's: the instructor's grader judges the answers
        return f"{points}; the rest is for your instructor"
    first = next((t for t in left if t["state"] != stages.NOT_REACHED), left[0])
    return f"{points}; next: task {first['id']}, {skeleton.plain(first['title'])}"


def terminal(lab, result, docs, wanted=0):
    """All of it, for people; the stages' lines have been shown as they ended.
    The first failure has its interleaving, the others are in the page."""
    out = []
    if result["warnings"]:
        shown = "\n".join(result["warnings"]).splitlines()
        out.append("The compiler warns:\n" + "\n".join("  " + x for x in shown[:40]))
    left = [t for t in unfinished(result) if t["reason"]]
    waiting = [t for t in left if t["state"] in (stages.NOT_REACHED, stages.NOT_ANSWERED)]
    said = [t for t in left if t not in waiting]
    drawn = next((t["id"] for t in said if t["id"] in docs), "")
    out += [details(lab, result, t, wanted, docs[drawn] if t["id"] == drawn else None)
            for t in said or waiting[:1]]
    out += [fill(note, "  ", "") for note in result["notes"]]
    out += [table(result), last_line(lab, result)]
    return "\n\n".join(out)


def picture(doc, path):
    """The interleaving as SVG; its text, or None without Graphviz."""
    if not shutil.which("dot"):
        return None
    try:
        done = subprocess.run(["dot", "-Tsvg"], input=lanes.graphviz(doc), text=True,
                              capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:   # the lanes are there as text
        return None
    if done.returncode:
        return None
    svg = done.stdout[done.stdout.index("<svg"):]
    write(path, svg)
    return svg


# Whatever a submission may get into the page: it loads nothing and runs nothing.
POLICY = ("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">")
STYLE = """
:root { color-scheme: light dark; --fg: #1b1b1b; --bg: #fff; --soft: #f3f3f1;
  --line: #d5d5d0; --good: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --fg: #e4e4e0; --bg: #17181a;
  --soft: #222427; --line: #3a3d41; --good: #57c26f; --bad: #ff8a80; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem;
  border-top: 1px solid var(--line); padding-top: 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left;
  padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { text-align: right; white-space: nowrap; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; font-size: 13px;
  line-height: 1.35; } .passed { color: var(--good); } .failed { color: var(--bad); }
figure { background: #fff; margin: 1rem 0; padding: .5rem; overflow-x: auto;
  border: 1px solid var(--line); } figcaption { color: #444; font-size: .9rem; }
@media (prefers-color-scheme: dark) { figure { filter: invert(.92) hue-rotate(180deg); } }
blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 1rem;
  white-space: pre-wrap; } figure img { max-width: 100%; height: auto; } .small { font-size: .9rem; opacity: .8; }
"""


def embedded(svg, alt):
    """A picture in the page: nothing in it can run, be clicked or load anything."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'


def measured_part(task):
    """What was measured for a task, with its plots, beside the student's words."""
    out = [f"<h2>{html.escape(task['id'])} {html.escape(skeleton.plain(task['title']))}: "
           "measured</h2>"]
    if task["said"]:
        out.append(f"<blockquote>{html.escape(str(task['said'])[:4000])}</blockquote>")
    for measured in task["measured"]:
        out.append(f"<p>{html.escape(measured['said'])}</p>")
        for path in measured.get("plots", {}).values():
            svg = labs.read_text(path)
            out.append(f"<figure>{embedded(svg[svg.index('<svg'):], 'What was measured')}"
                       "</figure>")
    return "\n".join(out)


def page(lab, result, pictures, wanted, whose):
    """One page that needs nothing beside it. whose: the student's name, or the file's."""
    esc = html.escape
    rows = "".join(
        f"<tr><td>{esc(t['id'])}</td><td>{esc(skeleton.plain(t['title']))}</td>"
        f"<td class=n>{points_of(t)}</td>"
        f"<td class='{t['state'] if t['state'] in MARK else ''}'>{esc(state_of(t))}</td></tr>"
        for t in result["tasks"])
    steps = "".join(
        f"<tr><td>{esc(s['name'])}</td><td class='{s['state'] if s['state'] in MARK else ''}'>"
        f"{esc(s['state'])}</td><td>{esc(s['said'])}</td><td class=n>{s['seconds']:.1f} s</td>"
        "</tr>" for s in result["stages"])
    out = [f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
           f"content='width=device-width'>{POLICY}<title>{esc(whose)}, lab {lab.number}: "
           f"{result['points']} of {result['of']}</title><style>{STYLE}</style>",
           f"<h1>Lab {lab.number}: {esc(skeleton.plain(lab.title))}</h1>"
           f"<p>{esc(whose)}</p><p>{esc(last_line(lab, result))}.</p><table>{rows}</table>"]
    for task in unfinished(result):
        if not task["reason"]:
            continue
        raw = lab.task(task["id"])
        out.append(f"<h2>{esc(task['id'])} {esc(skeleton.plain(task['title']))}: <span "
                   f"class='{task['state'] if task['state'] in MARK else ''}'>"
                   f"{esc(task['state'])}{', ' + esc(task['kind']) if task['kind'] else ''}"
                   f"</span></h2><p>{esc(task['reason'])}</p>")
        if task["because"]:
            out.append(f"<p>{esc(skeleton.plain(task['because']))}</p>")
        if task["place"]:
            out.append(f"<p>Line: <code>{esc(place_words(task['place']))}</code></p>")
        out += [f"<p>Before that: {esc(text)}</p>" for text in task["also"]]
        if task["lanes"]:
            out.append(f"<pre>{esc(task['lanes'])}</pre>")
        if pictures.get(task["id"]):
            out.append(f"<figure>{embedded(pictures[task['id']], 'The interleaving')}<figcaption>Time runs down, a column "
                       "for each actor; dashed arrows are where another one goes on. The "
                       "shortest interleaving that fails.</figcaption></figure>")
        if raw.read and task["state"] == stages.FAILED:
            title, where = labs.where_to_read(raw.read)
            out.append(f"<p>Read: “{esc(title)}”, {esc(where)}</p>")
        out += [f"<p>{esc(' '.join(line.split()))}</p>"
                for line in hint_lines(task, raw, wanted)]
    out += [measured_part(t) for t in result["tasks"] if t["measured"]]
    if result["warnings"]:
        out.append("<h2>The compiler warns</h2><pre>"
                   + esc("\n".join(result["warnings"])) + "</pre>")
    if result["notes"]:
        out.append("<h2>To note</h2>" + "".join(f"<p>{esc(n)}</p>" for n in result["notes"]))
    out.append(f"<h2>Stages</h2><table>{steps}</table><p class=small>Points come from build, "
               "explorer and answers only, which say the same each time. The other stages are "
               "for a person to look at.</p>")
    return "\n".join(out) + "\n</html>\n"


def save(lab, result, docs, folder, wanted, whose):
    """The page and the pictures, in `folder`. What an earlier grade left goes."""
    os.makedirs(folder, exist_ok=True)
    plots = {p for t in result["tasks"] for m in t["measured"]
             for p in m.get("plots", {}).values()}
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if OURS.fullmatch(name) and path not in plots:
            os.unlink(path)
    pictures = {}
    for task in result["tasks"]:
        if task["id"] in docs and task["lanes"]:
            path = os.path.join(folder, task["id"] + ".svg")
            pictures[task["id"]] = picture(docs[task["id"]], path)
            if pictures[task["id"]]:
                task["picture"] = path
    path = os.path.join(folder, "index.html")
    write(path, page(lab, result, pictures, wanted, whose))
    return path
