/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of each scheme's file: its table. The file says which it is:
 * #define LAB_SCHEME nsid_lock
 */
#include "lab_table.h"
#include "scheme.h"

const struct lab_netns_scheme LAB_SCHEME_TABLE = {
	.name = LAB_SCHEME_NAME,
	.peernet2id_alloc = lab_peernet2id_alloc,
	.peernet2id = lab_peernet2id,
	.get_net_ns_by_id = lab_get_net_ns_by_id,
	.rtnl_net_newid = lab_rtnl_net_newid,
	.cleanup_net = lab_cleanup_net,
	.copy_net_ns = lab_copy_net_ns,
};
