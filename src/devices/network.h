/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network.h - what an interface that names a network has to know of it.
 *
 * The row that holds the name is a PROP_STRING with `.refers = &network_family`; that a name that nobody
 * configured is refused follows from it. One that the target alone knows is configured as such.
 */
#ifndef KILN_DEVICES_NETWORK_H
#define KILN_DEVICES_NETWORK_H

#include "model/device.h"

/**
 * network_known() - what the image says of networks, for the first operation network (host/networks.h has the form).
 *
 * At most 8 of them, of a name of 63 bytes, a bridge of 15, and VLANs of 255: below SITE_VALUE_MAX.
 */
const char *network_known(const struct vm *vm);

#endif
