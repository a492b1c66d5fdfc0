/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cm.h - cmocka and the headers that it wants in front of it.
 */
#ifndef TESTS_CM_H
#define TESTS_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
