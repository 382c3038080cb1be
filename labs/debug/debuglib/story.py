# SPDX-License-Identifier: GPL-2.0-only
"""`make demo SCHEME=... STEP=1`: one scheme's story, a key a step."""
import difflib
import os
import sys
import termios
import textwrap
import tomllib
import tty

from . import TOP, guest, modules, play, table
from .screen import Leave, Notes, Screen, size, tabs
import kernels
from vmlib import paths
from vmlib.trouble import FAILED, Trouble

sys.path.insert(0, os.path.join(TOP, "Documentation", "sphinx"))
from csource import Source  # noqa: E402
from splatlines import shown  # noqa: E402

FILE = os.path.join(TOP, "labs", "debug", "stories.toml")
VERDICTS = os.path.join(TOP, "Documentation", "claims", "verdicts.json")
REGISTRY = os.path.join(TOP, "Documentation", "claims", "registry.toml")
STEPS = ("the question", "the code", "the break", "the report", "the fix",
         "the measurement")
KEYS = ("  [space] on   [n] notes   [b] back   [q] end", "  space n(otes) b(ack) q(uit)")
MORE = ("  [space] more of it   [b] back   [q] end", "  space: more, b, q")
FIELDS = {"question", "code", "break", "fix", "claims", "notes"}


def load():
    with open(FILE, "rb") as f:
        stories = tomllib.load(f)
    known = {e.id: e for e in table.load()}
    for scheme, story in stories.items():
        if set(story) != FIELDS or len(story["notes"]) != len(STEPS):
            raise Trouble(f"{FILE}, {scheme}: needs {', '.join(sorted(FIELDS))}, and a "
                          "note a step", FAILED)
        for field in ("break", "fix"):
            if story[field] not in known:
                raise Trouble(f"{FILE}, {scheme}: there is no experiment "
                              f"“{story[field]}”", FAILED)
            story[field] = known[story[field]]
    return stories


def all_schemes():
    return [s for family in table.FAMILIES.values() for s in family.schemes]


def width():
    return size()[0]


def wrapped(text, indent="  "):
    return textwrap.fill(" ".join(text.split()), width() - 1, initial_indent=indent,
                         subsequent_indent=indent)


def code(scheme, function):
    source = Source(TOP, f"code/{table.family_of(scheme).name}/{scheme}.c")
    first, last = source.function(function, False)
    lines = source.text.splitlines()[first - 1:last]
    return [f"  {source.path}"] + [f"  {n:4} {line.expandtabs(tabs())}"
                                   for n, line in enumerate(lines, first)]


def difference(experiment, scheme):
    """What the experiment of *scheme*'s story changes, as a diff."""
    if not experiment.changes and experiment.scheme != scheme:
        return [f"  Another scheme, as it is: {experiment.scheme}, in the scenario "
                f"{experiment.scenario}."]
    if not experiment.changes:
        return ["  Nothing is changed: this is the scheme as it is, in the scenario "
                f"{experiment.scenario}."]
    with open(os.path.join(experiment.family.folder, experiment.scheme + ".c"),
              encoding="utf-8") as f:
        before = f.read().splitlines()
    after = modules.source(experiment).splitlines()[1:]
    return ["  " + x.expandtabs(tabs()) for x in list(difflib.unified_diff(
        before, after, n=2, lineterm=""))[2:] if x.strip() != "+"]


def limits():
    """{(claim, environment): what its experiments did not ask}."""
    found = {}
    try:
        with open(REGISTRY, "rb") as f:
            rows = tomllib.load(f).get("experiment", [])
    except OSError:
        return found
    for row in rows:
        if row.get("limits") and row["limits"] not in found.get((row["claim"], row["env"]), ""):
            before = found.get((row["claim"], row["env"]), "")
            found[row["claim"], row["env"]] = f"{before} {row['limits']}".strip()
    return found


def verdicts(claims):
    recorded = paths.read_json(VERDICTS)
    rows = [r for c in claims for r in (recorded or {}).get("results", [])
            if r["claim"] == c]
    if not rows:
        return ["  Nothing is recorded here yet: make claims"]
    out, unasked = [], limits()
    for r in rows:
        less = unasked.get((r["claim"], r["env"]), "")
        out.append(f"  {r['claim']}, {r['env']}: {r['verdict']}{', in part' * bool(less)}")
        out.append(wrapped(f"{r['summary']} {less}".strip(), "      "))
    return out + [f"  (recorded {recorded.get('date', '')})"]


