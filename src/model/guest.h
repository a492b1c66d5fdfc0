/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - what is set of a guest and is no device: the data of the rows in machines/.
 */
#ifndef KILN_MODEL_GUEST_H
#define KILN_MODEL_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "model/prop.h"

/**
 * struct guest_firmware - the files of a firmware that QEMU does not bring along.
 * @from: word of the choice: on the target, or in the image.
 * @path: the firmware. @secure: Secure Boot.
 * @vars: word of the choice: a file of the unit, or none.
 * @vars_path: that file; @vars_template: what it is copied from when it is not there.
 * @shown_template: where the template is on the target.
 */
struct guest_firmware {
	const struct prop_word *from, *vars;
	const char *path, *vars_path, *vars_template, *shown_template;
	bool secure;
};

/**
 * struct guest_features - switches of the machine, as libvirt's <features>.
 * @acpi: configured; @has_acpi: what the machine then has, microvm included. @apic: it is a PC.
 */
struct guest_features {
	bool acpi, has_acpi, apic, pae, hap;
	bool kvm_hidden, kvm_dedicated, kvm_poll, kvm_ipi;
	const struct prop_word *smm, *vmport, *pmu, *pvspinlock, *ioapic, *eoi;
	uint64_t tseg, tb_cache, dirty_ring;
};

/**
 * struct guest_hyperv - what a guest of Microsoft's is told; libvirt's <hyperv>.
 * @retries: of spinlocks. @crash: the panic device is Hyper-V's.
 * @passthrough: all that the host's KVM has.
 */
struct guest_hyperv {
	bool relaxed, vapic, spinlocks, vpindex, runtime, synic, stimer, stimer_direct, reset,
		frequencies, reenlightenment, tlbflush, ipi, evmcs, avic, crash, passthrough;
	uint64_t retries;
	const char *vendor;
};

/**
 * struct guest_clock - clocks and timers.
 * @start: seconds since 1970. @base: what QEMU is told.
 * @adjustment: seconds as configured; @seconds: with a sign, or NULL: it is no number.
 */
struct guest_clock {
	const struct prop_word *offset, *rtc_policy, *rtc_track, *pit, *hpet, *kvmclock;
	uint64_t start, tsc_hz;
	const char *base, *adjustment, *seconds;
	bool hypervclock;
};

/** struct guest_smbios - texts of the SMBIOS tables; @any: there is one, or an OEM string. */
struct guest_smbios {
	const char *bios_vendor, *bios_version, *bios_date, *bios_release;
	const char *system_manufacturer, *system_product, *system_version, *system_serial,
		*system_sku, *system_family;
	const char *board_manufacturer, *board_product, *board_version, *board_serial, *board_asset,
		*board_location;
	const char *chassis_manufacturer, *chassis_version, *chassis_serial, *chassis_asset,
		*chassis_sku;
	bool any;
};

/** struct guest_start - the firmware's menu, picture and line, and sleep states. */
struct guest_start {
	bool menu, retry, serial;
	const char *splash;
	uint64_t menu_ms, retry_ms;
	const struct prop_word *s3, *s4;
};

#define NUMA_CELLS_MAX 32

struct backing;

/**
 * struct guest_memory - what the guest's memory is made of, and where on the host it is.
 * @max_mib, @slots: room for memory devices; 0 = none. @devices, @devices_mib: how many are there, and
 * what they have together; @nvdimm: one is an NVDIMM.
 * @cells: what the NUMA cells are made of; NULL where there is none.
 * @source, @access, @placement, @policy: words of choices. @dir: folder for memory in files.
 * @page_kib: size of huge pages; 0 = the host's default.
 * @host_nodes: NUMA nodes of the host, when the placement is fixed.
 */
struct guest_memory {
	uint64_t max_mib, slots, devices, devices_mib, page_kib, prealloc_threads;
	const struct prop_word *source, *access, *placement, *policy;
	const char *dir, *host_nodes;
	const struct backing *cells[NUMA_CELLS_MAX];
	bool hugepages, prealloc, locked, discard, nosharepages, nvdimm;
};

