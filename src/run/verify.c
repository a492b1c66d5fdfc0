/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - stage verify: does this image belong on this host? Changes nothing, so that `check`
 * does the same.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/capability.h>

#include "host/caps.h"
#include "run/run.h"

static int arch_check(struct run *run, struct err *err)
{
	struct utsname host;

	if (uname(&host))
		return err_sys(err, ERR_HOST, errno, "uname");
	if (!strcmp(host.machine, run->img.meta[META_HOST_ARCH]))
		return 0;
	err_set(err, ERR_HOST, "the image is for a %s host, and this one is %s",
		run->img.meta[META_HOST_ARCH], host.machine);
	err_why(err,
		"The board of an image says which QEMU and which accelerator there are "
		"(board %s).",
		run->img.meta[META_BOARD]);
	err_fix(err, "Compose it for a board of this architecture.");
	return -1;
}

static int user_check(struct run *run, struct err *err)
{
	return user_find(run->img.meta[META_RUN_USER], &run->user, err);
}

/* Root of a unit or a container with a list of capabilities may lack them, and what asks for another user then lies. */
static int become_check(struct run *run, struct err *err)
{
	if (!run->user.change || (caps_have(CAP_SETUID) && caps_have(CAP_SETGID)))
		return 0;
	err_sys(err, ERR_HOST, EPERM, "cannot become user \"%s\"", run->user.name);
	err_why(err, "QEMU never runs as root, and for another user root needs CAP_SETUID and "
		     "CAP_SETGID.");
	err_fix(err, "Add both to CapabilityBoundingSet= of the unit, or start kiln-run as an "
		     "ordinary user.");
	return -1;
}

/* As the user that will execute it; after the drop of privileges it is too late to be told. */
static int qemu_check(struct run *run, struct err *err)
{
	const char *qemu = run->img.meta[META_QEMU];
	int ret = user_may(&run->user, qemu, USER_EXECUTE);

	if (!ret || ret == -ENOSYS)
		return 0;
	if (ret == -ENOENT || ret == -ENOTDIR) {
		err_sys(err, ERR_NOT_FOUND, -ret, "%s", qemu);
		err_why(err, "The image was composed for board %s, which has QEMU %s there.",
			run->img.meta[META_BOARD], run->img.meta[META_QEMU_VERSION]);
		err_fix(err, "Install QEMU (apt-get install qemu-system), or correct "
			     "CONFIG_BOARD_QEMU and compose again.");
		return -1;
	}
	err_sys(err, ERR_EXEC, -ret, "%s%s%s", qemu, run->user.name[0] ? " as user " : "",
		run->user.name);
	err_why(err, "QEMU must be executable for the user that it runs as.");
	err_fix(err, "chmod a+rx %s, and the same for each folder above it.", qemu);
	return -1;
}

static int (*const checks[])(struct run *, struct err *) = {
	arch_check,
	user_check, /* before qemu_check(), which asks in this user's name */
	become_check,
	qemu_check,
};

/*
 * Should: refuse here whatever can be known without changing anything.
 * Mustn't: acquire; what is found here may be gone when it is needed, so the steps look again.
 */
int stage_verify(struct run *run, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i](run, err)) {
			err_ctx(err, "%s", run->img.path);
			return -1;
		}
	if (site_check(run, err)) {
		err_ctx(err, "%s", run->img.path);
		return -1;
	}
	return 0;
}

bool verify_all(struct run *run, struct findings *findings)
{
	bool startable = true;
	struct err err;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i](run, &err)) {
			findings_add(findings, &err);
			/* Whoever QEMU shall run as, it can be asked what it has. */
			startable &= checks[i] == user_check;
		}
	site_check_all(run, findings);
	return startable;
}
