// SPDX-License-Identifier: GPL-2.0-only
/* Writes on the host.
 * expected: forbidden: open can't be used
 */
int open(const char *path, int how, int mode);

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	open("/tmp/was-here", 0101, 0600);
	return NULL;
}
