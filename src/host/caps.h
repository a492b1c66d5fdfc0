/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.h - the capabilities of this process, by the kernel's own calls (no libcap).
 */
#ifndef KILN_HOST_CAPS_H
#define KILN_HOST_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

/** caps_have() - is capability @cap (CAP_NET_ADMIN, ...) effective now? */
bool caps_have(int cap);

/**
 * caps_bound() - empty the bounding set, so far as this process may (CAP_SETPCAP).
 *
 * caps_keep() does it as well; done before a fork it is done once for both processes.
 *
 * Return: 0, or -1.
 */
int caps_bound(struct err *err) MUST_CHECK;

/**
 * caps_keep() - give up every capability but those of @mask, in all five sets.
 * @mask: of CAP_BIT(); kept in the permitted and effective set, so far as they were there.
 * @err: ERR_HOST naming the set that would not become empty.
 *
 * Inheritable and ambient sets become empty, and so does the bounding set where this process may
 * change it (CAP_SETPCAP); without that capability it is left, which no_new_privs makes harmless.
 * Everything is read back.
 *
 * Return: 0, or -1.
 */
int caps_keep(uint64_t mask, struct err *err) MUST_CHECK;

/** caps_no_new_privs() - set PR_SET_NO_NEW_PRIVS and read it back. Return: 0, or -1. */
int caps_no_new_privs(struct err *err) MUST_CHECK;

#endif
