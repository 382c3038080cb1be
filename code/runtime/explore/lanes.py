# SPDX-License-Identifier: GPL-2.0-only
"""Makes a failing schedule readable: source lines, names, lanes, a graph."""
import os
import re
import shutil
import subprocess
import textwrap

# An access that failed so has no value.
NOT_MADE = ("use-after-free", "null-dereference", "wild-access", "out-of-bounds")
RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def what(path):
    """The one line of a scenario's .what."""
    with open(path) as f:
        found = re.search(r'\.what = "(.*)"', f.read())
    return found.group(1) if found else ""


def addr2line(program, asked):
    return subprocess.run(["addr2line", "-a", "-f", "-i", "-e", program],
                          input=asked, capture_output=True, text=True).stdout


def symbolise(program, pcs, ask=addr2line):
    """{pc: [(function, file, line), …]}, innermost first, in one call."""
    pcs = sorted(p for p in set(pcs) if p)
    if not pcs:
        return {}
    # A return address is that of the next instruction.
    asked = "\n".join(hex(p - 1) for p in pcs)
    frames, found, lines = {}, None, ask(program, asked).splitlines()
    i = 0
    while i < len(lines):
        if lines[i].startswith("0x"):
            found = frames.setdefault(int(lines[i], 16) + 1, [])
            i += 1
            continue
        path, _, line = lines[i + 1].partition(":")
        line = re.match(r"\d*", line).group() or 0
        found.append((lines[i], os.path.normpath(path), int(line)))
        i += 2
    return frames


def is_runtime(path):
    return path.startswith(RUNTIME + os.sep) and "/explore/tests/" not in path


def place(frames):
    """The frame that people want to see: a .c of theirs, not a header."""
    own = [f for f in frames if not is_runtime(f[1])]
    for f in own:
        if f[1].endswith(".c"):
            return f
    return (own or frames or [("?", "?", 0)])[0]


class Sources:
    def __init__(self):
        self.files = {}

    def line(self, path, number):
        if path not in self.files:
            try:
                with open(path) as f:
                    self.files[path] = f.read().splitlines()
            except OSError:
                self.files[path] = []
        lines = self.files[path]
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def object_names(result, frames):
    """Objects are called after the function that makes them."""
    names, seen = [], {}
    for o in result.get("objects", []):
        function = place(frames.get(o["pc"], []))[0]
        name = re.sub(r"^lab_(create_|share_|alloc_|new_)?|^make_", "", function)
        seen[name] = seen.get(name, 0) + 1
        names.append(f"{name}{seen[name]}")
    return names


def value_words(value, size, objects, names):
    """A pointer is called by the name of what it points to."""
    if size == 8:
        for o, name in zip(objects, names):
            if o["address"] <= value < o["address"] + o["size"]:
                off = value - o["address"]
                return f"→{name}" + (f"+{off}" if off else "")
    if size == 8 and value > 1 << 32:
        return hex(value)
    if value == 0x11feabcd:
        return "alive"
    if value == 0xdeadabcd:
        return "dead"
    if size == 8 and not value:
        return "NULL"
    return str(value)


def variable(program, address, objects, names, ask):
    """What is at an address: object+offset, or a global's name. Of a program that may
    be hostile, which has its own way to ask, no symbols are read."""
    for o, name in zip(objects, names):
        if o["address"] <= address < o["address"] + o["size"]:
            return f"{name}+{address - o['address']}"
    if ask is not addr2line:
        return ""
    out = subprocess.run(["nm", "-S", program], capture_output=True, text=True).stdout
    for at, size, name in re.findall(r"^(\S+) (\S+) [bBdD] (\S+)$", out, re.MULTILINE):
        offset = address - int(at, 16)
        if 0 <= offset < int(size, 16):
            return name + (f"+{offset}" if offset else "")
    return ""


