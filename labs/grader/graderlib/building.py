# SPDX-License-Identifier: GPL-2.0-only
"""Builds a submission in the jail, and judges what the compiler made of it."""
import glob
import os
import random
import re
import shlex
import shutil
import sys
import tempfile
import threading
import weakref

from . import check, flow, jail, machine

Finding = check.Finding
EXPLORE = os.path.join(check.RUNTIME, "explore")
sys.path.insert(0, EXPLORE)

import builder  # noqa: E402 (the path has to be set first)

# What machine.py can follow: no address kept for later, no access that the
# sanitizer leaves out, calls through pointers by way of the explorer.
FOLLOWED = ["-fno-tree-pta", "-fno-ivopts", "-fno-jump-tables",
            "-mgeneral-regs-only", "-mstringop-strategy=libcall",
            "-fcf-protection=none", "-fno-asynchronous-unwind-tables",
            "-fno-shrink-wrap", "-mindirect-branch=thunk-extern",
            "-ftrivial-auto-var-init=pattern"]
# A value that is never returned is whatever the register holds: often the right one.
FOLLOWED += ["-Werror=return-type"]
PLAINER = [["-fno-tree-fre", "-fno-tree-dominator-opts", "-fno-tree-loop-im",
            "-fno-move-loop-invariants"], ["-Og"], ["-O0"]]
# What the explorer leaves in registers would tell how many executions there
# were: a function of the explored code may be called with too few arguments.
builder.ENGINE = [*builder.ENGINE, "-fzero-call-used-regs=all-gpr"]
# The submission comes first, the scenario last. How far apart they lie, and where
# all of it begins, is drawn anew for each program: a submission that could tell where
# something is would know what runs. What the explorer counts begins at a section's
# beginning, so that no result depends on it.
GATHER = """SECTIONS {{
	lab_text : {{ . += {}; its.o(.text .text.*) lab_its_end = .; . += {};
		     *(EXCLUDE_FILE(scenario.o) .text EXCLUDE_FILE(scenario.o) .text.*) . += {};
		     lab_scenario_text = .; *(.text .text.*) }}
	lab_rodata : {{ its.o(.rodata .rodata.*) . += {};
		     *(EXCLUDE_FILE(scenario.o) .rodata EXCLUDE_FILE(scenario.o) .rodata.*)
		     . += {}; lab_scenario_rodata = .; *(.rodata .rodata.*) }}
	lab_data : {{ . = ALIGN(64); its.o(.data .data.*) . += {};
		     *(EXCLUDE_FILE(scenario.o) .data EXCLUDE_FILE(scenario.o) .data.*) . += {};
		     lab_scenario_data = .; *(.data .data.*) }}
	lab_bss : {{ . = ALIGN(64); its.o(.bss .bss.* COMMON) . += {};
		    *(EXCLUDE_FILE(scenario.o) .bss EXCLUDE_FILE(scenario.o) .bss.*) . += {};
		    lab_scenario_bss = .; *(.bss .bss.* COMMON) }}
}}
"""
FURTHEST = 64 << 10         # between two parts
FIRST = range(0x400000, 0x40000000, 0x1000)     # where a program may begin
UNUSED_STACK = -0x1010102   # 0xfe in each byte, as -ftrivial-auto-var-init has it
MOST_ASSEMBLY = 16 << 20    # bytes
WHERE = "/submission"       # what its file is said to lie in


class Rejected(Exception):
    """It can't be built; args[0] is the Finding."""


class Trouble(Exception):
    """This machine can't grade: something is missing or broken here. Not the
    submission's fault; the message says what."""


CONTROLS, CONTROLLED = {}, threading.Lock()


def control(lab, cc):
    """The reference as a submission: what fails with it as well, fails for the
    machine's sake. One for all."""
    from .confined import Submission
    with CONTROLLED:
        key = lab.folder, lab.scheme, cc
        if key not in CONTROLS:
            CONTROLS[key] = Submission(lab, lab.reference_path, cc=cc)
            CONTROLS[key].is_control = True
        return CONTROLS[key]


def addr2line(program, asked, *more):
    """As described.addr2line, of a file that may be hostile."""
    return jail.run(
        ["/bin/sh", "-c", 'addr2line -f -i -e p "$@" < asked', "-", *more],
        files={"p": program, "asked": asked.encode()}, seconds=20,
        memory=1 << 30, processes=2, output=4 << 20).out.decode(errors="replace")


