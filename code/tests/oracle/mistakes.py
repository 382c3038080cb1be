#!/usr/bin/python3 -Xutf8
# SPDX-License-Identifier: GPL-2.0-only
"""Deliberate mistakes in a copy of the explorer: does any test notice?

    mistakes.py             # is each one noticed by what the table names?
    mistakes.py --search    # look for something that notices it
    mistakes.py --only WORD # those whose words have this one

The table is mistakes.toml, beside this file.
"""
import argparse
import functools
import os
import subprocess
import sys
import tempfile
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import compare
import explorer
import programs
from compare import builder

SEARCHED = [*programs.HAND, *map(str, range(1, 301))]
MODES = ("sc", "weak")


def table():
    with open(os.path.join(HERE, "mistakes.toml"), "rb") as f:
        return tomllib.load(f)["mistake"]


def name_of(row):
    return f"{row['concern']}: {row['what']}"


def with_mistake(row, folder):
    """A folder with an explorer that has it."""
    text = builder.read(os.path.join(builder.HERE, row["file"])).decode()
    if text.count(row["old"]) != 1:
        raise ValueError(f"{name_of(row)}: its text is {text.count(row['old'])} "
                         f"times in {row['file']}")
    right = builder.engine("gcc")
    out = tempfile.mkdtemp(dir=folder)
    for path in builder.files_under(right, ".o"):
        os.symlink(path, os.path.join(out, os.path.basename(path)))
    source = os.path.join(out, row["file"])
    with open(source, "w") as f:
        f.write(text.replace(row["old"], row["new"]))
    os.unlink(source[:-2] + ".o")
    builder.run(["gcc", *builder.ENGINE, "-O0", "-w",
                 *builder.includes(None), "-I" + builder.HERE, "-c", source,
                 "-o", source[:-2] + ".o"], name_of(row))
    # As the builder does with each of them.
    names = os.path.join(right, "entries")
    if os.path.exists(names):
        builder.run(["objcopy", f"--redefine-syms={names}",
                     source[:-2] + ".o"], name_of(row))
    return out


def link(engine, whole, out):
    builder.run(["gcc", "-no-pie", *builder.files_under(engine, ".o"), whole,
                 "-o", out], out)
    return out


class Checks:
    """What can notice a mistake. Each compares with an explorer without it."""

    def __init__(self, folder):
        self.folder, self.said = folder, {}
        self.oracle = compare.tool(folder)

    def prepare(self, names):
        """Programs: compiled at once, and the oracle asked at once."""
        both = [programs.program(s).both() for s in sorted(names)]
        self.batch = compare.Batch(tempfile.mkdtemp(dir=self.folder),
                                   [c for c, _ in both])
        self.said = {m: compare.ask_oracle(self.oracle, [t for _, t in both], m)
                     for m in MODES}

    def program(self, engine, name, mode):
        """The oracle says otherwise."""
        name = programs.program(name).name
        path = self.batch.program(name, engine)
        found = compare.compared(self.said[mode][name], path, mode)
        return found and found != "left out"

    @functools.cache
    def source(self, name, twin):
        """(the object of a planted bug, or of its twin; the right program)"""
        path = os.path.join(explorer.PLANTED, name)
        if twin:
            with open(path) as f:
                text = explorer.twin(f.read())
            path = os.path.join(self.folder, name)
            with open(path, "w") as f:
                f.write(text)
        right = explorer.Program("--source", path).path
        return os.path.join(os.path.dirname(right), "explored.o"), right

    def planted(self, engine, name, mode, twin=False):
        """Its kinds are told otherwise."""
        whole, right = self.source(name, twin)
        path = link(engine, whole, os.path.join(engine, "planted"))
        return (sorted(compare.ask_explorer(path, mode)["kinds"]) !=
                sorted(compare.ask_explorer(right, mode)["kinds"]))

    def notices(self, engine, check):
        what, name, mode = check.split()
        if what == "program":
            return self.program(engine, name, mode)
        return self.planted(engine, name, mode, what == "twin")

    def search(self, engine):
        """The first that notices."""
        for name in SEARCHED:
            for mode in MODES:
                if self.program(engine, name, mode):
                    return f"program {name} {mode}"
        for name in sorted(os.listdir(explorer.PLANTED)):
            for what in ("planted", "twin"):
                check = f"{what} {name} sc"
                if name.endswith(".c") and self.notices(engine, check):
                    return check
        return None


def programs_of(rows):
    return {r["noticed"].split()[1] for r in rows
            if r.get("noticed", "").startswith("program")}


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--search", action="store_true")
    p.add_argument("--only", default="")
    o = p.parse_args()
    rows = [r for r in table() if o.only in name_of(r)]
    bad = 0
    with tempfile.TemporaryDirectory(prefix="mistakes-") as folder:
        checks = Checks(folder)
        checks.prepare({*programs_of(rows), *(SEARCHED if o.search else ())})
        for row in rows:
            try:
                engine = with_mistake(row, folder)
            except (ValueError, builder.BuildError) as e:
                print(f"{name_of(row)}: {e}")
                bad += 1
                continue
            check = row.get("noticed")
            found = check and checks.notices(engine, check) and check
            if o.search and not found:
                found = checks.search(engine)
            print(f"{name_of(row)}: {found or 'NOTHING NOTICES'}", flush=True)
            bad += not found
            subprocess.run(["rm", "-rf", engine], check=False)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
