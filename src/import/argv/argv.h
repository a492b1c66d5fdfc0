/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv.h - a QEMU command line as the tree of elements that an import reads; private to import/.
 *
 * Every device is an element below <devices> with its family, its id, its address; what its rows shall
 * be is not in XML but in a struct argv_item behind the element: facts, which are words of the command
 * line that a row writes, and settings, which follow from the back ends that it names. Whoever understands
 * a member of an option takes it out of the option's tree; what is left was not understood.
 */
#ifndef KILN_IMPORT_ARGV_H
#define KILN_IMPORT_ARGV_H

#include "import/state.h"
#include "qemu/argument.h"
#include "qemu/words.h"

/**
 * struct argv_option - an option of the command line.
 * @name: with one '-'. @value: as it was written, or NULL. @tree: of a value that has members, or NULL.
 * @word: where the option stands; @value_word: its value, or NULL.
 * @given: it is in the file, and not made of another one. @done: it was understood.
 * @on: whose bus it is on where no bus= says so, and number @on_number of its buses.
 * @settled: its place, or a part of it, is QEMU's choice.
 */
struct argv_option {
	const char *name, *value;
	struct node *tree;
	const struct word *word, *value_word;
	bool given, done, settled;
	unsigned on_number;
	struct argv_option *next, *origin, *on;
};

/** struct argv_setting - a row of a device and its value in the words of .config. */
struct argv_setting {
	const char *row, *text;
	struct argv_setting *next;
};

/** struct argv_fact - a member of an option; @option NULL = -device; @from: in the file; @found: a row writes it. */
struct argv_fact {
	const char *option, *key, *value;
	const struct argv_option *from;
	bool found;
	struct argv_fact *next;
};

/**
 * struct argv_item - what is known of a device.
 * @option: its option. @driver: QEMU's device, or NULL. @family: its kind; @class: its model, or NULL;
 * @ambiguous: another one of the family has that driver too.
 */
struct argv_item {
	struct argv_option *option;
	const char *driver;
	const struct dev_family *family;
	const struct dev_class *class;
	bool ambiguous;
	struct argv_setting *settings;
	struct argv_fact *facts, *last_fact;
};

/**
 * struct argv - a command line under way.
 * @program: the emulator, or NULL. @name: of the guest. @type: of the machine, without what stands behind it.
 * @devices: the element. @guest: the machine's own rows. @machine: all of -machine.
 * @transports: a virtio device sits on virtio-mmio. @order: letters of -boot, or NULL.
 * @folder: where relative paths begin.
 * @process: "/proc/N" of a running one, or NULL. @no_file: why a descriptor is left that is no file.
 * @state: of kiln-run, which started it, or NULL.
 * @now: the option that was found last; facts are of it.
 */
struct argv {
	struct import *import;
	struct arena *arena;
	struct words words;
	struct argv_option *options, *last;
	const char *program, *type, *name;
	xmlNodePtr devices;
	const struct dev_family *guest;
	struct argv_option *machine;
	bool transports;
	const char *order, *folder, *process, *no_file, *state;
	const struct argv_option *now;
};

#define argv_for_each(option, argv) \
	for (struct argv_option *option = (argv)->options; option; option = option->next)

/* ---- options.c: options and their members ---- */

/** argv_options() - make the options of the words. Return: 0, or -1 with an error that has a column. */
int argv_options(struct argv *argv) MUST_CHECK;

/** argv_head() - the key that QEMU supplies for the first word of an option, or NULL. */
const char *argv_head(const char *name);

/** argv_add() - an option that another one stands for, behind all others; its tree is read from @value. */
struct argv_option *argv_add(struct argv *argv, struct argv_option *origin, const char *name,
			     const char *value);

/** argv_find() - the option of that name whose member @key is @value and that is not done, or NULL. */
struct argv_option *argv_find(struct argv *argv, const char *name, const char *key,
			      const char *value);

/** argv_last() - the last option of that name that is not done; NULL = none. Those before it are done too. */
struct argv_option *argv_last(struct argv *argv, const char *name);

/** argv_is_open() - whether it is an option of that name with members, and not done. */
bool argv_is_open(const struct argv_option *option, const char *name);

/** argv_merged() - all options of that name as one, which is done: what comes later wins. NULL = none. */
struct argv_option *argv_merged(struct argv *argv, const char *name);

/** argv_peek() - a member as text; NULL = not there. */
const char *argv_peek(const struct argv *argv, const struct node *tree, const char *key);

/** argv_take() - the same, and it is out of the tree. */
const char *argv_take(const struct argv *argv, struct node *tree, const char *key);

/** argv_take_tree() - an object or array out of the tree, or NULL. */
struct node *argv_take_tree(struct node *tree, const char *key);

/** argv_take_if() - a member out of the tree if it has that value. Return: whether it had. */
bool argv_take_if(const struct argv *argv, struct node *tree, const char *key, const char *value);

/** argv_truth() - a member that is on or off, out of the tree; @absent where it is not there. */
bool argv_truth(const struct argv *argv, struct node *tree, const char *key, bool absent);

