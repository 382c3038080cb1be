# SPDX-License-Identifier: GPL-2.0-only
"""What an audience sees, and what only the speaker does.

A step is shown from its first line on, a page at a time. Lines are folded between
words, however narrow the terminal is.
"""
import os
import re
import shutil
import stat
import sys
import textwrap

from vmlib.trouble import FAILED, Trouble

MOST = 96               # columns: longer lines are hard to read on a wall
NARROW = 80             # below it, a tab is two columns
BEGIN = re.compile(r"\s*(?:\d+ |\| |» |[-+](?=\s))?\s*")


class Words(textwrap.TextWrapper):
    """Broken at blanks, behind ( and before ->; in a name only if it is wider than all."""
    wordsep_simple_re = re.compile(r"(\s+)|(?<=\()(?=\S)|(?=->)")


def size():
    """Columns and rows."""
    found = shutil.get_terminal_size((MOST, 24))
    return max(20, min(found.columns, MOST)), max(6, found.lines)


def tabs():
    return 8 if size()[0] >= NARROW else 2


def folded(line, columns):
    """A line in pieces; what does not fit is further in than its beginning."""
    if len(line) <= columns:
        return [line]
    begin = BEGIN.match(line).group()
    deeper = " " * min(len(begin) + 2, columns // 3)
    if "| " in begin:
        deeper = begin[:begin.index("|") + 2] + "  "
    return Words(columns, initial_indent=begin, subsequent_indent=deeper,
                 break_on_hyphens=False).wrap(line[len(begin):]) or [line[:columns]]


class Leave(Exception):
    """Somebody does not want to see the rest of a step: which key that was."""


class Screen:
    """Prints, and waits for a key when the screen is full.

    @more: asks for a key; None where nobody is there to press one
    @put: prints a line
    """

    def __init__(self, more=None, put=lambda line: print(line, flush=True)):
        self.more, self.put, self.rows = more, put, 0

    def begin(self):
        """A new step: what is above may leave the screen."""
        self.rows = 0

    def __call__(self, text):
        for line in text.split("\n"):
            columns, rows = size()
            for piece in folded(line, columns - 1):
                # One row is for the last piece's newline, one for the prompt.
                if self.more and self.rows >= rows - 2:
                    self.turn()
                self.put(piece)
                self.rows += 1

    def turn(self):
        key = self.more()
        if key in ("b", "q", "\x03", "\x04"):
            raise Leave(key)
        self.rows = 1       # the last line before stays in sight


class Notes:
    """The speaker's own: on another terminal, or in a file that is followed there."""

    def __init__(self, path=""):
        self.file = None
        if not path:
            return
        try:
            self.file = open(path, "a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise Trouble(f"no notes can be written to {path}: {error.strerror}. Say "
                          "NOTES= the other terminal's name (type tty there), or a file",
                          FAILED) from None
        self.clears = stat.S_ISCHR(os.fstat(self.file.fileno()).st_mode)

    def __call__(self, title, text, then):
        """What is shown now, what there is to say, and what comes next."""
        if not self.file:
            return
        begin = "\x1b[H\x1b[2J" if self.clears else "\n"
        try:
            self.file.write(f"{begin}{title}\n\n{textwrap.fill(text, 72)}\n\nthen: {then}\n")
        except OSError as error:
            print(f"  (the notes' terminal is gone: {error.strerror})", file=sys.stderr)
            self.file = None
