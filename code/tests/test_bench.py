# SPDX-License-Identifier: GPL-2.0-only
"""Measuring: raw data, reduction, plots, the report, and what was counted."""
import html
import json
import os
import re
import statistics
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import RIGHT_SCHEMES, SCHEMES, TOP, Native, run

sys.path.insert(0, os.path.join(TOP, "code", "bench"))
from labbench import (YARDSTICKS, bars, measure, raw, reduce, report, rules, stats,  # noqa: E402
                      step)

READ = ("# raw metric=read scheme={} rep={} how={} readers={} writer=0 ops={} "
        "ns=1000000000 switches=0")
SWITCH = ("# raw metric=switch scheme={} rep={} kind={} company=alone n=10 mean_ns={} "
          "p50_ns={} p99_ns={} min_ns=1 max_ns=9 hz=250")
COUNT = "# raw metric=count scheme={} rep={} op={} n=100 locks={} rmws={} held_ns=5000"


def sample(env="N", accel="none: host hardware"):
    """A small sitting of two schemes and three rounds, made up: round r of
    task_lock is as slow as 1/(r+1), and rcu always twice as fast."""
    lines = [raw.FIRST, f"# env: {env}", "# cpu: made up", "# cpus: 2",
             "# kernel: Linux 0", f"# accel: {accel}", "# date: 2016-01-01"]
    for rep, speed in enumerate((1200000, 600000, 400000)):
        for scheme, factor in (("task_lock", 1), ("rcu", 2)):
            for how in ("get", "peek"):
                for readers in (1, 2):
                    lines.append(READ.format(scheme, rep, how, readers, speed * factor))
            for kind, cost in (("shared", 100), ("last", 100 if factor == 1 else 9000)):
                lines.append(SWITCH.format(scheme, rep, kind, cost, cost, cost * 2))
            for op in ("nothing", "get", "peek", "own", "switch_shared", "switch_last"):
                lines.append(COUNT.format(scheme, rep, op, 100 * (factor == 1), 100))
    return lines


@pytest.fixture
def sitting(tmp_path):
    path = tmp_path / "raw.txt"
    path.write_text("\n".join([*sample(), "# end: complete"]) + "\n")
    return raw.Sitting(str(path))


@pytest.fixture(scope="module")
def plain():
    return Native("plain")


# Raw data

@pytest.mark.parametrize("line, why", [
    ("# raw metric=speed scheme=rcu rep=0", "no metric is called"),
    ("# raw metric=busy_read scheme=rcu rep=0 busy=1 ops=5", "wrong about: ns"),
    ("# raw metric=busy_read scheme=seqlock rep=0 busy=1 ops=5 ns=5", "no scheme"),
    ("# raw metric=busy_read scheme=rcu rep=0 busy=1 ops=-5 ns=5", "is no number"),
    ("# raw metric=busy_read scheme=rcu rep=0 busy=1 ops=5 ns=0", "nothing was measured"),
    ("# raw metric=busy_read scheme=rcu rep=0 busy=1 ops=5 ns=5 ns=6", "of its own"),
    ("# raw metric=busy_read scheme=rcu rep=0 busy=1 ops=5 ns=5 x=6", "wrong about: x"),
    ("# raw metric", "is no name=value"),
])
def test_broken_raw_line_is_refused_with_its_reason(line, why):
    with pytest.raises(raw.RawError, match=why):
        raw.parse_line(line)


def test_lines_of_a_report_that_are_no_raw_data_are_left_alone():
    for line in ("ok 1 rcu.count", "# scheme=rcu readers=2", "1..3", ""):
        assert raw.parse_line(line) is None


def test_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "x"
    path.write_text("hello\n")
    done = run("code/bench/reduce", path)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.count("\n") == 1 and "no raw data" in done.stderr


def test_broken_line_is_named_by_file_and_number(tmp_path):
    path = tmp_path / "x"
    path.write_text(f"{raw.FIRST}\n# env: N\n# raw metric=read ops=1\n")
    done = run("code/bench/reduce", path)
    assert done.returncode == 1 and f"{path}:3:" in done.stderr


def test_sitting_that_was_broken_off_says_why(tmp_path):
    path = str(tmp_path / "raw.txt")
    with pytest.raises(RuntimeError):
        with raw.Writer(path, {"env": "N"}) as writer:
            assert writer.take(READ.format("rcu", 0, "get", 1, 5))
            raise RuntimeError("the power went")
    read = raw.Sitting(path)
    assert not read.complete and read.ended == "broken off: the power went"
    assert len(read.rows) == 1
    whole = run("code/bench/reduce", path)
    assert whole.returncode == 0 and "not complete: broken off" in whole.stderr


