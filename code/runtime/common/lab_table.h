/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the end of each scheme's file, which says which it is:
 * #define LAB_SCHEME rcu
 *
 * LAB_SCHEME_TABLE is then what its table is called, LAB_SCHEME_NAME is its
 * name as a string. A scheme may be compiled twice: as it is, and with its
 * lock operations and atomics counted (code/bench/count.h).
 */
#ifndef LAB_TABLE_H
#define LAB_TABLE_H

#ifdef LAB_COUNT
#define LAB_TABLE_PREFIX lab_counted_
#else
#define LAB_TABLE_PREFIX lab_scheme_
#endif

#define LAB_PASTE_(a, b) a ## b
#define LAB_PASTE(a, b) LAB_PASTE_(a, b)
#define LAB_QUOTE_(a) #a
#define LAB_QUOTE(a) LAB_QUOTE_(a)

#define LAB_SCHEME_TABLE LAB_PASTE(LAB_TABLE_PREFIX, LAB_SCHEME)
#define LAB_SCHEME_NAME LAB_QUOTE(LAB_SCHEME)

#endif /* LAB_TABLE_H */
