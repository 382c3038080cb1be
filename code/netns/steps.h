/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of the netns family. */
#ifndef LAB_STEPS_H
#define LAB_STEPS_H

#include "lab_run.h"

extern const struct lab_step lab_scenarios[];	/* scenario.c */
extern const struct lab_step lab_benches[];	/* growth.c */

#endif /* LAB_STEPS_H */