def describe(program, result, ask=addr2line, sources=None):
    """What the document says of processes, steps and failures."""
    log = result.get("log", [])
    pcs = [l["pc"] for l in log]
    pcs += [f.get(k, 0) for f in result.get("failures", [])
            for k in ("pc", "other_pc")]
    pcs += [o["pc"] for o in result.get("objects", [])]
    pcs += [pc for l in log for pc in l.get("calls", [])]
    pcs += [pc for s in result.get("stuck", [])
            for pc in (s["pc"], *(h["pc"] for h in s["holders"]))]
    frames = symbolise(program, pcs, ask)
    names = object_names(result, frames)
    objects = result.get("objects", [])
    sources = sources or Sources()

    def where(pc):
        function, path, line = place(frames.get(pc, []))
        return {"function": function, "file": path, "line": line,
                "text": sources.line(path, line)}

    def calls(l):
        """Who called the place where it is, outwards, in files of their own."""
        chain = [f for pc in (l["pc"], *l.get("calls", [])) for f in frames.get(pc, [])
                 if (f[1].endswith(".c") or "/explore/" in f[1]) and not is_runtime(f[1])]
        first = place(frames.get(l["pc"], []))
        found = chain.index(first) + 1 if first in chain else 0
        return [{"function": function, "file": path, "line": line,
                 "text": sources.line(path, line)} for function, path, line in chain[found:]]

    processes = [p["name"] for p in result.get("processes", [])]
    steps = []
    for l in log:
        s = {"process": l["process"], "step": l["step"],
             "what": {"e": "step", "p": "access", "l": "label", "a": "alloc",
                      "f": "free", "v": "failure", "n": "note"}[l["what"]],
             "at": where(l["pc"])}
        if calls(l):
            s["calls"] = calls(l)
        if "kind" in l:
            s["kind"] = l["kind"]
        if "object" in l:
            s["object"] = names[l["object"]]
            s["offset"] = l["offset"]
        if l.get("kind") in ("read", "write", "read-modify-write", "commit"):
            s["value"] = l["value"]
            s["shown"] = value_words(l["value"], l.get("size", 8), objects,
                                     names)
        if l.get("kind") == "choice":
            s["chosen"] = l["value"]
        if "address" in l:
            s["address"] = l["address"]
        if "text" in l:
            s["label" if l["what"] == "l" else "text"] = l["text"]
        steps.append(s)
    failures = []
    for f in result.get("failures", []):
        entry = {"kind": f["kind"], "process": f["process"],
                 "step": f["step"], "text": f["text"], "at": where(f["pc"])}
        if f.get("address"):
            entry["address"] = f["address"]
            entry["variable"] = variable(program, f["address"], objects, names, ask)
        if f.get("other_pc"):
            entry["other"] = where(f["other_pc"])
            entry["other_process"] = f["other_process"]
            entry["other_step"] = f["other_step"]
        failures.append(entry)
    stuck = [{"process": s["process"], "waits": s["waits"], "lock": s["lock"],
              "at": where(s["pc"]), "holders": [{"process": h["process"], "at": where(h["pc"])}
                                                for h in s["holders"]]}
             for s in result.get("stuck", [])]
    made = [{"name": name, "address": o["address"], "size": o["size"], "by": o["by"],
             "at": where(o["pc"])} for o, name in zip(objects, names)]
    return {"processes": processes, "steps": steps, "failures": failures,
            "stuck": stuck, "objects": made, "rendezvous": rendezvous(steps, processes)}


def rendezvous(steps, processes):
    """Where a process was left for another, in terms of labels: what a run in
    the VM must hold back, and until when."""
    out, last, label = [], None, {}
    for s in steps:
        if s["process"] == 0:
            continue
        if s["what"] == "label":
            label[s["process"]] = s["label"]
        if s["what"] != "step":
            continue
        if last is not None and s["process"] != last:
            if out:
                out[-1]["until"] = label.get(last, "")
            out.append({"after_step": s["step"] - 1,
                        "hold": processes[last],
                        "at": label.get(last, ""),
                        "run": processes[s["process"]],
                        "from": label.get(s["process"], "")})
        last = s["process"]
    if out:
        out[-1]["until"] = label.get(last, "")
    return out


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


def wrapped(text, width, indent=""):
    """Lines of code, not broken within ->."""
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + "  ",
                         break_on_hyphens=False)


def draw(doc, total=None):
    """The lanes, `total` columns wide, or as the terminal is: one for each
    process that has a part in it."""
    drawn = rows(doc)
    who = sorted({r.process for r in drawn})
    if not who:
        return "\n".join(f"  {f['kind']}: {f['text']} "
                         f"({os.path.basename(f['at']['file'])}:{f['at']['line']}"
                         f" in {f['at']['function']}())"
                         for f in doc["failures"])
    total = total or max(80, min(shutil.get_terminal_size((132, 24)).columns,
                                 200))
    width = max(24, (total - 5) // len(who) - 2)
    if len(who) * (width + 2) + 5 > total + 2:
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
    """For more actors than there is room for: who does what, line by line. A list
    of lines for each row; a row of calls into what all schemes share is one."""
    names = doc["processes"] + ["?"] * 32
    who = min(19, max(len(names[r.process]) for r in drawn))
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


def brief(doc, total, most):
    """As draw(), in at most so many lines: then the first and the last of them, and
    those that show how it came to it (doc["causes"]); what is left out is counted."""
    text = draw(doc, total)
    if len(text.split("\n")) <= most:
        return text
    parts = told(doc, rows(doc), total)
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
