# SPDX-License-Identifier: GPL-2.0-only
"""The guest's files: a base archive, and a second one drawn per run."""
import hashlib
import os
import subprocess

from . import kernel, paths
from .cpio import Archive
from .trouble import FAILED, Trouble, os_trouble

GUEST = os.path.join(paths.HERE, "guest")


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError as error:
        raise os_trouble(error, f"reading {path}") from None


def applets(busybox):
    try:
        got = subprocess.run([busybox, "--list"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL,
                             stdin=subprocess.DEVNULL, text=True)
        names = got.stdout.split()
    except (OSError, UnicodeDecodeError):
        names = []
    if "sh" not in names or "insmod" not in names:
        raise Trouble(f"{busybox} is no busybox with sh and insmod; Debian's "
                      "busybox-static is (labs/vm/vm fetch gets it)")
    return names


def base():
    """The archive that every run shares; cached by what it is made from."""
    busybox = kernel.busybox()
    parts = {"busybox": read(busybox)}
    for name in sorted(os.listdir(GUEST)):
        parts[name] = read(os.path.join(GUEST, name))
    digest = hashlib.sha256(read(os.path.join(paths.HERE, "vmlib/image.py")))
    for name, body in sorted(parts.items()):
        digest.update(f"{name} {len(body)} ".encode() + body)
    path = paths.build("vm", f"base-{digest.hexdigest()[:16]}.cpio")
    if os.path.exists(path):
        return read(path)
    archive = Archive()
    for folder in ("dev", "proc", "sys", "tmp", "lab", "root"):
        archive.folder(folder)
    # The kernel opens /dev/console before init can mount anything.
    archive.char_device("dev/console", 5, 1)
    archive.char_device("dev/null", 1, 3, 0o666)
    archive.file("bin/busybox", parts.pop("busybox"), 0o755)
    for name in applets(busybox):
        if name != "busybox":
            archive.symlink(f"bin/{name}", "busybox")
    archive.file("init", parts.pop("init"), 0o755)
    for name, body in parts.items():
        archive.file(f"guest/{name}", body)
    archive.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    archive.file("etc/group", b"root:x:0:\n")
    # The shell's parent, not init, answers what poweroff and its kin would
    # Signals to init would wait for the shell to end: so end the shell.
    archive.file("etc/profile", b"PS1='vm:\\w# '\n"
                 b"alias poweroff=exit halt=exit reboot=exit\n")
    data = archive.bytes()
    paths.write_file(path, data)
    return data


def split_add(text):
    """HOSTPATH[:NAME] into its parts; a path that exists wins whole."""
    if not os.path.exists(text) and ":" in text:
        path, name = text.rsplit(":", 1)
        if os.path.exists(path) or not os.path.exists(text):
            text = path
    else:
        name = ""
    if not os.path.exists(text):
        hint = ("; build it with `labs/vm/vm module`"
                if text.endswith(".ko") else "")
        raise Trouble(f"there is no file {text} to add{hint}", FAILED)
    name = name or os.path.basename(os.path.abspath(text))
    if name.startswith("/") or ".." in name.split("/") or name == "job":
        raise Trouble(f"{name!r} can't be the name of an added file: it is a "
                      "name within the guest's /lab, and `job` is taken",
                      FAILED)
    return os.path.abspath(text), name


def per_run(adds, settings, job=None):
    """The second archive: /lab, and /run.env with the run's *settings*."""
    archive = Archive()
    archive.folder("lab")
    taken = {}
    for path, name in adds:
        for source, target in walk(path, name):
            if target in taken:
                raise Trouble(f"both {taken[target]} and {source} would be "
                              f"/lab/{target}; give one another NAME "
                              "(--add PATH:NAME)", FAILED)
            taken[target] = source
            mode = 0o755 if os.access(source, os.X_OK) else 0o644
            archive.file(f"lab/{target}", read(source), mode)
    if job is not None:
        archive.file("lab/job", job, 0o755)
    env = "".join(f"{key}='{value}'\n" for key, value in settings.items())
    archive.file("run.env", env.encode(), 0o400)
    return archive.bytes()


def walk(path, name):
    if not os.path.isdir(path):
        yield path, name
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        inside = os.path.relpath(folder, path)
        for file in sorted(files):
            target = os.path.normpath(os.path.join(name, inside, file))
            yield os.path.join(folder, file), target
