/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * back.c - what a device is connected to, but for blocks and networks: -chardev, -fsdev, -tpmdev,
 * -object.
 */
#include "import/argv/argv.h"

#include <inttypes.h>
#include <string.h>

static const char no_setting[] = "Kiln has no setting that says it";

struct node *argv_object(struct argv *argv, const char *id, struct argv_option **ret_option)
{
	struct argv_option *option = argv_find(argv, "-object", "id", id);

	if (ret_option)
		*ret_option = option;
	if (!option)
		return NULL;
	option->done = true;
	(void)argv_take(argv, option->tree, "id");
	return option->tree;
}

/* A secret may serve several, so it stays to be found: its element has the name. */
const char *argv_secret(struct argv *argv, const char *id)
{
	return id ? argv_name_in(argv->arena, argv->devices, argv_family(argv, "secret"), id)
		  : NULL;
}

/* A letter first, and nothing that a name of .config cannot have. */
const char *argv_secret_name(struct argv *argv, const char *file, const char *id)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	bool number = slash && slash[1 + strspn(slash + 1, "0123456789")] == 0;

	if (slash && !number && ident_is_valid(IDENT_NAME, slash + 1))
		return slash + 1;
	return id && ident_is_valid(IDENT_NAME, id) ? id : arena_str(argv->arena, "secret");
}

struct argv_option *argv_group(struct argv *argv, const char *id)
{
	argv_for_each(option, argv)
	{
		const char *text = option->tree && strcmp(option->name, "-object") == 0
					   ? argv_peek(argv, option->tree, "id")
					   : NULL;

		if (!text || strcmp(text, id) != 0)
			continue;
		option->done = true;
		(void)argv_take(argv, option->tree, "qom-type");
		return option;
	}
	return NULL;
}

/* ---- -chardev ----------------------------------------------------------------------------------- */

void argv_set_path(struct argv *argv, xmlNodePtr node, const struct argv_option *option,
		   const char *row, const char *path)
{
	if (path && argv_is_descriptor(path))
		argv_note(argv, option, IMPORT_LOST, path, argv->no_file);
	else
		argv_set(argv, node, row, path ? argv_path(argv, option, path) : NULL);
}

void argv_tls(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct argv_option *option;
	struct node *object = id ? argv_object(argv, id, &option) : NULL;

	if (!object)
		return;
	argv_set(argv, node, "tls", "y");
	argv_set(argv, node, "tls-directory", argv_take(argv, object, "dir"));
	argv_set_yes(argv, node, "tls-verify", argv_truth(argv, object, "verify-peer", true));
	argv_set(argv, node, "tls-key", argv_secret(argv, argv_take(argv, object, "passwordid")));
	(void)argv_take(argv, object, "qom-type");
	(void)argv_take(argv, object, "endpoint");
	argv_lost(argv, option, "", object, no_setting);
}

/* Who listens, and who tries again. */
static void read_server(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	const char *seconds = argv_take(argv, tree, "reconnect");
	const char *milliseconds = argv_take(argv, tree, "reconnect-ms");
	uint64_t number;

	argv_set(argv, node, "mode",
		 argv_truth(argv, tree, "server", false) ? "LISTEN" : "CONNECT");
	/* QEMU waits for somebody to connect, unless told not to; Kiln's never does. */
	(void)argv_take_if(argv, tree, "wait", "off");
	(void)argv_take_if(argv, tree, "wait", "false");
	if (milliseconds && tree_number(milliseconds, &number))
		seconds = arena_fmt(argv->arena, "%" PRIu64, number / 1000);
	argv_set(argv, node, "reconnect", seconds);
}

/* NULL: it is lost, or the one that Kiln makes where no path is said. */
static const char *opened_socket(struct argv *argv, const struct argv_option *option,
				 const char *fd)
{
	const char *own = arena_fmt(argv->arena, "/run/kiln/%s/", argv->name);
	const char *path = argv_socket(argv, fd), *text = arena_fmt(argv->arena, "fd=%s", fd);

	if (!path)
		argv_note(argv, option, IMPORT_LOST, text,
			  argv->process
				  ? "what the process has open there is no socket with a name that "
				    "it serves; who started QEMU knows where it leads"
				  : argv->no_file);
	else
		argv_note(argv, option, IMPORT_DROPPED, text,
			  arena_fmt(argv->arena, "what the process has open there is the socket %s",
				    path));
	return path && strncmp(path, own, strlen(own)) != 0 ? path : NULL;
}

