/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostdev_rows.c - the rows of host devices, in the order in which libvirt writes -device.
 */
#include "devices/hostdev.h"

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

static const struct prop_word startup_words[] = {
	{.sym = "MANDATORY", .xml = "mandatory"},
	{.sym = "REQUISITE", .xml = "requisite"},
	{.sym = "OPTIONAL", .xml = "optional"},
	{0},
};

static bool is_pci(const struct vm_dev *dev)
{
	return hostdev_is(dev, HOSTDEV_IS_PCI);
}

static bool is_mdev(const struct vm_dev *dev)
{
	return hostdev_is(dev, HOSTDEV_IS_MDEV);
}

static bool is_ramfb(const struct vm_dev *dev)
{
	return hostdev_is(dev, HOSTDEV_IS_RAMFB);
}

static bool is_plain_mdev(const struct vm_dev *dev)
{
	return is_mdev(dev) && !is_ramfb(dev);
}

static bool is_vhost(const struct vm_dev *dev)
{
	return hostdev_is(dev, HOSTDEV_IS_VHOST);
}

static bool is_scsi(const struct vm_dev *dev)
{
	return hostdev_is(dev, HOSTDEV_IS_SCSI);
}

static bool is_iscsi(const struct vm_dev *dev)
{
	return hostdev_is(dev, HOSTDEV_IS_ISCSI);
}

static bool is_any_scsi(const struct vm_dev *dev)
{
	return is_scsi(dev) || is_iscsi(dev);
}

static bool has_user(const struct vm_dev *dev)
{
	return is_iscsi(dev) && hostdev_of(dev)->iscsi.user;
}

static bool is_usb(const struct vm_dev *dev)
{
	return hostdev_is(dev, HOSTDEV_IS_USB);
}

static bool is_on_pci(const struct vm_dev *dev)
{
	return dev->class->on == CONTROLLER_NONE;
}

static bool may_boot(const struct vm_dev *dev)
{
	return is_pci(dev) || !is_on_pci(dev);
}

