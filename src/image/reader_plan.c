/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_plan.c - check PLAN and ARGV: what the loader will walk without checking again.
 *
 * Every limit is checked with the longest value that a fact can have on a target, so that the
 * loader, whose buffers have these sizes, is never the first to notice.
 */
#include <stdlib.h>
#include <string.h>

#include "image/reader.h"

/* Of those that one operation fills in a row, the others are one above the first. */
enum slot_use {
	SLOT_FREE,
	SLOT_ONE,
	SLOT_TAP,
	SLOT_TAP_MORE,
	SLOT_VHOST,
	SLOT_VHOST_MORE,
	SLOT_PLACE
};

/* What segments may refer to. */
struct facts {
	uint32_t site_count, fd_count;
	bool accel, unit, memory, store, advice;
	bool port[PORTS_MAX];
	unsigned char slot[FD_SLOT_MAX]; /* enum slot_use */
	unsigned char site[SITE_MAX]; /* enum site_kind */
	const char *key[SITE_MAX]; /* of the site slots; sorted once all are there */
};

struct check {
	struct img *img;
	struct err *err;
	enum img_section section;
	struct img_bytes bytes;
	struct facts facts;
};

#define REFUSE(check, at, ...) \
	img_refuse_content((check)->img, (check)->section, at, (check)->err, __VA_ARGS__)

static int refuse_end(const struct check *check)
{
	return REFUSE(check, check->bytes.at, "the section ends early");
}

static int refuse_limit(const struct check *check, const char *what, uint64_t value, uint64_t limit)
{
	return img_refuse_limit(check->img, check->section, what, value, limit, check->err);
}

/* ---- segments -------------------------------------------------------------------------------- */

#define FD_DIGITS (sizeof("4105") - 1) /* FD_SLOT_BASE + FD_SLOT_MAX - 1 */

_Static_assert(FD_SLOT_BASE + FD_SLOT_MAX - 1 <= 9999, "FD_DIGITS");

/* The most bytes that the loader can write for a segment; quoting doubles a byte at most. */
static size_t segment_len_max(const struct facts *facts, const struct img_disk_segment *seg)
{
	switch ((enum fixup_kind)seg->kind) {
	case FIX_LITERAL:
		return seg->len;
	case FIX_FD:
		return FD_DIGITS;
	case FIX_FD_PATH:
		return sizeof("/proc/self/fd/") - 1 + FD_DIGITS;
	case FIX_FDSET_PATH:
		return sizeof("/dev/fdset/") - 1 + FD_DIGITS;
	case FIX_TAP:
		return sizeof("\"fds\":\"\"") + seg->b * (FD_DIGITS + 1);
	case FIX_VHOST:
		return sizeof("\"vhost\":true,\"vhostfds\":\"\"") + seg->b * (FD_DIGITS + 1);
	case FIX_PLACE:
		return sizeof("\"offset\":18446744073709551615,\"size\":18446744073709551615");
	case FIX_SITE:
		return site_bytes_max(facts->site[seg->a]) * (seg->escape == ESCAPE_RAW ? 1 : 2);
	case FIX_MAC:
		return MAC_TEXT_MAX - 1;
	case FIX_UUID:
		return UUID_TEXT_MAX - 1;
	case FIX_CID:
		return sizeof("4294967294") - 1;
	case FIX_PORT:
		return sizeof("65535") - 1;
	case FIX_ACCEL:
		return sizeof("kvm") - 1;
	case FIX_NODES:
		return sizeof("\"host-nodes\":[],\"policy\":\"\"") + seg->len +
		       NUMA_NODES_MAX * sizeof("host-nodes=127,");
	case FIX_TIME:
		return sizeof("9999-12-31T23:59:59") - 1;
	case FIX_COUNT:
		break;
	}
	return 0;
}

