/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * places.h - the address that the file gives a device, in the form of .config.
 */
#ifndef KILN_IMPORT_PLACES_H
#define KILN_IMPORT_PLACES_H

#include "import/state.h"

/** places_text() - "00:05.0", "0:0:0:2", "0:1.2"; NULL = the file gives none. */
const char *places_text(const struct import *import, const struct import_item *item);

/** places_is_built_in() - whether it is where it is, and the lock has no line for it. */
bool places_is_built_in(const struct import *import, const struct import_item *item);

#endif
