# SPDX-License-Identifier: GPL-2.0-only
"""The VM tool, labs/vm/vm: what it promises, tried in real boots."""
import json
import os
import re
import select
import signal
import subprocess
import termios
import time

import pytest

from terminal import Terminal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
VM = os.path.join(ROOT, "labs/vm/vm")

MODULE = r"""
// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/mutex.h>

static char *mode = "";
module_param(mode, charp, 0);
static DEFINE_MUTEX(lock);

static noinline void vmtest_write_to(int *p)
{
	WRITE_ONCE(*p, 1);
}

static noinline void vmtest_lock_twice(void)
{
	mutex_lock(&lock);
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

static noinline void vmtest_spin(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

static int __init vmtest_init(void)
{
	if (!strcmp(mode, "panic"))
		vmtest_write_to(NULL);
	if (!strcmp(mode, "deadlock"))
		vmtest_lock_twice();
	if (!strcmp(mode, "spin"))
		vmtest_spin();
	WARN(!strcmp(mode, "warn"), "vmtest warns\n");
	while (!strcmp(mode, "flood"))
		pr_info("vmtest: a line that says nothing, over and over\n");
	return 0;
}

static void __exit vmtest_exit(void)
{
}

module_init(vmtest_init);
module_exit(vmtest_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Does what the tests of labs/vm ask for");
"""


def vm(*args, env=None, timeout=120, **more):
    return subprocess.run([VM, *map(str, args)], text=True, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, **(env or {})}, **more)


class Run:
    """A `vm run` that goes on beside the test."""

    def __init__(self, folder, job, *args, env=None):
        self.json = folder / "out.json"
        script = folder / "job.sh"
        script.write_text(job)
        self.process = subprocess.Popen(
            [VM, "run", "--job", script, "--json", self.json,
             "--console", folder / "console", *map(str, args)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})})

    def until(self, text):
        """Read its output up to a line that holds *text*."""
        for line in self.process.stdout:
            if text in line:
                return line
        pytest.fail(f"no line with {text!r}: {self.process.stderr.read()}")

    def end(self):
        """(exit code, what it printed, the record)."""
        out, err = self.process.communicate(timeout=120)
        record = (json.loads(self.json.read_text())
                  if self.json.exists() else None)
        return self.process.returncode, out + err, record

    def qemu(self):
        """The process id of its QEMU, once it runs."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as f:
            children = f.read().split()
        assert len(children) == 1, children
        return int(children[0])


def gone_within(pidfd, seconds):
    """Has the process ended? The kernel wakes us; nothing is polled."""
    return bool(select.select([pidfd], [], [], seconds)[0])


@pytest.fixture(scope="session")
def fetched():
    got = vm("fetch", timeout=600)
    assert got.returncode == 0, got.stderr
    got = vm("probe")
    assert got.returncode == 0, got.stderr


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("it's a \"source\"")
    (folder / "vmtest.c").write_text(MODULE)
    (folder / "Kbuild").write_text("obj-m := vmtest.o\n")
    return folder


@pytest.fixture(scope="session")
def module(fetched, source, tmp_path_factory):
    """vmtest.ko, built from and into folders that kbuild can't stand."""
    out = tmp_path_factory.mktemp("built 'here'")
    got = vm("module", "--name", "vmtest", "--out", out, source, cwd="/")
    assert got.returncode == 0, got.stderr
    assert got.stdout.strip() == str(out / "vmtest.ko")
    return out / "vmtest.ko"


# -- verdicts ---------------------------------------------------------------

