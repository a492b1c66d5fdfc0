/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kubevirt_devices.c - the devices of a domain XML as devices, volumes and networks of KubeVirt.
 */
#include <string.h>

#include "export/kubevirt.h"
#include "import/tree.h"

#define NAME_KEY "name"

static const struct field disk_fields[] = {
	{"boot/@order", "bootOrder", FIELD_COUNT, NULL},
	{"serial", "serial", FIELD_WORD, NULL},
	{"driver/@name", NULL, FIELD_NONE, "qemu"},
	{"driver/@type", NULL, FIELD_NONE, "raw qcow2"},
	{"driver/@cache", "cache", FIELD_WORD, "none writethrough writeback"},
	{"driver/@io", "io", FIELD_WORD, "native threads"},
	{"driver/@error_policy", "errorPolicy", FIELD_WORD, "stop ignore report enospace"},
	{"shareable", "shareable", FIELD_THERE, NULL},
	{"blockio/@logical_block_size", "blockSize.custom.logical", FIELD_COUNT, NULL},
	{"blockio/@physical_block_size", "blockSize.custom.physical", FIELD_COUNT, NULL},
	{"target/@dev", NULL, FIELD_NONE, NULL},
	{0},
};

static const struct field interface_fields[] = {
	{"mac/@address", "macAddress", FIELD_WORD, NULL},
	{"model/@type", "model", FIELD_WORD, "virtio e1000 e1000e igb ne2k_pci pcnet rtl8139"},
	{"boot/@order", "bootOrder", FIELD_COUNT, NULL},
	{"acpi/@index", "acpiIndex", FIELD_COUNT, NULL},
	{"link/@state", "state", FIELD_WORD, "up down"},
	/* Who moves the packets is the host's. */
	{"driver/@name", NULL, FIELD_NONE, "vhost qemu"},
	/* The host's own name of it. */
	{"target/@dev", NULL, FIELD_NONE, NULL},
	{0},
};

static const struct field tpm_fields[] = {
	{"@model", NULL, FIELD_NONE, "!tpm-crb tpm-tis"},
	{"backend/@type", "persistent", FIELD_THERE, "!emulator"},
	{"backend/@version", NULL, FIELD_NONE, "!2.0"},
	{0},
};

/** struct simple - a device that one field says. @path: of the domain. @fields: rows of it. @list: of many. */
struct simple {
	const char *element, *path;
	const struct field *fields;
	bool list, named;
};

static const struct field rng_fields[] = {
	{"@model", NULL, FIELD_NONE, "!virtio"},
	{"backend/@model", NULL, FIELD_NONE, "!random"},
	{"backend", NULL, FIELD_NONE, "/dev/urandom /dev/random"},
	{0},
};
static const struct field balloon_fields[] = {{"@model", NULL, FIELD_NONE, "!virtio none"}, {0}};
static const struct field input_fields[] = {
	{"@type", "type", FIELD_WORD, "!tablet keyboard"},
	{"@bus", "bus", FIELD_WORD, "!usb virtio"},
	{0},
};
static const struct field watchdog_fields[] = {
	{"@model", NULL, FIELD_NONE, "!i6300esb"},
	{"@action", "i6300esb.action", FIELD_WORD, "!poweroff reset shutdown"},
	{0},
};
static const struct field sound_fields[] = {{"@model", "model", FIELD_WORD, "!ich9 ac97"}, {0}};
static const struct field panic_fields[] = {
	{"@model", "model", FIELD_WORD, "!isa hyperv pvpanic"},
	{0},
};
static const struct field video_fields[] = {
	{"model/@type", "type", FIELD_WORD, "!virtio vga bochs ramfb"},
	{"model/@heads", NULL, FIELD_NONE, "1"},
	{"model/@primary", NULL, FIELD_NONE, "yes"},
	{0},
};
static const struct field serial_fields[] = {
	{"target/@type", NULL, FIELD_NONE, "!isa-serial system-serial"},
	{"target/@port", NULL, FIELD_NONE, "!0"},
	{"target/model/@name", NULL, FIELD_NONE, "isa-serial pl011"},
	/* Where it leads is the cluster's: virtctl console. */
	{"@type", NULL, FIELD_NONE, "stdio pty"},
	{0},
};
static const struct field graphics_fields[] = {
	{"@type", NULL, FIELD_NONE, "!vnc"},
	/* How one reaches it is the cluster's: virtctl vnc. */
	{"@port", NULL, FIELD_NONE, NULL},
	{"@autoport", NULL, FIELD_NONE, NULL},
	{"@websocket", NULL, FIELD_NONE, NULL},
	{"@listen", NULL, FIELD_NONE, NULL},
	{"listen/@type", NULL, FIELD_NONE, NULL},
	{"listen/@address", NULL, FIELD_NONE, NULL},
	{0},
};
static const struct field vsock_fields[] = {
	{"@model", NULL, FIELD_NONE, "!virtio"},
	{"cid/@auto", NULL, FIELD_NONE, "yes"},
	{0},
};
static const struct field agent_fields[] = {
	{"@type", NULL, FIELD_NONE, "!unix"},
	{"source/@mode", NULL, FIELD_NONE, "bind"},
	{"source/@path", NULL, FIELD_NONE, NULL},
	{"target/@type", NULL, FIELD_NONE, "virtio"},
	{"target/@name", NULL, FIELD_NONE, "!org.qemu.guest_agent.0"},
	{0},
};
static const struct field audio_fields[] = {
	{"@type", NULL, FIELD_NONE, "!none"},
	{"@id", NULL, FIELD_NONE, NULL},
	{0},
};

