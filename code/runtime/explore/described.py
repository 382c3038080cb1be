# SPDX-License-Identifier: GPL-2.0-only
"""What a result says, with names and source lines in the addresses' place."""
import functools
import os
import re
import subprocess

RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# As struct lab_x_lock has it (include/explore.h): what marks a lock, where, of how much.
LOCK_MAGIC, LOCK_AT, LOCK_SIZE = 0x10cced00, 8, 24


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


def is_static(l, image):
    """Whether a step's value points to what the program itself is made of: code, or data
    that is there from the beginning. Where that is, differs from one build to the next."""
    return l.get("size") == 8 and image[0] <= l.get("value", 0) < image[2]


def static_name(program, value, image, frames, ask):
    """What such a pointer is called: after its function, or the variable."""
    if value < image[1]:
        return f"→{frames[value + 1][-1][0]}()" if frames.get(value + 1) else "→code"
    return "→" + (variable(program, value, [], [], ask) or "static data")


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


@functools.lru_cache(4)
def variables(program, _when):
    """[(address, size, name)] of a program's variables."""
    out = subprocess.run(["nm", "-S", program], capture_output=True, text=True).stdout
    return [(int(at, 16), int(size, 16), name) for at, size, name in
            re.findall(r"^(\S+) (\S+) [bBdD] (\S+)$", out, re.MULTILINE)]


def variable(program, address, objects, names, ask):
    """What is at an address: object+offset, or a global's name. Of a program that may
    be hostile, which has its own way to ask, no symbols are read."""
    for o, name in zip(objects, names):
        if o["address"] <= address < o["address"] + o["size"]:
            return f"{name}+{address - o['address']}"
    if ask is not addr2line:
        return ""
    for at, size, name in variables(program, os.stat(program).st_mtime_ns):
        if at <= address < at + size:
            return name + (f"+{address - at}" if address > at else "")
    return ""


def addresses(result, image):
    """All of which the source line, or the function's name, is wanted."""
    log = result.get("log", [])
    pcs = [l["pc"] for l in log]
    pcs += [f.get(k, 0) for f in result.get("failures", [])
            for k in ("pc", "other_pc")]
    pcs += [o["pc"] for o in result.get("objects", [])]
    pcs += [l["value"] + 1 for l in log if is_static(l, image)]
    pcs += [pc for l in log for pc in l.get("calls", [])]
    return pcs + [pc for s in result.get("stuck", [])
                  for pc in (s["pc"], *(h["pc"] for h in s["holders"]))]


def describe(program, result, ask=addr2line, sources=None):
    """What the document says of processes, steps and failures."""
    log = result.get("log", [])
    image = result.get("image", (0, 0, 0))
    frames = symbolise(program, addresses(result, image), ask)
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
            s["shown"] = static_name(program, l["value"], image, frames, ask) \
                if is_static(l, image) else \
                value_words(l["value"], l.get("size", 8), objects, names)
        if l.get("kind") == "choice":
            s["chosen"] = l["value"]
        if "address" in l:
            s["address"] = l["address"]
        if "text" in l:
            s["label" if l["what"] == "l" else "text"] = l["text"]
        steps.append(s)
    fold_locks(steps)
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


def fold_locks(steps):
    """A lock that is made where it is declared: one thing, not the stores that make it."""
    for s in steps:
        if s.get("value") != LOCK_MAGIC or s.get("kind") != "write":
            continue
        for other in steps:
            if other["process"] == s["process"] and other["at"] == s["at"] and \
                    -LOCK_AT <= other.get("address", 0) - s["address"] < LOCK_SIZE - LOCK_AT:
                other.pop("shown", None)
        s["shown"] = "a lock that is free"


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
