# SPDX-License-Identifier: GPL-2.0-only
"""`make demo-image`: one archive that needs nothing but QEMU.

Kernels, guests' files with all modules, the book and a start script, for a classroom
without a network. The book is the students', with no line of a lab's solution; whoever
asks for the solutions gets the whole book, and the kit's own source beside it.
"""
import contextlib
import glob
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile

from . import HERE, TOP, modules, offer, play, table
import kernels
from vmlib import image, kernel as stock, paths, qemu
from vmlib.cpio import Archive
from vmlib.trouble import Trouble, os_trouble

PARTS = os.path.join(os.path.dirname(HERE), "image")
BOOK = os.path.join(TOP, "Documentation", "output", "html")
MODULE = os.path.join(TOP, "build", "module", "stock", "nsproxy_lab.ko")
HANDOUT = os.path.join(TOP, "labs", "grader", "handout")
NAME = "kernel-pointer-labs-demo"
PROOF, SEEN = "R8", "BUG: sleeping function called from invalid context"


def read(path):
    with open(path, "rb") as f:
        return f.read()


def initrd(files):
    """The guest's own files, and /lab: {name: (body, mode)}."""
    archive = Archive()
    for name, (body, mode) in files.items():
        archive.file(f"lab/{name}", body, mode)
    archive.file("root/.profile", read(os.path.join(PARTS, "profile")))
    archive.file("run.env", b"secret='demo'\nmode='shell'\nrows='24'\ncols='80'\n", 0o400)
    return image.base() + archive.bytes()


def line(experiment):
    arguments = f"rounds={experiment.rounds}"
    if turns := play.turns_of(experiment):
        arguments += f" schedule={turns}"
    return "|".join([experiment.id, experiment.claim, experiment.kernel, experiment.shows,
                     modules.name_of(experiment), arguments]) + "\n"


def put(folder, name, boot_image, files):
    where = paths.make_dir(os.path.join(folder, name))
    shutil.copyfile(boot_image, os.path.join(where, "bzImage"))
    paths.write_file(os.path.join(where, "initrd"), initrd(files))


def students_book(folder):
    """As handed out: that tool looks for solutions in it, and packs nothing if there are."""
    with tempfile.TemporaryDirectory(prefix="demo-book-") as temp:
        packed = os.path.join(temp, "handout.tar.gz")
        done = subprocess.run([HANDOUT, "--out", packed], capture_output=True, text=True)
        if done.returncode:
            raise Trouble("the students' book can't be made: "
                          + (done.stderr.strip().splitlines() or ["it does not say why"])[-1])
        with tarfile.open(packed) as tar:
            tar.extractall(temp)
        book, = glob.glob(os.path.join(glob.escape(temp), "*", "book"))
        shutil.copytree(book, os.path.join(folder, "book"))


def with_solutions(folder):
    """The whole book, and what it shows the source of."""
    if not os.path.exists(os.path.join(BOOK, "index.html")):
        raise Trouble(f"{os.path.relpath(BOOK, TOP)}/index.html is not there: make htmldocs")
    shutil.copytree(BOOK, os.path.join(folder, "book"),
                    ignore=shutil.ignore_patterns("instructor"))
    done = subprocess.run(["git", "-C", TOP, "archive", "--format=tar.gz", "--prefix=kit/",
                           "-o", os.path.join(folder, "kit.tar.gz"), "HEAD"],
                          capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"the kit's own source can't be packed: {done.stderr.strip()}")


def fill(folder, say, solutions=False, who=""):
    rows, listed = table.load(), ""
    for name in kernels.names():
        kernel = kernels.need(name)
        mine = [r for r in rows if r.kernel == name]
        say(f"modules for the {name} kernel")
        built = modules.build(mine, kernel)
        text = "".join(map(line, mine))
        files = {f"{n}.ko": (read(path), 0o644) for n, path in built.items()}
        files["experiments"] = (text.encode(), 0o644)
        files["play"] = (read(os.path.join(PARTS, "play")), 0o755)
        put(folder, name, kernel.image, files)
        listed += text
    paths.write_file(os.path.join(folder, "experiments"), listed)
    put(folder, "stock", stock.image()[0], {
        "nsproxy_lab.ko": (read(MODULE), 0o644),
        "lab": (read(os.path.join(TOP, "code/module/lab")), 0o755)})
    start = read(os.path.join(PARTS, "start")).decode().replace("@CMDLINE@", qemu.CMDLINE)
    paths.write_file(os.path.join(folder, "start"), start)
    os.chmod(os.path.join(folder, "start"), 0o755)
    say("the book" + (", and the kit's source" if solutions else " without solutions"))
    (with_solutions if solutions else students_book)(folder)
    offer.put(folder, who)
    shutil.copyfile(os.path.join(TOP, "COPYING"), os.path.join(folder, "COPYING"))


def make(out, say, solutions=False, who=""):
    if not os.path.exists(MODULE):
        raise Trouble(f"{os.path.relpath(MODULE, TOP)} is not there: make module")
    out = os.path.abspath(out or paths.build(f"{NAME}.tar.gz"))
    try:
        with tempfile.TemporaryDirectory(dir=paths.make_dir(os.path.dirname(out))) as temp:
            folder = os.path.join(temp, NAME)
            os.mkdir(folder)
            fill(folder, say, solutions, who)
            say("packing")
            with tarfile.open(out + ".new", "w:gz", compresslevel=6) as tar:
                tar.add(folder, NAME, filter=plain)
            say("trying it, away from the kit")
            prove(out + ".new")
            os.replace(out + ".new", out)
    except OSError as error:
        raise os_trouble(error, "making the demo's image") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(out + ".new")
    print(f"{os.path.relpath(out)}: {os.path.getsize(out) >> 20} MB. Unpack it anywhere, "
          f"then {NAME}/start. Before you hand it on, read SOURCE in it"
          + ("" if who else ", and say OFFER='your name and address'") + ".")
    return 0


def prove(archive):
    """Unpacked elsewhere, with an empty environment: is a bug caught?"""
    with tempfile.TemporaryDirectory(prefix="demo-image-") as temp:
        with tarfile.open(archive) as tar:
            tar.extractall(temp)
        start = os.path.join(temp, NAME, "start")
        with subprocess.Popen([start, PROOF], cwd="/", stdin=subprocess.DEVNULL,
                              env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, start_new_session=True) as child:
            try:
                said = child.communicate(timeout=180)[0].decode("utf-8", "replace")
            except subprocess.TimeoutExpired:
                raise Trouble(f"the image is no good: ./start {PROOF} does not end"
                              ) from None
            finally:
                # QEMU is the script's child: none may stay behind.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
        if SEEN not in said:
            raise Trouble(f"the image is no good: ./start {PROOF} says: "
                          + said.strip()[-300:])


def plain(entry):
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry
