/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ident.c - the rules of ident.h. ASCII only and no <ctype.h>: a locale must not change a rule.
 */
#include "base/ident.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/vlan.h"

#define IFNAME_LEN_MAX    15 /* IFNAMSIZ - 1, linux/if.h */
#define VM_NAME_LEN_MAX   63
#define USER_LEN_MAX      32 /* LOGIN_NAME_MAX is 256, but useradd(8) stops at 32 */
#define FILE_NAME_LEN_MAX 63

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

size_t ident_text_len(const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;
	size_t i = 0;

	while (i < len && byte[i] >= 0x20 && byte[i] != 0x7f)
		i++;
	return i;
}

bool ident_is_text(const void *bytes, size_t len)
{
	return ident_text_len(bytes, len) == len;
}

/* The bytes of an interface name, without the rule for '%'. */
static bool is_ifname_bytes(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > IFNAME_LEN_MAX || is_dots(name))
		return false;
	/* In /proc/sys/net they are no interface (sysctl_dev_name_is_allowed(), net/ipv4/devinet.c). */
	if (!strcmp(name, "all") || !strcmp(name, "default"))
		return false;
	/*
	 * The kernel's isspace() is Latin-1 and takes 0xa0 for a blank as well. A semicolon it allows; in an image
	 * it parts networks.
	 */
	return ident_is_text(name, len) && !strpbrk(name, "/:; \240");
}

static bool is_ifname(const char *name)
{
	return is_ifname_bytes(name) && !strchr(name, '%');
}

static bool is_ifname_template(const char *name)
{
	const char *percent = strchr(name, '%');

	if (!is_ifname_bytes(name))
		return false;
	return !percent || (percent[1] == 'd' && !strchr(percent + 1, '%'));
}

static bool is_vm_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > VM_NAME_LEN_MAX || !is_alnum(name[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_alnum(name[i]) && !strchr("._-", name[i]))
			return false;
	return true;
}

static bool is_mac(const char *text)
{
	unsigned char mac[MAC_BYTES];

	return ident_parse_mac(text, mac) == 0;
}

static bool is_uuid(const char *text)
{
	unsigned char uuid[UUID_BYTES];

	return ident_parse_uuid(text, uuid) == 0;
}

static bool is_path(const char *path)
{
	size_t len = strlen(path);

	return path[0] == '/' && len < IDENT_PATH_MAX && ident_is_text(path, len);
}

static bool is_ipv4_net(const char *text)
{
	uint32_t addr;
	unsigned prefix;

	return ident_parse_ipv4_net(text, &addr, &prefix) == 0;
}

static bool is_unit(const char *unit)
{
	size_t len = strlen(unit);

	if (len == 0 || len >= IDENT_UNIT_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (unit[i] <= ' ' || unit[i] > '~')
			return false;
	return true;
}

static bool is_user(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > USER_LEN_MAX || !(is_lower(name[0]) || name[0] == '_'))
		return false;
	for (size_t i = 1; i < len; i++) {
		if (is_lower(name[i]) || is_digit(name[i]) || name[i] == '_' || name[i] == '-')
			continue;
		if (name[i] != '$' || i + 1 != len)
			return false;
	}
	return true;
}

static bool is_file_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= FILE_NAME_LEN_MAX && !is_dots(name) && !strchr(name, '/') &&
	       ident_is_text(name, len);
}

static bool is_host(const char *host)
{
	size_t len = strlen(host);

	if (len == 0 || len >= IDENT_HOST_MAX || host[0] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(host[i]) && !strchr(".-_:%", host[i]))
			return false;
	return true;
}

/* credential_name_valid() of systemd: a file name that can also name a descriptor. */
static bool is_credential(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= IDENT_CREDENTIAL_MAX || is_dots(name))
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/' || name[i] == ':')
			return false;
	return true;
}

static bool is_lower_hex(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'a' && text[i] <= 'f'))
			return false;
	return true;
}

/* pci_setup_device() of Linux: "%04x:%02x:%02x.%d"; a slot has 5 bits, a function 3. */
static bool is_pci_host(const char *address)
{
	return strlen(address) == 12 && is_lower_hex(address, 4) && address[4] == ':' &&
	       is_lower_hex(address + 5, 2) && address[7] == ':' &&
	       (address[8] == '0' || address[8] == '1') && is_lower_hex(address + 9, 1) &&
	       address[10] == '.' && address[11] >= '0' && address[11] <= '7';
}

/* scsi_sysfs_device_initialize() of Linux: "%d:%d:%d:%llu"; a unit is 32 bits wide at most here. */
static bool is_scsi_host(const char *address)
{
	uint64_t value;

	for (unsigned i = 0; i < 4; i++) {
		size_t len = strspn(address, "0123456789");

		if ((len > 1 && *address == '0') ||
		    num_parse_n(address, len, 0, UINT32_MAX, &value) < 0)
			return false;
		address += len;
		if (i < 3 && *address++ != ':')
			return false;
	}
	return !*address;
}

/* The names in /dev/bus/usb: a device has a number from 1 to 127 on its bus. */
static bool is_usb_host(const char *device)
{
	if (strlen(device) == 9)
		return is_lower_hex(device, 4) && device[4] == ':' && is_lower_hex(device + 5, 4);
	return strlen(device) == 7 && strspn(device, "0123456789") == 3 && device[3] == '/' &&
	       strspn(device + 4, "0123456789") == 3 && strncmp(device, "000", 3) > 0 &&
	       strcmp(device + 4, "000") > 0 && strcmp(device + 4, "127") <= 0;
}

