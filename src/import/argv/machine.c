/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c - the machine itself: type, accelerator, CPU, memory, firmware, clock, what it starts.
 */
#include "import/argv/start.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "import/head.h"
#include "machines/guest.h"

static const char no_setting[] = "Kiln has no setting that says it";

static void set(struct argv *argv, const char *row, const char *text)
{
	argv_set(argv, argv->import->root, row, text);
}

static void set_number(struct argv *argv, const char *row, uint64_t number)
{
	set(argv, row, arena_fmt(argv->arena, "%" PRIu64, number));
}

static void facts(struct argv *argv, const char *option, struct node *tree)
{
	argv_facts(argv, argv->import->root, option, tree);
}

/* ---- -machine, -accel --------------------------------------------------------------------------- */

static void set_accel(struct argv *argv, const char *list)
{
	bool kvm = list && strncmp(list, "kvm", 3) == 0;

	/* "kvm:tcg" is what the target has. */
	set(argv, "accel", kvm && strchr(list, ':') ? "AUTO" : kvm ? "KVM" : "TCG");
	xml_attr(argv->import->root, "type", kvm ? "kvm" : "qemu");
}

static void read_accel(struct argv *argv, struct node *machine)
{
	const char *list = argv_take(argv, machine, "accel");
	struct argv_option *option = argv_merged(argv, "-accel");
	const char *name = argv->program ? strrchr(argv->program, '/') : NULL;

	name = name ? name + 1 : argv->program;
	if (option) {
		const char *own = argv_peek(argv, option->tree, "accel");

		/* Of several the first that works is it. */
		list = list ? list : own;
		(void)argv_take(argv, option->tree, "accel");
		facts(argv, "-accel", option->tree);
	}
	/* Debian's and Red Hat's name of a QEMU that uses KVM by itself. */
	if (!list && name && (strcmp(name, "kvm") == 0 || strcmp(name, "qemu-kvm") == 0))
		list = "kvm";
	set_accel(argv, list);
}

static const char *default_type(const struct argv *argv)
{
	return argv->program && strstr(argv->program, "aarch64") ? "virt" : "pc";
}

/* A disk image of the firmware: the path behind a node, or of -drive if=pflash. */
static const char *flash_path(struct argv *argv, const char *node)
{
	struct argv_option *option = argv_find(argv, "-blockdev", "node-name", node);
	const char *path, *file;

	if (!option)
		return NULL;
	option->done = true;
	path = argv_peek(argv, option->tree, "filename");
	file = argv_peek(argv, option->tree, "file");
	return path ? path : file ? flash_path(argv, file) : NULL;
}

static const char *flash_file(struct argv *argv, const char *node)
{
	const char *path = flash_path(argv, node);

	if (path && argv_is_descriptor(path)) {
		argv_note(argv, argv->options, IMPORT_LOST, path, argv->no_file);
		return NULL;
	}
	return path && !argv_payload(argv, path) ? argv_path(argv, argv->options, path) : path;
}

/*
 * The variables that come with the code: of Debian's ovmf and qemu-efi-aarch64 and of Fedora's edk2 they
 * stand beside it. Code with Secure Boot and without keys has the plain ones.
 */
static const char *vars_template(struct argv *argv, const char *code)
{
	const char *slash = strrchr(code, '/'), *name = slash ? slash + 1 : code;
	const char *at = strstr(name, "VMF_CODE"), *rest, *secure;

	if (!at || at != name + 1 + (name[0] == 'A') || strncmp(code, "/usr/share/", 11) != 0)
		return NULL;
	rest = at + strlen("VMF_CODE");
	secure = strstr(rest, ".secboot");
	if (!secure)
		return arena_fmt(argv->arena, "%.*sVMF_VARS%s", (int)(at - code), code, rest);
	return arena_fmt(argv->arena, "%.*sVMF_VARS%.*s%s", (int)(at - code), code,
			 (int)(secure - rest), rest, secure + strlen(".secboot"));
}

