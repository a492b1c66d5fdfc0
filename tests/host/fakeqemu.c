/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fakeqemu.c - stands in for QEMU in tests of the loader: reports what it was given, then waits.
 *
 * Arguments that it knows; all others are only reported:
 *   report=FILE     write the report there: ids, capabilities, descriptors, environment, arguments
 *   until=FILE      end when FILE is there
 *   qmp=FD[,FD]     serve QMP on this listening descriptor, or on both; `quit` ends it
 *   powerdown=no    do not end on system_powerdown
 *   status=WORD     what query-status answers, as it stands in JSON
 *   flood=FD        accept on this listening descriptor, greet, and never stop talking
 *   unlock=yes      give up the lock of the run directory
 *   term=no         ignore SIGTERM
 * Without until= or qmp= it ends at once, with status 0.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *option(char **argv, const char *name)
{
	size_t len = strlen(name);

	for (char **arg = argv + 1; *arg; arg++)
		if (!strncmp(*arg, name, len) && (*arg)[len] == '=')
			return *arg + len + 1;
	return NULL;
}

static void report_status(FILE *out)
{
	static const char *const keys[] = {
		"Uid:",    "Gid:",    "Groups:", "CapInh:",     "CapPrm:",
		"CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "SigBlk:"};
	char line[4096];
	FILE *in = fopen("/proc/self/status", "re");

	while (in && fgets(line, sizeof(line), in))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (!strncmp(line, keys[i], strlen(keys[i])))
				fputs(line, out);
	if (in)
		fclose(in);
}

static void report_fds(FILE *out)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		char path[64], target[4096];
		ssize_t len;

		if (entry->d_name[0] == '.' || fd == dirfd(dir) || fd == fileno(out))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = '\0';
		fprintf(out, "fd %d mode %d %s\n", fd, fcntl(fd, F_GETFL) & O_ACCMODE, target);
	}
	if (dir)
		closedir(dir);
}

static void report(const char *path, char **argv)
{
	char temporary[4096];
	FILE *out;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	out = fopen(temporary, "we");
	if (!out)
		exit(9);
	fprintf(out, "pid %d\n", getpid());
	fprintf(out, "terminal %s\n", open("/dev/tty", O_RDWR | O_CLOEXEC) < 0 ? "no" : "yes");
	report_status(out);
	report_fds(out);
	for (char **env = environ; *env; env++)
		fprintf(out, "env %s\n", *env);
	for (char **arg = argv; *arg; arg++)
		fprintf(out, "arg %s\n", *arg);
	fclose(out);
	if (rename(temporary, path))
		exit(9);
}

/* The next client of either listener. */
static int client_take(const char *listeners)
{
	char *end;
	struct pollfd poll_fds[2] = {{.fd = (int)strtol(listeners, &end, 10), .events = POLLIN},
				     {.fd = -1, .events = POLLIN}};

	if (*end == ',')
		poll_fds[1].fd = (int)strtol(end + 1, NULL, 10);
	if (poll(poll_fds, 2, -1) < 0)
		return -1;
	return accept(poll_fds[poll_fds[0].revents ? 0 : 1].fd, NULL, NULL);
}

static void serve(const char *listeners, const char *powerdown, const char *status)
{
	static const char greeting[] =
		"{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
		"{\"timestamp\": {\"seconds\": 1}, \"event\": \"NOISE\", \"return\": 1}\r\n";
	static const char done[] = "{\"return\": {}}\r\n";

	for (;;) {
		int fd = client_take(listeners);
		char text[4096];
		ssize_t got;

		if (fd < 0 || write(fd, greeting, sizeof(greeting) - 1) < 0)
			continue;
		while ((got = read(fd, text, sizeof(text) - 1)) > 0) {
			text[got] = '\0';
			if (strstr(text, "query-status"))
				got = dprintf(fd,
					      "{\"return\": {\"running\": {\"status\": 1}, "
					      "\"status\": %s}}\r\n",
					      status ? status : "\"running\"");
			else
				got = write(fd, done, sizeof(done) - 1);
			if (got < 0)
				break;
			if (strstr(text, "\"quit\""))
				exit(0);
			if (strstr(text, "system_powerdown") && !powerdown)
				exit(0);
		}
		close(fd);
	}
}

static void flood(int listener)
{
	static const char greeting[] = "{\"QMP\": {}}\r\n", noise[] = "{\"event\": \"NOISE\"}\r\n";

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && write(fd, greeting, sizeof(greeting) - 1) > 0)
			while (write(fd, noise, sizeof(noise) - 1) > 0)
				;
		close(fd);
	}
}

int main(int argc, char **argv)
{
	const char *path = option(argv, "report"), *until = option(argv, "until"),
		   *qmp = option(argv, "qmp"), *term = option(argv, "term");
	struct stat st;

	(void)argc;
	if (term)
		signal(SIGTERM, SIG_IGN);
	if (option(argv, "unlock"))
		for (int fd = 3; fd < 64; fd++)
			(void)flock(fd, LOCK_UN);
	if (path)
		report(path, argv);
	(void)signal(SIGPIPE, SIG_IGN);
	if (option(argv, "flood"))
		flood((int)strtol(option(argv, "flood"), NULL, 10));
	if (qmp)
		serve(qmp, option(argv, "powerdown"), option(argv, "status"));
	while (until && stat(until, &st))
		poll(NULL, 0, 10);
	return 0;
}
