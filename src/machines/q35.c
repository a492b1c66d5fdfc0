/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * q35.c - the q35 machine: PCI Express root, what ICH9 has built in, who gets which slot.
 *
 * Sources: QEMU 7.2 hw/i386/pc_q35.c for the functions (seen with `info qtree`), pci-rules for
 * the places, which are libvirt's.
 */
#include "model/chipset.h"
#include "model/machine.h"
#include "machines/machines.h"

static const struct chipset_function functions[] = {
	{.slot = 0x00, .function = 0, .name = "host bridge", .driver = "mch"},
	{.slot = 0x1f, .function = 0, .name = "ISA bridge", .driver = "ICH9-LPC"},
	{.slot = 0x1f,
	 .function = 2,
	 .name = "SATA controller 0",
	 .driver = "ich9-ahci",
	 .flags = CHIPSET_YIELDS},
	{.slot = 0x1f, .function = 3, .name = "SMBus", .driver = "ICH9-SMB"},
	{.name = NULL},
};

static const struct chipset_place places[] = {
	{
		.family = "sata",
		.index = 0,
		.slots = {0x1f},
		.function = 2,
		.flags = PLACE_REQUIRED,
		.why = "SATA controller 0 of q35 is built in at 00:1f.2.",
	},
	{
		.family = "usb",
		.classes = {"ich9-uhci1"},
		.index = ANY_INDEX,
		.slots = {0x1d, 0x1a},
		.why = "The USB 2 controllers of ICH9 are at 00:1d, then at 00:1a.",
	},
	{
		.family = "pci",
		.classes = {"dmi-to-pci-bridge"},
		.index = ANY_INDEX,
		.slots = {0x1e},
		.why = "The DMI-to-PCI bridge of ICH9 is at 00:1e.0.",
	},
	{
		.family = "video",
		.index = ANY_INDEX,
		.slots = {0x01},
		.flags = PLACE_PRIMARY | PLACE_SEARCH,
		.why = "The primary video adapter of q35 is at 00:01.0.",
	},
	{
		.family = "sound",
		.classes = {"ich9"},
		.index = ANY_INDEX,
		.slots = {0x1b},
		.flags = PLACE_FIRST,
		.why = "The HD audio device of ICH9 is at 00:1b.0.",
	},
	{.family = NULL},
};

/* Its floppy controller is there only when it is asked for. */
static const struct machine_controller controllers[] = {
	{CONTROLLER_SATA, "built-in"},
	{CONTROLLER_FDC, "isa-fdc"},
	{0},
};

static const struct chipset chipset = {.functions = functions, .places = places};

const struct machine machine_q35 = {
	.name = "q35",
	.sym = "MACHINE_Q35",
	.type_prefix = "pc-q35-",
	.guest_arch = "x86_64",
	.root_model = "pcie-root",
	.ram_id = "pc.ram",
	.flags = MACHINE_APIC | MACHINE_DIES | MACHINE_PC,
	.serial = &machine_isa_serial,
	.expander_model = "pcie-expander-bus",
	.controllers = controllers,
	.chipset = &chipset,
};
