/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virt.c - the aarch64 machine: PCI Express root without anything fixed, 32 virtio-mmio transports.
 *
 * Sources: QEMU 7.2 hw/arm/virt.c for transports, serial line and CPU models (seen with `info qtree`
 * and with what it refuses); pci-rules for the rest, which is libvirt's: nothing has a place of its
 * own, not even the primary video adapter.
 */
#include "model/chipset.h"
#include "model/machine.h"
#include "machines/machines.h"

static const struct chipset_function functions[] = {
	{.slot = 0x00, .function = 0, .name = "host bridge", .driver = "gpex-root"},
	{.name = NULL},
};

static const struct chipset_place places[] = {
	{.family = NULL},
};

static const struct chipset chipset = {.functions = functions, .places = places};

static const struct machine_serial serial = {
	.target = "system-serial",
	.model = "pl011",
	.noun = "PL011",
	.count = 1,
};

static const struct machine_mmio mmio = {
	.count = 32,
	.base = 0x0a000000,
	.stride = 0x200,
	.why = "QEMU's virt machine has 32 virtio-mmio transports.",
};

/* Those of the machine that are 64 bits wide; "cortex-a15", QEMU's own default, is not. */
static const char *const cpus[] = {
	"cortex-a35", "cortex-a53",  "cortex-a57",       "cortex-a72", "cortex-a76",
	"a64fx",      "neoverse-n1", "host-passthrough", "max",        NULL,
};

const struct machine machine_virt = {
	.name = "virt",
	.sym = "MACHINE_VIRT",
	.type_prefix = "virt-",
	.guest_arch = "aarch64",
	.root_model = "pcie-root",
	.expander_model = "pcie-expander-bus",
	.ram_id = "mach-virt.ram",
	.serial = &serial,
	.mmio = &mmio,
	.cpus = cpus,
	.chipset = &chipset,
};
