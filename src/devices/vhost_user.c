/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user.c - the other side maps the guest's memory, so all of it must be shared.
 *
 * QEMU would start with private memory, and every request of the guest would fail.
 */
#include "devices/vhost_user.h"

#include <string.h>

#include "devices/chardev.h"
#include "devices/registry.h"
#include "model/vm.h"

/* The first cell that says something else than the machine, or NULL. */
static const struct vm_dev *private_cell(const struct vm *vm)
{
	const struct prop *row = dev_prop(&numa_family, "access");

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family == &numa_family && prop_word_is(dev_word(dev, row), "PRIVATE"))
			return dev;
	}
	return NULL;
}

void vhost_user_check(const struct check *check, const struct vm_dev *dev, struct err_list *errs)
{
	const struct vm *vm = dev->vm;
	bool shared = prop_word_is(vm->guest.memory.access, "SHARED");
	const struct vm_dev *cell = private_cell(vm);

	if (shared && !cell)
		return;
	struct err *err =
		dev_error(errs, dev, "model", check->name, "%s needs shared memory", dev->id);

	err_why(err, "The program at its other end works on the guest's memory, which is private "
		     "as it is configured.");
	if (!shared) {
		err_fix(err, "Set CONFIG_MEMORY_ACCESS_SHARED=y.");
		return;
	}
	struct place place = dev_place(cell, "access");

	err_also(err, place.file, place.line);
	err_fix(err, "Leave %s at its default.", dev_symbol(cell, "access"));
}

static void add_reach(const struct vm_dev *dev, struct emit *emit, const struct vhost_user *socket)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_REACH;
	op.reach.owner = dev->id;
	op.reach.path = emit_site_value(emit, dev, socket->path_row);
	op.reach.flags = socket->listen ? REACH_LISTEN : 0;
	(void)emit_op(emit, &op);
}

void vhost_user_emit(const struct vm_dev *dev, struct emit *emit, const struct vhost_user *socket)
{
	struct arena *arena = emit->arena;
	struct node *tree;

	if (!socket->reconnect && !socket->by_path) {
		chardev_emit_socket(dev, emit, socket->id, socket->path_row,
				    socket->listen ? SOCKET_LISTEN : 0);
		return;
	}
	add_reach(dev, emit, socket);
	tree = emit_tree(emit, "-chardev", 0);
	node_add_string(arena, tree, "backend", "socket");
	node_add_string(arena, tree, "id", socket->id);
	node_add_string(arena, tree, "path", emit_site_value(emit, dev, socket->path_row));
	if (socket->listen)
		node_add_bool(arena, tree, "server", true);
	if (socket->reconnect)
		node_add_uint(arena, tree, "reconnect", socket->reconnect);
}
