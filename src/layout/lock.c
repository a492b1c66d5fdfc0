/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.c - read the lock file. Every wrong line is an error; nothing is skipped.
 */
#include "layout/lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/layout.h"
#include "model/place.h"

#define LOCK_BYTES_MAX (8u << 20)
#define LOCK_WORDS     7

/**
 * struct reading - the file while it is read.
 * @words: of the current line, NUL-terminated; @count of them.
 * @ended: the line "end" was there: a file that was cut would let devices move in silence.
 */
struct reading {
	struct lock *lock;
	struct arena *arena;
	struct err_list *errs;
	size_t room, pin_room;
	unsigned line, format;
	bool ended;
	char *words[LOCK_WORDS];
	unsigned count;
};

static void refuse(struct reading *r, const char *what, const char *why)
{
	struct err *err = err_list_new(r->errs, ERR_CONFIG, "%s", what);

	err_at(err, r->lock->path, r->line);
	err_check(err, "layout-lock");
	err_why(err, "%s", why);
	err_fix(err, "Restore the line from version control, or write the lock anew with `make "
		     "layout-lock`.");
}

/* Words are separated by one space; a pin's value is the rest of its line. */
static void split(struct reading *r, char *text)
{
	char *next = text;

	r->count = 0;
	while (next && r->count < LOCK_WORDS) {
		bool rest = r->count == 2 && strcmp(r->words[0], "pin") == 0;

		r->words[r->count++] = next;
		next = rest ? NULL : strchr(next, ' ');
		if (next)
			*next++ = '\0';
	}
	if (next)
		r->count++;
}

static bool parse_number(const char **text, unsigned base, unsigned max, unsigned *ret)
{
	unsigned value = 0;
	const char *p = *text;

	for (;; p++) {
		unsigned digit;

		if (*p >= '0' && *p <= '9')
			digit = (unsigned)(*p - '0');
		else if (base == 16 && *p >= 'a' && *p <= 'f')
			digit = (unsigned)(*p - 'a') + 10;
		else
			break;
		value = value * base + digit;
		if (value > max)
			return false;
	}
	if (p == *text)
		return false;
	*ret = value;
	*text = p;
	return true;
}

static bool parse_pci(const char *text, struct pci_addr *ret)
{
	unsigned bus, slot, function;

	if (!parse_number(&text, 16, 0xff, &bus) || *text++ != ':' ||
	    !parse_number(&text, 16, 0x1f, &slot) || *text++ != '.' ||
	    !parse_number(&text, 16, 7, &function) || *text)
		return false;
	ret->domain = 0;
	ret->bus = (uint16_t)bus;
	ret->slot = (uint8_t)slot;
	ret->function = (uint8_t)function;
	return true;
}

static bool parse_address(const char *kind, const char *text, struct dev_addr *ret)
{
	if (strcmp(kind, "pci") == 0) {
		ret->kind = ADDR_PCI;
		return parse_pci(text, &ret->pci);
	}
	if (strcmp(kind, "mmio") == 0) {
		ret->kind = ADDR_VIRTIO_MMIO;
		return parse_number(&text, 10, 255, &ret->transport) && !*text;
	}
	if (place_type_find(kind)) {
		bool whole;

		return place_parse(place_type_find(kind), text, ret, &whole) && whole;
	}
	ret->kind = ADDR_VIRTIO_SERIAL;
	return strcmp(kind, "serial") == 0 &&
	       parse_number(&text, 10, 255, &ret->serial.controller) && *text++ == ':' &&
	       parse_number(&text, 10, 255, &ret->serial.port) && !*text;
}

static void read_device(struct reading *r, bool gone)
{
	struct lock *lock = r->lock;
	struct lock_line line = {.gone = gone, .line = r->line};
	bool good = r->count >= 4 && r->count <= LOCK_WORDS &&
		    parse_address(r->words[2], r->words[3], &line.addr);

	if (good && (r->count == 5 || r->count == 7))
		line.model = arena_str(r->arena, r->words[4]);
	if (good && r->count == 7) {
		const char *number = r->words[6];

		line.has_slot = true;
		good = strcmp(r->words[5], "slot") == 0 &&
		       parse_number(&number, 10, 255, &line.slot) && !*number;
	}
	if (good && r->count == 6) {
		line.has_asked = true;
		good = strcmp(r->words[4], "asked") == 0 && parse_pci(r->words[5], &line.asked);
	}
	if (!good || !r->words[1][0] || (gone && line.model)) {
		refuse(r, "this line of the lock cannot be read",
		       "A device's line is `device IDENTITY pci BB:SS.F [MODEL [slot N] | asked "
		       "BB:SS.F]`, `device IDENTITY serial CONTROLLER:PORT`, `device IDENTITY mmio "
		       "TRANSPORT`, `device IDENTITY scsi|ide|sata|fdc CONTROLLER:BUS:TARGET:UNIT`, "
		       "`device IDENTITY usb BUS:PORT` or `device IDENTITY ccid CONTROLLER:SLOT`, a "
		       "removed one's `gone ...`.");
		return;
	}
	line.id = arena_str(r->arena, r->words[1]);
	if (lock->line_count == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		struct lock_line *lines = arena_alloc(r->arena, room * sizeof(*lines));

		if (r->room)
			memcpy(lines, lock->lines, lock->line_count * sizeof(*lines));
		lock->lines = lines;
		r->room = room;
	}
	lock->lines[lock->line_count++] = line;
}

