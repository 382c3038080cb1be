/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands for <linux/string.h>: in sight of the instrumentation. */
#ifndef LAB_EXPLORE_STRING_H
#define LAB_EXPLORE_STRING_H

#include <stddef.h>

void *memset(void *to, int c, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);

static inline long strscpy(char *to, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i]; i++)
		to[i] = from[i];
	to[i] = 0;
	return i;
}

#endif
