/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/cleanup.h>. */
#include "lab_guard.h"
