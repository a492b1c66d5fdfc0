/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.h - every host operation, its fields, its lifetime, and every limit, declared once.
 *
 * The composer fills a struct op_NAME whose texts may hold marks (image/text.h); the writer stores
 * it; the reader checks it; the loader gets the same struct with every mark resolved. To add an
 * operation: one OP() line, one OP_NAME_FIELDS() list, and host/NAME.c with acquire, release and
 * check. Nothing else lists them.
 */
#ifndef KILN_IMAGE_OPS_H
#define KILN_IMAGE_OPS_H

#include <stdint.h>

/* Limits: the composer refuses what exceeds them, so that the loader is never the first to notice. */
#define OP_MAX           4096 /* operations in a plan */
#define FD_SLOT_MAX      4096 /* descriptors handed to QEMU */
#define FD_SLOT_BASE     10 /* slot n is always descriptor FD_SLOT_BASE + n in QEMU */
#define ARGV_MAX         32768 /* arguments */
#define ARG_BYTES_MAX    131072 /* one argument, Linux MAX_ARG_STRLEN (binfmts.h) */
#define ARGV_BYTES_MAX   (3u << 20) /* all arguments */
#define SITE_MAX         4096 /* site slots */
#define SITE_VALUE_MAX   4096 /* bytes of a site value, with the final NUL */
#define PAYLOAD_MAX      64 /* payload sections */
#define META_BYTES_MAX   (4u << 20) /* all metadata sections together, unpacked */
#define PORTS_MAX        4 /* ports that the loader chooses */
#define NUMA_NODES_MAX   128 /* NUMA nodes of a host that advice looks at */
#define TAP_QUEUES_MAX   256 /* kernel MAX_TAP_QUEUES, drivers/net/tun.c */
#define SHAPE_RATE_MAX   4294967 /* kilobytes a second: bytes fit 32 bits (struct tc_ratespec) */
#define SHAPE_BURST_MAX  4194303 /* KiB: likewise */
#define SHAPE_TIME_MAX   274 /* seconds of the rate in a burst: 2^32 ticks of 64 ns, pkt_sched.h */
#define NETWORKS_MAX     64 /* networks that a start knows, the host's and the image's */
#define SECRET_BYTES_MAX 65536 /* a password, a key or a certificate with its chain */

/* The order in which phases of the plan are acquired, and why, stands in plan/plan.c. */
enum op_phase {
	PHASE_CPU, /* accelerator: decides whether to start at all */
	PHASE_RESOLVE, /* names: what they mean on this host */
	PHASE_NETWORK, /* bridges, taps */
	PHASE_HOSTDEV, /* host devices */
	PHASE_CGROUP,
	PHASE_MEMORY,
	PHASE_DESCRIPTOR, /* files, payload, monitors */
	PHASE_COUNT,
};

/* How long what an operation acquires lives, and who ends it. */
enum op_life {
	LIFE_NONE, /* acquires nothing */
	LIFE_FD, /* dies with the descriptors that QEMU holds */
	LIFE_RELEASE, /* must be released: by the undo stack, the reaper or `kiln-run down` */
	LIFE_COUNT,
};

/* How a secret stands in its source, and so what QEMU makes of it. */
enum secret_form {
	SECRET_LINE, /* one line of UTF-8 text; a line feed at its end does not belong to it */
	SECRET_RAW, /* every byte */
	SECRET_BASE64, /* QEMU decodes it */
	SECRET_FORM_COUNT
};

/* What a device of the host is. */
enum hostdev_kind { HOSTDEV_PCI, HOSTDEV_MDEV, HOSTDEV_KIND_COUNT };

/*
 * How macvtaps of one parent reach each other, MODE(ENUM, word), libvirt's word: by way of the switch that the
 * parent is plugged into; directly; not at all; there is one alone, and the parent has its address.
 */
#define IMAGE_MACVTAP_MODES(MODE) \
	MODE(VEPA, "vepa")        \
	MODE(BRIDGE, "bridge")    \
	MODE(PRIVATE, "private")  \
	MODE(PASSTHROUGH, "passthrough")

