/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script_network.c - an interface in a network, for a host that has no networks: as the tap or the macvtap that
 * the image knows; and a tap where the target alone knows.
 */
#include <string.h>

#include "export/script.h"

/* What the image says of all networks: the first that names one has it. */
static const char *known_of(const struct script *script)
{
	for (size_t i = 0; i < script->op_count; i++) {
		const struct op *op = &script->ops[i].shown;

		if (op->code == OP_NETWORK && *op->network.known)
			return op->network.known;
	}
	return "";
}

/* What it says of one, behind the name (host/networks.h); or NULL. */
static const char *known_text(const struct script *script, const char *name)
{
	struct arena *arena = script->export->arena;
	const char *known = known_of(script);
	size_t name_len = strlen(name), len;

	for (; *known; known += len + (known[len] == ';')) {
		known += strspn(known, " ");
		len = strcspn(known, ";");
		if (len > name_len && !strncmp(known, name, name_len) && known[name_len] == ' ')
			return arena_dup(arena, known + name_len + 1, len - name_len - 1);
	}
	return NULL;
}

/* The word of that key, which ends in '='; "" where there is none. */
static const char *word_of(struct arena *arena, const char *text, const char *key)
{
	const char *at = text;

	while (at && strncmp(at, key, strlen(key)) != 0) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return "";
	at += strlen(key);
	return arena_dup(arena, at, strcspn(at, " "));
}

static enum macvtap_mode mode_of(const char *word)
{
	static const char *const modes[MACVTAP_MODE_COUNT] = {
		[MACVTAP_VEPA] = "vepa",
		[MACVTAP_BRIDGE] = "bridge",
		[MACVTAP_PRIVATE] = "private",
		[MACVTAP_PASSTHROUGH] = "passthrough",
	};

	for (unsigned i = 0; i < MACVTAP_MODE_COUNT; i++) {
		if (strcmp(modes[i], word) == 0)
			return (enum macvtap_mode)i;
	}
	return MACVTAP_BRIDGE;
}

static void replace(struct arena *arena, const char *text, struct op *op)
{
	const struct op_attach attach = op->attach;
	const char *parent = word_of(arena, text, "macvtap=");

	memset(op, 0, sizeof(*op));
	if (*parent) {
		op->code = OP_MACVTAP;
		op->macvtap = (struct op_macvtap){.owner = attach.owner,
						  .name = attach.name,
						  .parent = parent,
						  .mac = attach.mac,
						  .mode = mode_of(word_of(arena, text, "mode=")),
						  .queues = attach.queues,
						  .fd = attach.fd};
		return;
	}
	op->code = OP_TAP;
	op->tap = (struct op_tap){.owner = attach.owner,
				  .name = attach.name,
				  .bridge = word_of(arena, text, "bridge="),
				  .device = "",
				  .helper = "",
				  .mac = "",
				  .vlans = "",
				  .queues = attach.queues,
				  .flags = attach.flags,
				  .fd = attach.fd};
}

void script_attach(struct script *script, struct script_op *each)
{
	struct arena *arena = script->export->arena;
	const char *text = known_text(script, each->shown.attach.network);

	replace(arena, text ? text : "", &each->op);
	replace(arena, text ? text : "", &each->shown);
}

void script_tell_network(struct script *script, const struct op *op)
{
	struct arena *arena = script->export->arena;
	const struct op_network *network = &op->network;
	const char *text = known_text(script, network->name);

	export_note(script->export, EXPORT_LEFT,
		    arena_fmt(arena, "network %s of %s", network->name, network->owner),
		    text ? arena_fmt(arena, "the image knows it: %s; a target of kiln-run may not",
				     text)
			 : "the target alone knows it: put the tap where it belongs");
}
