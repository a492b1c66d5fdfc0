/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open.c - stage open: the image, checked by the image library, and what this target binds late.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/run.h"

#define OWN_PATH "/proc/self/exe" /* proc(5): this program's file, whatever its name is now */

static unsigned char image_buf[META_BYTES_MAX + 65536];

/* Linkers and strip(1) write the section headers last. */
static bool goes_on(int fd)
{
	Elf64_Ehdr elf;
	struct stat st;

	return fd_pread_all(fd, &elf, sizeof(elf), 0) == (ssize_t)sizeof(elf) && elf.e_shoff &&
	       !fstat(fd, &st) &&
	       (uint64_t)st.st_size > elf.e_shoff + (uint64_t)elf.e_shnum * elf.e_shentsize;
}

enum options_own own_image(void)
{
	CLEANUP_FD int fd = open(OWN_PATH, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return OWN_NONE;
	return img_ends(fd) ? OWN_IMAGE : goes_on(fd) ? OWN_CUT : OWN_NONE;
}

static int open_refuse(const char *path, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s", path);
	err_why(err, "The image of the virtual machine is read from it.");
	err_fix(err, "Give the path of an image, NAME.kiln, that you may read.");
	return -1;
}

static int type_refuse(const char *path, mode_t mode, struct err *err)
{
	err_set(err, ERR_HOST, "%s is a %s, not a regular file", path,
		S_ISDIR(mode)    ? "folder"
		: S_ISFIFO(mode) ? "FIFO"
				 : "device");
	err_why(err, "An image is read at several places, and its end is found by its size.");
	err_fix(err, "Give the path of an image, NAME.kiln, that you may read.");
	return -1;
}

/* What people know the program's file by. */
static const char *own_path(void)
{
	static char path[PATH_MAX];
	ssize_t len = readlink(OWN_PATH, path, sizeof(path) - 1);

	path[len > 0 ? len : 0] = '\0';
	return len > 0 ? path : OWN_PATH;
}

int own_refuse(struct err *err)
{
	err_set(err, ERR_IMAGE, "%s: the image behind this program is not whole", own_path());
	err_why(err, "The file goes on behind the program, and does not end as an image does.");
	err_fix(err, "Copy it again, and compare sha256sum on both sides; or name an image.");
	return -1;
}

int image_open(struct run *run, struct err *err)
{
	const char *path = run->options->target ? run->options->target : own_path();
	const char *name = strrchr(path, '/');
	struct stat st;

	run->image = path;
	run->img.fd = open(run->options->target ? path : OWN_PATH,
			   O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (run->img.fd < 0 || fstat(run->img.fd, &st))
		return open_refuse(path, errno, err);
	if (!S_ISREG(st.st_mode))
		return type_refuse(path, st.st_mode, err);
	return img_open(&run->img, run->img.fd, name ? name + 1 : path, image_buf,
			sizeof(image_buf), err);
}

/*
 * Should: open the image once, read it through this descriptor only, and bind the site values.
 * Mustn't: look at anything else of the host, or keep a path to come back to: the file may change.
 */
int stage_open(struct run *run, struct err *err)
{
	if (image_open(run, err))
		return -1;
	facts_init(&run->facts, &run->img);
	run->facts.mode = FACTS_STRICT;
	run->facts.unit[0] = '\0';
	if (run->options->paused)
		run->facts.extra = "-S";
	run->host.img = &run->img;
	run->host.user = &run->user;
	run->host.dir = &run->dir;
	run->host.state = &run->state;
	run->host.accel = ACCEL_AUTO;
	run->host.networks.path = run->options->networks;
	return site_load(run, err);
}
