# SPDX-License-Identifier: GPL-2.0-only
"""The pid family: unit tests, stress, the explorer's table, figures, the VM."""
import functools
import glob
import json
import os
import re
import subprocess
import sys

import pytest
from conftest import LONGER, STRESS_FLAGS, TOP, build_native, run

sys.path.insert(0, os.path.join(TOP, "code/runtime"))
import change  # noqa: E402

FAMILY = os.path.join(TOP, "code/pid")
SCHEMES = ["by_name", "wait_pidfd_lock", "pid_lock"]
SCENARIOS = ["processes_exit", "threads_exec", "threads_exec_2020",
             "instances_come_and_go", "all_at_once"]
CHANGES = [(file, name) for file, table in change.load(FAMILY).items() for name in table]


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


build = functools.partial(build_native, "pid")


@pytest.fixture(scope="module")
def stress():
    return build("pid-stress", f"FLAGS={STRESS_FLAGS}")


def test_every_function_does_what_it_owes_to_one_thread(stress):
    done = run(os.path.join(stress, "unit_pid"))
    assert done.returncode == 0 and "not ok" not in done.stdout, done.stdout
    assert done.stdout.rstrip().endswith(f"1..{len(re.findall('^ok ', done.stdout, re.M))}")
    assert not done.stderr


