# SPDX-License-Identifier: GPL-2.0-only
"""What people write instead of the names that the kit has, and how to quote them."""
import difflib
import re
import unicodedata

MOST = 4000             # characters of an answer
NUMBERS = {word: n for n, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty".split())}
NUMBERS |= {"no": 0, "none": 0, "never": 0, "nil": 0, "nothing": 0, "once": 1,
            "twice": 2, "thrice": 3}

# What people call the kinds of failure, beside their names.
CALLED = {
    "uaf": "use-after-free", "use-after-frees": "use-after-free",
    "slab-use-after-free": "use-after-free", "dangling-pointer": "use-after-free",
    "access-after-free": "use-after-free", "read-after-free": "use-after-free",
    "write-after-free": "use-after-free",
    "null": "null-dereference", "null-pointer": "null-dereference",
    "null-pointer-dereference": "null-dereference", "null-ptr-deref": "null-dereference",
    "null-deref": "null-dereference", "null-pointer-access": "null-dereference",
    "kernel-null-pointer-dereference": "null-dereference",
    "race": "data-race", "race-condition": "data-race", "data-races": "data-race",
    "memory-leak": "leak", "leaked-memory": "leak", "reference-leak": "leak",
    "unreferenced-object": "leak",
    "misaligned": "misaligned-access", "unaligned-access": "misaligned-access",
    "unaligned": "misaligned-access", "misalignment": "misaligned-access",
    "sleeping-in-atomic": "sleep-in-atomic", "scheduling-while-atomic": "sleep-in-atomic",
    "sleeping-while-atomic": "sleep-in-atomic", "sleep-while-atomic": "sleep-in-atomic",
    "sleep-in-atomic-context": "sleep-in-atomic", "sleeping-in-atomic-context": "sleep-in-atomic",
    "sleeping-function-called-from-invalid-context": "sleep-in-atomic",
    "sleeping-under-a-spinlock": "sleep-in-atomic", "sleeps-in-atomic": "sleep-in-atomic",
    "sleep-under-a-spinlock": "sleep-in-atomic", "atomic-sleep": "sleep-in-atomic",
    "abba": "lock-order", "ab-ba": "lock-order", "lock-ordering": "lock-order",
    "lock-order-cycle": "lock-order", "lock-inversion": "lock-order",
    "lock-order-inversion": "lock-order", "irq-inversion": "lock-order",
    "irq-lock-inversion": "lock-order", "inconsistent-lock-state": "lock-order",
    "possible-irq-lock-inversion-dependency-detected": "lock-order",
    "possible-irq-lock-inversion-dependency": "lock-order",
    "possible-circular-locking-dependency-detected": "lock-order",
    "possible-circular-locking-dependency": "lock-order",
    "circular-locking-dependency": "lock-order", "circular-locking": "lock-order",
    "suspicious-rcu-usage": "rcu-misuse", "rcu-usage": "rcu-misuse",
    "oob": "out-of-bounds", "slab-out-of-bounds": "out-of-bounds",
    "buffer-overflow": "out-of-bounds", "wild-memory-access": "wild-access",
    "general-protection-fault": "wild-access", "wild-pointer": "wild-access",
    "dead-lock": "deadlock", "deadlocks": "deadlock", "hang": "deadlock",
    "possible-recursive-locking-detected": "deadlock", "recursive-locking": "deadlock",
    "live-lock": "livelock", "rule-violated": "violated-rule", "rule-violation": "violated-rule",
    "warn-on": "warning", "warn": "warning", "addition-on-0": "warning",
    "refcount-warning": "warning", "double-put": "double-free", "invalid-free": "double-free",
    "bad-unlock-balance": "lock-misuse", "invariant-violation": "invariant",
    "violated-invariant": "invariant", "broken-invariant": "invariant",
}
MEANING = {
    "use-after-free": "an access to an object that was freed",
    "double-free": "a second free of the same object",
    "leak": "an object that still lives when all are done",
    "null-dereference": "an access near address 0",
    "wild-access": "an access to what is nobody's",
    "out-of-bounds": "an access past the end of an object",
    "misaligned-access": "a typed access off its alignment",
    "data-race": "two accesses to the same bytes, one of them plain, one of them a write, that "
                 "nothing orders",
    "sleep-in-atomic": "a call that may sleep where sleeping is forbidden",
    "rcu-misuse": "one of RCU's own calls where it may not stand",
    "lock-misuse": "a lock released by somebody else, never initialised, or kept at the end",
    "lock-order": "a cycle in the order in which locks nest",
    "deadlock": "that nobody can go on",
    "livelock": "that who could go on only spins",
    "violated-rule": "an object that notices its own misuse",
    "invariant": "that something is not as the scenario expects it",
    "warning": "a WARN_ON(), such as a reference count's",
}

# The same for the kernel's own reports (labs/vm/vmlib/splat.py).
REPORTS = ("kasan", "kcsan", "kfence", "ubsan", "null-pointer", "page-fault", "sleep-in-atomic",
           "general-protection", "lockdep", "rcu-usage", "rcu-stall", "hung-task",
           "soft-lockup", "warning", "bug", "oops", "panic", "trap", "silent")
# What their titles say, behind BUG: or WARNING: if there is that.
TITLES = [(kind, re.compile(pattern)) for kind, pattern in (
    ("kasan", r"kasan\b|(slab-)?use-after-free|uaf\b|slab-out-of-bounds|null-ptr-deref"),
    ("kcsan", r"kcsan\b|data-race"), ("kfence", r"kfence\b"),
    ("ubsan", r"ubsan\b|misaligned-access|unaligned-access|misaligned\b"),
    ("null-pointer", r"(kernel-)?null-pointer(-dereference)?\b"),
    ("page-fault", r"unable-to-handle|page-fault"),
    ("sleep-in-atomic", r"sleeping\b|sleep-(in|while)-atomic|scheduling-while-atomic|"
                        r"atomic-sleep"),
    ("soft-lockup", r"(watchdog-)?(bug-)?soft-lockup"),
    ("general-protection", r"general-protection|gpf\b"),
    ("lockdep", r"lockdep\b|(possible-)?(circular|recursive)-locking|(possible-)?irq-(lock-)?"
                r"inversion|lock-(order-)?inversion|inconsistent-lock-state|"
                r"bad-unlock-balance|possible-deadlock"),
    ("rcu-usage", r"(suspicious-)?rcu-usage"), ("rcu-stall", r"rcu-(info-)?.*stall"),
    ("hung-task", r"hung-task|(info-)?task-.*blocked-for-more"),
    ("silent", r"(silent|silence|none|nothing|no-report|no-reports|it-is-silent)$"),
    ("panic", r"(kernel-)?panic\b"), ("oops", r"oops\b"), ("trap", r"trap\b"))]
PREFIX = re.compile(r"^(warning|bug|info|report|a|an|the|kernel)-(?=[a-z])")
# Words that turn what stands beside them into its opposite, or into a choice.
TURNS = {"not", "no", "never", "neither", "nor", "or", "isn't", "without", "instead", "rather",
         "than", "perhaps", "maybe", "either"}

STAMP = re.compile(r"^\s*(?:<\d+>)?\s*\[\s*\d+\.\d+\](?:\s*\[\s*[TC]\d+\])?\s*")
LISTED = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[-*•+])\s+")
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣-"), "-")
ARROWS = re.compile(r"\s*(?:<?[-=~]{1,3}>+|[→⇒⟶⟹➔➜➝➞↦↪►▶»])\s*")


