/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rows.h - rows and the symbols behind them; shared by the files of config/.
 */
#ifndef KILN_CONFIG_ROWS_H
#define KILN_CONFIG_ROWS_H

#include "config/cfg.h"
#include "model/vm.h"

/** row_symbol() - the symbol of a row, "NET0_QUEUES"; of a choice the part before its members. */
const char *row_symbol(const struct vm_dev *dev, const struct prop *row);

/**
 * row_chosen() - the symbol that decides the value: of a choice the member that is y.
 *
 * Return: NULL when the tree has no such symbol or no member holds.
 */
const struct cfg_sym *row_chosen(const struct cfg *cfg, const struct vm_dev *dev,
				 const struct prop *row);

/** row_read() - take the value of one row from the configuration. */
void row_read(const struct cfg *cfg, struct vm_dev *dev, const struct prop *row,
	      struct err_list *errs);

/** row_set_text() - set a row from what config_row_text() wrote. Return: 0, or -1 if it cannot. */
int row_set_text(struct vm_dev *dev, const struct prop *row, const char *text) MUST_CHECK;

#endif
