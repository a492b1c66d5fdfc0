/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp.c - fork, exec, and one JSON object a line over a socket pair.
 */
#include "qemu/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MONITOR_FD  3
#define LOG_BYTES   4096
#define REPLY_MAX   (16u << 20)
#define READ_BYTES  65536
#define PATH_SHOWN  120
#define MESSAGE_MAX 256

static const char fix_program[] = "Name a qemu-system-* program that starts on this machine.";

/* ---- the child -------------------------------------------------------------------------------- */

static NORETURN void child_fail(int status_fd)
{
	int error = errno;
	ssize_t done = write(status_fd, &error, sizeof(error));

	_exit(done == (ssize_t)sizeof(error) ? 127 : 126);
}

/* Between fork and exec only async-signal-safe calls. */
static NORETURN void child_run(const char *const *argv, int monitor, int log, int status_fd,
			       pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
	    dup2(log, STDERR_FILENO) < 0)
		child_fail(status_fd);
	/* The caller has moved everything else above MONITOR_FD. */
	if (dup2(monitor, MONITOR_FD) < 0)
		child_fail(status_fd);
	/* A probe may kill QEMU, and leaves no dump behind. */
	if (setrlimit(RLIMIT_CORE, &(struct rlimit){0}) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		child_fail(status_fd);
	if (getppid() != parent)
		_exit(1);
	(void)execv(argv[0], (char *const *)(uintptr_t)argv);
	child_fail(status_fd);
}

/* A copy of a descriptor above those that the child uses itself; the original is closed. */
static int fd_raise(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, MONITOR_FD + 7);
	int error = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = error;
	return high;
}

static const char **child_args(struct arena *arena, const char *const *args)
{
	static const char *const monitor[] = {
		"-chardev",
		"socket,id=kiln-qmp,fd=3",
		"-mon",
		"chardev=kiln-qmp,mode=control",
	};
	size_t count = 0;

	while (args[count])
		count++;
	const char **argv = arena_alloc(arena, (count + ARRAY_SIZE(monitor) + 1) * sizeof(*argv));

	memcpy(argv, args, count * sizeof(*argv));
	memcpy(argv + count, monitor, sizeof(monitor));
	return argv;
}

/* Waits until exec has closed the pipe; a number in it is the errno of the child. */
static int exec_result(struct qmp *qmp, int status_fd, struct err *err)
{
	int error = 0;
	ssize_t got;

	do
		got = read(status_fd, &error, sizeof(error));
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(error))
		return 0;
	(void)err_sys(err, error == ENOENT ? ERR_NOT_FOUND : ERR_EXEC, error, "QEMU \"%.*s\"",
		      PATH_SHOWN, qmp->path);
	err_why(err, "The program is started to ask it what it can do.");
	err_fix(err, "%s", fix_program);
	return -1;
}

static int spawn(struct qmp *qmp, const char *const *args, struct err *err)
{
	const char **argv = child_args(qmp->arena, args);
	pid_t parent = getpid();
	int pair[2] = {-1, -1}, status[2] = {-1, -1};
	int result = -1;

	qmp->log = fd_raise(memfd_create("kiln-qemu-log", MFD_CLOEXEC));
	if (qmp->log < 0 || pipe2(status, O_CLOEXEC) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		goto failed;
	status[1] = fd_raise(status[1]);
	pair[0] = fd_raise(pair[0]);
	pair[1] = fd_raise(pair[1]);
	if (status[1] < 0 || pair[0] < 0 || pair[1] < 0)
		goto failed;
	qmp->pid = fork();
	if (qmp->pid == 0)
		child_run(argv, pair[1], qmp->log, status[1], parent);
	if (qmp->pid < 0)
		goto failed;
	(void)close(status[1]);
	status[1] = -1;
	qmp->fd = pair[0];
	pair[0] = -1;
	result = exec_result(qmp, status[0], err);
	goto out;
failed:
	(void)err_sys(err, ERR_HOST, errno, "starting \"%.*s\"", PATH_SHOWN, qmp->path);
	err_why(err, "A socket pair, a pipe and a process are needed to talk to QEMU.");
	err_fix(err, "Raise the limits of open files and processes (ulimit -n, -u).");
out:
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			(void)close(pair[i]);
		if (status[i] >= 0)
			(void)close(status[i]);
	}
	return result;
}

