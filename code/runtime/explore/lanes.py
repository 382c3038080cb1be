# SPDX-License-Identifier: GPL-2.0-only
"""Draws a failing schedule: lanes, a row a step, a graph."""
import os
import re
import shutil
import textwrap

NARROWEST, SIDE_BY_SIDE = 40, 80     # columns
MOST = 250      # lines of a schedule that anybody wants to read
# An access that failed so has no value.
NOT_MADE = ("use-after-free", "null-dereference", "wild-access", "out-of-bounds")


class Row:
    """One line or more of what is drawn: whose, what, and of which steps."""

    def __init__(self, process, head, tail=(), bad=False, key=None, steps=()):
        self.process, self.head, self.tail = process, head, list(tail)
        self.bad, self.key, self.steps = bad, key, set(steps)

    def add(self, tail, n):
        """More of the same line: a row of calls is told in one."""
        self.steps.add(n)
        for t in tail:
            calls = self.tail and self.tail[-1].startswith("… ") and t.startswith("… ")
            if calls and t[2:] not in self.tail[-1]:
                self.tail[-1] += ", " + t[2:]
            elif not calls and t not in self.tail:
                self.tail.append(t)


def visible(doc, s):
    """The line that people know: of the scheme, or of the scenario. None if all of it
    is in what all schemes share."""
    def inner(at):
        return doc["scheme"] and os.path.basename(at["file"]) != doc["scheme"] + ".c" \
            and not re.search("/(explore|wrong)/", at["file"])
    return next((at for at in (s["at"], *s.get("calls", ())) if not inner(at)), None)


def line_of(at):
    return f"{os.path.basename(at['file'])}:{at['line']} {at['text']}"


def what_comes_of_it(s, at):
    """What is drawn below the line of a step."""
    if s["what"] in ("alloc", "free"):
        out = [f"{s['what']}s {s['object']}".replace("allocs", "allocates")]
        return out if at is s["at"] else [f"… {s['at']['function']}()", *out]
    if at is not s["at"]:
        return [f"… {s['at']['function']}()"] if at else []
    if "shown" in s and "/explore/" not in at["file"]:
        verb = {"read": "=", "write": ":=", "commit": "seen by all:"}.get(s["kind"], "becomes")
        where = f"{s['object']}+{s['offset']} " if s.get("object") else ""
        return [f"{where}{verb} {s['shown']}"]
    if s["what"] == "note":
        return [s["text"]]
    if "chosen" in s and "lab_choose" in at["text"]:
        return [f"chooses {s['chosen']}"]
    return []


def row_of(doc, n, s):
    """The row of a step, or None."""
    at = visible(doc, s)
    if s["what"] == "failure":
        return Row(s["process"], "! " + s["text"], bad=True, steps=[n])
    if s["what"] == "access" and "/explore/" in s["at"]["file"]:
        return None
    if s["what"] == "label":
        return Row(s["process"], "· " + s["label"], key=("label", s["label"]), steps=[n])
    tail = what_comes_of_it(s, at)
    if s["what"] == "step" and s.get("kind") == "commit":
        return Row(s["process"], "store buffer", tail, steps=[n])
    if not at:
        return Row(s["process"], f"… {s['at']['function']}()", tail,
                   key=("inner", s["at"]["function"]), steps=[n])
    return Row(s["process"], line_of(at), tail, key=(at["file"], at["line"]), steps=[n])


def end_of(doc, n, s, out):
    """The last row: what failed, and where."""
    at = visible(doc, s) or s["at"]
    if out and out[-1].process == s["process"] and doc["kind"] in NOT_MADE and \
            out[-1].key == (at["file"], at["line"]):
        out[-1].tail = [t for t in out[-1].tail if t.startswith("… ")]  # it was not made any more
    tail = [line_of(at)] if at["line"] else []
    if at is not s["at"]:
        tail.append(f"… {s['at']['function']}(), {line_of(s['at'])}")
    tail += other_party(doc, s)
    return Row(s["process"], "✗ " + doc["kind"] + ": " + s["text"], tail, True, steps=[n])


def other_party(doc, s):
    """Of a data race: what it is about, and the place of the other access."""
    f = next((f for f in doc["failures"] if f["text"] == s["text"]), {})
    if f.get("kind") != "data-race":
        return []
    out = [f"the place: {f['variable']}"] if f.get("variable") else []
    if f.get("other", {}).get("line"):
        who = doc["processes"][f["other_process"]]
        out.append(f"the other access, by {who}: {line_of(f['other'])}")
    return out


def rows(doc):
    """What is drawn, in order."""
    out = []
    failing = [s for s in doc["steps"] if s["what"] == "failure"]
    main = next((s for s in failing if any(
        f["kind"] == doc["kind"] and f["text"] == s.get("text")
        for f in doc["failures"])), failing[-1] if failing else None)
    if doc.get("verdict", "failed") != "failed":
        main = None                     # a guided run; what failed was not asked for
    for n, s in enumerate(doc["steps"]):
        # Setting up; and cleaning up, when all has gone well.
        if s["process"] == 0 and s["what"] != "failure" and (not out or not main):
            continue
        if s is main:
            return [*out, end_of(doc, n, s, out)]
        row = row_of(doc, n, s)
        if row and out and row.key and (out[-1].process, out[-1].key) == \
                (row.process, row.key):
            out[-1].add(row.tail, n)
        elif row:
            out.append(row)
    return out


class Code(textwrap.TextWrapper):
    """Lines of code: broken at blanks, behind ( and before ->, in a name only if need be."""
    wordsep_simple_re = re.compile(r"(\s+)|(?<=\()(?=\S)|(?=->)")


