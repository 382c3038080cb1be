# SPDX-License-Identifier: GPL-2.0-only
"""The one exception that reaches the user: a sentence and an exit code."""
import errno

FAILED = 1    # what the user gave is wrong: it does not compile, tests fail
USAGE = 2     # argparse's own
CANNOT = 3    # something is missing on this machine, or is broken


class Trouble(Exception):
    """Something the user has to know: what is wrong, and what to do."""

    def __init__(self, what, code=CANNOT):
        super().__init__(what)
        self.code = code


def os_trouble(error, doing):
    """Say an OSError in a student's words; *doing* is e.g. "writing x"."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble(f"no space left on the disk while {doing}{where}: "
                       "free some (this kit needs about 250 MB), then try "
                       "again")
    if error.errno == errno.EFBIG:
        return Trouble(f"the file size limit (ulimit -f) was hit while "
                       f"{doing}{where}: raise it, then try again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Trouble(f"not allowed: {doing}{where}: "
                       f"{error.strerror}; check who owns it")
    return Trouble(f"{doing} failed{where}: {error.strerror or error}")
