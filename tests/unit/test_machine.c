/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_machine.c - the machines' tables: what is built in, who gets which place, also on a bus
 * that is reserved to the last slot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "layout/mmio.h"
#include "layout_vm.h"

static void test_machine_table_is_whole(void **state)
{
	(void)state;
	for (const struct machine *const *m = machine_table; *m; m++) {
		assert_non_null((*m)->name);
		assert_non_null((*m)->type_prefix);
		assert_non_null((*m)->ram_id);
		assert_non_null((*m)->serial);
		assert_true((*m)->serial->count > 0);
		/* Where there is no PCI there is something else for a device to sit on. */
		assert_int_equal((*m)->root_model == NULL, (*m)->chipset == NULL);
		if ((*m)->mmio) {
			assert_in_range((*m)->mmio->count, 1, MMIO_TRANSPORTS_MAX);
			assert_non_null((*m)->mmio->why);
		}
		if (!(*m)->root_model) {
			assert_non_null((*m)->mmio);
			continue;
		}
		assert_int_not_equal(pci_model_find((*m)->root_model), PCI_MODEL_COUNT);
		assert_non_null(dev_class_find(&controller_pci_family, (*m)->root_model));
	}
}

static void test_machine_functions_differ_and_places_are_on_bus_0(void **state)
{
	(void)state;
	for (const struct machine *const *m = machine_table; *m; m++) {
		const struct chipset *chipset = (*m)->chipset;

		if (!chipset)
			continue;
		bool seen[PCI_SLOT_MAX][PCI_FUNCTION_MAX] = {{false}};

		for (const struct chipset_function *f = chipset->functions; f->name; f++) {
			assert_non_null(f->driver);
			assert_true(f->slot < PCI_SLOT_MAX && f->function < PCI_FUNCTION_MAX);
			assert_false(seen[f->slot][f->function]);
			seen[f->slot][f->function] = true;
		}
		/* The host bridge is what every PCI machine has. */
		assert_true(seen[0][0]);
		for (const struct chipset_place *p = chipset->places; p->family; p++) {
			assert_true(p->slots[0] > 0 && p->slots[0] < PCI_SLOT_MAX);
			assert_non_null(p->why);
		}
	}
}

static void test_machine_every_controller_class_is_in_the_engine(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PCI_MODEL_COUNT; i++) {
		const struct dev_class *class =
			dev_class_find(&controller_pci_family, pci_models[i].name);

		assert_non_null(class);
		assert_int_equal(class->driver == NULL, pci_models[i].upstream == 0);
	}
}

static void test_machine_place_by_model_and_index(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	const struct vm_dev *piix = add_controller(b, &t_usb_family, "piix3-uhci", 0);
	const struct vm_dev *second = add_controller(b, &t_usb_family, "piix3-uhci", 1);
	const struct vm_dev *xhci = add_controller(b, &t_usb_family, "qemu-xhci", 0);
	const struct pci_addr usb = {.slot = 1, .function = 2}, other = {.slot = 1};

	(void)state;
	assert_non_null(chipset_place_for(machine_pc.chipset, piix));
	assert_null(chipset_place_for(machine_pc.chipset, second));
	assert_null(chipset_place_for(machine_pc.chipset, xhci));
	assert_null(chipset_place_for(NULL, piix));
	assert_true(chipset_offers(machine_pc.chipset, piix, &usb));
	assert_false(chipset_offers(machine_pc.chipset, piix, &other));
	assert_false(chipset_offers(machine_pc.chipset, xhci, &usb));
	bench_free(b);
}

/* Every preferred place taken by configuration: nothing is refused, all go elsewhere. */
static void test_machine_preferred_places_on_a_full_bus(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	for (unsigned slot = 1; slot <= 30; slot++) {
		/* One slot for the ports. */
		if (slot != 3)
			want(add(b, &t_disk_family, NULL, slot), 0, slot, 1);
	}
	add(b, &t_video_family, "vga", 0);
	add(b, &t_sound_family, "ich9", 0);
	add_controller(b, &t_usb_family, "ich9-uhci1", 0);
	assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
	assert_string_equal(addr_of(b, "video0"), "02:01.0");
	assert_string_equal(addr_of(b, "sound0"), "02:02.0");
	assert_string_equal(addr_of(b, "usb0"), "02:03.0");
	assert_string_equal(addr_of(b, "pci.1"), "00:03.0");
	assert_non_null(strstr(layout_find(&b->layout, vm_find(&b->vm, "sound0"))->tried, "00:1b"));
	bench_free(b);
}

static void test_machine_second_sound_is_an_ordinary_device(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_sound_family, "ich9", 0);
	add(b, &t_sound_family, "ich9", 1);
	assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
	assert_string_equal(addr_of(b, "sound0"), "00:1b.0");
	assert_string_equal(addr_of(b, "sound1"), "02:01.0");
	bench_free(b);
}

static void test_machine_dmi_bridges_take_their_slot_once(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_controller(b, &controller_pci_family, "pcie-root", 0);
	add_controller(b, &controller_pci_family, "dmi-to-pci-bridge", 1);
	add_controller(b, &controller_pci_family, "dmi-to-pci-bridge", 2);
	assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
	assert_string_equal(addr_of(b, "pci.1"), "00:1e.0");
	assert_string_equal(addr_of(b, "pci.2"), "00:01.0");
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machine_table_is_whole),
		cmocka_unit_test(test_machine_functions_differ_and_places_are_on_bus_0),
		cmocka_unit_test(test_machine_every_controller_class_is_in_the_engine),
		cmocka_unit_test(test_machine_place_by_model_and_index),
		cmocka_unit_test(test_machine_preferred_places_on_a_full_bus),
		cmocka_unit_test(test_machine_second_sound_is_an_ordinary_device),
		cmocka_unit_test(test_machine_dmi_bridges_take_their_slot_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
