/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_cpu.c - the command probe-cpu: what CPU a guest of this host can have, as lines for
 * boards/NAME/cpu.caps (qemu/cpu_caps.h says what each means). Printed; nothing is written.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/needs.h"

#define LINES_MAX 2048 /* QEMU 10.0 knows 330 features and 154 models */
#define LINE_MAX  160
#define TEXT_MAX  (LINES_MAX * 64)

static char lines[LINES_MAX][LINE_MAX];
static unsigned line_count;

static const char head[] =
	"# SPDX-License-Identifier: GPL-2.0-or-later\n"
	"# The CPU that a guest of this board can have, as kiln-run probe-cpu asked "
	"QEMU there. Not edited by hand.\n";

/* A text of QEMU that would not be one line of words is left out. */
static void add(const char *fmt, ...) PRINTF(1, 2);
static void add(const char *fmt, ...)
{
	va_list args;
	int len;

	if (line_count == LINES_MAX)
		return;
	va_start(args, fmt);
	len = vsnprintf(lines[line_count], LINE_MAX, fmt, args);
	va_end(args);
	if (len > 0 && len < LINE_MAX && ident_is_text(lines[line_count], (size_t)len))
		line_count++;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* ---- what QEMU says -------------------------------------------------------------------------- */

static void add_version(const struct reply_at *answer)
{
	static const char *const parts[] = {"major", "minor", "micro"};
	struct reply_at qemu, number;
	uint64_t value[ARRAY_SIZE(parts)] = {0};

	if (!reply_member(answer, "qemu", &qemu))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!reply_member(&qemu, parts[i], &number) ||
		    json_number(&number.token, &value[i]))
			return;
	add("version %u.%u.%u", (unsigned)value[0], (unsigned)value[1], (unsigned)value[2]);
}

/* A property of the model: on, off, a number or a text. */
static void add_property(const char *name, const struct json_token *token)
{
	char text[LINE_MAX];

	if (token->event == JSON_TRUE)
		add("feature %s", name);
	else if (token->event == JSON_NUMBER)
		add("value %s %.*s", name, (int)token->len, token->text);
	else if (token->event == JSON_STRING && !json_decode(token, text, sizeof(text)) && *text)
		add("value %s %s", name, text);
}

/* Return: 0, or -1: there is no model in the answer. */
static int add_model(const struct reply_at *answer)
{
	char text[LINE_MAX];
	struct reply_at model, at;

	if (!reply_member(answer, "model", &model) || !reply_member(&model, "name", &at) ||
	    at.token.event != JSON_STRING || json_decode(&at.token, text, sizeof(text)))
		return -1;
	add("model %s", text);
	if (!reply_member(&model, "props", &at) || at.token.event != JSON_OBJECT)
		return -1;
	while (json_next(&at.reader, &at.token) == JSON_KEY) {
		int bad = json_decode(&at.token, text, sizeof(text));

		(void)json_next(&at.reader, &at.token);
		if (!bad)
			add_property(text, &at.token);
		if (json_skip(&at.reader, &at.token))
			return -1;
	}
	return 0;
}

/* Named models that lack nothing here. Where QEMU does not say what one lacks, none is named. */
static void add_usable(const struct reply_at *answer)
{
	struct reply_at at = *answer, name, lacking;
	char text[LINE_MAX];

	while (json_next(&at.reader, &at.token) == JSON_OBJECT) {
		if (reply_member(&at, "name", &name) &&
		    reply_member(&at, "unavailable-features", &lacking) &&
		    lacking.token.event == JSON_ARRAY &&
		    json_next(&lacking.reader, &lacking.token) == JSON_CLOSE &&
		    !json_decode(&name.token, text, sizeof(text)))
			add("usable %s", text);
		if (json_skip(&at.reader, &at.token))
			return;
	}
}

/* ---- questions ------------------------------------------------------------------------------- */

