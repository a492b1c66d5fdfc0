/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostdev.c - operation hostdev: look whether a device of the host can be given to the guest. Acquires
 * nothing and binds nothing: the device is bound to VFIO before, and QEMU opens it itself.
 *
 * QEMU would say of most of this no more than that a file is not there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"

#define PCI_DEVICES  "/sys/bus/pci/devices"
#define MDEV_DEVICES "/sys/bus/mdev/devices"
#define VFIO_GROUPS  "/dev/vfio"

/* Last part of the link NAME in the device's folder. Return: 0, or a negative errno. */
static int link_read(const char *folder, const char *name, char *ret_last, size_t size)
{
	char path[128], target[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0)
		return -errno;
	target[len] = '\0';
	const char *slash = strrchr(target, '/');

	(void)snprintf(ret_last, size, "%.*s", (int)size - 1, slash ? slash + 1 : target);
	return 0;
}

static int absent_refuse(const struct op_hostdev *hostdev, int sys_errno, struct err *err)
{
	bool pci = hostdev->kind == HOSTDEV_PCI;

	err_sys(err, ERR_HOST, sys_errno, "%s: the host has no %s %s", hostdev->owner,
		pci ? "PCI device" : "mediated device", hostdev->name);
	err_why(err, "The guest is to get it, and it is not in %s.",
		pci ? PCI_DEVICES : MDEV_DEVICES);
	if (pci)
		err_fix(err,
			"Find it with lspci -D, and bind the one that is meant: --set "
			"%s.host=ADDRESS.",
			hostdev->owner);
	else
		err_fix(err,
			"Make it: echo UUID >.../mdev_supported_types/TYPE/create, or bind "
			"another: --set %s.mdev=UUID.",
			hostdev->owner);
	return -1;
}

/* Its own driver would go on using it; variants such as mlx5-vfio-pci are VFIO too. */
static int driver_check(const struct op_hostdev *hostdev, const char *folder, struct err *err)
{
	char driver[64] = "";
	const char *dash;

	if (link_read(folder, "driver", driver, sizeof(driver)))
		driver[0] = '\0';
	dash = strstr(driver, "vfio");
	if (dash && (!strcmp(dash, "vfio-pci") || !strcmp(dash, "vfio_pci")))
		return 0;
	err_set(err, ERR_HOST, "%s: %s is bound to %s, not to vfio-pci", hostdev->owner,
		hostdev->name, driver[0] ? driver : "no driver");
	err_why(err, "QEMU gets a PCI device from VFIO alone, and kiln-run changes no driver.");
	err_fix(err,
		"modprobe vfio-pci; echo vfio-pci >%s/driver_override%s; echo %s "
		">/sys/bus/pci/drivers_probe",
		folder, driver[0] ? "; echo the same address >.../driver/unbind" : "",
		hostdev->name);
	return -1;
}

static int group_check(const struct host *host, const struct op_hostdev *hostdev,
		       const char *folder, struct err *err)
{
	char group[32], path[64];
	int ret = link_read(folder, "iommu_group", group, sizeof(group));

	if (ret) {
		err_sys(err, ERR_HOST, -ret, "%s: %s is in no IOMMU group", hostdev->owner,
			hostdev->name);
		err_why(err,
			"Without an IOMMU a guest could let the device write anywhere, so VFIO "
			"does not give it away.");
		err_fix(err, "Switch the IOMMU on in the firmware (VT-d, AMD-Vi) and, for Intel, "
			     "boot the host with intel_iommu=on.");
		return -1;
	}
	(void)snprintf(path, sizeof(path), VFIO_GROUPS "/%s", group);
	ret = user_may(host->user, path, USER_READ_WRITE);
	if (!ret)
		return 0;
	err_sys(err, ERR_HOST, -ret, "%s: %s%s%s", hostdev->owner, path,
		host->user->name[0] ? " as user " : "", host->user->name);
	err_why(err, "It is the IOMMU group of %s, and QEMU opens it itself.", hostdev->name);
	if (ret == -EACCES || ret == -EPERM)
		err_fix(err, "chown %s %s, or a udev rule that does so.",
			host->user->name[0] ? host->user->name : "USER", path);
	else
		err_fix(err,
			"Bind every device of the group to vfio-pci, or to no driver: ls "
			"/sys/kernel/iommu_groups/%s/devices.",
			group);
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_hostdev *hostdev = &op->hostdev;
	bool pci = hostdev->kind == HOSTDEV_PCI;
	enum ident_kind rule = pci ? IDENT_PCI_HOST : IDENT_UUID;
	char folder[96];

	/* It becomes a part of a path. */
	if (!ident_is_valid(rule, hostdev->name)) {
		err_set(err, ERR_IMAGE, "%s: \"%.64s\" is not a valid %s", hostdev->owner,
			hostdev->name, ident_noun(rule));
		err_why(err, "%s", ident_rule(rule));
		err_fix(err, "Correct it in the configuration and compose the image again.");
		return -1;
	}
	(void)snprintf(folder, sizeof(folder), "%s/%s", pci ? PCI_DEVICES : MDEV_DEVICES,
		       hostdev->name);
	if (access(folder, F_OK))
		return absent_refuse(hostdev, errno, err);
	if (pci && driver_check(hostdev, folder, err))
		return -1;
	return group_check(host, hostdev, folder, err);
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err = {0};

	if (acquire(host, op, &err))
		findings_add(findings, &err);
}

const struct host_op host_hostdev = {.acquire = acquire, .check = check};
