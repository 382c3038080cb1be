# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of a kernel's report a reader needs."""
import re

BORING = re.compile(r"^ *(raw:|flags:|page:|memory:|head:|.*ffff[0-9a-f]{12}: )|"
                    r"^(The buggy address belongs to the physical|Memory state|"
                    r"page dumped|Modules linked|stack backtrace|=+$)|^ *\^$|^ *$")


def shown(lines, most=32):
    """Of the stacks our own part, of the rest what people read."""
    kept = [line for line in lines if not BORING.match(line) and
            (not re.match(r" +(\? )?[\w.]+\+0x", line) or "[x_" in line)]
    return kept[:most] + (["[...]"] if len(kept) > most else [])
