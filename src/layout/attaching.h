/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attaching.h - what the files behind attach.h share; nobody else includes it.
 */
#ifndef KILN_LAYOUT_ATTACHING_H
#define KILN_LAYOUT_ATTACHING_H

#include "layout/assign.h"
#include "layout/attach.h"
#include "model/place.h"

/** struct attach_taken - a place in use; @dev is NULL when it is kept for a removed device. */
struct attach_taken {
	struct dev_addr addr;
	const struct vm_dev *dev;
};

/**
 * struct attaching - the places while they are handed out.
 * @taken: an open hash table of @room entries, a power of two; an entry without address kind is free.
 */
struct attaching {
	struct vm *vm;
	struct layout *layout;
	struct err_list *errs;
	struct attach_taken *taken;
	size_t room;
};

/** attach_at() - who is there, or NULL. */
const struct attach_taken *attach_at(const struct attaching *at, const struct dev_addr *addr);

/** attach_keep() - keep a place for a removed device. */
void attach_keep(struct attaching *at, const struct dev_addr *addr);

/** attach_store() - the device sits there; the controller must exist. */
void attach_store(struct attaching *at, struct layout_attached *rec, const struct dev_addr *addr,
		  enum layout_rule rule);

/** attach_controller() - the controller of that type and index, or NULL. */
struct vm_dev *attach_controller(const struct vm *vm, enum controller_type type, unsigned index);

/**
 * attach_ensure() - the same, added when it is missing and can be, with those of lower indexes.
 * @ret_why: why there is none, when NULL is returned.
 */
struct vm_dev *attach_ensure(struct attaching *at, enum controller_type type, unsigned index,
			     const char **ret_why);

/** attach_offered() - whether the controller has such a place; else @ret_why says what it has. */
bool attach_offered(struct attaching *at, const struct dev_addr *addr, const char **ret_why);

/** enum attach_which - which places of a controller are looked at. */
enum attach_which {
	ATTACH_USUAL =
		0, /* as many as libvirt puts on one, none that is kept for a removed device */
	ATTACH_GONE = 1 << 0, /* those kept for removed devices too */
	ATTACH_WHOLE = 1 << 1, /* all that it has */
};

/** attach_free() - the first free place on a controller; @which is of enum attach_which. */
bool attach_free(struct attaching *at, enum controller_type type, unsigned index, unsigned which,
		 struct dev_addr *ret_addr);

/** attach_usb_ports() - ports of the bus, or of the hub at that address; 0 when it is neither. */
unsigned attach_usb_ports(const struct attaching *at, const struct dev_addr *hub);

/** attach_usb_free() - attach_free() for USB: a port of the bus, then of its hubs. */
bool attach_usb_free(const struct attaching *at, unsigned bus, unsigned which,
		     struct dev_addr *ret_addr);

/** attach_usb_add_hubs() - hubs of the lock, then as many as are missing. */
void attach_usb_add_hubs(struct vm *vm, struct layout *layout);

/** attach_is_hub() - whether others can sit on the device. */
bool attach_is_hub(const struct vm_dev *dev);

/** attach_refuse_room() - there is no place for a device; @why: whole sentences. */
void attach_refuse_room(struct attaching *at, const struct vm_dev *dev, const char *why);

#endif