/* vhost_scsi_make_tport() of Linux takes "naa."; libvirt wants 16 digits. */
static bool is_wwpn(const char *wwpn)
{
	return strlen(wwpn) == 20 && strncmp(wwpn, "naa.", 4) == 0 && is_lower_hex(wwpn + 4, 16);
}

static bool is_port(const char *port)
{
	uint64_t value;

	return num_parse(port, 1, UINT16_MAX, &value) == 0;
}

static bool is_plain_text(const char *text)
{
	return ident_is_text(text, strlen(text));
}

static bool is_vlans(const char *value)
{
	return vlan_is_list(value);
}

bool ident_is_valid(enum ident_kind kind, const char *value)
{
	static bool (*const valid[])(const char *) = {
		[IDENT_IFNAME] = is_ifname,
		[IDENT_IFNAME_TEMPLATE] = is_ifname_template,
		[IDENT_VLANS] = is_vlans,
		[IDENT_VM_NAME] = is_vm_name,
		[IDENT_MAC] = is_mac,
		[IDENT_UUID] = is_uuid,
		[IDENT_PATH] = is_path,
		[IDENT_IPV4_NET] = is_ipv4_net,
		[IDENT_UNIT] = is_unit,
		[IDENT_USER] = is_user,
		[IDENT_FILE_NAME] = is_file_name,
		[IDENT_HOST] = is_host,
		[IDENT_PORT] = is_port,
		[IDENT_NAME] = is_vm_name,
		[IDENT_CREDENTIAL] = is_credential,
		[IDENT_TEXT] = is_plain_text,
		[IDENT_PCI_HOST] = is_pci_host,
		[IDENT_WWPN] = is_wwpn,
		[IDENT_SCSI_HOST] = is_scsi_host,
		[IDENT_USB_HOST] = is_usb_host,
	};

	_Static_assert(ARRAY_SIZE(valid) == IDENT_COUNT, "each kind has a predicate");
	return valid[kind](value);
}

const char *ident_noun(enum ident_kind kind)
{
#define IDENT_NOUN(ENUM, noun, rule) [IDENT_##ENUM] = (noun),
	static const char *const noun[] = {IDENT_KINDS(IDENT_NOUN)};

#undef IDENT_NOUN
	return noun[kind];
}

const char *ident_rule(enum ident_kind kind)
{
#define IDENT_RULE(ENUM, noun, rule) [IDENT_##ENUM] = (rule),
	static const char *const rule[] = {IDENT_KINDS(IDENT_RULE)};

#undef IDENT_RULE
	return rule[kind];
}

int ident_parse_mac(const char *text, unsigned char mac[static MAC_BYTES])
{
	unsigned char bytes[MAC_BYTES], any = 0;

	if (strlen(text) != MAC_TEXT_MAX - 1)
		return -1;
	for (size_t i = 0; i < MAC_BYTES; i++) {
		uint64_t value;

		if (num_parse_hex(text + 3 * i, 2, &value) < 0)
			return -1;
		if (i + 1 < MAC_BYTES && text[3 * i + 2] != ':')
			return -1;
		bytes[i] = (unsigned char)value;
		any |= bytes[i];
	}
	if (!any || (bytes[0] & 1))
		return -1;
	memcpy(mac, bytes, MAC_BYTES);
	return 0;
}

void ident_format_mac(char text[static MAC_TEXT_MAX], const unsigned char mac[static MAC_BYTES])
{
	(void)snprintf(text, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		       mac[3], mac[4], mac[5]);
}

/* Whether a '-' stands before byte @i of a UUID's text. */
static bool uuid_dash_before(size_t i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

int ident_parse_uuid(const char *text, unsigned char uuid[static UUID_BYTES])
{
	unsigned char bytes[UUID_BYTES];
	const char *p = text;

	if (strlen(text) != UUID_TEXT_MAX - 1)
		return -1;
	for (size_t i = 0; i < UUID_BYTES; i++, p += 2) {
		uint64_t value;

		if (uuid_dash_before(i) && *p++ != '-')
			return -1;
		if (num_parse_hex(p, 2, &value) < 0)
			return -1;
		bytes[i] = (unsigned char)value;
	}
	memcpy(uuid, bytes, UUID_BYTES);
	return 0;
}

void ident_format_uuid(char text[static UUID_TEXT_MAX], const unsigned char uuid[static UUID_BYTES])
{
	char *p = text;

	for (size_t i = 0; i < UUID_BYTES; i++) {
		if (uuid_dash_before(i))
			*p++ = '-';
		(void)snprintf(p, 3, "%02x", uuid[i]);
		p += 2;
	}
}

int ident_parse_ipv4_net(const char *text, uint32_t *ret_addr, unsigned *ret_prefix)
{
	uint32_t addr = 0;
	uint64_t value;

	for (unsigned i = 0; i < 4; i++) {
		const char *end = strchr(text, i < 3 ? '.' : '/');

		if (!end || num_parse_n(text, (size_t)(end - text), 0, 255, &value) < 0)
			return -1;
		addr = addr << 8 | (uint32_t)value;
		text = end + 1;
	}
	if (num_parse(text, 0, 32, &value) < 0)
		return -1;
	*ret_addr = addr;
	*ret_prefix = (unsigned)value;
	return 0;
}
