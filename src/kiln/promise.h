/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * promise.h - what a guest notices of its machine, fact by fact: section GUEST of an image.
 */
#ifndef KILN_KILN_PROMISE_H
#define KILN_KILN_PROMISE_H

#include "layout/layout.h"

/**
 * promise_text() - the facts of a finished machine, in the form and order of section GUEST.
 *
 * Of the machine ("machine KEY") and of each device ("ID KEY"): every row with PROP_ABI or
 * PROP_TELL that applies and has a value, as config_row_text() writes it, and besides
 *	machine type, arch         promised; board and QEMU's version are told
 *	ID device                  QEMU's driver; every device has it
 *	ID path                    chain of slot.function from the root of PCI
 *	ID bus-FIRMWARE            behind a bridge: number of its bus with the image's firmware, in
 *	                           hexadecimal; "none" = the guest does not find it
 *	ID port                    controller and number of a virtio-serial port
 *	ID multifunction           told: a neighbour in the slot alone sets it
 */
const char *promise_text(const struct vm *vm, const struct layout *layout);

#endif
