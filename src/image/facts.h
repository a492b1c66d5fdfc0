/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - an image joined with the facts of one place: a target, or the desk that looks at it.
 *
 * Used by kiln-run to run an image and by both programs to show one, so that what is shown is what
 * would run. Allocates nothing; results live in static memory until the next call.
 */
#ifndef KILN_IMAGE_FACTS_H
#define KILN_IMAGE_FACTS_H

#include "base/buf.h"
#include "base/ident.h"
#include "base/numset.h"
#include "image/image.h"
#include "image/slots.h"

/** enum facts_mode - what happens where a fact is missing. */
enum facts_mode {
	FACTS_STRICT, /* an error */
	FACTS_SHOW, /* "<key>" stands there */
};

/** enum argv_form - for execve() with descriptors, or for a shell, which has none. */
enum argv_form { ARGV_EXEC, ARGV_SHELL };

/**
 * struct facts - an image and what is known beside it.
 * @img: the open image.
 * @site: value of each slot; "" = not bound.
 * @unit: the unit id; "" = not known.
 * @accel: ACCEL_KVM or ACCEL_TCG; ACCEL_AUTO = not decided.
 * @fips: the host is in FIPS mode.
 * @now: seconds since 1970; 0 = not known.
 * @nodes: NUMA nodes of the host for the guest's memory; empty = not decided.
 * @absent: slots whose device is not there; what names one is left out, and a vhost is off.
 * @ports: TCP ports that were chosen; 0 = not decided.
 * @payload_dir: where ARGV_SHELL finds payload; NULL = META payload-dir.
 * @extra: an argument added at the end, or NULL.
 */
struct facts {
	const struct img *img;
	enum facts_mode mode;
	const char *site[SITE_MAX];
	char unit[IDENT_UNIT_MAX];
	enum accel_policy accel;
	bool fips;
	int64_t now;
	struct numset nodes;
	struct slot_set absent;
	uint16_t ports[PORTS_MAX];
	const char *payload_dir;
	const char *extra;
};

/**
 * facts_init() - begin with what the image itself says.
 * @facts: filled: site values of the build, the unit id if the image has one, FACTS_SHOW.
 * @img: open; must outlive @facts.
 */
void facts_init(struct facts *facts, const struct img *img);

/** facts_quote() - append a value as it must stand inside JSON's quotes or key=value. */
void facts_quote(struct buf *buf, enum text_escape escape, const char *value);

/** facts_text() - append a text with its facts. Return: 0, or -1 with @err set. */
int facts_text(const struct facts *facts, struct img_text text, enum argv_form form,
	       struct buf *buf, struct err *err) MUST_CHECK;

/** facts_op_next() - img_op_next() with the facts; valid until the next call. Return: 1, 0, -1. */
int facts_op_next(const struct facts *facts, struct img_cursor *cursor, struct op *op,
		  struct err *err) MUST_CHECK;

/** facts_argv() - QEMU's command line, argv[0] first, ended by NULL. Return: it, or NULL. */
char **facts_argv(const struct facts *facts, enum argv_form form, struct err *err) MUST_CHECK;

#endif
