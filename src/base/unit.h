/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.h - identities that differ from unit to unit: one image serves a fleet.
 *
 * The formula is a promise: a fleet tool may compute every address without Kiln, and no version
 * may change it. HASH is the SHA-256 of five strings, each followed by a NUL byte:
 *
 *     "kiln-unit-1"  KIND  UNIT  VM  SLOT
 *
 * MAC address of a device: the first 6 bytes of HASH with KIND "mac" and SLOT the device's identity
 * ("net0"); the first byte is masked with 0xfc and gets 0x02: locally administered, unicast.
 *     printf 'kiln-unit-1\0mac\0%s\0%s\0%s\0' UNIT VM net0 | sha256sum
 * MAC address from names alone: the same with KIND "name" and an empty UNIT.
 *     printf 'kiln-unit-1\0name\0\0%s\0%s\0' VM net0 | sha256sum
 * UUID of the VM: the first 16 bytes of HASH with KIND "uuid" and an empty SLOT; version 8 and
 * variant 10 (RFC 9562, section 5.8).
 *     printf 'kiln-unit-1\0uuid\0%s\0%s\0\0' UNIT VM | sha256sum
 * CID of a guest (vsock): the first 4 bytes of HASH with KIND "cid" and SLOT the device's identity, as
 * a big-endian number N; the CID is 3 + N mod 4294967292, which is from 3 to 4294967294.
 *     printf 'kiln-unit-1\0cid\0%s\0%s\0%s\0' UNIT VM vsock | sha256sum
 */
#ifndef KILN_BASE_UNIT_H
#define KILN_BASE_UNIT_H

#include "base/ident.h"

/** unit_mac() - the MAC address of @device of @vm on the unit @unit. */
void unit_mac(unsigned char mac[static MAC_BYTES], const char *unit, const char *vm,
	      const char *device);

/** unit_mac_from_name() - a MAC address that is the same on every unit: user networking only. */
void unit_mac_from_name(unsigned char mac[static MAC_BYTES], const char *vm, const char *device);

/** unit_cid() - the number of @device of @vm on the unit @unit among the guests of a host. */
uint32_t unit_cid(const char *unit, const char *vm, const char *device);

/** unit_uuid() - the UUID of @vm on the unit @unit; "" for one that is the same on every unit. */
void unit_uuid(unsigned char uuid[static UUID_BYTES], const char *unit, const char *vm);

#endif
