#!/usr/bin/python3 -Xutf8
# SPDX-License-Identifier: GPL-2.0-only
"""Make a named change to a scheme: the right file, with one thing wrong.

    change.py code/nsproxy rcu no-grace-period -o build/rcu.c
    change.py code/nsproxy --list

The table is changes.toml in the family's folder. Several changes are joined
by commas. Line numbers stay those of the scheme's own file, and the output
says so with a #line, so that every report leads to the source that people
read.
"""
import argparse
import os
import re
import sys
import tomllib


class ChangeError(Exception):
    """The table and the source do not fit each other."""


def load(family):
    with open(os.path.join(family, "changes.toml"), "rb") as f:
        return tomllib.load(f)


def function_span(source, name):
    """From the line that opens `name` to the closing brace in column 0."""
    for start in re.finditer(rf"^(?!\s|/|\*|#)[^\n;]*\b{re.escape(name)}\(",
                             source, re.MULTILINE):
        body, prototype = (source.find(c, start.end()) for c in "{;")
        end = source.find("\n}\n", start.start())
        if 0 <= body < end and not 0 <= prototype < body:
            return start.start(), end + 3
    raise ChangeError(f"there is no function {name}()")


def apply_edit(source, edit):
    begin, end = function_span(source, edit["in"])
    if "above" in edit:
        if "\n" in edit["above"]:
            raise ChangeError("a change must keep the number of lines")
        return source[:begin] + edit["above"] + " " + source[begin:]
    if "after" in edit:
        label = f"lab_point({edit['after']});"
        at = source.find(label, begin, end)
        if at < 0:
            raise ChangeError(f"{edit['in']}() has no {label}")
        begin = at + len(label)
    old, new = edit["old"], edit["new"]
    if not old:
        return source[:begin] + " " + new + source[begin:]
    found = source.count(old, begin, end)
    if found != 1:
        raise ChangeError(f"{edit['in']}() has “{old}” {found} times, not once")
    if old.count("\n") != new.count("\n"):
        raise ChangeError("a change must keep the number of lines")
    at = source.index(old, begin, end)
    return source[:at] + new + source[at + len(old):]


def changed(family, scheme, names, path=None):
    """The text of `scheme`, or of somebody's own at `path`, with the changes
    `names` made."""
    table = load(family).get(scheme, {})
    path = path or os.path.join(family, scheme + ".c")
    with open(path, encoding="utf-8", errors="replace") as f:
        source = f.read()
    # As the table has them, so that their order does not matter to whoever
    # names them.
    order = list(table)
    for name in sorted(names, key=lambda n: order.index(n) if n in table else -1):
        if name not in table:
            known = ", ".join(table) or "none"
            raise ChangeError(f"{scheme} has no change “{name}”; it has: {known}")
        for edit in table[name]["edits"]:
            try:
                source = apply_edit(source, edit)
            except ChangeError as e:
                raise ChangeError(f"{path}, change “{name}”: {e}") from None
    return f'#line 1 "{os.path.abspath(path)}"\n{source}'


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("family", help="folder, e.g. code/nsproxy")
    parser.add_argument("scheme", nargs="?")
    parser.add_argument("changes", nargs="?", help="name[,name…]")
    parser.add_argument("-o", "--output")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    try:
        if args.list:
            for scheme, table in load(args.family).items():
                for name, change in table.items():
                    print(f"{scheme:15} {name:24} {change['kind']:7} {change['what']}")
            return 0
        if not args.scheme or not args.changes:
            parser.error("say which scheme and which change (--list shows them)")
        text = changed(args.family, args.scheme, args.changes.split(","))
    except (ChangeError, OSError) as e:
        print(f"change.py: {e}", file=sys.stderr)
        return 1
    if not args.output:
        sys.stdout.write(text)
        return 0
    with open(args.output + ".tmp", "w") as f:
        f.write(text)
    os.replace(args.output + ".tmp", args.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
