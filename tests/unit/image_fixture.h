/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image_fixture.h - a small image with every operation, every fixup and three kinds of payload,
 * for the tests of image/. Everything is in memfds; nothing touches the disk.
 */
#ifndef TESTS_IMAGE_FIXTURE_H
#define TESTS_IMAGE_FIXTURE_H

#include "cm.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "image/format.h"
#include "image/image.h"
#include "image/writer.h"

#define FIXTURE_PAYLOADS 3
#define FIXTURE_ARGS     8
#define FIXTURE_OPS      6
#define FIXTURE_SITES    3

struct fixture {
	struct img_source src;
	struct img_source_arg args[FIXTURE_ARGS];
	struct op ops[FIXTURE_OPS];
	struct site_slot sites[FIXTURE_SITES];
	struct img_source_payload payload[FIXTURE_PAYLOADS];
	char arg_text[FIXTURE_ARGS][512];
	char path_text[MARK_MAX], bridge_text[MARK_MAX];
	int payload_fd[FIXTURE_PAYLOADS];
	char payload_path[FIXTURE_PAYLOADS][32];
};

/* Unpacked metadata of the image under test; img_open() wants it this large. */
static unsigned char fixture_buf[META_BYTES_MAX + 65536];

/* Bytes that do not compress, the same at every run. */
static inline void fixture_noise(unsigned char *data, size_t len)
{
	uint64_t state = 0x9e3779b97f4a7c15;

	for (size_t i = 0; i < len; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		data[i] = (unsigned char)(state >> 32);
	}
}

static inline int fixture_memfd(const void *data, size_t len)
{
	int fd = memfd_create("fixture", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, data, len), 0);
	return fd;
}

static inline unsigned char *fixture_bytes(int fd, size_t *ret_len)
{
	struct stat st;
	unsigned char *data;

	assert_int_equal(fstat(fd, &st), 0);
	data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	assert_int_equal(fd_pread_all(fd, data, (size_t)st.st_size, 0), st.st_size);
	*ret_len = (size_t)st.st_size;
	return data;
}

static inline void fixture_set_payload(struct fixture *fix, size_t i, const char *name,
				       const void *data, size_t len)
{
	fix->payload_fd[i] = fixture_memfd(data, len);
	snprintf(fix->payload_path[i], sizeof(fix->payload_path[i]), "/proc/self/fd/%d",
		 fix->payload_fd[i]);
	fix->payload[i] = (struct img_source_payload){.name = name, .path = fix->payload_path[i]};
}

static inline void fixture_payloads(struct fixture *fix)
{
	size_t len = 600000; /* three blocks, the last one short */
	unsigned char *data = malloc(len);

	assert_non_null(data);
	for (size_t i = 0; i < len; i++)
		data[i] = (unsigned char)((i >> 4) ^ (i >> 11));
	fixture_set_payload(fix, 0, "kernel", data, len);
	fixture_noise(data, len);
	fixture_set_payload(fix, 1, "initrd.gz", data, 300001);
	fixture_set_payload(fix, 2, "tiny", "x", 1);
	free(data);
	fix->src.payload = fix->payload;
	fix->src.payload_count = FIXTURE_PAYLOADS;
}

static inline void fixture_args(struct fixture *fix)
{
	static const struct {
		const char *before;
		enum fixup_kind kind;
		unsigned a, b;
		const char *key, *after;
	} parts[FIXTURE_ARGS] = {
		{"-nodefaults", FIX_LITERAL, 0, 0, "", ""},
		{"", FIX_LITERAL, 0, 0, "", ""},
		{"{\"type\":\"tap\",\"id\":\"hostnet0\",", FIX_TAP, 0, 2, "", "}"},
		{"", FIX_FD_PATH, 3, 0, "", ""},
		{"virtio-net,mac=", FIX_MAC, 0, 0, "net0", ",id=net0"},
		{"", FIX_UUID, 0, 0, "", ""},
		{"accel=", FIX_ACCEL, 0, 0, "", ""},
		{"path=", FIX_SITE, 1, 0, "", ",more"},
	};

	for (size_t i = 0; i < FIXTURE_ARGS; i++) {
		char mark[MARK_MAX] = "";

		if (parts[i].kind != FIX_LITERAL)
			text_mark(mark, parts[i].kind, parts[i].a, parts[i].b, parts[i].key);
		snprintf(fix->arg_text[i], sizeof(fix->arg_text[i]), "%s%s%s", parts[i].before,
			 mark, parts[i].after);
		fix->args[i].text = fix->arg_text[i];
	}
	fix->args[3].flags = ARG_LOADER_ONLY;
	fix->src.args = fix->args;
	fix->src.arg_count = FIXTURE_ARGS;
}

