# SPDX-License-Identifier: GPL-2.0-only
"""An execution that failed, to be asked: who held what at a step, who called whom,
which pointer led there, and who has replaced it since."""
import os
import re

OPENS = {"lock": "unlock", "trylock": "unlock", "read-lock": "read-unlock",
         "bit-lock": "bit-unlock", "rcu-read-lock": "rcu-read-unlock", "irq-off": "irq-on"}


def own(at, scheme):
    """Whether a place is in what the student writes, or in a wrong function."""
    return os.path.basename(at["file"]) == scheme + ".c" or "/wrong/" in at["file"]


def chain(step):
    """From where it is outwards: who called whom."""
    return [step["at"], *step.get("calls", [])]


def near(at):
    return f"{os.path.basename(at['file'])}:{at['line']}"


def listed(words):
    words = list(dict.fromkeys(words))
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def lock_word(text):
    """What a lock is called: “&task->alloc_lock” is alloc_lock, “&pid->lock” pid->lock."""
    last = (re.findall(r"\w+", text) or ["a lock"])[-1]
    return text.lstrip("&") if last == "lock" else last


LOOK_BACK = 600         # steps; a submission can make an execution long


class Hold:
    """Something that somebody had: a lock, or a read-side critical section."""

    def __init__(self, step, index):
        self.what, self.begins, self.ends = step["kind"], index, None
        self.address = step.get("address", 0)
        self.word = lock_word(step.get("text", ""))
        if self.what == "bit-lock":
            self.word = "the lock in the pointer"

    def has(self, story):
        where = story.where(self.begins)
        if self.what == "rcu-read-lock" and "preempt" in story.place(self.begins)["text"]:
            return f"has had preemption off since {where}"
        if self.what == "rcu-read-lock":
            return f"is in the read-side critical section that begins at {where}"
        if self.what == "irq-off":
            return f"has had interrupts off since {where}"
        return f"holds {self.word}{self.how()}, taken at {where}"

    def how(self):
        return " for reading" if self.what == "read-lock" else ""

    def had(self, story):
        where, until = story.where(self.begins), story.where(self.ends)
        if self.what == "rcu-read-lock":
            return f"its read-side critical section lasted from {where} to {until}"
        if self.what == "irq-off":
            return f"it had interrupts off from {where} to {until}"
        return f"it held {self.word}{self.how()} from {where} to {until}"


