# SPDX-License-Identifier: GPL-2.0-only
"""The explorer against an oracle that shares nothing with it (oracle/), and
against itself: a mode that allows more never reports less."""
import os
import sys

import pytest
from conftest import TOP
from explorer import PLANTED, Program

sys.path.insert(0, os.path.join(TOP, "code/tests/oracle"))
import compare
import mistakes
import programs

STORE_BUFFERING = """#include "plant.h"
int x, y, r0, r1;
static void p0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
static void p1(void) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }
static void end(void) { lab_outcome("r0", r0); lab_outcome("r1", r1); }
SCENARIO(NULL, end, { "P0", p0 }, { "P1", p1 });
"""


def test_result_lists_all_that_executions_ended_with(tmp_path):
    path = tmp_path / "sb.c"
    path.write_text(STORE_BUFFERING)
    plain = {"r0=0 r1=1", "r0=1 r1=0", "r0=1 r1=1"}
    assert set(Program("--source", path).run()["outcomes"]) == plain
    assert set(Program("--source", path, "--mode", "weak").run()["outcomes"]) \
        == plain | {"r0=0 r1=0"}


@pytest.mark.parametrize("names", (
    [*programs.HAND], range(1, 51), range(51, 101), range(101, 151)),
    ids=lambda names: f"{names[0]}-{names[-1]}")
def test_explorer_and_oracle_agree_about(names):
    rows = compare.compare_all([str(n) for n in names], ("sc", "weak"))
    assert len(rows) == 2 * len(names)
    assert [r for r in rows if r[2] and r[2] != "left out"] == []
    assert sum(r[2] == "left out" for r in rows) < 10


def test_oracle_knows_the_classics(tmp_path):
    """What they are is in every textbook: the oracle itself is tested by them."""
    mark, acquire, release = (programs.MARKED, programs.ACQUIRE,
                              programs.RELEASE)
    buffering = [[("write", "x", 1, mark), ("read", "r0", "y", mark)],
                 [("write", "y", 1, mark), ("read", "r0", "x", mark)]]
    message = [[("write", "x", 1, mark), ("write", "y", 1, release)],
               [("read", "r0", "y", acquire), ("read", "r1", "x", mark)]]
    late = [[("write", "x", 1, mark), ("write", "y", 1, mark)], message[1]]
    plain = [[("write", "x", 1, programs.PLAIN), ("write", "y", 1, release)],
             [("read", "r0", "y", acquire),
              ("if", "r0", "==", 1, [("read", "r1", "x", programs.PLAIN)], [])]]
    spin = [[("write", "x", 1, mark)],
            [("await", 0, "x", mark, ("==", 1), False, [], [])]]
    both_old = "0 0 0 0 0 0 0 0 1 1 0"
    flag_only = "0 0 0 0 1 0 0 0 1 1 0"
    tool = compare.tool(str(tmp_path))
    for name, actors, mode, kinds, outcome, seen in (
            ("buffering", buffering, "sc", set(), both_old, False),
            ("buffering", buffering, "weak", set(), both_old, True),
            ("message", message, "weak", set(), flag_only, False),
            ("late", late, "sc", set(), flag_only, False),
            ("late", late, "weak", set(), flag_only, True),
            ("plain", plain, "weak", set(), flag_only, False),
            ("spin", spin, "sc", set(), "0 0 0 0 0 0 0 1 1 0 0", True),
            ("waits", spin[1:], "sc", {"livelock"}, "0 0 0 0 0 0 0", False)):
        text = programs.Program(name, actors).both()[1]
        said = compare.ask_oracle(tool, [text], mode)[name]
        assert set(said["kinds"]) == kinds, (name, mode)
        assert (outcome in said["outcomes"]) == seen, (name, mode)


@pytest.fixture(scope="module")
def some_programs(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("monotone"))
    made = [programs.program(s) for s in range(401, 431)]
    batch = compare.Batch(folder, [p.both()[0] for p in made])
    return [batch.program(p.name) for p in made]


def planted():
    return sorted(n for n in os.listdir(PLANTED) if n.endswith(".c"))


def reports(path, *args):
    """Kinds and outcomes, or None if the search was cut."""
    said = compare.ask_explorer(path, "sc", *args)
    assert said["verdict"] != "fault", (path, args)
    if said["bounded_by"] or "limit" in said["kinds"]:
        return None
    return set(said["kinds"]) | set(said["outcomes"])


def check_monotone(path, weaker, stronger):
    less, more = reports(path, *weaker), reports(path, *stronger)
    if less is not None and more is not None:
        assert less <= more, f"{path}: {weaker} reports {less - more} more"


# What comes first allows less than what comes after it.
CHAINS = {
    "stores in order, delayed": [[], ["--weak"]],
    "more preemptions": [["--bound", "0"], ["--bound", "1"], ["--bound", "2"],
                         ["--reduction", "none"]],
    "the same, delayed": [["--bound", "0", "--weak"],
                          ["--bound", "1", "--weak"], ["--weak"]],
}
EQUAL = [["--reduction", r] for r in ("none", "sleep", "dpor")]
# A use after free is there to be seen only where memory is not used again.
HIDDEN = {"use-after-free", "double-free"}


@pytest.mark.parametrize("chain", CHAINS)
def test_mode_that_allows_more_never_reports_less(some_programs, chain):
    for path in some_programs:
        for weaker, stronger in zip(CHAINS[chain], CHAINS[chain][1:]):
            check_monotone(path, weaker, stronger)


@pytest.mark.parametrize("weak", ([], ["--weak"]), ids=("sc", "weak"))
def test_reductions_report_the_same(some_programs, weak):
    for path in some_programs:
        said = [reports(path, *r, *weak) for r in EQUAL]
        assert all(s == said[0] for s in said if None not in (s, said[0])), path


def test_memory_that_is_used_again_hides_only_what_was_in_it(some_programs):
    for path in some_programs:
        less, more = reports(path), reports(path, "--reuse")
        if less is not None and more is not None and not HIDDEN & less:
            assert less <= more, path


@pytest.mark.parametrize("name", planted())
def test_planted_bug_shows_in_each_mode_that_allows_more(name):
    path = Program("--source", os.path.join(PLANTED, name)).path
    for chain in CHAINS.values():
        for weaker, stronger in zip(chain, chain[1:]):
            check_monotone(path, weaker, stronger)
    said = [reports(path, *r) for r in EQUAL]
    assert all(s == said[0] for s in said if None not in (s, said[0]))


MISTAKES = mistakes.table()


@pytest.fixture(scope="module")
def checks(tmp_path_factory):
    made = mistakes.Checks(str(tmp_path_factory.mktemp("mistakes")))
    made.prepare(mistakes.programs_of(MISTAKES))
    return made


@pytest.mark.parametrize("row", MISTAKES, ids=mistakes.name_of)
def test_mistake_in_the_explorer_is_noticed(checks, row):
    right = compare.builder.engine("gcc")
    assert not checks.notices(right, row["noticed"])
    assert checks.notices(mistakes.with_mistake(row, checks.folder),
                          row["noticed"])


def test_table_of_mistakes_is_about_all_that_can_go_wrong():
    about = [m["concern"] for m in MISTAKES]
    assert len(MISTAKES) >= 20
    assert set(about) == {"dependence", "wake-ups", "clocks", "RCU", "weak",
                          "loops", "choice", "lock order", "models"}
