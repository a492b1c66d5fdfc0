/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.c - read and write the file `state`. Releases nothing.
 */
#include "host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/num.h"
#include "host/lines.h"
#include "host/proc.h"
#include "image/image.h"

#define STATE_NEW     "state.new"
#define STATE_VERSION "kiln-state=1"
#define STATE_END     "end"

static int refuse(struct err *err, unsigned line, const char *what)
{
	err_set(err, ERR_HOST, "%s", what);
	err_at(err, STATE_FILE, line);
	err_why(err,
		"The file says what a VM left on this host, and is written by kiln-run alone.");
	err_fix(err, "If another version of kiln-run wrote it, run that one's `down`; otherwise "
		     "remove the run directory by hand.");
	return -1;
}

static int record_parse(struct state *state, char *value, unsigned line, struct err *err)
{
	char *text = strchr(value, ' ');

	if (!text)
		return refuse(err, line, "a release line without a blank");
	*text++ = '\0';
	for (enum op_code op = 0; op < OP_COUNT; op++)
		if (!strcmp(op_name(op), value))
			return state_add(state, op, text, err);
	return refuse(err, line, "a release line of an unknown operation");
}

static int iface_refuse(struct err *err, unsigned line)
{
	return refuse(err, line, "an interface line that is not \"OWNER NAME INDEX [NETWORK]\"");
}

static int iface_parse(struct state *state, char *value, unsigned line, struct err *err)
{
	char *name = strchr(value, ' ');
	char *index = name ? strchr(name + 1, ' ') : NULL;
	char *network = index ? strchr(index + 1, ' ') : NULL;
	struct state_iface *iface = &state->ifaces[state->iface_count];
	uint64_t number;

	if (!index || state->iface_count == STATE_IFACE_MAX)
		return iface_refuse(err, line);
	*name++ = '\0';
	*index++ = '\0';
	if (network)
		*network++ = '\0';
	if (num_parse(index, 1, INT32_MAX, &number) || strlen(value) >= sizeof(iface->owner) ||
	    strlen(name) >= sizeof(iface->name) ||
	    (network && !ident_is_valid(IDENT_NAME, network)))
		return iface_refuse(err, line);
	(void)snprintf(iface->owner, sizeof(iface->owner), "%s", value);
	(void)snprintf(iface->name, sizeof(iface->name), "%s", name);
	(void)snprintf(iface->network, sizeof(iface->network), "%s", network ? network : "");
	iface->index = (int)number;
	state->iface_count++;
	return 0;
}

/* Return: 1 at the end, 0, or -1. */
static int line_parse(struct state *state, char *line, unsigned number, struct err *err)
{
	char *value = strchr(line, '=');
	uint64_t n;

	if (number == 1)
		return strcmp(line, STATE_VERSION) != 0
			       ? refuse(err, 1, "the first line is not " STATE_VERSION)
			       : 0;
	if (!strcmp(line, STATE_END))
		return 1;
	if (!value)
		return refuse(err, number, "a line without '='");
	*value++ = '\0';
	if (!strcmp(line, "release"))
		return record_parse(state, value, number, err);
	if (!strcmp(line, "interface"))
		return iface_parse(state, value, number, err);
	if (!strcmp(line, "name") && strlen(value) < sizeof(state->vm)) {
		(void)snprintf(state->vm, sizeof(state->vm), "%s", value);
	} else if (!strcmp(line, "image") && strlen(value) < sizeof(state->image)) {
		(void)snprintf(state->image, sizeof(state->image), "%s", value);
	} else if (!strcmp(line, "pid") && !num_parse(value, 1, INT32_MAX, &n)) {
		state->pid = (pid_t)n;
	} else if (!strcmp(line, "start") && !num_parse(value, 0, UINT64_MAX, &n)) {
		state->start = n;
	} else {
		return refuse(err, number, "a line that this version does not understand");
	}
	return 0;
}

void state_clear(struct state *state)
{
	state->vm[0] = state->image[0] = '\0';
	state->pid = 0;
	state->start = 0;
	state->record_count = state->iface_count = 0;
}

int state_load(struct state *state, int dir, struct err *err)
{
	static struct lines lines;
	CLEANUP_FD int fd = openat(dir, STATE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int ret, parsed = 0;
	char *line;

	state_clear(state);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		err_sys(err, ERR_HOST, errno, "cannot open the state file of the VM");
		err_why(err, "It says what the VM left on this host.");
		err_fix(err, "Run this as the user who started the VM.");
		return -1;
	}
	lines_begin(&lines, fd);
	while (!parsed && (ret = lines_next(&lines, &line)) == 1)
		parsed = line_parse(state, line, lines.number, err);
	if (parsed < 0)
		return -1;
	if (!parsed)
		return refuse(err, lines.number,
			      ret < 0 ? "the file is not text" : "the file ends too early");
	return 1;
}

