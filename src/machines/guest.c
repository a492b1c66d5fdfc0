/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.c - the machine itself as a pseudo device: the tables of every subject, one behind the other.
 *
 * The symbols have no prefix and no slot. XML and arguments of the rows are written by domain/ and
 * qemu/, as those of devices are.
 */
#include "machines/guest.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"

/* Values are read and checked in this order; words of one QEMU option follow it too. */
static const struct guest_subject *const subjects[] = {
	&guest_identity, &guest_machine,  &guest_cpu,     &guest_memory,
	&guest_firmware, &guest_features, &guest_hyperv,  &guest_clock,
	&guest_smbios,   &guest_start,    &guest_options,
};

static const struct dev_class guest_classes[] = {
	{.name = "guest", .where = WHERE_NONE},
	{0},
};

bool guest_machine_is(const struct vm_dev *dev, const char *name)
{
	return strcmp(dev->vm->machine->name, name) == 0;
}

bool guest_is_virt(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "virt");
}

bool guest_is_microvm(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "microvm");
}

bool guest_is_pc(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "pc") || guest_machine_is(dev, "q35");
}

bool guest_is_x86(const struct vm_dev *dev)
{
	return dev->vm->machine->flags & MACHINE_APIC;
}

static void guest_prepare(struct vm *vm, struct vm_dev *dev)
{
	(void)dev;
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		if (subjects[i]->prepare)
			subjects[i]->prepare(vm);
	}
}

static const struct prop *join_props(struct arena *arena)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
		prop_for_each(row, subjects[i]->props) count++;
	struct prop *props = arena_alloc(arena, (count + 1) * sizeof(*props));

	count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
		prop_for_each(row, subjects[i]->props) props[count++] = *row;
	return props;
}

static const struct check *join_checks(struct arena *arena)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		for (const struct check *c = subjects[i]->checks; c && c->name; c++)
			count++;
	}
	struct check *checks = arena_alloc(arena, (count + 1) * sizeof(*checks));

	count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++) {
		for (const struct check *c = subjects[i]->checks; c && c->name; c++)
			checks[count++] = *c;
	}
	return checks;
}

const struct dev_family *guest_family(struct arena *arena)
{
	struct dev_family *family = arena_alloc(arena, sizeof(*family));

	*family = (struct dev_family){
		.name = "machine",
		.sym = "",
		.max = 1,
		.size = sizeof(struct guest),
		.flags = FAMILY_SINGLE,
		.rank = RANK_NONE,
		.xml = "domain",
		.alias = "machine",
		.classes = guest_classes,
		.props = join_props(arena),
		.checks = join_checks(arena),
		.prepare = guest_prepare,
	};
	return family;
}

void guest_attach(struct vm *vm)
{
	struct vm_dev *dev = arena_alloc(vm->arena, sizeof(*dev));
	size_t rows = 0;

	dev->family = guest_family(vm->arena);
	dev->class = guest_classes;
	dev->id = dev->family->name;
	dev->alias = dev->family->alias;
	dev->number = "";
	dev->data = &vm->guest;
	prop_for_each(row, dev->family->props) rows++;
	dev->prop_at = arena_alloc(vm->arena, (rows + 1) * sizeof(*dev->prop_at));
	dev->vm = vm;
	vm->guest_dev = dev;
}
