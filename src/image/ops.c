/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.c - the tables that ops.h, text.h and image.h declare as X-macros, as look-ups.
 *
 * No operation is named here except where its declaration cannot say something: the queues of an interface.
 */
#include "image/image.h"

#include <string.h>

#include "base/bug.h"

struct op_row {
	const char *name;
	enum op_phase phase;
	enum op_life life;
	uint32_t release; /* flags that make it LIFE_RELEASE */
};

#define OP_ROW(ENUM, opname, opphase, oplife, flags) \
	[OP_##ENUM] = {.name = #opname, .phase = (opphase), .life = (oplife), .release = (flags)},
static const struct op_row op_rows[] = {IMAGE_OPS(OP_ROW)};

const char *op_name(enum op_code code)
{
	return op_rows[code].name;
}

enum op_phase op_phase(enum op_code code)
{
	return op_rows[code].phase;
}

/*
 * A field list cannot be told whose it is, so it is expanded where `self` names its structure: the
 * one place for a typedef of a structure. All members of the union begin at the same offset.
 */
#define OP_UNION_AT offsetof(struct op, accel)
#define FIELD_ROW(type, field, max)                     \
	{.name = #field,                                \
	 .kind = FIELD_##type,                          \
	 .offset = OP_UNION_AT + offsetof(self, field), \
	 .limit = (max)},
#define FIELD_CASE(ENUM, opname, opphase, oplife, flags)                                 \
	case OP_##ENUM: {                                                                \
		typedef struct op_##opname self;                                         \
		static const struct op_field fields[] = {OP_##ENUM##_FIELDS(FIELD_ROW)}; \
                                                                                         \
		*ret_count = ARRAY_SIZE(fields);                                         \
		return fields;                                                           \
	}

const struct op_field *op_fields(enum op_code code, size_t *ret_count)
{
	switch (code) {
		IMAGE_OPS(FIELD_CASE)
	case OP_COUNT:
		break;
	}
	bug_report(__FILE__, __LINE__, "operation code");
}

uint32_t op_number(const struct op *op, const struct op_field *field)
{
	uint32_t value;

	BUG_IF(field->kind == FIELD_TEXT);
	memcpy(&value, (const char *)op + field->offset, sizeof(value));
	return value;
}

/* The first field of @kind, or NULL. */
static const struct op_field *field_find(enum op_code code, int kind)
{
	size_t count;
	const struct op_field *fields = op_fields(code, &count);

	for (size_t i = 0; i < count; i++)
		if ((int)fields[i].kind == kind)
			return &fields[i];
	return NULL;
}

enum op_life op_life(const struct op *op)
{
	const struct op_row *row = &op_rows[op->code];
	const struct op_field *flags = field_find(op->code, FIELD_FLAGS);

	if (flags && (op_number(op, flags) & row->release))
		return LIFE_RELEASE;
	return row->life;
}

uint32_t op_fd_count(const struct op *op)
{
	if (!field_find(op->code, FIELD_FD))
		return 0;
	if (op->code == OP_TAP)
		return op->tap.queues;
	if (op->code == OP_MACVTAP)
		return op->macvtap.queues;
	if (op->code == OP_ATTACH)
		return op->attach.queues;
	return op->code == OP_VHOST ? op->vhost.queues : 1;
}

uint32_t op_fd_first(const struct op *op)
{
	const struct op_field *fd = field_find(op->code, FIELD_FD);

	BUG_IF(!fd);
	return op_number(op, fd);
}

const char *macvtap_mode_word(enum macvtap_mode mode)
{
#define MODE_WORD(ENUM, text) [MACVTAP_##ENUM] = (text),
	static const char *const word[] = {IMAGE_MACVTAP_MODES(MODE_WORD)};

#undef MODE_WORD
	return word[mode];
}

enum macvtap_mode macvtap_mode_find(const char *word)
{
	unsigned mode = 0;

	while (mode < MACVTAP_MODE_COUNT &&
	       strcmp(macvtap_mode_word((enum macvtap_mode)mode), word) != 0)
		mode++;
	return (enum macvtap_mode)mode;
}

const char *site_word(enum site_kind kind)
{
#define SITE_WORD(ENUM, text) [SITE_##ENUM] = (text),
	static const char *const word[] = {IMAGE_SITE_KINDS(SITE_WORD)};

#undef SITE_WORD
	return word[kind];
}

enum ident_kind site_rule(enum site_kind kind)
{
#define SITE_RULE(ENUM, text) [SITE_##ENUM] = IDENT_##ENUM,
	static const enum ident_kind rule[] = {IMAGE_SITE_KINDS(SITE_RULE)};

#undef SITE_RULE
	return rule[kind];
}

size_t site_bytes_max(enum site_kind kind)
{
	switch (kind) {
	case SITE_IFNAME:
		return 15;
	case SITE_PATH:
		return IDENT_PATH_MAX - 1;
	case SITE_UNIT:
		return IDENT_UNIT_MAX - 1;
	case SITE_HOST:
		return IDENT_HOST_MAX - 1;
	case SITE_PORT:
		return sizeof("65535") - 1;
	case SITE_CREDENTIAL:
		return IDENT_CREDENTIAL_MAX - 1;
	case SITE_PCI_HOST:
		return sizeof("0000:00:00.0") - 1;
	case SITE_UUID:
		return UUID_TEXT_MAX - 1;
	case SITE_SCSI_HOST:
		return sizeof("4294967295:4294967295:4294967295:4294967295") - 1;
	case SITE_USB_HOST:
		return sizeof("1234:beef") - 1;
	case SITE_NAME:
		return IDENT_NAME_MAX - 1;
	case SITE_KIND_COUNT:
		break;
	}
	return SITE_VALUE_MAX - 1;
}

const char *fixup_word(enum fixup_kind kind)
{
#define FIXUP_WORD(ENUM, text) [FIX_##ENUM] = (text),
	static const char *const word[] = {IMAGE_FIXUPS(FIXUP_WORD)};

#undef FIXUP_WORD
	return word[kind];
}

const char *img_section_name(enum img_section section)
{
#define SECTION_NAME(ENUM, text) [SECTION_##ENUM] = (text),
	static const char *const name[] = {IMAGE_SECTIONS(SECTION_NAME)};

#undef SECTION_NAME
	return name[section];
}

const char *img_meta_name(enum img_meta_key key)
{
#define META_NAME_OF(ENUM, text) [META_##ENUM] = (text),
	static const char *const name[] = {IMAGE_META_KEYS(META_NAME_OF)};

#undef META_NAME_OF
	return name[key];
}
