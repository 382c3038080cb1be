# SPDX-License-Identifier: GPL-2.0-only
"""Why a submission fails, in one plain sentence that names its functions."""
import os
import re

from . import check as code_check
from . import labs

TODO = re.compile(r"task (\S+) is not written yet: (\w+)\(\)")

# What each kind means, where a lab has no sentence of its own for it.
MEANS = {
    "use-after-free": "Whoever looks must keep the object alive until it is done, and whoever "
                      "frees must wait for that.",
    "double-free": "Two paths each believe that the last reference was theirs.",
    "leak": "Each reference that is taken must be dropped once, on the error paths too.",
    "null-dereference": "The pointer can be NULL here: ask before you look through it.",
    "wild-access": "The pointer is no pointer: it was never set, or it holds something else.",
    "out-of-bounds": "The pointer is beside its object.",
    "misaligned-access": "A tag or a lock bit is still in the pointer: mask it first.",
    "data-race": "Mark both accesses (READ_ONCE, WRITE_ONCE, rcu_dereference ...), or let a "
                 "lock order them.",
    "sleep-in-atomic": "Within a read-side critical section, under a spinlock or in a callback "
                       "nobody may sleep.",
    "rcu-misuse": "RCU's rules are about where each of its calls may stand.",
    "lock-misuse": "Each lock is initialised once, and released once by whoever took it, on "
                   "each way out.",
    "lock-order": "Two locks need one order, the same for everybody.",
    "deadlock": "Each of them waits for another of them, for ever.",
    "livelock": "It waits for a change that nobody will make.",
    "violated-rule": "The object noticed by itself that it is misused.",
    "invariant": "The scenario asks for that, whatever the order of turns was.",
    "warning": "The kernel's own check would complain here.",
    "endless": "There is a loop that does not end.",
    "endless-memory": "It allocates in a loop that does not end.",
    "stack-overflow": "A function calls itself without end, or a variable was overrun.",
    "fault": "It brought the explorer down; that is never clean.",
    "limit": "It does far more than this task needs.",
}


# What a kind means where one and the same frees and comes to it: no race is needed.
ALONE = {
    "use-after-free": "Who comes to it here has freed it itself. Either that was too early (one "
                      "put too many, or nobody asked who else still has it), or this use is too "
                      "late.",
    "double-free": "Both times it was the same one: a put too many, or a free that asked nobody "
                   "who else still has it.",
}


# What the compiler says of a slip, and what the slip was.
SLIPS = [
    (r"invalid storage class for function ‘(\w+)’",
     "{0}() stands inside the function above it: a }} is missing there."),
    (r"expected declaration or statement at end of input", "A }} is missing above."),
    (r"^/.*error: ‘(lab_\w+)’ undeclared here",
     "The file ends with what calls {0}(): leave it its name, and the skeleton's other "
     "functions theirs."),
    (r"^/.*error: too (?:few|many) arguments to function ‘(lab_\w+)’",
     "Others call {0}(): leave it the parameters that it has in the skeleton."),
]


def slip(said):
    """A sentence about what the compiler said, where its own leads astray."""
    for pattern, sentence_ in SLIPS:
        found = re.search(pattern, said)
        if found:
            return sentence_.format(*found.groups())
    return ""


def missing_header(lab, said):
    """What the machine takes for nobody's function may be in a header that is not included."""
    found = re.match(r"(\w+) can't be used here: it is none of", said)
    for header, path in code_check.headers(lab).items() if found else ():
        if header.startswith("linux/") and re.search(
                rf"^[^*\n]*\b{found[1]}\(", labs.read_text(path), re.MULTILINE):
            return f"{found[1]}() is in <{header}>: include that"
    return ""


def means(check, doc):
    """The lab's own sentence for a kind, or the usual one. The lab's are about two
    parties, but for the scenarios with one actor, which are called alone_."""
    kind = doc["kind"]
    said = check.because.get(kind, "").strip() or MEANS.get(kind, "")
    if kind in ALONE and alone(doc) and not check.scenario.startswith("alone_"):
        said = ALONE[kind]
    said = capital(said)
    return said + ("" if said.endswith((".", "?")) else ".")


def capital(text):
    """A sentence's head. A function or a lock is called what it is called."""
    return text if re.match(r"\S*[_(&]", text) else text[:1].upper() + text[1:]


def main_failure(doc):
    """The failure that the document is about."""
    for failure in doc.get("failures", []):
        if failure["kind"] == doc.get("kind"):
            return failure
    return None


def not_written(doc):
    """(task, function) if a skeleton's sentinel was reached, or None."""
    failure = main_failure(doc)
    found = failure and failure["kind"] == "invariant" and \
        TODO.fullmatch(failure.get("text", ""))
    return found.groups() if found else None


def own(at, scheme):
    """Whether a place is in what the student writes, or in a wrong function."""
    return os.path.basename(at["file"]) == scheme + ".c" or "/wrong/" in at["file"]


