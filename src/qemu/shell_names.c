/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell_names.c - the words of a script as lists, what its names stand for, and what is said of a name that stands
 * for nothing known.
 */
#include <string.h>

#include "qemu/shell.h"

void *shell_grow(struct arena *arena, void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 32;
	void *more = arena_alloc(arena, *room * size);

	if (count)
		memcpy(more, list, count * size);
	return more;
}

static struct shell_command *add_command(struct shell *shell)
{
	shell->commands = shell_grow(shell->arena, shell->commands, shell->command_count,
				     &shell->command_room, sizeof(*shell->commands));
	shell->commands[shell->command_count] = (struct shell_command){0};
	return &shell->commands[shell->command_count++];
}

void shell_add(struct shell *shell, struct shell_command *command, const struct shell_word *word)
{
	command = command ? command : add_command(shell);
	command->list = shell_grow(shell->arena, command->list, command->count, &command->room,
				   sizeof(*command->list));
	command->list[command->count++] = *word;
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

const char *shell_value(const struct shell *shell, const char *name, size_t len)
{
	const char *behind = NULL;

	for (size_t i = shell->command_count; i-- > 0;) {
		const struct shell_command *command = &shell->commands[i];

		for (size_t j = command->count; j-- > 0;) {
			const char *text = command->list[j].word.text;
			bool adds = strncmp(text, name, len) == 0 && text[len] == '+';

			if (strncmp(text, name, len) != 0 || text[len + adds] != '=' ||
			    command->list[j].unknown)
				continue;
			text += len + adds + 1;
			text = behind ? arena_fmt(shell->arena, "%s%s", text, behind) : text;
			if (!adds)
				return text;
			behind = text;
		}
	}
	return behind;
}

const char *shell_default(struct arena *arena, const char *text, size_t len, size_t *ret_end)
{
	size_t from = len && text[0] == ':', to;

	if (from >= len || (text[from] != '-' && text[from] != '='))
		return NULL;
	for (to = ++from; to < len && text[to] != '}'; to++) {
		if (strchr("$`\"'\\\n", text[to]))
			return NULL;
	}
	if (to >= len)
		return NULL;
	*ret_end = to;
	return arena_dup(arena, text + from, to - from);
}

struct shell_array *shell_array_find(const struct shell *shell, const char *name, size_t len)
{
	for (size_t i = shell->array_count; i-- > 0;) {
		if (shell->arrays[i].len == len && memcmp(shell->arrays[i].name, name, len) == 0)
			return &shell->arrays[i];
	}
	return NULL;
}
