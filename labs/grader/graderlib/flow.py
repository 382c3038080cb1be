# SPDX-License-Identifier: GPL-2.0-only
"""Follows one function's machine code: what it may reach, and what it can't.

machine.py says what for. What is known is what registers and slots of the
frame hold, as sums of unknowns: that two addresses are the same is seen by
their sums being the same.
"""
import re

from .x86 import (CALLERS, CHANGES, DIVIDES, INTO_REGISTER, JUMP, KEPT, NOTHING, READS_ONLY,
                  REGISTERS, SCRATCH, SET, SIZES, WIDEN, WRITES, Refused, State, Sum, bytes_at)

MOST_CHECKED = 100
MOST_STEPS = 100_000    # of an object's: two seconds; a scheme has about 1,000
MOST_FRAME = 2048       # a stack has two pages below it that nobody may touch
HOOK = re.compile(r"__tsan_(?:unaligned_)?(?:volatile_)?"
                  r"(read|write|read_write)(1|2|4|8|16)")
RANGE = re.compile(r"__tsan_(read|write)_range")
# Of the explorer's other functions, those that write to nothing they are given.
SILENT = re.compile(r"lab_x_(rcu_read_(un)?lock(_held)?|rcu_suspicious|warn|bug|must|list_add|list_del|used|"
                    r"unexpected|todo|might_sleep|held|preempt|irq|irqs_off|"
                    r"cpu_relax)|lab_point_reached|lab_violated|"
                    r"lab_alloc(_atomic)?|lab_free")


