/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - the file `state` of a run directory: who runs, and what outlives the process.
 *
 * Lines key=value, the first being kiln-state=1, the last "end": what is cut off would be left. A line release=OPERATION TEXT is written before
 * the thing that it names is made, so that `kiln-run down` and the next `up` can clean after a
 * crash at any point; OPERATION's release function reads TEXT. A line interface=OWNER NAME INDEX has
 * the network's name behind it where the interface was made for one. Replaced by rename, so that a reader
 * sees an old or a new file and never half of one; not synced, as it lives on a tmpfs and means
 * nothing after a reboot.
 */
#ifndef KILN_HOST_STATE_H
#define KILN_HOST_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/ident.h"
#include "image/ops.h"

#define STATE_FILE       "state"
#define STATE_TEXT_MAX   128
#define STATE_RECORD_MAX OP_MAX /* an operation makes at most one record */
#define STATE_IFACE_MAX  OP_MAX /* and at most one interface */
#define STATE_NAME_MAX   64

/**
 * struct state_record - something to release: @text is what the release function of @op reads.
 * @forgotten: no longer in the file: another VM releases it.
 */
struct state_record {
	enum op_code op;
	char text[STATE_TEXT_MAX];
	bool forgotten;
};

/**
 * struct state_iface - a host interface of the VM: device @owner, interface @name with @index.
 * @network: by whose name it was asked for; "" = none.
 */
struct state_iface {
	char owner[STATE_NAME_MAX], name[16], network[IDENT_NAME_MAX];
	int index;
};

/**
 * struct state - the file in memory.
 * @vm: the VM's name.
 * @pid: of the process that is or becomes QEMU, with @start its start time (host/proc.h).
 * @image: path of the image as it was given.
 * @records: in the order in which things were made; released in reverse.
 * @ifaces: host interfaces, for the rest of the system (DESIGN.md, F01).
 */
struct state {
	char vm[STATE_NAME_MAX];
	pid_t pid;
	uint64_t start;
	char image[4096];
	unsigned record_count, iface_count;
	struct state_record records[STATE_RECORD_MAX];
	struct state_iface ifaces[STATE_IFACE_MAX];
};

/**
 * state_clear() - make it empty.
 *
 * Only what counts is cleared: the arrays are large, and each page that is touched costs more than
 * a system call.
 */
void state_clear(struct state *state);

/**
 * state_load() - read the file `state` in directory @dir.
 *
 * Return: 1 read, 0 there is none, -1 with ERR_HOST when it cannot be read or understood.
 */
int state_load(struct state *state, int dir, struct err *err) MUST_CHECK;

/** state_save() - replace the file. Return: 0, or -1 with ERR_HOST. */
int state_save(const struct state *state, int dir, struct err *err) MUST_CHECK;

/* A process that ends gives its lock back a moment before its end can be seen. */
#define STATE_END_MS 100

/**
 * state_process() - the recorded process.
 * @wait_ms: how long to wait for its end.
 *
 * Return: a descriptor of it (pidfd), or a negative errno when it has ended (also where its parent has
 * not taken notice) or its id is another's.
 */
int state_process(const struct state *state, int wait_ms) MUST_CHECK;

/**
 * state_add_iface() - append a host interface of the VM, in memory.
 * @state: the state.
 * @owner: device identity; a blank in it becomes '_', as blanks part the words of the file.
 * @name: of the interface, as the kernel calls it.
 * @index: its index.
 *
 * For every interface of this host that moves packets of a NIC: taps and macvtaps. What the host has no
 * interface for (user networking, vhost-user, vDPA, a NIC of its own) adds none (behaviours F01). An index
 * that is not known is no entry, and no failure.
 */
void state_add_iface(struct state *state, const char *owner, const char *name, int index);

/** state_add() - append a record, in memory. Return: 0, or -1 with ERR_HOST when it does not fit. */
int state_add(struct state *state, enum op_code op, const char *text, struct err *err) MUST_CHECK;

/** state_iface_of() - the interface of the device @owner, or NULL. */
const struct state_iface *state_iface_of(const struct state *state, const char *owner);

/** state_iface_find() - the interface of that name, or NULL. */
const struct state_iface *state_iface_find(const struct state *state, const char *name);

#endif
