/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * utf8.h - UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, up to U+10FFFF.
 */
#ifndef KILN_BASE_UTF8_H
#define KILN_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_BYTES_MAX 4

/** utf8_len() - bytes of the character at @text, of which @left are there; 0 = not UTF-8. */
size_t utf8_len(const char *text, size_t left);

/** utf8_put() - write a character, no surrogate, up to U+10FFFF. Return: its bytes. */
size_t utf8_put(char out[static UTF8_BYTES_MAX], uint32_t code);

#endif
