/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.c - section NEEDS against the QEMU of this target: everything that it lacks, and what its makers
 * are going to take away.
 *
 * QEMU is asked only for what no earlier check has found (run/cache.c). One answer serves every line that
 * wants it. A type whose trial instance kills QEMU is one that -device could not make either, so it is
 * lacking, and a new session goes on.
 */
#include "run/needs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SESSIONS_MAX 16

enum question {
	ASK_ACCELS,
	ASK_CPUS,
	ASK_CPU_MAX,
	ASK_DEVICE,
	ASK_MACHINE,
	ASK_MACHINES,
	ASK_OBJECT,
	ASK_OPTIONS,
	ASK_SCHEMA,
	ASK_TARGET,
	ASK_VERSION,
};

static struct need needs[NEED_MAX];
static enum verdict verdicts[NEED_MAX];

static enum question question_of(enum need_kind kind)
{
	switch (kind) {
	case NEED_ACCEL:
		return ASK_ACCELS;
	case NEED_ARCH:
		return ASK_TARGET;
	case NEED_CPU:
		return ASK_CPUS;
	case NEED_CPU_PROPERTY:
		return ASK_CPU_MAX;
	case NEED_DEVICE:
	case NEED_PROPERTY:
		return ASK_DEVICE;
	case NEED_MACHINE:
		return ASK_MACHINES;
	case NEED_MACHINE_PROPERTY:
		return ASK_MACHINE;
	case NEED_OBJECT:
	case NEED_OBJECT_PROPERTY:
		return ASK_OBJECT;
	case NEED_OPTION:
	case NEED_OPTION_PARAMETER:
		return ASK_OPTIONS;
	case NEED_AUDIODEV:
	case NEED_BLOCKDEV:
	case NEED_CHARDEV:
	case NEED_DISPLAY:
	case NEED_NETDEV:
	case NEED_SCHEMA:
	case NEED_TPM:
		return ASK_SCHEMA;
	case NEED_VERSION:
	case NEED_KIND_COUNT:
		break;
	}
	return ASK_VERSION;
}

/* ---- questions ------------------------------------------------------------------------------- */

/* Properties of CPUs are those of the model max; its type has a name of its own. */
static int ask_cpu_max(struct qemu_session *session, struct qmp_reply *reply)
{
	char type[128];
	struct reply_at list, name;
	int ret = qemu_ask(session, "query-cpu-definitions", NULL, NULL, reply);

	if (ret)
		return ret;
	if (!reply_return(reply, &list) || !reply_pick(&list, "name", "max", "typename", &name) ||
	    name.token.event != JSON_STRING || json_decode(&name.token, type, sizeof(type)))
		return -EREMOTEIO;
	return qemu_ask(session, "device-list-properties", "typename", type, reply);
}

static int ask(struct qemu_session *session, const struct need *need, struct qmp_reply *reply)
{
	char owner[NEED_NAME_MAX + 16];

	(void)snprintf(owner, sizeof(owner), "%.*s%s", (int)need->first_len, need->name,
		       need->kind == NEED_MACHINE_PROPERTY ? "-machine" : "");
	switch (question_of(need->kind)) {
	case ASK_ACCELS:
		return qemu_ask(session, "qom-list-types", "implements", "accel", reply);
	case ASK_CPUS:
		return qemu_ask(session, "query-cpu-definitions", NULL, NULL, reply);
	case ASK_CPU_MAX:
		return ask_cpu_max(session, reply);
	case ASK_DEVICE:
		return qemu_ask(session, "device-list-properties", "typename", owner, reply);
	case ASK_MACHINE:
	case ASK_OBJECT:
		return qemu_ask(session, "qom-list-properties", "typename", owner, reply);
	case ASK_MACHINES:
		return qemu_ask(session, "query-machines", NULL, NULL, reply);
	case ASK_OPTIONS:
		return qemu_ask(session, "query-command-line-options", NULL, NULL, reply);
	case ASK_SCHEMA:
		return qemu_ask(session, "query-qmp-schema", NULL, NULL, reply);
	case ASK_TARGET:
		return qemu_ask(session, "query-target", NULL, NULL, reply);
	case ASK_VERSION:
		break;
	}
	return qemu_ask(session, "query-version", NULL, NULL, reply);
}

