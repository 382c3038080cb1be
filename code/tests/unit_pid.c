// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each scheme owes to a single thread: references, lists, names.
 *
 * One case a line of TAP. What needs a second thread is the scenarios'
 * business, what needs every interleaving is the explorer's.
 */
#include <stdio.h>

#include <linux/rcupdate.h>

#include "lab_run.h"
#include "scheme.h"

static int nr, failed;

#define CHECK(cond, ...) do {						\
	bool fine = (cond);						\
									\
	failed += !fine;						\
	printf("%sok %d ", fine ? "" : "not ", ++nr);			\
	printf(__VA_ARGS__);						\
	printf("\n");							\
	if (!fine)							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
} while (0)

/* Has it a list of inodes? */
static bool lists(const struct lab_pid_scheme *scheme)
{
	return scheme != &lab_scheme_by_name;
}

static void check_one_life(const struct lab_pid_scheme *scheme)
{
	long before = lab_live_objects();
	struct lab_pid_namespace *ns = lab_create_pid_ns(scheme, 4);
	struct lab_super_block *sb = lab_mount_proc(ns);
	struct lab_task *task = lab_fork(ns, 1, NULL, NULL);
	struct lab_pid *pid = lab_task_pid(task);
	unsigned int birth = pid->birth;
	struct lab_dentry *dir, *again, *file;
	const char *name = scheme->name;

	ns->proc_mnt = sb;
	CHECK(!lab_proc_pid_lookup(sb, 2), "%s: a number without a task",
	      name);
	CHECK(!lab_nr_dentries(sb), "%s: leaves nothing in the cache", name);
	dir = lab_proc_pid_lookup(sb, 1);
	CHECK(dir && dir->d_inode->pid == pid, "%s: a task's directory", name);
	CHECK(refcount_read(&pid->count) == 2, "%s: has its pid", name);
	again = lab_proc_pid_lookup(sb, 1);
	CHECK(again == dir && dir->d_count == 2,
	      "%s: comes from the cache when asked for again", name);
	lab_dput(again);
	file = lab_proc_pident_lookup(dir, 1, false);
	CHECK(file && scheme->nr_inodes(pid) == lists(scheme),
	      "%s: the directory alone is on the list, if there is one", name);
	lab_dput(file);
	lab_dput(dir);
	CHECK(lab_nr_dentries(sb) == 2, "%s: both stay cached", name);

	/* Somebody keeps the directory open over the exit. */
	dir = lab_proc_pid_lookup(sb, 1);
	scheme->release_task(task);
	CHECK(lab_nr_dentries(sb) == 1, "%s: what is in use stays", name);
	CHECK(!lab_proc_pid_lookup(sb, 1), "%s: but nobody finds it", name);
	CHECK(!lab_proc_pident_lookup(dir, 2, false),
	      "%s: and nothing is added below it", name);
	CHECK(!lab_pid_revalidate(dir), "%s: it would not pass", name);
	lab_dput(dir);
	CHECK(!lab_nr_dentries(sb), "%s: it goes with its last user", name);

	task = lab_fork(ns, 1, NULL, NULL);
	CHECK(lab_task_pid(task)->birth > birth,
	      "%s: the number means another pid now", name);
	scheme->release_task(task);
	lab_deactivate_super(sb);
	rcu_barrier();
	lab_free_pid_ns(ns);
	CHECK(lab_live_objects() == before, "%s: nothing is left over", name);
	CHECK(!lab_violations(), "%s: no object was misused", name);
}

static void check_session(const struct lab_pid_scheme *scheme)
{
	struct lab_pid_namespace *ns = lab_create_pid_ns(scheme, 4);
	struct lab_super_block *sb = lab_mount_proc(ns);
	struct lab_task *leader = lab_fork(ns, 1, NULL, NULL);
	struct lab_task *member = lab_fork(ns, 2, NULL, leader);
	struct lab_pid *post[LAB_PIDTYPE_MAX] = { };

	ns->proc_mnt = sb;
	write_lock_irq(&lab_tasklist_lock);
	lab_exit_signal(leader, post);
	write_unlock_irq(&lab_tasklist_lock);
	CHECK(!post[LAB_PIDTYPE_PID] && !post[LAB_PIDTYPE_SID],
	      "%s: a session keeps the pid of its dead leader", scheme->name);
	CHECK(!lab_find_get_task(ns, 1), "%s: which has no task", scheme->name);
	lab_put_task_rcu_user(leader);
	scheme->release_task(member);
	lab_deactivate_super(sb);
	rcu_barrier();
	lab_free_pid_ns(ns);
}

static void check_exec(const struct lab_pid_scheme *scheme, bool of_2020)
{
	struct lab_pid_namespace *ns = lab_create_pid_ns(scheme, 4);
	struct lab_super_block *sb = lab_mount_proc(ns);
	struct lab_task *leader = lab_fork(ns, 1, NULL, NULL);
	struct lab_task *thread = lab_fork(ns, 2, leader, NULL), *found;
	struct lab_pid *pid = lab_task_pid(leader);
	const char *form = of_2020 ? "2020's exec" : "6.1's exec";

	ns->proc_mnt = sb;
	lab_dput(lab_proc_pid_lookup(sb, 1));
	lab_dput(lab_proc_pid_lookup(sb, 2));
	if (of_2020)
		lab_de_thread_2020(thread);
	else
		lab_de_thread(thread);
	CHECK(lab_task_pid(thread) == pid && thread->group_leader == thread,
	      "%s: %s by a thread makes it the leader", scheme->name, form);
	found = lab_find_get_task(ns, 1);
	CHECK(found == thread, "%s: %s gives it the leader's number",
	      scheme->name, form);
	lab_put_task(found);
	CHECK(!lab_find_get_task(ns, 2), "%s: %s frees its own", scheme->name,
	      form);
	CHECK(lab_nr_dentries(sb) == 1,
	      "%s: %s flushes one of the two directories", scheme->name, form);
	scheme->release_task(thread);
	CHECK(lab_nr_dentries(sb) == of_2020,
	      of_2020 ? "%s: %s leaves the thread's directory behind" :
	      "%s: %s leaves nothing behind", scheme->name, form);
	lab_deactivate_super(sb);
	rcu_barrier();
	lab_free_pid_ns(ns);
}

static void check_sizes(void)
{
	size_t by_name = lab_scheme_by_name.pid_size;

	CHECK(lab_scheme_wait_pidfd_lock.pid_size == by_name + sizeof(void *),
	      "the list costs one pointer");
	CHECK(lab_scheme_pid_lock.pid_size > by_name + sizeof(void *),
	      "and a lock of its own costs more");
}

int main(void)
{
	static const struct lab_pid_scheme * const schemes[] = {
		&lab_scheme_by_name, &lab_scheme_wait_pidfd_lock,
		&lab_scheme_pid_lock,
	};
	unsigned int i;

	urcu_memb_register_thread();
	for (i = 0; i < ARRAY_SIZE(schemes); i++) {
		check_one_life(schemes[i]);
		check_session(schemes[i]);
		check_exec(schemes[i], true);
		check_exec(schemes[i], false);
	}
	check_sizes();
	urcu_memb_unregister_thread();
	printf("1..%d\n", nr);
	return failed != 0;
}
