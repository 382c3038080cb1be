/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of the pid family. */
#ifndef LAB_STEPS_H
#define LAB_STEPS_H

#include "lab_run.h"

extern const struct lab_step lab_scenarios[];	/* scenario.c */
extern const struct lab_step lab_figures[];	/* figures.c */
extern const struct lab_step lab_costs[];	/* cost.c */

#endif /* LAB_STEPS_H */
