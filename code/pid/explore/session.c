// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim I6, and what became of it in 2025: the leader of a session is
 * released, and so is the last other member.
 *
 *	releases the leader (pid 1)	releases the member (pid 2)
 *	1. unhashes it: the session
 *	   still uses pid 1, so it
 *	   is not the leader's to free
 *					2. unhashes it: nobody uses pid 1
 *					   any more, it is the member's
 *					   to free
 *					3. frees it
 *	4. flushes pid 1: freed
 *
 * "It can't go away until I free it" holds only for a pid that one's own
 * unhashing has left without users.
 */
#include "scenario.h"

static struct lab_task *member;

static void start_session(void)
{
	start_seen_process();
	member = lab_fork(ns, 2, NULL, task);
}

static void release_member(void)
{
	scheme->release_task(member);
}

const struct lab_scenario lab_scenario = {
	.name = "session",
	.what = "a session's leader and its last member are released",
	.setup = start_session,
	.finish = end_proc,
	.actors = {
		{ "leader", release },
		{ "member", release_member },
	},
};
