/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_vm.h - machines for the tests of the layout: families with a connection and a rank, no
 * properties. They stand for all kinds of devices of pci-rules section 5, also those that this
 * build has no family for.
 */
#ifndef KILN_TESTS_LAYOUT_VM_H
#define KILN_TESTS_LAYOUT_VM_H

#include <stdlib.h>
#include <string.h>

#include "model/controller.h"
#include "devices/registry.h"
#include "layout/chipset.h"
#include "layout/layout.h"
#include "machines/machines.h"
#include "model/vm.h"

static const struct prop address_rows[] = {
	{.name = "pci-address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = NULL},
};

#define FAMILY(NAME, SYM, ALIAS, RANK, ...)                                                 \
	static const struct dev_class t_##NAME##_classes[] = {__VA_ARGS__, {.name = NULL}}; \
	static const struct dev_family t_##NAME##_family = {                                \
		.name = #NAME,                                                              \
		.sym = SYM,                                                                 \
		.rank = RANK,                                                               \
		.alias = ALIAS,                                                             \
		.classes = t_##NAME##_classes,                                              \
		.props = address_rows,                                                      \
	}

FAMILY(disk, "DISK", "virtio-disk%s", RANK_DISK,
       {.name = "virtio", .driver = "virtio-blk-pci", .where = WHERE_VIRTIO});
FAMILY(net, "NET", "net%s", RANK_NET,
       {.name = "virtio", .driver = "virtio-net-pci", .where = WHERE_VIRTIO},
       {.name = "e1000", .driver = "e1000", .where = WHERE_PCI},
       {.name = "e1000e", .driver = "e1000e", .where = WHERE_PCIE});
FAMILY(rng, "RNG", "rng%s", RANK_RNG,
       {.name = "virtio", .driver = "virtio-rng-pci", .where = WHERE_VIRTIO});
FAMILY(console, "CONSOLE", "console%s", RANK_NONE,
       {.name = "virtio", .driver = "virtconsole", .flags = CLASS_SERIAL_PORT},
       {.name = "serial", .driver = "isa-serial"});
FAMILY(balloon, "BALLOON", "balloon%s", RANK_BALLOON,
       {.name = "virtio", .driver = "virtio-balloon-pci", .where = WHERE_VIRTIO});
FAMILY(video, "VIDEO", "video%s", RANK_VIDEO, {.name = "vga", .driver = "VGA", .where = WHERE_PCI},
       {.name = "virtio", .driver = "virtio-vga", .where = WHERE_VIRTIO},
       {.name = "none", .where = WHERE_NONE});
FAMILY(sound, "SOUND", "sound%s", RANK_SOUND,
       {.name = "ich9", .driver = "ich9-intel-hda", .where = WHERE_PCI});
FAMILY(watchdog, "WATCHDOG", "watchdog%s", RANK_WATCHDOG,
       {.name = "i6300esb", .driver = "i6300esb", .where = WHERE_PCI});
FAMILY(usb, "USB", "usb%s", RANK_CONTROLLER,
       {.name = "qemu-xhci", .driver = "qemu-xhci", .where = WHERE_PCIE},
       {.name = "piix3-uhci", .driver = "piix3-usb-uhci", .where = WHERE_PCI},
       {.name = "ich9-ehci1",
	.driver = "ich9-usb-ehci1",
	.where = WHERE_PCI,
	.flags = CLASS_SET_MASTER,
	.function = 7},
       {.name = "ich9-uhci1",
	.driver = "ich9-usb-uhci1",
	.where = WHERE_PCI,
	.flags = CLASS_SET_COMPANION},
       {.name = "ich9-uhci2",
	.driver = "ich9-usb-uhci2",
	.where = WHERE_PCI,
	.flags = CLASS_SET_COMPANION,
	.function = 1},
       {.name = "ich9-uhci3",
	.driver = "ich9-usb-uhci3",
	.where = WHERE_PCI,
	.flags = CLASS_SET_COMPANION,
	.function = 2});
FAMILY(iommu, "IOMMU", "iommu%s", RANK_IOMMU,
       {.name = "virtio",
	.driver = "virtio-iommu-pci",
	.where = WHERE_PCIE,
	.flags = CLASS_INTEGRATED});
FAMILY(hostdev, "HOSTDEV", "hostdev%s", RANK_HOSTDEV,
       {.name = "pci", .driver = "vfio-pci", .where = WHERE_PCIE});
