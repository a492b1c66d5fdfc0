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
static bool parse(struct arena *arena, const char *item, size_t len, struct net_forward *ret)
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

bool net_forward_next(struct arena *arena, const char **cursor, struct net_forward *ret)
{
	const char *item;
	size_t len;

	while (next_item(cursor, &item, &len)) {
		/* What is no item has its error, and no image. */
		if (parse(arena, item, len, ret))
			return true;
	}
	return false;
}

/* As QEMU's documentation has it: tcp:127.0.0.1:2222-:22. */
static const char *rule_of(struct arena *arena, const struct net_forward *forward)
{
	return arena_fmt(arena, "%s:%s:%u-:%u", forward->protocol, forward->address,
			 (unsigned)forward->port, (unsigned)forward->guest);
}

void net_forward_emit(const struct vm_dev *dev, struct emit *emit, struct node *netdev)
{
	bool json = caps_has(dev->vm->board->caps, "feature", "netdev-json");
	const char *cursor = net_of(dev)->forwards ? net_of(dev)->forwards : "";
	struct node *list = NULL;
	struct net_forward forward;

	while (net_forward_next(emit->arena, &cursor, &forward)) {
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

/* @one: on one address or on all, says a passt: "Overlapping port specifier". */
static bool overlaps(const struct net_forward *a, const struct net_forward *b, bool one)
{
	return a->port == b->port && strcmp(a->protocol, b->protocol) == 0 &&
	       (one || !*a->address || !*b->address || strcmp(a->address, b->address) == 0);
}

/* The first item of the machine that takes the port, before @item of @dev. */
static const struct vm_dev *taken_by(const struct vm *vm, const struct vm_dev *dev,
				     const char *item, const struct net_forward *forward)
{
	struct net_forward other;

	vm_for_each_dev(each, vm->devs) {
		const char *cursor, *seen;
		size_t len;

		if (each->family != &net_family || !net_is(each, "USER") || !net_of(each)->forwards)
			continue;
		bool one = each == dev && net_is_passt(dev);

		cursor = net_of(each)->forwards;
		while (next_item(&cursor, &seen, &len)) {
			if (each == dev && seen == item)
				return NULL;
			if (parse(vm->arena, seen, len, &other) && overlaps(forward, &other, one))
				return each;
		}
	}
	return NULL;
}

static void check_item(const struct check *check, const struct vm *vm, const struct vm_dev *dev,
		       const char *item, size_t len, struct err_list *errs)
{
	struct net_forward forward;

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
	if (other == dev && net_is_passt(dev))
		err_why(err, "A passt takes each port once, on one address or on all.");
	else
		err_why(err, "%s has it already, and one program listens on a port.", other->id);
	err_fix(err, "Choose another port in %s%s.", dev_symbol(dev, "forwards"),
		net_is_passt(dev) ? "" : ", or another address for each");
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
