// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/nsproxy_lab (or as the module is called): the report, readable while
 * it is being written.
 *
 * A reader that has caught up waits for more, until the run is over. Several
 * may read, each from the beginning.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "lab_run.h"
#include "module.h"

#define LAB_REPORT_SIZE (256 * 1024)

static char *lab_report;
static size_t lab_report_len;
static bool lab_report_ended;
static DEFINE_MUTEX(lab_report_mutex);	/* guards the three above */
static DECLARE_WAIT_QUEUE_HEAD(lab_report_grew);
static struct proc_dir_entry *lab_report_file;

void lab_print(const char *fmt, ...)
{
	va_list args;

	mutex_lock(&lab_report_mutex);
	va_start(args, fmt);
	/* What does not fit is cut, and with it the plan: that fails. */
	lab_report_len += vscnprintf(lab_report + lab_report_len,
				     LAB_REPORT_SIZE - lab_report_len,
				     fmt, args);
	va_end(args);
	mutex_unlock(&lab_report_mutex);
	wake_up_interruptible(&lab_report_grew);
}

static ssize_t lab_report_read(struct file *file, char __user *to,
			       size_t count, loff_t *pos)
{
	ssize_t n;
	int err;

	err = wait_event_interruptible(lab_report_grew,
				       *pos < READ_ONCE(lab_report_len) ||
				       READ_ONCE(lab_report_ended));
	if (err)
		return err;
	mutex_lock(&lab_report_mutex);
	n = simple_read_from_buffer(to, count, pos, lab_report,
				    lab_report_len);
	mutex_unlock(&lab_report_mutex);
	return n;
}

static const struct proc_ops lab_report_ops = {
	.proc_read = lab_report_read,
};

int lab_output_begin(void)
{
	lab_report = vzalloc(LAB_REPORT_SIZE);
	if (!lab_report)
		return -ENOMEM;
	lab_report_file = proc_create(KBUILD_MODNAME, 0444, NULL,
				      &lab_report_ops);
	if (!lab_report_file) {
		vfree(lab_report);
		return -ENOMEM;
	}
	return 0;
}

void lab_output_end(void)
{
	mutex_lock(&lab_report_mutex);
	WRITE_ONCE(lab_report_ended, true);
	mutex_unlock(&lab_report_mutex);
	wake_up_interruptible(&lab_report_grew);
}

void lab_output_remove(void)
{
	/* Who still waits for more must be let go: proc_remove() waits. */
	lab_output_end();
	proc_remove(lab_report_file);
	vfree(lab_report);
}
