// SPDX-License-Identifier: GPL-2.0-only
/*
 * RCU, exactly: a grace period ends once every read-side critical section
 * that began before it has ended, as early as that or as late as may be.
 * Callbacks run in atomic context, any time after a grace period, in any
 * order, on any CPU.
 *
 * For the reduction: that a section begins and that a grace period begins
 * are dependent steps. The end of a grace period depends on the end of every
 * section that began before it, also of those that were over by then:
 * otherwise swapping an unlock with the beginning of a grace period, which
 * changes nothing, would count as another execution.
 *
 * Since 4.20 a grace period waits as well for each region that had preemption,
 * interrupts or bottom halves off when it began: spinlocks, handlers, callbacks.
 * To search that exactly, each of them would be two steps more. So it is done only
 * where it can make a difference. Without it grace periods may end too early,
 * which allows all that the kernel does and more: a search that finds nothing is
 * right. Where something is found that may come of it (an execution was hasty; two
 * accesses are unordered, and there were both a grace period and a region), and
 * where a region waits while a grace period goes by, which it would hold off, the
 * search begins anew, with regions as sections.
 */
#include "engine.h"

#define MAX_SECTIONS 512
#define MAX_NESTED 256

static int16_t unlock_event[X_PROCS][MAX_SECTIONS];
static x_clock unlock_sync[X_PROCS];	/* of its last section to end */
static x_clock grace;			/* what all new sections come after */

void x_rcu_reset(void)
{
	int p;

	grace = (x_clock){ 0 };
	for (p = 0; p < X_PROCS; p++)
		unlock_sync[p] = (x_clock){ 0 };
}

static bool exactly(void)
{
	return x_promoted[X_CELL_RCU];
}

static bool in_region(const struct x_proc *p)
{
	return p->preempt || p->irq_off || p->bh_off || p->inside;
}

static void section_begins(uintptr_t pc)
{
	struct x_proc *me = x_me();
	struct x_op op;

	x_op_simple(&op, X_OP_RCU_LOCK, 0, false, pc);
	x_foot(&op, X_CELL_RCU, false);
	x_step(&op);
	if (++me->begun == MAX_SECTIONS)
		x_fail(LAB_X_LIMIT, pc, 0,
		       "%s enters more than %d RCU read-side critical sections",
		       me->name, MAX_SECTIONS);
	x_acquire(&grace);
}

static void section_ends(uintptr_t pc)
{
	struct x_proc *me = x_me();
	struct x_op op;

	if (X.weak)
		x_weak_fence(pc);
	x_op_simple(&op, X_OP_RCU_UNLOCK, 0, false, pc);
	x_step(&op);
	unlock_event[X.cur][me->begun] = X.nevents - 1;
	me->ended = me->begun;
	x_release(&unlock_sync[X.cur]);
}

/* Before anything is switched off, and after it is on again. */
void x_region_enter(uintptr_t pc)
{
	struct x_proc *me = x_me();

	if (in_region(me))
		return;
	me->regions++;
	X.regions |= !X.sequential;
	if (exactly() && !me->rcu)
		section_begins(pc);
}

void x_region_leave(uintptr_t pc)
{
	struct x_proc *me = x_me();

	if (!in_region(me) && exactly() && !me->rcu && me->ended < me->begun)
		section_ends(pc);
}

void lab_x_rcu_read_lock(void)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	if (me->rcu == MAX_NESTED)
		x_fail(LAB_X_LIMIT, pc, 0,
		       "%s nests more than %d RCU read-side critical sections",
		       me->name, MAX_NESTED);
	if (!me->rcu && !(exactly() && in_region(me)))
		section_begins(pc);
	me->rcu++;
}

void lab_x_rcu_read_unlock(void)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();

	if (!me->rcu) {
		x_fail(LAB_X_RCU, pc, 0,
		       "%s calls rcu_read_unlock() outside of a read-side critical section",
		       me->name);
		return;
	}
	if (me->rcu == 1 && !(exactly() && in_region(me)))
		section_ends(pc);
	me->rcu--;
}

bool lab_x_rcu_read_lock_held(void)
{
	return x_me()->rcu;
}

