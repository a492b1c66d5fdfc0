/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt.c - the domain XML of an image for a chosen libvirt: payload where it was put, the identities
 * of a unit, and without what that libvirt does not know.
 *
 * Kiln's XML is libvirt's already. What stands beside it is in the metadata, a word for each setting that
 * XML has no place for, and in the plan; both are gone through, so that nothing is left out in silence.
 */
#include <string.h>

#include "export/domain.h"
#include "import/tree.h"

#define KEEP    NULL
#define NO_WORD "libvirt's XML has no word for it"

/**
 * struct later - what came to libvirt after the oldest one that is known here.
 * @element: below <devices>. @attr, @value: only with this attribute, of this value unless NULL.
 * @alone: the attribute alone goes, not the element. @since: libvirt's version.
 *
 * Sources: NEWS.rst of libvirt at each of these versions; formatdomain.rst for the watchdog and the
 * sound of many channels. The schema and the parser of libvirt 9.0 refuse each.
 */
static const struct later {
	const char *element, *attr, *value;
	bool alone;
	unsigned since;
	const char *version;
} laters[] = {
	{"crypto", NULL, NULL, false, EXPORT_VERSION(9, 1), "9.1.0"},
	{"panic", "model", "pvpanic", false, EXPORT_VERSION(9, 1), "9.1.0"},
	{"watchdog", "model", "itco", false, EXPORT_VERSION(9, 1), "9.1.0"},
	{"sound", "multichannel", NULL, true, EXPORT_VERSION(9, 4), "9.4.0"},
	{"sound", "model", "virtio", false, EXPORT_VERSION(10, 4), "10.4.0"},
};

/**
 * struct policy - a setting that stands in the metadata alone.
 * @id: how the device's id begins, or NULL for all.
 * @attr: the setting, or SETTING=VALUE for that value alone.
 * @loss, @why: what libvirt makes of it; @why KEEP = XML says it, or it means nothing there.
 *
 * The first row that fits counts. What fits none is lost: a setting without a word in XML.
 */
