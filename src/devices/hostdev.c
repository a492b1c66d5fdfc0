/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostdev.c - devices of the target that the guest gets: PCI devices and mediated ones by VFIO, vhost-scsi,
 * whose targets are in the target's kernel, SCSI devices and iSCSI targets by their commands, USB devices.
 *
 * In: rows HOSTDEVn_*. Out: -device, -blockdev, and host operations: the loader looks whether a VFIO device
 * is there, bound to vfio-pci and open to QEMU's user, which opens it itself; the others it finds and opens.
 */
#include "devices/hostdev.h"

#include <string.h>

#include "base/ident.h"

static const struct dev_class hostdev_classes[] = {
	{
		.name = "pci",
		.sym = "PCI",
		.driver = "vfio-pci",
		.where = WHERE_PCIE,
		.flags = HOSTDEV_IS_PCI,
	},
	/* libvirt looks into the target's sysfs; here .config says that the device is no PCIe one. */
	{
		.name = "pci-conventional",
		.sym = "PCI_CONVENTIONAL",
		.driver = "vfio-pci",
		.where = WHERE_PCI,
		.flags = HOSTDEV_IS_PCI,
	},
	{
		.name = "mdev",
		.sym = "MDEV",
		.driver = "vfio-pci",
		.where = WHERE_PCIE,
		.flags = HOSTDEV_IS_MDEV,
	},
	{
		.name = "mdev-ramfb",
		.sym = "MDEV_RAMFB",
		.driver = "vfio-pci-nohotplug",
		.where = WHERE_PCIE,
		.flags = HOSTDEV_IS_MDEV | HOSTDEV_IS_RAMFB,
	},
	VIRTIO_CLASSES("virtio", "VHOST_SCSI", "vhost-scsi", HOSTDEV_IS_VHOST, NULL),
	{
		.name = "scsi",
		.sym = "SCSI",
		.driver = "scsi-generic",
		.flags = HOSTDEV_IS_SCSI,
		.on = CONTROLLER_SCSI,
	},
	{
		.name = "iscsi",
		.sym = "ISCSI",
		.driver = "scsi-generic",
		.flags = HOSTDEV_IS_ISCSI,
		.on = CONTROLLER_SCSI,
	},
	{
		.name = "usb",
		.sym = "USB",
		.driver = "usb-host",
		.flags = HOSTDEV_IS_USB,
		.on = CONTROLLER_USB,
	},
	{0},
};

/* ---- what follows from the rows ---------------------------------------------------------------- */

/* "0000:06:12.5" */
static void split_pci(struct vm *vm, struct hostdev *hostdev)
{
	const char *host = hostdev->host;

	hostdev->domain = arena_fmt(vm->arena, "0x%.4s", host);
	hostdev->bus = arena_fmt(vm->arena, "0x%.2s", host + 5);
	hostdev->slot = arena_fmt(vm->arena, "0x%.2s", host + 8);
	hostdev->function = arena_fmt(vm->arena, "0x%s", host + 11);
}

/* "7:0:0:3": the first number is that of the adapter (F25). */
static void split_scsi(struct vm *vm, struct hostdev *hostdev)
{
	const char *parts[4], *at = hostdev->scsi;

	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t len = strcspn(at, ":");

		parts[i] = arena_dup(vm->arena, at, len);
		at += len + (at[len] != '\0');
	}
	hostdev->adapter = arena_fmt(vm->arena, "scsi_host%s", parts[0]);
	hostdev->scsi_bus = parts[1];
	hostdev->scsi_target = parts[2];
	hostdev->scsi_unit = parts[3];
}

/* Digits without leading zeros. */
static const char *plain(struct vm *vm, const char *digits, size_t len)
{
	for (; len > 1 && *digits == '0'; len--)
		digits++;
	return arena_dup(vm->arena, digits, len);
}

/* "1234:beef" or "001/002" */
static void split_usb(struct vm *vm, struct hostdev *hostdev)
{
	const char *usb = hostdev->usb;

	if (usb[4] == ':') {
		hostdev->vendor = arena_fmt(vm->arena, "0x%.4s", usb);
		hostdev->product = arena_fmt(vm->arena, "0x%s", usb + 5);
		return;
	}
	hostdev->usb_bus = plain(vm, usb, 3);
	hostdev->usb_device = plain(vm, usb + 4, 3);
}

static void prepare_iscsi(struct hostdev *hostdev)
{
	const struct prop_word *word = storage_words;

	while (!prop_word_is(word, "ISCSI"))
		word++;
	hostdev->iscsi.kind = word;
	hostdev->protocol = storage_protocol(&hostdev->iscsi);
	if (hostdev->iscsi.auth_secret)
		hostdev->secret_type = storage_secret_type(&hostdev->iscsi);
}

static bool is_good(enum ident_kind kind, const char *value)
{
	return value && ident_is_valid(kind, value);
}

