# SPDX-License-Identifier: GPL-2.0-only
"""Makes the mutants of a lab: each way in which one small thing can be wrong.

A change keeps the number of lines, as the tables of changes by hand do: what
only moves a line has the same code.
"""
import dataclasses
import difflib
import functools
import random
import re

from . import labs
from . import mutate_c as c
from . import mutate_words as w


@dataclasses.dataclass(frozen=True)
class Mutant:
    """edits: (begin, end, new text) in the reference, in order, apart."""
    lab: labs.Lab
    kind: str
    function: str
    edits: tuple

    @functools.cached_property
    def text(self):
        """The submission."""
        out, at = "", 0
        reference = labs.reference(self.lab)
        for begin, end, new in self.edits:
            lines = reference.count("\n", begin, end) - new.count("\n")
            out += reference[at:begin] + new + "\n" * lines
            at = end
        return out + reference[at:]

    @functools.cached_property
    def change(self):
        """(old lines, new lines): what is changed, with as much before it as
        makes it stand in one place only. No comments, no lab_point()s."""
        reference = labs.reference(self.lab)
        old, new = (code_lines(t[slice(*labs.change.function_span(t, self.function))])
                    for t in (reference, self.text))
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        last = 0
        while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
            last += 1
        end = len(old) - last
        while first and (first == end or occurs(old[first:end], old) > 1):
            first -= 1
        return shortened(old[first:end], new[first:len(new) - last])

    @property
    def name(self):
        return f"{self.function}()"

    def __str__(self):
        old, new = self.change
        return f"{self.function}(), {self.kind}:\n" + "\n".join(
            [f"  - {line}" for line in old.splitlines()]
            + [f"  + {line}" for line in new.splitlines()])


def code_lines(text):
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)
    text = re.sub(r"lab_point\(\w+\);", " ", text)
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def shortened(old, new):
    """Both as text, with ... for most of what is the same in the middle."""
    out = ([], [])
    for what, *spans in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        for lines, said, first, last in zip((old, new), out, spans[::2], spans[1::2]):
            said += [lines[first], "...", lines[last - 1]] \
                if what == "equal" and last - first > 3 else lines[first:last]
    return "\n".join(out[0]), "\n".join(out[1])


def occurs(part, whole):
    return sum(whole[n:n + len(part)] == part for n in range(len(whole) - len(part) + 1))


def fill(template, text, call):
    """A template of mutate_words.py with a call's arguments."""
    args = [text[slice(*a)] for a in call.args]
    out = template.replace("{*}", ", ".join(args))
    for n, arg in enumerate(args):
        out = out.replace("{%d}" % n, arg)
    return None if re.search(r"\{\d\}", out) else out


