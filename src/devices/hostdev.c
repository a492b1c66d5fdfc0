/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostdev.c - devices of the target that the guest gets: PCI devices and mediated ones by VFIO, and
 * vhost-scsi, whose targets are in the target's kernel.
 *
 * In: rows HOSTDEVn_*. Out: -device, and host operations: the loader looks whether a VFIO device is there,
 * bound to vfio-pci and open to QEMU's user, which opens it itself; /dev/vhost-scsi it opens for QEMU.
 */
#include "devices/registry.h"

#include <string.h>

#include "base/ident.h"
#include "model/check.h"
#include "model/emit.h"
#include "model/machine.h"

struct hostdev {
	const char *host, *mdev, *wwpn, *rom_file;
	const struct prop_word *display, *rom;
	uint64_t boot_order;
	bool ramfb;
	/* The parts of @host, as XML has them. */
	const char *domain, *bus, *slot, *function;
	uint64_t rom_bar; /* ROM_BAR_DEFAULT = not written */
	/* What -device says: marks. */
	const char *host_text, *sysfs_text, *rom_text, *vhost_text;
};

#define ROM_BAR_DEFAULT 2

#define CLASS_PCI   CLASS_OWN
#define CLASS_MDEV  (CLASS_OWN << 1)
#define CLASS_RAMFB (CLASS_OWN << 2)
#define CLASS_VHOST (CLASS_OWN << 3)

static const struct dev_class hostdev_classes[] = {
	{
		.name = "pci",
		.sym = "PCI",
		.driver = "vfio-pci",
		.where = WHERE_PCIE,
		.flags = CLASS_PCI,
	},
	/* libvirt looks into the target's sysfs; here .config says that the device is no PCIe one. */
	{
		.name = "pci-conventional",
		.sym = "PCI_CONVENTIONAL",
		.driver = "vfio-pci",
		.where = WHERE_PCI,
		.flags = CLASS_PCI,
	},
	{
		.name = "mdev",
		.sym = "MDEV",
		.driver = "vfio-pci",
		.where = WHERE_PCIE,
		.flags = CLASS_MDEV,
	},
	{
		.name = "mdev-ramfb",
		.sym = "MDEV_RAMFB",
		.driver = "vfio-pci-nohotplug",
		.where = WHERE_PCIE,
		.flags = CLASS_MDEV | CLASS_RAMFB,
	},
	VIRTIO_CLASSES("virtio", "VHOST_SCSI", "vhost-scsi", CLASS_VHOST, NULL),
	{0},
};

static const struct prop_word display_words[] = {
	{.sym = "OFF", .xml = "off", .qemu = "off"},
	{.sym = "ON", .xml = "on", .qemu = "on"},
	{0},
};

static const struct prop_word rom_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ON", .xml = "on"},
	{.sym = "OFF", .xml = "off"},
	{0},
};

static const struct hostdev *hostdev_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_pci(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_PCI;
}

static bool is_mdev(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_MDEV;
}

static bool is_ramfb(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_RAMFB;
}

static bool is_plain_mdev(const struct vm_dev *dev)
{
	return is_mdev(dev) && !is_ramfb(dev);
}

static bool is_vhost(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_VHOST;
}

