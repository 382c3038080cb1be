# SPDX-License-Identifier: GPL-2.0-only
"""What the GPL asks of those who hand on binaries: where the source of each is, and a
written offer of it (section 3b of version 2)."""
import datetime
import os
import re
import subprocess
import textwrap
import urllib.parse

import kernels
from . import TOP
from vmlib import paths
from vmlib.trouble import Trouble

SNAPSHOT = "https://snapshot.debian.org/package"
YEARS = 3
TEXT = """\
This archive holds programs in binary form. They are free software under the GNU
General Public License, version 2, which is in the file COPYING. This is what they
are, and where the source of each comes from:

{parts}

THE OFFER. For {years} years from {today}, {who} will give the complete source of all of
that, on a medium that is used for such things, to anybody who asks, for no more
than what sending it costs.

If you hand this archive on, you owe those who get it the same. This text is enough,
with your own name in it; so is an archive of the sources beside this one.
"""


def debian(source, version):
    return (f"Debian's source package {source}, {version}:\n"
            f"{SNAPSHOT}/{source}/{urllib.parse.quote(version, safe=':+~')}/")


def commit():
    """Of the kit, and whether its files are that commit's."""
    def git(*words):
        return subprocess.run(["git", "-C", TOP, *words], capture_output=True,
                              text=True).stdout.strip()
    try:
        found = git("rev-parse", "HEAD")
        return (found or "no commit") + (", with changes" if git("status", "--porcelain") else "")
    except FileNotFoundError:
        return "no commit"


def parts(packages):
    """[(what it is, where its source is)]. @packages: of the guest, by their versions."""
    rows = []
    for name in kernels.names():
        package, version = kernels.need(name).built["source"].split(" ", 1)
        rows.append((f"{name}/bzImage: Linux, configured as {name}/config says",
                     f"{debian('linux', version)} (packed as {package})"))
    for name, version in packages.items():
        if name.startswith("linux-image"):
            rows.append((f"stock/bzImage: Linux, as in Debian's package {name}",
                         debian("linux", version)))
        elif name.startswith("busybox"):
            # What follows +b is a number of the build, not of the source.
            rows.append((f"busybox, in each initrd: Debian's package {name}, {version}",
                         debian("busybox", re.sub(r"\+b\d+$", "", version))))
    return [*rows, ("the modules, /lab and the start script: the kit itself",
                    f"the repository of the kit, {commit()}")]


def text(who):
    fetched = paths.read_json(paths.build("vm", "fetched.json"))
    if not isinstance(fetched, dict) or "packages" not in fetched:
        raise Trouble("the guest's packages are not known here, and so not where their "
                      "source is: labs/vm/vm fetch; without KERNEL= and BUSYBOX=")
    listed = "\n".join(f"  {what}\n" + textwrap.indent(where, "      ")
                       for what, where in parts(fetched["packages"]))
    return TEXT.format(parts=listed, years=YEARS, today=datetime.date.today().isoformat(),
                       who=who or "whoever gave you this archive")


def put(folder, who):
    """SOURCE, and each debug kernel's configuration."""
    paths.write_file(os.path.join(folder, "SOURCE"), text(who))
    for name in kernels.names():
        with open(os.path.join(kernels.need(name).folder, ".config"), encoding="utf-8") as f:
            paths.write_file(os.path.join(folder, name, "config"), f.read())
