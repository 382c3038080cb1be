# SPDX-License-Identifier: GPL-2.0-only
"""What students get: the kit with skeletons in the solutions' place.

Three things are done, and then looked at from the other side:

- A scheme that a lab asks for is there as that lab's skeleton; in the other
  schemes of its family what is cut in it is cut as well, but for those that a
  lab gives (gives = in lab.toml, as its "before").
- Changes to such schemes, tables of what is expected, keys, mutants and right
  submissions stay out.
- leaks() then searches every file for lines of what was cut, a telling one alone
  or any three in a row. Left out of that is what shows lines on purpose: given
  schemes, what another lab's skeleton does not cut, and the wrong functions,
  which share lines with right ones.
"""
import functools
import html
import os
import re
import shutil
import subprocess

from . import labs, skeleton

MARK = "HANDOUT"
FOLDERS = ["code/runtime", "code/module", "code/bench", "code/litmus", "labs/vm",
           "labs/grader/graderlib"]
FILES = ["COPYING", ".gitignore", "labs/setup", "labs/grader/lab", "labs/grader/grade"]
OUT = re.compile(r"""(^|/)tests/(?!plant\.h$) | ^code/module/debug/
    | /experiments\.toml$ | /changes\.toml$ | (^|/)settle$ | ^code/bench/(claims|step|bench)$
    | graderlib/(handed_in|tables|overview|gradescope|handout|prove|mutate\w*)\.py$""", re.VERBOSE)
RUN = 3         # so many lines in a row are nobody's coincidence
ALONE = 24      # characters of a line that is telling by itself


def tracked(*folders):
    try:
        out = subprocess.run(["git", "ls-files", "-z", "-c", "-o", "--exclude-standard", "--",
                              *folders], cwd=labs.TOP, capture_output=True, text=True,
                             check=True).stdout
    except (OSError, subprocess.CalledProcessError) as e:
        said = (getattr(e, "stderr", "") or str(e)).strip().splitlines()[0]
        raise labs.LabError("what to pack is known from git alone: make the handout in a "
                            f"clone, as its owner ({said})") from None
    return [p for p in out.split("\0") if p and os.path.exists(os.path.join(labs.TOP, p))]


def family_of(all_labs):
    """{family: (labs of it, {function: task} that any of them cuts, given schemes)}"""
    found = {}
    for lab in all_labs:
        of, cuts, given = found.setdefault(lab.family, ([], {}, set()))
        of.append(lab)
        given.update(lab.gives)
        for cut in lab.cuts:
            cuts.setdefault(cut.function, cut)
    return found


def stand_in(text, cuts, where):
    """A scheme that no lab asks for, without what some lab does ask for."""
    for cut in cuts.values():
        try:
            labs.change.function_span(text, cut.function)
        except labs.change.ChangeError:
            continue
        text = skeleton.cut_out(text, cut, where)
    begin, end = skeleton.opening(text)
    text = text[:begin] + skeleton.comment(
        "What the labs ask for is cut here as well.", "") + text[end:]
    at = [m.end() for m in re.finditer(r"^#include [^\n]*\n", text, re.MULTILINE)
          if m.start() < text.index("#define LAB_SCHEME ")][-1]
    return text[:at] + skeleton.SENTINEL + text[at:]


def put(root, path, text, mode=0o644):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def copy(root, paths):
    for path in paths:
        to = os.path.join(root, path)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(os.path.join(labs.TOP, path), to, follow_symlinks=False)


def changes_of(family, keep):
    """changes.toml without those to schemes that are not handed out whole."""
    with open(os.path.join(labs.CODE, family, "changes.toml"), encoding="utf-8") as f:
        parts = re.split(r"(?m)^(?=\[)", f.read())
    return "".join(part for part in parts if not part.startswith("[") or
                   re.match(r"\[([\w-]+)\.", part).group(1) in keep)


def litmus_changes(text):
    """The variants of litmus tests, without what is to be seen in them: labs ask."""
    text = re.sub(r"(?m)^(result|interleaving|kind|what) = .*$", r'\1 = "asked"', text)
    return re.sub(r"(?m)^(flags = |#(?! SPDX)).*\n", "", text)


def litmus_test(text, changes):
    """A litmus test without the paragraphs that say what comes of these changes."""
    end = text.index("\n *)\n")
    kept = [p for p in text[:end].split("\n *\n") if not any(c in p for c in changes)]
    return "\n *\n".join(kept) + text[end:]


