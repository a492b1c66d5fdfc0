/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extra_device.c - a -device as key=value or as JSON. Of JSON only the place is written anew; key=value
 * becomes JSON, with what QEMU said of the types of its properties.
 */
#include "devices/extra_device.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/json.h"
#include "model/keyval.h"

#define VALUE_MAX 4096

/* QEMU's rule for ids: util/id.c, id_wellformed(). */
static bool is_id(const char *id)
{
	if (!isalpha((unsigned char)*id))
		return false;
	while (isalnum((unsigned char)*id) || (*id && strchr("-._", *id)))
		id++;
	return !*id;
}

/* hw/core/qdev-properties-system.c: SLOT or SLOT.FUNCTION in hexadecimal. */
static bool read_addr(const char *text, struct extra_device *ret)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return false;
	unsigned long slot = strtoul(text, &end, 16), function = 0;

	if (*end == '.' && isxdigit((unsigned char)end[1]))
		function = strtoul(end + 1, &end, 16);
	ret->slot = (unsigned)slot;
	ret->function = (unsigned)function;
	return !*end && slot < 32 && function < 8;
}

/* What is wrong with the parts that Kiln reads, or NULL. */
static const char *check_parts(struct arena *arena, struct extra_device *ret)
{
	if (!ret->driver || !*ret->driver)
		return "A -device names its driver.";
	if (ret->id && !is_id(ret->id))
		return arena_fmt(
			arena,
			"An id begins with a letter, has letters, digits, '-', '.' and '_', "
			"and is not \"%s\".",
			ret->id);
	if (ret->has_multifunction)
		return "multifunction= follows from what else is in the slot; Kiln writes it.";
	return NULL;
}

static bool is_place(const char *key)
{
	return strcmp(key, "bus") == 0 || strcmp(key, "addr") == 0;
}

/* Takes over what Kiln reads. */
static void take(struct extra_device *ret, const char *key, const char *value)
{
	if (strcmp(key, "driver") == 0)
		ret->driver = value;
	else if (strcmp(key, "id") == 0)
		ret->id = value;
	else if (strcmp(key, "multifunction") == 0)
		ret->has_multifunction = true;
	else if (strcmp(key, "bus") == 0)
		ret->bus = value;
	else if (strcmp(key, "addr") == 0)
		ret->addr = value;
}

/* ---- key=value -------------------------------------------------------------------------------- */

/* The next "key=value"; the first may be the driver alone. Moves *at behind it. */
static const char *take_part(struct arena *arena, const char **at, bool is_first,
			     const char **ret_key, const char **ret_value)
{
	size_t len = keyval_len(*at), key_len = strcspn(*at, "=");
	const char *fault = NULL;

	*ret_key = "driver";
	if (key_len < len)
		*ret_key = arena_dup(arena, *at, key_len++);
	else if (is_first)
		key_len = 0;
	else
		fault = arena_fmt(arena, "\"%.*s\" is no key=value.", (int)len, *at);
	if (!fault)
		*ret_value = keyval_value(arena, *at + key_len, len - key_len);
	*at += len + ((*at)[len] == ',');
	return fault;
}

static bool is_of(struct arena *arena, const struct caps *caps, const char *kind,
		  const char *driver, const char *key)
{
	return caps_has(caps, kind, key) ||
	       caps_has(caps, kind, arena_fmt(arena, "%s %s", driver, key));
}

/* "16M", "0x10", "-1": what key=value takes for a number. */
static bool add_number(struct json_writer *out, const char *value)
{
	static const char suffixes[] = "kmgtpe";
	const char *digits = value + (*value == '-');
	char *end;
	uint64_t number;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	number = strtoull(digits, &end, 0);
	if (*end && !end[1]) {
		const char *suffix = strchr(suffixes, tolower((unsigned char)*end));

		if (!suffix ||
		    __builtin_mul_overflow(number, 1ull << (10 * (suffix - suffixes + 1)), &number))
			return false;
		end++;
	}
	if (*end || errno || (digits != value && number > INT64_MAX))
		return false;
	if (digits != value)
		json_i64(out, -(int64_t)number);
	else
		json_u64(out, number);
	return true;
}