/* A device that has a word left is lost as a whole, so its field is made only when none is. */
static const struct simple simples[] = {
	{"rng", "devices.rng", rng_fields, false, false},
	{"memballoon", NULL, balloon_fields, false, false},
	{"input", "inputs", input_fields, true, true},
	{"watchdog", "devices.watchdog", watchdog_fields, false, true},
	{"tpm", "devices.tpm", tpm_fields, false, false},
	{"sound", "devices.sound", sound_fields, false, true},
	{"panic", "panicDevices", panic_fields, true, false},
	{"video", "devices.video", video_fields, false, false},
	{"serial", NULL, serial_fields, false, false},
	{"graphics", NULL, graphics_fields, false, false},
	{"vsock", NULL, vsock_fields, false, false},
	{"channel", NULL, agent_fields, false, false},
	{"audio", NULL, audio_fields, false, false},
};

static bool is_empty(struct arena *arena, xmlNodePtr node)
{
	tree_for_each(child, node) return false;
	return !node->properties && !xml_own_text(arena, node);
}

static json_t *devices_of(struct vmachine *vm)
{
	return json_object_get(vm->domain, "devices");
}

static const char *label_of(struct vmachine *vm, xmlNodePtr node)
{
	const char *alias = xml_find(vm->export->arena, node, "alias/@name");

	return kubevirt_label(vm->export->arena, alias ? alias : (const char *)node->name);
}

/* Beside disks and interfaces nothing keeps its address, and no controller is named. */
static void drop_address(struct vmachine *vm, xmlNodePtr node)
{
	struct arena *arena = vm->export->arena;
	xmlNodePtr address = xml_find_element(node, "address");
	const char *type = address ? xml_attr_text(arena, address, "type") : NULL;

	if (type && strcmp(type, "pci") == 0)
		export_note(vm->export, EXPORT_LOST,
			    arena_fmt(arena, "PCI address of %s", label_of(vm, node)),
			    "the cluster's libvirt places it");
	if (address)
		xml_remove(address, NULL);
}

static const char *take_pci(struct vmachine *vm, xmlNodePtr node)
{
	struct arena *arena = vm->export->arena;
	xmlNodePtr address = xml_find_element(node, "address");
	const char *part[4];
	static const char *const names[] = {"domain", "bus", "slot", "function"};

	if (!address)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		part[i] = xml_attr_text(arena, address, names[i]);
		if (!part[i] || strncmp(part[i], "0x", 2) != 0)
			return NULL;
	}
	xml_remove(address, NULL);
	return arena_fmt(arena, "%s:%s:%s.%s", part[0] + 2, part[1] + 2, part[2] + 2, part[3] + 2);
}

static void lost(struct vmachine *vm, const char *what)
{
	export_note(vm->export, EXPORT_LOST, what, "KubeVirt has no field for it");
}

