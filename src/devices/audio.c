/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audio.c - where sound comes out on the target host: back ends, by number from 1 as in libvirt.
 *
 * In: rows AUDIOn_*. Out: -audiodev. QEMU opens devices and servers itself, as its own user. Without
 * one a sound card gets the back end "none" as number 1, or QEMU would take the host's default.
 */
#include "devices/audio.h"

#include <string.h>

#include "model/check.h"
#include "devices/registry.h"
#include "model/emit.h"

/* Of one direction. */
struct stream {
	bool own, direct, mixing, fixed, exact;
	uint64_t voices, buffer_us, frequency, channels, buffers, latency_us;
	const struct prop_word *format;
	const char *device, *name, *stream, *server, *client, *ports;
};

struct audio {
	uint64_t number;
	const char *id;
	const struct prop_word *type;
	const char *path, *server;
	bool mmap, exclusive;
	uint64_t policy;
	struct stream in, out;
};

static const struct prop_word type_words[] = {
	{.sym = "NONE", .xml = "none", .qemu = "none"},
	{.sym = "ALSA", .xml = "alsa", .qemu = "alsa"},
	{.sym = "PULSEAUDIO", .xml = "pulseaudio", .qemu = "pa"},
	{.sym = "JACK", .xml = "jack", .qemu = "jack"},
	{.sym = "OSS", .xml = "oss", .qemu = "oss"},
	{.sym = "SPICE", .xml = "spice", .qemu = "spice"},
	{.sym = "DBUS", .xml = "dbus", .qemu = "dbus"},
	{.sym = "FILE", .xml = "file", .qemu = "wav"},
	{0},
};

static const struct prop_word format_words[] = {
	{.sym = "S16", .xml = "s16", .qemu = "s16"}, {.sym = "U8", .xml = "u8", .qemu = "u8"},
	{.sym = "S8", .xml = "s8", .qemu = "s8"},    {.sym = "U16", .xml = "u16", .qemu = "u16"},
	{.sym = "S32", .xml = "s32", .qemu = "s32"}, {.sym = "U32", .xml = "u32", .qemu = "u32"},
	{.sym = "F32", .xml = "f32", .qemu = "f32"}, {0},
};

static const struct audio *audio_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool type_is(const struct vm_dev *dev, const char *sym)
{
	return prop_word_is(audio_of(dev)->type, sym);
}

static bool is_file(const struct vm_dev *dev)
{
	return type_is(dev, "FILE");
}

static bool is_oss(const struct vm_dev *dev)
{
	return type_is(dev, "OSS");
}

static bool is_pulse(const struct vm_dev *dev)
{
	return type_is(dev, "PULSEAUDIO");
}

/* The same questions about each direction; a file is written only. */
#define DIRECTION(D)                                                                           \
	static bool D##_is_own(const struct vm_dev *dev)                                       \
	{                                                                                      \
		return audio_of(dev)->D.own;                                                   \
	}                                                                                      \
	static bool D##_is_mixed(const struct vm_dev *dev)                                     \
	{                                                                                      \
		return D##_is_own(dev) && !audio_of(dev)->D.direct;                            \
	}                                                                                      \
	static bool D##_is_fixed(const struct vm_dev *dev)                                     \
	{                                                                                      \
		return D##_is_own(dev) && audio_of(dev)->D.fixed && !audio_of(dev)->D.direct;  \
	}                                                                                      \
	static bool D##_says_mixing(const struct vm_dev *dev)                                  \
	{                                                                                      \
		return D##_is_own(dev) && (audio_of(dev)->D.fixed || audio_of(dev)->D.direct); \
	}                                                                                      \
	static bool D##_has_device(const struct vm_dev *dev)                                   \
	{                                                                                      \
		return D##_is_own(dev) && (type_is(dev, "ALSA") || is_oss(dev));               \
	}                                                                                      \
	static bool D##_is_oss(const struct vm_dev *dev)                                       \
	{                                                                                      \
		return D##_is_own(dev) && is_oss(dev);                                         \
	}                                                                                      \
	static bool D##_is_pulse(const struct vm_dev *dev)                                     \
	{                                                                                      \
		return D##_is_own(dev) && is_pulse(dev);                                       \
	}                                                                                      \
	static bool D##_is_jack(const struct vm_dev *dev)                                      \
	{                                                                                      \
		return D##_is_own(dev) && type_is(dev, "JACK");                                \
	}

