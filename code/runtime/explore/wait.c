// SPDX-License-Identifier: GPL-2.0-only
/*
 * Completions, wait queues, and workqueues.
 */
#include <string.h>

#include "engine.h"

/* As include/linux/workqueue.h lays it out. */
struct work {
	unsigned int pending;
	unsigned int running;
	void (*func)(struct work *work);
};

static void waiters_step(struct lab_x_waiters *w, enum x_kind kind,
			 bool blocking, uint64_t arg, uintptr_t pc)
{
	struct x_op op;

	x_settle_value(x_me());
	if (!x_mem_check((uintptr_t)w, sizeof(*w), true, false, pc))
		return;
	if (X.weak)
		x_weak_fence(pc);
	x_op_simple(&op, kind, (uintptr_t)w, kind != X_OP_WAIT_PREPARE &&
		    kind != X_OP_WAIT, pc);
	op.blocking = blocking;
	op.arg = arg;
	if (kind == X_OP_WAIT || kind == X_OP_WAIT_PREPARE ||
	    kind == X_OP_WAKE)
		op.addr = (uintptr_t)w;
	x_step(&op);
	x_mem_check((uintptr_t)w, sizeof(*w), true, false, pc);
	x_race_access((uintptr_t)w, sizeof(*w), X_ACC_WRITE, pc);
}

void lab_x_complete(struct lab_x_waiters *w, bool all)
{
	waiters_step(w, X_OP_COMPLETE, false, 0, X_PC());
	x_release(x_sync_at((uintptr_t)w, true));
	w->done = all ? 0x7fffffff : w->done + 1;
}

void lab_x_wait_for_completion(struct lab_x_waiters *w)
{
	x_use(LAB_USED_WAITS);
	x_might_sleep(X_PC());
	waiters_step(w, X_OP_WAIT_COMPLETION, true, 0, X_PC());
	x_acquire(x_sync_at((uintptr_t)w, false));
	if (w->done < 0x7fffffff)
		w->done--;
}

unsigned int lab_x_prepare_to_wait(struct lab_x_waiters *w)
{
	x_use(LAB_USED_WAITS);
	x_might_sleep(X_PC());
	waiters_step(w, X_OP_WAIT_PREPARE, false, 0, X_PC());
	return w->wakes;
}

void lab_x_wait(struct lab_x_waiters *w, unsigned int since)
{
	waiters_step(w, X_OP_WAIT, true, since, X_PC());
	x_acquire(x_sync_at((uintptr_t)w, false));
}

void lab_x_wake_up(struct lab_x_waiters *w)
{
	waiters_step(w, X_OP_WAKE, false, 0, X_PC());
	x_release(x_sync_at((uintptr_t)w, true));
	w->wakes++;
}

/*
 * A loop that waits is known by what it does (loop.c). That it says so makes no
 * difference.
 */
void lab_x_cpu_relax(void)
{
	x_settle_value(x_me());
}

/* Workqueues */

bool x_work_idle(const void *work)
{
	const struct work *w = work;

	return !w->pending && !w->running;
}

/* A work is never run twice at a time: the second run waits for the first. */
bool x_work_runs(const void *work)
{
	return ((const struct work *)work)->running;
}

static void run_work(void *arg)
{
	struct work *w = arg;

	if (!x_mem_check((uintptr_t)w, sizeof(*w), true, false,
			 x_me()->start_op.pc))
		return;
	x_me()->work = w;
	w->pending = 0;
	w->running = X.cur;
	x_acquire(x_sync_at((uintptr_t)&w->pending, false));
	x_acquire(x_sync_at((uintptr_t)&w->running, false));
	x_after_grace();
	x_race_access((uintptr_t)w, sizeof(*w), X_ACC_WRITE,
		      x_me()->start_op.pc);
	if (!w->func) {
		x_fail(LAB_X_NULL, x_me()->start_op.pc, (uintptr_t)w,
		       "%s is to run a work that has no function: it was not initialised, or is being initialised once more",
		       x_me()->name);
		return;
	}
	x_check_call((uintptr_t)w->func, x_me()->start_op.pc);
	w->func(w);
}

/* The work may have freed itself: touch it only if it is still there. */
void x_work_done(struct x_proc *p)
{
	struct work *w = p->work;
	int o = x_object_at((uintptr_t)w);

	if (!w || (o >= 0 && X.objects[o].dead))
		return;
	if (w->running == (unsigned int)X.cur) {
		w->running = 0;
		x_release(x_sync_at((uintptr_t)&w->running, true));
	}
}

static int queue(struct work_struct *work, enum x_kind first, uintptr_t pc)
{
	struct work *w = (struct work *)work;
	struct x_op op;
	int id;

	x_use(LAB_USED_CALLBACKS);
	x_settle_value(x_me());
	if (!x_mem_check((uintptr_t)w, sizeof(*w), true, false, pc))
		return -1;
	if (X.weak)
		x_weak_fence(pc);
	x_op_simple(&op, X_OP_QUEUE_WORK, (uintptr_t)w, true, pc);
	if (first == X_OP_CALLBACK)
		x_foot(&op, X_CELL_RCU, true);
	x_foot(&op, X_CELL_WORKS, false);
	x_step(&op);
	x_mem_check((uintptr_t)w, sizeof(*w), true, false, pc);
	x_race_access((uintptr_t)w, sizeof(*w), X_ACC_WRITE, pc);
	/*
	 * A full barrier either way, and one more where the bit is cleared: a
	 * run that begins after this has what came before this, whoever
	 * queued it.
	 */
	x_acquire(x_sync_at((uintptr_t)&w->pending, false));
	x_release(x_sync_at((uintptr_t)&w->pending, true));
	if (w->pending)
		return -1;
	w->pending = 1;
	id = x_spawn('w', run_work, w, first, pc);
	x_me()->sync[X.cur]++;
	if (id >= 0) {
		X.proc[id].start_op.addr = (uintptr_t)w;
		x_foot(&X.proc[id].start_op, x_index((uintptr_t)w) / 4, true);
		x_foot_life(&X.proc[id].start_op, (uintptr_t)w);
	}
	return id;
}

bool lab_x_queue_work(struct work_struct *work)
{
	return queue(work, X_OP_WORK, X_PC()) >= 0;
}

bool lab_x_queue_rcu_work(struct work_struct *work)
{
	int id = queue(work, X_OP_CALLBACK, X_PC());

	if (id < 0)
		return false;
	x_grace_begins(&X.proc[id]);
	return true;
}

void lab_x_flush_work(struct work_struct *work)
{
	uintptr_t pc = X_PC(), at = (uintptr_t)work;
	struct x_op op;

	x_use(LAB_USED_WAITS);
	x_might_sleep(X_PC());
	if (!x_mem_check(at, sizeof(struct work), true, false, pc))
		return;
	x_op_simple(&op, X_OP_FLUSH_WORK, at, false, pc);
	op.blocking = true;
	x_step(&op);
	x_mem_check(at, sizeof(struct work), true, false, pc);
	x_race_access(at, sizeof(struct work), 0, pc);
	x_acquire(x_sync_at((uintptr_t)&((struct work *)work)->running, false));
}
