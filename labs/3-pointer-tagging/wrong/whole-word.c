// SPDX-License-Identifier: GPL-2.0-only
/*
 * "The child starts as a copy of its parent, and struct lab_ptrlock can be
 * assigned like any other struct. Only for the reference is a pointer wanted,
 * and that is masked."
 */
static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	child->nsproxy.word = READ_ONCE(self->nsproxy.word);
	lab_point(fork_copied);
	lab_get_nsproxy(lab_ptrlock_peek(&child->nsproxy));
}
