/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devices.h - the parts of the domain that follow from the devices' rows; for domain/ and import/ alone.
 */
#ifndef KILN_DOMAIN_DEVICES_H
#define KILN_DOMAIN_DEVICES_H

#include "domain/xml.h"
#include "model/vm.h"

/** domain_add_rows() - set the values of a device's rows below its element, of the machine's below root. */
void domain_add_rows(const struct vm_dev *dev, xmlNodePtr node, struct err_list *errs);

/** domain_item_path() - the path of one item, from 0 on, of a row with PROP_XML_LIST. */
const char *domain_item_path(struct arena *arena, const char *path, unsigned number);

/**
 * domain_row_path() - where in XML the value of a row stands.
 * @node: the device's element; becomes <domain> where the path counts from there.
 *
 * Return: a path for xml_set(), with the device's number in it.
 */
const char *domain_row_path(const struct vm_dev *dev, const struct prop *row, xmlNodePtr *node);

/**
 * domain_add_direct() - what stands directly below <domain> (dev_family.under is ""), behind its name.
 *
 * There libvirt has it too; at the end of a long domain libxml2 takes it for an element too many.
 */
void domain_add_direct(const struct vm *vm, xmlNodePtr root, struct err_list *errs);

/** domain_add_others() - what has slots as devices have and stands elsewhere (dev_family.under). */
void domain_add_others(const struct vm *vm, xmlNodePtr root, struct err_list *errs);

/** domain_add_devices() - <devices>: emulator, controllers, devices. */
void domain_add_devices(const struct vm *vm, xmlNodePtr root, struct err_list *errs);

/** domain_add_metadata() - <metadata>: what the rows say and XML has no words for. */
void domain_add_metadata(const struct vm *vm, xmlNodePtr root, struct err_list *errs);

/** domain_refuse() - the value of that row cannot be written into XML. */
void domain_refuse(const struct vm_dev *dev, const char *prop_name, struct err_list *errs);

#endif
