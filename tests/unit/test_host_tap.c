/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_tap.c - what the tun driver is asked, and what its refusals become.
 *
 * LINK: -Wl,--wrap=open,--wrap=ioctl,--wrap=netlink_open,--wrap=netlink_link_get,--wrap=netlink_link_list,--wrap=netlink_link_set,--wrap=netlink_link_del,--wrap=state_save,--wrap=host_fd_put
 */
#include "cm.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "host/host.h"
#include "host/netlink.h"

int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_netlink_open(struct netlink *nl);
int __wrap_netlink_link_get(struct netlink *nl, const char *name, struct net_link *dev);
int __wrap_netlink_link_list(struct netlink *nl, link_fn *fn, void *arg);
int __wrap_netlink_link_set(struct netlink *nl, int index, const struct link_change *change);
int __wrap_netlink_link_del(struct netlink *nl, int index);
int __wrap_state_save(const struct state *state, int dir, struct err *err);
int __wrap_host_fd_put(uint32_t slot, int fd, struct err *err);

static int open_errno, ioctl_errno, ioctl_fail_at;
static unsigned opened, asked, put, deleted, saved_records, persisted;
static unsigned short asked_flags[8];
static char asked_name[8][IFNAMSIZ];
static struct link_change changed;
static unsigned features;
static const char *alias = "", *kind = "bridge", *listed_alias = "";

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, "/dev/net/tun") != 0) {
		errno = ENOENT; /* the boot id, which goes into the address */
		return -1;
	}
	assert_true(flags & O_CLOEXEC);
	errno = open_errno;
	if (open_errno)
		return -1;
	opened++;
	return 100000 + (int)opened; /* closing it fails, and harms nobody */
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	struct ifreq *ifr;

	(void)fd;
	if (request == TUNSETPERSIST) {
		/* The record comes before what outlives us. */
		assert_int_equal(saved_records, 1);
		persisted++;
		return 0;
	}
	va_start(list, request);
	if (request == TUNGETFEATURES) {
		*va_arg(list, unsigned *) = features;
		va_end(list);
		return 0;
	}
	assert_int_equal(request, TUNSETIFF);
	ifr = va_arg(list, struct ifreq *);
	va_end(list);
	errno = ioctl_errno;
	if (ioctl_errno && (int)asked == ioctl_fail_at)
		return -1;
	asked_flags[asked] = (unsigned short)ifr->ifr_flags;
	memcpy(asked_name[asked++], ifr->ifr_name, IFNAMSIZ);
	if (strchr(ifr->ifr_name, '%'))
		strncpy(ifr->ifr_name, "vm7", IFNAMSIZ);
	return 0;
}

int __wrap_netlink_open(struct netlink *nl)
{
	nl->fd = -1;
	return 0;
}

int __wrap_netlink_link_get(struct netlink *nl, const char *name, struct net_link *dev)
{
	(void)nl;
	memset(dev, 0, sizeof(*dev));
	if (!strcmp(name, "absent"))
		return -ENODEV;
	dev->index = name[0] == 'b' ? 9 : 5;
	strncpy(dev->alias, alias, sizeof(dev->alias) - 1);
	strncpy(dev->kind, kind, sizeof(dev->kind) - 1);
	return 0;
}

/* One of another name, and a bridge of whatever alias. */
int __wrap_netlink_link_list(struct netlink *nl, link_fn *fn, void *arg)
{
	struct net_link bridge = {
		.index = 9, .name = "br0", .kind = "bridge", .alias = "kiln:router"};
	struct net_link dev = {.index = 5, .name = "other", .kind = "tun"};

	(void)nl;
	strncpy(dev.alias, listed_alias, sizeof(dev.alias) - 1);
	fn(arg, &bridge);
	fn(arg, &dev);
	return 0;
}

int __wrap_netlink_link_set(struct netlink *nl, int index, const struct link_change *change)
{
	(void)nl;
	assert_int_equal(index, 5);
	assert_string_equal(change->alias, "kiln:router");
	assert_int_equal(change->mac[0], 0xfe);
	changed = *change;
	return 0;
}

int __wrap_netlink_link_del(struct netlink *nl, int index)
{
	(void)nl;
	assert_int_equal(index, 5);
	deleted++;
	return 0;
}

int __wrap_state_save(const struct state *state, int dir, struct err *err)
{
	(void)dir;
	(void)err;
	saved_records = state->record_count;
	return 0;
}

