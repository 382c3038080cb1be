# SPDX-License-Identifier: GPL-2.0-only
"""The book's own directives, each on a project of one page."""
import json
import os
import re
import stat
import subprocess
import sys

import pytest
from sphinx_project import EXTENSIONS, SOURCE, project, text_of  # noqa: F401


# lab-code

def test_function_is_included_with_its_lines_and_beside_its_text(project):
    page, warnings = project.build(
        ".. lab-code:: code/one.c\n   :function: lab_twice\n\n   It doubles.")
    assert warnings == ""
    assert "lines 15–21" in page, "the definition, not the prototype above it"
    assert "It doubles." in page and "lab-code-beside" in page
    assert "lab_thrice" not in text_of(page.split("lab-code-source")[1].split("footer")[0])


def test_labels_cut_and_indentation_goes(project):
    page, warnings = project.build(
        ".. lab-code:: code/one.c\n   :from: begin\n   :to: end\n   :emphasize: a += a;")
    assert warnings == ""
    assert "lines 17–19" in page
    assert re.search(r'class="hll">[^\n]*a.*\+=', page)
    assert "        " not in page.split("<pre>")[1].split("</pre>")[0]


@pytest.mark.parametrize("options, said", [
    (":function: lab_absent", "code/one.c has no function lab_absent()"),
    (":function: lab_twice\n   :from: absent", "lines 15 to 21: no lab_point(absent);"),
    (":function: lab_thrice\n   :from: begin", "no lab_point(begin);"),
    (":function: lab_twice\n   :emphasize: b += b;", "there is no “b += b;”"),
    (":struct: lab_absent", "no struct or enum lab_absent"),
    (":from: end\n   :to: begin", "end comes after begin"),
    ("", "say what to show"),
])
def test_what_is_not_in_the_source_is_an_error_that_names_it(project, options, said):
    _, warnings = project.build(f".. lab-code:: code/one.c\n   {options}".rstrip())
    assert "ERROR" in warnings and said in warnings
    assert "index.rst:4" in warnings


def test_missing_file_is_an_error(project):
    _, warnings = project.build(".. lab-code:: code/gone.c\n   :head:")
    assert "code/gone.c: No such file" in warnings


def test_page_is_read_again_when_its_source_changes(project):
    project.build(".. lab-code:: code/one.c\n   :function: lab_twice")
    file = project.top / "code" / "one.c"
    file.write_text(file.read_text().replace("a += a;", "a *= 2;"))
    os.utime(file, (2**31, 2**31))
    page, _ = project.build()
    assert "a *= 2;" in text_of(page)


# lab-diff, lab-change, lab-changes

def test_diff_shows_the_changed_line_of_both_sides(project):
    page, warnings = project.build(
        ".. lab-diff:: code/one.c code/two.c\n   :function: lab_twice")
    assert warnings == ""
    removed = [text_of(t).strip() for t in re.findall("<del>(.*?)</del>", page)]
    added = [text_of(t).strip() for t in re.findall("<ins>(.*?)</ins>", page)]
    assert removed == ["a += a;"] and added == ["a = a + a;"]
    assert "code/one.c, lines 15–21" in page and "code/two.c, lines 15–21" in page


def test_diff_of_a_function_that_one_file_lacks_names_that_file(project):
    project.write("code/two.c", SOURCE.replace("lab_thrice(int a)\n{", "lab_other(int a)\n{"))
    _, warnings = project.build(
        ".. lab-diff:: code/one.c code/two.c\n   :function: lab_thrice")
    assert "code/two.c has no function lab_thrice()" in warnings


def test_change_is_shown_as_a_small_diff_with_its_claim(project):
    page, warnings = project.build(".. lab-change:: code one forgets\n\n   Why not.")
    assert warnings == ""
    said = text_of(page)
    assert "it forgets to add" in said and "It puts R1 to the test" in said
    assert "- a += a;" in said and "lab_thrice" not in said