static void read_pin(struct reading *r)
{
	struct lock *lock = r->lock;

	if (r->count != 3 || !r->words[1][0]) {
		refuse(r, "this line of the lock cannot be read",
		       "A pinned value's line is `pin KEY VALUE`.");
		return;
	}
	if (lock->pin_count == r->pin_room) {
		size_t room = r->pin_room ? r->pin_room * 2 : 64;
		struct lock_pin *pins = arena_alloc(r->arena, room * sizeof(*pins));

		if (r->pin_room)
			memcpy(pins, lock->pins, lock->pin_count * sizeof(*pins));
		lock->pins = pins;
		r->pin_room = room;
	}
	lock->pins[lock->pin_count++] = (struct lock_pin){
		.key = arena_str(r->arena, r->words[1]),
		.value = arena_str(r->arena, r->words[2]),
		.line = r->line,
	};
}

static void read_format(struct reading *r)
{
	const char *text = r->count == 2 ? r->words[1] : "";

	if (r->format)
		refuse(r, "the lock has its format twice", "Two locks were put into one file.");
	else if (!parse_number(&text, 10, 1000, &r->format) || *text || r->format == 0)
		refuse(r, "this line of the lock cannot be read",
		       "The first line that is no comment is `format NUMBER`.");
	else if (r->format > LOCK_FORMAT)
		refuse(r, arena_fmt(r->arena, "the lock has format %u", r->format),
		       arena_fmt(r->arena,
				 "This Kiln writes and reads format %d; a newer one wrote "
				 "the file.",
				 LOCK_FORMAT));
}

static void read_algorithm(struct reading *r)
{
	struct lock *lock = r->lock;

	if (lock->algorithm)
		refuse(r, "the lock has its algorithm twice", "Two locks were put into one file.");
	lock->algorithm = arena_str(r->arena, r->words[1]);
	if (layout_algorithm_find(lock->algorithm) == ALGORITHM_COUNT)
		refuse(r, arena_fmt(r->arena, "the lock's algorithm is \"%s\"", lock->algorithm),
		       "This Kiln knows libvirt-9, libvirt-11 and packed-1.");
}

static void read_machine(struct reading *r)
{
	struct lock *lock = r->lock;

	if (lock->machine)
		refuse(r, "the lock has its machine twice", "Two locks were put into one file.");
	lock->machine = arena_str(r->arena, r->words[1]);
	lock->machine_line = r->line;
}

static void read_line(struct reading *r, char *text)
{
	if (!*text || *text == '#')
		return;
	split(r, text);
	if (r->ended) {
		refuse(r, "something stands behind the end of the lock",
		       "The line `end` is the last one.");
		return;
	}
	if (strcmp(r->words[0], "format") == 0) {
		read_format(r);
	} else if (r->format == 0) {
		refuse(r, "the lock does not begin with its format",
		       "The first line that is no comment is `format NUMBER`.");
		r->format = LOCK_FORMAT;
	} else if (strcmp(r->words[0], "algorithm") == 0 && r->count == 2) {
		read_algorithm(r);
	} else if (strcmp(r->words[0], "machine") == 0 && r->count == 2) {
		read_machine(r);
	} else if (strcmp(r->words[0], "pin") == 0) {
		read_pin(r);
	} else if (strcmp(r->words[0], "device") == 0 || strcmp(r->words[0], "gone") == 0) {
		read_device(r, r->words[0][0] == 'g');
	} else if (strcmp(r->words[0], "end") == 0 && r->count == 1) {
		r->ended = true;
	} else {
		refuse(r, "this line of the lock cannot be read",
		       "A line begins with format, algorithm, machine, pin, device, gone or #, or "
		       "is `end`.");
	}
}

