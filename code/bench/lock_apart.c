// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dedicated lock once more, on another cache line than the pointer.
 *
 * The same source; only where its lock lies differs: in alloc_lock's place,
 * which nobody else uses while this is measured. On the pointer's line, a
 * waiter that writes to the lock takes the pointer away from whoever is
 * inside. What that costs is the difference between the two (claim P12).
 *
 * Native only, for the plots.
 */
#include "nsproxy.h"

#define nsproxy_lock alloc_lock
#define dedicated_lock dedicated_lock_apart

#include "dedicated_lock.c"