@pytest.mark.parametrize("scheme", SCHEMES)
def test_scheme_is_silent_under_stress_in_which_something_happens(stress, scheme):
    for ms in LONGER:
        done = run(os.path.join(stress, "run"), f"scheme={scheme}",
                   f"run={','.join(SCENARIOS)}", "readers=3", f"ms={ms}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert not done.stderr
        happened = [[int(n) for n in row] for row in re.findall(
            r"lookups=(\d+) .* lives=(\d+) mounts=(\d+)", done.stdout)]
        assert len(happened) == len(SCENARIOS)
        if all(lookups > 100 and lives > 10 and bool(mounts) == (scenario in SCENARIOS[3:])
               for (lookups, lives, mounts), scenario in zip(happened, SCENARIOS)):
            return
    raise AssertionError(done.stdout)


@pytest.mark.parametrize("name, scenario, report", [
    ("list-not-initialised", "processes_exit", "SEGV|runtime error"),
    ("no-pin", "instances_come_and_go", "heap-use-after-free|busy-inodes"),
])
def test_named_change_is_caught_by_stress(name, scenario, report):
    out = build(f"pid-stress-{name}", f"FLAGS={STRESS_FLAGS}", "SCHEME=pid_lock",
                f"BREAK={name}", "run")
    for _ in range(20):
        done = run(os.path.join(out, "run"), "scheme=pid_lock", f"run={scenario}",
                   "readers=3", "ms=500")
        if done.returncode:
            assert re.search(report, done.stdout + done.stderr), done.stdout + done.stderr
            return
    raise AssertionError(f"{name}: silent in 20 runs")


@pytest.mark.parametrize("file, name", CHANGES)
def test_change_fits_its_source_and_says_what_it_does(file, name):
    text = change.changed(FAMILY, file, [name]).split("\n", 1)[1]
    source = read(f"code/pid/{file}.c")
    assert text != source and text.count("\n") == source.count("\n")
    entry = change.load(FAMILY)[file][name]
    assert entry["kind"] in ("break", "repair") and entry["what"] and entry["claims"]


def test_schemes_have_the_same_functions_in_the_same_order():
    functions = [re.findall(r"^static [^;=]*?\b(lab_\w+)\(", read(f"code/pid/{s}.c"), re.M)
                 for s in SCHEMES]
    assert len(functions[0]) == 5
    assert functions.count(functions[0]) == len(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_labels_are_unique_within_a_scheme(scheme):
    labels = re.findall(r"lab_point\((\w+)\)", read(f"code/pid/{scheme}.c"))
    assert len(labels) == len(set(labels)) >= 4


def test_kernel_doc_has_no_warning():
    script = os.environ.get("KERNEL_DOC") or sorted(
        glob.glob("/usr/lib/linux-kbuild-*/scripts/kernel-doc"))[-1]
    for path in glob.glob(os.path.join(FAMILY, "*.[ch]")):
        done = run(script, "-none", path)
        assert done.returncode == 0 and "warning" not in done.stderr, done.stderr


@pytest.fixture(scope="module")
def explored(tmp_path_factory):
    out = tmp_path_factory.mktemp("explored") / "out.json"
    run("code/runtime/explore/explore", "--family", "code/pid", "--experiments",
        "code/pid/explore/experiments.toml", "--json", out, timeout=300)
    return json.loads(out.read_text())["experiments"]


def test_explorer_shows_all_that_the_table_says(explored):
    wrong = [(e["claim"], e["scenario"], e.get("break"), e.get("seen"))
             for e in explored if not e["as_expected"]]
    assert not wrong
    assert {e["claim"] for e in explored} == {"I1", "I3", "I4", "I6", "I7", "I8", "I9", "I12",
                                              "I14"}


def test_clean_scenarios_are_exhausted_in_time(explored):
    clean = [e for e in explored if e["expect"] == "clean"]
    assert clean
    for e in clean:
        assert e["exhaustive"] and e["cpu_seconds"] < 20, e


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """A short sitting natively, off the record."""
    folder = tmp_path_factory.mktemp("settled")
    done = run("code/pid/settle", "--env", "N", "--rounds", "3", "--plots", folder,
               "--out", folder / "raw.txt", "--json", folder / "n.json", timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


def test_figures_lead_to_verdicts(settled):
    """But for the times: what is counted is the same on every machine."""
    found = {r["claim"]: r for r in json.loads((settled / "n.json").read_text())["results"]}
    assert set(found) == {"I1", "I2", "I3", "I4", "I5", "I10", "I11"}
    for claim in set(found) - {"I11"}:
        assert found[claim]["verdict"] == "holds", found[claim]
    ratios = [f for f in found["I11"]["figures"] if "over by_name" in f["name"]]
    assert len(ratios) == 3 * len(SCHEMES)
    assert all(f["lo"] <= f["value"] <= f["hi"] for f in ratios)
    assert "6 for each exit" in (settled / "I3-N.svg").read_text()


def test_figures_that_say_otherwise_refute(settled, tmp_path):
    raw = (settled / "raw.txt").read_text()
    other = re.sub(r"(instance=1 before=6 after=)0", r"\g<1>6", raw)
    assert other != raw
    (tmp_path / "raw.txt").write_text(other)
    done = run("code/pid/settle", "--raw", tmp_path / "raw.txt", "--plots", "")
    assert "I2 (N): refuted" in done.stdout
    (tmp_path / "raw.txt").write_text(raw.replace("# end: complete\n", ""))
    done = run("code/pid/settle", "--raw", tmp_path / "raw.txt")
    assert done.returncode == 1 and "broken off" in done.stderr


def test_module_keeps_its_invariants_in_the_kernel(tmp_path):
    made = run("labs/vm/vm", "module", "--name", "pid_lab", "--out", "build/module/pid",
               "code/pid", "code/module", "code/bench/count.h", "code/runtime/common",
               timeout=300)
    assert made.returncode == 0, made.stdout + made.stderr
    steps = ",".join(SCENARIOS + ["exits", "instances", "children", "exec", "sizes", "count"])
    (tmp_path / "job").write_text(f"MODULE=pid_lab /lab/lab {','.join(SCHEMES)} {steps} ms=50\n")
    subprocess.run(["labs/vm/vm", "run", "--quiet", "--job", tmp_path / "job", "--add",
                    "build/module/pid/pid_lab.ko", "--add", "code/module/lab", "--json",
                    tmp_path / "record.json"], cwd=TOP, timeout=600, check=False,
                   stdout=subprocess.DEVNULL)
    record = json.loads((tmp_path / "record.json").read_text())
    text = "\n".join(record["ktap"])
    assert record["verdict"] == "pass", record["reason"] + text
    assert not record["splats"] and "violated" not in text
    assert len(re.findall(r"^ +ok \d+ (?:by_name|\w+_lock)\.", text, re.M)) == 3 * 11
    assert re.search(r"metric=kernel_size .* inodes=8 ", text)
