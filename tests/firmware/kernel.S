/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.S - a kernel for every PC firmware that does one thing: reset the machine.
 *
 * The reset says that the firmware has done all that it does for a guest. For SeaBIOS and qboot it
 * is a bzImage (Documentation/arch/x86/boot.rst, protocol 2.12) whose setup code is all there is;
 * for OVMF an EFI application (PE/COFF). Flat: offsets in the file are what counts.
 */
	.code16
	.text
	.org 0
	.ascii "MZ"
	.org 0x3c
	.long 0x40			/* where the PE header is */
	.org 0x40
	.ascii "PE\0\0"
	.word 0x8664, 1			/* x86-64, one section */
	.long 0, 0, 0
	.word optional_end - optional, 0x206
optional:
	.word 0x20b			/* PE32+ */
	.byte 0, 0
	.long 0x200, 0, 0
	.long 0x400, 0x400		/* entry, base of code */
	.quad 0				/* image base */
	.long 0x200, 0x200		/* alignment of sections, of the file */
	.word 0, 0, 0, 0, 0, 0
	.long 0
	.long 0x800, 0x200, 0		/* size of the image, of the headers */
	.word 10, 0			/* EFI application */
	.quad 0, 0, 0, 0
	.long 0, 6			/* six data directories, all empty */
	.quad 0, 0, 0, 0, 0, 0
optional_end:
	.ascii ".text\0\0\0"
	.long 0x600, 0x200, 0x600, 0x200, 0, 0
	.word 0, 0
	.long 0x60000020		/* code, readable, executable */

	.org 0x1f1
	.byte 1				/* setup sectors behind the first */
	.word 0
	.long 0x20			/* what follows, in paragraphs */
	.word 0, 0, 0
	.word 0xaa55
	.byte 0xeb, setup - (. + 1)	/* jmp setup */
	.ascii "HdrS"
	.word 0x020c
	.long 0
	.word 0, 0
	.byte 0, 1			/* loaded high */
	.word 0x8000
	.long 0x100000, 0, 0, 0
	.word 0, 0
	.long 0, 0x7fffffff, 0x1000
	.byte 0, 0
	.word 0
	.org 0x268
setup:
	mov $0xfe, %al			/* the keyboard controller's reset line */
	out %al, $0x64
1:	hlt
	jmp 1b

	.org 0x400
	.code64
	mov $0xfe, %al
	out %al, $0x64
1:	hlt
	jmp 1b
	.org 0x800
