// SPDX-License-Identifier: GPL-2.0-only
/* The nsproxy family, for the module and for the native program. */
#include "lab_run.h"
#include "family.h"
#include "scheme.h"
#include "steps.h"

#ifndef __KERNEL__
#include "track.h"
#endif

#undef LAB_FIRST
#undef LAB_ROW
#define LAB_FIRST(name) LAB_ROW(name)
#define LAB_ROW(name) { #name, &lab_scheme_ ## name, &lab_counted_ ## name },

static const struct lab_scheme_entry lab_schemes[] = {
	LAB_SCHEMES
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
