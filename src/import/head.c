/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * head.c - the basics of a domain: the inverse of domain/domain.c, then the machine's rows.
 */
#include "import/argv/argv.h"
#include "import/head.h"

#include <inttypes.h>
#include <string.h>

#include "model/machine.h"

static struct err *refuse(const struct import *import, const char *path, const char *what)
{
	xmlNodePtr node = xml_find_element(import->root, path);
	struct err *err = err_list_new(import->errs, ERR_CONFIG, "%s", what);

	err_at(err, import->path, (unsigned)xmlGetLineNo(node ? node : import->root));
	err_check(err, "import-machine");
	return err;
}

/* "pc-q35-7.2" is q35 of version 7.2; "q35" and "pc" are the newest of the board. */
static bool is_machine(const struct machine *machine, const char *type, const char **ret_version)
{
	size_t len = strlen(machine->type_prefix);
	bool versions = len && machine->type_prefix[len - 1] == '-';

	*ret_version = NULL;
	if (strcmp(type, machine->name) == 0)
		return true;
	if (!versions)
		return strcmp(type, machine->type_prefix) == 0;
	if (strncmp(type, machine->type_prefix, len) != 0)
		return false;
	*ret_version = type + len;
	return true;
}

/* A machine that another one refines by a switch: with PCI, or with ACPI alone. */
static bool is_refined(const struct import *import, const struct machine *machine)
{
	const char *sign = machine->root_model ? "devices/controller[type=pci]" : "features/acpi";

	return xml_find_element(import->root, sign);
}

int head_machine(struct import *import)
{
	const char *type = xml_find(import->arena, import->root, "os/type/@machine");
	const char *kind = xml_find(import->arena, import->root, "os/type");
	struct text known = {.arena = import->arena};

	if (kind && strcmp(kind, "hvm") != 0) {
		struct err *err =
			refuse(import, "os/type", arena_fmt(import->arena, "os type \"%s\"", kind));

		err_why(err, "Kiln composes whole machines for QEMU, which libvirt calls hvm.");
		err_fix(err, "Give the domain of a QEMU guest.");
		return -1;
	}
	/* libvirt takes the i440fx where nothing is said, on x86. */
	type = type ? type : "pc";
	for (const struct machine *const *entry = machine_table; *entry; entry++) {
		bool refines =
			entry > machine_table && strcmp((*entry)->name, entry[-1]->name) == 0;

		const char *version;

		if (is_machine(*entry, type, &version) &&
		    (!refines || is_refined(import, *entry))) {
			import->machine = *entry;
			import->version = version;
		}
		if (!refines)
			text_fmt(&known, "%s%s", known.len ? ", " : "", (*entry)->name);
	}
	if (import->machine)
		return 0;
	struct err *err =
		refuse(import, "os/type", arena_fmt(import->arena, "machine type \"%s\"", type));

	err_why(err, "Kiln has the machines %s.", text_str(&known));
	err_fix(err, "Give the guest one of them; it will notice.");
	return -1;
}

/* ---- what domain/ writes without rows ------------------------------------------------------------ */

static void set(struct import *import, const char *row, const char *text)
{
	if (text)
		(void)element_set(&import->head, row, text);
}

static void set_number(struct import *import, const char *row, uint64_t number)
{
	set(import, row, arena_fmt(import->arena, "%" PRIu64, number));
}

/* libvirt counts memory devices in; the guest starts with the rest. */
static uint64_t device_memory(struct import *import, xmlNodePtr devices)
{
	uint64_t all = 0, kib;

	tree_for_each(child, devices)
	{
		const char *text = tree_is(child, "memory")
					   ? xml_find(import->arena, child, "target/size")
					   : NULL;

		if (text && tree_number(text, &kib))
			all += kib;
	}
	return all;
}

