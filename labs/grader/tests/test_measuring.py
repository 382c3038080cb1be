# SPDX-License-Identifier: GPL-2.0-only
"""A difference is called one only beyond the noise of the same run.

What is judged here are figures that the tests make up, or counts: no test's
outcome depends on how fast this machine is just now.
"""
import dataclasses
import os
import random

import pytest
from grading import FOLDERS, labs
from graderlib import corroborate, jail, measuring, plots

SLOW = "lab_get_uts_ns(uts_ns);"


def task(measure, **more):
    return labs.Task(id="9.1", part="measure", title="a test's", measure=measure, **more)


def lab_of(number, *tasks):
    found = next(labs.load(f) for f in FOLDERS if os.path.basename(f).startswith(f"{number}-"))
    return dataclasses.replace(found, tasks=tasks)


def figures(cost, noise, rounds=11, seed=1, drift=0.0):
    """{round: cost}, each of them off by up to `noise` of it; `drift` by round."""
    rng = random.Random(seed)
    return {r: cost * (1 + noise * (2 * rng.random() - 1)) * (1 + drift * r)
            for r in range(rounds)}


def verdict(mine, control, again):
    return measuring.judged(mine, control, again, control, "rcu", "a test")


@pytest.mark.parametrize("factor, noise, expected", [
    (1.8, 0.05, measuring.SLOWER), (0.4, 0.05, measuring.FASTER), (1.0, 0.05, measuring.SAME),
    (1.8, 0.9, measuring.NOISY), (1.0, 0.9, measuring.NOISY), (8.0, 0.4, measuring.SLOWER)])
def test_verdict_follows_from_ratio_and_noise(factor, noise, expected):
    found = verdict(figures(factor * 100, noise, seed=1), figures(100, noise, seed=2),
                    figures(100, noise, seed=3))
    assert found["verdict"] == expected, found


def test_same_program_is_hardly_ever_called_different():
    wrong = 0
    for seed in range(0, 600, 3):
        for noise in (0.02, 0.2):
            found = verdict(*(figures(100, noise, seed=seed + n) for n in range(3)))
            wrong += found["verdict"] in (measuring.SLOWER, measuring.FASTER)
    assert wrong <= 4           # of 400


def test_what_slows_a_whole_round_down_cancels_out():
    found = verdict(*(figures(cost, 0.02, seed=n, drift=0.3)
                      for n, cost in enumerate((150, 100, 100))))
    assert found["verdict"] == measuring.SLOWER and found["noise"] < 0.05, found


def test_one_spoilt_round_spoils_neither_verdict_nor_margin():
    mine, control, again = (figures(c, 0.03, seed=n) for n, c in enumerate((150, 100, 100)))
    mine[4] *= 30
    again[7] *= 40
    found = verdict(mine, control, again)
    assert found["verdict"] == measuring.SLOWER and found["noise"] < 0.1, found


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_few_rounds_are_too_few_to_tell(rounds):
    found = verdict(*(figures(c, 0.01, rounds, n) for n, c in enumerate((500, 100, 100))))
    assert found["verdict"] == measuring.NOISY


def test_sentence_has_the_ratio_its_interval_and_the_noise():
    said = verdict(figures(185, 0.02, seed=1), figures(100, 0.02, seed=2),
                   figures(100, 0.02, seed=3))["said"]
    assert said.startswith("takes 1.8") and "times what rcu takes (1.8" in said
    assert "beyond this run's noise of ±" in said and said.endswith("%"), said
    noisy = verdict(figures(100, 0.9, seed=4), figures(100, 0.9, seed=5),
                    figures(100, 0.9, seed=6))["said"]
    assert noisy.startswith("too noisy to tell") and "rcu differs from itself by up to" in noisy


def test_small_ratios_are_fractions():
    assert [measuring.times(x) for x in (1.8, 0.5, 1 / 3912, 240)] == \
        ["1.8", "0.5", "1/3900", "240"]


# What is run, without its running

