/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script_word.c - an argument as a word of a shell: literals in single quotes, facts as variables.
 *
 * A value that is put into JSON or key=value goes through a function of the script that quotes it there,
 * so that no value can end a string and begin another.
 */
#include <inttypes.h>
#include <string.h>

#include "export/script.h"
#include "image/facts.h"

/** struct word - @out: the word so far. @open: within single quotes. */
struct word {
	struct script *script;
	struct text out;
	bool open;
};

static bool is_plain(const char *text, size_t len)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "@%+=:,./_-";

	for (size_t i = 0; i < len; i++) {
		if (!text[i] || !strchr(safe, text[i]))
			return false;
	}
	return true;
}

static void add_literal(struct word *word, const char *text, size_t len)
{
	if (!word->open && is_plain(text, len)) {
		text_add_len(&word->out, text, len);
		return;
	}
	text_add(&word->out, word->open ? "" : "'");
	word->open = true;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			text_add(&word->out, "'\\''");
		else
			text_add_len(&word->out, text + i, 1);
	}
}

static const char *word_end(struct word *word)
{
	if (word->open)
		text_add(&word->out, "'");
	return word->out.len ? text_str(&word->out) : "''";
}

/* @expression stands in double quotes. */
static void add_expression(struct word *word, const char *expression)
{
	if (word->open)
		text_add(&word->out, "'");
	word->open = false;
	text_fmt(&word->out, "\"%s\"", expression);
}

static void add_variable(struct word *word, const char *name, enum text_escape escape)
{
	struct arena *arena = word->script->export->arena;

	switch (escape) {
	case ESCAPE_JSON:
		word->script->uses |= SCRIPT_JSON;
		add_expression(word, arena_fmt(arena, "$(in_json \"$%s\")", name));
		return;
	case ESCAPE_KV:
		word->script->uses |= SCRIPT_KV;
		add_expression(word, arena_fmt(arena, "$(in_option \"$%s\")", name));
		return;
	case ESCAPE_RAW:
	case ESCAPE_COUNT:
		break;
	}
	add_expression(word, arena_fmt(arena, "$%s", name));
}

/* A literal inside JSON or key=value; facts_quote() doubles it at most sixfold. */
static void add_quoted(struct word *word, const char *text, size_t len, enum text_escape escape)
{
	struct arena *arena = word->script->export->arena;
	size_t room = len * 6 + 1;
	struct buf buf;

	buf_init(&buf, arena_alloc(arena, room), room);
	facts_quote(&buf, escape, arena_dup(arena, text, len));
	add_literal(word, buf.data, buf.len);
}

static void add_marked(struct word *word, const char *text, enum text_escape escape);

/* ---- what an operation hands over --------------------------------------------------------------- */

static void add_path(struct word *word, const struct segment *seg)
{
	struct script *script = word->script;
	const struct script_op *each = script_op_of(script, seg->a);
	struct arena *arena = script->export->arena;
	const struct op *op = each ? &each->op : NULL, *shown = each ? &each->shown : NULL;

	if (op && op->code == OP_PAYLOAD) {
		const char *name = script->export->facts->img->payload[op->payload.index].name;

		add_variable(word, "PAYLOAD", seg->escape);
		add_literal(word, "/", 1);
		add_quoted(word, name, strlen(name), seg->escape);
	} else if (op && op->code == OP_FILE) {
		add_marked(word, op->file.path, seg->escape);
	} else if (op && op->code == OP_STORE) {
		add_marked(word, op->store.path, seg->escape);
	} else if (op && op->code == OP_SECRET) {
		if (op->secret.flags & SECRET_CREDENTIAL) {
			add_variable(word,
				     script_fact(script, "credentials", "directory",
						 "the folder of systemd's credentials", NULL),
				     seg->escape);
			add_literal(word, "/", 1);
		}
		add_marked(word, op->secret.source, seg->escape);
	} else if (op && op->code == OP_SCSI) {
		add_variable(word,
			     script_fact(script, op->scsi.owner, "sg",
					 arena_fmt(arena,
						   "the generic node of the SCSI device %s, "
						   "/dev/sgN",
						   shown->scsi.name),
					 NULL),
			     seg->escape);
	} else if (op && op->code == OP_USB) {
		bool place = strchr(shown->usb.name, '/');

		add_variable(
			word,
			script_fact(script, op->usb.owner, "usb",
				    arena_fmt(arena,
					      "the node of the USB device %s, "
					      "/dev/bus/usb/BUS/DEVICE",
					      shown->usb.name),
				    place ? arena_fmt(arena, "/dev/bus/usb/%s", shown->usb.name)
					  : NULL),
			seg->escape);
	} else if (op && op->code == OP_CANCEL) {
		add_variable(word,
			     script_fact(script, op->cancel.owner, "cancel",
					 arena_fmt(arena,
						   "what cancels commands of the TPM %s, "
						   "/sys/class/tpm/tpmN/device/cancel of a TPM 1.2",
						   shown->cancel.path),
					 "/dev/null"),
			     seg->escape);
	} else {
		export_note(script->export, EXPORT_LOST, arena_fmt(arena, "descriptor %u", seg->a),
			    "a shell cannot hand it over");
	}
}

