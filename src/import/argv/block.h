/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block.h - a graph of block nodes on the way down; for block.c and server.c alone.
 */
#ifndef KILN_IMPORT_ARGV_BLOCK_H
#define KILN_IMPORT_ARGV_BLOCK_H

#include "import/argv/argv.h"

/** struct walk - a graph of nodes on the way down. @prefix: of its rows: "", "backing1-". */
struct walk {
	struct argv *argv;
	xmlNodePtr node;
	struct argv_option *option;
	const char *prefix;
	bool direct, no_flush, buffered, read_only;
	unsigned depth;
};

/** block_set() - set a row of the disk, of the layer that the walk is at. */
void block_set(const struct walk *walk, const char *name, const char *text);

/** block_take() - set a row to a member, which is taken out. */
void block_take(const struct walk *walk, struct node *tree, const char *name, const char *key);

/** block_server() - a node that is on a server. Return: whether its protocol is known. */
bool block_server(const struct walk *walk, struct node *tree, const char *driver);

#endif
