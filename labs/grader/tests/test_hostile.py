# SPDX-License-Identifier: GPL-2.0-only
"""Submissions that want more than to be graded.

hostile/NAME.c is a function or two of lab 1's reference, and says in its
opening comment what it tries and what must come of it. None gains a point, none
outlives its run, none leaves anything behind.
"""
import gc
import glob
import json
import os
import re
import subprocess
import tempfile
import time

import pytest
from grading import FOLDERS, HERE, TOP, graded, hand_in, lab, labs, stages

from graderlib import building, check, confined, corroborate, jail, machine, native, report, skeleton

HOSTILE = sorted(glob.glob(os.path.join(HERE, "hostile", "*.c")))
HARMLESS = sorted(glob.glob(os.path.join(HERE, "harmless", "*.c")))
LIMIT = 300         # seconds; most take one, on a machine that nobody stops
LAB = FOLDERS[1]
EARLY = "one_reader"


def composed(path):
    """The reference with the hostile functions in it."""
    with open(path, encoding="utf-8") as f:
        hostile = f.read()
    text = skeleton.compose(labs.reference(lab(LAB)), hostile)
    return re.sub(r'^#line \d+ "(scheme|wrong)\.c"\n', "", text, flags=re.MULTILINE)


def outcome(text, scenario=EARLY):
    """What comes of it, as the tests are worded: "forbidden: …"."""
    submission = confined.Submission(lab(LAB), text=text)
    try:
        submission.build()
    except confined.Rejected as e:
        return f"{e.args[0].kind}: {e.args[0].text}"
    doc = submission.explore(scenario, limit=10)
    return "explorer: " + (doc["kind"] or doc["verdict"])


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """Temporary files and processes of this test, apart from all others'."""
    class Alone:
        uid = 2_100_000_000 + os.getpid()
        folder = str(tmp_path / "temporary")

        def left(self):
            building.CONTROLS.clear()       # the reference stays until a grader ends
            gc.collect()
            out = subprocess.run(["ps", "-eo", "uid="], capture_output=True, text=True,
                                 check=True).stdout
            return os.listdir(self.folder) + [u for u in out.split() if int(u) == self.uid]
    os.mkdir(Alone.folder)
    monkeypatch.setattr(tempfile, "tempdir", Alone.folder)
    monkeypatch.setattr(jail, "nobody", lambda: Alone.uid)
    return Alone()


@pytest.mark.parametrize("path", HOSTILE, ids=lambda p: os.path.basename(p)[:-2])
def test_hostile_submission_gains_nothing(path, alone):
    with open(path, encoding="utf-8") as f:
        expected = re.search(r"\* expected: (.*)", f.read()).group(1)
    began = time.monotonic()
    said = outcome(composed(path))
    assert re.match(expected, said) and "clean" not in said, said
    assert time.monotonic() - began < LIMIT
    assert not alone.left()


@pytest.mark.parametrize("path", HARMLESS, ids=lambda p: os.path.basename(p)[:-2])
def test_harmless_twin_of_a_hostile_submission_is_clean(path):
    assert outcome(composed(path)) == "explorer: clean"


def test_reference_is_taken_so_that_refusals_mean_something():
    assert outcome(labs.reference(lab(LAB))) == "explorer: clean"


def test_clean_run_with_a_deaf_explorer_is_not_believed(monkeypatch):
    """What a forged result would look like: clean, whatever was planted."""
    submission = confined.Submission(lab(LAB), lab(LAB).reference_path)
    search = submission.search

    def deaf(path, args, limit):
        return search(path, [a for a in args if a not in ("--want", "leak")], limit) \
            if not path.endswith("!") else search(path[:-1], args[:2], limit)
    monkeypatch.setattr(submission, "search", deaf)
    doc = submission.explore(EARLY)
    assert doc["verdict"] == "failed" and "worth nothing" in doc["failures"][0]["text"]


@pytest.mark.parametrize("claim", [
    {"executions": 0}, {"steps": 0}, {"deepest": 10 ** 9}, {"executions": "4"},
    {"kinds": ["leak"]}, {"verdict": "clean-within-bound", "executions": 0},
    {"verdict": "failed"}, {"complete": False}, {"verdict": "perfect"}])
def test_result_that_cannot_be_is_no_result(monkeypatch, claim):
    submission = confined.Submission(lab(LAB), lab(LAB).reference_path)
    path, entries = submission.program(EARLY)
    run = jail.run
    said = json.loads(run(["./program", "--entries", entries],
                          files={"program": open(path, "rb").read()}).out)
    said.update(claim)
    monkeypatch.setattr(jail, "run", lambda *_, **__: jail.Done(
        0, json.dumps(said).encode(), b"", None, 0.1))
    assert submission.search(path, [], 5)["verdict"] == "failed"


