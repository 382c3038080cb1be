# SPDX-License-Identifier: GPL-2.0-only
"""What the explorer's models of the kernel's primitives promise, beyond the
planted bugs of test_explore_detectors.py."""
import pytest
from explorer import Seen


def explore(tmp_path, body, actors, *args, start="NULL", end="NULL"):
    """One run of a scenario that is written here."""
    path = tmp_path / "own.c"
    path.write_text(f'#include "plant.h"\n{body}\n'
                    f"SCENARIO({start}, {end}, {actors});\n")
    return Seen(tmp_path, "--source", path, *args)


# -- lab_used() ----------------------------------------------------------------

KINDS = ("LOCKS", "WAITS", "GRACE_PERIODS", "CALLBACKS", "ALLOCATIONS", "RMWS")


@pytest.mark.parametrize("does, used", [
    ("spin_lock(&spin); spin_unlock(&spin);", {"LOCKS": 1}),
    ("spin_lock_bh(&spin); spin_unlock_bh(&spin);", {"LOCKS": 1}),
    ("if (spin_trylock(&spin)) spin_unlock(&spin);", {"LOCKS": 1}),
    ("read_lock(&rw); read_unlock(&rw);", {"LOCKS": 1}),
    ("write_lock(&rw); write_unlock(&rw);", {"LOCKS": 1}),
    ("bit_spin_lock(0, &word); bit_spin_unlock(0, &word);", {"LOCKS": 1}),
    ("mutex_lock(&mutex); mutex_unlock(&mutex);", {"LOCKS": 1, "WAITS": 1}),
    ("if (mutex_trylock(&mutex)) mutex_unlock(&mutex);", {"LOCKS": 1}),
    ("synchronize_rcu();", {"WAITS": 1, "GRACE_PERIODS": 1}),
    ("rcu_barrier();", {"WAITS": 1}),
    ("complete(&done); wait_for_completion(&done);", {"WAITS": 1}),
    ("wait_event(queue, true);", {"WAITS": 1}),
    ("schedule_work(&work); flush_work(&work);", {"WAITS": 1, "CALLBACKS": 1}),
    ("call_rcu(&head, nothing);", {"CALLBACKS": 1}),
    ("lab_free(lab_alloc(8)); lab_free(lab_alloc_atomic(8));", {"ALLOCATIONS": 2}),
    ("xchg(&word, 1); cmpxchg(&word, 5, 6); atomic_inc(&count);", {"RMWS": 3}),
    ("might_sleep(); rcu_read_lock(); rcu_read_unlock(); READ_ONCE(word);", {}),
])
def test_what_an_actor_used_is_counted(tmp_path, does, used):
    body = f'''
static DEFINE_SPINLOCK(spin);
static DEFINE_RWLOCK(rw);
static DEFINE_MUTEX(mutex);
static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static unsigned long word;
static atomic_t count;
static struct rcu_head head;
static void nothing(struct rcu_head *h) {{ (void)h; }}
static void run(struct work_struct *w) {{ spin_lock(&spin); spin_unlock(&spin); }}
static DECLARE_WORK(work, run);
static void use(void) {{ {does} }}
static void other(void) {{ spin_lock(&spin); spin_unlock(&spin); }}
static void one(void)
{{
	unsigned int before[LAB_USED_NR], what;

	use();	/* What was used before is no difference. */
	for (what = 0; what < LAB_USED_NR; what++)
		before[what] = lab_used(what);
	use();
''' + "".join(f'''	lab_expect(lab_used(LAB_USED_{kind}) - before[LAB_USED_{kind}] == {used.get(kind, 0)},
		   "{kind}");
''' for kind in KINDS) + "}"
    if "call_rcu" in does:
        body = body.replace("use();	/* What", "/* What")
    seen = explore(tmp_path, body, '{ "one", one }, { "other", other }')
    assert (seen.status, seen.verdict) == (0, "clean"), seen


def test_a_rule_about_what_is_used_is_an_invariant(tmp_path):
    seen = explore(tmp_path, '''
static DEFINE_SPINLOCK(spin);
static int value;
static int get(void)
{
	int got = READ_ONCE(value);

	if (got) {
		spin_lock(&spin);
		spin_unlock(&spin);
	}
	return got;
}
static void one(void)
{
	unsigned int before = lab_used(LAB_USED_LOCKS);

	get();
	lab_expect(lab_used(LAB_USED_LOCKS) == before, "no lock");
}
static void two(void) { WRITE_ONCE(value, 1); }
''', '{ "one", one }, { "two", two }')
    assert seen.kind == "invariant" and "no lock" in seen.out, seen


# -- limits --------------------------------------------------------------------

@pytest.mark.parametrize("n", (9, 16))
def test_nine_actors_and_more_run(tmp_path, n):
    seen = explore(tmp_path, "static int x[16];\n" + "".join(
        f"static void a{i}(void) {{ WRITE_ONCE(x[{i}], 1); }}\n" for i in range(n)),
        ", ".join(f'{{ "a{i}", a{i} }}' for i in range(n)))
    assert (seen.status, seen.verdict) == (0, "clean"), seen


@pytest.mark.parametrize("n", (17, 18))
def test_more_actors_than_there_may_be_are_refused_before_anything_runs(tmp_path, n):
    seen = explore(tmp_path, "static void act(void) { }",
                   ", ".join(f'{{ "a{i}", act }}' for i in range(n)))
    assert seen.status == 2 and not seen.doc, seen
    assert "more than 16 actors" in seen.err
