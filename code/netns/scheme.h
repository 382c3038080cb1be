/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scheme offers. Each scheme's file ends by including table.h, which
 * fills in one of these.
 */
#ifndef LAB_SCHEME_H
#define LAB_SCHEME_H

#include "netns.h"

/**
 * struct lab_netns_scheme - one way to take the ids of dying nets away
 * @name: as the file is called
 * @peernet2id_alloc: the id that @net has for @peer; gives one if need be
 * @peernet2id: the same, but gives none
 * @get_net_ns_by_id: the net that an id leads to, with a reference
 * @rtnl_net_newid: give the id that somebody asked for
 * @cleanup_net: the worker: clean up all nets that are dead by now
 * @copy_net_ns: make a net that all can see
 */
struct lab_netns_scheme {
	const char *name;
	int (*peernet2id_alloc)(struct lab_net *net, struct lab_net *peer,
				gfp_t gfp);
	int (*peernet2id)(const struct lab_net *net,
			  const struct lab_net *peer);
	struct lab_net *(*get_net_ns_by_id)(const struct lab_net *net, int id);
	int (*rtnl_net_newid)(struct lab_net *net, struct lab_net_file *file,
			      int id);
	void (*cleanup_net)(void);
	struct lab_net *(*copy_net_ns)(void);
};

extern const struct lab_netns_scheme lab_scheme_rtnl, lab_scheme_nsid_lock,
				     lab_scheme_batched;

#endif /* LAB_SCHEME_H */
