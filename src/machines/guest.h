/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h - the basics of a guest as a pseudo family whose rows and checks stand in a file a subject.
 */
#ifndef KILN_MACHINES_GUEST_H
#define KILN_MACHINES_GUEST_H

#include "model/check.h"
#include "model/device.h"
#include "model/vm.h"

/**
 * struct guest_subject - one file of settings.
 * @props: rows whose fields are in struct guest; ended by a NULL name. Names are unique in all subjects.
 * @checks: ended by a NULL name; may be NULL.
 * @prepare: what follows from other values and a row cannot say; may be NULL.
 */
struct guest_subject {
	const struct prop *props;
	const struct check *checks;
	void (*prepare)(struct vm *vm);
};

extern const struct guest_subject guest_identity;
extern const struct guest_subject guest_machine;
extern const struct guest_subject guest_cpu;
extern const struct guest_subject guest_memory;
extern const struct guest_subject guest_firmware;
extern const struct guest_subject guest_features;
extern const struct guest_subject guest_hyperv;
extern const struct guest_subject guest_clock;
extern const struct guest_subject guest_smbios;
extern const struct guest_subject guest_start;
extern const struct guest_subject guest_options;

/** guest_of() - the data of the pseudo device. */
static inline const struct guest *guest_of(const struct vm_dev *dev)
{
	return dev->data;
}

/** guest_machine_is() - whether the machine has that name; the two below: of the names that rows ask for. */
bool guest_machine_is(const struct vm_dev *dev, const char *name);
bool guest_is_virt(const struct vm_dev *dev);
bool guest_is_microvm(const struct vm_dev *dev);
bool guest_is_pc(const struct vm_dev *dev); /* pc or q35 */
bool guest_is_x86(const struct vm_dev *dev);

/** guest_family() - family of vm.guest_dev, its tables joined; symbols have no prefix and no slot. */
const struct dev_family *guest_family(struct arena *arena);

/** guest_attach() - make @vm->guest_dev, whose data is @vm->guest; before config_build(). */
void guest_attach(struct vm *vm);

#endif
