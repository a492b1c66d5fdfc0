/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * networks.h - the networks that images may name: those of this host, and those that the image brings. What is
 * said of one stands in image/network.h.
 */
#ifndef KILN_HOST_NETWORKS_H
#define KILN_HOST_NETWORKS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "image/network.h"

#define NETWORKS_FILE "/etc/kiln/networks"

/**
 * struct networks - all that is known; zero, with @path set or NULL for NETWORKS_FILE.
 * @list: the host's in the order of its file, then the image's that the host has none of.
 */
struct networks {
	const char *path;
	bool read;
	unsigned count;
	struct network list[NETWORKS_MAX];
};

/**
 * networks_learn() - read the host's file, once, and add what the image knows beyond it.
 * @networks: added to.
 * @known: of an image.
 * @err: ERR_CONFIG with the line of the file, ERR_HOST when it cannot be read; ERR_IMAGE for @known.
 *
 * Return: 0, or -1.
 */
int networks_learn(struct networks *networks, const char *known, struct err *err) MUST_CHECK;

/** networks_find() - the network of that name, or NULL. */
const struct network *networks_find(const struct networks *networks, const char *name);

/** networks_names() - "lan, uplink (FILE), guests (the image)", or "none". */
void networks_names(const struct networks *networks, struct buf *buf);

/** networks_text() - what it is and who says so: "bridge br0, VLANs 10 (/etc/kiln/networks:3)". */
void networks_text(const struct networks *networks, const struct network *network, struct buf *buf);

#endif
