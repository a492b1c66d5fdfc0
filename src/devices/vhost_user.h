/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user.h - what devices need whose other side is a program that works on the guest's memory.
 */
#ifndef KILN_DEVICES_VHOST_USER_H
#define KILN_DEVICES_VHOST_USER_H

#include "model/check.h"
#include "model/emit.h"

/**
 * vhost_user_check() - refuse a device when the guest's memory is not shared.
 * @check: the check of its family.
 * @dev: a device with a vhost-user back end.
 * @errs: gets the refusal.
 */
void vhost_user_check(const struct check *check, const struct vm_dev *dev, struct err_list *errs);

/** struct vhost_user - the socket to that program. */
struct vhost_user {
	const char *id; /* of the -chardev */
	const char *path_row; /* row with the path (PROP_SITE) */
	uint64_t reconnect; /* seconds after which QEMU connects again when it is lost; 0 = never */
	bool listen; /* the program connects to QEMU */
	bool by_path; /* QEMU takes no descriptor for such a device */
};

/**
 * vhost_user_emit() - write the -chardev, and ask kiln-run for the socket.
 * @dev: the device.
 * @emit: the collection.
 * @socket: where it has to connect again, or @socket->by_path says so, QEMU opens it, and kiln-run only looks
 *          whether its user may; otherwise kiln-run opens it and hands it over.
 */
void vhost_user_emit(const struct vm_dev *dev, struct emit *emit, const struct vhost_user *socket);

#endif
