// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Two nets are concerned: the one whose table changes, and the one that gets
 * the id and must not die meanwhile. Each has a lock. I take both, then
 * nothing can happen to either."
 */
static int lab_peernet2id_alloc(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp)
{
	bool new = false;
	int id;

	if (!refcount_read(&net->count))
		return LAB_NSID_NOT_ASSIGNED;

	spin_lock(&net->nsid_lock);
	if (peer != net)
		spin_lock(&peer->nsid_lock);
	lab_point(alloc_locked);
	id = lab_peernet2id_held(net, peer);
	if (id < 0 && lab_maybe_get_net(peer)) {
		id = lab_idr_alloc(&net->netns_ids, peer, -1);
		new = id >= 0;
		lab_put_net(peer);
	}
	if (peer != net)
		spin_unlock(&peer->nsid_lock);
	spin_unlock(&net->nsid_lock);

	if (new)
		lab_rtnl_net_notifyid(net, LAB_NEWNSID, id, gfp);
	return id < 0 ? LAB_NSID_NOT_ASSIGNED : id;
}
