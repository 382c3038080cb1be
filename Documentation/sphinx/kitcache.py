# SPDX-License-Identifier: GPL-2.0-only
"""What a program said of a file, kept beside the doctrees by content."""
import hashlib
import os
import subprocess
import tempfile


def digest(*parts):
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part if isinstance(part, bytes) else str(part).encode())
        sha.update(b"\0")
    return sha.hexdigest()


def run(app, kind, command, paths):
    """Run `command` unless it has been run on just these contents before.

    Returns (stdout, stderr, exit status). Only clean runs are kept, so that
    a complaint is repeated until it is mended.
    """
    contents = []
    for path in paths:
        with open(path, "rb") as f:
            contents.append(f.read())
    folder = os.path.join(app.doctreedir, "kit-" + kind)
    kept = os.path.join(folder, digest(*command, *contents))
    try:
        with open(kept, encoding="utf-8") as f:
            return f.read(), "", 0
    except FileNotFoundError:
        pass
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          cwd=app.confdir)
    if done.returncode == 0 and not done.stderr.strip():
        os.makedirs(folder, exist_ok=True)
        # Another worker may be doing the same: the last rename wins.
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False,
                                         encoding="utf-8") as f:
            f.write(done.stdout)
        os.replace(f.name, kept)
    return done.stdout, done.stderr, done.returncode
