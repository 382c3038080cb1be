# SPDX-License-Identifier: GPL-2.0-only
"""Cut the kernel's own reports ("splats") out of a console's text."""
import re

STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?")

# What a report's title looks like, and what we call it. First match wins.
KINDS = (
    ("kasan", re.compile(r"BUG: KASAN: ")),
    ("kcsan", re.compile(r"BUG: KCSAN: ")),
    ("kfence", re.compile(r"BUG: KFENCE: ")),
    ("ubsan", re.compile(r"UBSAN: ")),
    ("null-pointer", re.compile(r"BUG: kernel NULL pointer dereference")),
    ("page-fault", re.compile(r"BUG: unable to handle ")),
    ("sleep-in-atomic", re.compile(r"BUG: sleeping function called from|"
                                   r"BUG: scheduling while atomic")),
    ("soft-lockup", re.compile(r"watchdog: BUG: soft lockup|"
                               r"[Ww]atchdog: .*hard LOCKUP")),
    ("general-protection", re.compile(
        r"general protection fault|stack segment: ")),
    ("bug", re.compile(r"kernel BUG at |BUG: ")),
    ("lockdep", re.compile(
        r"WARNING: (possible (circular|recursive|irq|deadlock)|"
        r"inconsistent lock state|bad unlock balance|"
        r"(?:\S+ )?lock held when returning|Nested lock|"
        r"SOFTIRQ|HARDIRQ|held lock freed)|DEBUG_LOCKS_WARN_ON")),
    ("rcu-usage", re.compile(r"WARNING: suspicious RCU usage")),
    ("rcu-stall", re.compile(r"rcu: INFO: .*(detected|stall)|"
                             r"INFO: rcu_\w+ .*stall")),
    ("hung-task", re.compile(r"INFO: task .* blocked for more than")),
    ("trap", re.compile(r"(divide error|invalid opcode|int3|double fault|"
                        r"alignment check): ")),
    ("warning", re.compile(r"WARNING: ")),
    ("oops", re.compile(r"Oops: ")),
    ("panic", re.compile(r"Kernel panic - not syncing")),
)
FATAL = {"null-pointer", "page-fault", "general-protection", "bug", "trap",
         "oops", "panic"}
# How a report ends: with a ruler, with its call trace, or, all others, with
# a line "---[ end trace ...".
RULED = {"kasan", "kcsan", "kfence", "ubsan"}
TRACED = {"lockdep", "rcu-usage", "rcu-stall", "sleep-in-atomic",
          "hung-task", "soft-lockup"}
SYMBOL = r"([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+"
RIP = re.compile(r"RIP: 0010:(\S+)")
# "? name" is an address found on the stack, perhaps of an earlier call
TRACE = re.compile(rf"^ *{SYMBOL}(?: \[(\w+)\])?$")
POWER_DOWN = re.compile(
    r"reboot: (Power down|Restarting|System halted)|sysrq: Resetting")
RULER = re.compile(r"={20,}$")
MAX_LINES = 200
MAX_LINE = 4096     # characters: the kernel's own are shorter, a job's may be of any length


def bare(line):
    return STAMP.sub("", line[:MAX_LINE].rstrip())


def kind_of(line):
    line = line[:MAX_LINE]
    for kind, pattern in KINDS:
        if pattern.search(line):
            return kind
    return None


def ends(kind, line):
    """Is *line* the last of a report of that kind?"""
    if kind in RULED:
        return RULER.match(line)
    if kind in TRACED:
        return line.strip() == "</TASK>"
    return "---[ end " in line