RAW = ("# raw metric=read scheme={s} rep=0 how=get readers={n} writer=0 ops={o} ns=1000000 "
       "switches=0\n")


def fake_jail(monkeypatch, rates):
    """jail.run() prints what `rates` has for a scheme: reads in a millisecond."""
    seen = []

    def run(argv, **options):
        scheme = next(a[7:] for a in argv if a.startswith("scheme="))
        seen.append(scheme)
        text = "".join(RAW.format(s=scheme, n=n, o=rates(scheme, len(seen))) for n in (1, 2))
        return jail.Done(0, text.encode(), b"", None, 0.01)
    monkeypatch.setattr(measuring.jail, "run", run)
    monkeypatch.setattr(measuring, "both", lambda lab, text: (b"mine", b"theirs"))
    return seen


def test_slowed_scheme_is_seen_as_slower_and_the_rounds_interleave(monkeypatch):
    seen = fake_jail(monkeypatch, lambda s, n: (500 if s == "rcu" else 1000) + n % 7)
    lab = lab_of(1, task("get"))
    found, = measuring.measure(lab, "anything")
    assert found["verdict"] == measuring.SLOWER and found["control"] == "task_lock"
    assert 1.9 < found["ratio"]["value"] < 2.1 and found["ratio"]["n"] == measuring.MOST_ROUNDS
    assert len(seen) == 3 * measuring.MOST_ROUNDS
    for n in range(0, len(seen), 3):
        assert sorted(seen[n:n + 3]) == ["rcu", "task_lock", "task_lock"]
    assert len({tuple(seen[n:n + 3]) for n in range(0, len(seen), 3)}) > 1


def test_identical_scheme_is_not_different(monkeypatch):
    fake_jail(monkeypatch, lambda s, n: 1000 + n * 37 % 40)
    found, = measuring.measure(lab_of(1, task("get control=reference")), "anything")
    assert found["verdict"] == measuring.SAME and found["control"] == "the reference", found


def test_noise_that_is_put_in_makes_it_too_noisy_to_tell(monkeypatch):
    rng = random.Random(7)
    fake_jail(monkeypatch, lambda s, n: 1000 * rng.choice((0.05, 0.3, 1, 4)))
    monkeypatch.setattr(measuring, "turn", noisy_turn(rng))
    found, = measuring.measure(lab_of(1, task("get")), "anything")
    assert found["verdict"] == measuring.NOISY, found


def noisy_turn(rng):
    return lambda *args: [{"metric": "read", "how": "get", "readers": 1, "writer": 0,
                           "ops": 1000, "ns": int(10 ** rng.uniform(5, 7))}]


@pytest.mark.parametrize("printed, words", [
    (b"# raw metric=read scheme=rcu rep=0 how=get", "no measurement"),
    (b"# raw metric=lies\n", "no measurement"),
    (b"# raw metric=read scheme=rcu rep=0 how=get readers=1 writer=0 ops=1 ns="
     + b"9" * 5000 + b" switches=0\n", "no measurement"),
    (b"\x1b[2J\xff\xfe nothing", "not one round"), (b"", "not one round")])
def test_program_that_prints_rubbish_is_not_measured(monkeypatch, printed, words):
    fake_jail(monkeypatch, lambda s, n: 1)
    monkeypatch.setattr(measuring.jail, "run",
                        lambda *a, **k: jail.Done(0, printed, b"", None, 0.01))
    found, = measuring.measure(lab_of(1, task("get")), "anything")
    assert found["verdict"] == measuring.NOT_MEASURED and words in found["said"], found
    assert found["said"].isprintable()


def test_program_that_does_not_end_is_not_measured(monkeypatch):
    fake_jail(monkeypatch, lambda s, n: 1)
    monkeypatch.setattr(measuring.jail, "run",
                        lambda *a, **k: jail.Done(-9, b"", b"", "time", 20))
    found, = measuring.measure(lab_of(1, task("get")), "anything")
    assert found["verdict"] == measuring.NOT_MEASURED and "killed for time" in found["said"]


