# SPDX-License-Identifier: GPL-2.0-only
"""Is an answer right? Computed by running, never looked up (keys.py).

For who writes a lab, in lab.toml; labs/README.md has the table.

    of = { scheme = "…" }                   a scheme of the kit; else the lab's own reference
    of = { wrong = "waits-too-early", … }   wrong/NAME.c in the reference's place
    scenario = "…"                          always; also break, repair, mode, want, limit, family

    asks = "kind"       the document's kind; `want` where the search would show another first.
                        Spelling and usual names are forgiven: “UAF”, “Null pointer dereference”
    asks = "schedule"   as explore --guide takes it: ACTOR:LABEL, also end and blocks for a label,
                        work and callbacks for an actor; commas, semicolons or spaces between.
                        Right if that run fails, with `want`'s kind if there is one
    asks = "line"       FILE:LINE (any line of the statement), a function, or FILE:FUNCTION;
                        not the function that is all that a wrong/NAME.c has.
                        Right if it is where the failure shows or where the other party was;
                        field = "at" or "other" takes only one of the two
    asks = "repair"     names of changes.toml. Right if it is clean with them and fails with
                        any of them left out. `repair` in `of` is made already
    asks = "value"      field = a number of the document, or a list, whose length it is
    asks = "litmus"     test = "r9-publish", change = "write-once": Never, Sometimes, Always
    asks = "splat"      experiment = an id of Documentation/debug/results.json: KIND FUNCTION of
                        its report (labs/vm/vmlib/splat.py has the kinds), or “silent”; or the
                        report's own lines, as they stand on the console
    asks = "text"       for a person

judge() is given what a stranger wrote. Its reason helps, and does not give the
key away. form() is what can be said without the key: for a handout.
"""
import dataclasses
import os
import re

from . import forms, keys, labs, reasons
from .forms import EXAMPLE, Refused, text_of  # noqa: F401 (for those who judge)
from .spelling import MEANING, close, quoted, shown


@dataclasses.dataclass
class Answer:
    """right: True, False, or None: for a person. said: the answer, as short text,
    whatever was given. doc: a run that shows why."""
    right: bool | None
    said: str
    why: str = ""
    doc: dict | None = None


# One function a kind of question: (lab, task, answer) -> Answer

def kind(lab, task, answer):
    word, answer = forms.kind(answer), shown(answer)
    _, doc = keys.failing(lab, task)
    if word == doc["kind"]:
        return Answer(True, answer)
    means = f": that would be {MEANING[word]}" if word in MEANING else ""
    also = "The explorer sees that there as well, but it is not what is asked for: which " \
           "of the failures does the question mean?" if word in doc["kinds"] else ""
    return Answer(False, answer, also or
                  f"The explorer does not find a failure of the kind {word} there{means}.")


def schedule(lab, task, answer):
    said = forms.schedule(answer)
    what = keys.subject(lab, task)
    keys.built(what)
    said = forms.by_name(said, keys.explore(what, "--labels")["labels"])
    try:
        doc = keys.explore(what, "--guide=" + said)
    except keys.front_end().builder.BuildError as e:    # it is built, so this is of the guide
        words = " ".join(sentence(x) for x in str(e).splitlines() if not x.startswith("("))
        raise Refused(words + labels_help(what, said)) from None
    if doc["verdict"] == "diverged":
        return Answer(False, answer, sentence(doc["trouble"]["text"]), doc)
    wanted = what.want.split(",") if what.want else doc["kinds"]
    if doc["verdict"] == "failed" and set(wanted) & set(doc["kinds"]):
        return Answer(True, answer, "", doc)
    if doc["kinds"]:
        return Answer(False, answer, "Something fails in this schedule, but not what is asked "
                      f"for: {', '.join(doc['kinds'])}.", doc)
    return Answer(False, answer, "This schedule runs through without a failure. "
                  + " ".join(held(doc)), doc)


def labels_help(what, said):
    """Who could have been named, and where: for a schedule that names others."""
    passed = keys.explore(what, "--labels")["labels"]
    actors = [name for name in passed if name.replace(" ", "_") in
              re.sub(r"\s", "_", said)] or list(passed)
    return " " + " ".join(f"{name.replace(' ', '_')} passes: {', '.join(passed[name] + ['end'])}."
                          for name in actors[:4])


def sentence(text):
    text = " ".join(text.split())
    if ":" in text.split(" ")[0]:       # a turn, such as self:end
        return text + ("" if text.endswith((".", "?")) else ".")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


OPENS = {"lock": "unlock", "trylock": "unlock", "read-lock": "read-unlock",
         "bit-lock": "bit-unlock", "rcu-read-lock": "rcu-read-unlock"}


