/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_hostdev.c - operation hostdev: which devices of a host it takes, and what it says of others.
 *
 * LINK: -Wl,--wrap=access,--wrap=readlink,--wrap=user_may
 */
#include "cm.h"

#include <errno.h>
#include <unistd.h>

#include "host/host.h"

#define PCI  "0000:06:12.5"
#define UUID "53764d0e-85a0-42b4-af5c-2046b460b1dc"

int __wrap_access(const char *path, int mode);
ssize_t __wrap_readlink(const char *path, char *target, size_t size);
int __wrap_user_may(const struct user *user, const char *path, enum user_access access);

/* The host: a folder that is there, and where its links lead; NULL = there is none. */
static const char *folder, *driver, *group;
static int may;
static char asked[64];
static struct user user = {.name = "kiln"};
static struct host host = {.user = &user};
static struct op op;
static struct err err;

int __wrap_access(const char *path, int mode)
{
	assert_int_equal(mode, F_OK);
	if (folder && strcmp(path, folder) == 0)
		return 0;
	errno = ENOENT;
	return -1;
}

ssize_t __wrap_readlink(const char *path, char *target, size_t size)
{
	size_t len = strlen(folder);
	const char *to = NULL;

	assert_memory_equal(path, folder, len);
	if (strcmp(path + len, "/driver") == 0)
		to = driver;
	else if (strcmp(path + len, "/iommu_group") == 0)
		to = group;
	if (!to) {
		errno = ENOENT;
		return -1;
	}
	assert_true(strlen(to) < size);
	memcpy(target, to, strlen(to));
	return (ssize_t)strlen(to);
}

int __wrap_user_may(const struct user *who, const char *path, enum user_access access)
{
	assert_ptr_equal(who, &user);
	assert_int_equal(access, USER_READ_WRITE);
	snprintf(asked, sizeof(asked), "%s", path);
	return may;
}

static int setup(void **state)
{
	(void)state;
	op = (struct op){.code = OP_HOSTDEV,
			 .hostdev = {.owner = "hostdev0", .name = PCI, .kind = HOSTDEV_PCI}};
	folder = "/sys/bus/pci/devices/" PCI;
	driver = "../../../../bus/pci/drivers/vfio-pci";
	group = "../../../../kernel/iommu_groups/26";
	may = 0;
	asked[0] = '\0';
	memset(&err, 0, sizeof(err));
	return 0;
}

static void refused(const char *what)
{
	assert_int_equal(host_hostdev.acquire(&host, &op, &err), -1);
	if (!strstr(err.what, what))
		fail_msg("\"%s\" is not in \"%s\"", what, err.what);
	assert_true(err.why[0] && err.fix[0]);
}

static void test_a_device_of_vfio_is_taken(void **state)
{
	(void)state;
	assert_int_equal(host_hostdev.acquire(&host, &op, &err), 0);
	assert_string_equal(asked, "/dev/vfio/26");
	driver = "x/mlx5-vfio-pci";
	assert_int_equal(host_hostdev.acquire(&host, &op, &err), 0);
	driver = "x/mlx5_vfio_pci";
	assert_int_equal(host_hostdev.acquire(&host, &op, &err), 0);
}

static void test_a_mediated_device_has_no_driver_to_look_at(void **state)
{
	(void)state;
	op.hostdev.kind = HOSTDEV_MDEV;
	op.hostdev.name = UUID;
	folder = "/sys/bus/mdev/devices/" UUID;
	driver = "x/vfio_mdev";
	assert_int_equal(host_hostdev.acquire(&host, &op, &err), 0);
	folder = NULL;
	refused("the host has no mediated device " UUID);
}

static void test_what_is_not_there_is_refused(void **state)
{
	(void)state;
	folder = NULL;
	refused("the host has no PCI device " PCI);
}

static void test_another_driver_is_refused(void **state)
{
	(void)state;
	driver = "x/ixgbe";
	refused(PCI " is bound to ixgbe, not to vfio-pci");
	driver = NULL;
	refused("bound to no driver");
	driver = "x/vfio-pci-old";
	refused("bound to vfio-pci-old");
}

static void test_without_iommu_is_refused(void **state)
{
	(void)state;
	group = NULL;
	refused("is in no IOMMU group");
}

static void test_a_group_that_the_user_may_not_open_is_refused(void **state)
{
	(void)state;
	may = -EACCES;
	refused("/dev/vfio/26 as user kiln");
	assert_non_null(strstr(err.fix, "chown kiln /dev/vfio/26"));
	may = -ENOENT;
	refused("/dev/vfio/26");
	assert_non_null(strstr(err.fix, "iommu_groups/26"));
}

static void test_no_name_leads_elsewhere(void **state)
{
	(void)state;
	op.hostdev.name = "../../../dev";
	refused("is not a valid PCI address");
	op.hostdev.kind = HOSTDEV_MDEV;
	refused("is not a valid UUID");
}

static void test_check_finds_the_same(void **state)
{
	static struct findings findings;

	(void)state;
	host_hostdev.check(&host, &op, &findings);
	assert_int_equal(findings.count, 0);
	group = NULL;
	host_hostdev.check(&host, &op, &findings);
	assert_int_equal(findings.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_device_of_vfio_is_taken, setup),
		cmocka_unit_test_setup(test_a_mediated_device_has_no_driver_to_look_at, setup),
		cmocka_unit_test_setup(test_what_is_not_there_is_refused, setup),
		cmocka_unit_test_setup(test_another_driver_is_refused, setup),
		cmocka_unit_test_setup(test_without_iommu_is_refused, setup),
		cmocka_unit_test_setup(test_a_group_that_the_user_may_not_open_is_refused, setup),
		cmocka_unit_test_setup(test_no_name_leads_elsewhere, setup),
		cmocka_unit_test_setup(test_check_finds_the_same, setup),
	};

	return cmocka_run_group_tests_name("host_hostdev", tests, NULL, NULL);
}
