/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of each scheme's file: its table. The file says which scheme it is:
 * #define LAB_SCHEME pid_lock
 */
#include "lab_table.h"
#include "scheme.h"

/* For a quiet moment: it takes no lock. */
static unsigned int lab_nr_inodes(struct lab_pid *pid)
{
	unsigned int nr = 0;
#ifdef LAB_PID_INODES
	struct lab_inode *inode;

	hlist_for_each_entry(inode, &pid->inodes, sibling_inodes)
		nr++;
#endif
	return nr;
}

const struct lab_pid_scheme LAB_SCHEME_TABLE = {
	.name = LAB_SCHEME_NAME,
	.pid_size = sizeof(struct lab_pid),
	.init_pid = lab_init_pid,
	.pid_make_inode = lab_proc_pid_make_inode,
	.pid_evict_inode = lab_proc_pid_evict_inode,
	.flush_pid = lab_proc_flush_pid,
	.release_task = lab_release_task,
	.nr_inodes = lab_nr_inodes,
};
