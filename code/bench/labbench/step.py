# SPDX-License-Identifier: GPL-2.0-only
"""Count the atomic instructions that one operation really executes, by ptrace.

count.h counts what the source asks for. Here the processor is asked: the
native program is stepped through one call of a scheme's function, and each
instruction that locks the bus is counted: those with a lock prefix, and xchg
with memory, which locks by itself. x86-64 only.
"""
import ctypes
import os
import platform
import re
import signal
import struct
import subprocess

from . import Trouble

PTRACE_TRACEME, PTRACE_PEEKTEXT, PTRACE_POKETEXT = 0, 1, 4
PTRACE_CONT, PTRACE_KILL, PTRACE_SINGLESTEP = 7, 8, 9
PTRACE_GETREGS, PTRACE_SETREGS = 12, 13
REGISTERS = 27                  # struct user_regs_struct: 27 words
RIP, RSP = 16, 19
LONGEST = 200000                # instructions in one operation: it would be lost


def why_not():
    """Why this can't be done here, or None."""
    if platform.machine() != "x86_64":
        return f"the instructions of {platform.machine()} are not known to this tool"
    return None


class Tracee:
    """A child under ptrace, stopped at its first instruction."""

    def __init__(self, command):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.restype = ctypes.c_long
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p,
                                     ctypes.c_void_p]
        self.pid = os.fork()
        if self.pid == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            # Same addresses each time.
            self.libc.personality(0x0040000)
            self.libc.ptrace(PTRACE_TRACEME, 0, None, None)
            try:
                os.execv(command[0], command)
            finally:
                os._exit(127)
        self.wait()

    def wait(self):
        _, status = os.waitpid(self.pid, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            raise Trouble("the program ended before the operation was seen")
        return os.WSTOPSIG(status)

    def call(self, request, address=0, data=0):
        ctypes.set_errno(0)
        result = self.libc.ptrace(request, self.pid, address, data)
        if result == -1 and ctypes.get_errno():
            raise Trouble(f"ptrace: {os.strerror(ctypes.get_errno())}")
        return result & 0xffffffffffffffff

    def registers(self):
        words = (ctypes.c_uint64 * REGISTERS)()
        self.call(PTRACE_GETREGS, 0, ctypes.addressof(words))
        return words

    def base(self, program):
        with open(f"/proc/{self.pid}/maps", encoding="utf-8") as f:
            for line in f:
                if line.rstrip().endswith(os.path.realpath(program)):
                    return int(line.split("-")[0], 16)
        raise Trouble(f"{program} is not in its own memory map")

    def run_to(self, address):
        """Go on until the instruction at `address` is next."""
        word = self.call(PTRACE_PEEKTEXT, address)
        self.call(PTRACE_POKETEXT, address, (word & ~0xff) | 0xcc)
        self.call(PTRACE_CONT)
        # Other signals are none that this program needs.
        while self.wait() != signal.SIGTRAP:
            self.call(PTRACE_CONT)
        self.call(PTRACE_POKETEXT, address, word)
        registers = self.registers()
        registers[RIP] = address
        self.call(PTRACE_SETREGS, 0, ctypes.addressof(registers))
        return registers

    def step(self):
        self.call(PTRACE_SINGLESTEP)
        self.wait()

    def bytes_at(self, address):
        return struct.pack("<QQ", self.call(PTRACE_PEEKTEXT, address),
                           self.call(PTRACE_PEEKTEXT, address + 8))

    def end(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except OSError:
            pass


def is_atomic(code):
    """Does this instruction lock the bus? `code`: its bytes, and more."""
    at, locked = 0, False
    while code[at] in (0xf0, 0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65):
        locked = locked or code[at] == 0xf0
        at += 1
    if locked:
        # lock orl $0,(%rsp) is a barrier in disguise, not a shared atomic
        return not (code[at:at + 2] == b"\x83\x0c" or code[at:at + 3] == b"\x48\x83\x0c")
    if 0x40 <= code[at] <= 0x4f:        # REX
        at += 1
    # xchg with memory: ModRM that names no register
    return code[at] in (0x86, 0x87) and code[at + 1] >> 6 != 3


def address_of(program, symbol):
    text = subprocess.run(["readelf", "-sW", program], stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    found = re.search(rf"^ *\d+: ([0-9a-f]+) .* {symbol}$", text, re.MULTILINE)
    if not found:
        raise Trouble(f"{program} has no {symbol}: make native")
    return int(found.group(1), 16)


# Where struct lab_nsproxy_scheme (scheme.h) has each, in words, and which of
# its calls is looked at: the first switch gives the task its first nsproxy.
OPERATIONS = {"get": (1, 1), "peek": (2, 1), "own": (4, 1), "switch_shared": (6, 2)}


def count(program, scheme, operation):
    """Atomic instructions in one call of a scheme's function, all that it
    calls included. The switch is one after which another holder remains."""
    word, nth = OPERATIONS[operation]
    tracee = Tracee([program, f"scheme={scheme}", "run=once"])
    try:
        main = tracee.base(program) + address_of(program, "main")
        tracee.run_to(main)             # by now the table has been relocated
        table = tracee.base(program) + address_of(program, f"lab_scheme_{scheme}")
        function = tracee.call(PTRACE_PEEKTEXT, table + 8 * word)
        for _ in range(nth - 1):
            tracee.run_to(function)
            tracee.step()
        registers = tracee.run_to(function)
        back = tracee.call(PTRACE_PEEKTEXT, registers[RSP])
        atomics = 0
        for _ in range(LONGEST):
            here = tracee.registers()
            if here[RIP] == back and here[RSP] > registers[RSP]:
                return atomics
            atomics += is_atomic(tracee.bytes_at(here[RIP]))
            tracee.step()
        raise Trouble(f"{operation} of {scheme} did not return")
    finally:
        tracee.end()


def counted(program, scheme):
    """{operation: atomics} as count.h has them."""
    from . import raw
    run = subprocess.run([program, f"scheme={scheme}", "run=count"], check=True,
                         stdout=subprocess.PIPE, text=True)
    rows = filter(None, map(raw.parse_line, run.stdout.splitlines()))
    return {r["op"]: (r["locks"] + r["rmws"]) / r["n"] for r in rows}
