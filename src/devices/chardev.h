/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chardev.h - the other end of a character device: one block of rows and one function for every family
 * that has one (consoles, random numbers of egd, smartcards, USB redirection, vhost-user).
 *
 * A family puts a struct chardev into its own struct, CHARDEV_ROWS() into its rows, a struct
 * chardev_use into its .chardev, and the parts chardev/kinds.Kconfig (inside the choice) and
 * chardev/options.Kconfig into its template, with the kinds that it takes as words:
 *
 *     choice
 *             prompt "Connected to"
 *             default CONSOLE@N@_BACKEND_PTY
 *             help
 *               ...
 *     #@include chardev/kinds.Kconfig CONSOLE@N@ PTY UNIX
 *     endchoice
 *     #@include chardev/options.Kconfig CONSOLE@N@ PTY UNIX LOG
 *
 * Its prepare hook calls chardev_prepare(), its back hook chardev_emit(). The checks of the block
 * look at every family and stand in the table of the consoles.
 */
#ifndef KILN_DEVICES_CHARDEV_H
#define KILN_DEVICES_CHARDEV_H

#include "model/check.h"
#include "model/device.h"
#include "model/emit.h"

/**
 * struct chardev - the values of the rows, and what follows from them.
 * @kind: word of chardev_line_words and its like.
 * @path: of a file, FIFO, device or socket; NULL for a socket is one in the run directory.
 * @mode: of UNIX and TCP. @protocol: of TCP. @reconnect: seconds, 0 = never.
 * @tls: of TCP; @tls_dir, @tls_verify, @tls_key: folder of the certificates, whether the other side must
 *       have one, name of the secret that opens the key.
 * @shown_path: as XML says it. @spice_channel: of SPICEPORT: what the viewer knows it by.
 */
struct chardev {
	const struct prop_word *kind;
	const char *path, *host, *port, *local_host, *local_port, *log;
	bool append, log_append, tls, tls_verify;
	const char *tls_dir, *tls_key;
	const struct prop_word *mode, *protocol;
	uint64_t reconnect;
	const char *shown_path, *spice_channel;
};

/**
 * struct chardev_use - how the devices of a family use it.
 * @field: offset of the struct chardev in the family's struct.
 * @when: whether the device has one as it is configured; NULL = always.
 * @device: QEMU's back end for a device of the host: "serial", "parallel".
 * @spice: what SPICEVMC is of this family, in QEMU's words: "vdagent", "usbredir", "smartcard".
 */
struct chardev_use {
	size_t field;
	bool (*when)(const struct vm_dev *dev);
	const char *device, *spice;
};

/** chardev_line_words - every kind that a line of text can have. */
extern const struct prop_word chardev_line_words[];
/** chardev_agent_words - those of a line, and SPICEVMC and SPICEPORT, which want SPICE. */
extern const struct prop_word chardev_agent_words[];
/** chardev_port_words - the kinds for what prints: PTY, FILE, UNIX, TCP, DEVICE, NULL. */
extern const struct prop_word chardev_port_words[];
/** chardev_socket_words - the kinds that talk to another program: UNIX, TCP, UDP. */
extern const struct prop_word chardev_socket_words[];
/** chardev_lent_words - for what somebody lends: SPICEVMC, UNIX, TCP. */
extern const struct prop_word chardev_lent_words[];
extern const struct prop_word chardev_mode_words[], chardev_protocol_words[];

/** chardev_of() - the block of a device. Its family has .chardev. */
struct chardev *chardev_of(const struct vm_dev *dev);

/** chardev_is() - whether the device has a back end, of the kind with that Kconfig suffix. */
bool chardev_is(const struct vm_dev *dev, const char *kind);

/**
 * chardev_prepare() - compute what XML shows; for the prepare hook of the family.
 * @dev: of a family with .chardev.
 */
void chardev_prepare(struct vm_dev *dev);

/**
 * chardev_emit() - ask for what kiln-run opens, and write the -chardev.
 * @dev: of a family with .chardev, and with an alias.
 * @emit: the collection.
 *
 * Return: its id, "char" and the alias; NULL when the device has no back end.
 */
const char *chardev_emit(const struct vm_dev *dev, struct emit *emit);

/**
 * chardev_emit_socket() - write the -chardev of a unix socket that kiln-run opens, without the rows.
 * @dev: owner of the socket.
 * @emit: the collection.
 * @id: of the -chardev.
 * @prop_name: row with the path (PROP_SITE), or NULL: a socket in the run directory, on which the VM
 *             listens, with the device's identity as its name.
 * @flags: SOCKET_LISTEN or 0.
 */
void chardev_emit_socket(const struct vm_dev *dev, struct emit *emit, const char *id,
			 const char *prop_name, uint32_t flags);

