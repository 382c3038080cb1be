// SPDX-License-Identifier: GPL-2.0-only
/*
 * "The read-side critical section keeps the net while I look at it, and before
 * the section ends I have a reference. From then on that one keeps it." The
 * kernel's own look-up was written like this once.
 */
static struct lab_net *lab_get_net_ns_by_id(const struct lab_net *net, int id)
{
	struct lab_net *peer;

	rcu_read_lock();
	peer = lab_idr_find(&net->netns_ids, id);
	lab_point(find_peer);
	if (peer)
		lab_get_net(peer);
	rcu_read_unlock();
	return peer;
}
