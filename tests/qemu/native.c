/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native.c - two command lines of QEMU as devices with properties, compared by name and value.
 *
 *	native compare TABLE OURS THEIRS USED    differences that TABLE does not accept, one a line
 *	native unused TABLE USED                 lines of TABLE that no difference needed
 *
 * OURS is what Kiln baked, an argument a line; THEIRS what `virsh domxml-to-native` printed, quoted for
 * a shell. Arguments that make something (-device, -object, -netdev, ...) are compared; JSON and
 * key=value mean the same. TABLE has lines "OPTION|DRIVER|PROPERTY|OURS|THEIRS|reason" with patterns
 * of a shell, "-" for a value that is not there; DRIVER may be DRIVER:NAME; PROPERTY is "*" for the whole
 * when one side has none.
 * Numbers of the lines of TABLE that were used go to the end of USED. Exit: 1 when there is a line.
 */
#include <fnmatch.h>

#include "native_line.h"

/* ---- the table ------------------------------------------------------------------------------------- */

#define FIELD_COUNT 6
#define ROW_MAX     256

/** struct row - an accepted difference; @number: its line of the file. */
struct row {
	char *field[FIELD_COUNT];
	unsigned number;
	bool used;
};

static struct row rows[ROW_MAX];
static size_t row_count;

static void read_table(const char *path)
{
	char *text = read_file(path), *next;
	unsigned number = 0;

	for (char *at = text; *at; at = next) {
		struct row *row = &rows[row_count];

		next = at + strcspn(at, "\n");
		if (*next)
			*next++ = '\0';
		number++;
		if (*at == '#' || !*at)
			continue;
		for (unsigned i = 0; i < FIELD_COUNT; i++)
			row->field[i] = i + 1 < FIELD_COUNT ? strsep(&at, "|") : at;
		if (!row->field[FIELD_COUNT - 1] || !*row->field[FIELD_COUNT - 1])
			DIE("%s:%u: OPTION|DRIVER|PROPERTY|OURS|THEIRS|reason is wanted\n", path,
			    number);
		row->number = number;
		if (++row_count == ROW_MAX)
			DIE("%s: too many lines\n", path);
	}
}

/* A pattern "a,b" takes both. */
static bool matches(const char *patterns, const char *value)
{
	char *list = copy(patterns, strlen(patterns)), *rest = list, *one;
	bool found = false;

	while ((one = strsep(&rest, ",")) && !found)
		found = fnmatch(one, value, 0) == 0;
	free(list);
	return found;
}

static bool is_accepted(const struct thing *thing, const char *key, const char *ours,
			const char *theirs)
{
	char full[512];

	(void)snprintf(full, sizeof(full), "%s:%s", driver_of(thing), thing->name);
	for (size_t i = 0; i < row_count; i++) {
		struct row *row = &rows[i];

		if (strcmp(row->field[0], thing->kind->option + 1) == 0 &&
		    (matches(row->field[1], driver_of(thing)) || matches(row->field[1], full)) &&
		    matches(row->field[2], key) && matches(row->field[3], ours) &&
		    matches(row->field[4], theirs)) {
			row->used = true;
			return true;
		}
	}
	return false;
}

/* ---- the comparison --------------------------------------------------------------------------------- */

static unsigned differ(const struct thing *thing, const char *key, const char *ours,
		       const char *theirs)
{
	ours = ours ? ours : "-";
	theirs = theirs ? theirs : "-";
	if (strcmp(ours, theirs) == 0 || is_accepted(thing, key, ours, theirs))
		return 0;
	printf("%s|%s|%s|%s|%s|%s\n", thing->kind->option + 1, driver_of(thing), key, ours, theirs,
	       thing->name);
	return 1;
}

/*
 * Ids are compared as other properties are, so they alone do not say what is the same. In this order: id
 * and place; driver and place; id; what the same property of the same thing names; driver and number.
 */
enum sameness { SAME_ALL, SAME_PLACE, SAME_ID, SAME_NUMBER, SAME_COUNT };

static bool same_value(const struct thing *one, const struct thing *two, const char *key)
{
	const char *x = value_of(one, key), *y = value_of(two, key);

	return x && y && strcmp(x, y) == 0;
}

static bool is_same(const struct thing *one, const struct thing *two, enum sameness how)
{
	bool place = same_value(one, two, "bus") &&
		     (same_value(one, two, "addr") || same_value(one, two, "nr") ||
		      same_value(one, two, "port"));
	bool driver = strcmp(driver_of(one), driver_of(two)) == 0;
	bool name = strcmp(one->name, two->name) == 0;

	if (one->kind != two->kind || one->other || two->other)
		return false;
	switch (how) {
	case SAME_ALL:
		return place && name;
	case SAME_PLACE:
		/* Interfaces that libvirt makes anew for its command line have lost theirs. */
		return place && driver && !value_of(one, "netdev");
	case SAME_ID:
		return name;
	case SAME_NUMBER:
		/* What devices name is known by who names it. */
		return driver && one->kind == &kinds[0];
	case SAME_COUNT:
		break;
	}
	return false;
}