static const struct policy {
	const char *id, *attr;
	enum export_loss loss;
	const char *why;
} policies[] = {
	{NULL, "id", EXPORT_LOST, KEEP},
	{NULL, "alias", EXPORT_LOST, KEEP},
	/* Given above, or told there. */
	{NULL, "mac-policy", EXPORT_LOST, KEEP},
	/* Which of two forms of .config made the same XML. */
	{"secret", "source", EXPORT_LEFT,
	 "its value is not in the domain: virsh secret-define with this usage, then "
	 "virsh secret-set-value"},
	{NULL, "source", EXPORT_LOST, KEEP},
	{NULL, "backing1-source", EXPORT_LOST, KEEP},
	{NULL, "backing2-source", EXPORT_LOST, KEEP},
	{NULL, "backing3-source", EXPORT_LOST, KEEP},
	{NULL, "luks", EXPORT_LOST, KEEP},
	/* Payload is a file of its own here. */
	{"disk", "in-place", EXPORT_LOST, KEEP},
	{NULL, "throttle", EXPORT_LOST, KEEP},
	{NULL, "read-only", EXPORT_LOST, KEEP},
	{NULL, "grab-all", EXPORT_LOST, KEEP},
	{NULL, "iobase", EXPORT_LOST, KEEP},
	{NULL, "rate-period", EXPORT_LOST, KEEP},
	{"memory-device", "base", EXPORT_LOST, KEEP},
	{"extra", "args", EXPORT_LOST, KEEP},
	{"secret", "name", EXPORT_LOST, KEEP},
	{"secret", "form", EXPORT_LOST, KEEP},
	{"audio", "in", EXPORT_LOST, KEEP},
	{"audio", "out", EXPORT_LOST, KEEP},
	{"audio", "in-direct", EXPORT_LOST, KEEP},
	{"audio", "out-direct", EXPORT_LOST, KEEP},
	{"disk", "insecure", EXPORT_LOST, KEEP},
	{"disk", "given-id", EXPORT_LOST, KEEP},
	{"net", "learning=yes", EXPORT_LOST, KEEP},
	{"net", "flood=yes", EXPORT_LOST, KEEP},
	/* The host's, in libvirt's hands. */
	{"net", "bridge-create", EXPORT_LEFT,
	 "libvirt makes no bridge for a machine: make it beforehand, or use a network of libvirt"},
	{"net", "bridge-address", EXPORT_LEFT, "likewise for the address of the bridge"},
	{"net", "forwards", EXPORT_LOST,
	 "libvirt forwards ports with passt alone: CONFIG_NETn_BACKEND_PASST"},
	{"net", "passt", EXPORT_LEFT, "libvirt starts the passt that is in its PATH"},
	{"net", "bridge-helper", EXPORT_LEFT,
	 "an unprivileged libvirt runs the one of its qemu.conf (bridge_helper)"},
	{"network", "name", EXPORT_LEFT, "libvirt needs a network of that name: virsh net-define"},
	/* The row `mode` says it of a macvtap. */
	{"network", "kind=BRIDGE", EXPORT_LEFT, "of that network: <forward mode='bridge'/>"},
	{"network", "kind", EXPORT_LOST, KEEP},
	{"network", "bridge", EXPORT_LEFT, "of that network: <bridge name=>"},
	{"network", "vlan", EXPORT_LEFT,
	 "of that network: <vlan><tag id=>, for a bridge since libvirt 11.0"},
	{"network", "trunk", EXPORT_LEFT,
	 "of that network: <vlan trunk='yes'><tag id=>, for a bridge since libvirt 11.0"},
	{"network", "isolated", EXPORT_LEFT, "of that network: <port isolated='yes'/>"},
	{"network", "parent", EXPORT_LEFT, "of that network: <forward><interface dev=>"},
	{"network", "mode", EXPORT_LEFT, "of that network: <forward mode=>"},
	{"net", "tap", EXPORT_LEFT, "libvirt names the interface itself: vnet0, vnet1, ..."},
	{NULL, "last-port", EXPORT_LEFT,
	 "libvirt looks for a free port in the range of its qemu.conf (remote_display_port_max)"},
	{"vnc", "automatic-websocket", EXPORT_LEFT,
	 "libvirt looks for a free one in the range of its qemu.conf (remote_websocket_port_min)"},
	{"tpm", "program", EXPORT_LEFT, "libvirt starts the swtpm that is in its PATH"},
	{"vnc", "tls", EXPORT_LOST, "libvirt has it for all machines in qemu.conf: vnc_tls"},
	{"vnc", "tls-directory", EXPORT_LOST,
	 "libvirt has it for all machines in qemu.conf: vnc_tls_x509_cert_dir"},
	{"vnc", "tls-verify", EXPORT_LOST,
	 "libvirt has it for all machines in qemu.conf: vnc_tls_x509_verify"},
	{"spice", "tls-directory", EXPORT_LOST,
	 "libvirt has it for all machines in qemu.conf: spice_tls_x509_cert_dir"},
	{NULL, "password", EXPORT_LOST,
	 "in XML it would be readable: set passwd='..' in <graphics>"},
	{"disk", "tls-dir", EXPORT_LOST,
	 "libvirt has it for all machines in qemu.conf: nbd_tls_x509_cert_dir"},
	{NULL, "tls-directory", EXPORT_LOST,
	 "libvirt has it for all machines in qemu.conf: chardev_tls_x509_cert_dir"},
	{NULL, "tls-verify", EXPORT_LOST,
	 "libvirt has it for all machines in qemu.conf: chardev_tls_x509_verify"},
	{NULL, "tls-key", EXPORT_LOST,
	 "libvirt has it for all machines in qemu.conf: chardev_tls_x509_secret_uuid"},
};

/** struct domain - the document, and where its parts are. */
struct domain {
	struct export *export;
	xmlNodePtr root, devices, machine;
};

static const char *attr(const struct domain *domain, xmlNodePtr node, const char *name)
{
	return xml_attr_text(domain->export->arena, node, name);
}

static bool has(const struct domain *domain, xmlNodePtr node, const char *name, const char *value)
{
	const char *text = attr(domain, node, name);

	return text && (!value || strcmp(text, value) == 0);
}

/* ---- what this libvirt does not know yet ----------------------------------------------------- */

static void leave_out(struct domain *domain, const struct later *later)
{
	struct arena *arena = domain->export->arena;
	xmlNodePtr next;

	for (xmlNodePtr node = domain->devices->children; node; node = next) {
		next = node->next;
		if (!tree_is(node, later->element) ||
		    (later->attr && !has(domain, node, later->attr, later->value)))
			continue;
		const char *what = later->attr
					   ? arena_fmt(arena, "<%s %s='%s'>", later->element,
						       later->attr, attr(domain, node, later->attr))
					   : arena_fmt(arena, "<%s>", later->element);
		const char *alias = xml_find(arena, node, "alias/@name");

		export_note(domain->export, EXPORT_LOST,
			    alias ? arena_fmt(arena, "%s of %s", what, alias) : what,
			    arena_fmt(arena, "libvirt has it since %s", later->version));
		xml_remove(node, later->alone ? later->attr : NULL);
	}
}

