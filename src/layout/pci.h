/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci.h - PCI buses, what may be plugged where, and which function is taken.
 *
 * An engine: it is told connection flags, addresses and owners, and answers with addresses or
 * errors. It knows no device, no machine and no configuration file, and it allocates from one arena
 * alone. The rules are libvirt's (9.0 and 11 agree on all that stands here).
 */
#ifndef KILN_LAYOUT_PCI_H
#define KILN_LAYOUT_PCI_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/address.h"
#include "model/arena.h"

/*
 * Connection flags. On a device a type bit says what it plugs in as; on a bus, what may be plugged
 * in. The order of the type bits is the order in which an error message names them.
 */
#define PCI_TYPE_PCI       (1u << 0) /* conventional endpoint */
#define PCI_TYPE_PCIE      (1u << 1) /* PCI Express endpoint */
#define PCI_TYPE_ROOT_PORT (1u << 2)
#define PCI_TYPE_UPSTREAM  (1u << 3) /* upstream port of a switch */
#define PCI_TYPE_DOWN      (1u << 4) /* downstream port of a switch */
#define PCI_TYPE_DMI       (1u << 5) /* dmi-to-pci-bridge */
#define PCI_TYPE_PCIE_PCI  (1u << 6) /* pcie-to-pci-bridge */
#define PCI_TYPE_PXB       (1u << 7) /* pci-expander-bus */
#define PCI_TYPE_PXB_PCIE  (1u << 8) /* pcie-expander-bus */
#define PCI_TYPE_BRIDGE    (1u << 9) /* pci-bridge */
#define PCI_TYPE_COUNT     10
#define PCI_TYPE_MASK      ((1u << PCI_TYPE_COUNT) - 1)
#define PCI_TYPE_ENDPOINT  (PCI_TYPE_PCI | PCI_TYPE_PCIE)

#define PCI_AUTO       (1u << 16) /* device: only on such a bus by itself; bus: takes such devices */
#define PCI_HOTPLUG    (1u << 17) /* device: is being hot-plugged; bus: takes hot-plugged devices */
#define PCI_INTEGRATED (1u << 18) /* device: bus 0 only */
#define PCI_AGGREGATE  (1u << 19) /* device: shares a slot with others of its kind */

#define PCI_BUS_MAX      256 /* index of a controller: 0 .. 255 */
#define PCI_SLOT_MAX     32
#define PCI_FUNCTION_MAX 8
#define PCI_ADDR_TEXT    16

/** enum pci_model - models of PCI controllers. */
enum pci_model {
	PCI_MODEL_PCI_ROOT,
	PCI_MODEL_PCIE_ROOT,
	PCI_MODEL_PCI_BRIDGE,
	PCI_MODEL_DMI_TO_PCI_BRIDGE,
	PCI_MODEL_PCIE_TO_PCI_BRIDGE,
	PCI_MODEL_PCIE_ROOT_PORT,
	PCI_MODEL_PCIE_SWITCH_UPSTREAM_PORT,
	PCI_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT,
	PCI_MODEL_PCI_EXPANDER_BUS,
	PCI_MODEL_PCIE_EXPANDER_BUS,
	PCI_MODEL_COUNT,
};

/**
 * struct pci_model_info - a controller model as a bus.
 * @name: libvirt's name.
 * @upstream: how it plugs in: a type bit, perhaps PCI_AGGREGATE; 0 for a root.
 * @accepts: flags of its bus.
 * @min_slot, @max_slot: slots of its bus.
 */
struct pci_model_info {
	const char *name;
	unsigned upstream, accepts;
	unsigned min_slot, max_slot;
};

/** pci_models - indexed by enum pci_model. */
extern const struct pci_model_info pci_models[PCI_MODEL_COUNT];

/** pci_model_find() - the model of that name, or PCI_MODEL_COUNT. */
enum pci_model pci_model_find(const char *name);

/** struct pci_owner - who has a function; compared by address, named in messages. */
struct pci_owner {
	const char *name;
	void *data;
};

