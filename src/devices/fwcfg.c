/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwcfg.c - entries of QEMU's fw_cfg device, by which a host hands texts and files to a guest.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/emit.h"

struct fwcfg {
	const char *name, *value, *path, *shown_path;
	const struct prop_word *source;
};

static const struct dev_class fwcfg_classes[] = {
	{.name = "entry", .where = WHERE_NONE},
	{0},
};

static const struct prop_word source_words[] = {
	{.sym = "STRING"},
	{.sym = "FILE"},
	{.sym = "PAYLOAD"},
	{0},
};

static const struct fwcfg *fwcfg_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_string(const struct vm_dev *dev)
{
	return prop_word_is(fwcfg_of(dev)->source, "STRING");
}

static bool is_file(const struct vm_dev *dev)
{
	return !is_string(dev);
}

#define FIELD(member) .field = offsetof(struct fwcfg, member)
static const struct prop fwcfg_props[] = {
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(TEXT),
	 FIELD(name),
	 .xml = "@name"},
	{.name = "source",
	 .sym = "SOURCE",
	 .kind = PROP_ENUM,
	 .flags = PROP_TELL,
	 FIELD(source),
	 .words = source_words},
	{.name = "value",
	 .sym = "VALUE",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_REQUIRED,
	 .rule = RULE(TEXT),
	 FIELD(value),
	 .xml = "",
	 .when = is_string},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .site = SITE_PATH,
	 FIELD(path),
	 .when = is_file},
	{.name = "file", .kind = PROP_STRING, FIELD(shown_path), .xml = "@file", .when = is_file},
	{0},
};
#undef FIELD

static void fwcfg_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct fwcfg *fwcfg = dev->data;

	fwcfg->shown_path = fwcfg->path;
	if (fwcfg->path && prop_word_is(fwcfg->source, "PAYLOAD"))
		fwcfg->shown_path = vm_payload_target(vm, fwcfg->path);
}

/* QEMU reads the file as a blob, so /proc/self/fd/N and no fd set (qemu-facts, section 1). */
static void fwcfg_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct fwcfg *fwcfg = fwcfg_of(dev);
	struct node *tree;
	struct op op;

	if (!fwcfg->name || (is_string(dev) ? !fwcfg->value : !fwcfg->path))
		return;
	tree = emit_tree(emit, "-fw_cfg", 0);
	node_add_string(emit->arena, tree, "name", fwcfg->name);
	if (is_string(dev)) {
		node_add_string(emit->arena, tree, "string", fwcfg->value);
		return;
	}
	memset(&op, 0, sizeof(op));
	if (prop_word_is(fwcfg->source, "PAYLOAD")) {
		op.code = OP_PAYLOAD;
		op.payload.index = emit_payload_file(emit, dev, "path", fwcfg->path);
		op.payload.flags = PAYLOAD_SEAL;
	} else {
		op.code = OP_FILE;
		op.file.owner = dev->id;
		op.file.path = emit_site_value(emit, dev, "path");
		op.file.flags = FILE_READ_ONLY;
	}
	node_add_string(emit->arena, tree, "file",
			emit_mark(emit, FIX_FD_PATH, emit_op(emit, &op), 0, ""));
}

#define NAME_MAX_BYTES 55 /* FW_CFG_MAX_FILE_PATH of QEMU, with the final NUL 56 */

static void check_name(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *name = dev->family == &fwcfg_family ? fwcfg_of(dev)->name : NULL;

		if (!name || (strncmp(name, "opt/", 4) == 0 && strlen(name) <= NAME_MAX_BYTES))
			continue;
		struct err *err = dev_error(errs, dev, "name", check->name,
					    "\"%s\" is no name of an entry", name);

		err_why(err,
			"Names of users begin with opt/, then a domain of their own, and have at "
			"most %d bytes; others are QEMU's.",
			NAME_MAX_BYTES);
		err_fix(err, "Set %s to opt/org.example/something.", dev_symbol(dev, "name"));
	}
}

static void check_path(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct fwcfg *fwcfg = dev->family == &fwcfg_family ? fwcfg_of(dev) : NULL;

		if (!fwcfg || !prop_word_is(fwcfg->source, "FILE") || !fwcfg->path ||
		    ident_is_valid(IDENT_PATH, fwcfg->path))
			continue;
		struct err *err =
			dev_error(errs, dev, "path", check->name, "\"%s\" is not a valid %s",
				  fwcfg->path, ident_noun(IDENT_PATH));

		err_why(err, "%s The file is opened on the target.", ident_rule(IDENT_PATH));
		err_fix(err, "Write the whole path, or choose %s_PAYLOAD.",
			dev_symbol(dev, "source"));
	}
}

static const struct check fwcfg_checks[] = {
	{.name = "fwcfg-name", .run = check_name},
	{.name = "fwcfg-path", .run = check_path},
	{0},
};

const struct dev_family fwcfg_family = {
	.name = "fwcfg",
	.sym = "FWCFG",
	.max = 32,
	.size = sizeof(struct fwcfg),
	.rank = RANK_NONE,
	.xml = "entry",
	.under = "sysinfo[type=fwcfg]",
	.classes = fwcfg_classes,
	.props = fwcfg_props,
	.checks = fwcfg_checks,
	.prepare = fwcfg_prepare,
	.back = fwcfg_back,
};
