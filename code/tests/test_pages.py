# SPDX-License-Identifier: GPL-2.0-only
"""The built book, walked in a real browser: each page at three widths, in both schemes.

No script fails, nothing is wider than its window, each link within the book leads
somewhere, and axe-core, which looks for what keeps people out, finds nothing. axe-core
is fetched once, from npm's registry, into the cache.
"""
import functools
import glob
import hashlib
import html.parser
import os
import shutil
import tarfile
import urllib.parse
import urllib.request

import browser
import pytest
from conftest import PYTHON, TOP, run

AXE, AXE_SHA256 = "4.14.1", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
AXE_AT = f"https://registry.npmjs.org/axe-core/-/axe-core-{AXE}.tgz"
WIDTHS = (1280, 768, 360)


@functools.cache
def axe():
    """(the script, None), or (None, why there is none)."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(base, "kernel-pointer-labs", "axe-core", AXE)
    file = os.path.join(folder, "axe.min.js")
    try:
        with open(file, "rb") as f:
            script = f.read()
    except FileNotFoundError:
        try:
            with urllib.request.urlopen(AXE_AT, timeout=60) as got, \
                    tarfile.open(fileobj=got, mode="r|gz") as tar:
                script = next(tar.extractfile(entry).read() for entry in tar
                              if entry.name == "package/axe.min.js")
        except (OSError, tarfile.TarError, StopIteration) as e:
            return None, f"axe-core {AXE} is not at {file}, and could not be had: {e}"
    if hashlib.sha256(script).hexdigest() != AXE_SHA256:
        return None, f"{file} is not axe-core {AXE}: remove it"
    if not os.path.exists(file):
        os.makedirs(folder, exist_ok=True)
        with open(f"{file}.{os.getpid()}", "wb") as f:
            f.write(script)
        os.replace(f"{file}.{os.getpid()}", file)
    return script.decode(), None


@pytest.fixture(scope="module")
def chromium():
    if not browser.find():
        pytest.skip("chromium is not installed: apt-get install chromium")
    opened = browser.Browser()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    if not shutil.which("dot"):
        pytest.skip("graphviz is not installed")
    out = tmp_path_factory.mktemp("pages")
    built = run(PYTHON, "-m", "sphinx", "-q", "-b", "html", "-j", "auto", "-c", TOP, "-d",
                out / "doctrees", os.path.join(TOP, "Documentation"), out / "html", timeout=900)
    assert built.returncode == 0, built.stderr
    return str(out / "html")


class Anchors(html.parser.HTMLParser):
    def __init__(self, file):
        super().__init__()
        self.ids, self.links = set(), set()
        with open(file, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given.get("id"), given.get("name")}
        self.links.add(given.get("href" if tag in ("a", "link") else "src"))


def broken_links(top):
    files = glob.glob(os.path.join(top, "**", "*.html"), recursive=True)
    pages = {os.path.realpath(f): Anchors(f) for f in files}
    wrong = []
    for file, page in pages.items():
        for link in filter(None, page.links):
            parts = urllib.parse.urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            at = os.path.realpath(os.path.join(os.path.dirname(file), urllib.parse.unquote(parts.path))
                                  ) if parts.path else file
            lost = not os.path.exists(at) or (
                parts.fragment and at in pages
                and urllib.parse.unquote(parts.fragment) not in pages[at].ids)
            if parts.scheme or lost:
                wrong.append(f"{os.path.relpath(file, top)}: {link} leads nowhere")
    return wrong


# All that a reader can unfold is looked at, too.
UNFOLD = "document.querySelectorAll('details').forEach((box) => { box.open = true; });"
# Of the many spans of one colour on one ground, one is looked at: axe-core takes its time
# with each. A span that goes leaves its text.
THIN = """{
    const seen = new Set();
    for (const span of document.querySelectorAll(':is(.highlight, .sig, code) span:not(:has(span))')) {
        const style = getComputedStyle(span), ground = span.closest('td, .hll, pre, dt, code');
        const key = [style.color, style.backgroundColor, getComputedStyle(ground).backgroundColor,
                     span.closest('[class]').className, ground.className, ground.tagName,
                     span.closest('.container, .lab-diff-wide, td')?.className].join('|');
        if (seen.has(key))
            span.replaceWith(span.textContent);
        seen.add(key);
    }
    document.querySelectorAll('pre, td').forEach((box) => box.normalize());
}"""
# The list of all pages is the same on each of them: on the first it is looked at.
ELSEWHERE = "{exclude: ['.sidebar-drawer']}"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RUN_AXE = """axe.run(%s, {resultTypes: ['violations'], %s}).then((found) =>
    found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.html.slice(0, 120)}`)))"""
# A scheme changes colours and nothing else.
COLOURS = "runOnly: ['color-contrast']"


def faults_of(chromium, url, script, within="document"):
    """What is wrong with one page, each with the width and the scheme."""
    chromium.view(WIDTHS[0], False)
    wrong = [f"script: {said}" for said in chromium.open(url)]
    chromium.run(UNFOLD)
    wrong += [f"script: {said}" for said in chromium.complaints()]
    if script:
        chromium.run(THIN)
        chromium.run(f"{script}; 0")
    for width in WIDTHS:
        for dark in (False, True):
            chromium.view(width, dark)
            where = f"{width} px, {'dark' if dark else 'light'}"
            # Two frames: the page has been laid out, its scripts have heard of it.
            chromium.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
            wider = chromium.run(WIDER)
            if wider > 0:
                wrong.append(f"{where}: {wider} px wider than the window")
            if script and width != 768:
                wrong += [f"{where}: {said}" for said in
                          chromium.run(RUN_AXE % (within, COLOURS if dark else ""))]
    return wrong + [f"script: {said}" for said in chromium.complaints()]


def test_each_page_works_and_keeps_nobody_out(book, chromium):
    script, why = axe()
    files = sorted(glob.glob(os.path.join(book, "**", "*.html"), recursive=True))
    assert len(files) > 40
    wrong = []
    for file in files:
        wrong += [f"{os.path.relpath(file, book)}: {said}"
                  for said in faults_of(chromium, "file://" + urllib.parse.quote(file), script,
                                        "document" if file == files[0] else ELSEWHERE)]
    assert not wrong, f"{len(wrong)} faults\n" + "\n".join(wrong[:60])
    if not script:
        pytest.skip(f"walked, but not looked at with axe-core: {why}")


def test_no_link_within_the_book_is_broken(book):
    assert not broken_links(book)


HITS = """new Promise((done) => {
    let before = -1;        // hits come one after the other
    const look = (left) => {
        const hits = [...document.querySelectorAll('#search-results li')];
        const all = hits.length > 2 && hits.slice(0, 3).every((h) => h.querySelector('p')) || hits.length && hits.length === before;
        before = hits.length;
        if (all || !left)
            done(hits.map((h) => [h.querySelector('a').getAttribute('href'), h.textContent]));
        else
            setTimeout(look, 200, left - 1);
    };
    look(200);
})"""
# What a student would type, and where it is taught.
ASKED = {"grace period": "rcu-first", "nsproxy": "nsproxy/index", "task_lock": "nsproxy/task_lock",
         "use after free": "glossary", "rcu_dereference": "nsproxy/rcu",
         "pointer tagging": "nsproxy/pointer_tag", "weak memory": "explorer/exhaustive",
         "litmus test": "litmus", "KASAN": "debug/index", "netns ids": "netns/index",
         "proc flush": "pid/pid_lock", "livelock": "explorer/exhaustive", "cache line": "nsproxy/dedicated_lock",
         "schedule": "explorer/guide",
         "why was pointer tagging rejected": "nsproxy/pointer_tag", "what is a grace period in rcu": "rcu-first", "hint": "labs/index", "own read": "nsproxy/pointer_tag"}


@pytest.mark.parametrize("words", ASKED)
def test_search_from_disk_shows_summaries_and_the_right_pages_first(book, chromium, words):
    chromium.view(1280, False)
    assert not chromium.open("file://" + urllib.parse.quote(book) + "/search.html?q="
                             + urllib.parse.quote_plus(words))
    said = chromium.run(HITS)
    found = list(dict.fromkeys(href.partition("#")[0].partition("?")[0] for href, _ in said))
    assert ASKED[words] + ".html" in found[:3], found[:8]
    if words == "grace period":
        assert all("grace" in text.lower() for _, text in said[:3])


def test_switch_of_light_and_dark_works(book, chromium):
    chromium.view(1280, False)
    assert not chromium.open("file://" + urllib.parse.quote(book) + "/index.html")
    assert chromium.run("document.documentElement.classList.contains('no-js')") is False
    seen = {chromium.run("document.querySelector('.theme-toggle-content .theme-toggle').click(),"
                         "document.body.dataset.theme") for _ in range(3)}
    assert seen == {"auto", "light", "dark"}


FOCUS = """((e) => [e.tagName, e.closest('.sidebar-drawer') ? 'drawer' : '',
    e.getBoundingClientRect().right > 0 && e.getBoundingClientRect().left < innerWidth])(document.activeElement)"""


def test_the_list_of_pages_on_a_phone_is_opened_and_closed_by_the_keyboard(book, chromium):
    chromium.view(360, False)
    assert not chromium.open("file://" + urllib.parse.quote(book) + "/nsproxy/rcu.html")
    seen = []
    for _ in range(12):
        chromium.press("Tab", 9)
        seen.append(chromium.run(FOCUS))
    assert all(visible for _, _, visible in seen), "something off the screen has the focus"
    assert not any(drawer for _, drawer, _ in seen)
    chromium.run("document.querySelector('button.nav-overlay-icon').focus()")
    chromium.press("Enter", 13, "\r")
    assert chromium.run(FOCUS)[1] == "drawer"
    assert chromium.run("document.querySelector('.sidebar-drawer').inert") is False
    chromium.press("Escape", 27)
    assert chromium.run("document.activeElement.className") == "nav-overlay-icon"
    assert chromium.run("document.querySelector('.sidebar-drawer').inert") is True
    chromium.view(1280, False)
    chromium.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
    assert chromium.run("document.querySelector('.sidebar-drawer').inert") is False


@pytest.mark.parametrize("page, said", [
    ("<p>fine</p>", None),
    ("<script>gone();</script>", "gone is not defined"),
    ('<div style="width:1500px">wide</div>', "wider than the window"),
    ('<img src="nowhere.png" alt="a">', "ERR_FILE_NOT_FOUND"),
    ('<p style="color:#999">faint</p>', "color-contrast"),
    ('<details><summary>more</summary><p style="color:#999">faint</p></details>', "color-contrast"),
    ('<style>@media (prefers-color-scheme: dark) { p { color: #222; background: #000 } }</style><p>dim</p>',
     "1280 px, dark: color-contrast"),
    ('<p role="heading">which level</p>', "aria-required-attr"),
])
def test_each_kind_of_fault_is_seen(tmp_path, chromium, page, said):
    script, why = axe()
    if not script:
        pytest.skip(why)
    file = tmp_path / "page.html"
    file.write_text('<!doctype html><html lang="en"><head><title>A page</title><meta charset="utf-8">'
                    f"</head><body><main><h1>A page</h1>{page}</main></body></html>")
    wrong = faults_of(chromium, f"file://{file}", script)
    assert wrong == [] if said is None else any(said in w for w in wrong), wrong


def test_broken_anchors_are_seen(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#gone">x</a><a href="c.html">y</a><a href="b.html#b">z</a>'
                                     '<a href="FILE:LINE">w</a>')
    (tmp_path / "b.html").write_text('<p id="b">b</p>')
    assert sorted(w.split(": ")[1].split(" ")[0] for w in broken_links(str(tmp_path))) == [
        "FILE:LINE", "b.html#gone", "c.html"]
