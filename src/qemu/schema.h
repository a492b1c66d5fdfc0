/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema.h - walk QEMU's QMP schema by paths (image/needs.h says how they are written).
 */
#ifndef KILN_QEMU_SCHEMA_H
#define KILN_QEMU_SCHEMA_H

#include <jansson.h>

/**
 * schema_index() - entities by name.
 * @reply: the answer of query-qmp-schema.
 *
 * Return: an object, to be released with json_decref().
 */
json_t *schema_index(json_t *reply);

/**
 * schema_find() - follow a path.
 * @schema: of schema_index().
 * @path: as in image/needs.h, below 256 bytes.
 *
 * Return: the entity at its end (for "^VALUE" and "$FLAG" that which has it), or NULL.
 */
const json_t *schema_find(const json_t *schema, const char *path);

#endif
