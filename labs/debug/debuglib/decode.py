# SPDX-License-Identifier: GPL-2.0-only
"""Where in the sources an address of a report is."""
import os
import re
import subprocess

from . import TOP, table

FRAME = re.compile(r"\b([A-Za-z_][\w.]*)\+0x([0-9a-f]+)/0x[0-9a-f]+ \[(x_\w+)\]")


def symbols(path):
    """{function: (section, offset in it)} of a module."""
    out = subprocess.run(["nm", "-f", "sysv", path], capture_output=True, text=True).stdout
    rows = [[part.strip() for part in line.split("|")] for line in out.splitlines()]
    return {row[0]: (row[6], int(row[1], 16))
            for row in rows if len(row) == 7 and row[2] in "tT"}


def lines(path, addresses):
    """{(section, offset): (file, line)}. Of what is inlined there, the
    first line that is the kit's own."""
    found = {}
    for section in sorted({s for s, _ in addresses}):
        out = subprocess.run(["addr2line", "-ai", "-e", path, "-j", section,
                              *sorted({hex(a) for s, a in addresses if s == section})],
                             capture_output=True, text=True, check=False).stdout
        for address, chain in re.findall(r"^0x([0-9a-f]+)\n((?:[^0\n].*\n)*)", out, re.M):
            places = [(os.path.realpath(file), int(line))
                      for file, line in re.findall(r"^(.+):(\d+)", chain, re.M)]
            ours = [p for p in places if p[0].startswith(TOP + os.sep)]
            # Of a header's helper, the line that calls it.
            ours.sort(key=lambda p: not p[0].endswith(".c"))
            if places:
                found[section, int(address, 16)] = (ours or places)[0]
    return found


def short(path):
    """As people know it: from the top of the kit, or of the kernel."""
    path = os.path.realpath(path)
    if path.startswith(TOP + os.sep):
        return os.path.relpath(path, TOP)
    return re.sub(r".*/kernels/source-[^/]+/", "", path)


def decoded(text_lines, module):
    """The report's lines, those of the module with file:line after them."""
    if not os.path.exists(module):
        return list(text_lines)
    known = symbols(module)

    def address(match, line):
        section, at = known[match[1]]
        at += int(match[2], 16)
        # A return address is behind the call; what faulted is where it is.
        return section, at if "RIP:" in line or "BUG:" in line else at - 1
    matches = {line: m for line in text_lines
               if (m := FRAME.search(line)) and m[1] in known}
    where = lines(module, [address(m, line) for line, m in matches.items()])
    out = []
    for line in text_lines:
        # Links of the build folder lead to the sources.
        line = re.sub(rf"/[^\s:]+/build/debug/[^\s:]+|{re.escape(TOP)}/[^\s:]+|"
                      r"/[^\s:]+/kernels/source-[^\s:]+",
                      lambda m: short(m[0]), line)
        match = matches.get(line)
        if match and address(match, line) in where:
            path, number = where[address(match, line)]
            line += f" {short(path)}:{number}"
        out.append(line)
    return out


def place(report, texts):
    """{file, line, text}: where in the schemes a decoded report leads first, to
    the function that it names if it can. *texts*: {file: its lines in the run}."""
    text = "\n".join(report["lines"])
    schemes = f"code/(?:{'|'.join(table.FAMILIES)})/"
    found = re.search(r"^.*\b" + re.escape(report["function"] or "lab_")
                      + rf"\+.* ({schemes}[\w./]+):(\d+)$", text, re.M) \
        or re.search(rf"({schemes}[\w./]+\.[ch]):(\d+)", text)
    if not found:
        return None
    path, number = found[1], int(found[2])
    lines = texts(path)
    if not 0 < number <= len(lines):
        return None
    return {"file": path, "line": number, "text": lines[number - 1].strip()}
