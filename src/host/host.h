/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - what every host operation gets and gives.
 *
 * One file of this folder per operation of image/ops.h, which defines `const struct host_op
 * host_NAME`. The interpreter (run/plan.c) finds them by the X-macro; nothing else lists them.
 */
#ifndef KILN_HOST_HOST_H
#define KILN_HOST_HOST_H

#include <linux/capability.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/ident.h"
#include "base/numset.h"
#include "host/caps.h"
#include "host/findings.h"
#include "host/networks.h"
#include "host/rundir.h"
#include "host/state.h"
#include "host/user.h"
#include "image/image.h"
#include "image/slots.h"

/** struct host_made - a file that this start made and that is kept, unless a later step fails. */
struct host_made {
	char path[IDENT_PATH_MAX]; /* "" = none */
	dev_t dev;
	ino_t ino;
};

/**
 * struct host - the VM on this host while it is acquired, checked or released.
 * @img: the image; NULL when only releasing.
 * @user: who QEMU runs as.
 * @dir: the locked run directory.
 * @state: what `state` says; host_record() changes both.
 * @accel: ACCEL_KVM or ACCEL_TCG as soon as the accel operation ran, before that ACCEL_AUTO.
 * @nodes: the NUMA nodes that the operation memory chose; before that, and without, the empty set.
 * @absent: slots of devices that need not be there and are not; /dev/null is in them.
 * @ports: what operations port chose, by index; 0 = none.
 * @networks: what names of networks mean, as soon as an operation network ran.
 * @made: the store, if this start made it; a plan has one at most.
 * @notice: one sentence to be said aloud, or "".
 */
struct host {
	const struct img *img;
	const struct user *user;
	struct rundir *dir;
	struct state *state;
	enum accel_policy accel;
	struct numset nodes;
	struct slot_set absent;
	uint16_t ports[PORTS_MAX];
	struct networks networks;
	struct host_made made;
	char notice[256];
};

/**
 * struct host_op - how one operation is done.
 * @acquire: make it. Descriptors for QEMU go to their slots by host_fd_put(). What outlives the
 *           process is recorded by host_record() before it is made. On failure, slots and records
 *           of this operation are undone by the interpreter, everything else by the function.
 * @check: add everything to @findings that would make @acquire fail; changes nothing.
 * @release: end what a record names, if it is still there and ours; done twice it does no harm.
 *           NULL where everything dies with descriptors.
 * @release_caps: CAP_BIT()s that @release needs; the reaper keeps these and no others.
 */
struct host_op {
	int (*acquire)(struct host *host, const struct op *op, struct err *err);
	void (*check)(struct host *host, const struct op *op, struct findings *findings);
	int (*release)(struct host *host, const char *record, struct err *err);
	uint64_t release_caps;
};

#define HOST_OP_DECLARE(ENUM, name, phase, life, release) extern const struct host_op host_##name;
IMAGE_OPS(HOST_OP_DECLARE)
#undef HOST_OP_DECLARE

/** host_op() - the functions of an operation. */
const struct host_op *host_op(enum op_code code);

/**
 * host_fd_put() - place a descriptor in its slot for QEMU.
 * @slot: its number in QEMU is FD_SLOT_BASE + @slot, and here already.
 * @fd: taken over; closed where it is not the number itself.
 * @err: ERR_HOST.
 *
 * It stays close-on-exec until run/exec.c hands all slots over. No descriptor that lives longer
 * than a step may have a number in the range of the slots: host_fd_reserve() sees to that.
 *
 * Return: 0, or -1.
 */
int host_fd_put(uint32_t slot, int fd, struct err *err) MUST_CHECK;

/**
 * host_fd_reserve() - move a descriptor of the loader's own above the slots.
 * @fd: moved; the old number is closed.
 * @slots: how many slots the plan uses.
 * @err: ERR_HOST.
 *
 * Return: 0, or -1.
 */
int host_fd_reserve(int *fd, uint32_t slots, struct err *err) MUST_CHECK;

/**
 * host_fd_absent() - fill slots of a device that need not be there, because each must be filled.
 * @host: the VM; its @absent gets them.
 * @first, @count: the slots.
 * @err: ERR_HOST.
 *
 * Return: 0, or -1.
 */
int host_fd_absent(struct host *host, uint32_t first, uint32_t count, struct err *err) MUST_CHECK;

/** host_fd_drop() - close a range of slots; those that are empty are passed over. */
void host_fd_drop(uint32_t first, uint32_t count);

/**
 * host_forget() - take a record off the state file before its release has ended.
 * @host: the VM. @op, @text: the record.
 * @err: ERR_HOST when the file cannot be written; the record is in it then.
 *
 * For what several VMs record: who leaves it to another one must say so while it still holds the lock
 * under which it looked, or the other one leaves it in turn.
 *
 * Return: 0, or -1.
 */
int host_forget(struct host *host, enum op_code op, const char *text, struct err *err) MUST_CHECK;

/** host_record() - record in the state file what is about to be made. Return: 0, or -1. */
int host_record(struct host *host, enum op_code op, const char *text, struct err *err) MUST_CHECK;

/**
 * host_release_from() - release the records from number @first on, in reverse order.
 * @host: @dir and @state must be set.
 * @first: records below it are kept.
 * @err: the first failure; releasing goes on with the others.
 *
 * Released records leave the state file; those that failed stay in it for the next try.
 *
 * Return: 0, or -1.
 */
int host_release_from(struct host *host, unsigned first, struct err *err) MUST_CHECK;

/**
 * host_clean() - clean after an ended VM: release what its state records, remove the directory.
 * @host: @dir is locked.
 * @err: ERR_HOST; then the directory and what could not be released stay.
 *
 * Return: 0, or -1.
 */
int host_clean(struct host *host, struct err *err) MUST_CHECK;

/** HOST_UNMAKE_CAPS - what host_unmake() needs where the folder is not the caller's. */
#define HOST_UNMAKE_CAPS (CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_DAC_READ_SEARCH))

/**
 * host_unmake() - remove what @host->made names, if it is still that file. For a start that failed.
 *
 * Return: 0, or -1 with ERR_HOST.
 */
int host_unmake(struct host *host, struct err *err) MUST_CHECK;

/**
 * host_mark_mac() - an address that marks an interface as made by Kiln on this host since boot.
 * @mac: six bytes.
 * @first: first byte.
 * @key: what it is for.
 *
 * A fixed hash of the boot id, the network namespace and @key: the same for every VM on this host,
 * different on the next host that may share a network.
 */
void host_mark_mac(unsigned char mac[static 6], unsigned char first, const char *key);

#endif
