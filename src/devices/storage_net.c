/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage_net.c - one function a protocol: the members of its -blockdev, as libvirt 9.0 writes them.
 *
 * Known differences from libvirt: a Ceph namespace is a member of its own, because as a part of the
 * image's name QEMU looks for an image of that name; a port is always said; a debug level is not.
 */
#include "devices/storage_net.h"

#include <inttypes.h>
#include <string.h>

#include "base/bug.h"
#include "base/num.h"
#include "devices/secret.h"
#include "devices/tls.h"

/** struct building - a node while it is written. */
struct building {
	struct emit *emit;
	struct arena *arena;
	const struct vm_dev *dev;
	const struct storage_access *access;
	const struct storage *storage;
	const struct protocol *protocol;
	struct node *node;
	const char *tls; /* id of the object with certificates, or NULL */
};

static void add_text(const struct building *b, const char *key, const char *value)
{
	if (value)
		node_add_string(b->arena, b->node, key, value);
}

static uint64_t port_of(const struct building *b, unsigned i)
{
	return b->storage->port[i] ? b->storage->port[i] : b->protocol->port;
}

static void add_server(const struct building *b, struct node *server, unsigned i)
{
	node_add_string(b->arena, server, "host", b->storage->host[i]);
	node_add_string(b->arena, server, "port", arena_fmt(b->arena, "%" PRIu64, port_of(b, i)));
}

static bool is_unix(const struct storage *storage)
{
	return prop_word_is(storage->transport, "UNIX");
}

static void add_address(const struct building *b, struct node *server, unsigned i)
{
	bool local = i == 0 && is_unix(b->storage);

	node_add_string(b->arena, server, "type", local ? "unix" : "inet");
	if (!local)
		add_server(b, server, i);
	else if (b->storage->socket)
		node_add_string(b->arena, server, "path", b->storage->socket);
}

/* "HOST:PORT"; the colons of an IPv6 address must not be taken for the one in front of the port. */
static const char *host_and_port(const struct building *b)
{
	const char *host = b->storage->host[0] ? b->storage->host[0] : "";
	bool six = strchr(host, ':');

	return arena_fmt(b->arena, "%s%s%s:%" PRIu64, six ? "[" : "", host, six ? "]" : "",
			 port_of(b, 0));
}

/* The part of "a/b/c" in front of its first, or behind its last slash. */
static const char *head(struct arena *arena, const char *name)
{
	return arena_dup(arena, name, strcspn(name, "/"));
}

static const char *behind(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash + 1 : "";
}

/* ---- nbd -------------------------------------------------------------------------------------- */

static void add_nbd(const struct building *b)
{
	add_address(b, node_add(b->arena, b->node, "server", NODE_OBJECT), 0);
	add_text(b, "export", b->storage->name);
	add_text(b, "tls-creds", b->tls);
	if (b->tls)
		add_text(b, "tls-hostname", b->storage->tls_hostname);
	if (b->storage->reconnect_delay)
		node_add_uint(b->arena, b->node, "reconnect-delay", b->storage->reconnect_delay);
}

/* ---- rbd -------------------------------------------------------------------------------------- */

static bool is_rbd(const char *name)
{
	const char *image = behind(name);

	return name[0] != '/' && image[0] && image[0] != '/' && image[strlen(image) - 1] != '/' &&
	       !strchr(behind(image), '/');
}

static void add_rbd(const struct building *b)
{
	const struct storage *storage = b->storage;
	const char *image = behind(storage->name);
	struct node *servers = NULL, *methods;

	add_text(b, "pool", head(b->arena, storage->name));
	if (strchr(image, '/')) {
		add_text(b, "namespace", head(b->arena, image));
		image = behind(image);
	}
	add_text(b, "image", image);
	add_text(b, "snapshot", storage->snapshot);
	add_text(b, "conf", storage->config);
	for (unsigned i = 0; i < STORAGE_HOSTS; i++) {
		if (!storage->host[i])
			continue;
		if (!servers)
			servers = node_add(b->arena, b->node, "server", NODE_ARRAY);
		add_server(b, node_add(b->arena, servers, NULL, NODE_OBJECT), i);
	}
	if (!storage->user)
		return;
	add_text(b, "user", storage->user);
	methods = node_add(b->arena, b->node, "auth-client-required", NODE_ARRAY);
	node_add_string(b->arena, methods, NULL, "cephx");
	node_add_string(b->arena, methods, NULL, "none");
	add_text(b, "key-secret", secret_id(b->dev, "auth-secret"));
}

