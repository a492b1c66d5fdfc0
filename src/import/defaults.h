/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults.h - what libvirt takes for granted, written out.
 */
#ifndef KILN_IMPORT_DEFAULTS_H
#define KILN_IMPORT_DEFAULTS_H

#include "import/state.h"

/**
 * defaults_apply() - change the tree as libvirt does when it reads a domain, so that all that follows
 *                    reads what is there: units, implicit devices and models, boot order; take out what
 *                    is only the state of a running guest.
 */
void defaults_apply(struct import *import);

/** defaults_counted() - whether the file gives no index of a controller, and the one it has was counted. */
bool defaults_counted(const xmlNode *controller);

/** defaults_forwards() - the part of it that looks at the ports that a passt forwards; @node: <interface>. */
void defaults_forwards(struct import *import, xmlNodePtr node);

/** defaults_devices() - the part of it that looks at each device by itself; puts disks into their order. */
void defaults_devices(struct import *import, xmlNodePtr devices);

#endif