/* As rcu_dereference_sched() and rcu_dereference_bh() ask. */
bool lab_x_rcu_held_otherwise(bool bh)
{
	const struct x_proc *me = x_me();

	if (bh)
		return me->bh_off || me->irq_off || me->inside;
	return in_region(me);
}

void lab_x_rcu_suspicious(const char *what)
{
	x_fail(LAB_X_RCU, X_PC(), 0, "suspicious RCU usage: %s by %s", what,
	       x_me()->name);
}

/* What the grace period that begins now waits for, on behalf of @waiter. */
void x_grace_begins(struct x_proc *waiter)
{
	const struct x_proc *q;
	int p;

	X.graces |= !X.sequential;
	for (p = 0; p < X.nprocs; p++) {
		q = &X.proc[p];
		waiter->waits_for[p] = q->begun;
		waiter->regions_then[p] = in_region(q) ? q->regions : 0;
	}
}

/* It is over for @me: in the kernel too, or is a region still on? */
static void grace_ends(const struct x_proc *me)
{
	const struct x_proc *q;

	if (exactly() || X.sequential || X.replay)
		return;
	for (q = X.proc + 1; q < X.proc + X.nprocs; q++) {
		if (q == me || !in_region(q) ||
		    q->regions != me->regions_then[q - X.proc])
			continue;
		X.hasty = true;
		/* It waits: perhaps for what comes after this. */
		if (q->state == X_PARKED && !x_enabled(q - X.proc)) {
			x_promoted[X_CELL_RCU] = 1;
			X.restart = true;
			x_end_execution();
		}
	}
}

/*
 * Whether what was found is to be searched for again, with regions as sections.
 * What is told from outside of the execution does not depend on it.
 */
bool x_grace_doubted(enum lab_x_failure kind)
{
	if (exactly() || X.replay || kind == LAB_X_ORDER ||
	    kind == LAB_X_LIMIT || kind == LAB_X_FAULT)
		return false;
	if (!X.hasty && !(kind == LAB_X_RACE && X.graces && X.regions))
		return false;
	x_promoted[X_CELL_RCU] = 1;
	return true;
}

/* Whose sections a grace period still waits for. */
x_set x_sections_left(const struct x_proc *p)
{
	x_set left = 0;
	int q;

	for (q = 0; q < X.nprocs; q++)
		if (X.proc[q].state != X_UNUSED &&
		    X.proc[q].ended < p->waits_for[q])
			left |= X_BIT(q);
	return left;
}

bool x_sections_over(const struct x_proc *p)
{
	return !x_sections_left(p);
}

void x_join_sections(const struct x_proc *p, x_clock *dep)
{
	int q;

	/* The scenario itself, when it sets up, makes no steps. */
	for (q = 1; q < X.nprocs; q++)
		if (p->waits_for[q])
			x_join(dep, &X.events[unlock_event[q][p->waits_for[q]]].dep);
}

/*
 * Sections that end after a grace period was asked for are joined too: what
 * they did came before in this execution, but a later reader could race. The
 * clock is taken at the end, so only those that ended by now are in it.
 */
static void after_grace(x_clock *sync, const x_clock *waits_for)
{
	int q;

	for (q = 0; q < X.nprocs; q++)
		if ((*waits_for)[q])
			x_join(sync, &unlock_sync[q]);
}

void lab_x_synchronize_rcu(void)
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC();
	x_clock began;
	struct x_op op;

	x_use(LAB_USED_WAITS);
	x_use(LAB_USED_GRACE_PERIODS);
	x_might_sleep(X_PC());
	if (me->rcu) {
		X.hard = true;
		x_fail(LAB_X_RCU, pc, 0,
		       "%s calls synchronize_rcu() inside a read-side critical section: it waits for itself",
		       me->name);
	}
	x_settle_value(me);
	if (X.weak)
		x_weak_fence(pc);
	x_op_simple(&op, X_OP_GP_BEGIN, 0, false, pc);
	x_foot(&op, X_CELL_RCU, true);
	x_step(&op);
	/* A full barrier at either end. */
	x_order_fence(true, true);
	began = me->sync;
	me->sync[X.cur]++;
	x_grace_begins(me);
	/* Not for itself: that it sleeps there has been told. */
	me->waits_for[X.cur] = me->ended;

	x_op_simple(&op, X_OP_GP_END, 0, false, pc);
	op.blocking = true;
	x_step(&op);
	grace_ends(me);
	after_grace(&me->sync, &me->waits_for);
	x_join(&grace, &began);
	x_order_fence(true, true);
}

