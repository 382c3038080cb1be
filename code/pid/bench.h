/* SPDX-License-Identifier: GPL-2.0-only */
/* What the figures (figures.c) and the costs (cost.c) share. */
#ifndef LAB_BENCH_H
#define LAB_BENCH_H

#include "scheme.h"

#define LAB_MOST_DIRS	100

/**
 * struct lab_bench - where the measured processes live
 * @ns: their namespace
 * @proc: two instances; the first is the kernel's own
 */
struct lab_bench {
	struct lab_pid_namespace *ns;
	struct lab_super_block *proc[2];
};

int lab_open_bench(struct lab_bench *bench,
		   const struct lab_pid_scheme *scheme, unsigned int nr_ids);
void lab_close_bench(struct lab_bench *bench);
void lab_look_up(struct lab_super_block *sb, unsigned int nr,
		 unsigned int dirs, unsigned int files);

#endif /* LAB_BENCH_H */