def place_of(doc, failure):
    """Where in the submission the failing process was: a fault often shows in
    code that all schemes share, where there is nothing to mend. If it was in
    none of that, where who freed the object was."""
    scheme = doc["scheme"]
    if own(failure["at"], scheme):
        return failure["at"]
    if failure["kind"] == "leak":       # that is where it was allocated
        return None
    last = None
    for step in doc["steps"]:
        if step["step"] > failure["step"]:      # some failures don't end an execution
            break
        if step["process"] == failure["process"] and own(step["at"], scheme):
            last = step["at"]
    return last


def other_place(doc, failure):
    """Where in the submission the other party was, if it was there."""
    if failure.get("other") and own(failure["other"], doc["scheme"]):
        return failure["other"]
    freer = re.search(r"bytes that (.+) has freed", failure["text"])
    return freer and freed_at(doc, freer.group(1))


def say_place(at):
    return {"file": os.path.basename(at["file"]), "line": at["line"],
            "function": at["function"], "text": at["text"]}


def actor(doc, number):
    """As it stands above its lane."""
    names = doc.get("processes", [])
    if number == 0 or number >= len(names):
        return "the scenario itself"
    return names[number]


def alone(doc):
    """Whether who freed the object is who then came to it."""
    failure = main_failure(doc)
    freer = failure and re.search(r"bytes that (.+) has freed", failure["text"])
    return bool(freer) and freer.group(1) == actor(doc, failure["process"])


def freed_at(doc, freer):
    """In which step of theirs the one who freed was."""
    names = doc.get("processes", [])
    last = found = None
    for step in doc["steps"]:
        if step["process"] < len(names) and names[step["process"]] == freer:
            if own(step["at"], doc["scheme"]):
                last = step["at"]
            if step["what"] == "free":
                found = last
    return found


def freed_by(doc, failure, freer, where):
    """“self has freed, in lab_g()”"""
    found = freed_at(doc, freer)
    same = found and where and found["function"] == where["function"]
    if freer == actor(doc, failure["process"]):
        freer = "it"
    there = f", in {found['function']}()" if found and not (same and freer == "it") else ""
    return f"{freer} has freed{there}"


def other_function(failure):
    """“ in lab_g()”: where the other party to a race was."""
    other = failure.get("other")
    return f" in {other['function']}()" if other and other["function"] != "?" else ""


def sentence(doc):
    """What went wrong, for people."""
    failure = main_failure(doc)
    if not failure:
        return f"The explorer says: {doc.get('kind') or doc.get('verdict')}."
    kind, text = failure["kind"], failure["text"]
    where = place_of(doc, failure)
    who = actor(doc, failure["process"])
    if where or failure["process"] and failure["at"]["function"] != "?":
        who = f"In {(where or failure['at'])['function']}(), {who}"
    else:
        who = who[:1].upper() + who[1:]
    freer = re.search(r"bytes that (.+) has freed", text)
    freer = freer.group(1) if freer else "somebody"
    if kind == "use-after-free":
        verb = "writes to" if "-byte write" in text else "reads"
        return f"{who} {verb} memory that {freed_by(doc, failure, freer, where)}."
    if kind == "double-free":
        return f"{who} frees what {freed_by(doc, failure, freer, where)} before."
    if kind == "leak":
        count = text.split(" ")[0] if text[:1].isdigit() else "Some"
        what = "One object was" if count == "1" else f"{count} objects were"
        return (f"{what} never freed: a reference is left over on what "
                f"{failure['at']['function']}() made.")
    if kind == "null-dereference":
        return f"{who} looks through a NULL pointer{' with a tag' * ('with a tag' in text)}."
    if kind in ("wild-access", "out-of-bounds", "misaligned-access"):
        what = {"wild-access": "follows a pointer that leads nowhere",
                "out-of-bounds": "reaches beside an object",
                "misaligned-access": "uses an address that is off its alignment"}[kind]
        return f"{who} {what} ({text})."
    if kind == "data-race":
        found = re.fullmatch(r"(.*) by (.*) and (.*) by (.*) are not ordered by anything", text)
        if found and failure.get("other"):
            first, who1, second, who2 = found.groups()
            return (f"A {first} by {who1}{other_function(failure)} and a {second} by {who2} in "
                    f"{failure['at']['function']}() reach the same memory, and nothing orders "
                    "them.")
    if kind == "sleep-in-atomic":
        found = re.search(r"may sleep, in (.*)$", text)
        return f"{who} does what may sleep, within {found.group(1) if found else text}."
    if kind == "invariant":
        return f"It does not do its job: expected was “{text.removeprefix('not so: ')}”."
    if kind == "violated-rule":
        return f"{who} broke a rule: {text}."
    if kind == "warning":
        return f"{who} sets off a warning: {text}."
    if kind in ("deadlock", "livelock"):
        text += ": nobody can go on"
    inside = f", in {where['function']}()" if where else ""
    return f"{capital(text.rstrip('?'))}{inside}{'?' if text.endswith('?') else '.'}"
