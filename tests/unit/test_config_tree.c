/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_config_tree.c - the real Kconfig tree against the real rows, both ways.
 *
 * Runs the built kiln-kconf on small configurations: every row has its symbol, of its type and with
 * its range; every visible symbol is read by something; what Kiln ships becomes a model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/build.h"
#include "config/rows.h"
#include "devices/registry.h"
#include "machines/guest.h"
#include "model/machine.h"

struct fixture {
	struct arena arena;
	struct err_list errs;
	struct cfg cfg;
	struct vm vm;
	struct board board;
	const char *output; /* the folder of this build */
};

static int setup(void **state)
{
	static struct fixture fixture;
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(len > 0);
	path[len] = '\0';
	/* OUTPUT/build/tests/NAME */
	for (int i = 0; i < 3; i++)
		*strrchr(path, '/') = '\0';
	memset(&fixture, 0, sizeof(fixture));
	fixture.errs.arena = &fixture.arena;
	fixture.output = arena_str(&fixture.arena, path);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_free(&fixture->arena);
	return 0;
}

/* Start again within a test. */
static struct fixture *renew(void **state)
{
	assert_int_equal(teardown(state), 0);
	assert_int_equal(setup(state), 0);
	return *state;
}

static int load_file(struct fixture *fixture, const char *config)
{
	const struct cfg_source source = {
		.helper = arena_fmt(&fixture->arena, "%s/host/bin/kiln-kconf", fixture->output),
		.tree = TOP_DIR,
		.gen = arena_fmt(&fixture->arena, "%s/build/kconfig", fixture->output),
		.config = config,
	};

	return cfg_load(&fixture->arena, &source, &fixture->cfg, &fixture->errs);
}

static int load_text(struct fixture *fixture, const char *text)
{
	char name[] = "/tmp/kiln-test-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	int rc = load_file(fixture, arena_str(&fixture->arena, name));

	assert_int_equal(unlink(name), 0);
	return rc;
}

static int build(struct fixture *fixture)
{
	const char *const trees[] = {TOP_DIR, NULL};

	fixture->vm.arena = &fixture->arena;
	fixture->vm.families = device_families;
	guest_attach(&fixture->vm);
	if (!config_board(&fixture->cfg, trees, &fixture->board, &fixture->errs) ||
	    config_build(&fixture->vm, &fixture->cfg, &fixture->errs) != 0)
		return -1;
	fixture->vm.board = &fixture->board;
	config_prepare(&fixture->vm);
	cfg_check_unread(&fixture->cfg, &fixture->errs);
	return fixture->errs.count ? -1 : 0;
}

static void no_errors(struct fixture *fixture, int rc)
{
	if (fixture->errs.count)
		err_list_print(&fixture->errs, stderr);
	assert_int_equal(rc, 0);
	assert_int_equal(fixture->errs.count, 0);
}

/* Configurations that together open everything of slot 0. */
#define COUNTS                                                                                                        \
	"CONFIG_PCI_COUNT=1\nCONFIG_DISK_COUNT=1\nCONFIG_NET_COUNT=1\nCONFIG_RNG_COUNT=1\nCONFIG_RNG0_RATE_BYTES=1\n" \
	"CONFIG_SPARE_PORTS_FIXED=y\nCONFIG_USB_COUNT=1\n"                                                            \
	"CONFIG_VIDEO_COUNT=1\nCONFIG_VIDEO0_MODEL_QXL=y\nCONFIG_VNC=y\n"                                             \
	"CONFIG_SOUND_COUNT=1\nCONFIG_WATCHDOG=y\n"                                                                   \
	"CONFIG_SCSI_COUNT=1\nCONFIG_SATA_COUNT=2\nCONFIG_SHMEM_COUNT=1\nCONFIG_FS_COUNT=1\n"                         \
	"CONFIG_INPUT_COUNT=1\nCONFIG_VIRTIO_SERIAL_COUNT=1\nCONFIG_CHANNEL_COUNT=1\nCONFIG_PARALLEL_COUNT=1\nCONFIG_CRYPTO_COUNT=1\nCONFIG_PANIC=y\nCONFIG_VMGENID=y\nCONFIG_VMCOREINFO=y\nCONFIG_TPM=y\nCONFIG_VSOCK=y\nCONFIG_NUMA_COUNT=1\n"
