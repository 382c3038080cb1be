# SPDX-License-Identifier: GPL-2.0-only
"""Where things are kept, and how they get there whole or not at all."""
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import stat
import tempfile

from .trouble import Trouble, os_trouble

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
ROOT = os.path.dirname(os.path.dirname(HERE))
VM = os.path.join(HERE, "vm")


def build(*parts):
    """A path below the build folder (BUILD= overrides where that is)."""
    base = os.environ.get("BUILD") or os.path.join(ROOT, "build")
    return os.path.join(os.path.abspath(base), *parts)


def cache(*parts):
    """A path below the user's cache folder; survives a fresh clone."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(os.path.abspath(base), "kernel-pointer-labs", *parts)


def fit_for_kbuild(path):
    """Kbuild refuses, or splits at, these in any folder it works in."""
    return not any(c in " \t\n:%#$'\"\\`&;|<>()*?[]~" for c in path)


def stand_in(path):
    """Where kbuild works for a *path* that it can't cope with, or None."""
    path = os.path.realpath(path)
    if fit_for_kbuild(path):
        return None
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    for base in (cache("trees"), f"/var/tmp/kernel-pointer-labs-{os.getuid()}"):
        base = os.path.realpath(base)
        if fit_for_kbuild(base):
            return os.path.join(base, name)
    raise Trouble(f"kbuild can't work in {path}: its path has spaces or "
                  "special characters; set BUILD= to one that has none")


def for_kbuild(path):
    """*path* itself, or its stand-in."""
    other = stand_in(path)
    if not other:
        return os.path.realpath(path)
    make_dir(os.path.dirname(other), 0o700)
    # Its name can be guessed: not a link that somebody else has put there.
    info = os.lstat(os.path.dirname(other))
    if info.st_uid != os.getuid() or not stat.S_ISDIR(info.st_mode) or info.st_mode & 0o22:
        raise Trouble(f"{os.path.dirname(other)} belongs to somebody else, or others may "
                      "write to it: "
                      "remove it, or set BUILD= to a folder whose path has "
                      "no spaces or special characters")
    return other


def make_dir(path, mode=0o777):
    try:
        os.makedirs(path, mode=mode, exist_ok=True)
    except OSError as error:
        if path.startswith(cache()):
            raise Trouble(f"the cache folder {path} can't be made "
                          f"({error.strerror}): set XDG_CACHE_HOME to a "
                          "folder that you can write to") from None
        raise os_trouble(error, f"making the folder {path}") from None
    return path


def write_file(path, data):
    """Replace *path* by *data* (str or bytes), atomically."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    make_dir(os.path.dirname(os.path.abspath(path)))
    temp = None
    try:
        fd, temp = tempfile.mkstemp(prefix=".new-",
                                    dir=os.path.dirname(os.path.abspath(path)))
        with os.fdopen(fd, "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temp, 0o666 & ~umask)
        os.replace(temp, path)
        temp = None
    except OSError as error:
        raise os_trouble(error, f"writing {path}") from None
    finally:
        if temp:
            with contextlib.suppress(OSError):
                os.unlink(temp)


def write_json(path, value):
    write_file(path, json.dumps(value, indent=1, sort_keys=True) + "\n")


def read_json(path):
    """The file's value, or None if it is not there or is damaged."""
    try:
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def lock(path):
    """One process at a time; the kernel drops it when its owner dies."""
    make_dir(os.path.dirname(path))
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise os_trouble(error, f"opening the lock file {path}") from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


@contextlib.contextmanager
def scratch_beside(path):
    """A folder on *path*'s own disk, gone afterwards unless renamed.

    Leftovers of runs that were killed are swept first: call it with the
    lock held.
    """
    parent = make_dir(os.path.dirname(path))
    for name in os.listdir(parent):
        if name.startswith(".unpack-"):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)
    try:
        temp = tempfile.mkdtemp(prefix=".unpack-", dir=parent)
    except OSError as error:
        raise os_trouble(error, f"making a folder in {parent}") from None
    try:
        yield temp
    finally:
        shutil.rmtree(temp, ignore_errors=True)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while chunk := f.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


class Interrupted(Exception):
    """SIGINT, SIGTERM or SIGHUP came; exits with 128 + its number."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


def raise_on_signals():
    """Make the three signals that end us run our clean-ups on the way."""
    def handler(number, _frame):
        for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(other, signal.SIG_IGN)
        raise Interrupted(number)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
