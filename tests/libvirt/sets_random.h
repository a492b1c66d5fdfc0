/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_random.h - devices at random, each in the model and in the XML, and a whole machine of them.
 */
#ifndef KILN_TESTS_SETS_RANDOM_H
#define KILN_TESTS_SETS_RANDOM_H

#include "sets_controllers.h"

/* ---- devices ------------------------------------------------------------------------------------- */

/* Mostly virtio; the other two forms where they can be. */
static const char *virtio_model(const struct set *set)
{
	if (on_mmio(set) || chance(75))
		return "virtio";
	return chance(50) ? "virtio-transitional" : "virtio-non-transitional";
}

/* XML of a device between the lines, with an address at times. */
static void add_between(struct set *set, struct vm_dev *dev, const char *open, const char *close)
{
	XML("%s", open);
	maybe_address(set, dev, set->addresses);
	XML("%s\n", close);
}

static const char *disk_name(struct set *set, unsigned index)
{
	char name[8];
	size_t at = sizeof(name) - 1;

	name[at] = '\0';
	for (unsigned i = index + 1; i; i = (i - 1) / 26)
		name[--at] = (char)('a' + (i - 1) % 26);
	return arena_str(&set->arena, name + at);
}

static struct vm_dev *add_disk(struct set *set, const char *model, unsigned percent)
{
	struct vm_dev *dev = add_next(set, &disk_family, model);
	const char *path = arena_fmt(&set->arena, "/k/%u", dev->slot);

	XML("<disk type='file' device='disk'");
	if (strcmp(model, "virtio") != 0)
		XML(" model='%s'", model);
	XML("><driver name='qemu' type='raw'/><source file='%s'/><target dev='vd%s' bus='virtio'/>",
	    path, disk_name(set, dev->slot));
	say(set, dev, "path", path);
	maybe_address(set, dev, percent);
	XML("</disk>\n");
	return dev;
}

static void add_disks(struct set *set, unsigned count)
{
	while (count--)
		(void)add_disk(set, count < 6 ? virtio_model(set) : "virtio", set->addresses);
}

/* Mostly few, sometimes around a limit, rarely beyond what a machine can have. */
static unsigned disk_count(const struct set *set)
{
	unsigned kind = below(20);

	/* libvirt does not count transports, so there are never more than the 32. */
	if (kind < 13 || on_mmio(set))
		return below(10);
	if (kind < 17)
		return 22 + below(14);
	if (kind < 19)
		return 40 + below(60);
	return is_pc(set) ? 100 + below(150) : 220 + below(25);
}

static struct vm_dev *add_net(struct set *set, const char *model)
{
	struct vm_dev *dev = add_next(set, &net_family, model);

	XML("<interface type='user'><model type='%s'/>", model);
	if (!is_virt(set) && chance(5)) {
		unsigned index = 16383 - dev->slot;

		XML("<acpi index='%u'/>", index);
		say(set, dev, "acpi-index", arena_fmt(&set->arena, "%u", index));
		set->acpi_indexes++;
	}
	return dev;
}

static void add_nets(struct set *set, unsigned count, const char *model)
{
	while (count--) {
		struct vm_dev *dev = add_net(set, model);

		maybe_address(set, dev, set->addresses);
		XML("</interface>\n");
	}
}

static void add_any_nets(struct set *set)
{
	static const char *const models[] = {"virtio", "e1000", "e1000e"};
	unsigned count = below(4) * below(4), bias = below(4);

	while (count--) {
		const char *model = bias < 3 && chance(60) ? models[bias] : PICK(models);

		add_nets(set, 1, strcmp(model, "virtio") == 0 ? virtio_model(set) : model);
	}
}

static void add_pci_serial(struct set *set)
{
	struct vm_dev *dev = add_next(set, &console_family, "pci-serial");

	say(set, dev, "backend", "NULL");
	XML("<serial type='null'><target type='pci-serial' port='%u'/>", dev->slot);
	maybe_address(set, dev, set->addresses);
	XML("</serial>\n");
}

