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

/** defaults_memory() - the part of it that is about sizes: in Kiln's units, and as QEMU gets them. */
void defaults_memory(struct import *import, xmlNodePtr devices);

/** defaults_firmware() - the part of it that is about <os>: the firmware, and where its variables are. */
void defaults_firmware(struct import *import);

/** defaults_values() - the part of it that gives texts of libvirt's the form that Kiln or the guest has. */
void defaults_values(struct import *import, xmlNodePtr devices);

/** defaults_graphics() - of a <graphics> of SPICE or VNC. */
void defaults_graphics(struct import *import, xmlNodePtr node);

/** defaults_disk_source() - of a <disk>: its source as Kiln writes it, and no words that say nothing. */
void defaults_disk_source(struct import *import, xmlNodePtr disk);

/** defaults_fill() - set a value below an element that is not there. */
void defaults_fill(struct import *import, xmlNodePtr node, const char *path, const char *value);

/** defaults_value() - a value below an element, or "". */
const char *defaults_value(struct import *import, xmlNodePtr node, const char *path);

/** defaults_is() - whether that is the value below an element. */
bool defaults_is(struct import *import, xmlNodePtr node, const char *path, const char *word);

/** defaults_unset() - remove an attribute. */
void defaults_unset(xmlNodePtr node, const char *name);

#endif