#define FIELD(member) .field = offsetof(struct hostdev, member)
static const struct prop hostdev_props[] = {
	{.name = "mode", .kind = PROP_CONST, .text = "subsystem", .xml = "@mode"},
	{.name = "type-pci", .kind = PROP_CONST, .text = "pci", .xml = "@type", .when = is_pci},
	{.name = "type-mdev", .kind = PROP_CONST, .text = "mdev", .xml = "@type", .when = is_mdev},
	{.name = "type-vhost",
	 .kind = PROP_CONST,
	 .text = "scsi_host",
	 .xml = "@type",
	 .when = is_vhost},
	/* Nobody binds it anew for the guest. */
	{.name = "managed", .kind = PROP_CONST, .text = "no", .xml = "@managed"},
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "model-mdev",
	 .kind = PROP_CONST,
	 .text = "vfio-pci",
	 .xml = "@model",
	 .when = is_mdev},
	{.name = "model-vhost", .kind = PROP_CLASS, .xml = "@model", .when = is_vhost},
	{.name = "display",
	 .sym = "DISPLAY",
	 .kind = PROP_ENUM,
	 FIELD(display),
	 .words = display_words,
	 .xml = "@display",
	 .qemu = "display",
	 .when = is_plain_mdev},
	{.name = "display-ramfb",
	 .kind = PROP_CONST,
	 .text = "on",
	 .xml = "@display",
	 .qemu = "display",
	 .when = is_ramfb},
	{.name = "ramfb",
	 .kind = PROP_BOOL,
	 .flags = PROP_XML_ONOFF,
	 FIELD(ramfb),
	 .xml = "@ramfb",
	 .qemu = "ramfb"},
	{.name = "driver",
	 .kind = PROP_CONST,
	 .text = "vfio",
	 .xml = "driver/@name",
	 .when = is_pci},
	{.name = "host",
	 .sym = "PCI",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(PCI_HOST),
	 FIELD(host),
	 .site = SITE_PCI_HOST,
	 .when = is_pci},
	{.name = "domain", .kind = PROP_STRING, FIELD(domain), .xml = "source/address/@domain"},
	{.name = "bus", .kind = PROP_STRING, FIELD(bus), .xml = "source/address/@bus"},
	{.name = "slot", .kind = PROP_STRING, FIELD(slot), .xml = "source/address/@slot"},
	{.name = "function",
	 .kind = PROP_STRING,
	 FIELD(function),
	 .xml = "source/address/@function"},
	{.name = "mdev",
	 .sym = "MDEV_UUID",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(UUID),
	 FIELD(mdev),
	 .xml = "source/address/@uuid",
	 .site = SITE_UUID,
	 .when = is_mdev},
	{.name = "protocol",
	 .kind = PROP_CONST,
	 .text = "vhost",
	 .xml = "source/@protocol",
	 .when = is_vhost},
	{.name = "wwpn",
	 .sym = "WWPN",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE | PROP_ABI,
	 .rule = RULE(WWPN),
	 FIELD(wwpn),
	 .xml = "source/@wwpn",
	 .qemu = "wwpn",
	 .when = is_vhost},
	{.name = "vhost-fd", .kind = PROP_STRING, FIELD(vhost_text), .qemu = "vhostfd"},
	{.name = "host-text", .kind = PROP_STRING, FIELD(host_text), .qemu = "host"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "sysfs-text", .kind = PROP_STRING, FIELD(sysfs_text), .qemu = "sysfsdev"},
	{.name = "boot-order",
	 .sym = "BOOT_ORDER",
	 .kind = PROP_UINT,
	 FIELD(boot_order),
	 .xml = "boot/@order",
	 .qemu = "bootindex",
	 .max = 999,
	 .when = is_pci},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{.name = "rom",
	 .sym = "ROM",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(rom),
	 .words = rom_words,
	 .xml = "rom/@bar",
	 .when = is_pci},
	{.name = "rom-bar",
	 .kind = PROP_UINT,
	 FIELD(rom_bar),
	 .qemu = "rombar",
	 .absent = ROM_BAR_DEFAULT},
	{.name = "rom-file",
	 .sym = "ROM_FILE",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 FIELD(rom_file),
	 .xml = "rom/@file",
	 .when = is_pci},
	{.name = "rom-text", .kind = PROP_STRING, FIELD(rom_text), .qemu = "romfile"},
	{0},
};
#undef FIELD

/* "0000:06:12.5" */
static void split_address(struct vm *vm, struct hostdev *hostdev)
{
	const char *host = hostdev->host;

	hostdev->domain = arena_fmt(vm->arena, "0x%.4s", host);
	hostdev->bus = arena_fmt(vm->arena, "0x%.2s", host + 5);
	hostdev->slot = arena_fmt(vm->arena, "0x%.2s", host + 8);
	hostdev->function = arena_fmt(vm->arena, "0x%s", host + 11);
}

