/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry.c - the families, in alphabetical order: nothing depends on it but the order in which
 * .config is read and errors without a place are printed.
 */
#include "devices/registry.h"

#include <stddef.h>

const struct dev_family *const device_families[] = {
	&audio_family,
	&balloon_family,
	&ccid_family,
	&channel_family,
	&console_family,
	&cpu_feature_family,
	&crypto_family,
	&disk_family,
	&egl_family,
	&extra_family,
	&fdc_family,
	&filesystem_family,
	&fwcfg_family,
	&hostdev_family,
	&hub_family,
	&ide_family,
	&input_family,
	&iommu_family,
	&iothread_family,
	&memory_device_family,
	&net_family,
	&network_family,
	&numa_family,
	&oem_family,
	&panic_family,
	&parallel_family,
	&controller_pci_family,
	&redir_family,
	&rng_family,
	&sata_family,
	&scsi_family,
	&secret_family,
	&shmem_family,
	&smartcard_family,
	&sound_family,
	&spice_family,
	&tpm_family,
	&usb_family,
	&video_family,
	&controller_virtio_serial_family,
	&vmcoreinfo_family,
	&vmgenid_family,
	&vnc_family,
	&vsock_family,
	&watchdog_family,
	NULL,
};
