# SPDX-License-Identifier: GPL-2.0-only
"""A function in the house's style, as statements and expressions with their places.

No compiler: only as much of C as the schemes use. What can't be read is said
with its line (LabError), and nothing is guessed.
"""
import bisect
import dataclasses
import glob
import os
import re

from . import labs

TOKEN = re.compile(r"""
    (?P<space>\s+|/\*.*?\*/|//[^\n]*)
  | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
  | (?P<name>[A-Za-z_]\w*)
  | (?P<number>\d\w*)
  | (?P<punct><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.VERBOSE | re.DOTALL)
TYPES = set("struct union enum unsigned signed int long short char bool void const static "
            "u8 u16 u32 u64 s64 size_t gfp_t atomic_t refcount_t spinlock_t".split())
DECLARES = {"LIST_HEAD", "HLIST_HEAD", "DEFINE_SPINLOCK"}
CLOSES = {"(": ")", "[": "]", "{": "}"}


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str
    text: str
    begin: int
    end: int


@dataclasses.dataclass
class Statement:
    """kind: declaration, expression, if, loop, return, break, continue, goto, label,
    block, point. head: the span of what stands in the brackets of an if or a loop."""
    kind: str
    begin: int
    end: int
    head: tuple = ()
    word: str = ""              # what a loop begins with
    body: list = dataclasses.field(default_factory=list)
    orelse: list = dataclasses.field(default_factory=list)
    braced: bool = False        # the body (of an if: the first one) is a block
    alone: bool = False         # itself a body without a block


@dataclasses.dataclass(frozen=True)
class Call:
    name: str
    begin: int
    end: int
    args: tuple                 # spans


def tokens(text, begin=0, end=None):
    """Without white space and comments; places are those in `text`."""
    end = len(text) if end is None else end
    out = []
    for found in TOKEN.finditer(text, begin, end):
        if found.lastgroup != "space":
            out.append(Token(found.lastgroup, found.group(), *found.span()))
    return out


def squeezed(text):
    """Code as it is compared: no comment, one blank where white space was."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)
    return " ".join(text.split())


class Parser:
    """Statements of one function's body."""

    def __init__(self, text, begin, end, where):
        self.text, self.where = text, where
        self.words = tokens(text, begin, end)
        self.at = 0

    def fail(self, what):
        place = self.words[min(self.at, len(self.words) - 1)].begin
        line = self.text.count("\n", 0, place) + 1
        raise labs.LabError(f"{self.where}:{line}: {what}: mutate_c.py can't read it")

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.words[at].text if at < len(self.words) else ""

    def partner(self, at):
        """The index of what closes the bracket at index `at`."""
        wanted, depth = CLOSES[self.words[at].text], 0
        for n in range(at, len(self.words)):
            depth += self.words[n].text in CLOSES
            depth -= self.words[n].text in CLOSES.values()
            if not depth:
                if self.words[n].text != wanted:
                    break
                return n
        return self.fail("a bracket that nothing closes")

    def statements(self):
        out = []
        while self.at < len(self.words) and self.peek() != "}":
            out.append(self.statement())
        return out

    def to_semicolon(self):
        """The end of the statement that runs to the next ; of its depth."""
        while self.at < len(self.words):
            word = self.peek()
            if word == ";":
                self.at += 1
                return self.words[self.at - 1].end
            if word in CLOSES.values():
                break
            self.at = self.partner(self.at) + 1 if word in CLOSES else self.at + 1
        return self.fail("a statement without its ;")

    def body(self):
        """(statements, whether they stand in a block)"""
        if self.peek() != "{":
            statement = self.statement()
            statement.alone = True
            return [statement], False
        self.at += 1
        inner = self.statements()
        self.at += 1
        return inner, True

    def brackets(self):
        """The span inside the brackets that stand here."""
        if self.peek() != "(":
            self.fail("a ( is missing")
        last = self.partner(self.at)
        span = (self.words[self.at].end, self.words[last].begin)
        self.at = last + 1
        return span

    def statement(self):
        first = self.words[self.at]
        kind = self.kind_here()
        out = Statement(kind, first.begin, 0)
        if kind == "block":
            out.body, out.braced = self.body()
        elif kind == "if":
            self.at += 1
            out.head = self.brackets()
            out.body, out.braced = self.body()
            if self.peek() == "else":
                self.at += 1
                out.orelse = self.body()[0]
        elif kind == "loop":
            self.loop(out)
        elif kind == "label":
            self.at += 2
        else:
            self.to_semicolon()
        out.end = self.words[self.at - 1].end
        return out

    def loop(self, out):
        out.word = self.peek()
        self.at += 1
        if out.word != "do":
            out.head = self.brackets()
            out.body, out.braced = self.body()
            return
        out.body, out.braced = self.body()
        self.at += 1                # while
        out.head = self.brackets()
        self.to_semicolon()

    def kind_here(self):
        word, following = self.peek(), self.peek(1)
        if word == "{":
            return "block"
        if word in ("if", "return", "break", "continue", "goto"):
            return word
        if word in ("while", "for", "do"):
            return "loop"
        if word in ("switch", "case", "default", "else", "asm"):
            self.fail(f"a statement of the kind “{word}”")
        if word == "lab_point":
            return "point"
        if following == ":" and self.words[self.at].kind == "name":
            return "label"
        if word in TYPES or word in DECLARES:
            return "declaration"
        if following == "(" and self.words[self.at].kind == "name":
            behind = self.partner(self.at + 1) + 1
            then = self.words[behind] if behind < len(self.words) else None
            if then and (then.text == "{" or then.kind == "name"):
                return "loop"       # list_for_each_entry(...) { ... }
        return "expression"


def calls(text, begin, end):
    """All calls in a piece of code, the outer ones first."""
    words = tokens(text, begin, end)
    out = []
    for n, word in enumerate(words[:-1]):
        if word.kind != "name" or words[n + 1].text != "(" or word.text in (
                "if", "while", "for", "return", "sizeof"):
            continue
        depth, args, start = 0, [], words[n + 1].end
        for later in words[n + 1:]:
            depth += later.text in CLOSES
            depth -= later.text in CLOSES.values()
            if not depth or depth == 1 and later.text == ",":
                if later.begin > start or args or later.text == ",":
                    args.append((start, later.begin))
                start = later.end
            if not depth:
                out.append(Call(word.text, word.begin, later.end,
                                tuple(stripped(text, a) for a in args if text[slice(*a)].strip())))
                break
    return out


def stripped(text, span):
    """A span without the white space at its ends."""
    piece = text[slice(*span)]
    return (span[0] + len(piece) - len(piece.lstrip()), span[1] - len(piece) + len(piece.rstrip()))


def walk(statements):
    """All of them, whatever they stand in, with the list that each stands in."""
    for statement in statements:
        yield statement, statements
        yield from walk(statement.body)
        yield from walk(statement.orelse)


def type_of(words):
    """A type as it is compared: “struct lab_net *”."""
    return " ".join(w for w in words if w not in ("const", "static", "extern", "__rcu"))


def declared(text, begin, end):
    """{name: type} of a declaration or of one parameter."""
    words = [w.text for w in tokens(text, begin, end)]
    if not words or words[0] in DECLARES:
        return {words[2]: "struct list_head"} if len(words) > 2 else {}
    base = []
    while words and (words[0] in TYPES or base and base[-1] in ("struct", "enum", "union")
                     or not base):
        base.append(words.pop(0))
    out = {}
    for part in re.split(r",(?![^(]*\))", " ".join(words).replace(";", "")):
        found = re.match(r"\s*((?:\*\s*|const\s+|__rcu\s+)*)(\w+)\s*(\[.*?\])?\s*(?:=.*)?$", part)
        if found:
            stars = "* " * found[1].count("*") + ("[]" if found[3] else "")
            out[found[2]] = f"{type_of(base)} {stars}".strip()
    return out


class Function:
    """What mutants are made of: a function of a scheme, or a part of one."""

    def __init__(self, text, name, where, part=()):
        """part: labels of the lab_point()s between which it may be changed."""
        self.text, self.name, self.where = text, name, where
        self.begin, self.end = labs.change.function_span(text, name)
        brace = text.index("{", self.begin)
        self.open, self.close = brace + 1, text.rindex("}", 0, self.end)
        parser = Parser(text, self.open, self.close, where)
        self.statements = parser.statements()
        if parser.at < len(parser.words):
            parser.fail("a } too many")
        self.first, self.last = self.open, self.close
        if part:
            self.first, self.last = (text.index(f"lab_point({label});", brace, self.end)
                                     for label in part)
        head = text[self.begin:brace]
        self.returns = type_of(w.text for w in tokens(head[:head.index(name + "(")]))
        self.names = self.parameters(brace)
        for statement, _ in walk(self.statements):
            if statement.kind == "declaration":
                self.names.update(declared(text, statement.begin, statement.end))

    def parameters(self, brace):
        call = next(c for c in calls(self.text, self.begin, brace) if c.name == self.name)
        out = {}
        for span in call.args:
            if self.text[slice(*span)] != "void":
                out.update(declared(self.text, *span))
        return out

    def mine(self, begin, end):
        return self.first <= begin and end <= self.last

    def walk(self):
        """(statement, its list) of all that may be changed."""
        for statement, among in walk(self.statements):
            if self.mine(statement.begin, statement.end):
                yield statement, among

    def expressions(self):
        """Spans of code that is no statement: conditions, and what a statement computes."""
        for statement, _ in walk(self.statements):
            if statement.kind in ("if", "loop"):
                span = statement.head
            elif statement.kind in ("expression", "return", "declaration"):
                span = (statement.begin, statement.end)
            else:
                continue
            if self.mine(*span):
                yield statement, span


class Headers:
    """What the family's headers say of globals and of structs."""

    def __init__(self, lab):
        self.globals, self.members, self.types = {}, {}, set()
        for path in sorted(glob.glob(os.path.join(glob.escape(lab.family_folder), "*.h"))):
            text = re.sub(r"/\*.*?\*/", " ", labs.read_text(path), flags=re.DOTALL)
            for found in re.finditer(r"^extern ([^;()\n]+);", text, re.MULTILINE):
                self.globals.update(declared(found[1], 0, len(found[1])))
            for found in re.finditer(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S):
                self.struct(found[1], found[2])

    def struct(self, name, inner):
        inner = re.sub(r"^#.*$", "", inner, flags=re.MULTILINE)
        inner = inner.replace("____cacheline_aligned", "").replace(
            "LAB_NSPROXY_PTR", "struct lab_nsproxy *")
        members = {}
        for line in inner.split(";"):
            if line.strip() and "(" not in line:
                members.update(declared(line, 0, len(line)))
        self.members.setdefault(name, {}).update(members)

    def siblings(self, member):
        """Other members of the same type in a struct that has this one."""
        out = []
        for members in self.members.values():
            if member in members:
                out += [m for m, t in members.items()
                        if t == members[member] and m != member and m not in out]
        return out


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def line_starts(text):
    return [0] + [m.end() for m in re.finditer("\n", text)]


def lines_between(text, begin, end):
    """(begin, end) of the whole lines that a span touches."""
    starts = line_starts(text)
    first = starts[bisect.bisect_right(starts, begin) - 1]
    last = text.find("\n", max(begin, end - 1))
    return first, len(text) if last < 0 else last
