/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.h - the domain XML of an image as a tree, for the exports that begin with it.
 */
#ifndef KILN_EXPORT_DOMAIN_H
#define KILN_EXPORT_DOMAIN_H

#include "domain/xml.h"
#include "export/export.h"

/**
 * export_domain() - parse section DOMAIN.
 * @ret_devices: its <devices>. There is a <metadata> with Kiln's own <machine>, too.
 *
 * Return: the root, released with xml_free(); NULL with ERR_IMAGE.
 */
xmlNodePtr export_domain(const struct export *export, xmlNodePtr *ret_devices,
			 struct err *err) MUST_CHECK;

/**
 * export_loses() - whether a setting of Kiln's metadata has no word in XML, and matters beyond the host.
 * @id: of the device. @name: of the setting. @value: its own.
 */
bool export_loses(const char *id, const char *name, const char *value);

#endif
