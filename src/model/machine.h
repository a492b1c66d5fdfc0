/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - what a machine type is. One machines/NAME.c and machines/NAME.Kconfig each.
 */
#ifndef KILN_MODEL_MACHINE_H
#define KILN_MODEL_MACHINE_H

#include "model/vm.h"

struct chipset;

/**
 * struct machine_serial - the serial lines that a machine has by itself.
 * @driver: QEMU device that is added for one; NULL = the line is there and -serial takes it.
 * @target, @model: libvirt's words for it: "isa-serial". @noun: for messages: "ISA serial".
 * @count: how many there can be.
 */
struct machine_serial {
	const char *driver, *target, *model, *noun;
	unsigned count;
};

/**
 * struct machine_mmio - the virtio-mmio transports of a machine.
 * @count: transports 0 .. @count-1; QEMU itself fills them from the last one downwards.
 * @base, @stride: where the guest sees transport N: @base + N * @stride.
 * @why: what gives that number, for errors.
 */
struct machine_mmio {
	unsigned count;
	uint64_t base, stride;
	const char *why;
};

/**
 * struct machine_controller - what controller 0 of a type is, when something wants to sit on one and
 *                             .config has none. Of IDE and floppy controllers there is no other.
 * @type: of the controller. @model: libvirt's word, or the family's for a built-in one.
 */
struct machine_controller {
	enum controller_type type;
	const char *model;
};

#define MACHINE_APIC (1u << 0) /* x86: XML has <apic/>, and ACPI is there unless switched off */
#define MACHINE_DIES (1u << 1) /* -smp and XML know dies */
/* A PC's firmware: parallel ports, an acpi-index. It has an ISA bus with room for cards. */
#define MACHINE_PC (1u << 2)

/**
 * struct machine - a machine of the guest. A machine that differs by a switch (microvm with PCI
 * Express) is a row of its own, which stands behind the row that it refines.
 * @name: "q35".
 * @sym: Kconfig choice member, or the switch: "MACHINE_Q35".
 * @type_prefix: of the versioned machine types: "pc-q35-"; the whole type when it has no versions,
 *               and then without '-' at its end.
 * @guest_arch: "x86_64".
 * @root_model: model of PCI controller 0: "pcie-root"; NULL = no PCI.
 * @expander_model: model of expander buses that it can have: "pcie-expander-bus"; NULL = none.
 * @ram_id: QEMU's name of the memory, as libvirt writes it: "pc.ram".
 * @flags: MACHINE_*.
 * @serial: its serial lines.
 * @mmio: its virtio-mmio transports, or NULL.
 * @controllers: controllers of its own, ended by a NULL model; NULL = none.
 * @cpus: the only CPU models that it takes, ended by NULL; NULL = all that QEMU has.
 * @chipset: built-in buses, reserved and preferred slots (model/chipset.h); NULL without PCI.
 */
struct machine {
	const char *name, *sym, *type_prefix, *guest_arch, *root_model, *expander_model, *ram_id;
	unsigned flags;
	const struct machine_serial *serial;
	const struct machine_mmio *mmio;
	const struct machine_controller *controllers;
	const char *const *cpus;
	const struct chipset *chipset;
};

/**
 * machine_table - every machine, ended by NULL; defined in machines/registry.c. The last one whose
 * symbol is set is the machine.
 */
extern const struct machine *const machine_table[];

#endif
