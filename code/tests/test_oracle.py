# SPDX-License-Identifier: GPL-2.0-only
"""The explorer against an oracle that shares nothing with it (oracle/)."""
from explorer import Program

STORE_BUFFERING = """#include "plant.h"
int x, y, r0, r1;
static void p0(void) { WRITE_ONCE(x, 1); r0 = READ_ONCE(y); }
static void p1(void) { WRITE_ONCE(y, 1); r1 = READ_ONCE(x); }
static void end(void) { lab_outcome("r0", r0); lab_outcome("r1", r1); }
SCENARIO(NULL, end, { "P0", p0 }, { "P1", p1 });
"""


def test_result_lists_all_that_executions_ended_with(tmp_path):
    path = tmp_path / "sb.c"
    path.write_text(STORE_BUFFERING)
    plain = {"r0=0 r1=1", "r0=1 r1=0", "r0=1 r1=1"}
    assert set(Program("--source", path).run()["outcomes"]) == plain
    assert set(Program("--source", path, "--mode", "weak").run()["outcomes"]) \
        == plain | {"r0=0 r1=0"}
