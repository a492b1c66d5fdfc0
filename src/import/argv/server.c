/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.c - blocks on a server: the inverse of devices/storage_net.c.
 */
#include "import/argv/block.h"

#include <string.h>

static const char no_setting[] = "Kiln has no setting of a disk that says it";

static const char *row(const struct walk *walk, const char *name)
{
	return *walk->prefix ? arena_fmt(walk->argv->arena, "%s%s", walk->prefix, name) : name;
}

/* A SCSI device of the host has a few of the rows, under names of its own. */
static const char *host_row(const char *name)
{
	static const char *const rows[] = {"name", "host", "port", "user", "initiator"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i], name) == 0)
			return rows[i];
	}
	return NULL;
}

void block_set(const struct walk *walk, const char *name, const char *text)
{
	struct argv *argv = walk->argv;

	if (strcmp(argv_item(walk->node)->family->name, "hostdev") == 0 && host_row(name)) {
		argv_item(walk->node)->class =
			dev_class_find(argv_item(walk->node)->family, "iscsi");
		argv_item(walk->node)->ambiguous = false;
		argv_set(argv, walk->node, arena_fmt(argv->arena, "iscsi-%s", name), text);
		return;
	}
	argv_set(walk->argv, walk->node, row(walk, name), text);
}

void block_take(const struct walk *walk, struct node *tree, const char *name, const char *key)
{
	block_set(walk, name, argv_take(walk->argv, tree, key));
}

/* ---- servers ------------------------------------------------------------------------------------ */

static void read_host(const struct walk *walk, struct node *server, unsigned number)
{
	static const char *const hosts[] = {"host", "host2", "host3"};
	static const char *const ports[] = {"port", "port2", "port3"};
	const char *path;

	(void)argv_take(walk->argv, server, "type");
	path = argv_take(walk->argv, server, "path");
	if (path && !number) {
		block_set(walk, "transport", "UNIX");
		block_set(walk, "socket", path);
	}
	if (number >= ARRAY_SIZE(hosts))
		return;
	block_take(walk, server, hosts[number], "host");
	block_take(walk, server, ports[number], "port");
	argv_lost(walk->argv, walk->option, "server", server, no_setting);
}

static void read_servers(const struct walk *walk, struct node *tree)
{
	struct node *list = argv_take_tree(tree, "server");
	unsigned number = 0;

	if (list && list->kind == NODE_OBJECT)
		read_host(walk, list, 0);
	else
		for (struct node *item = list ? list->child : NULL; item; item = item->next)
			read_host(walk, item, number++);
}

static const char *join(const struct walk *walk, struct node *tree, const char *first,
			const char *second, const char *third)
{
	const char *a = argv_take(walk->argv, tree, first), *b, *c;

	b = second ? argv_take(walk->argv, tree, second) : NULL;
	c = argv_take(walk->argv, tree, third);
	return arena_fmt(walk->argv->arena, "%s%s%s/%s", a ? a : "", b ? "/" : "", b ? b : "",
			 c ? c : "");
}

static void read_secret(const struct walk *walk, struct node *tree, const char *key)
{
	block_take(walk, tree, "user", "user");
	block_set(walk, "auth-secret", argv_secret(walk->argv, argv_take(walk->argv, tree, key)));
}

static void read_nbd(const struct walk *walk, struct node *tree)
{
	const char *tls = argv_take(walk->argv, tree, "tls-creds");
	struct argv_option *option;
	struct node *object = tls ? argv_object(walk->argv, tls, &option) : NULL;

	block_take(walk, tree, "name", "export");
	block_take(walk, tree, "reconnect-delay", "reconnect-delay");
	block_take(walk, tree, "tls-hostname", "tls-hostname");
	if (!object)
		return;
	block_set(walk, "tls", "y");
	block_take(walk, object, "tls-dir", "dir");
	(void)argv_take(walk->argv, object, "qom-type");
	(void)argv_take(walk->argv, object, "endpoint");
	(void)argv_truth(walk->argv, object, "verify-peer", true);
	argv_lost(walk->argv, option, "", object, no_setting);
}