/* Its character device has the number of the interface, and the shell opens it for each queue. */
static void add_macvtap(struct word *word, const struct segment *seg,
			const struct op_macvtap *macvtap)
{
	struct script *script = word->script;
	struct arena *arena = script->export->arena;
	struct text numbers = {.arena = arena};
	const char *name =
		script_fact(script, macvtap->owner, "macvtap",
			    arena_fmt(arena, "the macvtap of %s, made beforehand", macvtap->owner),
			    strchr(macvtap->name, '%') ? NULL : macvtap->name);

	script_made(script, name, macvtap->owner, script_macvtap(script, macvtap));
	for (unsigned i = 0; i < seg->b; i++, script->opened++) {
		text_fmt(&numbers, "%s%u", i ? ":" : "", SCRIPT_FD + script->opened);
		if (script->opened < SCRIPT_FD_MAX)
			text_fmt(&script->checks,
				 "exec %u<>\"/dev/tap$(cat \"/sys/class/net/$%s/ifindex\")\"\n",
				 SCRIPT_FD + script->opened, name);
		else
			export_note(script->export, EXPORT_LOST,
				    arena_fmt(arena, "queues of %s", macvtap->owner),
				    "a shell opens seven descriptors at most");
	}
	const char *member =
		arena_fmt(arena, seg->escape == ESCAPE_JSON ? "\"fd%s\":\"%s\"" : "fd%s=%s",
			  seg->b > 1 ? "s" : "", text_str(&numbers));

	add_literal(word, member, strlen(member));
}

static void add_tap(struct word *word, const struct segment *seg)
{
	struct script *script = word->script;
	struct arena *arena = script->export->arena;
	const struct script_op *each = script_op_of(script, seg->a);
	bool json = seg->escape == ESCAPE_JSON;

	if (each && each->op.code == OP_MACVTAP) {
		add_macvtap(word, seg, &each->shown.macvtap);
		return;
	}

	if (!each || each->op.code != OP_TAP) {
		export_note(script->export, EXPORT_LOST,
			    each ? arena_fmt(arena, "%s %u", op_name(each->op.code), seg->a)
				 : "an interface",
			    "a shell cannot hand its descriptor over");
		return;
	}
	const struct op_tap *tap = &each->shown.tap;
	const char *name = script_fact(script, tap->owner, "tap",
				       arena_fmt(arena, "the tap interface of %s, made beforehand",
						 tap->owner),
				       strchr(tap->name, '%') ? NULL : tap->name);

	add_literal(word, json ? "\"ifname\":\"" : "ifname=", json ? 10 : 7);
	add_variable(word, name, seg->escape);
	const char *rest =
		json ? "\",\"script\":\"no\",\"downscript\":\"no\"" : ",script=no,downscript=no";

	add_literal(word, rest, strlen(rest));
	if (seg->b > 1) {
		rest = arena_fmt(arena, json ? ",\"queues\":%u" : ",queues=%u", seg->b);
		add_literal(word, rest, strlen(rest));
	}
}

/* QEMU 7.2 aborts where it is told vhost=on and there is none. */
static void add_vhost(struct word *word, const struct segment *seg)
{
	struct script *script = word->script;
	struct arena *arena = script->export->arena;
	const struct script_op *each = script_op_of(script, seg->a);
	const char *owner = each && each->op.code == OP_VHOST ? each->op.vhost.owner : "net";
	bool required = each && each->op.vhost.flags & VHOST_REQUIRED;
	bool json = seg->escape == ESCAPE_JSON;
	const char *yes = json ? "true" : "on", *no = json ? "false" : "off";
	const char *test =
		arena_fmt(arena, "$([ -w /dev/vhost-net ] && echo %s || echo %s)", yes, no);
	const char *about = arena_fmt(arena, "whether the kernel moves the packets of %s: %s or %s",
				      owner, yes, no);

	add_literal(word, json ? "\"vhost\":" : "vhost=", json ? 8 : 6);
	add_variable(word,
		     required ? script_fact(script, owner, "vhost", about, yes)
			      : script_computed(script, owner, "vhost", about, test),
		     ESCAPE_RAW);
}

/* ---- facts ------------------------------------------------------------------------------------- */

static const char *key_of(const struct script *script, const struct segment *seg)
{
	return arena_dup(script->export->arena, seg->text, seg->len);
}

