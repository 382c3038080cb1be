# SPDX-License-Identifier: GPL-2.0-only
"""The debug kernels: what needs none first, then one run of each experiment.

Where they are not built (make debug-kernels), the runs are skipped.
"""
import importlib.machinery
import importlib.util
import io
import os
import pty
import re
import sys
import threading
import types

import pytest
from conftest import TOP, run

sys.path.insert(0, os.path.join(TOP, "labs", "debug"))
from debuglib import (bundle, decode, guest, matrix, modules, offer, play, schedule,  # noqa: E402
                      screen, story, table)
import kernels  # noqa: E402
from vmlib.trouble import Trouble  # noqa: E402

ROWS = table.load()
# The ledger's column D.
LEDGER = {"R2", "R3", "R5", "R6", "R7", "R8", "R10", "R11", "T5", "P4", "P5", "P6", "P7", "P8",
          "P10", "P11", "P14", "N2", "N3", "N5", "N8", "I6", "I8", "I9", "I12"}
CAUGHT = [r for r in ROWS if not r.silent]
BY_ID = {r.id: r for r in ROWS}


# -- without a kernel ------------------------------------------------------------

def test_every_claim_of_the_ledgers_column_has_a_bug_that_is_caught():
    assert {r.claim for r in CAUGHT} == LEDGER


def test_every_detector_has_a_bug_and_a_twin():
    twins = {r.claim for r in ROWS if r.silent}
    for kind in ("kasan", "lockdep", "sleep-in-atomic", "ubsan", "kcsan"):
        assert [r for r in CAUGHT if kind in r.kinds and r.claim in twins], kind


def test_the_recorded_claims_are_the_tables():
    with open(os.path.join(TOP, "Documentation/claims/registry.toml"), "rb") as f:
        registry = table.tomllib.load(f)
    assert LEDGER <= {e["claim"] for e in registry["experiment"] if e["env"] == "D"}


@pytest.mark.parametrize("row", [r for r in ROWS if r.schedule], ids=lambda r: r.id)
def test_schedules_name_what_is_there(row):
    """Actors of the scenario, labels of the scheme as it is changed."""
    with open(row.family.scenario_file(row.scenario)) as f:
        text = f.read()
    actors = {a.replace(" ", "_") for a in re.findall(r'^\t\t\{ "([^"]+)"', text, re.M)}
    labels = set(re.findall(r"lab_point\((\w+)\)", modules.source(row) + text))
    turns = [t.split(":") for t in play.turns_of(row).split(",")]
    assert turns and {a for a, _ in turns} <= actors | {"work", "callbacks"}
    assert {label for _, label in turns} <= labels | {"end", "blocks"}


def test_a_schedule_is_cut_at_the_labels_that_were_reached():
    def step(process, label=None):
        what = {"what": "label", "label": label} if label else {"what": "step"}
        return {"process": process, "step": 1, **what}
    found = schedule.turns({"processes": ["", "reader 1", "self"], "steps": [
        step(1), step(1, "a"), step(2), step(2, "b"), step(2), step(1)]})
    assert found == [("reader_1", "a"), ("self", "end"), ("reader_1", "end")]
    # Whose last sign of life is a label has not ended there.
    found = schedule.turns({"processes": ["", "reader", "self"], "steps": [
        step(1), step(1, "a"), step(2)]})
    assert found == [("reader", "a"), ("self", "end")]


def test_works_and_callbacks_have_turns_and_a_label_counts_as_often_as_it_was_passed():
    def step(process, label=None):
        what = {"what": "label", "label": label} if label else {"what": "step"}
        return {"process": process, "step": 1, **what}
    found = schedule.turns({
        "processes": ["", "holder", "look-up", "work b", "callback c", "callback d"],
        "steps": [step(1), step(2, "a"), step(2, "a"), step(3, "b"), step(4), step(5),
                  step(3), step(2)]})
    assert found == [("holder", "end"), ("look-up", "a"), ("look-up", "a"), ("work", "b"),
                     ("callbacks", "end"), ("work", "end"), ("look-up", "end")]


