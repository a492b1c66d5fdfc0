/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kubevirt.c - a VirtualMachine of KubeVirt (kubevirt.io/v1) from the domain XML of an image.
 *
 * The fields are those of staging/src/kubevirt.io/api/core/v1/schema.go and types.go in KubeVirt's
 * repository. Rows say which word of libvirt's is which field; every word that no row and no function
 * takes is still in the XML at the end, and is listed as lost.
 */
#include "export/kubevirt.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/num.h"
#include "import/tree.h"

#define FEATURE(name, member)                                                            \
	{                                                                                \
		"features/hyperv/" name "/@state", "features.hyperv." member ".enabled", \
			FIELD_STATE, NULL                                                \
	}
#define TIMER(name, member)                                                              \
	{                                                                                \
		"clock/timer[name=" name "]/@present", "clock.timer." member ".present", \
			FIELD_STATE, NULL                                                \
	}
#define TICK(name, member)                                                                     \
	{                                                                                      \
		"clock/timer[name=" name "]/@tickpolicy", "clock.timer." member ".tickPolicy", \
			FIELD_WORD, "delay catchup merge discard"                              \
	}

#define CHASSIS(name)                                                                             \
	{"sysinfo[type=smbios]/chassis/entry[name=" name "]", "chassis." name, FIELD_WORD, NULL}, \
	{                                                                                         \
		"sysinfo[type=smbios]/chassis/entry[name=" name "]/@name", NULL, FIELD_NONE, NULL \
	}

static const struct field domain_fields[] = {
	{"cpu/topology/@sockets", "cpu.sockets", FIELD_COUNT, NULL},
	{"cpu/topology/@cores", "cpu.cores", FIELD_COUNT, NULL},
	{"cpu/topology/@threads", "cpu.threads", FIELD_COUNT, NULL},
	{"cpu/topology/@dies", NULL, FIELD_NONE, "1"},
	{"cpu/model", "cpu.model", FIELD_WORD, NULL},
	{"cpu/@mode", "cpu.model", FIELD_WORD, "host-passthrough host-model"},
	{"cpu/@mode", NULL, FIELD_NONE, "custom"},
	/* How a libvirt compares it with its host, which is the cluster's. */
	{"cpu/@match", NULL, FIELD_NONE, NULL},
	{"cpu/@check", NULL, FIELD_NONE, NULL},
	{"cpu/@migratable", NULL, FIELD_NONE, NULL},
	{"cpu/model/@fallback", NULL, FIELD_NONE, NULL},
	{"vcpu", NULL, FIELD_NONE, NULL},
	{"vcpu/@placement", NULL, FIELD_NONE, "static"},
	{"features/acpi", "features.acpi.enabled", FIELD_THERE, NULL},
	{"features/apic/@eoi", "features.apic.endOfInterrupt", FIELD_STATE, NULL},
	{"features/apic", "features.apic.enabled", FIELD_THERE, NULL},
	{"features/kvm/hidden/@state", "features.kvm.hidden", FIELD_STATE, NULL},
	{"features/smm/@state", "features.smm.enabled", FIELD_STATE, NULL},
	{"features/pvspinlock/@state", "features.pvspinlock.enabled", FIELD_STATE, NULL},
	{"features/hyperv/@mode", "features.hypervPassthrough.enabled", FIELD_THERE, "passthrough"},
	{"features/hyperv/@mode", NULL, FIELD_NONE, "custom"},
	FEATURE("relaxed", "relaxed"),
	FEATURE("vapic", "vapic"),
	FEATURE("spinlocks", "spinlocks"),
	{"features/hyperv/spinlocks/@retries", "features.hyperv.spinlocks.spinlocks", FIELD_COUNT,
	 NULL},
	FEATURE("vpindex", "vpindex"),
	FEATURE("runtime", "runtime"),
	FEATURE("synic", "synic"),
	FEATURE("stimer", "synictimer"),
	FEATURE("reset", "reset"),
	FEATURE("vendor_id", "vendorid"),
	{"features/hyperv/vendor_id/@value", "features.hyperv.vendorid.vendorid", FIELD_WORD, NULL},
	FEATURE("frequencies", "frequencies"),
	FEATURE("reenlightenment", "reenlightenment"),
	FEATURE("tlbflush", "tlbflush"),
	FEATURE("ipi", "ipi"),
	FEATURE("evmcs", "evmcs"),
	{"clock/@offset", "clock.utc", FIELD_EMPTY, "utc"},
	TIMER("hpet", "hpet"),
	TIMER("pit", "pit"),
	TIMER("rtc", "rtc"),
	TIMER("kvmclock", "kvm"),
	TIMER("hypervclock", "hyperv"),
	TICK("pit", "pit"),
	TICK("rtc", "rtc"),
	{"clock/timer[name=rtc]/@track", "clock.timer.rtc.track", FIELD_WORD, "guest wall"},
	{"clock/timer[name=hpet]/@name", NULL, FIELD_NONE, NULL},
	{"clock/timer[name=pit]/@name", NULL, FIELD_NONE, NULL},
	{"clock/timer[name=rtc]/@name", NULL, FIELD_NONE, NULL},
	{"clock/timer[name=kvmclock]/@name", NULL, FIELD_NONE, NULL},
	{"clock/timer[name=hypervclock]/@name", NULL, FIELD_NONE, NULL},
	{"on_reboot", "rebootPolicy", FIELD_WORD, "destroy=Terminate"},
	{"on_reboot", NULL, FIELD_NONE, "restart"},
	{"on_poweroff", NULL, FIELD_NONE, "destroy"},
	{"on_crash", NULL, FIELD_NONE, "destroy"},
	{"os/type", NULL, FIELD_NONE, "hvm"},
	{"os/cmdline", "firmware.kernelBoot.kernelArgs", FIELD_WORD, NULL},
	{"os/bios/@useserial", "firmware.bootloader.bios.useSerial", FIELD_STATE, NULL},
	{"os/loader/@secure", "firmware.bootloader.efi.secureBoot", FIELD_STATE, NULL},
	{"sysinfo[type=smbios]/system/entry[name=serial]", "firmware.serial", FIELD_WORD, NULL},
	{"sysinfo[type=smbios]/system/entry[name=serial]/@name", NULL, FIELD_NONE, NULL},
	CHASSIS("manufacturer"),
	CHASSIS("version"),
	CHASSIS("serial"),
	CHASSIS("asset"),
	CHASSIS("sku"),
	/* The cluster has an emulator of its own, and KVM. */
	{"devices/emulator", NULL, FIELD_NONE, NULL},
	{"@type", NULL, FIELD_NONE, NULL},
	{"os/smbios/@mode", NULL, FIELD_NONE, "sysinfo"},
	{"sysinfo/@type", NULL, FIELD_NONE, "smbios"},
	{0},
};

