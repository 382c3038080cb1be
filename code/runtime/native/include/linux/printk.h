/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands for <linux/printk.h>: a message changes nothing, and goes nowhere. What
 * it would say is looked at all the same.
 */
#ifndef LAB_NATIVE_PRINTK_H
#define LAB_NATIVE_PRINTK_H

__attribute__((__format__(printf, 1, 2)))
void lab_printk(const char *fmt, ...);

#define KERN_EMERG	""
#define KERN_ALERT	""
#define KERN_CRIT	""
#define KERN_ERR	""
#define KERN_WARNING	""
#define KERN_NOTICE	""
#define KERN_INFO	""
#define KERN_DEBUG	""
#define KERN_CONT	""

#define printk(...)		lab_printk(__VA_ARGS__)
#define pr_emerg(...)		lab_printk(__VA_ARGS__)
#define pr_alert(...)		lab_printk(__VA_ARGS__)
#define pr_crit(...)		lab_printk(__VA_ARGS__)
#define pr_err(...)		lab_printk(__VA_ARGS__)
#define pr_warn(...)		lab_printk(__VA_ARGS__)
#define pr_notice(...)		lab_printk(__VA_ARGS__)
#define pr_info(...)		lab_printk(__VA_ARGS__)
#define pr_debug(...)		lab_printk(__VA_ARGS__)
#define pr_cont(...)		lab_printk(__VA_ARGS__)
#define printk_once(...)	lab_printk(__VA_ARGS__)
#define pr_err_once(...)	lab_printk(__VA_ARGS__)
#define pr_warn_once(...)	lab_printk(__VA_ARGS__)
#define pr_info_once(...)	lab_printk(__VA_ARGS__)
#define pr_err_ratelimited(...)	lab_printk(__VA_ARGS__)
#define pr_warn_ratelimited(...) lab_printk(__VA_ARGS__)
#define pr_info_ratelimited(...) lab_printk(__VA_ARGS__)

#endif
