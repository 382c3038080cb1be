// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays one of the explorer's scenarios in the kernel, under whatever
 * detectors that has: one kthread an actor, one CPU a kthread.
 *
 *	insmod x_NAME.ko [schedule=actor:label,...] [rounds=N]
 *
 * Loading it is the play. What it says, it says on the console, each line
 * beginning with "lab: "; what the detectors say is between these.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "lab.h"
#include "lab_scenario.h"
#include "points.h"

static char *lab_schedule = "";
module_param_named(schedule, lab_schedule, charp, 0444);
MODULE_PARM_DESC(schedule, "actor:label,...: who may run, and how far");

static unsigned int rounds = 1;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "how often the scenario is played; a schedule is for the first round");

/* They act in a schedule, and are no actors of the scenario (points.h). */
enum { LAB_WORK = LAB_MAX_ACTORS, LAB_CALLBACKS };

static struct task_struct *lab_threads[LAB_MAX_ACTORS];
static struct task_struct *lab_steward;	/* sees to the turns of those two */
static DECLARE_COMPLETION(lab_all_done);
static atomic_t lab_round;	/* which may begin */
static atomic_t lab_acting;	/* how many still act in this round */
static atomic_long_t lab_live = ATOMIC_LONG_INIT(0);
static atomic_t lab_complaints;

void *lab_alloc(size_t size)
{
	void *object = kzalloc(size, in_task() ? GFP_KERNEL : GFP_ATOMIC);

	if (object)
		atomic_long_inc(&lab_live);
	return object;
}

void *lab_alloc_atomic(size_t size)
{
	void *object = kzalloc(size, GFP_ATOMIC);

	if (object)
		atomic_long_inc(&lab_live);
	return object;
}

void lab_free(const void *object)
{
	if (object)
		atomic_long_dec(&lab_live);
	kfree(object);
}

/* The objects' own look at their magic; a detector has spoken already. */
void lab_violated(enum lab_rule rule, const void *object)
{
	if (atomic_inc_return(&lab_complaints) <= 4)
		pr_warn("lab: an object was misused (rule %d)\n", rule);
}

void lab_x_unexpected(const char *text)
{
	if (atomic_inc_return(&lab_complaints) <= 4)
		pr_warn("lab: expected: %s\n", text);
}

static int lab_actor_number(struct task_struct *thread)
{
	int i;

	for (i = 0; i < LAB_MAX_ACTORS; i++)
		if (lab_threads[i] == thread)
			return i;
	/* A work that no turn is about is nobody's to hold. */
	if (thread->flags & PF_WQ_WORKER && lab_points_named(LAB_WORK))
		return LAB_WORK;
	return -1;
}

noinline void lab_point_reached(const char *label)
{
	int me = in_task() ? lab_actor_number(current) : -1;

	/* Others are setup and finish, interrupts and callbacks. */
	if (me >= 0)
		lab_points_reach(me, label);
}

static bool lab_same_name(const char *name, const char *given)
{
	for (; *name; name++, given++)
		if (*given != (*name == ' ' ? '_' : *name))
			return false;
	return !*given;
}

static int lab_find_actor(const char *given)
{
	int i;

	for (i = 0; lab_scenario.actors[i].name; i++)
		if (lab_same_name(lab_scenario.actors[i].name, given))
			return i;
	if (!strcmp(given, "work"))
		return LAB_WORK;
	if (!strcmp(given, "callbacks"))
		return LAB_CALLBACKS;
	return -ENOENT;
}

static int lab_act(void *data)
{
	int me = (long)data;
	unsigned int round;

	for (round = 1; !kthread_should_stop(); round++) {
		while (atomic_read_acquire(&lab_round) < round) {
			if (kthread_should_stop())
				return 0;
			/* Many rounds are for luck: spin, to begin together. */
			if (rounds == 1)
				usleep_range(50, 100);
			else
				cond_resched();
		}
		lab_points_await(me);
		lab_scenario.actors[me].run();
		lab_points_end(me);
		if (atomic_dec_and_test(&lab_acting))
			complete(&lab_all_done);
	}
	return 0;
}

static int lab_see_to_turns(void *unused)
{
	while (!kthread_should_stop()) {
		if (lab_points_ends(LAB_WORK)) {
			flush_scheduled_work();
			lab_points_end(LAB_WORK);
		} else if (lab_points_ends(LAB_CALLBACKS)) {
			rcu_barrier();
			lab_points_end(LAB_CALLBACKS);
		} else {
			usleep_range(50, 100);
		}
	}
	return 0;
}

static struct timer_list lab_interrupt;
static void (*lab_interrupt_runs)(void);

static void lab_on_interrupt(struct timer_list *unused)
{
	lab_interrupt_runs();
	complete(&lab_all_done);
}