static const char *const open_configs[] = {
	"CONFIG_IOMMU=y\nCONFIG_IOMMU_MODEL_INTEL=y\nCONFIG_FIRMWARE_OVMF=y\n"
	"CONFIG_FEATURE_SMM_ON=y\nCONFIG_CPU_ADDRESS_EMULATE=y\n"
	"CONFIG_CLOCK_ABSOLUTE=y\nCONFIG_HYPERV_SPINLOCKS=y\nCONFIG_BOOT_MENU=y\nCONFIG_BOOT_RETRY=y\n"
	"CONFIG_HOST_INIT_SYSTEMD=y\n"
	"CONFIG_IOTHREAD_COUNT=1\nCONFIG_IOTHREAD0_POLL=y\nCONFIG_CPU_FEATURE_COUNT=1\n"
	"CONFIG_SMBIOS_OEM_COUNT=1\nCONFIG_FWCFG_COUNT=1\n"
	"CONFIG_NETWORK_COUNT=1\nCONFIG_NETWORK0_KIND_BRIDGE=y\n",
	COUNTS "CONFIG_IOMMU=y\nCONFIG_MEMORY_MAX_MIB=1024\nCONFIG_MEMORY_PREALLOC=y\n"
	       "CONFIG_MEMORY_HUGEPAGES=y\n",
	COUNTS "CONFIG_NET0_KIND_BRIDGE=y\nCONFIG_NET0_BRIDGE_CREATE=y\nCONFIG_BOOT_DISK=y\n"
	       "CONFIG_CONSOLE0_BACKEND_FILE=y\nCONFIG_VNC_LISTEN_UNIX=y\n",
	COUNTS "CONFIG_NET0_KIND_TAP=y\nCONFIG_RNG0_SOURCE_BUILTIN=y\nCONFIG_MACHINE_PC=y\n"
	       "CONFIG_PCI0_MODEL_PCI_EXPANDER_BUS=y\nCONFIG_CONSOLE0_BACKEND_UDP=y\n"
	       "CONFIG_CONSOLE0_MODEL_DEBUGCON=y\n"
	       "CONFIG_NET0_INBOUND_AVERAGE=1\nCONFIG_NET0_OUTBOUND_AVERAGE=1\n",
	COUNTS "CONFIG_PCI0_MODEL_PCI_BRIDGE=y\nCONFIG_CONSOLE0_BACKEND_TCP=y\n"
	       "CONFIG_CONSOLE0_MODE_CONNECT=y\nCONFIG_CONSOLE0_LOG_PATH=\"/x\"\n"
	       "CONFIG_CHANNEL0_MODE_CONNECT=y\nCONFIG_PARALLEL0_BACKEND_UNIX=y\n"
	       "CONFIG_PARALLEL0_MODE_CONNECT=y\nCONFIG_RNG0_SOURCE_EGD=y\n"
	       "CONFIG_RNG0_MODE_CONNECT=y\n",
	COUNTS "CONFIG_AUDIO_COUNT=3\nCONFIG_AUDIO0_TYPE_OSS=y\nCONFIG_AUDIO0_IN=y\n"
	       "CONFIG_AUDIO0_IN_FIXED=y\nCONFIG_AUDIO0_OUT=y\nCONFIG_AUDIO0_OUT_FIXED=y\n"
	       "CONFIG_AUDIO1_TYPE_FILE=y\nCONFIG_AUDIO2_TYPE_JACK=y\nCONFIG_AUDIO2_IN=y\n"
	       "CONFIG_AUDIO2_OUT=y\nCONFIG_SOUND0_MODEL_USB=y\nCONFIG_INPUT0_MODEL_USB_MOUSE=y\n"
	       "CONFIG_HUB_COUNT=1\n",
	COUNTS
	"CONFIG_AUDIO_COUNT=1\nCONFIG_AUDIO0_TYPE_PULSEAUDIO=y\nCONFIG_AUDIO0_IN=y\n"
	"CONFIG_AUDIO0_OUT=y\nCONFIG_SPICE=y\nCONFIG_SPICE_AUTOPORT=y\nCONFIG_SPICE_TLS_PORT=1\n"
	"CONFIG_EGL_HEADLESS=y\nCONFIG_VNC_AUTOPORT=y\nCONFIG_VNC_TLS=y\n",
	COUNTS "CONFIG_REDIR_COUNT=1\nCONFIG_REDIR0_BACKEND_UNIX=y\nCONFIG_REDIR0_MODE_CONNECT=y\n"
	       "CONFIG_SMARTCARD=y\nCONFIG_SMARTCARD_BACKEND_UNIX=y\n"
	       "CONFIG_SMARTCARD_MODE_CONNECT=y\n",
	COUNTS "CONFIG_HOSTDEV_COUNT=1\nCONFIG_FS0_MODEL_VIRTIOFS=y\n",
	COUNTS "CONFIG_HOSTDEV_COUNT=1\nCONFIG_HOSTDEV0_MODEL_ISCSI=y\n"
	       "CONFIG_DISK0_MODEL_VHOST_USER=y\nCONFIG_NET0_KIND_VHOST_USER=y\n",
	COUNTS "CONFIG_DISK0_SOURCE_HTTP=y\nCONFIG_DISK0_THROTTLE=y\n"
	       "CONFIG_DISK0_TOTAL_BYTES=1\nCONFIG_DISK0_TOTAL_BYTES_BURST=2\n"
	       "CONFIG_DISK0_READ_BYTES=1\nCONFIG_DISK0_READ_BYTES_BURST=2\n"
	       "CONFIG_DISK0_WRITE_BYTES=1\nCONFIG_DISK0_WRITE_BYTES_BURST=2\n"
	       "CONFIG_DISK0_TOTAL_IOPS=1\nCONFIG_DISK0_TOTAL_IOPS_BURST=2\n"
	       "CONFIG_DISK0_READ_IOPS=1\nCONFIG_DISK0_READ_IOPS_BURST=2\n"
	       "CONFIG_DISK0_WRITE_IOPS=1\nCONFIG_DISK0_WRITE_IOPS_BURST=2\n",
	COUNTS "CONFIG_DISK0_SOURCE_NBD=y\nCONFIG_ACCEL_TCG=y\nCONFIG_SHMEM0_MODEL_DOORBELL=y\n",
	COUNTS "CONFIG_MEMORY_MAX_MIB=4096\nCONFIG_MEMORY_DEVICE_COUNT=1\n"
	       "CONFIG_MEMORY_DEVICE0_MODEL_NVDIMM=y\n",
	COUNTS "CONFIG_MEMORY_MAX_MIB=4096\nCONFIG_MEMORY_DEVICE_COUNT=1\n"
	       "CONFIG_MEMORY_DEVICE0_MODEL_VIRTIO_MEM=y\n",
	COUNTS "CONFIG_DISK0_SOURCE_RBD=y\nCONFIG_DISK0_HOST=\"a\"\nCONFIG_DISK0_HOST2=\"b\"\n"
	       "CONFIG_DISK0_HOST3=\"c\"\nCONFIG_DISK0_MODEL_SATA=y\n",
};