def lay_out(root, all_labs):
    """Everything but the book, under `root`."""
    copy(root, [p for p in tracked(*FOLDERS, *FILES) if not OUT.search(p)])
    for family, (of, cuts, given) in family_of(all_labs).items():
        of_lab = {lab.scheme: lab for lab in of}
        names = labs.schemes(family)
        whole = {n for n in names if n in given and n not in of_lab}
        copy(root, [p for p in tracked(f"code/{family}") if not OUT.search(p)
                    and os.path.basename(p)[:-2] not in set(names) - whole])
        for name in set(names) - whole:
            where = f"code/{family}/{name}.c"
            if name in of_lab:
                text = skeleton.skeleton(of_lab[name])
            else:
                text = stand_in(labs.read_text(os.path.join(labs.TOP, where)), cuts, where)
            put(root, where, text)
        others = {os.path.basename(p)[:-2] for p in tracked(f"code/{family}")
                  if p.endswith(".c")} - set(names)
        put(root, f"code/{family}/changes.toml", changes_of(family, whole | others))
    put(root, "code/litmus/changes.toml",
        litmus_changes(labs.read_text(os.path.join(labs.CODE, "litmus", "changes.toml"))))
    asked = [t for lab in all_labs for t in lab.tasks if t.asks == "litmus" and t.change]
    for name in {t.test for t in asked}:
        path = f"code/litmus/{name}.litmus"
        put(root, path, litmus_test(labs.read_text(os.path.join(labs.TOP, path)),
                                    {t.change for t in asked}))
    for lab in all_labs:
        folder = f"labs/{lab.name}"
        copy(root, [p for p in tracked(folder) if p == f"{folder}/lab.toml"
                    or p.startswith(f"{folder}/wrong/")])
        put(root, f"{folder}/skeleton.c", skeleton.skeleton(lab))
    for name in ("Makefile", "README.md"):
        put(root, name, labs.read_text(os.path.join(labs.LABS, "student", name)))
    put(root, MARK, "The kit for students. Answers are judged by your instructor.\n")


# The other side: is a line of a solution in it?

def code_lines(text):
    """What is code, a line each, without blanks, labels and lone braces."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.DOTALL)
    out = []
    for line in text.splitlines():
        line = " ".join(re.sub(r"//.*", "", line).split())
        if line and line not in "{}" and not re.fullmatch(r"lab_point\(\w+\);", line):
            out.append(line)
    return out


def regions(lab):
    """([(whose, lines)], lines): what the lab cuts, and what it leaves."""
    text = labs.reference(lab)
    spans = []
    for cut in lab.cuts:
        begin, end = skeleton.function_span(text, cut.function, lab.name)
        begin, end = text.index("{", begin) + 1, end - 2
        if cut.first:
            begin, end = (text.index(f"lab_point({label});", begin, end)
                          for label in (cut.first, cut.last))
        spans.append((begin, end, f"lab {lab.number}, {cut.function}()"))
    cut_out = [(whose, code_lines(text[begin:end])) for begin, end, whose in spans]
    for begin, end, _ in sorted(spans, reverse=True):
        text = text[:begin] + text[end:]
    return cut_out, code_lines(text)


def as_code(path):
    """The text of a file as code_lines() wants it; a page's without its markup."""
    with open(path, "rb") as f:
        data = f.read()
    if b"\0" in data:
        return ""
    text = data.decode("utf-8", "replace")
    if path.endswith((".html", ".htm")):
        text = html.unescape(re.sub(r"<[^>]*>", "", text))
    return text


def shown_by(lab, all_labs):
    """What shows some of a lab's lines on purpose: the schemes that are given
    whole, and what another lab's skeleton does not cut."""
    out = set()
    for other in all_labs:
        out.update(f"code/{other.family}/{name}.c" for name in other.gives)
        if other.number != lab.number:
            out |= {f"code/{other.family}/{other.scheme}.c", f"labs/{other.name}/skeleton.c"}
    return out


def windows(lines):
    return {tuple(lines[i:i + RUN]) for i in range(len(lines) - RUN + 1)}


def contents(root):
    """{path: its lines of code} of all that is searched."""
    files = {}
    for where, _, names in os.walk(root):
        for name in names:
            path = os.path.relpath(os.path.join(where, name), root)
            if "/wrong/" not in path:
                files[path] = code_lines(as_code(os.path.join(root, path)))
    return files


@functools.cache
def of_the_kit(path):
    path = os.path.join(labs.TOP, path)
    return code_lines(as_code(path)) if os.path.exists(path) else None


def leaks(files, all_labs):
    """[(file, whose solution, the lines)]: what should not be in the handout."""
    # What the rest of the kit says as well gives nothing away.
    same = {path: lines for path, lines in files.items()
            if path.startswith("code/") and lines == of_the_kit(path)}
    found = set()
    for lab in all_labs:
        shown = shown_by(lab, all_labs)
        known = {p: x for p, x in files.items() if p in shown or p in same}
        cut_out, left = regions(lab)
        common = {line for lines in [left, *known.values()] for line in lines}
        runs = {w for lines in [left, *known.values()] for w in windows(lines)}
        for whose, lines in cut_out:
            telling = {x for x in lines if len(x) > ALONE} - common
            in_a_row = windows(lines) - runs
            for path in files.keys() - shown:
                found |= {(path, whose, x) for x in telling.intersection(files[path])}
                found |= {(path, whose, " ".join(w))
                          for w in in_a_row & windows(files[path])}
    return sorted(found)
