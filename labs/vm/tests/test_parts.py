# SPDX-License-Identifier: GPL-2.0-only
"""The parts of labs/vm that can be tried without a boot; a few seconds.

Run: /usr/bin/python3 -m pytest labs/vm/tests -q
"""
import io
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

from vmlib import channel, cpio, image, ktap, module, paths, splat  # noqa: E402
from vmlib.patience import STEP, Patience  # noqa: E402
from vmlib.trouble import Trouble  # noqa: E402


# -- time limits ------------------------------------------------------------

def test_a_machine_that_was_stopped_has_not_used_its_time_up():
    clock = [100.0]
    patience = Patience(10, lambda: clock[0])
    clock[0] += 5 * 60                      # the lid was closed
    assert patience.left() == 10 - 2 * STEP
    for _ in range(7):
        assert patience.left() > 0 and 0 < patience.nap() <= STEP
        clock[0] += STEP                    # one who hangs has
    assert patience.elapsed() == 9 and patience.nap(0.5) == 0.5
    clock[0] += STEP
    assert patience.left() == 0 and patience.nap() == 0


# -- KTAP -------------------------------------------------------------------

def verdict(text):
    parser = ktap.Parser()
    for line in text.splitlines():
        parser.line(line)
    return parser.finish() + (parser.counts(),)


@pytest.mark.parametrize("text, ok", [
    ("1..1\nok 1", 1),
    ("KTAP version 1\n1..2\nok 1 - a\nok 2 - b # SKIP no such CPU", 1),
    ("TAP version 13\nok 1 - a\nok 2 - b\n1..2", 2),
    ("1..1\n[   12.345678] ok 1 a\nsome noise, and not okay", 1),
    ("1..2\n  1..2\n  ok 1 a\n  ok 2 b\nok 1 suite\n"
     "    1..1\n    ok 1 c\nok 2 suite", 3),
])
def test_complete_and_good_results_pass(text, ok):
    passed, why, counts = verdict(text)
    assert passed, why
    assert counts["ok"] == ok


@pytest.mark.parametrize("text, why", [
    ("", "no `ok` line"),
    ("ok 1", "no plan line"),
    ("1..2\nok 1", "promised 2 results, 1 came"),
    ("1..1\nok 1\nok 2", "promised 1 results, 2 came"),
    ("1..1\nnot ok 1 - the pin holds", "not ok: the pin holds"),
    ("1..2\nok 1\nnot ok 2 # SKIP", "not ok: # SKIP"),
    ("1..2\nok 1\nok 1", "number 1 came where 2 was due"),
    ("1..0 # SKIP", "no `ok` line"),
    ("1..1\nok 1 # skip", "every test was skipped"),
    ("1..1\n  1..2\n  ok 1 a\nok 1 suite", "of a subtest promised 2"),
    ("1..1\n  1..1\n  not ok 1 deep\nok 1 suite", "not ok: deep"),
    ("1..1\n1..1\nok 1", "two plan lines"),
    ("1..1\nokay 1", "promised 1 results, 0 came"),
])
def test_results_that_are_bad_or_missing_fail_with_the_reason(text, why):
    passed, said, _ = verdict(text)
    assert not passed
    assert why in said


# -- the archive ------------------------------------------------------------

def test_another_cpio_reads_what_ours_writes(tmp_path):
    archive = cpio.Archive()
    archive.file("a/b/it's \"odd\"", b"body\n", 0o755)
    archive.symlink("bin/sh", "busybox")
    archive.file("empty", b"")
    data = archive.bytes()
    assert len(data) % 512 == 0
    (tmp_path / "x.cpio").write_bytes(data)
    # cpio itself, or the busybox that the guest gets
    other = shutil.which("cpio")
    fetched = paths.read_json(paths.build("vm", "fetched.json"))
    if not other and not fetched:
        pytest.skip("no cpio to compare with, and nothing fetched yet")
    command = [other] if other else [fetched["busybox"], "cpio"]
    subprocess.run([*command, "-idm", "-F", "x.cpio"], cwd=tmp_path, check=True,
                   stderr=subprocess.DEVNULL)
    odd = tmp_path / "a/b/it's \"odd\""
    assert odd.read_text() == "body\n" and os.access(odd, os.X_OK)
    assert os.readlink(tmp_path / "bin/sh") == "busybox"
    assert (tmp_path / "empty").read_bytes() == b""