static void hostdev_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct hostdev *hostdev = dev->data;

	hostdev->ramfb = hostdev_is(dev, HOSTDEV_IS_RAMFB);
	hostdev->rom_bar = ROM_BAR_DEFAULT;
	if (hostdev_is(dev, HOSTDEV_IS_PCI)) {
		if (is_good(IDENT_PCI_HOST, hostdev->host))
			split_pci(vm, hostdev);
		if (!prop_word_is(hostdev->rom, "DEFAULT"))
			hostdev->rom_bar = prop_word_is(hostdev->rom, "ON");
	} else if (hostdev_is(dev, HOSTDEV_IS_VHOST)) {
		hostdev->protocol = "vhost";
	} else if (hostdev_is(dev, HOSTDEV_IS_SCSI) && is_good(IDENT_SCSI_HOST, hostdev->scsi)) {
		split_scsi(vm, hostdev);
	} else if (hostdev_is(dev, HOSTDEV_IS_ISCSI)) {
		prepare_iscsi(hostdev);
	} else if (hostdev_is(dev, HOSTDEV_IS_USB) && is_good(IDENT_USB_HOST, hostdev->usb)) {
		split_usb(vm, hostdev);
	}
}

/* ---- back ends --------------------------------------------------------------------------------- */

static void add_vfio(const struct vm_dev *dev, struct emit *emit, const char *prop_name,
		     enum hostdev_kind kind)
{
	struct op op;

	emit_lock(emit, EMIT_LOCK_VFIO);
	memset(&op, 0, sizeof(op));
	op.code = OP_HOSTDEV;
	op.hostdev.owner = dev->id;
	op.hostdev.kind = kind;
	op.hostdev.name = emit_site_value(emit, dev, prop_name);
	(void)emit_op(emit, &op);
}

static uint32_t add_file(const struct vm_dev *dev, struct emit *emit, const char *path,
			 uint32_t flags)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = path;
	op.file.flags = flags;
	return emit_op(emit, &op);
}

/* By its path, because QEMU asks the file's name whether it is such a device (hdev_is_sg()). */
static void add_scsi(const struct vm_dev *dev, struct emit *emit)
{
	bool read_only = hostdev_of(dev)->read_only;
	struct arena *arena = emit->arena;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_SCSI;
	op.scsi.owner = dev->id;
	op.scsi.name = emit_site_value(emit, dev, "scsi");
	op.scsi.flags = read_only ? SCSI_READ_ONLY : 0;
	uint32_t fd = emit_op(emit, &op);
	struct node *node = emit_tree(emit, "-blockdev", 0);

	node_add_string(arena, node, "driver", "host_device");
	node_add_string(arena, node, "filename", emit_mark(emit, FIX_FD_PATH, fd, 0, ""));
	node_add_string(arena, node, "node-name", arena_fmt(arena, "%s-backend", dev->alias));
	node_add_bool(arena, node, "read-only", read_only);
}

static void add_iscsi(const struct vm_dev *dev, struct emit *emit)
{
	const struct storage_access access = {
		.storage = &hostdev_of(dev)->iscsi,
		.node = arena_fmt(emit->arena, "%s-backend", dev->alias),
		.read_only = hostdev_of(dev)->read_only,
	};

	if (access.storage->name && access.storage->host[0])
		storage_add(emit, dev, &access);
}

static void add_usb(const struct vm_dev *dev, struct emit *emit)
{
	struct hostdev *hostdev = dev->data;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_USB;
	op.usb.owner = dev->id;
	op.usb.name = emit_site_value(emit, dev, "usb");
	op.usb.flags = prop_word_is(hostdev->startup, "OPTIONAL") ? USB_OPTIONAL : 0;
	hostdev->usb_text = emit_fd_set(emit, emit_op(emit, &op));
}

static void add_vhost(const struct vm_dev *dev, struct emit *emit)
{
	uint32_t slot = add_file(dev, emit, "/dev/vhost-scsi", FILE_CHARACTER_DEVICE);

	((struct hostdev *)dev->data)->vhost_text = emit_mark(emit, FIX_FD, slot, 0, "");
}

static void hostdev_back(const struct vm_dev *dev, struct emit *emit)
{
	struct hostdev *hostdev = dev->data;

	if (hostdev_is(dev, HOSTDEV_IS_PCI)) {
		hostdev->host_text = emit_site_value(emit, dev, "host");
		add_vfio(dev, emit, "host", HOSTDEV_PCI);
	} else if (hostdev_is(dev, HOSTDEV_IS_MDEV)) {
		hostdev->sysfs_text = arena_fmt(emit->arena, "/sys/bus/mdev/devices/%s",
						emit_site_value(emit, dev, "mdev"));
		add_vfio(dev, emit, "mdev", HOSTDEV_MDEV);
	} else if (hostdev_is(dev, HOSTDEV_IS_VHOST)) {
		add_vhost(dev, emit);
	} else if (hostdev_is(dev, HOSTDEV_IS_SCSI)) {
		add_scsi(dev, emit);
	} else if (hostdev_is(dev, HOSTDEV_IS_ISCSI)) {
		add_iscsi(dev, emit);
	} else {
		add_usb(dev, emit);
	}
	/* Read as a blob, so /proc/self/fd/N. */
	if (hostdev->rom_file) {
		uint32_t slot = add_file(dev, emit, hostdev->rom_file, FILE_READ_ONLY);

		hostdev->rom_text = emit_mark(emit, FIX_FD_PATH, slot, 0, "");
	}
}

const struct dev_family hostdev_family = {
	.name = "hostdev",
	.sym = "HOSTDEV",
	.max = 16,
	.size = sizeof(struct hostdev),
	.rank = RANK_HOSTDEV,
	.xml = "hostdev",
	.alias = "hostdev%s",
	.classes = hostdev_classes,
	.props = hostdev_props,
	.checks = hostdev_checks,
	.prepare = hostdev_prepare,
	.back = hostdev_back,
};