/* ---- gluster ---------------------------------------------------------------------------------- */

static bool is_gluster(const char *name)
{
	return name[0] != '/' && behind(name)[0];
}

static void add_gluster(const struct building *b)
{
	struct node *servers;

	add_text(b, "volume", head(b->arena, b->storage->name));
	add_text(b, "path", behind(b->storage->name));
	servers = node_add(b->arena, b->node, "server", NODE_ARRAY);
	for (unsigned i = 0; i < STORAGE_HOSTS; i++) {
		if (b->storage->host[i] || (i == 0 && is_unix(b->storage)))
			add_address(b, node_add(b->arena, servers, NULL, NODE_OBJECT), i);
	}
}

/* ---- iscsi ------------------------------------------------------------------------------------ */

#define LUN_MAX 16383

static bool iscsi_lun(const char *name, uint64_t *ret_lun)
{
	const char *text = behind(name);

	*ret_lun = 0;
	return !*text || num_parse(text, 0, LUN_MAX, ret_lun) == 0;
}

static bool is_iscsi(const char *name)
{
	uint64_t lun;

	return (strncmp(name, "iqn.", 4) == 0 || strncmp(name, "eui.", 4) == 0 ||
		strncmp(name, "naa.", 4) == 0) &&
	       iscsi_lun(name, &lun);
}

static void add_iscsi(const struct building *b)
{
	uint64_t lun;

	(void)iscsi_lun(b->storage->name, &lun);
	add_text(b, "portal", host_and_port(b));
	add_text(b, "target", head(b->arena, b->storage->name));
	node_add_uint(b->arena, b->node, "lun", lun);
	add_text(b, "transport", "tcp");
	if (b->storage->user) {
		add_text(b, "user", b->storage->user);
		add_text(b, "password-secret", secret_id(b->dev, "auth-secret"));
	}
	add_text(b, "initiator-name", b->storage->initiator);
}

/* ---- http, https ------------------------------------------------------------------------------ */

/* What stands in a path of a URL as it is (RFC 3986): libvirt would encode the rest. */
static bool is_url_path(const char *name)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!letter && !(c >= '0' && c <= '9') && !strchr("/-._~!$&'()*+,;=:@", c))
			return false;
	}
	return true;
}

static bool is_url_name(const char *name)
{
	return name[0] != '/' && is_url_path(name);
}

static void add_http(const struct building *b)
{
	const struct storage *storage = b->storage;
	bool https = b->protocol->flags & STORAGE_HTTPS;

	add_text(b, "url",
		 arena_fmt(b->arena, "%s://%s/%s%s%s", https ? "https" : "http", host_and_port(b),
			   storage->name, storage->query ? "?" : "",
			   storage->query ? storage->query : ""));
	if (storage->user) {
		add_text(b, "username", storage->user);
		add_text(b, "password-secret", secret_id(b->dev, "auth-secret"));
	}
	if (https && storage->insecure)
		node_add_bool(b->arena, b->node, "sslverify", false);
	add_text(b, "cookie-secret", secret_id(b->dev, "cookie-secret"));
	if (storage->timeout)
		node_add_uint(b->arena, b->node, "timeout", storage->timeout);
	if (storage->readahead)
		node_add_uint(b->arena, b->node, "readahead", storage->readahead);
}

/* ---- ssh -------------------------------------------------------------------------------------- */

static bool is_ssh(const char *name)
{
	return name[0] == '/';
}

