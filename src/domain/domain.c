/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.c - the basics of the domain, then controllers and devices by their rows.
 */
#include "domain/domain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "domain/devices.h"
#include "domain/xml.h"
#include "model/machine.h"

/* A text of the basics; what XML cannot hold is an error and left out. */
static void add_text(const struct vm *vm, xmlNodePtr parent, const char *name, const char *text,
		     struct err_list *errs)
{
	if (!text)
		return;
	if (xml_is_valid(text))
		xml_text(parent, name, text);
	else
		domain_refuse(vm->guest_dev, name, errs);
}

static void add_number(xmlNodePtr parent, const char *name, uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, number);
	xml_text(parent, name, text);
}

static void add_memory(const struct vm *vm, xmlNodePtr root)
{
	static const char *const names[] = {"memory", "currentMemory"};
	uint64_t total = vm->guest.memory_mib + vm->guest.memory.devices_mib;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		add_number(root, names[i], total << 10);
		xml_attr(root->last, "unit", "KiB");
	}
}

static uint64_t vcpus(const struct guest *guest)
{
	return guest_cpus(guest);
}

static void add_os(const struct vm *vm, xmlNodePtr root)
{
	const struct guest *guest = &vm->guest;
	xmlNodePtr os = xml_child(root, "os");

	xml_text(os, "type", "hvm");
	xml_attr(os->last, "arch", vm->board->guest_arch);
	xml_attr(os->last, "machine", guest->machine_type);
}

static void add_cpu(const struct vm *vm, xmlNodePtr root, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;
	const char *level = guest->cpu_enforce ? "full" : "none";
	xmlNodePtr cpu = xml_child(root, "cpu");

	if (strcmp(guest->cpu_model, "host-passthrough") == 0) {
		xml_attr(cpu, "mode", "host-passthrough");
		xml_attr(cpu, "check", level);
		xml_attr(cpu, "migratable", guest->cpu_migratable ? "on" : "off");
	} else if (strcmp(guest->cpu_model, "max") == 0) {
		xml_attr(cpu, "mode", "maximum");
		xml_attr(cpu, "check", level);
	} else if (strcmp(guest->cpu_model, "host-model") == 0) {
		xml_attr(cpu, "mode", "host-model");
		xml_attr(cpu, "check", level);
	} else {
		xml_attr(cpu, "mode", "custom");
		xml_attr(cpu, "match", "exact");
		xml_attr(cpu, "check", level);
		add_text(vm, cpu, "model", guest->cpu_model, errs);
		if (cpu->last)
			xml_attr(cpu->last, "fallback", "forbid");
	}
	xmlNodePtr topology = xml_child(cpu, "topology");

	xml_attr_fmt(topology, "sockets", "%" PRIu64, guest->sockets);
	if (vm->machine->flags & MACHINE_DIES)
		xml_attr_fmt(topology, "dies", "%" PRIu64, guest->dies ? guest->dies : 1);
	xml_attr_fmt(topology, "cores", "%" PRIu64, guest->cores);
	xml_attr_fmt(topology, "threads", "%" PRIu64, guest->threads);
}

static void add_lifecycle(const struct vm *vm, xmlNodePtr root)
{
	bool destroy = prop_word_is(vm->guest.on_reboot, "DESTROY");
	bool preserve = prop_word_is(vm->guest.on_crash, "PRESERVE");

	(void)xml_child(root, "clock");
	xml_text(root, "on_poweroff", "destroy");
	xml_text(root, "on_reboot", destroy ? "destroy" : "restart");
	xml_text(root, "on_crash", preserve ? "preserve" : "destroy");
}

static void add_basics(const struct vm *vm, xmlNodePtr root, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;

	/* ACCEL_AUTO has no word in XML: the preferred one is written, the policy is in metadata. */
	xml_attr(root, "type", prop_word_is(guest->accel, "TCG") ? "qemu" : "kvm");
	xml_text(root, "name", guest->name);
	add_text(vm, root, "uuid", guest->uuid, errs);
	domain_add_direct(vm, root, errs);
	add_text(vm, root, "title", guest->title, errs);
	domain_add_metadata(vm, root, errs);
	add_memory(vm, root);
	add_number(root, "vcpu", vcpus(guest));
	xml_attr(root->last, "placement", guest->cpu_auto ? "auto" : "static");
	add_os(vm, root);
	(void)xml_child(root, "features");
	add_cpu(vm, root, errs);
	add_lifecycle(vm, root);
	domain_add_rows(vm->guest_dev, root, errs);
	domain_add_others(vm, root, errs);
}

/* An element of libvirt's own namespace for what is QEMU's. */
static xmlNodePtr add_qemu(xmlNodePtr root, const char *name)
{
	xmlNodePtr node = xml_child(root, name);

	xml_namespace(node, "http://libvirt.org/schemas/domain/qemu/1.0", "qemu");
	return node;
}

static void add_word(const struct vm_dev *dev, xmlNodePtr line, const char *word,
		     struct err_list *errs)
{
	if (!xml_is_valid(word))
		domain_refuse(dev, NULL, errs);
	else
		xml_attr(xml_child(line, "arg"), "value", word);
}

/* libvirt 8.2 and later; it names devices by position, as it lets QEMU count this number. */
static void add_override(const struct vm_dev *dev, const struct prop *row, xmlNodePtr override)
{
	const char *format = dev->family->alias, *percent = strstr(format, "%s");
	xmlNodePtr device = xml_child(override, "device"), property;

	xml_attr(device, "alias",
		 arena_fmt(dev->vm->arena, "%.*s%u", (int)(percent - format), format, dev->index));
	property = xml_child(xml_child(device, "frontend"), "property");
	xml_attr(property, "name", row->qemu);
	xml_attr(property, "type", "unsigned");
	xml_attr_fmt(property, "value", "%" PRIu64, dev_uint(dev, row));
}

static void add_overrides(const struct vm *vm, xmlNodePtr root)
{
	xmlNodePtr override = NULL;

	vm_for_each_dev(dev, vm->devs) {
		prop_for_each(row, dev->family->props)
		{
			if (!(row->flags & PROP_COUNTED) || !dev_applies(dev, row) ||
			    dev_uint(dev, row) == dev->index)
				continue;
			if (!override)
				override = add_qemu(root, "override");
			add_override(dev, row, override);
		}
	}
}

static void add_written(const struct vm *vm, xmlNodePtr root, struct err_list *errs)
{
	xmlNodePtr line = NULL;

	vm_for_each_dev(dev, vm->devs) {
		if (!dev->family->options)
			continue;
		if (!line)
			line = add_qemu(root, "commandline");
		for (const struct dev_option *item = dev->family->options(dev); item->option;
		     item++) {
			add_word(dev, line, item->option, errs);
			if (item->value)
				add_word(dev, line, item->value, errs);
		}
	}
}

int domain_write(const struct vm *vm, struct text *ret_xml, struct err_list *errs)
{
	size_t errors = errs->count;
	xmlNodePtr root = xml_document("domain");

	add_basics(vm, root, errs);
	domain_add_devices(vm, root, errs);
	add_written(vm, root, errs);
	add_overrides(vm, root);
	if (errs->count == errors)
		xml_write(root, ret_xml);
	xml_free(root);
	return errs->count == errors ? 0 : -1;
}
