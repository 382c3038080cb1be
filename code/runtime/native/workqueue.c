// SPDX-License-Identifier: GPL-2.0-only
/*
 * Works, for <linux/workqueue.h>: one thread, one work after the other, so
 * that no work ever runs twice at a time.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "lab_run.h"

static pthread_mutex_t lab_works_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t lab_works_changed = PTHREAD_COND_INITIALIZER;
static struct work_struct *lab_works, *lab_works_last, *lab_works_running;
static bool lab_works_thread;

static void *lab_run_works(void *unused)
{
	struct work_struct *work;

	urcu_memb_register_thread();
	pthread_mutex_lock(&lab_works_mutex);
	for (;;) {
		while (!lab_works)
			pthread_cond_wait(&lab_works_changed, &lab_works_mutex);
		work = lab_works;
		lab_works = work->next;
		work->pending = false;
		lab_works_running = work;
		pthread_mutex_unlock(&lab_works_mutex);

		work->func(work);

		pthread_mutex_lock(&lab_works_mutex);
		lab_works_running = NULL;
		pthread_cond_broadcast(&lab_works_changed);
	}
	return NULL;
}

bool schedule_work(struct work_struct *work)
{
	pthread_t thread;
	bool new;

	pthread_mutex_lock(&lab_works_mutex);
	if (!lab_works_thread) {
		if (pthread_create(&thread, NULL, lab_run_works, NULL)) {
			fprintf(stderr, "no thread for the works\n");
			exit(1);
		}
		pthread_detach(thread);
		lab_works_thread = true;
	}
	new = !work->pending;
	if (new) {
		work->pending = true;
		work->next = NULL;
		if (lab_works)
			lab_works_last->next = work;
		else
			lab_works = work;
		lab_works_last = work;
		pthread_cond_broadcast(&lab_works_changed);
	}
	pthread_mutex_unlock(&lab_works_mutex);
	return new;
}

bool flush_work(struct work_struct *work)
{
	bool waited = false;

	pthread_mutex_lock(&lab_works_mutex);
	while (work->pending || lab_works_running == work) {
		waited = true;
		pthread_cond_wait(&lab_works_changed, &lab_works_mutex);
	}
	pthread_mutex_unlock(&lab_works_mutex);
	return waited;
}

static void lab_grace_period_over(struct rcu_head *rcu)
{
	schedule_work(&container_of(rcu, struct rcu_work, rcu)->work);
}

/* Nobody here queues a work that is queued: it is new each time. */
bool lab_queue_rcu_work(struct rcu_work *work)
{
	urcu_memb_call_rcu(&work->rcu, lab_grace_period_over);
	return true;
}

void lab_settle(void)
{
	rcu_barrier();
	pthread_mutex_lock(&lab_works_mutex);
	while (lab_works || lab_works_running)
		pthread_cond_wait(&lab_works_changed, &lab_works_mutex);
	pthread_mutex_unlock(&lab_works_mutex);
}
