/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_make.h - what a set is made of: for each device its place in Kiln's model, its lines of
 * .config and its XML for libvirt.
 *
 * The devices are those of src/devices, and what is said of them goes through the reader of .config.
 * Kinds of devices that Kiln has no family for stand in as families of the unit tests; sets with one
 * of them, or with what .config has no word for, are `unsaid` and have no .config.
 */
#ifndef KILN_TESTS_SETS_MAKE_H
#define KILN_TESTS_SETS_MAKE_H

#include <inttypes.h>

#include "config/build.h"
#include "config/cfg.h"
#include "config/rows.h"
#include "layout_vm.h"
#include "machines/guest.h"
#include "model/check.h"
#include "qemu/caps.h"

#define DIE(...)                                             \
	do {                                                 \
		(void)fprintf(stderr, "sets: " __VA_ARGS__); \
		exit(2);                                     \
	} while (0)

/* Kinds that Kiln places but has no family for yet (pci-rules section 4). */
FAMILY(subsys, "SUBSYS", "hostdev%s", RANK_HOSTDEV,
       {.name = "pci", .driver = "vfio-pci", .where = WHERE_PCIE},
       {.name = "mdev", .driver = "vfio-pci", .where = WHERE_PCIE},
       {.name = "scsi-host", .driver = "vhost-scsi-pci", .where = WHERE_VIRTIO},
       {.name = "scsi-host-transitional", .driver = "vhost-scsi-pci", .where = WHERE_PCI});

static uint64_t state;

static unsigned below(unsigned bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % bound);
}

static bool chance(unsigned percent)
{
	return below(100) < percent;
}

/** struct kind - a machine as both sides call it; @percent: how often it comes. */
struct kind {
	const struct machine *machine;
	const char *arch, *type, *board, *cpu;
	unsigned percent;
	bool mmio;
};

#define KIND_PC   0
#define KIND_Q35  1
#define KIND_VIRT 2
#define KIND_MMIO 3

