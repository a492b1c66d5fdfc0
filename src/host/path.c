/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.c - open a path component by component, looking at the owner of each symbolic link.
 *
 * In: a path that the image or the target named. Out: a descriptor. The kernel opens a path without
 * links by itself (openat2(2), Linux 5.6); only where it meets one is the path walked here.
 */
#include "host/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "base/fd.h"
#include "base/ident.h"

#define LINKS_MAX   40 /* as the kernel's MAXSYMLINKS */
#define CREATE_MODE 0640

/* What is left of the path, and the folder that it counts from. */
struct walk {
	int dir;
	unsigned links;
	char rest[2 * IDENT_PATH_MAX];
};

static int plain_open(int dir, const char *path, int flags)
{
	struct open_how how = {.flags = (unsigned)flags, .resolve = RESOLVE_NO_SYMLINKS};
	int fd;

	if (flags & O_CREAT)
		how.mode = CREATE_MODE;
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

static int folder_replace(struct walk *walk, int fd)
{
	if (walk->dir >= 0)
		(void)close(walk->dir);
	walk->dir = fd;
	return fd < 0 ? fd : 0;
}

static int root_enter(struct walk *walk)
{
	return folder_replace(walk, plain_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* The link behind @link takes the place of its name: what it says goes before @rest. */
static int link_follow(struct walk *walk, int link, const char *rest)
{
	char text[IDENT_PATH_MAX], joined[sizeof(walk->rest)];
	ssize_t len = readlinkat(link, "", text, sizeof(text) - 1);

	if (len < 0)
		return -errno;
	text[len] = '\0';
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	if (snprintf(joined, sizeof(joined), "%s%s%s", text, rest[0] ? "/" : "", rest) >=
	    (int)sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(walk->rest, joined, strlen(joined) + 1);
	return text[0] == '/' ? root_enter(walk) : 0;
}

/* Take one name off the path. Return: 1 the last one was opened to @ret_fd, 0 go on, or -errno. */
static int step(struct walk *walk, int flags, int *ret_fd, uid_t *ret_owner)
{
	char *name = walk->rest + strspn(walk->rest, "/");
	char *end = name + strcspn(name, "/");
	char *rest = end + strspn(end, "/");
	bool last = !*end;
	CLEANUP_FD int fd = -1;
	struct stat st;

	*end = '\0';
	fd = openat(walk->dir, name[0] ? name : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && !(errno == ENOENT && last && (flags & O_CREAT)))
		return -errno;
	if (fd >= 0 && fstat(fd, &st))
		return -errno;
	if (fd >= 0 && S_ISLNK(st.st_mode)) {
		if (geteuid() == 0 && st.st_uid != 0) {
			*ret_owner = st.st_uid;
			return -EPERM;
		}
		return link_follow(walk, fd, rest);
	}
	if (last) {
		*ret_fd = plain_open(walk->dir, name[0] ? name : ".", flags);
		return *ret_fd < 0 ? *ret_fd : 1;
	}
	memmove(walk->rest, rest, strlen(rest) + 1);
	return folder_replace(walk, fd_take(&fd));
}

int path_open(const char *path, int flags, uid_t *ret_owner)
{
	struct walk walk = {.dir = -1};
	int fd = plain_open(AT_FDCWD, path, flags), ret;

	*ret_owner = (uid_t)-1;
	if (fd != -ELOOP)
		return fd;
	(void)snprintf(walk.rest, sizeof(walk.rest), "%s", path);
	ret = root_enter(&walk);
	while (ret == 0)
		ret = step(&walk, flags, &fd, ret_owner);
	if (walk.dir >= 0)
		(void)close(walk.dir);
	return ret == 1 ? fd : ret;
}
