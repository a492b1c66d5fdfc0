/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * short.c - short options as the long ones that they stand for, as QEMU itself does it, and what QEMU
 * adds without -nodefaults (softmmu/vl.c, hw/i386/pc_piix.c, pc_q35.c, hw/arm/virt.c of 7.2).
 */
#include "import/argv/short.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

/* ---- one option for another ---------------------------------------------------------------------- */

static const struct {
	const char *name, *long_name, *value;
} same[] = {
	{"-M", "-machine", NULL},
	{"-enable-kvm", "-accel", "kvm"},
	{"-no-kvm", "-accel", "tcg"},
	{"-no-acpi", "-machine", "acpi=off"},
	{"-no-hpet", "-machine", "hpet=off"},
	{"-localtime", "-rtc", "base=localtime"},
	{"-std-vga", "-vga", "std"},
	{"-vmwarevga", "-vga", "vmware"},
	{"-sdl", "-display", "sdl"},
	{"-curses", "-display", "curses"},
	{"-mem-prealloc", "-machine", "prealloc=on"},
	{"-usb", "-machine", "usb=on"},
};

static void replace_same(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		for (size_t i = 0; i < ARRAY_SIZE(same) && !option->done; i++) {
			if (strcmp(same[i].name, option->name) != 0)
				continue;
			option->done = true;
			argv_add(argv, option, same[i].long_name,
				 same[i].value ? same[i].value : option->value);
		}
	}
}

static bool has(const struct argv *argv, const char *name)
{
	argv_for_each(option, argv)
	{
		if (strcmp(option->name, name) == 0)
			return true;
	}
	return false;
}

/* default_list of softmmu/vl.c: a device of that kind takes the place of QEMU's own. */
static const char *const lines[] = {"isa-serial", "pl011", NULL};

static bool has_device(const struct argv *argv, const char *const *drivers)
{
	argv_for_each(option, argv)
	{
		const char *driver = option->tree && strcmp(option->name, "-device") == 0
					     ? argv_peek(argv, option->tree, "driver")
					     : NULL;

		for (const char *const *each = drivers; driver && *each; each++) {
			if (strcmp(*each, driver) == 0)
				return true;
		}
	}
	return false;
}

/* A part that the machine shall not have. */
static bool is_off(const struct argv *argv, const char *part)
{
	bool off = false;

	argv_for_each(option, argv)
	{
		const char *value = option->tree && strcmp(option->name, "-machine") == 0
					    ? argv_peek(argv, option->tree, part)
					    : NULL;

		off = value ? tree_truth(value) == 0 : off;
	}
	return off;
}

enum machine_kind short_kind(const struct argv *argv)
{
	const char *type = NULL;

	argv_for_each(option, argv)
	{
		const char *own = option->tree && strcmp(option->name, "-machine") == 0
					  ? argv_peek(argv, option->tree, "type")
					  : NULL;

		type = own ? own : type;
	}
	if (!type)
		return argv->program && strstr(argv->program, "aarch64") ? KIND_VIRT : KIND_PC;
	if (strstr(type, "q35"))
		return KIND_Q35;
	if (strncmp(type, "virt", 4) == 0)
		return KIND_VIRT;
	return strcmp(type, "microvm") == 0 ? KIND_MICROVM : KIND_PC;
}

/* ---- disks -------------------------------------------------------------------------------------- */

/* A comma of a file name is doubled where key=value is read. */
static const char *doubled(struct argv *argv, const char *text)
{
	struct text out = {.arena = argv->arena};

	for (; *text; text++) {
		text_add_len(&out, text, 1);
		if (*text == ',')
			text_add(&out, ",");
	}
	return text_str(&out);
}

static void replace_disks(struct argv *argv)
{
	static const struct {
		const char *name, *rest;
	} disks[] = {
		{"-hda", "index=0,media=disk"},    {"-hdb", "index=1,media=disk"},
		{"-hdc", "index=2,media=disk"},    {"-hdd", "index=3,media=disk"},
		{"-cdrom", "index=2,media=cdrom"}, {"-fda", "index=0,if=floppy"},
		{"-fdb", "index=1,if=floppy"},     {"-pflash", "if=pflash"},
	};

	argv_for_each(option, argv)
	{
		for (size_t i = 0; i < ARRAY_SIZE(disks) && !option->done; i++) {
			if (strcmp(disks[i].name, option->name) != 0)
				continue;
			option->done = true;
			argv_add(argv, option, "-drive",
				 arena_fmt(argv->arena, "%s,file=%s", disks[i].rest,
					   doubled(argv, option->value)));
		}
	}
}