int __wrap_host_fd_put(uint32_t slot, int fd, struct err *err)
{
	(void)fd;
	(void)err;
	assert_int_equal(slot, 3 + put);
	put++;
	return 0;
}

static struct state state;
static struct rundir dir = {.fd = -1, .lock = -1};
static struct host host = {.state = &state, .dir = &dir};
static struct err err;
static struct op op;

static int setup(void **arg)
{
	(void)arg;
	open_errno = ioctl_errno = ioctl_fail_at = 0;
	opened = asked = put = deleted = saved_records = persisted = 0;
	features = IFF_VNET_HDR | IFF_MULTI_QUEUE;
	alias = "";
	state_clear(&state);
	memcpy(state.vm, "router", sizeof("router"));
	memset(&err, 0, sizeof(err));
	op = (struct op){.code = OP_TAP,
			 .tap = {.owner = "net0",
				 .name = "vm0",
				 .bridge = "br0",
				 .device = "",
				 .helper = "",
				 .mac = "",
				 .vlans = "",
				 .queues = 1,
				 .flags = TAP_VNET_HDR,
				 .fd = 3}};
	return 0;
}

static void test_one_queue(void **arg)
{
	(void)arg;
	assert_int_equal(host_tap.acquire(&host, &op, &err), 0);
	assert_int_equal(asked, 1);
	assert_int_equal(asked_flags[0], IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL);
	assert_int_equal(changed.master, 9);
	assert_int_equal(changed.up, 1);
	assert_int_equal(state.record_count, 0);
	assert_int_equal(state.iface_count, 1);
	assert_string_equal(state.ifaces[0].name, "vm0");
	assert_int_equal(state.ifaces[0].index, 5);
}

static void test_owner_is_one_word(void **arg)
{
	(void)arg;
	op.tap.owner = "a b c";
	assert_int_equal(host_tap.acquire(&host, &op, &err), 0);
	assert_string_equal(state.ifaces[0].owner, "a_b_c");
}

static void test_queues_share_the_name_that_the_kernel_chose(void **arg)
{
	(void)arg;
	op.tap.name = "vm%d";
	op.tap.queues = 3;
	op.tap.flags = TAP_MULTI_QUEUE;
	op.tap.bridge = "";
	assert_int_equal(host_tap.acquire(&host, &op, &err), 0);
	assert_int_equal(put, 3);
	assert_string_equal(asked_name[0], "vm%d");
	assert_int_equal(asked_flags[0], IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE | IFF_TUN_EXCL);
	for (int i = 1; i < 3; i++) {
		assert_string_equal(asked_name[i], "vm7");
		assert_int_equal(asked_flags[i], IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE);
	}
	assert_int_equal(changed.master, 0);
	assert_string_equal(state.ifaces[0].name, "vm7");
}

static void test_persistent_is_recorded_first(void **arg)
{
	(void)arg;
	op.tap.flags = TAP_PERSISTENT;
	assert_int_equal(host_tap.acquire(&host, &op, &err), 0);
	assert_int_equal(persisted, 1);
	assert_string_equal(state.records[0].text, "vm0");
}

static void refused(int on_open, int on_ioctl, const char *what, const char *fix)
{
	setup(NULL);
	open_errno = on_open;
	ioctl_errno = on_ioctl;
	assert_int_equal(host_tap.acquire(&host, &op, &err), -1);
	assert_int_equal(err.kind, ERR_HOST);
	if (!strstr(err.what, what) || !strstr(err.fix, fix) || !err.why[0])
		fail_msg("%s / %s", err.what, err.fix);
}

static void test_refusals(void **arg)
{
	(void)arg;
	refused(EACCES, 0, "/dev/net/tun: Permission denied", "AmbientCapabilities=CAP_NET_ADMIN");
	refused(ENOENT, 0, "/dev/net/tun: No such file", "modprobe tun");
	refused(EMFILE, 0, "/dev/net/tun: Too many", "ip tuntap add");
	refused(0, EPERM, "/dev/net/tun: Operation not permitted", "CAP_NET_ADMIN");
	refused(0, EBUSY, "\"vm0\" is there already", "ip link del vm0");
	refused(0, E2BIG, "cannot make tap \"vm0\" with 1 queues", "fewer queues");
}

