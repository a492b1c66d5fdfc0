/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel.c - channels: named ports of a virtio-serial controller, for agents in the guest.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/chardev.h"

struct channel {
	struct chardev chardev;
	const char *name;
};

static const struct dev_class channel_classes[] = {
	{
		.name = "virtio",
		.driver = "virtserialport",
		.where = WHERE_NONE,
		.flags = CLASS_SERIAL_PORT | CLASS_SERIAL_CHANNEL,
	},
	{0},
};

static const struct prop channel_props[] = {
	CHARDEV_ROWS(channel, chardev, "", chardev_agent_words),
	CHARDEV_SPICE_ROWS(channel, chardev, ""),
	CHARDEV_FILE_ROWS(channel, chardev, ""),
	CHARDEV_UDP_ROWS(channel, chardev, ""),
	{.name = "target", .kind = PROP_CONST, .text = "virtio", .xml = "target/@type"},
	{.name = "target-name",
	 .kind = PROP_STRING,
	 .field = offsetof(struct channel, name),
	 .xml = "target/@name"},
	CHARDEV_LOG_ROWS(channel, chardev, ""),
	{.name = "place", .kind = PROP_ADDRESS},
	CHARDEV_ID_ROWS,
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_PIN | PROP_UNIQUE,
	 .rule = RULE(FILE_NAME),
	 .field = offsetof(struct channel, name),
	 .qemu = "name"},
	{0},
};

static const struct chardev_use channel_chardev = {
	.field = offsetof(struct channel, chardev),
	.device = "serial",
	.spice = "vdagent",
};

static void channel_prepare(struct vm *vm, struct vm_dev *dev)
{
	(void)vm;
	chardev_prepare(dev);
}

static void channel_back(const struct vm_dev *dev, struct emit *emit)
{
	(void)chardev_emit(dev, emit);
}

/* The agent of SPICE in the guest opens this name and no other; libvirt refuses others, too. */
#define SPICE_NAME "com.redhat.spice.0"

static void check_name(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct channel *channel = dev->data;

		if (dev->family != &channel_family || !chardev_is(dev, "SPICEVMC") ||
		    (channel->name && strcmp(channel->name, SPICE_NAME) == 0))
			continue;
		struct err *err = dev_error(errs, dev, "name", check->name,
					    "the name of SPICE's channel is \"%s\"",
					    channel->name ? channel->name : "");

		err_why(err, "Its agent in the guest looks for " SPICE_NAME ".");
		err_fix(err, "Set %s=\"" SPICE_NAME "\".", dev_symbol(dev, "name"));
	}
}

static const struct check channel_checks[] = {
	{.name = "channel-spice-name", .run = check_name},
	{0},
};

const struct dev_family channel_family = {
	.name = "channel",
	.sym = "CHANNEL",
	.max = 8,
	.size = sizeof(struct channel),
	.rank = RANK_NONE,
	.xml = "channel",
	.alias = "channel%s",
	.classes = channel_classes,
	.props = channel_props,
	.checks = channel_checks,
	.chardev = &channel_chardev,
	.prepare = channel_prepare,
	.back = channel_back,
};
