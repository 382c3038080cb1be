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
SYMBOL = r"([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+"
RIP = re.compile(r"RIP: 0010:(\S+)")
TRACE = re.compile(rf"^ *(?:\? )?{SYMBOL}(?: \[(\w+)\])?$")
POWER_DOWN = re.compile(r"reboot: (Power down|Restarting|System halted)")
RULER = re.compile(r"={20,}$")
MAX_LINES = 200


def bare(line):
    return STAMP.sub("", line.rstrip())


def kind_of(line):
    for kind, pattern in KINDS:
        if pattern.search(line):
            return kind
    return None


def ends(line, fenced, started):
    """Does *line* close a report? *fenced*: it opened with a ruler."""
    return ("---[ end " in line or fenced and started and RULER.match(line))


def cut(text):
    """All reports in *text*, in order: a list of dictionaries."""
    lines = [bare(line) for line in text.splitlines()]
    found, at = [], 0
    while at < len(lines):
        kind = kind_of(lines[at])
        if not kind:
            at += 1
            continue
        fenced = at > 0 and RULER.match(lines[at - 1]) is not None
        stop, last_trace, past_trace = at + 1, None, False
        while stop < len(lines) and stop - at < MAX_LINES:
            line = lines[stop]
            if ends(line, fenced, stop > at + 1):
                stop += 1
                break
            if line.strip() == "</TASK>" or TRACE.match(line):
                last_trace, past_trace = stop, False
            # Reports without an end mark stop where their trace does: at
            # the next report, or at lines that no longer belong to it.
            elif last_trace and kind not in FATAL and not fenced:
                if kind_of(line) or stop - last_trace > 30:
                    stop = last_trace + 1
                    break
            elif kind == "panic" and kind_of(line):
                break
            stop += 1
        del past_trace
        found.append(describe(kind, lines[at:stop]))
        at = stop
    return found


def describe(kind, lines):
    title = lines[0]
    trace = [m.group(1) for m in map(TRACE.match, lines) if m]
    where = re.search(rf"\b(?:in|at:?) {SYMBOL}", title)
    if kind == "kcsan":
        where = re.search(r"data-race in ([\w.]+)", title)
    function = where and where.group(1)
    rip = None
    for line in lines:
        if match := RIP.search(line):
            rip = match.group(1)
            break
    if not function and rip:
        symbol = re.match(SYMBOL, rip)
        # a jump to nowhere names no function: its caller comes first
        function = symbol.group(1) if symbol else None
    if not function:
        skip = re.compile(r"(__)?(dump_stack|show_stack|might_resched|"
                          r"__might_sleep|__might_resched|lockdep_rcu|"
                          r"check_noncircular|__lock_acquire|lock_acquire|"
                          r"__schedule_bug|panic|mark_lock|print_|"
                          r"dump_stack_lvl|__schedule|schedule)")
        function = next((f for f in trace if not skip.match(f)), None)
    return {"kind": kind, "title": title, "function": function, "rip": rip,
            "trace": trace[:24], "text": "\n".join(lines)}


def the_one(splats, panicked):
    """The report to show: what killed the kernel, else the first."""
    if panicked:
        for splat in splats:
            if splat["kind"] in FATAL:
                return splat
    return splats[0] if splats else None


def panicked(text):
    """The panic line on the console, if there is one."""
    match = re.search(r"Kernel panic - not syncing: ?(.*)", text)
    return match and (match.group(1).strip() or "no reason given")
