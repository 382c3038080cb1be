# SPDX-License-Identifier: GPL-2.0-only
"""Where in the sources an address of a report is."""
import os
import re
import subprocess

from . import TOP, table

FRAME = re.compile(r"\b([A-Za-z_][\w.]*)\+0x([0-9a-f]+)/0x[0-9a-f]+ \[(x_\w+)\]")


def symbols(path):
    """{function: offset in .text} of a module."""
    out = subprocess.run(["nm", path], capture_output=True, text=True).stdout
    return {m[2]: int(m[1], 16)
            for m in re.finditer(r"^([0-9a-f]+) [tT] (\S+)$", out, re.M)}


def lines(path, addresses):
    """{address: (file, line)} for offsets in the module's .text."""
    addresses = sorted(set(addresses))
    out = subprocess.run(["addr2line", "-e", path, "-j", ".text",
                          *(hex(a) for a in addresses)], capture_output=True, text=True,
                         check=False).stdout.splitlines()
    found = {}
    for address, text in zip(addresses, out):
        match = re.match(r"(.+):(\d+)", text)
        if match:
            found[address] = (os.path.realpath(match[1]), int(match[2]))
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
        at = known[match[1]] + int(match[2], 16)
        # A return address is behind the call; what faulted is where it is.
        return at if "RIP:" in line or "BUG:" in line else at - 1
    matches = {line: m for line in text_lines
               if (m := FRAME.search(line)) and m[1] in known}
    where = lines(module, [address(m, line) for line, m in matches.items()])
    out = []
    for line in text_lines:
        # Links of the build folder lead to the sources.
        line = re.sub(r"/[^\s:]+/build/debug/[^\s:]+|/[^\s:]+/kernels/source-[^\s:]+",
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