def test_what_the_explored_code_says_moves_no_cursor():
    doc = confined.Submission(lab(LAB), text=labs.reference(lab(LAB)).replace(
        "might_sleep();", 'WARN_ONCE(1, "\\x1b[2J \\xc2\\x9b" "2J \\xe2\\x80\\xae \\x7f \\x9b <b>");')
    ).explore(EARLY)
    text = doc["failures"][0]["text"]
    assert doc["kind"] == "warning" and text.isprintable() and "2J" in text and "<b>" in text


def placed(text, symbol, scenario):
    """A submission that has the address of a symbol, as nm says it, for AT: where its
    program lies was not drawn anew."""
    at = 0x420000
    for _ in range(2):
        submission = confined.Submission(lab(LAB), text=text.replace("AT", f"{at:#x}"))
        program, _ = submission.program(scenario)
        said = subprocess.run(["nm", program], capture_output=True, text=True, check=True)
        at = int(re.search(rf"^(\w+) \S {symbol}$", said.stdout, re.MULTILINE).group(1), 16)
    return submission


OWN = "the scenario's own or the explorer's"


@pytest.mark.parametrize("does, symbol, scenario, why", [
    ("if (*(int *)AT) return;", "X", EARLY, "the explorer's own"),
    ("*(long *)AT = 0;", "shared", "only_switch", OWN),
    ("((void (*)(void))AT)();", "start", "only_switch", "the scenario's"),
    ("if (**(const char **)AT == 'o') return;", "lab_scenario", EARLY, OWN),
    ("char c; memcpy(&c, (char *)AT, 1); if (c == 'o') return;", "lab_scenario", EARLY, OWN),
    ("char c = 'o'; if (memcmp((char *)AT, &c, 1)) return;", "lab_scenario", EARLY, OWN),
    ("if (strlen((char *)AT) == 3) return;", "start", "only_switch", OWN),
    ("memset((char *)AT, 0, 8);", "shared", "only_switch", OWN),
    ("if (*(long *)AT == 5) return;", "start", "only_switch", OWN),
    ("if (*(long *)AT == 5) return;", "main", EARLY, OWN),
    ("lab_get_nsproxy((struct lab_nsproxy *)AT);", "shared", "only_switch", OWN)],
    ids=["the explorer's memory", "a scenario's variable", "a scenario's function",
         "a scenario's name", "its name by memcpy", "its name by memcmp", "its text by strlen",
         "its variable by memset", "its code", "the explorer's code",
         "its variable by a helper of the family's"])
def test_what_judges_is_not_touched(monkeypatch, does, symbol, scenario, why):
    drawn = building.layout()
    monkeypatch.setattr(building, "layout", lambda: drawn)
    text = labs.reference(lab(LAB)).replace("might_sleep();", does).replace(
        "#include", "#include <linux/string.h>\n#include", 1)
    doc = placed(text, symbol, scenario).explore(scenario)
    assert doc["kind"] == "wild-access" and why in doc["failures"][0]["text"], doc["failures"]


@pytest.mark.parametrize("without", ["nothing", "synchronize_rcu();"],
                         ids=["the reference", "a wrong one"])
def test_no_result_depends_on_where_a_program_lies(monkeypatch, without):
    """The same verdict, counts and schedule for each layout that is drawn."""
    text = labs.reference(lab(LAB)).replace(without, "")
    drawn = [(building.GATHER.format(*[64 * (n + 1)] * building.GATHER.count("{}")), first)
             for n, first in enumerate((0x400000, 0x3ffff000, 0x1234000))]
    drawn += [building.layout(), building.layout()]
    seen = []
    for layout in drawn:
        monkeypatch.setattr(building, "layout", lambda layout=layout: layout)
        doc = confined.Submission(lab(LAB), text=text).explore("switch")
        seen.append([doc["verdict"], doc["kind"], doc.get("schedule"), doc["counts"]]
                    + [(s["process"], s["at"]["line"]) for s in doc["steps"]]
                    + [f["text"] for f in doc["failures"]])
    assert all(one == seen[0] for one in seen), seen
    assert drawn[3] != drawn[4]


def test_what_guards_the_stack_is_no_dice():
    """It lies behind a local array, and the first bad address says what it is."""
    text = labs.reference(lab(LAB)).replace("might_sleep();", """
	char last[8];

	strcmp(last, "");
	if (**(int **)(last + 8))
		return;
""").replace("#include", "#include <linux/string.h>\n#include", 1)
    said = {confined.Submission(lab(LAB), text=text).explore(EARLY)["failures"][0]["text"]
            for _ in range(2)}
    assert len(said) == 1 and "nobody's" in said.pop()


def refusal(path):
    found, = confined.Submission(lab(LAB), str(path)).findings()
    return found.text


