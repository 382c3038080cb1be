// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: one scheme of a family, run and measured in the kernel.
 *
 *	insmod nsproxy_lab.ko scheme=rcu run=owner_switches,bench_get
 *	cat /proc/nsproxy_lab
 *	rmmod nsproxy_lab
 *
 * The run goes on in a thread of its own; reading the file follows it to its
 * end. Removing the module stops it, wherever it is.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "family.h"
#include "lab_run.h"
#include "module.h"

static char *scheme = "";
module_param(scheme, charp, 0444);
MODULE_PARM_DESC(scheme, "which scheme: " LAB_SCHEME_NAMES);

static char *run = LAB_DEFAULT_RUN;
module_param(run, charp, 0444);
MODULE_PARM_DESC(run, "what to run, by name, joined by commas: " LAB_STEP_NAMES);

static unsigned int readers = 2;
module_param(readers, uint, 0444);
MODULE_PARM_DESC(readers, "remote readers at the most, 1 to 14");

static unsigned int ms = 200;
module_param(ms, uint, 0444);
MODULE_PARM_DESC(ms, "length of each scenario and measured loop, in milliseconds");

static unsigned int samples = 100;
module_param(samples, uint, 0444);
MODULE_PARM_DESC(samples, "switches to time of each kind");

static unsigned int rep;
module_param(rep, uint, 0444);
MODULE_PARM_DESC(rep, "number of this repetition, copied to the raw data");

module_param_named(graveyard, lab_graveyard, bool, 0444);
MODULE_PARM_DESC(graveyard, "keep freed objects for a while, so that their misuse is seen; N for measurements");

static struct lab_config lab_config;
static struct task_struct *lab_main_thread;

void lab_sleep_ms(unsigned int length)
{
	unsigned long end = jiffies + msecs_to_jiffies(length);

	if (length < 20) {
		usleep_range(length * 1000, length * 1100);
		return;
	}
	/* In small pieces, so that rmmod need not wait for long. */
	while (time_before(jiffies, end) && !kthread_should_stop())
		msleep(20);
}

bool lab_stopping(void)
{
	return kthread_should_stop();
}

unsigned int lab_hz(void)
{
	return HZ;
}

static int lab_main(void *unused)
{
	lab_run(&lab_config);
	lab_output_end();
	/* kthread_stop() wants to find us. */
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static int __init lab_init(void)
{
	int err;

	lab_config = (struct lab_config){
		.run = run, .readers = readers, .ms = ms, .samples = samples,
		.rep = rep, .nr_cpus = num_online_cpus(),
	};
	err = lab_find_scheme(scheme, &lab_config);
	if (err) {
		pr_err("there is no scheme \"%s\"; scheme= takes " LAB_SCHEME_NAMES "\n",
		       scheme);
		return err;
	}
	if (!readers || readers > LAB_MAX_THREADS - 2 || !ms || !samples) {
		pr_err("readers= takes 1 to %d; ms= and samples= at least 1\n",
		       LAB_MAX_THREADS - 2);
		return -EINVAL;
	}
	err = lab_output_begin();
	if (err)
		return err;
	lab_main_thread = kthread_create(lab_main, NULL, KBUILD_MODNAME);
	if (IS_ERR(lab_main_thread)) {
		lab_output_remove();
		return PTR_ERR(lab_main_thread);
	}
	kthread_bind(lab_main_thread, cpumask_first(cpu_online_mask));
	wake_up_process(lab_main_thread);
	return 0;
}

static void __exit lab_exit_module(void)
{
	kthread_stop(lab_main_thread);
	lab_settle();
	lab_output_remove();
	lab_empty_graveyard();
}

module_init(lab_init);
module_exit(lab_exit_module);
MODULE_DESCRIPTION(LAB_FAMILY_GUARDS ": schemes, run and measured");
MODULE_LICENSE("GPL");
