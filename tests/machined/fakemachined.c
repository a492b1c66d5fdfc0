/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fakemachined.c - stands in for systemd-machined and for systemd on a bus of the test's own.
 *
 * LINK: -lsystemd
 *
 * In: fakemachined LOG MODE MAIN-PID LEADER. Appends each call with its arguments to LOG, and answers MainPID of
 * every unit with MAIN-PID. MODE:
 *   new      takes everything
 *   old      knows no method with a network
 *   stale    has a machine of that name, led by LEADER, until it is unregistered
 *   silent   never answers a registration
 *   systemd  is systemd alone: machined is another program
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

static FILE *out;
static const char *mode;
static uint32_t main_pid, leader;
static int stale;

static int is(const char *word)
{
	return !strcmp(mode, word);
}

static void log_slice(sd_bus_message *message)
{
	const char *name, *slice;

	if (sd_bus_message_enter_container(message, 'a', "(sv)") < 0)
		return;
	while (sd_bus_message_enter_container(message, 'r', "sv") > 0) {
		if (sd_bus_message_read(message, "s", &name) > 0 &&
		    sd_bus_message_read(message, "v", "s", &slice) > 0)
			fprintf(out, " %s=%s", name, slice);
		sd_bus_message_exit_container(message);
	}
}

static int on_machine(sd_bus_message *message, void *data, sd_bus_error *error)
{
	const char *method = sd_bus_message_get_member(message), *name, *service, *class, *root;
	const unsigned char *uuid;
	const int32_t *ifaces = NULL;
	size_t uuid_len, len = 0;
	uint32_t pid;

	(void)data;
	if (is("old") && strstr(method, "WithNetwork"))
		return sd_bus_error_setf(error, SD_BUS_ERROR_UNKNOWN_METHOD, "no %s", method);
	if (sd_bus_message_read(message, "s", &name) < 0 ||
	    sd_bus_message_read_array(message, 'y', (const void **)&uuid, &uuid_len) < 0 ||
	    sd_bus_message_read(message, "ssus", &service, &class, &pid, &root) < 0 ||
	    (strstr(method, "WithNetwork") &&
	     sd_bus_message_read_array(message, 'i', (const void **)&ifaces, &len) < 0))
		return -EINVAL;
	fprintf(out, "%s %s ", method, name);
	for (size_t i = 0; i < uuid_len; i++)
		fprintf(out, "%02x", uuid[i]);
	fprintf(out, " %s %s %u '%s' [", service, class, pid, root);
	for (size_t i = 0; i < len / sizeof(*ifaces); i++)
		fprintf(out, "%s%d", i ? " " : "", ifaces[i]);
	fputs("]", out);
	if (!strncmp(method, "Create", 6))
		log_slice(message);
	fputs("\n", out);
	fflush(out);
	if (is("silent"))
		return 1;
	if (stale)
		return sd_bus_error_setf(error, "org.freedesktop.machine1.MachineExists",
					 "Machine '%s' already exists", name);
	return sd_bus_reply_method_return(message, "o", "/org/freedesktop/machine1/machine/m");
}

static int on_get(sd_bus_message *message, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	fputs("GetMachine\n", out);
	fflush(out);
	return sd_bus_reply_method_return(message, "o", "/org/freedesktop/machine1/machine/m");
}

static int on_unregister(sd_bus_message *message, void *data, sd_bus_error *error)
{
	(void)data;
	(void)error;
	fputs("UnregisterMachine\n", out);
	fflush(out);
	stale = 0;
	return sd_bus_reply_method_return(message, "");
}

static int on_number(sd_bus *bus, const char *path, const char *interface, const char *property,
		     sd_bus_message *reply, void *data, sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)data;
	(void)error;
	return sd_bus_message_append(reply, "u", !strcmp(property, "Leader") ? leader : main_pid);
}

static int on_find(sd_bus *bus, const char *path, const char *interface, void *data, void **found,
		   sd_bus_error *error)
{
	(void)bus;
	(void)interface;
	(void)data;
	(void)error;
	fprintf(out, "unit %s\n", path + strlen("/org/freedesktop/systemd1/unit/"));
	fflush(out);
	*found = &main_pid;
	return 1;
}

static const sd_bus_vtable manager[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("CreateMachineWithNetwork", "sayssusaia(sv)", "o", on_machine,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("CreateMachine", "sayssusa(sv)", "o", on_machine, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RegisterMachineWithNetwork", "sayssusai", "o", on_machine,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RegisterMachine", "sayssus", "o", on_machine, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("GetMachine", "s", "o", on_get, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("UnregisterMachine", "s", "", on_unregister, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable machine[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Leader", "u", on_number, 0, 0),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable unit[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("MainPID", "u", on_number, 0, 0),
	SD_BUS_VTABLE_END,
};

static int serve(sd_bus *bus)
{
	static const char machined[] = "/org/freedesktop/machine1";

	if (sd_bus_add_fallback_vtable(bus, NULL, "/org/freedesktop/systemd1/unit",
				       "org.freedesktop.systemd1.Service", unit, on_find,
				       NULL) < 0 ||
	    sd_bus_request_name(bus, "org.freedesktop.systemd1", 0) < 0)
		return -1;
	if (!is("systemd") &&
	    (sd_bus_add_object_vtable(bus, NULL, machined, "org.freedesktop.machine1.Manager",
				      manager, NULL) < 0 ||
	     sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/machine1/machine/m",
				      "org.freedesktop.machine1.Machine", machine, NULL) < 0 ||
	     sd_bus_request_name(bus, "org.freedesktop.machine1", 0) < 0))
		return -1;
	fputs("ready\n", out);
	fflush(out);
	for (;;) {
		int ret = sd_bus_process(bus, NULL);

		if (ret < 0 || (ret == 0 && sd_bus_wait(bus, UINT64_MAX) < 0))
			return -1;
	}
}

int main(int argc, char **argv)
{
	sd_bus *bus;

	if (argc != 5)
		return 2;
	out = fopen(argv[1], "ae");
	mode = argv[2];
	main_pid = (uint32_t)strtoul(argv[3], NULL, 10);
	leader = (uint32_t)strtoul(argv[4], NULL, 10);
	stale = is("stale");
	return !out || sd_bus_open_system(&bus) < 0 || serve(bus) < 0;
}