FAMILY(shmem, "SHMEM", "shmem%s", RANK_SHMEM,
       {.name = "ivshmem-plain", .driver = "ivshmem-plain", .where = WHERE_PCI});
FAMILY(vsock, "VSOCK", "vsock%s", RANK_VSOCK,
       {.name = "virtio", .driver = "vhost-vsock-pci", .where = WHERE_VIRTIO});
FAMILY(input, "INPUT", "input%s", RANK_INPUT,
       {.name = "virtio", .driver = "virtio-mouse-pci", .where = WHERE_VIRTIO});
FAMILY(filesystem, "FS", "fs%s", RANK_FILESYSTEM,
       {.name = "virtio", .driver = "virtio-9p-pci", .where = WHERE_VIRTIO});
FAMILY(serial, "SERIAL", "serial%s", RANK_SERIAL,
       {.name = "pci", .driver = "pci-serial", .where = WHERE_PCI});
FAMILY(ide, "IDE", "ide%s", RANK_CONTROLLER,
       {.name = "piix3", .where = WHERE_PCI, .flags = CLASS_IMPLICIT});

static const char *cap_lines[] = {"device pcie-pci-bridge", "device pcie-root-port",
				  "device virtio-blk-pci-non-transitional"};
static const char *old_cap_lines[] = {"device pcie-root-port"};
static const struct caps caps_new = {.lines = cap_lines, .count = 3};
static const struct caps caps_old = {.lines = old_cap_lines, .count = 1};
static const struct board board_9 = {
	.name = "debian12-x86_64", .layout_algorithm = "libvirt-9", .caps = &caps_new};
static const struct board board_11 = {
	.name = "debian13-x86_64", .layout_algorithm = "libvirt-11", .caps = &caps_new};
static const struct board board_old = {
	.name = "old", .layout_algorithm = "libvirt-9", .caps = &caps_old};

/** struct bench - a machine under test; bench_free() ends it. */
struct bench {
	struct arena arena;
	struct vm vm;
	struct layout layout;
	struct err_list errs;
	struct lock lock;
};

static inline struct bench *bench_new(const struct machine *machine, const struct board *board)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->vm.arena = &b->arena;
	b->vm.machine = machine;
	b->vm.board = board;
	b->vm.guest.spare_as_libvirt = true;
	b->errs.arena = &b->arena;
	return b;
}

static inline void bench_free(struct bench *b)
{
	arena_free(&b->arena);
	free(b);
}

/* A case is the lines that it is about; what lock_text() wrote has its end already. */
static inline int bench_lock(struct bench *b, const char *path, const char *text)
{
	if (!strstr(text, "\nend\n"))
		text = arena_fmt(&b->arena, "%send\n", text);
	return lock_parse(&b->lock, &b->arena, path, text, strlen(text), &b->errs);
}

static inline struct vm_dev *add(struct bench *b, const struct dev_family *family,
				 const char *class, unsigned slot)
{
	struct vm_dev *dev = vm_add_dev(&b->vm, family, slot, 0, 0);

	if (class)
		dev->class = dev_class_find(family, class);
	dev->at.file = "test.config";
	dev->at.line = slot + 1;
	return dev;
}

static inline void add_many(struct bench *b, const struct dev_family *family, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		add(b, family, NULL, i);
}

/* USB and IDE controllers stand in the list of controllers, as in libvirt. */
static inline struct vm_dev *add_controller(struct bench *b, const struct dev_family *family,
					    const char *class, unsigned index)
{
	return vm_add_controller(&b->vm, family, dev_class_find(family, class), index);
}

static inline void want(struct vm_dev *dev, unsigned bus, unsigned slot, unsigned function)
{
	dev->has_want = true;
	dev->want = (struct pci_addr){
		.bus = (uint16_t)bus, .slot = (uint8_t)slot, .function = (uint8_t)function};
}

/* "01:00.0" of a device, "-" when it has none, "?" when there is no such device. */
static inline const char *addr_of(struct bench *b, const char *id)
{
	const struct vm_dev *dev = vm_find(&b->vm, id);

	if (!dev || dev->addr.kind != ADDR_PCI)
		return dev ? "-" : "?";
	return pci_addr_text(&dev->addr.pci, arena_alloc(&b->arena, PCI_ADDR_TEXT));
}

#endif
