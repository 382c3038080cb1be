// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pids and tasks: what all three schemes share.
 *
 * Who uses a pid is changed under lab_tasklist_lock, held for writing, and
 * looked at under RCU. So both a pid and a task stay in memory for a grace
 * period after they are gone.
 */
#include <linux/string.h>

#include "scheme.h"

DEFINE_RWLOCK(lab_tasklist_lock);

static atomic_t lab_last_birth = ATOMIC_INIT(0);

/**
 * lab_create_pid_ns() - make a pid namespace without any process
 * @scheme: what is to become of the dentries of its dead
 * @nr_ids: numbers are from 0 to below this
 *
 * Context: Process context, may sleep.
 * Return: the namespace, or NULL when there is no memory.
 */
struct lab_pid_namespace *lab_create_pid_ns(const struct lab_pid_scheme *scheme,
					    unsigned int nr_ids)
{
	struct lab_pid_namespace *ns;

	ns = lab_alloc(sizeof(*ns) + nr_ids * sizeof(ns->ids[0]));
	if (ns) {
		ns->scheme = scheme;
		ns->nr_ids = nr_ids;
	}
	return ns;
}

/**
 * lab_free_pid_ns() - the end of a pid namespace
 * @ns: without processes, and no instance of /proc shows it
 *
 * Context: Process context, may sleep.
 */
void lab_free_pid_ns(struct lab_pid_namespace *ns)
{
	lab_free(ns);
}

/*
 * A struct pid comes from a cache that does not clear its objects: what a
 * scheme forgets to initialise is whatever was there before (claim I9).
 */
static struct lab_pid *lab_alloc_pid(struct lab_pid_namespace *ns,
				     unsigned int nr)
{
	struct lab_pid *pid = lab_alloc(ns->scheme->pid_size);
	int type;

	if (!pid)
		return NULL;
	memset(pid, 0x5a, ns->scheme->pid_size);
	refcount_set(&pid->count, 1);
	pid->nr = nr;
	pid->birth = atomic_inc_return(&lab_last_birth);
	pid->magic = LAB_ALIVE;
	pid->ns = ns;
	for (type = 0; type < LAB_PIDTYPE_MAX; type++)
		INIT_HLIST_HEAD(&pid->tasks[type]);
	spin_lock_init(&pid->wait_pidfd.lock);
	pid->wait_pidfd.wakes = 0;
	ns->scheme->init_pid(pid);
	/* From here on it can be found, though it has no task yet. */
	rcu_assign_pointer(ns->ids[nr], pid);
	return pid;
}

/**
 * lab_put_pid() - drop a reference on a pid
 * @pid: not to be touched by the caller any more
 *
 * Mirrors put_pid().
 *
 * Context: Any. The free path takes no lock.
 */
void lab_put_pid(struct lab_pid *pid)
{
	if (pid->magic != LAB_ALIVE)
		lab_violated(LAB_DEAD_PID, pid);
	if (!refcount_dec_and_test(&pid->count))
		return;
	pid->magic = LAB_DEAD;
	lab_free(pid);
}

static void lab_delayed_put_pid(struct rcu_head *rcu)
{
	lab_put_pid(container_of(rcu, struct lab_pid, rcu));
}

/* Nobody can find it by its number any more, which is free for another. */
static void lab_free_pid(struct lab_pid *pid)
{
	RCU_INIT_POINTER(pid->ns->ids[pid->nr], NULL);
	call_rcu(&pid->rcu, lab_delayed_put_pid);
}

/**
 * lab_free_pids() - free the pids that an exit has left without a task
 * @pids: from lab_exit_signal(); NULL stands for none
 *
 * Mirrors free_pids(), which Linux has since 7903f907a226 (2025).
 *
 * Context: Any.
 */
void lab_free_pids(struct lab_pid **pids)
{
	int type;

	for (type = 0; type < LAB_PIDTYPE_MAX; type++)
		if (pids[type])
			lab_free_pid(pids[type]);
}

/**
 * lab_get_task_pid() - a task's own pid, with a reference
 * @task: the caller holds a reference on it
 *
 * Mirrors get_task_pid(task, PIDTYPE_PID).
 *
 * Context: Any.
 * Return: the pid, or NULL when @task has been unhashed.
 */
struct lab_pid *lab_get_task_pid(struct lab_task *task)
{
	struct lab_pid *pid;

	rcu_read_lock();
	pid = rcu_dereference(task->pids[LAB_PIDTYPE_PID]);
	if (pid)
		lab_get_pid(pid);
	rcu_read_unlock();
	return pid;
}

static struct lab_task *lab_get_pid_task_rcu(struct lab_pid *pid)
{
	struct hlist_head *tasks = &pid->tasks[LAB_PIDTYPE_PID];
	struct hlist_node *first = rcu_dereference(hlist_first_rcu(tasks));
	struct lab_task *task;

	if (!first)
		return NULL;
	task = hlist_entry(first, struct lab_task, pid_links[LAB_PIDTYPE_PID]);
	/* Its own reference is dropped only after a grace period. */
	refcount_inc(&task->usage);
	return task;
}