/* ---- notes ---------------------------------------------------------------------------------------- */

static void lost(struct vmachine *vm, const char *what, const char *why)
{
	export_note(vm->export, EXPORT_LOST, what, why);
}

/* What is left of an element, each word with its place below <domain>. */
static void tell_rest(struct vmachine *vm, xmlNodePtr node)
{
	struct arena *arena = vm->export->arena;
	const char *text = xml_own_text(arena, node);
	struct missed missed = {.node = node};
	bool bare = !node->properties && !text;

	tree_for_each(child, node)
	{
		bare = false;
		tell_rest(vm, child);
	}
	for (missed.attr = node->properties; missed.attr; missed.attr = missed.attr->next)
		lost(vm,
		     arena_fmt(arena, "%s \"%s\"", tree_path(arena, &missed),
			       tree_value(arena, &missed)),
		     "KubeVirt has no field for it");
	if (text || bare)
		lost(vm,
		     arena_fmt(arena, text ? "%s \"%s\"" : "%s", tree_path(arena, &missed), text),
		     "KubeVirt has no field for it");
}

/* ---- machine -------------------------------------------------------------------------------------- */

static void take_machine(struct vmachine *vm)
{
	struct arena *arena = vm->export->arena;
	const char *machine = kubevirt_take(arena, vm->root, "os/type/@machine");
	const char *arch = kubevirt_take(arena, vm->root, "os/type/@arch");
	bool arm = arch && strcmp(arch, "aarch64") == 0;
	const char *type = arm ? "virt" : "q35";

	kubevirt_set(vm->spec, "architecture", json_string(arm ? "arm64" : "amd64"));
	kubevirt_set(vm->domain, "machine.type", json_string(type));
	if (machine && !strstr(machine, type))
		lost(vm, arena_fmt(arena, "machine %s", machine),
		     arena_fmt(arena, "KubeVirt's machine is %s", type));
	else if (machine)
		lost(vm, arena_fmt(arena, "version of machine %s", machine),
		     "a cluster runs what its KubeVirt configuration lists (emulatedMachines)");
}

