/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secret.c - operation secret: read a file or a systemd credential, and hand its content over in a
 * sealed memory file that the user of QEMU alone may open.
 *
 * The content is in this process only while the operation runs: the buffer is wiped on every way
 * out, and no message says anything of it but its length.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/utf8.h"
#include "host/file.h"
#include "host/host.h"
#include "host/memfile.h"

#define CREDENTIALS "CREDENTIALS_DIRECTORY"

/* One byte more, so that a longer file shows. */
static char content[SECRET_BYTES_MAX + 1];

static int refuse(const struct op_secret *secret, struct err *err, const char *what,
		  const char *fix)
{
	err_set(err, ERR_HOST, "secret \"%s\": %s %s", secret->owner, secret->source, what);
	err_why(err, "QEMU would be given a wrong password or key, and say so much later.");
	err_fix(err, "%s", fix);
	return -1;
}

/* The path of a credential; the loader is told its folder by systemd alone. */
static int credential_path(const struct op_secret *secret, char *path, size_t size, struct err *err)
{
	/* secure_getenv(): as for XDG_RUNTIME_DIR (rundir.c). */
	const char *dir = secure_getenv(CREDENTIALS);

	if (!ident_is_valid(IDENT_CREDENTIAL, secret->source)) {
		err_set(err, ERR_IMAGE, "\"%s\" is not a credential name", secret->source);
		err_why(err, "%s", ident_rule(IDENT_CREDENTIAL));
		err_fix(err, "Correct the credential of \"%s\" and compose the image again.",
			secret->owner);
		return -1;
	}
	if (!dir || snprintf(path, size, "%s/%s", dir, secret->source) >= (int)size) {
		err_set(err, ERR_HOST, "secret \"%s\": there is no credential \"%s\"",
			secret->owner, secret->source);
		err_why(err, "systemd names the folder of a unit's credentials in "
			     "$" CREDENTIALS ", which is not set here.");
		err_fix(err, "Write LoadCredential=%s:PATH into the unit that starts kiln-run.",
			secret->source);
		return -1;
	}
	return 0;
}

/* Return: length of what belongs to the secret, or -1. */
static ssize_t line_check(const struct op_secret *secret, size_t len, struct err *err)
{
	size_t end = len;

	if (end && content[end - 1] == '\n')
		end--;
	if (end && end < len && content[end - 1] == '\r')
		end--;
	if (!end)
		return refuse(secret, err, "holds an empty line", "Write the secret into it.");
	for (size_t at = 0; at < end;) {
		size_t step = utf8_len(content + at, end - at);

		if (!step || !ident_is_text(content + at, step))
			return refuse(secret, err, "is not one line of UTF-8 text",
				      "Write one line into it, or compose the image with the form "
				      "RAW or BASE64 of this secret.");
		at += step;
	}
	return (ssize_t)end;
}

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/';
}

/* As qbase64_decode() of QEMU takes it, line feeds between the digits too. */
static ssize_t base64_check(const struct op_secret *secret, size_t len, struct err *err)
{
	size_t digits = 0, pads = 0;
	bool good = true;

	for (size_t i = 0; i < len && good; i++) {
		if (content[i] == '\n')
			continue;
		if (content[i] == '=')
			pads++;
		else
			good = is_base64(content[i]) && !pads;
		digits++;
	}
	if (good && digits && digits % 4 == 0 && pads <= 2)
		return (ssize_t)len;
	return refuse(secret, err, "is not base64", "Write it with: base64 KEY >FILE");
}

static ssize_t content_check(const struct op_secret *secret, size_t len, struct err *err)
{
	if (!len)
		return refuse(secret, err, "is empty", "Write the secret into it.");
	if (len > SECRET_BYTES_MAX)
		return refuse(secret, err, "is longer than 65536 bytes",
			      "Bind the file that holds the secret, and nothing else.");
	if (secret->form == SECRET_LINE)
		return line_check(secret, len, err);
	return secret->form == SECRET_BASE64 ? base64_check(secret, len, err) : (ssize_t)len;
}

/* Fills @content. Return: bytes of the secret, or -1. */
static ssize_t content_read(struct host *host, const struct op_secret *secret, struct err *err)
{
	struct op_file file = {
		.owner = secret->owner, .path = secret->source, .flags = FILE_READ_ONLY};
	bool credential = secret->flags & SECRET_CREDENTIAL;
	char path[IDENT_PATH_MAX];
	CLEANUP_FD int fd = -1;
	struct stat st;
	ssize_t len;

	if (credential) {
		if (credential_path(secret, path, sizeof(path), err))
			return -1;
		file.path = path;
	}
	fd = file_open(&file, FILE_LOOK, err);
	if (fd < 0) {
		if (credential && err->sys_errno == ENOENT)
			err_fix(err, "Write LoadCredential=%s:PATH into the unit.", secret->source);
		return -1;
	}
	len = fd_read_all(fd, content, sizeof(content));
	if (len < 0 || fstat(fd, &st)) {
		err_sys(err, ERR_HOST, errno, "%s", file.path);
		err_why(err, "It is read for secret \"%s\".", secret->owner);
		err_fix(err, "Look whether the file works: ls -l %s.", file.path);
		return -1;
	}
	if (st.st_mode & S_IROTH && !credential)
		(void)snprintf(host->notice, sizeof(host->notice),
			       "secret \"%s\" is no secret: every user of this host may read "
			       "%.120s (chmod o-r)",
			       secret->owner, file.path);
	return content_check(secret, (size_t)len, err);
}

/* Owner and mode, because QEMU opens it by name after the loader's rights are gone. */
static int hand_over(struct host *host, const struct op_secret *secret, size_t len, struct err *err)
{
	CLEANUP_FD int fd = memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CLEANUP_FD int reader = -1;

	if (fd >= 0 && fd_write_all(fd, content, len) == 0) {
		reader = memfile_seal(fd);
		if (reader < 0)
			errno = -reader;
	}
	if (reader >= 0 && !fchmod(fd, 0400) &&
	    (!host->user->change || !fchown(fd, host->user->uid, host->user->gid)))
		return host_fd_put(secret->fd, fd_take(&reader), err);
	err_sys(err, ERR_HOST, errno, "secret \"%s\": cannot make a memory file of it",
		secret->owner);
	err_why(err, "Secrets reach QEMU in sealed memory files of its user, which need memory, a "
		     "mounted /proc, and for another user CAP_CHOWN.");
	err_fix(err, "Free memory (free -m), mount /proc, start kiln-run as the real root.");
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	ssize_t len = content_read(host, &op->secret, err);
	int ret = len < 0 ? -1 : hand_over(host, &op->secret, (size_t)len, err);

	explicit_bzero(content, sizeof(content));
	return ret;
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err = {0};

	if (content_read(host, &op->secret, &err) < 0)
		findings_add(findings, &err);
	explicit_bzero(content, sizeof(content));
}

const struct host_op host_secret = {.acquire = acquire, .check = check};
