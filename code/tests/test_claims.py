# SPDX-License-Identifier: GPL-2.0-only
"""The registry of claims and its runner: verdicts follow from evidence."""
import json
import os
import re
import sys

import pytest
from conftest import TOP, Native, run

sys.path.insert(0, os.path.join(TOP, "code", "bench"))
from labbench import Trouble, breaks, merge, registry, settle  # noqa: E402

NATIVELY = {"R1", "R3", "R4", "R6", "R10", "R11", "T4", "P1", "P3", "P11", "P12"}
IN_THE_VM = {"R1", "R4", "R11", "T1", "T2", "T3", "P1", "P3"}

HEAD = """
claim = [{ id = "R1", text = "Locks are slow.", source = "seed 000" },
         { id = "P3", text = "Atomics on top.", source = "seed 002" }]
"""
MEASURE = """
[[experiment]]
claim = "P3"
env = "N"
what = "atomics a read"
expect = "more than task_lock's"
kind = "measure"
rules = [
  { figure = "pointer_tag count.get.rmws", minus = "task_lock count.get.rmws", is = "=", than = 2, say = "atomics on top" },
  { figure = "task_lock count.get.locks", is = "=", than = 1, say = "locks" },
]
"""


def text_of(tmp_path, *parts):
    path = tmp_path / "registry.toml"
    path.write_text("".join(parts))
    return str(path)


# The registry

def test_registry_is_sound_and_has_all_claims_of_its_family():
    found = registry.Registry()
    family = {i for i in registry.LEDGER if i[0] in "RTP"}
    assert family <= set(found.claims)
    cases = set(found.cases())
    assert {(c, "N") for c in NATIVELY} | {(c, "V") for c in IN_THE_VM} <= cases


def test_each_break_has_the_right_scheme_beside_it():
    found = registry.Registry()
    for key, experiments in found.cases().items():
        for caught in (e for e in experiments if e["kind"] == "caught"):
            assert any(e["kind"] == "silent" and e["scheme"] == caught["scheme"]
                       for e in experiments), key


def test_changes_say_which_claims_they_are_for():
    """changes.toml and the registry agree."""
    import tomllib
    with open(registry.CHANGES, "rb") as f:
        changes = tomllib.load(f)
    for experiment in registry.Registry().experiments:
        if experiment.get("change"):
            change = changes[experiment["scheme"]][experiment["change"]]
            assert experiment["claim"] in change["claims"]


def test_expectations_hold_no_measured_figure():
    """What was measured belongs to verdicts.json."""
    with open(registry.FILE, encoding="utf-8") as f:
        said = re.findall(r'^(?:expect|say) = "(.*)"', f.read(), re.MULTILINE)
    for text in said:
        assert not re.search(r"\d (ns|us|ms|million)", text), text


@pytest.mark.parametrize("change, why", [
    (('id = "R1"', 'id = "R77"'), "ledger has no claim R77"),
    (('id = "R1"', 'id = "P3"'), "twice"),
    (('claim = "P3"', 'claim = "P4"'), "no such claim"),
    (('env = "N"', 'env = "Q"'), "no environment"),
    (('"pointer_tag count', '"seqlock count'), "names no scheme"),
    (('is = "="', 'is = "=="'), "takes <, > or ="),
    (("than = 2", 'than = "2"'), "is no number"),
    (("than = 2", "then = 2"), "is wrong about: than, then"),
    (('kind = "measure"', 'kind = "guess"'), "no kind"),
    (('kind = "measure"', 'kind = "caught"\nrun = "owner_sleeps"'), "no step"),
    (('kind = "measure"', 'kind = "caught"\nrun = "owner_reads"'), "needs change"),
    (('kind = "measure"', 'scheme = "rcu"\nchange = "haste"'), "has no change"),
    (("expect = ", "expected = "), "does not say expect"),
    (("claim = [", "claim = [["), "registry.toml"),
])
def test_registry_that_makes_no_sense_is_refused(tmp_path, change, why):
    text = (HEAD + MEASURE).replace(*change, 1)
    with pytest.raises(Trouble, match=re.escape(why)):
        registry.Registry(text_of(tmp_path, text))