/* What is left of a device of which the most was taken. */
static void tell_rest(struct vmachine *vm, xmlNodePtr node, const char *label)
{
	struct arena *arena = vm->export->arena;
	struct difference all = {.arena = arena};

	if (is_empty(arena, node))
		return;
	tree_compare(node, NULL, &all);
	for (const struct missed *each = all.list; each; each = each->next) {
		const char *path = tree_path(arena, each), *value = tree_value(arena, each);

		/* "devices/disk/driver/@discard": the part behind the device. */
		path += strcspn(path, "/") + 1;
		path += strcspn(path, "/") + 1;
		lost(vm, *value ? arena_fmt(arena, "%s: %s \"%s\"", label, path, value)
				: arena_fmt(arena, "%s: %s", label, path));
	}
}

/* A device of which nothing is taken: its element as it begins. */
static void lose_device(struct vmachine *vm, xmlNodePtr node, const char *label)
{
	struct arena *arena = vm->export->arena;
	struct text text = {.arena = arena};

	text_fmt(&text, "%s: <%s", label, (const char *)node->name);
	for (xmlAttrPtr each = node->properties; each; each = each->next)
		text_fmt(&text, " %s='%s'", (const char *)each->name,
			 xml_attr_text(arena, node, (const char *)each->name));
	text_add(&text, ">");
	lost(vm, text_str(&text));
	xml_remove(node, NULL);
}

/* ---- disks --------------------------------------------------------------------------------------- */

static json_t *volume_of(struct vmachine *vm, xmlNodePtr node, const char *label)
{
	struct arena *arena = vm->export->arena;
	const char *file = xml_find(arena, node, "source/@file");
	const char *path = file ? file : xml_find(arena, node, "source/@dev");
	const char *payload = path ? export_payload(vm->export, path) : NULL;

	if (!path)
		return NULL;
	(void)kubevirt_take(arena, node, file ? "source/@file" : "source/@dev");
	(void)kubevirt_take(arena, node, "@type");
	if (payload)
		kubevirt_file(vm, payload, "/disk");
	if (payload)
		return json_pack("{s:s, s:{s:s, s:s}}", NAME_KEY, label, "containerDisk", "image",
				 vm->export->container, "path",
				 arena_fmt(arena, "/disk/%s", payload));
	const char *claim = arena_fmt(arena, "%s-%s", vm->name, label);

	export_note(vm->export, EXPORT_LEFT, arena_fmt(arena, "%s in %s", label, path),
		    arena_fmt(arena, "virtctl image-upload pvc %s --size=SIZE --image-path=FILE",
			      claim));
	return json_pack("{s:s, s:{s:s}}", NAME_KEY, label, "persistentVolumeClaim", "claimName",
			 claim);
}

