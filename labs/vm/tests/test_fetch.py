# SPDX-License-Identifier: GPL-2.0-only
"""`vm fetch` and the overrides, against a small archive made up here.

Fake apt-get and apt-cache stand first on PATH; the packages are real .deb
files of a few bytes. Run: /usr/bin/python3 -m pytest labs/vm/tests -q
"""
import hashlib
import json
import os
import resource
import signal
import struct
import subprocess

import pytest

VM = os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "vm")

APT_CACHE = """#!/bin/sh
# apt-cache show --no-all-versions NAME
cat "$FAKE/$3.show" 2>/dev/null || { echo "E: No packages found" >&2; exit 100; }
"""

APT_GET = """#!/bin/sh
echo "$*" >> "$FAKE/downloads"
if [ -e "$FAKE/offline" ]; then
	echo "E: Failed to fetch http://x/y  Temporary failure resolving 'x'" >&2
	exit 100
fi
if [ -e "$FAKE/gone" ]; then
	echo "E: Failed to fetch http://x/y  404  Not Found" >&2
	exit 100
fi
for last; do :; done
if [ -e "$FAKE/stall" ]; then
	head -c 10 "$FAKE/${last%%=*}.deb" > half.deb
	echo > "$FAKE/stalled"
	exec sleep 1000
fi
exec cp "$FAKE/${last%%=*}.deb" .
"""


def bzimage(release):
    """Enough of a bzImage for the checks: magic and version string."""
    head = bytearray(0x400)
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", head, 0x20e, 0x100)
    text = f"{release} (builder) #1 SMP\0".encode()
    head[0x300:0x300 + len(text)] = text
    return bytes(head)


