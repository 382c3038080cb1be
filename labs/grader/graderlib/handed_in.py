# SPDX-License-Identifier: GPL-2.0-only
"""What a class has handed in: found, and packed so that nothing travels with it.

A submission is an entry of the class's folder: a folder with the scheme's
file in it (and answers.toml), at any depth of up to three, or that file
itself. Names may hold anything that a file system allows, so they are used
for people only; files and jobs go by a digest of name and submission: a link to a
report leads to that student's report of that submission, whoever joins the class.
"""
import contextlib
import dataclasses
import hashlib
import io
import os
import stat
import tarfile

MOST = 1 << 20          # bytes of one file; a scheme has about 10,000
DEEPEST = 3
MOST_COPIES = 20
MOST_FOLDERS = 2000     # of one submission, that are looked through for an archive
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".lz",
            ".lzma", ".7z", ".rar", ".cpio", ".jar", ".deb", ".iso", ".zip.001", ".z")


@dataclasses.dataclass
class HandedIn:
    number: int
    name: str           # as the entry is called; for people
    files: dict         # {name in the submission: path}
    trouble: str = ""   # why it can't be graded
    note: str = ""      # which file was taken, where there are several
    raw: bytes = b""    # its name, as the file system has it
    digest: str = ""    # of what is in it

    @property
    def stem(self):
        return hashlib.sha256(self.raw + b"\0" + self.digest.encode()).hexdigest()[:16]

    def whose(self):
        """For the head of its report."""
        return self.name + (f" ({self.note})" if self.note else "")


def shown(name):
    """A file's name for a terminal, a table or a page: no control characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


class Unclear(Exception):
    """Which file is meant can't be told; a sentence."""


def find(folder, wanted):
    """({name: path} of the wanted files, {name: paths} of others of that name that lie
    deeper). Where two lie equally high they have to be the same."""
    found, deeper = {}, {}
    level = [folder]
    for _ in range(DEEPEST):
        below, here = [], {}
        for place in level:
            with os.scandir(place) as entries:
                for entry in sorted(entries, key=lambda e: os.fsencode(e.name)):
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    elif entry.name in found:
                        deeper.setdefault(entry.name, []).append(entry.path)
                    elif entry.name in wanted:
                        here.setdefault(entry.name, []).append(entry.path)
        for name, paths in here.items():
            found[name] = paths[0]
            if len(paths) > 1 and len({content(p) for p in paths[:MOST_COPIES]}) > 1:
                raise Unclear(f"there is more than one {name} in it: " + ", ".join(
                    shown(os.path.relpath(p, folder)) for p in paths[:3]))
        level = below
    return found, deeper


def taken(folder, found, deeper):
    """Which of several files of a name was taken; "" where there is one of each."""
    def say(path):
        return shown(os.path.relpath(path, folder))
    return "; ".join(
        f"{say(found[name])} was graded, and not " + ", ".join(map(say, paths[:3]))
        + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        for name, paths in deeper.items())


def called_otherwise(folder, name):
    """What the wanted file is called, if only large and small letters differ, or ""."""
    level = [folder]
    for _ in range(DEEPEST):
        below = []
        for place in level:
            with os.scandir(place) as entries:
                for entry in sorted(entries, key=lambda e: os.fsencode(e.name)):
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    elif entry.name.lower() == name.lower():
                        return shown(entry.name)
        level = below
    return ""


def archive_in(folder):
    """The name of an archive that somebody handed in unopened, or "". Not looked for
    below MOST_FOLDERS folders, nor where a path gets too long."""
    level, looked = [folder], 0
    while level and looked < MOST_FOLDERS:
        place, looked = level.pop(0), looked + 1
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in sorted(entries, key=lambda e: os.fsencode(e.name)):
                if entry.is_dir(follow_symlinks=False):
                    level.append(entry.path)
                elif entry.name.lower().endswith(ARCHIVES):
                    return shown(entry.name)
    return ""


def collect(folder, wanted):
    """All entries of a class's folder, in the order of their names. What is wrong with
    one of them is its own trouble."""
    out = []
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda e: os.fsencode(e.name))
    for entry in entries:
        if entry.name.startswith("."):
            continue
        item = HandedIn(len(out) + 1, shown(entry.name), {}, raw=os.fsencode(entry.name))
        out.append(item)
        try:
            look_at(item, entry, wanted)
        except Unclear as error:
            item.trouble = str(error)
        except OSError as error:
            item.trouble = f"it can't be read: {error.strerror}"
        except Exception as error:      # nobody else's grade hangs on it
            item.trouble = f"it can't be read: {type(error).__name__}: {shown(str(error))[:200]}"
    return out


def look_at(item, entry, wanted):
    """What there is of a submission in an entry of a class's folder."""
    if entry.is_dir(follow_symlinks=False):
        item.files, deeper = find(entry.path, wanted)
        item.note = taken(entry.path, item.files, deeper)
        if wanted[0] not in item.files:
            item.trouble = missing(entry.path, wanted[0])
    elif entry.name.lower().endswith(ARCHIVES):
        item.trouble = "it is an archive: unpack it into a folder of that name"
    elif entry.is_file(follow_symlinks=False) and entry.name.endswith(".c"):
        item.files = {wanted[0]: entry.path}
    else:
        item.trouble = f"it is neither a folder nor a {wanted[0]}"


def missing(folder, name):
    """That there is no such file in a submission, and what there is instead."""
    other = called_otherwise(folder, name)
    archive = "" if other else archive_in(folder)
    return f"there is no {name} in it" + (
        f", but {other}: call it {name}" if other else
        f", but an archive, {archive}: unpack it there" if archive else "")


def content(path):
    """The bytes of a regular file of no more than MOST."""
    # Not what a link, a pipe or a device leads to, and no waiting for one.
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb") as f:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            raise OSError(0, "it is no regular file")
        if info.st_size > MOST:
            raise OSError(0, f"it has {info.st_size:,} bytes; {MOST:,} is the most")
        return f.read(MOST + 1)[:MOST]


def packed(item):
    """The submission as a tar of regular files with known names, and its digest is set.
    None where it can't be graded."""
    digest = hashlib.sha256()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, where in sorted(item.files.items()):
            try:
                data = content(where)
            except OSError as error:
                item.trouble = f"{name} can't be read: {error.strerror}"
                return None
            digest.update(name.encode() + b"\0" + data + b"\0")
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
    item.digest = digest.hexdigest()
    return out.getvalue()


def unpack(file, folder, wanted):
    """The other end of packed(): only files of known names come out."""
    with tarfile.open(fileobj=file) as tar:
        for member in tar:
            if member.name in wanted and member.isreg() and member.size <= MOST:
                with open(os.path.join(folder, member.name), "wb") as f:
                    f.write(tar.extractfile(member).read())


def digest_of(folders):
    """What a grade depends on besides the submission: the kit's own files and folders,
    without what tools leave among them."""
    digest = hashlib.sha256()
    for folder in folders:
        if os.path.isfile(folder):
            with open(folder, "rb") as f:
                digest.update(os.path.basename(folder).encode() + b"\0" + f.read())
        for where, below, names in os.walk(folder):
            below[:] = sorted(d for d in below if not d.startswith((".", "__pycache__")))
            for name in sorted(names):
                if name.endswith(".pyc") or name.startswith("."):
                    continue
                path = os.path.join(where, name)
                digest.update(os.path.relpath(path, folder).encode() + b"\0")
                with open(path, "rb") as f:
                    digest.update(f.read())
    return digest.hexdigest()[:16]