def test_record_names_the_lock_and_the_rcu_that_the_sources_have():
    """[measured.*] of the registry is what people are told beside each figure."""
    import tomllib
    with open(registry.FILE, "rb") as f:
        told = tomllib.load(f)["measured"]["N"]
    native = os.path.join(TOP, "code", "runtime", "native")
    with open(os.path.join(native, "include", "linux", "spinlock.h"), encoding="utf-8") as f:
        lock = f.read()
    with open(os.path.join(native, "Makefile"), encoding="utf-8") as f:
        link = f.read()
    assert "pthread_spin_trylock()" in told["lock"] and "pthread_spin_trylock(" in lock
    assert "yields" in told["lock"] and "lab_spin_wait" in lock
    assert "memb" in told["rcu"] and "-lurcu-memb" in link


def test_words_do_not_settle_an_experiment_anew():
    experiment = {"claim": "R1", "env": "N", "what": "a", "expect": "b", "rules": [1]}
    same = settle.key_of([{**experiment, "what": "A", "limits": "c"}])
    assert settle.key_of([experiment]) == same
    assert settle.key_of([{**experiment, "rules": [2]}]) != same


# Verdicts

@pytest.mark.parametrize("parts, verdict", [
    ([True, True], "holds"), ([True, None], "not reproduced here"),
    ([None, False], "refuted"), ([], "not reproduced here"),
    (["shown"], "not reproduced here"), ([True, "shown"], "holds"),
])
def test_verdict_follows_from_its_parts(parts, verdict):
    assert settle.verdict_of([{"true": p} for p in parts]) == verdict


def test_summary_begins_with_what_decided():
    parts = [{"true": True, "text": "fine"}, {"true": False, "text": "wrong: 3"}]
    assert settle.summary_of(parts, "Not all was asked.") == \
        "Wrong: 3; fine. Not all was asked."


ASAN = """KTAP version 1
==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60a at pc 0x55
READ of size 8 at 0x60a thread T2
    #0 0x55 in atomic_inc include/linux/atomic.h:3
    #1 0x55 in lab_utsns_get /x/rcu.c:51
    #2 0x55 in lab_reader /x/scenario.c:102
freed by thread T1 here:
    #0 0x7f in __interceptor_free asan_malloc_linux.cpp:52
"""


def test_report_is_known_by_its_kind_and_our_function():
    assert breaks.said(ASAN) == ("heap-use-after-free", "lab_utsns_get")
    assert breaks.said("x.c:3:4: runtime error: load of misaligned address 0x1\n"
                       "    #0 0x5 in lab_put_nsproxy x.h:2\n")[1] == "lab_put_nsproxy"
    assert breaks.said("ok 1 rcu.owner_rests\n") is None


# Merging

RESULT = {"claim": "R1", "env": "X", "verdict": "holds", "summary": "Seen."}


def test_result_of_another_tool_takes_the_place_of_its_older_one():
    verdicts = {"results": [], "note": "stays"}
    merge.merge(verdicts, [dict(RESULT, claim="P3"), dict(RESULT)], ["R1", "P3"])
    merge.merge(verdicts, [dict(RESULT, verdict="refuted")], ["R1", "P3"])
    assert [(r["claim"], r["verdict"]) for r in verdicts["results"]] == \
        [("R1", "refuted"), ("P3", "holds")]
    assert verdicts["note"] == "stays" and verdicts["machine"]["cpu"]
    assert verdicts["results"][0]["figures"] == []


@pytest.mark.parametrize("wrong", [{"verdict": "probably"}, {"summary": None}])
def test_result_that_is_none_is_refused(wrong):
    result = {k: v for k, v in {**RESULT, **wrong}.items() if v}
    with pytest.raises(Trouble):
        merge.merge({"results": []}, [result])


