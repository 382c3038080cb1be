# SPDX-License-Identifier: GPL-2.0-only
"""The form of an answer: what it says, or why it is no answer to such a question.

None of this knows the key, so a handout has it too. Whatever people write for the same
thing is the same here: spelling.py has the words.
"""
import difflib
import os
import re
import sys

from . import labs
from .spelling import (CALLED, MOST, REPORTS, close, dashed, kind_of, lines_of, number, plain,
                       printable, quoted, report_of, turns_of)

sys.path.insert(0, os.path.join(labs.CODE, "runtime", "explore"))

import guide  # noqa: E402 (the path has to be set first)


class Refused(Exception):
    """It is no answer to this kind of question; the message says what is."""


# What an answer looks like. None of them may be one, in any lab.
EXAMPLE = {"kind": "livelock", "schedule": "one:here two:end one:end", "line": "rcu.c:41",
           "repair": "one-change,another", "value": "7", "litmus": "Always",
           "splat": "kcsan lab_some_function"}
OUTCOMES = ("Never", "Sometimes", "Always")
LITMUS = {"impossible": "Never", "forbidden": "Never", "not-possible": "Never",
          "can-not-happen": "Never", "cannot-happen": "Never", "can't-happen": "Never",
          "possible": "Sometimes", "can-happen": "Sometimes", "it-can": "Sometimes",
          "it-can-happen": "Sometimes", "allowed": "Sometimes", "sometime": "Sometimes",
          "every-time": "Always", "each-time": "Always"}
GROUPS = {"work": "work works worker workers workqueue kworker".split(),
          "callbacks": "callback callbacks rcu-callback rcu-callbacks".split()}


def raw_text(answer, asks):
    """The answer as text, with its lines; or Refused."""
    example = EXAMPLE[asks]
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        try:
            answer = repr(answer)
        except ValueError:              # more digits than Python prints
            answer = "9" * (MOST + 1)
    if isinstance(answer, list) and answer and all(isinstance(a, str) for a in answer[:60]):
        answer = "\n".join(answer[:60])
    if not isinstance(answer, str):
        raise Refused(f"An answer stands between quotes, for example \"{example}\".")
    if len(answer) > MOST:
        raise Refused(f"This answer is longer than {MOST} characters.")
    answer = "\n".join(printable(line) for line in plain(answer).splitlines())
    answer = answer.strip().strip("“”‘’\"'`.").strip()
    if not answer:
        raise Refused(f"An answer is, for example, \"{example}\".")
    return answer


def text_of(answer, asks):
    """The answer as one line."""
    said = " ".join(lines_of(raw_text(answer, asks)))
    if not said:
        raise Refused(f"An answer is, for example, \"{EXAMPLE[asks]}\".")
    return said


# One function a kind of question: what the answer says

def kind(answer):
    said = text_of(answer, "kind")
    word = kind_of(said, labs.KINDS)
    if not word:
        raise Refused(f"There is no kind {quoted(said)}"
                      f"{close(dashed(said), [*labs.KINDS, *CALLED])} "
                      "The book's page “What it catches” has them all.")
    return word


def schedule(answer, names=()):
    """ACTOR:LABEL,ACTOR:LABEL. Whether there are such is not asked here; names: what may
    have been meant by a word without a colon."""
    said = turns_of(raw_text(answer, "schedule"))
    try:
        guide.parse(said)
    except guide.builder.BuildError as e:
        first = re.match(r"[^,;]{1,40}", said)
        example = EXAMPLE["schedule"]
        if str(e).startswith("“"):
            word = first[0] if first else said
            meant = close(same(word), [n for n in names if same(n) != same(word)])
            raise Refused(f"That is no schedule: {quoted(word)} does not begin with ACTOR:LABEL, "
                          f"as in “{example}”{meant}") from None
        raise Refused(str(e)[:1].upper() + str(e)[1:] + ".") from None
    return said


def same(name):
    return re.sub(r"[\s_-]+", "_", name.strip().lower())


