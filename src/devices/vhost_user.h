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

/**
 * vhost_user_emit() - write the -chardev of the socket to that program.
 * @dev: the device; @id: of the -chardev; @prop_name: row with the path (PROP_SITE).
 * @reconnect: seconds after which QEMU connects again when it is lost. Then it opens the socket itself, and
 *             its user needs the permission; with 0 kiln-run opens it.
 * @flags: SOCKET_LISTEN or 0.
 */
void vhost_user_emit(const struct vm_dev *dev, struct emit *emit, const char *id,
		     const char *prop_name, uint64_t reconnect, uint32_t flags);

#endif