/* Whether a row of the block applies. */
bool chardev_is_used(const struct vm_dev *dev);
bool chardev_has_path(const struct vm_dev *dev);
bool chardev_may_listen(const struct vm_dev *dev);
bool chardev_listens(const struct vm_dev *dev);
bool chardev_may_retry(const struct vm_dev *dev);
bool chardev_retries(const struct vm_dev *dev);
bool chardev_is_file(const struct vm_dev *dev);
bool chardev_is_tcp(const struct vm_dev *dev);
bool chardev_has_tls(const struct vm_dev *dev);
bool chardev_is_udp(const struct vm_dev *dev);
bool chardev_is_spice_port(const struct vm_dev *dev);
bool chardev_is_ip(const struct vm_dev *dev);
bool chardev_has_log(const struct vm_dev *dev);

/**
 * CHARDEV_ROWS() - the rows of the block that every family has; those of some kinds and of the log
 *                  are macros of their own, because a row wants its symbol.
 * @type, @member: the family's struct, and the struct chardev in it.
 * @place: where the other end stands in XML, as "backend/", or "" for the device itself.
 * @kinds: words of the kinds that the family takes.
 */
#define CHARDEV_ROWS(type, member, place, kinds)                                    \
	{.name = "backend",                                                         \
	 .sym = "BACKEND",                                                          \
	 .kind = PROP_ENUM,                                                         \
	 .field = offsetof(struct type, member.kind),                               \
	 .words = (kinds),                                                          \
	 .xml = place "@type",                                                      \
	 .when = chardev_is_used},                                                  \
		{.name = "path",                                                    \
		 .sym = "PATH",                                                     \
		 .kind = PROP_STRING,                                               \
		 .flags = PROP_SITE,                                                \
		 .rule = RULE(PATH),                                                \
		 .field = offsetof(struct type, member.path),                       \
		 .site = SITE_PATH,                                                 \
		 .when = chardev_has_path},                                         \
		{.name = "mode",                                                    \
		 .sym = "MODE",                                                     \
		 .kind = PROP_ENUM,                                                 \
		 .field = offsetof(struct type, member.mode),                       \
		 .words = chardev_mode_words,                                       \
		 .xml = place "source/@mode",                                       \
		 .when = chardev_may_listen},                                       \
		{.name = "udp-mode",                                                \
		 .kind = PROP_CONST,                                                \
		 .text = "connect",                                                 \
		 .xml = place "source/@mode",                                       \
		 .when = chardev_is_udp},                                           \
		{.name = "source-path",                                             \
		 .kind = PROP_STRING,                                               \
		 .field = offsetof(struct type, member.shown_path),                 \
		 .xml = place "source/@path",                                       \
		 .when = chardev_has_path},                                         \
		{.name = "host",                                                    \
		 .sym = "HOST",                                                     \
		 .kind = PROP_STRING,                                               \
		 .flags = PROP_SITE | PROP_REQUIRED,                                \
		 .rule = RULE(HOST),                                                \
		 .field = offsetof(struct type, member.host),                       \
		 .xml = place "source/@host",                                       \
		 .site = SITE_HOST,                                                 \
		 .when = chardev_is_ip},                                            \
		{.name = "port",                                                    \
		 .sym = "PORT",                                                     \
		 .kind = PROP_STRING,                                               \
		 .flags = PROP_SITE | PROP_REQUIRED,                                \
		 .rule = RULE(PORT),                                                \
		 .field = offsetof(struct type, member.port),                       \
		 .xml = place "source/@service",                                    \
		 .site = SITE_PORT,                                                 \
		 .when = chardev_is_ip},                                            \
		{.name = "protocol",                                                \
		 .sym = "PROTOCOL",                                                 \
		 .kind = PROP_ENUM,                                                 \
		 .field = offsetof(struct type, member.protocol),                   \
		 .words = chardev_protocol_words,                                   \
		 .xml = place "protocol/@type",                                     \
		 .when = chardev_is_tcp},                                           \
		{.name = "tls",                                                     \
		 .sym = "TLS",                                                      \
		 .kind = PROP_BOOL,                                                 \
		 .field = offsetof(struct type, member.tls),                        \
		 .xml = place "source/@tls",                                        \
		 .when = chardev_is_tcp},                                           \
		{.name = "tls-directory",                                           \
		 .sym = "TLS_DIR",                                                  \
		 .kind = PROP_STRING,                                               \
		 .flags = PROP_REQUIRED,                                            \
		 .rule = RULE(PATH),                                                \
		 .field = offsetof(struct type, member.tls_dir),                    \
		 .when = chardev_has_tls},                                          \
		{.name = "tls-verify",                                              \
		 .sym = "TLS_VERIFY",                                               \
		 .kind = PROP_BOOL,                                                 \
		 .field = offsetof(struct type, member.tls_verify),                 \
		 .when = chardev_has_tls},                                          \
		{.name = "tls-key",                                                 \
		 .sym = "TLS_KEY_SECRET",                                           \
		 .kind = PROP_STRING,                                               \
		 .field = offsetof(struct type, member.tls_key),                    \
		 .refers = &secret_family,                                          \
		 .when = chardev_has_tls},                                          \
		{.name = "retries",                                                 \
		 .kind = PROP_CONST,                                                \
		 .text = "yes",                                                     \
		 .xml = place "source/reconnect/@enabled",                          \
		 .when = chardev_retries},                                          \
	{                                                                           \
		.name = "reconnect", .sym = "RECONNECT_S", .kind = PROP_UINT,       \
		.field = offsetof(struct type, member.reconnect), .max = 3600,      \
		.xml = place "source/reconnect/@timeout", .when = chardev_may_retry \
	}

