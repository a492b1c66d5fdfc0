/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults_screen.c - where libvirt lets viewers connect when a domain does not say it.
 */
#include <string.h>

#include "import/defaults.h"

/* libvirt's viewers bring a descriptor, by its daemon; without one they need somewhere to connect. */
static void listen_nowhere(struct import *import, xmlNodePtr node)
{
	const char *name = defaults_value(import, import->root, "name");

	import_note(import, IMPORT_DROPPED, xml_find_element(node, "listen"),
		    arena_fmt(import->arena, "devices/graphics/listen/@type \"%s\"",
			      defaults_value(import, node, "listen/@type")),
		    "a socket below /run, where viewers connect without libvirt");
	defaults_unset(xml_find_element(node, "listen"), "type");
	xml_set(node, "listen/@type", "socket");
	xml_set(node, "listen/@socket",
		arena_fmt(import->arena, "/run/%s-%s.sock", name,
			  defaults_value(import, node, "@type")));
}

/* The address is the network's; a running guest's says which. */
static void listen_on_network(struct import *import, xmlNodePtr node)
{
	xmlNodePtr listen = xml_find_element(node, "listen");
	const char *address = defaults_value(import, listen, "@address");

	import_note(import, *address ? IMPORT_DROPPED : IMPORT_LOST, listen,
		    arena_fmt(import->arena, "devices/graphics/listen/@network \"%s\"",
			      defaults_value(import, listen, "@network")),
		    *address ? "its address is configured"
			     : "libvirt alone knows the address of its network");
	defaults_unset(listen, "network");
	defaults_unset(listen, "type");
	xml_attr(listen, "type", "address");
}

/* libvirt listens nowhere for a SPICE that is given neither a port nor leave to choose one. */
static bool has_no_port(struct import *import, xmlNodePtr node)
{
	return defaults_is(import, node, "@type", "spice") &&
	       !*defaults_value(import, node, "@port") &&
	       !*defaults_value(import, node, "@tlsPort") &&
	       !defaults_is(import, node, "@autoport", "yes");
}

/* libvirt finds a second port where a channel is for TLS alone. */
static bool needs_tls(struct import *import, xmlNodePtr node)
{
	if (!defaults_is(import, node, "@type", "spice"))
		return false;
	if (defaults_is(import, node, "@defaultMode", "secure"))
		return true;
	tree_for_each(child, node)
	{
		if (tree_is(child, "channel") && defaults_is(import, child, "@mode", "secure"))
			return true;
	}
	return false;
}

void defaults_graphics(struct import *import, xmlNodePtr node)
{
	const char *port = defaults_value(import, node, "@port"),
		   *listen = defaults_value(import, node, "@listen");
	bool spice = defaults_is(import, node, "@type", "spice");
	bool vnc = defaults_is(import, node, "@type", "vnc");
	/* VNC without a port has any. */
	bool automatic = defaults_is(import, node, "@autoport", "yes") || strcmp(port, "-1") == 0 ||
			 (vnc && !*port);

	if (!spice && !vnc)
		return;
	if (!xml_find_element(node, "listen"))
		xml_set(node, "listen/@type",
			!*listen && has_no_port(import, node) ? "none" : "address");
	if (defaults_is(import, node, "listen/@type", "none") ||
	    (defaults_is(import, node, "listen/@type", "socket") &&
	     !*defaults_value(import, node, "listen/@socket") &&
	     !*defaults_value(import, node, "@socket")))
		listen_nowhere(import, node);
	if (defaults_is(import, node, "listen/@type", "network"))
		listen_on_network(import, node);
	if (defaults_is(import, node, "listen/@type", "address"))
		defaults_fill(import, node, "listen/@address", *listen ? listen : "127.0.0.1");
	/* The element says it too. */
	if (defaults_is(import, node, "listen/@address", listen))
		defaults_unset(node, "listen");
	if (!automatic || !defaults_is(import, node, "listen/@type", "address"))
		return;
	/* The first free port from the one that is given, else from libvirt's first: one runs on what it found. */
	if (strcmp(port, "-1") == 0 || !*port || defaults_value(import, import->root, "@id")[0])
		defaults_unset(node, "port");
	if (defaults_is(import, node, "@tlsPort", "-1"))
		defaults_unset(node, "tlsPort");
	if (needs_tls(import, node)) {
		defaults_fill(import, node, "@port", "5900");
		defaults_fill(import, node, "@tlsPort", "5901");
	}
	if (!*defaults_value(import, node, "@tlsPort"))
		defaults_fill(import, node, "@port", "5900");
	defaults_unset(node, "autoport");
	xml_attr(node, "autoport", "yes");
}