static void add_ssh(const struct building *b)
{
	struct node *check;

	add_text(b, "path", b->storage->name);
	add_server(b, node_add(b->arena, b->node, "server", NODE_OBJECT), 0);
	add_text(b, "user", b->storage->user);
	if (!b->storage->host_key)
		return;
	check = node_add(b->arena, b->node, "host-key-check", NODE_OBJECT);
	node_add_string(b->arena, check, "mode", "hash");
	node_add_string(b->arena, check, "type", "sha256");
	node_add_string(b->arena, check, "hash", b->storage->host_key);
}

/* ---- all -------------------------------------------------------------------------------------- */

static const struct protocol protocols[] = {
	{
		.sym = "NBD",
		.flags = STORAGE_HOST | STORAGE_UNIX | STORAGE_TLS,
		.port = 10809,
		.add = add_nbd,
	},
	{
		.sym = "RBD",
		.flags = STORAGE_NAME | STORAGE_MANY | STORAGE_AUTH,
		.port = 6789,
		.name = "An image of Ceph is POOL/IMAGE or POOL/NAMESPACE/IMAGE.",
		.is_name = is_rbd,
		.add = add_rbd,
	},
	{
		.sym = "GLUSTER",
		.flags = STORAGE_NAME | STORAGE_HOST | STORAGE_MANY | STORAGE_UNIX,
		.port = 24007,
		.name = "A file on Gluster is VOLUME/PATH.",
		.is_name = is_gluster,
		.add = add_gluster,
	},
	{
		.sym = "ISCSI",
		.flags = STORAGE_NAME | STORAGE_HOST | STORAGE_AUTH | STORAGE_PASSABLE,
		.port = 3260,
		.name = "An iSCSI target is a name that begins with \"iqn.\", \"eui.\" or \"naa.\", "
			"and may end in '/' and a unit from 0 to 16383.",
		.is_name = is_iscsi,
		.add = add_iscsi,
	},
	{
		.sym = "HTTP",
		.flags = STORAGE_NAME | STORAGE_HOST | STORAGE_AUTH | STORAGE_HTTP,
		.port = 80,
		.name = "A path of a URL begins without '/' and has letters, digits and -._~!$&'()*"
			"+,;=:@/ alone.",
		.is_name = is_url_name,
		.add = add_http,
	},
	{
		.sym = "HTTPS",
		.flags = STORAGE_NAME | STORAGE_HOST | STORAGE_AUTH | STORAGE_HTTP | STORAGE_HTTPS,
		.port = 443,
		.name = "A path of a URL begins without '/' and has letters, digits and -._~!$&'()*"
			"+,;=:@/ alone.",
		.is_name = is_url_name,
		.add = add_http,
	},
	{
		.sym = "SSH",
		.flags = STORAGE_NAME | STORAGE_HOST | STORAGE_USER,
		.port = 22,
		.name = "A file of a server by ssh has an absolute path.",
		.is_name = is_ssh,
		.add = add_ssh,
	},
};

const struct protocol *storage_net_find(const struct storage *storage)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (storage_is(storage, protocols[i].sym))
			return &protocols[i];
	}
	return NULL;
}

bool storage_check_name(const struct storage *storage, const char **ret_why)
{
	const struct protocol *protocol = storage_net_find(storage);

	*ret_why = protocol ? protocol->name : NULL;
	return !protocol || !protocol->is_name || !storage->name ||
	       protocol->is_name(storage->name);
}

static const char *add_tls(struct emit *emit, const struct storage_access *access)
{
	const struct tls tls = {
		.id = arena_fmt(emit->arena, "%s-tls", access->node),
		.dir = access->storage->tls_dir,
		.endpoint = "client",
		.verify = true,
	};

	if (!access->storage->tls)
		return NULL;
	tls_emit(emit, &tls);
	return tls.id;
}

struct node *storage_net_add(struct emit *emit, const struct vm_dev *dev,
			     const struct storage_access *access)
{
	struct building b = {
		.emit = emit,
		.arena = emit->arena,
		.dev = dev,
		.access = access,
		.storage = access->storage,
		.protocol = storage_net_find(access->storage),
	};

	b.tls = add_tls(emit, access);
	b.node = emit_tree(emit, "-blockdev", 0);
	node_add_string(b.arena, b.node, "driver", storage_protocol(b.storage));
	b.protocol->add(&b);
	return b.node;
}
