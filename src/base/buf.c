/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buf.c - the bounded text builder.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"

void buf_init(struct buf *buf, char *data, size_t size)
{
	BUG_IF(size == 0);
	*buf = (struct buf){.data = data, .size = size};
	data[0] = '\0';
}

void buf_add_bytes(struct buf *buf, const void *bytes, size_t len)
{
	if (len >= buf->size - buf->len) {
		buf->overflow = true;
		return;
	}
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add_str(struct buf *buf, const char *str)
{
	buf_add_bytes(buf, str, strlen(str));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add_bytes(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	size_t room = buf->size - buf->len;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf->data + buf->len, room, fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= room) {
		buf->overflow = true;
		buf->data[buf->len] = '\0';
		return;
	}
	buf->len += (size_t)len;
}

void buf_cut(struct buf *buf, size_t len)
{
	BUG_IF(len > buf->len);
	buf->len = len;
	buf->data[len] = '\0';
}
