/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chardev_checks.c - rules for the other ends of character devices, of every family that has them.
 */
#include <string.h>
#include <sys/un.h>

#include "devices/chardev.h"

void chardev_check_stdio(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *first = NULL;

	vm_for_each_dev(dev, vm->devs) {
		if (!chardev_is(dev, "STDIO"))
			continue;
		if (!first) {
			first = dev;
			continue;
		}
		struct place other = dev_place(first, "backend");
		struct err *err = dev_error(errs, dev, "backend", check->name,
					    "two devices are on the terminal");

		err_also(err, other.file, other.line);
		err_why(err, "%s has back end STDIO too, and QEMU has one standard input.",
			first->id);
		err_fix(err, "Choose %s_UNIX or another back end.", dev_symbol(dev, "backend"));
	}
}

void chardev_check_path(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (!chardev_has_path(dev) || chardev_of(dev)->path)
			continue;
		bool is_unix = chardev_is(dev, "UNIX");

		if (chardev_listens(dev))
			continue;
		struct err *err = dev_error(errs, dev, "path", check->name,
					    "the path of %s is missing", dev->id);

		if (is_unix)
			err_why(err, "Only a socket on which the VM listens has a place by rule, "
				     "its run directory; this one connects to another program's.");
		else
			err_why(err, "Its back end is a %s of the target.",
				chardev_is(dev, "PIPE")     ? "FIFO"
				: chardev_is(dev, "DEVICE") ? "device"
							    : "file");
		err_fix(err, "Set %s to an absolute path.", dev_symbol(dev, "path"));
	}
}

void chardev_check_spice(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	if (vm_find(vm, "spice"))
		return;
	vm_for_each_dev(dev, vm->devs) {
		if (!chardev_is(dev, "SPICEVMC") && !chardev_is_spice_port(dev))
			continue;
		struct err *err = dev_error(errs, dev, "backend", check->name,
					    "%s ends in SPICE, and there is none", dev->id);

		err_why(err, "Its other end is the viewer of a machine with SPICE graphics.");
		err_fix(err, "Set CONFIG_SPICE=y, or choose %s_UNIX.", dev_symbol(dev, "backend"));
	}
}

/* unix(7): sun_path, with the final NUL. */
#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

void chardev_check_socket(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *path = chardev_is(dev, "UNIX") ? chardev_of(dev)->path : NULL;

		if (!path || strlen(path) <= SOCKET_PATH_MAX)
			continue;
		struct err *err = dev_error(errs, dev, "path", check->name,
					    "the path of a socket has %zu bytes", strlen(path));

		err_why(err, "The kernel's address of a unix socket has room for %zu.",
			SOCKET_PATH_MAX);
		err_fix(err, "Shorten %s.", dev_symbol(dev, "path"));
	}
}

/** struct end - a thing of the host that a device holds. */
struct end {
	const struct vm_dev *dev;
	const char *prop_name; /* row that names it */
	const char *what; /* path, or "udp HOST:PORT" */
	bool alone; /* no other may have it */
};

#define ENDS_MAX 3 /* of one device */

static unsigned ends_of(const struct vm_dev *dev, struct end ends[static ENDS_MAX])
{
	const struct chardev *chardev;
	struct arena *arena = dev->vm->arena;
	unsigned count = 0;

	if (!chardev_is_used(dev))
		return 0;
	chardev = chardev_of(dev);
	/* Any number of writers may append to a file, or connect to a socket. */
	if (chardev_has_path(dev) && chardev->path)
		ends[count++] = (struct end){dev, "path", chardev->path,
					     !(chardev_is_file(dev) && chardev->append) &&
						     !chardev_may_retry(dev)};
	if (chardev->log)
		ends[count++] = (struct end){dev, "log", chardev->log, !chardev->log_append};
	if (chardev_is_udp(dev) && chardev->local_port)
		ends[count++] =
			(struct end){dev, "local-port",
				     arena_fmt(arena, "udp %s:%s",
					       chardev->local_host ? chardev->local_host : "",
					       chardev->local_port),
				     true};
	return count;
}

static void refuse_shared(const struct check *check, const struct end *end, const struct end *old,
			  struct err_list *errs)
{
	struct place other = dev_place(old->dev, old->prop_name);
	struct err *err = dev_error(errs, end->dev, end->prop_name, check->name,
				    "\"%s\" is the other end of two devices", end->what);

	err_also(err, other.file, other.line);
	err_why(err,
		"%s has it too; only files that are appended to, and sockets to which one "
		"connects, can be shared.",
		old->dev->id);
	err_fix(err, "Give %s another value.", dev_symbol(end->dev, end->prop_name));
}

static void compare_ends(const struct check *check, const struct end *end, const struct vm *vm,
			 struct err_list *errs)
{
	struct end others[ENDS_MAX];

	vm_for_each_dev(dev, vm->devs) {
		unsigned count = ends_of(dev, others);

		for (unsigned i = 0; i < count; i++) {
			if (dev == end->dev && others[i].prop_name == end->prop_name)
				return;
			if (strcmp(others[i].what, end->what) == 0 &&
			    (others[i].alone || end->alone)) {
				refuse_shared(check, end, &others[i], errs);
				return;
			}
		}
	}
}

/* Every pair: a machine has dozens of them, not thousands. */
void chardev_check_shared(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	struct end ends[ENDS_MAX];

	vm_for_each_dev(dev, vm->devs) {
		unsigned count = ends_of(dev, ends);

		for (unsigned i = 0; i < count; i++)
			compare_ends(check, &ends[i], vm, errs);
	}
}
