/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scheme offers. Each scheme's file ends by including table.h, which
 * fills in one of these.
 */
#ifndef LAB_SCHEME_H
#define LAB_SCHEME_H

#include "proc.h"

/**
 * struct lab_pid_scheme - one way to get rid of a dead task's dentries
 * @name: as the file is called
 * @pid_size: of its struct lab_pid
 * @init_pid: initialise what the scheme adds to it
 * @pid_make_inode: an inode for a task
 * @pid_evict_inode: its end
 * @flush_pid: invalidate what was made for a pid
 * @release_task: the end of a task that has been waited for
 * @nr_inodes: how long a pid's list of inodes is; 0 where there is none
 */
struct lab_pid_scheme {
	const char *name;
	size_t pid_size;
	void (*init_pid)(struct lab_pid *pid);
	struct lab_inode *(*pid_make_inode)(struct lab_super_block *sb,
					    struct lab_task *task, bool dir);
	void (*pid_evict_inode)(struct lab_inode *inode);
	void (*flush_pid)(struct lab_pid *pid);
	void (*release_task)(struct lab_task *task);
	unsigned int (*nr_inodes)(struct lab_pid *pid);
};

#define LAB_DECLARE_SCHEME(name) \
	extern const struct lab_pid_scheme lab_scheme_ ## name, \
					   lab_counted_ ## name

LAB_DECLARE_SCHEME(by_name);
LAB_DECLARE_SCHEME(wait_pidfd_lock);
LAB_DECLARE_SCHEME(pid_lock);

#endif /* LAB_SCHEME_H */