static void add_consoles(struct set *set)
{
	for (unsigned i = 0, count = chance(60) ? 0 : 1 + below(4); i < count; i++) {
		struct vm_dev *dev;

		if (chance(15)) {
			add_pci_serial(set);
			continue;
		}
		dev = add_next(set, &console_family, "virtio");
		say(set, dev, "backend", "NULL");
		XML("<console type='null'><target type='virtio' port='%u'/></console>\n",
		    dev->slot);
	}
}

static void add_balloon(struct set *set, unsigned percent)
{
	const char *model = virtio_model(set);

	if (!chance(percent)) {
		XML("<memballoon model='none'/>\n");
		return;
	}
	add_between(set, add_next(set, &balloon_family, model),
		    arena_fmt(&set->arena, "<memballoon model='%s'>", model), "</memballoon>");
}

static void add_rngs(struct set *set, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const char *model = virtio_model(set);
		struct vm_dev *dev = add_next(set, &rng_family, model);

		say_default(set, dev, "device", "/dev/urandom");
		XML("<rng model='%s'><backend model='random'>/dev/urandom</backend>", model);
		/* From one device libvirt concludes for all that have no address. */
		if (on_mmio(set) && i == 0)
			XML("<address type='virtio-mmio'/>");
		else
			maybe_address(set, dev, set->addresses);
		XML("</rng>\n");
	}
}

static void add_filesystems(struct set *set, unsigned percent)
{
	for (unsigned i = 0; i < 2 && chance(percent); i++) {
		const char *model = virtio_model(set);
		struct vm_dev *dev = add_next(set, &filesystem_family, model);
		const char *tag = arena_fmt(&set->arena, "tag%u", i);

		say(set, dev, "path", "/tmp");
		say(set, dev, "tag", tag);
		XML("<filesystem type='mount'");
		if (strcmp(model, "virtio") != 0)
			XML(" model='%s'", model);
		XML("><source dir='/tmp'/><target dir='%s'/>", tag);
		/* Not among those for which libvirt concludes (pci-rules 3.10). */
		if (on_mmio(set))
			XML("<address type='virtio-mmio'/>");
		else
			maybe_address(set, dev, set->addresses);
		XML("</filesystem>\n");
	}
}

static void add_video(struct set *set, const char *model)
{
	struct vm_dev *dev = add_next(set, &video_family, model);

	if (strcmp(model, "bochs") == 0)
		say_default(set, dev, "vram", "16");
	XML("<video><model type='%s'", model);
	if (dev->slot == 0 && set->swapped)
		XML(" primary='yes'");
	XML("/>");
	if (strcmp(model, "ramfb") != 0)
		maybe_address(set, dev, set->addresses);
	XML("</video>\n");
}

/* The primary one behind another in the XML, as it may stand there; its number is 0 all the same. */
static void add_swapped_videos(struct set *set)
{
	struct text *xml = &set->xml, first = {.arena = &set->arena};
	size_t before = xml->len;

	set->swapped = true;
	add_video(set, "vga");
	text_add(&first, text_str(xml) + before);
	xml->len = before;
	add_video(set, "virtio");
	text_add(xml, text_str(&first));
}

static void add_videos(struct set *set)
{
	static const char *const x86[] = {"vga",   "cirrus", "qxl",   "virtio",
					  "bochs", "ramfb",  "vmvga", "virtio"};
	static const char *const arm[] = {"virtio", "vga", "bochs", "ramfb"};

	if (!chance(35))
		return;
	if (!is_virt(set) && chance(20)) {
		add_swapped_videos(set);
		return;
	}
	add_video(set, is_virt(set) ? PICK(arm) : PICK(x86));
	if (chance(30))
		add_video(set, is_virt(set) || chance(70) ? "virtio" : "qxl");
}