#define MACVTAP_ENUM(ENUM, word) MACVTAP_##ENUM,
enum macvtap_mode { IMAGE_MACVTAP_MODES(MACVTAP_ENUM) MACVTAP_MODE_COUNT };
#undef MACVTAP_ENUM

enum accel_policy { ACCEL_KVM, ACCEL_TCG, ACCEL_AUTO, ACCEL_POLICY_COUNT };

/* struct op_bridge flags */
#define BRIDGE_CREATE (1u << 0) /* make it when it is absent, and delete it at release if made */
#define BRIDGE_VLANS  (1u << 1) /* one that is made knows VLANs */
/* struct op_tap flags */
#define TAP_VNET_HDR    (1u << 0) /* IFF_VNET_HDR: virtio, e1000e, vmxnet3 (behaviours F46) */
#define TAP_PERSISTENT  (1u << 1) /* TUNSETPERSIST; release removes it */
#define TAP_MULTI_QUEUE (1u << 2) /* IFF_MULTI_QUEUE; set when queues > 1 */
#define TAP_EXISTING \
	(1u << 3) /* made and configured by others; none of the flags below, no bridge */
#define TAP_DOWN        (1u << 4) /* not set up */
#define TAP_ISOLATED    (1u << 5) /* as a port of its bridge: no frames from and to isolated ports */
#define TAP_NO_LEARNING (1u << 6) /* addresses are not learnt from it */
#define TAP_NO_FLOOD    (1u << 7) /* frames for addresses that are not known do not go out to it */
#define TAP_NEIGHBOURS  (1u << 8) /* ARP and ND questions are answered by the bridge */
#define TAP_UNTAGGED    (1u << 9) /* frames of the first VLAN go without a tag */
#define TAP_PORT_FLAGS  (TAP_ISOLATED | TAP_NO_LEARNING | TAP_NO_FLOOD | TAP_NEIGHBOURS)
/* struct op_macvtap flags */
#define MACVTAP_VNET_HDR    (1u << 0) /* as TAP_VNET_HDR */
#define MACVTAP_MULTI_QUEUE (1u << 1) /* as TAP_MULTI_QUEUE */
/* struct op_attach flags: TAP_VNET_HDR and TAP_MULTI_QUEUE, of either interface */
#define ATTACH_FLAGS (TAP_VNET_HDR | TAP_MULTI_QUEUE)
/* struct op_vhost flags */
#define VHOST_REQUIRED (1u << 0) /* else QEMU moves the packets where the kernel cannot */
/* struct op_shape flags */
#define SHAPE_EXISTING (1u << 0) /* the interface stays: what was put on it is taken off */
/* struct op_file flags */
#define FILE_READ_ONLY (1u << 0)
#define FILE_BLOCK_DEVICE \
	(1u << 1) /* must be a block device; otherwise it must be a regular file */
#define FILE_APPEND           (1u << 2) /* made when absent; opened for writing at the end alone */
#define FILE_WRITE            (1u << 3) /* made when absent; opened for writing alone: QEMU empties it */
#define FILE_CHARACTER_DEVICE (1u << 4) /* must be a character device */
/* struct op_swtpm flags */
#define SWTPM_2 (1u << 0) /* TPM 2.0; else 1.2 */
/* struct op_socket flags */
#define SOCKET_LISTEN (1u << 0) /* listen there, and remove it at release; else connect */
/* struct op_secret flags */
#define SECRET_CREDENTIAL (1u << 0) /* source names a file in $CREDENTIALS_DIRECTORY, no path */
/* struct op_scsi flags */
#define SCSI_READ_ONLY (1u << 0)
/* struct op_usb flags */
#define USB_OPTIONAL (1u << 0) /* where it is not there the VM starts without it */
/* struct op_reach flags */
#define REACH_LISTEN (1u << 0) /* QEMU makes the socket; else it connects to it */
/* struct op_memory flags */
#define MEMORY_LOCKED (1u << 0) /* QEMU may lock all of its memory */
#define MEMORY_ADVICE (1u << 1) /* choose NUMA nodes for the guest, for FIX_NODES */
#define MEMORY_CPUS   (1u << 2) /* run on the CPUs of these nodes alone */
/* struct op_payload flags */
#define PAYLOAD_SEAL     (1u << 0) /* seal against every change */
#define PAYLOAD_IN_PLACE (1u << 1) /* the image file itself, for FIX_PLACE; never sealed */

