/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * num.c - strict numbers. strtoul(3) takes signs, blanks and prefixes, so it is not used.
 */
#include "base/num.h"

#include <string.h>

int num_parse_n(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			return -1;
	}
	if (value < min || value > max)
		return -1;
	*ret = value;
	return 0;
}

int num_parse(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	return num_parse_n(text, strlen(text), min, max, ret);
}

int num_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int num_parse_hex(const char *text, size_t len, uint64_t *ret)
{
	uint64_t value = 0;

	if (len == 0 || len > 16)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int digit = num_hex_digit(text[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | (uint64_t)digit;
	}
	*ret = value;
	return 0;
}