def by_name(said, labels):
    """The same with the actors and labels called as they are called; labels: {actor:
    [label]}."""
    actors = {same(a): a.replace(" ", "_") for a in labels}
    known = {same(x): x for passed in labels.values() for x in passed}
    known |= {"end": "end", "ends": "end", "finish": "end", "done": "end", "blocks": "blocks",
              "block": "blocks", "blocked": "blocks", "waits": "blocks"}
    groups = {same(w): group for group, words in GROUPS.items() for w in words}
    turns = [(actors.get(same(who)) or groups.get(same(who)) or who,
              known.get(same(label), label)) for who, label in guide.parse(said)]
    return guide.canonical(turns)


def names_here(lab, task):
    """(actors, labels) in the sources that are here."""
    folder = os.path.join(labs.CODE, task.of.get("family", lab.family))
    path = os.path.join(folder, "explore", task.of.get("scenario", "") + ".c")
    texts = [labs.read_text(p) for p in [path, *labs.wrongs(lab).values()]
             if os.path.exists(p)]
    texts += [labs.read_text(os.path.join(folder, n)) for n in sorted(os.listdir(folder))
              if n.endswith((".c", ".h"))]
    actors = re.findall(r"\{ \"([^\"]+)\",", texts[0]) if os.path.exists(path) else []
    return actors, sorted({x for t in texts for x in re.findall(r"\blab_point\((\w+)\)", t)})


def in_sources(lab, task, answer):
    """Refused if an actor or a label is nowhere in the sources that are here. Of a scheme
    that is not here nothing is said."""
    actors, labels = names_here(lab, task)
    said = schedule(answer, [*actors, *labels])
    said = by_name(said, {**{a: [] for a in actors}, "": labels})
    names = [a.replace(" ", "_") for a in actors]
    for who, label in guide.parse(said):
        if names and who not in names and who not in GROUPS and not re.match(
                r"(work|callback)_\d+$", who):
            raise Refused(f"There is no actor {quoted(who)} in {task.of['scenario']}"
                          f"{close(who, names)} There are: {', '.join(names)}.")
        near = difflib.get_close_matches(label, labels, 1, 0.75)
        if label not in labels and label not in guide.ENDS and near:
            raise Refused(f"There is no label {quoted(label)}; did you mean {near[0]}?")


PLACE = [re.compile(p) for p in (
    r"(?P<file>[\w./-]+\.[ch])\s*(?:::?|,|\s|#L?)\s*(?:line\s*|L)?(?P<line>\d{1,7})(?::\d+)?"
    r"(?P<function>)",
    r"line\s*(?P<line>\d{1,7})\s*(?:of|in)\s*(?P<file>[\w./-]+\.[ch])(?P<function>)",
    r"(?:(?P<file>[\w./-]+\.[ch])\s*(?:::?|,|\s)\s*)?(?P<function>[A-Za-z_]\w*)\s*(?:\(.*\))?"
    r"(?:\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?)?(?:\s*\[\w+\])?(?P<line>)",
    r"(?P<function>[A-Za-z_]\w*)\s*(?:\(.*\))?\s*(?:of|in)\s*(?P<file>[\w./-]+\.[ch])(?P<line>)")]


def line(answer):
    """A match with file, line and function, each of which may be empty."""
    said = text_of(answer, "line")
    bare = re.sub(r"^(?:it is |it's )?(?:in |at )?(?:the )?(?:function )?", "", said, flags=re.I)
    bare = re.sub(r"^line:?\s+(?=[\w./-]+\.[ch]\b)", "", bare)
    for pattern in PLACE:
        found = pattern.fullmatch(bare)
        if found:
            return found
    raise Refused(f"{quoted(said)} is neither FILE:LINE, such as rcu.c:41, nor a function.")


def repair(answer, known):
    """The names in an answer; those that are known may have blanks in them, or capitals."""
    said = re.sub(r"[,;+&\n]|\band\b", " , ", plain(raw_text(answer, "repair")).lower())
    said = ",".join(lines_of(said.replace(",", "\n")))
    for name in sorted(known, key=len, reverse=True):
        words = re.escape(name).replace(r"\-", r"[\s_-]+")
        said = re.sub(rf"(?<![\w-]){words}(?![\w-])", f",{name},", said)
    names = [n for part in said.split(",") for n in (
        [part.strip()] if part.strip() in known else part.split())]
    return list(dict.fromkeys(names))