static int compare_lines(const void *a, const void *b)
{
	const struct lock_line *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int compare_pins(const void *a, const void *b)
{
	const struct lock_pin *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void sort_and_check(struct reading *r)
{
	struct lock *lock = r->lock;

	if (lock->line_count)
		qsort(lock->lines, lock->line_count, sizeof(*lock->lines), compare_lines);
	if (lock->pin_count)
		qsort(lock->pins, lock->pin_count, sizeof(*lock->pins), compare_pins);
	for (size_t i = 1; i < lock->line_count; i++) {
		if (strcmp(lock->lines[i - 1].id, lock->lines[i].id) != 0)
			continue;
		r->line = lock->lines[i].line;
		refuse(r, arena_fmt(r->arena, "the lock has %s twice", lock->lines[i].id),
		       arena_fmt(r->arena, "Line %u has it too.", lock->lines[i - 1].line));
	}
	for (size_t i = 1; i < lock->pin_count; i++) {
		if (strcmp(lock->pins[i - 1].key, lock->pins[i].key) != 0)
			continue;
		r->line = lock->pins[i].line;
		refuse(r, arena_fmt(r->arena, "the lock pins %s twice", lock->pins[i].key),
		       arena_fmt(r->arena, "Line %u pins it too.", lock->pins[i - 1].line));
	}
}

int lock_parse(struct lock *lock, struct arena *arena, const char *path, const char *text,
	       size_t len, struct err_list *errs)
{
	struct reading r = {.lock = lock, .arena = arena, .errs = errs};
	size_t before = errs->count;
	char *copy = arena_dup(arena, text, len), *next = copy;

	*lock = (struct lock){.path = arena_str(arena, path)};
	r.line = 1;
	if (memchr(text, '\r', len) || memchr(text, '\0', len)) {
		refuse(&r, "the lock has carriage returns or NUL bytes",
		       "It is a text file with Unix line ends.");
		return -1;
	}
	for (; next && *next; r.line++) {
		char *line = next;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		read_line(&r, line);
	}
	r.line = 0;
	if (errs->count == before && (!r.format || !lock->algorithm || !r.ended))
		refuse(&r, "the lock is not whole",
		       "It has the lines `format NUMBER` and `algorithm NAME`, and the last one is "
		       "`end`: a file that was cut would let devices move.");
	sort_and_check(&r);
	return errs->count > before ? -1 : 0;
}

static int refuse_file(struct err_list *errs, const char *path, int sys_errno)
{
	struct err err;

	err_sys(&err, ERR_CONFIG, sys_errno, "the lock %s cannot be read", path);
	err_at(&err, path, 0);
	err_check(&err, "layout-lock");
	err_why(&err, "The appliance has a lock, and composing without it could move devices.");
	err_fix(&err, "Restore the file, or clear CONFIG_LAYOUT_LOCK.");
	err_list_add(errs, &err);
	return -1;
}

int lock_load(struct lock *lock, struct arena *arena, const char *path, struct err_list *errs)
{
	struct text text = {.arena = arena};
	FILE *file = fopen(path, "re");
	char block[4096];
	size_t got;

	if (!file)
		return refuse_file(errs, path, errno);
	while (text.len <= LOCK_BYTES_MAX && (got = fread(block, 1, sizeof(block), file)) > 0)
		text_add_len(&text, block, got);
	int failed = ferror(file) ? EIO : text.len > LOCK_BYTES_MAX ? EFBIG : 0;

	if (fclose(file) && !failed)
		failed = errno;
	if (failed)
		return refuse_file(errs, path, failed);
	return lock_parse(lock, arena, path, text_str(&text), text.len, errs);
}

static int compare_key(const void *key, const void *line)
{
	return strcmp(key, ((const struct lock_line *)line)->id);
}

const struct lock_line *lock_find(const struct lock *lock, const char *id)
{
	if (!lock || !lock->line_count)
		return NULL;
	return bsearch(id, lock->lines, lock->line_count, sizeof(*lock->lines), compare_key);
}

static int compare_pin_key(const void *key, const void *pin)
{
	return strcmp(key, ((const struct lock_pin *)pin)->key);
}

const struct lock_pin *lock_find_pin(const struct lock *lock, const char *key)
{
	if (!lock || !lock->pin_count)
		return NULL;
	return bsearch(key, lock->pins, lock->pin_count, sizeof(*lock->pins), compare_pin_key);
}

/* Whether a pin belongs to @id: its own key, or a value of the device of that identity. */
static bool pin_belongs(const struct lock_pin *pin, const char *id)
{
	size_t len = strlen(id);

	return strncmp(pin->key, id, len) == 0 && (!pin->key[len] || pin->key[len] == '.');
}

static bool forget_pins(struct lock *lock, const char *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < lock->pin_count; i++) {
		if (!pin_belongs(&lock->pins[i], id))
			lock->pins[kept++] = lock->pins[i];
	}
	bool some = kept != lock->pin_count;

	lock->pin_count = kept;
	return some;
}

int lock_forget(struct lock *lock, const char *id, struct err *err)
{
	const struct lock_line *found = lock_find(lock, id);

	if (!found && forget_pins(lock, id))
		return 0;
	if (!found || found->model) {
		err_set(err, ERR_USAGE, found ? "%s cannot be moved alone" : "the lock has no %s",
			id);
		err_at(err, lock->path, found ? found->line : 0);
		err_why(err, found ? "It is a controller, and other devices sit behind it."
				   : "It names devices, as net0, and pinned values, as "
				     "machine-version.");
		err_fix(err,
			"Name a device or a pin of %s, as in `make layout-update DEVICE=net0`.",
			lock->path);
		return -1;
	}
	size_t at = (size_t)(found - lock->lines);

	memmove(&lock->lines[at], &lock->lines[at + 1],
		(lock->line_count - at - 1) * sizeof(*lock->lines));
	lock->line_count--;
	(void)forget_pins(lock, id);
	return 0;
}