def wrapped(text, width, indent=""):
    return Code(width, initial_indent=indent, subsequent_indent=indent + "  ",
                break_on_hyphens=False).wrap(text)


def columns():
    return max(NARROWEST, min(shutil.get_terminal_size((132, 24)).columns, 200))


def draw(doc, total=None):
    """The lanes, `total` columns wide, or as the terminal is: one for each process
    that has a part in it. Where there is no room side by side, one under another."""
    drawn = rows(doc)
    who = sorted({r.process for r in drawn})
    if not who:
        return "\n".join(f"  {f['kind']}: {f['text']} "
                         f"({os.path.basename(f['at']['file'])}:{f['at']['line']}"
                         f" in {f['at']['function']}())"
                         for f in doc["failures"])
    total = total or columns()
    width = max(24, (total - 5) // len(who) - 2)
    if total < SIDE_BY_SIDE or len(who) * (width + 2) + 5 > total + 2:
        return tell(doc, drawn, total)
    names = doc["processes"] + ["?"] * 32
    out = ["     " + "  ".join(names[p][:width].ljust(width) for p in who)]
    out.append("     " + "  ".join(("─" * len(names[p][:width])).ljust(width)
                                   for p in who))
    for n, r in enumerate(drawn, 1):
        text = wrapped(r.head, width) + [t for x in r.tail for t in wrapped(x, width, "    ")]
        pad = "  ".join(" " * width for p in who if p < r.process)
        for i, line in enumerate(text):
            number = f"{n:3}. " if not i else "     "
            out.append((number + (pad + "  " if pad else "") + line).rstrip())
    return "\n".join(out)


def told(doc, drawn, total):
    """For narrow terminals, and more actors than there is room for: who does what, line by line. A list
    of lines for each row; a row of calls into what all schemes share is one."""
    names = doc["processes"] + ["?"] * 32
    who = min(19, total // 5, max(len(names[r.process]) for r in drawn))
    out, before = [], None

    def wrap(text, indent=""):
        return wrapped(text, total - who - 7, indent)
    for n, r in enumerate(drawn, 1):
        lines = wrap(r.head) + [x for t in r.tail for x in wrap(t, "    ")]
        if before and r.head.startswith("… ") and before.head.startswith("… ") and \
                before.process == r.process:
            before.head += f", {r.head[2:]}" if r.head[2:] not in before.head else ""
            before.add(r.tail, n)
            before.steps |= r.steps
            lines = wrap(before.head) + [x for t in before.tail for x in wrap(t, "    ")]
            out[-1][1] = [out[-1][1][0][:who + 7] + lines[0],
                          *(" " * (who + 7) + x for x in lines[1:])]
            continue
        before = Row(r.process, r.head, r.tail, r.bad, r.key, r.steps)
        head = f"{n:3}. {names[r.process][:who]}"
        out.append([before, [f"{head if not i else '':{who + 5}}  {line}".rstrip()
                             for i, line in enumerate(lines)]])
    return out


def tell(doc, drawn, total):
    return "\n".join(line for _, lines in told(doc, drawn, total) for line in lines)


def brief(doc, total=None, most=MOST):
    """As draw(), in at most so many lines: then the first and the last of them, and
    those that show how it came to it (doc["causes"]); what is left out is counted."""
    text = draw(doc, total)
    if len(text.split("\n")) <= most:
        return text
    parts = told(doc, rows(doc), total or columns())
    causes = set(doc.get("causes", ()))
    # The end first, then what led there, then the beginning, then what comes before the end.
    order = [len(parts) - 1, *(n for n, (r, _) in enumerate(parts) if r.steps & causes), 0,
             *range(len(parts) - 2, 0, -1)]
    kept, left = set(), most
    for n in order:
        # A gap on either side may cost a line.
        if n not in kept and len(parts[n][1]) + 2 <= left:
            kept.add(n)
            left -= len(parts[n][1]) + (0 if {n - 1, n + 1} & kept else 1)
    out, gap = [], 0
    for n, (_, lines) in enumerate(parts):
        gap = 0 if n in kept else gap + len(lines)
        if n in kept:
            out += lines
        elif n + 1 == len(parts) or n + 1 in kept:
            out.append(f"     … {gap} line{'s' * (gap != 1)} …")
    return "\n".join(out)


def graphviz(doc):
    """The lanes as a picture: time runs down, arrows cross at each switch."""
    drawn = rows(doc)
    names = doc["processes"] + ["?"] * 32
    out = ["digraph schedule {", "\trankdir=TB;", "\tnode [shape=box, "
           'fontname="monospace", fontsize=10];', "\tedge [color=gray];"]

    def quote(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last = {}
    for p in sorted({r.process for r in drawn}):
        out.append(f"\tp{p} [label={quote(names[p])}, shape=plaintext];")
        last[p] = f"p{p}"
    before = None
    for n, r in enumerate(drawn):
        process, bad = r.process, r.bad
        lines = "\n".join([f"{n + 1}. {r.head}", *r.tail]).split("\n")
        label = '"' + "".join(quote(line)[1:-1] + "\\l" for line in lines) + '"'
        colour = ', color=red, penwidth=2' if bad else ""
        out.append(f"\tn{n} [group=g{process}, label={label}{colour}];")
        out.append(f"\t{last[process]} -> n{n} [weight=10, color=black];")
        if before is not None and drawn[n - 1].process != process:
            out.append(f"\t{before} -> n{n} [style=dashed, weight=0];")
        last[process] = before = f"n{n}"
    out.append("}")
    return "\n".join(out) + "\n"