def value(answer):
    said = text_of(answer, "value")
    given = number(said)
    if given is None:
        raise Refused(f"{quoted(said)} is no number" + (
            ": write a point for the comma." if re.fullmatch(r"\d+,\d+", said) else "."))
    return given


def litmus(answer):
    said = text_of(answer, "litmus")
    observed = re.match(r"Observation \S+ (Never|Sometimes|Always)\b", said)     # herd7's own line
    word = observed[1] if observed else LITMUS.get(dashed(said), said.strip("!").capitalize())
    if word not in OUTCOMES:
        raise Refused(f"{quoted(said)} is none of {', '.join(OUTCOMES)}{close(word, OUTCOMES)}")
    return word


SYMBOL = r"(?P<function>[A-Za-z_]\w*)(?:\.\w+)*(?:\s*\(\))?(?:\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?)?"
REPORT = re.compile(rf"(?P<title>\S.*?)(?:\s+(?:in|by|from)\s+|\s*[:,;]\s*|\s+){SYMBOL}"
                    r"(?:\s*/\s*[A-Za-z_]\w*(?:\+0x[0-9a-f]+/0x[0-9a-f]+)?)?(?:\s*\[\w+\])?")
# Of the titles of the kernel's own reports, those that end without a function's name.
TITLE = re.compile(r"(?:WARNING: )?(?:"
                   r"possible (?:circular|recursive) locking (?:dependency )?detected|"
                   r"possible irq lock inversion dependency detected|inconsistent lock state|"
                   r"bad unlock balance detected!?|suspicious RCU usage)|"
                   r"(?:BUG: )?sleeping function called from invalid context(?: at \S+)?|"
                   r"UBSAN: misaligned-access(?: in \S+:\d+(?::\d+)?)?|general protection fault.*|"
                   r"BUG: kernel NULL pointer dereference.*", re.I)
# As a report goes on below its title.
BELOW = re.compile(rf"(?:\? )?{SYMBOL.replace('?P<function>', '?P<below>')}(?: \[\w+\])?")
ENTRY = re.compile(r"(?:__)?(?:dump_stack|show_stack|might_resched|__might_|lockdep_rcu|check_|"
                   r"lock_acquire|__lock_acquire|__schedule|panic|mark_lock|print_|kasan_|"
                   r"__asan|__ubsan|ubsan_|validate_|handle_)\w*")


def splat(answer):
    """(kind, function or "", whether it is a title of the kernel's that names none)."""
    rows = lines_of(raw_text(answer, "splat"))
    for n, row in enumerate(rows):
        row = row.strip("=* ")
        said = re.sub(r"\s*,?\s*\(?in (?:the )?function\s+", " in ", row)
        if TITLE.fullmatch(said):
            return report_of(said), below(rows[n + 1:]), True
        found = REPORT.fullmatch(said)
        if not report_of(said) and not (found and report_of(found["title"])):
            continue
        if found and report_of(found["title"]) and not report_of(found["function"]):
            return report_of(found["title"].removesuffix(" detected")), found["function"], False
        return report_of(said), below(rows[n + 1:]), False
    said = " ".join(rows)
    first = said.rsplit(" ", 1)[0].lower()
    raise Refused(f"There is no kind of report {quoted(first)}{close(dashed(first), REPORTS)} "
                  f"There are: {', '.join(REPORTS)}.")


def below(rows):
    """The function that a pasted report names below its title: the first of its trace that
    is not the detector's own, or who wants the lock."""
    for row in rows:
        wants = re.match(r"([A-Za-z_]\w*)/\d+ is trying to acquire lock", row)
        found = BELOW.fullmatch(row) if "+0x" in row and not row.startswith("?") else None
        if wants or found and not ENTRY.match(found["below"]):
            return wants[1] if wants else found["below"]
    return ""


def names_a_function(title):
    """Whether the first line of a report says in which function."""
    return bool(re.search(r"\bin [A-Za-z_]\w*\+0x", title))


def need_function():
    raise Refused("What is asked for is a kind of report and a function, for example "
                  f"\"{EXAMPLE['splat']}\".")
