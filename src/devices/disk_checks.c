/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_checks.c - the rules of a disk that a row cannot say. Two disks on one content: disk_paths.c.
 */
#include <inttypes.h>
#include <string.h>

#include "devices/disk.h"
#include "devices/disk_limits.h"
#include "devices/disk_paths.h"
#include "devices/vhost_user.h"

/* ---- sources ----------------------------------------------------------------------------------- */

static void check_payload(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		if (!storage_is(&disk->source, "PAYLOAD") || disk->shown_read_only)
			continue;
		struct err *err = dev_error(errs, dev, "read-only", check->name,
					    "a payload disk must be read-only");

		err_why(err, "Payload is part of the image and reaches QEMU sealed; what the guest "
			     "wrote would be lost.");
		err_fix(err, "Set %s=y, or put a qcow2 disk of source FILE on it: %s_PAYLOAD.",
			dev_symbol(dev, "read-only"), dev_symbol(dev, "backing1-source"));
	}
}

/*
 * The one rule for disks whose source gets the guest's SCSI commands. Import and attach run the table
 * of checks too. libvirt refuses the same.
 */
static void check_lun(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		if (!(dev->class->flags & DISK_LUN) ||
		    storage_flags(&disk->source) & STORAGE_PASSABLE)
			continue;
		bool network = storage_flags(&disk->source) & STORAGE_NETWORK;
		struct err *err = dev_error(errs, dev, "source", check->name,
					    "a lun cannot be on source %s", disk->source.kind->sym);

		err_why(err,
			"The guest's SCSI commands go to the source itself: %s takes none, a block "
			"device or an iSCSI target does.",
			network ? "this protocol" : "a file");
		err_fix(err, "Choose %s_BLOCK or %s_ISCSI, or %s_SCSI.", dev_symbol(dev, "source"),
			dev_symbol(dev, "source"), dev_symbol(dev, "model"));
	}
}

static void check_no_medium(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		if (!storage_is(&disk_of(dev)->source, "NONE") ||
		    dev->class->flags & (DISK_CDROM | DISK_FLOPPY))
			continue;
		struct err *err =
			dev_error(errs, dev, "source", check->name, "%s has no medium", dev->id);

		err_why(err, "Only CD-ROM drives and floppy drives can be empty.");
		err_fix(err, "Choose another source, or a model that is such a drive.");
	}
}

static void check_http(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		if (!(storage_flags(&disk->source) & STORAGE_HTTP) || disk->shown_read_only)
			continue;
		struct err *err = dev_error(errs, dev, "read-only", check->name,
					    "a disk by %s must be read-only", disk->protocol);

		err_why(err, "QEMU cannot write by this protocol.");
		err_fix(err, "Set %s=y.", dev_symbol(dev, "read-only"));
	}
}

/* Which of the two a source lacks depends on its protocol, so no row can say it. */
static void check_server(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct storage *source = &disk_of(dev)->source;
		unsigned flags = storage_flags(source);
		bool by_unix = flags & STORAGE_UNIX && prop_word_is(source->transport, "UNIX");
		const char *row = NULL;

		if (flags & STORAGE_NAME && !source->name)
			row = "name";
		else if (flags & STORAGE_HOST && !by_unix && !source->host[0])
			row = "host";
		if (!row)
			continue;
		struct err *err =
			dev_error(errs, dev, row, check->name, "%s has no %s", dev->id, row);

		err_why(err, "A source by %s needs it.", storage_protocol(source));
		err_fix(err, "Set %s.", dev_symbol(dev, row));
	}
}

static void check_name(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct storage *source = &disk_of(dev)->source;
		const char *why;

		if (storage_check_name(source, &why))
			continue;
		struct err *err =
			dev_error(errs, dev, "name", check->name, "\"%s\" is no name for %s",
				  source->name, storage_protocol(source));

		err_why(err, "%s", why);
		err_fix(err, "Change %s to a name of that form.", dev_symbol(dev, "name"));
	}
}

/* A SHA-256 digest as ssh-keyscan and QEMU's "hash" have it. */
static bool is_digest(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdefABCDEF") == 64;
}

static void check_host_key(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const char *key = disk_of(dev)->source.host_key;

		if (!key || is_digest(key))
			continue;
		struct err *err = dev_error(errs, dev, "host-key", check->name,
					    "\"%s\" is no fingerprint", key);

		err_why(err,
			"It is the SHA-256 digest of the server's key, 64 hexadecimal digits.");
		err_fix(err, "ssh-keyscan HOST | cut -d' ' -f3 | base64 -d | sha256sum");
	}
}

/* ---- how it is read and written ---------------------------------------------------------------- */

static bool is_direct(const struct disk *disk)
{
	return prop_word_is(disk->cache, "NONE") || prop_word_is(disk->cache, "DIRECTSYNC") ||
	       (prop_word_is(disk->cache, "DEFAULT") && disk->shareable);
}

