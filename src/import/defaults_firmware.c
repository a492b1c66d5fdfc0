/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults_firmware.c - the firmware that libvirt chooses: <os firmware='efi'>, and its store of variables.
 *
 * libvirt takes the first of the host's descriptors (/usr/share/qemu/firmware) that is for the machine and
 * against which nothing is said; here it is what that gives on Debian: with Secure Boot and its keys on q35,
 * and system management mode with it, else without.
 */
#include <string.h>

#include "import/defaults.h"
#include "model/machine.h"

/** struct build - one of Debian's builds. */
struct build {
	const char *code, *vars;
};

static const struct build plain = {"/usr/share/OVMF/OVMF_CODE_4M.fd",
				   "/usr/share/OVMF/OVMF_VARS_4M.fd"};
static const struct build enrolled = {"/usr/share/OVMF/OVMF_CODE_4M.ms.fd",
				      "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"};
static const struct build no_keys = {"/usr/share/OVMF/OVMF_CODE_4M.secboot.fd",
				     "/usr/share/OVMF/OVMF_VARS_4M.fd"};
static const struct build arm = {"/usr/share/AAVMF/AAVMF_CODE.fd",
				 "/usr/share/AAVMF/AAVMF_VARS.fd"};

/* 1 of a feature that is asked for, 0 of one that is not wanted, -1 of one that is not named. */
static int feature(struct import *import, const char *name)
{
	xmlNodePtr firmware = xml_find_element(import->root, "os/firmware");

	if (!firmware)
		return -1;
	tree_for_each(node, firmware)
	{
		if (tree_is(node, "feature") &&
		    strcmp(defaults_value(import, node, "@name"), name) == 0)
			return tree_truth(defaults_value(import, node, "@enabled"));
	}
	return -1;
}

static const struct build *choose(struct import *import)
{
	int secure = tree_truth(defaults_value(import, import->root, "os/loader/@secure"));
	int boot = feature(import, "secure-boot"), keys = feature(import, "enrolled-keys");
	xmlNodePtr smm = xml_find_element(import->root, "features/smm");
	bool off = smm && tree_truth(defaults_value(import, smm, "@state")) == 0;

	if (strcmp(import->machine->guest_arch, "x86_64") != 0)
		return &arm;
	if (strcmp(import->machine->name, "q35") != 0 || secure == 0 || boot == 0 || off)
		return &plain;
	return keys == 0 ? &no_keys : &enrolled;
}

/* What chose it is no setting any more. */
static void drop_choice(struct import *import, xmlNodePtr os, const char *word, const char *why)
{
	xmlNodePtr firmware = xml_find_element(os, "firmware");

	import_note(import, IMPORT_DROPPED, os,
		    arena_fmt(import->arena, "os/@firmware \"%s\"", word), why);
	defaults_unset(os, "firmware");
	if (!firmware)
		return;
	xmlUnlinkNode(firmware);
	xmlFreeNode(firmware);
}

static void choose_uefi(struct import *import, xmlNodePtr os)
{
	const struct build *build = choose(import);
	const char *code = defaults_value(import, os, "loader");

	if (!*code) {
		xmlNodeSetContent(xml_at(os, "loader"), xml_chars(build->code));
		if (tree_truth(defaults_value(import, os, "loader/@stateless")) <= 0)
			defaults_fill(import, os, "nvram/@template", build->vars);
		if (build == &enrolled || build == &no_keys)
			defaults_fill(import, os, "loader/@secure", "yes");
	}
	defaults_fill(import, os, "loader/@type", "pflash");
	defaults_fill(import, os, "loader/@readonly", "yes");
	drop_choice(import, os, "efi",
		    *code ? "the firmware that it chose is configured"
			  : arena_fmt(import->arena, "it is Debian's %s", build->code));
}

