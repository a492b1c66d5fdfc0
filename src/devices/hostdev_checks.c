/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostdev_checks.c - the rules of host devices that a row cannot say.
 */
#include <string.h>

#include "devices/hostdev.h"

static bool has_graphics(const struct vm *vm)
{
	vm_for_each_dev(dev, vm->devs) {
		if (strcmp(dev_element(dev), "graphics") == 0)
			return true;
	}
	return false;
}

static void check_display(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	bool shown = has_graphics(vm);

	vm_for_each_dev(dev, vm->devs) {
		if (shown || dev->family != &hostdev_family || !hostdev_is(dev, HOSTDEV_IS_MDEV) ||
		    (!hostdev_is(dev, HOSTDEV_IS_RAMFB) &&
		     !prop_word_is(hostdev_of(dev)->display, "ON")))
			continue;
		const char *row = hostdev_is(dev, HOSTDEV_IS_RAMFB) ? "model" : "display";
		struct err *err =
			dev_error(errs, dev, row, check->name, "nobody can see its display");

		err_why(err,
			"The picture of a mediated device is shown by a VNC server of QEMU, and "
			"none is configured; libvirt refuses that too.");
		err_fix(err, "Set CONFIG_VNC=y, or switch the display off: %s_%s.",
			dev_symbol(dev, row), hostdev_is(dev, HOSTDEV_IS_RAMFB) ? "MDEV" : "OFF");
	}
}

/* hw/i386/intel_iommu.c of QEMU: it stops a VFIO device behind such an IOMMU at start. */
static void check_iommu(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *iommu = vm_find(vm, iommu_family.name);
	const struct prop *caching = dev_prop(&iommu_family, "caching-mode");

	if (!iommu || !dev_applies(iommu, caching) || dev_bool(iommu, caching))
		return;
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &hostdev_family ||
		    !hostdev_is(dev, HOSTDEV_IS_PCI | HOSTDEV_IS_MDEV))
			continue;
		struct place place = dev_place(iommu, "model");
		struct err *err = dev_error(errs, dev, "model", check->name,
					    "a host device behind an IOMMU without caching mode");

		err_also(err, place.file, place.line);
		err_why(err,
			"QEMU learns what the guest maps for the device only if the guest tells "
			"of every mapping, and refuses to start without.");
		err_fix(err, "Set %s=y.", dev_symbol(iommu, "caching-mode"));
	}
}

static void check_iscsi(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *why;

		if (dev->family != &hostdev_family || !hostdev_is(dev, HOSTDEV_IS_ISCSI) ||
		    storage_check_name(&hostdev_of(dev)->iscsi, &why))
			continue;
		struct err *err =
			dev_error(errs, dev, "iscsi-name", check->name,
				  "\"%s\" is no name for iscsi", hostdev_of(dev)->iscsi.name);

		err_why(err, "%s", why);
		err_fix(err, "Change %s to a name of that form.", dev_symbol(dev, "iscsi-name"));
	}
}

const struct check hostdev_checks[] = {
	{.name = "hostdev-display", .run = check_display},
	{.name = "hostdev-iommu", .run = check_iommu},
	{.name = "hostdev-iscsi-name", .run = check_iscsi},
	{0},
};
