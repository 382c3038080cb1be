# SPDX-License-Identifier: GPL-2.0-only
"""A schedule that somebody wrote down: reader:read_pointer,self:end,reader:end

Each turn is ACTOR:LABEL: this actor runs until it has passed lab_point(LABEL).
Instead of a label, "end" (until it is done) and "blocks" (until it has to
wait). Turns are separated by commas, semicolons or spaces; a name with spaces
is written as it is, or with _ for each. "work" and "callbacks" are all that
are queued, callback_1 is the first of them. The debug kernels read the same
(labs/debug/debug run --schedule).
"""
import difflib
import os
import re

import builder
import described

MOST_TURNS = 48
MOST_TEXT = 4000
ENDS = ("end", "blocks")
GROUPS = ("work", "callbacks")


def parse(text):
    """[(actor, label)], spaces of names as _."""
    if len(text) > MOST_TEXT:
        raise builder.BuildError("this guide is longer than "
                                 f"{MOST_TEXT} characters")
    turns, rest = [], text
    while rest := rest.lstrip(" ,;\t\n"):
        turn = re.match(r"([^:,;]{1,40}):(\w{1,60})(?=[\s,;]|$)", rest)
        if not turn:
            raise builder.BuildError(
                f"“{rest[:40]}” does not begin with ACTOR:LABEL. A guide is, "
                "for example, one:read_pointer,two:end")
        name = re.sub(r"\s+", "_", turn.group(1).strip())
        turns.append((name, turn.group(2)))
        rest = rest[turn.end():]
    if not turns:
        raise builder.BuildError("this guide has no turn; an example is "
                                 "one:read_pointer,two:end")
    if len(turns) > MOST_TURNS:
        raise builder.BuildError(f"a guide has {MOST_TURNS} turns at most, "
                                 f"this one has {len(turns)}")
    return turns


def canonical(turns):
    return ",".join(f"{who}:{label}" for who, label in turns)


def close(word, words):
    near = difflib.get_close_matches(word, words, 1)
    return f"; did you mean {near[0]}?" if near else ""


def labels_in(prog):
    """All labels that are in the sources of a program and their headers."""
    texts = [text for _, text, _ in prog.texts()]
    if prog.family:
        texts += [builder.read(p).decode(errors="replace")
                  for p in builder.files_under(prog.family, ".h")]
    return {label for text in texts
            for label in re.findall(r"\blab_point\((\w+)\)", text)}


def check(turns, prog):
    """Refuse a label that is nowhere, before anything runs."""
    there = labels_in(prog)
    for who, label in turns:
        if label not in there and label not in ENDS:
            raise builder.BuildError(
                f"{who}:{label}: there is no label “{label}” in what runs here"
                f"{close(label, sorted(there))}\n"
                "(--labels lists those that each actor passes)")


def by_actor(result):
    """{name: [labels, in the order in which they were first passed]}."""
    out = {name: [] for name in result.get("actors", [])}
    for entry in result.get("labels", []):
        out.setdefault(entry["name"], []).append(entry["label"])
    return out


def show_labels(labels, cut):
    width = max(map(len, labels))
    for name, passed in labels.items():
        print(f"  {name:{width}}  {' '.join(passed + ['end'])}")
    if cut:
        print(f"(seen in the first {cut} executions)")


WAITS = {
    "lock": "for {lock}", "read-lock": "for {lock}, to read",
    "bit-lock": "for a bit lock",
    "grace-period-ends": "for a grace period",
    "callback": "for its grace period",
    "rcu-barrier": "for callbacks",
    "flush-work": "for a work to be done",
    "work": "for its own last run",
    "wait-for-completion": "for a completion that nobody has signalled",
    "wait": "for a wake-up",
    "spin": "in a loop, for what it reads to change",
    "irq-enter": "for interrupts to be on",
}
HOLDS = {
    "lock": "{who} holds it{since}", "read-lock": "{who} holds it{since}",
    "bit-lock": "{who} has it{since}",
    "grace-period-ends": "{who} is in a read-side critical section{since}",
    "callback": "{who} is in a read-side critical section{since}",
    "irq-enter": "{who} has them off{since}",
    "rcu-barrier": "{who} is not done", "flush-work": "{who} is not done",
    "work": "{who} is not done",
}


def blocked(trouble, names, where):
    """Why a process can't go on, and who would have to."""
    kind = trouble["waits"]
    me = names[trouble["process"]]
    holders = trouble["holders"]
    if kind == "interrupted":
        return (f"{me} can't go on until {names[holders[0]['process']]}, which "
                "interrupts it, is done")
    lock = trouble["lock"].lstrip("&") or "a lock"
    text = f"{me} can't go on: it waits {WAITS[kind].format(lock=lock)}"
    place = where(trouble["pc"])
    text += f" ({place})" if place else ""
    said = []
    for holder in holders:
        place = where(holder["pc"])
        said.append(HOLDS[kind].format(
            who=names[holder["process"]] if holder["process"] !=
            trouble["process"] else "itself",
            since=f" since {place}" if place else ""))
    return text + (", and " + ", ".join(said) if said else "")


def trouble_text(program, result, turns):
    """What a guide asked for that can't be: one sentence, and what to do."""
    trouble = result["trouble"]
    n = trouble["turn"]
    who, label = turns[n]
    names = [p["name"] for p in result["processes"]]
    actors = result["actors"]
    head = f"turn {n + 1}, {who}:{label}: "
    pcs = [trouble.get("pc", 0)] + [h["pc"] for h in trouble.get("holders", [])]
    frames = described.symbolise(program, pcs)

    def where(pc):
        _, path, line = described.place(frames.get(pc, []))
        return f"{os.path.basename(path)}:{line}" if line else ""
    why = trouble["why"]
    if why == "unknown":
        known = [a.replace(" ", "_") for a in actors]
        return (f"{head}there is no actor “{who}”"
                f"{close(who, known + list(GROUPS))}\n"
                f"There are: {', '.join(known)}; and work, callbacks "
                "for what they queue")
    if why == "not queued":
        there = ", ".join(q.replace(" ", "_") for q in trouble["queued"])
        what = {"work": "no work is", "callbacks": "no callback is"}.get(
            who, f"no “{who.replace('_', ' ')}” is")
        return (f"{head}{what} queued by then; "
                f"{'there are: ' + there if there else 'nothing is'}")
    if why == "blocked":
        return (head + blocked(trouble, names, where) +
                f". Let others go on first; “{who}:blocks” says that it "
                "should run into this")
    me = names[trouble["process"]]
    if why == "never blocked":
        return f"{head}{me} never had to wait, it ran to its end"
    if label == "end":
        return f"{head}{me} had come to its end in an earlier turn"
    before = sorted({p["turn"] + 1 for p in trouble["passed"]
                     if p["label"] == label})
    passed = list(dict.fromkeys(p["label"] for p in trouble["passed"]))
    text = f"{head}{me} came to its end without passing {label}"
    if before:
        text += " once more: it had passed it in turn " + \
            ", ".join(map(str, before))
    return text + ("; in this run it passed: " + ", ".join(passed)
                   if passed else "; it passes no label in this run")
