/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * site.c - late binding: /etc/kiln/NAME.site and --set may bind the slots that the image declares,
 * under the rules that held when it was composed, and nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "host/settings.h"
#include "run/run.h"

#define SITE_FOLDER     "/etc/kiln"
#define MACHINE_ID_FILE "/etc/machine-id"
#define POOL_BYTES      (512u * 1024u) /* values of one overlay; a slot value is a path or a name */

static char pool[POOL_BYTES];
static size_t pool_used;
static char site_path[SITE_VALUE_MAX];

static const char *pool_copy(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = pool + pool_used;

	if (size > sizeof(pool) - pool_used)
		return NULL;
	memcpy(copy, text, size);
	pool_used += size;
	return copy;
}

static int slot_find(const struct run *run, const char *key, struct img_site *ret_site)
{
	struct img_cursor cursor = {0};

	for (int i = 0; img_site_next(&run->img, &cursor, ret_site); i++)
		if (!strcmp(ret_site->key, key))
			return i;
	return -1;
}

static void known_keys(const struct run *run, struct buf *buf)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	while (img_site_next(&run->img, &cursor, &site))
		buf_addf(buf, "%s%s", buf->len ? ", " : "", site.key);
	if (!buf->len)
		buf_add_str(buf, "none");
}

static int unknown_refuse(const struct run *run, const char *key, enum err_kind kind,
			  struct err *err)
{
	char keys[400];
	struct buf buf;

	buf_init(&buf, keys, sizeof(keys));
	known_keys(run, &buf);
	err_set(err, kind, "unknown key \"%.100s\"", key);
	err_why(err, "Only what the image declares can be bound on the target: %s%s.", keys,
		buf.overflow ? ", ..." : "");
	err_fix(err, "Use one of these keys, or declare a slot in the configuration and compose "
		     "the image again.");
	return -1;
}

static int bind(struct run *run, const char *key, const struct site_value *value,
		enum err_kind kind, struct err *err)
{
	struct img_site site;
	int slot = slot_find(run, key, &site);

	if (slot < 0)
		return unknown_refuse(run, key, kind, err);
	if (strlen(value->value) >= SITE_VALUE_MAX ||
	    !ident_is_valid(site_rule(site.kind), value->value)) {
		err_set(err, kind, "%s: \"%.200s\" is not a valid %s", key, value->value,
			ident_noun(site_rule(site.kind)));
		err_why(err, "%s", ident_rule(site_rule(site.kind)));
		err_fix(err, "Bind another value, or leave the key out%s%.100s%s.",
			site.value[0] ? ": the image has \"" : "", site.value,
			site.value[0] ? "\"" : "");
		return -1;
	}
	if (run->site[slot].set && !run->site[slot].file == !value->file) {
		err_set(err, kind, "%s is bound twice", key);
		err_why(err, "It would not be clear which value holds.");
		err_fix(err, "Leave one of them out; a --set wins over the site file.");
		if (value->file)
			err_also(err, run->site[slot].file, run->site[slot].line);
		return -1;
	}
	run->site[slot] = *value;
	return 0;
}

static int line_bind(void *arg, unsigned number, char *key, struct err *err)
{
	struct run *run = arg;
	struct site_value value = {.file = site_path, .line = number, .set = true};
	char *equals = strchr(key, '=');

	if (!equals) {
		err_set(err, ERR_CONFIG, "\"%.100s\" is not key=value", key);
		err_why(err, "A line of a site file is key=value, empty, or begins with '#'.");
		err_fix(err, "Write the key, '=' and the value, without quotes.");
		return -1;
	}
	*equals = '\0';
	value.value = pool_copy(settings_trim(equals + 1));
	if (!value.value) {
		err_set(err, ERR_CONFIG, "the site file is too long");
		err_why(err, "Its values may have %u bytes together.", POOL_BYTES);
		err_fix(err, "Keep only the values of this VM in it.");
		return -1;
	}
	return bind(run, settings_trim(key), &value, ERR_CONFIG, err);
}

static int file_load(struct run *run, struct err *err)
{
	const char *given = run->options->site;
	const struct settings settings = {
		.path = site_path,
		.given = given != NULL,
		.noun = "site file",
		.why = "It binds the values of this target.",
		.option = "--site",
	};

	if (given)
		(void)snprintf(site_path, sizeof(site_path), "%s", given);
	else
		(void)snprintf(site_path, sizeof(site_path), SITE_FOLDER "/%s.site",
			       run->img.meta[META_NAME]);
	return settings_read(&settings, line_bind, run, err);
}