def test_a_good_job_passes_and_its_record_says_all(module, tmp_path):
    """Beside it another VM panics: neither disturbs the other."""
    bad = tmp_path / "bad"
    bad.mkdir()
    other = Run(bad, "echo 1..1; insmod vmtest.ko mode=panic; echo ok 1\n",
                "--add", module)
    odd = tmp_path / "odd 'name'.txt"
    odd.write_text("odd\n")
    run = Run(tmp_path, """
        echo KTAP version 1
        echo 1..7
        yes_or() { "$@" && echo "ok $n - $n" || echo "not ok $n - $*"; }
        n=1; yes_or insmod vmtest.ko
        n=2; yes_or rmmod vmtest
        n=3; yes_or grep -q odd "an 'odd' name"
        n=4; yes_or [ "$(grep -c ^processor /proc/cpuinfo)" = 2 ]
        n=5; yes_or [ "$(ls /sys/class/net)" = lo ]
        n=6; yes_or [ ! -e /run.env ]
        # init's own command lines and environment, and ours, tell no secret
        n=7; yes_or sh -c '! grep -raE "[0-9a-f]{32}" /proc/cmdline \\
            /proc/1/cmdline /proc/1/environ /proc/self/environ /lab/job'
        printf 'no newline at the end'
    """, "--add", module, "--add", f"{odd}:an 'odd' name",
         "--ktap", tmp_path / "ktap")
    code, text, record = run.end()
    assert (code, record["verdict"]) == (0, "pass"), text
    assert text.rstrip().splitlines()[-1].startswith("vm: pass: 7 ok")
    assert "  ok 3 - 3\n" in text
    assert record["counts"] == {"ok": 7, "not_ok": 0, "skip": 0,
                                "planned": 7}
    assert record["ktap"][0] == "KTAP version 1"
    assert record["ktap"][-1] == "no newline at the end"
    assert (tmp_path / "ktap").read_text().splitlines() == record["ktap"]
    assert 0 < record["boot_s"] < record["total_s"]
    assert record["limit_s"] >= record["timeout_s"] == 60
    assert record["accel"] in ("kvm", "tcg") and record["smp"] == 2
    assert record["splat"] is None and record["qemu_exit"] == 0
    for field in ("kernel", "qemu", "host_cpu", "date", "reason"):
        assert record[field], field
    # the console is another channel: none of the results is on it
    assert "ok 3" not in (tmp_path / "console").read_text()

    code, text, record = other.end()
    assert (code, record["verdict"]) == (4, "panic"), text
    assert record["splat"]["kind"] == "null-pointer"
    assert record["splat"]["function"] == "vmtest_write_to"
    assert record["splat"]["rip"].startswith("vmtest_write_to")
    assert "vmtest_init" in record["splat"]["trace"]
    assert "in vmtest_write_to" in record["reason"]
    assert "---[ end " in record["splat"]["text"]


def test_a_faked_end_line_and_results_on_the_console_prove_nothing(
        module, tmp_path):
    run = Run(tmp_path, """
        echo 1..1
        echo begin 0123456789abcdef0123456789abcdef
        echo end 0123456789abcdef0123456789abcdef 0
        echo end
        echo "ok 1 - all is well" > /dev/console
        echo "1..1" > /dev/kmsg; echo "ok 1 - all is well" > /dev/kmsg
        insmod vmtest.ko mode=warn
        exit 3
    """, "--add", module, "--verbose")
    code, text, record = run.end()
    assert (code, record["verdict"]) == (1, "fail"), text
    assert record["job_status"] == 3
    assert record["counts"]["ok"] == 0
    assert "end 0123456789abcdef0123456789abcdef 0" in record["ktap"]
    assert "ok 1 - all is well" in (tmp_path / "console").read_text()
    # a WARNING kills nothing, but it is on record
    assert [(s["kind"], s["function"]) for s in record["splats"]] == \
        [("warning", "vmtest_init")]


def test_a_cpu_that_spins_and_a_task_that_deadlocks_are_hangs_with_a_place(
        module, tmp_path):
    runs = []
    for mode in ("spin", "deadlock"):
        (tmp_path / mode).mkdir()
        runs.append(Run(
            tmp_path / mode, f"echo 1..1; insmod vmtest.ko mode={mode}\n"
            "echo ok 1\n", "--add", module, "--timeout", 1))
    for run, place in zip(runs, ("vmtest_spin", "vmtest_lock_twice")):
        code, text, record = run.end()
        assert (code, record["verdict"]) == (5, "hang"), text
        assert record["limit_s"] == pytest.approx(
            max(1, record["boot_s"] / 5), abs=0.01), text
        assert f"no end within {record['limit_s']:.0f} s" in text
        assert place in record["stuck"]["functions"], text
        assert place in record["reason"]


def test_a_flooded_console_ends_the_run_and_fills_no_disk(module, tmp_path):
    run = Run(tmp_path, "echo 1..1; insmod vmtest.ko mode=flood; echo ok 1\n",
              "--add", module, "--port-limit", 100_000)
    code, text, record = run.end()
    assert (code, record["verdict"]) == (7, "flood"), text
    assert "console" in record["reason"]
    assert (tmp_path / "console").stat().st_size < 200_000


def test_a_kernel_that_never_boots_is_noboot(fetched, tmp_path):
    real = json.load(open(os.path.join(build(), "vm/fetched.json"),
                          encoding="utf-8"))["kernel"]
    with open(real, "rb") as f:
        head = f.read(20_000)
    stuck = tmp_path / "stuck kernel"
    # the real-mode part of a kernel, and `jmp .` for the rest
    stuck.write_bytes(head + b"\xeb\xfe" * 4_000_000)
    run = Run(tmp_path, "echo ok\n", "--boot-timeout", 2,
              env={"KERNEL": str(stuck), "ACCEL": "tcg"})
    code, text, record = run.end()
    assert (code, record["verdict"]) == (6, "noboot"), text
    assert "within 2 s" in record["reason"]
    assert record["boot_s"] is None


def build():
    return os.environ.get("BUILD") or os.path.join(ROOT, "build")


# -- no QEMU is left behind -------------------------------------------------

