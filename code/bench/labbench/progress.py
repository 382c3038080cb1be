# SPDX-License-Identifier: GPL-2.0-only
"""Tell people how far it is: one line that changes, or one now and then."""
import sys
import time


class Progress:
    """progress(done, all, what). On a terminal the line is written over."""

    def __init__(self, title, stream=None):
        self.title = title
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.began = time.monotonic()
        self.told = 0.0

    def __call__(self, done, whole, what):
        spent = time.monotonic() - self.began
        text = f"  {self.title}: {done}/{whole}  {what}  [{spent:.0f} s]"
        if self.live:
            end = "\n" if done == whole else ""
            self.stream.write(f"\r\x1b[K{text[:79]}{end}")
        elif done == whole or spent - self.told >= 5:
            self.told = spent
            self.stream.write(text + "\n")
        self.stream.flush()

    def end(self):
        """Whatever comes next begins on a line of its own."""
        if self.live:
            self.stream.write("\n")