/*
 * Fields of each operation: F(type, name, limit). TEXT: string, may hold marks in the composer. U32:
 * number, at most the limit. FLAGS: bits, none outside the limit. FD: the first descriptor slot that
 * it fills; how many is said by the operation (TAP, MACVTAP, ATTACH, VHOST: queues; others: 1). A limit of 0 for TEXT
 * and FD: texts are bounded by SITE_VALUE_MAX, slots by FD_SLOT_MAX.
 */
#define OP_ACCEL_FIELDS(F) F(U32, policy, ACCEL_POLICY_COUNT - 1)
#define OP_BRIDGE_FIELDS(F) \
	F(TEXT, name, 0) F(TEXT, address, 0) F(FLAGS, flags, BRIDGE_CREATE | BRIDGE_VLANS)
#define OP_TAP_FIELDS(F)                                                              \
	F(TEXT, owner, 0)                                                             \
	F(TEXT, name, 0)                                                              \
	F(TEXT, bridge, 0)                                                            \
	F(TEXT, device, 0)                                                            \
	F(TEXT, helper, 0)                                                            \
	F(TEXT, mac, 0)                                                               \
	F(TEXT, vlans, 0)                                                             \
	F(U32, mtu, UINT16_MAX)                                                       \
	F(U32, queues, TAP_QUEUES_MAX)                                                \
	F(FLAGS, flags,                                                               \
	  TAP_VNET_HDR | TAP_PERSISTENT | TAP_MULTI_QUEUE | TAP_EXISTING | TAP_DOWN | \
		  TAP_PORT_FLAGS | TAP_UNTAGGED)                                      \
	F(FD, fd, 0)
#define OP_VHOST_FIELDS(F)             \
	F(TEXT, owner, 0)              \
	F(TEXT, path, 0)               \
	F(U32, queues, TAP_QUEUES_MAX) \
	F(FLAGS, flags, VHOST_REQUIRED) F(FD, fd, 0)
#define OP_MACVTAP_FIELDS(F)                                    \
	F(TEXT, owner, 0)                                       \
	F(TEXT, name, 0)                                        \
	F(TEXT, parent, 0)                                      \
	F(TEXT, mac, 0)                                         \
	F(U32, mode, MACVTAP_MODE_COUNT - 1)                    \
	F(U32, queues, TAP_QUEUES_MAX)                          \
	F(FLAGS, flags, MACVTAP_VNET_HDR | MACVTAP_MULTI_QUEUE) \
	F(FD, fd, 0)
#define OP_SHAPE_FIELDS(F)                \
	F(TEXT, owner, 0)                 \
	F(U32, in_rate, SHAPE_RATE_MAX)   \
	F(U32, in_peak, SHAPE_RATE_MAX)   \
	F(U32, in_burst, SHAPE_BURST_MAX) \
	F(U32, out_rate, SHAPE_RATE_MAX)  \
	F(U32, out_peak, SHAPE_RATE_MAX)  \
	F(U32, out_burst, SHAPE_BURST_MAX) F(FLAGS, flags, SHAPE_EXISTING)
#define OP_NETWORK_FIELDS(F) F(TEXT, owner, 0) F(TEXT, name, 0) F(TEXT, known, 0)
#define OP_ATTACH_FIELDS(F)            \
	F(TEXT, owner, 0)              \
	F(TEXT, network, 0)            \
	F(TEXT, name, 0)               \
	F(TEXT, mac, 0)                \
	F(U32, queues, TAP_QUEUES_MAX) \
	F(FLAGS, flags, ATTACH_FLAGS)  \
	F(FD, fd, 0)
