// SPDX-License-Identifier: GPL-2.0-only
/* A schedule, forced at the labelled points. See points.h. */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "points.h"

/*
 * How long an actor may take to where its turn ends. Only a schedule that
 * does not fit the code ever takes that long.
 */
#define LAB_TURN_NS	(5ULL * NSEC_PER_SEC)
/* self:blocks: by now it has run into what it waits for. */
#define LAB_BLOCKS_NS	(100ULL * NSEC_PER_MSEC)

struct lab_turn {
	int actor;
	const char *label;
};

static struct lab_turn lab_turns[LAB_MAX_TURNS];
static int lab_nr_turns;
static unsigned long lab_named;		/* a bit for each actor in a turn */
static atomic_t lab_turn;		/* whose it is: an index */
static atomic64_t lab_turn_began;	/* in ns */
static atomic_t lab_turns_missed;

/**
 * lab_points_parse() - read a schedule
 * @text: actor:label,...; cut into pieces, and kept
 * @find_actor: the number of an actor, or negative
 *
 * Return: 0, or -EINVAL after saying what is wrong.
 */
int lab_points_parse(char *text, int (*find_actor)(const char *name))
{
	char *entry, *name;

	while ((entry = strsep(&text, ",")) && *entry) {
		struct lab_turn *turn = &lab_turns[lab_nr_turns];

		name = strsep(&entry, ":");
		if (!entry || !*entry || lab_nr_turns == LAB_MAX_TURNS) {
			pr_err("lab: schedule=: “%s” is no actor:label, or is one too many\n",
			       name);
			return -EINVAL;
		}
		turn->actor = find_actor(name);
		turn->label = entry;
		if (turn->actor < 0) {
			pr_err("lab: schedule=: there is no actor “%s”\n", name);
			return -EINVAL;
		}
		lab_named |= BIT(turn->actor);
		lab_nr_turns++;
	}
	return 0;
}

/**
 * lab_points_begin() - the first turn begins
 */
void lab_points_begin(void)
{
	atomic64_set(&lab_turn_began, ktime_get_ns());
	atomic_set(&lab_turn, 0);
}

/* Whoever sees that a turn is over passes it on; once. */
static bool lab_pass_on(int turn)
{
	/* First, so that nobody looks at the last turn's clock. */
	atomic64_set(&lab_turn_began, ktime_get_ns());
	return atomic_cmpxchg(&lab_turn, turn, turn + 1) == turn;
}

static void lab_look_at_the_clock(int turn)
{
	bool blocks = !strcmp(lab_turns[turn].label, "blocks");
	u64 took = ktime_get_ns() - atomic64_read(&lab_turn_began);

	if ((s64)took < (s64)(blocks ? LAB_BLOCKS_NS : LAB_TURN_NS))
		return;
	if (atomic_read(&lab_turn) != turn || !lab_pass_on(turn) || blocks)
		return;
	atomic_inc(&lab_turns_missed);
	pr_warn("lab: turn %d did not end at “%s” in time\n", turn + 1,
		lab_turns[turn].label);
}

/**
 * lab_points_await() - wait until it is an actor's turn, or all run freely
 * @me: its number
 *
 * Context: Any of a process: sleeps where it may, spins where it may not
 * (with a lock held, or within an RCU read-side critical section).
 */
void lab_points_await(int me)
{
	int turn;

	while ((turn = atomic_read_acquire(&lab_turn)) < lab_nr_turns) {
		if (lab_turns[turn].actor == me)
			return;
		lab_look_at_the_clock(turn);
		if (preemptible() && !rcu_preempt_depth())
			usleep_range(50, 100);
		else
			cpu_relax();
	}
}

/**
 * lab_points_reach() - an actor is at a labelled point
 * @me: its number
 * @label: of the point
 *
 * Context: Any of a process.
 */
void lab_points_reach(int me, const char *label)
{
	int turn;

	lab_points_await(me);
	turn = atomic_read(&lab_turn);
	if (turn >= lab_nr_turns || strcmp(lab_turns[turn].label, label))
		return;
	lab_pass_on(turn);
	lab_points_await(me);
}

/**
 * lab_points_end() - an actor is done
 * @me: its number
 */
void lab_points_end(int me)
{
	int turn;

	/* It may have been given up while it was blocked. */
	lab_points_await(me);
	while ((turn = atomic_read(&lab_turn)) < lab_nr_turns &&
	       lab_turns[turn].actor == me) {
		if (strcmp(lab_turns[turn].label, "end") &&
		    strcmp(lab_turns[turn].label, "blocks")) {
			atomic_inc(&lab_turns_missed);
			pr_warn("lab: turn %d: ended without reaching “%s”\n",
				turn + 1, lab_turns[turn].label);
		}
		lab_pass_on(turn);
	}
}

/**
 * lab_points_named() - does the schedule speak of an actor?
 * @me: its number
 *
 * Return: whether it does.
 */
bool lab_points_named(int me)
{
	return lab_named & BIT(me);
}

/**
 * lab_points_ends() - is it an actor's turn to go on to its end?
 * @me: its number
 *
 * Looks at the clock, too: for who waits for that and for nothing else.
 *
 * Return: whether it is.
 */
bool lab_points_ends(int me)
{
	int turn = atomic_read_acquire(&lab_turn);

	if (turn >= lab_nr_turns)
		return false;
	lab_look_at_the_clock(turn);
	return lab_turns[turn].actor == me &&
	       !strcmp(lab_turns[turn].label, "end");
}

/**
 * lab_points_missed() - how many turns did not end where they should
 *
 * Return: 0 when the schedule was kept to.
 */
unsigned int lab_points_missed(void)
{
	return atomic_read(&lab_turns_missed);
}
