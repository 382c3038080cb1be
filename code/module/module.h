/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the module know of one another. */
#ifndef LAB_MODULE_H
#define LAB_MODULE_H

#include <linux/types.h>

/* output.c */
int lab_output_begin(void);
void lab_output_end(void);
void lab_output_remove(void);

/* memory.c */
extern bool lab_graveyard;
void lab_empty_graveyard(void);

#endif /* LAB_MODULE_H */
