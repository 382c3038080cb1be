// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each scheme owes to a single thread: references, zombies, errors.
 *
 * Every function of every scheme, one case a line of TAP. What needs a second
 * thread is the scenarios' business, what needs every interleaving is the
 * explorer's.
 */
#include <errno.h>
#include <stdio.h>

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/rcupdate.h>

#include "count.h"
#include "lab_run.h"
#include "ptrlock.h"
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

static void check_scheme(const struct lab_nsproxy_scheme *scheme)
{
	long before = lab_live_objects();
	struct lab_task *task = lab_create_task(), *child = lab_create_task();
	struct lab_nsproxy *first = lab_create_nsproxy();
	struct lab_nsproxy *second = lab_share_nsproxy(first);
	struct lab_uts_namespace *uts_ns = first->uts_ns, *got;
	struct lab_mnt_namespace *mnt_ns = NULL;
	const char *name = scheme->name;
	unsigned int root = 0;

	CHECK(!scheme->utsns_get(task),
	      "%s: a task without namespaces gives none", name);
	CHECK(!scheme->task_uts_inum(task),
	      "%s: a look at a task without namespaces sees 0", name);

	scheme->switch_task_namespaces(task, first);
	CHECK(atomic_read(&first->count) == 1,
	      "%s: a switch takes over the caller's reference", name);
	got = scheme->utsns_get(task);
	CHECK(got == uts_ns, "%s: a remote reader gets the task's namespace",
	      name);
	CHECK(refcount_read(&uts_ns->ns.count) == 3,
	      "%s: it holds a reference of its own, beside both nsproxies",
	      name);
	lab_put_uts_ns(got);
	CHECK(scheme->task_uts_inum(task) == uts_ns->ns.inum,
	      "%s: a look sees the number of the namespace", name);
	CHECK(refcount_read(&uts_ns->ns.count) == 2,
	      "%s: and leaves its count alone", name);
	CHECK(scheme->current_uts_inum(task) == uts_ns->ns.inum,
	      "%s: the owner sees the same number", name);

	CHECK(!scheme->mounts_open(task, &mnt_ns, &root) &&
	      mnt_ns == first->mnt_ns && root == 1,
	      "%s: mounts_open finds the mount namespace and the root", name);
	lab_put_mnt_ns(mnt_ns);

	scheme->copy_namespaces(task, child);
	CHECK(atomic_read(&first->count) == 2,
	      "%s: a child shares its parent's nsproxy", name);
	scheme->exit_task_namespaces(child);
	CHECK(atomic_read(&first->count) == 1,
	      "%s: and gives it back when it exits", name);
	CHECK(!scheme->utsns_get(child), "%s: a zombie gives no namespace",
	      name);

	scheme->switch_task_namespaces(task, second);
	lab_settle();
	CHECK(refcount_read(&uts_ns->ns.count) == 1,
	      "%s: the switch frees the nsproxy that nobody points to", name);
	CHECK(scheme->current_uts_inum(task) == uts_ns->ns.inum,
	      "%s: the namespace lives on with its second nsproxy", name);

	mnt_ns = NULL;
	lab_exit_fs(task);
	scheme->exit_task_namespaces(task);
	CHECK(scheme->mounts_open(task, &mnt_ns, &root) == -EINVAL && !mnt_ns,
	      "%s: mounts_open refuses a zombie", name);
	lab_exit_fs(child);
	lab_put_task(child);
	lab_put_task(task);
	lab_settle();
	CHECK(lab_live_objects() == before, "%s: nothing is left over", name);
	CHECK(!lab_violations(), "%s: no object was misused", name);
}

