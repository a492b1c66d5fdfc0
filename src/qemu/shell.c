/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell.c - a shell's quoting, taken apart byte by byte; POSIX XCU 2.2 and 2.3.
 */
#include "qemu/shell.h"

#include <ctype.h>
#include <string.h>

/** struct reader - a text while it is read. @word: the word so far; @spots: of its bytes. */
struct reader {
	struct shell *shell;
	const char *text;
	size_t len, at;
	struct spot here;
	struct text word;
	struct spot *spots;
	size_t spot_room;
	struct shell_word now;
	bool in_word;
};

static int peek(const struct reader *reader)
{
	return reader->at < reader->len ? (unsigned char)reader->text[reader->at] : -1;
}

static int peek_second(const struct reader *reader)
{
	return reader->at + 1 < reader->len ? (unsigned char)reader->text[reader->at + 1] : -1;
}

static void step(struct reader *reader)
{
	if (reader->text[reader->at++] == '\n')
		reader->here = (struct spot){.line = reader->here.line + 1, .column = 1};
	else
		reader->here.column++;
}

static void begin(struct reader *reader)
{
	if (reader->in_word)
		return;
	reader->in_word = true;
	reader->word = (struct text){.arena = reader->shell->arena};
	reader->spots = NULL;
	reader->spot_room = 0;
	reader->now = (struct shell_word){.word.at = reader->here};
}

/* Room for one more in a list; what it holds so far is kept. */
static void *grow(struct arena *arena, void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 32;
	void *more = arena_alloc(arena, *room * size);

	if (count)
		memcpy(more, list, count * size);
	return more;
}

static void put_spot(struct reader *reader, size_t at, struct spot spot)
{
	reader->spots = grow(reader->shell->arena, reader->spots, at, &reader->spot_room,
			     sizeof(*reader->spots));
	reader->spots[at] = spot;
}

/* The byte stands in the word as it is. */
static void put(struct reader *reader)
{
	put_spot(reader, reader->word.len, reader->here);
	text_add_len(&reader->word, reader->text + reader->at, 1);
	step(reader);
}

static void mark_unknown(struct reader *reader, const char *what)
{
	if (reader->now.unknown)
		return;
	reader->now.unknown = what;
	reader->now.unknown_at = reader->here;
}

static int refuse(const struct reader *reader, struct spot at, const char *what, const char *why,
		  const char *fix)
{
	struct err *err =
		err_list_new(reader->shell->errs, ERR_CONFIG, "column %u: %s", at.column, what);

	err_at(err, reader->shell->path, at.line);
	err_check(err, "argv-words");
	err_why(err, "%s", why);
	err_fix(err, "%s", fix);
	return -1;
}

int shell_refuse(const char *path, const struct shell_word *word, struct err_list *errs)
{
	struct err *err = err_list_new(errs, ERR_CONFIG, "column %u: %s", word->unknown_at.column,
				       word->unknown);

	err_at(err, path, word->unknown_at.line);
	err_check(err, "argv-shell");
	err_why(err,
		"Only the shell that runs the script knows what stands here then, and nothing of "
		"a script is run.");
	err_fix(err,
		"Write the value itself, or start the machine and give --pid with the number of "
		"its process.");
	return -1;
}

/* ---- variables ---------------------------------------------------------------------------------- */

static bool is_name(int byte)
{
	return byte == '_' || isalnum(byte);
}

/* The value of the last NAME=VALUE that stands alone before; NULL = there is none. */
static const char *variable(const struct reader *reader, const char *name, size_t len)
{
	const struct shell *shell = reader->shell;

	for (size_t i = shell->command_count; i-- > 0;) {
		const struct shell_command *command = &shell->commands[i];

		for (size_t j = command->count; j-- > 0;) {
			const char *text = command->list[j].word.text;

			if (strncmp(text, name, len) == 0 && text[len] == '=' &&
			    !command->list[j].unknown)
				return text + len + 1;
		}
	}
	return NULL;
}

enum quoting { BARE, QUOTED };

/* Each use counts as a word, as it looks through all before; and each line can double the last. */
static int count_variable(struct reader *reader, const char *value)
{
	struct shell *shell = reader->shell;

	shell->variable_bytes += strlen(value);
	if (++shell->word_count <= WORDS_MAX && shell->variable_bytes <= WORDS_BYTES_MAX)
		return 0;
	return refuse(reader, reader->here, "the variables before and here become too much",
		      "Together they may be used 16384 times and become 1 MiB of text.",
		      "Give the command line alone.");
}

static int put_variable(struct reader *reader, enum quoting quoting)
{
	bool braces = peek_second(reader) == '{';
	size_t from = reader->at + 1 + braces, to = from;

	while (to < reader->len && is_name((unsigned char)reader->text[to]))
		to++;
	const char *value = to > from && !isdigit((unsigned char)reader->text[from])
				    ? variable(reader, reader->text + from, to - from)
				    : NULL;
	bool closed = !braces || (to < reader->len && reader->text[to] == '}');

	/* Unquoted, the shell would split it and look for files. */
	if (value && quoting == BARE && value[strcspn(value, " \t\n*?[")])
		value = NULL;
	if (!value || !closed) {
		mark_unknown(reader, "a variable or command of the shell");
		put(reader);
		return 0;
	}
	if (count_variable(reader, value) < 0)
		return -1;
	for (const char *byte = value; *byte; byte++) {
		put_spot(reader, reader->word.len, reader->here);
		text_add_len(&reader->word, byte, 1);
	}
	while (reader->at < to + braces)
		step(reader);
	return 0;
}