static void test_tree_every_visible_symbol_is_read(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(open_configs); i++) {
		struct fixture *fixture = renew(state);

		no_errors(fixture, load_text(fixture, open_configs[i]));
		no_errors(fixture, build(fixture));
	}
}

static enum cfg_type type_of(const struct prop *row)
{
	if (row->kind == PROP_BOOL)
		return CFG_BOOL;
	return row->kind == PROP_UINT ? CFG_INT : CFG_STRING;
}

/* All the symbols of a row, visible or not: a choice has one for each word or class. */
static unsigned check_row(const struct cfg *cfg, const struct vm_dev *dev, const struct prop *row)
{
	const char *name = row_symbol(dev, row);
	unsigned members = 0;

	if (row->kind == PROP_ENUM) {
		for (const struct prop_word *word = row->words; word->sym; word++, members++)
			assert_non_null(
				cfg_find(cfg, arena_fmt(cfg->arena, "%s_%s", name, word->sym)));
		return members;
	}
	if (row->kind == PROP_CLASS) {
		for (const struct dev_class *class = dev->family->classes; class->name; class ++) {
			/* A class without a symbol comes with another one (USB companions). */
			if (!class->sym)
				continue;
			members++;
			assert_non_null(
				cfg_find(cfg, arena_fmt(cfg->arena, "%s_%s", name, class->sym)));
		}
		assert_true(members > 1);
		return 1;
	}
	const struct cfg_sym *sym = cfg_find(cfg, name);

	if (!sym)
		fail_msg("no symbol %s", name);
	else if (sym->type != CFG_HEX || row->kind != PROP_UINT)
		assert_int_equal(sym->type, type_of(row));
	return 1;
}

