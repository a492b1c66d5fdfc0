/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.h - from a configuration to the model, by the rows of the families alone.
 *
 * The order: config_board(), config_build(), config_apply_pins() when there is a lock,
 * config_prepare(), cfg_check_unread(). Whether the values make sense together is for the checks
 * of the model.
 */
#ifndef KILN_CONFIG_BUILD_H
#define KILN_CONFIG_BUILD_H

#include "config/cfg.h"
#include "model/vm.h"

/**
 * config_trees() - the trees in which boards are looked for.
 * @arena: owns the list.
 * @tree: Kiln's own tree.
 * @gen: folder that scripts/kconfig-gen filled; its file "trees" names the external ones.
 *
 * Return: external trees in their order, then @tree, ended by NULL.
 */
const char *const *config_trees(struct arena *arena, const char *tree, const char *gen);

/**
 * config_home() - the tree that a relative CONFIG_LAYOUT_LOCK is meant from.
 * @arena: owns the answer.
 * @tree: Kiln's own tree.
 * @gen: as for config_trees(); its file "home" names the external tree of the last defconfig.
 *
 * Return: that external tree, or @tree.
 */
const char *config_home(struct arena *arena, const char *tree, const char *gen);

/**
 * config_board_file() - a file of a board's folder, from the first tree that has it.
 * @arena: of the path. @trees: as for config_board().
 * @board: its name.
 * @name: of the file: "cpu.caps".
 *
 * Return: its path, or NULL.
 */
const char *config_board_file(struct arena *arena, const char *const *trees, const char *board,
			      const char *name);

/**
 * config_board() - the board that the configuration chooses.
 * @cfg: the configuration.
 * @trees: trees with a folder boards/, external ones first, ended by NULL.
 * @ret_board: everything but caps, which the caller loads.
 * @errs: gets what is wrong.
 *
 * Return: path of the board's qemu.caps, or NULL with an error.
 */
const char *config_board(const struct cfg *cfg, const char *const *trees, struct board *ret_board,
			 struct err_list *errs) MUST_CHECK;

/**
 * config_build() - read every row of the machine and of every device that is switched on.
 * @vm: with arena, families and guest_dev (machines/guest.h: guest_attach()); gets machine and devs.
 * @cfg: the configuration.
 * @errs: gets every value that a row refuses.
 *
 * Return: 0, or -1 with errors.
 */
int config_build(struct vm *vm, const struct cfg *cfg, struct err_list *errs) MUST_CHECK;

/**
 * struct config_pin - a value that the lock keeps.
 * @key: "machine-version" of the machine, "net0.model" of a device.
 * @value: as config_row_text() says it.
 */
struct config_pin {
	const char *key, *value;
};

/**
 * config_pins() - everything that is to be pinned, as it is now.
 * @vm: after config_prepare().
 * @ret_pins: in the order of devices and rows, in the arena of @vm.
 *
 * Return: how many.
 */
size_t config_pins(const struct vm *vm, struct config_pin **ret_pins);

/**
 * config_apply_pins() - use pinned values where the configuration is at its default.
 * @vm: after config_build().
 * @cfg: the configuration.
 * @pin: gives the pinned value of a key, or NULL.
 * @arg: for @pin.
 * @ret_told: gets a line for each default that a pin stands in for.
 * @errs: gets each value that was chosen otherwise on purpose.
 *
 * Return: 0, or -1 with errors.
 */
int config_apply_pins(struct vm *vm, const struct cfg *cfg,
		      const char *(*pin)(const void *arg, const char *key), const void *arg,
		      struct text *ret_told, struct err_list *errs) MUST_CHECK;

/** config_prepare() - let the families compute what follows from the values that were read. */
void config_prepare(struct vm *vm);

/**
 * config_row_text() - the value of a row as the lock writes it.
 * @dev: the device.
 * @row: BOOL, UINT, STRING, ENUM or CLASS.
 *
 * Return: "y" or "n", digits, the text, the word of the choice, the name of the model; "" for a
 * string that is not set.
 */
const char *config_row_text(const struct vm_dev *dev, const struct prop *row);

#endif
