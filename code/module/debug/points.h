/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A schedule, forced at the labelled points: who may run, and how far.
 *
 *	schedule=reader:read_pointer,self:end,reader:end
 *
 * says: reader runs until it reaches lab_point(read_pointer), and is held
 * there; then self runs to its end; then reader does. One actor runs at a
 * time, so that what happened is what was asked for. self:blocks gives self
 * a moment to run into something that it must wait for. After the last entry
 * all run freely.
 *
 * Two act that are no actors of the scenario: "work" is whatever a workqueue
 * runs, which is held at its labels like an actor; "callbacks" are those of
 * call_rcu(). Their turns end when all is done that was queued:
 *
 *	schedule=holder:end,look-up:find_peer,work:end,look-up:end
 */
#ifndef LAB_POINTS_H
#define LAB_POINTS_H

#include <linux/types.h>

#define LAB_MAX_TURNS 48

int lab_points_parse(char *text, int (*find_actor)(const char *name));
void lab_points_begin(void);
void lab_points_await(int me);
void lab_points_reach(int me, const char *label);
void lab_points_end(int me);
bool lab_points_named(int me);
bool lab_points_ends(int me);
unsigned int lab_points_missed(void);

#endif /* LAB_POINTS_H */
