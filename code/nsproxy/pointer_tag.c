// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pointer tagging (2016): an RFC that was NACKed, with all its flaws.
 *
 * "namespaces: Avoid task_lock when setting tsk->nsproxy". A remote reader
 * announces itself by bit 0 of the pointer and takes alloc_lock as before. A
 * switch that finds no such tag needs one cmpxchg and no lock; one that does
 * find it falls back to alloc_lock.
 *
 * DO NOT COPY THIS. It makes the same accesses in the same order as the RFC,
 * so it is wrong in at least eight ways (claims P4 to P10, P14), which is
 * what it is for. pointer_lock.c is what the idea becomes when it is done
 * right.
 *
 *	who			holds			so that
 *	remote reader		the tag, alloc_lock	the switch should notice
 *	owner, reading		nothing			... and finds the tag in
 *							its own pointer
 *	owner, switching	nothing, or alloc_lock	no reader should be inside
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "nsproxy.h"

/* Bit 0 of task->nsproxy: a remote reader is about. */
#define LAB_NSPROXY_READER 1UL

/**
 * lab_set_reader_nsproxy() - a remote reader announces itself
 * @task: whose nsproxy will be read
 *
 * Flaws: the read and the xchg are two steps, so that a switch in between is
 * undone (P5). The tag is on while we still wait for the lock, when another
 * reader or the slow path may take it away (P7). NULL is tagged too (P10). The
 * owner's own reads don't expect a tag (P4).
 *
 * Context: Process context. Returns with @task's alloc_lock held.
 */
static void lab_set_reader_nsproxy(struct lab_task *task)
	__acquires(&task->alloc_lock)
{
	unsigned long seen = (unsigned long)task->nsproxy;

	lab_point(tag_read);
	/* Before the lock, so that a switch notices even while we wait. */
	(void)xchg(&task->nsproxy, (struct lab_nsproxy *)(seen | LAB_NSPROXY_READER));
	lab_point(tag_set);
	lab_task_lock(task);
}

/**
 * lab_clear_reader_nsproxy() - a remote reader is done
 * @task: whose nsproxy was read
 *
 * Flaws: again two steps, so that a switch in between is undone (P6). One
 * bit can't count: it takes away another reader's tag as well (P7).
 *
 * Context: Holds @task's alloc_lock, which it releases.
 */
static void lab_clear_reader_nsproxy(struct lab_task *task)
	__releases(&task->alloc_lock)
{
	unsigned long seen;

	lab_task_unlock(task);
	seen = (unsigned long)task->nsproxy;
	lab_point(clear_read);
	(void)xchg(&task->nsproxy, (struct lab_nsproxy *)(seen & ~LAB_NSPROXY_READER));
	lab_point(clear_set);
}

/**
 * lab_task_nsproxy() - the pointer without its tag
 * @task: whose
 *
 * Context: Any; what it returns is safe to follow only as the caller's
 * scheme says.
 * Return: the nsproxy, or NULL when @task is a zombie.
 */
static struct lab_nsproxy *lab_task_nsproxy(struct lab_task *task)
{
	unsigned long seen = (unsigned long)READ_ONCE(task->nsproxy);

	return (struct lab_nsproxy *)(seen & ~LAB_NSPROXY_READER);
}

/**
 * lab_utsns_get() - remote reader: take a reference on a task's UTS namespace
 * @task: any task; the caller holds a reference on it
 *
 * Mirrors utsns_get() as the RFC would have had it.
 *
 * Context: Process context. Takes @task's alloc_lock, and changes @task's
 * pointer for a while.
 * Return: the namespace, with a reference that is the caller's, or NULL when
 * @task is a zombie.
 */
static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	struct lab_uts_namespace *uts_ns = NULL;
	struct lab_nsproxy *nsproxy;

	lab_set_reader_nsproxy(task);
	lab_point(read_begin);
	nsproxy = lab_task_nsproxy(task);
	lab_point(read_pointer);
	if (nsproxy) {
		/*
		 * What should keep *nsproxy alive: a switch finds the tag and
		 * must wait for alloc_lock. It does not when another reader's
		 * clear has taken the tag away (P7).
		 */
		uts_ns = nsproxy->uts_ns;
		lab_get_uts_ns(uts_ns);
	}
	lab_point(read_end);
	lab_clear_reader_nsproxy(task);

	return uts_ns;
}

/**
 * lab_task_uts_inum() - remote reader: look, but take no reference
 * @task: any task; the caller holds a reference on it
 *
 * Context: Process context. Takes @task's alloc_lock, and changes @task's
 * pointer for a while.
 * Return: the number of @task's UTS namespace, or 0 when @task is a zombie.
 */