@pytest.mark.parametrize("change, why", [
    ({"scheme": "rcu", "break": "nonsense"}, "has no change"),
    ({"scheme": "pid_lock"}, "no scheme “pid_lock” in nsproxy"),
    ({"scenario": "nonsense"}, "no scenario"),
    ({"kernel": "nonsense"}, "no debug kernel|no kernel"),
    ({"kinds": ["nonsense"]}, "no kind of report"),
    ({"kinds": []}, "needs either"),
    ({"schedule": "reader"}, "is no schedule"),
    ({"colour": "red"}, "unknown colour"),
])
def test_a_row_that_makes_no_sense_is_refused(change, why):
    row = {"claim": "R10", "kernel": "kasan", "scheme": "rcu", "scenario": "one_reader",
           "kinds": ["kasan"], "functions": ["f"], "shows": "x"}
    family, changes = table.FAMILIES["nsproxy"], {"rcu": {}}
    assert table.wrong(row, family, changes) is None
    assert re.search(why, table.wrong({**row, **change}, family, changes))


def report(title, *trace):
    lines = "".join(f"[    1.0]  {f}+0x10/0x20 [x_m]\n" for f in trace)
    return (f"[    1.0] BUG: KASAN: {title} in {trace[0]}+0x10/0x20 [x_m]\n"
            f"[    1.0] Call Trace:\n[    1.0]  <TASK>\n{lines}[    1.0]  </TASK>\n"
            "[    1.0] ====================================================\n")


@pytest.mark.parametrize("console, expected", [
    (report("use-after-free", "lab_utsns_get"), True),
    (report("use-after-free", "read_and_put", "lab_utsns_get"), True),
    (report("use-after-free", "some_other"), False),        # another's flaw
    (report("double-free", "lab_utsns_get"), False),        # another flaw
    ("", False),
])
def test_a_report_counts_by_its_kind_and_its_function(console, expected):
    record = {"console": console, "ended": "done", "status": 0}
    play.judge(BY_ID["R10-kasan-rcu-one_reader-no-grace-period"], record)
    assert record["as_expected"] is expected


END = "lab: end: error 0, 0 complaints, 0 turns missed\n"


@pytest.mark.parametrize("console, ended, expected", [
    (END, "done", True),
    (report("use-after-free", "any") + END, "done", False),
    (END.replace("0 complaints", "1 complaints"), "done", False),
    ("", "done", False),                                    # it never ended
    (END, "panic", False),
    (END + END, "done", True),
    (END + END.replace("0 complaints", "1 complaints"), "done", False),
])
def test_silence_is_a_whole_run_without_a_word(console, ended, expected):
    record = {"console": console, "ended": ended, "status": 0}
    play.judge(BY_ID["R3-kasan-rcu-one_reader-silent"], record)
    assert record["as_expected"] is expected


KCSAN = ("[    1.0] BUG: KCSAN: data-race in {}\n[    1.0] x\n"
         "[    1.0] ====================================================\n")
REFCOUNT = ("[    1.0] ------------[ cut here ]------------\n"
            "[    1.0] refcount_t: underflow; use-after-free.\n"
            "[    1.0] WARNING: CPU: 1 PID: 66 at lib/refcount.c:28 "
            "refcount_warn_saturate+0xba/0x110\n[    1.0] ---[ end trace 0 ]---\n")


@pytest.mark.parametrize("console, expected", [
    (END, True),
    (KCSAN.format("tick_sched_do_timer / tick_nohz_next_event") + END, True),
    (KCSAN.format("lab_read / lab_switch") + END, False),
    (REFCOUNT + END, False),
])
def test_of_the_kernels_own_only_data_races_are_its_own_business(console, expected):
    record = {"console": console, "ended": "done", "status": 0}
    row = table.Experiment(claim="right", kernel="kcsan", scheme="rcu",
                           scenario="one_reader", shows="x", silent=True)
    play.judge(row, record)
    assert record["as_expected"] is expected


