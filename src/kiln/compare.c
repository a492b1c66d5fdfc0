/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.c - merge two lists of facts that are in the same order.
 *
 * A device that only one side has is one change, not one for each of its facts.
 */
#include "kiln/compare.h"

#include <string.h>

#include "base/attr.h"

struct fact {
	const char *id, *key, *value;
	bool promised;
};

/* The facts of one image, and where the merge stands. */
struct side {
	struct fact *facts;
	size_t count, at;
};

static const char *const words[CHANGE_KIND_COUNT] = {
	[CHANGE_ADDED] = "added",           [CHANGE_REMOVED] = "removed", [CHANGE_MOVED] = "moved",
	[CHANGE_RENUMBERED] = "renumbered", [CHANGE_VALUE] = "changed",
};

const char *change_word(enum change_kind kind)
{
	return words[kind];
}

static struct side load(const struct img *img, struct arena *arena)
{
	struct img_cursor cursor = {0};
	struct img_fact fact;
	struct side side = {0};

	while (img_fact_next(img, &cursor, &fact))
		side.count++;
	side.facts = arena_alloc(arena, (side.count + 1) * sizeof(*side.facts));
	cursor = (struct img_cursor){0};
	for (size_t i = 0; img_fact_next(img, &cursor, &fact); i++)
		side.facts[i] = (struct fact){
			.id = arena_dup(arena, fact.id, fact.id_len),
			.key = arena_dup(arena, fact.key, fact.key_len),
			.value = arena_dup(arena, fact.value, fact.value_len),
			.promised = fact.promised,
		};
	return side;
}

static struct change *add(struct comparison *ret, enum change_kind kind, const char *id)
{
	struct change *change = arena_alloc(ret->arena, sizeof(*change));

	change->kind = kind;
	change->id = id;
	if (ret->last)
		ret->last->next = change;
	else
		ret->first = change;
	ret->last = change;
	ret->count++;
	return change;
}

static bool key_is(const struct fact *fact, const char *key)
{
	return strcmp(fact->key, key) == 0;
}

static bool same_value(const struct fact *a, const struct fact *b)
{
	return a->value && b->value && strcmp(a->value, b->value) == 0;
}

static bool is_bus(const struct fact *fact)
{
	return strncmp(fact->key, "bus-", 4) == 0;
}

static bool is_place(const struct fact *fact)
{
	return key_is(fact, "path") || key_is(fact, "port");
}

/* The end of the facts of the identity at @begin. */
static size_t group_end(const struct side *side, size_t begin)
{
	size_t end = begin + 1;

	while (end < side->count && strcmp(side->facts[end].id, side->facts[begin].id) == 0)
		end++;
	return end;
}

static const struct fact *place_in(const struct side *side, size_t begin, size_t end)
{
	/* "port" is also what a PCI Express port calls its number; its place is its path. */
	const struct fact *place = NULL;

	for (size_t i = begin; i < end; i++) {
		if (key_is(&side->facts[i], "path"))
			return &side->facts[i];
		if (is_place(&side->facts[i]))
			place = &side->facts[i];
	}
	return place;
}

/* What is the host's side alone breaks nothing when it comes or goes. */
static bool is_promised(const struct side *side, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		if (key_is(&side->facts[i], "device"))
			return side->facts[i].promised;
	}
	return true;
}

/* "virtio-blk-pci at 01.3/00.0"; of the host's side, which has no place, all that is told of it. */
static const char *describe(struct arena *arena, const struct side *side, size_t begin, size_t end)
{
	const struct fact *place = place_in(side, begin, end);
	struct text text = {.arena = arena};
	const char *device = "a device";

	for (size_t i = begin; i < end; i++) {
		if (key_is(&side->facts[i], "device"))
			device = side->facts[i].value;
		else
			text_fmt(&text, ", %s %s", side->facts[i].key, side->facts[i].value);
	}
	if (!is_promised(side, begin, end))
		return arena_fmt(arena, "%s%s", device, text_str(&text));
	return place ? arena_fmt(arena, "%s at %s", device, place->value) : device;
}