/* An exiting task has dropped its root, but not yet its namespaces. */
static void check_exiting(const struct lab_nsproxy_scheme *scheme,
			  bool leaks_a_tag)
{
	struct lab_task *task = lab_create_task();
	struct lab_nsproxy *nsproxy = lab_create_nsproxy();
	struct lab_mnt_namespace *mnt_ns = NULL;
	unsigned long word;
	unsigned int root = 0;
	int err;

	scheme->switch_task_namespaces(task, nsproxy);
	lab_exit_fs(task);
	err = scheme->mounts_open(task, &mnt_ns, &root);
	CHECK(err == -ENOENT && !mnt_ns,
	      "%s: mounts_open refuses a task without a root", scheme->name);
	CHECK(refcount_read(&nsproxy->mnt_ns->ns.count) == 1,
	      "%s: and gives its reference back", scheme->name);
	word = (unsigned long)task->nsproxy;
	CHECK((word & 1) == leaks_a_tag, leaks_a_tag ?
	      "%s: and leaves its tag behind, as the RFC did (P9)" :
	      "%s: and leaves the pointer as it was", scheme->name);
	if (leaks_a_tag)
		task->nsproxy = nsproxy;
	scheme->exit_task_namespaces(task);

	err = scheme->mounts_open(task, &mnt_ns, &root);
	word = (unsigned long)task->nsproxy;
	CHECK(err == -EINVAL && word == leaks_a_tag, leaks_a_tag ?
	      "%s: and turns a zombie's NULL into 1 for good (P9)" :
	      "%s: a zombie's pointer stays NULL", scheme->name);
	lab_put_task(task);
}

/*
 * What one operation costs, as count.h sees it: claim P3 is that the tagged
 * reader pays for its lock and two atomics more than the others.
 */
static void check_counts(const struct lab_nsproxy_scheme *counted,
			 unsigned long locks, unsigned long rmws)
{
	struct lab_task *task = lab_create_task();
	struct lab_uts_namespace *uts_ns;

	counted->switch_task_namespaces(task, lab_create_nsproxy());
	lab_counts = (struct lab_counts){ };
	uts_ns = counted->utsns_get(task);
	CHECK(lab_counts.locks == locks && lab_counts.rmws == rmws,
	      "%s: a read takes %lu lock and %lu other atomics", counted->name,
	      locks, rmws);
	lab_put_uts_ns(uts_ns);
	counted->exit_task_namespaces(task);
	lab_exit_fs(task);
	lab_put_task(task);
}

static void check_ptrlock(void)
{
	struct lab_nsproxy *a = lab_create_nsproxy();
	struct lab_ptrlock pl;

	lab_ptrlock_init(&pl, a);
	CHECK(lab_ptrlock_peek(&pl) == a, "ptrlock: begins unlocked");
	CHECK(lab_ptrlock_lock(&pl) == a, "ptrlock: lock returns the pointer");
	CHECK(pl.word & LAB_PTRLOCK_MASK, "ptrlock: the bit is in the word");
	CHECK(lab_ptrlock_peek(&pl) == a, "ptrlock: peek masks the bit");
	lab_ptrlock_unlock(&pl);
	CHECK(pl.word == (unsigned long)a, "ptrlock: unlock clears the bit");
	lab_ptrlock_lock(&pl);
	lab_ptrlock_set_unlock(&pl, NULL);
	CHECK(!pl.word, "ptrlock: set_unlock replaces and unlocks");
	CHECK(!lab_ptrlock_lock(&pl) && !lab_ptrlock_peek(&pl),
	      "ptrlock: a locked NULL still reads as NULL (P10)");
	lab_ptrlock_unlock(&pl);
	lab_put_nsproxy(a);
}

int main(void)
{
	static const struct {
		const char *name;
		unsigned long locks, rmws;
	} schemes[] = {
		{ "task_lock", 1, 1 },
		{ "rcu", 0, 1 },
		{ "pointer_tag", 1, 3 },
		{ "dedicated_lock", 1, 1 },
		{ "pointer_lock", 1, 1 },
		{ "rcu_work", 0, 1 },
	};
	struct lab_config config;
	unsigned int i;

	urcu_memb_register_thread();
	for (i = 0; i < ARRAY_SIZE(schemes); i++) {
		CHECK(!lab_find_scheme(schemes[i].name, &config), "%s: is there",
		      schemes[i].name);
		check_scheme(config.scheme);
		check_exiting(config.scheme, config.scheme ==
			      &lab_scheme_pointer_tag);
		check_counts(config.counted, schemes[i].locks,
			     schemes[i].rmws);
	}
	CHECK(lab_find_scheme("rcu_lock", &config) == -EINVAL,
	      "a scheme that does not exist is refused");
	check_ptrlock();
	urcu_memb_unregister_thread();
	printf("1..%d\n", nr);
	return failed != 0;
}
