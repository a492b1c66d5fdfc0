/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_qmp_client.c - the QMP client against a server that says what the test wants.
 */
#include "cm.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/proc.h"
#include "host/qmp_client.h"

#define GREETING "{\"QMP\": {\"version\": {\"a\": [1, {\"return\": 1}]}, \"capabilities\": []}}\r\n"
#define DONE     "{\"return\": {}}\r\n"
#define EVENT    "{\"timestamp\": {\"seconds\": 1}, \"event\": \"STOP\", \"return\": 2}\r\n"

static char path[] = "/tmp/kiln-qmp.XXXXXX/s";
static char buf[QMP_LINE_MAX];
static struct qmp_client qmp = {.buf = buf, .size = sizeof(buf)};
static pid_t server;

static void write_str(int fd, const char *text)
{
	if (text && write(fd, text, strlen(text)) < 0)
		_exit(1);
}

/* Says @says[0] on connecting, and the next after each line that it gets; NULL ends it. */
static void serve(const char *const says[])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(path + sizeof(path) - 9, "XXXXXX", 6);
	path[sizeof(path) - 3] = '\0';
	assert_non_null(mkdtemp(path));
	path[sizeof(path) - 3] = '/';
	memcpy(address.sun_path, path, sizeof(path));
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	server = fork();
	assert_true(server >= 0);
	if (server == 0) {
		int fd = accept(listener, NULL, NULL);
		char text[256];

		for (; *says; says++) {
			write_str(fd, *says);
			if (read(fd, text, sizeof(text)) <= 0)
				break;
		}
		_exit(0);
	}
	close(listener);
}

static int teardown(void **arg)
{
	(void)arg;
	qmp_client_close(&qmp);
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	(void)unlink(path);
	path[sizeof(path) - 3] = '\0';
	(void)rmdir(path);
	path[sizeof(path) - 3] = '/';
	return 0;
}

static void assert_talk(const char *const says[], int connected, int answered)
{
	int64_t deadline = proc_now_ms() + 5000;
	struct qmp_reply reply;

	serve(says);
	assert_int_equal(qmp_client_connect(&qmp, path, deadline), connected);
	if (!connected)
		assert_int_equal(qmp_client_command(&qmp, "quit", deadline, &reply), answered);
}

static void test_answer_behind_events(void **arg)
{
	(void)arg;
	assert_talk((const char *const[]){GREETING EVENT, DONE EVENT, EVENT EVENT DONE, NULL}, 0,
		    0);
}

static void test_refusal(void **arg)
{
	(void)arg;
	assert_talk((const char *const[]){GREETING, DONE, "{\"error\": {\"class\": \"X\"}}\n",
					  NULL},
		    0, -EREMOTEIO);
}

static void test_qemu_ends(void **arg)
{
	(void)arg;
	assert_talk((const char *const[]){GREETING, DONE, NULL}, 0, -ECONNRESET);
}

static void test_no_qmp(void **arg)
{
	(void)arg;
	assert_talk((const char *const[]){"SSH-2.0\r\n", NULL}, -EPROTO, 0);
}

static void test_nothing_is_said(void **arg)
{
	(void)arg;
	serve((const char *const[]){"", NULL});
	assert_int_equal(qmp_client_connect(&qmp, path, proc_now_ms()), -ETIMEDOUT);
}

static void test_line_without_end(void **arg)
{
	static char text[QMP_LINE_MAX + 2];

	(void)arg;
	memset(text, 'x', sizeof(text) - 1);
	assert_talk((const char *const[]){text, NULL}, -EMSGSIZE, 0);
}

static void test_nobody_there(void **arg)
{
	(void)arg;
	assert_int_equal(qmp_client_connect(&qmp, "/nowhere/socket", proc_now_ms()), -ENOENT);
	qmp_client_close(&qmp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_answer_behind_events, teardown),
		cmocka_unit_test_teardown(test_refusal, teardown),
		cmocka_unit_test_teardown(test_qemu_ends, teardown),
		cmocka_unit_test_teardown(test_no_qmp, teardown),
		cmocka_unit_test_teardown(test_nothing_is_said, teardown),
		cmocka_unit_test_teardown(test_line_without_end, teardown),
		cmocka_unit_test(test_nobody_there),
	};

	return cmocka_run_group_tests_name("host_qmp_client", tests, NULL, NULL);
}
