# SPDX-License-Identifier: GPL-2.0-only
"""Makes sources out of the reference: the skeleton, and what is wrong on purpose.

A skeleton is the reference with the bodies of some functions cut. It is never
kept, so it can't drift.
"""
import os
import re
import textwrap

import change

from . import labs

SENTINEL = '#include "lab_todo.h"\n'
HOW = {
    "kind": "the name of a failure, as the explorer says it, e.g. livelock",
    "schedule": "ACTOR:LABEL ..., e.g. one:here two:end one:end: each actor in turn runs until "
                "it is at the lab_point(LABEL), or to its end; a blank in a name is a _",
    "line": "FILE:LINE, or the name of a function",
    "repair": "names of changes, joined by commas (make explore REPAIR=...)",
    "value": "a number",
    "litmus": "Never, Sometimes or Always",
    "splat": "the report's kind and the function that it names, e.g. KCSAN lab_some_function; "
             "or the report itself, as the console has it",
    "text": "in your own words, for a person to read; between three quotes it may have lines",
}


def function_span(text, name, where):
    try:
        return change.function_span(text, name)
    except change.ChangeError as e:
        raise labs.LabError(f"{where}: {e}") from None


def comment(text, indent="\t"):
    """A comment in the kernel's style, 80 columns with tabs of 8."""
    width = 80 - len(indent.expandtabs()) - 3
    paragraphs = [textwrap.wrap(" ".join(p.split()), width)
                  for p in re.split(r"\n\s*\n", text.strip())]
    out = [f"{indent}/*"]
    for n, paragraph in enumerate(paragraphs):
        out += [f"{indent} *"] * (n > 0)
        out += [f"{indent} * {line}" for line in paragraph]
    return "\n".join(out + [f"{indent} */"]) + "\n"


def head(lab):
    """The comment that opens the file: the reference's says who holds what."""
    if lab.head:
        lines = lab.head.strip("\n").splitlines()
        if lines and lines[0].strip() == "/*":
            return "\n".join(lines) + "\n"
        return "/*\n" + "".join((" * " + line).rstrip() + "\n" for line in lines) + " */\n"
    tasks = "\n\n".join(f"Task {t.id}: {t.title}." for t in lab.of_part("build"))
    return comment(f"Lab {lab.number}: {lab.title}\n\n{tasks}", "")


def opening(text):
    """(begin, end) of the comment that opens a source, behind its licence."""
    found = re.search(r"^/\*\n.*?^ \*/\n", text, re.MULTILINE | re.DOTALL)
    return found.span() if found else (text.index("\n") + 1,) * 2


def with_doc(text, begin, doc):
    """What stands between the parameters and Return: is the solution's."""
    above = re.search(r"/\*\*\n(?: \*[^\n]*\n)*? \*/\n\Z", text[:begin])
    if not above:
        return text, begin
    lines = above.group().splitlines()[1:-1]
    at = next((n for n, line in enumerate(lines) if line.rstrip() == " *"), len(lines))
    params, rest = lines[:at], lines[at:]
    returns = next((n for n, line in enumerate(rest)
                    if line.startswith(" * Return:")), len(rest))
    new = [] if not doc.strip() else [" *"] + [
        (" * " + line).rstrip() for line in doc.strip().splitlines()]
    gap = rest[returns:] and not re.search(r"(\A|\n *\n)Context:[^\n]*(\n[^\n]+)*\Z",
                                           doc.strip())
    block = ["/**", *params, *new, *([" *"] if gap else []),
             *rest[returns:], " */"]
    block = "\n".join(block) + "\n"
    return (text[:above.start()] + block + text[above.end():],
            above.start() + len(block))


def cut_out(text, cut, where):
    """`text` without what `cut` names."""
    begin, end = function_span(text, cut.function, where)
    if cut.doc is not None:
        text, begin = with_doc(text, begin, cut.doc)
        begin, end = function_span(text, cut.function, where)
    first = text.index("{", begin) + 2
    last = end - 2
    indent = "\t"
    if cut.first:
        points = []
        for label in (cut.first, cut.last):
            at = text.find(f"lab_point({label});", begin, end)
            if at < 0:
                raise labs.LabError(f"{where}: {cut.function}() has no lab_point({label})")
            points.append(at)
        if points[0] >= points[1]:
            raise labs.LabError(f"{where}: lab_point({cut.last}) comes before "
                                f"lab_point({cut.first})")
        first = text.index("\n", points[0]) + 1
        last = text.rindex("\n", 0, points[1]) + 1
        indent = re.match(r"\s*", text[text.rindex("\n", 0, points[0]) + 1:]).group()
    body = comment(f"Task {cut.task}: {cut.todo}", indent)
    body += f'{indent}lab_todo("{cut.task}");\n'
    if cut.give:
        body += ("\n" if cut.give.startswith("return") else "") + "".join(
            f"{indent}{line}\n" for line in cut.give.splitlines())
    return text[:first] + body + text[last:]


