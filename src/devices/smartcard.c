/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smartcard.c - a smartcard: the viewer's or another program's, or one that QEMU makes of certificates; and
 * the reader that it is in.
 *
 * In: rows SMARTCARD_*. Out: -chardev (devices/chardev.h) and -device. The layout adds the reader, which has
 * one slot.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/chardev.h"

struct smartcard {
	struct chardev chardev;
	const char *certificate[3];
	const char *database;
};

#define CLASS_HOST         (CLASS_OWN << 0) /* a card of the target */
#define CLASS_CERTIFICATES (CLASS_OWN << 1) /* one that QEMU makes */

static const struct dev_class smartcard_classes[] = {
	{
		.name = "passthrough",
		.sym = "PASSTHROUGH",
		.driver = "ccid-card-passthru",
		.on = CONTROLLER_CCID,
	},
	{
		.name = "host",
		.sym = "HOST",
		.driver = "ccid-card-emulated",
		.on = CONTROLLER_CCID,
		.flags = CLASS_HOST,
	},
	{
		.name = "host-certificates",
		.sym = "HOST_CERTIFICATES",
		.driver = "ccid-card-emulated",
		.on = CONTROLLER_CCID,
		.flags = CLASS_CERTIFICATES,
	},
	{0},
};

static bool is_lent(const struct vm_dev *dev)
{
	return !(dev->class->flags & (CLASS_HOST | CLASS_CERTIFICATES));
}

static bool is_host(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_HOST;
}

static bool has_certificates(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_CERTIFICATES;
}

#define CERTIFICATE(number, at)                                                                    \
	{                                                                                          \
		.name = "certificate-" number, .sym = "CERTIFICATE_" number, .kind = PROP_STRING,  \
		.flags = PROP_REQUIRED, .field = offsetof(struct smartcard, certificate[at]),      \
		.xml = "certificate[" number "]", .qemu = "cert" number, .when = has_certificates, \
	}

static const struct prop smartcard_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@mode"},
	CHARDEV_ROWS(smartcard, chardev, "", chardev_lent_words),
	{.name = "of-host",
	 .kind = PROP_CONST,
	 .text = "nss-emulated",
	 .qemu = "backend",
	 .when = is_host},
	{.name = "of-certificates",
	 .kind = PROP_CONST,
	 .text = "certificates",
	 .qemu = "backend",
	 .when = has_certificates},
	CERTIFICATE("1", 0),
	CERTIFICATE("2", 1),
	CERTIFICATE("3", 2),
	{.name = "database",
	 .sym = "DATABASE",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 .field = offsetof(struct smartcard, database),
	 .xml = "database",
	 .qemu = "db",
	 .when = has_certificates},
	{.name = "chardev",
	 .kind = PROP_ALIAS,
	 .text = "char%s",
	 .qemu = "chardev",
	 .when = is_lent},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static const struct chardev_use smartcard_chardev = {
	.field = offsetof(struct smartcard, chardev),
	.when = is_lent,
	.spice = "smartcard",
};

static void smartcard_prepare(struct vm *vm UNUSED, struct vm_dev *dev)
{
	chardev_prepare(dev);
}

static void smartcard_back(const struct vm_dev *dev, struct emit *emit)
{
	(void)chardev_emit(dev, emit);
}

/* libcacard takes the names as one list. */
static void check_commas(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	static const char *const rows[] = {"certificate-1", "certificate-2", "certificate-3",
					   "database"};
	const struct vm_dev *dev = vm_find(vm, smartcard_family.name);

	if (!dev || !has_certificates(dev))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *text = dev_string(dev, dev_prop(dev->family, rows[i]));

		if (!text || !strpbrk(text, ",()"))
			continue;
		struct err *err = dev_error(errs, dev, rows[i], check->name,
					    "\"%s\" has a comma or a bracket", text);

		err_why(err, "QEMU hands certificates to libcacard as one list, which they part.");
		err_fix(err, "Give it another name (certutil --rename), and write that.");
	}
}

static const struct check smartcard_checks[] = {
	{.name = "smartcard-list", .run = check_commas},
	{0},
};

/* libvirt takes one: "multiple smartcard support" is what it says QEMU lacks. */
const struct dev_family smartcard_family = {
	.name = "smartcard",
	.sym = "SMARTCARD",
	.max = 1,
	.size = sizeof(struct smartcard),
	.flags = FAMILY_SINGLE | FAMILY_UNNAMED,
	.rank = RANK_NONE,
	.xml = "smartcard",
	.alias = "smartcard0",
	.classes = smartcard_classes,
	.props = smartcard_props,
	.checks = smartcard_checks,
	.chardev = &smartcard_chardev,
	.prepare = smartcard_prepare,
	.back = smartcard_back,
};

/* ---- the reader ------------------------------------------------------------------------------- */

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
