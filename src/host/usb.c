/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usb.c - operation usb: find a USB device of the host and open it, so that QEMU's user needs no
 * permission on it. Its number on the bus changes with each plugging, its vendor and product do not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "host/host.h"
#include "host/proc.h"

#define USB_DEVICES "/sys/bus/usb/devices"
#define USB_NODES   "/dev/bus/usb"

/** struct search - those that match. @place: bus/device of the first; @other: of the second. */
struct search {
	const char *name;
	char place[8], other[8];
	unsigned count;
};

/* One line of a file in the device's folder; interfaces and hubs' ports lack some of them. */
static int attribute_read(const char *device, const char *attribute, char *text, size_t size)
{
	char path[128];
	ssize_t len;

	(void)snprintf(path, sizeof(path), USB_DEVICES "/%.64s/%s", device, attribute);
	len = fd_read_file(path, text, size);
	if (len < 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

static int device_match(void *arg, const char *name)
{
	struct search *search = arg;
	char vendor[8], product[8], bus[8], number[8], both[20];
	uint64_t at, device;

	if (attribute_read(name, "idVendor", vendor, sizeof(vendor)) ||
	    attribute_read(name, "idProduct", product, sizeof(product)) ||
	    attribute_read(name, "busnum", bus, sizeof(bus)) ||
	    attribute_read(name, "devnum", number, sizeof(number)))
		return 0;
	(void)snprintf(both, sizeof(both), "%s:%s", vendor, product);
	if (strcmp(both, search->name) != 0 || num_parse(bus, 1, 999, &at) ||
	    num_parse(number, 1, 999, &device))
		return 0;
	(void)snprintf(search->count ? search->other : search->place, sizeof(search->place),
		       "%03u/%03u", (unsigned)at, (unsigned)device);
	search->count++;
	return 0;
}

static int name_refuse(const struct op_usb *usb, struct err *err)
{
	err_set(err, ERR_IMAGE, "%s: \"%.64s\" is not a valid %s", usb->owner, usb->name,
		ident_noun(IDENT_USB_HOST));
	err_why(err, "%s", ident_rule(IDENT_USB_HOST));
	err_fix(err, "Correct it in the configuration and compose the image again.");
	return -1;
}

static int absent_refuse(const struct op_usb *usb, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s: the host has no USB device %s", usb->owner,
		usb->name);
	err_why(err, "The guest is to get it, and it is not plugged in.");
	err_fix(err,
		"Plug it in, or bind another that lsusb shows: --set %s.usb=NAME; compose with "
		"startup policy OPTIONAL to start without.",
		usb->owner);
	return -1;
}

static int many_refuse(const struct op_usb *usb, const struct search *search, struct err *err)
{
	err_set(err, ERR_HOST, "%s: the host has %u USB devices %s", usb->owner, search->count,
		usb->name);
	err_why(err, "They are alike by vendor and product, and the guest gets one.");
	err_fix(err, "Name the one that is meant by its place: --set %s.usb=%s, or %s.", usb->owner,
		search->place, search->other);
	return -1;
}

/* Return: 0, ENOENT when it is not there, or -1 with @err set. */
static int device_find(const struct op_usb *usb, char place[static 8], struct err *err)
{
	struct search search = {.name = usb->name};

	/* It becomes a part of a path. */
	if (!ident_is_valid(IDENT_USB_HOST, usb->name))
		return name_refuse(usb, err);
	if (strchr(usb->name, '/')) {
		(void)snprintf(place, 8, "%s", usb->name);
		return 0;
	}
	CLEANUP_FD int dir = open(USB_DEVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || dir_walk(dir, device_match, &search) || !search.count)
		return ENOENT;
	if (search.count > 1)
		return many_refuse(usb, &search, err);
	(void)snprintf(place, 8, "%s", search.place);
	return 0;
}

static int open_refuse(const struct op_usb *usb, const char *path, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s: %s", usb->owner, path);
	err_why(err, "It is USB device %s of the host, which the guest is to get.", usb->name);
	err_fix(err,
		"Run kiln-run as a user who may use it (ls -l %s); in a container, pass the device "
		"on.",
		path);
	return -1;
}

/* Return: a descriptor; -ENOENT when the device need not be there and is not; -1 with @err set. */
static int device_open(const struct op_usb *usb, struct err *err)
{
	bool optional = usb->flags & USB_OPTIONAL;
	char place[8], path[32];
	struct stat st;
	int ret = device_find(usb, place, err);

	if (ret < 0)
		return -1;
	if (ret)
		return optional ? -ENOENT : absent_refuse(usb, ret, err);
	(void)snprintf(path, sizeof(path), USB_NODES "/%s", place);
	CLEANUP_FD int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return optional ? -ENOENT : absent_refuse(usb, ENOENT, err);
	if (fd < 0 || fstat(fd, &st))
		return open_refuse(usb, path, errno, err);
	if (!S_ISCHR(st.st_mode))
		return open_refuse(usb, path, ENODEV, err);
	return fd_take(&fd);
}

/* Its arguments are left out. */
static int leave_out(struct host *host, const struct op_usb *usb, struct err *err)
{
	(void)snprintf(host->notice, sizeof(host->notice),
		       "%s: the host has no USB device %s; the VM starts without it", usb->owner,
		       usb->name);
	return host_fd_absent(host, usb->fd, 1, err);
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	int fd = device_open(&op->usb, err);

	if (fd == -ENOENT)
		return leave_out(host, &op->usb, err);
	return fd < 0 ? -1 : host_fd_put(op->usb.fd, fd, err);
}

static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	struct err err = {0};
	CLEANUP_FD int fd = device_open(&op->usb, &err);

	if (fd < 0 && fd != -ENOENT)
		findings_add(findings, &err);
}

const struct host_op host_usb = {.acquire = acquire, .check = check};