static void read_socket(struct argv *argv, xmlNodePtr node, const struct argv_option *option)
{
	struct node *tree = option->tree;
	const char *path = argv_take(argv, tree, "path"), *fd = argv_take(argv, tree, "fd");

	if (path || fd) {
		argv_set(argv, node, "backend", "UNIX");
		if (!path)
			path = opened_socket(argv, option, fd);
		if (path)
			argv_set(argv, node, "path", argv_path(argv, option, path));
	} else {
		bool telnet = argv_truth(argv, tree, "telnet", false);

		argv_set(argv, node, "backend", "TCP");
		argv_set(argv, node, "host", argv_take(argv, tree, "host"));
		argv_set(argv, node, "port", argv_take(argv, tree, "port"));
		argv_set(argv, node, "protocol", telnet ? "TELNET" : "RAW");
		argv_tls(argv, node, argv_take(argv, tree, "tls-creds"));
	}
	read_server(argv, node, tree);
}

static void read_udp(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	argv_set(argv, node, "backend", "UDP");
	argv_set(argv, node, "host", argv_take(argv, tree, "host"));
	argv_set(argv, node, "port", argv_take(argv, tree, "port"));
	argv_set(argv, node, "local-host", argv_take(argv, tree, "localaddr"));
	argv_set(argv, node, "local-port", argv_take(argv, tree, "localport"));
}

/** struct simple - a back end that has a path at most. */
static const struct simple {
	const char *backend, *word;
	bool path;
} simple[] = {
	{"stdio", "STDIO", false},
	{"pty", "PTY", false},
	{"file", "FILE", true},
	{"pipe", "PIPE", true},
	{"serial", "DEVICE", true},
	{"tty", "DEVICE", true},
	{"parallel", "DEVICE", true},
	{"parport", "DEVICE", true},
	{"vc", "VC", false},
	{"null", "NULL", false},
	{"spicevmc", "SPICEVMC", false},
	{"spiceport", "SPICEPORT", false},
};

static const struct simple *find_simple(const char *backend)
{
	for (size_t i = 0; i < ARRAY_SIZE(simple); i++) {
		if (strcmp(simple[i].backend, backend) == 0)
			return &simple[i];
	}
	return NULL;
}

static void read_simple(struct argv *argv, xmlNodePtr node, const struct argv_option *option,
			const struct simple *kind)
{
	struct node *tree = option->tree;

	argv_set(argv, node, "backend", kind->word);
	if (kind->path)
		argv_set_path(argv, node, option, "path", argv_take(argv, tree, "path"));
	if (strcmp(kind->word, "FILE") == 0)
		argv_set_yes(argv, node, "append", argv_truth(argv, tree, "append", false));
	if (strcmp(kind->word, "SPICEPORT") == 0)
		argv_set(argv, node, "spice-channel", argv_take(argv, tree, "name"));
	if (strcmp(kind->word, "SPICEVMC") == 0)
		(void)argv_take(argv, tree, "name");
	/* Ctrl-C belongs to the guest, always. */
	(void)argv_take(argv, tree, "signal");
}

/* What Kiln's rows call it where the device has no block of chardev rows. */
static bool read_served(struct argv *argv, xmlNodePtr node, struct argv_option *option)
{
	static const struct {
		const char *family, *driver, *row, *retry;
	} served[] = {
		{"disk", "vhost-user-blk", "vhost-user-socket", "vhost-user-reconnect"},
		{"fs", "vhost-user-fs", "socket", NULL},
		{"shmem", "ivshmem-doorbell", "server", NULL},
	};
	const struct argv_item *item = argv_item(node);
	struct node *tree = option->tree;

	for (size_t i = 0; i < ARRAY_SIZE(served); i++) {
		if (strcmp(item->family->name, served[i].family) != 0 || !item->driver ||
		    strncmp(item->driver, served[i].driver, strlen(served[i].driver)) != 0)
			continue;
		(void)argv_take(argv, tree, "backend");
		argv_set_path(argv, node, option, served[i].row, argv_take(argv, tree, "path"));
		if (served[i].retry)
			argv_set(argv, node, served[i].retry, argv_take(argv, tree, "reconnect"));
		argv_lost(argv, option, "", tree, no_setting);
		return true;
	}
	return false;
}

