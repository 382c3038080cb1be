/* SPDX-License-Identifier: GPL-2.0-only */
/* glibc itself includes <linux/errno.h>: pass it on. */
#include_next <linux/errno.h>