def skeleton(lab):
    """The source that a student begins with."""
    if os.path.exists(lab.skeleton_path):   # a handout has nothing else
        return labs.read_text(lab.skeleton_path)
    text = labs.reference(lab)
    where = f"labs/{lab.name}/lab.toml"
    for cut in lab.cuts:
        text = cut_out(text, cut, where)
    begin, end = opening(text)
    text = text[:begin] + head(lab) + text[end:]
    last = [m.end() for m in re.finditer(r"^#include [^\n]*\n", text, re.MULTILINE)
            if m.start() < text.index(f"#define LAB_SCHEME {lab.scheme}")]
    at = last[-1] if last else opening(text)[1]
    return text[:at] + SENTINEL + text[at:]


def plain(text):
    """Text of lab.toml, which is reStructuredText, for a terminal."""
    text = re.sub(r":\w+:`([^`<]*?)(?:\s*<[^`>]*>)?`", r"\1", text)
    text = re.sub(r"`([^`<]+?)\s*<[^`>]+>`__?", r"\1", text)
    code = re.split(r"``(.*?)``", text, flags=re.DOTALL)    # every second one is code
    code[::2] = [re.sub(r"(?<![\w*])(\*\*?)(\S|\S[^*]*\S)\1(?![\w*])", r"\2", part)
                 for part in code[::2]]
    return "".join(code).strip()


def about_source(task):
    """What a question is about, in a line."""
    of = task.of
    said = []
    if of.get("wrong"):
        said.append(f"wrong/{of['wrong']}.c")
    elif of.get("scheme"):
        said.append(f"{of['scheme']}.c")
    for name, word in (("break", "with the change"), ("repair", "with the repairs")):
        if of.get(name):
            said.append(f"{word} {labs.words(of[name])}")
    if of.get("scenario"):
        said.append(f"in the scenario {of['scenario']}")
    return " ".join(said)


def wrapped(text, prefix):
    return [line for paragraph in re.split(r"\n\s*\n", text)
            for line in textwrap.wrap(" ".join(paragraph.split()), 80, initial_indent=prefix,
                                      subsequent_indent=prefix)]


def answers_template(lab):
    """answers.toml: each question as a comment, and room for its answer."""
    out = [f"# Your answers to lab {lab.number}: {plain(lab.title)}.",
           "# Write each between the quotes. \"make grade LAB="
           f"{lab.number}\" says which are right.", ""]
    part = ""
    for task in lab.tasks:
        if not task.asks:
            continue
        if task.part != part:
            part = task.part
            out += [f"# {part.capitalize()}", ""]
        points = f" ({task.points} point{'s' if task.points != 1 else ''})" \
            if task.points else ""
        out += wrapped(f"{task.id}  {plain(task.title)}{points}", "# ")
        out += wrapped(plain(task.question), "# ")
        about = about_source(task)
        out += wrapped(f"About: {about}.", "# ") if about else []
        out += wrapped(f"Answer: {HOW[task.asks]}.", "# ")
        empty = '"""\n"""' if task.asks == "text" else '""'
        out += [f'"{task.id}" = {empty}', ""]
    return "\n".join(out)


def defined(text):
    """Names of the functions that a source defines, in order."""
    names = []
    for found in re.finditer(r"^(?!\s|/|\*|#)[^\n;]*?\b(\w+)\(", text, re.MULTILINE):
        name = found.group(1)
        try:
            span = change.function_span(text, name)
        except change.ChangeError:
            continue
        if span[0] <= found.start() < span[1] and name not in names:
            names.append(name)
    return names


def compose(text, wrong_text, name="scheme.c", wrong_name="wrong.c"):
    """`text` with each function that `wrong_text` defines too replaced by it.

    What stands before such a function in `wrong_text`, such as a helper, comes
    along. #line makes reports lead to either file.
    """
    text = text if text.endswith("\n") else text + "\n"
    wrong_text = wrong_text if wrong_text.endswith("\n") else wrong_text + "\n"
    chunks, at = [], 0
    there = set(defined(text))
    for function in defined(wrong_text):
        if function in there:
            end = change.function_span(wrong_text, function)[1]
            chunks.append((function, at, end))
            at = end
    if not chunks:
        raise labs.LabError(f"{wrong_name} defines no function that {name} has")
    chunks[-1] = (*chunks[-1][:2], len(wrong_text))

    def line(source, offset):
        return source.count("\n", 0, offset) + 1
    spans = [(change.function_span(text, f), b, e) for f, b, e in chunks]
    out, done = f'#line 1 "{name}"\n', 0
    for (begin, end), first, last in sorted(spans):
        out += text[done:begin]
        out += f'#line {line(wrong_text, first)} "{wrong_name}"\n'
        out += wrong_text[first:last].rstrip("\n") + "\n"
        out += f'#line {line(text, end)} "{name}"\n'
        done = end
    return out + text[done:]
