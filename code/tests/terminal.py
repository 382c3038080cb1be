# SPDX-License-Identifier: GPL-2.0-only
"""A terminal of its own for `vm shell`, as a person would have one."""
import os
import pty
import select
import signal
import termios
import time

import pytest

from conftest import TOP

VM = os.path.join(TOP, "labs/vm/vm")


class Terminal:
    """`vm shell` on a terminal of its own."""

    def __init__(self, *args):
        try:
            self.pid, self.fd = pty.fork()
        except OSError as e:
            pytest.skip(f"no terminal can be made here (/dev/pts): {e}")
        if self.pid == 0:
            termios.tcsetwinsize(0, (33, 99))
            os.execv(VM, [VM, "shell", *map(str, args)])
        self.seen, self.read_to = "", 0

    def until(self, text, seconds=300):
        """What comes up to and with *text*, from where the last one ended."""
        limit = time.monotonic() + seconds
        start = self.read_to
        while (at := self.seen.find(text, start)) < 0:
            ready = select.select([self.fd], [], [],
                                  max(0, limit - time.monotonic()))[0]
            assert ready, f"no {text!r} in {self.seen[start:]!r}"
            try:
                self.seen += os.read(self.fd, 4096).decode("utf-8", "replace")
            except OSError:
                pytest.fail(f"ended before {text!r}: {self.seen!r}")
        self.read_to = at + len(text)
        return self.seen[start:self.read_to]

    def type(self, text):
        os.write(self.fd, text.encode())

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:    # a test that fails leaves no guest behind
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