static bool add_bool(struct json_writer *out, const char *value)
{
	static const char *const words[] = {"on", "yes", "true", "y", "off", "no", "false", "n"};
	size_t i = 0;

	while (i < ARRAY_SIZE(words) && strcmp(words[i], value) != 0)
		i++;
	if (i < ARRAY_SIZE(words) / 2)
		json_put_true(out);
	else if (i < ARRAY_SIZE(words))
		json_put_false(out);
	return i < ARRAY_SIZE(words);
}

/* What is wrong with the member, or NULL; then it is written. */
static const char *add_member(struct arena *arena, const struct caps *caps, const char *driver,
			      struct json_writer *out, const char *key, const char *value)
{
	json_key(out, key);
	if (!strcmp(key, "driver") || !strcmp(key, "id") || !strcmp(key, "bus")) {
		json_str(out, value);
		return NULL;
	}
	/* Of a driver that is not there at all that is said, and not this. */
	if (!caps_has(caps, "property", arena_fmt(arena, "%s %s", driver, key)) &&
	    caps_has(caps, "device", driver))
		return arena_fmt(arena, "%s of QEMU %s has no property %s.", driver, caps->version,
				 key);
	if (is_of(arena, caps, "property-bool", driver, key))
		return add_bool(out, value) ? NULL : arena_fmt(arena, "%s= is on or off.", key);
	if (is_of(arena, caps, "property-number", driver, key)) {
		/* A place on a PCI bus is a text as well. */
		if (add_number(out, value))
			return NULL;
		if (strcmp(key, "addr") != 0)
			return arena_fmt(arena, "%s= is a number.", key);
	}
	json_str(out, value);
	return NULL;
}

/*
 * QEMU makes all devices of key=value before those of JSON, on whose buses they would be; so these become
 * JSON too, where it knows that.
 */
static const char *to_json(struct arena *arena, const struct caps *caps, const char *value,
			   const struct extra_device *device, bool has_place, const char **ret)
{
	size_t room = 6 * strlen(value) + 64;
	struct json_writer out;
	struct buf buf;

	buf_init(&buf, arena_alloc(arena, room), room);
	json_write(&out, &buf, JSON_COMPACT);
	json_open_object(&out);
	for (const char *at = value, *key, *text; *at;) {
		const char *fault = take_part(arena, &at, at == value, &key, &text);

		if (!fault && (has_place || !is_place(key)))
			fault = add_member(arena, caps, device->driver, &out, key, text);
		if (fault)
			return fault;
	}
	BUG_IF(buf.overflow);
	*ret = buf.data;
	return NULL;
}

static const char *without_place(struct arena *arena, const char *value)
{
	struct text rest = {.arena = arena};
	const char *key, *text;

	for (const char *at = value, *next = value; *at; at = next) {
		(void)take_part(arena, &next, at == value, &key, &text);
		if (!is_place(key))
			text_fmt(&rest, "%s%.*s", rest.len ? "," : "", (int)keyval_len(at), at);
	}
	return text_str(&rest);
}

static const char *read_kv(struct arena *arena, const struct caps *caps, const char *value,
			   struct extra_device *ret)
{
	for (const char *at = value, *key, *text; *at;) {
		const char *fault = take_part(arena, &at, at == value, &key, &text);

		if (fault)
			return fault;
		take(ret, key, text);
	}
	ret->is_json = ret->driver && caps_has(caps, "feature", "device-json");
	if (!ret->is_json) {
		ret->whole = value;
		ret->rest = without_place(arena, value);
		return NULL;
	}
	const char *fault = to_json(arena, caps, value, ret, true, &ret->whole);

	return fault ? fault : to_json(arena, caps, value, ret, false, &ret->rest);
}

/* ---- JSON ------------------------------------------------------------------------------------- */