static void take_disk(struct vmachine *vm, xmlNodePtr node)
{
	static const char *const buses[] = {"virtio", "sata", "scsi", "usb"};
	struct arena *arena = vm->export->arena;
	const char *label = label_of(vm, node), *bus = xml_find(arena, node, "target/@bus");
	const char *device = xml_attr_text(arena, node, "device");
	json_t *volume = NULL, *disk = json_pack("{s:s}", NAME_KEY, label);
	bool known = false;

	for (size_t i = 0; bus && i < ARRAY_SIZE(buses); i++)
		known |= strcmp(bus, buses[i]) == 0;
	/* Its lun and its floppy are other devices there. */
	if (known && device && (strcmp(device, "disk") == 0 || strcmp(device, "cdrom") == 0))
		volume = volume_of(vm, node, label);
	if (!volume) {
		json_decref(disk);
		lose_device(vm, node, label);
		return;
	}
	bool cdrom = strcmp(device, "cdrom") == 0;

	kubevirt_set(disk, arena_fmt(arena, "%s.bus", device), json_string(bus));
	if (xml_find_element(node, "readonly") && !cdrom)
		kubevirt_set(disk, "disk.readonly", json_true());
	(void)kubevirt_take(arena, node, "readonly");
	if (strcmp(bus, "virtio") == 0) {
		const char *pci = take_pci(vm, node);

		if (pci)
			kubevirt_set(disk, "disk.pciAddress", json_string(pci));
	}
	drop_address(vm, node);
	(void)kubevirt_take(arena, node, "@device");
	(void)kubevirt_take(arena, node, "target/@bus");
	(void)kubevirt_take(arena, node, "alias/@name");
	kubevirt_fields(arena, node, disk_fields, disk);
	kubevirt_list(devices_of(vm), "disks", disk);
	kubevirt_list(vm->spec, "volumes", volume);
	tell_rest(vm, node, label);
	xml_remove(node, NULL);
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

/* Every port of the pod leads to the guest, whatever translates: with passt, too, where a cluster has it. */
static void take_passt(struct vmachine *vm, xmlNodePtr node, const char *label)
{
	static const char *const paths[] = {"backend/@type", "backend/@logFile", "source/@dev"};
	struct arena *arena = vm->export->arena;
	xmlNodePtr forward;

	if (!xml_find(arena, node, paths[0]))
		return;
	export_note(vm->export, EXPORT_LEFT, arena_fmt(arena, "passt of %s", label),
		    "the pod's network is masqueraded; where the cluster has passt as a network "
		    "binding plugin, name it in place of that");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		(void)kubevirt_take(arena, node, paths[i]);
	if (xml_find_element(node, "portForward"))
		export_note(vm->export, EXPORT_LEFT, arena_fmt(arena, "ports of %s", label),
			    "each port of the pod leads to the guest: make a Service for those "
			    "that others need");
	while ((forward = xml_find_element(node, "portForward")))
		xml_remove(forward, NULL);
}

/* The pod's own network is one; a bridge or network of the host is one that somebody attaches to it. */
static json_t *network_of(struct vmachine *vm, xmlNodePtr node, const char *label,
			  json_t *interface)
{
	struct arena *arena = vm->export->arena;
	const char *type = xml_attr_text(arena, node, "type");
	bool named = type && strcmp(type, "network") == 0;
	const char *source = named ? "source/@network" : "source/@bridge";
	const char *bridge = xml_find(arena, node, source);

	if (type && strcmp(type, "user") == 0 && !vm->pod) {
		vm->pod = true;
		take_passt(vm, node, label);
		kubevirt_set(interface, "masquerade", json_object());
		return json_pack("{s:s, s:{}}", NAME_KEY, label, "pod");
	}
	if (!type || !(named || strcmp(type, "bridge") == 0) || !bridge)
		return NULL;
	(void)kubevirt_take(arena, node, source);
	kubevirt_set(interface, "bridge", json_object());
	export_note(
		vm->export, EXPORT_LEFT, arena_fmt(arena, "%s %s of %s", type, bridge, label),
		arena_fmt(arena,
			  "make a NetworkAttachmentDefinition %s for it; Kubernetes needs Multus",
			  kubevirt_label(arena, bridge)));
	return json_pack("{s:s, s:{s:s}}", NAME_KEY, label, "multus", "networkName",
			 kubevirt_label(arena, bridge));
}

static void set_mac(struct vmachine *vm, const char *alias, json_t *interface)
{
	struct arena *arena = vm->export->arena;
	const char *mac = NULL;

	tree_for_each(device, xml_find_element(vm->root, "metadata/machine"))
	{
		const char *other = xml_attr_text(arena, device, "alias");

		if (alias && other && strcmp(alias, other) == 0)
			mac = export_mac(vm->export, xml_attr_text(arena, device, "id"));
	}
	if (mac)
		kubevirt_set(interface, "macAddress", json_string(mac));
	else
		export_note(vm->export, EXPORT_LEFT,
			    arena_fmt(arena, "<mac> of %s", alias ? alias : "?"),
			    "each unit has its own: the cluster makes one; --unit ID gives that of "
			    "a unit");
}

static void take_interface(struct vmachine *vm, xmlNodePtr node)
{
	struct arena *arena = vm->export->arena;
	const char *label = label_of(vm, node), *queues = xml_find(arena, node, "driver/@queues");
	const char *alias = xml_find(arena, node, "alias/@name");
	json_t *interface = json_pack("{s:s}", NAME_KEY, label);
	json_t *network = network_of(vm, node, label, interface);

	if (!network) {
		json_decref(interface);
		lose_device(vm, node, label);
		return;
	}
	if (!xml_find(arena, node, "mac/@address"))
		set_mac(vm, alias, interface);
	if (queues) {
		kubevirt_set(vm->domain, "devices.networkInterfaceMultiqueue", json_true());
		export_note(vm->export, EXPORT_LOST,
			    arena_fmt(arena, "%s: %s queues", label, queues),
			    "the cluster gives each interface as many as there are virtual CPUs");
		(void)kubevirt_take(arena, node, "driver/@queues");
	}
	const char *pci = take_pci(vm, node);

	if (pci)
		kubevirt_set(interface, "pciAddress", json_string(pci));
	(void)kubevirt_take(arena, node, "@type");
	(void)kubevirt_take(arena, node, "alias/@name");
	kubevirt_fields(arena, node, interface_fields, interface);
	kubevirt_list(devices_of(vm), "interfaces", interface);
	kubevirt_list(vm->spec, "networks", network);
	tell_rest(vm, node, label);
	xml_remove(node, NULL);
}

/* ---- the others ------------------------------------------------------------------------------------ */

/* Switches that stand for a device. */
static void set_switch(struct vmachine *vm, const char *element)
{
	static const char *const switches[][2] = {
		{"memballoon", "devices.autoattachMemBalloon"},
		{"vsock", "devices.autoattachVSOCK"},
		{"graphics", "devices.autoattachGraphicsDevice"},
		{"serial", "devices.autoattachSerialConsole"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (strcmp(element, switches[i][0]) == 0)
			kubevirt_set(vm->domain, switches[i][1], json_true());
	}
}

static void take_simple(struct vmachine *vm, xmlNodePtr node, const struct simple *simple)
{
	struct arena *arena = vm->export->arena;
	const char *label = label_of(vm, node);
	const char *model = xml_attr_text(arena, node, "model");
	bool none = model && strcmp(model, "none") == 0;
	/* A second one of what there is one of is lost. */
	bool second = simple->path && !simple->list &&
		      json_object_get(devices_of(vm), simple->path + strlen("devices."));

	if (second || !kubevirt_knows(arena, node, simple->fields)) {
		lose_device(vm, node, label);
		return;
	}
	json_t *json = json_object();

	if (simple->named)
		kubevirt_set(json, NAME_KEY, json_string(label));
	kubevirt_fields(arena, node, simple->fields, json);
	if (!none)
		drop_address(vm, node);
	(void)kubevirt_take(arena, node, "alias/@name");
	tell_rest(vm, node, label);
	if (simple->list)
		kubevirt_list(devices_of(vm), simple->path, json);
	else if (simple->path)
		kubevirt_set(vm->domain, simple->path, json);
	else
		json_decref(json);
	if (!simple->path && !none)
		set_switch(vm, simple->element);
	xml_remove(node, NULL);
}

/* The cluster's libvirt adds those that the devices need. */
static bool is_usual_controller(struct arena *arena, xmlNodePtr node)
{
	static const char *const types[] = {"pci", "sata", "usb", "virtio-serial", "ide"};
	const char *type = xml_attr_text(arena, node, "type");
	const char *model = xml_attr_text(arena, node, "model");

	for (size_t i = 0; type && i < ARRAY_SIZE(types); i++) {
		if (strcmp(type, types[i]) == 0)
			return true;
	}
	return type && strcmp(type, "scsi") == 0 && model && strcmp(model, "virtio-scsi") == 0;
}

void kubevirt_device(struct vmachine *vm, xmlNodePtr node)
{
	struct arena *arena = vm->export->arena;

	if (tree_is(node, "disk")) {
		take_disk(vm, node);
	} else if (tree_is(node, "interface")) {
		take_interface(vm, node);
	} else if (tree_is(node, "controller") && is_usual_controller(arena, node)) {
		export_note(vm->export, EXPORT_LOST, "controllers and their addresses",
			    "the cluster's libvirt adds those that the devices need");
		xml_remove(node, NULL);
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(simples); i++) {
			if (!tree_is(node, simples[i].element))
				continue;
			take_simple(vm, node, &simples[i]);
			return;
		}
		lose_device(vm, node, label_of(vm, node));
	}
}