static void hostdev_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct hostdev *hostdev = dev->data;

	hostdev->ramfb = is_ramfb(dev);
	hostdev->rom_bar = ROM_BAR_DEFAULT;
	if (!is_pci(dev))
		return;
	if (hostdev->host && ident_is_valid(IDENT_PCI_HOST, hostdev->host))
		split_address(vm, hostdev);
	if (!prop_word_is(hostdev->rom, "DEFAULT"))
		hostdev->rom_bar = prop_word_is(hostdev->rom, "ON");
}

static void add_vfio(const struct vm_dev *dev, struct emit *emit, const char *prop_name,
		     enum hostdev_kind kind)
{
	struct op op;

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

static void hostdev_back(const struct vm_dev *dev, struct emit *emit)
{
	struct hostdev *hostdev = dev->data;
	struct arena *arena = emit->arena;

	if (is_pci(dev)) {
		hostdev->host_text = emit_site_value(emit, dev, "host");
		add_vfio(dev, emit, "host", HOSTDEV_PCI);
	} else if (is_mdev(dev)) {
		hostdev->sysfs_text = arena_fmt(arena, "/sys/bus/mdev/devices/%s",
						emit_site_value(emit, dev, "mdev"));
		add_vfio(dev, emit, "mdev", HOSTDEV_MDEV);
	} else {
		uint32_t slot = add_file(dev, emit, "/dev/vhost-scsi", FILE_CHARACTER_DEVICE);

		hostdev->vhost_text = emit_mark(emit, FIX_FD, slot, 0, "");
	}
	/* Read as a blob, so /proc/self/fd/N. */
	if (hostdev->rom_file) {
		uint32_t slot = add_file(dev, emit, hostdev->rom_file, FILE_READ_ONLY);

		hostdev->rom_text = emit_mark(emit, FIX_FD_PATH, slot, 0, "");
	}
}

static bool has_graphics(const struct vm *vm)
{
	vm_for_each_dev(dev, vm->devs) {
		if (strcmp(dev_element(dev), "graphics") == 0)
			return true;
	}
	return false;
}

static void check_display(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	bool shown = has_graphics(vm);

	vm_for_each_dev(dev, vm->devs) {
		if (shown || dev->family != &hostdev_family || !is_mdev(dev) ||
		    (!is_ramfb(dev) && !prop_word_is(hostdev_of(dev)->display, "ON")))
			continue;
		const char *row = is_ramfb(dev) ? "model" : "display";
		struct err *err =
			dev_error(errs, dev, row, check->name, "nobody can see its display");

		err_why(err,
			"The picture of a mediated device is shown by a VNC server of QEMU, and "
			"none is configured; libvirt refuses that too.");
		err_fix(err, "Set CONFIG_VNC=y, or switch the display off: %s_%s.",
			dev_symbol(dev, row), is_ramfb(dev) ? "MDEV" : "OFF");
	}
}

/* hw/i386/intel_iommu.c of QEMU: it stops a VFIO device behind such an IOMMU at start. */
static void check_iommu(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *iommu = vm_find(vm, iommu_family.name);
	const struct prop *caching = dev_prop(&iommu_family, "caching-mode");

	if (!iommu || !dev_applies(iommu, caching) || dev_bool(iommu, caching))
		return;
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &hostdev_family || is_vhost(dev))
			continue;
		struct place place = dev_place(iommu, "model");
		struct err *err = dev_error(errs, dev, "model", check->name,
					    "a host device behind an IOMMU without caching mode");

		err_also(err, place.file, place.line);
		err_why(err,
			"QEMU learns what the guest maps for the device only if the guest tells "
			"of every mapping, and refuses to start without.");
		err_fix(err, "Set %s=y.", dev_symbol(iommu, "caching-mode"));
	}
}

static const struct check hostdev_checks[] = {
	{.name = "hostdev-display", .run = check_display},
	{.name = "hostdev-iommu", .run = check_iommu},
	{0},
};

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
