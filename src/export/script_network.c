/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script_network.c - an interface in a network, for a host that has no networks: as the tap or the macvtap that
 * the image knows; and a tap where the target alone knows.
 */
#include <string.h>

#include "export/script.h"
#include "image/network.h"

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

/* What it says of one, behind the name, and that taken apart; NULL and a bridge without name: nothing. */
static const char *known_text(const struct script *script, const char *name, struct network *ret)
{
	const char *known = known_of(script), *item = known;
	size_t behind = strlen(name) + 1;
	struct err err;

	while (network_next(&known, ret, &err) > 0) {
		item += strspn(item, "; ");
		if (strcmp(ret->name, name) == 0)
			return arena_dup(script->export->arena, item + behind,
					 strcspn(item + behind, ";"));
		item = known;
	}
	memset(ret, 0, sizeof(*ret));
	return NULL;
}

static void replace(const struct network *network, struct op *op)
{
	const struct op_attach attach = op->attach;

	network_attach(network, &attach, op);
}

void script_attach(struct script *script, struct script_op *each)
{
	/* The operations point into it. */
	struct network *network = arena_alloc(script->export->arena, sizeof(*network));

	(void)known_text(script, each->shown.attach.network, network);
	replace(network, &each->op);
	replace(network, &each->shown);
}

void script_tell_network(struct script *script, const struct op *op)
{
	struct arena *arena = script->export->arena;
	const struct op_network *network = &op->network;
	struct network known;
	const char *text = known_text(script, network->name, &known);

	export_note(script->export, EXPORT_LEFT,
		    arena_fmt(arena, "network %s of %s", network->name, network->owner),
		    text ? arena_fmt(arena, "the image knows it: %s; a target of kiln-run may not",
				     text)
			 : "the target alone knows it: put the tap where it belongs");
}
