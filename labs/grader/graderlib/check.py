# SPDX-License-Identifier: GPL-2.0-only
"""What the source of a submission may contain.

This is for people: it says in a sentence what is not taken, where, and what to
write instead. That nothing gets past the explorer is not left to it: see
machine.py, which judges what the compiler made of the source.
"""
import functools
import os
import re
import stat
import typing
import unicodedata

from . import kernel_names

MOST = 256 << 10
MOST_LINE = 300
MOST_FINDINGS = 50
HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
RUNTIME = os.path.join(TOP, "code", "runtime")


# Of a family's headers, those that only its scenarios and what measures it include.
NOT_FOR_SCHEMES = {"watched.h"}


class Finding(typing.NamedTuple):
    """kind: "forbidden" or "build". line: of the submission, or 0."""
    kind: str
    line: int
    text: str


TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<open>/\*)
  | (?P<raw>(?:u8|[uUL])?R(?="))
  | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
  | (?P<char>[uUL]?'(?:\\.|[^'\\\n])*')
  | (?P<name>[A-Za-z_$\u0080-\U0010ffff][\w$]*)
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<newline>\n)
  | (?P<space>[ \t\f\v\r]+)
  | (?P<punct>%:|<:|\#\#|.)
""", re.VERBOSE | re.DOTALL)

KEYWORDS = set("""auto break case char const continue default do double else
    enum extern float for goto if inline int long register restrict return
    short signed sizeof static struct switch typedef union unsigned void
    volatile while""".split())
ATTRIBUTES = {"unused", "noinline", "always_inline", "const", "pure"}
BUILTINS = {"__builtin_expect"}
# Of the names with two underscores on both sides, those that are the same everywhere.
COMPILERS = {"__attribute__", "__func__", "__inline__", "__volatile__", "__const__",
             "__restrict__", "__signed__", "__typeof__"}
# How large a type is, where a member lies, which type it is: other numbers in each
# place where a scheme runs. They may stand where memory is asked for, or copied.
MEASURES = {"sizeof", "_Alignof", "alignof", "__alignof", "offsetof", "offsetofend",
            "sizeof_field", "struct_size", "_Generic", "__same_type", "_Static_assert",
            "static_assert", "BUILD_BUG_ON"}
OUTER = re.compile(r"container_of|(h?list|llist|rb)_(first_|next_)?entry\w*")
FOR_MEMORY = re.compile(r"lab_alloc(_atomic)?|k[mzc]\w*alloc\w*|k?memdup|mem(set|cpy|move|cmp)|"
                        r"strscpy")
DIRECTIVES = {"include", "define", "undef", "if", "ifdef", "ifndef", "elif",
              "else", "endif"}

# name, or its beginning with *: what to do instead
REFUSED = [
    ("asm", "write C, with the kernel's primitives"),
    ("__asm", "write C, with the kernel's primitives"),
    ("__asm__", "write C, with the kernel's primitives"),
    ("_Pragma", "leave it out"),
    ("__has_include*", "include what the reference includes"),
    ("__has_embed", "leave it out"),
    ("__tsan_*", "the compiler calls it by itself"),
    ("lab_x_*", "call the kernel's function of that purpose; it is the "
     "explorer's own"),
    ("LAB_PASTE*", "write the name out"),
    ("LAB_QUOTE*", "write the string out"),
    ("__CONCAT", "write the name out"),
    ("__seg_fs", "a pointer needs no segment"),
    ("__seg_gs", "a pointer needs no segment"),
    ("_Thread_local", "a task's own data belongs into its struct"),
    ("__thread", "a task's own data belongs into its struct"),
    ("__sync_*", "use atomic_t, cmpxchg() or xchg()"),
    ("__atomic_*", "use atomic_t, cmpxchg(), xchg(), smp_load_acquire() or "
     "smp_store_release()"),
    ("_Atomic", "use atomic_t"),
    ("__auto_type", "write the type out"),
    ("__DATE__", "a result must not depend on when it was built"),
    ("__TIME__", "a result must not depend on when it was built"),
    ("__TIMESTAMP__", "a result must not depend on when it was built"),
    ("__FILE__", "leave it out"),
    ("__BASE_FILE__", "leave it out"),
    ("__int128", "use long"),
    ("__label__", "leave it out"),
    *((name, "a scheme is the same everywhere") for name in (
        "LAB_EXPLORE", "LAB_POINTS", "LAB_COUNT", "MODULE", "KBUILD_*", "CONFIG_*",
        "IS_ENABLED", "IS_BUILTIN", "IS_MODULE", "IS_REACHABLE")),
    ("lab_violated", "only the objects of the family call it"),
    *((name, "it is for scenarios only") for name in (
        "lab_choose", "lab_expect", "lab_must", "lab_used", "LAB_USED*",
        "lab_scenario*", "lab_actor")),
    ("lab_point_reached", "write lab_point(label)"),
]


def refused(name):
    """What to write instead of `name`, or None if it may stand."""
    for pattern, instead in REFUSED:
        if name == pattern or pattern[-1] == "*" and \
                name.startswith(pattern[:-1]):
            return instead
    if name.startswith("__builtin_") and name not in BUILTINS:
        return "write it out in C"
    if re.fullmatch(r"__\w+__", name) and name not in COMPILERS and \
            name.strip("_") not in ATTRIBUTES:
        return "it differs from one place where a scheme runs to another"
    return None


def after(words, n):
    """What stands behind the operand of the sizeof that is the nth word."""
    texts = [w.text for w in words[n + 1:n + 60]] + [";"] * 4
    at = depth = 0
    if texts[0] == "(":
        while at < len(texts) - 1:
            depth += (texts[at] == "(") - (texts[at] == ")")
            at += 1
            if not depth:
                break
        return texts[at]
    while texts[at] == "*":
        at += 1
    at += 1
    while texts[at:at + 2] == ["-", ">"]:
        at += 3
    return texts[at]


class Token(typing.NamedTuple):
    kind: str
    text: str
    line: int
    directive: str      # the directive on whose line it stands, or ""


def folders(lab):
    """Where a submission of this lab may include from, in this order."""
    return [os.path.join(RUNTIME, "explore", "include"),
            os.path.join(RUNTIME, "common"),
            os.path.join(RUNTIME, "native", "include"),
            lab.family_folder]


def headers(lab):
    """{as it is included: path}"""
    out = {}
    for folder in folders(lab):
        for where, below, names in os.walk(folder):
            if folder == lab.family_folder:
                below[:] = []
            for name in names:
                if name.endswith(".h") and name not in NOT_FOR_SCHEMES:
                    path = os.path.join(where, name)
                    out.setdefault(os.path.relpath(path, folder), path)
    return out


def visible(lab):
    """What the compiler sees of the kit: headers, and no solution."""
    family = lab.family_folder
    return [*(f for f in folders(lab) if f != family),
            *(os.path.join(family, n) for n in sorted(os.listdir(family))
              if n.endswith(".h") and n not in NOT_FOR_SCHEMES)]


@functools.lru_cache(None)
def names_in(path):
    with open(path, encoding="utf-8") as f:
        return frozenset(re.findall(r"[A-Za-z_]\w*", f.read()))


def tokens(text):
    """The words of the source, without comments."""
    line, at, start, directive = 1, 0, True, ""
    while at < len(text):
        found = TOKEN.match(text, at)
        kind, word = found.lastgroup, found.group()
        at = found.end()
        if kind == "newline":
            start, directive = True, ""
        elif kind == "punct" and word == "\\" and text[at:at + 1] == "\n":
            at += 1
            line += 1
            continue
        elif kind not in ("space", "comment"):
            if start and word in ("#", "%:"):
                directive = "#"
                yield Token("hash", word, line, "#")
            else:
                if directive == "#":
                    directive = word
                yield Token(kind, word, line, directive)
            if kind == "open":
                return
            start = False
        line += word.count("\n")


class Source:
    """One look at one source."""

    def __init__(self, lab, text, reference=""):
        self.lab, self.text, self.out, self.lines = lab, text, [], set()
        self.headers = headers(lab)
        self.own = {}           # {macro: the names in what it stands for}
        # What a scheme of this lab must define for the headers.
        self.expected = set(re.findall(r"^#define[ \t]+(\w+)", reference,
                                       re.MULTILINE))

    def no(self, line, text):
        if line not in self.lines and len(self.lines) < MOST_FINDINGS:
            self.lines.add(line)
            self.out.append(Finding("forbidden", line, text))

    def look(self):
        self.splices()
        words = list(tokens(self.text))
        self.measures(words)
        for line, said in kernel_names.used(self.headers, words, self.text):
            self.no(line, said)
        for n, t in enumerate(words):
            self.word(t)
            if t.kind == "hash":
                end = n + 1
                while end < len(words) and words[end].directive not in ("", "#"):
                    end += 1
                rest = []
                for w in words[n + 1:end]:
                    if w.kind == "hash":
                        break
                    rest.append(w)
                self.directive(t.line, rest)
            if t.text == "[" and words[n + 1:] and words[n + 1].text == "[":
                self.no(t.line, "[[…]] can't be used here: leave it out")
            if t.text in ("__attribute__", "__attribute"):
                self.attribute(words[n:n + 40], t.line)
        return sorted(self.out, key=lambda f: f.line)

    def splices(self):
        lines = self.text.split("\n")
        for n, line in enumerate(lines[:-1], 1):
            if not line.rstrip(" \t\f\v\r").endswith("\\"):
                continue
            if not line.endswith("\\"):     # gcc joins these lines, too
                self.no(n, "white space between a backslash and the end of its line: "
                        "take it away")
            if line[:-1] and not line[:-1].endswith((" ", "\t")) or \
                    lines[n] and not lines[n].startswith((" ", "\t", "\\")):
                self.no(n, "a backslash joins two lines in the middle of a "
                        "word: put white space before it and on the next line")

    def word(self, t):
        if t.kind == "open":
            self.no(t.line, "a comment that never ends: close it with */")
        elif t.kind == "raw":
            # What is in one, and what behind it, the compiler sees otherwise.
            self.no(t.line, f"{t.text}\"…\" is a string of a kind that can't be used "
                    "here: leave the R out")
        elif t.kind == "name":
            instead = refused(t.text)
            if instead:
                self.no(t.line, f"{t.text} can't be used here: {instead}")
            elif "$" in t.text or not t.text.isascii():
                shown = "".join(c if c.isprintable() else f"U+{ord(c):04X}"
                                for c in t.text[:40])
                self.no(t.line, f"“{shown}” is no name that C has "
                        "everywhere: use letters, digits and _")
        elif t.text in ("'", '"'):
            # gcc takes all of the line behind it for one word, comments too.
            self.no(t.line, f"a {t.text} without another: close it, or leave it out")
        elif t.text in ("\\", "`", "@"):
            self.no(t.line, f"a stray {t.text}: leave it out")
        elif t.text in ("%:", "<:"):
            other = "#" if t.text == "%:" else "["
            self.no(t.line, f"{t.text} is another way to write {other}: write {other}")
        elif t.text == "##" or t.text == "#" and t.directive == "define":
            self.no(t.line, f"{t.text} makes new words in a macro: write them "
                    "out")

    def measures(self, words):
        """sizeof and its kin: by themselves in a call that asks for memory or copies."""
        calls = []              # of each parenthesis that is open: what stands before it
        for n, t in enumerate(words):
            if t.text == "(":
                calls.append(words[n - 1].text if n else "")
            elif t.text == ")" and calls:
                calls.pop()
            elif t.text in ("0", "NULL") and n > 2 and (
                    words[n - 1].text == ")" and words[n - 2].text == "*" or
                    words[n - 1].text == "(" and OUTER.fullmatch(words[n - 2].text)):
                self.no(t.line, f"a pointer made of {t.text} can't be used here: where a member "
                        "lies differs from one place where a scheme runs to another. NULL needs "
                        "no cast")
            elif t.text in MEASURES and not (
                    t.text == "sizeof" and calls and FOR_MEMORY.fullmatch(calls[-1])
                    and words[n - 1].text in ("(", ",", "+", "*")
                    and after(words, n) in (")", ",", "+", "*")):
                self.no(t.line, f"{t.text} can't be used here: what it says differs from one "
                        "place where a scheme runs to another. It may stand in a call that "
                        "asks for memory, as in lab_alloc(sizeof(*new))"
                        if t.text == "sizeof" else f"{t.text} can't be used here: what it says "
                        "differs from one place where a scheme runs to another")

    def attribute(self, words, line):
        text = "".join(w.text for w in words)
        found = re.match(r"__attribute(?:__)?\(\((\w+)\)\)", text)
        name = found and found.group(1).strip("_")
        if name not in ATTRIBUTES:
            self.no(line, "this __attribute__ can't be used here; these can: "
                    + ", ".join(sorted(ATTRIBUTES)))

    def directive(self, line, words):
        if not words:
            return
        name, rest = words[0].text, words[1:]
        if name not in DIRECTIVES:
            self.no(line, f"#{name} can't be used here: leave it out")
        elif name == "include":
            self.include(line, rest)
        elif name in ("if", "ifdef", "ifndef", "elif"):
            asked = [w.text for w in rest if w.kind == "name" and w.text != "defined"]
            other = [n for n in asked if n not in self.own and not refused(n)]
            if name in ("if", "elif"):      # the others ask only whether it is there
                other += [n for n in self.stands_for(asked) if n not in self.own]
            if other:
                self.no(line, f"#{name} {other[0]} asks where it is: a scheme "
                        "is the same everywhere")
        elif name in ("define", "undef"):
            what = rest[0].text if rest else ""
            if name == "undef" and what not in self.own:
                self.no(line, f"#undef of {what}, which is not this file's "
                        "own: leave it as it is")
            elif name == "define":
                self.define(line, what)
                self.own[what] |= {w.text for w in rest[1:] if w.kind == "name"}

    def stands_for(self, names):
        """All names that these come to, by way of its own macros."""
        seen, todo = [], list(names)
        while todo:
            for name in self.own.get(todo.pop(), ()):
                if name not in seen:
                    seen.append(name)
                    todo.append(name)
        return seen

    def define(self, line, name):
        self.own.setdefault(name, set())
        if name in self.expected:
            return
        for header, path in self.headers.items():
            if name in names_in(path):
                self.no(line, f"{name} is a name in {header}: call yours "
                        "something else")
                return
        if name in KEYWORDS or name.startswith("_"):
            self.no(line, f"{name} belongs to the compiler: call yours "
                    "something else")

    def include(self, line, words):
        text = "".join(w.text for w in words)
        found = re.fullmatch(r'"([^"]*)"|<([^>]*)>', text)
        name = found and (found.group(1) or found.group(2))
        if not found or name not in self.headers:
            self.no(line, f"#include {text[:60]}: only the family's headers and "
                    "the kit's linux/ ones can be included, by their names")


def read(path):
    """(text, Finding): one of them is None. Not what a link, a pipe or a
    device leads to, and no waiting for one."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK |
                     os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return None, Finding("forbidden", 0, "it is no ordinary file: "
                                     "hand in the text itself")
            data = os.read(fd, MOST + 1)
            while len(data) <= MOST and (more := os.read(fd, MOST)):
                data += more
        finally:
            os.close(fd)
    except OSError as e:
        link = os.path.islink(path)
        return None, Finding("forbidden", 0, "it is a link: hand in the text "
                             "itself" if link else
                             f"it can't be read: {e.strerror}")
    return decode(data)


def decode(data):
    if len(data) > MOST:
        return None, Finding("forbidden", 0, f"it has more than {MOST >> 10} "
                             "kB: a scheme has about 10")
    try:
        text = data.decode("utf-8-sig")       # some editors put a mark in front
    except UnicodeDecodeError as e:
        return None, Finding("forbidden", data.count(b"\n", 0, e.start) + 1,
                             "a byte that is not UTF-8: save the file as UTF-8")
    for at, c in enumerate(text):
        # Also those that turn the direction of what follows.
        if c not in "\n\t\r\f" and unicodedata.category(c)[0] == "C":
            return None, Finding("forbidden", text.count("\n", 0, at) + 1,
                                 f"a control character (U+{ord(c):04X}): take "
                                 "it out")
    for n, line in enumerate(text.split("\n"), 1):
        if len(line) > MOST_LINE:
            return None, Finding("forbidden", n, f"a line of {len(line):,} "
                                 f"characters: {MOST_LINE} are the most")
    return text.replace("\r\n", "\n"), None


def source(lab, text, reference=""):
    """All that the grader does not take, by line."""
    return Source(lab, text, reference).look()
