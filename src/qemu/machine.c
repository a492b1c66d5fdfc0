/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c - the options of the machine itself, from the rows of its settings.
 */
#include "qemu/machine.h"

#include <inttypes.h>
#include <string.h>

#include "image/image.h"
#include "model/backing.h"
#include "model/machine.h"
#include "qemu/render.h"

static void add(struct emit *emit, const char *option, const char *text)
{
	emit_text(emit, option, text, 0);
}

/* The value of a row as a word of an option; NULL: it is not written. */
static const char *word_value(const struct vm_dev *dev, const struct prop *row)
{
	bool always = row->flags & PROP_ALWAYS;

	switch (row->kind) {
	case PROP_BOOL:
		if (!dev_bool(dev, row) && !always)
			return NULL;
		return dev_bool(dev, row) ? "on" : "off";
	case PROP_UINT:
		if (dev_uint(dev, row) == row->absent && !always)
			return NULL;
		return arena_fmt(dev->vm->arena, "%" PRIu64, dev_uint(dev, row));
	case PROP_STRING:
		return dev_string(dev, row);
	case PROP_ENUM:
		return dev_word(dev, row)->qemu;
	case PROP_CONST:
		return row->text;
	case PROP_CLASS:
	case PROP_NUMBER:
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_ALIAS:
	case PROP_MADE:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		break;
	}
	return NULL;
}

static bool is_word_of(const struct vm_dev *dev, const struct prop *row, const char *option)
{
	return row->qemu && strcmp(row->option ? row->option : "-machine", option) == 0 &&
	       dev_applies(dev, row);
}

static void add_word(struct text *text, const struct vm_dev *dev, const struct prop *row)
{
	const char *value = word_value(dev, row);

	if (!value)
		return;
	text_fmt(text, ",%s=", row->qemu);
	render_quote(text, value, strlen(value), ESCAPE_KV);
}

/* What the rows of the machine itself say in an option, each as ",key=value". */
static const char *option_words(const struct vm *vm, const char *option)
{
	const struct vm_dev *dev = vm->guest_dev;
	struct text text = {.arena = vm->arena};

	prop_for_each(row, dev->family->props)
	{
		if (is_word_of(dev, row, option))
			add_word(&text, dev, row);
	}
	return text_str(&text);
}

/* Those of devices that are in the machine already. */
static const char *device_words(const struct vm *vm)
{
	struct text text = {.arena = vm->arena};

	vm_for_each_dev(dev, vm->devs) {
		prop_for_each(row, dev->family->props)
		{
			if (row->option && is_word_of(dev, row, "-machine"))
				add_word(&text, dev, row);
		}
	}
	return text_str(&text);
}

/* One option for each row. */
static void add_globals(const struct vm *vm, struct emit *emit)
{
	const struct vm_dev *dev = vm->guest_dev;

	prop_for_each(row, dev->family->props)
	{
		const char *value = is_word_of(dev, row, "-global") ? word_value(dev, row) : NULL;

		if (value)
			add(emit, "-global", arena_fmt(emit->arena, "%s=%s", row->qemu, value));
	}
}

/* The rows of the guest that name a word of -machine, then what every machine has. */
static const char *machine_text(const struct vm *vm, struct arena *arena)
{
	struct text text = {.arena = arena};

	text_fmt(&text, "%s,usb=off%s%s", vm->guest.machine_type, option_words(vm, "-machine"),
		 device_words(vm));
	text_add(&text, ",dump-guest-core=off");
	/* The cells of a NUMA guest have memory of their own. */
	if (!vm->guest.numa_cells)
		text_fmt(&text, ",memory-backend=%s", vm->machine->ram_id);
	return text_str(&text);
}

/* A firmware file: from the image, or opened on the target. Returns its descriptor slot. */
static uint32_t open_firmware(const struct vm *vm, struct emit *emit)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	if (prop_word_is(vm->guest.firmware_files.from, "PAYLOAD")) {
		op.code = OP_PAYLOAD;
		op.payload.index = emit_payload_file(emit, vm->guest_dev, "firmware-path",
						     vm->guest.firmware_files.path);
		op.payload.flags = PAYLOAD_SEAL;
		return emit_op(emit, &op);
	}
	op.code = OP_FILE;
	op.file.owner = "firmware";
	op.file.path = emit_site_value(emit, vm->guest_dev, "firmware-path");
	op.file.flags = FILE_READ_ONLY;
	return emit_op(emit, &op);
}

