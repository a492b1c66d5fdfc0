/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user.h - what devices need whose other side is a program that works on the guest's memory.
 */
#ifndef KILN_DEVICES_VHOST_USER_H
#define KILN_DEVICES_VHOST_USER_H

#include "model/check.h"
#include "model/device.h"

/**
 * vhost_user_check() - refuse a device when the guest's memory is not shared.
 * @check: the check of its family.
 * @dev: a device with a vhost-user back end.
 * @errs: gets the refusal.
 */
void vhost_user_check(const struct check *check, const struct vm_dev *dev, struct err_list *errs);

#endif
