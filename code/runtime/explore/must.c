// SPDX-License-Identifier: GPL-2.0-only
/* What a scenario can't go on without: see lab_must(). */
#include "engine.h"

void lab_x_must(const char *text)
{
	X.hard = true;
	x_fail(LAB_X_INVARIANT, X_PC(), 0, "not so: %s", text);
}
