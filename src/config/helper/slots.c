/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slots.c - the files that scripts/kconfig-gen expanded: where their lines come from, and how many
 * slots of them are read.
 *
 * Most of the tree is slots that a configuration does not use, and reading them was most of the time
 * of a compose. In: the text of the configuration. Out: the files as the library reads them, without
 * the slots above the last one that the text counts or names. What the text does not say, a default
 * of COUNT, is seen by slots_complete() afterwards.
 */
#include "config/helper/kconf.h"

#include "base/num.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

/* Included parts are files of their own, one for each slot of a template. */
#define EXPANDED_MAX 4096
#define FILE_MAX     (64u << 20)

/*
 * An expanded file. @from: its template, NULL when it is none. @first, @last: the template's lines of
 * "#@slot" and "#@end", 0 for a file without slots. @prefix: "DISK" of DISK0.
 */
struct expanded {
	const char *file, *from, *prefix;
	unsigned first, last, slots, read;
};

static struct {
	const struct conf *conf;
	const char *tree;
	const char *text; /* NULL: all slots are read */
	struct expanded files[EXPANDED_MAX];
	size_t count;
} state;

void slots_want(const struct conf *conf, const char *tree, const char *text)
{
	state.conf = conf;
	state.tree = arena_str(conf->arena, tree);
	state.text = text;
}

/* "#@expanded FILE FIRST LAST SLOTS", as scripts/kconfig-gen writes it. */
static bool read_head(const char *line, struct expanded *entry)
{
	static const char mark[] = "#@expanded ";
	unsigned *const numbers[] = {&entry->first, &entry->last, &entry->slots};
	uint64_t value;

	if (strncmp(line, mark, strlen(mark)) != 0)
		return false;
	line += strlen(mark);
	size_t len = strcspn(line, " \n");
	const char *from = arena_fmt(state.conf->arena, "%.*s", (int)len, line);

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		line += len;
		line += *line == ' ';
		len = strcspn(line, " \n");
		if (num_parse_n(line, len, 0, UINT32_MAX, &value) < 0)
			return false;
		*numbers[i] = (unsigned)value;
	}
	entry->from = from;
	entry->read = entry->slots;
	return true;
}

/* Symbols are asked for in the order of the tree, so it is mostly the file of the time before. */
static const struct expanded *find(const char *file)
{
	static const struct expanded *last;

	for (size_t i = 0; !(last && !strcmp(last->file, file)); i++) {
		if (i == state.count)
			return NULL;
		last = &state.files[i];
	}
	return last;
}

/* The first symbol of the first slot is the slot's own: "menuconfig DISK0". */
static const char *slot_prefix(const char *slot)
{
	const char *word = strstr(slot, "config ");

	if (!word)
		return NULL;
	word += strlen("config ");
	size_t len = strcspn(word, " \n");

	if (!len || word[len - 1] != '0')
		return NULL;
	return arena_fmt(state.conf->arena, "%.*s", (int)len - 1, word);
}

/* The slots that the configuration counts or names; without a word about them, one. */
static unsigned slots_needed(const struct expanded *entry)
{
	static const char counted[] = "_COUNT=";
	const char *const name = arena_fmt(state.conf->arena, "CONFIG_%s", entry->prefix);
	unsigned long need = 0, number;
	bool said = false;

	for (const char *at = state.text; (at = strstr(at, name));) {
		at += strlen(name);
		if (!strncmp(at, counted, strlen(counted))) {
			said = true;
			number = strtoul(at + strlen(counted), NULL, 10);
		} else if (isdigit((unsigned char)*at)) {
			number = strtoul(at, NULL, 10);
			number += number < ULONG_MAX;
		} else {
			continue;
		}
		if (number > need)
			need = number;
	}
	if (!said && !need)
		need = 1;
	return need < entry->slots ? (unsigned)need : entry->slots;
}

