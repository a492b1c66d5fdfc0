/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read.h - a domain XML that anybody may have written, as a tree; refused before it costs memory or time.
 */
#ifndef KILN_IMPORT_READ_H
#define KILN_IMPORT_READ_H

#include "domain/xml.h"
#include "model/errlist.h"

#define READ_BYTES_MAX    (8u << 20)
#define READ_DEPTH_MAX    32
#define READ_VALUES_MAX   100000
#define READ_CHILDREN_MAX 2048
#define READ_ATTRS_MAX    64
#define READ_VALUE_MAX    65536

/**
 * read_domain() - read a file.
 * @arena: for messages. @path: the file, "-" is standard input.
 * @errs: that it cannot be read, is no domain XML, has a document type (no entity is ever looked at), or
 *        exceeds a limit; with the line.
 *
 * Return: the element <domain>, released with xml_free(); NULL with an error.
 */
xmlNodePtr read_domain(struct arena *arena, const char *path, struct err_list *errs) MUST_CHECK;

#endif
