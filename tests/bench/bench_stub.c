/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_stub.c - stands in for QEMU: prints the monotonic time at which it began, in nanoseconds.
 *
 * Static, like the loader, so that its own start is small and the same in both halves of a pair.
 */
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 1;
	return printf("%lld\n", (long long)now.tv_sec * 1000000000LL + now.tv_nsec) < 0;
}
