/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_secret.c - operation secret: what QEMU gets, what is refused, and that nothing stays.
 *
 * LINK: -Wl,--wrap=memfd_create,--wrap=explicit_bzero
 */
#include "cm.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"

#define SLOT 50

int __wrap_memfd_create(const char *name, unsigned flags);
int __real_memfd_create(const char *name, unsigned flags);
void __wrap_explicit_bzero(void *bytes, size_t size);
void __real_explicit_bzero(void *bytes, size_t size);

static char folder[] = "/tmp/kiln-secret.XXXXXX", path[64];
static struct user user;
static struct host host = {.user = &user};
static struct op op;
static struct err err;
static const char *buffer;
static size_t buffer_size;
static unsigned wiped;
static int no_memory;

int __wrap_memfd_create(const char *name, unsigned flags)
{
	if (!no_memory)
		return __real_memfd_create(name, flags);
	errno = ENOMEM;
	return -1;
}

void __wrap_explicit_bzero(void *bytes, size_t size)
{
	buffer = bytes;
	buffer_size = size;
	wiped++;
	__real_explicit_bzero(bytes, size);
}

static int setup(void **arg)
{
	(void)arg;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/key", folder);
	op = (struct op){.code = OP_SECRET,
			 .secret = {.owner = "secret0", .source = path, .fd = SLOT}};
	memset(&err, 0, sizeof(err));
	memset(&user, 0, sizeof(user));
	host.notice[0] = '\0';
	wiped = 0;
	no_memory = 0;
	return unsetenv("CREDENTIALS_DIRECTORY");
}

static int teardown(void **arg)
{
	(void)arg;
	(void)close(FD_SLOT_BASE + SLOT);
	(void)unlink(path);
	return rmdir(folder);
}

static void content(const char *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, bytes, len), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* Whatever happened, the buffer of the loader holds nothing of it. */
static void assert_wiped(void)
{
	assert_int_equal(wiped, 1);
	assert_true(buffer_size > SECRET_BYTES_MAX);
	for (size_t i = 0; i < buffer_size; i++)
		assert_int_equal(buffer[i], 0);
}

static void assert_given(const char *bytes, size_t len)
{
	static char seen[SECRET_BYTES_MAX + 1];
	int fd = FD_SLOT_BASE + SLOT;
	struct stat st;

	wiped = 0;
	assert_int_equal(host_secret.acquire(&host, &op, &err), 0);
	assert_int_equal(fd_pread_all(fd, seen, sizeof(seen), 0), len);
	assert_memory_equal(seen, bytes, len);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(fcntl(fd, F_GET_SEALS),
			 F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
	assert_wiped();
}

static void assert_refused(const char *what)
{
	struct findings findings = {0};

	wiped = 0;
	(void)close(FD_SLOT_BASE + SLOT);
	assert_int_equal(host_secret.acquire(&host, &op, &err), -1);
	assert_non_null(strstr(err.what, what));
	assert_true(err.why[0] && err.fix[0]);
	assert_wiped();
	assert_int_equal(fcntl(FD_SLOT_BASE + SLOT, F_GETFD), -1);
	if (no_memory)
		return;
	host_secret.check(&host, &op, &findings);
	assert_int_equal(findings.count, 1);
	assert_non_null(strstr(findings.err[0].what, what));
}

static void test_a_line_ends_before_its_line_feed(void **arg)
{
	static const char *const texts[] = {"p\303\244ss \"w,ord", "p\303\244ss \"w,ord\n",
					    "p\303\244ss \"w,ord\r\n"};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		content(texts[i], strlen(texts[i]), 0600);
		assert_given(texts[0], strlen(texts[0]));
	}
	assert_string_equal(host.notice, "");
}

static void test_lines_that_are_none(void **arg)
{
	(void)arg;
	content("", 0, 0600);
	assert_refused("is empty");
	content("\n", 1, 0600);
	assert_refused("empty line");
	content("a\nb\n", 4, 0600);
	assert_refused("one line");
	content("a\0b", 3, 0600);
	assert_refused("one line");
	content("a\377", 2, 0600);
	assert_refused("one line");
	assert_null(strstr(err.what, "a\377"));
}