/* ---- words -------------------------------------------------------------------------------------- */

static int read_single(struct reader *reader)
{
	struct spot from = reader->here;

	step(reader);
	while (peek(reader) != '\'') {
		if (peek(reader) < 0)
			return refuse(
				reader, from, "a ' that is not closed",
				"Between two of them everything stands for itself.",
				"Write the closing ', or \\' for one that is meant as it is.");
		put(reader);
	}
	step(reader);
	return 0;
}

static int read_double(struct reader *reader)
{
	struct spot from = reader->here;

	step(reader);
	while (peek(reader) != '"') {
		int byte = peek(reader), second = peek_second(reader);

		if (byte < 0)
			return refuse(
				reader, from, "a \" that is not closed",
				"Between two of them only $, ` and \\ mean something.",
				"Write the closing \", or \\\" for one that is meant as it is.");
		if (byte == '\\' && second == '\n') {
			step(reader);
			step(reader);
			continue;
		}
		if (byte == '\\' && second >= 0 && strchr("$`\"\\", second))
			step(reader);
		else if (byte == '$' && (is_name(second) || second == '{' || second == '(')) {
			if (put_variable(reader, QUOTED) < 0)
				return -1;
			continue;
		} else if (byte == '`')
			mark_unknown(reader, "a command of the shell");
		put(reader);
	}
	step(reader);
	return 0;
}

static int read_backslash(struct reader *reader)
{
	struct spot from = reader->here;

	step(reader);
	if (peek(reader) < 0)
		return refuse(reader, from, "a \\ with nothing behind it",
			      "It takes the meaning from the byte behind it, or joins two lines.",
			      "Take it out, or write the line that follows.");
	if (peek(reader) == '\n') {
		step(reader);
		return 0;
	}
	begin(reader);
	put(reader);
	return 0;
}

static int end_word(struct reader *reader, bool more)
{
	struct shell *shell = reader->shell;
	struct shell_command *command;

	if (!reader->in_word)
		return 0;
	reader->in_word = false;
	if (++shell->word_count > WORDS_MAX)
		return refuse(reader, reader->now.word.at, "more than 16384 words",
			      "No command line of QEMU has as many.",
			      "Give the command line alone.");
	put_spot(reader, reader->word.len, reader->here);
	reader->now.word.text = text_str(&reader->word);
	reader->now.word.spots = reader->spots;
	if (!more) {
		shell->commands = grow(shell->arena, shell->commands, shell->command_count,
				       &shell->command_room, sizeof(*shell->commands));
		shell->commands[shell->command_count++] = (struct shell_command){0};
	}
	command = &shell->commands[shell->command_count - 1];
	command->list = grow(shell->arena, command->list, command->count, &command->room,
			     sizeof(*command->list));
	command->list[command->count++] = reader->now;
	return 0;
}

/* Where output goes is nothing of the machine's: ">FILE", "2>&1". */
static int skip_redirection(struct reader *reader, bool *more)
{
	bool word = reader->in_word;

	/* A digit right in front of it is the descriptor. */
	if (word && reader->word.len == 1 && isdigit((unsigned char)reader->word.data[0]))
		reader->in_word = word = false;
	if (end_word(reader, *more) < 0)
		return -1;
	*more = *more || word;
	while (peek(reader) == '>' || peek(reader) == '<' || peek(reader) == '&')
		step(reader);
	while (peek(reader) == ' ' || peek(reader) == '\t')
		step(reader);
	while (peek(reader) >= 0 && !isspace(peek(reader)) && !strchr(";&|", peek(reader)))
		step(reader);
	return 0;
}

static int read_byte(struct reader *reader)
{
	int byte = peek(reader), second = peek_second(reader);

	if (byte == '\\')
		return read_backslash(reader);
	begin(reader);
	if (byte == '\'')
		return read_single(reader);
	if (byte == '"')
		return read_double(reader);
	if (byte == '$' && (is_name(second) || second == '{' || second == '(' || second == '\'' ||
			    second == '@' || second == '*'))
		return put_variable(reader, BARE);
	if (byte == '`')
		mark_unknown(reader, "a command of the shell");
	if (byte == '~' && !reader->word.len)
		mark_unknown(reader, "somebody's home folder");
	put(reader);
	return 0;
}

int shell_read(struct shell *shell, const char *text, size_t len)
{
	struct reader reader = {
		.shell = shell, .text = text, .len = len, .here = {.line = 1, .column = 1}};
	bool more = false;

	while (peek(&reader) >= 0) {
		int byte = peek(&reader);
		bool blank = byte == ' ' || byte == '\t' || byte == '\r';
		bool end = byte == '\n' || byte == ';' || byte == '&' || byte == '|' ||
			   byte == '(' || byte == ')';

		if (byte == '#' && !reader.in_word) {
			while (peek(&reader) >= 0 && peek(&reader) != '\n')
				step(&reader);
		} else if (byte == '>' || byte == '<') {
			if (skip_redirection(&reader, &more) < 0)
				return -1;
		} else if (blank || end) {
			bool word = reader.in_word;

			if (end_word(&reader, more) < 0)
				return -1;
			more = !end && (more || word);
			step(&reader);
		} else if (read_byte(&reader) < 0) {
			return -1;
		}
	}
	return end_word(&reader, more);
}