/**
 * struct pci_slot - eight functions.
 * @used: functions that are taken. @gone: functions kept for devices that were removed.
 * @aggregate: type bits of the first occupant when it had PCI_AGGREGATE: others of its type may join.
 */
struct pci_slot {
	uint8_t used, gone;
	uint16_t aggregate;
	const struct pci_owner *owner[PCI_FUNCTION_MAX];
};

struct pci_bus {
	enum pci_model model;
	unsigned flags, min_slot, max_slot;
	struct pci_slot slot[PCI_SLOT_MAX];
};

#define PCI_HINT_MAX 16

/**
 * struct pci_set - all buses. Set @arena and @bridge, the rest zero, then pci_set_bus().
 * @bridge: what starts a conventional hierarchy on a PCI Express guest:
 *          PCI_MODEL_PCIE_TO_PCI_BRIDGE, or PCI_MODEL_DMI_TO_PCI_BRIDGE where QEMU lacks it.
 * @can_grow: a search or a reservation may add buses (the dry run).
 * @take_gone: places of removed devices are taken before buses are added, not after.
 * @hint: per flags, the first bus that may have room; a shortcut that never changes a result.
 */
struct pci_set {
	struct arena *arena;
	enum pci_model bridge;
	bool can_grow, take_gone;
	struct pci_bus *bus[PCI_BUS_MAX];
	unsigned count;
	struct {
		unsigned flags, bus;
	} hint[PCI_HINT_MAX];
	unsigned hint_count;
};

/**
 * enum pci_origin - who chose an address.
 * @PCI_AUTOMATIC: a search, or the lock: the strict rules.
 * @PCI_CONFIGURED: a person, or the chipset: endpoints may be mixed.
 */
enum pci_origin { PCI_AUTOMATIC, PCI_CONFIGURED };

/** struct pci_want - a request: who, with which flags, on whose word. */
struct pci_want {
	unsigned flags;
	enum pci_origin origin;
	const struct pci_owner *owner;
};

/** pci_addr_text() - write "01:00.0" into @buf (PCI_ADDR_TEXT bytes) and return it. */
const char *pci_addr_text(const struct pci_addr *addr, char *buf);

/** pci_addr_same() - whether two addresses name the same function. */
bool pci_addr_same(const struct pci_addr *a, const struct pci_addr *b);

/** pci_set_bus() - make bus @index one of that model; @set->count grows to hold it. */
void pci_set_bus(struct pci_set *set, unsigned index, enum pci_model model);

/** pci_fill_holes() - buses without a controller below @set->count become ports or bridges. */
void pci_fill_holes(struct pci_set *set);

/** pci_compatible() - whether a device of these flags may sit on that bus. */
bool pci_compatible(const struct pci_set *set, unsigned bus, unsigned flags,
		    enum pci_origin origin);

/**
 * pci_validate() - whether an address suits: domain, bus, connection, slot range, function.
 * @set: the buses.
 * @addr: the address; not changed.
 * @want: the request.
 * @err: what, why and, with at least one address that would work, how to mend it.
 *
 * Return: 0, or -1 with @err set.
 */
int pci_validate(const struct pci_set *set, const struct pci_addr *addr,
		 const struct pci_want *want, struct err *err) MUST_CHECK;

/**
 * pci_reserve() - take one function.
 * @set: the buses; grows first when the bus does not exist and @set->can_grow.
 * @addr: the function; its bus is raised by one where growth had to put a port in front.
 * @want: the request.
 * @err: as pci_validate(), or who has the function.
 *
 * Return: 0, or -1 with @err set; then nothing was taken.
 */
int pci_reserve(struct pci_set *set, struct pci_addr *addr, const struct pci_want *want,
		struct err *err) MUST_CHECK;

/**
 * pci_reserve_slot() - take all eight functions of a slot.
 *
 * Return: 0, or -1 with @err set; then nothing was taken.
 */
int pci_reserve_slot(struct pci_set *set, struct pci_addr *addr, const struct pci_want *want,
		     struct err *err) MUST_CHECK;