/* The text without its slots from the one needed last; the length of what is left. */
static size_t cut(struct expanded *entry, char *text, size_t len)
{
	static const char end[] = "\n#@end\n";
	const char *const first = strstr(text, "\n#@slot 0\n");
	char *tail = NULL;

	entry->prefix = first ? slot_prefix(first) : NULL;
	if (!entry->prefix)
		return len;
	const unsigned need = slots_needed(entry);

	if (need == entry->slots)
		return len;
	const char *const mark = arena_fmt(state.conf->arena, "\n#@slot %u\n", need);
	char *const from = strstr(text, mark);

	for (char *at = from; at && (at = strstr(at, end)); at += strlen(end) - 1)
		tail = at + strlen(end);
	if (!tail)
		return len;
	entry->read = need;
	memmove(from + 1, tail, len - (size_t)(tail - text) + 1);
	return len - (size_t)(tail - (from + 1));
}

static char *read_text(FILE *in, size_t *ret_len)
{
	long size = fseek(in, 0, SEEK_END) == 0 ? ftell(in) : -1;
	char *text = NULL;

	if (size >= 0 && (unsigned long)size < FILE_MAX && fseek(in, 0, SEEK_SET) == 0)
		text = calloc(1, (size_t)size + 1);
	if (text)
		*ret_len = fread(text, 1, (size_t)size, in);
	rewind(in);
	return text;
}

static FILE *stream_of(const char *text, size_t len)
{
	int fd = memfd_create("kiln-kconf-slots", MFD_CLOEXEC);
	FILE *stream = fd >= 0 ? fdopen(fd, "w+") : NULL;

	if (stream && fwrite(text, 1, len, stream) == len && fflush(stream) == 0) {
		rewind(stream);
		return stream;
	}
	if (stream)
		(void)fclose(stream);
	return NULL;
}

static FILE *open_in_tree(const char *name)
{
	FILE *in = fopen(name, "re");

	if (in || *name == '/')
		return in;
	return fopen(arena_fmt(state.conf->arena, "%s/%s", state.tree, name), "re");
}

/*
 * In place of libkconfig-parser's own, which all its reading of Kconfig files goes through: a public
 * function of a shared library, so the program's goes before it (ld.so(8), symbol scope). Like that
 * one it looks in the working directory and then in the tree; should a library not ask for it, all
 * slots are read.
 */
FILE *zconf_fopen(const char *name)
{
	struct expanded entry = {.file = arena_str(state.conf->arena, name)};
	FILE *in = open_in_tree(name);
	char head[2 * ERR_FILE_MAX];
	size_t len = 0;

	if (!in || !fgets(head, sizeof(head), in) || !read_head(head, &entry) ||
	    state.count == EXPANDED_MAX) {
		if (in)
			rewind(in);
		return in;
	}
	rewind(in);
	char *text = state.text && entry.slots ? read_text(in, &len) : NULL;

	if (text)
		len = cut(&entry, text, len);
	/* flex asks for the descriptor, so a stream over memory alone will not do. */
	FILE *shown = text && entry.read < entry.slots ? stream_of(text, len) : NULL;

	free(text);
	if (!shown)
		entry.read = entry.slots;
	else
		(void)fclose(in);
	state.files[state.count++] = entry;
	return shown ? shown : in;
}

bool slots_complete(void)
{
	for (size_t i = 0; i < state.count; i++) {
		const struct expanded *entry = &state.files[i];
		struct symbol *sym;

		if (entry->read == entry->slots)
			continue;
		sym = sym_find(arena_fmt(state.conf->arena, "%s_COUNT", entry->prefix));
		if (!sym || strtoul(sym_get_string_value(sym), NULL, 10) > entry->read)
			return false;
	}
	return true;
}

struct tree_place slots_place(const char *file, unsigned line)
{
	const struct expanded *from = find(file);

	if (!from)
		return (struct tree_place){file, line};
	if (from->last && line >= from->first) {
		unsigned part = from->last - from->first + 1;
		unsigned end = from->first + part * from->read;

		if (line < end)
			line = from->first + (line - from->first) % part;
		else
			line = line - end + from->last + 1;
	}
	return (struct tree_place){from->from, line};
}
