# SPDX-License-Identifier: GPL-2.0-only
"""The claims that the explorer settles come out as the table says."""
import json
import os
import tomllib

import pytest
from conftest import TOP, run
from explorer import EXPLORE

TABLE = os.path.join(TOP, "code/nsproxy/explore/experiments.toml")
ROWS = ("R2 R3 R5 R6 R7 R8 R9 R10 R11 T5 T6 P4 P5 P6 P7 P8 P9 P10 P11 "
        "P14 P16").split()
# Each flaw of the RFC once, and what reordering shows.
CLANG = "P5,P7,P8,P9,R9,R7"


def experiments(path, *args):
    done = run(EXPLORE, "--experiments", TABLE, "--json", path, *args,
               timeout=300)
    with open(path) as f:
        return done, json.load(f)["experiments"]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    return experiments(tmp_path_factory.mktemp("verdicts") / "v.json",
                       "--cc", "gcc")


def test_every_experiment_comes_out_as_expected(verdicts):
    done, rows = verdicts
    assert done.returncode == 0, done.stderr
    assert all(r["as_expected"] for r in rows)


def test_every_row_of_the_ledger_has_a_failure_and_a_silent_twin():
    with open(TABLE, "rb") as f:
        table = tomllib.load(f)["experiment"]
    for row in ROWS:
        expected = {e["expect"] for e in table if e["claim"] == row}
        if row != "R10":
            assert "clean" in expected, row
        assert expected - {"clean"}, row


def test_each_flaw_is_found_within_a_second_and_its_schedule_is_short(verdicts):
    for r in verdicts[1]:
        if r["verdict"] == "failed":
            assert r["cpu_seconds"] < 1, r
            assert 0 < r["steps"] < 40 and r["switches"] <= 6, r


def test_clean_means_that_the_search_was_exhaustive(verdicts):
    assert all(r["exhaustive"] for r in verdicts[1] if r["seen"] == "clean")


def test_clang_comes_to_the_same_verdicts(tmp_path):
    done, rows = experiments(tmp_path / "v.json", "--cc", "clang",
                             "--only", CLANG)
    assert done.returncode == 0, done.stderr
    assert {r["claim"] for r in rows} == set(CLANG.split(","))
