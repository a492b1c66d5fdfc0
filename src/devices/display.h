/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * display.h - what the servers that show the screen have in common: where they listen, TLS, keys.
 */
#ifndef KILN_DEVICES_DISPLAY_H
#define KILN_DEVICES_DISPLAY_H

#include "model/check.h"
#include "model/emit.h"

/**
 * display_add_tls() - write the object with the credentials of a server.
 * @id: of the object.
 * @dir: folder of the target with ca-cert.pem, server-cert.pem and server-key.pem.
 * @verify: whether viewers need a certificate too.
 */
void display_add_tls(struct emit *emit, const char *id, const char *dir, bool verify);

/** display_check_address() - refuse what is no IPv4 or IPv6 address; the row is "address". */
void display_check_address(const struct check *check, const struct vm_dev *dev, const char *address,
			   struct err_list *errs);

/** display_check_socket() - refuse a path that no socket can have; the row is "socket". */
void display_check_socket(const struct check *check, const struct vm_dev *dev, const char *path,
			  struct err_list *errs);

/**
 * display_check_keymap() - refuse a keymap that QEMU does not bring, or another than other displays
 *                          have: it is one for the machine. The row is "keymap".
 */
void display_check_keymap(const struct check *check, const struct vm_dev *dev, const char *keymap,
			  struct err_list *errs);

#endif
