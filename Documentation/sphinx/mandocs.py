#!/usr/bin/python3 -Xutf8
# SPDX-License-Identifier: GPL-2.0-only
"""Manual pages of section 9 from kernel-doc comments.

    mandocs.py OUT FILE...

A page is named after its function. Where several files define one of that name,
as the schemes do, each page's name ends in that of its file:
lab_utsns_get-rcu.9. All pages are made anew, old ones are removed.
"""
import collections
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import kerneldoc_tool  # noqa: E402

# A function: .TH "name" 9 "name" …; a type: .TH "Kernel API" 9 "struct name" …
PAGE = re.compile(r'^\.TH "[^"]+" 9 "(?P<name>[^"]+)".*$', re.MULTILINE)
MANUAL = "Guarding a pointer"


def pages_of(tool, file):
    """[(name, text)] as kernel-doc prints them, one after the other."""
    done = subprocess.run([tool, "-man", file], capture_output=True, text=True,
                          check=False)
    complaints = [line for line in done.stderr.splitlines() if line.strip()
                  and "no structured comments found" not in line]
    if done.returncode or complaints:
        raise SystemExit("\n".join(complaints) or f"mandocs: {tool} failed on {file}")
    starts = [m.start() for m in PAGE.finditer(done.stdout)] + [len(done.stdout)]
    for begin, end in zip(starts, starts[1:]):
        text = done.stdout[begin:end]
        yield PAGE.match(text)["name"], text


def escaped(text):
    return text.replace("\\", "\\e").replace("-", "\\-")


def finished(name, text, file, title, siblings):
    """The head by our own words, and where the reader can go on."""
    words = text.split("\n", 1)[1].rstrip()
    # Newer kernel-doc writes its own SEE ALSO, to the kernel's book.
    words = words.split('\n.SH "SEE ALSO"')[0]
    see = ",\n".join(f".BR {escaped(s)} (9)" for s in siblings if s != title)
    see = see.replace(",\n", " ,\n")
    out = [f'.TH "{title}" 9 "" "{file}" "{MANUAL}"', words]
    out += ['.SH "DEFINED IN"', f"{escaped(file)}"]
    if see:
        out += ['.SH "SEE ALSO"', see]
    return "\n".join(out) + "\n"


def main(out, files):
    try:
        tool = kerneldoc_tool.find()
    except kerneldoc_tool.NoKernelDoc as e:
        raise SystemExit(f"mandocs: {e}") from None
    found = [(name, text, file) for file in files for name, text in pages_of(tool, file)]
    often = collections.Counter(name for name, _, _ in found)

    def title_of(name, file):
        stem = os.path.splitext(os.path.basename(file))[0]
        title = re.sub(r"^(struct|enum|union|typedef) ", "", name)
        return f"{title}-{stem}" if often[name] > 1 else title

    siblings = collections.defaultdict(list)
    for name, _, file in found:
        siblings[file].append(title_of(name, file))
    os.makedirs(out, exist_ok=True)
    for old in os.listdir(out):
        if old.endswith(".9"):
            os.remove(os.path.join(out, old))
    for name, text, file in found:
        title = title_of(name, file)
        with open(os.path.join(out, title + ".9"), "w", encoding="utf-8") as f:
            f.write(finished(name, text, file, title, siblings[file]))
    print(f"{len(found)} manual pages in {out}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2:])
