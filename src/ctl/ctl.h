/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl.h - kiln-ctl: its command line, what it knows of a VM, and its commands.
 *
 * It holds no privilege of its own: root asks about the VMs in /run/kiln, another user about those in
 * $XDG_RUNTIME_DIR/kiln. What QEMU says is looked at before it is printed.
 */
#ifndef KILN_CTL_CTL_H
#define KILN_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "host/netlink_tc.h"
#include "host/rundir.h"
#include "host/state.h"

#define CTL_PROGRAM     "kiln-ctl"
#define CTL_VMS_MAX     4096 /* VMs of a host that a list shows */
#define CTL_STATUS_MAX  32 /* bytes of QEMU's word for its state */
#define CTL_UNIT_MAX    256 /* bytes of the name of a systemd unit: UNIT_NAME_MAX */
#define CTL_TIMEOUT     60 /* seconds for a guest to power off */
#define CTL_TIMEOUT_MAX 86400

enum ctl_command { CTL_STATUS, CTL_STOP, CTL_HELP, CTL_VERSION };

/**
 * struct ctl_options - what was typed.
 * @name: of the VM; NULL = all of them.
 * @timeout: seconds that stop waits for the guest.
 * @force: end QEMU after that.
 */
struct ctl_options {
	enum ctl_command command;
	const char *name;
	unsigned timeout;
	bool json, force;
};

/** enum vm_life - what lock and state file say together. */
enum vm_life {
	VM_RUNNING,
	VM_UNLOCKED, /* its process runs and has given up the lock */
	VM_BUSY, /* the lock is held, and the recorded process is gone: somebody starts or cleans */
	VM_ENDED,
	VM_LIFE_COUNT,
};

/**
 * struct vm_limits - of an interface, as the guest sees it.
 * @sys_errno: why they are not known; 0 = they are. -1: nobody looked.
 * @inbound, @outbound: rate 0 = none.
 */
struct vm_limits {
	int sys_errno;
	struct tc_limit inbound, outbound;
};

/**
 * struct vm_status - a VM on this host.
 * @dir: closed; says where.
 * @state: from the state file.
 * @limits: of its interfaces, in their order; of a VM that runs.
 * @since: when its process was started, seconds since 1970; 0 = it does not run.
 * @age: seconds for which it has been running.
 * @unit: systemd unit or scope of the process, "" = none.
 * @registered: systemd-machined knows the VM by its name and process.
 * @qemu: QEMU's word for its state, or "" with @qemu_errno, why there is none; 0: it was not asked.
 */
struct vm_status {
	struct rundir dir;
	struct state state;
	struct vm_limits limits[STATE_IFACE_MAX];
	enum vm_life life;
	int64_t since, age;
	char unit[CTL_UNIT_MAX];
	bool registered;
	char qemu[CTL_STATUS_MAX];
	int qemu_errno;
};

/** enum vm_ask - whether QEMU is asked for the guest's state, and the kernel for limits of its interfaces. */
enum vm_ask { VM_ASK_ALL, VM_ASK_NOTHING };

/**
 * options_parse() - read argv. Return: 0, or -1 with ERR_USAGE.
 */
int options_parse(struct ctl_options *options, char **argv, struct err *err) MUST_CHECK;

/** options_help() - the text of --help. */
const char *options_help(void);

/**
 * status_read() - look at a VM.
 * @vm: filled.
 * @name: its name.
 * @ask: what else; QEMU is waited for where its monitor is in use.
 * @err: ERR_HOST, ERR_USAGE for a bad name.
 *
 * Return: 0, 1 there is no such VM, or -1.
 */
int status_read(struct vm_status *vm, const char *name, enum vm_ask ask,
		struct err *err) MUST_CHECK;

/**
 * status_text() - print one VM in lines for people. Return: 0, or -1 with ERR_HOST.
 */
int status_text(const struct vm_status *vm, struct err *err) MUST_CHECK;

/** status_line() - the same in one line; NULL: its heading. Return: 0, or -1 with ERR_HOST. */
int status_line(const struct vm_status *vm, struct err *err) MUST_CHECK;

/** status_json() - the same as a JSON object in one line. Return: 0, or -1 with ERR_HOST. */
int status_json(const struct vm_status *vm, struct err *err) MUST_CHECK;

/** output() - write to standard output. Return: 0, or -1 with ERR_HOST. */
int output(const char *text, size_t len, struct err *err) MUST_CHECK;

/** unknown_vm() - refuse: there is no VM of that name. Return: -1. */
int unknown_vm(const struct rundir *dir, const char *name, struct err *err);

/* ---- commands: return 0, or -1 with @err ---- */
int command_status(const struct ctl_options *options, struct err *err) MUST_CHECK;
int command_stop(const struct ctl_options *options, struct err *err) MUST_CHECK;

#endif