def held(doc):
    """What each one had when it was stopped at a label: sentences."""
    turns = [t.split(":") for t in doc["guide"].split(",")]
    names = [n.replace(" ", "_") for n in doc["processes"]]
    has, out = {}, []
    for step in doc["steps"]:
        mine = has.setdefault(step["process"], [])
        what = step.get("kind", "")
        if what in OPENS:
            mine.append((what, place(step["at"])))
        elif what in OPENS.values():
            for n in range(len(mine) - 1, -1, -1):
                if OPENS[mine[n][0]] == what:
                    del mine[n]
                    break
        if turns and turns[0][1] in ("end", "blocks"):
            if names[step["process"]] == turns[0][0]:
                continue
            turns.pop(0)
        if turns and step.get("label") == turns[0][1] and \
                names[step["process"]] == turns[0][0]:
            who, label = turns.pop(0)
            if mine:
                out.append(f"When {who} is stopped at {label}, "
                           + (f"it is in the read-side critical section that begins at {mine[-1][1]}."
                              if mine[-1][0] == "rcu-read-lock" else
                              f"it holds the lock that it took at {mine[-1][1]}."))
            else:
                out.append(f"When {who} is stopped at {label}, it holds nothing.")
    return out[:4]


def place(at):
    return f"{os.path.basename(at['file'])}:{at['line']}"


def line(lab, task, answer):
    found = forms.line(answer)
    what, doc = keys.failing(lab, task)
    if task.field not in ("", "at", "other"):
        raise labs.LabError(f"labs/{lab.name}/lab.toml, task {task.id}: field = “{task.field}” "
                            "is neither at nor other")
    failure = reasons.main_failure(doc)
    places = [failure[which] for which in ("at", "other")
              if which in failure and task.field in ("", which)]
    if any(is_place(p, found) for p in places):
        wrong = task.of.get("wrong")
        if found["function"] and wrong and \
                functions_in(labs.read_text(labs.wrongs(lab)[wrong])) == {found["function"]}:
            raise Refused(f"{found['function']}() is all that {wrong}.c has: say which line "
                          f"of it, as {wrong}.c:LINE.")
        return Answer(True, answer)
    return Answer(False, answer, unknown_place(what, doc, found) or
                  "That is not where it shows. What is asked for is the place that the "
                  "explorer's report names.")


def is_place(at, found):
    if found["file"] and os.path.basename(found["file"]) != os.path.basename(at["file"]):
        return False
    if found["function"]:
        return found["function"] == at["function"]
    return int(found["line"]) in statement(at)


def statement(at):
    """All lines of the statement that a place is in."""
    try:
        lines = labs.read_text(at["file"]).splitlines()
    except labs.LabError:
        return {at["line"]}
    ends = re.compile(r"([;{}:]|\*/|^#.*)\s*(/\*.*\*/)?\s*$|^\s*$")
    first = last = at["line"]
    while first > 1 and first <= len(lines) and not ends.search(lines[first - 2]):
        first -= 1
    while last < len(lines) and not ends.search(lines[last - 1]):
        last += 1
    return set(range(first, last + 1))


def unknown_place(what, doc, found):
    """Words for a place that does not exist there."""
    sources = dict(keys.texts(what))
    for step in doc["steps"]:
        path = step["at"]["file"]
        if os.path.exists(path):
            sources.setdefault(os.path.basename(path), labs.read_text(path))
    if found["file"]:
        name = os.path.basename(found["file"])
        if name not in sources:
            return (f"There is no file {quoted(name)} in what runs here"
                    f"{close(name, sources)}")
        count = sources[name].count("\n")
        if found["line"] and not 0 < int(found["line"]) <= count:
            return f"{name} has {count} lines."
    if found["function"]:
        if found["function"] in inlines(what.family):
            return (f"{found['function']}() is inline: it is part of each function that calls "
                    "it, and a report names that one.")
        functions = functions_in(*sources.values())
        if found["function"] not in functions:
            return (f"There is no function {quoted(found['function'])} in what runs here"
                    f"{close(found['function'], functions)}")
    return ""


def functions_in(*texts):
    return {f for text in texts
            for f in re.findall(r"^\w[^\n;=]*?\b(\w+)\(", text, re.MULTILINE)}


def inlines(family):
    """The functions of a family's headers that have no name in a report."""
    folder = os.path.join(labs.CODE, family)
    return {f for name in os.listdir(folder) if name.endswith(".h") for f in re.findall(
        r"^static inline [^\n;=]*?\b(\w+)\(", labs.read_text(os.path.join(folder, name)),
        re.MULTILINE)}