def printable(text):
    """A stranger's words without what moves a cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def plain(text):
    """The same letters, blanks and dashes as everybody's, with line ends as they are."""
    return unicodedata.normalize("NFKC", text.translate(DASHES)).translate(DASHES)


def lines_of(text):
    """A log or a list without what stands before each line."""
    return [LISTED.sub("", STAMP.sub("", line)).strip()
            for line in plain(text).splitlines() if line.strip()]


def turns_of(text):
    """A schedule in any of its forms as ACTOR:LABEL,ACTOR:LABEL: lists, arrows, blanks."""
    text = ",".join(lines_of(text))
    text = re.sub(r"\blab_point\s*\(\s*(\w+)\s*\)", r"\1", text)
    text = ARROWS.sub(",", text)
    text = re.sub(r"(^|[\s,;])\(?\d{1,2}[.)]\s+(?=[^\W\d])", r"\1", text)
    text = re.sub(r"\s+then\s+(?=[^,;:]{1,40}:)", ",", text)
    text = re.sub(r"\s*:\s*", ":", text).strip(" ,;.")
    return re.sub(r":\w+(?:-\w+)+", lambda label: label[0].replace("-", "_"), text)


def dashed(text):
    """One word of lower-case letters and dashes."""
    return re.sub(r"[\s_:,;]+", "-", plain(text).lower()).strip("-.")


