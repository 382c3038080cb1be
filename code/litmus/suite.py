# SPDX-License-Identifier: GPL-2.0-only
"""The litmus tests of this folder, their variants, and what they expect.

What a test expects stands in its own comment, a line each:

    Result: Never|Sometimes|Always          the kernel's model says
    Interleaving: Never|Sometimes|Always    interleaving.cat says
    Flags: data-race                        the kernel's model objects
    Claims: R9                              rows of the claims ledger
    Scheme: code/nsproxy/rcu.c              whose labels the // comments name
    Reached: 1:nsproxy=new; 1:uts=1         a good outcome that must be seen

A Never without a good outcome that was seen proves nothing, so each test has
at least one Reached line; each must be seen under both models.
"""
import glob
import os
import re
import tomllib

HERE = os.path.dirname(os.path.realpath(__file__))
OUTCOMES = ("Never", "Sometimes", "Always")
ASKED = "asked"         # in a handout: a lab asks what is to be seen


class SuiteError(Exception):
    """A test, or the table of changes, is not as it must be."""


class Litmus:
    """One litmus test: its text, and what its comment says of it."""

    def __init__(self, text, where):
        self.text = text
        self.where = where
        head = re.match(r"C ([\w.-]+)\n\n\(\*\n(.*?)\n \*\)\n", text, re.S)
        if not head:
            raise SuiteError(f"{where}: does not begin with “C name”, an empty "
                            "line and a comment")
        self.name, comment = head.groups()
        lines = [re.sub(r"^ \* ?", "", line) for line in comment.split("\n")]
        fields = [m.groups() for line in lines
                  if (m := re.fullmatch(r"([A-Z][a-z]+): (.+)", line))]
        known = OUTCOMES + (ASKED,)
        self.result = self.one(fields, "Result", known)
        self.interleaving = self.one(fields, "Interleaving", known)
        self.flags = sorted(w for k, v in fields if k == "Flags"
                            for w in v.split())
        self.claims = self.one(fields, "Claims").split()
        self.scheme = dict(fields).get("Scheme")
        self.kind = dict(fields).get("Kind")
        self.what = dict(fields).get("Change")
        self.reached = [parse_state(v, where)
                        for k, v in fields if k == "Reached"]
        if not self.reached:
            raise SuiteError(f"{where}: its comment has no “Reached:” line")
        self.about = [line for line in lines
                      if line and not re.match(r"[A-Z][\w-]+: |SPDX", line)]
        if not self.about:
            raise SuiteError(f"{where}: its comment does not say what it is")

    def one(self, fields, key, allowed=None):
        found = [v for k, v in fields if k == key]
        if len(found) != 1 or allowed and found[0] not in allowed:
            what = " or ".join(allowed) if allowed else "…"
            raise SuiteError(f"{self.where}: its comment must have one line "
                            f"“{key}: {what}”")
        return found[0]


def parse_state(text, where):
    """{"0:r1": "1", "p": "2"} from "0:r1=1; p=2"."""
    state = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        place, sep, value = part.partition("=")
        if not sep:
            raise SuiteError(f"{where}: “{part}” is not of the form x=1")
        # herd7 prints [p]=2 or p=2, depending on its version.
        state[place.strip().strip("[]")] = value.strip()
    return state


def edit_text(text, edit):
    """Make one edit of the table; say why if it can't be made."""
    begin, end = text.index("\n *)\n"), len(text)
    place = "it"
    if "in" in edit:
        place = edit["in"]
        start = re.search(rf"^{re.escape(place)}\(", text, re.M)
        if not start:
            raise SuiteError(f"there is no process {place}")
        begin, end = start.start(), text.index("\n}\n", start.start())
    # A whole word: "xchg(" must not be found in "cmpxchg(".
    found = [m.start() for m in
             re.finditer(r"(?<!\w)" + re.escape(edit["old"]), text[begin:end])]
    if len(found) != 1:
        raise SuiteError(f"{place} has “{edit['old']}” {len(found)} times, "
                        "not once")
    at = begin + found[0]
    return text[:at] + edit["new"] + text[at + len(edit["old"]):]


def vary(test, name, change):
    """The variant of *test* that one entry of the table describes."""
    where = f"{test.where}, change “{name}”"
    try:
        text = test.text
        for edit in change["edits"]:
            text = edit_text(text, edit)
        said = [f"Result: {change['result']}",
                f"Interleaving: {change['interleaving']}"]
        said += [f"Flags: {change['flags']}"] if change.get("flags") else []
        said += [f"Claims: {' '.join(test.claims)}"]
        said += [f"Scheme: {test.scheme}"] if test.scheme else []
        said += [f"Kind: {change['kind']}", f"Change: {change['what']}"]
        reached = change.get("reached") or [
            "; ".join(f"{k}={v}" for k, v in state.items())
            for state in test.reached]
        said += [f"Reached: {state}" for state in reached]
    except KeyError as missing:
        raise SuiteError(f"{where}: has no {missing}") from None
    except SuiteError as error:
        raise SuiteError(f"{where}: {error}") from None
    body = text.index("\n *)\n")
    comment = "\n".join(f" * {line}" for line in said)
    text = (f"C {test.name}.{name}\n\n(*\n"
            f" * SPDX-License-Identifier: GPL-2.0-only\n *\n{comment}\n *\n"
            f" * Made from {test.name}.litmus, which says what it models."
            f"{text[body:]}")
    return Litmus(text, where)


def read_file(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except (OSError, UnicodeError) as error:
        raise SuiteError(f"{path}: can't be read: {error}") from None


def load(folder=HERE):
    """Every test, each followed by its variants."""
    try:
        table = tomllib.loads(read_file(os.path.join(folder, "changes.toml")))
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(f"changes.toml: {error}") from None
    tests = []
    for path in sorted(glob.glob(os.path.join(folder, "*.litmus")), key=order):
        test = Litmus(read_file(path), os.path.basename(path))
        if test.name + ".litmus" != test.where:
            raise SuiteError(f"{test.where}: the test in it is {test.name}")
        tests.append(test)
        tests += [vary(test, name, change)
                  for name, change in table.pop(test.name, {}).items()]
    if table:
        raise SuiteError(f"changes.toml: there is no {', '.join(table)}.litmus")
    return tests


def order(path):
    """r9 before r10, and R before P, as in the ledger."""
    row, number = re.match(r"([a-z]*)(\d*)", os.path.basename(path)).groups()
    return (row != "r", row, int(number or 0), path)