/** pci_keep_gone() - keep a function of a removed device from being handed out by a search. */
void pci_keep_gone(struct pci_set *set, const struct pci_addr *addr);

/** struct pci_found - how pci_reserve_next() came to its answer. */
struct pci_found {
	struct pci_addr addr;
	unsigned grown; /* buses added for it */
	bool took_gone; /* nothing else was left than the place of a removed device */
};

#define PCI_ANY_FUNCTION -1

/**
 * pci_reserve_next() - search from bus 0 and take the first free place.
 * @set: the buses; grows by need when @set->can_grow.
 * @want: the request; its origin must be PCI_AUTOMATIC.
 * @function: a fixed function, or PCI_ANY_FUNCTION.
 * @ret_found: where.
 * @err: that there is no place, and why no bus could be added.
 *
 * Only slots without any function in use are taken, except by PCI_AGGREGATE devices that join
 * their kind. Places of removed devices come last, when no bus can be added either.
 *
 * Return: 0, or -1 with @err set.
 */
int pci_reserve_next(struct pci_set *set, const struct pci_want *want, int function,
		     struct pci_found *ret_found, struct err *err) MUST_CHECK;

/**
 * pci_reserve_on_bus() - take the first free place on one bus.
 * @set: the buses; grows first when the bus does not exist and @set->can_grow.
 * @want: the request; PCI_CONFIGURED mixes endpoints.
 * @bus: the only bus that is searched; one more where growth had to put a port in front.
 * @ret_found: where.
 * @err: that the bus does not suit or is full, with addresses that would do.
 *
 * Return: 0, or -1 with @err set.
 */
int pci_reserve_on_bus(struct pci_set *set, const struct pci_want *want, unsigned bus,
		       struct pci_found *ret_found, struct err *err) MUST_CHECK;

/** pci_release() - give a function back. */
void pci_release(struct pci_set *set, const struct pci_addr *addr);

/** pci_slot_free() - whether no function of the slot is in use. */
bool pci_slot_free(const struct pci_set *set, unsigned bus, unsigned slot);

/** pci_come_first() - say of a slot that is taken that this one, which has it, was the first in it. */
void pci_come_first(struct pci_set *set, const struct pci_addr *addr, const struct pci_want *want);

/** pci_owner_at() - who has a function, or NULL. */
const struct pci_owner *pci_owner_at(const struct pci_set *set, const struct pci_addr *addr);

/** pci_bus_full() - whether each slot of the bus has a function in use. */
bool pci_bus_full(const struct pci_bus *bus);

/**
 * pci_grow() - add buses until @addr->bus exists.
 * @set: the buses.
 * @addr: its bus may be raised by one, when a port had to come before the bridge.
 * @flags: of the device that needs the bus; they choose the model.
 * @err: that no bus can be added for such a device.
 *
 * Return: how many were added, or -1 with @err set.
 */
int pci_grow(struct pci_set *set, struct pci_addr *addr, unsigned flags,
	     struct err *err) MUST_CHECK;

/**
 * pci_suggest() - write free addresses that a configured device of these flags could have.
 * @set: the buses.
 * @flags: the device's.
 * @most: how many at most.
 * @text: receives "00:04.0, 00:05.0".
 * @size: bytes in @text.
 *
 * Return: how many were written.
 */
unsigned pci_suggest(const struct pci_set *set, unsigned flags, unsigned most, char *text,
		     size_t size);

/** pci_suggest_below() - the same on the buses below @end alone. */
unsigned pci_suggest_below(const struct pci_set *set, unsigned flags, unsigned end, unsigned most,
			   char *text, size_t size);

/**
 * pci_suggest_parent() - write what must be added first, for a device that no bus has room for:
 * "a pcie-root-port; as PCI controller 2 it has 02:00.0 free".
 *
 * Return: whether there is such a thing, and an index for it.
 */
bool pci_suggest_parent(const struct pci_set *set, unsigned flags, char *text, size_t size);

#endif
