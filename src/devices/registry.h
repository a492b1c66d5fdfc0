/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry.h - every device family, in the order in which .config is read.
 */
#ifndef KILN_DEVICES_REGISTRY_H
#define KILN_DEVICES_REGISTRY_H

#include "model/controller.h"
#include "model/device.h"

/** device_families - ended by NULL. */
extern const struct dev_family *const device_families[];

extern const struct dev_family audio_family;
extern const struct dev_family balloon_family;
extern const struct dev_family channel_family;
extern const struct dev_family console_family;
extern const struct dev_family crypto_family;
extern const struct dev_family disk_family;
extern const struct dev_family ccid_family;
extern const struct dev_family egl_family;
extern const struct dev_family extra_family;
extern const struct dev_family fdc_family;
extern const struct dev_family filesystem_family;
extern const struct dev_family hostdev_family;
extern const struct dev_family hub_family;
extern const struct dev_family ide_family;
extern const struct dev_family input_family;
extern const struct dev_family iommu_family;
extern const struct dev_family memory_device_family;
extern const struct dev_family net_family;
extern const struct dev_family network_family;
extern const struct dev_family panic_family;
extern const struct dev_family parallel_family;
extern const struct dev_family cpu_feature_family;
extern const struct dev_family fwcfg_family;
extern const struct dev_family iothread_family;
extern const struct dev_family numa_family;
extern const struct dev_family oem_family;
extern const struct dev_family rng_family;
extern const struct dev_family sata_family;
extern const struct dev_family scsi_family;
extern const struct dev_family secret_family;
extern const struct dev_family shmem_family;
extern const struct dev_family sound_family;
extern const struct dev_family redir_family;
extern const struct dev_family smartcard_family;
extern const struct dev_family spice_family;
extern const struct dev_family tpm_family;
extern const struct dev_family usb_family;
extern const struct dev_family video_family;
extern const struct dev_family vmcoreinfo_family;
extern const struct dev_family vmgenid_family;
extern const struct dev_family vnc_family;
extern const struct dev_family vsock_family;
extern const struct dev_family watchdog_family;

#endif
