/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv.c - stage fixup: the command line of QEMU, its segments joined with the facts of this host.
 */
#include <string.h>
#include <time.h>

#include "host/fips.h"
#include "run/run.h"

void argv_set_time(struct facts *facts)
{
	struct timespec now;

	if (!clock_gettime(CLOCK_REALTIME, &now))
		facts->now = now.tv_sec;
}

/*
 * Should: build the whole command line in memory of fixed size.
 * Mustn't: decide anything; each fact was decided by the image, the site values or a step.
 */
int stage_fixup(struct run *run, struct err *err)
{
	run->facts.accel = run->host.accel;
	run->facts.nodes = run->host.nodes;
	run->facts.absent = run->host.absent;
	memcpy(run->facts.ports, run->host.ports, sizeof(run->facts.ports));
	argv_set_time(&run->facts);
	run->facts.fips = fips_enabled(FIPS_FILE);
	run->argv = facts_argv(&run->facts, ARGV_EXEC, err);
	return run->argv ? limit_argv(run, run->argv, LIMIT_RAISE, err) : -1;
}
