/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng.c - random number generators: virtio-rng on a device of the target, on QEMU's own source or on a
 * program that speaks the protocol of EGD.
 */
#include "devices/registry.h"

#include "devices/chardev.h"

struct rng {
	const struct prop_word *source;
	const char *device;
	struct chardev chardev;
	uint64_t rate_bytes, rate_period;
	uint64_t period; /* what is written: 1000 when there is a rate and no period (F04) */
};

static const struct prop_word source_words[] = {
	{.sym = "RANDOM", .xml = "random", .qemu = "rng-random"},
	{.sym = "BUILTIN", .xml = "builtin", .qemu = "rng-builtin"},
	{.sym = "EGD", .xml = "egd", .qemu = "rng-egd"},
	{0},
};

static const struct rng *rng_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_random(const struct vm_dev *dev)
{
	return prop_word_is(rng_of(dev)->source, "RANDOM");
}

static bool is_egd(const struct vm_dev *dev)
{
	return prop_word_is(rng_of(dev)->source, "EGD");
}

static bool has_rate(const struct vm_dev *dev)
{
	return rng_of(dev)->rate_bytes != 0;
}

static const struct dev_class rng_classes[] = {
	VIRTIO_CLASSES("virtio", "VIRTIO", "virtio-rng", 0, NULL),
	{0},
};

#define FIELD(member) .field = offsetof(struct rng, member)
static const struct prop rng_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "source",
	 .sym = "SOURCE",
	 .kind = PROP_ENUM,
	 FIELD(source),
	 .words = source_words,
	 .xml = "backend/@model"},
	{.name = "device",
	 .sym = "DEVICE",
	 .kind = PROP_STRING,
	 FIELD(device),
	 .xml = "backend",
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 .when = is_random},
	CHARDEV_ROWS(rng, chardev, "backend/", chardev_socket_words),
	CHARDEV_UDP_ROWS(rng, chardev, "backend/"),
	{.name = "rng", .kind = PROP_ALIAS, .text = "obj%s", .qemu = "rng"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "rate-bytes",
	 .sym = "RATE_BYTES",
	 .kind = PROP_UINT,
	 FIELD(rate_bytes),
	 .xml = "rate/@bytes",
	 .qemu = "max-bytes",
	 .max = 1u << 30},
	{.name = "rate-period",
	 .sym = "RATE_PERIOD_MS",
	 .kind = PROP_UINT,
	 FIELD(rate_period),
	 .max = 1000000,
	 .when = has_rate},
	{.name = "period",
	 .kind = PROP_UINT,
	 FIELD(period),
	 .xml = "rate/@period",
	 .qemu = "period"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

static const struct chardev_use rng_chardev = {
	.field = offsetof(struct rng, chardev),
	.when = is_egd,
};

static void rng_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct rng *rng = dev->data;

	(void)vm;
	chardev_prepare(dev);
	if (rng->rate_bytes)
		rng->period = rng->rate_period ? rng->rate_period : 1000;
}

static void rng_back(const struct vm_dev *dev, struct emit *emit)
{
	const char *chardev = chardev_emit(dev, emit);
	struct node *object = emit_tree(emit, "-object", 0);

	node_add_string(emit->arena, object, "qom-type", rng_of(dev)->source->qemu);
	node_add_string(emit->arena, object, "id", arena_fmt(emit->arena, "obj%s", dev->alias));
	if (is_random(dev) && rng_of(dev)->device)
		node_add_string(emit->arena, object, "filename", rng_of(dev)->device);
	if (chardev)
		node_add_string(emit->arena, object, "chardev", chardev);
}

const struct dev_family rng_family = {
	.name = "rng",
	.sym = "RNG",
	.max = 8,
	.size = sizeof(struct rng),
	.rank = RANK_RNG,
	.xml = "rng",
	.alias = "rng%s",
	.classes = rng_classes,
	.props = rng_props,
	.chardev = &rng_chardev,
	.prepare = rng_prepare,
	.back = rng_back,
};
