# SPDX-License-Identifier: GPL-2.0-only
"""Why a submission fails, in one plain sentence that names its functions."""
import os
import re

from . import check as code_check
from . import kernel_names, seen

TODO = re.compile(r"task (\S+) is not written yet: (\w+)\(\)")

# What each kind means, where a lab has no sentence of its own for it.
MEANS = {
    "use-after-free": "Whoever looks must keep the object alive until it is done, and whoever "
                      "frees must wait for that.",
    "double-free": "Each object goes through its free path once.",
    "leak": "Each reference that is taken must be dropped once, on the error paths too, and "
            "the last one frees.",
    "null-dereference": "A pointer that can be NULL is read once, and asked before it is "
                        "looked through.",
    "wild-access": "Before a pointer is followed it must have been set to one.",
    "out-of-bounds": "What is reached must lie within its object.",
    "list-corruption": "An entry is put on a list once, and taken off once.",
    "misaligned-access": "An address is a multiple of its type's alignment: what else is in "
                         "the word is to be masked first.",
    "data-race": "Two accesses to the same bytes, one of them a write and one of them plain, "
                 "need something that orders them: a lock that keeps one of the two out, or a "
                 "release that an acquire reads from.",
    "sleep-in-atomic": "Within a read-side critical section, under a spinlock or in a callback "
                       "nobody may sleep.",
    "rcu-misuse": "Each section that begins ends once; rcu_dereference() stands inside of one, "
                  "and a wait for a grace period outside.",
    "lock-misuse": "Each lock is initialised once, and released once by whoever took it, on "
                   "each way out.",
    "lock-order": "Two locks need one order, the same for everybody.",
    "deadlock": "Nobody is left who could let them go on.",
    "livelock": "Nobody is left who could make the change that it waits for.",
    "violated-rule": "The object noticed by itself that it is misused.",
    "invariant": "The scenario asks for that, whatever the order of turns was.",
    "bug-on": "The kernel stops here: what it rules out has happened.",
    "warning": "The kernel's own check would complain here.",
    "endless": "Each loop must come to an end.",
    "endless-memory": "An execution of a scenario needs a few objects only.",
    "stack-overflow": "A stack has 128 KiB, and each variable on it its size.",
    "fault": "It brought the explorer down; that is never clean.",
    "limit": "It does far more than this task needs.",
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


def in_words(lab, finding, text):
    """A finding of the compiler's or the linker's, by the name that it is about."""
    lines = text.splitlines()
    line = lines[finding["line"] - 1] if 0 < finding["line"] <= len(lines) else ""
    return kernel_names.explained(code_check.headers(lab), finding["text"], line) or \
        finding["text"]


def means(check, doc, said):
    """What was seen, the lab's own sentence for the kind, and the rule that holds
    whatever it was: no more than there is need for."""
    kind = doc["kind"]
    ours = check.because.get(kind, "").strip()
    sentences = [capital(s) for s in (*said, ours or MEANS.get(kind, "")) if s]
    return " ".join(s + ("" if s.endswith((".", "?")) else ".") for s in sentences)


def capital(text):
    """A sentence's head. A function or a lock is called what it is called."""
    return text if re.match(r"\S*[_(&\d]", text) else text[:1].upper() + text[1:]


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


def place_of(story):
    """Where in the submission the failing process was: a fault often shows in code
    that all schemes share, where there is nothing to mend. If it was in none of that,
    where who freed the object was. Else None."""
    mine = story.own_places(story.fails) if story.steps else []
    written = seen.led_astray(story)[1] if story.failure["kind"] == "wild-access" and \
        story.steps else None
    if written is not None and story.own_places(written):
        return story.own_places(written)[0]
    if mine or not story.steps:
        return mine[0] if mine else None
    if story.failure["kind"] == "leak":
        steps = [n for n in seen.left_over(story)[1] if story.own_places(n)]
        return story.own_places(steps[-1])[0] if steps else None
    warned = [n for n in story.causes if story.steps[n]["what"] == "failure"
              and story.own_places(n)]
    if warned:
        return story.own_places(warned[0])[0]
    return freed_at(story) or waits_at(story) or last_cause(story)


def freed_at(story):
    """Where in the submission the object that is reached was freed."""
    if not story.steps:
        return None
    free = story.freed(story.object(story.fails), story.fails)
    mine = story.own_places(free) if free is not None else []
    return mine[0] if mine else None


def last_cause(story):
    """The last of the submission's lines that have a part in it."""
    for n in sorted(story.causes, reverse=True):
        if story.own_places(n):
            return story.own_places(n)[0]
    return None


def waits_at(story):
    """Where in the submission one of those waits who can't go on."""
    for s in story.doc.get("stuck", []):
        for at in (s["at"], *(h["at"] for h in s["holders"])):
            if seen.own(at, story.scheme):
                return at
    return None


def other_place(story):
    """Where in the submission the other party was, if it was there."""
    failure = story.failure
    if failure.get("other") and seen.own(failure["other"], story.scheme):
        return failure["other"]
    other = seen.other_step(story) if story.steps else None
    mine = story.own_places(other) if other is not None else []
    return mine[0] if mine else freed_at(story) if story.steps else None


def given_code_last(lab, story, where, other):
    """The two places of a data race, which has no guilty one by itself: that in a function
    that is written in this lab comes before that in one that is given."""
    of = {c.function for c in lab.cuts}
    if not (other and story.failure and story.failure["kind"] == "data-race"):
        return where, other
    given = where["function"] not in of and where["function"].startswith("lab_")
    return (other, where) if given and other["function"] in of else (where, other)


def charged(lab, task, story):
    """(task, function): another task's function that is at fault, and nobody of this
    one's; or None."""
    of = {c.function: c.task for c in lab.cuts}
    found = {}
    for party in seen.at_fault(story):
        known = [f for f in party if f in of]
        if not known:
            return None
        found.setdefault(of[known[0]], known[0])
    if len(found) != 1 or {task.id, *task.again} & set(found):
        return None
    return next(iter(found.items()))


def say_place(at):
    return {"file": os.path.basename(at["file"]), "line": at["line"],
            "function": at["function"], "text": at["text"]}


def actor(doc, number):
    """As it stands above its lane."""
    names = doc.get("processes", [])
    if number == 0 or number >= len(names):
        return "the scenario itself"
    return names[number]


def freed_by(story, freer, where):
    """“self has freed, in lab_g()”"""
    found = freed_at(story)
    same = found and where and found["function"] == where["function"]
    if freer == actor(story.doc, story.failure["process"]):
        freer = "it"
    there = f", in {found['function']}()" if found and not (same and freer == "it") else ""
    return f"{freer} has freed{there}"


def other_function(failure):
    """“ in lab_g()”: where the other party to a race was."""
    other = failure.get("other")
    return f" in {other['function']}()" if other and other["function"] != "?" else ""


def sentence(doc, story):
    """What went wrong, for people."""
    failure = main_failure(doc)
    if not failure:
        return f"The explorer says: {doc.get('kind') or doc.get('verdict')}."
    kind, text = failure["kind"], failure["text"]
    where = story.own_places(story.fails)[:1] if story.steps else []
    where = where[0] if where else None
    who = actor(doc, failure["process"])
    if where or failure["process"] and failure["at"]["function"] != "?":
        who = f"In {(where or failure['at'])['function']}(), {who}"
    else:
        who = who[:1].upper() + who[1:]
    freer = re.search(r"bytes that (.+) has freed", text)
    freer = freer.group(1) if freer else "somebody"
    if kind == "use-after-free":
        verb = "writes to" if "-byte write" in text else "reads"
        return f"{who} {verb} memory that {freed_by(story, freer, where)}."
    if kind == "double-free":
        return f"{who} frees what {freed_by(story, freer, where)} before."
    if kind == "leak":
        count = text.split(" ")[0] if text[:1].isdigit() else "Some"
        what = "One object was" if count == "1" else f"{count} objects were"
        name = seen.left_over(story)[0]
        return f"{what} never freed" + (f", {name} among them." if name and count != "1" else
                                        f": {name}." if name else ".")
    if kind == "null-dereference":
        return f"{who} looks through a NULL pointer{' with a tag' * ('with a tag' in text)}."
    if kind in ("wild-access", "out-of-bounds", "misaligned-access"):
        what = {"wild-access": "goes on from an entry that was taken off its list"
                if "poisoned" in text else "follows a pointer that leads nowhere",
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
