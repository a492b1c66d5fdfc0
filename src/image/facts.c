/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.c - join the segments of a text with the facts of this place (image/text.h).
 *
 * A fact goes in quoted as its segment says, so that no value can end a JSON string or a key=value
 * pair and begin another.
 */
#include "image/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/unit.h"

void facts_init(struct facts *facts, const struct img *img)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	memset(facts, 0, sizeof(*facts));
	facts->img = img;
	facts->mode = FACTS_SHOW;
	facts->accel = ACCEL_AUTO;
	for (uint32_t i = 0; img_site_next(img, &cursor, &site); i++) {
		facts->site[i] = site.value;
		if (site.kind == SITE_UNIT)
			(void)snprintf(facts->unit, sizeof(facts->unit), "%s", site.value);
	}
}

static const char *payload_dir(const struct facts *facts)
{
	return facts->payload_dir ? facts->payload_dir : facts->img->meta[META_PAYLOAD_DIR];
}

void facts_quote(struct buf *buf, enum text_escape escape, const char *fact)
{
	for (; *fact; fact++) {
		unsigned char c = (unsigned char)*fact;

		if (escape == ESCAPE_JSON && (c == '"' || c == '\\'))
			buf_add_char(buf, '\\');
		else if (escape == ESCAPE_KV && c == ',')
			buf_add_char(buf, ',');
		if (escape == ESCAPE_JSON && c < 0x20)
			buf_addf(buf, "\\u%04x", c);
		else
			buf_add_char(buf, (char)c);
	}
}

/* The operation that fills a slot; every slot that a text names has one, img_open() saw to it. */
static int slot_owner(const struct facts *facts, unsigned slot, struct op *op, struct err *err)
{
	struct img_cursor cursor = {0};
	int ret;

	while ((ret = facts_op_next(facts, &cursor, op, err)) == 1) {
		uint32_t count = op_fd_count(op);

		if (count && slot >= op_fd_first(op) && slot < op_fd_first(op) + count)
			return 0;
	}
	if (ret == 0)
		err_set(err, ERR_IMAGE, "no operation fills descriptor slot %u", slot);
	return -1;
}

/* Where a shell finds what an operation hands over. */
static void shell_path(const struct facts *facts, const struct op *op, char *path, size_t size)
{
	const char *folder = "", *gap = "", *name = "", *end = "";

	if (op->code == OP_PAYLOAD) {
		folder = payload_dir(facts);
		gap = "/";
		name = facts->img->payload[op->payload.index].name;
	} else if (op->code == OP_FILE) {
		name = op->file.path;
	} else if (op->code == OP_STORE) {
		name = op->store.path;
	} else if (op->code == OP_SCSI) {
		/* Which node it is only a look at the host tells; so does this link. */
		folder = "/sys/bus/scsi/devices/";
		name = op->scsi.name;
		end = "/generic";
	} else if (op->code == OP_USB) {
		folder = "/dev/bus/usb/";
		name = op->usb.name;
	} else if (op->code == OP_SECRET) {
		folder = op->secret.flags & SECRET_CREDENTIAL ? "$CREDENTIALS_DIRECTORY/" : "";
		name = op->secret.source;
	}
	(void)snprintf(path, size, "%s%s%s%s", folder, gap, name, end);
}

/*
 * For a shell, a descriptor of a file or payload is written as the path where it is found. The
 * number of a set is that of its descriptor: -add-fd fd=N,set=N.
 */
static int path_add(const struct facts *facts, const struct segment *seg, enum argv_form form,
		    struct buf *buf, struct err *err)
{
	char path[SITE_VALUE_MAX * 2];
	struct op op;

	if (form == ARGV_EXEC) {
		(void)snprintf(path, sizeof(path), "%s/%u",
			       seg->kind == FIX_FD_PATH ? "/proc/self/fd" : "/dev/fdset",
			       FD_SLOT_BASE + seg->a);
	} else {
		if (slot_owner(facts, seg->a, &op, err))
			return -1;
		shell_path(facts, &op, path, sizeof(path));
	}
	facts_quote(buf, seg->escape, path);
	return 0;
}

/* The member @key, or @key and "s" where there are several, with their numbers in order (F48). */
static void numbers_add(const struct segment *seg, const char *key, struct buf *buf)
{
	bool json = seg->escape == ESCAPE_JSON;

	buf_addf(buf, json ? "\"%s%s\":\"" : "%s%s=", key, seg->b > 1 ? "s" : "");
	for (unsigned i = 0; i < seg->b; i++)
		buf_addf(buf, "%s%u", i ? ":" : "", FD_SLOT_BASE + seg->a + i);
	buf_add_str(buf, json ? "\"" : "");
}