class Function:
    """One function's code, followed from its beginning on every way."""

    def __init__(self, name, lines, whole):
        self.name, self.lines, self.whole = name, lines, whole
        self.at = {l.at: n for n, l in enumerate(lines)}
        self.targets = {self.target(l) for l in lines if JUMP.fullmatch(l.op)}
        # What it pushes first is what its caller wants back. The explorer
        # counts these as well (stack.c), and keeps writes away from them.
        self.kept = -8
        for line in lines[2:]:
            if line.op != "push" or line.args[0][1:] not in KEPT[:-1]:
                break
            self.kept -= 8
        if [(l.op, l.args) for l in lines[:2]] != [
                ("push", ("%rbp",)), ("mov", ("%rsp", "%rbp"))]:
            self.kept = -8

    def follow(self):
        """Go on until nothing more is learnt: what is known at a label is
        what holds on all ways to it."""
        known, todo = {}, [(self.lines[0].at, State())]
        while todo:
            at, state = todo.pop()
            while at is not None:
                if at not in self.at:
                    raise Refused(at, "code that runs out of its function")
                if at in self.targets or at == self.lines[0].at:
                    if at not in known:
                        known[at] = state.copy()
                    elif self.differ(known[at], state):
                        raise Refused(at, "the stack is not the same on all "
                                      "ways to here")
                    elif not known[at].meet(state):
                        break
                    state = known[at].copy()
                self.whole.steps += 1
                if self.whole.steps > MOST_STEPS:
                    raise Refused(at, f"too long to follow, in {self.name}(): write less, "
                                  "with fewer ways through it")
                after = self.step(state, self.lines[self.at[at]])
                todo += [(target, state.copy()) for target in after[1:]]
                at = after[0]

    @staticmethod
    def differ(one, other):
        return one.saved != other.saved or any(
            one.regs[r] != other.regs[r] for r in ("rsp", "rbp"))

    def target(self, line):
        if len(line.args) != 1 or line.relocs or \
                not re.fullmatch("[0-9a-f]+", line.args[0]):
            raise Refused(line.at, "a jump to an address that is worked out: "
                          "call functions by their names")
        return int(line.args[0], 16)

    def value(self, state, line, name):
        """What is in a register that is used as a whole."""
        wide, size = REGISTERS[name]
        if size != 8:
            raise Refused(line.at, f"an address in half a register: {name}")
        if wide not in state.regs:
            state.regs[wide] = state.unknown(f"{line.at:x} of {wide}")
        return state.regs[wide]

    # Operands

    def address(self, state, line, arg):
        """Where a memory operand is."""
        found = re.fullmatch(r"(-?0x[0-9a-f]+|-?\d+)?(?:\((%\w+)?(?:,(%\w+)"
                             r"(?:,([1248]))?)?\))?", arg)
        if not found:
            raise Refused(line.at, f"an operand of a kind that is not known: {arg}")
        disp = int(found.group(1) or "0", 0)
        out = Sum.make(disp, {})
        base, index, times = found.group(2), found.group(3), found.group(4)
        end = line.at + line.size
        of_memory = [r for r in line.relocs if not self.immediate(line, r)]
        if base == "%rip":
            if not of_memory:
                raise Refused(line.at, "an address that is worked out from "
                              "where the code is")
        elif base:
            out = out.plus(self.value(state, line, base[1:]))
        if index:
            out = out.plus(self.value(state, line, index[1:]), int(times or "1"))
        for at, kind, symbol, addend in of_memory:
            if kind in ("R_X86_64_PC32", "R_X86_64_PLT32"):
                addend += end - at
            elif kind not in ("R_X86_64_32S", "R_X86_64_32"):
                raise Refused(line.at, f"a relocation of a kind that is not known: {kind}")
            if base == "%rip":
                out = Sum.make(0, {})
            out = out.plus(Sum.make(addend, {"&" + symbol: 1}))
        return out

    def lea(self, state, line, arg):
        """Arithmetic, often; only whole registers tell anything."""
        for r in re.findall(r"%(\w+)", arg):
            if r != "rip" and REGISTERS[r][1] != 8:
                return None
        return self.address(state, line, arg)

    def immediate(self, line, reloc):
        """Whether a relocation is of the constant, not of the address."""
        return any(a.startswith("$") for a in line.args) and \
            reloc[0] + (8 if line.op == "movabs" else 4) == line.at + line.size

    def access(self, state, line, arg, size, write):
        """Returns the distance in the frame, if it is there."""
        where = self.address(state, line, arg)
        at = where.in_frame()
        if at is not None:
            if at >= 8:
                raise Refused(line.at, "an argument on the stack: six are the most, and none "
                              "of them a struct")
            if not -MOST_FRAME <= at or at + size > -8:
                raise Refused(line.at, "a variable on the stack is overrun")
            its = bytes_at(at, size)
            if write:
                state.forget_slots(self.kept, at, size)
                state.written |= its
            elif state.written & its != its:
                # What an earlier execution or the explorer itself left there.
                raise Refused(line.at, "a variable on the stack is read before it is written")
            return at
        for known, length, kind in state.checked:
            if write and kind == "read" or known.terms != where.terms:
                continue
            off = where.plus(known, -1).signed()
            if 0 <= off and off + size <= length:
                state.used = True
                if write:
                    state.forget_slots(self.kept)   # it may lead here
                return None
        if not write and self.whole.constant(where, size):
            return None
        raise Refused(line.at, f"a {'write' if write else 'read'} that the "
                      "explorer does not see: a local array is indexed, the "
                      "address of a local variable is worked with, or a struct "
                      "is an argument; put what you need into plain variables")

    # Instructions

    def step(self, state, line):
        """(next address or None, then where else it may go on)"""
        op, args = line.op, line.args
        after = line.at + line.size
        if NOTHING.match(" ".join([op, ",".join(args)])):
            return (None,) if op == "ud2" else (after,)
        if op == "jmp":
            return None, self.inside(line)
        if JUMP.fullmatch(op):
            return after, self.inside(line)
        if op in ("call", "callq"):
            self.call(state, line)
            return (None,) if self.whole.never_returns(line) else (after,)
        if op in ("ret", "retq") and not args:
            if state.regs["rsp"] != Sum.of(0, frame=1) or any(
                    state.regs.get(r) != CALLERS[r] for r in KEPT):
                raise Refused(line.at, "it does not give the stack back")
            return (None,)
        if op in ("push", "pushq", "pop", "popq", "leave", "leaveq"):
            self.stack(state, line)
        else:
            self.compute(state, line)
        return (after,)

    def inside(self, line):
        target = self.target(line)
        if target not in self.at:
            raise Refused(line.at, "a jump out of its function")
        return target

    def frame(self, state, line):
        depth = state.regs["rsp"].in_frame()
        if depth is None or not -MOST_FRAME <= depth <= 0:
            raise Refused(line.at, "it needs too much of the stack, or an "
                          f"amount that is not fixed: {MOST_FRAME} bytes in "
                          "one function is the most")
        return depth

    def stack(self, state, line):
        depth = self.frame(state, line)
        regs, eight = state.regs, Sum.make(8, {})
        if line.op.startswith("push"):
            arg = line.args[0]
            if not (arg.startswith("$") or arg[1:] in REGISTERS):
                raise Refused(line.at, "an instruction that is not on the list: push")
            if depth == 0:
                if arg != "%rbp" or regs["rbp"] != CALLERS["rbp"]:
                    raise Refused(line.at, "a function without a frame")
                state.saved = True
            regs["rsp"] = regs["rsp"].plus(eight, -1)
            at = self.frame(state, line)
            state.forget_slots(self.kept, at, 8)
            state.written |= bytes_at(at, 8)
            if arg[1:] in KEPT and arg[1:] in regs:
                regs[at] = regs[arg[1:]]
            return
        if line.op.startswith("leave"):
            regs["rsp"] = regs["rbp"]
            if regs["rbp"].in_frame() != -8:
                raise Refused(line.at, "it does not give the stack back")
            depth, arg = -8, "%rbp"
        else:
            arg = line.args[0]
            if arg[1:] not in REGISTERS or REGISTERS[arg[1:]][1] != 8 or \
                    arg == "%rsp" or depth > -8:
                raise Refused(line.at, "an instruction that is not on the list: pop")
        if arg == "%rbp":
            if depth != -8 or not state.saved:
                raise Refused(line.at, "it does not give the stack back")
            regs["rbp"] = CALLERS["rbp"]
        else:
            self.access(state, line, "(%rsp)", 8, False)
            self.write(state, line, arg[1:], regs.get(depth))
        state.regs["rsp"] = state.regs["rsp"].plus(eight)

    def compute(self, state, line):
        op, args = line.op, line.args
        into = INTO_REGISTER.fullmatch(op)
        if op in WIDEN and not args:
            self.write(state, line, "rax")
            self.write(state, line, "rdx")
            return
        name, size = op, 0
        if not into and not SET.fullmatch(op) and op not in \
                READS_ONLY | WRITES | CHANGES | DIVIDES and op[-1] in SIZES:
            name, size = op[:-1], SIZES[op[-1]]
        if not (into or SET.fullmatch(op) or name in
                READS_ONLY | WRITES | CHANGES | DIVIDES) or not args:
            raise Refused(line.at, f"an instruction that is not on the list: {op}")
        for arg in args:
            if arg.startswith("%") and arg[1:] in REGISTERS:
                size = size or REGISTERS[arg[1:]][1]
            elif arg.startswith("%") and arg != "%fs:0x28":
                raise Refused(line.at, f"a register that is not on the list: {arg}")
        if SET.fullmatch(op):
            size = 1
        last = args[-1]
        memory = [a for a in args if not a.startswith(("%", "$"))]
        if "%fs:0x28" in args:
            # Where the compiler keeps what guards the stack.
            if args[0] != "%fs:0x28" or name not in ("mov", "sub"):
                raise Refused(line.at, "what guards the stack is not this code's")
            memory = []
        # With a bit's number in a register, bt and its kin go far.
        if len(memory) > 1 or not size and memory and op != "lea" or \
                memory and name.startswith("bt"):
            raise Refused(line.at, f"an instruction that is not on the list: {op}")
        if op.startswith("lea"):
            value = self.lea(state, line, args[0])
            self.into(state, line, last,
                      value if REGISTERS[last[1:]][1] == 8 else None)
            return
        at = None
        for arg in memory:
            if into:
                size = {"b": 1, "w": 2, "l": 4}.get(op[4], size) \
                    if op.startswith(("movz", "movs")) else size
            write = arg is last and name not in READS_ONLY and \
                name not in DIVIDES and not into
            read = not write or name not in WRITES and not SET.fullmatch(op)
            if read:
                at = self.access(state, line, arg, size, False)
            if write:
                at = self.access(state, line, arg, size, True)
        if name in DIVIDES or op.startswith("imul") and len(args) == 1:
            self.write(state, line, "rax")
            self.write(state, line, "rdx")
        elif name in READS_ONLY:
            pass
        elif last.startswith("%"):
            if name == "mov" and at is not None and size == 8:
                if at not in state.regs:
                    state.regs[at] = state.unknown(f"{line.at:x} at {at}")
                value = state.regs[at]
            else:
                value = self.result(state, line, name, args)
            self.into(state, line, last, value)
        elif name == "mov" and at is not None and size == 8 and \
                args[0].startswith("%"):
            state.regs[at] = self.value(state, line, args[0][1:])

    def result(self, state, line, name, args):
        """What is known of what comes out in a register."""
        first, last = args[0], args[-1]
        if len(args) != 2 or name not in WRITES | {"add", "sub"}:
            return None
        wide = REGISTERS[last[1:]][1] == 8
        if first.startswith("$"):
            value = Sum.make(int(first[1:], 0), {})
            for _, kind, symbol, addend in line.relocs:
                if kind not in ("R_X86_64_32", "R_X86_64_32S", "R_X86_64_64"):
                    raise Refused(line.at, "a relocation of a kind that is "
                                  f"not known: {kind}")
                # Addresses have 31 bits here.
                value = Sum.make(addend, {"&" + symbol: 1})
            if not wide and (name not in WRITES or
                             REGISTERS[last[1:]][1] != 4):
                return None
            if not wide and not value.terms:
                value = Sum.make(value.const & 0xffffffff, {})
        elif wide and first.startswith("%") and first[1:] in REGISTERS and \
                REGISTERS[first[1:]][1] == 8:
            value = self.value(state, line, first[1:])
        else:
            return None
        if name in WRITES:
            return value
        return self.value(state, line, last[1:]).plus(
            value, 1 if name == "add" else -1)

    @staticmethod
    def write(state, line, name, value=None):
        wide = REGISTERS[name][0]
        state.regs[wide] = state.unknown(f"{line.at:x} in {wide}") \
            if value is None else value

    def into(self, state, line, arg, value):
        """Put a value into a register; the stack's own are watched."""
        wide = REGISTERS[arg[1:]][0]
        if wide not in ("rsp", "rbp"):
            self.write(state, line, arg[1:], value)
            return
        if arg[1:] != wide or value is None or value.in_frame() is None:
            raise Refused(line.at, "it needs an amount of the stack that is "
                          "not fixed: no arrays of a length that is worked "
                          "out, no alloca()")
        if wide == "rbp" and (value.in_frame() != -8 or not state.saved
                              or state.regs["rsp"] != value):
            raise Refused(line.at, "the frame pointer leads elsewhere")
        state.regs[wide] = value
        self.frame(state, line)

    def call(self, state, line):
        if state.regs["rbp"].in_frame() != -8:
            raise Refused(line.at, "a call from a function without a frame")
        depth = self.frame(state, line)
        for key in [k for k in state.regs if isinstance(k, int) and k < depth]:
            del state.regs[key]     # what is called has its frame there
        whole = (1 << -depth) - 1
        state.written &= whole
        # What is called may be given a place in the frame, and read on from there.
        if state.written != whole:
            raise Refused(line.at, "a part of the stack that nothing was written to")
        name = self.whole.called(line)
        hook = HOOK.fullmatch(name)
        area = RANGE.fullmatch(name)
        if hook or area:
            where = self.value(state, line, "rdi")
            size = Sum.make(int(hook.group(2)), {}) if hook else \
                self.value(state, line, "rsi")
            if not size.terms:
                self.see(state, where, size.const, (hook or area).group(1))
        if name in ("memset", "memcpy"):    # how the compiler begins what is large
            at, size = (self.value(state, line, r) for r in ("rdi", "rdx"))
            at = at.in_frame()
            if at is not None and not size.terms and depth <= at <= at + size.const <= -8:
                state.written |= bytes_at(at, size.const)
        for r in SCRATCH:
            state.regs.pop(r, None)
        if not hook and not area:
            # Others may have come in between: what was seen is not what is there.
            state.checked = set()
            if not SILENT.fullmatch(name):
                state.forget_slots(self.kept)

    @staticmethod
    def see(state, where, size, kind):
        # An access comes right behind its hook; a copy's two come behind both.
        if state.used or len(state.checked) >= MOST_CHECKED:
            state.checked, state.used = set(), False
        state.checked.add((where, size, "write" if "write" in kind else kind))
        if kind == "read_write":
            state.checked.add((where, size, "read"))
