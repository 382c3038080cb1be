/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module and the native program say of the nsproxy family. */
#ifndef LAB_FAMILY_H
#define LAB_FAMILY_H

#include "scheme.h"

#define LAB_FAMILY_NAME		"nsproxy"
#define LAB_FAMILY_GUARDS	"How a task's nsproxy is guarded"
#define LAB_FIRST(name)		#name
#define LAB_ROW(name)		", " #name
#define LAB_SCHEME_NAMES	LAB_SCHEMES
#define LAB_STEP_NAMES \
	"owner_rests, owner_reads, owner_switches, owner_forks, owner_exits, owner_does_all, bench_get, bench_peek, bench_own, bench_switch, bench_busy, bench_held, count; bench_get_calm, bench_peek_calm and bench_switch_calm without anybody who disturbs"
#define LAB_DEFAULT_RUN		"owner_does_all"

#endif /* LAB_FAMILY_H */
