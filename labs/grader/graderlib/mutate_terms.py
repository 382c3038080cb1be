# SPDX-License-Identifier: GPL-2.0-only
"""Mutants by what a statement computes: operations, conditions, constants, variables."""
import re

from . import mutate_c as c
from . import mutate_words as w
from .mutate_statements import fill


class Terms:
    """Each method yields (kind, edits), of a Maker's self.f and self.text."""

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

    EVERY = (operations, plain, called, conditions, constants, variables, members, arguments)
