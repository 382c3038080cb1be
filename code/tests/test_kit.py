# SPDX-License-Identifier: GPL-2.0-only
"""The kit as a whole: its map, its set-up, its style."""
import ast
import glob
import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import SCHEMES, TOP, run

SOURCES = [os.path.relpath(p, TOP) for p in
           subprocess.run(["git", "ls-files", "*.c", "*.h", "*.py", "labs/setup"],
                          cwd=TOP, stdout=subprocess.PIPE, text=True,
                          check=False).stdout.split()]
# Lines that a function may have; what has more needs a reason, written here.
MOST = 66
LONG = {"describe": "one row a field of the document",
        "run": "jail.py: one word of bwrap's command line a row",
        "parser": "vmlib/cli.py: one option a row"}


def read(path):
    with open(os.path.join(TOP, path)) as f:
        return f.read()


def test_make_help_lists_every_target():
    listed = set(re.findall(r"^  make (\S+)", run("make", "help").stdout, re.M))
    defined = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.M))
    assert listed == defined


@pytest.mark.parametrize("arguments, complaint", [
    (["nonsense"], 'There is no target "nonsense". \'make help\' lists them.'),
    (["native", "SCHEME=seqlock"], 'There is no scheme "seqlock". There are: task_lock'),
    (["stress", "SCHEME=rcu", "BREAK=everything"], "rcu has no change “everything”"),
])
def test_make_refuses_what_does_not_exist_in_one_line(arguments, complaint):
    done = run("make", "-s", *arguments)
    assert done.returncode != 0
    assert complaint in done.stderr


