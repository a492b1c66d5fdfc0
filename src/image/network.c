/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network.c - what a text says of a network, and what an interface in it is. Looks at no interface; whether a bridge
 * is there is found by who uses it.
 */
#include "image/network.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "image/image.h"

#define TEXT_MAX 512 /* of one network in an image */

/** struct words - the words of a line as they were written, or NULL. */
struct words {
	const char *bridge, *macvtap, *vlan, *trunk, *mode, *isolated;
};

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
	if ((size_t)len >= sizeof(network->vlans))
		return refuse(err, "a list of VLANs has at most %zu bytes",
			      sizeof(network->vlans) - 1);
	if (!vlan_is_list(network->vlans))
		return refuse(err, "VLANs \"%.100s\" are none, or one is there twice",
			      words->trunk ? words->trunk : words->vlan);
	if (words->vlan)
		network->flags |= TAP_UNTAGGED;
	return 0;
}

static int mode_take(struct network *network, const char *mode, struct err *err)
{
	network->mode = mode ? macvtap_mode_find(mode) : MACVTAP_BRIDGE;
	if (network->mode < MACVTAP_MODE_COUNT)
		return 0;
	return refuse(err, "\"%.100s\" is no mode of a macvtap", mode);
}

int network_parse(struct network *network, char *line, struct err *err)
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

int network_next(const char **list, struct network *ret, struct err *err)
{
	const char *from = *list + strspn(*list, " \t");
	size_t len = strcspn(from, ";");
	char text[TEXT_MAX];

	if (!**list)
		return 0;
	*list = from + len + (from[len] == ';');
	if (len >= sizeof(text))
		return refuse(err, "a network of %zu bytes", len);
	memcpy(text, from, len);
	text[len] = '\0';
	return network_parse(ret, text, err) ? -1 : 1;
}

void network_attach(const struct network *network, const struct op_attach *attach, struct op *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (network->kind == NETWORK_MACVTAP) {
		ret->code = OP_MACVTAP;
		ret->macvtap = (struct op_macvtap){
			.owner = attach->owner,
			.name = attach->name,
			.parent = network->device,
			.mac = attach->mac,
			.mode = network->mode,
			.queues = attach->queues,
			.flags = (attach->flags & TAP_VNET_HDR ? MACVTAP_VNET_HDR : 0) |
				 (attach->flags & TAP_MULTI_QUEUE ? MACVTAP_MULTI_QUEUE : 0),
			.fd = attach->fd,
		};
		return;
	}
	ret->code = OP_TAP;
	ret->tap = (struct op_tap){
		.owner = attach->owner,
		.name = attach->name,
		.bridge = network->device,
		.device = "",
		.helper = "",
		.mac = "",
		.vlans = network->vlans,
		.queues = attach->queues,
		.flags = attach->flags | network->flags,
		.fd = attach->fd,
	};
}
