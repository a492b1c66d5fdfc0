/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secret.c - passwords and keys, which are on the target and never in the image.
 *
 * In: rows SECRETn_*. Out: -object secret on a descriptor, and the host operation that reads a file
 * or a systemd credential into it. Others name a secret by its NAME, in a row whose `refers` is
 * secret_family, and give QEMU its id: secret_id().
 */
#include "devices/secret.h"

#include <string.h>

#include "devices/registry.h"
#include "model/emit.h"

struct secret {
	const char *name, *path, *credential;
	const struct prop_word *source, *form;
};

static const struct prop_word source_words[] = {
	{.sym = "FILE"},
	{.sym = "CREDENTIAL"},
	{0},
};

static const struct prop_word form_words[] = {
	{.sym = "LINE", .qemu = "raw"},
	{.sym = "RAW", .qemu = "raw"},
	{.sym = "BASE64", .qemu = "base64"},
	{0},
};

static const struct secret *secret_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_credential(const struct vm_dev *dev)
{
	return prop_word_is(secret_of(dev)->source, "CREDENTIAL");
}

static bool is_file(const struct vm_dev *dev)
{
	return !is_credential(dev);
}

static const struct dev_class secret_classes[] = {
	{.name = "secret", .where = WHERE_NONE},
	{0},
};

#define FIELD(member) .field = offsetof(struct secret, member)
static const struct prop secret_props[] = {
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(NAME),
	 FIELD(name)},
	{.name = "source",
	 .sym = "SOURCE",
	 .kind = PROP_ENUM,
	 FIELD(source),
	 .words = source_words},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE,
	 .rule = RULE(PATH),
	 FIELD(path),
	 .site = SITE_PATH,
	 .when = is_file},
	{.name = "credential",
	 .sym = "CREDENTIAL",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE,
	 .rule = RULE(CREDENTIAL),
	 FIELD(credential),
	 .site = SITE_CREDENTIAL,
	 .when = is_credential},
	{.name = "form", .sym = "FORM", .kind = PROP_ENUM, FIELD(form), .words = form_words},
	{0},
};
#undef FIELD

static void secret_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct secret *secret = dev->data;

	(void)vm;
	if (!secret->credential)
		secret->credential = secret->name;
}

static enum secret_form form_of(const struct vm_dev *dev)
{
	if (prop_word_is(secret_of(dev)->form, "BASE64"))
		return SECRET_BASE64;
	return prop_word_is(secret_of(dev)->form, "RAW") ? SECRET_RAW : SECRET_LINE;
}

static void secret_back(const struct vm_dev *dev, struct emit *emit)
{
	struct arena *arena = emit->arena;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_SECRET;
	op.secret.owner = dev->id;
	op.secret.source = emit_site_value(emit, dev, is_credential(dev) ? "credential" : "path");
	op.secret.form = form_of(dev);
	op.secret.flags = is_credential(dev) ? SECRET_CREDENTIAL : 0;
	uint32_t fd = emit_op(emit, &op);
	struct node *object = emit_tree(emit, "-object", 0);

	node_add_string(arena, object, "qom-type", "secret");
	node_add_string(arena, object, "id", dev->alias);
	/* Read as a blob: an fd set is refused here (qemu-facts.md, section 1). */
	node_add_string(arena, object, "file", emit_mark(emit, FIX_FD_PATH, fd, 0, ""));
	node_add_string(arena, object, "format", secret_of(dev)->form->qemu);
}

const char *secret_id(const struct vm_dev *dev, const char *prop_name)
{
	const struct vm_dev *secret = dev_referred(dev, dev_prop(dev->family, prop_name));

	return secret ? secret->alias : NULL;
}

const struct dev_family secret_family = {
	.name = "secret",
	.sym = "SECRET",
	.max = 32,
	.size = sizeof(struct secret),
	.flags = FAMILY_EARLY | FAMILY_REFERRED,
	.rank = RANK_NONE,
	.alias = "secret%s",
	.classes = secret_classes,
	.props = secret_props,
	.prepare = secret_prepare,
	.back = secret_back,
};
