# SPDX-License-Identifier: GPL-2.0-only
"""The page of the claims, and the links to it."""
import json
import re

import pytest
from sphinx_project import project, text_of  # noqa: F401

REGISTRY = """\
[[claim]]
id = "R1"
text = "locking is slow"
source = "seed 000"
[[claim]]
id = "R2"
text = "nobody has tried this"
source = "seed 000"
[[experiment]]
claim = "R1"
env = "N"
scheme = "rcu"
change = ""
what = "count the reads"
expect = "more of them"
[[experiment]]
claim = "R1"
env = "V"
scheme = "rcu"
change = ""
what = "count the reads in the guest"
expect = "more of them"
"""
# Made up for this test; no figure of it is in the book.
VERDICTS = {
    "machine": {"cpu": "a test"}, "date": "2001-02-03",
    "results": [
        {"claim": "R1", "env": "N", "verdict": "refuted",
         "summary": "It was not so.", "marked": "emulation", "plot": "reads.svg",
         "machine": {"cpus": "3", "rounds": "5", "accel": "tcg", "load": "0.5 1 2",
                     "guest kernel": "9.9"},
         "figures": [{"name": "ratio", "value": 1.23456, "lo": 1, "hi": 2,
                      "unit": "times"}]}]}
PLOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'


def test_claims_page_without_a_registry_says_so(project):
    page, warnings = project.build(".. claims-page::\n\n:claim:`R1`")
    assert warnings == ""
    assert "The registry of claims is not in this tree" in text_of(page)


def test_claims_page_without_verdicts_says_how_to_get_them(project):
    project.write("Documentation/claims/registry.toml", REGISTRY)
    page, warnings = project.build(".. claims-page::")
    assert warnings == ""
    assert "not recorded here; run make claims" in text_of(page)
    assert 'id="claim-R1"' in page and 'id="claim-R2"' in page
    assert "No experiment is in the registry yet." in page


def test_verdicts_stand_beside_one_another_with_their_figures(project):
    project.write("Documentation/claims/registry.toml", REGISTRY)
    project.write("Documentation/claims/verdicts.json", json.dumps(VERDICTS))
    project.write("Documentation/claims/reads.svg", PLOT)
    page, warnings = project.build(".. claims-page::")
    assert warnings == ""
    said = text_of(page)
    assert "2001-02-03" in said and "It was not so." in said
    assert "1.235 (1 to 2) times" in said
    assert "Measured under emulation" in said
    assert re.search(r"V: VM, stock kernel \([^)]*\) not recorded here", said)
    assert re.search(r'<img alt="Plot for claim R1[^"]+"', page)


def test_what_was_measured_stands_before_the_figures(project):
    project.write("Documentation/claims/registry.toml", REGISTRY + """
[measured.N]
lock = "a lock of paper"
rcu = "a queue of snails"
""")
    project.write("Documentation/claims/verdicts.json", json.dumps(VERDICTS))
    project.write("Documentation/claims/reads.svg", PLOT)
    page, warnings = project.build(".. claims-page::")
    assert warnings == ""
    said = text_of(page)
    how = ("Emulated (QEMU without KVM), 3 CPUs, 5 rounds, Linux 9.9, load 0.5. "
           "Lock: a lock of paper. RCU: a queue of snails.")
    assert how in said and said.index(how) < said.index("1.235 (1 to 2)")


def test_what_an_experiment_did_not_ask_stands_beside_its_verdict(project):
    project.write("Documentation/claims/registry.toml", REGISTRY.replace(
        'what = "count the reads"', 'what = "count the reads"\nlimits = "Not on Sundays."'))
    project.write("Documentation/claims/verdicts.json", json.dumps(VERDICTS))
    project.write("Documentation/claims/reads.svg", PLOT)
    page, _ = project.build(".. claims-page::")
    assert "refuted, in part" in text_of(page) and "Not on Sundays." in text_of(page)


def test_claim_links_from_any_page_and_an_unknown_one_is_a_warning(project):
    project.write("Documentation/claims/registry.toml", REGISTRY)
    page, warnings = project.build(":claim:`R1`\n\n.. toctree::\n\n   claims",
                                   claims=".. claims-page::")
    assert warnings == ""
    assert re.search(r'href="claims.html#claim-R1" title="locking is slow"', page)
    _, warnings = project.build(":claim:`R99`\n\n.. toctree::\n\n   claims")
    assert "claim R99 is not in Documentation/claims/registry.toml" in warnings
    # Of a family that the registry does not have at all: text, for now.
    page, warnings = project.build(":claim:`N1`\n\n.. toctree::\n\n   claims")
    assert warnings == "" and "N1" in page and "#claim-N1" not in page


def test_claim_named_in_a_kernel_doc_comment_links_to_it(project):
    project.write("Documentation/claims/registry.toml", REGISTRY)
    page, warnings = project.build(
        ".. kernel-doc:: code/one.c\n\n.. toctree::\n\n   claims",
        claims=".. claims-page::")
    if "linux-kbuild" in warnings:
        pytest.skip("kernel-doc is not installed")
    assert warnings == ""
    assert re.search(r'See claim <a[^>]*href="claims.html#claim-R1"', page)
    assert 'href="#c.lab_thrice"' in page, "and so does a function"


def test_claims_page_is_made_anew_when_verdicts_appear(project):
    project.write("Documentation/claims/registry.toml", REGISTRY)
    project.build(".. claims-page::")
    project.write("Documentation/claims/verdicts.json", json.dumps(VERDICTS))
    project.write("Documentation/claims/reads.svg", PLOT)
    page, _ = project.build()
    assert "It was not so." in page


def test_verdict_on_an_unknown_claim_is_an_error(project):
    project.write("Documentation/claims/registry.toml", REGISTRY)
    project.write("Documentation/claims/verdicts.json", json.dumps(
        {"results": [{"claim": "Z1", "env": "N", "verdict": "holds"}]}))
    _, warnings = project.build(".. claims-page::")
    assert "a verdict names claim Z1" in warnings
