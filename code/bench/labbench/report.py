# SPDX-License-Identifier: GPL-2.0-only
"""The report of a demo: one HTML file that needs nothing else.

Built from the outcome of the scenarios and from reduced figures; the page
has no script and asks no other host for anything.
"""
import html
import re

from . import ENVIRONMENTS, SCHEMES, Trouble, bars, registry

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fdfdfc; --soft: #6a6f76;
  --line: #d9dbde; --good: #1a7f4b; --bad: #b3261e; --card: #f4f5f3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e5e7; --paper: #15171a;
  --soft: #9ba1a9; --line: #3a3e44; --good: #5cc98f; --bad: #ff8a80; --card: #1d2024; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.2rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .4em 0; }
h2 { font-size: 1.25rem; margin: 2.2em 0 .4em; border-top: 1px solid var(--line);
  padding-top: .9em; }
p, li, figcaption { max-width: 44rem; }
.soft, figcaption { color: var(--soft); font-size: .92rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3em .8em .3em 0; border-bottom: 1px solid var(--line);
  vertical-align: top; white-space: nowrap; }
td.n, th.n { text-align: right; } th { white-space: normal; vertical-align: bottom; } td.wrap { white-space: normal; min-width: 14rem; }
td small { color: var(--soft); display: block; font-size: .8em; }
.figures { display: grid; gap: 1.4rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
figure { margin: 0; background: var(--card); border-radius: .5rem; padding: .9rem; }
figure h3 { font-size: 1rem; margin: 0 0 .5em; } figure svg { width: 100%; height: auto; }
.marked { border-left: .3rem solid #c98a00; padding: .1rem .8rem; background: var(--card); }
code, pre { font: .88em/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; background: var(--card); padding: .8rem; border-radius: .5rem; }
@media (max-width: 40rem) { .stack tr, .stack td { display: block; white-space: normal; }
  .stack tr:first-child { display: none; } .stack td { border: 0; padding: 0; }
  .stack tr { border-bottom: 1px solid var(--line); padding: .5em 0; } }
"""


def esc(text):
    return html.escape(str(text))


def table(heads, rows, caption="", kind=""):
    """Cells are (text, class) or HTML as it is."""
    def cell(tag, value):
        text, kind = value if isinstance(value, tuple) else (value, "")
        return f"<{tag}{f' class={kind}' if kind else ''}>{text}</{tag}>"
    out = [f"<p class=soft>{esc(caption)}</p>"] if caption else []
    out.append(f"<div class=scroll><table class='{kind}'>")
    out.append("<tr>" + "".join(cell("th", h) for h in heads) + "</tr>")
    out += ["<tr>" + "".join(cell("td", c) for c in row) + "</tr>" for row in rows]
    out.append("</table></div>")
    return "\n".join(out)


def with_interval(figure, show):
    if not figure:
        return ("–", "n")
    text = esc(show(figure["value"]))
    if figure["lo"] != figure["hi"]:
        low, high = show(figure["lo"]), show(figure["hi"])
        if low.split(" ")[1:] == high.split(" ")[1:]:   # the unit once
            low = low.split(" ")[0]
        text += f"<small>{esc(low)} to {esc(high)}</small>"
    return (text, "n")


def figures_table(reduced, env):
    most = max(reduced.readers(env), default=1)
    columns = []
    for how in ("get", "peek"):
        for readers in sorted({1, most}):
            columns.append((f"{how}, {readers} reader{'s' * (readers > 1)}", f"read.{how}.{readers}.calm", bars.rate))
    columns += [("switch, shared", "switch.shared.alone.p50", bars.duration),
                ("switch, last", "switch.last.alone.p50", bars.duration),
                ("atomics, get", "count.get.atomics", "{:.3g}".format),
                ("atomics, peek", "count.peek.atomics", "{:.3g}".format),
                ("atomics, switch", "count.switch_last.atomics", "{:.3g}".format)]
    rows = [[scheme] + [with_interval(reduced.get(env, scheme, name), show)
                        for _, name, show in columns]
            for scheme in SCHEMES if scheme in reduced.schemes(env)]
    return table(["scheme"] + [(esc(t), "n") for t, _, _ in columns], rows,
                 "Medians, with 95 % intervals beneath. get, peek: reads a second "
                 "by so many remote readers while nobody switches.")


def plots(reduced, env):
    try:
        from . import svg
        found = svg.all_of(reduced, env)
    except Trouble as trouble:
        return f"<p class=bad>No plots: {esc(trouble)}.</p>"
    out = ["<div class=figures>"]
    for name, (text, title, see) in found.items():
        picture = svg.for_page(text, f"{title}, {env}")
        out.append(f"<figure><h3>{esc(title)}</h3>{picture}"
                   f"<figcaption>{esc(see)}</figcaption></figure>")
    return "\n".join(out + ["</div>"])


def where(about):
    names = {"cpu": "CPU", "cpus": "CPUs", "kernel": "host kernel", "accel":
             "accelerator", "guest kernel": "guest kernel", "qemu": "QEMU",
             "guest cpus": "guest CPUs", "compiler": "compiler", "flags": "flags",
             "rounds": "rounds", "ms": "ms a loop", "seed": "seed of the order",
             "load": "load before", "load after": "load after", "commit": "commit",
             "date": "date"}
    rows = [[label, (esc(about[name]), "wrap")] for name, label in names.items()
            if name in about]
    return table(["what", "recorded"], rows, kind="stack")


def outcomes_table(outcomes):
    rows = []
    for o in outcomes:
        mark = "as expected" if o["fine"] else "not as expected"
        rows.append([f"<code>{esc(o['scheme'])}</code>", esc(o["what"]),
                     (esc(o["seen"]), "wrap"),
                     f"<span class={'good' if o['fine'] else 'bad'}>{mark}</span>"])
    return table(["scheme", "scenario, in the VM", "seen", ""], rows, kind="stack")


def page(outcomes, reduced, book, raw_files, date):
    """The whole report as text. `outcomes`: [{scheme, what, seen, fine, text}]."""
    fine = all(o["fine"] for o in outcomes)
    verdict = ("Every scheme did what it should: the right ones ran clean, the one "
               "that was turned down broke." if fine else
               "Not everything went as it should; see the first table.")
    out = [f"""<!DOCTYPE html>
<html lang=en><head><meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>Guarding a pointer: the demo's report</title><style>{STYLE}</style></head><body>
<h1>Guarding a pointer: {len(SCHEMES)} schemes, run and measured</h1>
<p class={'good' if fine else 'bad'}><b>{esc(verdict)}</b></p>
<p class=soft>{esc(date)}. Each scheme guards a task's nsproxy pointer against a
switch while others look through it. Read about them in
<a href="{esc(book)}">the book</a>.</p>
<h2>What happened</h2>""", outcomes_table(outcomes)]
    for o in outcomes:
        if o.get("text"):
            out.append(f"<p>What the kernel said of <code>{esc(o['scheme'])}</code>:</p>"
                       f"<pre>{esc(o['text'])}</pre>")
    for env in reduced.environments():
        out.append(f"<h2>Measured {esc(ENVIRONMENTS[env])}</h2>"
                   f"<p class=soft>{esc(reduced.about(env).get('cpus', 'unknown'))} CPUs. "
                   f"{esc(registry.behind(env))}</p>")
        if reduced.marked(env):
            out.append(f"<p class=marked>Under {esc(reduced.marked(env))}: these "
                       "times say how the schemes compare with each other here. They "
                       "are never to be compared with a figure from hardware. The "
                       "counted operations are the same anywhere.</p>")
        out += [figures_table(reduced, env), "<p></p>", plots(reduced, env),
                f"<details><summary>On what, and how</summary>{where(reduced.about(env))}"
                "</details>"]
    out.append("<h2>Have it again</h2><p>The raw data lie in "
               + ", ".join(f"<code>{esc(f)}</code>" for f in raw_files)
               + ". <code>code/bench/reduce</code> makes the same figures of them each "
               "time; <code>make demo</code> measures anew. pointer_tag has no figures "
               "with a writer: a switch under a reader crashes it.</p></body></html>")
    return re.sub(r"\n{2,}", "\n", "\n".join(out)) + "\n"