/** argv_bytes() - a size as QEMU reads one, a number without a suffix being of @unit bytes. */
bool argv_bytes(const char *text, uint64_t unit, uint64_t *ret);

/** argv_lost() - note what is left in a tree as lost. */
void argv_lost(struct argv *argv, const struct argv_option *option, const char *path,
	       const struct node *tree, const char *why);

/** argv_given() - the option of the file that an option is made of. */
const struct argv_option *argv_given(const struct argv_option *option);

/** argv_note() - note a thing about an option. */
void argv_note(struct argv *argv, const struct argv_option *option, enum import_loss loss,
	       const char *what, const char *why);

/* ---- item.c: elements ---- */

/** argv_element() - a device below <devices>, or where its family has its elements. */
xmlNodePtr argv_element(struct argv *argv, struct argv_option *option,
			const struct dev_family *family, const char *element);

/** argv_item() - what stands behind an element. */
struct argv_item *argv_item(const xmlNode *node);

/** argv_set() - set a row; NULL text = nothing. */
void argv_set(struct argv *argv, xmlNodePtr node, const char *row, const char *text);

/** argv_set_yes() - set a truth. */
void argv_set_yes(struct argv *argv, xmlNodePtr node, const char *row, bool yes);

/** argv_word() - set a choice to the word in capitals, '-' as '_'. */
void argv_word(struct argv *argv, xmlNodePtr node, const char *row, const char *word);

/** argv_fact() - a member of an option that a row of the element writes. */
void argv_fact(struct argv *argv, xmlNodePtr node, const char *option, const char *key,
	       const char *value);

/** argv_facts() - all that is left in a tree. */
void argv_facts(struct argv *argv, xmlNodePtr node, const char *option, struct node *tree);

/** argv_family() - the family of that name. */
const struct dev_family *argv_family(const struct argv *argv, const char *name);

/* ---- read.c: facts and settings to rows ---- */

/** argv_read_rows() - set the rows that write the facts as they are, and the settings. */
void argv_read_rows(struct element *element);

/**
 * argv_name_in() - what the device of that alias is called in .config.
 * @parent: the elements to look among, or NULL. @family: its family. @id: the alias.
 *
 * Return: its setting "name", else its attribute "id"; NULL = there is none.
 */
const char *argv_name_in(struct arena *arena, xmlNodePtr parent, const struct dev_family *family,
			 const char *id);

/** argv_take_number() - set a number, with QEMU's suffixes; false = it is none, or not in the range. */
bool argv_take_number(struct element *element, const struct prop *row, const char *value);

/** argv_say_sizes() - sizes that are a default already are said: it need not be that of the model that was found. */
void argv_say_sizes(struct element *element);

/** argv_compare() - which facts no row writes, and what rows write without a fact. */
void argv_compare(struct element *element, struct difference *ret);

/* ---- the rest, in the order in which it is done ---- */

/** argv_config() - what stands in files of -readconfig as options behind it. */
void argv_config(struct argv *argv);

/** argv_short() - short options as the long ones that they stand for, and QEMU's defaults. */
void argv_short(struct argv *argv);

/** argv_machine() - machine, CPU, memory, what it starts from. Return: 0, or -1 with an error. */
int argv_machine(struct argv *argv) MUST_CHECK;

/** argv_machine_parts() - what of the machine names others, and what is left of it. */
void argv_machine_parts(struct argv *argv);

/** argv_named() - what devices name, before all of them: I/O threads, secrets. */
void argv_named(struct argv *argv);

/** argv_plain_adapters() - put the plain graphics adapter in the place of an accelerated one. */
void argv_plain_adapters(struct argv *argv);

/** argv_slots() - give each device without a place the one that QEMU gives it, as if it had been said. */
void argv_slots(struct argv *argv);

/** argv_is_driver() - whether @name is the driver @have, or that on a transport: "virtio-net-device". */
bool argv_is_driver(const char *have, const char *name);

/** argv_is_first_screen() - whether it is an adapter with the ports of a VGA, of which there is one. */
bool argv_is_first_screen(const char *driver);

/** argv_driver() - QEMU's own name of a device that it has another name for. */
const char *argv_driver(const char *name);

/** argv_model() - the family of a driver and its first model, which may be NULL; NULL = no family has it. */
const struct dev_family *argv_model(const struct argv *argv, const char *driver,
				    const struct dev_class **ret_class);

/** argv_devices() - every -device and what belongs to it. */
void argv_devices(struct argv *argv);

/** argv_others() - screens, sound of the host, objects, tables. */
void argv_others(struct argv *argv);

/** argv_numa() - -numa: cells. */
void argv_numa(struct argv *argv);

/** argv_drop_secrets() - take out the secrets that nobody names. */
void argv_drop_secrets(struct argv *argv);

/** argv_screens() - -vnc, -spice, -display, -k. */
void argv_screens(struct argv *argv);

/** argv_boot() - what the firmware tries, and in which order, where no device has a boot index. */
void argv_boot(struct argv *argv);

