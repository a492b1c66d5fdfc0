/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - texts with facts that only the host knows: arguments and operation fields.
 *
 * In the composer a text is a C string in which a mark stands where a fact is missing:
 * MARK_OPEN kind ':' escape ':' a ':' b ':' key MARK_CLOSE, numbers in decimal. Both delimiters
 * are control characters, which no value from a configuration may contain (base/ident.h). The
 * writer splits a marked text into typed segments, the reader checks them, the loader joins them.
 */
#ifndef KILN_IMAGE_TEXT_H
#define KILN_IMAGE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MARK_OPEN  '\001'
#define MARK_CLOSE '\002'

/*
 * FIXUP(ENUM, word): what the loader writes; what `kiln show --argv` writes for a shell.
 *   FD         a             descriptor number of slot a
 *   FD_PATH    a             /proc/self/fd/N                    shell: the payload's or file's path
 *   FDSET_PATH a             /dev/fdset/N                       shell: the path
 *   TAP        a=slot b=count  fd=N or fds=N:M, in JSON "fd":"N"  shell: ifname=..,script=no,...
 *   VHOST      a=slot b=count  vhost=on,vhostfd=N or vhostfds=N:M, or vhost=off; in JSON the members
 *                                                              shell: vhost=on
 *   PLACE      a=slot        offset=N,size=M of the payload in the image file; in JSON the members
 *                                                              shell: offset=0
 *   SITE       a             value of site slot a
 *   MAC        key           unit-derived address of device KEY
 *   CID        key           unit-derived number of the guest for device KEY
 *   TIME       key           the date of the start in UTC, KEY seconds away: "-3600"; "utc" where now
 *                            is not known
 *   UUID                     unit-derived UUID of the VM
 *   ACCEL                    kvm or tcg
 *   PORT       a=index b=first  the TCP port that was chosen; before that, and for a shell, the first
 *   NODES      key           host-nodes=LIST,policy=KEY, in JSON "host-nodes":[..],"policy":"KEY"
 *                                                              shell: policy=default
 */
#define IMAGE_FIXUPS(FIXUP)            \
	FIXUP(LITERAL, "literal")      \
	FIXUP(FD, "fd")                \
	FIXUP(FD_PATH, "fdpath")       \
	FIXUP(FDSET_PATH, "fdsetpath") \
	FIXUP(TAP, "tap")              \
	FIXUP(SITE, "site")            \
	FIXUP(MAC, "mac")              \
	FIXUP(UUID, "uuid")            \
	FIXUP(ACCEL, "accel")          \
	FIXUP(NODES, "nodes")          \
	FIXUP(CID, "cid")              \
	FIXUP(PORT, "port")            \
	FIXUP(TIME, "time")            \
	FIXUP(VHOST, "vhost")          \
	FIXUP(PLACE, "place")

#define FIXUP_ENUM(ENUM, word) FIX_##ENUM,
enum fixup_kind { IMAGE_FIXUPS(FIXUP_ENUM) FIX_COUNT };
#undef FIXUP_ENUM

/* How the written fact is quoted by where it stands. */
enum text_escape {
	ESCAPE_RAW, /* as it is */
	ESCAPE_JSON, /* inside a JSON string; TAP, VHOST, PLACE: as JSON members */
	ESCAPE_KV, /* inside key=value: commas doubled */
	ESCAPE_COUNT,
};

/**
 * struct segment - a piece of a text.
 * @kind: FIX_LITERAL, or which fact stands here.
 * @escape: how the fact is quoted.
 * @a: first number of the fixup (see IMAGE_FIXUPS); @b: second.
 * @text: the literal, or the key; not NUL-terminated.
 * @len: bytes of @text.
 */
struct segment {
	enum fixup_kind kind;
	enum text_escape escape;
	unsigned a, b;
	const char *text;
	size_t len;
};

#define MARK_MAX     96 /* bytes of one mark with the final NUL */
#define MARK_KEY_MAX 48 /* bytes of the key of a mark */

/**
 * text_mark() - write a mark.
 * @buf: at least MARK_MAX bytes.
 * @kind: any but FIX_LITERAL.
 * @a: first number.
 * @b: second number.
 * @key: key of FIX_MAC, FIX_CID and FIX_TIME, at most MARK_KEY_MAX bytes, or "".
 *
 * The escape is ESCAPE_RAW; qemu/ sets another when it renders the text into JSON or key=value.
 */
void text_mark(char buf[static MARK_MAX], enum fixup_kind kind, unsigned a, unsigned b,
	       const char *key);

/**
 * segment_word() - write a fixup in the form of reviews: "{fd:3}", "{mac:net0}", "{uuid}".
 * @buf: at least MARK_MAX bytes.
 * @seg: not FIX_LITERAL.
 */
void segment_word(char buf[static MARK_MAX], const struct segment *seg);

/**
 * text_next() - take the next segment off a marked text.
 * @cursor: in: where to read; out: after the segment.
 * @seg: the segment; its text points into the string.
 *
 * A mark that is not well-formed is a bug of the composer and aborts.
 *
 * Return: 1 a segment, 0 the end of the text.
 */
int text_next(const char **cursor, struct segment *seg);

#define TEXT_TIME_MAX 4294967295 /* seconds of a FIX_TIME before or after */

/** text_seconds() - a key of FIX_TIME, a sign and digits, @len bytes. Return: 0, or -1: it is none. */
int text_seconds(const char *key, size_t len, int64_t *ret_seconds) MUST_CHECK;

#endif
