# SPDX-License-Identifier: GPL-2.0-only
"""What the book says of its documents, its terms and its figures, and whether
each row still has what it names."""
import glob
import json
import os
import re
import tomllib

import pytest
from sphinx_project import TOP, project, text_of  # noqa: F401

SEEDS = """\
[[seed]]
id = "first"
name = "the first paper"
statement = [
  { says = "Locks are slow", page = "index", section = "the-lock", words = "locks cost a lot", claims = ["R1"] },
]
"""
REGISTRY = """\
[[claim]]
id = "R1"
text = "locking is slow"
source = "the first paper"
[[experiment]]
claim = "R1"
env = "N"
what = "count"
expect = "more"
"""
PAGE = """\
.. _first:

The lock
--------

They say that locks
cost a lot (:claim:`R1`).

The table
---------

.. seed-statements:: first

.. toctree::

   claims
"""


@pytest.fixture
def told(project):
    project.write("Documentation/seeds.toml", SEEDS)
    project.write("Documentation/claims/registry.toml", REGISTRY)
    return project


def test_each_statement_leads_to_its_section_and_its_claim(told):
    page, warnings = told.build(PAGE, claims=".. claims-page::")
    assert warnings == ""
    row = re.search(r"<tr[^>]*>(?:(?!</tr>).)*Locks are slow.*?</tr>", page, re.DOTALL)[0]
    assert 'href="#the-lock"' in row and "Title: The lock" in text_of(row)
    assert 'href="claims.html#claim-R1"' in row


def test_source_of_a_claim_links_to_the_document(told):
    told.build(PAGE, claims=".. claims-page::")
    claims = (told.top / "out" / "claims.html").read_text()
    assert re.search(r'From: <a[^>]*href="index.html#first"[^>]*>(?:<[^>]+>)?the first paper',
                     claims)


@pytest.mark.parametrize("old, new, why", [
    ("cost a lot", "are cheap", "index, the-lock, does not say “locks cost a lot”"),
    ("The lock\n--------", "The key\n-------", "index has no section “the-lock”"),
    (" (:claim:`R1`)", "", "index does not link to R1"),
])
def test_page_that_loses_a_statement_is_a_warning(told, old, new, why):
    assert told.build(PAGE, claims=".. claims-page::")[1] == ""
    _, warnings = told.build(PAGE.replace(old, new), claims=".. claims-page::")
    assert why in warnings and "first, “Locks are slow”" in warnings


def test_statement_of_a_page_that_is_not_there_is_a_warning(told):
    told.write("Documentation/seeds.toml", SEEDS.replace('page = "index"', 'page = "gone"'))
    _, warnings = told.build(PAGE, claims=".. claims-page::")
    assert "there is no page gone" in warnings


@pytest.mark.parametrize("old, new, why", [
    ("seed-statements:: first", "seed-statements:: second", "has no “second”"),
    (None, ("words =", "word ="), "a statement is wrong about word, words"),
])
def test_table_that_makes_no_sense_is_an_error(told, old, new, why):
    if old is None:
        told.write("Documentation/seeds.toml", SEEDS.replace(*new))
    _, warnings = told.build(PAGE.replace(old, new) if old else PAGE)
    assert why in warnings


def statements():
    with open(os.path.join(TOP, "Documentation", "seeds.toml"), "rb") as f:
        return tomllib.load(f)["seed"]


def test_each_document_has_its_table_in_the_book():
    """The book's own build looks each row up; here is what it can't know."""
    with open(os.path.join(TOP, "Documentation", "seeds.rst"), encoding="utf-8") as f:
        page = f.read()
    for seed in statements():
        assert f".. seed-statements:: {seed['id']}\n" in page
        assert f".. _{seed['id']}:\n" in page, "claims link to it"
        assert seed["statement"], seed["id"]
    assert [len(s["statement"]) for s in statements()] == [18, 3, 22, 13, 12, 15]


def test_each_claim_s_document_says_it_in_its_table():
    """A claim that a document is the source of stands in one of its rows."""
    with open(os.path.join(TOP, "Documentation", "claims", "registry.toml"), "rb") as f:
        claims = tomllib.load(f)["claim"]
    there = {s["name"]: {c for row in s["statement"] for c in row.get("claims", [])}
             for s in statements()}
    for claim in claims:
        for name, known in there.items():
            if name in claim["source"] and "from the code" not in claim["source"]:
                assert claim["id"] in known | {"P3", "P12"} | there["the review of 2016"], \
                    f"{claim['id']}: no row of {name}"


def test_every_claim_has_a_known_source():
    with open(os.path.join(TOP, "Documentation", "claims", "registry.toml"), "rb") as f:
        for claim in tomllib.load(f)["claim"]:
            assert not re.search(r"\bseed 0", claim["source"]), claim["id"]
            assert re.search("|".join([*(s["name"] for s in statements()), "[0-9a-f]{8,}"]),
                             claim["source"]), claim["id"]


# Terms

GLOSSARY = """\
.. glossary::

   grace period
      A wait.

   lock
      A thing that is held.
"""


