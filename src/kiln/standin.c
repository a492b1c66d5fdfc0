/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * standin.c - walk the arguments pairwise, an option and its value, and replace values.
 */
#include "kiln/standin.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/fd.h"
#include "image/facts.h"

#define DISK_BYTES (1 << 20)
/* The flash of QEMU's virt machine has this size, and its image must have it too. */
#define FLASH_BYTES (64 << 20)

/* Says it once. */
static void note(struct standin *standin, const char *text)
{
	for (size_t i = 0; i < standin->note_count; i++) {
		if (strcmp(standin->notes[i], text) == 0)
			return;
	}
	BUG_IF(standin->note_count == STANDIN_NOTES);
	standin->notes[standin->note_count++] = text;
}

static const char *dump(struct arena *arena, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	BUG_IF(!text);
	const char *copy = arena_str(arena, text);

	free(text);
	return copy;
}

static const char *member(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void replace(json_t *object, const char *key, json_t *value)
{
	BUG_IF(json_object_set_new(object, key, value) != 0);
}

/* The id of an option written as key=value, whose first word is its type. */
static const char *kv_id(struct arena *arena, const char *value)
{
	const char *at = strstr(value, ",id=");

	if (!at)
		return "";
	at += strlen(",id=");
	return arena_dup(arena, at, strcspn(at, ","));
}

/* ---- disks ------------------------------------------------------------------------------------- */

static void put_be32(unsigned char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* An empty qcow2, version 2: docs/interop/qcow2.txt of QEMU. Clusters of 64 KiB: header, refcount
 * table, refcount block, L1 table. */
static int write_qcow2(int fd)
{
	static unsigned char image[4 << 16];

	memset(image, 0, sizeof(image));
	memcpy(image, "QFI\xfb", 4);
	put_be32(image + 4, 2); /* version */
	put_be32(image + 20, 16); /* cluster bits */
	put_be32(image + 28, DISK_BYTES); /* size, low half */
	put_be32(image + 36, 1); /* entries of L1 */
	put_be32(image + 44, 3u << 16); /* L1 table */
	put_be32(image + 52, 1u << 16); /* refcount table */
	put_be32(image + 56, 1); /* its clusters */
	put_be32(image + (1u << 16) + 4, 2u << 16); /* the refcount block */
	for (size_t i = 0; i < 4; i++)
		image[(2u << 16) + 2 * i + 1] = 1;
	return fd_write_all(fd, image, sizeof(image));
}

/* The driver of the node that stands on node @name: the disk's format. */
static const char *format_of(struct arena *arena, char *const *argv, const char *name)
{
	const char *format = "raw";

	for (size_t i = 1; argv[i]; i++) {
		if (strcmp(argv[i - 1], "-blockdev") != 0)
			continue;
		json_t *node = json_loads(argv[i], 0, NULL);

		if (strcmp(member(node, "file"), name) == 0)
			format = arena_str(arena, member(node, "driver"));
		json_decref(node);
	}
	return format;
}

static bool is_flash_of_virt(char *const *argv, const char *node)
{
	for (size_t i = 1; argv[i] && strncmp(node, "libvirt-pflash", 14) == 0; i++) {
		if (strcmp(argv[i - 1], "-machine") == 0)
			return strncmp(argv[i], "virt-", 5) == 0;
	}
	return false;
}

static int make_disk(struct standin *standin, const char *format, off_t bytes,
		     const char **ret_path, struct err *err)
{
	const char *name = arena_fmt(standin->scratch->arena, "disk.%zu", standin->disks++);
	bool qcow2 = strcmp(format, "qcow2") == 0, raw = strcmp(format, "raw") == 0;

	if (!qcow2 && !raw && strcmp(format, "luks") != 0) {
		(void)err_set(err, ERR_IMAGE, "no disk of format \"%s\" can be made", format);
		err_why(err, "Empty disks stand in for those of the target; kiln makes raw and "
			     "qcow2.");
		err_fix(err, "Use one of these formats.");
		return -1;
	}
	int fd = scratch_file(standin->scratch, name, ret_path, err);

	if (fd < 0)
		return -1;
	int failed = (qcow2 ? write_qcow2(fd) : ftruncate(fd, bytes)) < 0 ? errno : 0;

	if (close(fd) < 0 && !failed)
		failed = errno;
	return failed ? scratch_error(err, failed, "writing", *ret_path) : 0;
}

/* Cache and aio modes ask for what /tmp may not have; a guest sees nothing of them. */
static int replace_disk(struct standin *standin, char *const *argv, const char **value,
			struct err *err)
{
	json_t *node = json_loads(*value, 0, NULL);
	const char *path = NULL;
	int ret = 0;

	/* Somebody's own, as key=value. */
	if (!node)
		return 0;
	/* What stands on no other node is a file, a device or a server. */
	bool storage = !json_object_get(node, "file");

	(void)json_object_del(node, "cache");
	/* Its header cannot be made without the key; below it the guest sees the same disk. */
	(void)json_object_del(node, "encrypt");
	if (strcmp(member(node, "driver"), "luks") == 0) {
		(void)json_object_del(node, "key-secret");
		replace(node, "driver", json_string("raw"));
	}
	if (storage) {
		const char *name = member(node, "node-name");
		const char *format = format_of(standin->scratch->arena, argv, name);

		ret = make_disk(standin, format,
				is_flash_of_virt(argv, name) ? FLASH_BYTES : DISK_BYTES, &path,
				err);
	}
	if (path) {
		json_t *file = json_pack("{s:s, s:s, s:O}", "driver", "file", "filename", path,
					 "node-name", json_object_get(node, "node-name"));
		json_t *read_only = json_object_get(node, "read-only");

		BUG_IF(!file);
		if (read_only)
			replace(file, "read-only", json_incref(read_only));
		json_decref(node);
		node = file;
		note(standin, "empty files stand in for the disks");
	}
	if (node && ret == 0)
		*value = dump(standin->scratch->arena, node);
	json_decref(node);
	return ret;
}

/* ---- the rest ------------------------------------------------------------------------------------ */

static void replace_net(struct standin *standin, const char **value)
{
	struct arena *arena = standin->scratch->arena;
	json_t *node = json_loads(*value, 0, NULL);
	const char *type = node ? member(node, "type") : *value;
	const char *id = node ? arena_str(arena, member(node, "id")) : kv_id(arena, *value);
	bool is_user = strncmp(type, "user", 4) == 0;

	if (is_user && json_object_del(node, "hostfwd") == 0) {
		*value = dump(arena, node);
		note(standin, "no port is forwarded");
	}
	json_decref(node);
	if (is_user)
		return;
	*value = arena_fmt(arena, "hubport,id=%s,hubid=%zu", id, standin->hubs++);
	note(standin, "hubs that lead nowhere stand in for the taps");
}

static void replace_chardev(struct standin *standin, const char **value)
{
	const char *null = arena_fmt(standin->scratch->arena, "null,id=%s",
				     kv_id(standin->scratch->arena, *value));

	if (strcmp(*value, null) == 0)
		return;
	*value = null;
	note(standin, "null stands in for consoles, files and sockets");
}

/* Nothing sounds, and no sound system is asked. */
static void replace_audio(struct standin *standin, const char **value)
{
	json_t *node = json_loads(*value, 0, NULL);
	json_t *plain =
		json_pack("{s:O, s:s}", "id", json_object_get(node, "id"), "driver", "none");

	if (plain && strcmp(member(node, "driver"), "none") != 0) {
		*value = dump(standin->scratch->arena, plain);
		note(standin, "silence stands in for the sound systems");
	}
	json_decref(plain);
	json_decref(node);
}

/* The target's folder is not there, and nobody's should be opened. */
static void replace_folder(struct standin *standin, const char **value)
{
	struct arena *arena = standin->scratch->arena;

	*value = arena_fmt(arena, "local,id=%s,path=%s,security_model=none", kv_id(arena, *value),
			   standin->scratch->dir);
	note(standin, "an empty folder stands in for shared ones");
}

/* The target's secrets and certificates are not here, and nothing is locked with them. */
static void replace_secret(struct standin *standin, const char **value, const json_t *node)
{
	json_t *secret;

	if (strcmp(member(node, "qom-type"), "secret") != 0 &&
	    strncmp(member(node, "qom-type"), "tls-creds-", 10) != 0)
		return;
	secret = json_pack("{s:s, s:O, s:s}", "qom-type", "secret", "id",
			   json_object_get(node, "id"), "data", "stand-in");
	BUG_IF(!secret);
	*value = dump(standin->scratch->arena, secret);
	json_decref(secret);
	note(standin, "a fixed word stands in for the secrets");
}

/* A character device for what stands in. */
#define NOBODY "kiln-nobody"

/* What QEMU would open at once on the target. */
static const struct {
	const char *driver, *by;
} substitutes[] = {
	{"vhost-vsock-pci", "virtio-rng-pci"},
	{"vhost-vsock-pci-non-transitional", "virtio-rng-pci-non-transitional"},
	{"vfio-pci", "pci-testdev"},
	{"ivshmem-doorbell", "pci-testdev"},
	{"vfio-pci-nohotplug", "pci-testdev"},
	{"scsi-block", "scsi-hd"},
	{"scsi-generic", "scsi-hd"},
	{"usb-host", "usb-tablet"},
	{"vhost-scsi-pci", "virtio-scsi-pci"},
	{"vhost-scsi-pci-transitional", "virtio-scsi-pci-transitional"},
	{"vhost-scsi-pci-non-transitional", "virtio-scsi-pci-non-transitional"},
	{"vhost-user-fs-pci", "virtio-rng-pci"},
	{"vhost-user-blk-pci", "virtio-rng-pci"},
	{"vhost-user-blk-pci-transitional", "virtio-rng-pci-transitional"},
	{"vhost-user-blk-pci-non-transitional", "virtio-rng-pci-non-transitional"},
	{"virtio-input-host-pci", "virtio-tablet-pci"},
	{"ccid-card-emulated", "ccid-card-passthru"},
};

const char *standin_driver(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(substitutes); i++) {
		if (strcmp(substitutes[i].driver, driver) == 0)
			return substitutes[i].by;
	}
	return NULL;
}

/* Its place is kept, and nothing else that only the real one knows. */
static void replace_device(struct standin *standin, const char **value)
{
	static const char *const kept[] = {"id",      "bus", "addr",  "multifunction", "channel",
					   "scsi-id", "lun", "drive", "port"};
	json_t *node = json_loads(*value, 0, NULL);
	const char *by = standin_driver(member(node, "driver"));

	if (by) {
		json_t *plain = json_pack("{s:s}", "driver", by);

		for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
			json_t *copied = json_object_get(node, kept[i]);

			if (copied)
				replace(plain, kept[i], json_incref(copied));
		}
		if (strcmp(by, "ccid-card-passthru") == 0)
			replace(plain, "chardev", json_string(NOBODY));
		*value = dump(standin->scratch->arena, plain);
		note(standin, "devices without a host side stand in for those of the host");
		json_decref(plain);
	} else if (json_object_del(node, "tx_queue_size") == 0) {
		/* Of vhost-user alone; with a hub QEMU 10 refuses it. */
		*value = dump(standin->scratch->arena, node);
	}
	json_decref(node);
}