def cut(text):
    """All reports in *text*, in order: a list of dictionaries."""
    lines = [bare(line) for line in text.splitlines()]
    found, at = [], 0
    while at < len(lines):
        kind = kind_of(lines[at])
        if not kind:
            at += 1
            continue
        stop = at + 1
        while stop < len(lines) and stop - at < MAX_LINES:
            other = kind_of(lines[stop])
            # "Oops: " and "invalid opcode: " are lines of a larger report
            if other and not (kind in FATAL and other in ("oops", "trap")):
                break
            stop += 1
            if ends(kind, lines[stop - 1]):
                break
        found.append(describe(kind, lines[at:stop]))
        # What a WARNING is about stands above it.
        if kind == "warning" and at > 1 and "[ cut here ]" in lines[at - 2]:
            found[-1]["text"] = "\n".join(lines[at - 1:stop])
        at = stop
    return found


def source_name(symbol):
    """Without what the compiler adds: f.isra.0, f.constprop.0, f.cold."""
    return symbol.split(".")[0]


def describe(kind, lines):
    title = lines[0]
    trace = [source_name(m.group(1)) for m in map(TRACE.match, lines) if m]
    where = re.search(rf"\b(?:in|at:?) {SYMBOL}", title)
    if kind == "kcsan":
        where = re.search(r"data-race in ([\w.]+)", title)
    function = where and where.group(1)
    if function:
        function = source_name(function)
    rip = None
    for line in lines:
        if match := RIP.search(line):
            rip = match.group(1)
            break
    if not function and rip:
        symbol = re.match(SYMBOL, rip)
        # a jump to nowhere names no function: its caller comes first
        function = source_name(symbol.group(1)) if symbol else None
    if not function:
        skip = re.compile(r"(__)?(dump_stack|show_stack|might_resched|"
                          r"__might_sleep|__might_resched|lockdep_rcu|"
                          r"check_noncircular|__lock_acquire|lock_acquire|"
                          r"__schedule_bug|panic|mark_lock|print_|"
                          r"dump_stack_lvl|__schedule|schedule)")
        function = next((f for f in trace if not skip.match(f)), None)
    return {"kind": kind, "title": title, "function": function, "rip": rip,
            "trace": trace[:24], "text": "\n".join(lines)}


def stuck(text):
    """Where a hanging guest says that it is: {"functions", "text"}.

    From its answer to SysRq-w and SysRq-l (see guest/init), or to the
    non-maskable interrupt after that (see machine.py). Functions are named
    if they are a module's: the kernel's own wait in many places.
    """
    at = max(text.rfind("sysrq: Show Blocked State"),
             text.rfind("NMI received for unknown reason"))
    if at < 0:
        return None
    at = text.rfind("\n", 0, at) + 1
    lines = [bare(line) for line in text[at:].splitlines()]
    names = []
    for line in lines:
        found = re.match(rf"(?: +|RIP: 0010:){SYMBOL} \[\w+\]$", line)
        if found and source_name(found.group(1)) not in names:
            names.append(source_name(found.group(1)))
    return {"functions": names, "text": "\n".join(lines)}


BORING = re.compile(r" *(R[A-Z0-9]{2}: |R[A-Z0-9]{2}  ?: |FS: |CS: |CR2: |PKRU: |"
                    r"Code: |DR\d: |PGD |Hardware name: |\? |Modules linked|"
                    r"RIP: 0033)|ORIG_RAX")
# the CPU that runs guest/init's answer to SysRq is of no interest
ASKING = re.compile(r"^NMI backtrace for cpu \d+\nCPU: \d+ PID: \d+ Comm: init "
                    r"[\s\S]*?</TASK>\n", re.M)


def digest(report):
    """The report's lines for people: registers and guesses left out."""
    text = ASKING.sub("", report["text"])
    return [x for x in text.splitlines()
            if not BORING.match(x) or x.startswith("RIP: 0010")]


def the_one(splats, panicked):
    """The report to show: what killed the kernel, else the first."""
    if panicked:
        for splat in splats:
            if splat["kind"] in FATAL or splat["kind"] == "kasan":
                return splat
    return splats[0] if splats else None


def panicked(text):
    """The panic line on the console, if there is one."""
    match = re.search(r"Kernel panic - not syncing: ?(.*)", text)
    return match and (match.group(1).strip() or "no reason given")
