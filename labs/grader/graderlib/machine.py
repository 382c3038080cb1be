# SPDX-License-Identifier: GPL-2.0-only
"""What the compiler made of a submission: may it run inside the explorer?

The explorer and what it explores share one process, so the explorer's word
is worth something only if the explored code can't reach around it. That is
proven here for each object, from its machine code, as a sandbox by software
fault isolation does it (Wahbe and others, 1993):

- only instructions from a list, which lie end to end; no system calls
- it calls functions that it may call, by name, and jumps within a function
- each function keeps its frame: it gives the stack pointer, the frame pointer
  and the return address back as it got them
- each access to memory outside of its own frame comes after the explorer's
  hook for that address, with the address kept in registers meanwhile
- its table holds functions' beginnings

The explorer does the rest at run time: a hook lets nobody write to where
return addresses or the explorer's own data are, and a callback is called only
if a function begins there.
"""
import re

from .flow import HOOK, RANGE, SILENT, Function
from .x86 import Refused, lines_of, relocated

MOST_CODE = 64 << 10
NAME = re.compile(r"[A-Za-z_.][\w.]*")
SECTION = re.compile(r"\s*\d+ (\S+) +([0-9a-f]+)(?:  [0-9a-f]+){3}  \S+  (\w.*)")
SYMBOL = re.compile(r"([0-9a-f]{16}) (.{7}) (\S+)\t([0-9a-f]{16}) (?:\.\w+ )?(.+)")
# .init_array holds the sanitizer's own; what links this leaves it out.
LOADED = re.compile(r"\.(text|data|bss|rodata(\.\w+)*|init_array\.00099)")
HOOKS = re.compile(
    HOOK.pattern + "|" + RANGE.pattern +
    r"|__tsan_atomic(8|16|32|64)_(load|store|exchange|fetch_\w+|"
    r"compare_exchange_(strong|weak|val))|__tsan_atomic_(thread|signal)_fence|"
    r"__tsan_init")
# A call through a pointer goes by one of these (-mindirect-branch): the
# explorer looks whether a function begins there.
THUNK = re.compile(r"__x86_indirect_thunk_r\w+")
NEVER_RETURN = {"__stack_chk_fail"}
# What prints all that Object reads.
DUMP = ("objdump -h -t -w {0} && echo @@ && objdump -r -w {0} && echo @@ && "
        "objdump -d -r -w -j .text {0}")