def test_tool_that_is_not_there_or_skips_leaves_its_rows(tmp_path):
    said = []
    absent = {"env": "X", "command": ["code/no/such", "{out}"]}
    assert merge.results_of_tool(absent, said.append) == []
    skips = tmp_path / "skips"
    skips.write_text("#!/bin/sh\necho no herd7 >&2\nexit 77\n")
    skips.chmod(0o755)
    assert merge.results_of_tool({"env": "L", "command": [str(skips)]}, said.append) == []
    assert "is not there" in said[0] and "no herd7" in said[-1]
    works = tmp_path / "works"
    works.write_text('#!/bin/sh\necho \'{"results": [' + json.dumps(RESULT)
                     + "]}' > $1\n")
    works.chmod(0o755)
    tool = {"env": "X", "command": [str(works), "{out}"]}
    assert merge.results_of_tool(tool, said.append) == [RESULT]


EXPLORED = {"claim": "R1", "scheme": "rcu", "scenario": "one_reader", "verdict": "clean",
            "seen": "clean", "as_expected": True, "executions": 4, "steps": 0}


@pytest.mark.parametrize("row, verdict", [
    ({}, "holds"),
    ({"verdict": "failed", "seen": "leak", "steps": 9, "as_expected": False}, "refuted"),
    ({"verdict": "cut", "seen": "cut", "as_expected": False}, "not reproduced here"),
    ({"verdict": "not run", "error": "no gcc", "as_expected": False, "seen": None},
     "not reproduced here"),
])
def test_explorers_own_table_becomes_one_result_a_claim(row, verdict):
    found = {"experiments": [EXPLORED, {**EXPLORED, **row}]}
    (result,) = merge.from_explorer(found, "X")
    assert (result["claim"], result["env"], result["verdict"]) == ("R1", "X", verdict)
    merge.merge({"results": []}, [result])


# From end to end

@pytest.fixture(scope="module")
def plain():
    return Native("plain")


def claims(tmp_path, *arguments):
    return run("code/bench/claims", "--registry", tmp_path / "registry.toml",
               "--verdicts", tmp_path / "verdicts.json", "--work",
               os.path.join(TOP, "build", "claims-test"), "--rounds", 3, "--ms", 5,
               "--silent", 1, *arguments)


def results(tmp_path):
    with open(tmp_path / "verdicts.json", encoding="utf-8") as f:
        return json.load(f)["results"]


def test_counted_claim_is_settled_saved_and_not_done_twice(plain, tmp_path):
    text_of(tmp_path, HEAD, MEASURE)
    done = claims(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = results(tmp_path)
    assert (result["claim"], result["env"], result["verdict"]) == ("P3", "N", "holds")
    assert result["machine"]["accel"].startswith("none") and result["marked"] is None
    assert {"name": "locks", "value": 1.0, "lo": None, "hi": None,
            "unit": "per operation"} in result["figures"]
    assert "Nothing to do" in claims(tmp_path).stdout

    text_of(tmp_path, HEAD, MEASURE.replace("than = 2", "than = 3"))
    assert claims(tmp_path).returncode == 0         # a refuted claim is a result
    (result,) = results(tmp_path)
    assert result["verdict"] == "refuted"
    assert result["summary"].startswith("Atomics on top: 2 per operation, which is not")


def test_break_is_caught_and_the_right_scheme_silent(tmp_path):
    text_of(tmp_path, HEAD, """
[[experiment]]
claim = "R1"
env = "N"
scheme = "rcu"
what = "as it is"
expect = "silence"
kind = "silent"
run = "owner_switches"
[[experiment]]
claim = "R1"
env = "N"
scheme = "rcu"
change = "no-protection"
what = "no protection"
expect = "a report"
kind = "caught"
run = "owner_switches"
report = "heap-use-after-free"
functions = ["lab_utsns_get"]
""")
    done = claims(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = results(tmp_path)
    assert result["verdict"] == "holds", result["summary"]
    assert "heap-use-after-free in lab_utsns_get()" in result["summary"]
    assert "silent for" in result["summary"]


def test_unknown_claim_is_one_line():
    done = run("code/bench/claims", "--only", "R99")
    assert done.returncode == 1 and done.stderr == "claims: the registry has no claim R99\n"