/* Neither huge pages nor as much memory as the target has; the size in the guest is the same. */
static void replace_object(struct standin *standin, const char **value)
{
	json_t *node = json_loads(*value, 0, NULL);

	if (strncmp(member(node, "qom-type"), "memory-backend-", 15) == 0) {
		json_t *plain = json_pack("{s:s, s:O, s:O, s:b}", "qom-type", "memory-backend-ram",
					  "id", json_object_get(node, "id"), "size",
					  json_object_get(node, "size"), "reserve", 0);

		if (plain)
			*value = dump(standin->scratch->arena, plain);
		json_decref(plain);
	}
	replace_secret(standin, value, node);
	json_decref(node);
}

/* The host's model is KVM's alone, and so are Hyper-V's enlightenments, with which TCG does not start. */
static void replace_cpu(struct standin *standin, const char **value)
{
	struct text text = {.arena = standin->scratch->arena};

	if (strncmp(*value, "host", 4) == 0) {
		*value = "max";
		note(standin, "CPU model \"max\" stands in for the host's");
		return;
	}
	for (const char *at = *value; *at;) {
		size_t len = strcspn(at + 1, ",") + 1;

		if (strncmp(at, ",hv-", 4) == 0)
			note(standin, "Hyper-V's enlightenments are left out");
		else
			text_add_len(&text, at, len);
		at += len;
	}
	*value = text_str(&text);
}

