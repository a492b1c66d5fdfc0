/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_when.h - to which disks a row applies; for disk_rows.c alone.
 *
 * It follows from three things: the model of the disk, whether it has a medium, what its source is.
 */
#ifndef KILN_DEVICES_DISK_WHEN_H
#define KILN_DEVICES_DISK_WHEN_H

#include "devices/disk.h"

/* ---- what applies ------------------------------------------------------------------------------ */

static inline bool model_is(const struct vm_dev *dev, unsigned flags)
{
	return dev->class->flags & flags;
}

static inline bool is_vhost_user(const struct vm_dev *dev)
{
	return model_is(dev, DISK_VHOST_USER);
}

/* QEMU reads and writes its blocks, as far as there is a medium. */
static inline bool is_ours(const struct vm_dev *dev)
{
	return !is_vhost_user(dev);
}

static inline bool source_has(const struct vm_dev *dev, unsigned flags)
{
	return is_ours(dev) && storage_flags(&disk_of(dev)->source) & flags;
}

static inline bool is_virtio(const struct vm_dev *dev)
{
	return model_is(dev, DISK_VIRTIO);
}

static inline bool has_thread(const struct vm_dev *dev)
{
	return is_virtio(dev) && is_ours(dev);
}

/* Of such libvirt wants to be told what their format is not: none. */
static inline bool is_raw(const struct vm_dev *dev)
{
	return model_is(dev, DISK_LUN | DISK_VHOST_USER);
}

static inline bool vhost_retries(const struct vm_dev *dev)
{
	return is_vhost_user(dev) && disk_of(dev)->vhost_reconnect;
}

static inline bool is_drive(const struct vm_dev *dev)
{
	return !model_is(dev, DISK_VIRTIO | DISK_USB);
}

static inline bool is_scsi_disk(const struct vm_dev *dev)
{
	return model_is(dev, DISK_SCSI) && !model_is(dev, DISK_CDROM | DISK_LUN);
}

static inline bool has_wwn(const struct vm_dev *dev)
{
	return model_is(dev, DISK_SCSI | DISK_IDE | DISK_SATA) && !model_is(dev, DISK_LUN);
}

static inline bool has_rotation(const struct vm_dev *dev)
{
	return has_wwn(dev) && !model_is(dev, DISK_CDROM);
}

static inline bool is_usb(const struct vm_dev *dev)
{
	return model_is(dev, DISK_USB);
}

static inline bool is_writable(const struct vm_dev *dev)
{
	return !model_is(dev, DISK_CDROM | DISK_VHOST_USER);
}

static inline bool has_serial(const struct vm_dev *dev)
{
	return !model_is(dev, DISK_LUN | DISK_FLOPPY | DISK_VHOST_USER);
}

static inline bool has_policy(const struct vm_dev *dev)
{
	return !model_is(dev, DISK_FLOPPY | DISK_LUN | DISK_VHOST_USER);
}

static inline bool has_sectors(const struct vm_dev *dev)
{
	return !model_is(dev, DISK_LUN | DISK_FLOPPY | DISK_CDROM | DISK_VHOST_USER);
}

static inline bool has_boot_index(const struct vm_dev *dev)
{
	return !model_is(dev, DISK_FLOPPY);
}

static inline bool has_medium(const struct vm_dev *dev)
{
	return is_ours(dev) && !storage_is(&disk_of(dev)->source, "NONE");
}

/* Of a passed-through disk QEMU sees commands, not blocks. */
static inline bool has_blocks(const struct vm_dev *dev)
{
	return has_medium(dev) && !model_is(dev, DISK_LUN);
}

static inline bool has_writes(const struct vm_dev *dev)
{
	return has_blocks(dev) && is_writable(dev);
}

static inline bool has_path(const struct vm_dev *dev)
{
	return has_medium(dev) && !source_has(dev, STORAGE_NETWORK);
}

static inline bool is_block(const struct vm_dev *dev)
{
	return storage_is(&disk_of(dev)->source, "BLOCK");
}

static inline bool is_file(const struct vm_dev *dev)
{
	return has_path(dev) && !is_block(dev);
}

static inline bool is_local(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_LOCAL);
}

static inline bool is_network(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_NETWORK);
}

