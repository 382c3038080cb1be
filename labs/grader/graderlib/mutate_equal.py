# SPDX-License-Identifier: GPL-2.0-only
"""What is no mistake: labs/N-name/equivalent.toml, one sentence for each.

    [[equivalent]]              one mutant
    function = "lab_utsns_get"
    old = "lab_get_uts_ns(uts_ns);"     the lines, as labs/grader/mutate prints them
    new = "..."
    because = "one sentence that a person can check"

    [[rule]]                    all mutants of a kind in a function
    function = "lab_utsns_get"          or a list of them
    kind = "stronger"                   as in mutate_words.py
    old, new                            regular expressions for those lines, if need be
    because = "..."

An entry that fits no mutant is a mistake, as is one for a mutant that a
scenario kills.
"""
import dataclasses
import os
import re

from . import labs
from .mutate_words import KINDS


@dataclasses.dataclass(frozen=True)
class Argument:
    """Why some mutants are none. rule: old and new are regular expressions."""
    functions: tuple
    because: str
    old: str
    new: str
    kind: str = ""
    rule: bool = False

    def fits(self, mutant):
        old, new = mutant.change
        if mutant.function not in self.functions:
            return False
        if not self.rule:
            return (old, new) == (self.old, self.new)
        return mutant.kind == self.kind and bool(re.search(self.old, old) and
                                                 re.search(self.new, new))

    def __str__(self):
        what = f"rule for “{self.kind}”" if self.rule else f"entry “{self.old}” -> “{self.new}”"
        return f"{what} in {', '.join(self.functions)}"


def path_of(lab):
    return os.path.join(lab.folder, "equivalent.toml")


def load(lab):
    if not os.path.exists(path_of(lab)):
        return []
    table, where = labs.read_toml(path_of(lab)), labs.say(path_of(lab))
    top = labs.Reader(table, where)
    out = [read(entry, f"{where}, {name} {n}", name == "rule", lab)
           for name in ("equivalent", "rule")
           for n, entry in enumerate(top.get(name, list, []), 1)]
    top.end()
    return out


def read(entry, where, rule, lab):
    r = labs.Reader(entry, where)
    r.seen.add("function")
    functions = entry.get("function", [])
    functions = tuple([functions] if isinstance(functions, str) else functions)
    known = [cut.function for cut in lab.cuts]
    for name in functions or ("",):
        if name not in known:
            raise labs.LabError(f"{where}: function = “{name}” is none that this lab cuts: "
                                + ", ".join(known))
    out = Argument(functions, r.get("because", str, must=True).strip(),
                   r.get("old", str, "", must=not rule).strip(),
                   r.get("new", str, "", must=not rule).strip(),
                   r.one_of("kind", tuple(KINDS)) if rule else "", rule)
    r.end()
    if len(out.because.split()) < 5:
        raise labs.LabError(f"{where}: “because” is one whole sentence")
    if rule:
        for pattern in (out.old, out.new):
            try:
                re.compile(pattern)
            except re.error as e:
                raise labs.LabError(f"{where}: “{pattern}”: {e}") from None
    return out


def argued(arguments, mutant):
    """The first argument that this mutant is none; None if there is none."""
    return next((a for a in arguments if a.fits(mutant)), None)


def idle(arguments, mutants):
    """Arguments for which there is no mutant: they have outlived what they are about."""
    return [a for a in arguments if not any(a.fits(m) for m in mutants)]
