/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * num.h - read numbers strictly.
 *
 * The whole text must be the number: no sign, no white space, no base prefix, no trailing byte, no
 * leading zero in decimal (an octal look-alike is a question, not a number), no overflow.
 */
#ifndef KILN_BASE_NUM_H
#define KILN_BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/**
 * num_parse() - read a decimal number.
 * @text: NUL-terminated.
 * @min: smallest value accepted.
 * @max: largest value accepted.
 * @ret: the number; unchanged on failure.
 *
 * Return: 0, or -1 when @text is not such a number.
 */
int num_parse(const char *text, uint64_t min, uint64_t max, uint64_t *ret) MUST_CHECK;

/** num_parse_n() - num_parse() of the first @len bytes of @text. */
int num_parse_n(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *ret) MUST_CHECK;

/**
 * num_parse_hex() - read @len hexadecimal digits, in either case, without "0x".
 * @text: at least @len bytes.
 * @len: 1 to 16.
 * @ret: the number; unchanged on failure.
 *
 * Return: 0, or -1.
 */
int num_parse_hex(const char *text, size_t len, uint64_t *ret) MUST_CHECK;

/** num_hex_digit() - the value of a hexadecimal digit, or -1. */
int num_hex_digit(char c);

#endif