#define OP_FILE_FIELDS(F)                                                                        \
	F(TEXT, owner, 0)                                                                        \
	F(TEXT, path, 0)                                                                         \
	F(FLAGS, flags,                                                                          \
	  FILE_READ_ONLY | FILE_BLOCK_DEVICE | FILE_APPEND | FILE_WRITE | FILE_CHARACTER_DEVICE) \
	F(FD, fd, 0)
#define OP_PAYLOAD_FIELDS(F)                             \
	F(U32, index, PAYLOAD_MAX - 1)                   \
	F(FLAGS, flags, PAYLOAD_SEAL | PAYLOAD_IN_PLACE) \
	F(FD, fd, 0)
#define OP_MONITOR_FIELDS(F) F(TEXT, name, 0) F(FD, fd, 0)
#define OP_VSOCK_FIELDS(F)   F(TEXT, owner, 0) F(FD, fd, 0)
#define OP_SWTPM_FIELDS(F) \
	F(TEXT, owner, 0)  \
	F(TEXT, program, 0) F(TEXT, state, 0) F(FLAGS, flags, SWTPM_2) F(FD, fd, 0)
#define OP_PASST_FIELDS(F)   \
	F(TEXT, owner, 0)    \
	F(TEXT, program, 0)  \
	F(TEXT, forwards, 0) \
	F(TEXT, interface, 0) F(TEXT, log, 0) F(U32, mtu, 65521) F(FD, fd, 0)
#define OP_SCSI_FIELDS(F) \
	F(TEXT, owner, 0) \
	F(TEXT, name, 0) F(FLAGS, flags, SCSI_READ_ONLY) F(FD, fd, 0)
#define OP_USB_FIELDS(F) \
	F(TEXT, owner, 0) F(TEXT, name, 0) F(FLAGS, flags, USB_OPTIONAL) F(FD, fd, 0)
#define OP_REACH_FIELDS(F)  F(TEXT, owner, 0) F(TEXT, path, 0) F(FLAGS, flags, REACH_LISTEN)
#define OP_CANCEL_FIELDS(F) F(TEXT, owner, 0) F(TEXT, path, 0) F(FD, fd, 0)
#define OP_SOCKET_FIELDS(F) \
	F(TEXT, owner, 0) F(TEXT, path, 0) F(FLAGS, flags, SOCKET_LISTEN) F(FD, fd, 0)
#define OP_SECRET_FIELDS(F)                 \
	F(TEXT, owner, 0)                   \
	F(TEXT, source, 0)                  \
	F(U32, form, SECRET_FORM_COUNT - 1) \
	F(FLAGS, flags, SECRET_CREDENTIAL)  \
	F(FD, fd, 0)
#define OP_MEMORY_FIELDS(F)          \
	F(U32, cpus, UINT16_MAX)     \
	F(U32, mib, UINT32_MAX)      \
	F(U32, lock_mib, UINT32_MAX) \
	F(FLAGS, flags, MEMORY_LOCKED | MEMORY_ADVICE | MEMORY_CPUS)
#define OP_STORE_FIELDS(F)           \
	F(TEXT, owner, 0)            \
	F(TEXT, path, 0)             \
	F(TEXT, template, 0)         \
	F(U32, payload, PAYLOAD_MAX) \
	F(FD, fd, 0)
#define OP_PORT_FIELDS(F)            \
	F(TEXT, owner, 0)            \
	F(TEXT, address, 0)          \
	F(U32, first, UINT16_MAX)    \
	F(U32, last, UINT16_MAX)     \
	F(U32, index, PORTS_MAX - 1) \
	F(FD, fd, 0)
#define OP_MACHINED_FIELDS(F) F(TEXT, program, 0) F(TEXT, uuid, 0)
#define OP_HOSTDEV_FIELDS(F)  F(TEXT, owner, 0) F(TEXT, name, 0) F(U32, kind, HOSTDEV_KIND_COUNT - 1)