static const struct kind kinds[] = {
	{&machine_pc, "x86_64", "pc-i440fx-7.2", "debian12-x86_64", "qemu64", 32, false},
	{&machine_q35, "x86_64", "pc-q35-7.2", "debian12-x86_64", "qemu64", 36, false},
	{&machine_virt, "aarch64", "virt-7.2", "debian12-x86_64-aarch64", "cortex-a57", 20, false},
	{&machine_virt, "aarch64", "virt-7.2", "debian12-x86_64-aarch64", "cortex-a57", 12, true},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static struct board boards[KIND_COUNT];

static void boards_load(const char *algorithm)
{
	static struct arena arena;
	struct err err;

	for (size_t i = 0; i < KIND_COUNT; i++) {
		struct caps *caps = arena_alloc(&arena, sizeof(*caps));
		const char *path =
			arena_fmt(&arena, TOP_DIR "/boards/%s/qemu.caps", kinds[i].board);

		if (caps_load(&arena, path, caps, &err) < 0)
			DIE("%s: %s\n", path, err.what);
		boards[i] = (struct board){
			.name = kinds[i].board,
			.layout_algorithm = algorithm,
			.caps = caps,
		};
	}
}

#define COMPANION_MAX 16
#define FAMILY_MAX    64

/**
 * struct set - a machine and, beside it, its XML and its .config.
 * @xml, @config: what libvirt and `kiln compose` read.
 * @answer: what the helper would make of @config, line by line; @said: how many lines.
 * @last: the last configured address, to put another beside it.
 * @addresses: percent of devices that get a configured address.
 * @slots: devices of each family so far; @families: which they are.
 * @companion: addresses of companions, which are there only when their master is prepared.
 * @listed: PCI controllers listed; @index_less: one of them has no index.
 * @acpi_indexes: interfaces that the guest's firmware numbers.
 * @unsaid: .config has no word for something in it. @by_menu: only the menu refuses it.
 * @swapped: the XML has another video adapter before the primary one.
 */
struct set {
	struct arena arena;
	struct vm vm;
	struct cfg cfg;
	struct layout layout;
	struct err_list errs;
	struct text xml, config, answer;
	const struct kind *kind;
	unsigned said;
	struct pci_addr last;
	unsigned addresses;
	const struct dev_family *families[FAMILY_MAX];
	unsigned slots[FAMILY_MAX];
	struct {
		unsigned index;
		const char *model;
		struct pci_addr addr;
	} companion[COMPANION_MAX];
	unsigned companions;
	unsigned listed, acpi_indexes;
	bool has_root, index_less, unsaid, by_menu, swapped;
};

static bool is_pc(const struct set *set)
{
	return set->vm.machine == &machine_pc;
}

static bool is_q35(const struct set *set)
{
	return set->vm.machine == &machine_q35;
}

static bool is_virt(const struct set *set)
{
	return set->vm.machine == &machine_virt;
}

static bool on_mmio(const struct set *set)
{
	return set->kind->mmio;
}

#define XML(...) text_fmt(&set->xml, __VA_ARGS__)

/* ---- saying it --------------------------------------------------------------------------------- */

/* A symbol as the helper tells it to Kiln; @type is one of its words. Return: its line of .config. */
static const char *tell(struct set *set, const char *name, const char *type, const char *value)
{
	text_fmt(&set->answer, "sym\t%s\t%s\tset\tpv\t%u\t-\t-\tK\t1\t%s\n", name, type,
		 ++set->said, value);
	if (strcmp(type, "string") == 0)
		return arena_fmt(&set->arena, "CONFIG_%s=\"%s\"\n", name, value);
	return arena_fmt(&set->arena, "CONFIG_%s=%s\n", name, value);
}

/* A row of a device; of a choice the member. */
static const char *tell_row(struct set *set, const struct vm_dev *dev, const char *row_name,
			    const char *value)
{
	const struct prop *row = dev_prop(dev->family, row_name);
	const char *name;

	if (!row || !row->sym)
		DIE("family %s has no row %s\n", dev->family->name, row_name);
	name = row_symbol(dev, row);
	if (row->kind == PROP_ENUM || row->kind == PROP_CLASS)
		return tell(set, arena_fmt(&set->arena, "%s_%s", name, value), "bool", "y");
	return tell(set, name,
		    row->kind == PROP_BOOL   ? "bool"
		    : row->kind == PROP_UINT ? "int"
					     : "string",
		    value);
}

static void say(struct set *set, const struct vm_dev *dev, const char *row, const char *value)
{
	text_add(&set->config, tell_row(set, dev, row, value));
}

/* What is a default of the menu is not written to .config. */
static void say_default(struct set *set, const struct vm_dev *dev, const char *row,
			const char *value)
{
	(void)tell_row(set, dev, row, value);
}

static void say_class(struct set *set, struct vm_dev *dev, const char *name)
{
	dev->class = dev_class_find(dev->family, name);
	if (!dev->class)
		DIE("family %s has no class %s\n", dev->family->name, name);
	if (dev->class->sym)
		say(set, dev, "model", dev->class->sym);
}

/* ---- devices ----------------------------------------------------------------------------------- */

static bool has_menu(const struct dev_family *family)
{
	for (const struct dev_family *const *known = device_families; *known; known++) {
		if (*known == family)
			return true;
	}
	return false;
}

/* How many of the family there are, to count one more. */
static unsigned *slot_count(struct set *set, const struct dev_family *family)
{
	unsigned i = 0;

	while (i < FAMILY_MAX && set->families[i] && set->families[i] != family)
		i++;
	if (i == FAMILY_MAX)
		DIE("too many families\n");
	set->families[i] = family;
	return &set->slots[i];
}

static struct vm_dev *add_at(struct set *set, const struct dev_family *family, unsigned slot,
			     const char *class)
{
	unsigned *count = slot_count(set, family);
	struct vm_dev *dev = family->flags & FAMILY_CONTROLLER
				     ? vm_list_controller(&set->vm, family, slot)
				     : vm_add_dev(&set->vm, family, slot, 0, 0);

	if (*count <= slot)
		*count = slot + 1;
	dev->at = (struct place){"set.config", 1};
	if (has_menu(family)) {
		set->unsaid |= slot >= family->max;
		say_class(set, dev, class);
	} else {
		set->unsaid = true;
		dev->class = dev_class_find(family, class);
		if (!dev->class)
			DIE("family %s has no class %s\n", family->name, class);
	}
	return dev;
}

/* In the next slot. */
static struct vm_dev *add_next(struct set *set, const struct dev_family *family, const char *class)
{
	return add_at(set, family, *slot_count(set, family), class);
}

/* ---- addresses --------------------------------------------------------------------------------- */

static void xml_address(struct set *set, const struct pci_addr *addr)
{
	XML("<address type='pci' domain='%u' bus='0x%x' slot='0x%x' function='0x%x'/>",
	    addr->domain, addr->bus, addr->slot, addr->function);
}

/* As written, whether such an address can be or not. */
static void at_text(struct set *set, struct vm_dev *dev, unsigned bus, unsigned slot,
		    unsigned function)
{
	const struct prop *row = dev_prop(dev->family, "address");
	const char *text = arena_fmt(&set->arena, "%02x:%02x.%x", bus, slot, function);

	XML("<address type='pci' domain='0' bus='0x%x' slot='0x%x' function='0x%x'/>", bus, slot,
	    function);
	if (row && row->kind == PROP_PCI && row->sym) {
		say(set, dev, "address", text);
	} else if (dev_prop(dev->family, "pci-address") && has_menu(dev->family)) {
		say(set, dev, "pci-address", text);
	} else {
		want(dev, bus, slot, function);
		set->unsaid = true;
	}
}

static struct pci_addr choose_address(struct set *set)
{
	struct pci_addr *last = &set->last,
			addr = {
				.bus = (uint16_t)(chance(65) ? 0 : below(is_pc(set) ? 4 : 6)),
				.slot = (uint8_t)(chance(10)   ? below(32)
						  : chance(40) ? 0
							       : 1 + below(9)),
				.function = (uint8_t)(chance(60) ? 0 : below(8)),
			};

	/* Beside the one before, as people do it for multifunction. */
	if (last->slot && last->function < 7 && chance(30)) {
		addr = *last;
		addr.function++;
	}
	/* libvirt takes bus 0, slot 0 for "none given"; Kiln refuses it. */
	if (addr.bus == 0 && addr.slot == 0)
		addr.slot = (uint8_t)(2 + below(12));
	/* On pc QEMU has IDE there in any case, and Kiln knows it; libvirt only with a disk. */
	if (is_pc(set) && addr.bus == 0 && addr.slot == 1 && addr.function == 1)
		addr.function = 3;
	*last = addr;
	return addr;
}

static void maybe_address(struct set *set, struct vm_dev *dev, unsigned percent)
{
	struct pci_addr addr;

	if (!chance(percent))
		return;
	addr = choose_address(set);
	if (!chance(2)) {
		at_text(set, dev, addr.bus, addr.slot, addr.function);
		return;
	}
	/* .config has no domains. */
	addr.domain = 1;
	dev->has_want = true;
	dev->want = addr;
	set->unsaid = true;
	xml_address(set, &addr);
}

/* ---- from what was said to the model ------------------------------------------------------------ */

static void say_counts(struct set *set)
{
	if (!*slot_count(set, &console_family))
		text_add(&set->config, "CONFIG_CONSOLE_COUNT=0\n");
	if (!*slot_count(set, &balloon_family) && !is_virt(set))
		text_add(&set->config, "# CONFIG_BALLOON is not set\n");
	for (unsigned i = 0; i < FAMILY_MAX && set->families[i]; i++) {
		const struct dev_family *family = set->families[i];

		if (!has_menu(family) || !set->slots[i])
			continue;
		if (family->flags & FAMILY_SINGLE)
			text_fmt(&set->config, "CONFIG_%s=y\n", family->sym);
		else
			text_fmt(&set->config, "CONFIG_%s_COUNT=%u\n", family->sym, set->slots[i]);
	}
}

static void read_rows(struct set *set, struct vm_dev *dev)
{
	bool menu = dev == set->vm.guest_dev || has_menu(dev->family);

	prop_for_each(row, dev->family->props)
	{
		bool choice = row->kind == PROP_ENUM;

		if (menu && row->sym && row->kind != PROP_CLASS &&
		    (choice || cfg_find(&set->cfg, row_symbol(dev, row))))
			row_read(&set->cfg, dev, row, &set->errs);
	}
}

/* Companions come with their master; what was configured for them waited for that. */
static void place_companions(struct set *set)
{
	for (unsigned i = 0; i < set->companions; i++) {
		vm_for_each_dev(dev, set->vm.controllers) {
			if (dev->family != &usb_family || dev->index != set->companion[i].index ||
			    strcmp(dev->class->name, set->companion[i].model) != 0)
				continue;
			dev->has_want = true;
			dev->want = set->companion[i].addr;
		}
	}
}

/* Families of the tests have numbers for ids, and no checks. */
static void set_read(struct set *set)
{
	const char *answer = arena_fmt(&set->arena, "kiln-kconf\t1\n%send\t%u\t0\n",
				       text_str(&set->answer), set->said);
	char *copy = arena_alloc(&set->arena, strlen(answer) + 1);

	memcpy(copy, answer, strlen(answer) + 1);
	if (cfg_parse(&set->arena, "set.config", copy, &set->cfg, &set->errs) < 0)
		DIE("the answer is damaged\n");
	read_rows(set, set->vm.guest_dev);
	vm_for_each(dev, &set->vm)
		read_rows(set, dev);
	config_prepare(&set->vm);
	place_companions(set);
	vm_assign_aliases(&set->vm);
}

/* What `kiln compose` does with a model. Return: 0, or -1 with errors. */
static int set_layout(struct set *set)
{
	if (set->errs.count)
		return -1;
	check_run_all(&set->vm, &set->errs);
	if (set->errs.count)
		return -1;
	return layout_assign(&set->vm, NULL, &set->layout, &set->errs);
}

/* ---- begin and end ------------------------------------------------------------------------------ */

static void say_basics(struct set *set, uint64_t seed)
{
	const struct vm_dev *guest = set->vm.guest_dev;
	const char *board = set->kind->board;
	struct text upper = {.arena = &set->arena};

	for (; *board; board++)
		text_fmt(&upper, "%c",
			 *board == '-'                    ? '_'
			 : *board >= 'a' && *board <= 'z' ? *board - 'a' + 'A'
							  : *board);
	text_fmt(&set->config, "CONFIG_BOARD_%s=y\n", text_str(&upper));
	if (!is_virt(set))
		text_fmt(&set->config, "CONFIG_%s=y\n", set->vm.machine->sym);
	say(set, guest, "name", arena_fmt(&set->arena, "set%" PRIu64, seed));
	say(set, guest, "accel", "TCG");
	say(set, guest, "kernel", "kernel");
	say(set, guest, "memory", "64");
	say_default(set, guest, "machine-version", "7.2");
	say_default(set, guest, "cpu-model", set->kind->cpu);
	say_default(set, guest, "payload-prefix", "/var/lib/kiln");
	say_default(set, guest, "run-user", "kiln");
	if (!is_virt(set))
		say_default(set, guest, "acpi-tables", "y");
	if (on_mmio(set))
		say(set, guest, "virtio-bus", "MMIO");
}

/* @more: elements of the machine that only this set has. */
static struct set *set_begin(uint64_t seed, unsigned kind, const char *more)
{
	struct set *set = calloc(1, sizeof(*set));

	if (!set)
		DIE("out of memory\n");
	set->kind = &kinds[kind];
	set->vm.arena = &set->arena;
	set->vm.board = &boards[kind];
	set->vm.machine = kinds[kind].machine;
	set->vm.families = device_families;
	set->errs.arena = &set->arena;
	set->xml.arena = set->config.arena = set->answer.arena = &set->arena;
	guest_attach(&set->vm);
	say_basics(set, seed);
	XML("<domain type='qemu'><name>set%" PRIu64 "</name><memory>524288</memory><vcpu>1</vcpu>"
	    "<os><type arch='%s' machine='%s'>hvm</type></os>%s%s<devices>\n"
	    "<emulator>/usr/bin/qemu-system-%s</emulator>\n",
	    seed, set->kind->arch, set->kind->type,
	    is_virt(set) ? "" : "<features><acpi/></features>", more ? more : "", set->kind->arch);
	return set;
}

static void set_end(struct set *set)
{
	XML("</devices></domain>\n");
	say_counts(set);
	set_read(set);
}

static void set_free(struct set *set)
{
	arena_free(&set->arena);
	free(set);
}

#endif
