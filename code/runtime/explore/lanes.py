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
        name = re.sub(r"^lab_(create_|share_)?|^make_", "", function)
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
                 if f[1].endswith(".c") and not is_runtime(f[1])]
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


def rows(doc):
    """(process, head, tail, failure): what is drawn, in order."""
    out = []
    failing = [s for s in doc["steps"]
               if s["what"] == "failure"]
    main = next((s for s in failing if any(
        f["kind"] == doc["kind"] and f["text"] == s.get("text")
        for f in doc["failures"])), failing[-1] if failing else None)
    if doc.get("verdict", "failed") != "failed":
        main = None                     # a guided run; what failed was not asked for
    scheme = (doc["scheme"] or "") + ".c"
    for s in doc["steps"]:
        at = s["at"]
        base = os.path.basename(at["file"])
        inner = doc["scheme"] and base != scheme and not re.search(
            "/(explore|wrong)/", at["file"])
        # Setting up; and cleaning up, when all has gone well.
        if s["process"] == 0 and s["what"] != "failure" and (
                not out or not main):
            continue
        if s is main:
            if out and out[-1][0] == s["process"] and doc["kind"] in NOT_MADE \
                    and out[-1][4] == (at["file"], at["line"]):
                out[-1][2] = []         # it was not made any more
            out.append([s["process"], "✗ " + doc["kind"] + ": " + s["text"],
                        [f"{base}:{at['line']} {at['text']}"]
                        if at["line"] else [], True,
                        None])
            break
        if s["what"] == "failure":
            out.append([s["process"], "! " + s["text"], [], True, None])
            continue
        if inner:
            key = ("inner", at["function"])
            head = f"… {at['function']}()"
            tail = []
            if s["what"] == "free":
                tail = [f"frees {s['object']}"]
        else:
            key = (at["file"], at["line"])
            head = f"{base}:{at['line']} {at['text']}"
            tail = []
            if s["what"] == "label":
                head, key = "· " + s["label"], ("label", s["label"])
            elif s["what"] in ("alloc", "free"):
                tail = [f"{s['what']}s {s['object']}".replace("allocs", "allocates")]
            elif "shown" in s and "/explore/" not in at["file"]:
                field = s.get("object", "")
                verb = {"read": "=", "write": ":=", "commit": "seen by all:"}.get(
                    s["kind"], "becomes")
                tail = [f"{verb} {s['shown']}" if not field else
                        f"{field}+{s['offset']} {verb} {s['shown']}"]
            elif s["what"] == "note":
                tail = [s["text"]]
            elif "chosen" in s and "lab_choose" in at["text"]:
                tail = [f"chooses {s['chosen']}"]
        if s["what"] == "access" and "/explore/" in at["file"]:
            continue
        if s["what"] == "step" and s.get("kind") == "commit":
            head, key = "store buffer", None
        if out and key and out[-1][0] == s["process"] and out[-1][4] == key:
            out[-1][2] += [t for t in tail if t not in out[-1][2]]
            continue
        out.append([s["process"], head, tail, False, key])
    return out


def draw(doc, total=None):
    """The lanes, `total` columns wide, or as the terminal is: one for each
    process that has a part in it."""
    drawn = rows(doc)
    who = sorted({r[0] for r in drawn})
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
    for n, (process, head, tail, bad, _) in enumerate(drawn, 1):
        text = textwrap.wrap(head, width, subsequent_indent="  ") + \
            [t for x in tail for t in textwrap.wrap(
                "    " + x, width, subsequent_indent="      ")]
        pad = "  ".join(" " * width for p in who if p < process)
        for i, line in enumerate(text):
            number = f"{n:3}. " if not i else "     "
            out.append((number + (pad + "  " if pad else "") + line).rstrip())
    return "\n".join(out)


def tell(doc, drawn, total):
    """For more actors than there is room for: who does what, line by line."""
    names = doc["processes"] + ["?"] * 32
    who = min(19, max(len(names[r[0]]) for r in drawn))
    out, calls = [], []

    def put(number, process, lines):
        for i, line in enumerate(lines):
            head = "" if i else f"{number:3}. {names[process][:who]}"
            out.append(f"{head:{who + 5}}  {line}".rstrip())

    def wrap(text, indent=""):
        return textwrap.wrap(text, total - who - 7, initial_indent=indent,
                             subsequent_indent=indent + "  ")

    def flush():
        if calls:
            number, process = calls[0][:2]
            put(number, process, wrap("… " + ", ".join(c[2] for c in calls)))
            for line in dict.fromkeys(t for c in calls for t in c[3]):
                out.extend(" " * (who + 7) + x for x in wrap(line, "    "))
            calls.clear()

    for n, (process, head, tail, bad, _) in enumerate(drawn, 1):
        # A row of calls into what all schemes share is one line.
        if head.startswith("… ") and not bad:
            if calls and calls[0][1] != process:
                flush()
            if not calls or calls[-1][2] != head[2:]:
                calls.append((n, process, head[2:], tail))
            else:
                calls[-1][3].extend(tail)
            continue
        flush()
        put(n, process, wrap(head) + [x for t in tail for x in wrap(t, "    ")])
    flush()
    return "\n".join(out)


def brief(doc, total, most):
    """As draw(), in at most so many lines: then what leads to the failure."""
    text = draw(doc, total)
    lines = text.split("\n")
    if len(lines) <= most:
        return text
    lines = tell(doc, rows(doc), total).split("\n")
    if len(lines) > most:
        lines = [f"     … {len(lines) - most + 1} lines before …", *lines[1 - most:]]
    return "\n".join(lines)


def graphviz(doc):
    """The lanes as a picture: time runs down, arrows cross at each switch."""
    drawn = rows(doc)
    names = doc["processes"] + ["?"] * 32
    out = ["digraph schedule {", "\trankdir=TB;", "\tnode [shape=box, "
           'fontname="monospace", fontsize=10];', "\tedge [color=gray];"]

    def quote(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last = {}
    for p in sorted({r[0] for r in drawn}):
        out.append(f"\tp{p} [label={quote(names[p])}, shape=plaintext];")
        last[p] = f"p{p}"
    before = None
    for n, (process, head, tail, bad, _) in enumerate(drawn):
        text = "\n".join([head, *tail]).replace("\n", "\\l") + "\\l"
        label = '"' + f"{n + 1}. " + text.replace('"', '\\"') + '"'
        colour = ', color=red, penwidth=2' if bad else ""
        out.append(f"\tn{n} [group=g{process}, label={label}{colour}];")
        out.append(f"\t{last[process]} -> n{n} [weight=10, color=black];")
        if before is not None and drawn[n - 1][0] != process:
            out.append(f"\t{before} -> n{n} [style=dashed, weight=0];")
        last[process] = before = f"n{n}"
    out.append("}")
    return "\n".join(out) + "\n"
