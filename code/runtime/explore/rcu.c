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

void lab_x_rcu_read_lock(void)
{
	struct x_proc *me = x_me();
	struct x_op op;

	if (me->rcu == MAX_NESTED)
		x_fail(LAB_X_LIMIT, X_PC(), 0,
		       "%s nests more than %d RCU read-side critical sections",
		       me->name, MAX_NESTED);
	if (me->rcu++)
		return;
	x_op_simple(&op, X_OP_RCU_LOCK, 0, false, X_PC());
	x_foot(&op, X_CELL_RCU, false);
	me->rcu--;
	x_step(&op);
	me->rcu++;
	if (++me->begun == MAX_SECTIONS)
		x_fail(LAB_X_LIMIT, X_PC(), 0,
		       "%s enters more than %d RCU read-side critical sections",
		       me->name, MAX_SECTIONS);
	x_acquire(&grace);
}

void lab_x_rcu_read_unlock(void)
{
	struct x_proc *me = x_me();
	struct x_op op;

	if (!me->rcu) {
		x_fail(LAB_X_RCU, X_PC(), 0,
		       "%s calls rcu_read_unlock() outside of a read-side critical section",
		       me->name);
		return;
	}
	if (me->rcu > 1) {
		me->rcu--;
		return;
	}
	if (X.weak)
		x_weak_fence(X_PC());
	x_op_simple(&op, X_OP_RCU_UNLOCK, 0, false, X_PC());
	x_step(&op);
	unlock_event[X.cur][me->begun] = X.nevents - 1;
	me->ended = me->begun;
	me->rcu = 0;
	x_release(&unlock_sync[X.cur]);
}

bool lab_x_rcu_read_lock_held(void)
{
	return x_me()->rcu;
}

void lab_x_rcu_suspicious(const char *what)
{
	x_fail(LAB_X_RCU, X_PC(), 0, "suspicious RCU usage: %s by %s", what,
	       x_me()->name);
}

static void note_sections(x_clock *waits_for)
{
	int p;

	for (p = 0; p < X.nprocs; p++)
		(*waits_for)[p] = X.proc[p].begun;
}

bool x_sections_over(const struct x_proc *p)
{
	int q;

	for (q = 0; q < X.nprocs; q++)
		if (X.proc[q].state != X_UNUSED &&
		    X.proc[q].ended < p->waits_for[q])
			return false;
	return true;
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
	note_sections(&me->waits_for);

	x_op_simple(&op, X_OP_GP_END, 0, false, pc);
	op.blocking = true;
	x_step(&op);
	after_grace(&me->sync, &me->waits_for);
	x_join(&grace, &began);
	x_order_fence(true, true);
}

void x_after_grace(void)
{
	after_grace(&x_me()->sync, &x_me()->waits_for);
}

static void run_callback(void *arg)
{
	void (**func)(void *) = arg;
	uintptr_t at = (uintptr_t)arg, pc = x_me()->start_op.pc;

	x_after_grace();
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
	note_sections(&X.proc[id].waits_for);
	x_foot(&X.proc[id].start_op, x_index(at) / 4, true);
	x_foot_life(&X.proc[id].start_op, at);
}

void lab_x_rcu_barrier(void)
{
	struct x_proc *me = x_me();
	x_set queued = 0;
	struct x_op op;
	int p;

	x_use(LAB_USED_WAITS);
	x_might_sleep(X_PC());
	x_op_simple(&op, X_OP_BARRIER_BEGIN, 0, false, X_PC());
	x_foot(&op, X_CELL_CALLBACKS, true);
	x_step(&op);
	for (p = 1; p < X.nprocs; p++)
		if (X.proc[p].kind == 'c')
			queued |= X_BIT(p);
	x_op_simple(&op, X_OP_RCU_BARRIER, 0, false, X_PC());
	op.blocking = true;
	op.arg = queued;
	x_step(&op);
	for (p = 1; p < X.nprocs; p++)
		if (queued >> p & 1)
			x_join(&me->sync, &X.proc[p].sync);
}