static int sets_load(struct run *run, struct err *err)
{
	for (unsigned i = 0; i < run->options->set_count; i++) {
		struct site_value value = {.set = true};
		const char *set = run->options->set[i];
		const char *equals = strchr(set, '=');
		char key[256];

		if (!equals || (size_t)(equals - set) >= sizeof(key)) {
			err_set(err, ERR_USAGE, "--set %.100s", set);
			err_why(err, "Its value is KEY=VALUE.");
			err_fix(err, "Write, for example, --set net0.bridge=br0; `kiln-run show "
				     "IMAGE` lists the keys.");
			return -1;
		}
		memcpy(key, set, (size_t)(equals - set));
		key[equals - set] = '\0';
		value.value = equals + 1;
		if (bind(run, key, &value, ERR_USAGE, err)) {
			err_sym(err, "--set");
			return -1;
		}
	}
	return 0;
}

/* The unit id is bound, or it is the machine id, which systemd and dbus keep for each installation. */
static void unit_find(struct run *run)
{
	struct img_cursor cursor = {0};
	struct img_site site;
	char text[IDENT_UNIT_MAX];

	for (uint32_t i = 0; img_site_next(&run->img, &cursor, &site); i++)
		if (site.kind == SITE_UNIT && run->site[i].value[0]) {
			(void)snprintf(run->facts.unit, sizeof(run->facts.unit), "%s",
				       run->site[i].value);
			return;
		}
	if (fd_read_file(MACHINE_ID_FILE, text, sizeof(text)) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (ident_is_valid(IDENT_UNIT, text))
		(void)snprintf(run->facts.unit, sizeof(run->facts.unit), "%s", text);
}

int site_load(struct run *run, struct err *err)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	if (file_load(run, err) || sets_load(run, err))
		return -1;
	for (uint32_t i = 0; img_site_next(&run->img, &cursor, &site); i++) {
		if (!run->site[i].set)
			run->site[i].value = site.value;
		run->facts.site[i] = run->site[i].value;
	}
	unit_find(run);
	return 0;
}

static int is_bound(const struct run *run, uint32_t slot, const struct img_site *site)
{
	return run->site[slot].value[0] || (site->kind == SITE_UNIT && run->facts.unit[0]);
}

static int unbound_refuse(const struct run *run, const struct img_site *site, struct err *err)
{
	if (site->kind == SITE_UNIT)
		err_set(err, ERR_HOST,
			"there is no unit id: %s is not bound and " MACHINE_ID_FILE
			" is missing or empty",
			site->key);
	else
		err_set(err, ERR_HOST, "%s is not bound", site->key);
	err_why(err, "The image leaves the value to the target; %s.",
		site->kind == SITE_UNIT ? "addresses that differ from unit to unit are "
					  "derived from it"
					: ident_noun(site_rule(site->kind)));
	err_fix(err, "Write %s=VALUE into " SITE_FOLDER "/%s.site, or add --set %s=VALUE.",
		site->key, run->img.meta[META_NAME], site->key);
	return -1;
}

int site_check(struct run *run, struct err *err)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	for (uint32_t i = 0; img_site_next(&run->img, &cursor, &site); i++)
		if (!is_bound(run, i, &site))
			return unbound_refuse(run, &site, err);
	return 0;
}

void site_check_all(struct run *run, struct findings *findings)
{
	struct img_cursor cursor = {0};
	struct img_site site;
	struct err err;

	for (uint32_t i = 0; img_site_next(&run->img, &cursor, &site); i++)
		if (!is_bound(run, i, &site)) {
			(void)unbound_refuse(run, &site, &err);
			findings_add(findings, &err);
		}
}

/* Where a slot is not bound, FACTS_SHOW has put "<key>". */
static int text_lacks(const struct run *run, const char *text)
{
	struct img_cursor cursor = {0};
	struct img_site site;
	char mark[SITE_VALUE_MAX + 2];

	for (uint32_t i = 0; strchr(text, '<') && img_site_next(&run->img, &cursor, &site); i++) {
		(void)snprintf(mark, sizeof(mark), "<%s>", site.key);
		if (!run->site[i].value[0] && strstr(text, mark))
			return 1;
	}
	return 0;
}

int site_lacks(const struct run *run, const struct op *op)
{
	size_t count;
	const struct op_field *fields = op_fields(op->code, &count);

	for (size_t i = 0; i < count; i++) {
		const char *text;

		if (fields[i].kind != FIELD_TEXT)
			continue;
		memcpy(&text, (const char *)op + fields[i].offset, sizeof(text));
		if (text_lacks(run, text))
			return 1;
	}
	return 0;
}