static void add_identity(struct word *word, const struct segment *seg)
{
	static const struct {
		const char *what, *function, *about;
	} kinds[FIX_COUNT] = {
		[FIX_UUID] = {"uuid", "unit_uuid", "the UUID of the machine"},
		[FIX_MAC] = {"mac", "unit_mac", "the MAC address of"},
		[FIX_CID] = {"cid", "unit_cid", "the number among the guests of this host of"},
	};
	struct script *script = word->script;
	struct arena *arena = script->export->arena;
	const char *key = key_of(script, seg), *owner = *key ? key : "vm";

	script->uses |= SCRIPT_UNIT;
	add_variable(word,
		     script_computed(script, owner, kinds[seg->kind].what,
				     arena_fmt(arena, "%s%s%s", kinds[seg->kind].about,
					       *key ? " " : "", key),
				     arena_fmt(arena, "$(%s%s%s)", kinds[seg->kind].function,
					       *key ? " " : "",
					       *key ? script_quote(arena, key) : "")),
		     seg->escape);
}

static void add_site(struct word *word, unsigned slot, enum text_escape escape)
{
	struct script *script = word->script;
	struct img_cursor cursor = {0};
	struct img_site site = {.key = "", .value = ""};

	for (unsigned i = 0; i <= slot; i++)
		(void)img_site_next(script->export->facts->img, &cursor, &site);
	add_variable(
		word,
		script_fact(script, site.key, NULL,
			    arena_fmt(script->export->arena, "%s, as the image says it", site.key),
			    site.value),
		escape);
}

static void add_port(struct word *word, const struct segment *seg)
{
	struct script *script = word->script;
	struct arena *arena = script->export->arena;

	for (size_t i = 0; i < script->op_count; i++) {
		const struct op_port *port = &script->ops[i].shown.port;

		if (script->ops[i].op.code != OP_PORT || port->index != seg->a)
			continue;
		add_variable(word,
			     script_fact(script, port->owner,
					 arena_fmt(arena, "port%s", port->index ? "_2" : ""),
					 arena_fmt(arena, "a free TCP port of %s, from %u to %u",
						   port->owner, port->first, port->last),
					 arena_fmt(arena, "%u", port->first)),
			     seg->escape);
		return;
	}
	add_literal(word, "0", 1);
}

static void add_segment(struct word *word, const struct segment *seg)
{
	struct script *script = word->script;
	struct arena *arena = script->export->arena;
	const char *text;

	switch (seg->kind) {
	case FIX_LITERAL:
		add_quoted(word, seg->text, seg->len, seg->escape);
		return;
	case FIX_FD_PATH:
	case FIX_FDSET_PATH:
		add_path(word, seg);
		return;
	case FIX_TAP:
		add_tap(word, seg);
		return;
	case FIX_VHOST:
		add_vhost(word, seg);
		return;
	case FIX_SITE:
		add_site(word, seg->a, seg->escape);
		return;
	case FIX_MAC:
	case FIX_UUID:
	case FIX_CID:
		add_identity(word, seg);
		return;
	case FIX_ACCEL:
		add_variable(word,
			     script_computed(script, "accel", NULL, "kvm or tcg",
					     "$([ -w /dev/kvm ] && echo kvm || echo tcg)"),
			     seg->escape);
		return;
	case FIX_PLACE:
		text = seg->escape == ESCAPE_JSON ? "\"offset\":0" : "offset=0";
		add_literal(word, text, strlen(text));
		return;
	case FIX_NODES:
		text = seg->escape == ESCAPE_JSON ? "\"policy\":\"default\"" : "policy=default";
		add_literal(word, text, strlen(text));
		return;
	case FIX_PORT:
		add_port(word, seg);
		return;
	case FIX_TIME:
		script->uses |= SCRIPT_TIME;
		add_variable(
			word,
			script_computed(script, "start", "time",
					"the time of the guest's clock at its start, in UTC",
					arena_fmt(arena, "$(start_time %s)", key_of(script, seg))),
			seg->escape);
		return;
	case FIX_FD:
	case FIX_COUNT:
		break;
	}
	export_note(script->export, EXPORT_LOST, arena_fmt(arena, "descriptor %u", seg->a),
		    "a shell cannot hand it over");
}

static void add_marked(struct word *word, const char *text, enum text_escape escape)
{
	struct segment seg;

	while (text_next(&text, &seg)) {
		seg.escape = escape;
		add_segment(word, &seg);
	}
}

void script_argument(struct script *script, struct img_text text)
{
	struct word word = {.script = script, .out.arena = script->export->arena};
	struct segment seg;
	bool option = false;

	for (bool first = true; img_text_next(&text, &seg); first = false) {
		/* What stands there already is quoted as it must be. */
		if (seg.kind == FIX_LITERAL)
			add_literal(&word, seg.text, seg.len);
		else
			add_segment(&word, &seg);
		option |= first && seg.kind == FIX_LITERAL && seg.len && *seg.text == '-';
	}
	text_add(&script->body, option ? " \\\n\t" : " ");
	text_add(&script->body, word_end(&word));
}

const char *script_quote(struct arena *arena, const char *text)
{
	struct word word = {.out.arena = arena};

	add_literal(&word, text, strlen(text));
	return arena_str(arena, word_end(&word));
}