@pytest.mark.parametrize("name, said", [
    ("absent", "one has no change “absent”; it has: forgets, stale"),
    ("stale", "lab_twice() has “a += b;” 0 times, not once"),
])
def test_change_that_is_not_there_or_does_not_fit_is_an_error(project, name, said):
    _, warnings = project.build(f".. lab-change:: code one {name}")
    assert "ERROR" in warnings and said in warnings


def test_changes_of_a_claim_and_none_where_there_may_be_none(project):
    page, warnings = project.build(".. lab-change:: code one\n   :claim: R1")
    assert warnings == "" and "it forgets to add" in page and "moved on" not in page
    page, warnings = project.build(
        ".. lab-change:: code one\n   :claim: R9\n   :optional:")
    assert warnings == "" and "lab-change" not in page
    _, warnings = project.build(".. lab-change:: code one\n   :claim: R9")
    assert "code/changes.toml has no such change of one" in warnings


def test_table_of_changes_has_each_once(project):
    page, warnings = project.build(".. lab-changes:: code")
    assert warnings == ""
    assert text_of(page).count("forgets") >= 1 and "the source has moved on" in page


# interleaving

STEPS = """\
.. interleaving:: code/one.c
   :lanes: owner, reader
   :state: a
   :start: 1

   owner @ lab_twice(): a += a;
     Doubles. => 2
   reader:
     Looks. => 2
"""


def test_steps_stand_in_their_lanes_with_their_line(project):
    page, warnings = project.build(STEPS)
    assert warnings == ""
    assert "one.c:18" in page
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    cells = [[text_of(c).strip() for c in re.findall(r"<td.*?</td>", r, re.DOTALL)]
             for r in rows]
    assert ["1", "owner: a += a; one.c:18 Doubles.", "", "a: 2"] in cells
    assert ["2", "", "reader: Looks.", "a: 2"] in cells


@pytest.mark.parametrize("old, new, said", [
    ("a += a;", "a += c;", "there is no “a += c;”"),
    ("a += a;", "a", "times in lab_twice()"),
    ("lab_twice()", "lab_absent()", "no function lab_absent()"),
    ("reader:\n", "writer:\n", "no lane “writer”; lanes: owner, reader"),
    ("reader:\n", "reader\n", "not a step: “reader”"),
])
def test_step_that_the_source_does_not_make_is_an_error(project, old, new, said):
    _, warnings = project.build(STEPS.replace(old, new))
    assert "ERROR" in warnings and said in warnings


# kernel-doc

