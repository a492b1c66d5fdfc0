/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_domain.c - the domain XML of a small machine. The schema and libvirt itself judge the real
 * ones in tests/qemu.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "domain/domain.h"
#include "machine_fixture.h"

static int setup(void **state)
{
	static struct machine_fixture fix;

	memset(&fix, 0, sizeof(fix));
	fixture_build(&fix, fixture_caps_json);
	*state = &fix;
	return 0;
}

static int teardown(void **state)
{
	struct machine_fixture *fix = *state;

	arena_free(&fix->arena);
	return 0;
}

static const char *write_domain(struct machine_fixture *fix)
{
	struct text text = {.arena = &fix->arena};

	assert_int_equal(domain_write(&fix->vm, &text, &fix->errs), 0);
	return text_str(&text);
}

static void assert_has(const char *xml, const char *part)
{
	if (!strstr(xml, part))
		fail_msg("not in the XML: %s\n%s", part, xml);
}

static void test_domain_is_what_libvirt_writes(void **state)
{
	static const char expected[] =
		"<domain type=\"qemu\">\n"
		"  <name>vm1</name>\n"
		"  <metadata>\n"
		"    <kiln:machine xmlns:kiln=\"urn:kiln:1\" board=\"test\" layout=\"libvirt-9\" "
		"accel=\"TCG\" uuid=\"UNIT\">\n"
		"      <kiln:device id=\"widget0\" alias=\"rng0\" origin=\"PAYLOAD\" secret=\"s\"/>\n"
		"      <kiln:device id=\"console2\" alias=\"console2\"/>\n"
		"    </kiln:machine>\n"
		"  </metadata>\n"
		"  <memory unit=\"KiB\">131072</memory>\n"
		"  <currentMemory unit=\"KiB\">131072</currentMemory>\n"
		"  <vcpu placement=\"static\">2</vcpu>\n"
		"  <os>\n"
		"    <type arch=\"x86_64\" machine=\"pc-q35-7.2\">hvm</type>\n"
		"  </os>\n"
		"  <features/>\n"
		"  <cpu mode=\"custom\" match=\"exact\" check=\"none\">\n"
		"    <model fallback=\"forbid\">qemu64</model>\n"
		"    <topology sockets=\"1\" dies=\"1\" cores=\"2\" threads=\"1\"/>\n"
		"  </cpu>\n"
		"  <clock offset=\"utc\"/>\n"
		"  <on_poweroff>destroy</on_poweroff>\n"
		"  <on_reboot>restart</on_reboot>\n"
		"  <on_crash>destroy</on_crash>\n"
		"  <devices>\n"
		"    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n"
		"    <controller type=\"usb\" index=\"0\" model=\"none\"/>\n"
		"    <controller type=\"sata\" index=\"0\">\n"
		"      <address type=\"pci\" domain=\"0x0000\" bus=\"0x00\" slot=\"0x1f\" "
		"function=\"0x2\"/>\n"
		"    </controller>\n"
		"    <controller type=\"pci\" index=\"0\" model=\"pcie-root\">\n"
		"      <alias name=\"pcie.0\"/>\n"
		"    </controller>\n"
		"    <controller type=\"pci\" index=\"1\" model=\"pcie-root-port\">\n"
		"      <target port=\"16\"/>\n"
		"      <alias name=\"pci.1\"/>\n"
		"      <address type=\"pci\" domain=\"0x0000\" bus=\"0x00\" slot=\"0x02\" "
		"function=\"0x0\" multifunction=\"on\"/>\n"
		"    </controller>\n"
		"    <console type=\"null\">\n"
		"      <target type=\"virtio\"/>\n"
		"      <alias name=\"console2\"/>\n"
		"      <address type=\"virtio-serial\" controller=\"0\" bus=\"0\" port=\"3\"/>\n"
		"    </console>\n"
		"    <rng model=\"virtio\">\n"
		"      <source type=\"file\"/>\n"
		"      <driver fast=\"on\" count=\"3\" zero=\"0\"/>\n"
		"      <hidden/>\n"
		"      <mode>slow</mode>\n"
		"      <label>a,\"b</label>\n"
		"      <alias name=\"rng0\"/>\n"
		"      <address type=\"pci\" domain=\"0x0000\" bus=\"0x01\" slot=\"0x1f\" "
		"function=\"0x7\"/>\n"
		"    </rng>\n"
		"    <memballoon model=\"none\"/>\n"
		"  </devices>\n"
		"</domain>\n";

	assert_string_equal(write_domain(*state), expected);
}