/**
 * lab_get_pid_task() - whose pid this is
 * @pid: the caller keeps it alive
 *
 * Mirrors get_pid_task(pid, PIDTYPE_PID).
 *
 * Context: Any.
 * Return: the task, with a reference that is the caller's, or NULL when it
 * is dead.
 */
struct lab_task *lab_get_pid_task(struct lab_pid *pid)
{
	struct lab_task *task;

	rcu_read_lock();
	task = lab_get_pid_task_rcu(pid);
	rcu_read_unlock();
	return task;
}

/**
 * lab_find_get_task() - the task of a number
 * @ns: where it is its number
 * @nr: the number
 *
 * Mirrors find_get_task_by_vpid().
 *
 * Context: Any.
 * Return: the task, with a reference that is the caller's, or NULL.
 */
struct lab_task *lab_find_get_task(struct lab_pid_namespace *ns,
				   unsigned int nr)
{
	struct lab_task *task = NULL;
	struct lab_pid *pid;

	rcu_read_lock();
	pid = rcu_dereference(ns->ids[nr]);
	if (pid)
		task = lab_get_pid_task_rcu(pid);
	rcu_read_unlock();
	return task;
}

static void lab_attach_pid(struct lab_task *task, enum lab_pid_type type,
			   struct lab_pid *pid)
{
	rcu_assign_pointer(task->pids[type], pid);
	hlist_add_head_rcu(&task->pid_links[type], &pid->tasks[type]);
}

/* Returns the pid when nobody uses it any more. */
static struct lab_pid *lab_detach_pid(struct lab_task *task,
				      enum lab_pid_type type)
{
	struct lab_pid *pid = rcu_dereference_protected(task->pids[type], true);

	if (!pid)
		return NULL;
	hlist_del_init_rcu(&task->pid_links[type]);
	RCU_INIT_POINTER(task->pids[type], NULL);
	for (type = 0; type < LAB_PIDTYPE_MAX; type++)
		if (!hlist_empty(&pid->tasks[type]))
			return NULL;
	return pid;
}

/**
 * lab_fork() - a new task with a new pid
 * @ns: where it gets its number
 * @nr: the number; nobody has it
 * @leader: whose thread group it joins; NULL for a process of its own
 * @session: the leader of its session; itself when it is NULL and @leader is
 *
 * Context: Process context, may sleep. Takes lab_tasklist_lock.
 * Return: the task, which release_task() ends, or NULL when there is no
 * memory.
 */
struct lab_task *lab_fork(struct lab_pid_namespace *ns, unsigned int nr,
			  struct lab_task *leader, struct lab_task *session)
{
	struct lab_task *task = lab_alloc(sizeof(*task));
	struct lab_pid *pid = task ? lab_alloc_pid(ns, nr) : NULL;

	if (!pid) {
		lab_free(task);
		return NULL;
	}
	refcount_set(&task->usage, 1);
	task->group_leader = leader ? leader : task;
	INIT_HLIST_HEAD(&task->inodes);

	write_lock_irq(&lab_tasklist_lock);
	lab_attach_pid(task, LAB_PIDTYPE_PID, pid);
	if (!leader)
		lab_attach_pid(task, LAB_PIDTYPE_SID,
			       session ? lab_task_pid(session) : pid);
	write_unlock_irq(&lab_tasklist_lock);
	return task;
}

/**
 * lab_put_task() - drop a reference on a task
 * @task: not to be touched by the caller any more
 *
 * Mirrors put_task_struct().
 *
 * Context: Any.
 */
void lab_put_task(struct lab_task *task)
{
	if (refcount_dec_and_test(&task->usage))
		lab_free(task);
}

static void lab_delayed_put_task(struct rcu_head *rcu)
{
	lab_put_task(container_of(rcu, struct lab_task, rcu));
}

/**
 * lab_put_task_rcu_user() - drop the reference that a task has by itself
 * @task: unhashed
 *
 * Mirrors put_task_struct_rcu_user().
 *
 * Context: Any.
 */
void lab_put_task_rcu_user(struct lab_task *task)
{
	call_rcu(&task->rcu, lab_delayed_put_task);
}

/**
 * lab_exit_signal() - unhash a task: it uses no pid any more
 * @task: exits
 * @post: where to leave the pids that nobody uses any more, for
 *	lab_free_pids(); NULL to free them at once, as Linux did until 2025
 *
 * Mirrors __exit_signal(), as far as it is about pids.
 *
 * Context: Holds lab_tasklist_lock for writing.
 */
void lab_exit_signal(struct lab_task *task, struct lab_pid **post)
{
	struct lab_pid *pid;
	int type;

	for (type = 0; type < LAB_PIDTYPE_MAX; type++) {
		pid = lab_detach_pid(task, type);
		if (pid && post)
			post[type] = pid;
		else if (pid)
			lab_free_pid(pid);
	}
}