/*
 * OP(ENUM, name, phase, life, flags-that-make-it-LIFE_RELEASE)
 *
 * bridge: a bridge made for the VM; address "A.B.C.D/N" or "" is put on it when it was made.
 * tap: owner = device identity ("net0"), name = interface name, may end in "%d" (kernel picks), bridge = master or "";
 *      @mac of its own side, or ""; @vlans that go through, in the form of base/vlan.h, or ""; @mtu, or 0.
 * macvtap: an interface with the guest's address @mac on @parent, which is there; @name may hold "%d".
 * shape: limits on the interface that an earlier step found for @owner, as the guest sees them: what comes in to
 *        it, what it sends out. Rates are in kilobytes (1000 bytes) a second, bursts in KiB; 0 = none.
 * vhost: the kernel's side of virtio networks, opened at a path as often as there are queues, or not at all.
 * network: what network @name is on this host, for operations attach. @known: what the image says of networks, for
 *          this operation and those behind it, in the form of host/networks.h with "; " between; or "". It holds
 *          where the host itself says nothing.
 * attach: an interface of the host in a network: a tap on its bridge or a macvtap on its interface; @name may hold
 *         "%d", @mac is the guest's address.
 * file: opened with O_CLOEXEC and handed over; owner = device identity.
 * payload: payload section unpacked into a memfd; or the image file, where the section stands stored as it is.
 * monitor: a listening unix socket NAME in the run directory.
 * socket: a unix socket at a path; owner = device identity.
 * hostdev: a device of the host, by its PCI address or UUID, that VFIO can give; owner = device identity.
 * scsi: the generic SCSI device (/dev/sgN) that is behind an address of the host, host:bus:target:unit.
 * usb: a USB device of the host, by vendor:product or bus/device; owner = device identity.
 * reach: a unix socket at a path that QEMU opens itself, because it takes no descriptor there: its user must
 *        be able to.
 * vsock: the kernel's side of virtio sockets.
 * swtpm: a socket to a TPM emulator that is started, with its state in a folder.
 * passt: a socket to a passt that is started; @forwards "tcp:SPEC,udp:SPEC" with SPEC as in passt(1), or "";
 *        @interface of the host that the guest takes after, or ""; @log, a path, or ""; @mtu that it tells the
 *        guest, or 0.
 * cancel: the file that cancels commands of the host's TPM at PATH, or /dev/null.
 * port: the first free TCP port of an address from @first to @last, for FIX_PORT @index.
 * secret: what a file or a systemd credential holds, in a memory file that QEMU's user alone may read.
 * store: a file of the unit, opened for writing; where it is absent it is made as a copy of payload
 *        section @payload - 1, or where that is 0 of the file @template, and it stays.
 * machined: @program, which tells systemd-machined of the VM, its @uuid and its interfaces.
 * memory: what the guest's memory needs of the host; @cpus and @mib say how large the guest is; QEMU may
 *         lock @lock_mib of memory, for devices that reach the guest's memory past it.
 */
