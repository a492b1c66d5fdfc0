/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_pci.c - the PCI engine alone: connections, boundaries, full buses, searching, growing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "layout/pci.h"

static struct arena arena;
static struct pci_set set;
static struct err err;
static const struct pci_owner net0 = {.name = "net0"}, disk0 = {.name = "disk0"};

static int setup(void **state)
{
	(void)state;
	memset(&set, 0, sizeof(set));
	memset(&err, 0, sizeof(err));
	set.arena = &arena;
	set.bridge = PCI_MODEL_PCIE_TO_PCI_BRIDGE;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct pci_want asks(unsigned flags, enum pci_origin origin)
{
	return (struct pci_want){.flags = flags, .origin = origin, .owner = &net0};
}

static struct pci_addr at(unsigned bus, unsigned slot, unsigned function)
{
	return (struct pci_addr){
		.bus = (uint16_t)bus, .slot = (uint8_t)slot, .function = (uint8_t)function};
}

static int reserve(unsigned bus, unsigned slot, unsigned function, unsigned flags)
{
	struct pci_addr addr = at(bus, slot, function);
	struct pci_want want = asks(flags, PCI_CONFIGURED);

	return pci_reserve(&set, &addr, &want, &err);
}

static struct pci_found next(unsigned flags)
{
	struct pci_want want = asks(flags, PCI_AUTOMATIC);
	struct pci_found found = {0};

	assert_int_equal(pci_reserve_next(&set, &want, PCI_ANY_FUNCTION, &found, &err), 0);
	return found;
}

#define ENDPOINT_PCI  (PCI_TYPE_PCI | PCI_AUTO)
#define ENDPOINT_PCIE (PCI_TYPE_PCIE | PCI_AUTO)
#define assert_addr(found, b, s, f)                     \
	do {                                            \
		struct pci_found got = (found);         \
		assert_int_equal(got.addr.bus, b);      \
		assert_int_equal(got.addr.slot, s);     \
		assert_int_equal(got.addr.function, f); \
	} while (0)

/* Which device type may be configured onto which bus; the rows of the table, checked by hand. */
static void test_pci_connections_of_every_model(void **state)
{
	static const struct {
		enum pci_model bus;
		unsigned takes, takes_by_itself;
	} rows[] = {
		{PCI_MODEL_PCI_ROOT, PCI_TYPE_ENDPOINT | PCI_TYPE_BRIDGE | PCI_TYPE_PXB,
		 PCI_TYPE_PCI},
		{PCI_MODEL_PCIE_ROOT,
		 PCI_TYPE_ENDPOINT | PCI_TYPE_ROOT_PORT | PCI_TYPE_DMI | PCI_TYPE_PXB_PCIE |
			 PCI_TYPE_BRIDGE,
		 0},
		{PCI_MODEL_PCI_BRIDGE, PCI_TYPE_ENDPOINT | PCI_TYPE_BRIDGE, PCI_TYPE_PCI},
		{PCI_MODEL_DMI_TO_PCI_BRIDGE, PCI_TYPE_ENDPOINT | PCI_TYPE_BRIDGE, 0},
		{PCI_MODEL_PCIE_TO_PCI_BRIDGE, PCI_TYPE_ENDPOINT | PCI_TYPE_BRIDGE, PCI_TYPE_PCI},
		{PCI_MODEL_PCIE_ROOT_PORT,
		 PCI_TYPE_ENDPOINT | PCI_TYPE_UPSTREAM | PCI_TYPE_PCIE_PCI | PCI_TYPE_BRIDGE,
		 PCI_TYPE_PCIE},
		{PCI_MODEL_PCIE_SWITCH_UPSTREAM_PORT, PCI_TYPE_DOWN, 0},
		{PCI_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT,
		 PCI_TYPE_ENDPOINT | PCI_TYPE_UPSTREAM | PCI_TYPE_PCIE_PCI | PCI_TYPE_BRIDGE,
		 PCI_TYPE_PCIE},
		{PCI_MODEL_PCI_EXPANDER_BUS, PCI_TYPE_ENDPOINT | PCI_TYPE_BRIDGE, PCI_TYPE_PCI},
		{PCI_MODEL_PCIE_EXPANDER_BUS, PCI_TYPE_ROOT_PORT | PCI_TYPE_DMI, 0},
	};

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), PCI_MODEL_COUNT);
	for (size_t i = 0; i < PCI_MODEL_COUNT; i++) {
		pci_set_bus(&set, 0, rows[i].bus);
		for (unsigned t = 0; t < PCI_TYPE_COUNT; t++) {
			unsigned type = 1u << t;

			assert_int_equal(pci_compatible(&set, 0, type, PCI_CONFIGURED),
					 !!(rows[i].takes & type));
			if (type & PCI_TYPE_ENDPOINT)
				assert_int_equal(pci_compatible(&set, 0, type | PCI_AUTO,
								PCI_AUTOMATIC),
						 !!(rows[i].takes_by_itself & type));
		}
	}
}

