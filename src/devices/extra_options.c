/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extra_options.c - the table of QEMU's options: what is passed on, and what is refused because Kiln decides it.
 *
 * An option with a value takes the next word, whatever it is. What QEMU 7.2 and 10.0 list by -help is
 * here, but for what one of them lacks.
 */
#include "devices/extra_options.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"

/* Reasons that several options have. */
#define WHY_CPU     "The guest's processors are part of what it was promised, and stand before."
#define WHY_MEMORY  "The guest's memory stands before, and its backing is acquired by kiln-run."
#define WHY_MACHINE "The layout is that of the machine that was chosen."
#define WHY_BOOT    "What is started comes from the image or from the target, and stands before."
#define WHY_DISK    "It makes a drive and a device for it, which QEMU puts where it likes."
#define WHY_DEVICE  "It makes a device, which QEMU puts where it likes."
#define WHY_RUN     "kiln-run starts QEMU, watches it and ends it; this would change how."
#define WHY_HOST    "kiln-run drops its privileges before it becomes QEMU."
#define WHY_SCREEN  "A display that Kiln does not know of is in no report and no XML."
#define WHY_ASK     "QEMU would answer and end."
#define WHY_ACCEL   "The accelerator is checked on the target before QEMU is started."
#define WHY_SERIAL  "It takes a line of the machine that the layout hands out."
#define WHY_NAME    "The identity of the guest stands before, and a unit may derive it."
#define WHY_XEN     "Kiln's guests are started by QEMU alone."
#define FIX_DELETE  "Delete it."
#define FIX_CPU     "Set CONFIG_CPU_MODEL, CONFIG_CPU_SOCKETS and the like."
#define FIX_DISK    "Set CONFIG_DISK_COUNT; or write -blockdev and -device."
#define FIX_BOOT \
	"Set CONFIG_BOOT_KERNEL and CONFIG_KERNEL_PATH, CONFIG_INITRD_PATH, CONFIG_KERNEL_CMDLINE."
#define FIX_SCREEN  "Set CONFIG_VNC, CONFIG_SPICE or CONFIG_EGL_HEADLESS."
#define FIX_NET     "Set CONFIG_NET_COUNT; or write -netdev and -device."
#define FIX_SERIAL  "Set CONFIG_CONSOLE_COUNT; or write -chardev and -device."
#define FIX_ACCEL   "Set CONFIG_ACCEL_KVM, CONFIG_ACCEL_TCG or CONFIG_ACCEL_AUTO."
#define FIX_USER    "Set CONFIG_RUN_USER."
#define FIX_MACHINE "Set CONFIG_MACHINE_Q35 or another machine, and CONFIG_MACHINE_VERSION."