static bool same_question(const struct need *a, const struct need *b)
{
	enum question question = question_of(a->kind);

	if (question != question_of(b->kind))
		return false;
	if (question != ASK_DEVICE && question != ASK_OBJECT && question != ASK_MACHINE)
		return true;
	return a->first_len == b->first_len && !memcmp(a->name, b->name, a->first_len);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* The version of QEMU as it says it. Return: 0, or -1. */
static int version_read(const struct reply_at *version, unsigned *major, unsigned *minor)
{
	struct reply_at qemu, number;
	uint64_t value;

	if (!reply_member(version, "qemu", &qemu) || !reply_member(&qemu, "major", &number) ||
	    json_number(&number.token, &value))
		return -1;
	*major = (unsigned)value;
	if (!reply_member(&qemu, "minor", &number) || json_number(&number.token, &value))
		return -1;
	*minor = (unsigned)value;
	return 0;
}

static bool version_reached(const struct need *need, const struct reply_at *answer)
{
	unsigned major, minor, want_major, want_minor;

	need_version(need, &want_major, &want_minor);
	if (version_read(answer, &major, &minor))
		return false;
	return major > want_major || (major == want_major && minor >= want_minor);
}

static bool schema_answers(const struct need *need, const char *name, const struct qmp_reply *reply)
{
	char path[NEED_NAME_MAX * 2];
	const char *list = need_schema(need->kind);

	if (list)
		(void)snprintf(path, sizeof(path), "%s/^%s", list, name);
	else
		(void)snprintf(path, sizeof(path), "%s", name);
	return schema_has(reply, path);
}

static bool option_has(const struct reply_at *options, const char *option, const char *parameter)
{
	struct reply_at parameters, ignored;

	if (!reply_pick(options, "option", option, "parameters", &parameters))
		return false;
	return !parameter || reply_pick(&parameters, "name", parameter, NULL, &ignored);
}

/* A list of models or machines says of each whether it is going to be taken away. */
static enum verdict listed(const struct reply_at *list, const char *name)
{
	struct reply_at deprecated;

	if (!reply_pick(list, "name", name, "deprecated", &deprecated))
		return VERDICT_LACKS;
	return deprecated.token.event == JSON_TRUE ? VERDICT_DEPRECATED : VERDICT_HAS;
}

static enum verdict judge(const struct need *need, const struct qmp_reply *reply)
{
	char name[NEED_NAME_MAX + 16], *second;
	struct reply_at answer, at;
	bool has = false;

	if (!reply_return(reply, &answer))
		return VERDICT_LACKS;
	(void)snprintf(name, sizeof(name), "%.*s", (int)need->name_len, need->name);
	second = strchr(name, ' ');
	if (second)
		*second++ = '\0';
	switch (need->kind) {
	case NEED_CPU:
	case NEED_MACHINE:
		return listed(&answer, name);
	case NEED_ACCEL:
		(void)snprintf(name, sizeof(name), "%.*s-accel", (int)need->name_len, need->name);
		has = reply_pick(&answer, "name", name, NULL, &at);
		break;
	case NEED_ARCH:
		has = reply_member(&answer, "arch", &at) && json_equals(&at.token, name);
		break;
	case NEED_CPU_PROPERTY:
		has = reply_pick(&answer, "name", name, NULL, &at);
		break;
	case NEED_DEVICE:
	case NEED_OBJECT:
		has = answer.token.event == JSON_ARRAY;
		break;
	case NEED_MACHINE_PROPERTY:
	case NEED_OBJECT_PROPERTY:
	case NEED_PROPERTY:
		has = reply_pick(&answer, "name", second, NULL, &at);
		break;
	case NEED_OPTION:
	case NEED_OPTION_PARAMETER:
		has = option_has(&answer, name, second);
		break;
	case NEED_AUDIODEV:
	case NEED_BLOCKDEV:
	case NEED_CHARDEV:
	case NEED_DISPLAY:
	case NEED_NETDEV:
	case NEED_SCHEMA:
	case NEED_TPM:
		has = schema_answers(need, name, reply);
		break;
	case NEED_VERSION:
		has = version_reached(need, &answer);
		break;
	case NEED_KIND_COUNT:
		break;
	}
	return has ? VERDICT_HAS : VERDICT_LACKS;
}

static void judge_all(unsigned first, unsigned count, const struct qmp_reply *reply)
{
	for (unsigned i = first; i < count; i++)
		if (verdicts[i] == VERDICT_UNKNOWN && same_question(&needs[first], &needs[i]))
			verdicts[i] = reply ? judge(&needs[i], reply) : VERDICT_LACKS;
}

/* Fills what is not known. Return: 0, or a negative errno: QEMU does not answer. */
static int ask_all(struct qemu_session *session, unsigned count)
{
	struct qmp_reply reply;
	int ret = 0;

	for (unsigned i = 0; i < count; i++) {
		if (verdicts[i] != VERDICT_UNKNOWN)
			continue;
		if (!session->pid)
			ret = qemu_begin(session, "tcg");
		if (ret)
			return ret;
		ret = ask(session, &needs[i], &reply);
		if (ret && ret != -EREMOTEIO && ret != -ECONNRESET)
			return ret;
		if (ret == -ECONNRESET)
			qemu_end(session);
		if (ret == -ECONNRESET && session->count == SESSIONS_MAX)
			return ret;
		judge_all(i, count, ret ? NULL : &reply);
		ret = 0;
	}
	return 0;
}

/* ---- findings -------------------------------------------------------------------------------- */

/* A property of what is lacking as a whole is lacking with it, and not said again. */
static bool is_implied(unsigned index)
{
	const struct need *need = &needs[index];
	enum need_kind owner = need->kind == NEED_PROPERTY           ? NEED_DEVICE
			       : need->kind == NEED_OBJECT_PROPERTY  ? NEED_OBJECT
			       : need->kind == NEED_MACHINE_PROPERTY ? NEED_MACHINE
			       : need->kind == NEED_OPTION_PARAMETER ? NEED_OPTION
								     : NEED_KIND_COUNT;

	for (unsigned i = 0; i < index; i++)
		if (needs[i].kind == owner && verdicts[i] == VERDICT_LACKS &&
		    needs[i].name_len == need->first_len &&
		    !memcmp(needs[i].name, need->name, need->first_len))
			return true;
	return false;
}

static void name_say(const struct need *need, char *text, size_t size)
{
	size_t rest = need->name_len - need->first_len;

	if (rest)
		(void)snprintf(text, size, "%s %.*s of %.*s", need_word(need->kind), (int)rest - 1,
			       need->name + need->first_len + 1, (int)need->first_len, need->name);
	else
		(void)snprintf(text, size, "%s %.*s", need_word(need->kind), (int)need->name_len,
			       need->name);
}

static void say(const struct run *run, const struct need *need, enum verdict verdict)
{
	const char *const *meta = run->img.meta;
	char text[NEED_NAME_MAX + 32];
	struct err err;

	name_say(need, text, sizeof(text));
	if (verdict == VERDICT_DEPRECATED) {
		err_set(&err, ERR_HOST, "%s: deprecated: %s", meta[META_QEMU], text);
		err_why(&err, "It works here still; a later QEMU will not have it.");
		err_fix(&err, "Choose another in the configuration before this host's QEMU is "
			      "upgraded.");
	} else if (need->kind == NEED_VERSION) {
		err_set(&err, ERR_HOST, "%s is older than %.*s", meta[META_QEMU],
			(int)need->name_len, need->name);
		err_why(&err, "The image was composed for board %s, which has QEMU %s.",
			meta[META_BOARD], meta[META_QEMU_VERSION]);
		err_fix(&err, "Install QEMU %.*s or newer, or compose for a board with this one.",
			(int)need->name_len, need->name);
	} else {
		err_set(&err, ERR_HOST, "%s lacks %s", meta[META_QEMU], text);
		err_why(&err,
			"The command line of the image needs it; board %s has it with QEMU %s.",
			meta[META_BOARD], meta[META_QEMU_VERSION]);
		err_fix(&err, "Install the QEMU of that board with all its modules, or compose for "
			      "a board whose qemu.caps was probed from this QEMU.");
	}
	message_print(&err);
}

static unsigned say_silent(const struct run *run, int sys_errno)
{
	struct err err;

	err_sys(&err, ERR_HOST, sys_errno, "%s does not answer what it can do",
		run->img.meta[META_QEMU]);
	err_why(&err, "`check` starts it without a machine and asks over its monitor (QMP).");
	err_fix(&err, "Look what it says: %s -machine none,accel=tcg -nodefaults -display none -S.",
		run->img.meta[META_QEMU]);
	message_print(&err);
	return 1;
}

unsigned needs_check(struct run *run)
{
	struct qemu_session session = {.run = run, .qmp = {.fd = -1}};
	struct img_cursor cursor = {0};
	unsigned count = 0, found = 0;
	int ret;

	while (img_need_next(&run->img, &cursor, &needs[count])) {
		verdicts[count] = VERDICT_UNKNOWN;
		count++;
	}
	cache_read(run, needs, verdicts, count);
	ret = ask_all(&session, count);
	qemu_end(&session);
	if (ret)
		return say_silent(run, -ret);
	for (unsigned i = 0; i < count; i++) {
		if (verdicts[i] == VERDICT_HAS || is_implied(i))
			continue;
		say(run, &needs[i], verdicts[i]);
		found++;
	}
	if (session.count)
		cache_write(run, needs, verdicts, count);
	return found;
}