def test_file_that_is_no_file_is_refused_and_nobody_waits_for_it(tmp_path):
    source = tmp_path / "rcu.c"
    source.symlink_to(lab(LAB).reference_path)
    assert "a link" in refusal(source)
    source.unlink()
    os.mkfifo(source)
    assert "no ordinary file" in refusal(source)
    source.unlink()
    source.mkdir()
    assert "no ordinary file" in refusal(source)
    source.rmdir()
    source.symlink_to("/dev/zero")
    assert "a link" in refusal(source)
    assert "can't be read" in refusal(tmp_path / "missing.c")
    assert "no ordinary file" in refusal("/dev/zero")


def test_file_that_is_no_text_is_refused(tmp_path):
    source = tmp_path / "rcu.c"
    with open(source, "wb") as f:
        f.truncate(2 << 30)
    assert "more than 256 kB" in refusal(source)
    source.write_bytes(b"int a;\n\0\n")
    assert "control character" in refusal(source)
    source.write_bytes(b"/* caf\xe9 */\n")
    assert "UTF-8" in refusal(source)
    source.write_bytes(b"/* \x1b[2J */\n")
    assert "control character" in refusal(source)


def test_marks_that_an_editor_leaves_are_taken_or_can_be_seen(tmp_path):
    source = tmp_path / "rcu.c"
    source.write_bytes(b"\xef\xbb\xbfint a;\n")
    assert check.read(source) == ("int a;\n", None)
    found = check.source(lab(LAB), "int\N{NO-BREAK SPACE}a;\n")
    assert any("U+00A0" in f.text for f in found), found


def test_path_may_hold_spaces_quotes_and_newlines(tmp_path):
    folder = tmp_path / "a 'b' \"c\" $(touch x) \\ `d`\n\u00e4; rm -rf *"
    folder.mkdir()
    source = folder / "rcu.c"
    source.write_text(labs.reference(lab(LAB)).replace("lab_get_uts_ns(uts_ns);", ""))
    doc = confined.Submission(lab(LAB), str(source)).explore(EARLY)
    assert doc["kind"] in ("use-after-free", "double-free", "warning", "violated-rule",
                           "data-race")
    assert any(f["at"]["file"] == str(source) for f in doc["failures"]) or doc["steps"]
    assert os.listdir(folder) == ["rcu.c"]


@pytest.mark.parametrize("text", [
    "a = " + "[" * 20000, '"1.1" = "' + "x" * 100000 + '"', "\0", "a = 1\na = 2\n",
    '"1.1" = { answer = [[[[1]]]] }\n', "\ud7ff" * 10, '"1.7" = ' + "9" * 4500,
    '"1.7" = "' + "9" * 4500 + '"', "\n".join(f'"1.{n}" = "{"9" * 4500}"' for n in range(1, 9)),
    '"1.7" = 1e99999', '"1.7" = nan'],
    ids=["deep", "long", "nul", "twice", "lists", "odd", "number", "digits", "all digits",
         "huge", "nan"])
def test_hostile_answers_are_said_to_be_wrong_and_no_more(tmp_path, text):
    folder = hand_in(tmp_path, lab(LAB), labs.reference(lab(LAB)))
    with open(os.path.join(folder, "answers.toml"), "w", encoding="utf-8") as f:
        f.write(text)
    result = stages.Grading(lab(LAB), folder, ("answers",)).run()
    assert sum(t["points"] for t in result["tasks"] if t["part"] == "break") == 0


def test_answers_that_lead_elsewhere_are_not_read(tmp_path):
    folder = hand_in(tmp_path, lab(LAB), labs.reference(lab(LAB)))
    os.symlink("/etc/shadow", os.path.join(folder, "answers.toml"))
    result = stages.Grading(lab(LAB), folder, ("answers",)).run()
    assert "answers.toml is a link" in str(result["stages"]) and "root:" not in str(result)


def test_grade_of_a_hostile_submission_has_no_points_and_says_why(tmp_path):
    result = graded(tmp_path, lab(LAB), composed(os.path.join(HERE, "hostile", "prints.c")))
    assert result["points"] == 0
    assert any("puts" in s["said"] for s in result["stages"]), result["stages"]


def test_what_the_kit_itself_explores_can_be_followed_too():
    """Family and scenarios share the program with the submission. The few that
    the compiler keeps addresses on the stack in are known."""
    import builder
    known = {"alone_look.c", "pid.c", "exec.c", "dcache.c"}
    for folder in FOLDERS:
        a_lab = lab(folder)
        submission = confined.Submission(a_lab, a_lab.reference_path)
        parts = submission.trusted(a_lab.tasks[0].checks[0].scenario
                                   if a_lab.tasks[0].checks else EARLY)
        for path in sorted(glob.glob(os.path.join(parts, "*.o"))):
            if os.path.basename(path).partition("-")[2].replace(".o", ".c") in known:
                continue
            done = subprocess.run(["/bin/sh", "-c", machine.DUMP.format(path)],
                                  capture_output=True, text=True, check=True)
            engine, family = building.names(a_lab)
            family |= {"lab_watch", "lab_scenario", f"lab_scheme_{a_lab.scheme}"}
            family |= building.names_of_scenarios(check.headers(a_lab))
            machine.Object(done.stdout, None, engine, family, trusted=True)
    assert builder.GATHER != building.GATHER