static void vhost_add(const struct facts *facts, const struct segment *seg, enum argv_form form,
		      struct buf *buf)
{
	bool json = seg->escape == ESCAPE_JSON;

	if (form == ARGV_EXEC && slot_set_has(&facts->absent, seg->a)) {
		buf_add_str(buf, json ? "\"vhost\":false" : "vhost=off");
		return;
	}
	buf_add_str(buf, json ? "\"vhost\":true" : "vhost=on");
	if (form == ARGV_SHELL)
		return;
	buf_add_char(buf, ',');
	numbers_add(seg, "vhostfd", buf);
}

static int tap_add(const struct facts *facts, const struct segment *seg, enum argv_form form,
		   struct buf *buf, struct err *err)
{
	bool json = seg->escape == ESCAPE_JSON;
	struct op op = {0};

	if (form == ARGV_SHELL && slot_owner(facts, seg->a, &op, err))
		return -1;
	/* QEMU cannot open a macvtap by its name: 10<>/dev/tapN in the shell. */
	if (form == ARGV_EXEC || op.code == OP_MACVTAP) {
		numbers_add(seg, "fd", buf);
		return 0;
	}
	buf_add_str(buf, json ? "\"ifname\":\"" : "ifname=");
	facts_quote(buf, seg->escape,
		    op.code == OP_TAP      ? op.tap.name
		    : op.code == OP_ATTACH ? op.attach.name
					   : "");
	buf_add_str(buf, json ? "\",\"script\":\"no\",\"downscript\":\"no\""
			      : ",script=no,downscript=no");
	if (seg->b > 1)
		buf_addf(buf, json ? ",\"queues\":%u" : ",queues=%u", seg->b);
	return 0;
}

/* What a shell opens is the payload in a file of its own. */
static int place_add(const struct facts *facts, const struct segment *seg, enum argv_form form,
		     struct buf *buf, struct err *err)
{
	bool json = seg->escape == ESCAPE_JSON;
	const struct img_payload *payload;
	struct op op;

	if (form == ARGV_SHELL) {
		buf_add_str(buf, json ? "\"offset\":0" : "offset=0");
		return 0;
	}
	if (slot_owner(facts, seg->a, &op, err))
		return -1;
	payload = &facts->img->payload[op.payload.index];
	buf_addf(buf,
		 json ? "\"offset\":%" PRIu64 ",\"size\":%" PRIu64
		      : "offset=%" PRIu64 ",size=%" PRIu64,
		 payload->offset, payload->raw);
	return 0;
}

static int unit_refuse(struct err *err)
{
	err_set(err, ERR_HOST, "there is no unit id to derive an address from");
	err_why(err, "/etc/machine-id is missing or empty, and the image has none of its own.");
	err_fix(err, "Write one: systemd-machine-id-setup; or set CONFIG_UNIT_ID.");
	return -1;
}

static int unit_add(const struct facts *facts, const struct segment *seg, enum argv_form form,
		    struct buf *buf, struct err *err)
{
	unsigned char bytes[UUID_BYTES];
	char text[UUID_TEXT_MAX], key[64];

	if (!facts->unit[0] && facts->mode == FACTS_SHOW && form == ARGV_EXEC) {
		buf_addf(buf, seg->kind == FIX_CID ? "\"<%s>\"" : "<%s>", fixup_word(seg->kind));
		return 0;
	}
	/* A trial at the desk belongs to no unit: the empty id gives it addresses of its own. */
	if (!facts->unit[0] && form == ARGV_EXEC)
		return unit_refuse(err);
	if (seg->kind == FIX_UUID) {
		unit_uuid(bytes, facts->unit, facts->img->meta[META_NAME]);
		ident_format_uuid(text, bytes);
	} else if (seg->kind == FIX_CID) {
		(void)snprintf(key, sizeof(key), "%.*s", (int)seg->len, seg->text);
		(void)snprintf(text, sizeof(text), "%" PRIu32,
			       unit_cid(facts->unit, facts->img->meta[META_NAME], key));
	} else {
		(void)snprintf(key, sizeof(key), "%.*s", (int)seg->len, seg->text);
		unit_mac(bytes, facts->unit, facts->img->meta[META_NAME], key);
		ident_format_mac(text, bytes);
	}
	facts_quote(buf, seg->escape, text);
	return 0;
}