/* ---- what went wrong -------------------------------------------------------------------------- */

/* The last line that QEMU wrote to stderr, cleaned; "" when it said nothing. */
static const char *last_words(struct qmp *qmp)
{
	off_t size = lseek(qmp->log, 0, SEEK_END);
	char *log = arena_alloc(qmp->arena, LOG_BYTES + 1);
	off_t from = size > LOG_BYTES ? size - LOG_BYTES : 0;
	ssize_t len = size > 0 ? pread(qmp->log, log, LOG_BYTES, from) : 0;

	while (len > 0 && (log[len - 1] == '\n' || log[len - 1] == '\r'))
		log[--len] = '\0';
	char *line = len > 0 ? memrchr(log, '\n', (size_t)len) : NULL;

	line = line ? line + 1 : log;
	for (char *at = line; *at; at++) {
		if ((unsigned char)*at < 0x20)
			*at = ' ';
	}
	return line;
}

static const char *child_end(struct qmp *qmp)
{
	int status = 0;

	/* The socket is closed: QEMU ends by itself, or closed its monitor and is ended here. */
	for (int i = 0; i < 100; i++) {
		if (waitpid(qmp->pid, &status, WNOHANG) == qmp->pid)
			goto ended;
		(void)poll(NULL, 0, 10);
	}
	(void)kill(qmp->pid, SIGKILL);
	(void)waitpid(qmp->pid, &status, 0);
	qmp->pid = -1;
	return "closed its monitor";
ended:
	qmp->pid = -1;
	if (WIFSIGNALED(status))
		return arena_fmt(qmp->arena, "was killed by signal %d", WTERMSIG(status));
	return arena_fmt(qmp->arena, "exited with %d", WEXITSTATUS(status));
}

static void fail_ended(struct qmp *qmp, struct err *err)
{
	const char *how = child_end(qmp);
	const char *words = last_words(qmp);

	(void)err_set(err, ERR_HOST, "\"%.*s\" %s", PATH_SHOWN, qmp->path, how);
	if (words[0])
		err_why(err, "Its last line was: %.*s", MESSAGE_MAX, words);
	else
		err_why(err, "It said nothing, and it did not answer as QEMU does.");
	err_fix(err, "%s", fix_program);
}

static void fail_silent(struct qmp *qmp, struct err *err)
{
	(void)err_set(err, ERR_HOST, "\"%.*s\" did not answer within %u seconds", PATH_SHOWN,
		      qmp->path, qmp->timeout_s);
	err_why(err, "A QEMU answers its monitor (QMP) at once; this program does not.");
	err_fix(err, "%s", fix_program);
}

static void fail_babble(struct qmp *qmp, const char *what, struct err *err)
{
	(void)err_set(err, ERR_HOST, "\"%.*s\" answered %s", PATH_SHOWN, qmp->path, what);
	err_why(err, "The monitor protocol (QMP) is one JSON object a line.");
	err_fix(err, "%s", fix_program);
}

/* ---- lines ------------------------------------------------------------------------------------ */

static int64_t now_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_readable(struct qmp *qmp, int64_t deadline, struct err *err)
{
	for (;;) {
		int64_t left = deadline - now_ms();
		struct pollfd fd = {.fd = qmp->fd, .events = POLLIN};
		int ready = left > 0 ? poll(&fd, 1, (int)left) : 0;

		if (ready > 0)
			return 0;
		if (ready < 0 && errno == EINTR)
			continue;
		fail_silent(qmp, err);
		return -1;
	}
}

