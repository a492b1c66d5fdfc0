/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sound.c - sound cards, and the one audio back end that they play to: none, so nothing is heard.
 *
 * In: rows SOUNDn_*. Out: -audiodev once, -device for each card and, for HD audio, its codec.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/emit.h"

struct sound {
	const struct prop_word *codec;
};

#define CLASS_HDA CLASS_OWN /* a bus with a codec on it */

static const struct dev_class sound_classes[] = {
	{
		.name = "ich9",
		.sym = "ICH9",
		.driver = "ich9-intel-hda",
		.where = WHERE_PCI,
		.flags = CLASS_HDA,
	},
	{
		.name = "ich6",
		.sym = "ICH6",
		.driver = "intel-hda",
		.where = WHERE_PCI,
		.flags = CLASS_HDA,
	},
	{.name = "ac97", .sym = "AC97", .driver = "AC97", .where = WHERE_PCI},
	{.name = "es1370", .sym = "ES1370", .driver = "ES1370", .where = WHERE_PCI},
	{0},
};

static const struct prop_word codec_words[] = {
	{.sym = "DUPLEX", .xml = "duplex", .qemu = "hda-duplex"},
	{.sym = "MICRO", .xml = "micro", .qemu = "hda-micro"},
	{.sym = "OUTPUT", .xml = "output", .qemu = "hda-output"},
	{0},
};

#define AUDIODEV "audio1" /* libvirt's name of back end 1 */

static bool has_codec(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_HDA;
}

static bool has_no_codec(const struct vm_dev *dev)
{
	return !has_codec(dev);
}

static const struct prop sound_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "codec",
	 .sym = "CODEC",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 .field = offsetof(struct sound, codec),
	 .words = codec_words,
	 .xml = "codec/@type",
	 .when = has_codec},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "audiodev",
	 .kind = PROP_CONST,
	 .text = AUDIODEV,
	 .qemu = "audiodev",
	 .when = has_no_codec},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

/* ---- the back end ----------------------------------------------------------------------------- */

static const struct dev_class audio_classes[] = {{.name = "none"}, {0}};

static const struct prop audio_props[] = {
	{.name = "number", .kind = PROP_CONST, .text = "1", .xml = "@id"},
	{.name = "type", .kind = PROP_CLASS, .xml = "@type"},
	{0},
};

static void audio_back(const struct vm_dev *dev, struct emit *emit)
{
	struct node *tree = emit_tree(emit, "-audiodev", 0);

	node_add_string(emit->arena, tree, "id", AUDIODEV);
	node_add_string(emit->arena, tree, "driver", dev->class->name);
}

static const struct dev_family audio_family = {
	.name = "audio",
	.sym = "AUDIO",
	.max = 1,
	.flags = FAMILY_SINGLE | FAMILY_INTERNAL,
	.rank = RANK_NONE,
	.xml = "audio",
	.classes = audio_classes,
	.props = audio_props,
	.back = audio_back,
};

/* ---- the card --------------------------------------------------------------------------------- */

static void sound_prepare(struct vm *vm, struct vm_dev *dev)
{
	/* Without a back end of its name QEMU would take the host's default. */
	if (!vm_find(vm, audio_family.name))
		vm_add_dev(vm, &audio_family, 0, 0, 0)->at = dev->at;
}

static void sound_after(const struct vm_dev *dev, struct emit *emit)
{
	const struct sound *sound = dev->data;
	struct arena *arena = emit->arena;

	if (!has_codec(dev))
		return;
	struct node *codec = emit_tree(emit, "-device", 0);

	node_add_string(arena, codec, "driver", sound->codec->qemu);
	node_add_string(arena, codec, "id", arena_fmt(arena, "%s-codec0", dev->alias));
	node_add_string(arena, codec, "bus", arena_fmt(arena, "%s.0", dev->alias));
	node_add_uint(arena, codec, "cad", 0);
	node_add_string(arena, codec, "audiodev", AUDIODEV);
}

const struct dev_family sound_family = {
	.name = "sound",
	.sym = "SOUND",
	.max = 4,
	.size = sizeof(struct sound),
	.rank = RANK_SOUND,
	.xml = "sound",
	.alias = "sound%s",
	.classes = sound_classes,
	.props = sound_props,
	.prepare = sound_prepare,
	.after = sound_after,
};
