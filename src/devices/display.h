/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * display.h - what the servers that show the screen have in common: where they listen, password, TLS,
 * keys.
 *
 * A family's struct begins with a struct display; its rows have DISPLAY_ROWS() and those for what is a
 * word of its own option. The checks look at both families and stand in the table of VNC.
 */
#ifndef KILN_DEVICES_DISPLAY_H
#define KILN_DEVICES_DISPLAY_H

#include "model/check.h"
#include "model/emit.h"

/**
 * struct display - the values of the rows.
 * @listen: word of display_listen_words. @address: of TCP. @socket: the path of UNIX.
 * @password: name of a secret. @keymap: QEMU's name.
 * @tls_dir: folder of the target with ca-cert.pem, server-cert.pem and server-key.pem.
 */
struct display {
	const struct prop_word *listen;
	const char *address, *socket, *password, *keymap, *tls_dir;
};

extern const struct prop_word display_listen_words[];

/* Where it listens; a display listens on one or the other. */
bool display_is_unix(const struct vm_dev *dev);
bool display_is_tcp(const struct vm_dev *dev);

/** DISPLAY_ROWS() - the rows that XML alone has. */
#define DISPLAY_ROWS                                                                            \
	{.name = "keymap",                                                                      \
	 .sym = "KEYMAP",                                                                       \
	 .kind = PROP_STRING,                                                                   \
	 .field = offsetof(struct display, keymap),                                             \
	 .xml = "@keymap"},                                                                     \
		{.name = "listen",                                                              \
		 .sym = "LISTEN",                                                               \
		 .kind = PROP_ENUM,                                                             \
		 .field = offsetof(struct display, listen),                                     \
		 .words = display_listen_words,                                                 \
		 .xml = "listen/@type"},                                                        \
		{.name = "address",                                                             \
		 .sym = "ADDRESS",                                                              \
		 .kind = PROP_STRING,                                                           \
		 .flags = PROP_REQUIRED,                                                        \
		 .field = offsetof(struct display, address),                                    \
		 .xml = "listen/@address",                                                      \
		 .when = display_is_tcp},                                                       \
	{                                                                                       \
		.name = "socket", .sym = "SOCKET", .kind = PROP_STRING, .flags = PROP_REQUIRED, \
		.rule = RULE(PATH), .field = offsetof(struct display, socket),                  \
		.xml = "listen/@socket", .when = display_is_unix                                \
	}

/** DISPLAY_PASSWORD_ROW() - the password; @server is the option: "-vnc". */
#define DISPLAY_PASSWORD_ROW(server)                                               \
	{                                                                          \
		.name = "password", .sym = "PASSWORD_SECRET", .kind = PROP_STRING, \
		.field = offsetof(struct display, password), .option = server,     \
		.qemu = "password-secret", .refers = &secret_family                \
	}

/** DISPLAY_TLS_ROW() - the folder of the certificates; @has_tls: whether there is TLS. */
#define DISPLAY_TLS_ROW(has_tls)                                                \
	{                                                                       \
		.name = "tls-directory", .sym = "TLS_DIR", .kind = PROP_STRING, \
		.flags = PROP_REQUIRED, .rule = RULE(PATH),                     \
		.field = offsetof(struct display, tls_dir), .when = has_tls     \
	}

/** display_emit_keymap() - the keys of the machine, where this display says them. */
void display_emit_keymap(const struct vm_dev *dev, struct emit *emit);

/* Entries for the table of checks of one family; each looks at both. */
void display_check_address(const struct check *check, const struct vm *vm, struct err_list *errs);
void display_check_socket(const struct check *check, const struct vm *vm, struct err_list *errs);
void display_check_keymap(const struct check *check, const struct vm *vm, struct err_list *errs);

#define DISPLAY_CHECKS                                                   \
	{.name = "display-address", .run = display_check_address},       \
		{.name = "display-socket", .run = display_check_socket}, \
	{                                                                \
		.name = "display-keymap", .run = display_check_keymap    \
	}

#endif
