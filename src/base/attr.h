/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attr.h - the compiler attributes that the whole project uses.
 *
 * STYLE.md: PRINTF on every variadic, MUST_CHECK on every function that can fail.
 */
#ifndef KILN_BASE_ATTR_H
#define KILN_BASE_ATTR_H

#include <stddef.h>

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK        __attribute__((warn_unused_result))
#define UNUSED            __attribute__((unused))
#define NORETURN          __attribute__((noreturn))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