static void take_memory(struct vmachine *vm)
{
	struct arena *arena = vm->export->arena;
	const char *size = kubevirt_take(arena, vm->root, "memory");
	const char *page = xml_find(arena, vm->root, "memoryBacking/hugepages/page/@size");

	(void)kubevirt_take(arena, vm->root, "currentMemory");
	(void)kubevirt_take(arena, vm->root, "memory/@unit");
	(void)kubevirt_take(arena, vm->root, "currentMemory/@unit");
	kubevirt_set(vm->domain, "memory.guest",
		     json_string(arena_fmt(arena, "%sKi", size ? size : "0")));
	if (!page || xml_find(arena, vm->root, "memoryBacking/hugepages/page/@nodeset"))
		return;
	if (strcmp(page, "2048") != 0 && strcmp(page, "1048576") != 0)
		return;
	kubevirt_set(vm->domain, "memory.hugepages.pageSize",
		     json_string(strcmp(page, "2048") == 0 ? "2Mi" : "1Gi"));
	(void)kubevirt_take(arena, vm->root, "memoryBacking/hugepages/page/@unit");
	(void)kubevirt_take(arena, vm->root, "memoryBacking/hugepages/page/@size");
}

static void take_features(struct vmachine *vm)
{
	struct arena *arena = vm->export->arena;
	xmlNodePtr cpu = xml_find_element(vm->root, "cpu"), next;

	for (xmlNodePtr node = cpu ? cpu->children : NULL; node; node = next) {
		next = node->next;
		const char *name =
			tree_is(node, "feature") ? xml_attr_text(arena, node, "name") : NULL;
		const char *policy = name ? xml_attr_text(arena, node, "policy") : NULL;

		if (!policy)
			continue;
		json_t *cpu_json = json_object_get(vm->domain, "cpu");

		if (!cpu_json)
			kubevirt_set(vm->domain, "cpu", cpu_json = json_object());
		kubevirt_list(cpu_json, "features",
			      json_pack("{s:s, s:s}", "name", name, "policy", policy));
		xml_remove(node, NULL);
	}
}

/* Of the account that KubeVirt runs QEMU as (util.NonRootUID); names as JSON, which COPY reads. */
void kubevirt_file(struct vmachine *vm, const char *name, const char *folder)
{
	struct export *export = vm->export;
	json_t *paths = json_pack("[s, s]", name, arena_fmt(export->arena, "%s/%s", folder, name));
	char *text = json_dumps(paths, JSON_COMPACT);

	BUG_IF(!text);
	if (!export->more_name) {
		export->more_name = "Containerfile";
		export->more.arena = export->arena;
		text_fmt(&export->more, "# The payload of %s, for %s.\nFROM scratch\n", vm->name,
			 export->container);
	}
	text_fmt(&export->more, "COPY --chown=107:107 %s\n", text);
	free(text);
	json_decref(paths);
}

/* A kernel and its initrd come in a container image; so do the disks of the payload. */
static void take_kernel(struct vmachine *vm)
{
	static const char *const files[][2] = {{"os/kernel", "kernelPath"},
					       {"os/initrd", "initrdPath"}};
	struct arena *arena = vm->export->arena;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *path = xml_find(arena, vm->root, files[i][0]);
		const char *name = path ? export_payload(vm->export, path) : NULL;

		if (!name)
			continue;
		(void)kubevirt_take(arena, vm->root, files[i][0]);
		kubevirt_file(vm, name, "/boot");
		kubevirt_set(vm->domain, "firmware.kernelBoot.container.image",
			     json_string(vm->export->container));
		kubevirt_set(vm->domain,
			     arena_fmt(arena, "firmware.kernelBoot.container.%s", files[i][1]),
			     json_string(arena_fmt(arena, "/boot/%s", name)));
	}
}

/* UEFI is the cluster's own build; another file would be another firmware. */
static void take_loader(struct vmachine *vm)
{
	struct arena *arena = vm->export->arena;
	const char *loader = xml_find(arena, vm->root, "os/loader");
	const char *type = loader ? xml_find(arena, vm->root, "os/loader/@type") : NULL;

	if (!type || strcmp(type, "pflash") != 0 || export_payload(vm->export, loader))
		return;
	if (!json_object_get(json_object_get(json_object_get(vm->domain, "firmware"), "bootloader"),
			     "efi"))
		kubevirt_set(vm->domain, "firmware.bootloader.efi.secureBoot", json_false());
	if (xml_find(arena, vm->root, "os/nvram"))
		kubevirt_set(vm->domain, "firmware.bootloader.efi.persistent", json_true());
	export_note(vm->export, EXPORT_LEFT, loader,
		    "the cluster's own UEFI firmware takes its place, with new variables");
	(void)kubevirt_take(arena, vm->root, "os/loader/@type");
	(void)kubevirt_take(arena, vm->root, "os/loader/@readonly");
	(void)kubevirt_take(arena, vm->root, "os/loader");
	(void)kubevirt_take(arena, vm->root, "os/nvram/@template");
	(void)kubevirt_take(arena, vm->root, "os/nvram");
}