/* Whether these are all the slots that one operation fills in a row, the first marked @use. */
static bool is_row(const struct facts *facts, enum slot_use use, uint32_t first, uint32_t count)
{
	if (count == 0 || !img_span_fits(first, count, facts->fd_count) ||
	    facts->slot[first] != use)
		return false;
	for (uint32_t i = 1; i < count; i++)
		if (facts->slot[first + i] != use + 1)
			return false;
	return first + count == facts->fd_count || facts->slot[first + count] != use + 1;
}

/* Whether the numbers of a segment mean something; @plan: in a text of an operation. */
static bool is_segment_valid(const struct check *check, const struct img_disk_segment *seg)
{
	const struct facts *facts = &check->facts;
	bool plan = check->section == SECTION_PLAN;

	switch ((enum fixup_kind)seg->kind) {
	case FIX_LITERAL:
		return !seg->a && !seg->b && seg->len > 0 && seg->escape == ESCAPE_RAW;
	case FIX_FD:
	case FIX_FD_PATH:
	case FIX_FDSET_PATH:
		return !plan && seg->a < facts->fd_count && !seg->b && !seg->len;
	case FIX_TAP:
		return !plan && is_row(facts, SLOT_TAP, seg->a, seg->b) && !seg->len;
	case FIX_VHOST:
		return !plan && is_row(facts, SLOT_VHOST, seg->a, seg->b) && !seg->len;
	case FIX_PLACE:
		return !plan && seg->a < facts->fd_count && facts->slot[seg->a] == SLOT_PLACE &&
		       !seg->b && !seg->len;
	case FIX_SITE:
		return seg->a < facts->site_count && !seg->b && !seg->len;
	case FIX_MAC:
	case FIX_CID:
		return !seg->a && !seg->b && seg->len > 0 && seg->len <= MARK_KEY_MAX;
	case FIX_UUID:
		return !seg->a && !seg->b && !seg->len;
	case FIX_ACCEL:
		return !plan && facts->accel && !seg->a && !seg->b && !seg->len;
	case FIX_NODES:
		return !plan && facts->advice && seg->escape != ESCAPE_RAW && !seg->a && !seg->b &&
		       seg->len > 0 && seg->len <= MARK_KEY_MAX;
	case FIX_PORT:
		return !plan && seg->a < PORTS_MAX && facts->port[seg->a] && seg->b > 0 &&
		       seg->b <= UINT16_MAX && !seg->len;
	case FIX_TIME:
		return !plan && !seg->a && !seg->b && seg->len > 0 && seg->len <= MARK_KEY_MAX;
	case FIX_COUNT:
		break;
	}
	return false;
}

/* Check a text and take it; *ret_len is the longest that it can become. */
static int check_text(struct check *check, uint64_t *ret_len)
{
	struct img_disk_segment seg;
	int64_t seconds;
	uint32_t count;

	*ret_len = 0;
	if (img_take_u32(&check->bytes, &count) < 0)
		return refuse_end(check);
	for (uint32_t i = 0; i < count; i++) {
		size_t at = check->bytes.at;
		const unsigned char *text;

		if (img_take_segment(&check->bytes, &seg) < 0)
			return refuse_end(check);
		if (seg.kind >= FIX_COUNT || seg.escape >= ESCAPE_COUNT || seg.zero ||
		    (check->section == SECTION_PLAN && seg.escape != ESCAPE_RAW))
			return REFUSE(check, at, "segment of unknown kind %u or escape %u",
				      seg.kind, seg.escape);
		text = img_take(&check->bytes, seg.len);
		if (!text)
			return refuse_end(check);
		if (!is_segment_valid(check, &seg))
			return REFUSE(check, at,
				      "segment \"%s\" with the numbers %u and %u and %u bytes "
				      "means nothing here",
				      fixup_word(seg.kind), seg.a, seg.b, seg.len);
		if (!ident_is_text(text, seg.len))
			return REFUSE(check, at, "control characters in a text");
		if (seg.kind == FIX_TIME && text_seconds((const char *)text, seg.len, &seconds) < 0)
			return REFUSE(check, at, "\"%.*s\" are no seconds", (int)seg.len,
				      (const char *)text);
		*ret_len += segment_len_max(&check->facts, &seg);
	}
	return 0;
}