/* Order of locks needs no race: interrupts come when the others are done. */
static void lab_interrupt_them(void)
{
	const struct lab_actor *actor;
	int cpu;

	for (actor = lab_scenario.actors; actor->name; actor++) {
		if (!actor->interrupts)
			continue;
		cpu = lab_find_actor(actor->interrupts);
		lab_interrupt_runs = actor->run;
		timer_setup(&lab_interrupt, lab_on_interrupt, 0);
		lab_interrupt.expires = jiffies + 1;
		add_timer_on(&lab_interrupt, max(cpu, 0) % num_online_cpus());
		wait_for_completion(&lab_all_done);
		del_timer_sync(&lab_interrupt);
	}
}

/* Who holds a CPU while it waits for its turn must not keep another from it. */
static int lab_hire_steward(int actors)
{
	if (actors >= num_online_cpus()) {
		pr_err("lab: a schedule takes a CPU for each actor, and one more\n");
		return -EINVAL;
	}
	lab_steward = kthread_create(lab_see_to_turns, NULL, "lab/steward");
	if (IS_ERR(lab_steward)) {
		lab_steward = NULL;
		return -ENOMEM;
	}
	kthread_bind(lab_steward, num_online_cpus() - 1);
	return 0;
}

static int lab_hire_actors(void)
{
	int i, hired = 0;

	for (i = 0; lab_scenario.actors[i].name; i++) {
		if (lab_scenario.actors[i].interrupts)
			continue;
		lab_threads[i] = kthread_create(lab_act, (void *)(long)i,
						"lab/%s",
						lab_scenario.actors[i].name);
		if (IS_ERR(lab_threads[i])) {
			lab_threads[i] = NULL;
			return -ENOMEM;
		}
		kthread_bind(lab_threads[i], i % num_online_cpus());
		hired++;
	}
	return hired;
}

/* A callback may queue a work, and a work a callback. */
void lab_settle(void)
{
	rcu_barrier();
	flush_scheduled_work();
	rcu_barrier();
}

static int lab_play(unsigned int round, int hired)
{
	if (lab_scenario.setup)
		lab_scenario.setup();
	atomic_set(&lab_acting, hired);
	reinit_completion(&lab_all_done);
	if (round == 1)
		lab_points_begin();
	if (round == 1 && lab_steward)
		wake_up_process(lab_steward);
	atomic_set_release(&lab_round, round);
	if (!wait_for_completion_timeout(&lab_all_done, 30 * HZ)) {
		pr_warn("lab: stuck: %d actors are not done\n",
			atomic_read(&lab_acting));
		return -EDEADLK;
	}
	lab_interrupt_them();
	/* So that no two CPUs write a report at once; many rounds want speed. */
	if (rounds == 1)
		lab_settle();
	if (lab_scenario.finish)
		lab_scenario.finish();
	return 0;
}

/* What a grace period or a work still holds back is not a leak. */
static void lab_look_for_leaks(void)
{
	long left;

	lab_settle();
	left = atomic_long_read(&lab_live);
	if (left && atomic_inc_return(&lab_complaints) <= 4)
		pr_warn("lab: %ld objects were not freed\n", left);
}

static int __init lab_init(void)
{
	bool forced = *lab_schedule;
	int i, hired, err;
	unsigned int round;

	err = lab_points_parse(lab_schedule, lab_find_actor);
	if (err)
		return err;
	pr_info("lab: begin %s: %s\n", lab_scenario.name, lab_scenario.what);
	hired = lab_hire_actors();
	err = hired < 0 ? hired : 0;
	if (!err && forced)
		err = lab_hire_steward(hired);
	for (i = 0; i < LAB_MAX_ACTORS; i++)
		if (lab_threads[i])
			wake_up_process(lab_threads[i]);
	for (round = 1; !err && round <= rounds; round++)
		err = lab_play(round, hired);
	if (!err)
		lab_look_for_leaks();
	/* Who is stuck can't be stopped; this guest is of no more use. */
	for (i = 0; i < LAB_MAX_ACTORS && err != -EDEADLK; i++)
		if (lab_threads[i])
			kthread_stop(lab_threads[i]);
	if (lab_steward && err != -EDEADLK)
		kthread_stop(lab_steward);
	pr_info("lab: end: error %d, %d complaints, %u turns missed\n",
		-err, atomic_read(&lab_complaints), lab_points_missed());
	return err == -EDEADLK ? 0 : err;
}

static void __exit lab_exit_module(void)
{
	rcu_barrier();
}

module_init(lab_init);
module_exit(lab_exit_module);
MODULE_DESCRIPTION("A scenario, played under the kernel's own detectors");
MODULE_LICENSE("GPL");
