/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.c - what time the guest begins with, and what its timers do about ticks that came too late.
 */
#include "machines/guest.h"

#include <time.h>

#include "model/machine.h"

static const struct prop_word offset_words[] = {
	{.sym = "UTC", .xml = "utc"},
	{.sym = "LOCALTIME", .xml = "localtime"},
	{.sym = "ABSOLUTE", .xml = "absolute"},
	{0},
};

/* QEMU catches up by "slew"; not to catch up is what it does by itself. */
static const struct prop_word rtc_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "DELAY", .xml = "delay"},
	{.sym = "CATCHUP", .xml = "catchup", .qemu = "slew"},
	{0},
};

static const struct prop_word track_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "GUEST", .xml = "guest", .qemu = "vm"},
	{.sym = "WALL", .xml = "wall", .qemu = "host"},
	{0},
};

static const struct prop_word pit_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "DELAY", .xml = "delay", .qemu = "delay"},
	{.sym = "DISCARD", .xml = "discard", .qemu = "discard"},
	{0},
};

static const struct prop_word present_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ON", .xml = "yes", .qemu = "on"},
	{.sym = "OFF", .xml = "no", .qemu = "off"},
	{0},
};

static bool is_absolute(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->clock.offset, "ABSOLUTE");
}

static bool may_use_kvm(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && !prop_word_is(guest_of(dev)->accel, "TCG");
}

static bool is_pc_with_kvm(const struct vm_dev *dev)
{
	return guest_is_pc(dev) && may_use_kvm(dev);
}

#define FIELD(member) .field = offsetof(struct guest, clock.member)
static const struct prop clock_props[] = {
	{.name = "clock",
	 .sym = "CLOCK",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(offset),
	 .words = offset_words,
	 .xml = "clock/@offset"},
	{.name = "clock-start",
	 .sym = "CLOCK_START",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(start),
	 .xml = "clock/@start",
	 .max = 4294967295,
	 .when = is_absolute},
	{.name = "clock-base", .kind = PROP_STRING, FIELD(base), .option = "-rtc", .qemu = "base"},
	{.name = "rtc-track",
	 .sym = "CLOCK_RTC_TRACK",
	 .kind = PROP_ENUM,
	 FIELD(rtc_track),
	 .words = track_words,
	 .xml = "clock/timer[name=rtc]/@track",
	 .option = "-rtc",
	 .qemu = "clock"},
	{.name = "rtc-policy",
	 .sym = "CLOCK_RTC_TICKPOLICY",
	 .kind = PROP_ENUM,
	 FIELD(rtc_policy),
	 .words = rtc_words,
	 .xml = "clock/timer[name=rtc]/@tickpolicy",
	 .option = "-rtc",
	 .qemu = "driftfix",
	 .when = guest_is_x86},
	{.name = "pit-policy",
	 .sym = "CLOCK_PIT_TICKPOLICY",
	 .kind = PROP_ENUM,
	 FIELD(pit),
	 .words = pit_words,
	 .xml = "clock/timer[name=pit]/@tickpolicy",
	 .option = "-global",
	 .qemu = "kvm-pit.lost_tick_policy",
	 .when = is_pc_with_kvm},
	{.name = "hpet",
	 .sym = "CLOCK_HPET",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(hpet),
	 .words = present_words,
	 .xml = "clock/timer[name=hpet]/@present",
	 .qemu = "hpet",
	 .when = guest_is_pc},
	{.name = "kvmclock",
	 .sym = "CLOCK_KVMCLOCK",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(kvmclock),
	 .words = present_words,
	 .xml = "clock/timer[name=kvmclock]/@present",
	 .option = "-cpu",
	 .qemu = "kvmclock",
	 .when = may_use_kvm},
	{.name = "tsc-frequency",
	 .sym = "CLOCK_TSC_HZ",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(tsc_hz),
	 .xml = "clock/timer[name=tsc]/@frequency",
	 .option = "-cpu",
	 .qemu = "tsc-frequency",
	 .max = 9000000000,
	 .when = guest_is_x86},
	{.name = "hypervclock",
	 .sym = "CLOCK_HYPERV",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(hypervclock),
	 .xml = "clock/timer[name=hypervclock]/@present",
	 .option = "-cpu",
	 .qemu = "hv-time",
	 .when = may_use_kvm},
	{0},
};
#undef FIELD

static void clock_prepare(struct vm *vm)
{
	struct guest_clock *clock = &vm->guest.clock;
	const time_t start = (time_t)clock->start;
	char text[32];
	struct tm tm;

	if (prop_word_is(clock->offset, "UTC"))
		clock->base = "utc";
	else if (prop_word_is(clock->offset, "LOCALTIME"))
		clock->base = "localtime";
	else if (gmtime_r(&start, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		clock->base = arena_str(vm->arena, text);
}

const struct guest_subject guest_clock = {
	.props = clock_props,
	.prepare = clock_prepare,
};