#define IMAGE_OPS(OP)                                                \
	OP(ACCEL, accel, PHASE_CPU, LIFE_NONE, 0)                    \
	OP(BRIDGE, bridge, PHASE_NETWORK, LIFE_NONE, BRIDGE_CREATE)  \
	OP(TAP, tap, PHASE_NETWORK, LIFE_FD, TAP_PERSISTENT)         \
	OP(FILE, file, PHASE_DESCRIPTOR, LIFE_FD, 0)                 \
	OP(PAYLOAD, payload, PHASE_DESCRIPTOR, LIFE_FD, 0)           \
	OP(MONITOR, monitor, PHASE_DESCRIPTOR, LIFE_FD, 0)           \
	OP(SOCKET, socket, PHASE_DESCRIPTOR, LIFE_FD, SOCKET_LISTEN) \
	OP(SECRET, secret, PHASE_DESCRIPTOR, LIFE_FD, 0)             \
	OP(STORE, store, PHASE_DESCRIPTOR, LIFE_FD, 0)               \
	OP(MEMORY, memory, PHASE_MEMORY, LIFE_NONE, 0)               \
	OP(HOSTDEV, hostdev, PHASE_HOSTDEV, LIFE_NONE, 0)            \
	OP(VSOCK, vsock, PHASE_HOSTDEV, LIFE_FD, 0)                  \
	OP(SWTPM, swtpm, PHASE_DESCRIPTOR, LIFE_FD, 0)               \
	OP(CANCEL, cancel, PHASE_DESCRIPTOR, LIFE_FD, 0)             \
	OP(SCSI, scsi, PHASE_HOSTDEV, LIFE_FD, 0)                    \
	OP(USB, usb, PHASE_HOSTDEV, LIFE_FD, 0)                      \
	OP(PORT, port, PHASE_NETWORK, LIFE_FD, 0)                    \
	OP(REACH, reach, PHASE_DESCRIPTOR, LIFE_NONE, 0)             \
	OP(VHOST, vhost, PHASE_NETWORK, LIFE_FD, 0)                  \
	OP(MACVTAP, macvtap, PHASE_NETWORK, LIFE_RELEASE, 0)         \
	OP(MACHINED, machined, PHASE_CGROUP, LIFE_NONE, 0)           \
	OP(PASST, passt, PHASE_DESCRIPTOR, LIFE_FD, 0)               \
	OP(SHAPE, shape, PHASE_NETWORK, LIFE_FD, SHAPE_EXISTING)     \
	OP(NETWORK, network, PHASE_RESOLVE, LIFE_NONE, 0)            \
	OP(ATTACH, attach, PHASE_NETWORK, LIFE_RELEASE, 0)

#define OP_ENUM(ENUM, name, phase, life, release) OP_##ENUM,
enum op_code { IMAGE_OPS(OP_ENUM) OP_COUNT };
#undef OP_ENUM

#define OP_C_TEXT                     const char *
#define OP_C_U32                      uint32_t
#define OP_C_FLAGS                    uint32_t
#define OP_C_FD                       uint32_t
#define OP_MEMBER(type, field, limit) OP_C_##type field;
#define OP_STRUCT(ENUM, name, phase, life, release) \
	struct op_##name {                          \
		OP_##ENUM##_FIELDS(OP_MEMBER)       \
	};
IMAGE_OPS(OP_STRUCT)
#undef OP_STRUCT

/** struct op - one operation of any kind; @code says which member of the union holds. */
struct op {
	enum op_code code;
	union {
#define OP_UNION(ENUM, name, phase, life, release) struct op_##name name;
		IMAGE_OPS(OP_UNION)
#undef OP_UNION
	};
};

/*
 * Site slots: what the target may bind late (DESIGN.md rule 9). SITE(ENUM, word): the rule that a
 * value must keep is base/ident.h's, the same at build time and on the target.
 */
#define IMAGE_SITE_KINDS(SITE)         \
	SITE(IFNAME, "ifname")         \
	SITE(PATH, "path")             \
	SITE(UNIT, "unit")             \
	SITE(HOST, "host")             \
	SITE(PORT, "port")             \
	SITE(CREDENTIAL, "credential") \
	SITE(PCI_HOST, "pci-host")     \
	SITE(UUID, "uuid")             \
	SITE(SCSI_HOST, "scsi-host")   \
	SITE(USB_HOST, "usb-host")     \
	SITE(NAME, "name")

#define SITE_ENUM(ENUM, word) SITE_##ENUM,
enum site_kind { IMAGE_SITE_KINDS(SITE_ENUM) SITE_KIND_COUNT };
#undef SITE_ENUM

/**
 * struct site_slot - one late-bound value.
 * @key: what the overlay and --set call it: "net0.bridge", "disk1.path", "unit".
 * @kind: the rule for its value.
 * @value: the value from the build; "" = must be bound on the target (unit: /etc/machine-id).
 */
struct site_slot {
	const char *key;
	enum site_kind kind;
	const char *value;
};

#endif
