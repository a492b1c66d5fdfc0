/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.c - operation store: a file that belongs to the unit, as the variables of its UEFI.
 *
 * The first start copies it from a template, to a name of its own that takes the final one when all
 * is written, so that no half store is ever found. It stays when the guest ends; when a later step of
 * the start that made it fails, it goes again (host_unmake()).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/file.h"
#include "host/host.h"
#include "host/path.h"

#define COPY_BYTES 65536
#define STORE_MODE 0600

static int template_refuse(const struct op_store *store, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s", store->template);
	err_why(err, "%s is not there yet, and is made as a copy of it.", store->path);
	err_fix(err, "Install what brings the template (on Debian: apt-get install ovmf), or put a "
		     "store in place.");
	return -1;
}

static int make_refuse(const struct op_store *store, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot make %s", store->path);
	err_why(err, "It is made at the first start, for device \"%s\", and kept.", store->owner);
	err_fix(err, "Make its folder, writable for the user who runs kiln-run and nobody else.");
	return -1;
}

static int copy_template(const struct op_store *store, int out, struct err *err)
{
	static char block[COPY_BYTES];
	uid_t owner;
	CLEANUP_FD int in = path_open(store->template, O_RDONLY | O_CLOEXEC | O_NONBLOCK, &owner);
	ssize_t len;

	if (in < 0)
		return template_refuse(store, -in, err);
	while ((len = read(in, block, sizeof(block))) > 0) {
		if (fd_write_all(out, block, (size_t)len) < 0)
			return make_refuse(store, errno, err);
	}
	return len < 0 ? template_refuse(store, errno, err) : 0;
}

static int fill(struct host *host, const struct op_store *store, int out, struct err *err)
{
	if (store->payload) {
		if (img_payload_copy(host->img, store->payload - 1, out, err))
			return -1;
	} else if (copy_template(store, out, err)) {
		return -1;
	}
	return fsync(out) ? make_refuse(store, errno, err) : 0;
}

static int note_made(struct host *host, const struct op_store *store, int out)
{
	struct stat st;

	if (fstat(out, &st))
		return -1;
	(void)snprintf(host->made.path, sizeof(host->made.path), "%s", store->path);
	host->made.dev = st.st_dev;
	host->made.ino = st.st_ino;
	return 0;
}

/* Below the folder that was opened, so that nobody can put another one in its place meanwhile. */
static int make(struct host *host, const struct op_store *store, struct err *err)
{
	char dir[IDENT_PATH_MAX], new[IDENT_PATH_MAX];
	const char *name = strrchr(store->path, '/') + 1;
	uid_t owner;

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - store->path), store->path);
	if (snprintf(new, sizeof(new), "%s.new", name) >= (int)sizeof(new))
		return make_refuse(store, ENAMETOOLONG, err);
	CLEANUP_FD int folder = path_open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, &owner);

	if (folder < 0)
		return make_refuse(store, -folder, err);
	/* One that a crash left. */
	(void)unlinkat(folder, new, 0);
	CLEANUP_FD int out = openat(
		folder, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, STORE_MODE);

	if (out < 0)
		return make_refuse(store, errno, err);
	if (fill(host, store, out, err) == 0) {
		if (note_made(host, store, out) == 0 && renameat(folder, new, folder, name) == 0 &&
		    fsync(folder) == 0)
			return 0;
		(void)make_refuse(store, errno, err);
	}
	(void)unlinkat(folder, new, 0);
	return -1;
}

static struct op_file as_file(const struct op_store *store)
{
	return (struct op_file){.owner = store->owner, .path = store->path};
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_file file = as_file(&op->store);
	int fd = file_open(&file, FILE_LOOK, err);

	if (fd < 0 && err->sys_errno == ENOENT && !make(host, &op->store, err))
		fd = file_open(&file, FILE_LOOK, err);
	return fd < 0 ? -1 : host_fd_put(op->store.fd, fd, err);
}

static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	const struct op_file file = as_file(&op->store);
	const struct op_store *store = &op->store;
	struct err err = {0};
	CLEANUP_FD int fd = file_open(&file, FILE_LOOK, &err);

	if (fd >= 0)
		return;
	if (err.sys_errno != ENOENT) {
		findings_add(findings, &err);
		return;
	}
	if (!file_can_make(store->path)) {
		(void)make_refuse(store, ENOENT, &err);
		findings_add(findings, &err);
	}
	if (!store->payload && access(store->template, R_OK)) {
		(void)template_refuse(store, errno, &err);
		findings_add(findings, &err);
	}
}

const struct host_op host_store = {.acquire = acquire, .check = check};