class Story:
    """A document that fails, and what can be read off it."""

    def __init__(self, doc, failure):
        self.doc, self.failure = doc, failure
        self.steps = doc["steps"] if failure else []
        self.scheme, self.causes = doc["scheme"] or "", set()
        self.holds = {}             # process: [Hold], in order of their beginning
        self.open = {}              # those of them that have not ended
        self.fails = self.failing()
        self.rcu = bool(failure) and failure["kind"] == "rcu-misuse" or any(
            s.get("kind", "").startswith(("grace-", "call-rcu")) or
            s.get("kind") == "rcu-read-lock" and "rcu" in s["at"]["text"] for s in self.steps)
        for n, step in enumerate(self.steps[:self.fails + 1]):
            self.follow(n, step)

    def failing(self):
        for n, step in enumerate(self.steps):
            if step["what"] == "failure" and step.get("text") == self.failure["text"]:
                return n
        return len(self.steps) - 1

    def follow(self, n, step):
        mine = self.holds.setdefault(step["process"], [])
        what, at = step.get("kind", ""), step.get("address", 0)
        open_ = self.open.setdefault(step["process"], [])
        if what in OPENS and step["what"] == "step":
            if what != "trylock" or self.took(n):
                mine.append(Hold(step, n))
                open_.append(mine[-1])
            return
        if what not in (*OPENS.values(), "write"):
            return
        for h in reversed(open_):
            if what == OPENS[h.what] and (h.address == at or what == "rcu-read-unlock") or \
                    h.what == "bit-lock" and what == "write" and h.address == at and \
                    not step.get("value", 0) & 1:
                h.ends = n
                open_.remove(h)
                return

    def took(self, n):
        """Whether a trylock got it: the next that its process does with it is an unlock."""
        one = self.steps[n]
        for step in self.steps[n + 1:]:
            if (step["process"], step.get("address")) == (one["process"], one.get("address")) \
                    and step.get("kind") in (*OPENS, *OPENS.values()):
                return step["kind"] == "unlock"
        return False

    # Names and places

    def name(self, process):
        names = self.doc.get("processes", [])
        return names[process] if 0 < process < len(names) else "the scenario itself"

    def own_places(self, n):
        return [at for at in chain(self.steps[n]) if own(at, self.scheme)]

    def place(self, n):
        """The student's line in a step, or else the outermost that there is, which
        is the scenario's; not the inside of what all share."""
        mine = self.own_places(n)
        return mine[0] if mine else chain(self.steps[n])[-1]

    def where(self, n):
        return near(self.place(n))

    def told(self, n):
        """“rcu.c:98, in lab_free_nsproxy()”: the line, and what was called there."""
        self.causes.add(n)
        inner, at = self.steps[n]["at"], self.place(n)
        inside = f", in {inner['function']}()" if inner["function"] != at["function"] else ""
        return near(at) + inside

    def entry(self, n):
        """The function of the student's that others called."""
        mine = self.own_places(n)
        return mine[-1]["function"] if mine else ""

    def object(self, n):
        step = self.steps[n]
        return step.get("object", "")

    # What was held

    def held(self, process, n):
        """What a process had right before a step."""
        return self.apart([h for h in self.holds.get(process, ())
                           if h.begins < n and (h.ends is None or h.ends >= n)])

    def apart(self, holds):
        """Without the sections that are only there because a lock, or interrupts off,
        holds off a grace period as well."""
        there = {self.where(h.begins) for h in holds if h.what != "rcu-read-lock"}
        return [h for h in holds if h.what != "rcu-read-lock" or
                self.where(h.begins) not in there]

    def ended(self, process, n, since=0):
        """What it had before, and no more: the last of each."""
        last = {}
        for h in self.holds.get(process, ()):
            if h.ends is not None and since <= h.ends < n:
                last[h.what, h.address] = h
        return self.apart(sorted(last.values(), key=lambda h: h.ends))[-2:]

    def protection(self, process, n):
        """“At rcu.c:98 reader holds no lock: it held …_lock from … to ….”"""
        self.causes.add(n)
        at = f"At {self.where(n)} {self.name(process)} "
        has = self.held(process, n)
        if has:
            self.causes.update(h.begins for h in has)
            return at + listed(h.has(self) for h in has) + "."
        had = self.ended(process, n)
        self.causes.update(h.ends for h in had)
        none = "holds no lock" + (" and is in no read-side critical section"
                                  if self.rcu else "")
        return at + none + (": " + listed(h.had(self) for h in had) if had else "") + "."

    # What happened to whom

    def before(self, n, wanted):
        """The last step before the nth for which wanted(step) is true, or None."""
        for i in range(n - 1, -1, -1):
            if wanted(self.steps[i]):
                return i
        return None

    def freed(self, name, n):
        return self.before(n, lambda s: s["what"] == "free" and s.get("object") == name)

    def replaced(self, process, n):
        """(read, write): a pointer that a process had read, and that another one has
        written since."""
        for i in range(max(0, n - LOOK_BACK), n):
            read = self.steps[i]
            if read["process"] != process or read.get("kind") != "read" or \
                    not read.get("shown", "").startswith("→") or \
                    not self.follows(process, i, n):
                continue
            for j in range(i + 1, n):
                write = self.steps[j]
                if write.get("address") == read.get("address") and \
                        write["process"] != process and \
                        write.get("kind") in ("write", "read-modify-write", "commit"):
                    return i, j
        return None

    def still_leads(self, name, n):
        """The last step that stored a pointer to an object where it still is; the
        student's, if one of them is."""
        cells = {}
        for i, s in enumerate(self.steps[:n]):
            if s.get("kind") in ("write", "read-modify-write", "commit") and "shown" in s:
                cells[s.get("address")] = i
        found = [i for i in cells.values()
                 if self.steps[i]["shown"].split("+")[0] == "→" + name
                 and self.steps[i].get("object") != name]
        return max(found, key=lambda i: (bool(self.own_places(i)), i), default=None)

    def follows(self, process, i, n):
        """Whether what was read there is looked into afterwards, up to the nth step."""
        name = self.steps[i]["shown"][1:].split("+")[0]
        return any(s["process"] == process and s.get("object") == name
                   for s in self.steps[i + 1:n + 1])

    def graces(self, process, n):
        """[(begins, ends)] of the grace periods that a process waited for."""
        out = []
        for i, s in enumerate(self.steps[:n]):
            if s["process"] != process:
                continue
            if s.get("kind") in ("grace-period-begins", "call-rcu"):
                out.append([i, None])
            elif s.get("kind") == "grace-period-ends" and out:
                out[-1][1] = i
        return [g for g in out if g[1] is not None]
