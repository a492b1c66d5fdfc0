/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kubevirt.h - values out of a domain XML into a VirtualMachine, for the files of export/kubevirt*.c alone.
 *
 * What was taken is removed from the XML, so that what is left at the end is what is lost.
 */
#ifndef KILN_EXPORT_KUBEVIRT_H
#define KILN_EXPORT_KUBEVIRT_H

#include <jansson.h>

#include "export/domain.h"

/** enum field_kind - what a value becomes. */
enum field_kind {
	FIELD_WORD, /* a string */
	FIELD_COUNT, /* a number */
	FIELD_STATE, /* yes and on are true, no and off are false */
	FIELD_THERE, /* true where it is there */
	FIELD_EMPTY, /* an empty object where it is there */
	FIELD_NONE, /* nothing: what it says is so there, too */
};

/**
 * struct field - one row: libvirt's word and KubeVirt's. A table ends with a NULL @xml.
 * @xml: a path of xml_find(). @json: members with '.' between; NULL of FIELD_NONE.
 * @words: the values that are known there, with blanks between, each perhaps as LIBVIRT=KUBEVIRT; NULL =
 *         any. Another one is left, and so it is lost. Behind '!' a device with another value is
 *         another device, and is lost as a whole.
 */
struct field {
	const char *xml, *json;
	enum field_kind kind;
	const char *words;
};

/** struct vmachine - a VirtualMachine under construction. @spec: of the machine, @domain: in it. */
struct vmachine {
	struct export *export;
	xmlNodePtr root, devices;
	json_t *spec, *domain;
	const char *name;
	bool pod; /* the pod's network is taken */
};

/** kubevirt_take() - a value, removed from the XML; NULL = not there. */
const char *kubevirt_take(struct arena *arena, xmlNodePtr node, const char *path);

/** kubevirt_knows() - whether no row with '!' has a value that is not known. */
bool kubevirt_knows(struct arena *arena, xmlNodePtr node, const struct field *fields);

/** kubevirt_fields() - take each row's value out of @node into @object. */
void kubevirt_fields(struct arena *arena, xmlNodePtr node, const struct field *fields,
		     json_t *object);

/** kubevirt_set() - set a member, objects on the way made; @value is taken over. */
void kubevirt_set(json_t *object, const char *path, json_t *value);

/** kubevirt_list() - append to a list of @object, made where it is not there; @value is taken over. */
void kubevirt_list(json_t *object, const char *key, json_t *value);

/** kubevirt_label() - a name as Kubernetes wants one: small letters, digits and '-'. */
const char *kubevirt_label(struct arena *arena, const char *text);

/** kubevirt_yaml() - append a document. */
void kubevirt_yaml(const json_t *value, struct text *out);

/** kubevirt_file() - put a file of the payload into the container image, in a folder of it. */
void kubevirt_file(struct vmachine *vm, const char *name, const char *folder);

/** kubevirt_device() - take a device; what stays of it is lost. */
void kubevirt_device(struct vmachine *vm, xmlNodePtr node);

#endif