/* The whole model where its static form is not known (on aarch64). */
static int ask_model(struct qemu_session *session, const char *model, struct qmp_reply *reply)
{
	static const char *const forms[] = {"static", "full"};
	char text[160];
	int ret = -EREMOTEIO;

	for (size_t i = 0; i < ARRAY_SIZE(forms) && ret == -EREMOTEIO; i++) {
		(void)snprintf(text, sizeof(text),
			       "{\"execute\":\"query-cpu-model-expansion\",\"arguments\":"
			       "{\"type\":\"%s\",\"model\":{\"name\":\"%s\"}}}\n",
			       forms[i], model);
		ret = qmp_client_ask(&session->qmp, text, session->deadline, reply);
	}
	return ret;
}

static int ask_all(struct qemu_session *session, const char *accel)
{
	struct qmp_reply reply;
	struct reply_at answer, arch;
	char text[64];
	int ret = qemu_begin(session, accel);

	if (!ret)
		ret = qemu_ask(session, "query-version", NULL, NULL, &reply);
	if (!ret && reply_return(&reply, &answer))
		add_version(&answer);
	if (!ret)
		ret = qemu_ask(session, "query-target", NULL, NULL, &reply);
	if (!ret && reply_return(&reply, &answer) && reply_member(&answer, "arch", &arch) &&
	    !json_decode(&arch.token, text, sizeof(text)))
		add("arch %s", text);
	if (!ret)
		ret = ask_model(session, strcmp(accel, "kvm") ? "max" : "host", &reply);
	if (!ret && (!reply_return(&reply, &answer) || add_model(&answer)))
		ret = -EPROTO;
	if (!ret)
		ret = qemu_ask(session, "query-cpu-definitions", NULL, NULL, &reply);
	if (!ret && reply_return(&reply, &answer) && answer.token.event == JSON_ARRAY)
		add_usable(&answer);
	return ret;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int refuse(const char *qemu, const char *accel, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s with accelerator %s does not tell its CPU", qemu,
		accel);
	if (strcmp(accel, "kvm") != 0) {
		err_why(err, "It is started without a machine and asked over its monitor (QMP).");
		err_fix(err, "Name a qemu-system-* program that starts here.");
	} else {
		err_why(err, "What CPU a guest has is the host's under KVM, so KVM must work: "
			     "/dev/kvm is there, and QEMU's user may open it.");
		err_fix(err,
			"Look what it says: %s -machine none,accel=kvm -nodefaults -display "
			"none -S; load kvm_intel or kvm_amd. --accel tcg tells what software "
			"offers, which is no host's CPU.",
			qemu);
	}
	return -1;
}

static int print(const char *accel, struct err *err)
{
	static char text[TEXT_MAX];
	struct buf out;

	add("accel %s", accel);
	qsort(lines, line_count, LINE_MAX, compare_lines);
	buf_init(&out, text, sizeof(text));
	buf_add_str(&out, head);
	for (unsigned i = 0; i < line_count; i++) {
		if (i && !strcmp(lines[i - 1], lines[i]))
			continue;
		buf_add_str(&out, lines[i]);
		buf_add_char(&out, '\n');
	}
	if (!out.overflow && !fd_write_all(STDOUT_FILENO, out.data, out.len))
		return 0;
	err_sys(err, ERR_HOST, out.overflow ? EMSGSIZE : errno, "cannot write to standard output");
	err_why(err, "What QEMU told is said there.");
	err_fix(err, "Look where standard output goes.");
	return -1;
}

int command_probe_cpu(struct run *run, struct err *err)
{
	static char standard[128];
	struct qemu_session session = {.run = run, .qmp = {.fd = -1}};
	const char *accel = run->options->accel, *qemu = run->options->target;
	struct utsname host;
	int ret;

	if (!qemu) {
		if (uname(&host))
			return err_sys(err, ERR_HOST, errno, "uname");
		(void)snprintf(standard, sizeof(standard), "/usr/bin/qemu-system-%.64s",
			       host.machine);
		qemu = standard;
	}
	if (access(qemu, X_OK)) {
		err_sys(err, ERR_NOT_FOUND, errno, "%s", qemu);
		err_why(err, "The QEMU of this host is asked what CPU its guests can have.");
		err_fix(err,
			"Install it, or name another: kiln-run probe-cpu /path/qemu-system-...");
		return -1;
	}
	run->img.meta[META_QEMU] = qemu;
	ret = ask_all(&session, accel);
	qemu_end(&session);
	return ret ? refuse(qemu, accel, -ret, err) : print(accel, err);
}
