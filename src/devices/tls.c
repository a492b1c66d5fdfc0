/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tls.c - -object tls-creds-x509.
 */
#include "devices/tls.h"

void tls_emit(struct emit *emit, const struct tls *tls)
{
	struct node *object = emit_tree(emit, "-object", 0);

	node_add_string(emit->arena, object, "qom-type", "tls-creds-x509");
	node_add_string(emit->arena, object, "id", tls->id);
	node_add_string(emit->arena, object, "dir", tls->dir);
	node_add_string(emit->arena, object, "endpoint", tls->endpoint);
	node_add_bool(emit->arena, object, "verify-peer", tls->verify);
	if (tls->key_secret)
		node_add_string(emit->arena, object, "passwordid", tls->key_secret);
}