class Object:
    """dump: what DUMP printed. table: what its one global symbol is called.
    engine, family: names that it may call, or keep addresses of. trusted:
    the kit's own code, which may have more symbols and call its tables."""

    def __init__(self, dump, table, engine, family, trusted=False):
        self.table, self.trusted = table, trusted
        self.allowed, self.steps = engine | family, 0
        heads, relocs, code = dump.split("\n@@\n", 2)
        self.sizes = {}
        heads, _, symbols = heads.partition("\nSYMBOL TABLE:\n")
        for line in heads.partition("\nIdx ")[2].splitlines()[1:]:
            name, size, flags = self.parts(SECTION, line)
            flags = flags.split(", ")
            if name == ".note.GNU-stack" and "CODE" in flags:
                raise Refused(0, "code on the stack: no function inside of "
                              "another whose address is taken")
            if "ALLOC" in flags and int(size, 16) and \
                    not LOADED.fullmatch(name) or \
                    ("CODE" in flags) != (name == ".text"):
                raise Refused(0, f"a section of its own, {name}: leave out "
                              "what makes it")
            self.sizes[name] = int(size, 16)
        self.symbols(symbols)
        self.statics()
        self.code(code)
        self.data(relocs)

    @staticmethod
    def parts(pattern, line):
        found = pattern.fullmatch(line)
        if not found:
            raise Refused(0, f"its parts can't be told apart: {line[:60]}")
        return found.groups()

    def symbols(self, text):
        self.starts, self.at = {}, {}
        for line in filter(None, text.splitlines()):
            value, flags, section, size, name = self.parts(SYMBOL, line)
            value, size = int(value, 16), int(size, 16)
            if not NAME.fullmatch(name):
                if "d" in flags or "f" in flags:
                    continue
                raise Refused(0, f"a symbol with an odd name: {name[:40]}")
            if section != "*UND*" and any(p.fullmatch(name) for p in (
                    HOOKS, THUNK, SILENT)) or name in NEVER_RETURN and \
                    section != "*UND*":
                raise Refused(("symbol", name), f"{name} is the explorer's: "
                              "call yours something else")
            if section == "*UND*":
                if name not in self.allowed and not HOOKS.fullmatch(name) \
                        and not THUNK.fullmatch(name):
                    raise Refused(("call", name), f"{name} can't be used here: "
                                  "it is none of the family's or the kernel's "
                                  "that the kit has")
            elif name.startswith("lab_scheme_") and name != self.table \
                    and not self.trusted:
                raise Refused(("symbol", name), f"its table is {name}, this "
                              f"lab's is {self.table}: end it as the skeleton "
                              "ends")
            elif section == "*COM*" or flags[0] not in "l" and \
                    name != self.table and not self.trusted:
                raise Refused(("symbol", name), f"{name} is visible to all: "
                              "make it static")
            elif "i" in flags[4:5] or flags[1] == "w":
                raise Refused(("symbol", name), f"{name} is weak or resolved "
                              "late: make it a plain function")
            elif section == ".text" and flags.rstrip().endswith("F"):
                self.starts[value] = name
            elif section == ".text" and "d" not in flags:
                raise Refused(0, f"a place in its code has a name, {name}: "
                              "leave out what makes it")
            self.at.setdefault(name, (section, value, size))

    def statics(self):
        """Nothing of a submission's own lasts from one call to the next."""
        if self.trusted or not self.sizes.get(".data", 0) + self.sizes.get(".bss", 0):
            return
        names = [n.partition(".")[0] for n, (section, _, size) in self.at.items()
                 if section in (".data", ".bss") and size]
        name = min(filter(None, names), default="a variable")
        raise Refused(("symbol", name), f"{name} is static and can change: what a call "
                      "leaves for the next belongs into the struct that it is about, "
                      "under the lock that guards it. Make it a local variable, or const")

    def code(self, text):
        if self.sizes.get(".text", 0) > MOST_CODE:
            raise Refused(0, f"it has {self.sizes['.text']:,} bytes of code: "
                          "a scheme has about 2,000")
        lines, end = lines_of(text), 0
        for line in lines:
            if line.at != end:
                raise Refused(line.at, "its code can't be followed")
            relocated(line)
            end = line.at + line.size
        if end != self.sizes.get(".text", 0) or lines and 0 not in self.starts:
            raise Refused(0, "its code can't be followed")
        starts = [n for n, line in enumerate(lines) if line.at in self.starts]
        if len(starts) != len(self.starts):
            raise Refused(0, "its code can't be followed")
        for first, last in zip(starts, starts[1:] + [len(lines)]):
            name = self.starts[lines[first].at]
            if name != "_sub_I_00099_0":
                Function(name, lines[first:last], self).follow()

    def data(self, text):
        section = ""
        for line in text.splitlines():
            head = re.match(r"RELOCATION RECORDS FOR \[(.*)\]", line)
            found = re.match(r"([0-9a-f]{16}) (R_X86_64_\w+)\s+([^\s+-]+)"
                             r"([+-]0x[0-9a-f]+)?$", line)
            section = head.group(1) if head else section
            if not found or section.startswith((".debug", ".text",
                                                ".init_array", ".eh_frame")):
                continue
            kind, symbol = found.group(2), found.group(3)
            addend = int(found.group(4) or "0", 16)
            to, value, _ = self.at.get(symbol, (symbol, 0, 0))
            if kind != "R_X86_64_64" or to == ".text" and \
                    value + addend not in self.starts:
                raise Refused(0, "a table with an address in it that is not "
                              "where a function begins")
        if not self.table:
            return
        if self.table not in self.at or self.at[self.table][0] == "*UND*":
            raise Refused(0, f"it has no table {self.table}: end it as the "
                          "skeleton ends")
        # Whoever calls by it has no hook there: it never changes.
        if not self.at[self.table][0].startswith(".rodata"):
            raise Refused(("symbol", self.table), f"its table {self.table} is not "
                          "const: end it as the skeleton ends")

    def called(self, line):
        """The name of what is called, if it is not of this object."""
        target = line.args[0] if line.args else ""
        if target.startswith("*"):
            raise Refused(line.at, "a call through a pointer: call functions "
                          "by their names")
        if line.relocs:
            (at, kind, symbol, addend), = line.relocs
            off = addend + line.at + line.size - at
            if kind not in ("R_X86_64_PLT32", "R_X86_64_PC32"):
                raise Refused(line.at, "a call of a kind that is not known")
            section, value, _ = self.at.get(symbol, ("*UND*", 0, 0))
            if section == ".text" or symbol == ".text":
                return self.beginning(line, value + off)
            if off or not (symbol in self.allowed or HOOKS.fullmatch(symbol)
                           or THUNK.fullmatch(symbol)):
                raise Refused(line.at, f"a call of {symbol}")
            return symbol
        return self.beginning(line, int(target, 16))

    def beginning(self, line, at):
        if at not in self.starts:
            raise Refused(line.at, "a call into the middle of a function")
        return ""

    def constant(self, where, size):
        """Whether so many bytes lie within one of its constants or tables."""
        if len(where.terms) != 1 or where.terms[0][1] != 1:
            return False
        name = where.terms[0][0].removeprefix("&")
        if name.startswith(".rodata"):
            length = self.sizes.get(name, 0)
        elif name.startswith("lab_scheme_"):
            section, _, length = self.at.get(name, ("*UND*", 0, 0))
            if section == "*UND*":
                return self.trusted
        else:
            return False
        return 0 <= where.signed() <= length - size

    @staticmethod
    def never_returns(line):
        return any(r[2] in NEVER_RETURN for r in line.relocs)
