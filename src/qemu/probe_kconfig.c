/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_kconfig.c - boards/NAME/qemu.Kconfig: prompt-less symbols that device menus depend on.
 *
 * Every board's fragment is loaded, so a symbol has a definition a board, each with its own
 * default. What a menu may name stands here in one table; a symbol of the table is defined also
 * where QEMU lacks the thing, or the menu would depend on an unknown symbol.
 */
#include "qemu/probe.h"

#include <ctype.h>
#include <string.h>

/* @name: ends in '*': every line of that kind with this beginning, only where QEMU has it. */
static const struct {
	const char *kind, *name;
} wanted[] = {
	{"device", "AC97"},
	{"device", "bochs-display"},
	{"device", "ccid-card-emulated"},
	{"device", "ccid-card-passthru"},
	{"device", "cirrus-vga"},
	{"device", "e1000"},
	{"device", "e1000e"},
	{"device", "ES1370"},
	{"device", "hda-duplex"},
	{"device", "hda-micro"},
	{"device", "hda-output"},
	{"device", "i6300esb"},
	{"device", "i82801b11-bridge"},
	{"device", "ib700"},
	{"device", "ich9-ahci"},
	{"device", "ich9-intel-hda"},
	{"device", "ich9-usb-ehci1"},
	{"device", "intel-hda"},
	{"device", "intel-iommu"},
	{"device", "ioh3420"},
	{"device", "isa-debugcon"},
	{"device", "isa-parallel"},
	{"device", "isa-serial"},
	{"device", "ivshmem-plain"},
	{"device", "lsi53c895a"},
	{"device", "megasas"},
	{"device", "mptsas1068"},
	{"device", "nec-usb-xhci"},
	{"device", "pci-bridge"},
	{"device", "pci-ohci"},
	{"device", "pci-serial"},
	{"device", "pcie-pci-bridge"},
	{"device", "pcie-root-port"},
	{"device", "piix3-usb-uhci"},
	{"device", "piix4-usb-uhci"},
	{"device", "pvpanic"},
	{"device", "pvpanic-pci"},
	{"device", "pvscsi"},
	{"device", "pxb"},
	{"device", "pxb-pcie"},
	{"device", "qemu-xhci"},
	{"device", "qxl"},
	{"device", "qxl-vga"},
	{"device", "ramfb"},
	{"device", "sb16"},
	{"device", "tpm-crb"},
	{"device", "tpm-tis"},
	{"device", "usb-audio"},
	{"device", "usb-ccid"},
	{"device", "usb-ehci"},
	{"device", "usb-host"},
	{"device", "usb-hub"},
	{"device", "usb-kbd"},
	{"device", "usb-mouse"},
	{"device", "usb-redir"},
	{"device", "usb-serial"},
	{"device", "usb-storage"},
	{"device", "usb-tablet"},
	{"device", "VGA"},
	{"device", "vhost-vsock-pci"},
	{"device", "virtconsole"},
	{"device", "virtio-9p-pci"},
	{"device", "virtio-balloon-pci"},
	{"device", "virtio-blk-pci"},
	{"device", "virtio-blk-pci-non-transitional"},
	{"device", "virtio-blk-pci-transitional"},
	{"device", "virtio-crypto-pci"},
	{"device", "virtio-gpu-gl-pci"},
	{"device", "virtio-gpu-pci"},
	{"device", "virtio-input-host-pci"},
	{"device", "virtio-iommu-pci"},
	{"device", "virtio-keyboard-pci"},
	{"device", "virtio-mouse-pci"},
	{"device", "virtio-net-pci"},
	{"device", "virtio-rng-pci"},
	{"device", "virtio-scsi-pci"},
	{"device", "virtio-serial-pci"},
	{"device", "virtio-sound-pci"},
	{"device", "virtio-tablet-pci"},
	{"device", "virtio-vga"},
	{"device", "virtio-vga-gl"},
	{"device", "virtserialport"},
	{"device", "vmcoreinfo"},
	{"device", "vmgenid"},
	{"device", "vmware-svga"},
	{"device", "vt82c686b-usb-uhci"},
	{"device", "x3130-upstream"},
	{"device", "xio3130-downstream"},
	{"feature", "device-json"},
	{"feature", "netdev-json"},
	{"feature", "object-json"},
	{"feature", "set-action"},
	{"machine", "microvm"},
	{"machine", "pc-i440fx-*"},
	{"machine", "pc-q35-*"},
	{"machine", "virt-*"},
	{"netdev", "tap"},
	{"netdev", "user"},
	{"object", "cryptodev-backend-builtin"},
	{"object", "rng-builtin"},
	{"object", "rng-egd"},
	{"object", "rng-random"},
};

static void add_symbol(struct text *out, const char *text)
{
	for (; *text; text++) {
		char c = *text;

		c = isalnum((unsigned char)c) ? (char)toupper((unsigned char)c) : '_';
		text_add_len(out, &c, 1);
	}
}

static void add_config(struct text *out, const char *kind, const char *name, const char *board)
{
	text_add(out, "\nconfig QEMU_");
	add_symbol(out, kind);
	text_add(out, "_");
	add_symbol(out, name);
	text_add(out, "\n\tbool\n");
	if (!board)
		return;
	text_add(out, "\tdefault y if BOARD_");
	add_symbol(out, board);
	text_add(out, "\n");
}

static void add_matching(struct text *out, const struct caps *caps, const char *kind,
			 const char *name, const char *board)
{
	size_t kind_len = strlen(kind), name_len = strlen(name) - 1;

	for (size_t i = 0; i < caps->count; i++) {
		const char *line = caps->lines[i];

		if (strncmp(line, kind, kind_len) != 0 || line[kind_len] != ' ')
			continue;
		if (strncmp(line + kind_len + 1, name, name_len) == 0)
			add_config(out, kind, line + kind_len + 1, board);
	}
}

void probe_kconfig(const struct caps *caps, const char *board, struct text *ret_kconfig)
{
	text_add(ret_kconfig, "# SPDX-License-Identifier: GPL-2.0-or-later\n"
			      "# Written by kiln probe beside qemu.caps. Not edited by hand.\n");
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		const char *kind = wanted[i].kind, *name = wanted[i].name;

		if (name[strlen(name) - 1] == '*')
			add_matching(ret_kconfig, caps, kind, name, board);
		else
			add_config(ret_kconfig, kind, name,
				   caps_has(caps, kind, name) ? board : NULL);
	}
}
