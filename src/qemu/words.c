/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.c - the three forms of a written command line.
 *
 * Of the shell's language only what makes words is understood: POSIX quoting (XCU 2.2), line continuation,
 * comments, NAME=VALUE, $NAME of such a one, ${NAME:-TEXT}, bash's arrays, and what ends a command. A command that needs more is refused
 * when it is the one that starts QEMU, and passed over when it is another one.
 */
#include "qemu/words.h"

#include <ctype.h>
#include <string.h>

#include "qemu/shell.h"

struct spot word_spot(const struct word *word, size_t at)
{
	if (word->spots)
		return word->spots[at];
	return (struct spot){.line = word->at.line, .column = word->at.column + (unsigned)at};
}

static int refuse(struct err_list *errs, const char *path, const char *what, const char *why,
		  const char *fix)
{
	struct err *err = err_list_new(errs, ERR_CONFIG, "%s", what);

	err_at(err, path, 0);
	err_check(err, "argv-words");
	err_why(err, "%s", why);
	err_fix(err, "%s", fix);
	return -1;
}

static int too_many(struct err_list *errs, const char *path)
{
	return refuse(errs, path, "the command line has more than 16384 words",
		      "No command line of QEMU has as many; Linux refuses most that long.",
		      "Give the command line alone.");
}

/* ---- ended by NUL, one a line ------------------------------------------------------------------- */

/* Words that one byte ends. */
static int split_at(struct arena *arena, const char *path, const char *text, size_t len, char end,
		    struct words *ret, struct err_list *errs)
{
	size_t count = 0, from = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == end;
	count += len && text[len - 1] != end;
	if (count > WORDS_MAX)
		return too_many(errs, path);
	ret->list = arena_alloc(arena, (count + 1) * sizeof(*ret->list));
	for (size_t i = 0; i < count; i++) {
		const char *stop = memchr(text + from, end, len - from);
		size_t size = stop ? (size_t)(stop - text) - from : len - from;

		ret->list[i].text = arena_dup(arena, text + from, size);
		ret->list[i].at = (struct spot){.line = (unsigned)i + 1, .column = 1};
		from += size + 1;
	}
	ret->count = count;
	return 0;
}

/* A program alone on its line, and more lines of which none is continued: no shell would take them for one. */
static bool is_lines(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	size_t first = end ? (size_t)(end - text) : 0;

	if (!end || first + 1 == len)
		return false;
	for (size_t i = 0; i < first; i++) {
		if (isspace((unsigned char)text[i]) || strchr("#='\"\\$;&|", text[i]))
			return false;
	}
	for (size_t i = first; i + 1 < len; i++) {
		if (text[i] == '\\' && text[i + 1] == '\n')
			return false;
	}
	return true;
}

/* ---- a shell's ---------------------------------------------------------------------------------- */

/* NAME=: such a word in front of the program is not the program. */
static bool is_assignment(const char *word)
{
	size_t len =
		strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return len && !isdigit((unsigned char)*word) && word[len] == '=';
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool words_is_qemu(const char *path)
{
	const char *name = base_name(path);

	return strncmp(name, "qemu-system-", 12) == 0 || strcmp(name, "qemu-kvm") == 0 ||
	       strcmp(name, "kvm") == 0 || strcmp(name, "qemu") == 0;
}

/* Programs that start the one behind them, and what stands between belongs to them. */
static bool is_starter(const char *word)
{
	static const char *const names[] = {"exec",   "sudo", "env",     "nohup",  "nice",
					    "ionice", "doas", "taskset", "setsid", "command"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(base_name(word), names[i]) == 0)
			return true;
	}
	return false;
}

/* Where QEMU stands in a command; @count = not there. */
static size_t find_qemu(const struct shell_word *list, size_t count)
{
	size_t first = 0;

	while (first < count && is_assignment(list[first].word.text))
		first++;
	for (size_t i = first; i < count; i++) {
		if (words_is_qemu(list[i].word.text))
			return i;
		if (!is_starter(list[first].word.text))
			break;
	}
	return count;
}

/* The arguments alone, or a program of another name. */
static bool is_arguments(const struct shell_word *list, size_t count)
{
	size_t first = 0;

	while (first < count && is_assignment(list[first].word.text))
		first++;
	return (first < count && list[first].word.text[0] == '-') ||
	       (first + 1 < count && list[first + 1].word.text[0] == '-');
}

static int take(struct arena *arena, const struct shell_word *list, size_t count, size_t from,
		struct words *ret)
{
	ret->list = arena_alloc(arena, (count + 1) * sizeof(*ret->list));
	ret->environment = arena_alloc(arena, (count + 1) * sizeof(*ret->environment));
	for (size_t i = 0; i < from; i++) {
		if (is_assignment(list[i].word.text))
			ret->environment[ret->environment_count++] = list[i].word;
	}
	for (size_t i = from; i < count; i++)
		ret->list[ret->count++] = list[i].word;
	return 0;
}

static int choose(struct arena *arena, const char *path, const struct shell *shell,
		  struct words *ret, struct err_list *errs)
{
	const struct shell_command *found = NULL;
	size_t from = 0;

	for (size_t i = 0; i < shell->command_count; i++) {
		const struct shell_command *command = &shell->commands[i];
		size_t at = find_qemu(command->list, command->count);

		if (at == command->count)
			continue;
		if (found)
			return refuse(errs, path,
				      arena_fmt(arena, "lines %u and %u both start QEMU",
						found->list[0].word.at.line,
						command->list[0].word.at.line),
				      "One command line is one machine.",
				      "Give the command line of one machine alone.");
		found = command;
		from = at;
	}
	if (!found && shell->command_count == 1 &&
	    is_arguments(shell->commands[0].list, shell->commands[0].count)) {
		found = &shell->commands[0];
		while (is_assignment(found->list[from].word.text))
			from++;
	}
	if (!found)
		return refuse(
			errs, path, "no command here starts QEMU",
			"Looked for a program whose name begins with qemu-system-, for kvm and "
			"for qemu-kvm.",
			"Give the command line itself, or --pid with the number of the running "
			"process.");
	for (size_t i = 0; i < found->count; i++) {
		if (found->list[i].unknown)
			return shell_refuse(path, &found->list[i], errs);
	}
	return take(arena, found->list, found->count, from, ret);
}

int words_split(struct arena *arena, const char *path, const char *text, size_t len,
		struct words *ret, struct err_list *errs)
{
	struct shell shell = {.arena = arena, .path = path, .errs = errs};

	*ret = (struct words){0};
	if (len > WORDS_BYTES_MAX)
		return refuse(errs, path, "the command line is longer than 1 MiB",
			      "Linux takes 128 KiB for one argument and 2 MiB for all.",
			      "Give the command line alone.");
	if (memchr(text, '\0', len))
		return split_at(arena, path, text, len, '\0', ret, errs);
	if (is_lines(text, len))
		return split_at(arena, path, text, len, '\n', ret, errs);
	if (shell_read(&shell, text, len) < 0)
		return -1;
	return choose(arena, path, &shell, ret, errs);
}
