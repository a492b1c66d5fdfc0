/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_state.c - the state file: what is written is read, and nothing else is believed.
 */
#include "cm.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"

static char folder[] = "/tmp/kiln-state.XXXXXX";
static int dir;
static struct state state, seen;
static struct err err;

static int setup(void **arg)
{
	(void)arg;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int teardown(void **arg)
{
	(void)arg;
	(void)unlinkat(dir, STATE_FILE, 0);
	(void)unlinkat(dir, "state.new", 0);
	close(dir);
	return rmdir(folder);
}

static void content(const char *text)
{
	int fd = openat(dir, STATE_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

/* A bridge that is left to another VM is off the file at once, and its release may still go on. */
static void test_what_is_forgotten_is_not_in_the_file(void **arg)
{
	struct rundir where = {.fd = dir};
	struct host host = {.state = &state, .dir = &where};

	(void)arg;
	state_clear(&state);
	strncpy(state.vm, "router", sizeof(state.vm) - 1);
	strncpy(state.image, "/r.kiln", sizeof(state.image) - 1);
	state.pid = 1;
	assert_int_equal(state_add(&state, OP_BRIDGE, "br0 0a:00:00:00:00:01", &err), 0);
	assert_int_equal(state_add(&state, OP_BRIDGE, "br1 0a:00:00:00:00:02", &err), 0);
	assert_int_equal(state_save(&state, dir, &err), 0);
	assert_int_equal(host_forget(&host, OP_BRIDGE, "br1 0a:00:00:00:00:02", &err), 0);
	assert_int_equal(state.record_count, 2);
	assert_int_equal(state_load(&seen, dir, &err), 1);
	assert_int_equal(seen.record_count, 1);
	assert_string_equal(seen.records[0].text, "br0 0a:00:00:00:00:01");
	/* Where the file cannot be written it is still there, in the file and for the next writing. */
	where.fd = -1;
	assert_int_equal(host_forget(&host, OP_BRIDGE, "br0 0a:00:00:00:00:01", &err), -1);
	assert_false(state.records[0].forgotten);
	assert_true(state.records[1].forgotten);
}

static void test_what_is_saved_is_loaded(void **arg)
{
	(void)arg;
	state_clear(&state);
	strncpy(state.vm, "router", sizeof(state.vm) - 1);
	strncpy(state.image, "/a b/r.kiln", sizeof(state.image) - 1);
	state.pid = 4711;
	state.start = UINT64_MAX;
	assert_int_equal(state_add(&state, OP_BRIDGE, "br0 0a:00:00:00:00:01", &err), 0);
	assert_int_equal(state_add(&state, OP_TAP, "vm0", &err), 0);
	memset(state.ifaces, 'x', sizeof(state.ifaces));
	state_add_iface(&state, "net0", "vm0", 7);
	state_add_iface(&state, "net1", "vm1", 8);
	memcpy(state.ifaces[1].network, "lan", sizeof("lan"));
	assert_int_equal(state_save(&state, dir, &err), 0);
	assert_int_equal(state_load(&seen, dir, &err), 1);
	assert_string_equal(seen.vm, "router");
	assert_string_equal(seen.image, "/a b/r.kiln");
	assert_int_equal(seen.pid, 4711);
	assert_true(seen.start == UINT64_MAX);
	assert_int_equal(seen.record_count, 2);
	assert_int_equal(seen.records[0].op, OP_BRIDGE);
	assert_string_equal(seen.records[0].text, "br0 0a:00:00:00:00:01");
	assert_int_equal(seen.records[1].op, OP_TAP);
	assert_int_equal(seen.iface_count, 2);
	assert_string_equal(seen.ifaces[0].owner, "net0");
	assert_int_equal(seen.ifaces[0].index, 7);
	assert_string_equal(seen.ifaces[0].network, "");
	assert_int_equal(seen.ifaces[1].index, 8);
	assert_string_equal(seen.ifaces[1].network, "lan");
}

static void test_absent_file_is_no_error(void **arg)
{
	(void)arg;
	assert_int_equal(state_load(&seen, dir, &err), 0);
}

static void test_what_is_not_ours_is_refused(void **arg)
{
	static const char *const bad[] = {
		"",
		"kiln-state=2\nend\n",
		"end\n",
		"name=x\nend\n",
		"kiln-state=1\nno equals\nend\n",
		"kiln-state=1\nunknown=1\nend\n",
		"kiln-state=1\npid=0\nend\n",
		"kiln-state=1\npid=-1\nend\n",
		"kiln-state=1\npid=99999999999\nend\n",
		"kiln-state=1\nstart=1x\nend\n",
		"kiln-state=1\nrelease=tap\nend\n",
		"kiln-state=1\nrelease=nosuch x\nend\n",
		"kiln-state=1\ninterface=net0 vm0\nend\n",
		"kiln-state=1\ninterface=net0 vm0 0\nend\n",
		"kiln-state=1\ninterface=net0 a-name-that-is-too-long 3\nend\n",
		"kiln-state=1\ninterface=net0 vm0 3 \nend\n",
		"kiln-state=1\ninterface=net0 vm0 3 lan wan\nend\n",
		"kiln-state=1\ninterface=net0 vm0 3 "
		"0123456789012345678901234567890123456789012345678901234567890123\nend\n",
		"kiln-state=1\nname=0123456789012345678901234567890123456789012345678901234567890123\nend\n",
	};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		content(bad[i]);
		memset(&err, 0, sizeof(err));
		if (state_load(&seen, dir, &err) != -1)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(err.kind, ERR_HOST);
		assert_true(err.why[0] && err.fix[0]);
	}
}

/* What is cut off would be left on the host, and nobody would be told. */
static void test_every_beginning_of_a_file_is_refused(void **arg)
{
	char text[4096];
	ssize_t len;
	int fd;

	(void)arg;
	state_clear(&state);
	strncpy(state.vm, "router", sizeof(state.vm) - 1);
	state.pid = 1;
	state_add_iface(&state, "net0", "vm0", 7);
	assert_int_equal(state_add(&state, OP_TAP, "vm0", &err), 0);
	assert_int_equal(state_save(&state, dir, &err), 0);
	fd = openat(dir, STATE_FILE, O_RDWR | O_CLOEXEC);
	len = fd_read_all(fd, text, sizeof(text));
	assert_true(len > 0);
	/* Without the last line feed nothing of it is missing. */
	while (--len) {
		assert_int_equal(ftruncate(fd, len - 1), 0);
		if (state_load(&seen, dir, &err) != -1)
			fail_msg("accepted: %.*s", (int)(len - 1), text);
	}
	close(fd);
}

static void test_too_much_is_refused(void **arg)
{
	char text[STATE_TEXT_MAX + 1];

	(void)arg;
	state_clear(&state);
	state.pid = 1;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(state_add(&state, OP_TAP, text, &err), -1);
	text[sizeof(text) - 2] = '\0';
	for (unsigned i = 0; i < STATE_RECORD_MAX; i++)
		assert_int_equal(state_add(&state, OP_TAP, text, &err), 0);
	assert_int_equal(state_add(&state, OP_TAP, "y", &err), -1);
	assert_int_equal(state_save(&state, dir, &err), 0);
	assert_int_equal(state_load(&seen, dir, &err), 1);
	assert_int_equal(seen.record_count, STATE_RECORD_MAX);
}

static void test_folder_that_is_gone_is_an_error(void **arg)
{
	(void)arg;
	state_clear(&state);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(state_save(&state, dir, &err), -1);
	assert_int_equal(err.kind, ERR_HOST);
	assert_int_equal(mkdir(folder, 0700), 0);
}

static void test_interfaces_without_an_index_are_no_entries(void **arg)
{
	(void)arg;
	state_clear(&state);
	state.pid = 1;
	state_add_iface(&state, "net0", "vm0", -1);
	state_add_iface(&state, "net1", "vm1", 0);
	state_add_iface(&state, "net 2.0 b", "vm2", 1);
	assert_int_equal(state_save(&state, dir, &err), 0);
	assert_int_equal(state_load(&seen, dir, &err), 1);
	assert_int_equal(seen.iface_count, 1);
	assert_string_equal(seen.ifaces[0].owner, "net_2.0_b");
	assert_string_equal(seen.ifaces[0].name, "vm2");
	for (unsigned i = 0; i < STATE_IFACE_MAX + 1; i++)
		state_add_iface(&state, "net0", "vm0", 7);
	assert_int_equal(state.iface_count, STATE_IFACE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_forgotten_is_not_in_the_file, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_what_is_saved_is_loaded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interfaces_without_an_index_are_no_entries,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent_file_is_no_error, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_ours_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_beginning_of_a_file_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_too_much_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folder_that_is_gone_is_an_error, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("host_state", tests, NULL, NULL);
}
