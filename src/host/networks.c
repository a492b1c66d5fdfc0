/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * networks.c - what names of networks mean: the file of the host, then the text of an image. Looks at no
 * interface; whether a bridge is there is found by who uses it.
 */
#include "host/networks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "host/settings.h"

#define TEXT_MAX 512 /* of one network in an image */

static const char *const mode_words[MACVTAP_MODE_COUNT] = {
	[MACVTAP_VEPA] = "vepa",
	[MACVTAP_BRIDGE] = "bridge",
	[MACVTAP_PRIVATE] = "private",
	[MACVTAP_PASSTHROUGH] = "passthrough",
};

/** struct words - the words of a line as they were written, or NULL. */
struct words {
	const char *bridge, *macvtap, *vlan, *trunk, *mode, *isolated;
};

static const char *path_of(const struct networks *networks)
{
	return networks->path ? networks->path : NETWORKS_FILE;
}

static PRINTF(2, 3) int refuse(struct err *err, const char *fmt, ...)
{
	char what[256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	err_set(err, ERR_CONFIG, "%s", what);
	err_why(err, "A network is NAME bridge=BRIDGE [vlan=NUMBER] [trunk=VLANS] [isolated], or "
		     "NAME macvtap=INTERFACE [mode=bridge|vepa|private|passthrough].");
	err_fix(err, "Write it like lan bridge=br0 vlan=10.");
	return -1;
}

/* ---- one network --------------------------------------------------------------------------------- */

static int word_take(struct words *words, char *word, struct err *err)
{
	const struct {
		const char *key;
		const char **value;
	} keys[] = {
		{"bridge", &words->bridge}, {"macvtap", &words->macvtap},
		{"vlan", &words->vlan},     {"trunk", &words->trunk},
		{"mode", &words->mode},     {"isolated", &words->isolated},
	};
	char *equals = strchr(word, '=');

	if (equals)
		*equals = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].key, word) != 0)
			continue;
		if (*keys[i].value)
			return refuse(err, "\"%s\" is there twice", keys[i].key);
		if (!equals != (keys[i].value == &words->isolated))
			return refuse(err, "\"%s\" %s value", keys[i].key,
				      equals ? "takes no" : "needs a");
		*keys[i].value = equals ? equals + 1 : word;
		return 0;
	}
	return refuse(err, "unknown word \"%.100s\"", word);
}

static int words_take(struct words *words, char *rest, struct err *err)
{
	char *word;

	memset(words, 0, sizeof(*words));
	while ((word = strsep(&rest, " \t")))
		if (*word && word_take(words, word, err))
			return -1;
	if (!words->bridge == !words->macvtap)
		return refuse(err, "a network is one of bridge= and macvtap=");
	if (words->bridge && words->mode)
		return refuse(err, "mode= is of macvtaps, and this is a bridge");
	if (words->macvtap && (words->vlan || words->trunk || words->isolated))
		return refuse(err, "\"%s\" is of ports of a bridge, and this is none",
			      words->vlan    ? "vlan"
			      : words->trunk ? "trunk"
					     : "isolated");
	return 0;
}

/* The VLAN without a tag comes first. */
static int vlans_take(struct network *network, const struct words *words, struct err *err)
{
	uint64_t vlan;
	int len;

	if (!words->vlan && !words->trunk)
		return 0;
	if (words->vlan && num_parse(words->vlan, 1, VLAN_MAX, &vlan))
		return refuse(err, "\"%.100s\" is no VLAN", words->vlan);
	len = snprintf(network->vlans, sizeof(network->vlans), "%s%s%s",
		       words->vlan ? words->vlan : "", words->vlan && words->trunk ? "," : "",
		       words->trunk ? words->trunk : "");
	if ((size_t)len >= sizeof(network->vlans) || !vlan_is_list(network->vlans))
		return refuse(err, "VLANs \"%.100s\" are none, or one is there twice",
			      words->trunk ? words->trunk : words->vlan);
	if (words->vlan)
		network->flags |= TAP_UNTAGGED;
	return 0;
}

static int mode_take(struct network *network, const char *mode, struct err *err)
{
	network->mode = MACVTAP_BRIDGE;
	if (!mode)
		return 0;
	for (unsigned i = 0; i < MACVTAP_MODE_COUNT; i++) {
		if (!strcmp(mode_words[i], mode)) {
			network->mode = (enum macvtap_mode)i;
			return 0;
		}
	}
	return refuse(err, "\"%.100s\" is no mode of a macvtap", mode);
}

static int network_parse(struct network *network, char *line, struct err *err)
{
	size_t len = strcspn(line, " \t");
	char *rest = line + len + (line[len] != '\0');
	const char *device;
	struct words words;

	line[len] = '\0';
	memset(network, 0, sizeof(*network));
	if (!ident_is_valid(IDENT_NAME, line)) {
		(void)refuse(err, "\"%.100s\" is no name of a network", line);
		err_why(err, "%s", ident_rule(IDENT_NAME));
		return -1;
	}
	if (words_take(&words, rest, err))
		return -1;
	device = words.bridge ? words.bridge : words.macvtap;
	if (!ident_is_valid(IDENT_IFNAME, device)) {
		(void)refuse(err, "\"%.100s\" is no name of an interface", device);
		err_why(err, "%s", ident_rule(IDENT_IFNAME));
		return -1;
	}
	(void)snprintf(network->name, sizeof(network->name), "%s", line);
	(void)snprintf(network->device, sizeof(network->device), "%s", device);
	network->kind = words.bridge ? NETWORK_BRIDGE : NETWORK_MACVTAP;
	network->flags = words.isolated ? TAP_ISOLATED : 0;
	return vlans_take(network, &words, err) || mode_take(network, words.mode, err) ? -1 : 0;
}

/* ---- all of them --------------------------------------------------------------------------------- */

static struct network *room(struct networks *networks, struct err *err)
{
	if (networks->count < NETWORKS_MAX)
		return &networks->list[networks->count];
	(void)refuse(err, "more than %d networks", NETWORKS_MAX);
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
		(void)refuse(err, "network \"%s\" is there twice", network->name);
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
	char text[TEXT_MAX];

	for (size_t len; *known; known += len + (known[len] == ';')) {
		struct network *network = room(networks, err);

		len = strcspn(known, ";");
		if (!network)
			return -1;
		if (len >= sizeof(text)) {
			(void)refuse(err, "a network of %zu bytes", len);
			return text_refuse(err);
		}
		memcpy(text, known, len);
		text[len] = '\0';
		if (network_parse(network, settings_trim(text), err))
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
		buf_addf(buf, "macvtap on %s, mode %s", network->device, mode_words[network->mode]);
	else
		buf_addf(buf, "bridge %s%s", network->device,
			 network->flags & TAP_ISOLATED ? ", isolated" : "");
	vlans_add(network, buf);
	if (network->line)
		buf_addf(buf, " (%s:%u)", path_of(networks), network->line);
	else
		buf_add_str(buf, " (the image)");
}
