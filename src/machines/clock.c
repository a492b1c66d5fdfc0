/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.c - what time the guest begins with, and what its timers do about ticks that came too late.
 */
#include "machines/guest.h"

#include <string.h>
#include <time.h>

#include "image/text.h"
#include "model/machine.h"

static const struct prop_word offset_words[] = {
	{.sym = "UTC", .xml = "utc"},
	{.sym = "LOCALTIME", .xml = "localtime"},
	{.sym = "ABSOLUTE", .xml = "absolute"},
	{.sym = "VARIABLE", .xml = "variable"},
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

static bool is_variable(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->clock.offset, "VARIABLE");
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
	{.name = "clock-adjustment",
	 .sym = "CLOCK_ADJUSTMENT_S",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_REQUIRED,
	 FIELD(adjustment),
	 .xml = "clock/@adjustment",
	 .when = is_variable},
	{.name = "clock-basis",
	 .kind = PROP_CONST,
	 .text = "utc",
	 .xml = "clock/@basis",
	 .when = is_variable},
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

/* With a sign, as the mark has it; NULL where it is no number. */
static const char *adjustment_of(struct vm *vm)
{
	const char *text = vm->guest.clock.adjustment;
	int64_t seconds;

	if (!text || *text == '+')
		return NULL;
	if (*text != '-')
		text = arena_fmt(vm->arena, "+%s", text);
	return text_seconds(text, strlen(text), &seconds) < 0 ? NULL : text;
}

static void clock_prepare(struct vm *vm)
{
	struct guest_clock *clock = &vm->guest.clock;
	const time_t start = (time_t)clock->start;
	const char *key = adjustment_of(vm);
	char text[32], mark[MARK_MAX];
	struct tm tm;

	if (prop_word_is(clock->offset, "UTC"))
		clock->base = "utc";
	else if (prop_word_is(clock->offset, "LOCALTIME"))
		clock->base = "localtime";
	else if (is_variable(vm->guest_dev)) {
		clock->seconds = key;
		text_mark(mark, FIX_TIME, 0, 0, key ? key : "+0");
		clock->base = arena_str(vm->arena, mark);
	} else if (gmtime_r(&start, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		clock->base = arena_str(vm->arena, text);
}

static void check_adjustment(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const char *text = vm->guest.clock.adjustment;

	if (!is_variable(vm->guest_dev) || !text || vm->guest.clock.seconds)
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "clock-adjustment", check->name,
				    "\"%s\" is no number of seconds", text);

	err_why(err,
		"The clock begins so many seconds after the time of the target, with '-' before "
		"it: -%lld to %lld.",
		(long long)TEXT_TIME_MAX, (long long)TEXT_TIME_MAX);
	err_fix(err, "Set CONFIG_CLOCK_ADJUSTMENT_S to one, as \"-3600\".");
}

static const struct check clock_checks[] = {
	{.name = "clock-adjustment", .run = check_adjustment},
	{0},
};

const struct guest_subject guest_clock = {
	.props = clock_props,
	.checks = clock_checks,
	.prepare = clock_prepare,
};
