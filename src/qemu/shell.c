/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell.c - a shell's quoting, taken apart byte by byte; POSIX XCU 2.2 and 2.3.
 */
#include "qemu/shell.h"

#include <ctype.h>
#include <string.h>

/**
 * struct reader - a text while it is read. @word: the word so far; @spots: of its bytes. @more: the next word is
 * one of the last command. @array: the words are of it, whose name has @array_len bytes; NULL = of a command. @until: the line that ends the
 * text which begins on the next line, of @until_len bytes; NULL = none does.
 */
struct reader {
	struct shell *shell;
	const char *text;
	size_t len, at;
	struct spot here;
	struct text word;
	struct spot *spots;
	size_t spot_room;
	struct shell_word now;
	struct shell_array *array;
	size_t array_len;
	const char *until;
	size_t until_len;
	bool in_word, more;
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

static void put_spot(struct reader *reader, size_t at, struct spot spot)
{
	reader->spots = shell_grow(reader->shell->arena, reader->spots, at, &reader->spot_room,
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

/* ---- variables ---------------------------------------------------------------------------------- */

static bool is_name(int byte)
{
	return byte == '_' || isalnum(byte);
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

static int end_word(struct reader *reader);

/* Unquoted, it is taken apart at its blanks. */
static int put_value(struct reader *reader, enum quoting quoting, const char *value)
{
	for (const char *byte = value; *byte; byte++) {
		if (quoting == BARE && isspace((unsigned char)*byte)) {
			bool word = reader->in_word && reader->word.len;

			/* What is empty so far is no word. */
			reader->in_word = word;
			if (end_word(reader) < 0)
				return -1;
			reader->more |= word;
			continue;
		}
		begin(reader);
		put_spot(reader, reader->word.len, reader->here);
		text_add_len(&reader->word, byte, 1);
	}
	if (quoting == BARE && !reader->word.len)
		reader->in_word = false;
	return 0;
}

static int put_variable(struct reader *reader, enum quoting quoting)
{
	bool braces = peek_second(reader) == '{';
	size_t from = reader->at + 1 + braces, to = from, end;

	while (to < reader->len && is_name((unsigned char)reader->text[to]))
		to++;
	const char *value = to > from && !isdigit((unsigned char)reader->text[from])
				    ? shell_value(reader->shell, reader->text + from, to - from)
				    : NULL;
	const char *other = braces && to > from
				    ? shell_default(reader->shell->arena, reader->text + to,
						    reader->len - to, &end)
				    : NULL;

	if (other) {
		value = value && *value ? value : other;
		to += end;
	}
	bool closed = !braces || (to < reader->len && reader->text[to] == '}');

	/* Unquoted, the shell would look for files. */
	if (value && quoting == BARE && value[strcspn(value, "*?[")])
		value = NULL;
	if (!value || !closed) {
		mark_unknown(reader, "a variable or command of the shell");
		put(reader);
		return 0;
	}
	if (count_variable(reader, value) < 0)
		return -1;
	while (reader->at < to + braces)
		step(reader);
	return put_value(reader, quoting, value);
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

/* The list that the next word is of; NULL = it begins a command. */
static struct shell_command *list_of(const struct reader *reader)
{
	if (reader->array)
		return &reader->array->words;
	return reader->more ? &reader->shell->commands[reader->shell->command_count - 1] : NULL;
}

static int count_word(struct reader *reader, struct spot at)
{
	if (++reader->shell->word_count <= WORDS_MAX)
		return 0;
	return refuse(reader, at, "more than 16384 words", "No command line of QEMU has as many.",
		      "Give the command line alone.");
}

static int end_word(struct reader *reader)
{
	if (!reader->in_word)
		return 0;
	reader->in_word = false;
	if (count_word(reader, reader->now.word.at) < 0)
		return -1;
	put_spot(reader, reader->word.len, reader->here);
	reader->now.word.text = text_str(&reader->word);
	reader->now.word.spots = reader->spots;
	shell_add(reader->shell, list_of(reader), &reader->now);
	return 0;
}

/* ---- arrays, and what is no word ----------------------------------------------------------------- */

/* At the '(' of NAME=( or NAME+=(. */
static bool begin_array(struct reader *reader)
{
	struct shell *shell = reader->shell;
	const char *text = text_str(&reader->word);
	size_t len = 0;
	bool adds;

	while (is_name((unsigned char)text[len]))
		len++;
	adds = len && text[len] == '+';
	if (!reader->in_word || reader->array || !len || strcmp(text + len + adds, "=") != 0)
		return false;
	reader->array = adds ? shell_array_find(shell, text, len) : NULL;
	if (!reader->array) {
		/* Until it is closed the name is that of the one before. */
		shell->arrays = shell_grow(shell->arena, shell->arrays, shell->array_count,
					   &shell->array_room, sizeof(*shell->arrays));
		reader->array = &shell->arrays[shell->array_count++];
		*reader->array = (struct shell_array){.name = arena_dup(shell->arena, text, len)};
	}
	reader->array_len = len;
	reader->in_word = false;
	step(reader);
	return true;
}

/* The words of "${NAME[@]}" in its place, and none of "$@": a script is read as one that was started alone. */
static int put_all(struct reader *reader, bool *ret_was)
{
	const char *text = reader->text + reader->at, *end = reader->text + reader->len, *at = text;
	bool quoted = *at == '"';
	const struct shell_array *array = NULL;
	size_t len;

	*ret_was = false;
	at += quoted;
	if (reader->in_word || end - at < 2 || *at++ != '$')
		return 0;
	if (*at == '@' || (*at == '*' && !quoted)) {
		at++;
	} else if (*at++ == '{') {
		for (len = 0; at + len < end && is_name((unsigned char)at[len]);)
			len++;
		array = shell_array_find(reader->shell, at, len);
		at += len;
		if (!array || end - at < 4 ||
		    (memcmp(at, "[@]}", 4) != 0 && memcmp(at, "[*]}", 4) != 0))
			return 0;
		at += 4;
	} else {
		return 0;
	}
	if (quoted && (at == end || *at++ != '"'))
		return 0;
	if (at < end && !isspace((unsigned char)*at) && !strchr(";&|)", *at))
		return 0;
	*ret_was = true;
	while (reader->text + reader->at < at)
		step(reader);
	/* A list of its own may grow by its own words. */
	for (size_t i = 0, count = array ? array->words.count : 0; i < count; i++) {
		struct shell_word word = array->words.list[i];

		if (count_word(reader, reader->here) < 0)
			return -1;
		shell_add(reader->shell, list_of(reader), &word);
		reader->more = true;
	}
	return 0;
}

/* `# TEXT` is a command that does nothing, and how a comment gets into the middle of a command. */
static bool skip_remark(struct reader *reader)
{
	size_t end = reader->at + 1;

	if (reader->in_word || peek(reader) != '`' || peek_second(reader) != '#')
		return false;
	while (end < reader->len && reader->text[end] != '`' && reader->text[end] != '\n')
		end++;
	if (end == reader->len || reader->text[end] != '`')
		return false;
	while (reader->at <= end)
		step(reader);
	return true;
}

/* The lines of a text that begins on this one, and the one that ends it. */
static void skip_text(struct reader *reader)
{
	struct reader before = *reader;

	while (reader->until && peek(reader) >= 0) {
		const char *line = reader->text + reader->at;
		const char *stop = memchr(line, '\n', reader->len - reader->at);
		size_t len = stop ? (size_t)(stop - line) : reader->len - reader->at;

		while (len && *line == '\t')
			line++, len--;
		if (len == reader->until_len && memcmp(line, reader->until, len) == 0)
			reader->until = NULL;
		while (peek(reader) >= 0 && peek(reader) != '\n')
			step(reader);
		if (reader->until && peek(reader) >= 0)
			step(reader);
	}
	/* Nothing ends it, so it was none. */
	if (reader->until) {
		*reader = before;
		reader->until = NULL;
	}
}

/* The word behind "<<", without its quotes. */
static void read_end_of_text(struct reader *reader)
{
	while (peek(reader) == '<' || peek(reader) == '-' || peek(reader) == ' ' ||
	       peek(reader) == '\'' || peek(reader) == '"' || peek(reader) == '\\')
		step(reader);
	reader->until = reader->text + reader->at;
	while (is_name(peek(reader)))
		step(reader);
	reader->until_len = (size_t)(reader->text + reader->at - reader->until);
	/* Numbers are shifted by numbers. */
	if (!reader->until_len || isdigit((unsigned char)*reader->until))
		reader->until = NULL;
}

/* Where output goes is nothing of the machine's: ">FILE", "2>&1". */
static int skip_redirection(struct reader *reader)
{
	bool word = reader->in_word;

	/* A digit right in front of it is the descriptor. */
	if (word && reader->word.len == 1 && isdigit((unsigned char)reader->word.data[0]))
		reader->in_word = word = false;
	if (end_word(reader) < 0)
		return -1;
	reader->more = reader->more || word;
	if (reader->len - reader->at > 2 && strncmp(reader->text + reader->at, "<<", 2) == 0 &&
	    reader->text[reader->at + 2] != '<')
		read_end_of_text(reader);
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

/* A blank, or what ends a command; in an array a line does not. */
static int read_gap(struct reader *reader, int byte)
{
	bool ends = byte == '\n' || strchr(";&|()", byte), word = reader->in_word;

	if (byte == '(' && begin_array(reader))
		return 0;
	if (end_word(reader) < 0)
		return -1;
	if (reader->array && byte == ')') {
		reader->array->len = reader->array_len;
		reader->array = NULL;
	} else if (!reader->array)
		reader->more = !ends && (reader->more || word);
	step(reader);
	if (byte == '\n')
		skip_text(reader);
	return 0;
}

int shell_read(struct shell *shell, const char *text, size_t len)
{
	struct reader reader = {
		.shell = shell, .text = text, .len = len, .here = {.line = 1, .column = 1}};

	while (peek(&reader) >= 0) {
		int byte = peek(&reader), status = 0;
		bool was = false;

		if (byte == '#' && !reader.in_word) {
			while (peek(&reader) >= 0 && peek(&reader) != '\n')
				step(&reader);
		} else if (byte == '>' || byte == '<') {
			status = skip_redirection(&reader);
		} else if (strchr(" \t\r\n;&|()", byte)) {
			status = read_gap(&reader, byte);
		} else if (!skip_remark(&reader)) {
			if (byte == '"' || byte == '$')
				status = put_all(&reader, &was);
			if (status == 0 && !was)
				status = read_byte(&reader);
		}
		if (status < 0)
			return -1;
	}
	return end_word(&reader);
}