# Reduction

def test_median_and_interval_of_known_data():
    estimate = stats.bootstrap([1, 2, 3, 4, 100], "x")
    assert estimate.value == 3 and 1 <= estimate.lo < 3 < estimate.hi <= 100
    same = stats.bootstrap([7, 7, 7], "x")
    assert (same.value, same.lo, same.hi) == (7, 7, 7)


def test_same_data_have_the_same_interval_always():
    values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6]
    first, second = stats.bootstrap(values, "x"), stats.bootstrap(values, "x")
    assert first.as_json() == second.as_json()


def test_interval_shrinks_as_rounds_are_added():
    import random
    rng = random.Random(1)
    few = stats.bootstrap([rng.gauss(100, 10) for _ in range(8)], "x")
    many = stats.bootstrap([rng.gauss(100, 10) for _ in range(200)], "x")
    assert many.hi - many.lo < (few.hi - few.lo) / 2


def test_ratio_pairs_by_round_so_that_drift_cancels():
    slow = {r: 10.0 * (r + 1) for r in range(5)}
    fast = {r: 20.0 * (r + 1) for r in range(5)}
    ratio = stats.paired_ratio(slow, fast, "x")
    assert (ratio.value, ratio.lo, ratio.hi) == (0.5, 0.5, 0.5)
    assert stats.verdict(ratio) == "less"
    assert stats.paired_ratio({0: 1.0}, {1: 1.0}, "x") is None


@pytest.mark.parametrize("ratios, says", [
    ([0.5, 0.6, 0.7, 0.6], "less"), ([1.5, 1.6, 1.7, 1.6], "more"),
    ([0.5, 1.5, 0.7, 1.3], "too noisy to tell"), ([0.5, 0.6], "too noisy to tell"),
])
def test_ratio_that_straddles_one_tells_nothing(ratios, says):
    assert stats.verdict(stats.bootstrap(ratios, "x")) == says


def test_reduction_of_a_known_sitting(sitting):
    assert sitting.complete
    data = reduce.Reduced(reduce.reduced([sitting]))
    assert data.get("N", "task_lock", "read.get.2.calm")["value"] == 600000
    assert data.get("N", "rcu", "count.get.atomics")["value"] == 1
    assert data.get("N", "task_lock", "count.get.held")["value"] == 50
    ratio = data.ratios["N", "rcu", "task_lock", "read.peek.1.calm"]
    assert (ratio["value"], ratio["verdict"]) == (2, "more")
    assert data.marked("N") is None and data.readers("N") == [1, 2]


def test_rounds_of_two_sittings_are_not_paired_with_each_other(sitting):
    table = reduce.tables([sitting, sitting])["N"]
    assert len(table.values("rcu", "read.get.1.calm")) == 6


def test_emulation_is_marked(tmp_path):
    path = tmp_path / "raw.txt"
    path.write_text("\n".join(sample("V", "tcg")) + "\n")
    data = reduce.reduced([raw.Sitting(str(path))])
    assert data["environments"]["V"]["marked"] == "emulation"
    assert data["sittings"][0]["ended"].startswith("broken off")


def test_order_of_turns_comes_from_its_seed_and_has_each_scheme_once_a_round():
    plans = [measure.plan("N", rounds=4, seed=5).turns for _ in range(2)]
    assert plans[0] == plans[1] != measure.plan("N", rounds=4, seed=6).turns
    for number in range(4):
        assert sorted(s for n, s in plans[0] if n == number) == sorted(SCHEMES)


# Rules

@pytest.mark.parametrize("relation, than, result", [
    ("<", 1, True), ("<", 0.4, False), (">", 0.4, True), (">", 1, False),
    ("<", 0.5, False),
])
def test_rule_over_a_known_ratio(sitting, relation, than, result):
    table = reduce.tables([sitting])["N"]
    rule = {"figure": "task_lock read.get.most.calm", "over": "rcu read.get.most.calm",
            "is": relation, "than": than, "say": "x"}
    rules.check(rule)
    assert rules.evaluate(rule, table)["true"] is result