static void test_pci_integrated_goes_to_bus_0_only(void **state)
{
	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	pci_set_bus(&set, 1, PCI_MODEL_PCIE_ROOT_PORT);
	assert_true(pci_compatible(&set, 0, ENDPOINT_PCIE | PCI_INTEGRATED, PCI_AUTOMATIC));
	assert_true(pci_compatible(&set, 0, ENDPOINT_PCI | PCI_INTEGRATED, PCI_AUTOMATIC));
	assert_false(pci_compatible(&set, 1, ENDPOINT_PCIE | PCI_INTEGRATED, PCI_AUTOMATIC));
	assert_false(pci_compatible(&set, 1, ENDPOINT_PCIE | PCI_INTEGRATED, PCI_CONFIGURED));
	assert_int_equal(reserve(1, 0, 0, ENDPOINT_PCIE | PCI_INTEGRATED), -1);
	assert_non_null(strstr(err.why, "bus 0 only"));
	assert_non_null(strstr(err.fix, "00:01.0"));
}

static void test_pci_hotplug_needs_a_bus_that_takes_it(void **state)
{
	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	pci_set_bus(&set, 1, PCI_MODEL_PCIE_ROOT_PORT);
	assert_int_equal(reserve(0, 2, 0, ENDPOINT_PCIE | PCI_HOTPLUG), -1);
	assert_non_null(strstr(err.what, "hot-plugged"));
	assert_int_equal(reserve(1, 0, 0, ENDPOINT_PCIE | PCI_HOTPLUG), 0);
}

static void test_pci_boundary_slots_and_functions(void **state)
{
	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	pci_set_bus(&set, 1, PCI_MODEL_DMI_TO_PCI_BRIDGE);
	assert_int_equal(reserve(0, 0, 0, ENDPOINT_PCI), -1);
	assert_non_null(strstr(err.why, "0x01 to 0x1f"));
	assert_int_equal(reserve(0, 1, 0, ENDPOINT_PCI), 0);
	assert_int_equal(reserve(0, 31, 7, ENDPOINT_PCI), 0);
	assert_int_equal(reserve(0, 32, 0, ENDPOINT_PCI), -1);
	assert_int_equal(reserve(0, 2, 8, ENDPOINT_PCI), -1);
	assert_non_null(strstr(err.why, "0 to 7"));
	assert_int_equal(reserve(1, 0, 0, ENDPOINT_PCI), 0);
	assert_int_equal(reserve(1, 31, 0, ENDPOINT_PCI), 0);
	assert_int_equal(reserve(2, 1, 0, ENDPOINT_PCI), -1);
	assert_non_null(strstr(err.why, "0 to 1"));

	pci_set_bus(&set, 2, PCI_MODEL_PCIE_ROOT_PORT);
	assert_int_equal(reserve(2, 1, 0, ENDPOINT_PCIE), -1);
	assert_non_null(strstr(err.why, "only slot is 0x00"));
	assert_int_equal(reserve(2, 0, 7, ENDPOINT_PCIE), 0);
}