DIRECTION(in)
DIRECTION(out)
#undef DIRECTION

static const struct dev_class audio_classes[] = {{.name = "audio"}, {0}};

#define OPTION        .option = "-audiodev"
#define FIELD(member) .field = offsetof(struct audio, member)

/* Rows of one direction: D the member and QEMU's word, S the symbol's, X libvirt's element. */
#define STREAM(D, S, X)                                                                        \
	{.name = #D, .sym = S, .kind = PROP_BOOL, FIELD(D.own)},                               \
		{.name = #D "-direct",                                                         \
		 .sym = S "_DIRECT",                                                           \
		 .kind = PROP_BOOL,                                                            \
		 FIELD(D.direct),                                                              \
		 .when = D##_is_own},                                                          \
		{.name = #D "-mixer",                                                          \
		 .kind = PROP_BOOL,                                                            \
		 .flags = PROP_ALWAYS,                                                         \
		 FIELD(D.mixing),                                                              \
		 .xml = X "/@mixingEngine",                                                    \
		 OPTION,                                                                       \
		 .qemu = #D ".mixing-engine",                                                  \
		 .when = D##_says_mixing},                                                     \
		{.name = #D "-fixed",                                                          \
		 .sym = S "_FIXED",                                                            \
		 .kind = PROP_BOOL,                                                            \
		 FIELD(D.fixed),                                                               \
		 .xml = X "/@fixedSettings",                                                   \
		 OPTION,                                                                       \
		 .qemu = #D ".fixed-settings",                                                 \
		 .when = D##_is_mixed},                                                        \
		{.name = #D "-voices",                                                         \
		 .sym = S "_VOICES",                                                           \
		 .kind = PROP_UINT,                                                            \
		 FIELD(D.voices),                                                              \
		 .xml = X "/@voices",                                                          \
		 OPTION,                                                                       \
		 .qemu = #D ".voices",                                                         \
		 .max = 64,                                                                    \
		 .when = D##_is_own},                                                          \
		{.name = #D "-buffer",                                                         \
		 .sym = S "_BUFFER_US",                                                        \
		 .kind = PROP_UINT,                                                            \
		 FIELD(D.buffer_us),                                                           \
		 .xml = X "/@bufferLength",                                                    \
		 OPTION,                                                                       \
		 .qemu = #D ".buffer-length",                                                  \
		 .max = 2000000,                                                               \
		 .when = D##_is_own},                                                          \
		{.name = #D "-frequency",                                                      \
		 .sym = S "_FREQUENCY_HZ",                                                     \
		 .kind = PROP_UINT,                                                            \
		 .flags = PROP_ALWAYS,                                                         \
		 FIELD(D.frequency),                                                           \
		 .xml = X "/settings/@frequency",                                              \
		 OPTION,                                                                       \
		 .qemu = #D ".frequency",                                                      \
		 .min = 8000,                                                                  \
		 .max = 192000,                                                                \
		 .when = D##_is_fixed},                                                        \
		{.name = #D "-channels",                                                       \
		 .sym = S "_CHANNELS",                                                         \
		 .kind = PROP_UINT,                                                            \
		 .flags = PROP_ALWAYS,                                                         \
		 FIELD(D.channels),                                                            \
		 .xml = X "/settings/@channels",                                               \
		 OPTION,                                                                       \
		 .qemu = #D ".channels",                                                       \
		 .min = 1,                                                                     \
		 .max = 8,                                                                     \
		 .when = D##_is_fixed},                                                        \
		{.name = #D "-format",                                                         \
		 .sym = S "_FORMAT",                                                           \
		 .kind = PROP_ENUM,                                                            \
		 FIELD(D.format),                                                              \
		 .words = format_words,                                                        \
		 .xml = X "/settings/@format",                                                 \
		 OPTION,                                                                       \
		 .qemu = #D ".format",                                                         \
		 .when = D##_is_fixed},                                                        \
		{.name = #D "-device",                                                         \
		 .sym = S "_DEVICE",                                                           \
		 .kind = PROP_STRING,                                                          \
		 FIELD(D.device),                                                              \
		 .xml = X "/@dev",                                                             \
		 OPTION,                                                                       \
		 .qemu = #D ".dev",                                                            \
		 .when = D##_has_device},                                                      \
		{.name = #D "-buffers",                                                        \
		 .sym = S "_BUFFERS",                                                          \
		 .kind = PROP_UINT,                                                            \
		 FIELD(D.buffers),                                                             \
		 .xml = X "/@bufferCount",                                                     \
		 OPTION,                                                                       \
		 .qemu = #D ".buffer-count",                                                   \
		 .max = 1024,                                                                  \
		 .when = D##_is_oss},                                                          \
		{.name = #D "-name",                                                           \
		 .sym = S "_NAME",                                                             \
		 .kind = PROP_STRING,                                                          \
		 FIELD(D.name),                                                                \
		 .xml = X "/@name",                                                            \
		 OPTION,                                                                       \
		 .qemu = #D ".name",                                                           \
		 .when = D##_is_pulse},                                                        \
		{.name = #D "-stream",                                                         \
		 .sym = S "_STREAM",                                                           \
		 .kind = PROP_STRING,                                                          \
		 FIELD(D.stream),                                                              \
		 .xml = X "/@streamName",                                                      \
		 OPTION,                                                                       \
		 .qemu = #D ".stream-name",                                                    \
		 .when = D##_is_pulse},                                                        \
		{.name = #D "-latency",                                                        \
		 .sym = S "_LATENCY_US",                                                       \
		 .kind = PROP_UINT,                                                            \
		 FIELD(D.latency_us),                                                          \
		 .xml = X "/@latency",                                                         \
		 OPTION,                                                                       \
		 .qemu = #D ".latency",                                                        \
		 .max = 2000000,                                                               \
		 .when = D##_is_pulse},                                                        \
		{.name = #D "-server",                                                         \
		 .sym = S "_SERVER",                                                           \
		 .kind = PROP_STRING,                                                          \
		 FIELD(D.server),                                                              \
		 .xml = X "/@serverName",                                                      \
		 OPTION,                                                                       \
		 .qemu = #D ".server-name",                                                    \
		 .when = D##_is_jack},                                                         \
		{.name = #D "-client",                                                         \
		 .sym = S "_CLIENT",                                                           \
		 .kind = PROP_STRING,                                                          \
		 FIELD(D.client),                                                              \
		 .xml = X "/@clientName",                                                      \
		 OPTION,                                                                       \
		 .qemu = #D ".client-name",                                                    \
		 .when = D##_is_jack},                                                         \
		{.name = #D "-ports",                                                          \
		 .sym = S "_PORTS",                                                            \
		 .kind = PROP_STRING,                                                          \
		 FIELD(D.ports),                                                               \
		 .xml = X "/@connectPorts",                                                    \
		 OPTION,                                                                       \
		 .qemu = #D ".connect-ports",                                                  \
		 .when = D##_is_jack},                                                         \
	{                                                                                      \
		.name = #D "-exact", .sym = S "_EXACT", .kind = PROP_BOOL, FIELD(D.exact),     \
		.xml = X "/@exactName", OPTION, .qemu = #D ".exact-name", .when = D##_is_jack, \
	}

static const struct prop audio_props[] = {
	{.name = "number", .kind = PROP_UINT, FIELD(number), .xml = "@id"},
	{.name = "id", .kind = PROP_STRING, FIELD(id), OPTION, .qemu = "id"},
	{.name = "type",
	 .sym = "TYPE",
	 .kind = PROP_ENUM,
	 FIELD(type),
	 .words = type_words,
	 .xml = "@type",
	 OPTION,
	 .qemu = "driver"},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(PATH),
	 FIELD(path),
	 .xml = "@path",
	 OPTION,
	 .qemu = "path",
	 .when = is_file},
	{.name = "server",
	 .sym = "SERVER",
	 .kind = PROP_STRING,
	 FIELD(server),
	 .xml = "@serverName",
	 OPTION,
	 .qemu = "server",
	 .when = is_pulse},
	{.name = "mmap",
	 .sym = "MMAP",
	 .kind = PROP_BOOL,
	 FIELD(mmap),
	 .xml = "@tryMMap",
	 OPTION,
	 .qemu = "try-mmap",
	 .when = is_oss},
	{.name = "exclusive",
	 .sym = "EXCLUSIVE",
	 .kind = PROP_BOOL,
	 FIELD(exclusive),
	 .xml = "@exclusive",
	 OPTION,
	 .qemu = "exclusive",
	 .when = is_oss},
	{.name = "policy",
	 .sym = "POLICY",
	 .kind = PROP_UINT,
	 FIELD(policy),
	 .xml = "@dspPolicy",
	 OPTION,
	 .qemu = "dsp-policy",
	 .max = 10,
	 .when = is_oss},
	STREAM(in, "IN", "input"),
	STREAM(out, "OUT", "output"),
	{0},
};

static void audio_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct audio *audio = dev->data;

	/* libvirt counts from 1. */
	audio->number = dev->slot + 1ul;
	audio->id = arena_fmt(vm->arena, "audio%u", dev->slot + 1);
	audio->in.mixing = !audio->in.direct;
	audio->out.mixing = !audio->out.direct;
	if (!audio->type)
		audio->type = type_words;
}

static void audio_back(const struct vm_dev *dev, struct emit *emit)
{
	(void)emit_option(emit, dev, "-audiodev");
}

const struct vm_dev *audio_find(const struct vm *vm, uint64_t number)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family == &audio_family && dev->slot + 1ul == number)
			return dev;
	}
	return NULL;
}

void audio_check(const struct check *check, const struct vm_dev *dev, const char *prop_name,
		 uint64_t number, struct err_list *errs)
{
	const struct vm_dev *known = NULL;

	if (!number || audio_find(dev->vm, number))
		return;
	vm_for_each_dev(other, dev->vm->devs) {
		if (other->family == &audio_family && !known)
			known = other;
	}
	struct err *err = dev_error(errs, dev, prop_name, check->name,
				    "there is no audio back end %u", (unsigned)number);

	err_why(err, "Back ends are counted from 1: CONFIG_AUDIO0 is number 1.");
	if (known)
		err_fix(err, "Set %s to %u, or switch CONFIG_AUDIO%u on.",
			dev_symbol(dev, prop_name), known->slot + 1, (unsigned)number - 1);
	else
		err_fix(err, "Switch CONFIG_AUDIO%u on (CONFIG_AUDIO_COUNT).",
			(unsigned)number - 1);
}

static void check_spice(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &audio_family || !type_is(dev, "SPICE") ||
		    vm_find(vm, spice_family.name))
			continue;
		struct err *err =
			dev_error(errs, dev, "type", check->name,
				  "the viewer of SPICE is to play, and there is no SPICE");

		err_why(err, "The sound goes over a channel of the SPICE server.");
		err_fix(err, "Set CONFIG_SPICE=y, or choose another type.");
	}
}

static const struct check audio_checks[] = {
	{.name = "audio-spice", .run = check_spice},
	{0},
};

const struct dev_family audio_family = {
	.name = "audio",
	.sym = "AUDIO",
	.max = 8,
	.size = sizeof(struct audio),
	.flags = FAMILY_HOST,
	.rank = RANK_NONE,
	.xml = "audio",
	.classes = audio_classes,
	.props = audio_props,
	.checks = audio_checks,
	.prepare = audio_prepare,
	.back = audio_back,
};