/** struct drives - the indexes that are taken, of each interface. */
struct drives {
	uint64_t ide, floppy, others;
	unsigned flashes, virtios;
};

static unsigned take_index(struct argv *argv, struct node *tree, uint64_t *taken)
{
	const char *index = argv_take(argv, tree, "index"), *bus = argv_take(argv, tree, "bus");
	const char *unit = argv_take(argv, tree, "unit");
	uint64_t number = 0, part = 0;

	if (index) {
		(void)tree_number(index, &number);
	} else if (bus || unit) {
		(void)(bus && tree_number(bus, &number));
		(void)(unit && tree_number(unit, &part));
		number = 2 * number + part;
	} else {
		while (number < 63 && *taken >> number & 1)
			number++;
	}
	number &= 63;
	*taken |= 1ull << number;
	return (unsigned)number;
}

static void add_disk(struct argv *argv, struct argv_option *option, const char *driver,
		     const char *place, const char *id)
{
	struct argv_option *device;

	node_add_string(argv->arena, option->tree, "id", id);
	device = argv_add(argv, option, "-device",
			  arena_fmt(argv->arena, "%s,drive=%s%s", driver, id, place));
	device->value_word = option->value_word;
}

/* A flash of the machine is a member of -machine. */
static void add_flash(struct argv *argv, struct argv_option *option, unsigned number)
{
	const char *file = argv_take(argv, option->tree, "file");
	const char *name = arena_fmt(argv->arena, "pflash%u-file", number);

	option->done = true;
	if (!file)
		return;
	argv_add(argv, option, "-blockdev",
		 arena_fmt(argv->arena, "driver=file,node-name=%s,filename=%s", name,
			   doubled(argv, file)));
	argv_add(argv, option, "-machine", arena_fmt(argv->arena, "pflash%u=%s", number, name));
}

/* Which of them it is is said, or the next one. */
static unsigned flash_number(struct argv *argv, struct node *tree, struct drives *drives)
{
	const char *unit = argv_peek(argv, tree, "unit"), *index = argv_peek(argv, tree, "index");
	uint64_t number = drives->flashes;

	(void)((unit || index) && tree_number(unit ? unit : index, &number));
	drives->flashes = (unsigned)(number & 0xff) + 1;
	return drives->flashes - 1;
}

/* QEMU's own drive, where one is already. */
static bool is_spare(struct argv *argv, const struct argv_option *option, const char *kind,
		     const struct drives *drives)
{
	if (option->given || argv_peek(argv, option->tree, "file") ||
	    !argv_peek(argv, option->tree, "index"))
		return false;
	if (strcmp(kind, "floppy") == 0)
		return drives->floppy & 1;
	return strcmp(kind, "ide") == 0 && drives->ide >> 2 & 1;
}

static void replace_drive(struct argv *argv, struct argv_option *option, enum machine_kind machine,
			  struct drives *drives)
{
	struct node *tree = option->tree;
	const char *kind = argv_take(argv, tree, "if"), *media = argv_peek(argv, tree, "media");
	bool cdrom = media && strcmp(media, "cdrom") == 0;
	unsigned index;

	if (!kind)
		kind = machine == KIND_VIRT || machine == KIND_MICROVM ? "virtio" : "ide";
	if (strcmp(kind, "none") == 0)
		return;
	if (is_spare(argv, option, kind, drives)) {
		option->done = true;
	} else if (strcmp(kind, "pflash") == 0) {
		add_flash(argv, option, flash_number(argv, tree, drives));
	} else if (strcmp(kind, "virtio") == 0) {
		(void)take_index(argv, tree, &drives->others);
		add_disk(argv, option,
			 machine == KIND_MICROVM ? "virtio-blk-device" : "virtio-blk-pci", "",
			 arena_fmt(argv->arena, "virtio-drive%u", drives->virtios++));
	} else if (strcmp(kind, "floppy") == 0) {
		index = take_index(argv, tree, &drives->floppy);
		add_disk(argv, option, "floppy",
			 arena_fmt(argv->arena, ",bus=floppy-bus.0,unit=%u", index),
			 arena_fmt(argv->arena, "floppy-drive%u", index));
	} else if (strcmp(kind, "ide") == 0) {
		index = take_index(argv, tree, &drives->ide);
		add_disk(argv, option, cdrom ? "ide-cd" : "ide-hd",
			 machine == KIND_Q35 ? arena_fmt(argv->arena, ",bus=ide.%u", index)
					     : arena_fmt(argv->arena, ",bus=ide.%u,unit=%u",
							 index / 2, index % 2),
			 arena_fmt(argv->arena, "ide-drive%u", index));
	} else {
		/* QEMU leaves it to the machine, and none of Kiln's takes it. */
		node_add_string(argv->arena, tree, "if", kind);
	}
}

