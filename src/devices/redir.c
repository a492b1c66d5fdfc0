/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redir.c - USB devices of somewhere else: of the viewer of SPICE, or of who talks the protocol of
 * usbredir over a socket.
 *
 * In: rows REDIRn_*. Out: -chardev (devices/chardev.h) and -device.
 */
#include "devices/registry.h"

#include "devices/chardev.h"

struct redir {
	struct chardev chardev;
};

static const struct dev_class redir_classes[] = {
	{.name = "usb-redir", .driver = "usb-redir", .on = CONTROLLER_USB},
	{0},
};

static const struct prop redir_props[] = {
	{.name = "bus", .kind = PROP_CONST, .text = "usb", .xml = "@bus"},
	CHARDEV_ROWS(redir, chardev, "", chardev_lent_words),
	CHARDEV_ID_ROWS,
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static const struct chardev_use redir_chardev = {
	.field = offsetof(struct redir, chardev),
	.spice = "usbredir",
};

static void redir_prepare(struct vm *vm UNUSED, struct vm_dev *dev)
{
	chardev_prepare(dev);
}

static void redir_back(const struct vm_dev *dev, struct emit *emit)
{
	(void)chardev_emit(dev, emit);
}

const struct dev_family redir_family = {
	.name = "redir",
	.sym = "REDIR",
	.max = 8,
	.size = sizeof(struct redir),
	.rank = RANK_NONE,
	.xml = "redirdev",
	.alias = "redir%s",
	.classes = redir_classes,
	.props = redir_props,
	.chardev = &redir_chardev,
	.prepare = redir_prepare,
	.back = redir_back,
};