static struct thing *named(struct line *line, const char *name, const struct kind *not_kind)
{
	for (size_t i = 0; i < line->count; i++) {
		if (line->things[i].kind != not_kind && strcmp(line->things[i].name, name) == 0)
			return &line->things[i];
	}
	return NULL;
}

static void join(struct line *ours, struct line *theirs, struct thing *one, struct thing *two);

/* "drive", "file", "chardev": what both name by the same property is the same too. */
static void join_named(struct line *ours, struct line *theirs, struct thing *one, struct thing *two)
{
	for (size_t i = 0; i < one->count; i++) {
		const char *key = one->pairs[i].key, *value = value_of(two, key);
		struct thing *x, *y;

		if (!value || !strcmp(key, "id") || !strcmp(key, "node-name") ||
		    !strcmp(key, "bus"))
			continue;
		x = named(ours, one->pairs[i].value, &kinds[0]);
		y = named(theirs, value, &kinds[0]);
		if (x && y && x->kind == y->kind && !x->other && !y->other)
			join(ours, theirs, x, y);
	}
}

static void join(struct line *ours, struct line *theirs, struct thing *one, struct thing *two)
{
	one->other = two;
	two->other = one;
	join_named(ours, theirs, one, two);
}

static void join_all(struct line *ours, struct line *theirs)
{
	for (unsigned how = 0; how < SAME_COUNT; how++) {
		for (size_t i = 0; i < ours->count; i++) {
			for (size_t j = 0; j < theirs->count && !ours->things[i].other; j++) {
				if (is_same(&ours->things[i], &theirs->things[j],
					    (enum sameness)how))
					join(ours, theirs, &ours->things[i], &theirs->things[j]);
			}
		}
	}
}

/* Whether two names are those of the same thing, whatever each side calls it. */
static bool name_the_same(const struct line *ours, const char *x, const char *y)
{
	for (size_t i = 0; i < ours->count; i++) {
		const struct thing *one = &ours->things[i];

		if (one->other && strcmp(one->name, x) == 0 && strcmp(one->other->name, y) == 0)
			return true;
	}
	return false;
}

static unsigned compare_things(const struct line *ours, const struct thing *one)
{
	const struct thing *two = one->other;
	unsigned count = 0;

	for (size_t p = 0; p < one->count; p++) {
		const char *key = one->pairs[p].key, *value = value_of(two, key);
		bool own = !strcmp(key, "id") || !strcmp(key, "node-name");

		/* Another name of the same thing is said once, where it is given. */
		if (own || !value || !name_the_same(ours, one->pairs[p].value, value))
			count += differ(one, key, one->pairs[p].value, value);
	}
	for (size_t p = 0; p < two->count; p++) {
		if (!value_of(one, two->pairs[p].key))
			count += differ(one, two->pairs[p].key, NULL, two->pairs[p].value);
	}
	return count;
}

static unsigned compare_lines(struct line *ours, struct line *theirs)
{
	unsigned count = 0;

	join_all(ours, theirs);
	for (size_t i = 0; i < ours->count; i++) {
		const struct thing *one = &ours->things[i];

		count += one->other ? compare_things(ours, one) : differ(one, "*", "there", NULL);
	}
	for (size_t i = 0; i < theirs->count; i++) {
		if (!theirs->things[i].other)
			count += differ(&theirs->things[i], "*", NULL, "there");
	}
	return count;
}

static int compare(const char *ours_path, const char *theirs_path, const char *used_path)
{
	struct line ours = {0}, theirs = {0};
	FILE *used = fopen(used_path, "ae");
	unsigned count;

	if (!used)
		DIE("%s cannot be written\n", used_path);
	parse_ours(&ours, read_file(ours_path));
	parse_theirs(&theirs, read_file(theirs_path));
	if (!ours.count || !theirs.count)
		DIE("a command line without devices\n");
	count = compare_lines(&ours, &theirs);
	for (size_t i = 0; i < row_count; i++) {
		if (rows[i].used)
			(void)fprintf(used, "%u\n", rows[i].number);
	}
	if (fclose(used) != 0)
		DIE("%s cannot be written\n", used_path);
	return count > 0;
}

static int list_unused(const char *path, const char *used_path)
{
	FILE *used = fopen(used_path, "re");
	char line[32];
	int status = 0;

	while (used && fgets(line, sizeof(line), used)) {
		for (size_t i = 0; i < row_count; i++)
			rows[i].used |= rows[i].number == strtoul(line, NULL, 10);
	}
	if (used)
		(void)fclose(used);
	for (size_t i = 0; i < row_count; i++) {
		if (rows[i].used)
			continue;
		printf("%s:%u: no golden case needs it\n", path, rows[i].number);
		status = 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "compare") == 0) {
		read_table(argv[2]);
		return compare(argv[3], argv[4], argv[5]);
	}
	if (argc == 4 && strcmp(argv[1], "unused") == 0) {
		read_table(argv[2]);
		return list_unused(argv[2], argv[3]);
	}
	(void)fputs("usage: native compare TABLE OURS THEIRS USED\n"
		    "       native unused TABLE USED\n",
		    stderr);
	return 2;
}
