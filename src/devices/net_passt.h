/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_passt.h - user networking with passt: its rows, and what it adds to the family of network interfaces.
 *
 * For net.c and its other files alone.
 */
#ifndef KILN_DEVICES_NET_PASST_H
#define KILN_DEVICES_NET_PASST_H

#include "devices/net.h"

extern const struct prop_word net_backend_words[];

/** net_passt_prepare() - take the forwarded ports apart for XML, which has a <portForward> for each. */
void net_passt_prepare(struct vm *vm, struct vm_dev *dev, struct net *net);

/** net_passt_emit() - add its operation and the -netdev. */
void net_passt_emit(const struct vm_dev *dev, struct emit *emit);

/* The rows, as they stand in net_props; those of XML alone are libvirt's <portForward>, since 9.0. */
#define NET_PASST_ROWS                                                                    \
	{.name = "backend",                                                               \
	 .sym = "BACKEND",                                                                \
	 .kind = PROP_ENUM,                                                               \
	 .field = offsetof(struct net, backend),                                          \
	 .words = net_backend_words,                                                      \
	 .xml = "backend/@type",                                                          \
	 .when = net_is_user},                                                            \
		{.name = "passt",                                                         \
		 .sym = "PASST",                                                          \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_REQUIRED,                                                  \
		 .rule = RULE(PATH),                                                      \
		 .field = offsetof(struct net, passt.program),                            \
		 .when = net_is_passt},                                                   \
		{.name = "passt-interface",                                               \
		 .sym = "PASST_INTERFACE",                                                \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_SITE,                                                      \
		 .rule = RULE(IFNAME),                                                    \
		 .field = offsetof(struct net, passt.interface),                          \
		 .xml = "source/@dev",                                                    \
		 .site = SITE_IFNAME,                                                     \
		 .when = net_is_passt},                                                   \
		{.name = "passt-log",                                                     \
		 .sym = "PASST_LOG",                                                      \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_REPEAT_FMT | PROP_UNIQUE,                                  \
		 .rule = RULE(PATH),                                                      \
		 .field = offsetof(struct net, passt.log),                                \
		 .xml = "backend/@logFile",                                               \
		 .when = net_is_passt},                                                   \
		{.name = "forwards",                                                      \
		 .sym = "FORWARDS",                                                       \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_XML_LIST,                                                  \
		 .rule = RULE(TEXT),                                                      \
		 .field = offsetof(struct net, forwards),                                 \
		 .joined = NET_FORWARD_PARTS,                                             \
		 .when = net_is_user},                                                    \
		{.name = "shown-protocols",                                               \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_XML_LIST,                                                  \
		 .field = offsetof(struct net, passt.protocols),                          \
		 .xml = "portForward[%u]/@proto"},                                        \
		{.name = "shown-addresses",                                               \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_XML_LIST,                                                  \
		 .field = offsetof(struct net, passt.addresses),                          \
		 .xml = "portForward[%u]/@address"},                                      \
		{.name = "shown-ports",                                                   \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_XML_LIST,                                                  \
		 .field = offsetof(struct net, passt.ports),                              \
		 .xml = "portForward[%u]/range/@start"},                                  \
		{.name = "shown-ends",                                                    \
		 .kind = PROP_STRING,                                                     \
		 .flags = PROP_XML_LIST,                                                  \
		 .field = offsetof(struct net, passt.ends),                               \
		 .xml = "portForward[%u]/range/@end"},                                    \
	{                                                                                 \
		.name = "shown-guest-ports", .kind = PROP_STRING, .flags = PROP_XML_LIST, \
		.field = offsetof(struct net, passt.guest_ports),                         \
		.xml = "portForward[%u]/range/@to"                                        \
	}

/* No item of NETn_FORWARDS has ports that are left out, or is bound to an interface (src/import/forwards.c). */
#define NET_FORWARD_RANGES(head)                                               \
	head "{portForward[%u]/range/@start d}{!portForward[%u]/range/@end}"   \
	     ":{portForward[%u]/range/@to d}" NET_FORWARD_REST "|" head        \
	     "{portForward[%u]/range/@start d}-{portForward[%u]/range/@end d}" \
	     ":{portForward[%u]/range/@to d}" NET_FORWARD_REST
#define NET_FORWARD_REST "{!portForward[%u]/range/@exclude}{!portForward[%u]/@dev}"
#define NET_FORWARD_PARTS                                                                                          \
	NET_FORWARD_RANGES("{portForward[%u]/@proto}:{portForward[%u]/@address 4}:")                               \
	"|" NET_FORWARD_RANGES("{portForward[%u]/@proto}:[{portForward[%u]/@address 6}]:") "|" NET_FORWARD_RANGES( \
		"{portForward[%u]/@proto}{!portForward[%u]/@address}:")

#endif