/* What no libvirt takes, although its XML has words for it (qemu_validate.c, as of 7.0 to 11). */
static void leave_out_refused(struct domain *domain)
{
	struct arena *arena = domain->export->arena;
	xmlNodePtr backing = xml_find_element(domain->root, "memoryBacking");
	xmlNodePtr source = backing ? xml_find_element(backing, "source") : NULL;

	if (source && has(domain, source, "type", "anonymous") &&
	    xml_find_element(backing, "hugepages")) {
		export_note(domain->export, EXPORT_LOST, "memoryBacking/source 'anonymous'",
			    "libvirt refuses it with huge pages, and maps them from hugetlbfs");
		xml_remove(source, NULL);
	}
	tree_for_each(disk, domain->devices)
	{
		xmlNodePtr wwn = tree_is(disk, "disk") ? xml_find_element(disk, "wwn") : NULL;
		const char *bus = wwn ? xml_find(arena, disk, "target/@bus") : NULL;

		if (!bus || strcmp(bus, "ide") == 0 || strcmp(bus, "scsi") == 0)
			continue;
		export_note(domain->export, EXPORT_LOST,
			    arena_fmt(arena, "<wwn> of %s", xml_find(arena, disk, "alias/@name")),
			    "libvirt takes one on the buses ide and scsi alone");
		xml_remove(wwn, NULL);
	}
}

/* ---- payload --------------------------------------------------------------------------------- */

static const char *moved(const struct domain *domain, const char *path)
{
	const char *name = path ? export_payload(domain->export, path) : NULL;

	return name ? arena_fmt(domain->export->arena, "%s/%s", domain->export->payload_dir, name)
		    : NULL;
}

static void move_payload(struct domain *domain, xmlNodePtr node)
{
	const char *path = moved(domain, xml_own_text(domain->export->arena, node));

	if (path)
		xml_replace(node, NULL, path);
	for (xmlAttrPtr each = node->properties; each; each = each->next) {
		const char *name = (const char *)each->name;

		path = moved(domain, attr(domain, node, name));
		if (path)
			xml_replace(node, name, path);
	}
	tree_for_each(child, node) move_payload(domain, child);
}

/* ---- identities ------------------------------------------------------------------------------- */

static xmlNodePtr by_alias(const struct domain *domain, const char *alias)
{
	tree_for_each(node, domain->devices)
	{
		const char *name = xml_find(domain->export->arena, node, "alias/@name");

		if (name && strcmp(name, alias) == 0)
			return node;
	}
	return NULL;
}

static void tell_unit(struct domain *domain, const char *what, const char *when)
{
	export_note(domain->export, EXPORT_LEFT, what,
		    arena_fmt(domain->export->arena,
			      "each unit has its own: libvirt makes one %s; --unit ID gives that "
			      "of a unit",
			      when));
}

#define ONCE "when the domain is defined"

static void set_uuid(struct domain *domain)
{
	const char *uuid = export_uuid(domain->export);
	xmlNodePtr name = xml_find_element(domain->root, "name");

	if (!has(domain, domain->machine, "uuid", "UNIT") || !name)
		return;
	if (!uuid) {
		tell_unit(domain, "<uuid>", ONCE);
		return;
	}
	xml_replace(xml_insert(domain->root, name, "uuid"), NULL, uuid);
	xml_replace(domain->machine, "uuid", "GIVEN");
}

static void set_mac(struct domain *domain, xmlNodePtr device)
{
	struct arena *arena = domain->export->arena;
	const char *id = attr(domain, device, "id"), *alias = attr(domain, device, "alias");
	xmlNodePtr node = alias ? by_alias(domain, alias) : NULL;
	const char *mac = id ? export_mac(domain->export, id) : NULL;

	if (!has(domain, device, "mac-policy", "UNIT") || !node)
		return;
	if (!mac) {
		tell_unit(domain, arena_fmt(arena, "<mac> of %s", id), ONCE);
		return;
	}
	xml_attr(xml_insert(node, NULL, "mac"), "address", mac);
	xml_remove(device, "mac-policy");
}

static void set_cid(struct domain *domain)
{
	xmlNodePtr cid = xml_find_element(domain->devices, "vsock/cid");
	const char *number = export_cid(domain->export, "vsock");

	if (!cid || !has(domain, cid, "auto", "yes"))
		return;
	if (!number) {
		tell_unit(domain, "<cid> of vsock", "at each start");
		return;
	}
	xml_replace(cid, "auto", "no");
	xml_attr(cid, "address", number);
}

