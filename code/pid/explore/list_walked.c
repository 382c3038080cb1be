// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody goes through the list of a process by RCU, as a flush may, while a
 * directory is added and another one goes.
 *
 *	looks			shrinks			walks
 *	1. adds an inode
 *							2. is at one that
 *							   is about to go
 *				3. takes it off
 *							4. goes on to the
 *							   one that stays
 *
 * The three instances have no lock in common. For schemes that have a list.
 */
#include <linux/rculist.h>

/* Where the list is in a pid; what comes behind it is the scheme's. */
#define LAB_PID_INODES
#include "scenario.h"

static struct lab_super_block *shrunk, *looked;
static struct lab_pid *pid;

static void start_three_instances(void)
{
	start_seen_process();
	shrunk = lab_mount_proc(ns);
	looked = lab_mount_proc(ns);
	look_once(shrunk, NR);
	pid = lab_get_task_pid(task);
}

static void look_there(void)
{
	look_once(looked, NR);
}

static void shrink(void)
{
	lab_shrink_dcache_sb(shrunk);
}

static void walk(void)
{
	struct lab_inode *inode;
	unsigned int stays = 0;

	rcu_read_lock();
	hlist_for_each_entry_rcu(inode, &pid->inodes, sibling_inodes)
		stays += inode->i_sb == proc;
	rcu_read_unlock();
	lab_must(stays == 1,
		 "who goes through the list by RCU finds each directory that stays");
}

static void end_three_instances(void)
{
	lab_put_pid(pid);
	unhash();
	lab_deactivate_super(looked);
	lab_deactivate_super(shrunk);
	end_proc();
}

const struct lab_scenario lab_scenario = {
	.name = "list_walked",
	.what = "a list is gone through by RCU while directories go on it and off it",
	.setup = start_three_instances,
	.finish = end_three_instances,
	.actors = {
		{ "looks", look_there },
		{ "shrinks", shrink },
		{ "walks", walk },
	},
};
