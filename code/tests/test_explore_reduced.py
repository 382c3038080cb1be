# SPDX-License-Identifier: GPL-2.0-only
"""The reductions find the same executions where the models add steps or waits."""
import os

import pytest
from explorer import PLANTED, Seen, explore, twin

NESTED = '''
static int a, b, c;
static DEFINE_SPINLOCK(lock);
static void one(void)
{
	WRITE_ONCE(a, 1);
	local_bh_disable();
	WRITE_ONCE(b, 1);
	local_irq_disable();
	WRITE_ONCE(c, 1);
	local_irq_enable();
	local_bh_enable();
	WRITE_ONCE(a, 2);
}
static void soft(void)
{
	(void)READ_ONCE(a);
	spin_lock_irq(&lock);
	spin_unlock_irq(&lock);
	(void)READ_ONCE(b);
}
static void timer(void) { WRITE_ONCE(a, 3); }
static void hard(void)
{
	(void)READ_ONCE(b);
	WRITE_ONCE(c, 2);
	spin_lock(&lock);
	spin_unlock(&lock);
}
static void two(void) { WRITE_ONCE(c, 4); }
'''
SOFT = '{ "one", one }, { "soft", soft, "one", .softirq = true }'
REDUCED = {
    "two softirqs and a hard one on top": (NESTED, SOFT +
        ', { "timer", timer, "one", .softirq = true }, { "hard", hard, "soft" }'),
    "a softirq, a hard one, another process": (
        NESTED, SOFT + ', { "hard", hard, "one" }, { "two", two }'),
    "a variable on a stack that dies between": ('''
static int *wanted;
static noinline void ask(void)
{
	int answer = 0;

	WRITE_ONCE(wanted, &answer);
	(void)READ_ONCE(answer);
	WRITE_ONCE(wanted, NULL);
}
static void one(void) { ask(); }
static void two(void)
{
	int *p = READ_ONCE(wanted);

	if (p)
		WRITE_ONCE(*p, 1);
}
''', '{ "two", two }, { "one", one }'),
}


@pytest.mark.parametrize("name", REDUCED)
def test_reductions_agree(tmp_path, name):
    found = {}
    for reduction in ("none", "sleep", "dpor"):
        seen = explore(tmp_path, *REDUCED[name], "--reduction", reduction,
                       "--signatures", "--all")
        found[reduction] = (seen.verdict, seen.kind,
                            sorted(seen.doc.get("signature_list", [])))
    assert found["sleep"] == found["none"] and found["dpor"] == found["none"]


@pytest.mark.parametrize("name", ("rcu_sched", "rcu_spinlock", "rcu_irq_callback",
                                  "rcu_handler", "irq_on_softirq", "race_softirq"))
def test_reductions_agree_on_regions_and_handlers(tmp_path, name):
    with open(os.path.join(PLANTED, name + ".c")) as f:
        (tmp_path / "twin.c").write_text(twin(f.read()))
    found = [Seen(tmp_path, "--source", tmp_path / "twin.c", "--reduction",
                  reduction, "--signatures") for reduction in ("none", "sleep", "dpor")]
    assert {s.verdict for s in found} == {"clean"}, found
    assert len({tuple(sorted(s.doc["signature_list"])) for s in found}) == 1, found
