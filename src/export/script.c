/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script.c - a POSIX shell script that starts QEMU as the image says. The facts that only a host knows
 * are variables at its top; the host's set-up is not its business, and is listed in its head.
 */
#include "export/script.h"

#include <ctype.h>
#include <string.h>

/* ---- variables at the top ------------------------------------------------------------------------ */

static const char *variable_name(struct arena *arena, const char *owner, const char *what)
{
	char *name = arena_fmt(arena, "%s%s%s", owner, what ? "_" : "", what ? what : "");

	for (char *at = name; *at; at++)
		*at = (char)(isalnum((unsigned char)*at) ? toupper((unsigned char)*at) : '_');
	return name;
}

static bool is_there(const struct script *script, const char *name)
{
	const char *mark = arena_fmt(script->export->arena, "\n%s=", name);

	return strstr(text_str(&script->facts), mark) != NULL;
}

const char *script_fact(struct script *script, const char *owner, const char *what,
			const char *about, const char *value)
{
	struct arena *arena = script->export->arena;
	const char *name = variable_name(arena, owner, what);

	if (!about || is_there(script, name))
		return name;
	text_fmt(&script->facts, "# %s\n%s=${%s:-%s}\n", about, name, name,
		 value && *value ? script_quote(arena, value) : "");
	if (!value || !*value)
		text_fmt(&script->checks, "[ -n \"$%s\" ] || missing %s %s\n", name, name,
			 script_quote(arena, about));
	return name;
}

const char *script_computed(struct script *script, const char *owner, const char *what,
			    const char *about, const char *expression)
{
	const char *name = variable_name(script->export->arena, owner, what);

	if (!is_there(script, name))
		text_fmt(&script->facts, "# %s\n%s=${%s:-%s}\n", about, name, name, expression);
	return name;
}

/* ---- its parts ------------------------------------------------------------------------------------ */

static void add_head(const struct script *script, struct text *out)
{
	const struct img *img = script->export->facts->img;
	const char *name = img->meta[META_NAME];

	text_fmt(
		out,
		"#!/bin/sh\n"
		"#\n"
		"# %s - start QEMU with the machine of a Kiln image (kiln %s, board %s).\n"
		"#\n"
		"# It starts QEMU and does nothing else to the host. kiln-run would also have given up root "
		"and every\n"
		"# capability, handed QEMU its files and sealed copies of the payload as descriptors, and "
		"cleaned up\n"
		"# afterwards. What it would have made, and what you must:\n",
		name, img->meta[META_VERSION], img->meta[META_BOARD]);
	size_t before = out->len;

	for (const struct export_note *note = script->export->notes; note; note = note->next) {
		if (note->loss == EXPORT_LEFT)
			text_fmt(out, "#   %s: %s\n", note->what, note->why);
	}
	if (out->len == before)
		text_add(out, "#   nothing\n");
	for (const struct export_note *note = script->export->notes; note; note = note->next) {
		if (note->loss == EXPORT_LOST)
			text_fmt(out, "# Lost: %s: %s\n", note->what, note->why);
	}
	text_fmt(
		out,
		"#\n"
		"# Each of the facts below may also come from the environment. Arguments go to QEMU:\n"
		"#   ./%s.sh -S -qmp unix:/run/%s.qmp,server=on,wait=off\n"
		"set -eu\n\n",
		name, name);
}

static void add_errors(struct text *out)
{
	text_add(
		out,
		"# missing VARIABLE WHAT: a fact that nobody could know beforehand.\n"
		"missing() {\n"
		"\tprintf '%s: error: %s is not set\\n' \"$0\" \"$1\" >&2\n"
		"\tprintf '  why: only this host knows it: %s.\\n' \"$2\" >&2\n"
		"\tprintf '  fix: write it at the top of this script, or into its environment.\\n' >&2\n"
		"\texit 4\n"
		"}\n\n"
		"# absent WHAT HOW: something that kiln-run would have seen to.\n"
		"absent() {\n"
		"\tprintf '%s: error: %s is not there\\n' \"$0\" \"$1\" >&2\n"
		"\tprintf '  why: this script starts QEMU alone; kiln-run would have seen to it.\\n' >&2\n"
		"\tprintf '  fix: %s\\n' \"$2\" >&2\n"
		"\texit 4\n"
		"}\n\n");
}

