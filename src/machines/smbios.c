/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smbios.c - texts that the guest's firmware tables show, as libvirt's <sysinfo type='smbios'>.
 *
 * The UUID of the system is the guest's, and so differs from unit to unit.
 */
#include "machines/guest.h"

static bool has_tables(const struct vm_dev *dev)
{
	return !guest_is_microvm(dev);
}

static bool has_any(const struct vm_dev *dev)
{
	return guest_of(dev)->smbios.any;
}

/* A text of table @type: one row for each. */
#define TEXT(row, symbol, member, type, table, word)                                    \
	{                                                                               \
		.name = (row), .sym = (symbol), .kind = PROP_STRING, .flags = PROP_ABI, \
		.rule = RULE(TEXT), .field = offsetof(struct guest, smbios.member),     \
		.xml = "sysinfo[type=smbios]/" table "/entry[name=" word "]",           \
		.option = "-smbios type=" type, .qemu = (word), .when = has_tables      \
	}
static const struct prop smbios_props[] = {
	TEXT("smbios-bios-vendor", "SMBIOS_BIOS_VENDOR", bios_vendor, "0", "bios", "vendor"),
	TEXT("smbios-bios-version", "SMBIOS_BIOS_VERSION", bios_version, "0", "bios", "version"),
	TEXT("smbios-bios-date", "SMBIOS_BIOS_DATE", bios_date, "0", "bios", "date"),
	TEXT("smbios-bios-release", "SMBIOS_BIOS_RELEASE", bios_release, "0", "bios", "release"),
	TEXT("smbios-system-manufacturer", "SMBIOS_SYSTEM_MANUFACTURER", system_manufacturer, "1",
	     "system", "manufacturer"),
	TEXT("smbios-system-product", "SMBIOS_SYSTEM_PRODUCT", system_product, "1", "system",
	     "product"),
	TEXT("smbios-system-version", "SMBIOS_SYSTEM_VERSION", system_version, "1", "system",
	     "version"),
	TEXT("smbios-system-serial", "SMBIOS_SYSTEM_SERIAL", system_serial, "1", "system",
	     "serial"),
	TEXT("smbios-system-sku", "SMBIOS_SYSTEM_SKU", system_sku, "1", "system", "sku"),
	TEXT("smbios-system-family", "SMBIOS_SYSTEM_FAMILY", system_family, "1", "system",
	     "family"),
	TEXT("smbios-board-manufacturer", "SMBIOS_BOARD_MANUFACTURER", board_manufacturer, "2",
	     "baseBoard", "manufacturer"),
	TEXT("smbios-board-product", "SMBIOS_BOARD_PRODUCT", board_product, "2", "baseBoard",
	     "product"),
	TEXT("smbios-board-version", "SMBIOS_BOARD_VERSION", board_version, "2", "baseBoard",
	     "version"),
	TEXT("smbios-board-serial", "SMBIOS_BOARD_SERIAL", board_serial, "2", "baseBoard",
	     "serial"),
	TEXT("smbios-board-asset", "SMBIOS_BOARD_ASSET", board_asset, "2", "baseBoard", "asset"),
	TEXT("smbios-board-location", "SMBIOS_BOARD_LOCATION", board_location, "2", "baseBoard",
	     "location"),
	TEXT("smbios-chassis-manufacturer", "SMBIOS_CHASSIS_MANUFACTURER", chassis_manufacturer,
	     "3", "chassis", "manufacturer"),
	TEXT("smbios-chassis-version", "SMBIOS_CHASSIS_VERSION", chassis_version, "3", "chassis",
	     "version"),
	TEXT("smbios-chassis-serial", "SMBIOS_CHASSIS_SERIAL", chassis_serial, "3", "chassis",
	     "serial"),
	TEXT("smbios-chassis-asset", "SMBIOS_CHASSIS_ASSET", chassis_asset, "3", "chassis",
	     "asset"),
	TEXT("smbios-chassis-sku", "SMBIOS_CHASSIS_SKU", chassis_sku, "3", "chassis", "sku"),
	{.name = "smbios-mode",
	 .kind = PROP_CONST,
	 .text = "sysinfo",
	 .xml = "os/smbios/@mode",
	 .when = has_any},
	{0},
};
#undef TEXT

static void smbios_prepare(struct vm *vm)
{
	for (const struct prop *row = smbios_props; row->name; row++) {
		if (row->sym && dev_string(vm->guest_dev, row))
			vm->guest.smbios.any = true;
	}
}

const struct guest_subject guest_smbios = {
	.props = smbios_props,
	.prepare = smbios_prepare,
};