def test_verdicts_need_nineteen_of_twenty_and_all_of_the_silence():
    def doc(good, silent, claim="R10"):
        row = {"id": "x", "claim": claim, "scheme": "rcu", "scenario": "s", "changes": [],
               "silent": False, "runs": 20, "good": good,
               "report": {"kind": "kasan", "function": "f"}}
        twin = {**row, "silent": True, "good": silent}
        return {"experiments": [row, twin], "machine": {}}

    def verdict(*args):
        return matrix.results(doc(*args))[0]["verdict"]
    assert verdict(19, 20) == "holds"
    assert verdict(18, 20) == verdict(20, 19) == "not reproduced here"
    assert verdict(19, 0) == "not reproduced here"
    # What these show is that the claim does not hold.
    assert verdict(20, 20, "I8") == "refuted"
    assert verdict(18, 20, "I8") == "not reproduced here"


def test_a_matrix_with_a_twin_that_spoke_once_does_not_end_well(monkeypatch, capsys):
    rows = [{"id": "caught", "silent": False, "runs": 20, "good": 19},
            {"id": "twin", "silent": True, "runs": 20, "good": 19}]
    monkeypatch.setattr(matrix, "run", lambda *_: {"experiments": rows, "right": []})
    loader = importlib.machinery.SourceFileLoader(
        "debug", os.path.join(TOP, "labs", "debug", "debug"))
    debug = importlib.util.module_from_spec(importlib.util.spec_from_loader("debug", loader))
    loader.exec_module(debug)
    args = types.SimpleNamespace(names=[], runs=20, silent=0, record=False, json=None)
    assert debug.run_matrix(args) == 1
    assert capsys.readouterr().out.endswith("not as expected: twin\n")


def test_what_breaks_on_the_way_is_said_and_no_traceback(monkeypatch):
    silent = types.SimpleNamespace(returncode=-9, stdout="", stderr="")
    monkeypatch.setattr(schedule.subprocess, "run", lambda *_, **__: silent)
    with pytest.raises(Trouble, match="status -9"):
        schedule.explored(BY_ID["R10-kasan-rcu-one_reader-no-grace-period"])
    dead = guest.Guest.__new__(guest.Guest)
    dead.monitor = guest.Channel(1 << 20)
    dead.monitor.theirs.close()
    with pytest.raises(guest.Gone, match="no command"):
        dead.tell("info migrate")


def test_the_demos_image_goes_to_a_plain_name_too(monkeypatch, tmp_path):
    def fill(folder, *_):
        with open(os.path.join(folder, "start"), "w") as f:
            f.write("x")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "index.html").write_text("")
    monkeypatch.setattr(bundle, "MODULE", str(tmp_path / "index.html"))
    monkeypatch.setattr(bundle, "fill", fill)
    monkeypatch.setattr(bundle, "prove", lambda _: None)
    assert bundle.make("demo.tar.gz", lambda _: None) == 0
    assert (tmp_path / "demo.tar.gz").exists()


def test_the_demos_book_has_no_solution_unless_asked(tmp_path, monkeypatch):
    bundle.students_book(str(tmp_path))
    pages = {p.name: p.read_text() for p in (tmp_path / "book").rglob("*.html")}
    assert "index.html" in pages and not any("synchronize_rcu();" in p for p in pages.values())
    whole = tmp_path / "whole"
    (whole / "book").mkdir(parents=True)
    monkeypatch.setattr(bundle, "BOOK", str(whole / "book"))
    with pytest.raises(Trouble, match="make htmldocs"):
        bundle.with_solutions(str(tmp_path / "image"))
    (whole / "book" / "index.html").write_text("all of it")
    (tmp_path / "image").mkdir()
    bundle.with_solutions(str(tmp_path / "image"))
    with bundle.tarfile.open(tmp_path / "image" / "kit.tar.gz") as tar:
        assert "kit/code/nsproxy/rcu.c" in tar.getnames()
    assert (tmp_path / "image" / "book" / "index.html").read_text() == "all of it"