/* ---- beside the XML ---------------------------------------------------------------------------- */

static const struct policy *policy_of(const char *id, const char *name, const char *value)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		const struct policy *policy = &policies[i];
		const char *rest = policy->attr + len;

		if ((!policy->id || strncmp(policy->id, id, strlen(policy->id)) == 0) &&
		    strncmp(policy->attr, name, len) == 0 &&
		    (!*rest || (*rest == '=' && value && strcmp(rest + 1, value) == 0)))
			return policy;
	}
	return NULL;
}

bool export_loses(const char *id, const char *name, const char *value)
{
	const struct policy *policy = policy_of(id, name, value);

	return !policy || (policy->why != KEEP && policy->loss == EXPORT_LOST);
}

static void tell_settings(struct domain *domain, xmlNodePtr device)
{
	struct arena *arena = domain->export->arena;
	const char *id = attr(domain, device, "id"), *secret = attr(domain, device, "name");

	for (xmlAttrPtr each = device->properties; id && each; each = each->next) {
		const char *name = (const char *)each->name;
		const char *value = attr(domain, device, name);
		const struct policy *policy = policy_of(id, name, value);

		if (policy && policy->why == KEEP)
			continue;
		/* A secret is known by its name, and where it stands is the host's. */
		const char *what = secret && strcmp(name, "source") == 0
					   ? arena_fmt(arena, "secret \"%s\"", secret)
					   : arena_fmt(arena, "%s: %s \"%s\"", id, name, value);

		export_note(domain->export, policy ? policy->loss : EXPORT_LOST, what,
			    policy ? policy->why : NO_WORD);
	}
}

/**
 * struct beyond - what only the command line says.
 * @option: of QEMU. @mark: what its value holds. @what: the setting, for the note.
 */
static const struct beyond {
	const char *option, *mark, *what;
} beyonds[] = {
	{"-boot", ",splash=", "the picture at boot"},
	{"-machine", ",rtc=", "microvm's clock"},
	{"-machine", ",pit=", "microvm's timer"},
	{"-machine", ",pic=", "microvm's interrupt controller"},
	{"-machine", ",auto-kernel-cmdline=", "the kernel command line that microvm adds to"},
};

static int tell_beyond(struct export *export, struct err *err)
{
	char **argv = facts_argv(export->facts, ARGV_SHELL, err);

	for (size_t i = 1; argv && argv[i] && argv[i + 1]; i++) {
		for (size_t j = 0; j < ARRAY_SIZE(beyonds); j++) {
			if (strcmp(argv[i], beyonds[j].option) == 0 &&
			    strstr(argv[i + 1], beyonds[j].mark))
				export_note(export, EXPORT_LOST, beyonds[j].what, NO_WORD);
		}
	}
	return argv ? 0 : -1;
}

/* Slots of the site overlay without a value: on a target of Kiln's, somebody binds them. */
static void tell_unbound(struct export *export)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	while (img_site_next(export->facts->img, &cursor, &site)) {
		if (!site.value[0] && site.kind != SITE_UNIT)
			export_note(export, EXPORT_LOST,
				    arena_fmt(export->arena, "site value %s", site.key),
				    "it is bound on the target, and has no value before: write it "
				    "into the XML");
	}
}

int export_libvirt(struct export *export, struct text *ret, struct err *err)
{
	struct domain domain = {.export = export};

	if (!xml_is_valid(export->payload_dir)) {
		(void)err_set(err, ERR_USAGE, "the folder %s", export->payload_dir);
		err_why(err, "Its name goes into XML, which holds UTF-8 without control "
			     "characters alone.");
		err_fix(err, "Choose another folder, or say with --payload-dir where the files "
			     "will be.");
		return -1;
	}
	domain.root = export_domain(export, &domain.devices, err);
	if (!domain.root)
		return -1;
	domain.machine = xml_find_element(domain.root, "metadata/machine");
	for (size_t i = 0; i < ARRAY_SIZE(laters); i++) {
		if (export->libvirt < laters[i].since)
			leave_out(&domain, &laters[i]);
	}
	leave_out_refused(&domain);
	move_payload(&domain, domain.root);
	set_uuid(&domain);
	set_cid(&domain);
	tree_for_each(device, domain.machine)
	{
		set_mac(&domain, device);
		tell_settings(&domain, device);
	}
	tell_unbound(export);
	int ret_status = tell_beyond(export, err);

	xml_write(domain.root, ret);
	xml_free(domain.root);
	return ret_status;
}
