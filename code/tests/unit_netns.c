// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each scheme owes to a single thread, and the table of ids.
 *
 * One case a line of TAP. What needs a second thread is the scenarios'
 * business, what needs every interleaving is the explorer's.
 */
#include <errno.h>
#include <stdio.h>

#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "lab_run.h"
#include "scheme.h"
#include "watched.h"

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

static void check_idr(void)
{
	struct lab_idr_cursor at = LAB_IDR_CURSOR;
	static struct lab_idr idr;
	int seen = 0, right = 0, id, i;
	static int things[LAB_IDR_FAN * LAB_IDR_FAN + 1];
	long before = lab_live_objects();
	int *found;

	CHECK(!lab_idr_find(&idr, 0), "idr: an empty table leads nowhere");
	id = 0;
	CHECK(!lab_idr_get_next(&idr, &id), "idr: and has no first entry");
	for (i = 0; i < 200; i++)
		right += lab_idr_alloc(&idr, &things[i], -1) == i;
	CHECK(right == 200, "idr: the lowest free id comes first");
	CHECK(lab_idr_alloc(&idr, &things[0], 7) == -ENOSPC,
	      "idr: an id in use is not given again");
	CHECK(lab_idr_alloc(&idr, &things[3000], 3000) == 3000,
	      "idr: a wish is granted far behind the others");
	CHECK(lab_idr_find(&idr, 130) == &things[130] &&
	      !lab_idr_find(&idr, 2999) && !lab_idr_find(&idr, -1) &&
	      !lab_idr_find(&idr, 1 << 20),
	      "idr: an id leads to its entry, others nowhere");
	CHECK(lab_idr_remove(&idr, 130) == &things[130] &&
	      !lab_idr_find(&idr, 130) && !lab_idr_remove(&idr, 130),
	      "idr: an id is removed once");
	for (i = 64; i < 128; i++)
		lab_idr_remove(&idr, i);
	rcu_barrier();
	CHECK(lab_live_objects() - before == 4,
	      "idr: a node goes with its last entry");

	lab_idr_for_each_entry(&idr, found, &at)
		seen += found == &things[at.id];
	CHECK(seen == 200 - 65 + 1, "idr: a cursor meets each entry once");
	for (seen = 0, id = 0; (found = lab_idr_get_next(&idr, &id)); id++)
		seen += found == &things[id];
	CHECK(seen == 200 - 65 + 1, "idr: and so does a walk by number");
	for (seen = 0, id = 0; (found = lab_idr_get_next(&idr, &id)); id++)
		seen += lab_idr_remove(&idr, id) == found;
	CHECK(seen == 200 - 65 + 1, "idr: which may remove what it meets");

	for (i = right = 0; i < (int)(LAB_IDR_FAN * LAB_IDR_FAN); i++)
		right += lab_idr_alloc(&idr, &things[i], -1) == i;
	CHECK(lab_idr_alloc(&idr, &things[0], -1) == -ENOSPC &&
	      right == (int)(LAB_IDR_FAN * LAB_IDR_FAN),
	      "idr: a full table says so");
	lab_idr_destroy(&idr);
	rcu_barrier();
	CHECK(lab_live_objects() == before, "idr: destroyed, it leaves nothing");
}

/* A net of @scheme's that a file holds. */
static struct lab_net_file file_of(struct lab_net *net)
{
	struct lab_net_file file = { .net = net };

	spin_lock_init(&file.lock);
	return file;
}