void x_after_grace(void)
{
	grace_ends(x_me());
	after_grace(&x_me()->sync, &x_me()->waits_for);
}

static void run_callback(void *arg)
{
	void (**func)(void *) = arg;
	uintptr_t at = (uintptr_t)arg, pc = x_me()->start_op.pc;

	x_after_grace();
	x_region_enter(pc);
	x_me()->inside = true;
	/* The head is taken off the list: it must still be there. */
	if (!x_mem_check(at, 16, true, false, pc))
		return;
	x_race_access(at, 16, X_ACC_WRITE | X_ACC_PLAIN, pc);
	/* struct rcu_head is { next, func }, as the kernel's. */
	x_check_call((uintptr_t)func[1], pc);
	func[1](arg);
}

static bool queued(const void *head)
{
	const struct x_proc *p;

	for (p = X.proc + 1; p < X.proc + X.nprocs; p++)
		if (p->kind == 'c' && p->state == X_PARKED && p->arg == head &&
		    p->op == &p->start_op)
			return true;
	return false;
}

void lab_x_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *))
{
	struct x_proc *me = x_me();
	uintptr_t pc = X_PC(), at = (uintptr_t)head;
	struct x_op op;
	int id;

	x_use(LAB_USED_CALLBACKS);
	x_settle_value(me);
	if (!x_mem_check(at, 16, true, false, pc))
		return;
	if (X.weak)
		x_weak_fence(pc);
	x_op_simple(&op, X_OP_CALL_RCU, at, true, pc);
	x_foot(&op, X_CELL_RCU, true);
	x_foot(&op, X_CELL_CALLBACKS, false);
	x_step(&op);
	x_mem_check(at, 16, true, false, pc);
	x_race_access(at, 16, X_ACC_WRITE | X_ACC_PLAIN, pc);
	if (queued(head)) {
		x_fail(LAB_X_RCU, pc, at,
		       "%s calls call_rcu() for what waits for its grace period already",
		       me->name);
		return;
	}
	((void **)head)[1] = (void *)func;
	id = x_spawn('c', run_callback, head, X_OP_CALLBACK, pc);
	me->sync[X.cur]++;
	if (id < 0)
		return;
	x_grace_begins(&X.proc[id]);
	x_foot(&X.proc[id].start_op, x_index(at) / 4, true);
	x_foot_life(&X.proc[id].start_op, at);
}

/* For what others were given to run up to now: callbacks, or works as well. */
static void wait_for_given(bool works, uintptr_t pc)
{
	struct x_proc *me = x_me();
	x_set queued = 0;
	struct x_op op;
	int p;

	x_use(LAB_USED_WAITS);
	x_might_sleep(pc);
	x_op_simple(&op, X_OP_BARRIER_BEGIN, 0, false, pc);
	x_foot(&op, X_CELL_CALLBACKS, true);
	if (works)
		x_foot(&op, X_CELL_WORKS, true);
	x_step(&op);
	for (p = 1; p < X.nprocs; p++)
		if (X.proc[p].kind == 'c' || (works && X.proc[p].kind == 'w'))
			queued |= X_BIT(p);
	x_op_simple(&op, X_OP_RCU_BARRIER, 0, false, pc);
	op.blocking = true;
	op.arg = queued;
	x_step(&op);
	for (p = 1; p < X.nprocs; p++)
		if (queued >> p & 1)
			x_join(&me->sync, &X.proc[p].sync);
}

void lab_x_rcu_barrier(void)
{
	wait_for_given(false, X_PC());
}

void lab_x_settle(void)
{
	wait_for_given(true, X_PC());
}
