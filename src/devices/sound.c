/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sound.c - sound cards.
 *
 * In: rows SOUNDn_*. Out: -device for each card and, for HD audio, its codec; without any audio back end
 * the one that is silent.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/audio.h"
#include "model/emit.h"
#include "model/machine.h"

struct sound {
	const struct prop_word *codec;
	uint64_t audio; /* number of the back end */
	const char *audiodev; /* its id */
	bool multichannel;
};

#define CLASS_HDA     (CLASS_OWN << 0) /* a bus with a codec on it */
#define CLASS_ISA     (CLASS_OWN << 1)
#define CLASS_SPEAKER (CLASS_OWN << 2) /* in the machine: no -device */

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
	{.name = "usb", .sym = "USB", .driver = "usb-audio", .on = CONTROLLER_USB},
	{
		.name = "virtio",
		.sym = "VIRTIO",
		.driver = "virtio-sound-pci",
		.where = WHERE_VIRTIO,
	},
	{.name = "sb16", .sym = "SB16", .driver = "sb16", .flags = CLASS_ISA},
	/* Part of the machine, which is told where its beeps come out. */
	{.name = "pcspk", .sym = "PCSPK", .flags = CLASS_ISA | CLASS_SPEAKER},
	{0},
};

static const struct prop_word codec_words[] = {
	{.sym = "DUPLEX", .xml = "duplex", .qemu = "hda-duplex"},
	{.sym = "MICRO", .xml = "micro", .qemu = "hda-micro"},
	{.sym = "OUTPUT", .xml = "output", .qemu = "hda-output"},
	{0},
};

static bool has_codec(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_HDA;
}

static bool has_audiodev(const struct vm_dev *dev)
{
	return !has_codec(dev) && dev->class->driver;
}

static bool is_pci(const struct vm_dev *dev)
{
	return dev->class->where != WHERE_NONE;
}

static bool is_usb(const struct vm_dev *dev)
{
	return dev->class->on == CONTROLLER_USB;
}

static bool is_speaker(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_SPEAKER;
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
	{.name = "audio",
	 .sym = "AUDIO",
	 .kind = PROP_UINT,
	 .field = offsetof(struct sound, audio),
	 .xml = "audio/@id",
	 .absent = 1,
	 .min = 1,
	 .max = 8},
	{.name = "audiodev",
	 .kind = PROP_STRING,
	 .field = offsetof(struct sound, audiodev),
	 .qemu = "audiodev",
	 .when = has_audiodev},
	{.name = "multichannel",
	 .sym = "MULTICHANNEL",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 .field = offsetof(struct sound, multichannel),
	 .xml = "@multichannel",
	 .qemu = "multi",
	 .when = is_usb},
	{.name = "speaker",
	 .kind = PROP_STRING,
	 .field = offsetof(struct sound, audiodev),
	 .option = "-machine",
	 .qemu = "pcspk-audiodev",
	 .when = is_speaker},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_pci},
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE, .when = is_usb},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static void sound_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct sound *sound = dev->data;
	bool some = false;

	vm_for_each_dev(other, vm->devs)
		some |= other->family == &audio_family;
	/* Without a back end of its name QEMU would take the host's default. */
	if (!some) {
		struct vm_dev *audio = vm_add_dev(vm, &audio_family, 0, 0, 0);

		audio->at = dev->at;
		audio->added = true;
	}
	sound->audiodev = arena_fmt(vm->arena, "audio%u", (unsigned)sound->audio);
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
	node_add_string(arena, codec, "audiodev", sound->audiodev);
}

static void check_audio(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct sound *sound = dev->data;

		if (dev->family == &sound_family)
			audio_check(check, dev, "audio", sound->audio, errs);
	}
}

static void check_isa(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &sound_family || !(dev->class->flags & CLASS_ISA) ||
		    vm->machine->flags & MACHINE_PC)
			continue;
		struct err *err =
			dev_error(errs, dev, "model", check->name, "machine %s has no %s \"%s\"",
				  vm->machine->name, is_speaker(dev) ? "speaker" : "place for an",
				  dev->class->name);

		err_why(err, "It is a device of the ISA bus, which machines pc and q35 have.");
		err_fix(err, "Choose another model, such as %s_USB.", dev_symbol(dev, "model"));
	}
}

/* At their place of the ISA bus; of two QEMU takes both, and the second is mute. */
static void check_once(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &sound_family || !(dev->class->flags & CLASS_ISA))
			continue;
		const struct vm_dev *old;
		struct err *err = dev_second_error(errs, dev, check->name, &old);

		if (!err)
			continue;
		err_why(err, "%s is one, and on the ISA bus there is room for one.", old->id);
		err_fix(err, "Choose another model, or switch %s off.", dev_symbol(dev, NULL));
	}
}

static const struct check sound_checks[] = {
	{.name = "sound-audio", .run = check_audio},
	{.name = "sound-isa", .run = check_isa},
	{.name = "sound-once", .run = check_once},
	{0},
};

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
	.checks = sound_checks,
	.prepare = sound_prepare,
	.after = sound_after,
};