/**
 * struct guest - what is not a device. Rows: machines/, a file a subject; symbols without a slot.
 * @name: CONFIG_VM_NAME. @title: free text or NULL.
 * @uuid: given, or NULL: derived per unit by the loader.
 * @machine_type: versioned: "pc-q35-7.2".
 * @cpu_model: QEMU's name of a CPU model, "host-passthrough" or "max".
 * @sockets..@threads: topology; vCPUs = product.
 * @kernel, @initrd: payload paths or NULL; @cmdline: or NULL.
 * @payload_prefix: CONFIG_PAYLOAD_PREFIX.
 * @layout_lock: the lock file, or NULL. @executable: the loader is put in front of the image.
 * @init: word of the choice: what starts the VM on the target, with programs and image in @host_programs and
 * @host_images; @stop_s: seconds for the guest to power off.
 * @bridge_helper: what makes taps for an ordinary user, by default; interfaces have their own.
 * @machined: systemd-machined is told of the VM, by @machined_program on the target.
 * @pci_policy: word of the choice; @pci_packed follows from it.
 * @split_irqchip: a device needs the I/O APIC in QEMU, not in the kernel.
 * @spare: word of the choice; @spare_as_libvirt follows from it, else @spare_ports are made (P02).
 * @virtio_bus: word of the choice; @virtio_mmio follows from it: virtio devices use transports.
 * @gic..@auto_cmdline: of one machine each; see machines/options.c.
 * @uefi: the firmware is UEFI in flash. @loader: what XML shows as the loader.
 * @shown_kernel, @shown_initrd: where they are on the target.
 * @features: see machines/features.c. @memory: see machines/memory.c.
 * @numa_cells: how many NUMA cells the guest has; 0 = it knows of none.
 * @dies: in a socket; 0 = the machine knows none. @cpu_present: CPUs at the start; 0 = all.
 * @cpu_cache, @cpu_address: words of choices; @cpu_address_bits: goes with the latter.
 * @cpu_host: what "host-model" is on the board's host, as the value of -cpu, or NULL.
 * @cpu_words: features of the CPU as words of -cpu, or NULL. @cpu_enforce: the host must have all.
 * @iothreads: how many. @fips: QEMU is told where the host is in FIPS mode.
 * @cpu_auto: QEMU runs on the CPUs of the nodes that are advised for its memory.
 */
struct guest {
	const char *name, *title, *uuid;
	const char *machine_version, *machine_type;
	const struct prop_word *accel;
	const char *cpu_model;
	uint64_t memory_mib, sockets, cores, threads;
	const struct prop_word *boot;
	const char *kernel, *initrd, *cmdline;
	const char *shown_kernel, *shown_initrd;
	const struct prop_word *firmware;
	struct guest_firmware firmware_files;
	bool uefi;
	const char *loader;
	const char *payload_prefix, *run_user, *unit_id, *layout_lock;
	bool executable, machined;
	const char *machined_program, *bridge_helper;
	const struct prop_word *init;
	const char *host_programs, *host_images;
	uint64_t stop_s;
	const struct prop_word *pci_policy;
	bool pci_packed;
	const struct prop_word *spare;
	bool spare_as_libvirt;
	uint64_t spare_ports;
	const struct prop_word *on_reboot, *on_crash;
	bool split_irqchip;
	const struct prop_word *virtio_bus;
	bool virtio_mmio;
	const struct prop_word *gic, *root_hotplug;
	bool its, acpi, pic, pit, rtc, auto_cmdline;
	struct guest_features features;
	struct guest_memory memory;
	uint64_t numa_cells, dies, cpu_present, iothreads;
	bool cpu_auto, cpu_migratable, cpu_enforce, fips;
	const struct prop_word *cpu_cache, *cpu_address;
	uint64_t cpu_address_bits;
	const char *cpu_words, *cpu_host, *cpu_vendor;
	struct guest_hyperv hyperv;
	struct guest_clock clock;
	struct guest_smbios smbios;
	struct guest_start start;
};

/** guest_cpus() - how many CPUs the guest can have. */
static inline uint64_t guest_cpus(const struct guest *guest)
{
	return guest->sockets * (guest->dies ? guest->dies : 1) * guest->cores * guest->threads;
}

#endif
