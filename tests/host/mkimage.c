/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkimage.c - make an image from a few lines of text, so that tests of the loader need no composer.
 *
 * usage: mkimage OUTPUT < PLAN. A line of PLAN is one of
 *   meta KEY VALUE            replaces a default
 *   arg TEXT | loader TEXT    an argument; loader: ARG_LOADER_ONLY
 *   site KEY KIND VALUE
 *   payload NAME PATH
 *   op NAME field=value ...   fields of image/ops.h; a missing one is "" or 0
 * In TEXT and field values, {KIND[.ESCAPE]:A:B:KEY} stands for a mark, e.g. {fd:0}, {tap.1:0:2},
 * {mac:0:0:net0}, and \_ for a blank. Aborts on a mistake: it is a tool of the tests, not of users.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/writer.h"

#define LIST_MAX 32768

static struct img_source_arg args[LIST_MAX];
static struct op ops[LIST_MAX];
static struct site_slot sites[SITE_MAX + 1];
static struct img_source_payload payload[PAYLOAD_MAX + 1];
static struct img_source source = {
	.meta = {[META_NAME] = "test",
		 [META_VERSION] = KILN_VERSION,
		 [META_BOARD] = "test",
		 [META_HOST_ARCH] = "x86_64",
		 [META_GUEST_ARCH] = "x86_64",
		 [META_MACHINE] = "none",
		 [META_QEMU] = "/bin/false",
		 [META_QEMU_VERSION] = "7.2",
		 [META_RUN_USER] = "nobody",
		 [META_PAYLOAD_DIR] = "/var/lib/kiln/test",
		 [META_LAYOUT_ALGO] = "libvirt-9"},
	.config = "CONFIG_VM_NAME=\"test\"\n",
	.domain = "<domain/>\n",
	.layout = "{}\n",
	.guest = "",
	.needs = "",
	.args = args,
	.ops = ops,
	.sites = sites,
	.payload = payload,
};

/* One {WORD[.ESCAPE]:A:B:KEY} to a mark of image/text.h. Returns the text behind it. */
static const char *mark_write(FILE *out, const char *at)
{
	const char *end = strchr(at, '}');
	char inside[128], *rest = inside, *word, *escape, *a, *b;

	if (!end || (size_t)(end - at) >= sizeof(inside))
		errx(1, "mark without end: %s", at);
	memcpy(inside, at, (size_t)(end - at));
	inside[end - at] = '\0';
	escape = strsep(&rest, ":");
	word = strsep(&escape, ".");
	a = strsep(&rest, ":");
	b = strsep(&rest, ":");
	for (enum fixup_kind kind = FIX_FD; kind < FIX_COUNT; kind++)
		if (!strcmp(fixup_word(kind), word)) {
			fprintf(out, "%c%u:%s:%s:%s:%s%c", MARK_OPEN, kind, escape ? escape : "0",
				a ? a : "0", b ? b : "0", rest ? rest : "", MARK_CLOSE);
			return end + 1;
		}
	errx(1, "unknown mark %s", word);
}

/* Only a brace with a letter behind it begins a mark, so that JSON can be written as it is. */
static char *text_make(const char *text)
{
	size_t size;
	char *made;
	FILE *out = open_memstream(&made, &size);

	while (*text)
		if (text[0] == '{' && text[1] >= 'a' && text[1] <= 'z')
			text = mark_write(out, text + 1);
		else if (text[0] == '\\' && text[1] == '_' && (text += 2))
			fputc(' ', out);
		else
			fputc(*text++, out);
	fclose(out);
	return made;
}

static void op_parse(char *line)
{
	struct op *op = &ops[source.op_count++];
	const struct op_field *fields;
	char *word = strsep(&line, " ");
	size_t count;

	for (op->code = 0; op->code < OP_COUNT; op->code++)
		if (!strcmp(op_name(op->code), word))
			break;
	if (op->code == OP_COUNT)
		errx(1, "unknown operation %s", word);
	fields = op_fields(op->code, &count);
	for (size_t i = 0; i < count; i++)
		if (fields[i].kind == FIELD_TEXT)
			*(const char **)(void *)((char *)op + fields[i].offset) = "";
	while ((word = strsep(&line, " "))) {
		char *value = strchr(word, '=');
		size_t i;

		if (!value)
			errx(1, "no '=' in %s", word);
		*value++ = '\0';
		for (i = 0; i < count && strcmp(fields[i].name, word) != 0; i++)
			;
		if (i == count)
			errx(1, "unknown field %s", word);
		if (fields[i].kind == FIELD_TEXT)
			*(const char **)(void *)((char *)op + fields[i].offset) = text_make(value);
		else
			*(uint32_t *)(void *)((char *)op + fields[i].offset) =
				(uint32_t)strtoul(value, NULL, 0);
	}
}

static void meta_parse(char *line)
{
	char *key = strsep(&line, " ");

	for (enum img_meta_key i = 0; i < META_KEY_COUNT; i++)
		if (!strcmp(img_meta_name(i), key)) {
			source.meta[i] = strdup(line);
			return;
		}
	errx(1, "unknown meta key %s", key);
}

static void site_parse(char *line)
{
	struct site_slot *site = &sites[source.site_count++];
	char *kind;

	site->key = strdup(strsep(&line, " "));
	kind = strsep(&line, " ");
	site->value = strdup(line ? line : "");
	for (site->kind = 0; site->kind < SITE_KIND_COUNT; site->kind++)
		if (!strcmp(site_word(site->kind), kind))
			return;
	errx(1, "unknown site kind %s", kind);
}

static void line_parse(char *line)
{
	char *word = strsep(&line, " ");

	if (source.arg_count == LIST_MAX || source.op_count == LIST_MAX ||
	    source.site_count == SITE_MAX || source.payload_count == PAYLOAD_MAX)
		errx(1, "too many lines");
	if (!strcmp(word, "arg") || !strcmp(word, "loader"))
		args[source.arg_count++] = (struct img_source_arg){
			.flags = word[0] == 'l' ? ARG_LOADER_ONLY : 0, .text = text_make(line)};
	else if (!strcmp(word, "op"))
		op_parse(line);
	else if (!strcmp(word, "meta"))
		meta_parse(line);
	else if (!strcmp(word, "site"))
		site_parse(line);
	else if (!strcmp(word, "payload")) {
		payload[source.payload_count].name = strdup(strsep(&line, " "));
		payload[source.payload_count++].path = strdup(line);
	} else if (word[0] && word[0] != '#')
		errx(1, "unknown line %s", word);
}

int main(int argc, char **argv)
{
	static char line[65536];
	struct err error;
	int fd;

	if (argc != 2)
		errx(2, "usage: mkimage OUTPUT < PLAN");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		line_parse(line);
	}
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		err(1, "%s", argv[1]);
	if (img_write(&source, fd, &error))
		errx(1, "%s\n%s\n%s", error.what, error.why, error.fix);
	return close(fd) ? 1 : 0;
}
