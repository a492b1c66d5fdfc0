/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_rows.c - the rows of a disk, in the order in which libvirt writes -device.
 *
 * Which row applies follows from three things: the model of the disk, whether it has a medium, and
 * what its source is.
 */
#include <string.h>

#include "devices/disk.h"
#include "devices/disk_when.h"
#include "devices/secret.h"

static const struct prop_word format_words[] = {
	{.sym = "RAW", .xml = "raw", .qemu = "raw"},
	{.sym = "QCOW2", .xml = "qcow2", .qemu = "qcow2"},
	{0},
};

static const struct prop_word transport_words[] = {
	{.sym = "TCP"},
	{.sym = "UNIX", .xml = "unix"},
	{0},
};

static const struct prop_word cache_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "NONE", .xml = "none"},
	{.sym = "WRITEBACK", .xml = "writeback"},
	{.sym = "WRITETHROUGH", .xml = "writethrough"},
	{.sym = "DIRECTSYNC", .xml = "directsync"},
	{.sym = "UNSAFE", .xml = "unsafe"},
	{0},
};

static const struct prop_word aio_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "THREADS", .xml = "threads", .qemu = "threads"},
	{.sym = "NATIVE", .xml = "native", .qemu = "native"},
	{.sym = "IO_URING", .xml = "io_uring", .qemu = "io_uring"},
	{0},
};

static const struct prop_word discard_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "UNMAP", .xml = "unmap", .qemu = "unmap"},
	{.sym = "IGNORE", .xml = "ignore", .qemu = "ignore"},
	{0},
};

static const struct prop_word zeroes_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "OFF", .xml = "off", .qemu = "off"},
	{.sym = "ON", .xml = "on", .qemu = "on"},
	{.sym = "UNMAP", .xml = "unmap", .qemu = "unmap"},
	{0},
};

static const struct prop_word werror_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "STOP", .xml = "stop", .qemu = "stop"},
	{.sym = "REPORT", .xml = "report", .qemu = "report"},
	{.sym = "IGNORE", .xml = "ignore", .qemu = "ignore"},
	{.sym = "ENOSPACE", .xml = "enospace", .qemu = "enospc"},
	{0},
};

static const struct prop_word rerror_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "STOP", .xml = "stop", .qemu = "stop"},
	{.sym = "REPORT", .xml = "report", .qemu = "report"},
	{.sym = "IGNORE", .xml = "ignore", .qemu = "ignore"},
	{0},
};

/* ---- texts that only the layout can give ------------------------------------------------------ */

/*
 * What the guest reads in page 0x83 of its inquiry, where libvirt writes the serial number or, without
 * one, a name made of the address. Other composers of command lines leave it to QEMU, which takes the name
 * of the -drive (Proxmox's "drive-scsi0").
 */
static const char *make_device_id(const struct vm_dev *dev)
{
	const struct disk *disk = disk_of(dev);
	const struct drive_addr *at = &dev->addr.drive;

	if (disk->device_id)
		return disk->device_id;
	if (disk->serial)
		return disk->serial;
	if (strcmp(dev->controller->class->name, "lsilogic") == 0)
		return arena_fmt(dev->vm->arena, "drive-scsi%u-%u-%u", at->controller, at->bus,
				 at->unit);
	return arena_fmt(dev->vm->arena, "drive-scsi%u-%u-%u-%u", at->controller, at->bus,
			 at->target, at->unit);
}

static bool has_device_id(const struct vm_dev *dev)
{
	return model_is(dev, DISK_SCSI) && !model_is(dev, DISK_LUN);
}

/* ---- rows -------------------------------------------------------------------------------------- */

#define FIELD(member) .field = offsetof(struct disk, member)

#define STRING(NAME, SYM, MEMBER, XML, WHEN)                                                    \
	{                                                                                       \
		.name = (NAME), .sym = (SYM), .kind = PROP_STRING, FIELD(MEMBER), .xml = (XML), \
		.when = (WHEN)                                                                  \
	}
