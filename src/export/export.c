/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export.c - notes, the identities of a unit, and which file of the host is payload.
 */
#include "export/domain.h"

#include <inttypes.h>
#include <string.h>

#include "base/unit.h"

void export_note(struct export *export, enum export_loss loss, const char *what, const char *why)
{
	for (struct export_note *note = export->notes; note; note = note->next) {
		if (strcmp(note->what, what) == 0 && strcmp(note->why, why) == 0)
			return;
	}
	struct export_note *note = arena_alloc(export->arena, sizeof(*note));

	note->loss = loss;
	note->what = arena_str(export->arena, what);
	note->why = arena_str(export->arena, why);
	if (export->last_note)
		export->last_note->next = note;
	else
		export->notes = note;
	export->last_note = note;
}

bool export_has_lost(const struct export *export)
{
	for (const struct export_note *note = export->notes; note; note = note->next) {
		if (note->loss == EXPORT_LOST)
			return true;
	}
	return false;
}

const char *export_mac(const struct export *export, const char *device)
{
	unsigned char bytes[MAC_BYTES];
	char text[MAC_TEXT_MAX];

	if (!export->facts->unit[0])
		return NULL;
	unit_mac(bytes, export->facts->unit, export->facts->img->meta[META_NAME], device);
	ident_format_mac(text, bytes);
	return arena_str(export->arena, text);
}

const char *export_uuid(const struct export *export)
{
	unsigned char bytes[UUID_BYTES];
	char text[UUID_TEXT_MAX];

	if (!export->facts->unit[0])
		return NULL;
	unit_uuid(bytes, export->facts->unit, export->facts->img->meta[META_NAME]);
	ident_format_uuid(text, bytes);
	return arena_str(export->arena, text);
}

const char *export_cid(const struct export *export, const char *device)
{
	const struct facts *facts = export->facts;

	if (!facts->unit[0])
		return NULL;
	return arena_fmt(export->arena, "%" PRIu32,
			 unit_cid(facts->unit, facts->img->meta[META_NAME], device));
}

const char *export_payload(const struct export *export, const char *path)
{
	const struct img *img = export->facts->img;
	const char *dir = img->meta[META_PAYLOAD_DIR];
	size_t len = strlen(dir);

	if (strncmp(path, dir, len) != 0 || path[len] != '/')
		return NULL;
	for (uint32_t i = 0; i < img->payload_count; i++) {
		if (strcmp(path + len + 1, img->payload[i].name) == 0)
			return img->payload[i].name;
	}
	return NULL;
}

xmlNodePtr export_domain(const struct export *export, xmlNodePtr *ret_devices, struct err *err)
{
	const struct img *img = export->facts->img;
	const struct img_span *text = &img->section[SECTION_DOMAIN];
	xmlNodePtr root = xml_parse((const char *)text->data, text->len);

	*ret_devices = root ? xml_find_element(root, "devices") : NULL;
	if (*ret_devices && xml_find_element(root, "metadata/machine"))
		return root;
	if (root)
		xml_free(root);
	(void)err_set(err, ERR_IMAGE, "%s: section DOMAIN is no domain of Kiln's", img->path);
	err_why(err, "It has a <domain> with <metadata> and <devices>.");
	err_fix(err, "Compose the image again.");
	return NULL;
}
