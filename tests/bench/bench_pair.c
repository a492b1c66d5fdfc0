/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_pair.c - times two commands in turn, so that both meet the same noise, and prints medians.
 *
 * usage: bench_pair stub N A... -- B...       to the time that the program prints (bench_stub)
 *        bench_pair qmp N SOCKET-A SOCKET-B A... -- B...   to the first reply of a QMP command
 *        bench_pair exit N A...               to the end of the program
 *
 * Out: one line "MEDIAN-A MEDIAN-B MEDIAN-OF-B-MINUS-A MEDIAN-OF-B/A" in microseconds. The first
 * pair warms the caches and is not counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 999
#define LIMIT_NS   (30 * 1000000000LL)

enum mode { MODE_STUB, MODE_QMP, MODE_EXIT };

static void __attribute__((noreturn)) die(const char *what)
{
	(void)fprintf(stderr, "bench_pair: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		die("clock_gettime");
	return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

static pid_t start(char **argv, int out_fd)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	if (!argv[0])
		die("no command");
	if (posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, out_fd, 1) != 0)
		die("posix_spawn_file_actions");
	errno = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
	if (errno)
		die(argv[0]);
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void finish(pid_t pid, const char *name)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			die("waitpid");
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		(void)fprintf(stderr, "bench_pair: %s ended with %d\n", name,
			      WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
		exit(1);
	}
}

static long long time_stub(char **argv)
{
	char text[64];
	int fds[2];
	ssize_t len;

	if (pipe2(fds, O_CLOEXEC) != 0)
		die("pipe2");
	long long begin = now_ns();
	pid_t pid = start(argv, fds[1]);

	(void)close(fds[1]);
	len = read(fds[0], text, sizeof(text) - 1);
	(void)close(fds[0]);
	finish(pid, argv[0]);
	if (len <= 0)
		die("the program printed no time");
	text[len] = 0;
	return strtoll(text, NULL, 10) - begin;
}

static long long time_exit(char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0)
		die("/dev/null");
	long long begin = now_ns();

	finish(start(argv, null), argv[0]);
	(void)close(null);
	return now_ns() - begin;
}

static int dial(const char *path, long long begin)
{
	const struct timespec pause = {.tv_nsec = 100000};
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	for (;;) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			die("socket");
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
			return fd;
		(void)close(fd);
		if (now_ns() - begin > LIMIT_NS)
			die(path);
		/* A busy loop would take one of two cores from the half that has no socket yet. */
		(void)ppoll(NULL, 0, &pause, NULL);
	}
}

/* Read until @word came; false when the peer closed first (a socket of the run before). */
static bool expect(int fd, const char *word)
{
	char text[8192];
	size_t len = 0;

	while (len < sizeof(text) - 1) {
		ssize_t got = read(fd, text + len, sizeof(text) - 1 - len);

		if (got <= 0)
			return false;
		len += (size_t)got;
		text[len] = 0;
		if (strstr(text, word))
			return true;
	}
	return false;
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("write to QMP");
}

static long long time_qmp(char **argv, const char *path)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), fd;
	long long took;

	if (null < 0)
		die("/dev/null");
	if (unlink(path) != 0 && errno != ENOENT)
		die(path);
	long long begin = now_ns();
	pid_t pid = start(argv, null);

	fd = dial(path, begin);
	if (!expect(fd, "QMP"))
		die("no QMP greeting");
	say(fd, "{\"execute\":\"qmp_capabilities\"}\n");
	if (!expect(fd, "return"))
		die("no QMP reply");
	took = now_ns() - begin;
	say(fd, "{\"execute\":\"quit\"}\n");
	finish(pid, argv[0]);
	(void)close(fd);
	(void)close(null);
	return took;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, long count)
{
	qsort(values, (size_t)count, sizeof(*values), by_value);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/*
 * What the run before left to end beside it (the reaper of kiln-run) must not be measured; waiting is
 * done awake, because a CPU that comes out of its sleep would be measured instead.
 */
static void settle(void)
{
	long long end = now_ns() + 5000000;

	while (now_ns() < end)
		;
}

static double measure(enum mode mode, char **argv, const char *path)
{
	settle();
	switch (mode) {
	case MODE_STUB:
		return (double)time_stub(argv) / 1000;
	case MODE_QMP:
		return (double)time_qmp(argv, path) / 1000;
	case MODE_EXIT:
		return (double)time_exit(argv) / 1000;
	}
	abort();
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: bench_pair stub|qmp|exit N [SOCKET SOCKET] A... [-- B...]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static double a[ROUNDS_MAX], b[ROUNDS_MAX], minus[ROUNDS_MAX], ratio[ROUNDS_MAX];
	const char *socket_a = NULL, *socket_b = NULL;
	char **left, **right = NULL;
	enum mode mode;
	long rounds;

	if (argc < 4)
		return usage();
	mode = argv[1][0] == 's' ? MODE_STUB : argv[1][0] == 'q' ? MODE_QMP : MODE_EXIT;
	rounds = strtol(argv[2], NULL, 10);
	if (rounds < 1 || rounds > ROUNDS_MAX || (mode == MODE_QMP && argc < 8))
		return usage();
	left = argv + 3;
	if (mode == MODE_QMP) {
		socket_a = *left++;
		socket_b = *left++;
	}
	for (char **word = left; *word; word++) {
		if (strcmp(*word, "--") == 0) {
			*word = NULL;
			right = word + 1;
			break;
		}
	}
	(void)signal(SIGPIPE, SIG_IGN);
	for (long i = -1; i < rounds; i++) {
		double one = 0, two = 0;

		/* A B, B A, A B, ...: who is second meets what the first left in the caches. */
		if (right && i % 2)
			two = measure(mode, right, socket_b);
		one = measure(mode, left, socket_a);
		if (!right)
			two = one;
		else if (i % 2 == 0)
			two = measure(mode, right, socket_b);

		if (i < 0)
			continue;
		a[i] = one;
		b[i] = two;
		minus[i] = two - one;
		ratio[i] = two / one;
	}
	(void)printf("%.1f %.1f %.1f %.4f\n", median(a, rounds), median(b, rounds),
		     median(minus, rounds), median(ratio, rounds));
	return 0;
}
