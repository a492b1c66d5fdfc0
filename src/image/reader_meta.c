/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_meta.c - the sections that are text: META as keys and values, and CONFIG, DOMAIN, LAYOUT, GUEST.
 */
#include <string.h>

#include "image/reader.h"

/* What META promises the loader, which uses these values as names and paths. */
static enum ident_kind meta_rule(enum img_meta_key key)
{
	switch (key) {
	case META_NAME:
		return IDENT_VM_NAME;
	case META_QEMU:
	case META_PAYLOAD_DIR:
		return IDENT_PATH;
	case META_RUN_USER:
		return IDENT_USER;
	case META_VERSION:
	case META_BOARD:
	case META_HOST_ARCH:
	case META_GUEST_ARCH:
	case META_MACHINE:
	case META_QEMU_VERSION:
	case META_LAYOUT_ALGO:
	case META_KEY_COUNT:
		break;
	}
	return IDENT_TEXT;
}

/* Keys stand in the order of IMAGE_META_KEYS, so that a missing, doubled or unknown one shows. */
static int check_meta(struct img *img, char *meta, struct err *err)
{
	const struct img_span *span = &img->section[SECTION_META];
	size_t at = 0;

	if (span->len)
		memcpy(meta, span->data, span->len);
	for (enum img_meta_key key = 0; key < META_KEY_COUNT; key++) {
		const char *name = img_meta_name(key);
		size_t len = strlen(name);
		char *line = meta + at, *end = NULL;

		if (at < span->len)
			end = memchr(line, '\n', span->len - at);
		if (!end || (size_t)(end - line) <= len || memcmp(line, name, len) != 0 ||
		    line[len] != '=')
			return img_refuse_content(img, SECTION_META, at, err,
						  "no line \"%s=...\" here", name);
		*end = '\0';
		img->meta[key] = line + len + 1;
		if (memchr(line, '\0', (size_t)(end - line)) || img->meta[key][0] == '\0' ||
		    !ident_is_valid(IDENT_TEXT, img->meta[key]))
			return img_refuse_content(img, SECTION_META, at, err,
						  "%s is empty or has control characters", name);
		if (!ident_is_valid(meta_rule(key), img->meta[key]))
			return img_refuse_content(img, SECTION_META, at, err,
						  "%s: \"%s\" is no valid %s", name, img->meta[key],
						  ident_noun(meta_rule(key)));
		at = (size_t)(end + 1 - meta);
	}
	if (at != span->len)
		return img_refuse_content(img, SECTION_META, at, err,
					  "more lines than the %d known keys", META_KEY_COUNT);
	return 0;
}

/* They are printed on terminals: line feeds and tabs, and no other control character. */
static int check_text(const struct img *img, enum img_section section, struct err *err)
{
	const struct img_span *span = &img->section[section];

	for (size_t i = 0;; i++) {
		i += ident_text_len(span->data + i, span->len - i);
		if (i == span->len)
			return 0;
		if (span->data[i] != '\n' && span->data[i] != '\t')
			return img_refuse_content(img, section, i, err, "control character 0x%02x",
						  span->data[i]);
	}
}

int img_check_content(struct img *img, char *meta, struct err *err)
{
	if (check_meta(img, meta, err) < 0 || check_text(img, SECTION_CONFIG, err) < 0 ||
	    check_text(img, SECTION_DOMAIN, err) < 0 || check_text(img, SECTION_LAYOUT, err) < 0 ||
	    check_text(img, SECTION_GUEST, err) < 0 || img_check_guest(img, err) < 0 ||
	    img_check_needs(img, err) < 0)
		return -1;
	return img_check_plan(img, err);
}