static void test_pci_other_domain_is_refused(void **state)
{
	struct pci_addr addr = {.domain = 1, .slot = 3};
	struct pci_want want = asks(ENDPOINT_PCI, PCI_CONFIGURED);

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	assert_int_equal(pci_reserve(&set, &addr, &want, &err), -1);
	assert_non_null(strstr(err.what, "0001:00:03.0"));
	assert_non_null(strstr(err.fix, "00:01.0"));
}

static void test_pci_taken_function_names_both_parties(void **state)
{
	struct pci_addr addr = at(0, 3, 0);
	struct pci_want want = {.flags = ENDPOINT_PCI, .origin = PCI_CONFIGURED, .owner = &disk0};

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	assert_int_equal(reserve(0, 3, 0, ENDPOINT_PCI), 0);
	assert_int_equal(pci_reserve(&set, &addr, &want, &err), -1);
	assert_string_equal(err.what, "PCI address 00:03.0 is taken twice, by net0 and by disk0");
	assert_non_null(strstr(err.fix, "00:01.0, 00:02.0, 00:04.0"));
	addr.function = 1;
	assert_int_equal(pci_reserve(&set, &addr, &want, &err), 0);
}

static void test_pci_search_takes_whole_slots_in_order(void **state)
{
	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	assert_int_equal(reserve(0, 1, 3, ENDPOINT_PCI), 0);
	assert_addr(next(ENDPOINT_PCI), 0, 2, 0);
	assert_int_equal(reserve(0, 3, 0, ENDPOINT_PCI), 0);
	assert_addr(next(ENDPOINT_PCI), 0, 4, 0);
}

static void test_pci_search_restarts_after_a_release(void **state)
{
	struct pci_addr addr = at(0, 2, 0);

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	pci_set_bus(&set, 1, PCI_MODEL_PCI_BRIDGE);
	for (unsigned slot = 1; slot <= 31; slot++)
		assert_addr(next(ENDPOINT_PCI), 0, slot, 0);
	assert_addr(next(ENDPOINT_PCI), 1, 1, 0);
	pci_release(&set, &addr);
	assert_addr(next(ENDPOINT_PCI), 0, 2, 0);
	assert_addr(next(ENDPOINT_PCI), 1, 2, 0);
}

static void test_pci_full_buses_are_refused_without_growth(void **state)
{
	struct pci_want want = asks(ENDPOINT_PCI, PCI_AUTOMATIC);
	struct pci_found found;

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	assert_false(pci_bus_full(set.bus[0]));
	for (unsigned slot = 1; slot <= 31; slot++)
		(void)next(ENDPOINT_PCI);
	assert_true(pci_bus_full(set.bus[0]));
	assert_int_equal(pci_reserve_next(&set, &want, PCI_ANY_FUNCTION, &found, &err), -1);
	assert_non_null(strstr(err.what, "no free PCI place for net0"));
	assert_int_equal(set.count, 1);
}

static void test_pci_no_bus_at_all(void **state)
{
	struct pci_want want = asks(ENDPOINT_PCI, PCI_AUTOMATIC);
	struct pci_found found;

	(void)state;
	set.can_grow = true;
	assert_int_equal(pci_reserve_next(&set, &want, PCI_ANY_FUNCTION, &found, &err), -1);
	assert_non_null(strstr(err.why, "no PCI bus"));
}

static void test_pci_root_ports_share_slots(void **state)
{
	const unsigned port = pci_models[PCI_MODEL_PCIE_ROOT_PORT].upstream;

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	assert_int_equal(reserve(0, 1, 0, ENDPOINT_PCIE), 0);
	for (unsigned i = 0; i < 8; i++)
		assert_addr(next(port), 0, 2, i);
	assert_addr(next(port), 0, 3, 0);
	/* The slot of an endpoint is never joined, the one of ports alone is. */
	assert_int_equal(reserve(0, 5, 0, port), 0);
	for (unsigned i = 1; i < 8; i++)
		assert_addr(next(port), 0, 3, i);
	assert_addr(next(port), 0, 4, 0);
	for (unsigned i = 1; i < 8; i++)
		assert_addr(next(port), 0, 4, i);
	assert_addr(next(port), 0, 5, 1);
}

