/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ident.h - the rules for names, addresses and paths: the same when composing and on the target.
 *
 * Each kind has a predicate and its rule as a sentence, so that both sides refuse the same values
 * with the same words.
 */
#ifndef KILN_BASE_IDENT_H
#define KILN_BASE_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * IDENT(ENUM, noun, rule)
 *
 * IFNAME: Linux dev_valid_name(), net/core/dev.c, plus: no '%', which the kernel would expand, and
 *         no control characters.
 * IFNAME_TEMPLATE: IFNAME, or one with exactly one "%d", which the kernel replaces by a number.
 * PATH: what a path must be to be kept in a line of a file.
 * HOST: names of RFC 1123, IPv4 and IPv6 addresses, the latter with a zone; not resolved here.
 * UNIT: the unit id, from CONFIG_UNIT_ID, a site overlay or /etc/machine-id.
 */
#define IDENT_KINDS(IDENT)                                                                        \
	IDENT(IFNAME, "interface name",                                                           \
	      "An interface name has 1 to 15 printable bytes without '/', ':', ';', '%' or "      \
	      "white space, and is none of \".\", \"..\", \"all\" and \"default\".")              \
	IDENT(IFNAME_TEMPLATE, "interface name or template",                                      \
	      "An interface name has 1 to 15 printable bytes without '/', ':', ';' or white "     \
	      "space, is none of \".\", \"..\", \"all\" and \"default\", and may hold one "       \
	      "\"%d\", for which the kernel picks a number.")                                     \
	IDENT(VM_NAME, "VM name",                                                                 \
	      "A VM name has 1 to 63 letters, digits, '.', '_' and '-', and begins with a "       \
	      "letter or a digit.")                                                               \
	IDENT(MAC, "MAC address",                                                                 \
	      "A MAC address of a device is six pairs of hexadecimal digits with ':' between, "   \
	      "unicast (the first pair is even) and not all zero.")                               \
	IDENT(VLANS, "list of VLANs",                                                             \
	      "A list of VLANs has numbers from 1 to 4094 with ',' between, or ranges of them "   \
	      "with '-', as in 5,10,20-29; none twice, and at most 255 bytes.")                   \
	IDENT(PCI_HOST, "PCI address of the host",                                                \
	      "A PCI address of the host is domain:bus:slot.function in lower-case hexadecimal, " \
	      "as lspci -D prints it: 0000:06:12.5.")                                             \
	IDENT(SCSI_HOST, "SCSI address of the host",                                              \
	      "A SCSI address of the host is host:bus:target:unit in decimal, as lsscsi prints "  \
	      "it: 7:0:0:0.")                                                                     \
	IDENT(USB_HOST, "USB device of the host",                                                 \
	      "A USB device of the host is vendor:product in lower-case hexadecimal, as lsusb "   \
	      "prints it, 1234:beef, or bus/device in three digits each, 001/002.")               \
	IDENT(WWPN, "WWPN of vhost-scsi",                                                         \
	      "A WWPN of vhost-scsi is \"naa.\" and 16 lower-case hexadecimal digits.")           \
	IDENT(UUID, "UUID",                                                                       \
	      "A UUID is 32 hexadecimal digits in groups of 8-4-4-4-12 with '-' between.")        \
	IDENT(PATH, "absolute path",                                                              \
	      "A path begins with '/', has at most 4095 bytes and no control characters.")        \
	IDENT(IPV4_NET, "IPv4 address with prefix",                                               \
	      "An address is four numbers from 0 to 255 with '.' between, then '/' and a prefix " \
	      "length from 0 to 32, as in 192.0.2.1/24.")                                         \
	IDENT(UNIT, "unit id", "A unit id has 1 to 128 printable ASCII bytes without a space.")   \
	IDENT(USER, "user name",                                                                  \
	      "A user name has 1 to 32 lower-case letters, digits, '_' and '-', begins with a "   \
	      "letter or '_', and may end in '$'.")                                               \
	IDENT(FILE_NAME, "file name",                                                             \
	      "A file name has 1 to 63 bytes without '/' or control characters, and is not "      \
	      "\".\" or \"..\".")                                                                 \
	IDENT(HOST, "host name or address",                                                       \
	      "A host is a name or an IP address: 1 to 255 letters, digits, '.', '-', '_', ':' "  \
	      "and '%', and does not begin with '-'.")                                            \
	IDENT(PORT, "port number", "A port is a number from 1 to 65535.")                         \
	IDENT(NAME, "name",                                                                       \
	      "A name has 1 to 63 letters, digits, '.', '_' and '-', and begins with a letter "   \
	      "or a digit.")                                                                      \
	IDENT(CREDENTIAL, "credential name",                                                      \
	      "A name of a systemd credential has 1 to 255 printable ASCII bytes without '/', "   \
	      "':' or a space, and is not \".\" or \"..\".")                                      \
	IDENT(TEXT, "text", "A text has no control characters.")

#define IDENT_ENUM(ENUM, noun, rule) IDENT_##ENUM,
enum ident_kind { IDENT_KINDS(IDENT_ENUM) IDENT_COUNT };
#undef IDENT_ENUM

#define IDENT_PATH_MAX 4096 /* bytes of a path with the final NUL */
#define IDENT_NAME_MAX 64 /* bytes of a name with the final NUL */
#define IDENT_UNIT_MAX 129 /* bytes of a unit id with the final NUL */
#define IDENT_HOST_MAX 256 /* bytes of a host name with the final NUL */
#define IDENT_CREDENTIAL_MAX \
	256 /* bytes of a credential name with the final NUL: systemd takes file names */

/** ident_is_valid() - whether @value keeps the rule of @kind. */
bool ident_is_valid(enum ident_kind kind, const char *value);

/** ident_noun() - what @kind is called in a message: "interface name". */
const char *ident_noun(enum ident_kind kind);

/** ident_rule() - the rule as a full sentence, for struct err's why. */
const char *ident_rule(enum ident_kind kind);

/** ident_text_len() - how many of @len bytes are before the first control character (below 0x20, and 0x7f). */
size_t ident_text_len(const void *bytes, size_t len);

/** ident_is_text() - whether @len bytes hold no control character. */
bool ident_is_text(const void *bytes, size_t len);

#define MAC_BYTES     6
#define MAC_TEXT_MAX  18 /* "52:54:00:12:34:56" with the final NUL */
#define UUID_BYTES    16
#define UUID_TEXT_MAX 37

/**
 * ident_parse_mac() - read a MAC address that a device may have.
 *
 * Return: 0; -1 when it is not well-formed, is multicast or is all zero.
 */
int ident_parse_mac(const char *text, unsigned char mac[static MAC_BYTES]) MUST_CHECK;

/** ident_format_mac() - write it in lower case. */
void ident_format_mac(char text[static MAC_TEXT_MAX], const unsigned char mac[static MAC_BYTES]);

/** ident_parse_uuid() - read a UUID in its text form, either case. Return: 0 or -1. */
int ident_parse_uuid(const char *text, unsigned char uuid[static UUID_BYTES]) MUST_CHECK;

/** ident_format_uuid() - write it in lower case. */
void ident_format_uuid(char text[static UUID_TEXT_MAX],
		       const unsigned char uuid[static UUID_BYTES]);

/**
 * ident_parse_ipv4_net() - read "A.B.C.D/N".
 * @text: the text.
 * @ret_addr: the address in host byte order.
 * @ret_prefix: N, 0 to 32.
 *
 * Return: 0 or -1.
 */
int ident_parse_ipv4_net(const char *text, uint32_t *ret_addr, unsigned *ret_prefix) MUST_CHECK;

#endif
