/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmio.h - which virtio device sits on which virtio-mmio transport of the machine.
 */
#ifndef KILN_LAYOUT_MMIO_H
#define KILN_LAYOUT_MMIO_H

#include "layout/layout.h"

#define MMIO_TRANSPORTS_MAX 32 /* no machine has more */

/**
 * mmio_assign() - give every device for which dev_on_mmio() says so a transport.
 * @vm: its controllers are complete; addresses are filled in.
 * @layout: its lock is honoured; its notes grow.
 * @errs: that there are too many devices, or a line of the lock that cannot be.
 *
 * The last transport first, in libvirt's order of arguments: so QEMU fills them when nothing is
 * said, and a guest that comes from libvirt finds its devices where they were. Locked ones come
 * first; the transport of a removed device is handed out again only when no other is free.
 */
void mmio_assign(struct vm *vm, struct layout *layout, struct err_list *errs);

/** mmio_address() - where the guest sees the device's transport. */
uint64_t mmio_address(const struct vm *vm, const struct vm_dev *dev);

#endif
