# SPDX-License-Identifier: GPL-2.0-only
"""Named changes: the right file with one thing wrong, and never a drift."""
import os
import sys
import textwrap

import pytest
from conftest import SCHEMES, TOP, run

sys.path.insert(0, os.path.join(TOP, "code/runtime"))
import change  # noqa: E402

FAMILY = os.path.join(TOP, "code/nsproxy")
ALL = [(scheme, name) for scheme, table in change.load(FAMILY).items() for name in table]


def source(scheme):
    with open(os.path.join(FAMILY, scheme + ".c")) as f:
        return f.read()


@pytest.mark.parametrize("scheme, name", ALL)
def test_change_fits_its_source_and_keeps_the_lines(scheme, name):
    assert scheme in SCHEMES
    text = change.changed(FAMILY, scheme, [name])
    head, body = text.split("\n", 1)
    assert head == f'#line 1 "{FAMILY}/{scheme}.c"'
    assert body != source(scheme)
    assert body.count("\n") == source(scheme).count("\n")


@pytest.mark.parametrize("scheme, name", ALL)
def test_change_says_what_it_does(scheme, name):
    entry = change.load(FAMILY)[scheme][name]
    assert entry["kind"] in ("break", "repair", "variant")
    assert len(entry["what"]) > 10 and entry["claims"]


@pytest.fixture
def family(tmp_path):
    def make(edit):
        (tmp_path / "s.c").write_text(textwrap.dedent("""\
            static int lab_f(void);

            static int lab_f(void)
            {
            	step();
            	lab_point(here);
            	step();
            	return 0;
            }
            """))
        (tmp_path / "changes.toml").write_text(
            f'[s.x]\nkind = "break"\nwhat = "something"\nclaims = ["R1"]\nedits = [{edit}]\n')
        return str(tmp_path)
    return make


def test_edit_behind_a_label_leaves_what_is_before_it(family):
    text = change.changed(family('{ in = "lab_f", after = "here", old = "step();", new = "" }'),
                          "s", ["x"])
    assert text.count("step();") == 1 and text.index("step") < text.index("here")


@pytest.mark.parametrize("edit, complaint", [
    ('{ in = "lab_g", old = "step();", new = "" }', "no function lab_g"),
    ('{ in = "lab_f", old = "step();", new = "" }', "2 times, not once"),
    ('{ in = "lab_f", old = "stop();", new = "" }', "0 times, not once"),
    ('{ in = "lab_f", after = "there", old = "step();", new = "" }', "no lab_point(there)"),
    ('{ in = "lab_f", old = "return 0;", new = "\\n" }', "number of lines"),
])
def test_edit_that_no_longer_fits_is_refused(family, edit, complaint):
    with pytest.raises(change.ChangeError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        change.changed(family(edit), "s", ["x"])


def test_unknown_change_is_refused_and_writes_nothing(tmp_path):
    out = tmp_path / "out.c"
    done = run("code/runtime/change.py", FAMILY, "rcu", "no-such-thing", "-o", out)
    assert done.returncode == 1 and not out.exists()
    assert "no-such-thing" in done.stderr and "no-grace-period" in done.stderr
