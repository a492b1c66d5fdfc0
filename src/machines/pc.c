/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pc.c - the i440fx machine: conventional PCI root, what PIIX3 has built in, who gets which slot.
 *
 * Sources: QEMU 7.2 hw/i386/pc_piix.c for the functions (seen with `info qtree`), pci-rules for the
 * places. QEMU builds the IDE function into every `pc`, so 00:01.1 is nobody else's here, where
 * libvirt would let a configured address through and QEMU then fail.
 */
#include "model/chipset.h"
#include "model/machine.h"
#include "machines/machines.h"

static const struct chipset_function functions[] = {
	{.slot = 0x00, .function = 0, .name = "host bridge", .driver = "i440FX"},
	{.slot = 0x01, .function = 0, .name = "ISA bridge", .driver = "PIIX3"},
	{.slot = 0x01,
	 .function = 1,
	 .name = "IDE controller 0",
	 .driver = "piix3-ide",
	 .flags = CHIPSET_YIELDS},
	{.slot = 0x01,
	 .function = 3,
	 .name = "power management",
	 .driver = "PIIX4_PM",
	 .flags = CHIPSET_ACPI},
	{.name = NULL},
};

static const struct chipset_place places[] = {
	{
		.family = "ide",
		.index = 0,
		.slots = {0x01},
		.function = 1,
		.flags = PLACE_REQUIRED,
		.why = "IDE controller 0 of i440fx is built in at 00:01.1.",
	},
	{
		.family = "usb",
		.classes = {"piix3-uhci", "default"},
		.index = 0,
		.slots = {0x01},
		.function = 2,
		.flags = PLACE_REQUIRED,
		.why = "The USB controller of PIIX3 is built in at 00:01.2.",
	},
	{
		.family = "video",
		.index = ANY_INDEX,
		.slots = {0x02},
		.flags = PLACE_PRIMARY | PLACE_SEARCH,
		.why = "The primary video adapter of i440fx is at 00:02.0.",
	},
	{.family = NULL},
};

/* QEMU's MAX_ISA_SERIAL_PORTS, include/hw/char/serial.h. */
const struct machine_serial machine_isa_serial = {
	.driver = "isa-serial",
	.target = "isa-serial",
	.model = "isa-serial",
	.noun = "ISA serial",
	.count = 4,
};

static const struct machine_controller controllers[] = {
	{CONTROLLER_IDE, "piix3-ide"},
	{CONTROLLER_FDC, "built-in"},
	{CONTROLLER_USB, "piix3-uhci"},
	{0},
};

static const struct chipset chipset = {.functions = functions, .places = places};

const struct machine machine_pc = {
	.name = "pc",
	.sym = "MACHINE_PC",
	.type_prefix = "pc-i440fx-",
	.guest_arch = "x86_64",
	.root_model = "pci-root",
	.ram_id = "pc.ram",
	.flags = MACHINE_APIC | MACHINE_DIES | MACHINE_PC,
	.serial = &machine_isa_serial,
	.expander_model = "pci-expander-bus",
	.controllers = controllers,
	.chipset = &chipset,
};
