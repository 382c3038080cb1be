// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs scenarios and measurements natively:
 *
 *	run scheme=rcu run=owner_switches,count readers=3 ms=500
 *
 * Takes what the module takes as parameters, prints what the module reports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rcupdate.h>

#include "family.h"
#include "lab_run.h"
#include "native.h"

static const char usage[] =
	"usage: %s scheme=NAME run=STEP[,STEP...] [name=value ...]\n"
	"  scheme   one of %s\n"
	"  run      scenarios and measurements, by name; '?' lists them\n"
	"  readers  remote readers at the most (2)\n"
	"  ms       length of each, in milliseconds (200)\n"
	"  samples  switches to time of each kind (200)\n"
	"  rep      number of this repetition, for the raw data (0)\n";

static int lab_number(const char *value, unsigned int most, unsigned int *to)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n > most)
		return -1;
	*to = n;
	return 0;
}

static int lab_set(struct lab_config *config, char *arg)
{
	char *value = strchr(arg, '=');

	if (!value)
		return -1;
	*value++ = '\0';
	if (!strcmp(arg, "run"))
		return config->run = value, 0;
	if (!strcmp(arg, "readers"))
		return lab_number(value, LAB_MAX_THREADS - 2, &config->readers);
	if (!strcmp(arg, "ms"))
		return lab_number(value, 3600000, &config->ms);
	if (!strcmp(arg, "samples"))
		return lab_number(value, 1000000, &config->samples);
	if (!strcmp(arg, "rep"))
		return lab_number(value, 1000000, &config->rep);
	if (strcmp(arg, "scheme"))
		return -1;
	if (!lab_find_scheme(value, config))
		return 0;
	fprintf(stderr, "there is no scheme \"%s\"; there are %s\n", value,
		LAB_SCHEME_NAMES);
	exit(2);
}

static void lab_list(const struct lab_step *step)
{
	for (; step->name; step++)
		printf("%s\n", step->name);
}

int main(int argc, char **argv)
{
	struct lab_config config = { .run = "", .readers = 2, .ms = 200,
				     .samples = 200 };
	int i, failed;

	for (i = 1; i < argc; i++) {
		if (lab_set(&config, argv[i])) {
			fprintf(stderr, "can't make sense of \"%s\"\n", argv[i]);
			fprintf(stderr, usage, argv[0], LAB_SCHEME_NAMES);
			return 2;
		}
	}
	if (!strcmp(config.run, "?")) {
		for (i = 0; lab_family.steps[i]; i++)
			lab_list(lab_family.steps[i]);
		return 0;
	}
	if (!config.scheme || !*config.run) {
		fprintf(stderr, usage, argv[0], LAB_SCHEME_NAMES);
		return 2;
	}
	config.nr_cpus = lab_nr_cpus();
	lab_pin(0);
	lab_catch_signals();

	urcu_memb_register_thread();
	failed = lab_run(&config);
	urcu_memb_unregister_thread();
	return failed ? 1 : 0;
}