def test_what_is_handed_on_comes_with_an_offer_of_its_source(tmp_path, monkeypatch):
    built = types.SimpleNamespace(folder=str(tmp_path), built={"source": "linux-source-6.1 6.1.9-1"})
    (tmp_path / ".config").write_text("CONFIG_KASAN=y\n")
    monkeypatch.setattr(kernels, "need", lambda _: built)
    monkeypatch.setattr(offer.paths, "read_json", lambda _: {"packages": {
        "linux-image-6.1.0-1-cloud-amd64": "6.1.8-2", "linux-kbuild-6.1": "6.1.8-2",
        "busybox-static": "1:1.35.0-4+deb12u1+b1"}})
    offer.put(str(tmp_path / "image"), "Ada, 1 Some Street")
    said = (tmp_path / "image" / "SOURCE").read_text()
    for words in ("/package/linux/6.1.9-1/", "/package/linux/6.1.8-2/", "Ada, 1 Some Street",
                  "/package/busybox/1:1.35.0-4+deb12u1/", "kasan/config", "For 3 years from"):
        assert words in said, said
    assert (tmp_path / "image" / "kcsan" / "config").read_text() == "CONFIG_KASAN=y\n"
    assert "whoever gave you this archive" in offer.text("")
    monkeypatch.setattr(offer.paths, "read_json", lambda _: None)
    with pytest.raises(Trouble, match="vm fetch"):
        offer.text("")


def test_a_kernels_key_follows_its_settings_and_not_its_comments(monkeypatch):
    package = {"version": "1"}
    before = kernels.folder("kasan", package)
    text = kernels.fragment("kasan")
    monkeypatch.setattr(kernels, "fragment", lambda _: text + "# a word more\n")
    assert kernels.folder("kasan", package) == before
    monkeypatch.setattr(kernels, "fragment", lambda _: text + "CONFIG_KFENCE=y\n")
    assert kernels.folder("kasan", package) != before
    monkeypatch.undo()
    assert kernels.folder("kasan", {"version": "2"}) != before


