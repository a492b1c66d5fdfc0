/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_forward.c - ports of the host that lead into a guest behind user networking.
 *
 * In: NETn_FORWARDS, items "PROTOCOL:[ADDRESS:]PORT[-LAST]:GUESTPORT" with commas between. Out: hostfwd of
 * -netdev user, and what is wrong with an item. QEMU listens itself, as its user; nothing of the host is set up.
 */
#include "devices/net.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/num.h"
#include "model/caps.h"
#include "model/emit.h"
#include "model/vm.h"

#define PORT_MAX 65535
#define QEMU_MAX \
	256 /* ports of an item that QEMU itself forwards, each with a socket and a word of argv */

/* Alike however it was written, so that two are compared and libvirt writes the same. */
static bool parse_address(struct arena *arena, const char *text, int family,
			  struct net_forward *ret)
{
	char name[INET6_ADDRSTRLEN];
	unsigned char address[16];

	if (inet_pton(family, text, address) != 1 ||
	    !inet_ntop(family, address, name, sizeof(name)))
		return false;
	ret->address = arena_str(arena, name);
	ret->is_ipv6 = family == AF_INET6;
	return true;
}

/* "PORT:GUESTPORT" or "PORT-LAST:GUESTPORT". */
static bool parse_ports(const char *text, struct net_forward *ret)
{
	const char *guest = strchr(text, ':');
	size_t len = strcspn(text, ":-");
	uint64_t last;

	if (!guest || num_parse_n(text, len, 1, PORT_MAX, &ret->port) < 0)
		return false;
	last = ret->port;
	text += len + 1;
	if (text <= guest &&
	    num_parse_n(text, (size_t)(guest - text), ret->port + 1, PORT_MAX, &last) < 0)
		return false;
	ret->count = last - ret->port + 1;
	return num_parse(guest + 1, 1, PORT_MAX + 1 - ret->count, &ret->guest) == 0;
}

/* Return: whether it is one. */
static bool parse(struct arena *arena, const char *text, size_t len, struct net_forward *ret)
{
	char *item = arena_dup(arena, text, len), *rest = strchr(item, ':'), *end;

	*ret = (struct net_forward){.protocol = item, .address = ""};
	if (!rest)
		return false;
	*rest++ = '\0';
	if (strcmp(item, "tcp") != 0 && strcmp(item, "udp") != 0)
		return false;
	if (*rest == '[') {
		end = strstr(rest, "]:");
		if (!end)
			return false;
		*end = '\0';
		return parse_address(arena, rest + 1, AF_INET6, ret) && parse_ports(end + 2, ret);
	}
	end = strchr(rest, ':');
	if (!end || !strchr(end + 1, ':'))
		return parse_ports(rest, ret);
	*end = '\0';
	return parse_address(arena, rest, AF_INET, ret) && parse_ports(end + 1, ret);
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
static const char *rule_of(struct arena *arena, const struct net_forward *forward, unsigned index)
{
	return arena_fmt(arena, "%s:%s:%u-:%u", forward->protocol, forward->address,
			 (unsigned)forward->port + index, (unsigned)forward->guest + index);
}

void net_forward_emit(const struct vm_dev *dev, struct emit *emit, struct node *netdev)
{
	bool json = caps_has(dev->vm->board->caps, "feature", "netdev-json");
	const char *cursor = net_of(dev)->forwards ? net_of(dev)->forwards : "";
	struct node *list = NULL;
	struct net_forward forward;

	while (net_forward_next(emit->arena, &cursor, &forward)) {
		if (json && !list)
			list = node_add(emit->arena, netdev, "hostfwd", NODE_ARRAY);
		for (unsigned i = 0; i < forward.count; i++) {
			const char *rule = rule_of(emit->arena, &forward, i);

			if (list)
				node_add_string(emit->arena,
						node_add(emit->arena, list, NULL, NODE_OBJECT),
						"str", rule);
			else
				node_add_string(emit->arena, netdev, "hostfwd", rule);
		}
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
		"udp, an address of the host (IPv6 in brackets), and ports from 1 to 65535; of "
		"several, PORT is FIRST-LAST, and GUESTPORT the first of the guest's.");
	err_fix(err, "Write %s=\"tcp:127.0.0.1:2222:22\", with commas between several.",
		dev_symbol(dev, "forwards"));
}

/* Other programs than passt may have a port on one address each; what listens on all of them has all. */
static bool addresses_meet(const struct net_forward *a, const struct net_forward *b)
{
	if (!*a->address || !*b->address)
		return true;
	if (a->is_ipv6 != b->is_ipv6)
		return false;
	const char *all = a->is_ipv6 ? "::" : "0.0.0.0";

	return strcmp(a->address, b->address) == 0 || strcmp(a->address, all) == 0 ||
	       strcmp(b->address, all) == 0;
}

/* @one: on one address or on all, says a passt: "Overlapping port specifier". */
static bool overlaps(const struct net_forward *a, const struct net_forward *b, bool one)
{
	return a->port < b->port + b->count && b->port < a->port + a->count &&
	       strcmp(a->protocol, b->protocol) == 0 && (one || addresses_meet(a, b));
}

/* The first item of the machine that takes one of the ports, before @item of @dev; @ret_port is the first. */
static const struct vm_dev *taken_by(const struct vm *vm, const struct vm_dev *dev,
				     const char *item, const struct net_forward *forward,
				     uint64_t *ret_port)
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
			if (!parse(vm->arena, seen, len, &other) || !overlaps(forward, &other, one))
				continue;
			*ret_port = forward->port > other.port ? forward->port : other.port;
			return each;
		}
	}
	return NULL;
}

/* Tried with QEMU 7.2 and 10.0: "Bad host address" of [::1], and no word for more than a port. */
static void check_qemu(const struct check *check, const struct vm_dev *dev,
		       const struct net_forward *forward, struct err_list *errs)
{
	struct err *err;

	if (net_is_passt(dev) || (!forward->is_ipv6 && forward->count <= QEMU_MAX))
		return;
	if (forward->is_ipv6)
		err = dev_error(errs, dev, "forwards", check->name,
				"QEMU does not forward from IPv6 address %s", forward->address);
	else
		err = dev_error(errs, dev, "forwards", check->name,
				"%u ports from %u on are too many for QEMU",
				(unsigned)forward->count, (unsigned)forward->port);
	if (forward->is_ipv6)
		err_why(err, "The hostfwd of its user networking takes an IPv4 address alone.");
	else
		err_why(err,
			"It listens on each with a socket of its own, which its command line "
			"names; Kiln writes at most %d for an item.",
			QEMU_MAX);
	err_fix(err, "Choose %s_PASST, which can, or change %s.", dev_symbol(dev, "backend"),
		dev_symbol(dev, "forwards"));
}

static void check_item(const struct check *check, const struct vm *vm, const struct vm_dev *dev,
		       const char *item, size_t len, struct err_list *errs)
{
	struct net_forward forward;
	uint64_t port = 0;

	if (!parse(vm->arena, item, len, &forward)) {
		refuse_form(check, dev, item, len, errs);
		return;
	}
	check_qemu(check, dev, &forward, errs);
	const struct vm_dev *other = taken_by(vm, dev, item, &forward, &port);

	if (!other)
		return;
	struct place place = dev_place(other, "forwards");
	struct err *err = dev_error(errs, dev, "forwards", check->name,
				    "port %u of the host is forwarded twice", (unsigned)port);

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