static void read_memory(struct import *import, xmlNodePtr devices)
{
	const char *text = xml_find(import->arena, import->root, "memory");
	uint64_t kib, added = devices ? device_memory(import, devices) : 0;

	if (text && tree_number(text, &kib) && kib % 1024 == 0 && kib > added)
		set_number(import, "memory", (kib - added) / 1024);
}

static bool number_at(const struct import *import, const char *path, uint64_t *ret)
{
	const char *text = xml_find(import->arena, import->root, path);

	return text && tree_number(text, ret);
}

/* Without a topology libvirt makes each CPU a socket. */
static void read_topology(struct import *import)
{
	uint64_t cpus = 1, part;
	static const struct {
		const char *path, *row;
	} parts[] = {
		{"cpu/topology/@sockets", "sockets"},
		{"cpu/topology/@dies", "dies"},
		{"cpu/topology/@cores", "cores"},
		{"cpu/topology/@threads", "threads"},
	};

	(void)number_at(import, "vcpu", &cpus);
	if (!xml_find_element(import->root, "cpu/topology")) {
		set_number(import, "sockets", cpus);
		set_number(import, "cores", 1);
		set_number(import, "threads", 1);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (number_at(import, parts[i].path, &part))
			set_number(import, parts[i].row, part);
	}
}

static void read_cpu(struct import *import)
{
	struct arena *arena = import->arena;
	const char *mode = xml_find(arena, import->root, "cpu/@mode");
	const char *model = xml_find(arena, import->root, "cpu/model");
	const char *check = xml_find(arena, import->root, "cpu/@check");
	const char *migratable = xml_find(arena, import->root, "cpu/@migratable");

	if (mode && strcmp(mode, "maximum") == 0)
		set(import, "cpu-model", "max");
	else if (mode && strcmp(mode, "custom") != 0)
		set(import, "cpu-model", mode);
	else if (model && *model)
		set(import, "cpu-model", model);
	if (migratable && tree_truth(migratable) >= 0)
		set(import, "cpu-migratable", tree_truth(migratable) ? "y" : "n");
	if (check)
		set(import, "cpu-enforce", strcmp(check, "full") == 0 ? "y" : "n");
	read_topology(import);
}

/* Where a tree keeps the lock of a defconfig; a relative path is meant from there. */
static const char *lock_path(const struct import *import)
{
	const char *name = xml_find(import->arena, import->root, "name");
	const char *path = import->layout_lock;
	size_t len = path ? strlen(path) : 0;

	if (!path || (len && path[len - 1] != '/'))
		return path;
	return arena_fmt(import->arena, "%s%s.layout", path, name ? name : "");
}

static void read_spare(struct import *import)
{
	if (!import->no_spare)
		return;
	set(import, "spare", "FIXED");
	set(import, "spare-count", "0");
}

static void read_words(struct import *import)
{
	struct arena *arena = import->arena;
	const char *type = xml_attr_text(arena, import->root, "type");
	const char *reboot = xml_find(arena, import->root, "on_reboot");
	const char *crash = xml_find(arena, import->root, "on_crash");
	bool kernel = xml_find_element(import->root, "os/kernel");

	set(import, "name", xml_find(arena, import->root, "name"));
	set(import, "layout-lock", lock_path(import));
	set(import, "title", xml_find(arena, import->root, "title"));
	set(import, "uuid", xml_find(arena, import->root, "uuid"));
	set(import, "machine-version", import->version);
	set(import, "accel", type && strcmp(type, "kvm") == 0 ? "KVM" : "TCG");
	set(import, "on-reboot", reboot && strcmp(reboot, "destroy") == 0 ? "DESTROY" : "RESTART");
	/* To dump it, or to start another one, is a manager's business. */
	set(import, "on-crash", crash && strcmp(crash, "preserve") == 0 ? "PRESERVE" : "DESTROY");
	set(import, "boot", kernel ? "KERNEL" : "DISK");
	read_spare(import);
}