def test_rule_on_counts_jiffies_and_what_was_not_measured(sitting):
    table = reduce.tables([sitting])["N"]

    def true(**rule):
        return rules.evaluate({"say": "x", **rule}, table)["true"]
    assert true(figure="task_lock count.get.locks", **{"is": "="}, than=1) is True
    assert true(figure="task_lock count.get.locks", **{"is": "="}, than=2) is False
    assert true(figure="rcu switch.last.alone.p50", unit="jiffies",
                **{"is": "<"}, than=0.01) is True
    assert true(figure="pointer_lock count.get.locks", **{"is": "="}, than=1) is None
    assert true(figure="rcu switch.last.alone.p50") == "shown"


def test_undecided_rule_says_that_it_is_too_noisy(sitting):
    part = rules.evaluate({"figure": "task_lock read.get.1.calm", "is": "<",
                           "than": 700000, "say": "reads"},
                          reduce.tables([sitting])["N"])
    assert part["true"] is None and "too noisy to tell" in part["text"]


# Plots and the report

def test_terminal_plots_fit_80_columns_with_and_without_unicode(sitting):
    data = reduce.Reduced(reduce.reduced([sitting]))
    for fancy in (True, False):
        lines = (bars.summary(data, "N") + bars.reads(data, "N", "get", "calm", fancy)
                 + bars.switches(data, "N", fancy=fancy))
        assert max(map(len, lines)) < 80
        assert fancy or all(line.isascii() for line in lines)


