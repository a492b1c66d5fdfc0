/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema_paths.h - a QMP schema and paths into it, for the two programs that walk one: the composer's probe
 * and the loader's check must find the same.
 */
#ifndef KILN_TESTS_SCHEMA_PATHS_H
#define KILN_TESTS_SCHEMA_PATHS_H

#include <stdbool.h>
#include <string.h>

/* In the form of query-qmp-schema: types have numbers in place of names. */
static const char schema_text[] =
	"[{'name':'device_add','meta-type':'command','arg-type':'1','features':['json-cli']},"
	"{'name':'chardev-add','meta-type':'command','arg-type':'2','ret-type':'[9]'},"
	"{'name':'1','meta-type':'object','members':[{'name':'driver','type':'str'}]},"
	"{'name':'2','meta-type':'object','members':[{'name':'backend','type':'3'}]},"
	"{'name':'3','meta-type':'object','tag':'type','members':[{'name':'type','type':'4'}],"
	"'variants':[{'case':'file','type':'5'},{'case':'pty','type':'0'}]},"
	"{'name':'4','meta-type':'enum','values':['file','pty']},"
	"{'name':'5','meta-type':'object','members':[{'name':'append','type':'bool'}]},"
	"{'name':'bool','meta-type':'builtin'},{'name':'str','meta-type':'builtin'},"
	"{'name':'[9]','meta-type':'array','element-type':'4'}]";

static const struct {
	const char *path;
	bool found;
} paths[] = {
	{"device_add", true},
	{"device_add/$json-cli", true},
	{"device_add/$json-cli-hotplug", false},
	{"device_add/arg-type/driver", true},
	{"device_add/arg-type/bus", false},
	{"device_add/ret-type", false},
	{"device_del", false},
	{"chardev-add/arg-type/backend/type", true},
	{"chardev-add/arg-type/backend/type/^pty", true},
	{"chardev-add/arg-type/backend/type/^vc", false},
	{"chardev-add/arg-type/backend/+file/append", true},
	{"chardev-add/arg-type/backend/+pty", false}, /* the empty object is not in this schema */
	{"chardev-add/arg-type/backend/+file/append/^on", false},
	{"chardev-add/ret-type/^file", true}, /* a list is its element */
	{"chardev-add/ret-type/type", false},
	{"", false},
	{"device_add/", false},
};

/* The schema with JSON's quotes; @text has as many bytes as schema_text. */
static inline void schema_json(char *text)
{
	memcpy(text, schema_text, sizeof(schema_text));
	for (char *at = text; *at; at++) {
		if (*at == '\'')
			*at = '"';
	}
}

#endif
