// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the C library the explored code may call, in sight of the explorer.
 */
#include <string.h>

#include "engine.h"

/*
 * The explored code's calls of the C library's functions are renamed to
 * these when it is linked: the library itself is not instrumented.
 */
void *lab_x_memset(void *to, int c, size_t size);
void *lab_x_memset(void *to, int c, size_t size)
{
	size_t n, i;

	for (i = 0; i < size; i += n) {
		n = 8 - ((uintptr_t)to + i) % 8;
		if (n > size - i)
			n = size - i;
		x_plain((uintptr_t)to + i, n, true, false, X_PC());
		memset((char *)to + i, c, n);
	}
	return to;
}

void *lab_x_memcpy(void *to, const void *from, size_t size);
void *lab_x_memcpy(void *to, const void *from, size_t size)
{
	char word[8];
	size_t n, i;

	for (i = 0; i < size; i += n) {
		n = 8 - ((uintptr_t)to + i) % 8;
		if (n > size - i)
			n = size - i;
		x_plain((uintptr_t)from + i, n, false, false, X_PC());
		memcpy(word, (const char *)from + i, n);
		x_plain((uintptr_t)to + i, n, true, false, X_PC());
		memcpy((char *)to + i, word, n);
	}
	return to;
}

int lab_x_memcmp(const void *a, const void *b, size_t size);
int lab_x_memcmp(const void *a, const void *b, size_t size)
{
	x_range((uintptr_t)a, size, false, X_PC());
	x_range((uintptr_t)b, size, false, X_PC());
	return memcmp(a, b, size);
}

size_t lab_x_strlen(const char *s);
size_t lab_x_strlen(const char *s)
{
	size_t n = 0;

	for (;; n++) {
		x_plain((uintptr_t)s + n, 1, false, true, X_PC());
		if (!s[n])
			return n;
	}
}

int lab_x_strcmp(const char *a, const char *b);
int lab_x_strcmp(const char *a, const char *b)
{
	size_t n = 0;

	for (;; n++) {
		x_plain((uintptr_t)a + n, 1, false, true, X_PC());
		x_plain((uintptr_t)b + n, 1, false, true, X_PC());
		if (a[n] != b[n] || !a[n])
			return (unsigned char)a[n] - (unsigned char)b[n];
	}
}

void lab_x_stack_smashed(void) __attribute__((noreturn));
void lab_x_stack_smashed(void)
{
	x_fail(LAB_X_STACK, X_PC(), 0,
	       "a write ran past a variable on %s's stack", x_me()->name);
	x_end_execution();
}
