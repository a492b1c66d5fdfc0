/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audio.h - how sound cards and displays name the back end that they play to.
 */
#ifndef KILN_DEVICES_AUDIO_H
#define KILN_DEVICES_AUDIO_H

#include "model/check.h"
#include "model/device.h"

/** audio_find() - the back end of that number, as XML counts them from 1; NULL = there is none. */
const struct vm_dev *audio_find(const struct vm *vm, uint64_t number);

/**
 * audio_check() - refuse a number that no back end has; 0 = none is wanted.
 * @check: of the family of @dev.
 * @dev: who names it; @prop_name: its row.
 * @number: the row's value.
 */
void audio_check(const struct check *check, const struct vm_dev *dev, const char *prop_name,
		 uint64_t number, struct err_list *errs);

#endif