def repair(lab, task, answer):
    what = keys.subject(lab, task)
    if task.of.get("wrong"):
        raise labs.LabError(f"labs/{lab.name}/lab.toml, task {task.id}: a wrong/NAME.c has no "
                            "named changes to repair it with")
    known = labs.change.load(os.path.join(labs.CODE, what.family)).get(what.scheme, {})
    names = forms.repair(answer, known)
    for name in names:
        if name not in known:
            repairs = [n for n, c in known.items() if c["kind"] == "repair"]
            raise Refused(f"{what.scheme} has no change {quoted(name)}{close(name, known)} " + (
                f"Its repairs are: {', '.join(repairs)}." if len(repairs) > 2 else
                "Nothing else than that file is changed."))     # the list would be the key
        if known[name]["kind"] != "repair":
            raise Refused(f"{quoted(name)} plants a flaw; a repair takes one away.")
    if len(names) > 4:
        raise Refused("These are more repairs than any question here asks for.")
    keys.failing(lab, task)
    made = [n for n in names if n not in what.repair.split(",")]
    doc = keys.explore(what.with_repair(made))
    if doc["verdict"] in ("cut", "limit"):
        raise keys.NoKey("the explorer could not try every interleaving of the repaired "
                         f"scheme within {what.limit:g} s")
    if doc["verdict"] == "failed":
        return Answer(False, answer, "With that it still fails." if len(made) == 1 else
                      "With these it still fails.", doc)
    for name in made if len(made) > 1 else ():
        rest = [n for n in made if n != name]
        if keys.explore(what.with_repair(rest))["verdict"] == "clean":
            return Answer(False, answer, "With these it is clean, but not all of them are "
                          "needed for that.")
    return Answer(True, answer)


def value(lab, task, answer):
    given = forms.value(answer)
    where = f"labs/{lab.name}/lab.toml, task {task.id}: field = “{task.field}”"
    if "seconds" in task.field:
        raise labs.LabError(f"{where} is another one each time")
    what = keys.subject(lab, task)
    doc = found = keys.explore(what)
    if doc["verdict"] in ("cut", "limit"):
        raise keys.NoKey(f"the explorer could not finish {what.shown()} here")
    for part in task.field.split("."):
        if not isinstance(found, dict) or part not in found:
            raise labs.LabError(f"{where} is not in the explorer's document")
        found = found[part]
    key = len(found) if isinstance(found, list) else found
    if isinstance(key, bool) or not isinstance(key, (int, float)):
        raise labs.LabError(f"{where} is no number")
    if given == key:
        return Answer(True, answer)
    return Answer(False, answer, f"The explorer comes to another number than {given:g}.")


def litmus(lab, task, answer):
    word = forms.litmus(answer)
    key = keys.litmus(lab, task)
    return Answer(True, answer) if word == key else Answer(
        False, answer, f"The kernel's memory model does not say {word} of that test.")


def splat(lab, task, answer):
    word, function, titles = forms.splat(answer)
    report = keys.splat(lab, task).get("report")
    if not report:
        return Answer(True, answer) if word == "silent" else Answer(
            False, answer, f"No report of the kind {word} was recorded there.")
    if word != report["kind"]:
        return Answer(False, answer, f"The kernel does report something there, but it is not "
                      f"{word} that speaks first." if word != "silent" else
                      "The kernel does report something there.")
    if not function and titles and not forms.names_a_function(report["title"]):
        return Answer(True, answer)     # the report's own first line, which names none
    if not function:
        forms.need_function()
    if function != report["function"]:
        return Answer(False, answer, f"The kind is right; the report does not begin in "
                      f"{function}().")
    return Answer(True, answer)


ASKS = {"kind": kind, "schedule": schedule, "line": line, "repair": repair, "value": value,
        "litmus": litmus, "splat": splat}


def form(lab, task, answer):
    """What is wrong with the form of an answer, without the key; "" if nothing is."""
    try:
        if task.asks == "schedule":
            forms.in_sources(lab, task, answer)
        elif task.asks == "repair":
            forms.repair(answer, ())
        elif task.asks == "splat":
            word, function, titles = forms.splat(answer)
            if word != "silent" and not function and not titles:
                forms.need_function()
        elif task.asks != "text":
            getattr(forms, task.asks)(answer)
    except Refused as e:
        return str(e)
    return ""


def judge(lab, task, answer):
    """Answer: whether `answer`, a stranger's, is right for a task that asks.

    LabError if the lab itself is wrong; nothing else, whatever the answer is.
    """
    if task.asks == "text":
        return Answer(None, shown(answer), "Free words: for a person to read.")
    try:
        return dataclasses.replace(ASKS[task.asks](lab, task, answer), said=shown(answer))
    except Refused as e:
        return Answer(False, shown(answer), str(e))
    except keys.NoKey as e:
        return Answer(None, shown(answer), sentence(f"for a person: {e}"))
    except keys.front_end().builder.BuildError as e:
        raise labs.LabError(f"labs/{lab.name}/lab.toml, task {task.id}: {e}") from None
