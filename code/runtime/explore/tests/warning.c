// SPDX-License-Identifier: GPL-2.0-only
/* A reference is taken on what has none. */
#include "plant.h"

static refcount_t refs = REFCOUNT_INIT(1);

static void one(void)
{
	refcount_dec_and_test(&refs); /* planted */
	refcount_inc(&refs);
}

SCENARIO(NULL, NULL, { "one", one });
