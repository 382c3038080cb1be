/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is measured of a cleanup, whoever does it, and who listens. For what
 * measures and for scenarios: a scheme behaves the same when nobody looks, and
 * a submission that names one of these is refused.
 */
#ifndef LAB_WATCHED_H
#define LAB_WATCHED_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "netns.h"

/**
 * struct lab_watch - what was seen since it was last zeroed
 * @on: look at the clock; off, nothing is timed
 * @held_ns: how long rtnl was held, in all; written under rtnl
 * @taken_ns: when it was taken; written under rtnl
 * @walk_ns: from the first table looked at to the last, in all
 * @walked: how many tables were looked at
 * @before: @walked when rtnl was taken; written under rtnl
 * @held_walked: how many of them with rtnl held
 * @notified: how many messages were sent
 * @slowly: NULL, or called by each notification: memory is tight
 * @heard: NULL, or called with each message: on which net, what, and how it
 *	was allocated
 * @rtnl: NULL, or called with true when rtnl has been taken, and with false
 *	before it is released
 */
struct lab_watch {
	bool on;
	u64 held_ns;
	u64 taken_ns;
	atomic64_t walk_ns;
	atomic64_t walked;
	s64 before;
	s64 held_walked;
	atomic64_t notified;
	void (*slowly)(void);
	void (*heard)(struct lab_net *net, enum lab_nsid_cmd cmd, int id,
		      gfp_t gfp);
	void (*rtnl)(bool held);
};

extern struct lab_watch lab_watch;

#endif /* LAB_WATCHED_H */
