/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emit.c - collect arguments, operations, site slots and payload in the order of the calls.
 */
#include "model/emit.h"

#include <errno.h>
#include <string.h>

#include "image/image.h"

static struct emit_arg *arg_new(struct emit *emit, const char *option, unsigned flags)
{
	struct emit_arg *arg = arena_alloc(emit->arena, sizeof(*arg));

	arg->option = option;
	arg->flags = flags;
	if (emit->last_arg)
		emit->last_arg->next = arg;
	else
		emit->args = arg;
	emit->last_arg = arg;
	emit->arg_count++;
	return arg;
}

struct node *emit_tree(struct emit *emit, const char *option, unsigned flags)
{
	struct emit_arg *arg = arg_new(emit, option, flags);

	arg->tree = node_new(emit->arena, NODE_OBJECT);
	return arg->tree;
}

void emit_text(struct emit *emit, const char *option, const char *text, unsigned flags)
{
	arg_new(emit, option, flags)->text = text;
}

uint32_t emit_op(struct emit *emit, const struct op *op)
{
	struct emit_op *item = arena_alloc(emit->arena, sizeof(*item));
	uint32_t first = emit->fd_count;
	size_t count;
	const struct op_field *fields = op_fields(op->code, &count);

	item->op = *op;
	for (size_t i = 0; i < count; i++) {
		if (fields[i].kind == FIELD_FD)
			memcpy((char *)&item->op + fields[i].offset, &first, sizeof(first));
	}
	emit->fd_count += op_fd_count(&item->op);
	if (emit->last_op)
		emit->last_op->next = item;
	else
		emit->ops = item;
	emit->last_op = item;
	emit->op_count++;
	return op_fd_count(&item->op) ? first : 0;
}

const char *emit_mark(struct emit *emit, enum fixup_kind kind, unsigned a, unsigned b,
		      const char *key)
{
	char mark[MARK_MAX];

	text_mark(mark, kind, a, b, key);
	return arena_str(emit->arena, mark);
}

const char *emit_fd_set(struct emit *emit, uint32_t fd)
{
	const char *number = emit_mark(emit, FIX_FD, fd, 0, "");

	/* The set has the descriptor's number, so that one mark says both. */
	emit_text(emit, "-add-fd", arena_fmt(emit->arena, "fd=%s,set=%s", number, number),
		  ARG_LOADER_ONLY);
	return emit_mark(emit, FIX_FDSET_PATH, fd, 0, "");
}

static unsigned hash_key(const char *key)
{
	unsigned hash = 5381;

	for (; *key; key++)
		hash = hash * 33 + (unsigned char)*key;
	return hash % EMIT_SITE_HASH;
}

/* Returns the number of the slot of that key, declaring it when it is new. */
static unsigned site_slot(struct emit *emit, const char *key, enum site_kind kind,
			  const char *value)
{
	struct emit_site **head = &emit->site_hash[hash_key(key)];

	for (const struct emit_site *site = *head; site; site = site->same_hash) {
		if (strcmp(site->slot.key, key) == 0)
			return site->number;
	}
	struct emit_site *site = arena_alloc(emit->arena, sizeof(*site));

	site->slot.key = key;
	site->slot.kind = kind;
	site->slot.value = value ? value : "";
	site->number = emit->site_count++;
	site->same_hash = *head;
	*head = site;
	if (emit->last_site)
		emit->last_site->next = site;
	else
		emit->sites = site;
	emit->last_site = site;
	return site->number;
}

const char *emit_site_value(struct emit *emit, const struct vm_dev *dev, const char *prop_name)
{
	const struct prop *row = dev_prop(dev->family, prop_name);
	const char *key = dev == dev->vm->guest_dev
				  ? row->name
				  : arena_fmt(emit->arena, "%s.%s", dev->id, row->name);

	return emit_mark(emit, FIX_SITE, site_slot(emit, key, row->site, dev_string(dev, row)), 0,
			 "");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The name is the file's place on the target, so two files of one name cannot both have it. */
static void check_name(struct emit *emit, const struct vm_dev *dev, const char *prop_name,
		       const struct emit_payload *item)
{
	for (const struct emit_payload *old = emit->payload; old; old = old->next) {
		if (strcmp(old->name, item->name) != 0)
			continue;
		struct err *err = dev_error(emit->errs, dev, prop_name, "payload-name-unique",
					    "payload \"%s\" has the file name of another payload",
					    item->name);

		err_why(err,
			"\"%s\" is in the image under that name already; on the target both "
			"would be %s.",
			old->path, vm_payload_target(dev->vm, item->path));
		err_fix(err, "Rename one of the two files.");
		return;
	}
}

uint32_t emit_payload_file(struct emit *emit, const struct vm_dev *dev, const char *prop_name,
			   const char *path)
{
	const char *full = vm_payload_path(dev->vm, path);
	uint32_t index = 0;

	if (!full) {
		int error = errno;
		struct err *err =
			dev_error(emit->errs, dev, prop_name, "payload-readable",
				  "payload file \"%s\" cannot be read: %s", path, strerror(error));
		struct text tried = {.arena = emit->arena};

		for (const char *const *dir = dev->vm->search; dir && *dir; dir++)
			text_fmt(&tried, "%s%s", tried.len ? ", " : "", *dir);
		if (path[0] == '/' || !tried.len)
			err_why(err, "The file goes into the image at build time.");
		else
			err_why(err, "The file goes into the image at build time; looked in %s.",
				text_str(&tried));
		err_fix(err, "Put the file there, or set %s to the path of a readable file.",
			dev_symbol(dev, prop_name));
		full = path;
	}
	for (const struct emit_payload *old = emit->payload; old; old = old->next, index++) {
		if (strcmp(old->path, full) == 0)
			return index;
	}
	struct emit_payload *item = arena_alloc(emit->arena, sizeof(*item));

	item->name = base_name(full);
	item->path = full;
	check_name(emit, dev, prop_name, item);
	if (emit->last_payload)
		emit->last_payload->next = item;
	else
		emit->payload = item;
	emit->last_payload = item;
	return emit->payload_count++;
}