static const char *holder_of(const struct side *side, const struct fact *place)
{
	for (size_t i = 0; place && i < side->count; i++) {
		if (strcmp(side->facts[i].key, place->key) == 0 &&
		    strcmp(side->facts[i].value, place->value) == 0)
			return side->facts[i].id;
	}
	return NULL;
}

static void removed(struct comparison *ret, struct side *old)
{
	size_t end = group_end(old, old->at);
	struct change *change = add(ret, CHANGE_REMOVED, old->facts[old->at].id);

	change->old = describe(ret->arena, old, old->at, end);
	change->host = !is_promised(old, old->at, end);
	change->breaks = !change->host;
	ret->breaks += change->breaks;
	old->at = end;
}

/* That another device was there before is that device's break: it is gone or has moved. */
static void added(struct comparison *ret, const struct side *old, struct side *new)
{
	size_t end = group_end(new, new->at);
	struct change *change = add(ret, CHANGE_ADDED, new->facts[new->at].id);

	change->new = describe(ret->arena, new, new->at, end);
	change->was = holder_of(old, place_in(new, new->at, end));
	change->host = !is_promised(new, new->at, end);
	new->at = end;
}

static enum change_kind kind_of(const struct fact *fact, bool has_path)
{
	if (key_is(fact, "path") || (key_is(fact, "port") && !has_path))
		return CHANGE_MOVED;
	return is_bus(fact) ? CHANGE_RENUMBERED : CHANGE_VALUE;
}

/* A fact of both sides, or NULL where one lacks it. */
static void changed(struct comparison *ret, const struct fact *was, const struct fact *is,
		    bool has_path)
{
	const struct fact *fact = !is || (was && was->promised) ? was : is;
	struct change *change = add(ret, kind_of(fact, has_path), fact->id);

	change->key = fact->key;
	change->old = was ? was->value : NULL;
	change->new = is ? is->value : NULL;
	change->breaks = fact->promised;
	ret->breaks += change->breaks;
}

static const char *path_in(const struct side *side, size_t end)
{
	const struct fact *place = place_in(side, side->at, end);

	return place && key_is(place, "path") ? place->value : NULL;
}

/*
 * Whether that fact is another's doing: the number of a bus follows from a device that moved, and
 * on one side alone it comes from another firmware, or from a Kiln that did not say it.
 */
static bool follows(const struct fact *was, const struct fact *is, bool moved)
{
	const struct fact *fact = was ? was : is;

	return is_bus(fact) && (moved || !was || !is);
}

/* Both sides stand at the same identity. */
static void both(struct comparison *ret, struct side *old, struct side *new)
{
	size_t old_end = group_end(old, old->at), new_end = group_end(new, new->at);
	const char *old_path = path_in(old, old_end), *new_path = path_in(new, new_end);
	bool moved = old_path && new_path && strcmp(old_path, new_path) != 0;

	while (old->at < old_end || new->at < new_end) {
		const struct fact *was = old->at < old_end ? &old->facts[old->at] : NULL;
		const struct fact *is = new->at < new_end ? &new->facts[new->at] : NULL;
		int diff = was && is ? strcmp(was->key, is->key) : 0;

		if (diff > 0)
			was = NULL;
		if (diff < 0)
			is = NULL;
		if (!(was && is && same_value(was, is)) && !follows(was, is, moved))
			changed(ret, was, is, old_path != NULL);
		old->at += was != NULL;
		new->at += is != NULL;
	}
}

void compare_images(const struct img *old_img, const struct img *new_img, struct comparison *ret)
{
	struct side old = load(old_img, ret->arena), new = load(new_img, ret->arena);

	while (old.at < old.count || new.at < new.count) {
		int diff = old.at == old.count ? 1
			   : new.at == new.count
				   ? -1
				   : strcmp(old.facts[old.at].id, new.facts[new.at].id);

		if (diff < 0)
			removed(ret, &old);
		else if (diff > 0)
			added(ret, &old, &new);
		else
			both(ret, &old, &new);
	}
}