static void add_sounds(struct set *set)
{
	static const char *const models[] = {"ich9", "ich9", "ich6", "ac97", "es1370"};

	for (unsigned i = 0; i < 2 && chance(20); i++) {
		const char *model = PICK(models);

		add_between(set, add_next(set, &sound_family, model),
			    arena_fmt(&set->arena, "<sound model='%s'>", model), "</sound>");
	}
}

static void add_inputs(struct set *set)
{
	static const char *const models[] = {"virtio-tablet", "virtio-mouse", "virtio-keyboard"};

	for (unsigned i = 0; i < 2 && chance(12); i++) {
		const char *model = PICK(models);

		add_between(set, add_next(set, &input_family, model),
			    arena_fmt(&set->arena, "<input type='%s' bus='virtio'>",
				      strchr(model, '-') + 1),
			    "</input>");
	}
}

static void add_host_devices(struct set *set, unsigned count)
{
	static const char *const models[] = {"pci", "pci", "mdev", "scsi-host",
					     "scsi-host-transitional"};

	for (unsigned i = 0; i < count; i++) {
		const char *model = PICK(models), *open;

		if (strcmp(model, "pci") == 0)
			open = arena_fmt(&set->arena,
					 "<hostdev mode='subsystem' type='pci'><source><address "
					 "domain='0' bus='0xf1' slot='%u' function='0'/></source>",
					 i);
		else if (strcmp(model, "mdev") == 0)
			open = arena_fmt(
				&set->arena,
				"<hostdev mode='subsystem' type='mdev' model='vfio-pci'>"
				"<source><address uuid='53764d0e-85a0-42b4-af5c-2046b460b1%02u'"
				"/></source>",
				i);
		else
			open = arena_fmt(&set->arena,
					 "<hostdev mode='subsystem' type='scsi_host' model='%s'>"
					 "<source protocol='vhost' wwpn='naa.5123456789abcde%u'/>",
					 strcmp(model, "scsi-host") == 0 ? "virtio"
									 : "virtio-transitional",
					 i);
		add_between(set, add_next(set, &t_subsys_family, model), open, "</hostdev>");
	}
}

static void add_others(struct set *set)
{
	add_videos(set);
	add_sounds(set);
	if (chance(15))
		add_between(set, add_next(set, &watchdog_family, "i6300esb"),
			    "<watchdog model='i6300esb'>", "</watchdog>");
	if (chance(10)) {
		struct vm_dev *dev = add_next(set, &shmem_family, "ivshmem-plain");

		say(set, dev, "name", "s0");
		say_default(set, dev, "size", "4");
		add_between(set, dev,
			    "<shmem name='s0'><model type='ivshmem-plain'/><size unit='M'>4</size>",
			    "</shmem>");
	}
	add_inputs(set);
	if (chance(8) && !on_mmio(set))
		add_host_devices(set, 1 + below(2));
	if (chance(6) && !on_mmio(set))
		add_between(set, add_next(set, &t_vsock_family, "virtio"),
			    "<vsock model='virtio'><cid auto='no' address='7'/>", "</vsock>");
	if (is_q35(set) && chance(15)) {
		struct vm_dev *dev = add_next(set, &iommu_family, "virtio");

		XML("<iommu model='virtio'>");
		maybe_address(set, dev, set->addresses ? 60 : 0);
		XML("</iommu>\n");
	}
}

/* ---- a machine at random ------------------------------------------------------------------------- */

static void fill_random(struct set *set)
{
	set->addresses = chance(50) ? 0 : chance(70) ? 4 : 25;
	add_usbs(set);
	add_satas(set, 12);
	add_scsis(set, 15);
	list_controllers(set, 35);
	add_serials(set, 12);
	add_disks(set, disk_count(set));
	add_any_nets(set);
	add_consoles(set);
	add_balloon(set, 70);
	add_rngs(set, below(3) + on_mmio(set));
	add_filesystems(set, 15);
	add_others(set);
}

static unsigned random_kind(void)
{
	unsigned at = below(100), kind = 0;

	while (at >= kinds[kind].percent)
		at -= kinds[kind++].percent;
	return kind;
}

#endif