class Maker:
    """The mutants of one function. Each method yields (kind, edits)."""

    def __init__(self, lab, function, headers):
        self.lab, self.f, self.headers = lab, function, headers
        self.text = function.text

    def of(self, span):
        return self.text[slice(*span)]

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

    # Operations

    def operations(self):
        for s, span in self.f.expressions():
            for call in c.calls(self.text, *span):
                for kind, table in (("weaker", w.WEAKER), ("stronger", w.STRONGER),
                                    ("operation", w.OTHER)):
                    for template in table.get(call.name, []):
                        new = fill(template, self.text, call)
                        if new:
                            yield kind, [(call.begin, call.end, new)]

    def plain(self):
        """Plain accesses get a marking."""
        for s, span in self.f.expressions():
            code = self.of(span)
            store = re.fullmatch(r"(\w+(?:->\w+)+|\*\w+) = ([^;=]+);", code)
            if s.kind == "expression" and store:
                for call in ("WRITE_ONCE(%s, %s);", "smp_store_release(&%s, %s);"):
                    yield "stronger", [(*span, call % (store[1], store[2]))]
            for found in re.finditer(r"(?<![\w&>.])\w+(?:->\w+|\.\w+)+(?!\w|->|\.|\(| = )", code):
                begin = span[0] + found.start()
                if not self.addressed(span[0], begin):
                    yield "stronger", [(begin, begin + len(found[0]), f"READ_ONCE({found[0]})")]

    def addressed(self, begin, at):
        """Whether the expression at `at` is one whose address is taken."""
        return self.text[begin:at].rstrip(" (").endswith("&") and not \
            self.text[begin:at].rstrip(" (").endswith("&&") or \
            re.search(r"(READ_ONCE|rcu_\w+|smp_\w+|RCU_INIT_POINTER|WRITE_ONCE)\($",
                      self.text[begin:at])

    def called(self):
        for s, span in self.f.expressions():
            for call in c.calls(self.text, *span):
                if s.kind == "loop" and call.begin == s.begin:
                    continue
                if s.kind == "expression" and call.begin == s.begin:
                    continue            # dropped() does that
                for arg in call.args:
                    yield "call", [(call.begin, call.end, self.of(arg))]
                for value in ("NULL", "0"):
                    yield "call", [(call.begin, call.end, value)]

    # Conditions and constants

    def conditions(self):
        for s, span in self.f.expressions():
            if s.kind == "if" or s.kind == "loop" and s.word in ("while", "do"):
                inner = self.of(span)
                acts = "(" in inner or re.search(r"[^=!<>]=[^=]", inner)
                yield "condition", [(*span, f"!({inner})")]
                for value in ("true", "false"):
                    yield "condition", [(*span, value)]
                    if acts:
                        yield "condition", [(*span, f"(({inner}), {value})")]
            yield from self.operands(span)

    def operands(self, span):
        words = c.tokens(self.text, *span)
        for n, word in enumerate(words):
            if word.text in ("&&", "||"):
                other = "||" if word.text == "&&" else "&&"
                left, right = self.sides(words, n, span)
                yield "condition", [(word.begin, word.end, other)]
                yield "condition", [(left, word.end, "")]
                yield "condition", [(word.begin, right, "")]
                yield "condition", self.exchange(c.stripped(self.text, (left, word.begin)),
                                                 c.stripped(self.text, (word.end, right)))
            elif word.text in w.COMPARISONS:
                for other in w.COMPARISONS:
                    if other != word.text:
                        yield "condition", [(word.begin, word.end, other)]
            elif word.text == "!":
                yield "condition", [(word.begin, word.end, "")]

    def sides(self, words, n, span):
        """Where the operands of && or || begin and end."""
        stops = ("&&", "||", ",", ";", "return", "=")
        depth, left = 0, span[0]
        for word in reversed(words[:n]):
            depth += word.text in c.CLOSES.values()
            depth -= word.text in c.CLOSES
            if depth < 0 or not depth and word.text in stops:
                left = word.end
                break
        depth, right = 0, span[1]
        for word in words[n + 1:]:
            depth += word.text in c.CLOSES
            depth -= word.text in c.CLOSES.values()
            if depth < 0 or not depth and word.text in stops:
                right = word.begin
                break
        return left, right

    def constants(self):
        for s, span in self.f.expressions():
            words = c.tokens(self.text, *span)
            for n, word in enumerate(words):
                place = (word.begin, word.end)
                if word.kind == "number":
                    value = int(re.match(r"0x[0-9a-fA-F]+|\d+", word.text)[0], 0)
                    for new in {value + 1, value - 1, 0} - {value}:
                        yield "constant", [(*place, str(new) if new >= 0 else f"({new})")]
                elif word.text in w.CONSTANTS:
                    for new in w.CONSTANTS[word.text]:
                        yield "constant", [(*place, new)]
                elif word.text == "-" and n and not (words[n - 1].kind in ("name", "number") and
                                                     words[n - 1].text != "return"):
                    yield "constant", [(*place, "")]

    # Variables

    def candidates(self):
        """{type: expressions of it}: variables, globals, and members of variables."""
        names = {**self.headers.globals, **self.f.names}
        out = {}
        for name, kind in names.items():
            out.setdefault(kind, []).append(name)
        for name, kind in self.f.names.items():
            struct = re.fullmatch(r"struct (\w+) \*", kind)
            for member, of in self.headers.members.get(struct[1], {}).items() if struct else ():
                if of.endswith("*"):
                    out.setdefault(of, []).append(f"{name}->{member}")
        return names, out

    def variables(self):
        names, candidates = self.candidates()
        for s, span in self.f.expressions():
            words = c.tokens(self.text, *span)
            for n, word in enumerate(words):
                before = words[n - 1].text if n else ""
                if word.kind != "name" or word.text not in names or before in ("->", "."):
                    continue
                if s.kind == "declaration" and word.begin < self.text.find("=", *span):
                    continue
                for other in candidates.get(names[word.text], []):
                    if other != word.text:
                        yield "variable", [(word.begin, word.end, other)]
                if names[word.text].endswith("*"):
                    yield from self.chained(words, n, names, candidates)

    def chained(self, words, n, names, candidates):
        """v->m as a whole, for others of m's type."""
        if n + 2 >= len(words) or words[n + 1].text != "->":
            return
        struct = re.fullmatch(r"struct (\w+) \*", names[words[n].text])
        kind = struct and self.headers.members.get(struct[1], {}).get(words[n + 2].text)
        whole = self.text[words[n].begin:words[n + 2].end]
        for other in candidates.get(kind, []) if kind else ():
            if other != whole:
                yield "variable", [(words[n].begin, words[n + 2].end, other)]

    def members(self):
        for _, span in self.f.expressions():
            words = c.tokens(self.text, *span)
            for n, word in enumerate(words):
                before = words[n - 1].text if n else ""
                if word.kind == "name" and (before in ("->", ".") or
                                            before in (",", "(") and word.text not in self.f.names):
                    for other in self.headers.siblings(word.text):
                        yield "member", [(word.begin, word.end, other)]

    def arguments(self):
        for _, span in self.f.expressions():
            for call in c.calls(self.text, *span):
                yield from self.swapped_in(call)
        for s, _ in self.f.walk():
            if s.kind == "loop" and s.word not in ("while", "for", "do"):
                call = c.calls(self.text, s.begin, s.head[1] + 1)[0]
                yield from self.swapped_in(call)

    def swapped_in(self, call):
        for n, a in enumerate(call.args):
            for b in call.args[n + 1:]:
                if self.of(a) != self.of(b):
                    yield "argument", self.exchange(a, b)

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

    EVERY = (dropped, swapped, repeated, pairs_of_locks, moved, lock_exchanged, operations, plain,
             called, conditions, constants, variables, members, arguments, loops, returns, jumps)

    def all(self):
        for make in self.EVERY:
            for kind, edits in make(self):
                yield Mutant(self.lab, kind, self.f.name, tuple(sorted(edits)))