def test_report_stands_alone_and_says_what_is_emulated(sitting, tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("\n".join([*sample("V", "tcg"), "# end: complete"]) + "\n")
    data = reduce.Reduced(reduce.reduced([sitting, raw.Sitting(str(path))]))
    outcomes = [{"scheme": "rcu", "what": "6 scenarios", "seen": "a < b", "fine": True}]
    text = report.page(outcomes, data, "../book.html", ["raw.txt"], "today")
    assert not re.search(r"(src|href)=.?(https?:)?//", text) and "<script" not in text
    assert "a &lt; b" in text and "never to be compared" in text
    assert "pthread_spin_trylock() in a loop" in html.unescape(text)
    assert "the guest kernel's queued spinlock" in html.unescape(text)
    assert "prefers-color-scheme: dark" in text and text.count("<svg ") >= 8
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    outcomes[0]["fine"] = False
    assert "Not everything went as it should" in report.page(outcomes, data, "b", [], "t")


def test_nothing_joins_two_points():
    from labbench import svg
    assert svg.between([1, 2], "rcu") == svg.between([1, 2], "bare") == ""
    assert svg.between([1, 2, 4], "rcu") == "-"


def test_plots_need_not_have_all_quantities():
    from labbench import svg
    lines = [SWITCH.format("rcu", r, k, 10, 10, 20) for r in range(3)
             for k in ("shared", "last")]
    table = {"sittings": [], "environments": {}}
    rows = reduce.Table()
    for line in lines:
        rows.add(raw.parse_line(line))
    table["environments"]["V"] = {
        "about": {}, "hz": 250, "marked": None, "ratios": [],
        "figures": [{"name": n, "scheme": s, "unit": "ns", **rows.figure(s, n).as_json()}
                    for n, s in rows.rounds]}
    assert set(svg.all_of(reduce.Reduced(table), "V")) == {"switch-alone"}


def test_plots_are_well_formed_and_reproducible(sitting):
    from labbench import svg
    data = reduce.Reduced(reduce.reduced([sitting]))
    first, second = svg.all_of(data, "N"), svg.all_of(data, "N")
    assert {"reads-get-calm", "reads-peek-calm", "switch-alone", "atomics"} <= set(first)
    for name, (text, title, see) in first.items():
        ElementTree.fromstring(text)
        assert text == second[name][0] and title and see.startswith("What to see")


# What really runs

def test_three_steps_from_raw_data_to_plots(plain, tmp_path):
    out = tmp_path / "raw.txt"
    made = run("code/bench/measure", "--rounds", 2, "--ms", 5, "--samples", 10,
               "--schemes", "rcu,pointer_tag", "--seed", 1, "--out", out)
    assert made.returncode == 0, made.stdout + made.stderr
    read = raw.Sitting(str(out))
    assert read.complete and read.about["seed"] == "1"
    assert {"cpu", "kernel", "compiler", "flags", "commit", "load", "date"} <= set(read.about)
    reduced = tmp_path / "reduced.json"
    assert run("code/bench/reduce", out, "-o", reduced).returncode == 0
    again = run("code/bench/reduce", out)
    assert json.loads(again.stdout) == json.loads(reduced.read_text())
    drawn = run("code/bench/plot", reduced, "--out", tmp_path / "plots", "--ascii")
    assert drawn.returncode == 0, drawn.stderr
    assert "pthread_spin_trylock() in a loop" in " ".join(drawn.stdout.split())
    assert (tmp_path / "plots" / "atomics-N.svg").exists()


def test_unknown_scheme_or_no_build_is_one_line(tmp_path):
    done = run("code/bench/measure", "--schemes", "seqlock", "--out", tmp_path / "x")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "there is no scheme “seqlock”" in done.stderr


def test_read_under_rcu_costs_at_most_twice_the_bare_one(plain):
    """The yardstick of bare.c, in the same process, interleaved. The margin
    is the factor itself: undisturbed, the two are much closer."""
    ratios = {"get": [], "peek": []}
    for rep in range(9):
        done = plain.run(scheme="rcu", run="bench_bare,bench_get_calm,bench_peek_calm",
                         readers=1, ms=25, rep=rep)
        rows = filter(None, map(raw.parse_line, done.stdout.splitlines()))
        speed = {(r["scheme"], r["how"]): r["ops"] / r["ns"] for r in rows}
        for how, found in ratios.items():
            # On a busy machine a reader may not have had a core in that time.
            if speed["rcu", how]:
                found.append(speed["bare", how] / speed["rcu", how])
    for how, found in ratios.items():
        assert statistics.median(found) < 2, (how, found)


@pytest.mark.parametrize("yardstick", YARDSTICKS)
def test_a_yardstick_is_measured_beside_its_scheme(plain, yardstick):
    scheme, its_step = YARDSTICKS[yardstick]
    assert its_step in measure.steps_for(scheme, "N", ["bench_get"])
    assert its_step not in measure.steps_for(scheme, "V", ["bench_get"])
    done = plain.run(scheme=scheme, run=its_step, readers=2, ms=5, rep=0)
    rows = list(filter(None, map(raw.parse_line, done.stdout.splitlines())))
    assert {(r["scheme"], r["how"]) for r in rows} == {(yardstick, "get"), (yardstick, "peek")}


@pytest.mark.skipif(step.why_not() is not None, reason=str(step.why_not()))
@pytest.mark.parametrize("scheme", SCHEMES)
def test_counted_atomics_are_those_that_the_processor_executes(plain, scheme):
    program = os.path.join(plain.out, "run")
    counted = step.counted(program, scheme)
    executed = {op: step.count(program, scheme, op) for op in step.OPERATIONS}
    assert executed == {op: counted[op] for op in step.OPERATIONS}
    assert executed["own"] == 0 and executed["switch_shared"] >= 1


def table_of_atomics():
    """{scheme: [number in each column]} of the book's comparison."""
    with open(os.path.join(TOP, "Documentation", "nsproxy", "comparison.rst"),
              encoding="utf-8") as f:
        part = f.read().split("What one operation costs in atomics")[1]
    rows = part.split(".. list-table::")[1].split("\nThe table is typed")[0].split("   * - ")[2:]
    cells = [re.split(r"^     - ", row, flags=re.MULTILINE) for row in rows]
    return {row[0].strip(): [int(cell.split()[0]) for cell in row[1:]] for row in cells}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_table_of_atomics_in_the_book_is_what_is_counted(plain, scheme):
    counted = step.counted(os.path.join(plain.out, "run"), scheme)
    columns = ("peek", "get", "switch_shared", "own")
    assert table_of_atomics()[scheme] == [counted[op] for op in columns]


@pytest.mark.parametrize("code, atomic", [
    ("f0ff07", True),               # lock incl (%rdi)
    ("f00fb117", True),             # lock cmpxchg %edx,(%rdi)
    ("4887 07", True),              # xchg %rax,(%rdi)
    ("4887c7", False),              # xchg %rax,%rdi
    ("f0480fba2f00", True),         # lock btsq $0,(%rdi)
    ("f048830c2400", False),        # lock orq $0,(%rsp): a barrier
    ("90", False), ("488b07", False),
])
def test_which_instructions_are_atomic(code, atomic):
    assert step.is_atomic(bytes.fromhex(code.replace(" ", "")).ljust(16, b"\0")) is atomic


def test_demo_names_what_is_missing_before_it_takes_long(tmp_path):
    """A copy of the kit in which nothing is built."""
    import shutil
    for part in ("code/bench", "code/nsproxy", "labs/demo"):
        shutil.copytree(os.path.join(TOP, part), tmp_path / part)
    done = run("labs/demo/demo", cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "make native" in done.stderr


@pytest.fixture(scope="module")
def demo():
    from importlib import machinery, util
    path = os.path.join(TOP, "labs", "demo", "demo")
    loader = machinery.SourceFileLoader("demo", path)
    module = util.module_from_spec(util.spec_from_loader("demo", loader))
    loader.exec_module(module)
    return module


def test_demo_tells_a_clean_run_from_a_failed_and_a_short_one(demo):
    good = [f"      ok {n} rcu.{s}" for n, s in enumerate(demo.SCENARIOS, 1)]
    said = ["      # reads=7 zombies=1 own_reads=2 switches=3 lives=4"]
    clean = demo.judge("rcu", said + good)
    assert clean["fine"] and clean["seen"].startswith("clean: 8 reads, 3 switches")
    assert not demo.judge("rcu", good[:-1])["fine"]
    bad = demo.judge("rcu", [*good[:-1], "      # violated leak: an object (1 times)",
                             "      not ok 6 rcu.owner_does_all"])
    assert not bad["fine"] and "not ok 6" in bad["seen"] and "leak" in bad["seen"]


@pytest.mark.parametrize("record, fine", [
    ({"verdict": "panic", "reason": "x", "splat": {
        "kind": "general-protection", "function": "lab_current_uts_inum", "text": ""}}, True),
    ({"verdict": "panic", "reason": "x", "splat": {
        "kind": "general-protection", "function": "kfree", "text": ""}}, False),
    ({"verdict": "pass", "reason": "1 ok", "splat": None}, False),
    ({"verdict": "hang", "reason": "x", "splat": None}, False),
])
def test_demo_wants_the_rfc_to_break_where_it_should(demo, monkeypatch, record, fine):
    monkeypatch.setattr(demo.measure, "run_vm", lambda *a, **k: record)
    outcome = demo.break_the_rfc()
    assert outcome["fine"] is fine
    assert ("claim P4" in outcome["seen"]) is fine


@pytest.mark.parametrize("boots, done, said", [
    ([99], 99, []),
    ([3, 99], 99, ["after 3 of", "once more, with what is left"]),
    ([2, 2, 0], 4, ["after 2 of", "after 4 of"]),
    ([0, 0, 0], 0, ["Nothing was seen in the VM"]),
])
def test_demo_goes_on_where_a_busy_machine_stopped_it(demo, monkeypatch, tmp_path, capsys,
                                                      boots, done, said):
    """@boots: how many turns each boot comes to."""
    asked = iter(boots)

    def run_vm(turns, on_line, timeout):
        most = min(next(asked), len(turns))
        for n, (name, _) in enumerate(turns[:most], 1):
            scheme = name.split(":")[1]
            for k, scenario in enumerate(demo.SCENARIOS, 1):
                on_line(f"      ok {k} {scheme}.{scenario}")
            on_line(READ.format(scheme, 0, "get", 1, 5, 7))
            on_line(f"  ok {n} - {name}")
        return {"verdict": "pass" if most == len(turns) else "hang", "reason": "no end within 9 s",
                "boot_s": 1.0, "accel": "tcg", "kernel": "6", "qemu": "7", "smp": 2}
    monkeypatch.setattr(demo.measure, "run_vm", run_vm)
    monkeypatch.setattr(demo, "OUT", str(tmp_path))
    tour = demo.Tour(measure.plan("V", rounds=2))
    outcomes = tour.run({"env": "V"})
    assert tour.done == min(done, len(tour.turns)) and next(asked, None) is None
    assert sorted(o["scheme"] for o in outcomes) == sorted(demo.RIGHT)
    assert sum(o["fine"] for o in outcomes) == min(done, len(demo.RIGHT))
    assert len(raw.Sitting(tmp_path / "raw-V.txt").rows) == tour.done
    shown = capsys.readouterr().out
    assert all(words in shown for words in said)


def test_right_schemes_are_all_measured_with_a_writer():
    for scheme in RIGHT_SCHEMES:
        assert not any("calm" in s for s in measure.steps_for(scheme, "N", measure.STEPS))
    assert "bench_get_calm" in measure.steps_for("pointer_tag", "N", measure.STEPS)
