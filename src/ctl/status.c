/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.c - what is known of a VM: from its run directory, from /proc, from systemd's files, from the
 * kernel's traffic control and from its monitor. Changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "base/json.h"
#include "base/num.h"
#include "ctl/ctl.h"
#include "host/alive.h"
#include "host/lines.h"
#include "host/message.h"
#include "host/netlink_limits.h"
#include "host/proc.h"

/* sd_machine_get_class(3) and its kin read this file too; one a machine, NAME=VALUE. */
#define MACHINED_PREFIX "/run/systemd/machines/"

/* ---- what systemd knows -------------------------------------------------------------------------- */

/* A unit of a user's manager stands below user@UID.service, so the last name counts. */
static void unit_take(struct vm_status *vm, char *path)
{
	for (char *name = strrchr(path, '/'); name; name = strrchr(path, '/')) {
		const char *dot = strrchr(name, '.');

		if (dot && (!strcmp(dot, ".service") || !strcmp(dot, ".scope")) &&
		    strlen(name + 1) < sizeof(vm->unit)) {
			(void)snprintf(vm->unit, sizeof(vm->unit), "%s", name + 1);
			return;
		}
		*name = '\0';
	}
}

/* Lines are ID:CONTROLLERS:PATH; systemd's is the one of version 2, or the one named after it. */
static void unit_read(struct vm_status *vm)
{
	static struct lines lines;
	char path[64], *line;

	(void)snprintf(path, sizeof(path), "/proc/%ld/cgroup", (long)vm->state.pid);
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	lines_begin(&lines, fd);
	while (!vm->unit[0] && lines_next(&lines, &line) == 1) {
		char *controllers = strchr(line, ':');

		if (controllers &&
		    (!strncmp(controllers, "::", 2) || !strncmp(controllers, ":name=systemd:", 14)))
			unit_take(vm, strchr(controllers + 1, ':') + 1);
	}
	if (!ident_is_text(vm->unit, strlen(vm->unit)))
		vm->unit[0] = '\0';
}

static void machined_read(struct vm_status *vm)
{
	static struct lines lines;
	char path[sizeof(MACHINED_PREFIX) + STATE_NAME_MAX], leader[32], *line;

	(void)snprintf(path, sizeof(path), MACHINED_PREFIX "%s", vm->state.vm);
	(void)snprintf(leader, sizeof(leader), "LEADER=%ld", (long)vm->state.pid);
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	lines_begin(&lines, fd);
	while (lines_next(&lines, &line) == 1)
		if (!strcmp(line, leader))
			vm->registered = true;
}

/* ---- what the kernel says of its interfaces ------------------------------------------------------- */

/* As host/shape.c: a macvtap is the guest's own end. */
static int limits_look(struct netlink *nl, const struct state_iface *iface,
		       struct vm_limits *limits)
{
	struct net_link link = {0};
	struct tc_limit leaves, comes_in;
	int ret = netlink_link_get(nl, iface->name, &link);

	/* Another one may have got the name, or it is in another network namespace. */
	if (!ret && link.index != iface->index)
		ret = -ENODEV;
	if (!ret)
		ret = netlink_limits_look(nl, link.index, &leaves, &comes_in);
	if (ret)
		return -ret;
	limits->inbound = strcmp(link.kind, "macvtap") != 0 ? leaves : comes_in;
	limits->outbound = strcmp(link.kind, "macvtap") != 0 ? comes_in : leaves;
	return 0;
}

static void limits_read(struct vm_status *vm, enum vm_ask ask)
{
	bool looks = ask == VM_ASK_ALL && vm->since;
	struct netlink nl;
	int failed = looks ? -netlink_open(&nl) : -1;

	for (unsigned i = 0; i < vm->state.iface_count; i++)
		vm->limits[i].sys_errno =
			failed ? failed : limits_look(&nl, &vm->state.ifaces[i], &vm->limits[i]);
	if (!failed)
		netlink_close(&nl);
}

/* ---- what QEMU says ------------------------------------------------------------------------------ */

/* {"return": {"status": "running", ...}}: words of small letters and '-' (QAPI's RunState). */
static void status_take(struct vm_status *vm, const struct qmp_reply *reply)
{
	struct json_reader reader;
	struct json_token token;

	json_read(&reader, reply->text, reply->len);
	if (json_next(&reader, &token) != JSON_OBJECT)
		return;
	while (json_next(&reader, &token) == JSON_KEY) {
		bool enter = json_equals(&token, "return"), is = json_equals(&token, "status");

		if (!enter && !is && json_skip(&reader, &token))
			return;
		if (enter && json_next(&reader, &token) != JSON_OBJECT)
			return;
		if (is && (json_next(&reader, &token) != JSON_STRING ||
			   json_decode(&token, vm->qemu, sizeof(vm->qemu)) ||
			   strspn(vm->qemu, "abcdefghijklmnopqrstuvwxyz-") != strlen(vm->qemu)))
			vm->qemu[0] = '\0';
		if (is)
			return;
	}
}