/* A TPM has no place on a bus, and QEMU wants an answer of what is behind it before it starts. */
static bool is_tpm(const char *option, const char *value)
{
	return strcmp(option, "-tpmdev") == 0 ||
	       (strcmp(option, "-device") == 0 && value && strstr(value, "\"tpmdev\":"));
}

static int replace_value(struct standin *standin, const char *option, char *const *argv,
			 const char **value, struct err *err)
{
	if (strcmp(option, "-blockdev") == 0)
		return replace_disk(standin, argv, value, err);
	if (strcmp(option, "-netdev") == 0)
		replace_net(standin, value);
	else if (strcmp(option, "-chardev") == 0)
		replace_chardev(standin, value);
	else if (strcmp(option, "-object") == 0)
		replace_object(standin, value);
	else if (strcmp(option, "-device") == 0)
		replace_device(standin, value);
	else if (strcmp(option, "-audiodev") == 0)
		replace_audio(standin, value);
	else if (strcmp(option, "-fsdev") == 0)
		replace_folder(standin, value);
	/* No port is opened for a guest that never runs, and no GPU is used. */
	else if (strcmp(option, "-vnc") == 0 || strcmp(option, "-display") == 0)
		*value = "none";
	if (strcmp(option, "-accel") == 0 && strncmp(*value, "tcg", 3) != 0) {
		*value = "tcg";
		note(standin, "TCG stands in for KVM");
	}
	if (strcmp(option, "-cpu") == 0)
		replace_cpu(standin, value);
	return 0;
}

