/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tls.h - certificates: what QEMU needs to speak TLS with a viewer, a server of disks or of lines.
 */
#ifndef KILN_DEVICES_TLS_H
#define KILN_DEVICES_TLS_H

#include <stdbool.h>

#include "model/emit.h"

/**
 * struct tls - certificates of QEMU's side. QEMU reads them itself, as its user.
 * @id: of the object.
 * @dir: folder of the target: ca-cert.pem, and server- or client-cert.pem and -key.pem.
 * @endpoint: "server" or "client".
 * @verify: the other side must have a certificate of the same authority.
 * @key_secret: QEMU id of the secret that opens the key, or NULL.
 */
struct tls {
	const char *id, *dir, *endpoint;
	bool verify;
	const char *key_secret;
};

/** tls_emit() - write the object; before the option that names its id. */
void tls_emit(struct emit *emit, const struct tls *tls);

#endif