/* ---- PLAN ------------------------------------------------------------------------------------ */

/* A string with its NUL, inside the section; NULL when it was refused. */
static const char *check_string(struct check *check, uint32_t len)
{
	size_t at = check->bytes.at;
	const unsigned char *data;

	if (len >= SITE_VALUE_MAX) {
		(void)refuse_limit(check, "bytes of a key or value of a site slot", len,
				   SITE_VALUE_MAX - 1);
		return NULL;
	}
	data = img_take(&check->bytes, (size_t)len + 1);
	if (!data) {
		(void)refuse_end(check);
		return NULL;
	}
	if (data[len] || !ident_is_text(data, len)) {
		(void)REFUSE(check, at, "control characters in a site slot");
		return NULL;
	}
	return (const char *)data;
}

static int check_site(struct check *check, uint32_t index)
{
	size_t at = check->bytes.at;
	uint32_t kind, key_len, value_len;
	const char *key;

	if (img_take_u32(&check->bytes, &kind) < 0 || img_take_u32(&check->bytes, &key_len) < 0 ||
	    img_take_u32(&check->bytes, &value_len) < 0)
		return refuse_end(check);
	if (kind >= SITE_KIND_COUNT)
		return REFUSE(check, at, "site slot of unknown kind %u", kind);
	key = check_string(check, key_len);
	if (!key || !check_string(check, value_len))
		return -1;
	if (!ident_is_valid(IDENT_VM_NAME, key))
		return REFUSE(check, at, "site slot %u: \"%s\" is no key", index, key);
	if (kind == SITE_UNIT && check->facts.unit)
		return REFUSE(check, at, "a second site slot for the unit id");
	check->facts.unit |= kind == SITE_UNIT;
	check->facts.site[index] = (unsigned char)kind;
	check->facts.key[index] = key;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, because comparing each of 4096 with each would take longer than all the rest. */
static int check_keys(struct check *check, uint32_t count)
{
	const char **key = check->facts.key;

	if (count)
		qsort(key, count, sizeof(*key), by_text);
	for (uint32_t i = 1; i < count; i++)
		if (!strcmp(key[i - 1], key[i]))
			return REFUSE(
				check,
				(size_t)((const unsigned char *)key[i] - check->bytes.span.data),
				"site slot \"%s\" is there twice", key[i]);
	return 0;
}

/* Mark the descriptor slots that an operation fills. */
static int check_slots(struct check *check, size_t at, const struct op *op)
{
	uint32_t count = op_fd_count(op), first;

	if (count == 0)
		return 0;
	first = op_fd_first(op);
	if (!img_span_fits(first, count, check->facts.fd_count))
		return REFUSE(check, at, "descriptor slots %u to %llu of %u", first,
			      (unsigned long long)first + count - 1, check->facts.fd_count);
	for (uint32_t i = 0; i < count; i++) {
		unsigned char *slot = &check->facts.slot[first + i];

		if (*slot != SLOT_FREE)
			return REFUSE(check, at, "descriptor slot %u is filled twice", first + i);
		if (op->code == OP_TAP || op->code == OP_MACVTAP || op->code == OP_ATTACH)
			*slot = i ? SLOT_TAP_MORE : SLOT_TAP;
		else if (op->code == OP_VHOST)
			*slot = i ? SLOT_VHOST_MORE : SLOT_VHOST;
		else if (op->code == OP_PAYLOAD && op->payload.flags & PAYLOAD_IN_PLACE)
			*slot = SLOT_PLACE;
		else
			*slot = SLOT_ONE;
	}
	return 0;
}

static int check_queues(struct check *check, size_t at, const char *what, uint32_t queues,
			bool multi_queue)
{
	if (queues == 0)
		return REFUSE(check, at, "%s with 0 queues", what);
	if (queues > 1 && !multi_queue)
		return REFUSE(check, at, "%s with %u queues that is not multi-queue", what, queues);
	return 0;
}

static int check_interface(struct check *check, size_t at, const struct op *op)
{
	if (op->code == OP_TAP)
		return check_queues(check, at, "tap", op->tap.queues,
				    op->tap.flags & TAP_MULTI_QUEUE);
	if (op->code == OP_MACVTAP)
		return check_queues(check, at, "macvtap", op->macvtap.queues,
				    op->macvtap.flags & MACVTAP_MULTI_QUEUE);
	if (op->code == OP_ATTACH)
		return check_queues(check, at, "interface", op->attach.queues,
				    op->attach.flags & TAP_MULTI_QUEUE);
	if (op->code == OP_VHOST)
		return check_queues(check, at, "vhost", op->vhost.queues, true);
	return 0;
}

/* QEMU counts the size of a part of a file in sectors (block/raw-format.c). */
static int check_payload(struct check *check, size_t at, const struct op_payload *op)
{
	const struct img_payload *payload;

	if (op->index >= check->img->payload_count)
		return REFUSE(check, at, "payload %u of %u", op->index, check->img->payload_count);
	if (!(op->flags & PAYLOAD_IN_PLACE))
		return 0;
	payload = &check->img->payload[op->index];
	if (op->flags & PAYLOAD_SEAL || payload->block || payload->raw % IMG_SECTOR)
		return REFUSE(check, at, "payload %u cannot be used in place", op->index);
	return 0;
}

/* The rules between fields, which a limit cannot say. */
static int check_rules(struct check *check, size_t at, const struct op *op)
{
	if (check_interface(check, at, op) < 0)
		return -1;
	if (op->code == OP_PAYLOAD && check_payload(check, at, &op->payload))
		return -1;
	if (op->code == OP_STORE && op->store.payload > check->img->payload_count)
		return REFUSE(check, at, "payload %u of %u", op->store.payload - 1,
			      check->img->payload_count);
	if (op->code == OP_ACCEL && check->facts.accel)
		return REFUSE(check, at, "a second accelerator");
	if (op->code == OP_MEMORY && check->facts.memory)
		return REFUSE(check, at, "a second operation memory");
	if (op->code == OP_PORT && (op->port.first == 0 || op->port.first > op->port.last))
		return REFUSE(check, at, "ports from %u to %u", op->port.first, op->port.last);
	if (op->code == OP_PORT && check->facts.port[op->port.index])
		return REFUSE(check, at, "a second port %u", op->port.index);
	if (op->code == OP_PORT)
		check->facts.port[op->port.index] = true;
	if (op->code == OP_STORE && check->facts.store)
		return REFUSE(check, at, "a second operation store");
	check->facts.store |= op->code == OP_STORE;
	check->facts.accel |= op->code == OP_ACCEL;
	check->facts.memory |= op->code == OP_MEMORY;
	check->facts.advice |= op->code == OP_MEMORY && op->memory.flags & MEMORY_ADVICE;
	return check_slots(check, at, op);
}

static int check_field(struct check *check, struct op *op, const struct op_field *field)
{
	size_t at = check->bytes.at;
	uint64_t len;
	uint32_t value;

	if (field->kind == FIELD_TEXT) {
		if (check_text(check, &len) < 0)
			return -1;
		if (len >= SITE_VALUE_MAX)
			return refuse_limit(check, "bytes in a text of an operation", len,
					    SITE_VALUE_MAX - 1);
		return 0;
	}
	if (img_take_u32(&check->bytes, &value) < 0)
		return refuse_end(check);
	if ((field->kind == FIELD_U32 && value > field->limit) ||
	    (field->kind == FIELD_FLAGS && (value & ~field->limit)))
		return REFUSE(check, at, "%s %s: 0x%x is not possible", op_name(op->code),
			      field->name, value);
	memcpy((char *)op + field->offset, &value, sizeof(value));
	return 0;
}

static int check_op(struct check *check)
{
	size_t at = check->bytes.at, count;
	const struct op_field *fields;
	struct op op = {0};
	uint32_t code;

	if (img_take_u32(&check->bytes, &code) < 0)
		return refuse_end(check);
	if (code >= OP_COUNT)
		return REFUSE(check, at, "unknown operation %u", code);
	op.code = code;
	fields = op_fields(op.code, &count);
	for (size_t i = 0; i < count; i++)
		if (check_field(check, &op, &fields[i]) < 0)
			return -1;
	return check_rules(check, at, &op);
}

static int check_plan(struct check *check)
{
	struct img_disk_plan plan;

	check->section = SECTION_PLAN;
	check->bytes = (struct img_bytes){.span = check->img->section[SECTION_PLAN]};
	if (img_take_plan(&check->bytes, &plan) < 0)
		return refuse_end(check);
	if (plan.site_count > SITE_MAX)
		return refuse_limit(check, "site slots", plan.site_count, SITE_MAX);
	if (plan.op_count > OP_MAX)
		return refuse_limit(check, "operations", plan.op_count, OP_MAX);
	if (plan.fd_count > FD_SLOT_MAX)
		return refuse_limit(check, "descriptor slots", plan.fd_count, FD_SLOT_MAX);
	check->facts.fd_count = plan.fd_count;
	check->facts.site_count = plan.site_count;
	for (uint32_t i = 0; i < plan.site_count; i++)
		if (check_site(check, i) < 0)
			return -1;
	if (check_keys(check, plan.site_count) < 0)
		return -1;
	if (plan.ops_at != check->bytes.at)
		return REFUSE(check, check->bytes.at, "the operations begin here, not at %u",
			      plan.ops_at);
	for (uint32_t i = 0; i < plan.op_count; i++)
		if (check_op(check) < 0)
			return -1;
	if (check->bytes.at != check->bytes.span.len)
		return REFUSE(check, check->bytes.at, "bytes behind the last operation");
	for (uint32_t i = 0; i < plan.fd_count; i++)
		if (check->facts.slot[i] == SLOT_FREE)
			return REFUSE(check, 0, "no operation fills descriptor slot %u", i);
	check->img->site_count = plan.site_count;
	check->img->op_count = plan.op_count;
	check->img->fd_count = plan.fd_count;
	return 0;
}

/* ---- ARGV ------------------------------------------------------------------------------------ */

static int check_argv(struct check *check)
{
	uint32_t count, flags;
	uint64_t len, sum = 0;

	check->section = SECTION_ARGV;
	check->bytes = (struct img_bytes){.span = check->img->section[SECTION_ARGV]};
	if (img_take_u32(&check->bytes, &count) < 0)
		return refuse_end(check);
	if (count > ARGV_MAX)
		return refuse_limit(check, "arguments", count, ARGV_MAX);
	for (uint32_t i = 0; i < count; i++) {
		size_t at = check->bytes.at;

		if (img_take_u32(&check->bytes, &flags) < 0)
			return refuse_end(check);
		if (flags & ~(ARG_LOADER_ONLY | ARG_SHELL_ONLY | ARG_FIPS))
			return REFUSE(check, at, "argument with unknown flags 0x%x", flags);
		if (check_text(check, &len) < 0)
			return -1;
		if (len >= ARG_BYTES_MAX)
			return refuse_limit(check, "bytes in one argument", len, ARG_BYTES_MAX - 1);
		sum += len + 1;
	}
	if (check->bytes.at != check->bytes.span.len)
		return REFUSE(check, check->bytes.at, "bytes behind the last argument");
	if (sum > ARGV_BYTES_MAX)
		return refuse_limit(check, "bytes in all arguments", sum, ARGV_BYTES_MAX);
	check->img->arg_count = count;
	return 0;
}

int img_check_plan(struct img *img, struct err *err)
{
	struct check check = {.img = img, .err = err};

	if (check_plan(&check) < 0)
		return -1;
	return check_argv(&check);
}
