/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage.h - where the blocks of a disk, or of what lies below it, come from.
 *
 * One struct and one function for any source: a disk's own, a backing file's, a snapshot's.
 */
#ifndef KILN_DEVICES_STORAGE_H
#define KILN_DEVICES_STORAGE_H

#include "model/check.h"
#include "model/emit.h"

#define STORAGE_HOSTS 3

/**
 * struct storage - a source, as rows fill it.
 * @kind: word of storage_words.
 * @path: file, block device or payload. @name: what a server calls it.
 * @host, @port: servers; port 0 is the protocol's. @socket: unix socket of the first one.
 * @user, @auth_secret, @cookie_secret: who asks; the latter are names of secrets.
 * @tls..@config: of single protocols; see their rows in devices/storage_rows.h.
 */
struct storage {
	const struct prop_word *kind, *transport;
	const char *path, *name;
	const char *host[STORAGE_HOSTS], *socket;
	uint64_t port[STORAGE_HOSTS];
	const char *user, *auth_secret, *cookie_secret;
	bool tls, insecure;
	const char *tls_dir, *tls_hostname;
	const char *query, *snapshot, *config, *initiator, *host_key;
	uint64_t readahead, timeout, reconnect_delay;
};

/* What a protocol knows: which rows apply. */
#define STORAGE_NETWORK  (1u << 0)
#define STORAGE_HOST     (1u << 1) /* a server must be named */
#define STORAGE_MANY     (1u << 2) /* up to STORAGE_HOSTS of them */
#define STORAGE_UNIX     (1u << 3) /* or a unix socket */
#define STORAGE_AUTH     (1u << 4) /* user and secret */
#define STORAGE_TLS      (1u << 5) /* TLS by objects of QEMU */
#define STORAGE_HTTP     (1u << 6) /* query, read-ahead, time limit, cookies; read-only */
#define STORAGE_HTTPS    (1u << 7) /* certificate of the server */
#define STORAGE_NAME     (1u << 8) /* a name must be given */
#define STORAGE_USER     (1u << 9) /* user, without a secret */
#define STORAGE_LOCAL    (1u << 10) /* a file or block device of the target */
#define STORAGE_PASSABLE (1u << 11) /* SCSI commands of a guest can reach it */

/** storage_words - the sources that a disk can have; storage_local_words - those below a disk. */
extern const struct prop_word storage_words[], storage_local_words[];

/** storage_is() - whether it is of the kind with that suffix: "PAYLOAD". */
bool storage_is(const struct storage *storage, const char *sym);

/** storage_flags() - STORAGE_* of its kind. */
unsigned storage_flags(const struct storage *storage);

/** storage_protocol() - libvirt's word for its protocol ("nbd"), or NULL. */
const char *storage_protocol(const struct storage *storage);

/** storage_secret_type() - libvirt's word for the type of its secret, or NULL. */
const char *storage_secret_type(const struct storage *storage);

/** storage_is_set() - whether there is anything to be opened. */
bool storage_is_set(const struct storage *storage);

/** enum storage_cache - what cache= means for a node. */
enum storage_cache { CACHE_DEFAULT, CACHE_BUFFERED, CACHE_DIRECT, CACHE_UNSAFE };

/** storage_add_cache() - the member "cache" of a node, unless it is QEMU's default. */
void storage_add_cache(struct arena *arena, struct node *node, enum storage_cache cache);

/**
 * struct storage_access - how a source is opened.
 * @storage: the source. @path_row: row of the device that holds its path.
 * @node: name of the node; what else it needs (TLS) is named after it.
 * @slice: name of a node on it that is the payload alone, where @node is the image file itself; NULL = the
 *         payload is unpacked, or it is none.
 * @read_only, @cache, @aio: of the node; @aio NULL = QEMU's default.
 */
struct storage_access {
	const struct storage *storage;
	const char *path_row, *node, *slice;
	bool read_only;
	enum storage_cache cache;
	const char *aio;
};

/**
 * storage_add() - everything that opening a source needs: host operations, objects with keys, and the
 *                 -blockdev of the node.
 * @emit: gets them.
 * @dev: whose it is; its rows "auth-secret" and "cookie-secret" name the secrets.
 * @access: how it is opened; its storage_is_set().
 */
void storage_add(struct emit *emit, const struct vm_dev *dev, const struct storage_access *access);

/**
 * storage_check_name() - whether a server can have something of that name.
 * @storage: the source.
 * @ret_why: what such a name looks like.
 */
bool storage_check_name(const struct storage *storage, const char **ret_why);

#endif