/* The next line as JSON; NULL with @err set. */
static json_t *read_object(struct qmp *qmp, int64_t deadline, struct err *err)
{
	char chunk[READ_BYTES];

	for (;;) {
		char *start = qmp->in.len ? qmp->in.data + qmp->used : NULL;
		char *eol = start ? memchr(start, '\n', qmp->in.len - qmp->used) : NULL;

		if (eol) {
			/* A default of UINT64_MAX is no integer to jansson. */
			json_t *object = json_loadb(start, (size_t)(eol - start),
						    JSON_DECODE_INT_AS_REAL, NULL);

			qmp->used = (size_t)(eol + 1 - qmp->in.data);
			if (qmp->used == qmp->in.len)
				qmp->used = qmp->in.len = 0;
			if (!json_is_object(object)) {
				json_decref(object);
				fail_babble(qmp, "something that is not QMP", err);
				return NULL;
			}
			return object;
		}
		if (wait_readable(qmp, deadline, err) < 0)
			return NULL;
		ssize_t got = read(qmp->fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fail_ended(qmp, err);
			return NULL;
		}
		text_add_len(&qmp->in, chunk, (size_t)got);
		if (qmp->in.len - qmp->used > REPLY_MAX) {
			fail_babble(qmp, "without end", err);
			return NULL;
		}
	}
}

static int write_all(struct qmp *qmp, const char *data, size_t len, struct err *err)
{
	while (len) {
		ssize_t done = send(qmp->fd, data, len, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			fail_ended(qmp, err);
			return -1;
		}
		data += done;
		len -= (size_t)done;
	}
	return 0;
}

/* ---- the interface ---------------------------------------------------------------------------- */

static json_t *refused(const char *name, json_t *error, struct err *err)
{
	const char *desc = json_string_value(json_object_get(error, "desc"));

	(void)err_set(err, ERR_HOST, "QEMU refuses %s: %.*s", name, MESSAGE_MAX,
		      desc ? desc : "no reason given");
	err_why(err, "The command was sent over QEMU's monitor (QMP).");
	err_fix(err, "Use QEMU 7.0 or newer.");
	return NULL;
}

json_t *qmp_command(struct qmp *qmp, const char *name, json_t *args, struct err *err)
{
	int64_t deadline = now_ms() + (int64_t)qmp->timeout_s * 1000;

	qmp->refused = false;
	json_t *request = args ? json_pack("{s:s, s:o}", "execute", name, "arguments", args)
			       : json_pack("{s:s}", "execute", name);
	char *line = request ? json_dumps(request, JSON_COMPACT) : NULL;

	json_decref(request);
	if (!line) {
		fail_babble(qmp, "nothing: the request is not valid UTF-8", err);
		return NULL;
	}
	size_t len = strlen(line);

	line[len] = '\n';
	int sent = write_all(qmp, line, len + 1, err);

	free(line);
	if (sent < 0)
		return NULL;
	for (;;) {
		json_t *reply = read_object(qmp, deadline, err);

		if (!reply)
			return NULL;
		json_t *result = json_incref(json_object_get(reply, "return"));
		json_t *error = json_object_get(reply, "error");

		if (error)
			result = refused(name, error, err);
		bool done = result || error;

		qmp->refused = error;
		json_decref(reply);
		/* Everything else is an event or the greeting. */
		if (done)
			return result;
	}
}

int qmp_start(struct qmp *qmp, struct arena *arena, const char *const *args, unsigned timeout_s,
	      struct err *err)
{
	*qmp = (struct qmp){.arena = arena,
			    .path = args[0],
			    .pid = -1,
			    .fd = -1,
			    .log = -1,
			    .timeout_s = timeout_s,
			    .in = {.arena = arena}};
	if (spawn(qmp, args, err) < 0)
		return -1;
	json_t *greeting = read_object(qmp, now_ms() + (int64_t)timeout_s * 1000, err);

	if (!greeting)
		return -1;
	bool spoken = json_object_get(greeting, "QMP");

	json_decref(greeting);
	if (!spoken) {
		fail_babble(qmp, "without QMP's greeting", err);
		return -1;
	}
	json_t *ready = qmp_command(qmp, "qmp_capabilities", NULL, err);

	json_decref(ready);
	return ready ? 0 : -1;
}

void qmp_stop(struct qmp *qmp)
{
	if (qmp->fd >= 0)
		(void)close(qmp->fd);
	if (qmp->pid > 0) {
		(void)kill(qmp->pid, SIGKILL);
		(void)waitpid(qmp->pid, NULL, 0);
	}
	if (qmp->log >= 0)
		(void)close(qmp->log);
	qmp->fd = qmp->log = -1;
	qmp->pid = -1;
}