static unsigned check_rows(struct fixture *fixture, const struct dev_family *family, unsigned slot)
{
	struct vm_dev dev = {.family = family, .slot = slot, .vm = &fixture->vm};
	unsigned rows = 0;

	prop_for_each(row, family->props)
	{
		if (row->sym)
			rows += check_row(&fixture->cfg, &dev, row);
	}
	return rows;
}

/* Slots that a configuration does not count are not read: this one counts all. */
static const char *all_counts(struct arena *arena)
{
	struct text text = {.arena = arena};

	for (const struct dev_family *const *family = device_families; *family; family++) {
		if (!((*family)->flags & (FAMILY_INTERNAL | FAMILY_SINGLE)))
			text_fmt(&text, "CONFIG_%s_COUNT=%u\n", (*family)->sym, (*family)->max);
	}
	return text.data;
}

static void test_tree_every_row_has_its_symbol_and_type(void **state)
{
	struct fixture *fixture = *state;
	unsigned rows;

	fixture->vm.arena = &fixture->arena;
	no_errors(fixture, load_text(fixture, all_counts(&fixture->arena)));
	rows = check_rows(fixture, guest_family(&fixture->arena), 0);
	for (const struct dev_family *const *family = device_families; *family; family++) {
		if ((*family)->flags & FAMILY_INTERNAL)
			continue;
		rows += check_rows(fixture, *family, 0);
		rows += check_rows(fixture, *family, (*family)->max - 1);
	}
	assert_true(rows > 100);
}

static void test_tree_every_machine_has_its_symbol(void **state)
{
	struct fixture *fixture = *state;

	no_errors(fixture, load_text(fixture, ""));
	for (const struct machine *const *entry = machine_table; *entry; entry++)
		/* A refinement of a machine is a switch; the machine itself stands before it. */
		assert_true(
			cfg_find(&fixture->cfg, (*entry)->sym)->in_choice ||
			(entry > machine_table && strcmp(entry[-1]->name, (*entry)->name) == 0));
}

/* A range holds only where the symbol is visible; 1 when it was compared. */
static unsigned compare_range(const struct cfg *cfg, const char *name, uint64_t min, uint64_t max)
{
	const struct cfg_sym *sym = cfg_find(cfg, name);

	assert_non_null(sym);
	if (!sym->visible)
		return 0;
	if (!sym->has_range || sym->min != (int64_t)min || sym->max != (int64_t)max)
		print_error("%s: Kconfig says %lld..%lld, the row %llu..%llu\n", name,
			    (long long)sym->min, (long long)sym->max, (unsigned long long)min,
			    (unsigned long long)max);
	assert_true(sym->has_range);
	assert_int_equal(sym->min, min);
	assert_int_equal(sym->max, max);
	return 1;
}