def test_source_of_every_reference_is_taken():
    for folder in FOLDERS:
        a_lab = lab(folder)
        assert check.source(a_lab, labs.reference(a_lab), labs.reference(a_lab)) == []


LABOURS = {"one line": ("/* ", 80000), "open comments": ("\n/* ", 60000),
           "refusals": ("asm\n", 60000), "quotes": ('\\"' * 140 + "\n", 900),
           "headers": ('#include "x"\n', 19000), "hashes": ("#\n", 120000),
           "splices": ("\\\n", 120000)}


@pytest.mark.parametrize("what", LABOURS)
def test_source_that_is_a_labour_to_read_is_read_in_seconds(what):
    piece, times = LABOURS[what]
    began = time.process_time()
    read, finding = check.decode((piece * times).encode())
    found = [finding] if finding else check.source(lab(LAB), read)
    assert len(found) <= check.MOST_FINDINGS and time.process_time() - began < 10


@pytest.mark.parametrize("call", ["system", "execve", "fopen", "mprotect", "dlsym",
                                  "pthread_create"])
def test_native_object_calls_nothing_that_a_scheme_has_no_use_for(call):
    """However it got there: other code may have been compiled for the explorer."""
    text = labs.reference(lab(LAB)).replace(
        "might_sleep();", f'extern int its __asm__("{call}");\n\tWRITE_ONCE(its, 1);')
    built, why = corroborate.program(lab(LAB), text)
    assert not built and f"calls {call}()" in why, why


@pytest.mark.parametrize("folder", FOLDERS, ids=os.path.basename)
def test_native_object_of_what_is_right_is_taken(folder):
    a_lab = lab(folder)
    for text in [labs.reference(a_lab), *map(labs.read_text, labs.rights(a_lab).values())]:
        built, why = corroborate.program(a_lab, text)
        assert built, why


def test_picture_holds_no_link_and_the_page_nothing_that_runs(tmp_path):
    """What stands in a source's line, or is said in a warning, is text there."""
    text = labs.reference(lab(LAB)).replace(
        "might_sleep();", 'WARN_ONCE(1, "\\\\\\", URL=\\"javascript:alert(1)\\", '
        'color=\\"blue\\" \\\\N <script>alert(2)</script>");')
    grading = stages.Grading(lab(LAB), hand_in(tmp_path, lab(LAB), text), ("explore",), 1)
    result = grading.run()
    folder = tmp_path / "report"
    page = report.save(lab(LAB), result, grading.docs, str(folder), 0, "ada")
    with open(page, encoding="utf-8") as f:
        said = f.read()
    assert "Content-Security-Policy" in said and "<svg" not in said and "<script" not in said
    drawn = [labs.read_text(p) for p in glob.glob(f"{folder}/*.svg")]
    assert drawn and all("<a " not in svg and 'stroke="blue"' not in svg for svg in drawn)
    assert any("javascript:alert(1)" in svg for svg in drawn)
    assert said.count("data:image/svg+xml;base64,") == len(drawn)


def test_line_without_end_of_a_native_run_is_judged_in_no_time():
    began = time.process_time()
    for piece in ("Assertion ", "BUG: ", "runtime error: ", "ERROR: AddressSanitizer: "):
        corroborate.sanitizer_says(piece * 40_000 + "failed", b"", lab(LAB))
    assert time.process_time() - began < 2
    assert "Assertion `x' failed" in corroborate.sanitizer_says(
        "run: rcu.c:3: f: Assertion `x' failed.\n", b"", lab(LAB))


# The compiler keeps each of them apart: half a GB.
LARGE = "".join(f"#define T{n} {', '.join(['T' + str(n - 1)] * 10 if n else ['1'] * 10)}\n"
                for n in range(6)) + \
    "static const int big[] __attribute__((unused)) = { T5, T5, T5, T5 };\n"


@pytest.mark.parametrize("how", ["program", "module"])
def test_build_that_needs_more_memory_than_there_is_for_it_is_ended(monkeypatch, how):
    monkeypatch.setattr(native, "MEMORY", 300 << 20)
    try:
        built, why = getattr(corroborate, how)(lab(LAB), labs.reference(lab(LAB)))
        assert built, why
        built, why = getattr(corroborate, how)(lab(LAB), labs.reference(lab(LAB)) + LARGE)
    except corroborate.NotRun as e:
        pytest.skip(str(e))
    assert not built and re.search("memory|Killed", why), why