static void read_flash(struct argv *argv, struct node *machine)
{
	const char *code = argv_take(argv, machine, "pflash0");
	const char *vars = argv_take(argv, machine, "pflash1"), *path, *template;

	if (!code)
		return;
	path = flash_file(argv, code);
	set(argv, "firmware", "OVMF");
	if (path)
		start_firmware(argv, path);
	set(argv, "firmware-store", vars ? "FILE" : "NONE");
	template = path ? vars_template(argv, path) : NULL;
	path = vars ? flash_file(argv, vars) : NULL;
	set(argv, "firmware-vars", path);
	if (path && (!template || strcmp(template, path) == 0)) {
		argv_note(argv, argv->options, IMPORT_DROPPED, path,
			  "a template for the UEFI variables is wanted, which is copied where the "
			  "file is not; this file is taken for both. Set "
			  "CONFIG_FIRMWARE_VARS_TEMPLATE to the firmware's own");
		template = path;
	}
	set(argv, "firmware-template", path ? template : NULL);
}

static void read_parts(struct argv *argv, struct argv_option *option)
{
	struct node *tree = option->tree;
	const char *memory = argv_take(argv, tree, "memory-backend");
	const char *iommu = argv_take(argv, tree, "iommu");
	const char *speaker = argv_take(argv, tree, "pcspk-audiodev");
	xmlNodePtr node, audio;

	if (memory)
		argv_memdev(argv, argv->import->root, memory);
	if (iommu) {
		node = argv_element(argv, option, argv_family(argv, "iommu"), "iommu");
		argv_item(node)->class = dev_class_find(argv_family(argv, "iommu"), iommu);
		argv_fact(argv, node, "-machine", "iommu", iommu);
	}
	if (speaker) {
		node = argv_element(argv, option, argv_family(argv, "sound"), "sound");
		argv_item(node)->class = dev_class_find(argv_family(argv, "sound"), "pcspk");
		audio = argv_audio_find(argv, speaker);
		argv_set_audio(argv, node, speaker);
		/* Its own name is not the guest's. */
		if (audio)
			speaker = arena_fmt(argv->arena, "audio%s",
					    xml_attr_text(argv->arena, audio, "id"));
		argv_fact(argv, node, "-machine", "pcspk-audiodev", speaker);
	}
	/* A remapping IOMMU wants it. */
	argv_for_each(each, argv)
	{
		const char *driver = each->tree && strcmp(each->name, "-device") == 0
					     ? argv_peek(argv, each->tree, "driver")
					     : NULL;

		if (driver && strcmp(driver, "intel-iommu") == 0)
			(void)argv_take_if(argv, tree, "kernel_irqchip", "split");
	}
	/* What the composer says of every machine, and what follows from a device. */
	(void)argv_take_if(argv, tree, "usb", "off");
	(void)argv_take(argv, tree, "dump-guest-core");
	(void)argv_take(argv, tree, "nvdimm");
}

/* Proxmox counts its own revisions of a version: "pc-q35-8.1+pve0" is QEMU's pc-q35-8.1. */
static void drop_mark(struct argv *argv, const struct argv_option *option)
{
	const char *mark = strstr(argv->type, "+pve");

	if (!mark)
		return;
	argv_note(argv, option, IMPORT_DROPPED, mark, "a revision of Proxmox, of that version");
	argv->type = arena_dup(argv->arena, argv->type, (size_t)(mark - argv->type));
}

/* Where the firmware of a PC writes what it has no screen for; another firmware does so anyhow. */
static bool has_line(const struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *driver = argv_is_open(option, "-device")
					     ? argv_peek(argv, option->tree, "driver")
					     : NULL;

		if (driver && strcmp(driver, "isa-serial") == 0)
			return true;
	}
	return false;
}

static const char *dashed(struct argv *argv, const char *key)
{
	char *text = arena_str(argv->arena, key);

	for (char *at = strchr(text, '_'); at; at = strchr(at, '_'))
		*at = '-';
	return text;
}

/* QEMU takes '_' for '-' here; the rows have its own names, but for one. */
static void plain_keys(struct argv *argv, struct node *tree)
{
	for (struct node *item = tree->child; item; item = item->next) {
		if (!item->key)
			continue;
		item->key = dashed(argv, item->key);
		if (strcmp(item->key, "kernel-irqchip") == 0)
			item->key = "kernel_irqchip";
	}
}