#define FIELD(member) .field = offsetof(struct hostdev, member)
const struct prop hostdev_props[] = {
	{.name = "mode", .kind = PROP_CONST, .text = "subsystem", .xml = "@mode"},
	{.name = "type-pci", .kind = PROP_CONST, .text = "pci", .xml = "@type", .when = is_pci},
	{.name = "type-mdev", .kind = PROP_CONST, .text = "mdev", .xml = "@type", .when = is_mdev},
	{.name = "type-scsi",
	 .kind = PROP_CONST,
	 .text = "scsi",
	 .xml = "@type",
	 .when = is_any_scsi},
	{.name = "type-usb", .kind = PROP_CONST, .text = "usb", .xml = "@type", .when = is_usb},
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
	 .joined = "{source/address/@domain 04x}:{source/address/@bus 02x}:"
		   "{source/address/@slot 02x}.{source/address/@function x}",
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
	{.name = "protocol", .kind = PROP_STRING, FIELD(protocol), .xml = "source/@protocol"},
	{.name = "wwpn",
	 .sym = "WWPN",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE | PROP_ABI,
	 .rule = RULE(WWPN),
	 FIELD(wwpn),
	 .xml = "source/@wwpn",
	 .qemu = "wwpn",
	 .when = is_vhost},
	/* A SCSI device of the target. */
	{.name = "scsi",
	 .sym = "SCSI",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(SCSI_HOST),
	 FIELD(scsi),
	 .joined = "{source/adapter/@name scsi_host}:{source/address/@bus d}:"
		   "{source/address/@target d}:{source/address/@unit d}",
	 .site = SITE_SCSI_HOST,
	 .when = is_scsi},
	{.name = "adapter", .kind = PROP_STRING, FIELD(adapter), .xml = "source/adapter/@name"},
	{.name = "scsi-bus", .kind = PROP_STRING, FIELD(scsi_bus), .xml = "source/address/@bus"},
	{.name = "scsi-target",
	 .kind = PROP_STRING,
	 FIELD(scsi_target),
	 .xml = "source/address/@target"},
	{.name = "scsi-unit", .kind = PROP_STRING, FIELD(scsi_unit), .xml = "source/address/@unit"},

	/* A target on a server. */
	{.name = "iscsi-name",
	 .sym = "ISCSI_NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE,
	 FIELD(iscsi.name),
	 .xml = "source/@name",
	 .when = is_iscsi},
	{.name = "iscsi-host",
	 .sym = "ISCSI_HOST",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(HOST),
	 FIELD(iscsi.host[0]),
	 .xml = "source/host/@name",
	 .when = is_iscsi},
	{.name = "iscsi-port",
	 .sym = "ISCSI_PORT",
	 .kind = PROP_UINT,
	 FIELD(iscsi.port[0]),
	 .xml = "source/host/@port",
	 .min = 1,
	 .max = 65535,
	 .when = is_iscsi},
	{.name = "iscsi-user",
	 .sym = "ISCSI_USER",
	 .kind = PROP_STRING,
	 FIELD(iscsi.user),
	 .xml = "source/auth/@username",
	 .when = is_iscsi},
	{.name = "auth-type",
	 .kind = PROP_STRING,
	 FIELD(secret_type),
	 .xml = "source/auth/secret/@type"},
	{.name = "auth-secret",
	 .sym = "ISCSI_SECRET",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 FIELD(iscsi.auth_secret),
	 .refers = &secret_family,
	 .xml = "source/auth/secret/@usage",
	 .when = has_user},
	{.name = "iscsi-initiator",
	 .sym = "ISCSI_INITIATOR",
	 .kind = PROP_STRING,
	 FIELD(iscsi.initiator),
	 .xml = "source/initiator/iqn/@name",
	 .when = is_iscsi},

	/* Both: the guest's commands reach it. */
	{.name = "read-only",
	 .sym = "READONLY",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(read_only),
	 .xml = "readonly",
	 .when = is_any_scsi},
	{.name = "shareable",
	 .sym = "SHAREABLE",
	 .kind = PROP_BOOL,
	 FIELD(shareable),
	 .xml = "shareable",
	 .qemu = "share-rw",
	 .when = is_any_scsi},
	{.name = "drive",
	 .kind = PROP_ALIAS,
	 .text = "%s-backend",
	 .qemu = "drive",
	 .when = is_any_scsi},

	/* A USB device of the target. */
	{.name = "startup",
	 .sym = "STARTUP",
	 .kind = PROP_ENUM,
	 FIELD(startup),
	 .words = startup_words,
	 .xml = "source/@startupPolicy",
	 .when = is_usb},
	{.name = "usb",
	 .sym = "USB",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(USB_HOST),
	 FIELD(usb),
	 .joined = "{source/vendor/@id 04x}:{source/product/@id 04x}|"
		   "{source/address/@bus 03d}/{source/address/@device 03d}",
	 .site = SITE_USB_HOST,
	 .when = is_usb},
	{.name = "vendor", .kind = PROP_STRING, FIELD(vendor), .xml = "source/vendor/@id"},
	{.name = "product", .kind = PROP_STRING, FIELD(product), .xml = "source/product/@id"},
	{.name = "usb-bus", .kind = PROP_STRING, FIELD(usb_bus), .xml = "source/address/@bus"},
	{.name = "usb-device",
	 .kind = PROP_STRING,
	 FIELD(usb_device),
	 .xml = "source/address/@device"},
	{.name = "usb-text", .kind = PROP_STRING, FIELD(usb_text), .qemu = "hostdevice"},
	{.name = "vhost-fd",
	 .kind = PROP_STRING,
	 .flags = PROP_DESCRIPTOR,
	 FIELD(vhost_text),
	 .qemu = "vhostfd"},
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
	 .when = may_boot},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_on_pci},
	{.name = "drive-address", .sym = "DRIVE_ADDRESS", .kind = PROP_PLACE, .when = is_any_scsi},
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE, .when = is_usb},
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