class Story:
    """@keys: asks for a key. @out: a Screen. @notes: where the speaker reads."""

    def __init__(self, scheme, story, keys, out, notes=Notes()):
        self.scheme, self.story, self.keys, self.out = scheme, story, keys, out
        self.notes, self.failed = notes, False

    def live(self, experiment):
        kernel = kernels.need(experiment.kernel)
        file = modules.build([experiment], kernel)[modules.name_of(experiment)]
        turns = play.turns_of(experiment)
        if turns:
            self.out(f"  the turns: {turns}")
        record = play.play(experiment, kernel, file, turns,
                           say=lambda text: self.out(f"  {text}"))
        self.failed |= not record["as_expected"]
        if not record["as_expected"]:
            self.out("  NOT AS EXPECTED: " + ("; ".join(record["reports"])
                                              or "no report"))
        return record

    def prepare(self):
        """What takes long happens before the audience waits for it: the modules, whether
        KVM works, each kernel's snapshot, the explorer's schedules."""
        rows = [self.story["break"], self.story["fix"]]

        def say(text):
            self.out(f"  {text}")
        self.out("Preparing, so that nobody has to wait later:")
        for name in dict.fromkeys(r.kernel for r in rows):
            kernel = kernels.need(name)
            say(f"the modules for the {name} kernel")
            modules.build([r for r in rows if r.kernel == name], kernel)
            guest.prepare(kernel, say)
        for row in rows:
            play.turns_of(row)
        self.out("Ready.")

    def show(self, step):
        story, out = self.story, self.out
        out.begin()
        title = f"{self.scheme}, {step + 1} of {len(STEPS)}: {STEPS[step]}"
        self.notes(title, story["notes"][step], [*STEPS, "the end"][step + 1])
        out(f"\n{title}")
        out("─" * (width() - 1) if sys.stdout.encoding.lower().startswith("utf")
            else "-" * (width() - 1))
        if step == 0:
            out(wrapped(story["question"]))
        elif step == 1:
            out("\n".join(code(self.scheme, story["code"])))
        elif step == 2:
            out("\n".join(difference(story["break"], self.scheme)))
            out(wrapped(f"What it shows: {story['break'].shows}."))
        elif step == 3:
            record = self.live(story["break"])
            if record["report"]:
                out("\n".join("  | " + line for line in shown(record["report"]["lines"])))
                out(f"  {record['report']['kind']}: {record['report']['function']}(), "
                    f"{record['total_s']:.1f} s from the snapshot.")
            if len(record["reports"]) > 1:
                out("  All that the kernel said in this run:")
                out("\n".join(f"    {said}".replace(TOP + "/", "")
                              for said in record["reports"]))
        elif step == 4:
            out("\n".join(difference(story["fix"], self.scheme)))
            record = self.live(story["fix"])
            if record["as_expected"]:
                out(f"  Silence, in {record['total_s']:.1f} s from the snapshot.")
        else:
            out("\n".join(verdicts(story["claims"])))

    def tell(self):
        step, shown = 0, -1
        while step < len(STEPS):
            key = None
            if step != shown:
                shown = step
                try:
                    self.show(step)
                except Leave as leave:
                    key = str(leave)
            key = key or self.keys()
            if key == "n":
                self.out(wrapped(self.story["notes"][step], "  » "))
            elif key == "b":
                step = max(0, step - 1)
            elif key in ("q", "\x03", "\x04"):
                break
            elif key in (" ", "\r", "\n"):
                step += 1
        return 1 if self.failed else 0


def one_key(prompts=KEYS):
    """Waits for one key; without a terminal the story goes on by itself."""
    if not sys.stdin.isatty():
        return " "
    old = termios.tcgetattr(sys.stdin)
    try:
        # Before the prompt: what was typed until then is dropped, and nothing after it.
        tty.setcbreak(sys.stdin)
        print(prompts[0] if len(prompts[0]) < width() else prompts[1], end="", flush=True)
        return os.read(sys.stdin.fileno(), 1).decode("latin-1") or "q"
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, old)
        print("\r\x1b[K", end="", flush=True)


def run(scheme, notes=""):
    stories = load()
    if scheme not in stories:
        raise Trouble((f"there is no story of “{scheme}”: what is wrong with it, no "
                       "detector of the kernel's sees. There" if scheme in all_schemes()
                       else "say SCHEME=: there") + " are the stories of "
                      + ", ".join(stories), FAILED)
    screen = Screen((lambda: one_key(MORE)) if sys.stdin.isatty() else None)
    story = Story(scheme, stories[scheme], one_key, screen, Notes(notes))
    story.prepare()
    if one_key() in ("q", "\x03", "\x04"):
        return 0
    return story.tell()