/* Certificates of a display that is not opened, keyboards of the target. */
static bool is_dropped(const char *option, const char *value)
{
	return strcmp(option, "-object") == 0 && value &&
	       (strstr(value, "tls-creds-x509") || strstr(value, "input-linux"));
}

/* Kernel, initrd and firmware are loaded while QEMU starts, so they are the real ones. */
static int unpack_used(struct standin *standin, const char *const *args, struct err *err)
{
	const struct img *img = standin->img;
	struct scratch *scratch = standin->scratch;

	for (uint32_t i = 0; i < img->payload_count; i++) {
		const char *path =
			arena_fmt(scratch->arena, "%s/%s", scratch->dir, img->payload[i].name);
		size_t used = 0;

		while (args[used] && !strstr(args[used], path))
			used++;
		if (!args[used])
			continue;
		int fd = scratch_file(scratch, img->payload[i].name, NULL, err);
		int ret = fd < 0 ? -1 : img_payload_copy(img, i, fd, err);

		if (fd >= 0 && close(fd) < 0 && ret == 0)
			ret = scratch_error(err, errno, "writing", path);
		if (ret < 0)
			return -1;
	}
	return 0;
}

int standin_args(struct standin *standin, const char *qemu, const char *const **ret_args,
		 struct err *err)
{
	struct arena *arena = standin->scratch->arena;
	struct facts *facts = arena_alloc(arena, sizeof(*facts));

	facts_init(facts, standin->img);
	facts->payload_dir = standin->scratch->dir;
	if (facts->accel == ACCEL_AUTO)
		facts->accel = ACCEL_KVM;
	char **argv = facts_argv(facts, ARGV_SHELL, err);

	if (!argv)
		return -1;
	standin->argv = argv;
	const char **args = arena_alloc(arena, (standin->img->arg_count + 6) * sizeof(*args));
	size_t count = 0;

	args[count++] = qemu;
	args[count++] = "-S";
	args[count++] = "-chardev";
	args[count++] = "null,id=" NOBODY;
	for (size_t i = 1; argv[i]; i++) {
		if (is_tpm(argv[i], argv[i + 1])) {
			note(standin, "the TPM is left out");
			i++;
			continue;
		}
		if (is_dropped(argv[i], argv[i + 1])) {
			i++;
			continue;
		}
		args[count] = argv[i];
		/* A module that need not be there; with no display at all QEMU would open one. */
		if (strcmp(argv[i], "-spice") == 0) {
			args[count++] = "-display";
			args[count++] = "none";
			i++;
			continue;
		}
		if (replace_value(standin, argv[i - 1], argv, &args[count++], err) < 0)
			return -1;
	}
	*ret_args = args;
	return unpack_used(standin, args, err);
}
