# SPDX-License-Identifier: GPL-2.0-only
"""What comes out of the guest's two serial ports, kept within limits."""
import socket


class Channel:
    """One port: a socket pair, whose far end QEMU gets.

    Keeps the first and the last half of *keep* bytes, counts all of them,
    and calls *on_line* for each whole line.
    """

    def __init__(self, limit, keep=4 << 20, on_line=None):
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.limit = limit
        self.keep = keep // 2
        self.total = 0
        self.open = True
        self._head = bytearray()
        self._tail = bytearray()
        self._partial = bytearray()
        self._on_line = on_line

    @property
    def flooded(self):
        return self.total > self.limit

    def fileno(self):
        return self.ours.fileno()

    def started(self):
        """QEMU has its end now: ours reads end-of-file when QEMU dies."""
        self.theirs.close()

    def read(self):
        """Take what is there; False at the end."""
        try:
            data = self.ours.recv(1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            self.open = False
            if self._partial and self._on_line:
                self._on_line(decode(self._partial))
            self._partial.clear()
            return False
        self._take(data)
        return True

    def _take(self, data):
        self.total += len(data)
        room = self.keep - len(self._head)
        self._head += data[:room]
        self._tail += data[max(0, room):]
        if len(self._tail) > 2 * self.keep:
            del self._tail[:-self.keep]
        if not self._on_line:
            return
        self._partial += data
        while (end := self._partial.find(b"\n")) >= 0:
            line = bytes(self._partial[:end])
            del self._partial[:end + 1]
            self._on_line(decode(line))
        if len(self._partial) > 1 << 16:    # no line is that long
            self._on_line(decode(self._partial))
            self._partial.clear()

    def text(self):
        tail = self._tail[-self.keep:]
        lost = self.total - len(self._head) - len(tail)
        middle = f"\n[... {lost} bytes left out ...]\n".encode() if lost else b""
        return decode(self._head + middle + tail)

    def close(self):
        self.ours.close()
        self.theirs.close()


def decode(data):
    # 0x00 and escape sequences would play games with the user's terminal
    text = bytes(data).decode("utf-8", "replace").replace("\r", "")
    return "".join(c if c >= " " or c in "\t\n" else "\ufffd" for c in text)