/* ---- the whole ------------------------------------------------------------------------------------- */

static void take_identity(struct vmachine *vm)
{
	struct arena *arena = vm->export->arena;
	const char *uuid = kubevirt_take(arena, vm->root, "uuid");

	if (!uuid && xml_find(arena, vm->root, "metadata/machine/@uuid"))
		uuid = export_uuid(vm->export);
	if (uuid)
		kubevirt_set(vm->domain, "firmware.uuid", json_string(uuid));
	else
		export_note(vm->export, EXPORT_LEFT, "<uuid>",
			    "each unit has its own: the cluster makes one; --unit ID gives that of "
			    "a unit");
}

static void take_devices(struct vmachine *vm)
{
	xmlNodePtr next;

	/* What a cluster adds to every machine unless it is told. */
	kubevirt_set(vm->domain, "devices.autoattachGraphicsDevice", json_false());
	kubevirt_set(vm->domain, "devices.autoattachSerialConsole", json_false());
	kubevirt_set(vm->domain, "devices.autoattachMemBalloon", json_false());
	for (xmlNodePtr node = vm->devices->children; node; node = next) {
		next = node->next;
		kubevirt_device(vm, node);
	}
}

/* Settings that stand in the metadata alone; the identities of the unit are given above. */
static void tell_settings(struct vmachine *vm, xmlNodePtr machine)
{
	struct arena *arena = vm->export->arena;

	tree_for_each(device, machine)
	{
		const char *id = xml_attr_text(arena, device, "id");

		for (xmlAttrPtr each = device->properties; id && each; each = each->next) {
			const char *name = (const char *)each->name;
			const char *value = xml_attr_text(arena, device, name);

			if (export_loses(id, name, value))
				lost(vm, arena_fmt(arena, "%s: %s \"%s\"", id, name, value),
				     "KubeVirt has no field for it");
		}
	}
}

static json_t *document(struct vmachine *vm, const char *title)
{
	json_t *root = json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "kubevirt.io/v1", "kind",
				 "VirtualMachine", "metadata", "name", vm->name);

	BUG_IF(!root);
	if (title)
		kubevirt_set(root, "metadata.annotations.description", json_string(title));
	kubevirt_set(root, "spec.runStrategy", json_string("Halted"));
	kubevirt_set(root, "spec.template.spec", json_incref(vm->spec));
	return root;
}

static void take_all(struct vmachine *vm)
{
	struct arena *arena = vm->export->arena;
	xmlNodePtr metadata = xml_find_element(vm->root, "metadata");

	take_machine(vm);
	take_memory(vm);
	take_features(vm);
	kubevirt_fields(arena, vm->root, domain_fields, vm->domain);
	take_kernel(vm);
	take_loader(vm);
	take_identity(vm);
	take_devices(vm);
	tell_settings(vm, xml_find_element(metadata, "machine"));
	xml_remove(metadata, NULL);
	if (!vm->devices->children)
		xml_remove(vm->devices, NULL);
	tree_for_each(child, vm->root) tell_rest(vm, child);
}

int export_kubevirt(struct export *export, struct text *ret, struct err *err)
{
	const struct img *img = export->facts->img;
	struct arena *arena = export->arena;
	struct vmachine vm = {.export = export};

	vm.root = export_domain(export, &vm.devices, err);
	if (!vm.root)
		return -1;
	vm.name = kubevirt_label(arena, img->meta[META_NAME]);
	if (!export->container)
		export->container = arena_fmt(arena, "localhost/%s:latest", vm.name);
	vm.spec = json_object();
	vm.domain = json_object();
	kubevirt_set(vm.spec, "domain", vm.domain);
	(void)kubevirt_take(arena, vm.root, "name");
	const char *title = kubevirt_take(arena, vm.root, "title");

	if (strcmp(vm.name, img->meta[META_NAME]) != 0)
		export_note(export, EXPORT_LEFT, arena_fmt(arena, "name %s", img->meta[META_NAME]),
			    arena_fmt(arena, "it is %s there", vm.name));
	take_all(&vm);
	if (export->more_name)
		export_note(
			export, EXPORT_LEFT,
			arena_fmt(arena, "container image %s", export->container),
			"podman build -t IMAGE . in the folder, and push it to where the cluster "
			"finds it; --container IMAGE names another");
	json_t *root = document(&vm, title);

	kubevirt_yaml(root, ret);
	json_decref(root);
	json_decref(vm.spec);
	xml_free(vm.root);
	return 0;
}