static void test_domain_quotes_what_xml_would_read(void **state)
{
	struct machine_fixture *fix = *state;

	fix->vm.guest.title = "<a> & \"b\"";
	((struct widget *)fix->widget->data)->secret = "<\"&>";
	const char *xml = write_domain(fix);

	assert_has(xml, "<title>&lt;a&gt; &amp; \"b\"</title>");
	assert_has(xml, "secret=\"&lt;&quot;&amp;&gt;\"");
}

static void test_domain_holds_no_path_of_the_build_host(void **state)
{
	assert_null(strstr(write_domain(*state), "/build/host/path"));
}

static void test_domain_writes_the_policy_of_the_accelerator(void **state)
{
	struct machine_fixture *fix = *state;

	fix->vm.guest.accel = fixture_word("AUTO");
	fix->vm.guest.uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
	const char *xml = write_domain(fix);

	assert_has(xml, "<domain type=\"kvm\">");
	assert_has(xml, "accel=\"AUTO\" uuid=\"GIVEN\"");
	assert_has(xml, "<uuid>6ba7b810-9dad-11d1-80b4-00c04fd430c8</uuid>");
}

static void test_domain_writes_each_kind_of_processor(void **state)
{
	struct machine_fixture *fix = *state;

	fix->vm.guest.cpu_model = "host-passthrough";
	assert_has(write_domain(fix),
		   "<cpu mode=\"host-passthrough\" check=\"none\" migratable=\"on\">");
	fix->vm.guest.cpu_model = "max";
	assert_has(write_domain(fix), "<cpu mode=\"maximum\" check=\"none\">");
}

static void test_domain_gives_only_q35_a_sata_controller(void **state)
{
	struct machine_fixture *fix = *state;

	fix->machine.name = "pc";
	assert_null(strstr(write_domain(fix), "sata"));
}

static void test_domain_ends_on_reboot_when_asked(void **state)
{
	struct machine_fixture *fix = *state;

	fix->vm.guest.on_reboot = fixture_word("DESTROY");
	assert_has(write_domain(fix), "<on_reboot>destroy</on_reboot>");
}

static void test_domain_refuses_what_xml_cannot_hold(void **state)
{
	struct machine_fixture *fix = *state;
	struct text text = {.arena = &fix->arena};

	fix->vm.guest.title = "caf\xe9";
	((struct widget *)fix->widget->data)->label = "\x01";
	((struct widget *)fix->widget->data)->secret = "\xff";
	assert_int_equal(domain_write(&fix->vm, &text, &fix->errs), -1);
	assert_int_equal(fix->errs.count, 3);
	err_list_for_each(node, &fix->errs) {
		assert_int_equal(node->err.kind, ERR_CONFIG);
		assert_string_equal(node->err.check, "domain-text");
		assert_string_not_equal(node->err.fix, "");
	}
	assert_string_equal(text_str(&text), "");
	assert_string_equal(fix->errs.first->err.sym, "CONFIG_VM_TITLE");
}

static void test_domain_is_the_same_twice(void **state)
{
	const char *one = write_domain(*state);

	assert_string_equal(write_domain(*state), one);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_domain_is_what_libvirt_writes),
		TEST(test_domain_quotes_what_xml_would_read),
		TEST(test_domain_holds_no_path_of_the_build_host),
		TEST(test_domain_writes_the_policy_of_the_accelerator),
		TEST(test_domain_writes_each_kind_of_processor),
		TEST(test_domain_gives_only_q35_a_sata_controller),
		TEST(test_domain_ends_on_reboot_when_asked),
		TEST(test_domain_refuses_what_xml_cannot_hold),
		TEST(test_domain_is_the_same_twice),
	};
	return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
