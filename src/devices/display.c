/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * display.c - where VNC and SPICE listen, their TLS and their keys.
 */
#include "devices/display.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

#include "model/vm.h"

void display_add_tls(struct emit *emit, const char *id, const char *dir, bool verify)
{
	struct node *object = emit_tree(emit, "-object", 0);

	node_add_string(emit->arena, object, "qom-type", "tls-creds-x509");
	node_add_string(emit->arena, object, "id", id);
	node_add_string(emit->arena, object, "dir", dir);
	node_add_string(emit->arena, object, "endpoint", "server");
	node_add_bool(emit->arena, object, "verify-peer", verify);
}

void display_check_address(const struct check *check, const struct vm_dev *dev, const char *address,
			   struct err_list *errs)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	if (!address || inet_pton(AF_INET, address, bytes) == 1 ||
	    inet_pton(AF_INET6, address, bytes) == 1)
		return;
	struct err *err = dev_error(errs, dev, "address", check->name,
				    "\"%s\" is no IPv4 or IPv6 address", address);

	err_why(err, "A name would have to be looked up when the machine starts, and could mean "
		     "another address each time.");
	err_fix(err,
		"Set %s to 127.0.0.1, to four numbers from 0 to 255 with '.' between, or to an "
		"IPv6 address as ::1.",
		dev_symbol(dev, "address"));
}

void display_check_socket(const struct check *check, const struct vm_dev *dev, const char *path,
			  struct err_list *errs)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (!path || strlen(path) <= max)
		return;
	struct err *err =
		dev_error(errs, dev, "socket", check->name, "the path has %zu bytes", strlen(path));

	err_why(err, "The path of a unix socket has at most %zu bytes (sun_path of unix(7)).", max);
	err_fix(err, "Shorten %s.", dev_symbol(dev, "socket"));
}

/* Those in pc-bios/keymaps of QEMU 7.2 and 10.0. */
static const char *const keymaps[] = {
	"ar", "bepo",  "cz",    "da",    "de",    "de-ch", "en-gb", "en-us", "es", "et", "fi", "fo",
	"fr", "fr-be", "fr-ca", "fr-ch", "hr",    "hu",    "is",    "it",    "ja", "lt", "lv", "mk",
	"nl", "no",    "pl",    "pt",    "pt-br", "ru",    "sl",    "sv",    "th", "tr",
};

static bool is_known(const char *keymap)
{
	for (size_t i = 0; i < ARRAY_SIZE(keymaps); i++) {
		if (strcmp(keymaps[i], keymap) == 0)
			return true;
	}
	return false;
}

static const char *list(struct arena *arena)
{
	struct text text = {.arena = arena};

	for (size_t i = 0; i < ARRAY_SIZE(keymaps); i++)
		text_fmt(&text, "%s%s", i ? ", " : "", keymaps[i]);
	return text_str(&text);
}

/* Another display with a keymap of its own, that stands before this one. */
static const struct vm_dev *other_keymap(const struct vm_dev *dev, const char *keymap)
{
	vm_for_each_dev(other, dev->vm->devs) {
		const struct prop *row = dev_prop(other->family, "keymap");

		if (other == dev)
			break;
		if (row && dev_string(other, row) && strcmp(dev_string(other, row), keymap) != 0)
			return other;
	}
	return NULL;
}

void display_check_keymap(const struct check *check, const struct vm_dev *dev, const char *keymap,
			  struct err_list *errs)
{
	const struct vm_dev *other = keymap ? other_keymap(dev, keymap) : NULL;
	struct err *err;

	if (keymap && !is_known(keymap)) {
		err = dev_error(errs, dev, "keymap", check->name, "there is no keymap \"%s\"",
				keymap);
		err_why(err, "QEMU has: %s.", list(errs->arena));
		err_fix(err, "Set %s to one of them, or to \"\".", dev_symbol(dev, "keymap"));
	} else if (other) {
		struct place place = dev_place(other, "keymap");

		err = dev_error(errs, dev, "keymap", check->name, "the machine has two keymaps");
		err_also(err, place.file, place.line);
		err_why(err, "%s has another one, and QEMU has one for all displays.",
			dev_symbol(other, "keymap"));
		err_fix(err, "Give both the same, or clear one.");
	}
}