/** CHARDEV_ID_ROWS - what -device says of the back end and of itself. */
#define CHARDEV_ID_ROWS                                                               \
	{.name = "chardev", .kind = PROP_ALIAS, .text = "char%s", .qemu = "chardev"}, \
	{                                                                             \
		.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"          \
	}

/** CHARDEV_FILE_ROWS() - the rows of the kind FILE; arguments as for CHARDEV_ROWS(). */
#define CHARDEV_FILE_ROWS(type, member, place)                                                \
	{                                                                                     \
		.name = "append", .sym = "APPEND", .kind = PROP_BOOL,                         \
		.flags = PROP_ALWAYS | PROP_XML_ONOFF,                                        \
		.field = offsetof(struct type, member.append), .xml = place "source/@append", \
		.when = chardev_is_file                                                       \
	}

/** CHARDEV_UDP_ROWS() - the rows of the kind UDP; arguments as for CHARDEV_ROWS(). */
#define CHARDEV_UDP_ROWS(type, member, place)                                   \
	{.name = "local-host",                                                  \
	 .sym = "LOCAL_HOST",                                                   \
	 .kind = PROP_STRING,                                                   \
	 .flags = PROP_SITE,                                                    \
	 .rule = RULE(HOST),                                                    \
	 .field = offsetof(struct type, member.local_host),                     \
	 .xml = place "source[mode=bind]/@host",                                \
	 .site = SITE_HOST,                                                     \
	 .when = chardev_is_udp},                                               \
	{                                                                       \
		.name = "local-port", .sym = "LOCAL_PORT", .kind = PROP_STRING, \
		.flags = PROP_SITE, .rule = RULE(PORT),                         \
		.field = offsetof(struct type, member.local_port),              \
		.xml = place "source[mode=bind]/@service", .site = SITE_PORT,   \
		.when = chardev_is_udp                                          \
	}

/** CHARDEV_SPICE_ROWS() - the rows of the kind SPICEPORT; arguments as for CHARDEV_ROWS(). */
#define CHARDEV_SPICE_ROWS(type, member, place)                                       \
	{                                                                             \
		.name = "spice-channel", .sym = "SPICE_CHANNEL", .kind = PROP_STRING, \
		.flags = PROP_REQUIRED, .rule = RULE(FILE_NAME),                      \
		.field = offsetof(struct type, member.spice_channel),                 \
		.xml = place "source/@channel", .when = chardev_is_spice_port         \
	}

/** CHARDEV_LOG_ROWS() - the rows of a copy in a file; arguments as for CHARDEV_ROWS(). */
#define CHARDEV_LOG_ROWS(type, member, place)                                                  \
	{.name = "log",                                                                        \
	 .sym = "LOG_PATH",                                                                    \
	 .kind = PROP_STRING,                                                                  \
	 .flags = PROP_SITE,                                                                   \
	 .rule = RULE(PATH),                                                                   \
	 .field = offsetof(struct type, member.log),                                           \
	 .xml = place "log/@file",                                                             \
	 .site = SITE_PATH,                                                                    \
	 .when = chardev_is_used},                                                             \
	{                                                                                      \
		.name = "log-append", .sym = "LOG_APPEND", .kind = PROP_BOOL,                  \
		.flags = PROP_ALWAYS | PROP_XML_ONOFF,                                         \
		.field = offsetof(struct type, member.log_append), .xml = place "log/@append", \
		.when = chardev_has_log                                                        \
	}

/* Entries for the table of checks of one family; each looks at all families. */
void chardev_check_stdio(const struct check *check, const struct vm *vm, struct err_list *errs);
void chardev_check_path(const struct check *check, const struct vm *vm, struct err_list *errs);
void chardev_check_socket(const struct check *check, const struct vm *vm, struct err_list *errs);
void chardev_check_spice(const struct check *check, const struct vm *vm, struct err_list *errs);
void chardev_check_shared(const struct check *check, const struct vm *vm, struct err_list *errs);

#define CHARDEV_CHECKS                                                        \
	{.name = "chardev-spice", .run = chardev_check_spice},                \
		{.name = "chardev-stdio-once", .run = chardev_check_stdio},   \
		{.name = "chardev-path", .run = chardev_check_path},          \
		{.name = "chardev-socket-path", .run = chardev_check_socket}, \
	{                                                                     \
		.name = "chardev-shared", .run = chardev_check_shared         \
	}

#endif