@pytest.mark.parametrize("command, complaint", [
    (["labs/debug/debug", "run", "R10"], "make debug-kernels"),
    (["labs/debug/debug", "run", "Q1"], "no experiment is about Q1"),
    (["labs/debug/debug", "run", "R10", "r3"], "no experiment is about r3; near it: R3;"),
    (["labs/debug/debug", "gdb", "rcu", "--point", "x"], "has no lab_point(x)"),
    (["labs/debug/debug", "gdb", "rtnl", "--scenario", "exec"], "netns has no scenario"),
    (["labs/debug/debug", "gdb", "mutex"], "there is no scheme “mutex”"),
    (["labs/debug/debug", "story", "by_name"], "there is no story of “by_name”"),
    (["code/kernel/build", "msan"], "there is no debug kernel “msan”"),
])
def test_what_is_missing_is_said_in_one_line(command, complaint, tmp_path):
    done = run(*command, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode in (1, 3) and complaint in done.stderr
    assert done.stderr.count("\n") == 1


def told(monkeypatch, keys, as_expected=True, terminal=(200, 9999), more=None, notes=""):
    said, asked = [], iter(keys)
    monkeypatch.setattr(screen.shutil, "get_terminal_size", lambda _: os.terminal_size(terminal))
    monkeypatch.setattr(story.Story, "live", lambda self, e: {
        "report": {"lines": ["BUG: of " + e.id, *(f"frame {n}" for n in range(30))],
                   "kind": "kasan", "function": "f"},
        "reports": ["kasan: of " + e.id, "panic: because of it"],
        "as_expected": as_expected,
        "total_s": 1.0})
    story.Story("rcu", story.load()["rcu"], lambda: next(asked),
                screen.Screen(more, said.append), screen.Notes(notes)).tell()
    return "\n".join(said)


def test_every_scheme_has_a_story_whose_break_is_caught_and_fix_is_silent():
    stories = story.load()
    # What is wrong with by_name (claim I7) is nothing that a detector knows of.
    assert set(story.all_schemes()) - set(stories) == {"by_name"}
    for scheme, told_of in stories.items():
        assert not told_of["break"].silent and told_of["fix"].silent
        assert scheme in (told_of["break"].scheme, told_of["fix"].scheme)
        assert story.code(scheme, told_of["code"])


def test_a_story_tells_what_a_verdict_leaves_out():
    said = " ".join("\n".join(story.verdicts(["R4", "R3"])).split())
    assert "R4, N: holds, in part" in said and "How rare switches and exits are" in said
    assert "R3, N: holds rcu" in said


def test_a_story_goes_a_key_a_step_with_notes_on_demand(monkeypatch):
    whole = told(monkeypatch, "      ")
    for step in story.STEPS:
        assert step in whole
    assert "synchronize_rcu();" in whole and "BUG: of R10" in whole
    assert "panic: because of it" in whole
    note = story.load()["rcu"]["notes"][0][:30]
    assert note not in whole and note in told(monkeypatch, "nq")
    assert "the code" not in told(monkeypatch, "q")


@pytest.mark.parametrize("columns", (40, 50, 60, 80, 132))
def test_a_story_fits_any_terminal_and_breaks_no_word(monkeypatch, columns):
    whole = set(re.findall(r"\w+", told(monkeypatch, "      ")))
    narrow = told(monkeypatch, "      ", terminal=(columns, 9999))
    assert max(map(len, narrow.splitlines())) < columns
    assert set(re.findall(r"\w+", narrow)) == whole


def test_a_long_step_is_shown_from_its_first_line_a_page_at_a_time(monkeypatch):
    pages = []

    def more():
        pages.append(None)
        return " "
    # The report alone is longer than 24 rows.
    shown = told(monkeypatch, "   q", terminal=(80, 24), more=more)
    assert "frame 29" in shown and len(pages) >= 2
    del pages[:]
    shown = told(monkeypatch, "   q", terminal=(80, 24), more=lambda: pages.append(None) or "q")
    assert pages == [None] and "frame 29" not in shown


def test_rows_between_two_keys_are_no_more_than_the_screen_has():
    rows, most = [0], [0]

    def put(_):
        rows[0] += 1
        most[0] = max(most[0], rows[0])

    def more():
        rows[0] = 1
        return " "
    out = screen.Screen(more, put)
    for n in range(100):
        out(f"line {n}\nand one more")
    assert screen.size()[1] - 3 <= most[0] <= screen.size()[1] - 1


def test_the_speaker_reads_the_notes_elsewhere(monkeypatch, tmp_path):
    notes = tmp_path / "notes"
    shown = told(monkeypatch, "      ", notes=str(notes))
    said = " ".join(notes.read_text().split())
    for step, note in zip(story.STEPS, story.load()["rcu"]["notes"]):
        assert f": {step}" in said and note in said and note not in " ".join(shown.split())
    with pytest.raises(Trouble, match="no notes can be written to"):
        screen.Notes(str(tmp_path / "nowhere" / "notes"))


def test_before_the_audience_comes_all_is_prepared(monkeypatch):
    done = []
    monkeypatch.setattr(story.kernels, "need", lambda name: name)
    monkeypatch.setattr(story.modules, "build", lambda rows, kernel: done.append(("built", kernel)))
    monkeypatch.setattr(story.guest, "prepare", lambda kernel, say: done.append(("ready", kernel)))
    monkeypatch.setattr(story.play, "turns_of", lambda row: done.append(("turns", row.id)))
    rcu = story.load()["rcu"]
    story.Story("rcu", rcu, None, screen.Screen(None, lambda _: None)).prepare()
    assert done == [("built", "kasan"), ("ready", "kasan"),
                    ("turns", rcu["break"].id), ("turns", rcu["fix"].id)]


def test_a_key_that_comes_with_the_prompt_is_taken(monkeypatch):
    ours, theirs = pty.openpty()

    class Screen(io.StringIO):
        def write(self, text):
            if "[n] notes" in text:
                os.write(ours, b"n")
            return len(text)
    with open(theirs, closefd=False) as keyboard:
        monkeypatch.setattr(sys, "stdin", keyboard)
        monkeypatch.setattr(sys, "stdout", Screen())
        late = threading.Timer(20, os.write, (ours, b"q"))
        late.start()
        try:
            assert story.one_key() == "n"
        finally:
            late.cancel()
            monkeypatch.undo()
    os.close(theirs)
    os.close(ours)


def test_the_book_finds_the_line_again_or_says_that_it_is_gone():
    sys.path.insert(0, os.path.join(TOP, "Documentation", "sphinx"))
    from debugresults import line_of
    at = {"line": 2, "text": "b();"}
    assert line_of(["a();", "", "\tb();", "", "", "b();"], at) == 3
    assert line_of(["a();"], at) is None


# -- with one --------------------------------------------------------------------

@pytest.fixture(scope="session")
def played():
    """Plays an experiment in a guest restored from the snapshot."""
    built = {}

    def one(row, turns=None):
        kernel = kernels.ready(row.kernel)
        if not kernel:
            pytest.skip(f"the {row.kernel} kernel is not built (make debug-kernels)")
        if row.kernel not in built:
            # All at once: one make.
            built[row.kernel] = modules.build(
                [r for r in CHOSEN + TWINS if r.kernel == row.kernel], kernel)
        return play.play(row, kernel, built[row.kernel][modules.name_of(row)],
                         play.turns_of(row) if turns is None else turns)
    return one


# One a claim; make debug-matrix plays all, and each of them often.
CHOSEN = list({r.claim: r for r in reversed(CAUGHT)}.values())[::-1]
TWINS = [BY_ID["R2-kasan-rcu-notify_nsproxy-silent"],
         BY_ID["R3-kasan-rcu-one_reader-silent"],
         BY_ID["R7-kasan-rcu-one_reader-silent"],
         BY_ID["N2-kasan-nsid_lock-cleanup-silent"],
         BY_ID["I6-kasan-pid_lock-session-silent"],
         BY_ID["P4-kasan-pointer_tag-own_read-silent"]]


@pytest.mark.parametrize("row", CHOSEN, ids=lambda r: r.id)
def test_the_kernel_objects_to(row, played):
    record = played(row)
    assert record["as_expected"], (record["reports"], record["missed"], record["ended"])
    if "kasan" in row.kinds and row.claim != "R5":
        # Decoded: the report leads to a line of the scheme.
        assert any(re.search(rf"code/{row.family.name}/{row.scheme}\.c:\d+$", line)
                   for line in record["report"]["lines"])


@pytest.mark.parametrize("row", TWINS, ids=lambda r: r.id)
def test_the_kernel_says_nothing_of(row, played):
    record = played(row)
    assert record["as_expected"], (record["reports"], record["missed"], record["ended"])


def test_without_its_schedule_the_race_does_not_show(played):
    """The turns do it, not luck: in the other order nothing is wrong."""
    row = BY_ID["R10-kasan-rcu-one_reader-no-grace-period"]
    assert not played(row, "reader:end,self:end")["as_expected"]


def test_gdb_stops_at_a_labelled_point():
    if not kernels.ready("kasan"):
        pytest.skip("the kasan kernel is not built (make debug-kernels)")
    done = run("labs/debug/debug", "gdb", "task_lock", "--point", "read_pointer",
               "--commands", "info locals; frame")
    assert "lab_utsns_get" in done.stdout and "lab_point(read_pointer);" in done.stdout
    assert re.search(r"nsproxy = 0xffff", done.stdout), done.stdout + done.stderr


def test_a_snapshot_that_does_not_fit_is_made_anew(tmp_path):
    kernel = kernels.ready("kcsan")
    if not kernel:
        pytest.skip("the kcsan kernel is not built (make debug-kernels)")
    # A copy of the folder's names, so that nobody else's snapshot is lost.
    mine = kernels.Kernel("kcsan", str(tmp_path), kernel.built)
    mine.image = kernel.image
    path = guest.snapshot_path(mine, guest.accels.choose(mine.image)[0], guest.initrd())
    with open(path, "wb") as f:
        f.write(b"not a snapshot")
    with guest.restore(mine) as there:
        assert there.run("echo alive", 20) == (0, ["alive", ""])
    assert os.path.getsize(path) > 1 << 20


def test_addresses_become_lines_of_the_kit():
    assert decode.short(os.path.join(TOP, "code/nsproxy/rcu.c")) == "code/nsproxy/rcu.c"
    assert decode.short("/x/kernels/source-6.1/include/linux/slab.h") == "include/linux/slab.h"
