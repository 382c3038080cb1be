# SPDX-License-Identifier: GPL-2.0-only
"""Reads answers.toml. It is somebody else's: no links, no surprises, and a
sentence for who wrote it by hand."""
import os
import re
import stat
import tomllib

MOST = 1 << 16          # bytes
EXAMPLE = '"1.4" = "use-after-free"'
CURLY = "“”„‟‘’‚«»"


class Unreadable(Exception):
    """The message is for the student."""


def read(path):
    """{task: answer}"""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as f:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise Unreadable("answers.toml is no ordinary file")
            data = f.read(MOST + 1)
    except OSError as e:
        raise Unreadable("answers.toml is a link: hand in the file itself"
                         if os.path.islink(path) else
                         f"answers.toml can't be read: {e.strerror}") from None
    if len(data) > MOST:
        raise Unreadable(f"answers.toml has more than {MOST >> 10} kB")
    try:
        text = data.decode("utf-8-sig")     # some editors begin a file with a byte order mark
        said = tomllib.loads(text)
    except UnicodeDecodeError:
        raise Unreadable("answers.toml is not text in UTF-8: save it as UTF-8") from None
    except ValueError as e:      # TOMLDecodeError is one; so is a number without end
        raise Unreadable(f"answers.toml: {e}. {advice(text, str(e))}") from None
    except RecursionError:
        raise Unreadable("answers.toml is nested too deeply") from None
    return {k: v.get("answer", "") if isinstance(v, dict) else v for k, v in said.items()}


def advice(text, error):
    """What to do about what the parser objects to."""
    found = re.search(r"at line (\d+)", error)
    line = text.split("\n")[int(found[1]) - 1] if found else ""
    if "Cannot overwrite" in error:
        return "This task is answered twice: leave one of the two."
    if "Illegal character '\\n'" in error or "Illegal character '\\r'" in error \
            or "Unterminated" in error:
        return f"The quote that ends the answer is missing: {EXAMPLE}"
    if set(CURLY) & set(line):
        return f"Straight quotes are needed, not “these”: {EXAMPLE}"
    return f"Each answer stands between quotes: {EXAMPLE}"