static const struct extra_option options[] = {
	{.name = "D"},
	{.name = "L"},
	{.name = "acpitable", .group = "acpi"},
	{.name = "audiodev"},
	{.name = "blockdev"},
	{.name = "chardev", .group = "chardev"},
	{.name = "compat"},
	{.name = "d"},
	{.name = "debugcon"},
	{.name = "device", .group = "device"},
	{.name = "dfilter"},
	{.name = "drive", .group = "drive"},
	{.name = "dtb"},
	{.name = "echr"},
	{.name = "fsdev", .group = "fsdev"},
	{.name = "fw_cfg", .group = "fw_cfg"},
	{.name = "gdb"},
	{.name = "global", .group = "global"},
	{.name = "icount", .group = "icount"},
	{.name = "iscsi", .group = "iscsi"},
	{.name = "k"},
	{.name = "mon", .group = "mon"},
	{.name = "monitor"},
	{.name = "netdev", .group = "netdev"},
	{.name = "no-fd-bootchk", .is_flag = true},
	{.name = "object", .group = "object"},
	{.name = "only-migratable", .is_flag = true},
	{.name = "option-rom", .group = "option-rom"},
	{.name = "overcommit", .group = "overcommit"},
	{.name = "plugin", .group = "plugin"},
	{.name = "qmp"},
	{.name = "qmp-pretty"},
	{.name = "s", .is_flag = true},
	{.name = "seed"},
	{.name = "set"},
	{.name = "smbios", .group = "smbios"},
	{.name = "tpmdev", .group = "tpmdev"},
	{.name = "trace", .group = "trace"},

	{.name = "M", .why = WHY_MACHINE, .fix = FIX_MACHINE},
	{.name = "S",
	 .is_flag = true,
	 .why = "The guest would wait for a word that nobody says.",
	 .fix = FIX_DELETE},
	{.name = "accel", .why = WHY_ACCEL, .fix = FIX_ACCEL},
	{.name = "action",
	 .why = WHY_RUN,
	 .fix = "Set CONFIG_ON_REBOOT_DESTROY or the action of CONFIG_WATCHDOG."},
	{.name = "add-fd",
	 .why = "Descriptors of QEMU are numbered by kiln-run.",
	 .fix = FIX_DELETE},
	{.name = "append", .why = WHY_BOOT, .fix = FIX_BOOT},
	{.name = "async-teardown", .is_flag = true, .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "audio",
	 .why = WHY_DEVICE,
	 .fix = "Set CONFIG_AUDIO_COUNT and CONFIG_SOUND_COUNT."},
	{.name = "audio-help", .is_flag = true, .why = WHY_ASK, .fix = FIX_DELETE},
	{.name = "bios",
	 .why = WHY_BOOT,
	 .fix = "Set CONFIG_FIRMWARE_FILE and CONFIG_FIRMWARE_PATH."},
	{.name = "boot",
	 .why = WHY_BOOT,
	 .fix = "Set the boot order of devices, CONFIG_BOOT_MENU or CONFIG_BOOT_RETRY."},
	{.name = "cdrom", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "chroot", .why = WHY_HOST, .fix = FIX_USER},
	{.name = "cpu", .why = WHY_CPU, .fix = FIX_CPU},
	{.name = "daemonize", .is_flag = true, .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "display", .why = WHY_SCREEN, .fix = FIX_SCREEN},
	{.name = "dump-vmstate", .why = WHY_ASK, .fix = FIX_DELETE},
	{.name = "enable-fips",
	 .is_flag = true,
	 .why = "The host's kernel says whether it is in that mode.",
	 .fix = "Set CONFIG_FIPS."},
	{.name = "enable-kvm", .is_flag = true, .why = WHY_ACCEL, .fix = FIX_ACCEL},
	{.name = "fda", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "fdb", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "full-screen", .is_flag = true, .why = WHY_SCREEN, .fix = FIX_SCREEN},
	{.name = "h", .is_flag = true, .why = WHY_ASK, .fix = FIX_DELETE},
	{.name = "hda", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "hdb", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "hdc", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "hdd", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "help", .is_flag = true, .why = WHY_ASK, .fix = FIX_DELETE},
	{.name = "incoming", .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "initrd", .why = WHY_BOOT, .fix = FIX_BOOT},
	{.name = "kernel", .why = WHY_BOOT, .fix = FIX_BOOT},
	{.name = "loadvm", .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "m", .why = WHY_MEMORY, .fix = "Set CONFIG_MEMORY_MIB."},
	{.name = "machine", .why = WHY_MACHINE, .fix = FIX_MACHINE},
	{.name = "mem-path", .why = WHY_MEMORY, .fix = "Set CONFIG_MEMORY_SOURCE_FILE."},
	{.name = "mem-prealloc",
	 .is_flag = true,
	 .why = WHY_MEMORY,
	 .fix = "Set CONFIG_MEMORY_PREALLOC."},
	{.name = "msg", .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "mtdblock", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "name", .why = WHY_NAME, .fix = "Set CONFIG_VM_NAME."},
	{.name = "net", .why = WHY_DEVICE, .fix = FIX_NET},
	{.name = "nic", .why = WHY_DEVICE, .fix = FIX_NET},
	{.name = "no-acpi",
	 .is_flag = true,
	 .why = WHY_MACHINE,
	 .fix = "Set CONFIG_FEATURE_ACPI=n."},
	{.name = "no-hpet",
	 .is_flag = true,
	 .why = WHY_MACHINE,
	 .fix = "Set CONFIG_CLOCK_HPET_OFF."},
	{.name = "no-reboot",
	 .is_flag = true,
	 .why = WHY_RUN,
	 .fix = "Set CONFIG_ON_REBOOT_DESTROY."},
	{.name = "no-shutdown", .is_flag = true, .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "no-user-config",
	 .is_flag = true,
	 .why = "It stands before already.",
	 .fix = FIX_DELETE},
	{.name = "nodefaults",
	 .is_flag = true,
	 .why = "It stands before already.",
	 .fix = FIX_DELETE},
	{.name = "nographic", .is_flag = true, .why = WHY_SCREEN, .fix = FIX_SCREEN},
	{.name = "numa", .why = WHY_MEMORY, .fix = "Set CONFIG_NUMA_COUNT."},
	{.name = "parallel", .why = WHY_SERIAL, .fix = "Set CONFIG_PARALLEL_COUNT."},
	{.name = "pflash", .why = WHY_BOOT, .fix = "Set CONFIG_FIRMWARE_OVMF."},
	{.name = "pidfile", .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "portrait", .is_flag = true, .why = WHY_SCREEN, .fix = FIX_SCREEN},
	{.name = "preconfig", .is_flag = true, .why = WHY_RUN, .fix = FIX_DELETE},
	{.name = "readconfig",
	 .why = "It holds what Kiln does not read: devices without an address.",
	 .fix = "Write its settings as options here."},
	{.name = "rotate", .why = WHY_SCREEN, .fix = FIX_SCREEN},
	{.name = "rtc", .why = WHY_MACHINE, .fix = "Set CONFIG_CLOCK_UTC and the like."},
	{.name = "run-with", .why = WHY_HOST, .fix = FIX_USER},
	{.name = "runas", .why = WHY_HOST, .fix = FIX_USER},
	{.name = "sandbox",
	 .why = "What QEMU may do is decided here, and stands behind.",
	 .fix = FIX_DELETE},
	{.name = "sd", .why = WHY_DISK, .fix = FIX_DISK},
	{.name = "serial", .why = WHY_SERIAL, .fix = FIX_SERIAL},
	{.name = "shim", .why = WHY_BOOT, .fix = FIX_BOOT},
	{.name = "smp", .why = WHY_CPU, .fix = FIX_CPU},
	{.name = "snapshot",
	 .is_flag = true,
	 .why = "It is for -drive, and the disks are -blockdev.",
	 .fix = FIX_DELETE},
	{.name = "spice", .why = WHY_SCREEN, .fix = "Set CONFIG_SPICE."},
	{.name = "usb", .is_flag = true, .why = WHY_DEVICE, .fix = "Set CONFIG_USB_COUNT."},
	{.name = "usbdevice",
	 .why = WHY_DEVICE,
	 .fix = "Set CONFIG_INPUT_COUNT and the like; or write -device."},
	{.name = "uuid", .why = WHY_NAME, .fix = "Set CONFIG_VM_UUID."},
	{.name = "version", .is_flag = true, .why = WHY_ASK, .fix = FIX_DELETE},
	{.name = "vga", .why = WHY_DEVICE, .fix = "Set CONFIG_VIDEO_COUNT."},
	{.name = "virtfs",
	 .why = WHY_DEVICE,
	 .fix = "Set CONFIG_FS_COUNT; or write -fsdev and -device."},
	{.name = "vnc", .why = WHY_SCREEN, .fix = "Set CONFIG_VNC."},
	{.name = "watchdog", .why = WHY_DEVICE, .fix = "Set CONFIG_WATCHDOG."},
	{.name = "watchdog-action", .why = WHY_RUN, .fix = "Set the action of CONFIG_WATCHDOG."},
	{.name = "win2k-hack",
	 .is_flag = true,
	 .why = "It is for drives that Kiln does not make.",
	 .fix = FIX_DELETE},
	{.name = "writeconfig", .why = WHY_ASK, .fix = FIX_DELETE},
	{.name = "xen-attach", .is_flag = true, .why = WHY_XEN, .fix = FIX_DELETE},
	{.name = "xen-domid", .why = WHY_XEN, .fix = FIX_DELETE},
	{.name = "xen-domid-restrict", .is_flag = true, .why = WHY_XEN, .fix = FIX_DELETE},
};

const struct extra_option *extra_option_find(const char *word)
{
	const char *name = word + (word[0] == '-') + (word[0] == '-' && word[1] == '-');

	for (size_t i = 0; i < ARRAY_SIZE(options) && name != word; i++) {
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	}
	return NULL;
}