/* The formulas of base/unit.h, which are a promise. */
static void add_unit(const struct script *script, struct text *out)
{
	struct arena *arena = script->export->arena;
	const struct facts *facts = script->export->facts;

	text_fmt(
		out,
		"# the unit: with it come the addresses that kiln-run gives this machine here\n"
		"UNIT=${UNIT:-%s}\n"
		"[ -n \"$UNIT\" ] || missing UNIT 'the unit id, as in /etc/machine-id'\n"
		"command -v sha256sum >/dev/null || absent 'the program sha256sum' 'install coreutils'\n\n",
		facts->unit[0] ? script_quote(arena, facts->unit)
			       : "$(cat /etc/machine-id 2>/dev/null || :)");
	text_fmt(
		out,
		"# unit_hash KIND SLOT\n"
		"unit_hash() {\n"
		"\tprintf 'kiln-unit-1\\0%%s\\0%%s\\0%%s\\0%%s\\0' \"$1\" \"$UNIT\" %s \"$2\" | sha256sum\n"
		"}\n"
		"# bytes FROM TO: of a hash, in hexadecimal digits\n"
		"bytes() {\n"
		"\tcut -c \"$1-$2\"\n"
		"}\n"
		"unit_mac() {\n"
		"\thash=$(unit_hash mac \"$1\" | bytes 1 12)\n"
		"\tfirst=$(printf '%%s' \"$hash\" | bytes 1 2)\n"
		"\tprintf '%%02x' \"$(((0x$first & 0xfc) | 2))\"\n"
		"\tprintf '%%s' \"$hash\" | bytes 3 12 | sed 's/../:&/g'\n"
		"}\n"
		"unit_uuid() {\n"
		"\thash=$(unit_hash uuid '' | bytes 1 32)\n"
		"\tvariant=$(printf '%%s' \"$hash\" | bytes 17 17)\n"
		"\tprintf '%%s' \"$hash\" | sed \"s/^\\(.\\{8\\}\\)\\(.\\{4\\}\\).\\(...\\).\\(...\\)"
		"\\(.*\\)/\\1-\\2-8\\3-$(printf '%%x' $(((0x$variant & 3) | 8)))\\4-\\5/\"\n"
		"}\n"
		"unit_cid() {\n"
		"\tnumber=$(unit_hash cid \"$1\" | bytes 1 8)\n"
		"\tprintf '%%s' \"$((3 + 0x$number %% 4294967292))\"\n"
		"}\n\n",
		script_quote(arena, facts->img->meta[META_NAME]));
}

static void add_functions(const struct script *script, struct text *out)
{
	if (script->uses & SCRIPT_JSON)
		text_add(out, "# in_json VALUE: as it stands inside quotes of JSON\n"
			      "in_json() {\n"
			      "\tprintf '%s' \"$1\" | sed 's/[\\\\\"]/\\\\&/g'\n"
			      "}\n\n");
	if (script->uses & SCRIPT_KV)
		text_add(out, "# in_option VALUE: as it stands inside key=value\n"
			      "in_option() {\n"
			      "\tprintf '%s' \"$1\" | sed 's/,/,,/g'\n"
			      "}\n\n");
	if (script->uses & SCRIPT_TIME)
		text_add(out, "# start_time SECONDS: now and so many seconds, in UTC\n"
			      "start_time() {\n"
			      "\tdate -u -d \"@$(($(date +%s) + $1))\" +%Y-%m-%dT%H:%M:%S\n"
			      "}\n\n");
	if (script->uses & SCRIPT_UNIT)
		add_unit(script, out);
}

static void add_payload(struct script *script, struct text *out)
{
	const struct export *export = script->export;
	const struct img *img = export->facts->img;

	if (!img->payload_count)
		return;
	text_fmt(out, "# the folder of the payload:");
	for (uint32_t i = 0; i < img->payload_count; i++) {
		text_fmt(out, " %s", img->payload[i].name);
		text_fmt(&script->checks,
			 "[ -e \"$PAYLOAD\"/%s ] || absent \"$PAYLOAD\"/%s "
			 "'take it from the folder that kiln export wrote'\n",
			 script_quote(export->arena, img->payload[i].name),
			 script_quote(export->arena, img->payload[i].name));
	}
	text_fmt(out, "\nPAYLOAD=${PAYLOAD:-%s}\n",
		 export->payload_dir ? script_quote(export->arena, export->payload_dir)
				     : "$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd -P)");
}

/* Arguments for a host in FIPS mode go before those of the caller. */
static void add_arguments(struct script *script)
{
	struct img_cursor cursor = {0};
	struct img_arg arg;

	while (img_arg_next(script->export->facts->img, &cursor, &arg)) {
		if (arg.flags & ARG_LOADER_ONLY)
			continue;
		if (arg.flags & ARG_FIPS) {
			struct script fips = {.export = script->export,
					      .body.arena = script->export->arena};

			script_argument(&fips, arg.text);
			text_fmt(
				&script->checks,
				"[ \"$(cat /proc/sys/crypto/fips_enabled 2>/dev/null)\" != 1 ] ||\n"
				"\tset -- %s \"$@\"\n",
				text_str(&fips.body) + strspn(text_str(&fips.body), " \\\n\t"));
			continue;
		}
		script_argument(script, arg.text);
	}
}

int export_script(struct export *export, struct text *ret, struct err *err)
{
	struct arena *arena = export->arena;
	struct script script = {
		.export = export, .facts.arena = arena, .checks.arena = arena, .body.arena = arena};
	struct text payload = {.arena = arena};

	if (script_ops(&script, err) < 0)
		return -1;
	text_add(&script.facts, "\n");
	(void)script_fact(&script, "qemu", NULL, "QEMU", export->facts->img->meta[META_QEMU]);
	add_payload(&script, &payload);
	add_arguments(&script);
	script_tell(&script);
	add_head(&script, ret);
	add_errors(ret);
	add_functions(&script, ret);
	text_add(ret, "# ---- facts of this host\n\n");
	text_add(ret, text_str(&payload));
	text_add(ret, text_str(&script.facts) + 1);
	text_fmt(ret, "\n# ---- what must be there\n\n%s\n", text_str(&script.checks));
	text_fmt(ret, "# ---- the machine\n\nexec \"$QEMU\"%s \\\n\t\"$@\"\n",
		 text_str(&script.body));
	return 0;
}
