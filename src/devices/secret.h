/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secret.h - how other families use a secret: DISK0_LUKS_SECRET="disk-key" names SECRETn_NAME="disk-key".
 *
 * The row that holds the name is a PROP_STRING with `.refers = &secret_family`; that an unknown name
 * and an unused secret are refused follows from it. A row with .qemu writes the QEMU id by itself.
 */
#ifndef KILN_DEVICES_SECRET_H
#define KILN_DEVICES_SECRET_H

#include "model/device.h"

/**
 * secret_id() - the QEMU id of the secret that a row names, for "key-secret" and its like.
 * @dev: the device.
 * @prop_name: its row.
 *
 * Return: NULL when the row is empty or does not apply.
 */
const char *secret_id(const struct vm_dev *dev, const char *prop_name);

#endif
