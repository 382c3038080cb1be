/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module and the native program say of the netns family. */
#ifndef LAB_FAMILY_H
#define LAB_FAMILY_H

#define LAB_FAMILY_NAME		"netns"
#define LAB_FAMILY_GUARDS	"Ids of network namespaces"
#define LAB_SCHEME_NAMES	"rtnl, nsid_lock, batched"
#define LAB_STEP_NAMES \
	"nets_come_and_go, ids_are_found, list_is_walked, ids_are_asked_for, all_at_once, two_workers; bench_hold, bench_dying, bench_messages, bench_wait, bench_adding"
#define LAB_DEFAULT_RUN		"all_at_once"

#endif /* LAB_FAMILY_H */