static uint32_t open_variables(const struct vm *vm, struct emit *emit)
{
	const struct guest_firmware *files = &vm->guest.firmware_files;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_STORE;
	op.store.owner = "firmware";
	op.store.path = emit_site_value(emit, vm->guest_dev, "firmware-vars");
	op.store.template = "";
	if (prop_word_is(files->from, "PAYLOAD"))
		op.store.payload = 1 + emit_payload_file(emit, vm->guest_dev, "firmware-template",
							 files->vars_template);
	else
		op.store.template = files->vars_template;
	return emit_op(emit, &op);
}

enum flash_access { FLASH_READ, FLASH_WRITE };

static void add_flash(struct emit *emit, const char *name, uint32_t fd, enum flash_access access)
{
	struct arena *arena = emit->arena;
	const char *storage = arena_fmt(arena, "%s-storage", name);
	const char *path = emit_fd_set(emit, fd);
	struct node *file = emit_tree(emit, "-blockdev", 0);

	node_add_string(arena, file, "driver", "file");
	node_add_string(arena, file, "filename", path);
	node_add_string(arena, file, "node-name", storage);
	node_add_bool(arena, file, "read-only", access == FLASH_READ);
	struct node *format = emit_tree(emit, "-blockdev", 0);

	node_add_string(arena, format, "node-name", arena_fmt(arena, "%s-format", name));
	node_add_bool(arena, format, "read-only", access == FLASH_READ);
	node_add_string(arena, format, "driver", "raw");
	node_add_string(arena, format, "file", storage);
}

/* UEFI is a machine property that names block nodes, so these come first. */
static void add_uefi(const struct vm *vm, struct emit *emit)
{
	if (!vm->guest.uefi)
		return;
	add_flash(emit, "libvirt-pflash0", open_firmware(vm, emit), FLASH_READ);
	if (prop_word_is(vm->guest.firmware_files.vars, "FILE"))
		add_flash(emit, "libvirt-pflash1", open_variables(vm, emit), FLASH_WRITE);
}

/* Read as a blob, so /proc/self/fd/N and not an fd set (qemu-facts: -bios). */
static void add_bios(const struct vm *vm, struct emit *emit)
{
	const struct prop_word *firmware = vm->guest.firmware;

	if (prop_word_is(firmware, "FILE"))
		add(emit, "-bios", emit_mark(emit, FIX_FD_PATH, open_firmware(vm, emit), 0, ""));
	else if (firmware && firmware->qemu)
		add(emit, "-bios", firmware->qemu);
}

/* QEMU 7.1 removed the option; docs/about/removed-features. */
static bool knows_fips(const struct caps *caps)
{
	return caps->major < 7 || (caps->major == 7 && caps->minor < 1);
}

static void add_machine(const struct vm *vm, struct emit *emit)
{
	const struct guest *guest = &vm->guest;
	const char *accel = "kvm";

	add(emit, "-name", arena_fmt(emit->arena, "guest=%s,debug-threads=on", guest->name));
	add_uefi(vm, emit);
	if (guest->fips && knows_fips(vm->board->caps))
		emit_text(emit, "-enable-fips", NULL, ARG_FIPS);
	add(emit, "-machine", machine_text(vm, emit->arena));
	if (prop_word_is(guest->accel, "TCG"))
		accel = "tcg";
	else if (prop_word_is(guest->accel, "AUTO"))
		accel = emit_mark(emit, FIX_ACCEL, 0, 0, "");
	add(emit, "-accel", arena_fmt(emit->arena, "%s%s", accel, option_words(vm, "-accel")));
	/* libvirt's host-passthrough: only features that can migrate, unless asked otherwise. */
	bool host = strcmp(guest->cpu_model, "host-passthrough") == 0;

	const char *model = guest->cpu_model;

	if (guest->cpu_host)
		model = guest->cpu_host;
	else if (host)
		model = guest->cpu_migratable ? "host,migratable=on" : "host,migratable=off";
	add(emit, "-cpu",
	    arena_fmt(emit->arena, "%s%s%s", model, guest->cpu_words ? guest->cpu_words : "",
		      option_words(vm, "-cpu")));
	add_globals(vm, emit);
	add_bios(vm, emit);
}