static void state_print(const struct state *state, struct buf *buf)
{
	buf_addf(buf, "%s\nname=%s\npid=%ld\nstart=%llu\nimage=%s\n", STATE_VERSION, state->vm,
		 (long)state->pid, (unsigned long long)state->start, state->image);
	for (unsigned i = 0; i < state->iface_count; i++) {
		const struct state_iface *iface = &state->ifaces[i];

		buf_addf(buf, "interface=%s %s %d%s%s\n", iface->owner, iface->name, iface->index,
			 iface->network[0] ? " " : "", iface->network);
	}
	for (unsigned i = 0; i < state->record_count; i++)
		if (!state->records[i].forgotten)
			buf_addf(buf, "release=%s %s\n", op_name(state->records[i].op),
				 state->records[i].text);
	buf_add_str(buf, STATE_END "\n");
}

int state_save(const struct state *state, int dir, struct err *err)
{
	static char text[STATE_RECORD_MAX * (STATE_TEXT_MAX + 32) + STATE_IFACE_MAX * 192 + 8192];
	CLEANUP_FD int fd =
		openat(dir, STATE_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct buf buf;

	buf_init(&buf, text, sizeof(text));
	state_print(state, &buf);
	if (fd < 0 || fd_write_all(fd, buf.data, buf.len) ||
	    renameat(dir, STATE_NEW, dir, STATE_FILE)) {
		err_sys(err, ERR_HOST, errno, "cannot write the state file of the VM");
		err_why(err, "What outlives the process is recorded before it is made, so that it "
			     "can be removed after a crash.");
		err_fix(err, "Make room on the file system of the run directory (df /run).");
		return -1;
	}
	return 0;
}

int state_process(const struct state *state, int wait_ms)
{
	uint64_t start;
	int fd = state->pid ? proc_pidfd(state->pid) : -ESRCH;

	if (fd < 0)
		return fd;
	/* After opening: from here on the descriptor means the same process. */
	if (!proc_start_time(state->pid, &start) && start == state->start &&
	    proc_pidfd_wait(fd, wait_ms) == 0)
		return fd;
	(void)close(fd);
	return -ESRCH;
}

int state_add(struct state *state, enum op_code op, const char *text, struct err *err)
{
	struct state_record *record = &state->records[state->record_count];

	if (state->record_count == STATE_RECORD_MAX || strlen(text) >= sizeof(record->text)) {
		err_set(err, ERR_HOST, "the state file has no room for \"%s %s\"", op_name(op),
			text);
		err_why(err, "It holds %d records of at most %d bytes.", STATE_RECORD_MAX,
			STATE_TEXT_MAX - 1);
		err_fix(err, "Use fewer bridges and persistent taps in one VM.");
		return -1;
	}
	record->op = op;
	record->forgotten = false;
	(void)snprintf(record->text, sizeof(record->text), "%s", text);
	state->record_count++;
	return 0;
}

/* Blanks part the words of the file. */
static void owner_word(char word[static STATE_NAME_MAX], const char *owner)
{
	(void)snprintf(word, STATE_NAME_MAX, "%s", owner);
	for (char *blank = word; (blank = strchr(blank, ' '));)
		*blank = '_';
}

void state_add_iface(struct state *state, const char *owner, const char *name, int index)
{
	struct state_iface *iface = &state->ifaces[state->iface_count];

	if (state->iface_count == STATE_IFACE_MAX || index <= 0)
		return;
	owner_word(iface->owner, owner);
	(void)snprintf(iface->name, sizeof(iface->name), "%s", name);
	iface->network[0] = '\0';
	iface->index = index;
	state->iface_count++;
}

const struct state_iface *state_iface_of(const struct state *state, const char *owner)
{
	char word[STATE_NAME_MAX];

	owner_word(word, owner);
	for (unsigned i = 0; i < state->iface_count; i++)
		if (!strcmp(state->ifaces[i].owner, word))
			return &state->ifaces[i];
	return NULL;
}

const struct state_iface *state_iface_find(const struct state *state, const char *name)
{
	for (unsigned i = 0; i < state->iface_count; i++)
		if (!strcmp(state->ifaces[i].name, name))
			return &state->ifaces[i];
	return NULL;
}