static void check_aio(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		if (!prop_word_is(disk->aio, "NATIVE") || is_direct(disk))
			continue;
		struct place other = dev_place(dev, "cache");
		struct err *err = dev_error(errs, dev, "aio", check->name,
					    "native AIO with cache %s", disk->cache->sym);

		err_also(err, other.file, other.line);
		err_why(err, "The kernel's native AIO needs files that are opened past the page "
			     "cache; with others QEMU refuses to start.");
		err_fix(err, "Choose %s_NONE or %s_DIRECTSYNC, or %s_THREADS.",
			dev_symbol(dev, "cache"), dev_symbol(dev, "cache"), dev_symbol(dev, "aio"));
	}
}

/* Neither has a bit for it: libvirt and QEMU refuse the same. */
static void check_read_only(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		if (!disk_of(dev)->read_only || !(dev->class->flags & (DISK_IDE | DISK_SATA)))
			continue;
		struct err *err = dev_error(errs, dev, "read-only", check->name,
					    "an %s disk cannot be read-only", disk_of(dev)->bus);

		err_why(err, "An ATA disk has no way to tell the guest; only its CD-ROM drives are "
			     "read-only.");
		err_fix(err, "Delete the line of %s, or choose a CD-ROM drive or another bus.",
			dev_symbol(dev, "read-only"));
	}
}

static void check_zeroes(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		if (!prop_word_is(disk->detect_zeroes, "UNMAP") ||
		    prop_word_is(disk->discard, "UNMAP"))
			continue;
		struct err *err = dev_error(errs, dev, "detect-zeroes", check->name,
					    "zeroes shall be unmapped, and discard is not unmap");

		err_why(err, "QEMU unmaps what it finds to be zeroes only where unmapping is "
			     "allowed.");
		err_fix(err, "Choose %s_UNMAP, or %s_ON.", dev_symbol(dev, "discard"),
			dev_symbol(dev, "detect-zeroes"));
	}
}

static void check_copy_on_read(const struct check *check, const struct vm *vm,
			       struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		if (!disk->copy_on_read || !disk->shown_read_only)
			continue;
		struct err *err = dev_error(errs, dev, "copy-on-read", check->name,
					    "a read-only disk cannot copy on read");

		err_why(err, "What is read from the backing file is written to the disk.");
		err_fix(err, "Delete the line of %s.", dev_symbol(dev, "copy-on-read"));
	}
}

static void check_shareable(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		if (!disk->shareable || prop_word_is(disk->format, "RAW"))
			continue;
		struct err *err = dev_error(errs, dev, "shareable", check->name,
					    "a shareable disk of format %s", disk->format->sym);

		err_why(err, "Two machines would each change the tables of the format, and destroy "
			     "it; blocks of a raw disk are the guests' own affair.");
		err_fix(err, "Choose %s_RAW.", dev_symbol(dev, "format"));
	}
}

/* ---- what the guest reads ---------------------------------------------------------------------- */

/*
 * virtio: VIRTIO_BLK_ID_BYTES in linux/virtio_blk.h; IDE: words 10 to 19 of IDENTIFY; QEMU cuts
 * silently. SCSI and USB: MAX_SERIAL_LEN of QEMU's hw/scsi/scsi-disk.c.
 */
#define SERIAL_MAX      20
#define SERIAL_MAX_SCSI 36

static void check_serial(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *serial = dev->family == &disk_family ? disk_of(dev)->serial : NULL;
		bool scsi = dev->class->flags & (DISK_SCSI | DISK_USB);
		unsigned max = scsi ? SERIAL_MAX_SCSI : SERIAL_MAX;

		if (!serial || strlen(serial) <= max)
			continue;
		struct err *err =
			dev_error(errs, dev, "serial", check->name,
				  "serial \"%s\" is %zu bytes long", serial, strlen(serial));

		err_why(err, "A %s disk shows at most %u bytes of its serial to the guest.",
			disk_of(dev)->bus, max);
		err_fix(err, "Shorten %s to %u bytes.", dev_symbol(dev, "serial"), max);
	}
}

static void check_wwn(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const char *wwn = disk_of(dev)->wwn;

		if (!wwn || (strlen(wwn) == 16 && disk_of(dev)->wwn_number))
			continue;
		struct err *err = dev_error(errs, dev, "wwn", check->name,
					    "\"%s\" is no world wide name", wwn);

		err_why(err, "It is 16 hexadecimal digits, not all zero.");
		err_fix(err, "Write %s like 5000c50015ea71aa, or clear it.",
			dev_symbol(dev, "wwn"));
	}
}

#define ROTATION_MIN \
	1025 /* 0401h; 1 is "does not rotate" in SBC and ACS, what is between is reserved */

static void check_rotation(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		uint64_t rate = disk_of(dev)->rotation_rate;

		if (rate <= 1 || rate >= ROTATION_MIN)
			continue;
		struct err *err = dev_error(errs, dev, "rotation-rate", check->name,
					    "%" PRIu64 " rotations a minute", rate);

		err_why(err, "A disk says 1, which is none, or 1025 to 65534.");
		err_fix(err, "Set %s to 1 for an SSD, or to 0, which says nothing.",
			dev_symbol(dev, "rotation-rate"));
	}
}