static void test_pci_fixed_function_needs_an_empty_slot(void **state)
{
	struct pci_want want = asks(ENDPOINT_PCI, PCI_AUTOMATIC);
	struct pci_found found;

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	assert_int_equal(reserve(0, 1, 0, ENDPOINT_PCI), 0);
	assert_int_equal(pci_reserve_next(&set, &want, 7, &found, &err), 0);
	assert_addr(found, 0, 2, 7);
}

static void test_pci_reserve_slot_takes_all_or_nothing(void **state)
{
	struct pci_want want = asks(ENDPOINT_PCI, PCI_CONFIGURED);
	struct pci_addr addr = at(0, 4, 0);

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	assert_int_equal(reserve(0, 4, 6, ENDPOINT_PCI), 0);
	assert_int_equal(pci_reserve_slot(&set, &addr, &want, &err), -1);
	assert_non_null(strstr(err.what, "00:04.6"));
	addr.function = 5;
	assert_null(pci_owner_at(&set, &addr));
	addr = at(0, 5, 0);
	assert_int_equal(pci_reserve_slot(&set, &addr, &want, &err), 0);
	for (unsigned f = 0; f < 8; f++) {
		addr.function = (uint8_t)f;
		assert_ptr_equal(pci_owner_at(&set, &addr), &net0);
	}
}

static void test_pci_gone_places_come_last(void **state)
{
	struct pci_addr addr = at(0, 3, 0);
	struct pci_found found = {0};

	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	pci_keep_gone(&set, &addr);
	for (unsigned i = 0; i < 30; i++) {
		found = next(ENDPOINT_PCI);
		assert_int_not_equal(found.addr.slot, 3);
		assert_false(found.took_gone);
	}
	found = next(ENDPOINT_PCI);
	assert_addr(found, 0, 3, 0);
	assert_true(found.took_gone);
}

static void test_pci_growth_by_kind(void **state)
{
	struct pci_found found;

	(void)state;
	set.can_grow = true;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	found = next(ENDPOINT_PCIE);
	assert_addr(found, 1, 0, 0);
	assert_int_equal(found.grown, 1);
	found = next(ENDPOINT_PCI);
	assert_addr(found, 3, 1, 0);
	assert_int_equal(found.grown, 2);
	assert_int_equal(set.bus[2]->model, PCI_MODEL_PCIE_ROOT_PORT);
	assert_int_equal(set.bus[3]->model, PCI_MODEL_PCIE_TO_PCI_BRIDGE);
	/* The bridge's port is not for others; the next endpoint gets its own. */
	assert_addr(next(ENDPOINT_PCIE), 4, 0, 0);
	assert_addr(next(ENDPOINT_PCI), 3, 2, 0);
	assert_addr(next(PCI_TYPE_PCIE_PCI), 2, 0, 0);
}

static void test_pci_growth_with_a_dmi_bridge(void **state)
{
	(void)state;
	set.can_grow = true;
	set.bridge = PCI_MODEL_DMI_TO_PCI_BRIDGE;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	assert_addr(next(ENDPOINT_PCI), 2, 1, 0);
	assert_int_equal(set.bus[1]->model, PCI_MODEL_DMI_TO_PCI_BRIDGE);
	assert_int_equal(set.bus[2]->model, PCI_MODEL_PCI_BRIDGE);
}

static void test_pci_configured_bus_grows_the_set(void **state)
{
	struct pci_addr addr = at(3, 5, 0);
	struct pci_want want = asks(ENDPOINT_PCI, PCI_CONFIGURED);

	(void)state;
	set.can_grow = true;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	assert_int_equal(pci_reserve(&set, &addr, &want, &err), 0);
	assert_int_equal(addr.bus, 3);
	assert_int_equal(set.bus[1]->model, PCI_MODEL_PCIE_ROOT_PORT);
	assert_int_equal(set.bus[2]->model, PCI_MODEL_PCIE_TO_PCI_BRIDGE);
	assert_int_equal(set.bus[3]->model, PCI_MODEL_PCI_BRIDGE);

	(void)setup(NULL);
	set.can_grow = true;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	addr = at(1, 5, 0);
	assert_int_equal(pci_reserve(&set, &addr, &want, &err), 0);
	assert_int_equal(addr.bus, 2);
}