static void qemu_ask(struct vm_status *vm)
{
	struct qmp_reply reply;
	CLEANUP_FD int control = -1;
	int ret = alive_control_lock(&vm->dir, proc_now_ms() + ALIVE_ASK_MS, &control);

	if (!ret)
		ret = alive_ask(&vm->dir, QMP_SOCKET, "query-status", &reply);
	if (!ret)
		status_take(vm, &reply);
	if (!vm->qemu[0])
		vm->qemu_errno = ret ? -ret : EPROTO;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static void times_read(struct vm_status *vm)
{
	struct timespec real, boot;
	int64_t start = (int64_t)(vm->state.start / (uint64_t)sysconf(_SC_CLK_TCK));

	if (clock_gettime(CLOCK_REALTIME, &real) || clock_gettime(CLOCK_BOOTTIME, &boot))
		return;
	vm->age = boot.tv_sec - start;
	vm->since = real.tv_sec - vm->age;
}

static void process_look(struct vm_status *vm, bool locked)
{
	CLEANUP_FD int pidfd = state_process(&vm->state, locked ? 0 : STATE_END_MS);

	if (pidfd < 0) {
		vm->life = locked ? VM_BUSY : VM_ENDED;
		return;
	}
	vm->life = locked ? VM_RUNNING : VM_UNLOCKED;
	times_read(vm);
	unit_read(vm);
	machined_read(vm);
}

int status_read(struct vm_status *vm, const char *name, enum vm_ask ask, struct err *err)
{
	int ret;

	state_clear(&vm->state);
	vm->since = vm->age = 0;
	vm->unit[0] = vm->qemu[0] = '\0';
	vm->registered = false;
	vm->qemu_errno = 0;
	if (rundir_locate(&vm->dir, name, err))
		return -1;
	ret = rundir_open(&vm->dir, RUNDIR_LOOK, err);
	if (ret == 2)
		return 1;
	if (ret < 0)
		return -1;
	/* Looking must not keep an `up` from the lock. */
	rundir_unlock(&vm->dir);
	if (state_load(&vm->state, vm->dir.fd, err) < 0) {
		rundir_close(&vm->dir);
		return -1;
	}
	(void)snprintf(vm->state.vm, sizeof(vm->state.vm), "%s", name);
	process_look(vm, ret == 1);
	limits_read(vm, ask);
	if (ask == VM_ASK_ALL && vm->life == VM_RUNNING)
		qemu_ask(vm);
	rundir_close(&vm->dir);
	return 0;
}

/* ---- the command --------------------------------------------------------------------------------- */

struct list {
	char names[CTL_VMS_MAX][STATE_NAME_MAX];
	unsigned count, dropped;
};

static int name_add(void *arg, const char *name)
{
	struct list *list = arg;

	if (!ident_is_valid(IDENT_VM_NAME, name))
		return 0;
	if (list->count == CTL_VMS_MAX)
		list->dropped++;
	else
		(void)snprintf(list->names[list->count++], STATE_NAME_MAX, "%s", name);
	return 0;
}

static int compare_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int list_refuse(const char *path, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot read %s", path);
	err_why(err, "Each VM has a folder there.");
	err_fix(err, "ls -la %s.", path);
	return -1;
}

static int list_read(struct list *list, struct err *err)
{
	struct rundir dir;
	int ret;

	/* Any name does: only the folder above is wanted. */
	if (rundir_locate(&dir, "all", err))
		return -1;
	CLEANUP_FD int fd = open(dir.base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : list_refuse(dir.base, errno, err);
	ret = dir_walk(fd, name_add, list);
	if (ret < 0)
		return list_refuse(dir.base, -ret, err);
	qsort(list->names, list->count, sizeof(list->names[0]), compare_name);
	return 0;
}

static int list_print(struct vm_status *vm, const struct ctl_options *options, struct err *err)
{
	static struct list list;
	unsigned unread = 0;

	if (list_read(&list, err) || (!options->json && status_line(NULL, err)))
		return -1;
	if (options->json && output("[", 1, err))
		return -1;
	for (unsigned i = 0, printed = 0; i < list.count; i++) {
		int ret = status_read(vm, list.names[i], VM_ASK_NOTHING, err);

		if (ret < 0) {
			message_error(CTL_PROGRAM, err);
			unread++;
		}
		if (ret) /* or it has ended meanwhile */
			continue;
		if (options->json && printed++ && output(",\n", 2, err))
			return -1;
		if (options->json ? status_json(vm, err) : status_line(vm, err))
			return -1;
	}
	if (options->json && output("]\n", 2, err))
		return -1;
	if (!list.dropped && !unread)
		return 0;
	err_set(err, ERR_HOST, "%u VMs are not in the list", list.dropped + unread);
	err_why(err, "It shows at most %d, and those whose state can be read.", CTL_VMS_MAX);
	err_fix(err, "kiln-ctl status NAME.");
	return -1;
}

int command_status(const struct ctl_options *options, struct err *err)
{
	static struct vm_status vm;
	int ret;

	if (!options->name)
		return list_print(&vm, options, err);
	ret = status_read(&vm, options->name, VM_ASK_ALL, err);
	if (ret)
		return ret < 0 ? -1 : unknown_vm(&vm.dir, options->name, err);
	if (options->json ? status_json(&vm, err) || output("\n", 1, err) : status_text(&vm, err))
		return -1;
	if (vm.life == VM_RUNNING)
		return 0;
	err_set(err, ERR_HOST, "VM \"%s\" does not run as it should", vm.state.vm);
	err_why(err, "%s.",
		vm.life == VM_ENDED  ? "It has ended, and its run directory is still there"
		: vm.life == VM_BUSY ? "Its lock is held while its process is gone: it is being "
				       "started or cleaned"
				     : "QEMU runs without its lock, which it must have given up "
				       "itself");
	err_fix(err, "kiln-run down %s.", vm.state.vm);
	return -1;
}
