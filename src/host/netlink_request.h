/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_request.h - how rtnetlink requests are built and run; for the files netlink*.c alone.
 */
#ifndef KILN_HOST_NETLINK_REQUEST_H
#define KILN_HOST_NETLINK_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "host/netlink.h"

/** struct request - a request under construction; @attrs holds the largest, the VLANs of a trunk. */
struct request {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct tcmsg tc;
	};
	unsigned char attrs[4096];
};

/** request_begin() - start one of @type, whose fixed part has @body bytes. */
void request_begin(struct request *req, uint16_t type, uint16_t flags, size_t body);

/**
 * attr_add() - append an attribute; one that does not fit makes the request fail when it is run.
 * @data: NULL: @len zero bytes.
 *
 * Return: it, or NULL.
 */
struct rtattr *attr_add(struct request *req, uint16_t type, const void *data, size_t len);

/** attr_begin() - append one whose content are the attributes that follow until attr_end(). */
struct rtattr *attr_begin(struct request *req, uint16_t type);

/** attr_end() - the end of what attr_begin() began; NULL does nothing. */
void attr_end(struct request *req, struct rtattr *attr);

/** attr_text() - copy a text that an answer holds; what is longer than @size - 1 bytes is cut off. */
void attr_text(char *to, size_t size, const struct rtattr *attr);

/** typedef reply_fn - called for each message of an answer but its end. */
typedef void reply_fn(void *arg, const struct nlmsghdr *head);

/** request_walk() - send it and read the answer; @fn may be NULL. Return: 0, or -errno. */
int request_walk(struct netlink *nl, struct request *req, reply_fn *fn, void *arg) MUST_CHECK;

/** request_run() - likewise; @fn gets each interface. Return: 0, or -errno. */
int request_run(struct netlink *nl, struct request *req, link_fn *fn, void *arg) MUST_CHECK;

#endif