static void test_pci_what_cannot_grow(void **state)
{
	struct pci_want want = asks(PCI_TYPE_ROOT_PORT, PCI_AUTOMATIC);
	struct pci_found found;
	struct pci_addr addr = at(256, 1, 0);

	(void)state;
	set.can_grow = true;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	assert_int_equal(pci_reserve_next(&set, &want, PCI_ANY_FUNCTION, &found, &err), -1);
	assert_non_null(strstr(err.why, "pcie-root, pcie-expander-bus"));
	assert_int_equal(pci_grow(&set, &addr, 0, &err), -1);
	assert_non_null(strstr(err.why, "not a PCI device"));
	assert_int_equal(pci_grow(&set, &addr, ENDPOINT_PCI, &err), -1);
	assert_non_null(strstr(err.why, "0 to 255"));
	assert_int_equal(set.count, 1);
}

static void test_pci_holes_become_bridges_or_ports(void **state)
{
	(void)state;
	pci_set_bus(&set, 0, PCI_MODEL_PCI_ROOT);
	pci_set_bus(&set, 2, PCI_MODEL_PCI_BRIDGE);
	pci_fill_holes(&set);
	assert_int_equal(set.bus[1]->model, PCI_MODEL_PCI_BRIDGE);

	(void)setup(NULL);
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	pci_set_bus(&set, 2, PCI_MODEL_PCIE_ROOT_PORT);
	pci_fill_holes(&set);
	assert_int_equal(set.bus[1]->model, PCI_MODEL_PCIE_ROOT_PORT);
}

static void test_pci_suggestion_of_a_new_bus(void **state)
{
	char text[64];

	(void)state;
	set.can_grow = true;
	pci_set_bus(&set, 0, PCI_MODEL_PCIE_ROOT);
	for (unsigned slot = 1; slot <= 31; slot++)
		assert_int_equal(reserve(0, slot, 0, ENDPOINT_PCIE), 0);
	assert_int_equal(pci_suggest(&set, ENDPOINT_PCIE, 3, text, sizeof(text)), 1);
	assert_string_equal(text, "01:00.0");
	assert_int_equal(pci_suggest(&set, ENDPOINT_PCI, 3, text, sizeof(text)), 1);
	assert_string_equal(text, "02:01.0");
	/* Nothing can be added: a function beside what is there. */
	set.can_grow = false;
	assert_int_equal(pci_suggest(&set, ENDPOINT_PCI, 2, text, sizeof(text)), 2);
	assert_string_equal(text, "00:01.1, 00:01.2");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_pci_connections_of_every_model),
		T(test_pci_integrated_goes_to_bus_0_only),
		T(test_pci_hotplug_needs_a_bus_that_takes_it),
		T(test_pci_boundary_slots_and_functions),
		T(test_pci_other_domain_is_refused),
		T(test_pci_taken_function_names_both_parties),
		T(test_pci_search_takes_whole_slots_in_order),
		T(test_pci_search_restarts_after_a_release),
		T(test_pci_full_buses_are_refused_without_growth),
		T(test_pci_no_bus_at_all),
		T(test_pci_root_ports_share_slots),
		T(test_pci_fixed_function_needs_an_empty_slot),
		T(test_pci_reserve_slot_takes_all_or_nothing),
		T(test_pci_gone_places_come_last),
		T(test_pci_growth_by_kind),
		T(test_pci_growth_with_a_dmi_bridge),
		T(test_pci_configured_bus_grows_the_set),
		T(test_pci_what_cannot_grow),
		T(test_pci_holes_become_bridges_or_ports),
		T(test_pci_suggestion_of_a_new_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