/* Compare what this configuration shows; @seen has a place for each row of the family. */
static void compare_ranges(struct fixture *fixture, const struct dev_family *family, bool *seen)
{
	struct vm_dev dev = {.family = family, .vm = &fixture->vm};
	size_t at = 0;

	prop_for_each(row, family->props)
	{
		if (row->sym && row->kind == PROP_UINT &&
		    compare_range(&fixture->cfg, row_symbol(&dev, row), row->min, row->max))
			seen[at] = true;
		at++;
	}
}

#define ROWS_MAX 256

static void test_tree_ranges_are_those_of_the_rows(void **state)
{
	static bool seen[96][ROWS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(open_configs); i++) {
		struct fixture *fixture = renew(state);

		fixture->vm.arena = &fixture->arena;
		no_errors(fixture, load_text(fixture, open_configs[i]));
		compare_ranges(fixture, guest_family(&fixture->arena), seen[0]);
		for (size_t f = 0; device_families[f]; f++)
			compare_ranges(fixture, device_families[f], seen[f + 1]);
	}
	for (size_t f = 0; f == 0 || device_families[f - 1]; f++) {
		const struct dev_family *family =
			f ? device_families[f - 1]
			  : guest_family(&((struct fixture *)*state)->arena);
		size_t at = 0;

		prop_for_each(row, family->props)
		{
			if (row->sym && row->kind == PROP_UINT && !seen[f][at])
				print_error("no configuration shows %s of %s\n", row->name,
					    family->name);
			assert_true(!row->sym || row->kind != PROP_UINT || seen[f][at]);
			count += seen[f][at++];
		}
	}
	assert_true(count > 8);
}

static void test_tree_counts_and_repeats_are_those_of_the_families(void **state)
{
	struct fixture *fixture = *state;

	no_errors(fixture, load_text(fixture, COUNTS));
	for (const struct dev_family *const *at = device_families; *at; at++) {
		const struct dev_family *family = *at;

		if (family->flags & (FAMILY_INTERNAL | FAMILY_SINGLE))
			continue;
		assert_int_equal(compare_range(&fixture->cfg,
					       arena_fmt(&fixture->arena, "%s_COUNT", family->sym),
					       0, family->max),
				 1);
		const char *repeat = arena_fmt(&fixture->arena, "%s0_REPEAT", family->sym);

		if (family->flags & FAMILY_REPEAT)
			assert_int_equal(compare_range(&fixture->cfg, repeat, 0, 1900), 1);
		else
			assert_null(cfg_find(&fixture->cfg, repeat));
	}
}

static void test_tree_every_slot_becomes_a_device(void **state)
{
	struct fixture *fixture = *state;
	struct text text = {.arena = &fixture->arena};
	unsigned want = 0, have = 0;

	/* The one slot that is off by default: the chipset of q35 has that controller. */
	text_add(&text, "CONFIG_SATA0=y\n");
	for (const struct dev_family *const *family = device_families; *family; family++) {
		if ((*family)->flags & FAMILY_INTERNAL)
			continue;
		want += (*family)->max;
		if ((*family)->flags & FAMILY_SINGLE)
			text_fmt(&text, "CONFIG_%s=y\n", (*family)->sym);
		else
			text_fmt(&text, "CONFIG_%s_COUNT=%u\n", (*family)->sym, (*family)->max);
	}
	no_errors(fixture, load_text(fixture, text_str(&text)));
	no_errors(fixture, build(fixture));
	vm_for_each(dev, &fixture->vm) {
		have += !(dev->family->flags & FAMILY_INTERNAL);
	}
	assert_int_equal(have, want);
	assert_true(have >= 64 + 16 + 8 + 8 + 1);
}

static void test_tree_nothing_set_is_nothing_to_save(void **state)
{
	struct fixture *fixture = *state;

	no_errors(fixture, load_text(fixture, ""));
	assert_string_equal(cfg_defconfig(&fixture->cfg, &fixture->arena), "");
}

/* The file without its comment lines. */
static const char *file_text(struct fixture *fixture, const char *path)
{
	struct text text = {.arena = &fixture->arena};
	char line[512];
	FILE *in = fopen(path, "re");

	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (*line != '#')
			text_add(&text, line);
	}
	assert_int_equal(fclose(in), 0);
	return text_str(&text);
}