/* Members of a machine that say what is so without them (hw/arm/virt.c). */
static void drop_defaults(struct argv *argv, struct node *tree)
{
	static const struct {
		const char *key, *value;
	} defaults[] = {
		{"secure", "off"}, {"virtualization", "off"},
		{"highmem", "on"}, {"mte", "off"},
		{"ras", "off"},    {"its", "on"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		(void)argv_take_if(argv, tree, defaults[i].key, defaults[i].value);
}

static void read_machine(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-machine");
	xmlNodePtr root = argv->import->root;

	if (!option) {
		option = argv_add(argv, argv->options, "-machine", default_type(argv));
		option->done = true;
	}
	plain_keys(argv, option->tree);
	drop_defaults(argv, option->tree);
	if (argv_truth(argv, option->tree, "prealloc", false))
		set(argv, "prealloc", "y");
	argv->type = argv_take(argv, option->tree, "type");
	if (!argv->type)
		argv->type = default_type(argv);
	drop_mark(argv, option);
	xml_set(root, "os/type", "hvm");
	xml_set(root, "os/type/@machine", argv->type);
	if (argv_peek(argv, option->tree, "acpi") &&
	    tree_truth(argv_peek(argv, option->tree, "acpi")) > 0)
		xml_set(root, "features/acpi", NULL);
	if (argv_peek(argv, option->tree, "pcie") &&
	    tree_truth(argv_peek(argv, option->tree, "pcie")) > 0)
		xml_set(root, "devices/controller[type=pci]/@model", "pcie-root");
	if (!has_line(argv))
		(void)argv_take_if(argv, option->tree, "graphics", "off");
	if (strcmp(argv->type, "microvm") == 0) {
		/* A machine of its own of Kiln's. */
		(void)argv_take_if(argv, option->tree, "acpi", "on");
		(void)argv_take_if(argv, option->tree, "pcie", "on");
	}
	read_accel(argv, option->tree);
	read_flash(argv, option->tree);
	argv->machine = option;
}

/* ---- -cpu, -smp, -m ----------------------------------------------------------------------------- */

static void add_feature(struct argv *argv, struct argv_option *option, const char *name, bool on)
{
	xmlNodePtr node = argv_element(argv, option, argv_family(argv, "cpu-feature"), "feature");

	argv_set(argv, node, "name", name);
	argv_set(argv, node, "policy", on ? "REQUIRE" : "DISABLE");
}

static void read_features(struct argv *argv, struct argv_option *option)
{
	struct node *tree = option->tree;

	while (tree->child) {
		const char *key = tree->child->key;
		const char *value = argv_take(argv, tree, key);
		bool sign = *key == '+' || *key == '-';
		const char *name = key + sign, *row = dashed(argv, name);

		if (sign)
			value = *key == '+' ? "on" : "off";
		if (!value)
			break;
		/* That it is KVM the guest is told, unless it shall not be. */
		if (strcmp(row, "kvm") == 0 && tree_truth(value) > 0)
			continue;
		/* Whether QEMU warns of what the host lacks. */
		if (strcmp(row, "check") == 0)
			continue;
		if (strcmp(row, "hv-crash") == 0) {
			xmlNodePtr node =
				argv_element(argv, option, argv_family(argv, "panic"), "panic");

			argv_item(node)->class =
				dev_class_find(argv_family(argv, "panic"), "hyperv");
		} else if (start_is_row(argv, "-cpu", row))
			argv_fact(argv, argv->import->root, "-cpu", row, value);
		else if (tree_truth(value) >= 0)
			add_feature(argv, option, name, tree_truth(value));
		else
			argv_note(argv, option, IMPORT_LOST,
				  arena_fmt(argv->arena, "%s=%s", name, value), no_setting);
	}
}

static void read_cpu(struct argv *argv)
{
	struct argv_option *option = argv_last(argv, "-cpu");
	const char *model;

	if (!option) {
		/* QEMU's own default: qemu64 of a PC; the first of the others. */
		set(argv, "cpu-model", strcmp(default_type(argv), "pc") == 0 ? "qemu64" : NULL);
		return;
	}
	option->done = true;
	model = argv_take(argv, option->tree, "model");
	if (model && strcmp(model, "host") == 0) {
		set(argv, "cpu-model", "host-passthrough");
		set(argv, "cpu-migratable",
		    argv_truth(argv, option->tree, "migratable", true) ? "y" : "n");
	} else {
		set(argv, "cpu-model", model);
	}
	read_features(argv, option);
}

static uint64_t take_number(struct argv *argv, struct node *tree, const char *key)
{
	const char *text = argv_take(argv, tree, key);
	uint64_t number = 0;

	(void)(text && tree_number(text, &number));
	return number;
}

/* Machine types up to 6.1 give sockets first (hw/core/machine-smp.c, prefer_sockets). */
static bool prefers_sockets(const struct argv *argv)
{
	const char *dash = strrchr(argv->type, '-'), *dot = dash ? strchr(dash, '.') : NULL;
	uint64_t major, minor;

	if (!dot || num_parse_n(dash + 1, (size_t)(dot - dash - 1), 0, 99, &major) < 0 ||
	    num_parse(dot + 1, 0, 99, &minor) < 0)
		return false;
	return major < 6 || (major == 6 && minor < 2);
}

static uint64_t at_least_one(uint64_t number)
{
	return number ? number : 1;
}

/* What is missing is computed as machine_parse_smp_config() does it: threads last. */
static void read_smp(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-smp");
	struct node *tree = option ? option->tree : node_new(argv->arena, NODE_OBJECT);
	uint64_t cpus = take_number(argv, tree, "cpus"), most = take_number(argv, tree, "maxcpus");
	uint64_t sockets = take_number(argv, tree, "sockets");
	uint64_t dies = at_least_one(take_number(argv, tree, "dies"));
	uint64_t cores = take_number(argv, tree, "cores"),
		 threads = take_number(argv, tree, "threads");

	most = most ? most : cpus;
	if (!most) {
		sockets = at_least_one(sockets);
		cores = at_least_one(cores);
		threads = at_least_one(threads);
	} else if (prefers_sockets(argv) ? !sockets : cores && !sockets) {
		cores = at_least_one(cores);
		threads = at_least_one(threads);
		sockets = at_least_one(most / (dies * cores * threads));
	} else if (!cores) {
		sockets = at_least_one(sockets);
		threads = at_least_one(threads);
		cores = at_least_one(most / (sockets * dies * threads));
	}
	if (!threads)
		threads = at_least_one(most / (sockets * dies * cores));
	set_number(argv, "sockets", sockets);
	set_number(argv, "dies", dies);
	set_number(argv, "cores", cores);
	set_number(argv, "threads", threads);
	if (cpus && cpus < sockets * dies * cores * threads)
		set_number(argv, "cpus-present", cpus);
	if (option)
		argv_lost(argv, option, "", tree, no_setting);
}

#define MIB (1u << 20)

static void read_memory(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-m");
	struct node *tree = option ? option->tree : NULL;
	const char *size = argv_take(argv, tree, "size"), *most = argv_take(argv, tree, "maxmem");
	uint64_t bytes;

	/* QEMU's default is 128 MiB. */
	bytes = 128ull * MIB;
	if (size && !argv_bytes(size, MIB, &bytes))
		argv_note(argv, option, IMPORT_LOST, size, no_setting);
	set_number(argv, "memory", bytes / MIB);
	if (most && argv_bytes(most, MIB, &bytes)) {
		set_number(argv, "memory-max", bytes / MIB);
		set(argv, "memory-slots", argv_take(argv, tree, "slots"));
	}
	if (option)
		argv_lost(argv, option, "", tree, no_setting);
}

int argv_machine(struct argv *argv)
{
	argv->guest = guest_family(argv->arena);
	argv_item(argv->import->root)->family = argv->guest;
	start_name(argv);
	read_machine(argv);
	read_cpu(argv);
	read_smp(argv);
	read_memory(argv);
	start_read(argv);
	start_clock(argv);
	start_actions(argv);
	start_host(argv);
	return head_machine(argv->import);
}

void argv_machine_parts(struct argv *argv)
{
	read_parts(argv, argv->machine);
	start_tables(argv);
	start_globals(argv);
	argv->now = argv->machine;
	facts(argv, "-machine", argv->machine->tree);
}
