/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * display.c - where VNC and SPICE listen, and their keys.
 */
#include "devices/display.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

#include "devices/registry.h"
#include "model/vm.h"

const struct prop_word display_listen_words[] = {
	{.sym = "TCP", .xml = "address"},
	{.sym = "UNIX", .xml = "socket"},
	{0},
};

static bool is_display(const struct vm_dev *dev)
{
	return dev->family == &vnc_family || dev->family == &spice_family;
}

static const struct display *display_of(const struct vm_dev *dev)
{
	return dev->data;
}

bool display_is_unix(const struct vm_dev *dev)
{
	return prop_word_is(display_of(dev)->listen, "UNIX");
}

bool display_is_tcp(const struct vm_dev *dev)
{
	return !display_is_unix(dev);
}

void display_emit_keymap(const struct vm_dev *dev, struct emit *emit)
{
	if (display_of(dev)->keymap)
		emit_text(emit, "-k", display_of(dev)->keymap, 0);
}

static void refuse_address(const struct check *check, const struct vm_dev *dev,
			   struct err_list *errs)
{
	struct err *err = dev_error(errs, dev, "address", check->name,
				    "\"%s\" is no IPv4 or IPv6 address", display_of(dev)->address);

	err_why(err, "A name would have to be looked up when the machine starts, and could mean "
		     "another address each time.");
	err_fix(err,
		"Set %s to 127.0.0.1, to four numbers from 0 to 255 with '.' between, or to an "
		"IPv6 address as ::1.",
		dev_symbol(dev, "address"));
}

void display_check_address(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	vm_for_each_dev(dev, vm->devs) {
		const char *address =
			is_display(dev) && display_is_tcp(dev) ? display_of(dev)->address : NULL;

		if (address && inet_pton(AF_INET, address, bytes) != 1 &&
		    inet_pton(AF_INET6, address, bytes) != 1)
			refuse_address(check, dev, errs);
	}
}

void display_check_socket(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	vm_for_each_dev(dev, vm->devs) {
		const char *path =
			is_display(dev) && display_is_unix(dev) ? display_of(dev)->socket : NULL;

		if (!path || strlen(path) <= max)
			continue;
		struct err *err = dev_error(errs, dev, "socket", check->name,
					    "the path has %zu bytes", strlen(path));

		err_why(err,
			"The path of a unix socket has at most %zu bytes (sun_path of unix(7)).",
			max);
		err_fix(err, "Shorten %s.", dev_symbol(dev, "socket"));
	}
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
		if (other == dev)
			break;
		if (is_display(other) && display_of(other)->keymap &&
		    strcmp(display_of(other)->keymap, keymap) != 0)
			return other;
	}
	return NULL;
}

static void check_keymap(const struct check *check, const struct vm_dev *dev, const char *keymap,
			 struct err_list *errs)
{
	const struct vm_dev *other = other_keymap(dev, keymap);
	struct err *err;

	if (!is_known(keymap)) {
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

void display_check_keymap(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (is_display(dev) && display_of(dev)->keymap)
			check_keymap(check, dev, display_of(dev)->keymap, errs);
	}
}
