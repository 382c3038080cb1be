# SPDX-License-Identifier: GPL-2.0-only
"""Write newc cpio archives, the initramfs format.

See Documentation/driver-api/early-userspace/buffer-format.rst: the kernel
takes several archives one after another, zero bytes between them, and later
files replace earlier ones of the same name.
"""
import stat


class Archive:
    """Collects entries; no root needed, device nodes included."""

    def __init__(self):
        self._data = bytearray()
        self._inode = 0
        self._folders = set()

    def _entry(self, name, mode, body=b"", device=(0, 0)):
        self._inode += 1
        raw = name.encode("utf-8", "surrogateescape") + b"\0"
        # owner root, no time stamp: the same contents give the same bytes
        fields = (self._inode, mode, 0, 0, 1, 0, len(body), 0, 0,
                  device[0], device[1], len(raw), 0)
        self._data += b"070701" + b"".join(b"%08X" % f for f in fields) + raw
        self._data += bytes(-len(self._data) % 4)
        self._data += body
        self._data += bytes(-len(self._data) % 4)

    def folder(self, name, mode=0o755):
        """A folder and those above it, each once."""
        name = name.strip("/")
        if not name or name in self._folders:
            return
        if "/" in name:
            self.folder(name.rsplit("/", 1)[0])
        self._folders.add(name)
        self._entry(name, stat.S_IFDIR | mode)

    def _above(self, name):
        if "/" in name:
            self.folder(name.rsplit("/", 1)[0])

    def file(self, name, body, mode=0o644):
        name = name.strip("/")
        self._above(name)
        self._entry(name, stat.S_IFREG | mode, body)

    def symlink(self, name, target):
        name = name.strip("/")
        self._above(name)
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def char_device(self, name, major, minor, mode=0o600):
        name = name.strip("/")
        self._above(name)
        self._entry(name, stat.S_IFCHR | mode, device=(major, minor))

    def bytes(self):
        """The finished archive, padded so that another may follow."""
        self._inode = -1
        self._entry("TRAILER!!!", 0)
        return bytes(self._data) + bytes(-len(self._data) % 512)
