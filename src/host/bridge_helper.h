/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge_helper.h - a tap from QEMU's setuid program, for who may make none.
 */
#ifndef KILN_HOST_BRIDGE_HELPER_H
#define KILN_HOST_BRIDGE_HELPER_H

#include "host/host.h"

/** bridge_helper_is_wanted() - whether the tap is the helper's: it is named, and this process may make none. */
bool bridge_helper_is_wanted(const struct op_tap *tap);

/**
 * bridge_helper_tap() - run the helper, and put the tap that it gives into its slot.
 * @host: its state gets the interface, by the name that the helper chose.
 * @tap: the operation.
 * @err: ERR_HOST, with what the helper said.
 *
 * Return: 0, or -1.
 */
int bridge_helper_tap(struct host *host, const struct op_tap *tap, struct err *err) MUST_CHECK;

/** bridge_helper_check() - find what would make it fail, without running the helper. */
void bridge_helper_check(const struct op_tap *tap, struct findings *findings);

#endif