#define UINT(NAME, SYM, MEMBER, XML, QEMU, MAX, WHEN)                                         \
	{                                                                                     \
		.name = (NAME), .sym = (SYM), .kind = PROP_UINT, FIELD(MEMBER), .xml = (XML), \
		.qemu = (QEMU), .max = (MAX), .when = (WHEN)                                  \
	}
#define CHOICE(NAME, SYM, MEMBER, WORDS, XML, QEMU, WHEN)                                         \
	{                                                                                         \
		.name = (NAME), .sym = (SYM), .kind = PROP_ENUM, FIELD(MEMBER), .words = (WORDS), \
		.xml = (XML), .qemu = (QEMU), .when = (WHEN)                                      \
	}
#define CONST(NAME, TEXT, XML, WHEN)                                                             \
	{                                                                                        \
		.name = (NAME), .kind = PROP_CONST, .text = (TEXT), .xml = (XML), .when = (WHEN) \
	}

/* Servers beyond the first: name and port. */
#define HOST(NUMBER, INDEX)                                              \
	{.name = "host" #NUMBER,                                         \
	 .sym = "HOST" #NUMBER,                                          \
	 .kind = PROP_STRING,                                            \
	 .rule = RULE(HOST),                                             \
	 FIELD(source.host[INDEX]),                                      \
	 .xml = "source/host[" #NUMBER "]/@name",                        \
	 .when = may_have_host##NUMBER},                                 \
		UINT("port" #NUMBER, "PORT" #NUMBER, source.port[INDEX], \
		     "source/host[" #NUMBER "]/@port", NULL, 65535, has_host##NUMBER)

/* A backing file: @ELEMENT is that of XML. */
#define BACKING(NUMBER, INDEX, ELEMENT)                                                    \
	CHOICE("backing" #NUMBER "-source", "BACKING" #NUMBER "_SOURCE",                   \
	       backing[INDEX].source.kind, storage_local_words, ELEMENT "/@type", NULL,    \
	       can_back##NUMBER),                                                          \
		{                                                                          \
			.name = "backing" #NUMBER "-path",                                 \
			.sym = "BACKING" #NUMBER "_PATH",                                  \
			.kind = PROP_STRING,                                               \
			.flags = PROP_SITE | PROP_REPEAT_FMT | PROP_REQUIRED,              \
			FIELD(backing[INDEX].source.path),                                 \
			.site = SITE_PATH,                                                 \
			.when = backed##NUMBER,                                            \
		},                                                                         \
		CHOICE("backing" #NUMBER "-format", "BACKING" #NUMBER "_FORMAT",           \
		       backing[INDEX].format, format_words, ELEMENT "/format/@type", NULL, \
		       backed##NUMBER),                                                    \
		STRING("backing" #NUMBER "-file", NULL, shown_backing[INDEX],              \
		       ELEMENT "/source/@file", file##NUMBER),                             \
		STRING("backing" #NUMBER "-dev", NULL, shown_backing[INDEX],               \
		       ELEMENT "/source/@dev", block##NUMBER)

#define LIMIT_MAX 1000000000000000 /* THROTTLE_VALUE_MAX of QEMU, include/qemu/throttle.h */

/* The same part of every counter, in libvirt's order: its schema wants those alike side by side. */
#define LIMIT(COUNTER, PART, NAME, SYM, XML, MAX)                                    \
	{                                                                            \
		.name = (NAME), .sym = (SYM), .kind = PROP_UINT, .flags = PROP_TELL, \
		FIELD(limit[COUNTER][PART]), .xml = ("iotune/" XML), .max = (MAX),   \
		.when = is_throttled                                                 \
	}
#define LIMITS(PART, NAME, SYM, XML, MAX)                                             \
	LIMIT(LIMIT_TOTAL_BYTES, PART, "total-bytes" NAME, "TOTAL_BYTES" SYM,         \
	      "total_bytes_sec" XML, MAX),                                            \
		LIMIT(LIMIT_READ_BYTES, PART, "read-bytes" NAME, "READ_BYTES" SYM,    \
		      "read_bytes_sec" XML, MAX),                                     \
		LIMIT(LIMIT_WRITE_BYTES, PART, "write-bytes" NAME, "WRITE_BYTES" SYM, \
		      "write_bytes_sec" XML, MAX),                                    \
		LIMIT(LIMIT_TOTAL_IOPS, PART, "total-iops" NAME, "TOTAL_IOPS" SYM,    \
		      "total_iops_sec" XML, MAX),                                     \
		LIMIT(LIMIT_READ_IOPS, PART, "read-iops" NAME, "READ_IOPS" SYM,       \
		      "read_iops_sec" XML, MAX),                                      \
		LIMIT(LIMIT_WRITE_IOPS, PART, "write-iops" NAME, "WRITE_IOPS" SYM,    \
		      "write_iops_sec" XML, MAX)

const struct prop disk_props[] = {
	CHOICE("source", "SOURCE", source.kind, storage_words, "@type", NULL, is_ours),
	CONST("vhost-user-type", "vhostuser", "@type", is_vhost_user),
	STRING("device", NULL, device, "@device", NULL),
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	STRING("shown-model", NULL, shown_model, "@model", NULL),
	CONST("driver", "qemu", "driver/@name", NULL),
	CHOICE("format", "FORMAT", format, format_words, "driver/@type", NULL, has_blocks),
	CONST("raw-format", "raw", "driver/@type", is_raw),
	CHOICE("cache", "CACHE", cache, cache_words, "driver/@cache", NULL, has_medium),
	CHOICE("werror", "WRITE_ERROR", werror, werror_words, "driver/@error_policy", "werror",
	       has_policy),
	CHOICE("rerror", "READ_ERROR", rerror, rerror_words, "driver/@rerror_policy", "rerror",
	       has_policy),
	CHOICE("aio", "AIO", aio, aio_words, "driver/@io", NULL, is_local),
	CHOICE("discard", "DISCARD", discard, discard_words, "driver/@discard", NULL, has_writes),
	CHOICE("detect-zeroes", "DETECT_ZEROES", detect_zeroes, zeroes_words,
	       "driver/@detect_zeroes", NULL, has_writes),
	{.name = "in-place",
	 .sym = "IN_PLACE",
	 .kind = PROP_BOOL,
	 FIELD(in_place),
	 .when = has_payload},
	{.name = "copy-on-read",
	 .sym = "COPY_ON_READ",
	 .kind = PROP_BOOL,
	 .flags = PROP_XML_ONOFF,
	 FIELD(copy_on_read),
	 .xml = "driver/@copy_on_read",
	 .when = can_back1},
	{.name = "iothread",
	 .sym = "IOTHREAD",
	 .kind = PROP_STRING,
	 FIELD(iothread),
	 .refers = &iothread_family,
	 .xml = "driver/@iothread",
	 .qemu = "iothread",
	 .when = has_thread},
	{.name = "queues",
	 .sym = "QUEUES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queues),
	 .xml = "driver/@queues",
	 .qemu = "num-queues",
	 .max = 256,
	 .when = is_virtio},
	{.name = "queue-size",
	 .sym = "QUEUE_SIZE",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queue_size),
	 .xml = "driver/@queue_size",
	 .qemu = "queue-size",
	 .max = 1024,
	 .when = is_virtio},

	/* The source. */
	CONST("vhost-user-source", "unix", "source/@type", is_vhost_user),
	{.name = "vhost-user-socket",
	 .sym = "VHOST_USER_SOCKET",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REPEAT_FMT | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(PATH),
	 FIELD(vhost_socket),
	 .xml = "source/@path",
	 .site = SITE_PATH,
	 .when = is_vhost_user},
	CONST("vhost-user-retries", "yes", "source/reconnect/@enabled", vhost_retries),
	UINT("vhost-user-reconnect", "VHOST_USER_RECONNECT_S", vhost_reconnect,
	     "source/reconnect/@timeout", NULL, 3600, is_vhost_user),
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REPEAT_FMT | PROP_REQUIRED,
	 FIELD(source.path),
	 .site = SITE_PATH,
	 .when = has_path},
	STRING("source-file", NULL, shown_path, "source/@file", is_file),
	STRING("source-dev", NULL, shown_path, "source/@dev", is_block),
	STRING("protocol", NULL, protocol, "source/@protocol", is_network),
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_REPEAT_FMT,
	 FIELD(source.name),
	 .xml = "source/@name",
	 .when = is_network},
	STRING("query", "QUERY", source.query, "source/@query", is_http),
	{.name = "tls",
	 .sym = "TLS",
	 .kind = PROP_BOOL,
	 FIELD(source.tls),
	 .xml = "source/@tls",
	 .when = has_tls},
	{.name = "tls-hostname",
	 .sym = "TLS_HOSTNAME",
	 .kind = PROP_STRING,
	 .rule = RULE(HOST),
	 FIELD(source.tls_hostname),
	 .xml = "source/@tlsHostname",
	 .when = uses_tls},
	{.name = "tls-dir",
	 .sym = "TLS_DIR",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(source.tls_dir),
	 .when = uses_tls},
	CHOICE("transport", "TRANSPORT", source.transport, transport_words,
	       "source/host/@transport", NULL, has_transport),
	{.name = "socket",
	 .sym = "SOCKET",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(source.socket),
	 .xml = "source/host/@socket",
	 .when = by_unix},
	{.name = "host",
	 .sym = "HOST",
	 .kind = PROP_STRING,
	 .rule = RULE(HOST),
	 FIELD(source.host[0]),
	 .xml = "source/host/@name",
	 .when = by_tcp},
	UINT("port", "PORT", source.port[0], "source/host/@port", NULL, 65535, by_tcp),
	HOST(2, 1),
	HOST(3, 2),
	STRING("snapshot", "SNAPSHOT", source.snapshot, "source/snapshot/@name", is_rbd),
	{.name = "config",
	 .sym = "CONFIG",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 FIELD(source.config),
	 .xml = "source/config/@file",
	 .when = is_rbd},
	STRING("user", "USER", source.user, NULL, has_user),
	STRING("shown-user", NULL, source.user, "source/auth/@username", has_auth),
	STRING("auth-type", NULL, secret_type, "source/auth/secret/@type", has_auth),
	{.name = "auth-secret",
	 .sym = "SECRET",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_REPEAT_FMT,
	 FIELD(source.auth_secret),
	 .refers = &secret_family,
	 .xml = "source/auth/secret/@usage",
	 .when = has_auth},
	{.name = "cookie-secret",
	 .sym = "COOKIE_SECRET",
	 .kind = PROP_STRING,
	 FIELD(source.cookie_secret),
	 .refers = &secret_family,
	 .when = is_http},
	STRING("initiator", "INITIATOR", source.initiator, "source/initiator/iqn/@name", is_iscsi),
	{.name = "insecure",
	 .sym = "INSECURE",
	 .kind = PROP_BOOL,
	 FIELD(source.insecure),
	 .when = is_https},
	CONST("ssl-verify", "no", "source/ssl/@verify", is_insecure),
	UINT("readahead", "READAHEAD", source.readahead, "source/readahead/@size", NULL, 1073741824,
	     is_http),
	UINT("timeout", "TIMEOUT", source.timeout, "source/timeout/@seconds", NULL, 10000, is_http),
	UINT("reconnect-delay", "RECONNECT_DELAY", source.reconnect_delay, NULL, NULL, 3600,
	     is_nbd),
	STRING("host-key", "HOST_KEY", source.host_key, NULL, is_ssh),
	{.name = "luks", .sym = "LUKS", .kind = PROP_BOOL, FIELD(luks), .when = has_blocks},
	CONST("encryption", "luks", "source/encryption/@format", is_luks),
	CONST("encryption-type", "passphrase", "source/encryption/secret/@type", is_luks),
	{.name = "luks-secret",
	 .sym = "LUKS_SECRET",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_REPEAT_FMT,
	 FIELD(luks_secret),
	 .refers = &secret_family,
	 .xml = "source/encryption/secret/@usage",
	 .when = is_luks},
	BACKING(1, 0, "backingStore"),
	BACKING(2, 1, "backingStore/backingStore"),

	/* The target, and what -device has. */
	STRING("target", NULL, target, "target/@dev", NULL),
	STRING("bus", NULL, bus, "target/@bus", NULL),
	{.name = "removable",
	 .sym = "REMOVABLE",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(removable),
	 .xml = "target/@removable",
	 .qemu = "removable",
	 .when = is_usb},
	LIMITS(LIMIT_RATE, "", "", "", LIMIT_MAX),
	LIMITS(LIMIT_BURST, "-burst", "_BURST", "_max", LIMIT_MAX),
	UINT("io-size", "IO_SIZE", io_size, "iotune/size_iops_sec", NULL, 1073741824, is_throttled),
	{.name = "throttle-group",
	 .sym = "THROTTLE_GROUP",
	 .kind = PROP_STRING,
	 .rule = RULE(NAME),
	 FIELD(throttle_group),
	 .xml = "iotune/group_name",
	 .when = is_throttled},
	LIMITS(LIMIT_LENGTH, "-burst-length", "_BURST_SECONDS", "_max_length", 3600),
	{.name = "throttle",
	 .sym = "THROTTLE",
	 .kind = PROP_BOOL,
	 FIELD(throttle),
	 .when = has_blocks},
	{.name = "shareable",
	 .sym = "SHAREABLE",
	 .kind = PROP_BOOL,
	 FIELD(shareable),
	 .xml = "shareable",
	 .qemu = "share-rw",
	 .when = has_writes},
	{.name = "chardev",
	 .kind = PROP_ALIAS,
	 .text = "chr-vu-%s",
	 .qemu = "chardev",
	 .when = is_vhost_user},
	{.name = "drive", .kind = PROP_MADE, .make = disk_node, .qemu = "drive"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "given-id",
	 .sym = "DEVICE_ID",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 FIELD(device_id),
	 .when = has_device_id},
	{.name = "device-id",
	 .kind = PROP_MADE,
	 .make = make_device_id,
	 .qemu = "device_id",
	 .when = has_device_id},
	UINT("boot-order", "BOOT_ORDER", boot_order, "boot/@order", NULL, 999, NULL),
	UINT("boot-index", NULL, boot_order, NULL, "bootindex", 0, has_boot_index),
	{.name = "logical-block",
	 .sym = "LOGICAL_BLOCK_SIZE",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(logical_block),
	 .xml = "blockio/@logical_block_size",
	 .qemu = "logical_block_size",
	 .max = 2097152,
	 .when = has_sectors},
	{.name = "physical-block",
	 .sym = "PHYSICAL_BLOCK_SIZE",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(physical_block),
	 .xml = "blockio/@physical_block_size",
	 .qemu = "physical_block_size",
	 .max = 2097152,
	 .when = has_sectors},
	{.name = "wwn",
	 .sym = "WWN",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_UNIQUE,
	 FIELD(wwn),
	 .xml = "wwn",
	 .when = has_wwn},
	UINT("wwn-number", NULL, wwn_number, NULL, "wwn", 0, has_wwn),
	{.name = "rotation-rate",
	 .sym = "ROTATION_RATE",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(rotation_rate),
	 .xml = "target/@rotation_rate",
	 .qemu = "rotation_rate",
	 .max = 65534,
	 .when = has_rotation},
	{.name = "vendor",
	 .sym = "VENDOR",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 FIELD(vendor),
	 .xml = "vendor",
	 .qemu = "vendor",
	 .when = is_scsi_disk},
	{.name = "product",
	 .sym = "PRODUCT",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 FIELD(product),
	 .xml = "product",
	 .qemu = "product",
	 .when = is_scsi_disk},
	{.name = "write-cache",
	 .kind = PROP_CONST,
	 .text = "off",
	 .qemu = "write-cache",
	 .when = writes_through},
	{.name = "serial",
	 .sym = "SERIAL",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_REPEAT_FMT,
	 FIELD(serial),
	 .xml = "serial",
	 .qemu = "serial",
	 .when = has_serial},
	{.name = "read-only",
	 .sym = "READONLY",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(read_only),
	 .when = is_writable},
	{.name = "shown-read-only", .kind = PROP_BOOL, FIELD(shown_read_only), .xml = "readonly"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_virtio},
	{.name = "drive-address", .sym = "DRIVE_ADDRESS", .kind = PROP_PLACE, .when = is_drive},
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE, .when = is_usb},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
