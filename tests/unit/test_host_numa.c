/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_numa.c - the choice of NUMA nodes, on folders as /sys has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/numa.h"

static char folder[] = "/tmp/kiln-numa-XXXXXX";

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[200];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_node(unsigned number, unsigned total, unsigned free_mib, const char *cpus)
{
	char dir[100], text[300];

	(void)snprintf(dir, sizeof(dir), "%s/node%u", folder, number);
	assert_int_equal(mkdir(dir, 0700), 0);
	(void)snprintf(text, sizeof(text),
		       "Node %u MemTotal:       %u kB\nNode %u MemFree:         %u kB\n"
		       "Node %u Inactive(file): %u kB\nNode %u HugePages_Free:      0\n",
		       number, total << 10, number, free_mib << 9, number, free_mib << 9, number);
	write_file(dir, "meminfo", text);
	write_file(dir, "cpulist", cpus);
}

static int setup(void **state)
{
	(void)state;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[200];

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		(void)snprintf(command, sizeof(command), "%s/node%u/meminfo", folder, i);
		(void)unlink(command);
		(void)snprintf(command, sizeof(command), "%s/node%u/cpulist", folder, i);
		(void)unlink(command);
		(void)snprintf(command, sizeof(command), "%s/node%u", folder, i);
		(void)rmdir(command);
	}
	return rmdir(folder);
}

static void expect(unsigned cpus, uint64_t mib, const char *nodes, const char *on)
{
	struct numset got_nodes, got_cpus;
	char text[200];
	struct buf buf;
	struct err err;

	assert_int_equal(numa_advise(folder, cpus, mib, &got_nodes, &got_cpus, &err), 0);
	buf_init(&buf, text, sizeof(text));
	numset_add_text(&got_nodes, &buf);
	assert_string_equal(text, nodes);
	buf_init(&buf, text, sizeof(text));
	numset_add_text(&got_cpus, &buf);
	assert_string_equal(text, on);
}

static void test_numa_one_node_where_it_fits(void **state)
{
	(void)state;
	make_node(0, 8000, 1000, "0-3\n");
	make_node(1, 8000, 4000, "4-7\n");
	make_node(3, 8000, 2000, "8-11\n");
	expect(2, 500, "1", "4-7");
	expect(4, 4000, "1", "4-7");
	/* One MiB more, or one CPU more, and it is not enough. */
	expect(4, 4001, "1,3", "4-11");
	expect(5, 500, "1,3", "4-11");
	expect(12, 7000, "0-1,3", "0-11");
}

static void test_numa_all_nodes_where_it_never_fits(void **state)
{
	(void)state;
	make_node(0, 8000, 10, "0-3\n");
	make_node(1, 8000, 20, "4-7\n");
	expect(100, 1, "0-1", "0-7");
	expect(1, 100000, "0-1", "0-7");
}

static void test_numa_of_equal_nodes_the_first(void **state)
{
	(void)state;
	make_node(0, 8000, 4000, "0-3\n");
	make_node(1, 8000, 4000, "4-7\n");
	expect(1, 1, "0", "0-3");
}

static void test_numa_a_node_without_memory_gives_cpus_alone(void **state)
{
	(void)state;
	make_node(0, 0, 0, "0-3\n");
	make_node(1, 8000, 4000, "\n");
	expect(2, 100, "1", "0-3");
}

static void test_numa_no_node_is_refused(void **state)
{
	struct numset nodes, cpus;
	struct err err = {0};

	(void)state;
	assert_int_equal(numa_advise(folder, 1, 1, &nodes, &cpus, &err), -1);
	assert_int_equal(err.kind, ERR_HOST);
	assert_string_not_equal(err.fix, "");
	make_node(0, 0, 0, "0\n");
	assert_int_equal(numa_advise(folder, 1, 1, &nodes, &cpus, &err), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_numa_one_node_where_it_fits),
		TEST(test_numa_all_nodes_where_it_never_fits),
		TEST(test_numa_of_equal_nodes_the_first),
		TEST(test_numa_a_node_without_memory_gives_cpus_alone),
		TEST(test_numa_no_node_is_refused),
	};
	return cmocka_run_group_tests_name("host_numa", tests, NULL, NULL);
}