/* Text of a member that Kiln reads; NULL when it is of another kind or too long. */
static const char *read_value(struct arena *arena, const char *key, const struct json_token *token)
{
	char text[VALUE_MAX];
	uint64_t number;

	if (token->event == JSON_STRING && json_decode(token, text, sizeof(text)) == 0)
		return arena_str(arena, text);
	/* A number is slot and function in one. */
	if (token->event == JSON_NUMBER && strcmp(key, "addr") == 0 &&
	    json_number(token, &number) == 0)
		return arena_fmt(arena, "%llx.%x", (unsigned long long)number >> 3,
				 (unsigned)number & 7);
	return strcmp(key, "multifunction") == 0 ? "" : NULL;
}

static bool is_read(const char *key)
{
	static const char *const keys[] = {"driver", "id", "multifunction", "bus", "addr"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i], key) == 0)
			return true;
	}
	return false;
}

static const char *read_json(struct arena *arena, const char *value, struct extra_device *ret)
{
	struct text rest = {.arena = arena};
	struct json_reader reader;
	struct json_token token;
	char key[64];

	json_read(&reader, value, strlen(value));
	if (json_next(&reader, &token) != JSON_OBJECT)
		return "It begins with '{' and is not JSON.";
	text_add(&rest, "{");
	while (json_next(&reader, &token) == JSON_KEY) {
		const char *begin = token.text - 1, *text;

		if (json_decode(&token, key, sizeof(key)) != 0)
			key[0] = '\0';
		if (is_read(key)) {
			(void)json_next(&reader, &token);
			text = read_value(arena, key, &token);
			if (!text)
				return arena_fmt(arena, "The value of \"%s\" is no text.", key);
			take(ret, key, text);
		} else if (json_skip(&reader, &token) != 0) {
			return "It begins with '{' and is not JSON.";
		}
		if (!is_place(key))
			text_fmt(&rest, "%s%.*s", rest.len > 1 ? "," : "",
				 (int)(value + reader.at - begin), begin);
	}
	size_t end = reader.at - 1;

	if (token.event != JSON_CLOSE || json_next(&reader, &token) != JSON_END)
		return "It begins with '{' and is not JSON.";
	ret->whole = arena_dup(arena, value, end);
	ret->rest = text_str(&rest);
	return NULL;
}

/* ---- both ------------------------------------------------------------------------------------- */

const char *extra_device_read(struct arena *arena, const struct caps *caps, const char *value,
			      struct extra_device *ret)
{
	const char *fault;

	*ret = (struct extra_device){.is_json = value[0] == '{'};
	if (ret->is_json && !caps_has(caps, "feature", "device-json"))
		return arena_fmt(arena, "QEMU %s reads no JSON there.", caps->version);
	fault = ret->is_json ? read_json(arena, value, ret) : read_kv(arena, caps, value, ret);
	return fault ? fault : check_parts(arena, ret);
}

bool extra_device_slot(struct extra_device *device)
{
	return !device->addr || read_addr(device->addr, device);
}

static void add(struct text *out, const struct extra_device *device, const char *key,
		const char *value)
{
	text_fmt(out, device->is_json ? ",\"%s\":\"%s\"" : ",%s=%s", key, value);
}

static void add_multifunction(struct text *out, const struct extra_device *device, bool on)
{
	if (device->is_json)
		text_fmt(out, ",\"multifunction\":%s", on ? "true" : "false");
	else
		text_fmt(out, ",multifunction=%s", on ? "on" : "off");
}

const char *extra_device_text(struct arena *arena, const struct extra_device *device,
			      const char *id, const char *bus, const struct dev_addr *addr)
{
	struct text out = {.arena = arena};
	const struct pci_addr *pci = &addr->pci;

	text_add(&out, bus ? device->rest : device->whole);
	if (!device->id)
		add(&out, device, "id", id);
	if (bus) {
		if (addr->multifunction != MULTI_DEFAULT)
			add_multifunction(&out, device, addr->multifunction == MULTI_ON);
		add(&out, device, "bus", bus);
		add(&out, device, "addr",
		    pci->function ? arena_fmt(arena, "0x%x.0x%x", pci->slot, pci->function)
				  : arena_fmt(arena, "0x%x", pci->slot));
	}
	if (device->is_json)
		text_add(&out, "}");
	return text_str(&out);
}
