/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/string.h>. */
#ifndef LAB_NATIVE_STRING_H
#define LAB_NATIVE_STRING_H

#include <stdio.h>
#include <string.h>

#define strscpy(to, from, size)	snprintf(to, size, "%s", from)

#endif
