/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - the basics of a guest as a pseudo family: rows and checks.
 */
#ifndef KILN_MACHINES_GUEST_H
#define KILN_MACHINES_GUEST_H

#include "model/check.h"
#include "model/device.h"

/** guest_family - family of vm.guest_dev; symbols have no prefix and no slot. */
extern const struct dev_family guest_family;

/** guest_checks - what the machine as a whole must keep; part of guest_family. */
extern const struct check guest_checks[];

/** guest_attach() - make @vm->guest_dev, whose data is @vm->guest; before config_build(). */
void guest_attach(struct vm *vm);

#endif