def test_the_same_contents_give_the_same_archive():
    def make():
        archive = cpio.Archive()
        archive.file("x/y", b"z")
        return archive.bytes()
    assert make() == make()


def test_a_name_after_a_colon_renames_unless_the_path_has_the_colon(tmp_path):
    plain, colon = tmp_path / "plain", tmp_path / "a:b"
    plain.write_text("")
    colon.write_text("")
    assert image.split_add(f"{plain}:n") == (str(plain), "n")
    assert image.split_add(f"{plain}:d/n") == (str(plain), "d/n")
    assert image.split_add(str(colon)) == (str(colon), "a:b")
    for bad in (f"{plain}:../init", f"{plain}:/init", f"{plain}:job",
                str(tmp_path / "none")):
        with pytest.raises(Trouble):
            image.split_add(bad)


# -- what comes from the guest ----------------------------------------------

def test_a_channel_keeps_head_and_tail_and_counts_all():
    lines = []
    port = channel.Channel(limit=10_000, keep=1000, on_line=lines.append)
    for number in range(3000):
        port._take(b"line %d\r\n" % number)
    assert port.flooded and port.total > 30_000
    text = port.text()
    assert len(text) < 2500
    assert text.startswith("line 0\n") and text.endswith("line 2999\n")
    assert "bytes left out" in text
    assert lines[5] == "line 5" and len(lines) == 3000
    port.close()


def test_escape_sequences_never_reach_the_users_terminal():
    assert "\x1b" not in channel.decode(b"\x1b[2J\x00ok\r\n")
    assert channel.decode("größer\n".encode()) == "größer\n"


REPORTS = """\
[    1.000000] hello: loading out-of-tree module taints kernel.
[    2.000000] ------------[ cut here ]------------
[    2.000001] WARNING: CPU: 0 PID: 9 at x/y.c:10 lab_w+0x2b/0x1000 [lab]
[    2.000002] RIP: 0010:lab_w+0x2b/0x1000 [lab]
[    2.000003] Call Trace:
[    2.000004]  do_one_initcall+0x59/0x220
[    2.000005] ---[ end trace 0000000000000000 ]---
[    3.000000] =============================
[    3.000001] WARNING: suspicious RCU usage
[    3.000002] 6.1.0 #1 Tainted: G
[    3.000003] -----------------------------
[    3.000004] lab.c:7 suspicious rcu_dereference_check() usage!
[    3.000005] stack backtrace:
[    3.000006] Call Trace:
[    3.000007]  <TASK>
[    3.000008]  dump_stack_lvl+0x44/0x5c
[    3.000009]  lockdep_rcu_suspicious+0x44/0x5c
[    3.000010]  lab_read.isra.0+0x10/0x20 [lab]
[    3.000011]  </TASK>
[    3.500000] an ordinary line
[    4.000000][  T123] ==================================================
[    4.000001][  T123] BUG: KASAN: slab-use-after-free in lab_get+0x1/0x2 [lab]
[    4.000002][  T123] Read of size 4 at addr ffff8880 by task cat/99
[    4.000003][  T123]  lab_get+0x1/0x2 [lab]
[    4.000004][  T123] Freed by task 9:
[    4.000005][  T123] ==================================================
[    5.000000] BUG: sleeping function called from invalid context at m.c:1
[    5.000001]  <TASK>
[    5.000002]  dump_stack_lvl+0x44/0x5c
[    5.000003]  __might_resched.cold+0x1/0x2
[    5.000004]  mutex_lock+0x1/0x2
[    5.000005]  </TASK>
[    6.000000] BUG: unable to handle page fault for address: ffff0001
[    6.000001] Oops: 0000 [#1] PREEMPT SMP NOPTI
[    6.000002] RIP: 0010:0x0
[    6.000003]  <TASK>
[    6.000004]  ? lab_not_this+0x1/0x2 [lab]
[    6.000005]  lab_call+0x1/0x2 [lab]
[    6.000006]  </TASK>
[    6.000007] RIP: 0033:0x47fbe9
[    6.000008] ---[ end trace 0000000000000000 ]---
[    6.000009] Kernel panic - not syncing: Fatal exception
[    6.000010] Kernel Offset: 0x31a00000
"""


