# SPDX-License-Identifier: GPL-2.0-only
"""The book: builds without a warning, shows all it should, reads well."""
import glob
import html.parser
import os
import re
import shutil
import stat
import subprocess
import sys

import pytest
from conftest import PYTHON, SCHEMES, TOP, run

BOOK = os.path.join(TOP, "Documentation")
sys.path.insert(0, os.path.join(BOOK, "sphinx"))
LEDGER = re.compile(r"[RTPNI]\d{1,2}")


class Build:
    def __init__(self, out, tool):
        self.out, self.tool = out, tool

    def make(self):
        environment = {**os.environ, "KERNEL_DOC": str(self.tool)} if self.tool else None
        return run(PYTHON, "-m", "sphinx", "-b", "html", "-W", "-n", "--keep-going",
                   "-j", "auto", "-c", TOP, "-d", self.out / "doctrees", BOOK,
                   self.out / "html", env=environment)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Built from nothing, with kernel-doc's runs counted."""
    import kerneldoc_tool
    out = tmp_path_factory.mktemp("book")
    if not shutil.which("dot"):
        pytest.skip("graphviz is not installed")
    try:
        real = kerneldoc_tool.find()
    except kerneldoc_tool.NoKernelDoc as e:
        pytest.skip(str(e))
    tool = out / "kernel-doc"
    tool.write_text(f'#!/bin/sh\necho run >> "{out}/runs"\nexec "{real}" "$@"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    build = Build(out, tool)
    build.first = build.make()
    return build


def pages(book):
    made = sorted(glob.glob(str(book.out / "html" / "**" / "*.html"), recursive=True))
    assert len(made) > 20
    for name in made:
        with open(name, encoding="utf-8") as f:
            yield os.path.relpath(name, book.out / "html"), f.read()


def sources():
    for name in sorted(glob.glob(os.path.join(BOOK, "**", "*.rst"), recursive=True)):
        if not name.startswith(os.path.join(BOOK, "output")):
            with open(name, encoding="utf-8") as f:
                yield os.path.relpath(name, BOOK), f.read()


def test_book_builds_without_a_warning(book):
    assert book.first.returncode == 0, book.first.stdout + book.first.stderr
    assert book.first.stderr == ""


def test_the_index_leads_to_where_a_concept_is_taught(book):
    text = dict(pages(book))["genindex.html"]
    rows = [re.findall(r'href="([^"]+)"', row) for row in re.findall(r"<li>(.*?)</li>", text, re.DOTALL)]
    concepts = {links[0].partition("#term-")[2]: links[1:] for links in rows
                if links and links[0].startswith("glossary.html#term-")}
    assert len(concepts) > 80
    taught = [c for c, links in concepts.items() if links]
    assert len(taught) > .8 * len(concepts), sorted(set(concepts) - set(taught))
    for concept, place in (("grace-period", "rcu-first.html#what-a-grace-period-is"),
                           ("tag", "nsproxy/pointer_tag.html#p5-setting-the-tag-undoes-a-switch"),
                           ("remote-reader", "nsproxy/index.html#the-remote-readers")):
        assert place in concepts[concept], concepts[concept]
    assert max(map(len, concepts.values())) <= 3


def test_beside_each_break_stands_the_explorers_schedule_of_it(book):
    import schedules
    sys.path.append(os.path.join(TOP, "code", "runtime"))
    import change
    whole, seen = " ".join(page for _, page in pages(book)), 0
    for family in ("nsproxy", "netns", "pid"):
        folder = os.path.join(TOP, "code", family)
        for scheme, entries in change.load(folder).items():
            for name, entry in entries.items():
                title = f"<strong>{scheme}</strong>, change <strong>{name}</strong>"
                if entry.get("kind", "break") != "break":
                    continue
                assert title in whole, (scheme, name)
                box = whole[whole.index(title):]
                box = box[:box.find("lab-change-title") if "lab-change-title" in box else None]
                caught = schedules.experiment_of(folder, scheme, name, entry)
                # That nobody flushes is no fault: claim I3.
                assert caught or name == "no-flush", (scheme, name)
                if caught:
                    seen += 1
                    assert f"step by step: {caught['expect']}" in box, (scheme, name)
                    assert "interleaving schedule" in box and "✗" in box, (scheme, name)
    assert seen >= 25


def test_a_schedule_is_of_what_is_expected_or_an_error(monkeypatch):
    import schedules
    folder = os.path.join(TOP, "code", "nsproxy")
    entry = {"kind": "break", "claims": ["R10"]}
    e = schedules.experiment_of(folder, "rcu", "no-grace-period", entry)
    assert schedules.document(folder, e)["kind"] == e["expect"] == "use-after-free"
    monkeypatch.setattr(schedules, "experiment_of", lambda *_: {**e, "expect": "leak"})
    with pytest.raises(schedules.SourceError, match="finds use-after-free, and .* expects leak"):
        schedules.drawn(folder, "rcu", "no-grace-period", entry, None, None)
    with pytest.raises(schedules.SourceError, match="the explorer found no failure"):
        schedules.document(folder, {**e, "break": ""})


def test_second_build_reads_no_page_and_runs_no_kernel_doc(book):
    before = (book.out / "runs").read_text()
    again = book.make()
    assert again.returncode == 0, again.stderr
    assert "0 added, 0 changed, 0 removed" in again.stdout
    assert (book.out / "runs").read_text() == before


def test_every_diagram_is_shown_and_every_one_shown_is_there():
    there = {os.path.basename(f) for f in glob.glob(os.path.join(TOP, "diagrams", "*.dot"))}
    shown = set()
    for _, text in sources():
        shown |= set(re.findall(r"^\.\. diagram:: diagrams/(\S+)$", text, re.MULTILINE))
    assert there == shown


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_has_what_a_chapter_needs(scheme):
    text = dict(sources())[f"nsproxy/{scheme}.rst"]
    for needed in (f"diagrams/{scheme}_owner.dot", f"diagrams/{scheme}_timeline.dot",
                   f"lab-code:: code/nsproxy/{scheme}.c", "lab-diff::", ":claim:`"):
        assert needed in text, f"{scheme}.rst has no {needed}"
    assert f"code/nsproxy/{scheme}.c" in dict(sources())[f"api/{scheme}.rst"]


def test_every_flaw_of_the_rfc_has_its_interleaving():
    text = dict(sources())["nsproxy/pointer_tag.rst"]
    for flaw in ("P4", "P5", "P6", "P7", "P8", "P9", "P10", "P14"):
        section = re.search(rf"^{flaw}: .*?(?=^P\d+: |^What the flaws)", text,
                            re.MULTILINE | re.DOTALL)
        assert section and ".. interleaving::" in section[0], flaw
        assert f":claim:`{flaw}`" in section[0], flaw


def test_every_named_change_is_in_the_book(book):
    import tomllib
    with open(os.path.join(TOP, "code", "nsproxy", "changes.toml"), "rb") as f:
        table = tomllib.load(f)
    page = (book.out / "html" / "nsproxy" / "changes.html").read_text()
    for scheme, changes in table.items():
        for name in changes:
            assert f">{name}<" in page, f"{scheme}: {name}"


def test_no_code_is_pasted_and_no_measured_figure_typed():
    for name, text in sources():
        assert not re.search(r"^\.\. (code-block|sourcecode):: c$", text, re.MULTILINE), name
        assert not re.search(r"literalinclude:: .*\.[ch]$", text, re.MULTILINE), \
            f"{name}: lab-code shows C, and complains when it is not there"
        assert not re.search(r"\b\d[\d.,]* ?(ns|us|µs|microseconds|milliseconds)\b", text), name
        prose = re.sub(r"``[^`]*``|:figure:`[^`]*`", "", text)
        assert not re.search(r"(?<![\w.,:])0\.\d\d+(?![\w.])|\d million", prose), \
            f"{name}: a ratio; :figure: takes it from the record"


def test_claims_named_are_of_the_ledger_s_form():
    for name, text in sources():
        for claim in re.findall(r":claim:`([^`]*)`", text):
            assert LEDGER.fullmatch(claim) or name == "book.rst", f"{name}: {claim}"


def test_plain_speech():
    for name, text in sources():
        prose = re.sub(r"``[^`]*``", "", text)
        assert not re.search(r"[a-z]!(\s|$)", prose), f"{name}: an exclamation mark"
        assert text.startswith(".. SPDX-License-Identifier: CC-BY-SA-4.0"), name
        assert not re.search(r"\b(TODO|FIXME|[Tt]o be written|tbd)\b", prose), name


# "Who has found it is still there": say which reader, which task, which caller.
NO_SUBJECT = re.compile(r"(?:^|[.:;] |\n\n)(Who(?:ever)? [^.?:\n]*(?:\n[^.?:\n]+)*\.)"
                        r"|\b((?:that|than|only|so) who(?:ever)? \w+)", re.MULTILINE)


@pytest.mark.parametrize("text, found", [
    ("Who holds it waits.", True), ("It waits. Whoever holds\nit knows.", True),
    ("so that who sees it also reads", True), ("Who holds what\n=====", False),
    ("Who reads this?", False), ("A reader that holds it waits.", False),
])
def test_sentence_without_a_subject_is_known(text, found):
    assert bool(NO_SUBJECT.search(text)) is found


def test_sentences_have_a_subject():
    wrong = []
    for name, text in sources():
        for match in NO_SUBJECT.finditer(re.sub(r"``[^`]*``", "x", text)):
            wrong.append(f"{name}: {' '.join(match[0].split())}")
    assert not wrong, "\n".join(wrong)


class Checker(html.parser.HTMLParser):
    """What can be seen without a browser of what keeps people out."""

    VOID = {"img", "br", "hr", "input", "link", "meta", "col"}

    def __init__(self):
        super().__init__()
        self.wrong, self.ids, self.levels, self.open = [], set(), [], []
        self.links, self.in_main = [], False

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        where = f"line {self.getpos()[0]}: <{tag}>"
        if tag == "img" and not given.get("alt"):
            self.wrong.append(f"{where} without alt")
        if tag == "svg" and "diagram" in given.get("class", ""):
            if given.get("role") != "img" or not given.get("aria-label"):
                self.wrong.append(f"{where} without words")
        if tag == "html" and not given.get("lang"):
            self.wrong.append(f"{where} without lang")
        if "id" in given:
            if given["id"] in self.ids:
                self.wrong.append(f"{where} id {given['id']} twice")
            self.ids.add(given["id"])
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "a":
            self.open.append([given, ""])
            if given.get("href", "").startswith("#"):
                self.links.append(given["href"][1:])

    def handle_data(self, data):
        if self.open:
            self.open[-1][1] += data

    def handle_endtag(self, tag):
        if tag == "a" and self.open:
            given, said = self.open.pop()
            if "href" in given and not (said.strip() or given.get("aria-label")
                                        or given.get("title")):
                self.wrong.append(f"a link to {given['href']} without words")


def test_pages_keep_nobody_out(book):
    wrong = []
    for name, page in pages(book):
        if name in ("search.html", "genindex.html"):
            continue
        checker = Checker()
        checker.feed(page)
        if checker.levels.count(1) != 1:
            checker.wrong.append(f"{checker.levels.count(1)} headings of the first level")
        for above, below in zip(checker.levels, checker.levels[1:]):
            if below > above + 1:
                checker.wrong.append(f"a heading of level {below} under one of {above}")
        checker.wrong += [f"#{link} leads nowhere" for link in set(checker.links)
                          if link and link not in checker.ids]
        wrong += [f"{name}: {what}" for what in checker.wrong]
    assert not wrong, "\n".join(wrong)


def test_manual_pages_are_made_for_each_function(tmp_path):
    files = [os.path.relpath(f, TOP) for f in
             sorted(glob.glob(os.path.join(TOP, "code", "nsproxy", "*.[ch]")))]
    done = run(PYTHON, os.path.join(BOOK, "sphinx", "mandocs.py"), tmp_path, *files)
    if "linux-kbuild" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    made = set(os.listdir(tmp_path))
    assert "lab_ptrlock_lock.9" in made
    assert {f"lab_switch_task_namespaces-{s}.9" for s in SCHEMES} <= made
    if shutil.which("man"):
        shown = subprocess.run(["man", "--warnings", "-l",
                                str(tmp_path / "lab_ptrlock_lock.9")],
                               capture_output=True, text=True, check=True,
                               env={**os.environ, "MANPAGER": "cat"})
        assert shown.stderr == "" and "keep the pointer as it is" in shown.stdout
