/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * executable.c - loader, zeros up to a page, image.
 *
 * In: the file of a kiln-run, an image. Out: a file that is both. What stands in front of the image
 * is not part of it: the image's bytes do not depend on the loader.
 */
#include "kiln/executable.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "image/format.h"
#include "kiln/command.h"

static const struct {
	const char *arch;
	uint16_t machine;
} machines[] = {
	{"x86_64", EM_X86_64},
	{"aarch64", EM_AARCH64},
};

/* Whether the file is a 64-bit program of that architecture (elf(5)). */
static bool is_program(int fd, const char *arch)
{
	Elf64_Ehdr head;

	if (fd_pread_all(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (strcmp(machines[i].arch, arch) == 0)
			return le16toh(head.e_machine) == machines[i].machine;
	}
	return false;
}

static int loader_refuse(struct err *err, const char *loader, const char *arch, const char *what)
{
	(void)err_set(err, ERR_CONFIG, "%s%s%s", loader ? loader : "", loader ? ": " : "", what);
	err_sym(err, "CONFIG_IMAGE_EXECUTABLE");
	err_check(err, "image-executable");
	err_why(err, "One file for the target begins with the kiln-run that runs there, on %s.",
		arch);
	err_fix(err,
		"Build it (make programs, make target-%s), name one with --loader FILE, or "
		"switch CONFIG_IMAGE_EXECUTABLE off.",
		arch);
	return -1;
}

/* A loader of the architecture, opened; @ret_size: its bytes. */
static int open_loader(const char *loader, const char *arch, off_t *ret_size, struct err *err)
{
	struct stat st;
	int fd = open(loader, O_RDONLY | O_CLOEXEC);
	const char *what = NULL;

	if (fd < 0)
		return loader_refuse(err, loader, arch, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !is_program(fd, arch))
		what = "is no program for the target";
	/* An executable image is a loader too, but with another image behind it. */
	else if (img_ends(fd))
		what = "has an image of its own at its end";
	if (!what) {
		*ret_size = st.st_size;
		return fd;
	}
	(void)close(fd);
	return loader_refuse(err, loader, arch, what);
}

/* Beside kiln when it is installed; in a build, that of the host or of another architecture. */
static int find_loader(struct arena *arena, const char *arch, off_t *ret_size, struct err *err)
{
	struct err_list errs = {.arena = arena};
	const char *dir = exe_dir(arena, &errs);

	if (!dir)
		return loader_refuse(err, NULL, arch, "where kiln is cannot be found");
	const char *const paths[] = {
		arena_fmt(arena, "%s/kiln-run", dir),
		arena_fmt(arena, "%s/kiln-run-%s", dir, arch),
		arena_fmt(arena, "%s/../../target/bin/kiln-run", dir),
		arena_fmt(arena, "%s/../../target-%s/bin/kiln-run", dir, arch),
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = open_loader(paths[i], arch, ret_size, err);

		if (fd >= 0)
			return fd;
	}
	return loader_refuse(err, NULL, arch, "there is no kiln-run for the target");
}

static int copy(int from, int to, off_t at, off_t *ret_size, struct err *err)
{
	static char buf[1 << 20];
	ssize_t len;

	*ret_size = 0;
	while ((len = fd_pread_all(from, buf, sizeof(buf), *ret_size)) > 0) {
		if (fd_pwrite_all(to, buf, (size_t)len, at + *ret_size) != 0)
			break;
		*ret_size += len;
	}
	if (!len)
		return 0;
	(void)err_sys(err, ERR_HOST, errno, "writing the executable image");
	err_why(err, "Loader and image are copied into one file.");
	err_fix(err, "Free disk space, or build elsewhere with O=DIR.");
	return -1;
}

int executable_write(struct output *out, const char *name, const char *loader, const char *arch,
		     int image, struct err *err)
{
	off_t size = 0, at, copied;
	CLEANUP_FD int from = loader ? open_loader(loader, arch, &size, err)
				     : find_loader(out->arena, arch, &size, err);
	int to = from >= 0 ? output_file(out, name, err) : -1;

	if (to < 0)
		return -1;
	at = (size + IMG_ALIGN - 1) / IMG_ALIGN * IMG_ALIGN;
	if (copy(from, to, 0, &copied, err) < 0 || copy(image, to, at, &copied, err) < 0)
		return -1;
	return output_executable(to, name, err);
}