def test_first_use_of_a_term_links_to_the_glossary(project):
    page, warnings = project.build(
        "Two grace periods, a ``lock``, a lock and a lock, and unlocking.\n\n"
        "A grace\nperiod.\n\n.. toctree::\n\n   words", words=GLOSSARY)
    assert warnings == ""
    assert page.count('href="words.html#term-grace-period"') == 1
    assert page.count('href="words.html#term-lock"') == 1
    assert re.search(r'a <code[^>]*><span class="pre">lock</span></code>, a <a', page)
    words = (project.top / "out" / "words.html").read_text()
    assert 'class="term"' not in words


def test_term_that_a_role_links_already_is_left_alone(project):
    page, _ = project.build("A :term:`lock`, and a lock.\n\n.. toctree::\n\n   words",
                            words=GLOSSARY)
    assert page.count('href="words.html#term-lock"') == 1


# Figures

VERDICTS = {"machine": {}, "date": "2001-02-03", "results": [
    {"machine": {"accel": "tcg", "cpus": "3"}, "claim": "R1", "env": "N", "verdict": "holds", "summary": "So.", "marked": "emulation",
     "figures": [{"name": "ratio, tall over small", "value": 0.25, "lo": 0.2, "hi": 0.3,
                  "unit": ""}]}]}


def test_figure_comes_from_the_record_and_one_that_is_not_there_is_a_warning(project):
    project.write("Documentation/claims/registry.toml", REGISTRY)
    project.write("Documentation/claims/verdicts.json", json.dumps(VERDICTS))
    text = "It is :figure:`R1 N ratio, tall over\nsmall` of it.\n\n.. toctree::\n\n   claims"
    page, warnings = project.build(text, claims=".. claims-page::")
    assert warnings == ""
    assert "It is 0.25 (0.2 to 0.3; emulated, 3 CPUs) of it." in text_of(page)
    assert 'href="claims.html#claim-R1"' in page
    _, warnings = project.build(text.replace("tall", "wide"), claims=".. claims-page::")
    assert "has no figure “ratio, wide over small” for R1 in N" in warnings


def test_figure_is_found_with_another_number_of_readers_and_with_a_note():
    import figures
    for there, asked in (("reads, 4 readers", "reads, {most} readers"),
                         ("Reads, 1 reader (by hand)", "reads, 1 reader")):
        verdicts = {"results": [{"claim": "R1", "env": "N", "figures": [{"name": there}]}]}
        assert figures.look_up(verdicts, "R1", "N", asked)[1]
        assert not figures.look_up(verdicts, "R1", "N", asked[:-1])[1]
        assert not figures.look_up(verdicts, "R1", "V", asked)[1]
    shown = figures.shown({"env": "N", "machine": {"cpus": "4"}},
                          {"name": "reads, 1 reader (by hand)", "value": 0.12345, "lo": None,
                           "hi": None, "unit": ""})
    assert shown == "0.123 (by hand; native, 4 CPUs)"


def test_figures_of_the_book_are_those_that_the_registry_asks_for():
    """So they are there again when somebody else has measured."""
    with open(os.path.join(TOP, "Documentation", "claims", "registry.toml"), "rb") as f:
        asked = {(e["claim"], e["env"], rule["say"]) for e in tomllib.load(f)["experiment"]
                 for rule in e.get("rules", [])}
    used = set()
    for name in glob.glob(os.path.join(TOP, "Documentation", "**", "*.rst"), recursive=True):
        if os.path.basename(name) != "book.rst" and "/output/" not in name:
            with open(name, encoding="utf-8") as f:
                used |= {tuple(" ".join(said.split()).split(" ", 2))
                         for said in re.findall(r":figure:`([^`]*)`", f.read())}
    assert used and used <= asked, used - asked


def test_plot_says_what_was_measured_and_one_that_is_not_there_is_an_error(project):
    project.write("Documentation/claims/registry.toml", REGISTRY + """
[measured.N]
lock = "a lock of paper"
rcu = "a queue of snails"
""")
    found = {**VERDICTS["results"][0], "plot": "one.svg",
             "machine": {"cpus": "3", "rounds": "5", "accel": "none: host hardware"}}
    project.write("Documentation/claims/verdicts.json",
                  json.dumps({**VERDICTS, "results": [found]}))
    project.write("Documentation/claims/one.svg",
                  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')
    text = (".. claim-plot:: R1 N\n   :alt: one line\n\n   See the line.\n\n"
            ".. toctree::\n\n   claims")
    page, warnings = project.build(text, claims=".. claims-page::")
    assert warnings == ""
    assert 'alt="one line"' in page
    assert ("See the line. Measured natively, 3 CPUs, 5 rounds. Lock: a lock of paper. "
            "RCU: a queue of snails. (R1)") in text_of(page)
    for wrong, why in ((("R1 N", "R1 V"), "has no plot for R1 in V"),
                       (("   :alt: one line\n", ""), "needs :alt:")):
        _, warnings = project.build(text.replace(*wrong), claims=".. claims-page::")
        assert why in warnings
