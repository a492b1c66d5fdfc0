/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status_print.c - struct vm_status as text, as a line of a table, and as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "ctl/ctl.h"
#include "image/image.h"

#define TIME_MAX 32

static char text[STATE_RECORD_MAX * (STATE_TEXT_MAX + 32) + STATE_IFACE_MAX * 640 + 16384];

static const char *const life_words[VM_LIFE_COUNT] = {"running", "unlocked", "busy", "ended"};

/* Seconds since 1970 as 2026-11-23T03:04:05Z: days to a date of the Gregorian calendar, eras of 400 years. */
static void time_format(char out[static TIME_MAX], int64_t seconds)
{
	int64_t days = seconds / 86400 + 719468, second = seconds % 86400;
	int64_t era = days / 146097, day_of_era = days % 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
	int64_t year = year_of_era + era * 400 + (month <= 2);

	(void)snprintf(out, TIME_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, (int)month,
		       (int)(day_of_year - (153 * march_month + 2) / 5 + 1), (int)(second / 3600),
		       (int)(second / 60 % 60), (int)(second % 60));
}

static int finish(const struct buf *buf, struct err *err)
{
	return output(buf->data, buf->len, err);
}

int status_line(const struct vm_status *vm, struct err *err)
{
	char since[TIME_MAX] = "-";
	struct buf buf;

	buf_init(&buf, text, sizeof(text));
	if (!vm) {
		buf_addf(&buf, "%-24s %-8s %8s %-20s %s\n", "NAME", "STATE", "PID", "SINCE",
			 "INTERFACES");
		return finish(&buf, err);
	}
	if (vm->since)
		time_format(since, vm->since);
	buf_addf(&buf, "%-24s %-8s %8ld %-20s", vm->state.vm, life_words[vm->life],
		 vm->since ? (long)vm->state.pid : 0L, since);
	for (unsigned i = 0; i < vm->state.iface_count; i++)
		buf_addf(&buf, "%c%s", i ? ',' : ' ', vm->state.ifaces[i].name);
	buf_addf(&buf, "%s\n", vm->state.iface_count ? "" : " -");
	return finish(&buf, err);
}

static void qemu_text(const struct vm_status *vm, struct buf *buf)
{
	if (vm->qemu[0])
		buf_addf(buf, "  qemu       %s\n", vm->qemu);
	else if (vm->qemu_errno)
		buf_addf(buf, "  qemu       no answer from its monitor: %s\n",
			 strerror(vm->qemu_errno));
}

static void limit_text(const char *owner, const char *direction, const struct tc_limit *limit,
		       struct buf *buf)
{
	if (!limit->rate)
		return;
	buf_addf(buf, "  limit      %s %s %u kB/s", owner, direction, limit->rate / 1000);
	if (limit->peak)
		buf_addf(buf, ", peak %u kB/s", limit->peak / 1000);
	buf_addf(buf, ", burst %u bytes\n", limit->burst);
}

static void iface_text(const struct state_iface *iface, const struct vm_limits *limits,
		       struct buf *buf)
{
	buf_addf(buf, "  interface  %s %s %d%s%s\n", iface->owner, iface->name, iface->index,
		 iface->network[0] ? " in network " : "", iface->network);
	if (limits->sys_errno > 0)
		buf_addf(buf, "  limit      %s not known: %s\n", iface->owner,
			 strerror(limits->sys_errno));
	if (limits->sys_errno)
		return;
	limit_text(iface->owner, "inbound", &limits->inbound, buf);
	limit_text(iface->owner, "outbound", &limits->outbound, buf);
}

int status_text(const struct vm_status *vm, struct err *err)
{
	const struct state *state = &vm->state;
	char since[TIME_MAX];
	struct buf buf;

	buf_init(&buf, text, sizeof(text));
	buf_addf(&buf, "%s: %s\n", state->vm, life_words[vm->life]);
	if (vm->since) {
		time_format(since, vm->since);
		buf_addf(&buf, "  process    %ld\n  since      %s (%lld s)\n", (long)state->pid,
			 since, (long long)vm->age);
	}
	if (state->image[0])
		buf_addf(&buf, "  image      %s\n", state->image);
	if (vm->unit[0])
		buf_addf(&buf, "  unit       %s\n", vm->unit);
	if (vm->since)
		buf_addf(&buf, "  machined   %s\n", vm->registered ? state->vm : "not registered");
	qemu_text(vm, &buf);
	for (unsigned i = 0; i < state->iface_count; i++)
		iface_text(&state->ifaces[i], &vm->limits[i], &buf);
	for (unsigned i = 0; i < state->record_count; i++)
		buf_addf(&buf, "  release    %s %s\n", op_name(state->records[i].op),
			 state->records[i].text);
	return finish(&buf, err);
}

static void member(struct json_writer *json, const char *key, const char *value)
{
	json_key(json, key);
	if (value[0])
		json_str(json, value);
	else
		json_put_null(json);
}

static void number_member(struct json_writer *json, const char *key, uint64_t value)
{
	json_key(json, key);
	if (value)
		json_u64(json, value);
	else
		json_put_null(json);
}

static void limit_json(struct json_writer *json, const char *key, const struct tc_limit *limit)
{
	json_key(json, key);
	if (!limit->rate) {
		json_put_null(json);
		return;
	}
	json_open_object(json);
	number_member(json, "rate", limit->rate);
	number_member(json, "peak", limit->peak);
	number_member(json, "burst", limit->burst);
	json_close_object(json);
}

static void iface_json(struct json_writer *json, const struct state_iface *iface,
		       const struct vm_limits *limits)
{
	json_open_object(json);
	member(json, "owner", iface->owner);
	member(json, "name", iface->name);
	number_member(json, "index", (uint64_t)iface->index);
	member(json, "network", iface->network);
	json_key(json, "limits");
	if (limits->sys_errno) {
		json_put_null(json);
	} else {
		json_open_object(json);
		limit_json(json, "inbound", &limits->inbound);
		limit_json(json, "outbound", &limits->outbound);
		json_close_object(json);
	}
	json_close_object(json);
}

static void lists_json(struct json_writer *json, const struct vm_status *vm)
{
	const struct state *state = &vm->state;

	json_key(json, "interfaces");
	json_open_array(json);
	for (unsigned i = 0; i < state->iface_count; i++)
		iface_json(json, &state->ifaces[i], &vm->limits[i]);
	json_close_array(json);
	json_key(json, "release");
	json_open_array(json);
	for (unsigned i = 0; i < state->record_count; i++) {
		json_open_object(json);
		member(json, "operation", op_name(state->records[i].op));
		member(json, "text", state->records[i].text);
		json_close_object(json);
	}
	json_close_array(json);
}

int status_json(const struct vm_status *vm, struct err *err)
{
	char since[TIME_MAX] = "";
	struct json_writer json;
	struct buf buf;

	if (vm->since)
		time_format(since, vm->since);
	buf_init(&buf, text, sizeof(text));
	json_write(&json, &buf, JSON_COMPACT);
	json_open_object(&json);
	member(&json, "name", vm->state.vm);
	member(&json, "state", life_words[vm->life]);
	number_member(&json, "pid", vm->since ? (uint64_t)vm->state.pid : 0);
	member(&json, "since", since);
	member(&json, "image", vm->state.image);
	member(&json, "unit", vm->unit);
	member(&json, "machine", vm->registered ? vm->state.vm : "");
	member(&json, "qemu", vm->qemu);
	lists_json(&json, vm);
	json_close_object(&json);
	return finish(&buf, err);
}