def engine(cc):
    """A folder with the explorer as one object, quick to link: without what a debugger
    wants of it. The submission and the scenario keep theirs."""
    parts = builder.engine(cc)

    def make(tmp):
        builder.run(["ld", "-r", "--strip-debug", "-x", *builder.files_under(parts, ".o"),
                     "-o", os.path.join(tmp, "engine.o")], "the explorer")
    return builder.finished(parts.replace("engine-", "one-engine-"), make)


def layout():
    """A linker script, and where the program begins."""
    dice = random.SystemRandom()
    gaps = [dice.randrange(64, FURTHEST, 64) for _ in range(GATHER.count("{}"))]
    return GATHER.format(*gaps), dice.choice(FIRST)


def wiped(assembly):
    """What the compiler made, where each function begins by writing to all of its
    frame: what others have left there, the explorer among them, nobody can read."""
    def wipe(found):
        size = abs(int(found.group(2)))
        if not 0 < size <= flow.MOST_FRAME:
            return found.group()
        return found.group() + "".join(
            f"\n\tmovq\t${UNUSED_STACK}, {at}(%rsp)" for at in range(0, size, 8))
    return re.sub(r"^\t(subq\t\$|addq\t\$-)(\d+), %rsp$", wipe, assembly, flags=re.MULTILINE)


def reason(done, what):
    """Why a step in the jail did not end well."""
    if done.killed_for == "time":
        return f"{what} took longer than {done.seconds:.0f} s and was ended"
    if done.killed_for == "output":
        return f"{what} printed without end and was ended"
    return f"{what} failed (status {done.status})"


def guarded(text, handed_over):
    """For --entries, from readelf -sW: where functions of the explored code begin, where
    the submission's end <, where the scenario's begin >, and from-to of each variable of
    the scenario's that is not for the submission."""
    symbols = [(int(a, 16), int(size, 0), bind, name) for a, size, bind, name in re.findall(
        r"^ *\d+: ([0-9a-f]{16}) +(\d+|0x[0-9a-f]+) +\w+ +(\w+) +\w+ +\w+ (\S+)$", text,
        re.MULTILINE)]
    ends = {name: at for at, _, bind, name in symbols if bind == "GLOBAL"}
    first, last = ends["__start_lab_text"], ends["__stop_lab_text"]
    entries = {at for at, size, _, _ in symbols if first <= at < last and size}
    kept = [(at, at + size) for at, size, _, name in symbols
            if size and name not in handed_over and any(
                ends["lab_scenario_" + part] <= at < ends.get("__stop_lab_" + part, 0)
                for part in ("data", "bss"))]
    return ",".join([*map(str, sorted(entries)), f"<{ends['lab_its_end']}",
                     f">{ends['lab_scenario_text']}", *(f"{start}-{end}" for start, end in kept)])


def handed_over(text):
    """Variables of a scenario whose addresses it gives away."""
    return set(re.findall(r"&(\w+)\b(?!\s*(?:->|\[))", text))


def names_of_scenarios(paths):
    """What only a scenario may name: lab_choose() and the like."""
    return {n for n in check.names_in(paths["lab_scenario.h"]) if n.startswith("lab_")}


def names(lab):
    """The functions that a submission may call: the explorer's, the family's."""
    paths = check.headers(lab)
    engine = {"memset", "memcpy", "memcmp", "strlen", "strcmp",
              "__stack_chk_fail"}
    for name in ("explore.h", "lab.h", "lab_scenario.h"):
        engine |= {n for n in check.names_in(paths[name])
                   if re.match(r"lab_(x_|alloc|free|violated|point_reached)", n)}
    family = {n for path in paths.values() for n in check.names_in(path)
              if n.startswith("lab_") and not n.startswith("lab_x_")}
    return engine, family - names_of_scenarios(paths)


def leaking(text):
    """A scenario that forgets an object in the end."""
    found = re.search(r"\.finish = (\w+),", text)
    begin = text.index("const struct lab_scenario lab_scenario =")
    finish = f"{found.group(1)}(); " if found else ""
    entry = ".finish = lab_planted,"
    out = text.replace(found.group(), entry) if found else re.sub(
        r"(\.what = [^\n]*\n)", rf"\1\t{entry}\n", text)
    return (out[:begin] + "static void lab_planted(void) { " + finish +
            "if (!lab_alloc(24)) lab_x_unexpected(\"memory\"); }\n" + out[begin:])


class Linked:
    """A program, once it is there."""

    def __init__(self):
        self.lock, self.path, self.entries = threading.Lock(), "", ""


