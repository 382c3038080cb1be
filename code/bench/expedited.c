// SPDX-License-Identifier: GPL-2.0-only
/*
 * The switch of rcu.c once more, with expedited grace periods (claim R11).
 *
 * The same source; only which grace period it waits for differs, as in the
 * named change rcu.expedited. The module's only: liburcu has no other kind.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#define LAB_NSPROXY_PTR struct lab_nsproxy __rcu *
#include "nsproxy.h"
#include "track.h"

#define rcu rcu_expedited
#define synchronize_rcu() synchronize_rcu_expedited()

#include "rcu.c"