/* "/x/OVMF_CODE.secboot.fd" has its variables in "/x/OVMF_VARS.fd"; NULL of another name. */
static const char *vars_beside(struct import *import, const char *code)
{
	const char *at = strstr(code, "CODE"), *kind = strstr(code, ".secboot");

	if (!at)
		return NULL;
	if (!kind || kind < at)
		return arena_fmt(import->arena, "%.*sVARS%s", (int)(at - code), code,
				 at + strlen("CODE"));
	at += strlen("CODE");
	return arena_fmt(import->arena, "%.*sVARS%.*s%s", (int)(at - code - strlen("CODE")), code,
			 (int)(kind - at), at, kind + strlen(".secboot"));
}

/* Without a word libvirt keeps the variables, in a folder of its own. */
static void keep_variables(struct import *import, xmlNodePtr os)
{
	const char *template = vars_beside(import, defaults_value(import, os, "loader"));
	const char *name = defaults_value(import, import->root, "name");

	if (strcmp(defaults_value(import, os, "loader/@type"), "pflash") != 0 ||
	    tree_truth(defaults_value(import, os, "loader/@stateless")) > 0 ||
	    tree_truth(defaults_value(import, os, "loader/@readonly")) <= 0)
		return;
	if (template)
		defaults_fill(import, os, "nvram/@template", template);
	if (xml_find_element(os, "nvram/source") || *defaults_value(import, os, "nvram"))
		return;
	xmlNodeSetContent(xml_at(os, "nvram"),
			  xml_chars(arena_fmt(import->arena,
					      "/var/lib/libvirt/qemu/nvram/%s_VARS.fd", name)));
}

/* What is not secure says nothing; <nvram type='file'><source file=/></nvram> is another word for the path; raw is what Kiln has too. */
static void plain_words(struct import *import, xmlNodePtr os)
{
	static const struct {
		const char *element, *attr;
	} formats[] = {{"loader", "format"}, {"nvram", "format"}, {"nvram", "templateFormat"}};
	xmlNodePtr nvram = xml_find_element(os, "nvram"), loader = xml_find_element(os, "loader");

	if (loader && tree_truth(defaults_value(import, loader, "@secure")) == 0)
		defaults_unset(loader, "secure");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		xmlNodePtr node = xml_find_element(os, formats[i].element);
		const char *text =
			node ? xml_attr_text(import->arena, node, formats[i].attr) : NULL;

		if (text && strcmp(text, "raw") == 0)
			defaults_unset(node, formats[i].attr);
	}
	if (!nvram || strcmp(defaults_value(import, nvram, "@type"), "file") != 0 ||
	    !*defaults_value(import, nvram, "source/@file"))
		return;
	defaults_unset(nvram, "type");
	xmlNodeSetContent(nvram, xml_chars(defaults_value(import, nvram, "source/@file")));
}

/* libvirt takes such a guest, which starts nothing; Kiln has no such machine. */
static void tell_added(struct import *import, xmlNodePtr os)
{
	if (strcmp(import->machine->name, "virt") == 0 && !xml_find_element(os, "loader") &&
	    !xml_find_element(os, "kernel"))
		import_note(import, IMPORT_DROPPED, os, "os: neither firmware nor a kernel",
			    "it gets AAVMF, and ACPI with it");
}

void defaults_firmware(struct import *import)
{
	xmlNodePtr os = xml_find_element(import->root, "os");
	const char *word = os ? defaults_value(import, os, "@firmware") : "";

	if (!os)
		return;
	if (strcmp(word, "bios") == 0)
		drop_choice(import, os, "bios", "it is QEMU's own SeaBIOS");
	else if (strcmp(word, "efi") == 0)
		choose_uefi(import, os);
	else
		tell_added(import, os);
	plain_words(import, os);
	keep_variables(import, os);
	/* Firmware in that mode alone keeps its variables, and so libvirt asks for both. */
	if (tree_truth(defaults_value(import, os, "loader/@secure")) > 0 &&
	    !xml_find_element(import->root, "features/smm"))
		xml_set(import->root, "features/smm/@state", "on");
}