class Building:
    """lab: labs.Lab. path: of the scheme's file; or text: what is in it."""

    def __init__(self, lab, path=None, text=None, cc="gcc"):
        self.lab, self.cc = lab, cc
        self.path = os.path.abspath(path) if path else lab.source_name
        self.warnings = []
        self.shown = f"{WHERE}/{lab.source_name}"
        self.refusal = None
        if text is None:
            text, self.refusal = check.read(path)
        self.text = text
        self.lock, self.object, self.programs = threading.Lock(), None, {}
        self.is_control = False
        self.folder = tempfile.mkdtemp(prefix="submission-")
        weakref.finalize(self, shutil.rmtree, self.folder, True)

    # Check

    def findings(self):
        """What the grader does not take, by line. Nothing is run."""
        if self.refusal:
            return [self.refusal]
        with open(self.lab.reference_path, encoding="utf-8") as f:
            reference = f.read()
        return check.source(self.lab, self.text, reference)

    # Build

    def build(self):
        """Compile it, and judge what came out. Raises Rejected."""
        with self.lock:
            if self.object is None:
                try:
                    self.object = self.compile()
                except Rejected as e:
                    self.object = e
                    self.blame_machine(e, lambda other: other.build())
        if isinstance(self.object, Rejected):
            raise self.object
        return self.object

    def blame_machine(self, error, attempt):
        """Raise Trouble if it is this machine's fault: then the reference fails too.
        Not asked where an error is on a line of the submission's own."""
        finding = error.args[0]
        if self.is_control or finding.line and "No such file" not in finding.text \
                or self.refusal or finding.kind == "forbidden" and self.findings():
            return
        try:
            attempt(control(self.lab, self.cc))
        except Rejected as e:
            raise Trouble(f"on this machine ({os.uname().nodename}) not even the reference "
                          f"can be built: {e.args[0].text}") from None

    def compile(self):
        found = self.findings()
        if found:
            raise Rejected(found[0])
        # Simpler code is easier to follow, but its inlined functions are gone.
        for n, plainer in enumerate(PLAINER, 1):
            scheme = self.compile_with(plainer)
            try:
                self.judge_code(scheme)
                return scheme
            except machine.Refused as e:
                if n == len(PLAINER):
                    raise Rejected(self.place(scheme, *e.args)) from None
        return None

    def compile_with(self, flags):
        name = self.lab.source_name
        text = f'#line 1 "{self.shown}"\n{self.text}'
        done = jail.run(
            [self.cc, *builder.EXPLORED, *builder.INSTRUMENT["gcc"],
             *FOLLOWED, *flags,
             *("-I" + f for f in check.folders(self.lab)),
             "-S", name, "-o", "o.s"],
            files={name: text.encode()}, ro=check.visible(self.lab),
            seconds=20, memory=1 << 30, processes=8, output=MOST_ASSEMBLY,
            fetch="o.s")
        said = done.err.decode(errors="replace").replace(self.shown, name)
        if not done.well:
            raise Rejected(self.compiler_says(done, said))
        self.warnings = [l for l in said.splitlines() if ": warning: " in l]
        return self.assemble(done.out.decode(errors="replace"))

    def assemble(self, assembly):
        done = jail.run([self.cc, "-c", "o.s", "-o", "o.o"],
                        files={"o.s": wiped(assembly).encode()}, seconds=20,
                        memory=1 << 30, processes=8, output=MOST_ASSEMBLY, fetch="o.o")
        if not done.well:
            raise Rejected(Finding("build", 0, reason(done, "the assembler")))
        return done.out

    def judge_code(self, scheme):
        done = jail.run(["/bin/sh", "-c", machine.DUMP.format("o.o")],
                        files={"o.o": scheme}, seconds=20, memory=1 << 30,
                        processes=4, output=16 << 20)
        if not done.well:
            raise machine.Refused(0, reason(done, "taking its code apart"))
        machine.Object(done.out.decode(errors="replace"),
                       "lab_scheme_" + self.lab.scheme, *names(self.lab))

    def place(self, scheme, where, text):
        """The Finding for a refusal, with the line that it is about."""
        line = 0
        if isinstance(where, tuple):
            found = re.search(rf"\b{re.escape(where[1])}\b", self.text)
            line = self.text.count("\n", 0, found.start()) + 1 if found else 0
        elif where:
            said = addr2line(scheme, f"{where:#x}\n", "-j", ".text")
            path, _, number = said.partition("\n")[2].strip().partition(":")
            if path == self.shown and re.match(r"\d+", number):
                line = int(re.match(r"\d+", number).group())
        return Finding("forbidden", line, text)

    def compiler_says(self, done, said):
        found = re.search(rf"^{re.escape(self.lab.source_name)}:(\d+):(?:\d+:)? "
                          r"(?:fatal )?error: (.*)$", said, re.MULTILINE)
        if found and not done.killed_for:
            return Finding("build", int(found.group(1)), found.group(2))
        if done.killed_for:
            return Finding("build", 0, reason(done, "the compiler"))
        errors = [l for l in said.splitlines() if "error: " in l]
        return Finding("build", 0, errors[0] if errors else
                       reason(done, "the compiler"))

    def trusted(self, scenario, planted=False):
        """The kit's own parts of the program, compiled once for all. planted:
        with a scenario that leaks."""
        family = self.lab.family_folder
        paths = [os.path.join(family, "explore", scenario + ".c"),
                 *builder.explored(family)]
        prog = builder.Program(paths, family=family, scheme=self.lab.scheme,
                               cc=self.cc)
        key = builder.digest("parts", UNUSED_STACK, self.lab.scheme, self.cc, *FOLLOWED,
                             *PLAINER[0], prog.source_hash(), planted)[:16]

        def make(tmp):
            for n, (name, text, path) in enumerate(prog.texts()):
                src = os.path.join(tmp, f"{n}-{name}")
                with open(src, "w", encoding="utf-8") as f:
                    f.write(leaking(text) if planted and not n else text)
                made = src[:-2] + ".s"
                builder.run(
                    [self.cc, *builder.EXPLORED, *builder.INSTRUMENT["gcc"],
                     *FOLLOWED, *PLAINER[0], *builder.includes(family), "-I" + os.path.dirname(path),
                     f"-DLAB_SCHEME_NAME={self.lab.scheme}", "-S", src, "-o", made], path)
                with open(made, "r+", encoding="utf-8") as f:
                    assembly = wiped(f.read())
                    f.seek(0)
                    f.write(assembly)
                builder.run([self.cc, "-c", made, "-o", src[:-2] + ".o"], path)
        return builder.finished(os.path.join(builder.BUILD, "parts-" + key),
                                make)

    def program(self, scenario, planted=False):
        """The submission linked with a scenario: its path, and where the
        functions of what is explored begin."""
        scheme = self.build()
        with self.lock:
            mine = self.programs.setdefault((scenario, planted), Linked())
        with mine.lock:
            if not mine.path:
                path = os.path.join(self.folder, scenario + "!" * planted)
                try:
                    mine.entries = self.link(
                        scheme, self.trusted(scenario, planted), path)
                except Rejected as e:
                    self.blame_machine(e, lambda other: other.program(scenario, planted))
                    raise
                mine.path = path
        return mine.path, mine.entries

    def link(self, scheme, parts, path):
        explorer = engine(self.cc)
        for folder in (explorer, parts):      # the jail's user is not ours
            for entry in (*glob.glob(os.path.join(glob.escape(folder), "*.o")), folder):
                if os.stat(entry).st_mode & 0o44 != 0o44:
                    os.chmod(entry, 0o755)
        renames = " ".join(f"--redefine-sym {old}={new}"
                           for old, new in builder.RENAMED.items())
        mine, kits = (shlex.quote(folder) for folder in (explorer, parts))
        gather, first = layout()
        # Nothing of theirs runs before main().
        plugin = "-fno-use-linker-plugin" if builder.kind_of(self.cc) == "gcc" else ""
        script = (f"objcopy -R '.init_array*' scheme.o its.o && "
                  f"cp {kits}/0-*.o scenario.o && "
                  f"ld -r -T gather.ld its.o {kits}/[!0]*.o scenario.o -o whole.o && "
                  f"objcopy {renames} whole.o && "
                  f"{self.cc} {plugin} -no-pie -Wl,-Ttext-segment={first:#x} "
                  f"{mine}/engine.o whole.o -o program && readelf -sW program")
        done = jail.run(
            ["/bin/sh", "-c", script], ro=[explorer, parts],
            files={"scheme.o": scheme, "gather.ld": gather.encode()},
            seconds=20, memory=1 << 30, processes=16, fetch="program",
            output=16 << 20)
        if not done.well:
            said = done.err.decode(errors="replace").strip().splitlines()
            lacks = re.search(r"undefined reference to `(\w+)'", "\n".join(said))
            if lacks:
                raise Rejected(self.place(
                    scheme, ("call", lacks[1]), "it can't be linked: "
                    f"{lacks[1]}() is nowhere in what runs here")._replace(kind="build"))
            raise Rejected(Finding("build", 0, "it can't be linked: " + (
                said[0] if said else reason(done, "the linker"))))
        with open(path, "wb") as f:
            f.write(done.out)
        scenario, = glob.glob(os.path.join(glob.escape(parts), "0-*.c"))
        with open(scenario, encoding="utf-8") as f:
            given = handed_over(f.read())
        return guarded(done.err.decode(errors="replace"), given)
