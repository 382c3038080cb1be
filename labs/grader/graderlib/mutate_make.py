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
from .mutate_statements import Statements
from .mutate_terms import Terms


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


class Maker(Statements, Terms):
    """The mutants of one function."""

    def __init__(self, lab, function, headers):
        self.lab, self.f, self.headers = lab, function, headers
        self.text = function.text

    def of(self, span):
        return self.text[slice(*span)]

    def all(self):
        for make in (*Statements.EVERY, *Terms.EVERY):
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
