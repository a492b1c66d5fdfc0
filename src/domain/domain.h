/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.h - the machine as libvirt domain XML, every address resolved.
 *
 * The only folder that includes libxml2, and libxml2 does not show here. What XML has no words for
 * (how a MAC is derived, what is created on the host, Kiln's identities) stands in <metadata>
 * below the namespace urn:kiln:1, in the words of Kconfig.
 */
#ifndef KILN_DOMAIN_DOMAIN_H
#define KILN_DOMAIN_DOMAIN_H

#include "model/vm.h"

#define DOMAIN_NAMESPACE "urn:kiln:1"

/**
 * domain_write() - write the domain.
 * @vm: complete: checked, laid out, aliases given.
 * @ret_xml: the document; no path of the build host is in it.
 * @errs: values that XML cannot hold.
 *
 * Return: 0, or -1 when errors were added.
 */
int domain_write(const struct vm *vm, struct text *ret_xml, struct err_list *errs) MUST_CHECK;

#endif