static inline void fixture_ops(struct fixture *fix)
{
	text_mark(fix->bridge_text, FIX_SITE, 0, 0, "");
	text_mark(fix->path_text, FIX_SITE, 1, 0, "");
	fix->ops[0] = (struct op){.code = OP_ACCEL, .accel = {.policy = ACCEL_AUTO}};
	fix->ops[1] = (struct op){.code = OP_BRIDGE,
				  .bridge = {.name = fix->bridge_text,
					     .address = "192.0.2.1/24",
					     .flags = BRIDGE_CREATE}};
	fix->ops[2] = (struct op){.code = OP_TAP,
				  .tap = {.owner = "net0",
					  .name = "vm%d",
					  .bridge = fix->bridge_text,
					  .device = "",
					  .helper = "",
					  .mac = "",
					  .vlans = "",
					  .queues = 2,
					  .flags = TAP_VNET_HDR | TAP_MULTI_QUEUE,
					  .fd = 0}};
	fix->ops[3] = (struct op){.code = OP_FILE,
				  .file = {.owner = "disk1",
					   .path = fix->path_text,
					   .flags = FILE_READ_ONLY,
					   .fd = 2}};
	fix->ops[4] = (struct op){.code = OP_PAYLOAD,
				  .payload = {.index = 1, .flags = PAYLOAD_SEAL, .fd = 3}};
	fix->ops[5] = (struct op){.code = OP_MONITOR, .monitor = {.name = "qmp", .fd = 4}};
	fix->src.ops = fix->ops;
	fix->src.op_count = FIXTURE_OPS;
	fix->sites[0] = (struct site_slot){"net0.bridge", SITE_IFNAME, "br0"};
	fix->sites[1] = (struct site_slot){"disk1.path", SITE_PATH, "/var/lib/kiln/d.raw"};
	fix->sites[2] = (struct site_slot){"unit", SITE_UNIT, ""};
	fix->src.sites = fix->sites;
	fix->src.site_count = FIXTURE_SITES;
}

/* @fix must not move: its parts point at each other. */
static inline void fixture_init(struct fixture *fix)
{
	static const char *const meta[META_KEY_COUNT] = {
		[META_NAME] = "router",
		[META_VERSION] = "0.1.0",
		[META_BOARD] = "debian12-x86_64",
		[META_HOST_ARCH] = "x86_64",
		[META_GUEST_ARCH] = "x86_64",
		[META_MACHINE] = "pc-q35-7.2",
		[META_QEMU] = "/usr/bin/qemu-system-x86_64",
		[META_QEMU_VERSION] = "7.2",
		[META_RUN_USER] = "kiln",
		[META_PAYLOAD_DIR] = "/var/lib/kiln/router",
		[META_LAYOUT_ALGO] = "libvirt-9",
	};

	memset(fix, 0, sizeof(*fix));
	memcpy(fix->src.meta, meta, sizeof(meta));
	fix->src.config = "CONFIG_VM_NAME=\"router\"\nCONFIG_MEMORY_MIB=256\n";
	fix->src.domain = "<domain type='kvm'>\n\t<name>router</name>\n</domain>\n";
	fix->src.layout = "{}";
	fix->src.needs = "device virtio-net-pci\nmachine pc-q35-7.2\nproperty virtio-net-pci mq\n"
			 "version 7.2\n";
	fix->src.guest = "machine memory = 512\nnet0 device = virtio-net-pci\nnet0 wire ~ tap\n";
	fixture_args(fix);
	fixture_ops(fix);
	fixture_payloads(fix);
}

static inline void fixture_close(struct fixture *fix)
{
	for (size_t i = 0; i < FIXTURE_PAYLOADS; i++)
		assert_int_equal(close(fix->payload_fd[i]), 0);
}

/* Write the image into a memfd; the test fails with the writer's own words. */
static inline int fixture_write(const struct img_source *src)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	struct err err = {0};

	assert_true(fd >= 0);
	if (img_write(src, fd, &err) < 0)
		fail_msg("img_write: %s", err.what);
	return fd;
}

static inline int fixture_open(struct img *img, int fd, struct err *err)
{
	memset(err, 0, sizeof(*err));
	return img_open(img, fd, "test.kiln", fixture_buf, sizeof(fixture_buf), err);
}

/* A refusal says what, why and how to mend it. */
static inline void assert_refused(const struct err *err, enum err_kind kind, const char *part)
{
	assert_int_equal(err->kind, kind);
	assert_true(err->what[0] && err->why[0] && err->fix[0]);
	if (!strstr(err->what, part))
		fail_msg("\"%s\" is not in: %s", part, err->what);
}

static inline int fixture_setup(void **state)
{
	struct fixture *fix = malloc(sizeof(*fix));

	assert_non_null(fix);
	fixture_init(fix);
	*state = fix;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

/* The writer refuses the source, and says @part. */
static inline void fixture_not_written(const struct img_source *src, const char *part)
{
	CLEANUP_FD int fd = memfd_create("image", MFD_CLOEXEC);
	struct err err = {0};

	if (img_write(src, fd, &err) == 0)
		fail_msg("was written; \"%s\" expected", part);
	assert_refused(&err, ERR_CONFIG, part);
}

#endif