static void test_tree_demo_configurations_become_machines(void **state)
{
	static const struct {
		const char *file, *machine;
	} demos[] = {{TOP_DIR "/configs/q35_demo_defconfig", "q35"},
		     {TOP_DIR "/configs/pc_demo_defconfig", "pc"}};

	for (size_t i = 0; i < ARRAY_SIZE(demos); i++) {
		struct fixture *fixture = renew(state);

		no_errors(fixture, load_file(fixture, demos[i].file));
		no_errors(fixture, build(fixture));
		assert_string_equal(fixture->vm.machine->name, demos[i].machine);
		assert_string_equal(fixture->board.name, "debian12-x86_64");
		assert_non_null(vm_find(&fixture->vm, "disk1"));
		assert_non_null(vm_find(&fixture->vm, "net1"));
		/* The section CONFIG of the image is the defconfig again. */
		assert_string_equal(cfg_defconfig(&fixture->cfg, &fixture->arena),
				    file_text(fixture, demos[i].file));
	}
}

static void test_tree_a_mistake_is_told_with_its_line(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(load_text(fixture, "CONFIG_CPU_CORES=2\nCONFIG_DISK_CUONT=1\n"), -1);
	assert_int_equal(fixture->errs.count, 1);
	const struct err *err = &fixture->errs.first->err;

	assert_string_equal(err->check, "config-unknown");
	assert_int_equal(err->at.line, 2);
	assert_non_null(strstr(err->fix, "CONFIG_DISK_COUNT"));
}

static void test_tree_trees_end_with_kilns_own(void **state)
{
	struct fixture *fixture = *state;
	const char *gen = arena_fmt(&fixture->arena, "%s/build/kconfig", fixture->output);
	const char *const *trees = config_trees(&fixture->arena, TOP_DIR, gen);
	size_t count = 0;

	while (trees[count])
		count++;
	assert_true(count >= 1);
	assert_string_equal(trees[count - 1], TOP_DIR);
	trees = config_trees(&fixture->arena, "/tree", "/no/such");
	assert_string_equal(trees[0], "/tree");
	assert_null(trees[1]);
}

static void test_tree_board_without_capabilities_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *const trees[] = {"/no/such", NULL};

	no_errors(fixture, load_text(fixture, ""));
	assert_null(config_board(&fixture->cfg, trees, &fixture->board, &fixture->errs));
	assert_string_equal(fixture->errs.first->err.check, "board-caps");
	assert_non_null(strstr(fixture->errs.first->err.fix, "kiln probe"));
}

static void test_tree_board_qemu_must_be_absolute(void **state)
{
	struct fixture *fixture = *state;
	const char *const trees[] = {TOP_DIR, NULL};

	no_errors(fixture, load_text(fixture, "CONFIG_BOARD_QEMU=\"qemu\"\n"));
	assert_null(config_board(&fixture->cfg, trees, &fixture->board, &fixture->errs));
	assert_string_equal(fixture->errs.first->err.check, "board-qemu");
	assert_int_equal(fixture->errs.first->err.at.line, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tree_every_visible_symbol_is_read),
		TEST(test_tree_every_row_has_its_symbol_and_type),
		TEST(test_tree_every_machine_has_its_symbol),
		TEST(test_tree_ranges_are_those_of_the_rows),
		TEST(test_tree_counts_and_repeats_are_those_of_the_families),
		TEST(test_tree_every_slot_becomes_a_device),
		TEST(test_tree_nothing_set_is_nothing_to_save),
		TEST(test_tree_demo_configurations_become_machines),
		TEST(test_tree_a_mistake_is_told_with_its_line),
		TEST(test_tree_trees_end_with_kilns_own),
		TEST(test_tree_board_without_capabilities_is_refused),
		TEST(test_tree_board_qemu_must_be_absolute),
	};

	return cmocka_run_group_tests_name("config_tree", tests, NULL, NULL);
}
