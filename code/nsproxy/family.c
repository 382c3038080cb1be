// SPDX-License-Identifier: GPL-2.0-only
/* The nsproxy family, for the module and for the native program. */
#include "lab_run.h"
#include "family.h"
#include "scheme.h"
#include "steps.h"

#ifndef __KERNEL__
#include "track.h"
#endif

#define LAB_SCHEME_ENTRY(name) \
	{ #name, &lab_scheme_ ## name, &lab_counted_ ## name }

static const struct lab_scheme_entry lab_schemes[] = {
	LAB_SCHEME_ENTRY(task_lock),
	LAB_SCHEME_ENTRY(rcu),
	LAB_SCHEME_ENTRY(pointer_tag),
	LAB_SCHEME_ENTRY(dedicated_lock),
	LAB_SCHEME_ENTRY(pointer_lock),
#ifndef __KERNEL__
	/* Not a scheme: liburcu alone, to measure rcu.c by. */
	{ "bare", &lab_scheme_bare, NULL },
#endif
	{ }
};

const struct lab_family lab_family = {
	.name = LAB_FAMILY_NAME,
	.schemes = lab_schemes,
	.steps = { lab_scenarios, lab_benches },
};