def test_each_report_is_cut_out_whole_with_its_kind_and_function():
    found = splat.cut(REPORTS)
    assert [(s["kind"], s["function"]) for s in found] == [
        ("warning", "lab_w"), ("rcu-usage", "lab_read"),
        ("kasan", "lab_get"), ("sleep-in-atomic", "mutex_lock"),
        ("page-fault", "lab_call"), ("panic", None)]
    assert "ordinary" not in "".join(s["text"] for s in found)
    assert "Freed by task" in found[2]["text"]
    assert found[4]["text"].endswith("---[ end trace 0000000000000000 ]---")
    assert splat.the_one(found, False)["kind"] == "warning"
    assert splat.the_one(found[3:], True)["kind"] == "page-fault"
    assert splat.panicked(REPORTS) == "Fatal exception"


def test_an_ordinary_boot_has_no_report():
    assert splat.cut("[ 0.1] Linux version 6.1\n[ 0.2] debug: on\n") == []
    assert splat.panicked("[ 0.1] panic=-1 oops=panic\n") is None


# -- modules ----------------------------------------------------------------

def test_kbuilds_paths_become_the_users(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    links = {"x.c": str(tmp_path / "src dir/x.c"), "y.h": "/abs/y.h"}
    said = module.say_source_paths(
        "In file included from /b/m/x.c:2:\n/b/m/y.h:1:2: error: no\n"
        "x.c:7:1: error: newer kernels\nz.c:1: not ours\n", "/b/m", links)
    assert said == ("In file included from src dir/x.c:2:\n"
                    "/abs/y.h:1:2: error: no\n"
                    "src dir/x.c:7:1: error: newer kernels\n"
                    "z.c:1: not ours\n")


def test_two_sources_of_one_name_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.c").write_text("")
        (tmp_path / name / "Kbuild").write_text("")
    with pytest.raises(Trouble, match="two sources are called Kbuild"):
        module.gather([str(tmp_path / "a"), str(tmp_path / "b")])
    with pytest.raises(Trouble, match="none of the sources is called Kbuild"):
        module.gather([str(tmp_path / "a/x.c")])


def test_every_file_of_the_tool_says_its_licence_and_fits_in_400_lines():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder, folders, files in os.walk(here):
        folders[:] = [f for f in folders if f != "__pycache__"]
        for file in files:
            with io.open(os.path.join(folder, file), encoding="utf-8") as f:
                text = f.read()
            assert re.search("SPDX-License-Identifier: ", text[:400]), file
            assert len(text.splitlines()) <= 400, file


def test_line_without_end_from_a_guest_is_judged_in_no_time():
    began = time.process_time()
    for piece in ("BUG: ", "INFO: task ", "WARNING: x lock held ", "rcu: INFO: ", " in f+0x1/0x2",
                  "watchdog: ", "a" * 9 + " "):
        text = piece * 20_000
        splat.cut(text)
        splat.stuck("sysrq: Show Blocked State " + text + "\n" + text)
        parser = ktap.Parser()
        parser.line("ok 1 - " + text)
        parser.line(text)
    assert time.process_time() - began < 5
    assert splat.cut("BUG: KASAN: slab-use-after-free in f+0x1/0x2\n")[0]["function"] == "f"


def test_number_of_thousands_of_digits_is_no_number():
    parser = ktap.Parser()
    parser.line("1.." + "9" * 4500)
    parser.line("ok " + "9" * 4500 + " - it")
    parser.line("ok 1 - it")
    passed, why = parser.finish()
    assert not passed and why