static void replace_drives(struct argv *argv)
{
	struct argv_option *last = argv->last;
	enum machine_kind machine = short_kind(argv);
	struct drives drives = {0};

	argv_for_each(option, argv)
	{
		if (!option->done && option->tree && strcmp(option->name, "-drive") == 0)
			replace_drive(argv, option, machine, &drives);
		if (option == last)
			break;
	}
}

const char *argv_guess_format(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcmp(dot, ".qcow2") == 0 ? "QCOW2" : "RAW";
}

/* ---- screens, USB, and others -------------------------------------------------------------------- */

static void replace_video(struct argv *argv)
{
	static const struct {
		const char *word, *driver;
	} cards[] = {
		{"std", "VGA"},           {"cirrus", "cirrus-vga"},
		{"qxl", "qxl-vga"},       {"vmware", "vmware-svga"},
		{"virtio", "virtio-vga"},
	};
	struct argv_option *option = argv_last(argv, "-vga");

	for (size_t i = 0; option && i < ARRAY_SIZE(cards); i++) {
		if (strcmp(cards[i].word, option->value) == 0) {
			option->done = true;
			argv_add(argv, option, "-device", cards[i].driver);
		}
	}
	if (option && strcmp(option->value, "none") == 0)
		option->done = true;
}

/* -usb is a member of -machine that makes a controller; -usbdevice needs one. */
static void replace_usb(struct argv *argv)
{
	static const struct {
		const char *word, *driver;
	} devices[] = {
		{"tablet", "usb-tablet"},
		{"mouse", "usb-mouse"},
		{"keyboard", "usb-kbd"},
	};
	struct argv_option *usb = NULL;

	argv_for_each(option, argv)
	{
		if (option->tree && strcmp(option->name, "-machine") == 0 &&
		    argv_take_if(argv, option->tree, "usb", "on"))
			usb = option;
		for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
			if (option->done || strcmp(option->name, "-usbdevice") != 0 ||
			    strcmp(option->value, devices[i].word) != 0)
				continue;
			option->done = true;
			usb = usb ? usb : option;
			argv_add(argv, option, "-device", devices[i].driver);
		}
	}
	if (!usb)
		return;
	if (short_kind(argv) == KIND_PC) {
		argv_add(argv, usb, "-device", "piix3-usb-uhci,id=usb,bus=pci.0,addr=0x1.0x2");
	} else if (short_kind(argv) == KIND_Q35) {
		argv_add(argv, usb, "-device",
			 "ich9-usb-ehci1,id=usb,bus=pcie.0,addr=0x1d.0x7,multifunction=on");
		argv_add(
			argv, usb, "-device",
			"ich9-usb-uhci1,masterbus=usb.0,firstport=0,bus=pcie.0,addr=0x1d,multifunction=on");
		argv_add(argv, usb, "-device",
			 "ich9-usb-uhci2,masterbus=usb.0,firstport=2,bus=pcie.0,addr=0x1d.0x1");
		argv_add(argv, usb, "-device",
			 "ich9-usb-uhci3,masterbus=usb.0,firstport=4,bus=pcie.0,addr=0x1d.0x2");
	} else {
		argv_add(argv, usb, "-device", "qemu-xhci,id=usb");
	}
}

/* A password that a monitor sets is one that the target brings, or the screen would be open to all. */
static void replace_password(struct argv *argv)
{
	static const char name[] = "vnc-password";

	argv_for_each(option, argv)
	{
		if (option->done || !option->tree || strcmp(option->name, "-vnc") != 0 ||
		    argv_peek(argv, option->tree, "password-secret") ||
		    !argv_truth(argv, option->tree, "password", false))
			continue;
		node_add_string(argv->arena, option->tree, "password-secret", name);
		argv_add(argv, option, "-object", arena_fmt(argv->arena, "secret,id=%s", name));
		argv_note(argv, option, IMPORT_DROPPED, "password=on",
			  "a monitor set it; the target brings it as the secret vnc-password, "
			  "CONFIG_SECRETn_PATH or secretn.path of its site file");
	}
}

