# SPDX-License-Identifier: GPL-2.0-only
"""The netns family: unit tests, stress, the explorer's table, growth, the VM."""
import functools
import json
import os
import re
import subprocess
import sys

import pytest
from conftest import LONGER, STRESS_FLAGS, TOP, build_native, run

sys.path[:0] = [os.path.join(TOP, "code", folder) for folder in ("runtime", "bench")]
import change  # noqa: E402
from labbench import Trouble, growth  # noqa: E402

FAMILY = os.path.join(TOP, "code/netns")
EXPLORE = "code/runtime/explore/explore"
SCHEMES = ["rtnl", "nsid_lock", "batched"]
SCENARIOS = ["nets_come_and_go", "ids_are_found", "list_is_walked", "ids_are_asked_for",
             "all_at_once"]
CHANGES = [(scheme, name) for scheme, table in change.load(FAMILY).items() for name in table]


build = functools.partial(build_native, "netns")


@pytest.fixture(scope="module")
def stress():
    return build("netns-stress", f"FLAGS={STRESS_FLAGS}")


@pytest.fixture(scope="module")
def plain():
    return build("netns-plain")


def test_every_function_does_what_it_owes_to_one_thread(stress):
    done = run(os.path.join(stress, "unit_netns"))
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
        rows = [{k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", line)}
                for line in re.findall("^# born=.*", done.stdout, re.M)]
        assert len(rows) == len(SCENARIOS)
        if all(r["born"] > 10 for r in rows) and rows[1]["found"] > 100 and \
                rows[1]["gone"] > 100 and rows[2]["given"] > 10:
            return
    raise AssertionError(done.stdout)


def test_functions_stand_in_one_order_in_all_schemes():
    orders = set()
    for scheme in SCHEMES:
        with open(os.path.join(FAMILY, scheme + ".c"), encoding="utf-8") as f:
            orders.add(tuple(re.findall(r"^static .*?\b(lab_\w+)\(", f.read(), re.M)))
    assert len(orders) == 1 and len(orders.pop()) == 7


@pytest.mark.parametrize("scheme, name", CHANGES)
def test_change_fits_its_source_and_says_what_it_does(scheme, name):
    entry = change.load(FAMILY)[scheme][name]
    assert entry["kind"] == "break" and len(entry["what"]) > 10 and entry["claims"]
    with open(os.path.join(FAMILY, scheme + ".c"), encoding="utf-8") as f:
        source = f.read()
    body = change.changed(FAMILY, scheme, [name]).split("\n", 1)[1]
    assert body != source and body.count("\n") == source.count("\n")


@pytest.mark.parametrize("scheme, name, report", [
    ("nsid_lock", "no-grace-period", r"heap-use-after-free(.|\n)* lab_"),
    ("nsid_lock", "hash-in-dead-net", "violated leak"),
    ("nsid_lock", "notify-under-lock", "sleeping function called from invalid context"),
    # The id that was left behind is met by the next walk, or by a look-up.
    ("batched", "not-marked",
     r"heap-use-after-free(.|\n)* lab_(unhash_nsid|get_net_ns_by_id)"),
])
def test_named_change_is_caught_by_stress(scheme, name, report):
    out = build(f"netns-stress-{scheme}-{name}", f"FLAGS={STRESS_FLAGS}",
                f"SCHEME={scheme}", f"BREAK={name}")
    for _ in range(5):
        done = run(os.path.join(out, "run"), f"scheme={scheme}", "readers=3", "ms=500",
                   "run=ids_are_found,all_at_once")
        if done.returncode:
            assert re.search(report, done.stdout + done.stderr), done.stdout + done.stderr
            return
    raise AssertionError("silent in five runs")


def test_second_worker_at_a_time_is_caught_by_stress(stress):
    done = run(os.path.join(stress, "run"), "scheme=nsid_lock", "run=two_workers",
               "readers=3", "ms=3000")
    assert "heap-use-after-free" in done.stderr and "lab_cleanup_net" in done.stderr


@pytest.fixture(scope="module")
def explored(tmp_path_factory):
    path = tmp_path_factory.mktemp("explored") / "v.json"
    done = run(EXPLORE, "--family", "netns", "--experiments", "--json", path, timeout=300)
    return done, json.loads(path.read_text())["experiments"]


def test_every_experiment_of_the_explorer_comes_out_as_expected(explored):
    done, rows = explored
    assert done.returncode == 0, done.stderr
    assert {r["claim"] for r in rows} == {"N2", "N3", "N4", "N5", "N6", "N8", "N9"}


def test_clean_scenarios_are_exhausted_in_much_less_than_20_seconds(explored):
    clean = [r for r in explored[1] if r["seen"] == "clean"]
    assert len(clean) > 10
    assert all(r["exhaustive"] and r["cpu_seconds"] < 5 for r in clean)


def test_every_named_change_is_found_by_the_explorer(explored):
    found = {(r["scheme"], r["break"]) for r in explored[1]
             if r.get("break") and r["verdict"] == "failed"}
    assert found == set(CHANGES)


def test_reduction_sees_what_sleep_sets_see():
    """As many complete executions: one work never runs twice at a time."""
    complete = set()
    for reduction in ("sleep", "dpor"):
        done = run(EXPLORE, "--family", "netns", "--scheme", "nsid_lock", "--scenario",
                   "one_worker", "--reduction", reduction)
        whole, cut = re.search(r"(\d+) executions \((\d+) of them cut", done.stdout).groups()
        complete.add(int(whole) - int(cut))
    assert len(complete) == 1


def test_tables_looked_at_are_those_that_the_book_says(plain):
    done = run(os.path.join(plain, "run"), "scheme=nsid_lock", "samples=1",
               "run=bench_hold,bench_dying,bench_adding")
    rows = growth.parse(done.stdout)
    assert len(rows) == 7 + 7 + 1
    assert all(r["walked"] == r["living"] * r["dying"] for r in rows)
    assert not any(r.get("held_walked") for r in rows)
    assert rows[-1]["added"] > 10
    rows = growth.parse(run(os.path.join(plain, "run"), "scheme=batched", "samples=1",
                            "run=bench_dying").stdout)
    assert all(r["walked"] == r["living"] for r in rows)
    rows = growth.parse(run(os.path.join(plain, "run"), "scheme=rtnl", "samples=1",
                            "run=bench_hold").stdout)
    assert all(r["held_walked"] == r["walked"] >= r["living"] * r["dying"] for r in rows)


def rows_of(figure, rounds=5):
    """Made-up cleanups of a scheme in which rtnl is held for figure(living)."""
    return [{"metric": "cleanup", "scheme": "nsid_lock", "growing": "living", "rep": rep,
             "living": living, "dying": 1, "held_ns": figure(living) + rep + sample}
            for rep in range(rounds) for living in (1, 10, 100, 1000)
            for sample in range(5)]


def test_fit_tells_a_flat_line_from_one_that_rises():
    flat = growth.flat("flat", growth.held(rows_of(lambda x: 40), "nsid_lock"), "ns")
    assert flat["true"] is True
    rising = growth.held(rows_of(lambda x: 40 + 3 * x), "nsid_lock")
    assert growth.flat("rising", rising, "ns")["true"] is False
    assert abs(rising.slope().value - 3) < 0.01 and rising.fit() > 0.99


def test_line_through_one_place_is_refused():
    with pytest.raises(Trouble, match="two places"):
        growth.line([(3, 1), (3, 2)])


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """One boot: all schemes, their scenarios and measurements."""
    out = os.path.join(TOP, "build/module/netns")
    assert run("labs/vm/vm", "fetch", timeout=600).returncode == 0
    made = run("labs/vm/vm", "module", "--name", "netns_lab", "--out", out, "code/netns",
               "code/module", "code/runtime/common", timeout=600)
    assert made.returncode == 0, made.stdout + made.stderr
    folder = tmp_path_factory.mktemp("vm")
    (folder / "job").write_text(f"MODULE=netns_lab /lab/lab all {','.join(SCENARIOS)},"
                                "bench_hold,bench_wait ms=100 samples=3\n")
    done = run("labs/vm/vm", "run", "--quiet", "--job", folder / "job", "--add",
               os.path.join(out, "netns_lab.ko"), "--add", "code/module/lab", "--json",
               folder / "record.json", timeout=600)
    assert (folder / "record.json").exists(), done.stdout + done.stderr
    return json.loads((folder / "record.json").read_text())


def test_schemes_keep_their_invariants_in_the_kernel(record):
    text = "\n".join(record["ktap"])
    assert record["verdict"] == "pass" and not record["splats"], record["reason"] + text
    for scheme in SCHEMES:
        for scenario in SCENARIOS:
            assert re.search(rf"^ +ok \d+ {scheme}\.{scenario}$", text, re.M)
    assert "violated" not in text


def test_rtnl_is_held_for_the_living_only_before_2018_in_the_kernel_too(record):
    rows = growth.parse("\n".join(record["ktap"]))
    ratio = {s: growth.held(rows, s).at(1000).value / growth.held(rows, s).at(1).value
             for s in SCHEMES}
    assert ratio["rtnl"] > 50 > 10 > max(ratio["nsid_lock"], ratio["batched"]), ratio
    longest = {r["scheme"]: r["max_ns"] for r in rows if r["metric"] == "wait"}
    assert longest["rtnl"] > 3 * longest["nsid_lock"], longest


def test_settling_refuses_data_that_was_broken_off(tmp_path):
    raw = tmp_path / "raw.txt"
    raw.write_text("# env: N\n")
    done = subprocess.run([os.path.join(FAMILY, "settle"), "--raw", raw], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1 and "is not complete" in done.stderr