static void add_memory(const struct vm *vm, struct emit *emit)
{
	const struct guest *guest = &vm->guest;
	struct arena *arena = emit->arena;

	struct text size = {.arena = arena};

	text_fmt(&size, "size=%" PRIu64 "k", guest->memory_mib << 10);
	if (guest->memory.max_mib)
		text_fmt(&size, ",slots=%" PRIu64 ",maxmem=%" PRIu64 "k", guest->memory.slots,
			 guest->memory.max_mib << 10);
	add(emit, "-m", text_str(&size));
	if (!guest->numa_cells)
		backing_emit(emit, &(struct backing){.id = vm->machine->ram_id,
						     .bytes = guest->memory_mib << 20});
	add(emit, "-overcommit", guest->memory.locked ? "mem-lock=on" : "mem-lock=off");
	uint64_t cpus = guest_cpus(guest), present = guest->cpu_present;
	struct text smp = {.arena = arena};

	text_fmt(&smp, "%" PRIu64, present ? present : cpus);
	if (present && present < cpus)
		text_fmt(&smp, ",maxcpus=%" PRIu64, cpus);
	text_fmt(&smp, ",sockets=%" PRIu64, guest->sockets);
	if (vm->machine->flags & MACHINE_DIES)
		text_fmt(&smp, ",dies=%" PRIu64, guest->dies ? guest->dies : 1);
	text_fmt(&smp, ",cores=%" PRIu64 ",threads=%" PRIu64, guest->cores, guest->threads);
	add(emit, "-smp", text_str(&smp));
}

/* Each table of SMBIOS that has a text. */
void machine_add_smbios(const struct vm *vm, struct emit *emit)
{
	static const char *const types[] = {"type=0", "type=1", "type=2", "type=3"};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const char *words =
			option_words(vm, arena_fmt(emit->arena, "-smbios %s", types[i]));

		if (*words)
			add(emit, "-smbios", arena_fmt(emit->arena, "%s%s", types[i], words));
	}
}

/* The second monitor is for `down` and the reaper: a second client of one socket gets no greeting. */
static void add_monitor(struct emit *emit, const char *socket, const char *chardev, const char *id)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_MONITOR;
	op.monitor.name = socket;
	const char *fd = emit_mark(emit, FIX_FD, emit_op(emit, &op), 0, "");

	emit_text(emit, "-chardev",
		  arena_fmt(emit->arena, "socket,id=%s,fd=%s,server=on,wait=off", chardev, fd),
		  ARG_LOADER_ONLY);
	emit_text(emit, "-mon",
		  arena_fmt(emit->arena, "chardev=%s,id=%s,mode=control", chardev, id),
		  ARG_LOADER_ONLY);
}

/* Read as a blob, so /proc/self/fd/N and not an fd set (qemu-facts: -kernel with /dev/fdset fails). */
static const char *payload_mark(const struct vm *vm, struct emit *emit, const char *prop_name,
				const char *path)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_PAYLOAD;
	op.payload.index = emit_payload_file(emit, vm->guest_dev, prop_name, path);
	op.payload.flags = PAYLOAD_SEAL;
	return emit_mark(emit, FIX_FD_PATH, emit_op(emit, &op), 0, "");
}

static void add_payload(const struct vm *vm, struct emit *emit, const char *option,
			const char *prop_name, const char *path)
{
	add(emit, option, payload_mark(vm, emit, prop_name, path));
}

/* Read as a blob too. */
static const char *splash_words(const struct vm *vm, struct emit *emit)
{
	const char *path = vm->guest.start.menu ? vm->guest.start.splash : NULL;

	if (!path)
		return "";
	return arena_fmt(emit->arena, ",splash=%s", payload_mark(vm, emit, "boot-splash", path));
}

static void add_boot(const struct vm *vm, struct emit *emit)
{
	const char *words = option_words(vm, "-rtc");
	const struct guest *guest = &vm->guest;

	add(emit, "-rtc", words + (*words == ','));
	if (prop_word_is(guest->on_reboot, "DESTROY"))
		add(emit, "-no-reboot", NULL);
	const char *actions = option_words(vm, "-action");

	if (*actions)
		add(emit, "-action", actions + 1);
	add(emit, "-boot",
	    arena_fmt(emit->arena, "strict=on%s%s", option_words(vm, "-boot"),
		      splash_words(vm, emit)));
	if (guest->kernel)
		add_payload(vm, emit, "-kernel", "kernel", guest->kernel);
	if (guest->kernel && guest->initrd)
		add_payload(vm, emit, "-initrd", "initrd", guest->initrd);
	if (guest->kernel && guest->cmdline)
		add(emit, "-append", guest->cmdline);
}

void machine_add(const struct vm *vm, struct emit *emit)
{
	add_machine(vm, emit);
	add_memory(vm, emit);
}

void machine_add_start(const struct vm *vm, struct emit *emit)
{
	add_monitor(emit, "qmp", "charmonitor", "monitor");
	add_monitor(emit, "qmp-down", "chardown", "monitor-down");
	add_boot(vm, emit);
}