def functions(lab):
    """What a student writes of the reference."""
    text, where = labs.reference(lab), f"{lab.source_name}"
    return [c.Function(text, cut.function, where, (cut.first, cut.last) if cut.first else ())
            for cut in lab.cuts]


def singles(lab):
    """Each change once: two ways to the same text are one."""
    headers, out = c.Headers(lab), {}
    reference = labs.reference(lab)
    for function in functions(lab):
        for mutant in Maker(lab, function, headers).all():
            if c.squeezed(mutant.text) != c.squeezed(reference) and any(mutant.change):
                out.setdefault(c.squeezed(mutant.text), mutant)
    return list(out.values())


def pairs(lab, of, size, seed):
    """A sample of two changes at once, of the single ones given, in one function."""
    drawn, out = random.Random(f"{seed} {lab.name}"), {}
    for _ in range(size * 20):
        if len(out) >= size or len(of) < 2:
            break
        a, b = drawn.sample(of, 2)
        edits = sorted((*a.edits, *b.edits))
        apart = all(x[1] < y[0] for x, y in zip(edits, edits[1:]))
        if a.function == b.function and apart:
            pair = Mutant(lab, "pair", a.function, tuple(edits))
            out.setdefault(c.squeezed(pair.text), pair)
    return list(out.values())