@pytest.fixture
def counted(project, monkeypatch):
    """kernel-doc, wrapped in a script that counts its runs."""
    import kerneldoc_tool
    try:
        real = kerneldoc_tool.find()
    except kerneldoc_tool.NoKernelDoc as e:
        pytest.skip(str(e))
    log, tool = project.top / "runs", project.top / "kernel-doc"
    log.write_text("")
    tool.write_text(f'#!/bin/sh\necho run >> "{log}"\nexec "{real}" "$@"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("KERNEL_DOC", str(tool))
    return lambda: len(log.read_text().split())


SCHEMES = """\
.. kernel-doc:: code/one.c
   :namespace: one

.. kernel-doc:: code/two.c
   :namespace: two

:c:func:`two.lab_twice`
"""


def test_same_names_in_two_namespaces_clash_neither_nor_go_unresolved(project, counted):
    page, warnings = project.build(SCHEMES)
    assert warnings == ""
    for anchor in ("c.one.lab_twice", "c.two.lab_twice"):
        assert f'id="{anchor}"' in page
    assert 'href="#c.two.lab_twice"' in page
    assert counted() == 2


def test_second_build_reads_nothing_and_runs_no_kernel_doc(project, counted):
    project.build(SCHEMES)
    before = counted()
    project.build()
    assert counted() == before
    assert "0 added, 0 changed, 0 removed" in project.status.getvalue()
    # Read anew, as a fresh clone's pages are, but nothing has to be run anew.
    os.utime(project.docs / "index.rst", (2**31, 2**31))
    project.build()
    assert counted() == before


def test_name_in_text_links_to_the_page_s_own_scheme(project, counted):
    page, warnings = project.build(
        ":scheme: two\n\nlab_twice() and ``lab_thrice()``.",
        api=":orphan:\n\n.. kernel-doc:: code/one.c\n   :namespace: one",
        api2=":orphan:\n\n.. kernel-doc:: code/two.c\n   :namespace: two")
    assert warnings == ""
    assert 'href="api2.html#c.two.lab_twice"' in page
    assert 'href="api2.html#c.two.lab_thrice"' in page


def test_only_the_identifiers_asked_for(project, counted):
    page, warnings = project.build(
        ".. kernel-doc:: code/one.c\n   :identifiers: lab_thrice")
    assert warnings == "" and "c.lab_thrice" in page and "c.lab_twice" not in page


def test_complaints_of_kernel_doc_are_warnings_with_their_place(project, counted):
    project.write("code/one.c", SOURCE.replace(" * @a: the number\n", "", 1))
    _, warnings = project.build(".. kernel-doc:: code/one.c")
    assert re.search(r"code/one\.c:\d+: WARNING: kernel-doc: .*parameter.* 'a'", warnings)
    # They are repeated until mended: a bad run is not kept.
    os.utime(project.docs / "index.rst", (2**31, 2**31))
    _, warnings = project.build()
    assert "parameter" in warnings


def test_without_kernel_doc_one_line_names_the_package(project, monkeypatch):
    monkeypatch.setenv("KERNEL_DOC", "/nonexistent/kernel-doc")
    with pytest.raises(Exception) as e:
        project.build(".. kernel-doc:: code/one.c")
    assert "linux-kbuild" in str(e.value) and "\n" not in str(e.value)


def test_manual_pages_are_named_after_function_and_scheme(project, counted):
    subprocess.run([sys.executable, os.path.join(EXTENSIONS, "mandocs.py"), "man",
                    "code/one.c", "code/two.c"], cwd=project.top, check=True)
    page = (project.top / "man" / "lab_twice-two.9").read_text()
    assert page.startswith('.TH "lab_twice-two" 9') and "a number and itself" in page
    assert "lab_thrice\\-two" in page, "see also"


# diagram

def test_diagram_is_part_of_the_page_and_has_words(project):
    project.write("d.dot", 'digraph { a [class=owner]; a -> b; }')
    page, warnings = project.build(
        ".. diagram:: d.dot\n   :alt: a leads to b\n\n   What to see: an arrow.")
    assert warnings == ""
    assert 'role="img" aria-label="a leads to b"' in page
    assert 'class="node owner"' in page and "What to see: an arrow." in page
    assert "<?xml" not in page.split("<body")[1]


@pytest.mark.parametrize("dot, options, said", [
    ("digraph { a }", "\n   Caption.", "needs :alt:"),
    ("digraph { a }", "   :alt: a\n", "needs a caption"),
    ("digraph { a -> }", "   :alt: a\n\n   Caption.", "syntax error"),
])
def test_diagram_without_words_or_with_an_error_is_an_error(project, dot, options, said):
    project.write("d.dot", dot)
    _, warnings = project.build(f".. diagram:: d.dot\n{options}")
    assert "ERROR" in warnings and said in warnings


# the rest

def test_toctree_leaves_out_what_is_not_there_and_takes_it_up_later(project):
    page, warnings = project.build(".. toctree-of-what-is-there::\n\n   later")
    assert warnings == "" and "later.html" not in page
    page, warnings = project.build(later="text")
    assert warnings == "" and "later.html" in page


def test_dark_colours_follow_the_system_where_the_theme_forgot():
    from furo_mended import add_auto_dark
    css = 'body[data-theme="dark"] { --color-a: #000 }'
    mended = add_auto_dark(css)
    assert "prefers-color-scheme: dark" in mended and mended.count("--color-a") == 2
    assert add_auto_dark(mended) == mended


@pytest.mark.parametrize("line", ['import Gumshoe from "./gumshoe-patched.js";',
                                  'import * as Gumshoe from "./gumshoe-patched.js";'])
def test_script_that_imports_is_one_that_runs_from_a_classic_tag(line):
    from furo_mended import join_scripts
    joined = join_scripts(f"{line}\n\nnew Gumshoe();\n", lambda name: f"/* {name} */")
    assert "import" not in joined
    assert joined.index("/* gumshoe-patched.js */") < joined.index("new Gumshoe()")
    assert join_scripts(joined, None) == joined


def test_style_sheet_asks_no_web_server_for_a_file():
    from furo_mended import add_normalize
    css = "@import url(/javascript/normalize.css/normalize.css);\np { color: red; }"
    assert add_normalize(css, "body {}\n") == "body {}\np { color: red; }"


def test_place_in_a_file_is_no_link(project):
    page, warnings = project.build("Say it as FILE:LINE, or see https://example.org/.")
    assert warnings == "" and 'href="FILE' not in page
    assert 'href="https://example.org/"' in page


def test_page_has_a_description_and_a_preview(project):
    page, _ = project.build('A page that is "about" pointers & what guards them, in words.')
    said = 'content="A page that is &quot;about&quot; pointers &amp; what guards them, in words."'
    assert f'<meta name="description" {said}>' in page.replace("“", "&quot;").replace("”", "&quot;")
    assert '<meta property="og:title" content="Title">' in page


def test_lanes_are_a_list_for_narrow_screens():
    from diagram import lanes_as_list
    dot = ('\tr0 [class=plain, pos="0,0!", label="reader"];\n\to0 [class=plain, pos="3.5,0!", label="owner"];\n'
           '\to1 [class=bad, pos="3.5,-1!", label="frees\\nA"];\n\tr1 [class=reader, pos="0,-0.5!", label="reads A"];\n')
    said = lanes_as_list(dot)
    assert said.index("<b>reader</b> reads A") < said.index("<b>owner</b> frees A")
    assert 'class="bad"' in said and lanes_as_list("digraph {}") == ""


def test_linkcheck_without_a_network_says_so_and_checks_no_external_link(
        monkeypatch, capsys):
    import linkcheck_offline

    class App:
        class builder:
            name = "linkcheck"

        class config:
            linkcheck_ignore = []
    monkeypatch.setattr(linkcheck_offline, "reachable", lambda: False)
    linkcheck_offline.probe(App)
    assert "NOT checked" in capsys.readouterr().err
    assert any(re.match(p, "https://example.org") for p in App.config.linkcheck_ignore)


# lab-mutants

def test_the_score_of_mutants_is_as_recorded_and_what_is_left_is_shown(project):
    assert "make prove-mutants" in text_of(project.build(".. lab-mutants::")[0])
    counts = {"made": 30, "refused": 4, "same code": 6, "tried": 20, "killed": 15, "equivalent": 4,
              "misfit": 0, "undecided": 0, "survived": 1, "not equivalent": 0}
    (project.docs / "labs").mkdir()
    project.write("Documentation/labs/mutants.json", json.dumps({"labs": [
        {"lab": "7-tiny", "tasks": {"7.1": counts}, "pairs": {**counts, "made": 0},
         "scenarios": {"only_get sc": 14, "publish weak": 1}, "date": "2026-01-02",
         "commit": "abc", "open": [{"what": "survived", "function": "lab_f", "kind": "dropped",
                                    "old": "a();", "new": "", "said": ""}]}]}))
    page, warnings = project.build(".. lab-mutants::\n\nMore.")
    said = text_of(page)
    assert warnings == ""
    assert "7-tiny, 7.1 30 4 6 20 15 4 1 93.8 %" in said
    assert "only_get 14, publish weak 1 2026-01-02 abc" in said
    assert "lab_f(), dropped: survived" in said and "- a();" in said and "pairs" not in said
