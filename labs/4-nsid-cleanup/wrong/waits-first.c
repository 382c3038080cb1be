// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Once the dead are off the list, nobody finds them any more but who is on
 * the way already. I wait for those, and then I have the nets to myself: the
 * ids can go in peace, and so can the memory."
 */
static void lab_cleanup_net(void)
{
	struct llist_node *kill_list = llist_del_all(&lab_cleanup_list);
	struct lab_net *net, *next, *last;
	unsigned int walked = 0;
	LIST_HEAD(exit_list);
	u64 began;

	lab_rtnl_lock();
	lab_point(cleanup_locked);
	llist_for_each_entry(net, kill_list, cleanup_list)
		list_del_rcu(&net->list);
	last = list_last_entry(&lab_net_namespace_list, struct lab_net, list);
	lab_rtnl_unlock();
	lab_point(cleanup_unlisted);

	synchronize_rcu();
	lab_point(cleanup_waited);

	began = lab_watch_clock();
	llist_for_each_entry(net, kill_list, cleanup_list) {
		walked += lab_unhash_nsid(net, last);
		list_add_tail(&net->exit_list, &exit_list);
	}
	lab_watch_walk(began, walked);
	lab_point(cleanup_unhashed);

	list_for_each_entry_safe(net, next, &exit_list, exit_list) {
		lab_peernet2id_alloc(net, lab_init_net, GFP_KERNEL);
		lab_free_net(net);
	}
}
