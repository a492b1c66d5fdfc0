/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stamp.c - in the place of QEMU: writes the moment at which it began to standard output, and ends.
 */
#include <stdint.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	struct timespec now;
	int64_t stamp;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		return 1;
	stamp = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	return write(STDOUT_FILENO, &stamp, sizeof(stamp)) != sizeof(stamp);
}