static void site_add(const struct facts *facts, const struct segment *seg, struct buf *buf)
{
	struct img_cursor cursor = {0};
	struct img_site site;
	const char *value = facts->site[seg->a];
	char missing[300];

	if (!value[0] && facts->mode == FACTS_SHOW) {
		for (unsigned i = 0; i <= seg->a; i++)
			(void)img_site_next(facts->img, &cursor, &site);
		(void)snprintf(missing, sizeof(missing), "<%s>", site.key);
		value = missing;
	}
	facts_quote(buf, seg->escape, value);
}

/* Where no node is chosen yet the kernel's default is asked for. */
static void nodes_add(const struct facts *facts, const struct segment *seg, struct buf *buf)
{
	bool json = seg->escape == ESCAPE_JSON, none = numset_count(&facts->nodes) == 0;
	const char *gap = "";
	unsigned first, last;

	if (!none && json) {
		buf_add_str(buf, "\"host-nodes\":[");
		for (unsigned i = 0; i < NUMA_NODES_MAX; i++) {
			if (!numset_has(&facts->nodes, i))
				continue;
			buf_addf(buf, "%s%u", gap, i);
			gap = ",";
		}
		buf_add_str(buf, "],");
	}
	for (unsigned from = 0; !json && numset_run(&facts->nodes, from, &first, &last);
	     from = last + 1)
		buf_addf(buf, first == last ? "host-nodes=%u," : "host-nodes=%u-%u,", first, last);
	buf_addf(buf, json ? "\"policy\":\"%.*s\"" : "policy=%.*s",
		 none ? (int)sizeof("default") - 1 : (int)seg->len, none ? "default" : seg->text);
}

/* As -rtc reads it, in years of four digits. */
static void time_add(const struct facts *facts, const struct segment *seg, struct buf *buf)
{
	int64_t seconds;
	struct tm tm;

	if (facts->now && text_seconds(seg->text, seg->len, &seconds) == 0) {
		time_t at = (time_t)(facts->now + seconds);

		if (gmtime_r(&at, &tm) && tm.tm_year >= 70 && tm.tm_year <= 9999 - 1900) {
			buf_addf(buf, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
				 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
			return;
		}
	}
	buf_add_str(buf, "utc");
}

static int segment_render(const struct facts *facts, const struct segment *seg, enum argv_form form,
			  struct buf *buf, struct err *err)
{
	switch (seg->kind) {
	case FIX_LITERAL:
		buf_add_bytes(buf, seg->text, seg->len);
		return 0;
	case FIX_FD:
		buf_addf(buf, "%u", FD_SLOT_BASE + seg->a);
		return 0;
	case FIX_FD_PATH:
	case FIX_FDSET_PATH:
		return path_add(facts, seg, form, buf, err);
	case FIX_TAP:
		return tap_add(facts, seg, form, buf, err);
	case FIX_VHOST:
		vhost_add(facts, seg, form, buf);
		return 0;
	case FIX_PLACE:
		return place_add(facts, seg, form, buf, err);
	case FIX_SITE:
		site_add(facts, seg, buf);
		return 0;
	case FIX_MAC:
	case FIX_UUID:
	case FIX_CID:
		return unit_add(facts, seg, form, buf, err);
	case FIX_ACCEL:
		if (facts->accel == ACCEL_AUTO && form == ARGV_EXEC)
			buf_add_str(buf, "<accel>");
		else
			buf_add_str(buf, facts->accel == ACCEL_KVM ? "kvm" : "tcg");
		return 0;
	case FIX_NODES:
		nodes_add(facts, seg, buf);
		return 0;
	case FIX_PORT:
		buf_addf(buf, "%u", facts->ports[seg->a] ? facts->ports[seg->a] : seg->b);
		return 0;
	case FIX_TIME:
		time_add(facts, seg, buf);
		return 0;
	case FIX_COUNT:
		break;
	}
	return err_set(err, ERR_IMAGE, "unknown kind of segment %d", (int)seg->kind);
}

int facts_text(const struct facts *facts, struct img_text text, enum argv_form form,
	       struct buf *buf, struct err *err)
{
	struct segment seg;

	while (img_text_next(&text, &seg))
		if (segment_render(facts, &seg, form, buf, err))
			return -1;
	return 0;
}
