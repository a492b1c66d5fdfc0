/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * microvm.c - the small x86_64 machine: virtio-mmio transports, ACPI and PCI Express as switches.
 *
 * Source: QEMU 7.2 hw/i386/microvm.c, each number seen with `info qtree`. Three rows, because the
 * switches change what there is: without ACPI QEMU makes one I/O APIC and 8 transports, with it
 * (and the second I/O APIC, which is always asked for) 24; pcie=on does nothing without ACPI. libvirt
 * does not know the machine, so QEMU alone is the judge.
 */
#include "model/chipset.h"
#include "model/machine.h"
#include "machines/machines.h"

#define BASE   0xfeb00000
#define STRIDE 0x200

static const struct machine_mmio mmio_few = {
	.count = 8,
	.base = BASE,
	.stride = STRIDE,
	.why = "Without ACPI microvm has one I/O APIC and with it 8 virtio-mmio transports; "
	       "CONFIG_MICROVM_ACPI gives it 24.",
};

static const struct machine_mmio mmio_many = {
	.count = 24,
	.base = BASE,
	.stride = STRIDE,
	.why = "microvm has 24 virtio-mmio transports, one for each line of its second I/O APIC.",
};

/* One line: the machine describes no other to the guest. */
static const struct machine_serial serial = {
	.driver = "isa-serial",
	.target = "isa-serial",
	.model = "isa-serial",
	.noun = "ISA serial",
	.count = 1,
};

static const struct chipset_function functions[] = {
	{.slot = 0x00, .function = 0, .name = "host bridge", .driver = "gpex-root"},
	{.name = NULL},
};

static const struct chipset_place places[] = {
	{.family = NULL},
};

static const struct chipset chipset = {.functions = functions, .places = places};

#define MICROVM                                                              \
	.name = "microvm", .type_prefix = "microvm", .guest_arch = "x86_64", \
	.ram_id = "microvm.ram", .flags = MACHINE_APIC | MACHINE_DIES, .serial = &serial

const struct machine machine_microvm = {
	MICROVM,
	.sym = "MACHINE_MICROVM",
	.mmio = &mmio_few,
};

const struct machine machine_microvm_acpi = {
	MICROVM,
	.sym = "MICROVM_ACPI",
	.mmio = &mmio_many,
};

const struct machine machine_microvm_pcie = {
	MICROVM,
	.sym = "MICROVM_PCIE",
	.root_model = "pcie-root",
	.mmio = &mmio_many,
	.chipset = &chipset,
};