# No locale at all, and none of Python's own ways to make up for it.
PLAIN = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))} | {
    "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
SPOKEN = {"code/runtime/explore/explore": ["--scheme", "rcu", "--scenario", "switch",
                                           "--break", "no-grace-period"],
          "labs/grader/grade": ["--lab", "1", "--submission", "code/nsproxy/task_lock.c",
                                "--no-report", "--quick"],
          "labs/grader/lab": [], "labs/vm/vm": ["probe"], "labs/debug/debug": ["--help"]}


def test_commands_speak_utf_8_whatever_the_locale_is():
    """Their words are UTF-8; a locale that is not must end none of them."""
    tracked = subprocess.run(["git", "ls-files"], cwd=TOP, text=True, check=True,
                             stdout=subprocess.PIPE).stdout.splitlines()
    firsts = {p: open(os.path.join(TOP, p), "rb").readline() for p in tracked
              if os.path.isfile(os.path.join(TOP, p))}
    commands = {p: f for p, f in firsts.items() if f.startswith(b"#!") and b"python" in f}
    assert len(commands) > 20
    assert [p for p, f in commands.items() if not f.rstrip().endswith(b"Xutf8")] == []


@pytest.mark.parametrize("command", SPOKEN)
def test_a_command_without_a_locale_says_what_it_has_to_say(command):
    done = subprocess.run([os.path.join(TOP, command), *SPOKEN[command]], cwd=TOP, env=PLAIN,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode()
    assert "Traceback" not in said and done.returncode in (0, 1) and said, said


def test_doctor_says_what_is_missing_and_what_to_do(tmp_path):
    """On a machine where one package seems to be missing, and on this one as it is."""
    fake = tmp_path / "dpkg-query"
    fake.write_text('#!/bin/sh\ncase "$*" in *graphviz*) exit 1;; esac\n'
                    'echo "install ok installed"\n')
    fake.chmod(0o755)
    done = run("labs/doctor", env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    lines = done.stdout.splitlines()
    assert all(line.split()[0] in ("ok", "slow", "NO") for line in lines) and len(lines) > 12
    assert [line for line in lines if line.startswith("NO    the book: missing: graphviz")]
    assert done.returncode == 1 and not done.stderr
    healthy = run("labs/doctor")
    assert not [line for line in healthy.stdout.splitlines() if "graphviz" in line]
    assert healthy.returncode == any(line.startswith("NO")
                                     for line in healthy.stdout.splitlines())


def test_setup_without_root_names_the_exact_command(tmp_path):
    """Run as nobody, on a machine where one package seems to be missing."""
    fake = tmp_path / "dpkg-query"
    fake.write_text('#!/bin/sh\ncase "$*" in *graphviz*) exit 1;; esac\n'
                    'echo "install ok installed"\n')
    fake.chmod(0o755)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.getuid() and str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    copy = tmp_path / "setup"
    shutil.copy(os.path.join(TOP, "labs/setup"), copy)
    as_nobody = {"user": 65534} if os.getuid() == 0 else {}
    done = run(copy, "docs", cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
               **as_nobody)
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends graphviz" in done.stderr


def test_setup_knows_its_parts():
    done = run("labs/setup", "docs", "cellar")
    assert done.returncode == 2 and "cellar" in done.stderr


@pytest.mark.parametrize("script", ["labs/setup", "code/module/lab"])
def test_shell_scripts_parse(script):
    assert run("sh", "-n", script).returncode == 0


def test_schemes_have_the_same_functions_in_the_same_order():
    """A diff of two schemes is the lesson: nothing may be out of step."""
    def functions(scheme):
        names = re.findall(r"^static [^;=]*?\b(lab_\w+)\(", read(f"code/nsproxy/{scheme}.c"), re.M)
        # The RFC's accessors come before, as they did in the RFC.
        return names[names.index("lab_utsns_get"):]

    expected = functions("task_lock")
    assert len(expected) == 7
    for scheme in SCHEMES:
        assert functions(scheme) == expected, scheme


@pytest.mark.parametrize("scheme", SCHEMES)
def test_labels_are_unique_within_a_scheme(scheme):
    labels = re.findall(r"lab_point\((\w+)\)", read(f"code/nsproxy/{scheme}.c"))
    assert len(labels) == len(set(labels)) >= 8


def test_every_source_says_its_licence():
    assert SOURCES
    for path in SOURCES:
        assert "SPDX-License-Identifier: GPL-2.0-only" in "".join(
            read(path).splitlines(True)[:2]), path


def functions(path):
    """(name, lines) of each function."""
    text = read(path)
    if path.endswith(".py"):
        return [(n.name, n.end_lineno - n.lineno + 1) for n in ast.walk(ast.parse(text))
                if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [(text[:m.start()].splitlines()[-1], m.group(1).count("\n"))
            for m in re.finditer(r"^\{\n(.*?)^\}", text, re.DOTALL | re.MULTILINE)
            if m.start()]


def test_functions_can_be_read_in_one_sitting():
    seen = 0
    for path in SOURCES:
        if not path.endswith((".c", ".h", ".py")):
            continue
        for name, lines in functions(path):
            seen += 1
            assert lines <= MOST or name in LONG, f"{path}, {name}: {lines} lines"
    assert seen > 1000


def test_kernel_doc_has_no_warning():
    script = os.environ.get("KERNEL_DOC") or sorted(
        glob.glob("/usr/lib/linux-kbuild-*/scripts/kernel-doc"))[-1]
    for path in SOURCES:
        if path.startswith(("code/nsproxy/", "code/runtime/common", "code/module")):
            done = run(script, "-none", path)
            assert done.returncode == 0 and "warning" not in done.stderr, done.stderr


def kbuild(folder, *arguments):
    with open(os.path.join(TOP, "build/vm/fetched.json")) as f:
        kdir = json.load(f)["kdir"]
    return run("make", "-s", "-C", kdir, f"M={folder}", *arguments)


def test_sparse_has_nothing_to_say_and_would_say_it(module, tmp_path):
    # In a folder of its own: others are using the module meanwhile.
    folder = os.path.dirname(module)
    for path in glob.glob(os.path.join(folder, "*.[ch]")) + [
            os.path.join(folder, name) for name in ("Kbuild", "family.mk")]:
        if not path.endswith(".mod.c"):
            shutil.copy(path, tmp_path)
    done = kbuild(tmp_path, "C=2", "CHECK=sparse")
    assert done.returncode == 0 and "warning" not in done.stderr, done.stderr

    # The same with one rcu_dereference() forgotten.
    scheme = tmp_path / "rcu.c"
    scheme.write_text(scheme.read_text().replace("rcu_dereference(task->nsproxy)",
                                                 "task->nsproxy", 1))
    done = kbuild(tmp_path, "C=2", "CHECK=sparse", "rcu.o")
    assert "different address spaces" in done.stderr


def test_checkpatch_is_silent():
    script = os.environ.get("CHECKPATCH", "")
    if not script:
        found = glob.glob(os.path.join(TOP, "build/**/scripts/checkpatch.pl"), recursive=True)
        if not found:
            pytest.skip("checkpatch.pl is only in the kernel's source; CHECKPATCH= says where")
        script = found[0]
    for path in SOURCES:
        # What the kernel compiles. The explorer and the native runtime are programs.
        if path.endswith((".c", ".h")) and not path.startswith(
                ("code/runtime/native", "code/runtime/explore", "code/tests")):
            done = run("perl", script, "--no-tree", "--strict", "--terse", "-f", path,
                       "--max-line-length=180")
            assert done.returncode == 0 and not done.stdout, done.stdout