static void test_raw_is_every_byte(void **arg)
{
	static char big[SECRET_BYTES_MAX + 1];

	(void)arg;
	op.secret.form = SECRET_RAW;
	content("\n\0\377\n", 4, 0600);
	assert_given("\n\0\377\n", 4);
	memset(big, 'x', sizeof(big));
	content(big, SECRET_BYTES_MAX, 0600);
	assert_given(big, SECRET_BYTES_MAX);
	content(big, sizeof(big), 0600);
	assert_refused("longer than 65536");
	content("", 0, 0600);
	assert_refused("is empty");
}

static void test_base64_is_looked_at(void **arg)
{
	static const char *const bad[] = {"abc", "a=bc", "ab=", "abc!", "ab==cd==", "====", "\n"};
	static const char good[] = "QUFB\nQUE=\n";

	(void)arg;
	op.secret.form = SECRET_BASE64;
	content(good, strlen(good), 0600);
	assert_given(good, strlen(good));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		content(bad[i], strlen(bad[i]), 0600);
		assert_refused("is not base64");
	}
}

static void test_everybodys_file_is_said_aloud(void **arg)
{
	struct findings findings = {0};

	(void)arg;
	content("key", 3, 0644);
	assert_given("key", 3);
	assert_non_null(strstr(host.notice, "every user of this host may read"));
	host.notice[0] = '\0';
	host_secret.check(&host, &op, &findings);
	assert_int_equal(findings.count, 0);
	assert_non_null(strstr(host.notice, path));
	content("key", 3, 0640);
	host.notice[0] = '\0';
	assert_given("key", 3);
	assert_string_equal(host.notice, "");
}

static void test_credentials(void **arg)
{
	(void)arg;
	op.secret.flags = SECRET_CREDENTIAL;
	op.secret.source = "key";
	assert_refused("no credential \"key\"");
	assert_non_null(strstr(err.fix, "LoadCredential=key:"));
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
	assert_refused("No such file");
	assert_non_null(strstr(err.fix, "LoadCredential=key:"));
	content("from systemd", 12, 0444);
	assert_given("from systemd", 12);
	assert_string_equal(host.notice, "");
	op.secret.source = "../key";
	assert_refused("not a credential name");
	assert_int_equal(err.kind, ERR_IMAGE);
}

static void test_a_folder_and_nothing_at_all(void **arg)
{
	(void)arg;
	op.secret.source = folder;
	assert_refused("is not a regular file");
	op.secret.source = "/nonexistent/key";
	assert_refused("No such file");
	op.secret.source = "key";
	assert_refused("not an absolute path");
}

static void test_no_memory(void **arg)
{
	(void)arg;
	content("key", 3, 0600);
	no_memory = 1;
	assert_refused("cannot make a memory file");
}

static void test_qemus_user_owns_it(void **arg)
{
	struct stat st;

	(void)arg;
	if (geteuid() != 0) {
		print_message("# only root can give a file away\n");
		skip();
	}
	content("key", 3, 0600);
	user = (struct user){.change = true, .uid = 65533, .gid = 65532};
	assert_given("key", 3);
	assert_int_equal(fstat(FD_SLOT_BASE + SLOT, &st), 0);
	assert_int_equal(st.st_uid, 65533);
	assert_int_equal(st.st_gid, 65532);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_line_ends_before_its_line_feed),
		CASE(test_lines_that_are_none),
		CASE(test_raw_is_every_byte),
		CASE(test_base64_is_looked_at),
		CASE(test_everybodys_file_is_said_aloud),
		CASE(test_credentials),
		CASE(test_a_folder_and_nothing_at_all),
		CASE(test_no_memory),
		CASE(test_qemus_user_owns_it),
	};

	return cmocka_run_group_tests_name("host_secret", tests, NULL, NULL);
}