class Archive:
    """A made-up distribution, and a home to fetch it into."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.fake = folder / "fake"
        bin_ = folder / "bin"
        for each in (self.home, self.fake, bin_):
            each.mkdir()
        for name, text in (("apt-cache", APT_CACHE), ("apt-get", APT_GET)):
            (bin_ / name).write_text(text)
            (bin_ / name).chmod(0o755)
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("KERNEL", "KDIR", "BUSYBOX", "ACCEL", "V")}
        self.env.update(PATH=f"{bin_}:{os.environ['PATH']}",
                        FAKE=str(self.fake), BUILD=str(self.home / "build"),
                        XDG_CACHE_HOME=str(self.home / "cache"))
        self.publish("1.0-1")

    def publish(self, version):
        release = f"{version}-cloud-amd64"
        headers, common = f"linux-headers-{release}", \
            f"linux-headers-{version}-common"
        self.package("linux-image-cloud-amd64", version,
                     f"linux-image-{release} (= {version})")
        self.package(f"linux-image-{release}", version, "kmod", {
            f"boot/vmlinuz-{release}": bzimage(release),
            "boot/fill": os.urandom(100_000)})
        self.package("linux-headers-cloud-amd64", version, headers)
        self.package(headers, version, f"{common} (= {version}), gcc-99", {
            f"usr/src/{headers}/Makefile":
                f"include /usr/src/{common}/Makefile\n".encode(),
            f"usr/src/{headers}/.config": b"",
            f"usr/src/{headers}/Module.symvers": b"",
            f"usr/src/{headers}/include/generated/autoconf.h": b"",
            f"usr/src/{headers}/include/generated/utsrelease.h":
                f'#define UTS_RELEASE "{release}"\n'.encode()})
        self.package(common, version, "", {
            f"usr/src/{common}/Makefile": b"all:\n\t@echo made it\n"})
        self.package("busybox-static", f"1:{version}", "",
                     {"bin/busybox": b"#!/bin/sh\n"})

    def package(self, name, version, depends, files=None):
        tree = self.folder / "tree" / f"{name}-{version.replace(':', '_')}"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN/control").write_text(
            f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: test <t@example.org>\nDescription: test\n")
        for path, body in (files or {}).items():
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
        deb = self.fake / f"{name}.deb"
        subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "-b",
                        tree, deb], check=True, stdout=subprocess.DEVNULL)
        (self.fake / f"{name}.show").write_text(
            f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
            f"Depends: {depends}\nFilename: pool/{name}.deb\n"
            f"Size: {deb.stat().st_size}\n"
            f"SHA256: {hashlib.sha256(deb.read_bytes()).hexdigest()}\n")

    def vm(self, *args, env=None, **more):
        return subprocess.run([VM, *args], text=True, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**self.env, **(env or {})}, **more)

    def stamp(self):
        file = self.home / "build/vm/fetched.json"
        return json.loads(file.read_text()) if file.exists() else None

    def downloads(self):
        file = self.fake / "downloads"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def fresh_clone(self):
        (self.home / "build").rename(self.home / "old-build")

    def flag(self, name):
        (self.fake / name).write_text("")

    def debs(self):
        return sorted((self.home / "cache/kernel-pointer-labs/debs")
                      .glob("*.deb"))


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path)


def one_line(got, code=3):
    """It failed with one clear line, and no Python traceback."""
    assert got.returncode == code, got.stdout + got.stderr
    lines = got.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("vm: "), got.stderr
    return lines[0]


def test_fetch_unpacks_the_distributions_kernel_and_headers_that_build(
        archive):
    got = archive.vm("fetch")
    assert got.returncode == 0, got.stderr
    stamp = archive.stamp()
    assert stamp["release"] == "1.0-1-cloud-amd64"
    assert stamp["packages"]["busybox-static"] == "1:1.0-1"
    # the headers find one another where they are, not in /usr/src
    made = subprocess.run(["make", "-s", "-C", stamp["kdir"]], text=True,
                          stdout=subprocess.PIPE, check=True)
    assert "made it" in made.stdout


def test_a_second_fetch_and_a_fresh_clone_need_no_network(archive):
    assert archive.vm("fetch").returncode == 0
    count = archive.downloads()
    archive.flag("offline")
    assert archive.vm("fetch").returncode == 0
    archive.fresh_clone()
    got = archive.vm("fetch")
    assert got.returncode == 0, got.stderr
    assert archive.stamp() and archive.downloads() == count


def test_update_takes_the_newer_kernel_and_offline_keeps_the_older(archive):
    assert archive.vm("fetch").returncode == 0
    archive.publish("1.1-1")
    archive.flag("offline")
    got = archive.vm("fetch", "--update")
    assert got.returncode == 0 and "no network" in got.stdout
    assert archive.stamp()["release"] == "1.0-1-cloud-amd64"
    (archive.fake / "offline").unlink()
    assert archive.vm("fetch", "--update").returncode == 0
    assert archive.stamp()["release"] == "1.1-1-cloud-amd64"


@pytest.mark.parametrize("flag, says", [
    ("offline", "no network"), ("gone", "sudo apt-get update")])
def test_a_failed_download_says_why_and_leaves_nothing(archive, flag, says):
    archive.flag(flag)
    assert says in one_line(archive.vm("fetch"))
    assert archive.stamp() is None and archive.debs() == []


def test_without_apts_lists_it_says_to_update_them(archive):
    for file in archive.fake.glob("*.show"):
        file.unlink()
    assert "sudo apt-get update" in one_line(archive.vm("fetch"))
    assert archive.stamp() is None


def test_a_damaged_deb_in_the_cache_is_fetched_again_or_named(archive):
    assert archive.vm("fetch").returncode == 0
    deb = next(d for d in archive.debs() if "image" in d.name)
    deb.write_bytes(deb.read_bytes()[:-100])
    archive.fresh_clone()
    archive.flag("offline")
    said = one_line(archive.vm("fetch"))
    assert "damaged" in said and deb.name in said
    assert archive.stamp() is None
    (archive.fake / "offline").unlink()
    got = archive.vm("fetch")
    assert got.returncode == 0 and "damaged" in got.stdout
    assert archive.stamp()


def test_a_file_size_limit_is_named_and_the_next_run_recovers(archive):
    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    said = one_line(archive.vm("fetch", preexec_fn=small))
    assert "ulimit" in said
    assert archive.stamp() is None
    assert archive.vm("fetch").returncode == 0
    assert archive.stamp()


def test_no_space_is_called_no_space(archive):
    """On a tmpfs that is too small; unshare gives us one without root."""
    if subprocess.run(["unshare", "-rm", "true"],
                      stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no user namespaces here: no small disk to fill")
    archive.home.joinpath("build").mkdir()
    got = archive.vm("fetch")
    assert got.returncode == 0, got.stderr
    archive.fresh_clone()
    (archive.home / "build").mkdir()
    script = 'mount -t tmpfs -o size=64k none "$BUILD" && "$0" fetch; ' \
             'code=$?; ls -A "$BUILD/vm/trees"; exit $code'
    got = subprocess.run(["unshare", "-rm", "sh", "-c", script, VM],
                         text=True, env=archive.env, timeout=300,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert "no space left" in one_line(got), got.stderr
    assert ".unpack" not in got.stdout


def test_an_interrupted_fetch_leaves_nothing_that_is_trusted(archive):
    archive.flag("stall")
    process = subprocess.Popen([VM, "fetch"], env=archive.env, text=True,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE,
                               start_new_session=True)
    for line in process.stdout:
        if "downloading" in line:
            break
    while not (archive.fake / "stalled").exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert archive.stamp() is None and archive.debs() == []
    (archive.fake / "stall").unlink()
    assert archive.vm("fetch").returncode == 0
    assert archive.stamp()
    debs = archive.home / "cache/kernel-pointer-labs/debs"
    assert not list(debs.glob(".unpack-*")), "the leftovers are swept"


def test_a_headers_tree_works_below_a_path_that_kbuild_cannot_stand(archive):
    odd = archive.home / "it's a \"build\": 50%"
    got = archive.vm("fetch", env={"BUILD": str(odd)})
    assert got.returncode == 0, got.stderr
    stamp = json.loads((odd / "vm/fetched.json").read_text())
    assert not set(stamp["kdir"]) & set(" '\":%")
    assert os.path.exists(stamp["kdir"])


# -- overrides --------------------------------------------------------------

def test_a_kernel_that_is_no_kernel_is_refused(archive):
    for path, says in (("/bin/ls", "vmlinux"), (__file__, "HdrS"),
                       ("/tmp", "folder"), ("/nowhere", "No such file")):
        said = one_line(archive.vm("run", "--plain", "--job", "/dev/null",
                                   env={"KERNEL": path}))
        assert says in said and path in said


def test_headers_that_are_no_headers_are_refused(archive):
    for path, says in (("/tmp/", "lacks .config"), (__file__, "not a folder")):
        said = one_line(archive.vm("module", "--name", "x", "src",
                                   env={"KDIR": path}))
        assert says in said


def test_a_kernel_without_matching_headers_is_refused(archive):
    other = archive.folder / "bzImage"
    other.write_bytes(bzimage("9.9-mine"))
    for prepare in (lambda: None, lambda: archive.vm("fetch")):
        prepare()
        said = one_line(archive.vm("module", "--name", "x", "src",
                                   env={"KERNEL": str(other)}))
        assert "9.9-mine" in said and "KDIR=" in said
    kdir = archive.stamp()["kdir"]
    said = one_line(archive.vm("fetch", env={"KERNEL": str(other),
                                             "KDIR": kdir}))
    assert "9.9-mine" in said and "1.0-1-cloud-amd64" in said


def test_nothing_fetched_yet_says_which_command_gets_it(archive):
    said = one_line(archive.vm("run", "--plain", "--job", "/dev/null"))
    assert "labs/vm/vm fetch" in said


def test_without_qemu_the_command_that_gets_it_is_named(archive):
    assert archive.vm("fetch").returncode == 0
    tools = archive.folder / "tools"
    tools.mkdir()
    for name in ("sh", "env"):
        (tools / name).symlink_to(f"/bin/{name}")
    said = one_line(archive.vm("run", "--plain", "--job", "/dev/null",
                               env={"PATH": str(tools)}))
    assert "sudo apt-get install qemu-system-x86" in said
