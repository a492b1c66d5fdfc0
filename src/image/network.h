/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network.h - what the name of a network means, as text: a line of the host's file, an item of an image.
 *
 * In the file of the host a network is a line: its name, then what it is. In an image the same, with "; "
 * between two networks.
 *
 *   lan     bridge=br0 vlan=10
 *   guests  bridge=br0 trunk=20,30-39 isolated
 *   uplink  macvtap=eth1 mode=bridge
 *
 * vlan: the one VLAN whose frames have no tag; trunk: VLANs with tags; isolated: no frames from and to other
 * isolated ports. mode: bridge (the default), vepa, private or passthrough.
 */
#ifndef KILN_IMAGE_NETWORK_H
#define KILN_IMAGE_NETWORK_H

#include "base/err.h"
#include "base/ident.h"
#include "base/vlan.h"
#include "image/ops.h"

#define NETWORK_DEVICE_MAX 16 /* IFNAMSIZ, linux/if.h */

enum network_kind { NETWORK_BRIDGE, NETWORK_MACVTAP };

/**
 * struct network - what a name means.
 * @device: the bridge, or the interface that macvtaps sit on.
 * @flags: of op_tap: TAP_UNTAGGED, TAP_ISOLATED. @vlans: of op_tap. Both of a bridge.
 * @mode: of macvtaps.
 * @line: of the host's file; 0 = the image says it.
 */
struct network {
	char name[IDENT_NAME_MAX], device[NETWORK_DEVICE_MAX], vlans[VLAN_LIST_MAX];
	enum network_kind kind;
	enum macvtap_mode mode;
	uint32_t flags;
	unsigned line;
};

/**
 * network_parse() - take a line apart, which it changes.
 *
 * Return: 0, or -1 with ERR_CONFIG.
 */
int network_parse(struct network *network, char *line, struct err *err) MUST_CHECK;

/**
 * network_next() - the next network of an image's text.
 * @list: what is left of it; moved behind the network.
 *
 * Return: 1, 0 at the end, or -1 with ERR_CONFIG.
 */
int network_next(const char **list, struct network *ret, struct err *err) MUST_CHECK;

/** network_attach() - the operation tap or macvtap that an interface in the network is. */
void network_attach(const struct network *network, const struct op_attach *attach, struct op *ret);

#endif
