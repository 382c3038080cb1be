# SPDX-License-Identifier: GPL-2.0-only
"""Colour where it helps: what failed is to be found at a glance.

Only on a terminal, and not where NO_COLOR is set (no-color.org) or TERM is dumb. Colour
never says what the text does not say.
"""
import os
import re
import sys

CODES = {"good": "32", "bad": "1;31", "odd": "33"}
MARKS = re.compile(r"(✓)|(✗.*)|((?<= )! .*)")


def wanted(stream=None):
    return bool(not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
                and (stream or sys.stdout).isatty())


def paint(how, text):
    return f"\x1b[{CODES[how]}m{text}\x1b[0m" if wanted() else text


def shade(text):
    """What passed, what failed and what is worth a look, in a text that marks it so."""
    if not wanted():
        return text
    return MARKS.sub(lambda m: paint(("good", "bad", "odd")[m.lastindex - 1], m.group()), text)
