/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of each scheme's file: its table. The file says which it is:
 * #define LAB_SCHEME nsid_lock
 */
#include "scheme.h"

#define LAB_PASTE_(a, b) a ## b
#define LAB_PASTE(a, b) LAB_PASTE_(a, b)
#define LAB_QUOTE_(a) #a
#define LAB_QUOTE(a) LAB_QUOTE_(a)

const struct lab_netns_scheme LAB_PASTE(lab_scheme_, LAB_SCHEME) = {
	.name = LAB_QUOTE(LAB_SCHEME),
	.peernet2id_alloc = lab_peernet2id_alloc,
	.peernet2id = lab_peernet2id,
	.get_net_ns_by_id = lab_get_net_ns_by_id,
	.rtnl_net_newid = lab_rtnl_net_newid,
	.cleanup_net = lab_cleanup_net,
	.copy_net_ns = lab_copy_net_ns,
};