static void check_ids(const struct lab_netns_scheme *scheme)
{
	struct lab_net *a = scheme->copy_net_ns(), *b = scheme->copy_net_ns();
	struct lab_net_file file;
	const char *name = scheme->name;
	struct lab_net *found;
	int id;

	CHECK(scheme->peernet2id(a, b) == LAB_NSID_NOT_ASSIGNED,
	      "%s: at first a peer has no id", name);
	id = scheme->peernet2id_alloc(a, b, GFP_KERNEL);
	CHECK(id == 0 && scheme->peernet2id(a, b) == 0,
	      "%s: it is given the lowest", name);
	CHECK(scheme->peernet2id_alloc(a, b, GFP_KERNEL) == 0,
	      "%s: and given it once", name);
	CHECK(refcount_read(&b->count) == 1,
	      "%s: a table holds no reference", name);
	found = scheme->get_net_ns_by_id(a, id);
	CHECK(found == b && refcount_read(&b->count) == 2,
	      "%s: a look-up takes one", name);
	lab_put_net(found);
	CHECK(!scheme->get_net_ns_by_id(a, 1) &&
	      !scheme->get_net_ns_by_id(a, -1),
	      "%s: an id that nobody has leads nowhere", name);

	file = file_of(lab_get_net(a));
	CHECK(scheme->rtnl_net_newid(b, &file, 9) == 9 &&
	      scheme->peernet2id(b, a) == 9,
	      "%s: who asks for an id gets it", name);
	CHECK(scheme->rtnl_net_newid(b, &file, 10) == -EEXIST,
	      "%s: a second one is refused", name);
	lab_close_net_file(&file);
	CHECK(scheme->rtnl_net_newid(b, &file, 11) == -EBADF,
	      "%s: a closed file stands for nobody", name);
	file = file_of(lab_get_net(lab_init_net));
	CHECK(scheme->rtnl_net_newid(b, &file, 9) == -EEXIST,
	      "%s: an id in use is refused", name);
	lab_close_net_file(&file);
	CHECK(refcount_read(&a->count) == 1 && lab_rtnl_net_dumpid(b) == 1,
	      "%s: no reference is left behind, and one id", name);

	lab_put_net(b);
	CHECK(scheme->peernet2id_alloc(a, b, GFP_KERNEL) == 0 &&
	      !scheme->get_net_ns_by_id(a, 0),
	      "%s: a dead peer keeps its id for now, which leads nowhere",
	      name);
	CHECK(scheme->peernet2id_alloc(lab_init_net, b, GFP_KERNEL) ==
	      LAB_NSID_NOT_ASSIGNED, "%s: it is given no new one", name);
	CHECK(scheme->peernet2id_alloc(b, lab_init_net, GFP_KERNEL) ==
	      LAB_NSID_NOT_ASSIGNED, "%s: and gives none", name);
	scheme->cleanup_net();
	CHECK(!lab_rtnl_net_dumpid(a), "%s: the cleanup takes it away", name);
	lab_put_net(a);
	scheme->cleanup_net();
}

static void check_walk(const struct lab_netns_scheme *scheme)
{
	bool batched = scheme == &lab_scheme_batched;
	struct lab_net *net[5];
	const char *name = scheme->name;
	long long walked;
	int i;

	for (i = 0; i < 5; i++) {
		net[i] = scheme->copy_net_ns();
		scheme->peernet2id_alloc(lab_init_net, net[i], GFP_KERNEL);
	}
	for (i = 0; i < 3; i++)
		lab_put_net(net[i]);
	lab_watch = (struct lab_watch){ .on = true };
	scheme->cleanup_net();
	lab_watch.on = false;
	walked = atomic64_read(&lab_watch.walked);
	if (batched)
		CHECK(walked == 3, "%s: 3 that live are looked at once", name);
	else if (scheme == &lab_scheme_rtnl)
		CHECK(walked == 5 + 4 + 3, "%s: each that dies is looked for in all that are left", name);
	else
		CHECK(walked == 3 * 3, "%s: 3 that live are looked at for each of 3 that die", name);
	CHECK(atomic64_read(&lab_watch.notified) == 3 &&
	      lab_rtnl_net_dumpid(lab_init_net) == 2,
	      "%s: three ids go, with a message each", name);
	for (; i < 5; i++)
		lab_put_net(net[i]);
	scheme->cleanup_net();
	CHECK(!lab_rtnl_net_dumpid(lab_init_net), "%s: then the rest", name);
}

static void check_scheme(const struct lab_netns_scheme *scheme)
{
	long before = lab_live_objects();
	struct lab_net *net;

	lab_netns_begin(scheme->cleanup_net, false);
	check_ids(scheme);
	check_walk(scheme);
	lab_netns_end();

	lab_netns_begin(scheme->cleanup_net, true);
	net = scheme->copy_net_ns();
	lab_put_net(net);
	lab_flush_cleanup();
	CHECK(list_first_entry(&lab_net_namespace_list, struct lab_net, list) ==
	      list_last_entry(&lab_net_namespace_list, struct lab_net, list),
	      "%s: the last put wakes the worker", scheme->name);
	lab_netns_end();
	rcu_barrier();
	CHECK(!lab_violations() && lab_live_objects() == before,
	      "%s: nothing is left over", scheme->name);
}

int main(void)
{
	const struct lab_scheme_entry *entry;

	urcu_memb_register_thread();
	check_idr();
	for (entry = lab_family.schemes; entry->name; entry++)
		check_scheme(entry->scheme);
	urcu_memb_unregister_thread();
	printf("1..%d\n", nr);
	return failed != 0;
}