@pytest.mark.parametrize("asked, words", [
    ("speed", "there is no “speed” to measure"), ("get control=no_such", "no scheme “no_such”"),
    ("get threads=2", "neither control= nor readers="), ("get readers=x", "neither control=")])
def test_lab_that_measures_what_is_not_there_is_told_so(asked, words):
    with pytest.raises(labs.LabError, match=words):
        measuring.plan(lab_of(1), task(asked))


def test_skeleton_is_no_control(monkeypatch, tmp_path):
    lab, kit = lab_of(1), tmp_path / "nsproxy"
    kit.mkdir()
    (kit / "task_lock.c").write_text('lab_todo("2.1");\n')
    monkeypatch.setattr(labs, "CODE", str(tmp_path))
    with pytest.raises(measuring.Trouble, match="not whole"):
        measuring.whole(lab, "task_lock")


def test_own_words_stand_beside_what_was_measured(monkeypatch):
    fake_jail(monkeypatch, lambda s, n: 1000 + n % 3)
    lab = lab_of(1, task("get", asks="text", question="What do you expect?"))
    found, = measuring.measure(lab, "anything", said={"9.1": "twice\n\x1b[2Jas fast"})
    assert found["words"] == [("What do you expect?", "twice\n[2Jas fast")]


def test_plot_shows_each_round_and_the_noise(monkeypatch, tmp_path):
    fake_jail(monkeypatch, lambda s, n: (500 if s == "rcu" else 1000) + n % 7)
    found, = measuring.measure(lab_of(1, task("get")), "anything", str(tmp_path))
    with open(found["plots"]["ratio"], encoding="utf-8") as f:
        text = f.read()
    assert text.startswith("<svg") and "yours" in text and "once more" in text
    assert "What to see" in plots.SEE["ratio"]


def test_no_plot_is_written_through_a_link_of_the_submissions(monkeypatch, tmp_path):
    fake_jail(monkeypatch, lambda s, n: 1000 + n % 7)
    (tmp_path / "precious").write_text("precious")
    os.mkdir(tmp_path / "report")
    for end in ("", ".tmp", ".new"):
        os.symlink(tmp_path / "precious", tmp_path / "report" / f"9.1-get-1-ratio.svg{end}")
    found, = measuring.measure(lab_of(1, task("get")), "anything", str(tmp_path / "report"))
    assert (tmp_path / "precious").read_text() == "precious"
    assert os.path.basename(found["plots"]["ratio"]) == "9.1-get-1-ratio.svg"


# The real thing, once: what is counted is the same on any machine

def test_submission_with_one_atomic_more_is_found_out_by_counting():
    lab = lab_of(1, task("atomics-get,atomics-peek control=reference"))
    text = labs.reference(lab)
    assert text.count(SLOW) == 1
    get, peek = measuring.measure(lab, text.replace(
        SLOW, f"{SLOW} lab_get_uts_ns(uts_ns); lab_put_uts_ns(uts_ns);"))
    assert (get["yours"], get["controls"], get["verdict"]) == (3, 1, measuring.SLOWER), get
    assert (peek["yours"], peek["verdict"]) == (0, measuring.SAME), peek
    assert "counted" in get["said"] and get["where"].startswith(("hardware", "emulated"))


def test_source_that_is_not_built_is_said_to_be():
    found, = measuring.measure(lab_of(1, task("get")), "int nonsense")
    assert found["verdict"] == measuring.NOT_MEASURED and "not built" in found["said"]


@pytest.mark.parametrize("name", ["task_lock.c", "rcu.c"])
def test_no_scheme_is_there_to_be_included_natively(name):
    """The source check takes no such thing; this is what is left if it did."""
    text = f'#include "{labs.CODE}/nsproxy/{name}"\n'
    found, = measuring.measure(lab_of(1, task("get")), text)
    assert found["verdict"] == measuring.NOT_MEASURED and "not built" in found["said"]
    seen = corroborate.stress(lab_of(1), text)
    assert seen["state"] == "failed" and "No such file" in seen["said"], seen
