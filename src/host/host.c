/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.c - what operations share: slots of descriptors, records, releasing.
 */
#include "host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/path.h"
#include "image/checksum.h"

static int fd_refuse(struct err *err, int number)
{
	err_sys(err, ERR_HOST, errno, "cannot place a descriptor at number %d", number);
	err_why(err, "QEMU gets its devices as numbered descriptors, and their count is limited by "
		     "RLIMIT_NOFILE.");
	err_fix(err, "Raise the limit: ulimit -n %d, or LimitNOFILE= in the unit.", number + 64);
	return -1;
}

int host_fd_put(uint32_t slot, int fd, struct err *err)
{
	int number = FD_SLOT_BASE + (int)slot;

	if (fd == number)
		return 0;
	if (dup3(fd, number, O_CLOEXEC) < 0) {
		(void)fd_refuse(err, number);
		(void)close(fd);
		return -1;
	}
	(void)close(fd);
	return 0;
}

int host_fd_reserve(int *fd, uint32_t slots, struct err *err)
{
	int lowest = FD_SLOT_BASE + (int)slots;
	int moved;

	if (*fd >= lowest)
		return 0;
	moved = fcntl(*fd, F_DUPFD_CLOEXEC, lowest);
	if (moved < 0)
		return fd_refuse(err, lowest);
	(void)close(*fd);
	*fd = moved;
	return 0;
}

int host_fd_absent(struct host *host, uint32_t first, uint32_t count, struct err *err)
{
	for (uint32_t slot = first; slot < first + count; slot++) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (fd < 0) {
			err_sys(err, ERR_HOST, errno, "/dev/null");
			err_why(err, "It stands in for what QEMU does without.");
			err_fix(err, "Mount /dev.");
			return -1;
		}
		if (host_fd_put(slot, fd, err))
			return -1;
		slot_set_add(&host->absent, slot);
	}
	return 0;
}

void host_fd_drop(uint32_t first, uint32_t count)
{
	for (uint32_t slot = first; slot < first + count; slot++)
		(void)close(FD_SLOT_BASE + (int)slot);
}

int host_record(struct host *host, enum op_code op, const char *text, struct err *err)
{
	if (state_add(host->state, op, text, err))
		return -1;
	return state_save(host->state, host->dir->fd, err);
}

int host_forget(struct host *host, enum op_code op, const char *text, struct err *err)
{
	struct state *state = host->state;
	struct state_record *found = NULL;

	for (unsigned i = 0; !found && i < state->record_count; i++) {
		if (state->records[i].op == op && strcmp(state->records[i].text, text) == 0)
			found = &state->records[i];
	}
	if (!found)
		return 0;
	found->forgotten = true;
	if (state_save(state, host->dir->fd, err) == 0)
		return 0;
	found->forgotten = false;
	return -1;
}

int host_release_from(struct host *host, unsigned first, struct err *err)
{
	struct state *state = host->state;
	unsigned kept = 0, end = state->record_count;
	int ret = 0;

	for (unsigned i = end; i > first; i--) {
		struct state_record *record = &state->records[i - 1];
		const struct host_op *op = host_op(record->op);
		struct err failure;

		if (op->release && op->release(host, record->text, &failure)) {
			/* Failed ones gather at the end, in their order. */
			state->records[end - ++kept] = *record;
			if (!ret)
				*err = failure;
			ret = -1;
		}
	}
	memmove(&state->records[first], &state->records[end - kept],
		kept * sizeof(state->records[0]));
	state->record_count = first + kept;
	return ret;
}

int host_clean(struct host *host, struct err *err)
{
	struct err ignored;
	int loaded = state_load(host->state, host->dir->fd, err);

	if (loaded < 0)
		return -1;
	if (host_release_from(host, 0, err)) {
		/* The old file names at least what is left, if the new one cannot be written. */
		(void)!state_save(host->state, host->dir->fd, &ignored);
		return -1;
	}
	return rundir_remove(host->dir, err);
}

static int unmake_refuse(const struct host_made *made, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot remove %s", made->path);
	err_why(err, "This start made it, and failed afterwards.");
	err_fix(err, "Remove it, or leave it for the next start, which takes it as it is.");
	return -1;
}

int host_unmake(struct host *host, struct err *err)
{
	const struct host_made *made = &host->made;
	char dir[IDENT_PATH_MAX];
	const char *name;
	struct stat st;
	uid_t owner;

	if (!made->path[0])
		return 0;
	name = strrchr(made->path, '/') + 1;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - made->path), made->path);
	CLEANUP_FD int folder = path_open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, &owner);

	if (folder < 0)
		return unmake_refuse(made, -folder, err);
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : unmake_refuse(made, errno, err);
	/* Somebody else's by now. */
	if (st.st_dev != made->dev || st.st_ino != made->ino)
		return 0;
	return unlinkat(folder, name, 0) ? unmake_refuse(made, errno, err) : 0;
}

void host_mark_mac(unsigned char mac[static 6], unsigned char first, const char *key)
{
	uint64_t hash;
	char text[256], boot[64];
	struct stat ns = {0};

	if (fd_read_file("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)) < 0)
		boot[0] = '\0';
	(void)stat("/proc/self/ns/net", &ns);
	(void)snprintf(text, sizeof(text), "kiln link %s %llu %s", boot,
		       (unsigned long long)ns.st_ino, key);
	hash = img_checksum(text, strlen(text));
	memcpy(mac, &hash, 6);
	mac[0] = first;
}