@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_run_its_qemu_and_says_interrupted(
        fetched, tmp_path, name):
    run = Run(tmp_path, "sleep 1000\n", env={"TMPDIR": str(tmp_path)})
    run.until("booting")
    qemu = os.pidfd_open(run.qemu())
    run.process.send_signal(getattr(signal, name))
    code, text, record = run.end()
    assert code == 128 + getattr(signal, name)
    assert record["verdict"] == "interrupted"
    assert "vm: interrupted" in text
    assert gone_within(qemu, 0), "QEMU outlived the runner"
    assert sorted(os.listdir(tmp_path)) == ["console", "job.sh", "out.json"]


def test_a_killed_runner_takes_its_qemu_along(fetched, tmp_path):
    run = Run(tmp_path, "sleep 1000\n", env={"TMPDIR": str(tmp_path)})
    run.until("booted")
    qemu = os.pidfd_open(run.qemu())
    run.process.kill()
    assert gone_within(qemu, 10), "QEMU outlived the runner"
    run.process.communicate()
    assert os.listdir(tmp_path) == ["job.sh"]


def test_a_reader_that_goes_away_does_not_change_the_verdict(
        fetched, tmp_path):
    run = Run(tmp_path, "echo 1..1; echo ok 1\n")
    run.until("booting")
    run.process.stdout.close()
    run.process.stderr.close()
    assert run.process.wait(60) == 0
    assert json.loads(run.json.read_text())["verdict"] == "pass"


# -- the interactive shell --------------------------------------------------

@pytest.mark.parametrize("leave", ["exit", "poweroff"])
def test_the_shell_greets_obeys_and_gives_the_terminal_back(module, leave):
    with Terminal("--add", module) as window:
        before = termios.tcgetattr(window.fd)
        window.until("vmtest.ko")
        window.until("vm:/lab#")
        window.type("stty size; insmod vmtest.ko && echo done$((6*7))\r")
        seen = window.until("done42")
        assert "33 99" in seen
        assert seen.count("insmod") == 1, "typed text is echoed once"
        window.until("vm:/lab#")
        # Said by the job itself: then it has the terminal, and not before.
        window.type("sh -c 'echo slee\"\"ping; exec sleep 100'\r")
        window.until("sleeping")
        window.type("\x03")     # Ctrl-C is the guest's
        window.until("vm:/lab#")
        window.type(f"{leave}\r")
        window.until("the VM is off")
        assert termios.tcgetattr(window.fd) == before
        assert os.waitstatus_to_exitcode(os.waitpid(window.pid, 0)[1]) == 0


def test_the_shell_says_that_the_guest_panicked(module):
    with Terminal("--add", module) as window:
        window.until("vm:/lab#")
        window.type("echo c > /proc/sysrq-trigger\r")
        window.until("the VM is off")
        seen = window.until("boots a new one")
        assert "it panicked: sysrq triggered crash" in seen
        assert os.waitstatus_to_exitcode(os.waitpid(window.pid, 0)[1]) == 4


# -- building modules -------------------------------------------------------

def test_a_broken_module_names_the_source_and_leaves_no_stale_module(
        fetched, tmp_path):
    (tmp_path / "good.c").write_text(MODULE)
    (tmp_path / "Kbuild").write_text("obj-m := good.o\n")
    out = tmp_path / "out"
    build_it = ["module", "--name", "good", "--out", out, tmp_path]
    # called from another make, whose variables are none of kbuild's business
    assert vm(*build_it, env={"MAKEFLAGS": " -- O=/nowhere M=/nowhere",
                              "M": "/nowhere"}).returncode == 0
    assert (out / "good.ko").exists()
    (tmp_path / "good.c").write_text(MODULE + "int f(void) { return g(); }\n")
    got = vm(*build_it)
    assert got.returncode == 1
    line = len(MODULE.splitlines()) + 1
    where = [re.split(":(?=[0-9])", x)[0] for x in got.stderr.splitlines()
             if f"good.c:{line}:" in x]
    assert where and all(os.path.samefile(w, tmp_path / "good.c")
                         and "out" not in w.split("/") for w in where)
    assert got.stderr.rstrip().splitlines()[-1] == \
        "vm: good.ko was not built: 1 error, see above"
    assert not (out / "good.ko").exists()
    (tmp_path / "good.c").write_text(MODULE)
    assert vm(*build_it).returncode == 0
    assert (out / "good.ko").exists()


def test_a_module_for_another_kernel_is_refused_before_the_boot(
        module, tmp_path):
    data = module.read_bytes()
    release = re.search(rb"vermagic=(\S+)", data)[1]
    other = tmp_path / "other.ko"
    other.write_bytes(data.replace(release, b"5.5.5" + release[5:]))
    got = vm("run", "--add", other)
    assert got.returncode == 3
    assert "5.5.5" in got.stderr and release.decode() in got.stderr
    assert "build it again" in got.stderr
