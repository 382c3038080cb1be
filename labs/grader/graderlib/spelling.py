# SPDX-License-Identifier: GPL-2.0-only
"""What people write instead of the names that the kit has, and how to quote them."""
import difflib

MOST = 4000             # characters of an answer
NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve").split()

# What people call the kinds of failure, beside their names.
CALLED = {
    "uaf": "use-after-free", "use-after-frees": "use-after-free",
    "dangling-pointer": "use-after-free", "null": "null-dereference",
    "null-pointer": "null-dereference", "null-pointer-dereference": "null-dereference",
    "race": "data-race", "race-condition": "data-race", "memory-leak": "leak",
    "misaligned": "misaligned-access", "unaligned-access": "misaligned-access",
    "sleeping-in-atomic": "sleep-in-atomic", "scheduling-while-atomic": "sleep-in-atomic",
    "sleep-in-atomic-context": "sleep-in-atomic", "abba": "lock-order", "ab-ba": "lock-order",
    "lock-order-cycle": "lock-order", "lock-inversion": "lock-order",
    "oob": "out-of-bounds", "dead-lock": "deadlock", "live-lock": "livelock",
    "rule-violated": "violated-rule", "warn-on": "warning", "double-put": "double-free",
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
SAID = {"sleeping": "sleep-in-atomic", "bug: kasan": "kasan", "bug: kcsan": "kcsan",
        "suspicious rcu usage": "rcu-usage", "none": "silent", "nothing": "silent",
        "no report": "silent", "possible circular locking dependency": "lockdep",
        "gpf": "general-protection", "general protection fault": "general-protection"}


def printable(text):
    """A stranger's words without what moves a cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


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
