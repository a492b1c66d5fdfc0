/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_forward.c - ports of the host that lead into a guest behind user networking.
 *
 * In: NETn_FORWARDS, items "PROTOCOL:[ADDRESS:]PORT:GUESTPORT" with commas between. Out: hostfwd of -netdev
 * user, and what is wrong with an item. QEMU listens itself, as its user; nothing of the host is set up.
 */
#include "devices/net.h"

#include <string.h>

#include "base/ident.h"
#include "base/num.h"
#include "model/caps.h"
#include "model/emit.h"
#include "model/vm.h"

/** struct forward - an item taken apart. @address: of the host, "" = each. */
struct forward {
	const char *protocol, *address;
	uint64_t port, guest;
};

static bool is_ipv4(const char *text)
{
	uint64_t number;

	for (unsigned part = 0; part < 4; part++) {
		size_t len = strcspn(text, ".");

		if (num_parse_n(text, len, 0, 255, &number) < 0 || (text[len] == '.') != (part < 3))
			return false;
		text += len + (part < 3);
	}
	return true;
}

static bool is_port(const char *text, uint64_t *ret)
{
	return num_parse(text, 1, 65535, ret) == 0;
}

/* Return: whether it is one. */
static bool parse(struct arena *arena, const char *item, size_t len, struct forward *ret)
{
	char *part[4] = {arena_dup(arena, item, len)};
	unsigned count = 1;

	for (char *at = part[0]; (at = strchr(at, ':')); count++) {
		*at++ = '\0';
		if (count == ARRAY_SIZE(part))
			return false;
		part[count] = at;
	}
	ret->protocol = part[0];
	ret->address = count == 4 ? part[1] : "";
	return (strcmp(part[0], "tcp") == 0 || strcmp(part[0], "udp") == 0) &&
	       (count == 3 || (count == 4 && is_ipv4(part[1]))) &&
	       is_port(part[count - 2], &ret->port) && is_port(part[count - 1], &ret->guest);
}

/* The next item of a list, without blanks around it. Return: whether there is one. */
static bool next_item(const char **cursor, const char **ret_item, size_t *ret_len)
{
	const char *item = *cursor + strspn(*cursor, " ");
	size_t len = strcspn(item, ",");

	if (!*item)
		return false;
	*cursor = item + len + (item[len] == ',');
	while (len && item[len - 1] == ' ')
		len--;
	*ret_item = item;
	*ret_len = len;
	return true;
}

/* As QEMU's documentation has it: tcp:127.0.0.1:2222-:22. */
static const char *rule_of(struct arena *arena, const struct forward *forward)
{
	return arena_fmt(arena, "%s:%s:%u-:%u", forward->protocol, forward->address,
			 (unsigned)forward->port, (unsigned)forward->guest);
}

void net_forward_emit(const struct vm_dev *dev, struct emit *emit, struct node *netdev)
{
	bool json = caps_has(dev->vm->board->caps, "feature", "netdev-json");
	const char *cursor = net_of(dev)->forwards ? net_of(dev)->forwards : "", *item;
	struct node *list = NULL;
	struct forward forward;
	size_t len;

	while (next_item(&cursor, &item, &len)) {
		/* What is no item has its error, and no image. */
		if (!parse(emit->arena, item, len, &forward))
			continue;
		if (!json) {
			node_add_string(emit->arena, netdev, "hostfwd",
					rule_of(emit->arena, &forward));
			continue;
		}
		if (!list)
			list = node_add(emit->arena, netdev, "hostfwd", NODE_ARRAY);
		node_add_string(emit->arena, node_add(emit->arena, list, NULL, NODE_OBJECT), "str",
				rule_of(emit->arena, &forward));
	}
}

/* ---- checks ------------------------------------------------------------------------------------- */

static void refuse_form(const struct check *check, const struct vm_dev *dev, const char *item,
			size_t len, struct err_list *errs)
{
	struct err *err =
		dev_error(errs, dev, "forwards", check->name, "\"%.*s\" is no port to forward",
			  (int)(len < 80 ? len : 80), item);

	err_why(err,
		"An item is PROTOCOL:PORT:GUESTPORT or PROTOCOL:ADDRESS:PORT:GUESTPORT, with tcp or "
		"udp, an IPv4 address of the host, and ports from 1 to 65535.");
	err_fix(err, "Write %s=\"tcp:127.0.0.1:2222:22\", with commas between several.",
		dev_symbol(dev, "forwards"));
}

static bool overlaps(const struct forward *a, const struct forward *b)
{
	return a->port == b->port && strcmp(a->protocol, b->protocol) == 0 &&
	       (!*a->address || !*b->address || strcmp(a->address, b->address) == 0);
}

/* The first item of the machine that takes the port, before @item of @dev. */
static const struct vm_dev *taken_by(const struct vm *vm, const struct vm_dev *dev,
				     const char *item, const struct forward *forward)
{
	struct forward other;

	vm_for_each_dev(each, vm->devs) {
		const char *cursor, *seen;
		size_t len;

		if (each->family != &net_family || !net_is(each, "USER") || !net_of(each)->forwards)
			continue;
		cursor = net_of(each)->forwards;
		while (next_item(&cursor, &seen, &len)) {
			if (each == dev && seen == item)
				return NULL;
			if (parse(vm->arena, seen, len, &other) && overlaps(forward, &other))
				return each;
		}
	}
	return NULL;
}

static void check_item(const struct check *check, const struct vm *vm, const struct vm_dev *dev,
		       const char *item, size_t len, struct err_list *errs)
{
	struct forward forward;

	if (!parse(vm->arena, item, len, &forward)) {
		refuse_form(check, dev, item, len, errs);
		return;
	}
	const struct vm_dev *other = taken_by(vm, dev, item, &forward);

	if (!other)
		return;
	struct place place = dev_place(other, "forwards");
	struct err *err =
		dev_error(errs, dev, "forwards", check->name,
			  "port %u of the host is forwarded twice", (unsigned)forward.port);

	err_also(err, place.file, place.line);
	err_why(err, "%s has it already, and one program listens on a port.", other->id);
	err_fix(err, "Choose another port in %s, or another address for each.",
		dev_symbol(dev, "forwards"));
}

void net_forward_check(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *cursor, *item;
		size_t len;

		if (dev->family != &net_family || !net_is(dev, "USER") || !net_of(dev)->forwards)
			continue;
		cursor = net_of(dev)->forwards;
		while (next_item(&cursor, &item, &len))
			check_item(check, vm, dev, item, len, errs);
	}
}