static unsigned int lab_task_uts_inum(struct lab_task *task)
{
	struct lab_nsproxy *nsproxy;
	unsigned int inum = 0;

	lab_set_reader_nsproxy(task);
	nsproxy = lab_task_nsproxy(task);
	lab_point(peek_pointer);
	if (nsproxy)
		inum = nsproxy->uts_ns->ns.inum;
	lab_clear_reader_nsproxy(task);

	return inum;
}

/**
 * lab_mounts_open() - remote reader that needs the task's root as well
 * @task: any task; the caller holds a reference on it
 * @mnt_ns: where to put the mount namespace, with a reference
 * @root: where to put the root
 *
 * Mirrors mounts_open_common() as the RFC would have had it.
 *
 * Flaw: both error paths release the lock and leave the tag (P9).
 *
 * Context: Process context. Takes @task's alloc_lock, and changes @task's
 * pointer for a while, or for good.
 * Return: 0, -EINVAL when @task is a zombie, or -ENOENT when it is exiting
 * and has no root any more. @mnt_ns is set only when this returns 0.
 */
static int lab_mounts_open(struct lab_task *task,
			   struct lab_mnt_namespace **mnt_ns,
			   unsigned int *root)
{
	struct lab_nsproxy *nsproxy;
	struct lab_mnt_namespace *found;

	lab_set_reader_nsproxy(task);
	nsproxy = lab_task_nsproxy(task);
	lab_point(mounts_pointer);
	if (!nsproxy || !nsproxy->mnt_ns) {
		lab_task_unlock(task);
		return -EINVAL;
	}
	found = nsproxy->mnt_ns;
	lab_get_mnt_ns(found);
	lab_point(mounts_referenced);
	if (!task->fs) {
		lab_task_unlock(task);
		lab_put_mnt_ns(found);
		return -ENOENT;
	}
	*root = task->fs->root;
	lab_clear_reader_nsproxy(task);

	*mnt_ns = found;
	return 0;
}

/**
 * lab_current_uts_inum() - the owner's own read
 * @self: the caller's own task
 *
 * What utsname() does, which is what most readers of an nsproxy are. The RFC
 * left all of them as they were.
 *
 * Flaw: a remote reader's tag makes this read at an address one too high,
 * which is what the NACK is about (P4).
 *
 * Context: The task @self itself. Takes nothing: only @self could switch.
 * Return: the number of @self's UTS namespace.
 */
static unsigned int lab_current_uts_inum(struct lab_task *self)
{
	lab_point(own_read);
	return self->nsproxy->uts_ns->ns.inum;
}

/**
 * lab_copy_namespaces() - fork: the child shares the parent's nsproxy
 * @self: the parent, and the caller's own task
 * @child: not visible to anybody else yet
 *
 * Mirrors copy_namespaces() without any of the CLONE_NEW flags, which the
 * RFC left as it was.
 *
 * Flaw: a tag that is on the parent's pointer is copied, and the reference
 * is taken at an address one too high (P14).
 *
 * Context: The task @self itself.
 */
static void lab_copy_namespaces(struct lab_task *self, struct lab_task *child)
{
	struct lab_nsproxy *nsproxy = self->nsproxy;

	child->nsproxy = nsproxy;
	lab_point(fork_copied);
	lab_get_nsproxy(nsproxy);
}

/**
 * lab_switch_task_namespaces() - the owner switches to another nsproxy
 * @self: the caller's own task
 * @new: to switch to, with a reference that becomes @self's; NULL at exit
 *
 * Mirrors switch_task_namespaces() as the RFC would have had it.
 *
 * Flaw: the slow path takes the old pointer as it is, with its tag, and puts
 * it at an address one too high (P8).
 *
 * Context: The task @self itself. May sleep: the last put frees. Takes
 * @self's alloc_lock when it finds a reader's tag.
 */
static void lab_switch_task_namespaces(struct lab_task *self,
				       struct lab_nsproxy *new)
{
	struct lab_nsproxy *seen = lab_task_nsproxy(self);
	struct lab_nsproxy *old;

	might_sleep();

	lab_point(switch_begin);
	/* Fully ordered; meant to pair with the readers' xchg() (P15). */
	old = cmpxchg(&self->nsproxy, seen, new);
	if (old != seen) {
		lab_point(switch_slow);
		lab_task_lock(self);
		old = self->nsproxy;
		lab_point(switch_slow_read);
		self->nsproxy = new;
		lab_task_unlock(self);
	}
	lab_point(switch_replaced);

	if (old)
		lab_put_nsproxy(old);
}

/**
 * lab_exit_task_namespaces() - exit: the owner becomes a zombie
 * @self: the caller's own task
 *
 * Mirrors exit_task_namespaces().
 *
 * Context: The task @self itself. May sleep. Takes @self's alloc_lock when it
 * finds a reader's tag.
 */
static void lab_exit_task_namespaces(struct lab_task *self)
{
	lab_switch_task_namespaces(self, NULL);
}

#define LAB_SCHEME pointer_tag
#include "loops.h"