/* SCSI's inquiry has so many bytes for them: SPC-4, 6.4.2. */
#define VENDOR_MAX  8
#define PRODUCT_MAX 16
/* Of a page of 255 bytes: scsi_disk_emulate_vpd_page() of QEMU cuts off what is longer. */
#define DEVICE_ID_MAX (255 - 8)

static bool is_ascii(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

static void check_inquiry(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct {
			const char *row, *word, *text;
			size_t max;
		} texts[] = {{"vendor", "vendor", disk_of(dev)->vendor, VENDOR_MAX},
			     {"product", "product", disk_of(dev)->product, PRODUCT_MAX},
			     {"given-id", "name in the inquiry", disk_of(dev)->device_id,
			      DEVICE_ID_MAX}};

		for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
			const char *text = texts[i].text;

			if (!text || (strlen(text) <= texts[i].max && is_ascii(text)))
				continue;
			struct err *err =
				dev_error(errs, dev, texts[i].row, check->name,
					  "\"%s\" is no %s of a SCSI disk", text, texts[i].word);

			err_why(err, "It has at most %zu printable ASCII bytes.", texts[i].max);
			err_fix(err, "Shorten %s.", dev_symbol(dev, texts[i].row));
		}
	}
}

static bool is_power(uint64_t number)
{
	return (number & (number - 1)) == 0;
}

/* The rules of QEMU 7.2: hw/block/block.c, hw/ide/qdev.c. */
static const char *block_why(const struct vm_dev *dev)
{
	const struct disk *disk = disk_of(dev);
	uint64_t logical = disk->logical_block ? disk->logical_block : 512;
	uint64_t physical = disk->physical_block ? disk->physical_block : logical;

	if (!is_power(logical) || !is_power(physical) || logical < 512 || physical < 512)
		return "A block has a power of two of bytes, from 512 to 2097152.";
	if (logical != 512 && dev->class->flags & (DISK_IDE | DISK_SATA))
		return "An IDE or SATA disk has logical blocks of 512 bytes.";
	if (logical > physical)
		return "A logical block is not larger than a physical one.";
	return NULL;
}

static void check_blocks(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);
		const char *why = block_why(dev), *row = "logical-block";

		if (!why)
			continue;
		if (!disk->logical_block)
			row = "physical-block";
		struct err *err = dev_error(errs, dev, row, check->name,
					    "blocks of %" PRIu64 " and %" PRIu64 " bytes",
					    disk->logical_block, disk->physical_block);

		err_why(err, "%s 0 is QEMU's default.", why);
		err_fix(err, "Change %s or %s.", dev_symbol(dev, "logical-block"),
			dev_symbol(dev, "physical-block"));
	}
}

static void check_queue_size(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		uint64_t size = disk_of(dev)->queue_size;

		/* Below three a request does not fit: hw/block/virtio-blk.c. */
		if (!size || (is_power(size) && size > 2))
			continue;
		struct err *err = dev_error(errs, dev, "queue-size", check->name,
					    "a queue of %" PRIu64 " entries", size);

		err_why(err, "A virtio queue has a power of two of entries, from 4 to 1024.");
		err_fix(err, "Set %s to 256, or 0 for QEMU's default.",
			dev_symbol(dev, "queue-size"));
	}
}

static void check_vhost_user(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		if (dev->class->flags & DISK_VHOST_USER)
			vhost_user_check(check, dev, errs);
	}
}

const struct check disk_checks[] = {
	{.name = "disk-payload-read-only", .run = check_payload},
	{.name = "disk-lun", .run = check_lun},
	{.name = "disk-no-medium", .run = check_no_medium},
	{.name = "disk-http-read-only", .run = check_http},
	{.name = "disk-server", .run = check_server},
	{.name = "disk-name", .run = check_name},
	{.name = "disk-host-key", .run = check_host_key},
	{.name = "disk-aio-cache", .run = check_aio},
	{.name = "disk-ata-read-only", .run = check_read_only},
	{.name = "disk-detect-zeroes", .run = check_zeroes},
	{.name = "disk-copy-on-read", .run = check_copy_on_read},
	{.name = "disk-shareable", .run = check_shareable},
	{.name = "disk-serial-length", .run = check_serial},
	{.name = "disk-wwn", .run = check_wwn},
	{.name = "disk-rotation-rate", .run = check_rotation},
	{.name = "disk-inquiry", .run = check_inquiry},
	{.name = "disk-block-size", .run = check_blocks},
	{.name = "disk-queue-size", .run = check_queue_size},
	{.name = "disk-memory-shared", .run = check_vhost_user},
	{.name = "disk-limits", .run = disk_check_limits},
	{.name = "disk-throttle-group", .run = disk_check_group},
	{.name = "disk-path-unique", .run = disk_check_unique},
	{.name = "disk-path-absolute", .run = disk_check_absolute},
	{0},
};
