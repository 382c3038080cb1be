// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Who calls has found the peer under rcu_read_lock(), or holds a reference.
 * Either way it can't be freed while I give it an id. So there is nothing to
 * ask, and one lock is enough: that of the table that I change."
 */
static int lab_peernet2id_alloc(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp)
{
	bool new = false;
	int id;

	if (!refcount_read(&net->count))
		return LAB_NSID_NOT_ASSIGNED;
	lab_point(alloc_net_lives);

	spin_lock(&net->nsid_lock);
	id = lab_peernet2id_held(net, peer);
	if (id < 0) {
		id = lab_idr_alloc(&net->netns_ids, peer, -1);
		new = true;
	}
	spin_unlock(&net->nsid_lock);
	lab_point(alloc_hashed);

	if (id < 0)
		return LAB_NSID_NOT_ASSIGNED;
	if (new)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, id, gfp);
	return id;
}
