/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach.h - places on controllers that are no PCI bus: drives, USB ports, slots of smartcard readers.
 */
#ifndef KILN_LAYOUT_ATTACH_H
#define KILN_LAYOUT_ATTACH_H

#include "layout/layout.h"

/**
 * attach_assign() - give every device whose class says .on a place, and add what is missing for it.
 * @vm: controllers that are missing are added, as libvirt 9 does: for drives and smartcards one for
 *      each index up to the highest in use, for USB number 0 alone, and hubs when ports run out.
 * @layout: its lock is honoured; its list of attached devices is filled, its notes grow.
 * @errs: each configured or locked place that cannot be, or that there is no room.
 *
 * Locked places first, then configured ones, then the rest: a disk by the letter of its target, as
 * libvirt does it, where that place is there and free, everything else at the first free place. The
 * place of a removed device is handed out again only when no other is free.
 */
void attach_assign(struct vm *vm, struct layout *layout, struct err_list *errs);

/** attach_find() - how a device got its place; NULL when it sits on no such controller. */
const struct layout_attached *attach_find(const struct layout *layout, const struct vm_dev *dev);

#endif
