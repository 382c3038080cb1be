# SPDX-License-Identifier: GPL-2.0-only
"""Mutants by statements: dropped, swapped, moved; locks, loops, ways out."""
import re

from . import mutate_c as c
from . import mutate_words as w


def fill(template, text, call):
    """A template of mutate_words.py with a call's arguments."""
    args = [text[slice(*a)] for a in call.args]
    out = template.replace("{*}", ", ".join(args))
    for n, arg in enumerate(args):
        out = out.replace("{%d}" % n, arg)
    return None if re.search(r"\{\d\}", out) else out


class Statements:
    """Each method yields (kind, edits), of a Maker's self.f and self.text."""

    # Statements

    def dropped(self):
        for s, _ in self.f.walk():
            if s.kind in ("point", "label") or s.kind == "declaration" and "=" not in self.of(
                    (s.begin, s.end)):
                continue
            if s.kind == "declaration":
                at = self.text.index("=", s.begin)
                yield "initialiser", [(at, s.end, ";")]
                continue
            yield "dropped", [(s.begin, s.end, ";" if s.alone else "")]
            if s.orelse:
                first, last = s.orelse[0].begin, s.orelse[-1].end
                yield "dropped", [(first, last, "" if not s.orelse[0].alone else ";")]

    def neighbours(self):
        for among in self.lists():
            real = [s for s in among if s.kind not in ("point", "label")
                    and self.f.mine(s.begin, s.end)]
            yield from zip(real, real[1:])

    def lists(self):
        yield self.f.statements
        for s, _ in c.walk(self.f.statements):
            yield from (inner for inner in (s.body, s.orelse) if inner)

    def swapped(self):
        for a, b in self.neighbours():
            if not (a.kind == b.kind == "declaration"):
                yield "swapped", self.exchange((a.begin, a.end), (b.begin, b.end))

    def exchange(self, a, b):
        """Edits that exchange two spans; a change of lines inside is evened out."""
        between = self.text[a[1]:b[0]]
        return [(a[0], b[1], self.of(b) + between + self.of(a))]

    def repeated(self):
        for s, _ in self.f.walk():
            code = self.of((s.begin, s.end))
            if s.kind == "expression" and re.match(r"\w+\(", code):
                yield "repeated", [(s.end, s.end, " " + " ".join(code.split()))] \
                    if not s.alone else [(s.begin, s.end, "{ %s %s }" % (code, code))]

    # Locks

    def lock_calls(self):
        """(statement, its list, call) of each lock, unlock, section's edge or wait."""
        for s, among in self.f.walk():
            if s.kind in ("expression", "declaration"):
                for call in c.calls(self.text, s.begin, s.end):
                    if call.name in w.PAIRS or call.name in w.UNLOCKS or \
                            call.name == "synchronize_rcu":
                        yield s, among, call

    def moved(self):
        """Into and out of blocks; over a neighbour is what swapped() does."""
        parents = {id(inner): s for s, _ in c.walk(self.f.statements)
                   for inner in (s.body, s.orelse)}
        for s, among, _ in self.lock_calls():
            real = [x for x in among if x.kind != "point"]
            at, code = real.index(s), self.of((s.begin, s.end))
            gone = (s.begin, s.end, ";" if s.alone else "")
            parent = parents.get(id(among))
            if parent and self.f.mine(parent.begin, parent.end) and not parent.alone:
                if at == 0:
                    yield "lock moved", [(parent.begin, parent.begin, code + " "), gone]
                if at == len(real) - 1:
                    yield "lock moved", [gone, (parent.end, parent.end, " " + code)]
            for other, before in ((real[at - 1], False) if at else (None, False),
                                  (real[at + 1], True) if at + 1 < len(real) else (None, True)):
                if other and other.braced and self.f.mine(other.begin, other.end):
                    yield "lock moved", self.into(other, gone, code, before)

    def into(self, other, gone, code, before):
        """Edits that put a statement to the near end of its neighbour's block."""
        if before:
            at = self.text.index("{", other.head[1] if other.head else other.begin) + 1
            return [gone, (at, at, " " + code)]
        at = self.text.rindex("}", other.begin,
                              other.orelse[0].begin if other.orelse else other.end)
        return [(at, at, code + " "), gone]

    def lock_exchanged(self):
        for s, _, call in self.lock_calls():
            siblings = []
            if call.name in w.PAIRS:
                unlock, others = w.PAIRS[call.name]
                siblings = [f"{o}({{*}})" for o in (*others, unlock)]
            elif call.name in w.UNLOCKS:
                lock = w.UNLOCKS[call.name]
                siblings = [f"{w.PAIRS[o][0]}({{*}})" for o in w.PAIRS[lock][1]] \
                    + [lock + "({*})"]
            for template in siblings + w.LOCK_CALLS.get(call.name, []):
                new = fill(template, self.text, call)
                if new:
                    yield "lock exchanged", [(call.begin, call.end, new)]

    def pairs_of_locks(self):
        """All calls of one lock in the function, dropped or exchanged together."""
        by_lock = {}
        for s, _, call in self.lock_calls():
            if call.name == "synchronize_rcu":
                continue
            lock = w.UNLOCKS.get(call.name, call.name)
            same = self.of(call.args[0]) if call.args else ""
            by_lock.setdefault((lock, same), []).append((s, call))
        for (lock, _), found in by_lock.items():
            if len(found) > 1:
                yield from self.paired(lock, found)

    def paired(self, lock, found):
        calls = [(call, call.name == lock) for _, call in found]
        if all(self.of((s.begin, s.end)).startswith(call.name) for s, call in found):
            yield "lock dropped", [(s.begin, s.end, ";" if s.alone else "") for s, _ in found]
        pairs = [(f"{o}({{*}})", f"{w.PAIRS[o][0]}({{*}})") for o in w.PAIRS[lock][1]]
        for taking, leaving in pairs + w.PAIRED.get(lock, []):
            edits = [(call.begin, call.end, fill(taking if takes else leaving, self.text, call))
                     for call, takes in calls]
            if all(new is not None for _, _, new in edits):
                yield "lock exchanged", [(b, e, new.replace(";", "(void)0")) for b, e, new in edits]

    # Loops and ways out

    def loops(self):
        for s, _ in self.f.walk():
            if s.kind != "loop":
                continue
            if s.braced:
                at = self.text.rindex("}", s.begin, s.end)
                yield "loop", [(at, at, "break; ")]
            else:
                inner = s.body[0]
                yield "loop", [(inner.begin, inner.end,
                                "{ %s break; }" % self.of((inner.begin, inner.end)))]
            if s.word == "while":
                yield "loop", [(s.begin, s.begin + len("while"), "if")]
            for call in c.calls(self.text, s.begin, s.head[1] + 1)[:1]:
                for template in w.LOOPS.get(call.name, []) if call.begin == s.begin else ():
                    yield "loop", [(call.begin, call.end, fill(template, self.text, call))]

    def values(self):
        """What the function returns anywhere, and nothing."""
        if self.f.returns == "void":
            return [""]
        found = [self.of((s.begin, s.end))[len("return"):-1].strip()
                 for s, _ in c.walk(self.f.statements) if s.kind == "return"]
        found.append("NULL" if self.f.returns.endswith("*") else "0")
        return list(dict.fromkeys(found))

    def returns(self):
        for s, _ in self.f.walk():
            code = self.of((s.begin, s.end))
            if s.kind in ("point", "declaration", "label"):
                continue
            for value in self.values():
                new = f"return {value};".replace(" ;", ";")
                if s.kind == "return":
                    if new != code:
                        yield "return", [(s.begin, s.end, new)]
                elif s.alone:
                    yield "return", [(s.begin, s.end, new)]
                else:
                    yield "return", [(s.begin, s.begin, new + " ")]

    def jumps(self):
        for s, _ in self.f.walk():
            if s.kind in ("break", "continue"):
                for word in {"break", "continue"} - {s.kind}:
                    yield "jump", [(s.begin, s.end, word + ";")]
                for value in self.values():
                    yield "jump", [(s.begin, s.end, f"return {value};".replace(" ;", ";"))]

    EVERY = (dropped, swapped, repeated, pairs_of_locks, moved, lock_exchanged, loops, returns,
             jumps)