static void replace_others(struct argv *argv)
{
	struct argv_option *sound = argv_last(argv, "-soundhw"), *watchdog, *balloon, *text;

	watchdog = argv_last(argv, "-watchdog");
	balloon = argv_last(argv, "-balloon");
	text = argv_last(argv, "-nographic");
	if (watchdog) {
		watchdog->done = true;
		argv_add(argv, watchdog, "-device", watchdog->value);
	}
	if (balloon) {
		balloon->done = true;
		if (strncmp(balloon->value, "virtio", 6) == 0)
			argv_add(argv, balloon, "-device", "virtio-balloon-pci");
	}
	if (sound && strcmp(sound->value, "hda") == 0) {
		sound->done = true;
		argv_add(argv, sound, "-device", "intel-hda,id=sound0");
		argv_add(argv, sound, "-device", "hda-duplex,bus=sound0.0");
	} else if (sound &&
		   (strcmp(sound->value, "ac97") == 0 || strcmp(sound->value, "es1370") == 0)) {
		sound->done = true;
		argv_add(argv, sound, "-device",
			 strcmp(sound->value, "ac97") == 0 ? "AC97" : "ES1370");
	}
	if (!text)
		return;
	/* The adapter stays; what the firmware says goes to the first serial line too. */
	text->done = true;
	argv_add(argv, text, "-display", "none");
	argv_add(argv, text, "-machine", "graphics=off");
	if (!has(argv, "-serial") && !has(argv, "-nodefaults") && !has_device(argv, lines) &&
	    !is_off(argv, "isa-serial"))
		argv_add(argv, text, "-serial", "stdio");
}

/* ---- what QEMU adds ----------------------------------------------------------------------------- */

static const char *const printers[] = {"isa-parallel", NULL};
static const char *const drives[] = {"ide-cd", "ide-hd", "scsi-cd", "scsi-hd", NULL};
static const char *const floppies[] = {"floppy", "isa-fdc", NULL};
static const char *const cards[] = {
	"VGA",        "isa-vga",       "cirrus-vga", "vmware-svga",    "qxl-vga",
	"virtio-vga", "virtio-vga-gl", "ati-vga",    "vhost-user-vga", NULL};

bool argv_is_first_screen(const char *driver)
{
	for (size_t i = 0; cards[i]; i++) {
		if (strcmp(cards[i], driver) == 0)
			return true;
	}
	return false;
}

static void add_defaults(struct argv *argv)
{
	enum machine_kind machine = short_kind(argv);
	bool pc = machine == KIND_PC || machine == KIND_Q35;
	struct argv_option *first = argv->options;

	if (has(argv, "-nodefaults") || machine == KIND_MICROVM)
		return;
	if (!has(argv, "-serial") && !has_device(argv, lines))
		argv_add(argv, first, "-serial", "vc");
	if (pc && !has(argv, "-parallel") && !has_device(argv, printers))
		argv_add(argv, first, "-parallel", "vc");
	if (pc && !has(argv, "-vga") && !has_device(argv, cards))
		argv_add(argv, first, "-vga", "std");
	if (!has(argv, "-net") && !has(argv, "-netdev") && !has(argv, "-nic"))
		argv_add(argv, first, "-nic", "user");
	/* An empty drive, where no -cdrom or -hdc is and no -device has blocks. */
	if (pc && !has(argv, "-cdrom") && !has(argv, "-hdc") && !has_device(argv, drives))
		argv_add(argv, first, "-drive", "if=ide,index=2,media=cdrom");
	if (machine == KIND_PC && !has_device(argv, floppies))
		argv_add(argv, first, "-drive", "if=floppy,index=0");
}

void argv_short(struct argv *argv)
{
	replace_same(argv);
	replace_others(argv);
	replace_password(argv);
	rewrite_devices(argv);
	/* The slots of what is asked for come before those of what is there anyhow. */
	replace_disks(argv);
	add_defaults(argv);
	replace_drives(argv);
	short_networks(argv);
	short_lines(argv, "-serial", short_kind(argv) == KIND_VIRT ? "pl011" : "isa-serial");
	short_lines(argv, "-parallel", "isa-parallel");
	replace_video(argv);
	replace_usb(argv);
	rewrite_globals(argv);
	short_vectors(argv);
}