def kinds_in(text, known):
    """The kinds of failure that a sentence names; of two that overlap, the longer."""
    text, found = f"-{dashed(text)}-", []
    names = {**{k: k for k in known}, **CALLED}
    for name in sorted(names, key=len, reverse=True):
        if f"-{name}-" in text:
            text = text.replace(f"-{name}-", "-|-")
            found.append(names[name])
    return list(dict.fromkeys(found))


def kind_of(text, known):
    """The kind that an answer names, or "". One that names several names none."""
    word = dashed(re.sub(r"\([^)]*\)", " ", text))
    word = re.sub(r"^((it|this|that)-(is|was)-)?(a|an|the)-", "", word)
    word = CALLED.get(word, word)
    if word in known:
        return word
    words = dashed(text).split("-")
    for title in ("warning", "bug", "kasan", "kcsan", "ubsan"):     # as the kernel begins a report
        if words[0] == title and len(words) > 1:
            words = words[1:]
    found = kinds_in(" ".join(words), known)
    if len(found) == 1 and len(words) <= 16 and not TURNS & set(words):
        return found[0]
    return ""


def report_of(text):
    """The kind of a kernel's report by its title, or by a word for it; or ""."""
    word = dashed(text)
    if word in REPORTS:
        return word
    for _ in range(3):
        for kind, pattern in TITLES:
            if pattern.match(word):
                return kind
        word = PREFIX.sub("", word)
    return ""


def number(said):
    """The number in “3”, “3 switches”, “exactly two”, “twice”; or None."""
    words = plain(said).lower().replace("-", " ").split() if not re.match(
        r"\s*[-+]", plain(said)) else plain(said).lower().split()
    words = [w for w in words if w not in ("exactly", "just", "only", "it", "is", "=", "times")]
    if not words:
        return None
    found = re.fullmatch(r"([-+]?\d{1,15}(?:\.\d{1,15})?)(?:x|×)?", words[0])
    value = float(found[1]) if found else NUMBERS.get(words[0])
    rest = set(words[1:])
    vague = rest & (TURNS | {"to", "and", "more", "less", "about"}) or any(
        re.search(r"\d", w) or w in NUMBERS for w in rest)
    return None if value is None or vague or len(words) > 8 else float(value)


def shown(answer):
    """Whatever was given for an answer, as short text."""
    text = printable(answer[:MOST]) if isinstance(answer, str) else \
        f"{answer:g}" if isinstance(answer, float) else \
        str(answer) if isinstance(answer, int) and abs(answer) < 1 << 64 else \
        ", ".join(map(shown, answer[:20])) if isinstance(answer, list) and all(
            isinstance(a, str) for a in answer[:20]) else f"({type(answer).__name__})"
    return text if len(text) <= 200 else text[:199] + "…"


def quoted(text):
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}”"


def close(word, known):
    """The end of a sentence about a word that is not known."""
    near = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f"; did you mean {near[0]}?" if near else "."
