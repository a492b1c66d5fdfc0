/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_session.h - what the two halves of a probe share: the session and the lines found so far.
 */
#ifndef KILN_QEMU_PROBE_SESSION_H
#define KILN_QEMU_PROBE_SESSION_H

#include "qemu/qmp.h"

/**
 * struct probe - one probe.
 * @qemu: the program; @qmp: its present session; @sessions: how many there were.
 * @major: of its version; @minor.
 * @lines: "KIND NAME"; sorted once everything was asked.
 */
struct probe {
	const char *qemu;
	struct qmp qmp;
	unsigned sessions, major, minor;
	struct arena *arena;
	const char **lines;
	size_t count;
	json_t *values; /* noted by probe_note_value() */
	struct err *err;
};

/** probe_begin() - start QEMU with that machine and nothing else. Return: 0, or -1. */
int probe_begin(struct probe *probe, const char *machine) MUST_CHECK;

/** probe_ask() - qmp_command(). */
json_t *probe_ask(struct probe *probe, const char *command, json_t *args) MUST_CHECK;

/** probe_add() - the line "KIND NAME". Return: 0, or -1 for no name, or for too many lines. */
int probe_add(struct probe *probe, const char *kind, const char *name) MUST_CHECK;

/** probe_add_of() - the line "KIND OWNER NAME". Return: as probe_add(). */
int probe_add_of(struct probe *probe, const char *kind, const char *owner,
		 const char *name) MUST_CHECK;

/** probe_member() - a member of an object if it is a string, or NULL. */
const char *probe_member(const json_t *object, const char *key);

/** probe_name_ends() - whether a name ends in @end. */
bool probe_name_ends(const char *name, const char *end);

/** probe_list_types() - types of the object model below @implements of which there can be one. */
json_t *probe_list_types(struct probe *probe, const char *implements) MUST_CHECK;

/** probe_types() - ask for objects, CPU models and devices, and their properties. Return: 0, or -1. */
int probe_types(struct probe *probe) MUST_CHECK;

/** probe_note_value() - take down of which kind a property of a device is. */
void probe_note_value(struct probe *probe, const char *owner, const json_t *property);

/** probe_values() - the lines "property-bool" and "property-number" of all that was noted. */
int probe_values(struct probe *probe) MUST_CHECK;

/**
 * probe_machines() - ask for the machine types.
 * @ret_machines: the answer, for probe_machine_properties(); to be released.
 *
 * Return: 0, or -1.
 */
int probe_machines(struct probe *probe, json_t **ret_machines) MUST_CHECK;

/** probe_machine_properties() - in a session for each machine that Kiln knows. Return: 0, or -1. */
int probe_machine_properties(struct probe *probe, const json_t *machines) MUST_CHECK;

#endif