static inline bool is_nbd(const struct vm_dev *dev)
{
	return storage_is(&disk_of(dev)->source, "NBD");
}

static inline bool has_transport(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_UNIX);
}

static inline bool by_unix(const struct vm_dev *dev)
{
	return has_transport(dev) && prop_word_is(disk_of(dev)->source.transport, "UNIX");
}

static inline bool by_tcp(const struct vm_dev *dev)
{
	return is_network(dev) && !by_unix(dev);
}

static inline bool has_hosts(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_MANY);
}

static inline bool has_user(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_AUTH | STORAGE_USER);
}

static inline bool has_auth(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_AUTH) && disk_of(dev)->source.user;
}

static inline bool has_tls(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_TLS);
}

static inline bool uses_tls(const struct vm_dev *dev)
{
	return has_tls(dev) && disk_of(dev)->source.tls;
}

static inline bool is_http(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_HTTP);
}

static inline bool is_https(const struct vm_dev *dev)
{
	return source_has(dev, STORAGE_HTTPS);
}

static inline bool is_insecure(const struct vm_dev *dev)
{
	return is_https(dev) && disk_of(dev)->source.insecure;
}

static inline bool is_rbd(const struct vm_dev *dev)
{
	return storage_is(&disk_of(dev)->source, "RBD");
}

static inline bool is_iscsi(const struct vm_dev *dev)
{
	return storage_is(&disk_of(dev)->source, "ISCSI");
}

static inline bool is_ssh(const struct vm_dev *dev)
{
	return storage_is(&disk_of(dev)->source, "SSH");
}

static inline bool is_luks(const struct vm_dev *dev)
{
	return has_blocks(dev) && disk_of(dev)->luks;
}

static inline bool is_throttled(const struct vm_dev *dev)
{
	return has_blocks(dev) && disk_of(dev)->throttle;
}

static inline bool writes_through(const struct vm_dev *dev)
{
	return disk_of(dev)->write_through && !model_is(dev, DISK_FLOPPY);
}

/* ---- backing files ----------------------------------------------------------------------------- */

static inline bool can_back1(const struct vm_dev *dev)
{
	return has_blocks(dev) && prop_word_is(disk_of(dev)->format, "QCOW2");
}

static inline bool backed1(const struct vm_dev *dev)
{
	return can_back1(dev) && !storage_is(&disk_of(dev)->backing[0].source, "NONE");
}

static inline bool can_back2(const struct vm_dev *dev)
{
	return backed1(dev) && prop_word_is(disk_of(dev)->backing[0].format, "QCOW2");
}

static inline bool backed2(const struct vm_dev *dev)
{
	return can_back2(dev) && !storage_is(&disk_of(dev)->backing[1].source, "NONE");
}

static inline bool block1(const struct vm_dev *dev)
{
	return backed1(dev) && storage_is(&disk_of(dev)->backing[0].source, "BLOCK");
}

static inline bool file1(const struct vm_dev *dev)
{
	return backed1(dev) && !block1(dev);
}

static inline bool block2(const struct vm_dev *dev)
{
	return backed2(dev) && storage_is(&disk_of(dev)->backing[1].source, "BLOCK");
}

static inline bool file2(const struct vm_dev *dev)
{
	return backed2(dev) && !block2(dev);
}

/* Something of it is payload. */
static inline bool has_payload(const struct vm_dev *dev)
{
	const struct disk *disk = disk_of(dev);

	return (has_medium(dev) && storage_is(&disk->source, "PAYLOAD")) ||
	       (backed1(dev) && storage_is(&disk->backing[0].source, "PAYLOAD")) ||
	       (backed2(dev) && storage_is(&disk->backing[1].source, "PAYLOAD"));
}

static inline bool may_have_host2(const struct vm_dev *dev)
{
	return has_hosts(dev) && (disk_of(dev)->source.host[0] || by_unix(dev));
}

static inline bool has_host2(const struct vm_dev *dev)
{
	return may_have_host2(dev) && disk_of(dev)->source.host[1];
}

static inline bool may_have_host3(const struct vm_dev *dev)
{
	return has_host2(dev);
}

static inline bool has_host3(const struct vm_dev *dev)
{
	return may_have_host3(dev) && disk_of(dev)->source.host[2];
}

#endif
