// SPDX-License-Identifier: GPL-2.0-only
/*
 * "The message must not be overtaken: if somebody gives the same number to
 * another net before I have told of its end, who listens hears of both the
 * wrong way round. So I tell before I let the lock go."
 */
static unsigned int lab_unhash_nsid(struct lab_net *net, struct lab_net *last)
{
	unsigned int walked = 0;
	struct lab_net *tmp;
	int id;

	lab_for_each_net(tmp) {
		walked++;
		spin_lock(&tmp->nsid_lock);
		id = lab_peernet2id_held(tmp, net);
		lab_point(unhash_found);
		if (id >= 0) {
			lab_idr_remove(&tmp->netns_ids, id);
			lab_rtnl_net_notifyid(tmp, LAB_DELNSID, id, GFP_KERNEL);
		}
		spin_unlock(&tmp->nsid_lock);
		lab_point(unhash_next);
		if (tmp == last)
			break;
	}
	spin_lock(&net->nsid_lock);
	lab_idr_destroy(&net->netns_ids);
	spin_unlock(&net->nsid_lock);
	return walked;
}
