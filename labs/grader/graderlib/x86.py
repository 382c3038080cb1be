# SPDX-License-Identifier: GPL-2.0-only
"""x86-64's instructions as objdump prints them, and what is known between two."""
import re
import typing

SIZES = {"b": 1, "w": 2, "l": 4, "q": 8}
WIDE = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"]
SCRATCH = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"]
KEPT = ["rbx", "r12", "r13", "r14", "r15", "rbp"]


def registers():
    """{name: (the register that it is part of, its bytes)}"""
    out = {}
    for wide in WIDE:
        short = wide[1:]
        out[wide] = (wide, 8)
        out["e" + short] = (wide, 4)
        out[short] = (wide, 2)
        out[(short[0] if short[1] == "x" else short) + "l"] = (wide, 1)
        if short[1] == "x":
            out[short[0] + "h"] = (wide, 1)
    for n in range(8, 16):
        for end, size in (("", 8), ("d", 4), ("w", 2), ("b", 1)):
            out[f"r{n}{end}"] = (f"r{n}", size)
    return out


REGISTERS = registers()
# mnemonic without suffix: what it does to its last operand
READS_ONLY = {"cmp", "test", "bt"}
WRITES = {"mov", "movabs"}
CHANGES = {"add", "sub", "adc", "sbb", "and", "or", "xor", "shl", "sal", "shr",
           "sar", "rol", "ror", "neg", "not", "inc", "dec", "btc", "btr",
           "bts", "bswap"}
INTO_REGISTER = re.compile(
    r"(lea|imul|mov[sz][bwl][wlq]?|movs[bwl]q|movslq|cmov\w+|tzcnt|lzcnt|bsf|"
    r"bsr|popcnt)([wlq]?)")
WIDEN = {"cltq", "cltd", "cqto", "cwtl"}
NOTHING = re.compile(r"(nop[wl]?|data16 .*nopw|cs nopw|xchg +%ax,%ax|ud2|endbr64)\b")
JUMP = re.compile(r"j[a-z]+")
SET = re.compile(r"set[a-z]+")
DIVIDES = {"mul", "div", "idiv"}


class Refused(Exception):
    """args: the address in .text, and a sentence."""


class Line(typing.NamedTuple):
    at: int
    size: int
    op: str
    args: tuple
    relocs: tuple       # (address, kind, symbol, addend)
    code: bytes


class Sum(typing.NamedTuple):
    """An address: a constant and a sum of unknowns, each so many times."""
    const: int
    terms: tuple

    @staticmethod
    def of(const=0, **terms):
        return Sum.make(const, terms)

    @staticmethod
    def make(const, terms):
        return Sum(const & (1 << 64) - 1,
                   tuple(sorted((k, v & (1 << 64) - 1) for k, v in
                                terms.items() if v & (1 << 64) - 1)))

    def plus(self, other, times=1):
        terms = dict(self.terms)
        for name, many in other.terms:
            terms[name] = terms.get(name, 0) + many * times
        return Sum.make(self.const + other.const * times, terms)

    def signed(self):
        return self.const - (self.const >> 63 << 64)

    def in_frame(self):
        """The distance from where the return address is, if it is known."""
        return self.signed() if self.terms == (("frame", 1),) else None


def split(text):
    """The operands of an instruction, in the assembler's notation."""
    out, depth, word = [], 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            out.append(word)
            word = ""
        else:
            word += c
    return tuple(out + [word] if word else out)


INSTRUCTION = re.compile(r" *([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *(?:\t(.*))?$")
RELOC = re.compile(r"([0-9a-f]+): (R_X86_64_\w+)\s+([^\s+-]+)"
                   r"([+-]0x[0-9a-f]+)?$")


def lines_of(text):
    """objdump -d -r -w's lines."""
    out = []
    for line in text.splitlines():
        found = INSTRUCTION.match(line)
        if not found:
            continue
        at, code = int(found.group(1), 16), found.group(2).split()
        words = (found.group(3) or "").split("\t")
        if not found.group(3):
            # Bytes that belong to the instruction before.
            last = out[-1]
            if at != last.at + last.size:
                raise Refused(at, "its code can't be followed")
            out[-1] = last._replace(size=last.size + len(code),
                                    code=last.code + bytes.fromhex("".join(code)))
            continue
        relocs = []
        tail = " ".join(w.strip() for w in words[1:] if w.strip())
        for word in re.split(r" (?=[0-9a-f]+: R_)", tail) if tail else ():
            r = RELOC.match(word)
            if not r:
                raise Refused(at, "a relocation of a kind that is not known: "
                              + word)
            relocs.append((int(r.group(1), 16), r.group(2), r.group(3),
                           int(r.group(4) or "0", 16)))
        body = words[0].split("#")[0].strip()
        body = re.sub(r"\s*<[^>]*>$", "", body)
        op, _, rest = body.partition(" ")
        args = split(rest.strip())
        if op in ("rep", "lock", "cs", "data16", "repz", "ds", "es", "notrack", "bnd"):
            op, args = body, ()
        out.append(Line(at, len(code), op, args, tuple(relocs),
                        bytes.fromhex("".join(code))))
    return out