void argv_chardev(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct argv_option *option = argv_find(argv, "-chardev", "id", id);
	const struct simple *kind;
	const char *backend;

	if (!option)
		return;
	option->done = true;
	(void)argv_take(argv, option->tree, "id");
	if (read_served(argv, node, option))
		return;
	if (strcmp(argv_item(node)->family->name, "rng") == 0)
		argv_set(argv, node, "source", "EGD");
	backend = argv_take(argv, option->tree, "backend");
	kind = backend ? find_simple(backend) : NULL;
	argv_set_path(argv, node, option, "log", argv_take(argv, option->tree, "logfile"));
	argv_set_yes(argv, node, "log-append", argv_truth(argv, option->tree, "logappend", false));
	/* Of several that share it the monitor is not the guest's. */
	(void)argv_take(argv, option->tree, "mux");
	if (kind)
		read_simple(argv, node, option, kind);
	else if (backend && strcmp(backend, "socket") == 0)
		read_socket(argv, node, option);
	else if (backend && strcmp(backend, "udp") == 0)
		read_udp(argv, node, option->tree);
	else
		argv_note(argv, option, IMPORT_LOST,
			  arena_fmt(argv->arena, "backend=%s", backend ? backend : ""), no_setting);
	argv_lost(argv, option, "", option->tree, no_setting);
}

/* ---- others ------------------------------------------------------------------------------------- */

void argv_random(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct argv_option *option;
	struct node *tree = argv_object(argv, id, &option);
	const char *type = argv_take(argv, tree, "qom-type"), *chardev;

	if (!tree)
		return;
	if (type && strcmp(type, "rng-builtin") == 0) {
		argv_set(argv, node, "source", "BUILTIN");
	} else if (type && strcmp(type, "rng-random") == 0) {
		const char *file = argv_take(argv, tree, "filename");

		argv_set(argv, node, "source", "RANDOM");
		argv_set(argv, node, "device", file ? file : "/dev/urandom");
	}
	chardev = argv_take(argv, tree, "chardev");
	if (chardev)
		argv_chardev(argv, node, chardev);
	argv_lost(argv, option, "", tree, no_setting);
}

void argv_files(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct argv_option *option = argv_find(argv, "-fsdev", "id", id);
	const char *model;

	if (!option)
		return;
	option->done = true;
	(void)argv_take(argv, option->tree, "id");
	(void)argv_take_if(argv, option->tree, "fsdriver", "local");
	argv_set_path(argv, node, option, "path", argv_take(argv, option->tree, "path"));
	model = argv_take(argv, option->tree, "security_model");
	argv_word(argv, node, "access", model && strcmp(model, "none") == 0 ? "squash" : model);
	argv_word(argv, node, "multidevs", argv_take(argv, option->tree, "multidevs"));
	argv_set_yes(argv, node, "read-only", argv_truth(argv, option->tree, "readonly", false));
	argv_lost(argv, option, "", option->tree, no_setting);
}

/* Kiln starts swtpm itself where the state is in a folder of its own: "STATE/socket". */
static void read_emulator(struct argv *argv, xmlNodePtr node, struct argv_option *tpm)
{
	const char *id = argv_take(argv, tpm->tree, "chardev");
	struct argv_option *chardev = id ? argv_find(argv, "-chardev", "id", id) : NULL;
	const char *path;

	if (!chardev)
		return;
	chardev->done = true;
	path = argv_take(argv, chardev->tree, "path");
	argv_set(argv, node, "type", path ? "EXTERNAL" : "EMULATOR");
	argv_set_path(argv, node, chardev, "path", path);
	if (!path)
		argv_note(argv, chardev, IMPORT_LOST, "fd",
			  "whose socket it is is not said; kiln-run starts an swtpm of its own");
	(void)argv_take(argv, chardev->tree, "fd");
	(void)argv_take(argv, chardev->tree, "id");
	(void)argv_take(argv, chardev->tree, "backend");
	argv_lost(argv, chardev, "", chardev->tree, no_setting);
}

void argv_tpm(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct argv_option *option = argv_find(argv, "-tpmdev", "id", id);

	if (!option)
		return;
	option->done = true;
	(void)argv_take(argv, option->tree, "id");
	if (argv_take_if(argv, option->tree, "type", "passthrough")) {
		argv_set(argv, node, "type", "PASSTHROUGH");
		argv_set_path(argv, node, option, "device", argv_take(argv, option->tree, "path"));
		/* It follows from the device. */
		(void)argv_take(argv, option->tree, "cancel-path");
	} else if (argv_take_if(argv, option->tree, "type", "emulator")) {
		read_emulator(argv, node, option);
	}
	argv_lost(argv, option, "", option->tree, no_setting);
}

void argv_crypto(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct argv_option *option;
	struct node *tree = argv_object(argv, id, &option);

	(void)node;
	if (!tree)
		return;
	(void)argv_take_if(argv, tree, "qom-type", "cryptodev-backend-builtin");
	(void)argv_take_if(argv, tree, "queues", "1");
	argv_lost(argv, option, "", tree, no_setting);
}
