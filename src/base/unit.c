/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.c - derive identities by the formula of unit.h.
 */
#include "base/unit.h"

#include <string.h>

#include "base/sha256.h"

static void unit_hash(unsigned char digest[static SHA256_BYTES], const char *kind, const char *unit,
		      const char *vm, const char *slot)
{
	const char *const parts[] = {"kiln-unit-1", kind, unit, vm, slot};
	struct sha256 sha;

	sha256_begin(&sha);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		sha256_add(&sha, parts[i], strlen(parts[i]) + 1);
	sha256_end(&sha, digest);
}

static void mac_from(unsigned char mac[static MAC_BYTES], const unsigned char *digest)
{
	memcpy(mac, digest, MAC_BYTES);
	mac[0] = (mac[0] & 0xfc) | 0x02;
}

void unit_mac(unsigned char mac[static MAC_BYTES], const char *unit, const char *vm,
	      const char *device)
{
	unsigned char digest[SHA256_BYTES];

	unit_hash(digest, "mac", unit, vm, device);
	mac_from(mac, digest);
}

void unit_mac_from_name(unsigned char mac[static MAC_BYTES], const char *vm, const char *device)
{
	unsigned char digest[SHA256_BYTES];

	unit_hash(digest, "name", "", vm, device);
	mac_from(mac, digest);
}

uint32_t unit_cid(const char *unit, const char *vm, const char *device)
{
	unsigned char digest[SHA256_BYTES];
	uint32_t number = 0;

	unit_hash(digest, "cid", unit, vm, device);
	for (size_t i = 0; i < 4; i++)
		number = number << 8 | digest[i];
	return 3 + number % UINT32_C(4294967292);
}

void unit_uuid(unsigned char uuid[static UUID_BYTES], const char *unit, const char *vm)
{
	unsigned char digest[SHA256_BYTES];

	unit_hash(digest, "uuid", unit, vm, "");
	memcpy(uuid, digest, UUID_BYTES);
	uuid[6] = (uuid[6] & 0x0f) | 0x80;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}
