// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c, where nobody has looked the leader up: no inode keeps its pid.
 *
 *	releases the leader (pid 1)	releases the member (pid 2)
 *	1. unhashes it
 *					2. unhashes it: frees pid 1
 *	3. takes a reference on pid 1,
 *	   to flush it: too late
 */
#include "scenario.h"

static struct lab_task *member;

static void start_session(void)
{
	start_process();
	member = lab_fork(ns, 2, NULL, task);
}

static void release_member(void)
{
	scheme->release_task(member);
}

const struct lab_scenario lab_scenario = {
	.name = "session_unseen",
	.what = "a session is released that nobody has looked up",
	.setup = start_session,
	.finish = nothing_left_behind,
	.actors = {
		{ "leader", release },
		{ "member", release_member },
	},
};