/* What other elements than the machine's own say of it. */
static void read_elsewhere(struct import *import, xmlNodePtr devices)
{
	struct arena *arena = import->arena;
	const char *hotplug =
		xml_find(arena, devices, "controller[model=pci-root]/target/@hotplug");

	if (hotplug)
		set(import, "root-hotplug", tree_truth(hotplug) > 0 ? "ON" : "OFF");
	/* Only a machine that has both ways takes it. */
	set(import, "virtio-bus", import->transports ? "MMIO" : "PCI");
}

/* It belongs to the placement of the memory, which is known now. */
static void read_placement(struct import *import)
{
	const char *placement = xml_find(import->arena, import->root, "vcpu/@placement");

	if (placement)
		set(import, "cpu-placement", strcmp(placement, "auto") == 0 ? "y" : "n");
}

/* A page with a set of cells is theirs alone; the one without is for all others, if there is one. */
static void read_pages(struct import *import)
{
	xmlNodePtr pages = xml_find_element(import->root, "memoryBacking/hugepages");
	const char *size = NULL;
	bool any = false;

	if (!pages)
		return;
	tree_for_each(child, pages)
	{
		any = true;
		if (!xml_attr_text(import->arena, child, "nodeset"))
			size = xml_attr_text(import->arena, child, "size");
	}
	if (any)
		set(import, "huge-pages", size ? "y" : "n");
	if (size)
		set(import, "huge-page-size", size);
}

/* PREFIX/NAME/FILE is where Kiln has the payload of a guest of that name. */
static void read_prefix(struct import *import)
{
	const char *path = xml_find(import->arena, import->root, "os/kernel");
	const char *name = xml_find(import->arena, import->root, "name");
	const char *file = path ? strrchr(path, '/') : NULL;
	size_t len = name ? strlen(name) : 0;

	if (!file || !len || (size_t)(file - path) < len + 2 ||
	    strncmp(file - len, name, len) != 0 || file[-(long)len - 1] != '/')
		return;
	set(import, "payload-prefix",
	    arena_dup(import->arena, path, (size_t)(file - path) - len - 1));
}

/* What goes into the image is elsewhere on the target than libvirt has it on its host. */
static void read_payload(struct import *import)
{
	static const struct {
		const char *path, *row;
	} files[] = {{"os/kernel", "kernel"}, {"os/initrd", "initrd"}};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const struct prop *row = dev_prop(import->head.dev->family, files[i].row);
		const char *path = xml_find(import->arena, import->root, files[i].path);
		const char *prefix = vm_payload_target(import->vm, "");

		if (path && strncmp(path, prefix, strlen(prefix)) != 0 && row &&
		    dev_applies(import->head.dev, row))
			set(import, files[i].row, path);
	}
}

/* Of a command line all is said by facts and settings. */
static void read_argv(struct import *import)
{
	struct difference found = {.arena = import->arena, .quiet = true};

	set(import, "layout-lock", lock_path(import));
	set(import, "machine-version", import->version);
	read_spare(import);
	element_read(&import->head, &found);
}

void head_read(struct import *import)
{
	struct difference found = {.arena = import->arena, .quiet = true};
	xmlNodePtr devices = xml_find_element(import->root, "devices");

	import->head = (struct element){.node = import->root, .dev = import->vm->guest_dev};
	if (argv_item(import->root)) {
		read_argv(import);
		return;
	}
	if (devices)
		read_elsewhere(import, devices);
	/* The devices are read by themselves, and would be compared again with each try. */
	if (devices)
		xmlUnlinkNode(devices);
	read_words(import);
	read_prefix(import);
	read_memory(import, devices);
	read_cpu(import);
	read_pages(import);
	element_read(&import->head, &found);
	/* A file that is nowhere shown as it is would have been emptied. */
	read_payload(import);
	read_placement(import);
	if (devices)
		(void)xmlAddChild(import->root, devices);
}
