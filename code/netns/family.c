// SPDX-License-Identifier: GPL-2.0-only
/* The netns family, for the module and for the native program. */
#include "lab_run.h"
#include "family.h"
#include "scheme.h"
#include "steps.h"

static const struct lab_scheme_entry lab_schemes[] = {
	{ "rtnl", &lab_scheme_rtnl, NULL },
	{ "nsid_lock", &lab_scheme_nsid_lock, NULL },
	{ "batched", &lab_scheme_batched, NULL },
	{ }
};

const struct lab_family lab_family = {
	.name = LAB_FAMILY_NAME,
	.schemes = lab_schemes,
	.steps = { lab_scenarios, lab_benches },
};