static void read_rbd(const struct walk *walk, struct node *tree)
{
	block_set(walk, "name", join(walk, tree, "pool", "namespace", "image"));
	block_take(walk, tree, "snapshot", "snapshot");
	block_take(walk, tree, "config", "conf");
	/* The composer says the same two, always. */
	(void)argv_take_tree(tree, "auth-client-required");
	read_secret(walk, tree, "key-secret");
}

static void read_gluster(const struct walk *walk, struct node *tree)
{
	block_set(walk, "name", join(walk, tree, "volume", NULL, "path"));
}

/* "[::1]:3260" as a host and a port. */
static void set_host_and_port(const struct walk *walk, const char *text)
{
	const char *colon = text ? strrchr(text, ':') : NULL;
	size_t len = colon ? (size_t)(colon - text) : text ? strlen(text) : 0;
	bool six = len > 1 && text[0] == '[' && text[len - 1] == ']';

	if (!len)
		return;
	block_set(walk, "host", arena_dup(walk->argv->arena, text + six, len - (six ? 2 : 0)));
	if (colon)
		block_set(walk, "port", colon + 1);
}

static void read_iscsi(const struct walk *walk, struct node *tree)
{
	set_host_and_port(walk, argv_take(walk->argv, tree, "portal"));
	block_set(walk, "name", join(walk, tree, "target", NULL, "lun"));
	(void)argv_take_if(walk->argv, tree, "transport", "tcp");
	block_take(walk, tree, "initiator", "initiator-name");
	read_secret(walk, tree, "password-secret");
}

static void read_http(const struct walk *walk, struct node *tree)
{
	struct arena *arena = walk->argv->arena;
	const char *url = argv_take(walk->argv, tree, "url");
	const char *host = url ? strstr(url, "://") : NULL, *slash, *query;

	if (host) {
		slash = host + 3 + strcspn(host + 3, "/");
		set_host_and_port(walk, arena_dup(arena, host + 3, (size_t)(slash - host - 3)));
		slash += *slash == '/';
		query = strchr(slash, '?');
		block_set(walk, "name",
			  arena_dup(arena, slash, query ? (size_t)(query - slash) : strlen(slash)));
		block_set(walk, "query", query ? query + 1 : NULL);
	}
	block_take(walk, tree, "user", "username");
	block_set(walk, "auth-secret",
		  argv_secret(walk->argv, argv_take(walk->argv, tree, "password-secret")));
	block_set(walk, "cookie-secret",
		  argv_secret(walk->argv, argv_take(walk->argv, tree, "cookie-secret")));
	if (!argv_truth(walk->argv, tree, "sslverify", true))
		block_set(walk, "insecure", "y");
	block_take(walk, tree, "timeout", "timeout");
	block_take(walk, tree, "readahead", "readahead");
}

static void read_ssh(const struct walk *walk, struct node *tree)
{
	struct node *check = argv_take_tree(tree, "host-key-check");

	block_take(walk, tree, "name", "path");
	block_take(walk, tree, "user", "user");
	if (!check)
		return;
	block_take(walk, check, "host-key", "hash");
	(void)argv_take_if(walk->argv, check, "mode", "hash");
	(void)argv_take_if(walk->argv, check, "type", "sha256");
	argv_lost(walk->argv, walk->option, "host-key-check", check, no_setting);
}

static const struct protocol {
	const char *driver, *word;
	void (*read)(const struct walk *walk, struct node *tree);
} protocols[] = {
	{"nbd", "NBD", read_nbd},
	{"rbd", "RBD", read_rbd},
	{"gluster", "GLUSTER", read_gluster},
	{"iscsi", "ISCSI", read_iscsi},
	{"http", "HTTP", read_http},
	{"https", "HTTPS", read_http},
	{"ssh", "SSH", read_ssh},
};

bool block_server(const struct walk *walk, struct node *tree, const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (strcmp(protocols[i].driver, driver) != 0)
			continue;
		block_set(walk, "source", protocols[i].word);
		read_servers(walk, tree);
		protocols[i].read(walk, tree);
		return true;
	}
	return false;
}