PREFIXES = (0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65)
# Opcodes with a constant of four bytes; b8 to bf have one of eight with REX.W.
CONSTANT = {0x68, 0x69, 0x81, 0xa9, 0xc7, 0xf7, *range(0x05, 0x40, 8), *range(0xb8, 0xc0)}


def fields(line):
    """[(address, bytes)] of what the linker may fill in: an instruction's
    distance or constant. Elsewhere it would make another instruction of it."""
    code, at = line.code, 0
    while at < len(code) and code[at] in PREFIXES:
        at += 1
    short = 0x66 in code[:at]
    wide = at < len(code) and code[at] & 0xf8 == 0x48
    at += at < len(code) and code[at] & 0xf0 == 0x40
    if at >= len(code):
        return []
    op, out, size = code[at], [], line.size
    if op in (0xe8, 0xe9):      # a call, a jump
        return [(line.at + at + 1, 4)] if size == at + 5 else []
    if op == 0x0f:
        at += 1 + (code[at + 1:at + 2] in (b"\x38", b"\x3a"))
    at += 1
    memory = any("(" in a for a in line.args) or any(
        not a.startswith(("%", "$")) for a in line.args)
    if memory and at < len(code):
        mod, low = code[at] >> 6, code[at] & 7
        at += 1
        if low == 4 and mod != 3 and at < len(code):
            low = 5 if mod == 0 and code[at] & 7 == 5 else 4
            at += 1
        if mod == 2 or mod == 0 and low == 5:
            out.append((line.at + at, 4))
    if any(a.startswith("$") for a in line.args) and op in CONSTANT and not short:
        many = 8 if wide and 0xb8 <= op < 0xc0 else 4
        out.append((line.at + size - many, many))
    return out


def relocated(line):
    """Refuse a relocation that is not of an operand, or adds to what is there."""
    left = fields(line)
    for at, kind, _, _ in line.relocs:
        size = 8 if kind == "R_X86_64_64" else 4
        if (at, size) not in left or any(line.code[at - line.at:at - line.at + size]):
            raise Refused(line.at, "a place in its code that is filled in late: "
                          "leave out what makes it")
        left.remove((at, size))


# What a register holds when a function begins, and must when it returns.
CALLERS = {r: Sum.make(0, {"callers " + r: 1}) for r in KEPT}


class State:
    """What is known at one instruction of one function: what is in registers
    and in slots of the frame (by their distance), which addresses the hooks
    have seen last and whether they were used since, whether the caller's frame
    pointer is on the stack, and which bytes of the frame it has written (bit
    n: the nth below its beginning)."""

    def __init__(self):
        self.regs = {r: CALLERS[r] for r in CALLERS}
        self.regs["rsp"] = Sum.of(0, frame=1)
        self.checked, self.used = set(), False
        self.saved, self.written = False, 0

    def copy(self):
        other = State()
        other.regs, other.checked = dict(self.regs), set(self.checked)
        other.used, other.saved = self.used, self.saved
        other.written = self.written
        return other

    def unknown(self, name):
        """A value that nothing is known of; whatever had that name is over."""
        def over(value):
            return any(n == name for n, _ in value.terms)
        self.regs = {k: v for k, v in self.regs.items() if not over(v)}
        self.checked = {c for c in self.checked if not over(c[0])}
        return Sum.make(0, {name: 1})

    def forget_slots(self, spare, at=None, size=0):
        """Those that a write to the frame treads on; or all, but for those
        that the explorer lets nobody write to."""
        for key in [k for k in self.regs if isinstance(k, int)]:
            if at is None and key < spare or \
                    at is not None and at < key + 8 and key < at + size:
                del self.regs[key]

    def meet(self, other):
        """Keep what holds on another way to here, too. True if that is less."""
        before = len(self.regs), len(self.checked), self.used, self.written
        self.regs = {k: v for k, v in self.regs.items()
                     if other.regs.get(k) == v}
        self.checked &= other.checked
        self.used |= other.used
        self.written &= other.written
        return (len(self.regs), len(self.checked), self.used, self.written) != before


def bytes_at(at, size):
    """Those of a frame, as State.written has them; `at` is below its beginning."""
    return ((1 << size) - 1) << -at - size
