/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * networks.c - what names of networks mean: the file of the host, then the text of an image. Looks at no
 * interface; whether a bridge is there is found by who uses it.
 */
#include "host/networks.h"

#include <string.h>

#include "host/settings.h"
#include "image/image.h"

static const char *path_of(const struct networks *networks)
{
	return networks->path ? networks->path : NETWORKS_FILE;
}

static struct network *room(struct networks *networks, struct err *err)
{
	if (networks->count < NETWORKS_MAX)
		return &networks->list[networks->count];
	err_set(err, ERR_CONFIG, "more than %d networks", NETWORKS_MAX);
	err_why(err, "kiln-run has room for as many, those of the image among them.");
	err_fix(err, "Keep those that machines of this host name.");
	return NULL;
}

static int line_add(void *arg, unsigned number, char *line, struct err *err)
{
	struct networks *networks = arg;
	struct network *network = room(networks, err);
	const struct network *other;

	if (!network || network_parse(network, line, err))
		return -1;
	other = networks_find(networks, network->name);
	if (other) {
		err_set(err, ERR_CONFIG, "network \"%s\" is there twice", network->name);
		err_also(err, path_of(networks), other->line);
		err_why(err, "It would not be clear which one holds.");
		err_fix(err, "Leave one of them out.");
		return -1;
	}
	network->line = number;
	networks->count++;
	return 0;
}

static int file_read(struct networks *networks, struct err *err)
{
	const struct settings settings = {
		.path = path_of(networks),
		.given = networks->path != NULL,
		.noun = "file of networks",
		.why = "It says what the names of networks mean on this host.",
		.option = "--networks",
	};

	if (networks->read)
		return 0;
	networks->count = 0;
	if (settings_read(&settings, line_add, networks, err))
		return -1;
	networks->read = true;
	return 0;
}

static int text_refuse(struct err *err)
{
	err->kind = ERR_IMAGE;
	err_ctx(err, "networks of the image");
	err_fix(err, "Compose the image again.");
	return -1;
}

/* What is known already stays: the host's own, or of an operation before the same. */
static int text_add(struct networks *networks, const char *known, struct err *err)
{
	while (*known) {
		struct network *network = room(networks, err);

		if (!network)
			return -1;
		if (network_next(&known, network, err) < 0)
			return text_refuse(err);
		if (!networks_find(networks, network->name))
			networks->count++;
	}
	return 0;
}

int networks_learn(struct networks *networks, const char *known, struct err *err)
{
	return file_read(networks, err) || text_add(networks, known, err) ? -1 : 0;
}

const struct network *networks_find(const struct networks *networks, const char *name)
{
	for (unsigned i = 0; i < networks->count; i++)
		if (!strcmp(networks->list[i].name, name))
			return &networks->list[i];
	return NULL;
}

void networks_names(const struct networks *networks, struct buf *buf)
{
	for (unsigned i = 0; i < networks->count; i++) {
		const struct network *network = &networks->list[i];
		bool last = i + 1 == networks->count || !network->line != !network[1].line;

		buf_addf(buf, "%s%s", i ? ", " : "", network->name);
		if (last)
			buf_addf(buf, " (%s)", network->line ? path_of(networks) : "the image");
	}
	if (!networks->count)
		buf_add_str(buf, "none");
}

static void vlans_add(const struct network *network, struct buf *buf)
{
	bool many = strpbrk(network->vlans, ",-") != NULL;

	if (!network->vlans[0])
		return;
	buf_addf(buf, ", VLAN%s %s", many ? "s" : "", network->vlans);
	if (network->flags & TAP_UNTAGGED)
		buf_addf(buf, "%s without a tag", many ? ", the first" : "");
}

void networks_text(const struct networks *networks, const struct network *network, struct buf *buf)
{
	if (network->kind == NETWORK_MACVTAP)
		buf_addf(buf, "macvtap on %s, mode %s", network->device,
			 macvtap_mode_word(network->mode));
	else
		buf_addf(buf, "bridge %s%s", network->device,
			 network->flags & TAP_ISOLATED ? ", isolated" : "");
	vlans_add(network, buf);
	if (network->line)
		buf_addf(buf, " (%s:%u)", path_of(networks), network->line);
	else
		buf_add_str(buf, " (the image)");
}
