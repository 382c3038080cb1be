/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is measured of a cleanup, whoever does it. Not the kernel's.
 */
#ifndef LAB_WATCH_H
#define LAB_WATCH_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/types.h>

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
};

extern struct lab_watch lab_watch;

/**
 * lab_watch_clock() - the time, if anybody wants to know
 *
 * Context: Any.
 * Return: nanoseconds, or 0 when nothing is timed.
 */
static inline u64 lab_watch_clock(void)
{
	return lab_watch.on ? ktime_get_ns() : 0;
}

/**
 * lab_watch_walk() - a walk over the tables has ended
 * @began: lab_watch_clock() when it did
 * @walked: how many tables it looked at
 *
 * Context: Any.
 */
static inline void lab_watch_walk(u64 began, unsigned int walked)
{
	if (!lab_watch.on)
		return;
	atomic64_add(walked, &lab_watch.walked);
	atomic64_add(ktime_get_ns() - began, &lab_watch.walk_ns);
}

#endif /* LAB_WATCH_H */
