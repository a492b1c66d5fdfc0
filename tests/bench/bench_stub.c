/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_stub.c - stands in for QEMU: prints the monotonic time at which it began, in nanoseconds.
 *
 * Static, like the loader, so that its own start is small and the same in both halves of a pair. It lives on
 * for a moment, so that what the loader started beside it has let go of its descriptors: the taps then end
 * with this process, and not in the middle of the next measurement.
 */
#include <poll.h>
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 1;
	if (printf("%lld\n", (long long)now.tv_sec * 1000000000LL + now.tv_nsec) < 0 ||
	    fflush(stdout))
		return 1;
	(void)poll(NULL, 0, 20);
	return 0;
}
