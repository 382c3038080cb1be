# SPDX-License-Identifier: GPL-2.0-only
"""The command labs/grader/prove: all mutants and all right submissions, often.

A trial is a submission and how it is tried: "grade", n times, or "vm", once. Its
outcome is a line of build/prove/N-name.jsonl, under the hash of all that it
depends on, so that a run goes on where another was stopped.
"""
import argparse
import concurrent.futures
import dataclasses
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

from . import confined, corroborate, labs, native, stages
from .cli import heed_ends, leave
from .handed_in import digest_of

ROUNDS = 20
BUILT = ("check", "build", "explore")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A submission, and what must become of it: full points without a mutant."""
    lab: labs.Lab
    name: str
    text: str
    mutant: labs.Mutant | None = None


def entries(lab):
    out = [Entry(lab, m.name, labs.mutated(lab, m), m) for m in labs.mutants(lab)]
    right = {"the reference": lab.reference_path, **labs.rights(lab)}
    return out + [Entry(lab, name, labs.read_text(path)) for name, path in right.items()]


def judges():
    """Files of the grader that have a say in a verdict: stages.py, what it imports, what
    that imports. Not measuring.py: what is measured is for a person to look at."""
    folder, found, new = os.path.dirname(__file__), set(), {"stages", "corroborate"}
    while new:
        found |= new
        text = "".join(labs.read_text(os.path.join(folder, n + ".py")) for n in new)
        named = re.findall(r"^ *from \. import \(?([\w, ]+)|^ *from \.(\w+) import", text,
                           re.MULTILINE)
        new = {n for names in named for n in re.findall(r"\w+", " ".join(names))
               if os.path.exists(os.path.join(folder, n + ".py"))} - found - {"measuring"}
    return [os.path.join(folder, n + ".py") for n in sorted(found)]


def depends_on(lab):
    """A hash of all that a verdict depends on, but for the submission and what must
    become of it."""
    paths = [os.path.join(lab.folder, "lab.toml"), *judges()]
    for top in (os.path.join(labs.CODE, "runtime"), lab.family_folder):
        paths += confined.builder.files_under(top, ".c", ".h", ".py", ".toml", ".mk", "explore")
    return digest_of(p for p in paths if "/tests/" not in p)


def complaint(entry, result):
    """Why this outcome is not what it must be; "" if it is."""
    build = [t for t in result["tasks"] if t["part"] == "build"]
    first = next((t for t in build if t["state"] != stages.PASSED), None)
    mutant = entry.mutant
    if not mutant:
        return f"marked down: {first['id']} {first['state']}: {first['reason']}" if first else ""
    if not first:
        return "lives: it got full points"
    if mutant.kind in ("build", "forbidden"):
        # What is forbidden may be seen in the text, or in what the compiler made of it.
        wanted = {"build": ("build",), "forbidden": ("check", "build")}[mutant.kind]
        stage = next((s["name"] for s in result["stages"] if s["state"] == stages.FAILED), "")
        if stage not in wanted or first["kind"] != mutant.kind:
            return f"fails in the stage “{stage}”, {first['kind']}, not in “{' or '.join(wanted)}”"
    else:
        # The task is the one whose check finds it; another may be charged.
        found = (first["found_by"] or first["id"], first["state"], first["kind"])
        if found != (mutant.task, stages.FAILED, mutant.kind):
            return (f"{' '.join(found)} ({first['reason']}), not {mutant.task} failed "
                    f"{mutant.kind}")
        if mutant.scenario not in ("", first["scenario"]):
            return f"found in {first['scenario']}, not in {mutant.scenario}"
    said = json.dumps(first, ensure_ascii=False) + str(result["stages"])
    return "" if re.search(mutant.says, said) else f"nothing names “{mutant.says}”"


def same(result):
    """A hash of what must not differ from one time to the next."""
    kept = {k: v for k, v in result.items()
            if k not in ("seconds", "memory_mb", "submission", "source", "stages")}
    kept["stages"] = [(s["name"], s["state"], s["said"]) for s in result["stages"]]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def handed_in(entry, tmp):
    path = os.path.join(tmp, entry.lab.source_name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(entry.text)
    return path


def try_grade(entry):
    with tempfile.TemporaryDirectory(prefix="prove-") as tmp:
        result = stages.Grading(entry.lab, handed_in(entry, tmp), BUILT, 1).run()
    if result["interrupted"]:
        raise KeyboardInterrupt
    return {"complaint": complaint(entry, result), "same": same(result),
            "seconds": result["seconds"]}


def try_vm(entry):
    """What the VM says. Of a wrong one it may see nothing; of a right one it must."""
    began = time.monotonic()
    seen = corroborate.vm(entry.lab, entry.text)
    bad = not entry.mutant and seen["state"] == corroborate.FAILED
    return {"complaint": f"the VM objects: {seen['said']}" if bad else "", "same": "",
            "state": seen["state"], "said": seen["said"],
            "seconds": round(time.monotonic() - began, 3)}


class Journal:
    """What was tried before, of the same sources."""

    def __init__(self, lab, name="prove"):
        folder = native.folder(name)
        os.makedirs(folder, exist_ok=True)
        self.path, self.of = os.path.join(folder, lab.name + ".jsonl"), depends_on(lab)
        self.lock, self.seen = threading.Lock(), {}
        for line in self.lines():
            if line.get("of") == self.of:
                self.seen[line["key"]] = line

    def lines(self):
        try:
            with open(self.path, encoding="utf-8") as f:
                for line in f:
                    try:
                        yield json.loads(line)
                    except ValueError:
                        pass            # the last one, of a run that was killed
        except OSError:
            pass

    @staticmethod
    def key(entry, how, n):
        text = hashlib.sha256(repr((entry.text, entry.mutant)).encode()).hexdigest()[:16]
        return f"{entry.name} {text} {how} {n}"

    def keep(self, key, outcome):
        line = {"key": key, "of": self.of, **outcome}
        with self.lock, open(self.path, "a", encoding="utf-8") as f:
            f.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.seen[key] = line


class Progress:
    """A line that counts, on a terminal; a line now and then, elsewhere."""

    def __init__(self, total, name="prove"):
        self.total, self.done, self.said, self.name = total, 0, 0.0, name
        self.live = sys.stderr.isatty()
        self.lock = threading.Lock()

    def __call__(self, entry, how, outcome):
        with self.lock:
            self.done += 1
            if outcome["complaint"]:
                print(f"{'' if not self.live else chr(13)}{entry.lab.name}, {entry.name}, {how}: "
                      f"{outcome['complaint']}", flush=True)
            if self.live or time.monotonic() - self.said > 60:
                self.said = time.monotonic()
                print(f"{self.name}: {self.done} of {self.total}", file=sys.stderr,
                      end="\r" if self.live else "\n", flush=True)


def prove(all_labs, times, with_vm, jobs):
    """{lab: (entries, journal)}, all tried; raises KeyboardInterrupt."""
    journals = {lab.name: Journal(lab) for lab in all_labs}
    listed = {lab.name: entries(lab) for lab in all_labs}
    todo = [(e, how, n) for n in range(times) for lab in all_labs for e in listed[lab.name]
            for how in ("grade", "vm") if how == "grade" or with_vm and n == 0]
    todo = [(e, how, n) for e, how, n in todo
            if Journal.key(e, how, n) not in journals[e.lab.name].seen]
    # Who cuts it short knows first whether the grader wrongs anybody.
    todo.sort(key=lambda t: (t[0].mutant is not None, t[1] == "vm"))
    tell = Progress(len(todo))

    def one(entry, how, n):
        outcome = (try_grade if how == "grade" else try_vm)(entry)
        journals[entry.lab.name].keep(Journal.key(entry, how, n), outcome)
        tell(entry, how, outcome)
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        for done in concurrent.futures.as_completed([pool.submit(one, *t) for t in todo]):
            done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return {name: (listed[name], journals[name]) for name in journals}


def row(name, listed, journal, times, with_vm):
    """What the proof says of a lab."""
    out = {"lab": name, "mutants": 0, "killed": 0, "right": 0, "marked_down": 0,
           "times": times, "differ": 0, "vm": with_vm, "vm_saw": 0, "seconds": 0.0}
    for entry in listed:
        tries = [journal.seen[Journal.key(entry, "grade", n)] for n in range(times)]
        bad = any(t["complaint"] for t in tries)
        seen = journal.seen[Journal.key(entry, "vm", 0)] if with_vm else {}
        out["differ"] += len({t["same"] for t in tries}) > 1
        out["seconds"] += sum(t["seconds"] for t in tries)
        if entry.mutant:
            out["mutants"] += 1
            out["killed"] += not bad
            out["vm_saw"] += seen.get("state") == corroborate.FAILED
        else:
            out["right"] += 1
            out["marked_down"] += bad or bool(seen.get("complaint"))
    out["seconds"] = round(out["seconds"] / (times * len(listed)), 2)
    return out


def show(rows):
    print(f"\n{'lab':20} {'wrong':>6} {'failed for':>11} {'right':>6} {'marked':>7} "
          f"{'times':>6} {'grades':>8} {'seen in':>8}\n{'':20} {'ones':>6} {'its reason':>11} "
          f"{'ones':>6} {'down':>7} {'each':>6} {'differ':>8} {'the VM':>8}")
    for r in rows:
        saw = r["vm_saw"] if r["vm"] else "-"
        print(f"{r['lab']:20} {r['mutants']:6} {r['killed']:11} {r['right']:6} "
              f"{r['marked_down']:7} {r['times']:6} {r['differ']:8} {saw:>8}")


def commit():
    done = subprocess.run(["git", "-C", labs.TOP, "rev-parse", "--short=12", "HEAD"], text=True,
                          capture_output=True, check=False)
    return done.stdout.strip() or "no commit"


def record(rows):
    """For the book: a lab that was proven whole. One that was not run keeps what
    stands of it."""
    from .report import write
    path, kept = os.path.join(labs.TOP, "Documentation", "labs", "proof.json"), {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            kept = {r["lab"]: r for r in json.load(f)["labs"]}
    for new in rows:
        kept[new["lab"]] = new | {"date": datetime.date.today().isoformat(), "commit": commit()}
    write(path, json.dumps({"format": "lab-proof", "version": 2,
                            "labs": [kept[n] for n in sorted(kept)]}, indent=1) + "\n")
    print(f"Recorded in {os.path.relpath(path)}")


def options(argv, doc):
    p = argparse.ArgumentParser(prog="labs/grader/prove", description=doc,
                                formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--lab", default="", help="only this one, by its number")
    p.add_argument("--times", type=int, default=ROUNDS, metavar="N")
    p.add_argument("--no-vm", action="store_true", help="not through the VM")
    p.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N")
    o = p.parse_args(argv)
    if o.times < 1 or o.jobs < 1:
        p.error("--times and --jobs are 1 or more")
    return o


def run(o):
    all_labs = [labs.load(o.lab)] if o.lab else labs.all_labs()
    proven = prove(all_labs, o.times, not o.no_vm, o.jobs)
    rows = [row(name, *proven[name], o.times, not o.no_vm) for name in proven]
    show(rows)
    fine = all(r["killed"] == r["mutants"] and not r["marked_down"] and not r["differ"]
               for r in rows)
    if o.times >= ROUNDS and not o.no_vm:
        record(rows)
    return 0 if fine else 1


def main(argv, doc):
    heed_ends()
    o = options(argv, doc)
    try:
        status = run(o)
    except labs.LabError as e:
        print(f"prove: {e}", file=sys.stderr)
        status = 2
    except KeyboardInterrupt:
        print("prove: interrupted; the same command goes on from here", file=sys.stderr)
        status = 130
    except (corroborate.NotRun, corroborate.jail.NoJail, OSError) as e:
        print(f"prove: {e}", file=sys.stderr)
        status = 3
    corroborate.stop()
    leave(status)
