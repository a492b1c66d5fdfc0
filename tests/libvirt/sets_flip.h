/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_flip.h - the connection table in a form of which one row can be flipped, in place of the
 * archive's own: a comparison that still passes then proves nothing.
 */
#ifndef KILN_TESTS_SETS_FLIP_H
#define KILN_TESTS_SETS_FLIP_H

/* The file itself, under another name; pci.h stands below it with the table's own. */
#define pci_models sets_real_models
#include "../../src/layout/pci_models.c" /* NOLINT(bugprone-suspicious-include): on purpose */
#undef pci_models

/* Everybody else sees it as const; it is filled before anybody looks. */
extern struct pci_model_info pci_models[PCI_MODEL_COUNT];
struct pci_model_info pci_models[PCI_MODEL_COUNT];

#define FLIP_NONE PCI_MODEL_COUNT

/* Whether PCI Express devices plug in there, and by themselves. */
static void table_fill(unsigned flip)
{
	memcpy(pci_models, sets_real_models, sizeof(pci_models));
	if (flip < PCI_MODEL_COUNT)
		pci_models[flip].accepts ^= PCI_AUTO | PCI_TYPE_PCIE;
}

#endif
