/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redir.c - USB devices and smartcards of the viewer, over SPICE; the reader that a card is in.
 *
 * In: rows REDIRn_* and SMARTCARDn_*. Out: -chardev spicevmc and -device. The layout adds a reader for
 * each card, because QEMU's has one slot.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/chardev.h"
#include "model/check.h"
#include "model/controller.h"
#include "model/emit.h"
#include "model/vm.h"

/* ---- USB devices ------------------------------------------------------------------------------ */

static const struct dev_class redir_classes[] = {
	{.name = "spicevmc", .driver = "usb-redir", .on = CONTROLLER_USB},
	{0},
};

static const struct prop redir_props[] = {
	{.name = "bus", .kind = PROP_CONST, .text = "usb", .xml = "@bus"},
	{.name = "type", .kind = PROP_CONST, .text = "spicevmc", .xml = "@type"},
	CHARDEV_ID_ROWS,
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static void add_channel(const struct vm_dev *dev, struct emit *emit, const char *name)
{
	emit_text(emit, "-chardev",
		  arena_fmt(emit->arena, "spicevmc,id=char%s,name=%s", dev->alias, name), 0);
}

static void redir_back(const struct vm_dev *dev, struct emit *emit)
{
	add_channel(dev, emit, "usbredir");
}

static void check_spice(const struct check *check, const struct vm *vm,
			const struct dev_family *family, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != family || vm_find(vm, spice_family.name))
			continue;
		struct err *err =
			dev_error(errs, dev, NULL, check->name,
				  "%s comes from the viewer, and there is no SPICE", dev->id);

		err_why(err, "What the viewer lends goes over a channel of the SPICE server.");
		err_fix(err, "Set CONFIG_SPICE=y, or switch %s off.", dev_symbol(dev, NULL));
		return;
	}
}

static void check_redir(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	check_spice(check, vm, &redir_family, errs);
}

static const struct check redir_checks[] = {
	{.name = "redir-spice", .run = check_redir},
	{0},
};

const struct dev_family redir_family = {
	.name = "redir",
	.sym = "REDIR",
	.max = 8,
	.rank = RANK_NONE,
	.xml = "redirdev",
	.alias = "redir%s",
	.classes = redir_classes,
	.props = redir_props,
	.checks = redir_checks,
	.back = redir_back,
};

/* ---- smartcards ------------------------------------------------------------------------------- */

static const struct dev_class smartcard_classes[] = {
	{.name = "spicevmc", .driver = "ccid-card-passthru", .on = CONTROLLER_CCID},
	{0},
};

static const struct prop smartcard_props[] = {
	{.name = "mode", .kind = PROP_CONST, .text = "passthrough", .xml = "@mode"},
	{.name = "type", .kind = PROP_CONST, .text = "spicevmc", .xml = "@type"},
	CHARDEV_ID_ROWS,
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static void smartcard_back(const struct vm_dev *dev, struct emit *emit)
{
	add_channel(dev, emit, "smartcard");
}

static void check_smartcard(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	check_spice(check, vm, &smartcard_family, errs);
}

static const struct check smartcard_checks[] = {
	{.name = "smartcard-spice", .run = check_smartcard},
	{0},
};

/* libvirt takes one: "multiple smartcard support" is what it says QEMU lacks. */
const struct dev_family smartcard_family = {
	.name = "smartcard",
	.sym = "SMARTCARD",
	.max = 1,
	.flags = FAMILY_SINGLE | FAMILY_UNNAMED,
	.rank = RANK_NONE,
	.xml = "smartcard",
	.alias = "smartcard0",
	.classes = smartcard_classes,
	.props = smartcard_props,
	.checks = smartcard_checks,
	.back = smartcard_back,
};

static const struct dev_offer offer_reader = {
	.type = CONTROLLER_CCID,
	.buses = 1,
	.targets = 1,
	.units = 1,
	.why = "A smartcard reader has slot 0.",
};

static const struct dev_class reader_classes[] = {
	{.name = "usb-ccid", .driver = "usb-ccid", .on = CONTROLLER_USB, .offer = &offer_reader},
	{0},
};

static const struct prop reader_props[] = {
	CONTROLLER_HEAD("ccid"),
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

const struct dev_family ccid_family = {
	.name = "ccid",
	.sym = "CCID",
	.max = 1,
	.flags = FAMILY_INTERNAL | FAMILY_ADDED,
	.rank = RANK_NONE,
	.controller = CONTROLLER_CCID,
	.xml = "controller",
	.alias = "ccid%s",
	.classes = reader_classes,
	.props = reader_props,
};