/** argv_rest() - what nothing took: without meaning for the guest, or kept as it is. */
void argv_rest(struct argv *argv);

/* ---- back.c, block.c, net.c: what a device is connected to ---- */

/* Each takes what has that id, and sets the rows of the device that names it. */
void argv_chardev(struct argv *argv, xmlNodePtr node, const char *id);
void argv_netdev(struct argv *argv, xmlNodePtr node, const char *id);
void argv_memdev(struct argv *argv, xmlNodePtr node, const char *id);
void argv_block(struct argv *argv, xmlNodePtr node, const char *id);
void argv_random(struct argv *argv, xmlNodePtr node, const char *id);
void argv_files(struct argv *argv, xmlNodePtr node, const char *id);
void argv_tpm(struct argv *argv, xmlNodePtr node, const char *id);
void argv_crypto(struct argv *argv, xmlNodePtr node, const char *id);
void argv_host(struct argv *argv, xmlNodePtr node, const char *text);
void argv_rom(struct argv *argv, xmlNodePtr node, const char *path);
void argv_reopened(struct argv *argv, xmlNodePtr node, const char *fd);
void argv_device_id(struct argv *argv, xmlNodePtr node, const char *text);
void argv_mediated(struct argv *argv, xmlNodePtr node, const char *path);

/** argv_forwards() - ports of the host, of -netdev user. */
void argv_forwards(struct argv *argv, xmlNodePtr node, const struct argv_option *option);

/**
 * argv_path() - a path as the process had it: a relative one is below its folder, and that is noted. NULL =
 *               nobody knows where it begins, and that is noted too.
 */
const char *argv_path(struct argv *argv, const struct argv_option *option, const char *path);

/**
 * argv_open_file() - the one file that the process has open and whose path ends so; NULL = none, or two.
 */
const char *argv_open_file(const struct argv *argv, const char *path);

/** argv_set_path() - set a row to the path that @option names, unless it is a descriptor, which is lost. */
void argv_set_path(struct argv *argv, xmlNodePtr node, const struct argv_option *option,
		   const char *row, const char *path);

/** argv_opened() - put the files that it has open in the place of "/dev/fdset/N" and "/proc/self/fd/N". */
void argv_opened(struct argv *argv);

/** argv_is_descriptor() - whether it is one of these two. */
bool argv_is_descriptor(const char *path);

/** argv_socket() - the path of the unix socket that the process has at that descriptor, or NULL. */
const char *argv_socket(const struct argv *argv, const char *fd);

/**
 * struct argv_interface - a tap or macvtap of a process.
 * @is_here: it is in our network name space; else the rest is not known. @master: what it is a port of, or
 * NULL; @is_bridge: that is a bridge of the kernel's. @parent: of a macvtap the interface below it, or NULL.
 */
struct argv_interface {
	const char *name, *master, *parent;
	bool is_here, is_bridge;
};

/** argv_interface() - what the process has at that descriptor. Return: false where it is not known. */
bool argv_interface(const struct argv *argv, const char *fd, struct argv_interface *ret);

/** argv_usb_host() - which USB device of the host it is: by its place or by its numbers. */
void argv_usb_host(struct argv *argv, xmlNodePtr node, struct node *tree);

/** argv_audio_find() - the element of the -audiodev of that id, or NULL. */
xmlNodePtr argv_audio_find(const struct argv *argv, const char *id);

/** argv_set_audio() - connect it to the -audiodev of that id; nothing where there is none. */
void argv_set_audio(struct argv *argv, xmlNodePtr node, const char *id);

/** argv_audio() - the number of the -audiodev that a member names; the member stays. */
void argv_audio(struct argv *argv, xmlNodePtr node, struct node *tree);

/** argv_tls() - certificates of a chardev or a screen: the object of that id, or NULL. */
void argv_tls(struct argv *argv, xmlNodePtr node, const char *id);

/** argv_object() - the object of that id, taken as a whole; NULL = there is none. */
struct node *argv_object(struct argv *argv, const char *id, struct argv_option **ret_option);

/** argv_group() - the throttle group of that id; it stays to be found. */
struct argv_option *argv_group(struct argv *argv, const char *id);

/** argv_payload() - the file name of what an image of Kiln's has at that path, or NULL. */
const char *argv_payload(const struct argv *argv, const char *path);

/** argv_guess_format() - the word of a format for a file whose format is not said, by its name. */
const char *argv_guess_format(const char *path);

/** argv_secret_name() - the name of a new secret: of its file, or its id. */
const char *argv_secret_name(struct argv *argv, const char *file, const char *id);

/** argv_secret() - the name of the secret that an object of that id is. */
const char *argv_secret(struct argv *argv, const char *id);

/**
 * argv_open() - read a command line.
 * @import: gets @import->root.
 * @path: the file, "-" = standard input, or /proc/PID/cmdline.
 *
 * Return: 0, or -1 with errors.
 */
int argv_open(struct import *import, const char *path) MUST_CHECK;

#endif
