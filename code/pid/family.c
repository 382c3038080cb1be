// SPDX-License-Identifier: GPL-2.0-only
/* The pid family, for the module and for the native program. */
#include "lab_run.h"
#include "family.h"
#include "scheme.h"
#include "steps.h"

#define LAB_SCHEME_ENTRY(name) \
	{ #name, &lab_scheme_ ## name, &lab_counted_ ## name }

static const struct lab_scheme_entry lab_schemes[] = {
	LAB_SCHEME_ENTRY(by_name),
	LAB_SCHEME_ENTRY(wait_pidfd_lock),
	LAB_SCHEME_ENTRY(pid_lock),
	{ }
};

const struct lab_family lab_family = {
	.name = LAB_FAMILY_NAME,
	.schemes = lab_schemes,
	.steps = { lab_scenarios, lab_figures, lab_costs },
};