static void test_what_the_driver_lacks_is_said(void **arg)
{
	(void)arg;
	features = IFF_VNET_HDR;
	op.tap.queues = 2;
	op.tap.flags = TAP_MULTI_QUEUE | TAP_VNET_HDR;
	assert_int_equal(host_tap.acquire(&host, &op, &err), -1);
	assert_string_equal(err.what, "net0: the kernel's taps have no queues");
	assert_int_equal(asked, 0);
	features = IFF_MULTI_QUEUE;
	assert_int_equal(host_tap.acquire(&host, &op, &err), -1);
	assert_string_equal(err.what, "net0: the kernel's taps have no header for offloads");
}

static void test_vlans_need_a_bridge_that_knows_them(void **arg)
{
	(void)arg;
	op.tap.vlans = "5";
	assert_int_equal(host_tap.acquire(&host, &op, &err), -1);
	assert_string_equal(err.what, "net0: bridge \"br0\" knows no VLANs");
	setup(NULL);
	kind = "openvswitch";
	assert_int_equal(host_tap.acquire(&host, &op, &err), -1);
	assert_string_equal(err.what, "\"br0\" is a bridge of Open vSwitch");
	assert_non_null(strstr(err.fix, "CONFIG_NETn_TAP_BY_OTHERS"));
	kind = "bridge";
}

static void test_a_later_queue_may_fail(void **arg)
{
	(void)arg;
	op.tap.queues = 4;
	op.tap.flags = TAP_MULTI_QUEUE;
	ioctl_errno = E2BIG;
	ioctl_fail_at = 2;
	assert_int_equal(host_tap.acquire(&host, &op, &err), -1);
	assert_int_equal(put, 2);
}

static void test_bad_names_are_the_images_fault(void **arg)
{
	(void)arg;
	op.tap.name = "a/b";
	assert_int_equal(host_tap.acquire(&host, &op, &err), -1);
	assert_int_equal(err.kind, ERR_IMAGE);
	assert_int_equal(opened, 0);
}

static void test_release_deletes_only_what_is_marked(void **arg)
{
	(void)arg;
	kind = "tun";
	assert_int_equal(host_tap.release(&host, "vm0", &err), 0);
	assert_int_equal(deleted, 0);
	alias = "kiln:other";
	assert_int_equal(host_tap.release(&host, "vm0", &err), 0);
	assert_int_equal(deleted, 0);
	assert_int_equal(host_tap.release(&host, "absent", &err), 0);
	alias = "kiln:router";
	assert_int_equal(host_tap.release(&host, "vm0", &err), 0);
	assert_int_equal(deleted, 1);
	kind = "veth";
	assert_int_equal(host_tap.release(&host, "vm0", &err), 0);
	assert_int_equal(deleted, 1);
	kind = "bridge";
}

static void test_release_finds_one_that_was_renamed(void **arg)
{
	(void)arg;
	alias = "";
	listed_alias = "kiln:other";
	assert_int_equal(host_tap.release(&host, "absent", &err), 0);
	assert_int_equal(deleted, 0);
	listed_alias = "kiln:router";
	assert_int_equal(host_tap.release(&host, "absent", &err), 0);
	assert_int_equal(deleted, 1);
	/* Its name is somebody else's by now. */
	assert_int_equal(host_tap.release(&host, "vm0", &err), 0);
	assert_int_equal(deleted, 2);
	listed_alias = "";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_queue, setup),
		cmocka_unit_test_setup(test_owner_is_one_word, setup),
		cmocka_unit_test_setup(test_queues_share_the_name_that_the_kernel_chose, setup),
		cmocka_unit_test_setup(test_persistent_is_recorded_first, setup),
		cmocka_unit_test_setup(test_refusals, setup),
		cmocka_unit_test_setup(test_what_the_driver_lacks_is_said, setup),
		cmocka_unit_test_setup(test_vlans_need_a_bridge_that_knows_them, setup),
		cmocka_unit_test_setup(test_a_later_queue_may_fail, setup),
		cmocka_unit_test_setup(test_bad_names_are_the_images_fault, setup),
		cmocka_unit_test_setup(test_release_deletes_only_what_is_marked, setup),
		cmocka_unit_test_setup(test_release_finds_one_that_was_renamed, setup),
	};

	return cmocka_run_group_tests_name("host_tap", tests, NULL, NULL);
}
