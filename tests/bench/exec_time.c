/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec_time.c - how long from the exec of kiln-run to its execve() of QEMU?
 *
 * usage: exec_time LABEL RUNS QEMU CLEAN COMMAND...
 * QEMU is tests/bench/stamp.c: it writes the moment at which its main() began to standard output.
 * Each run is a pair, COMMAND (which ends in QEMU) and QEMU alone; the difference is what COMMAND
 * costs. CLEAN is run by the shell after each pair, outside the measurement. Prints the median.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000

static int64_t now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		err(1, "clock_gettime");
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* From just before the fork to main() of the last program of the chain. */
static int64_t start_measure(char **command)
{
	int64_t begin, stamp = 0;
	int pipes[2], status;
	pid_t child;

	if (pipe(pipes))
		err(1, "pipe");
	begin = now_ns();
	child = vfork();
	if (child < 0)
		err(1, "vfork");
	if (child == 0) {
		if (dup2(pipes[1], STDOUT_FILENO) >= 0)
			execv(command[0], command);
		_exit(127);
	}
	close(pipes[1]);
	if (read(pipes[0], &stamp, sizeof(stamp)) != sizeof(stamp))
		errx(1, "%s did not reach the program to be started", command[0]);
	close(pipes[0]);
	if (waitpid(child, &status, 0) != child || status)
		errx(1, "%s: status %d", command[0], status);
	return stamp - begin;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static int64_t cost[RUNS_MAX], alone[RUNS_MAX];
	char *qemu[] = {argc > 5 ? argv[3] : NULL, NULL};
	int runs = argc > 5 ? (int)strtol(argv[2], NULL, 10) : 0;

	if (runs < 1 || runs > RUNS_MAX)
		errx(2, "usage: exec_time LABEL RUNS QEMU CLEAN COMMAND...");
	for (int i = -2; i < runs; i++) {
		int64_t with = start_measure(argv + 5);
		int64_t without = start_measure(qemu);
		pid_t child = vfork();

		if (child == 0) {
			execl("/bin/sh", "sh", "-c", argv[4], (char *)NULL);
			_exit(127);
		}
		if (child < 0 || waitpid(child, NULL, 0) != child)
			err(1, "clean");
		/* Two runs to warm the caches do not count. */
		if (i >= 0) {
			cost[i] = with - without;
			alone[i] = without;
		}
	}
	qsort(cost, (size_t)runs, sizeof(cost[0]), compare);
	qsort(alone, (size_t)runs, sizeof(alone[0]), compare);
	printf("%-44s min %7.3f  median %7.3f  max %7.3f ms (%d pairs; the program alone %.3f)\n",
	       argv[1], (double)cost[0] / 1e6, (double)cost[runs / 2] / 1e6,
	       (double)cost[runs - 1] / 1e6, runs, (double)alone[runs / 2] / 1e6);
	return 0;
}
