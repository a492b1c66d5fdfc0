/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_fixture.h - a kernel that keeps the requests and gives the answers that a test has laid out. For tests
 * linked with -Wl,--wrap=sendto,--wrap=recvfrom,--wrap=__recvfrom_chk.
 */
#ifndef TESTS_NETLINK_FIXTURE_H
#define TESTS_NETLINK_FIXTURE_H

#include "cm.h"

#include <errno.h>
#include <sys/socket.h>

#include <linux/netlink.h>

#include "host/netlink.h"

#define SENT_MAX 4

ssize_t __wrap_sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *to,
		      socklen_t to_len);
ssize_t __wrap_recvfrom(int fd, void *data, size_t len, int flags, struct sockaddr *from,
			socklen_t *from_len);

ssize_t __wrap___recvfrom_chk(int fd, void *data, size_t len, size_t size, int flags,
			      struct sockaddr *from, socklen_t *from_len);

static struct {
	unsigned char data[4096];
	size_t len;
} sent[SENT_MAX];
static unsigned count;
static int answer;
_Alignas(struct nlmsghdr) static unsigned char told
	[SENT_MAX][4096]; /* a message that comes before the end of an answer */

ssize_t __wrap_sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *to,
		      socklen_t to_len)
{
	(void)fd;
	(void)flags;
	(void)to;
	(void)to_len;
	assert_true(count < SENT_MAX && len <= sizeof(sent[0].data));
	memcpy(sent[count].data, data, len);
	sent[count++].len = len;
	return (ssize_t)len;
}

ssize_t __wrap_recvfrom(int fd, void *data, size_t len, int flags, struct sockaddr *from,
			socklen_t *from_len)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} end = {.head = {.nlmsg_len = sizeof(end), .nlmsg_type = NLMSG_ERROR},
		 .error = {.error = answer}};
	unsigned char *to = data, *before = told[count - 1];
	size_t before_len = ((struct nlmsghdr *)(void *)before)->nlmsg_len;
	size_t number = offsetof(struct nlmsghdr, nlmsg_seq);

	(void)fd;
	(void)flags;
	memset(from, 0, *from_len);
	assert_true(len >= before_len + sizeof(end));
	memcpy(to, before, before_len);
	memcpy(to + before_len, &end, sizeof(end));
	memcpy(to + before_len + number, sent[count - 1].data + number, sizeof(end.head.nlmsg_seq));
	if (before_len)
		memcpy(to + number, sent[count - 1].data + number, sizeof(end.head.nlmsg_seq));
	return (ssize_t)(before_len + sizeof(end));
}

/* The same with _FORTIFY_SOURCE. */
ssize_t __wrap___recvfrom_chk(int fd, void *data, size_t len, size_t size, int flags,
			      struct sockaddr *from, socklen_t *from_len)
{
	assert_true(len <= size);
	return __wrap_recvfrom(fd, data, len, flags, from, from_len);
}

/* @hex: bytes in hexadecimal with blanks; "........" stands for the request's number. */
static void assert_sent(unsigned number, const char *hex)
{
	static char text[2 * sizeof(sent[0].data) + 1];
	size_t at = 0;

	assert_true(number < count);
	for (size_t i = 0; i < sent[number].len; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", sent[number].data[i]);
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		if (*hex != '.')
			assert_int_equal(text[at], *hex);
		at++;
	}
	assert_int_equal(at, 2 * sent[number].len);
}

#endif
