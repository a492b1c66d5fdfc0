/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machined.c - kiln-machined: tell systemd-machined of a VM. A program of its own, started by kiln-run, because
 * it needs a library and a heap.
 *
 * In: kiln-machined NAME UUID PID [IFINDEX]... Out: exit code 0, or 1 and a line on standard error. Nothing
 * else is changed, and nothing is left when it fails.
 *
 * A VM that already runs in a service of its own is registered with that, so that stopping the service ends it
 * and the machine alike; any other gets a scope from systemd (behaviours F02). Method names and signatures:
 * org.freedesktop.machine1(5).
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>

#include "base/ident.h"
#include "base/num.h"

#define PROGRAM    "kiln-machined"
#define IFACES_MAX 4096 /* image/ops.h, OP_MAX */
#define ANSWER_US  UINT64_C(5000000)

#define MACHINED         "org.freedesktop.machine1"
#define MACHINED_PATH    "/org/freedesktop/machine1"
#define MACHINED_MANAGER "org.freedesktop.machine1.Manager"
#define MACHINED_MACHINE "org.freedesktop.machine1.Machine"
#define MACHINE_EXISTS   "org.freedesktop.machine1.MachineExists"
#define NO_SUCH_MACHINE  "org.freedesktop.machine1.NoSuchMachine"
#define SYSTEMD          "org.freedesktop.systemd1"

/** struct machine - what was said on the command line. */
struct machine {
	const char *name;
	unsigned char uuid[UUID_BYTES];
	uint32_t leader;
	int32_t ifaces[IFACES_MAX];
	unsigned count;
};

enum network { WITH_NETWORK, WITHOUT_NETWORK };
enum how { CREATE, REGISTER };

static int fail(const char *what, const char *why)
{
	(void)fprintf(stderr, PROGRAM ": %s: %s\n", what, why);
	return -1;
}

static int usage(const char *what)
{
	(void)fprintf(stderr, PROGRAM ": %s\nusage: " PROGRAM " NAME UUID PID [IFINDEX]...\n",
		      what);
	return -1;
}

static int machine_parse(struct machine *machine, char **argv)
{
	uint64_t number;

	if (!argv[0] || !argv[1] || !argv[2] || !ident_is_valid(IDENT_VM_NAME, argv[0]))
		return usage("no name of a VM, UUID and process id");
	machine->name = argv[0];
	if (ident_parse_uuid(argv[1], machine->uuid))
		return usage("the second argument is no UUID");
	if (num_parse(argv[2], 1, INT32_MAX, &number))
		return usage("the third argument is no process id");
	machine->leader = (uint32_t)number;
	for (argv += 3; *argv; argv++) {
		if (machine->count == IFACES_MAX || num_parse(*argv, 1, INT32_MAX, &number))
			return usage("an argument is no interface index, or there are too many");
		machine->ifaces[machine->count++] = (int32_t)number;
	}
	return 0;
}

/*
 * Whether the leader is the main process of a service: then stopping that service ends it. A session, or a
 * service that started it among others (cron), must not be taken for the machine.
 */
static enum how how_to(sd_bus *bus, const struct machine *machine)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	char *unit = NULL, *path = NULL;
	const char *end;
	uint32_t main_pid = 0;

	if (sd_pid_get_unit((pid_t)machine->leader, &unit) >= 0 && (end = strrchr(unit, '.')) &&
	    strcmp(end, ".service") == 0 &&
	    sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path) >= 0 &&
	    sd_bus_get_property_trivial(bus, SYSTEMD, path, SYSTEMD ".Service", "MainPID", &error,
					'u', &main_pid) < 0)
		main_pid = 0;
	sd_bus_error_free(&error);
	free(path);
	free(unit);
	return main_pid == machine->leader ? REGISTER : CREATE;
}

static const char *method_of(enum how how, enum network network)
{
	if (how == REGISTER)
		return network == WITH_NETWORK ? "RegisterMachineWithNetwork" : "RegisterMachine";
	return network == WITH_NETWORK ? "CreateMachineWithNetwork" : "CreateMachine";
}

/* One call. Return: as sd_bus_call(). */
static int call(sd_bus *bus, const struct machine *machine, enum how how, enum network network,
		sd_bus_error *error)
{
	sd_bus_message *message = NULL;
	int ret = sd_bus_message_new_method_call(bus, &message, MACHINED, MACHINED_PATH,
						 MACHINED_MANAGER, method_of(how, network));

	if (ret >= 0)
		ret = sd_bus_message_append(message, "s", machine->name);
	if (ret >= 0)
		ret = sd_bus_message_append_array(message, 'y', machine->uuid, UUID_BYTES);
	if (ret >= 0)
		ret = sd_bus_message_append(message, "ssus", "kiln", "vm", machine->leader, "");
	if (ret >= 0 && network == WITH_NETWORK)
		ret = sd_bus_message_append_array(message, 'i', machine->ifaces,
						  machine->count * sizeof(machine->ifaces[0]));
	if (ret >= 0 && how == CREATE)
		ret = sd_bus_message_append(message, "a(sv)", 1, "Slice", "s", "machine.slice");
	if (ret >= 0)
		ret = sd_bus_call(bus, message, ANSWER_US, error, NULL);
	sd_bus_message_unref(message);
	return ret;
}

/*
 * A machine of this name whose leader is gone is left of a service that was started again, or that stays
 * without a process. Return: whether it was there and is not any more.
 */
static int stale_remove(sd_bus *bus, const struct machine *machine)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path;
	uint32_t leader = 0;
	int ret = sd_bus_call_method(bus, MACHINED, MACHINED_PATH, MACHINED_MANAGER, "GetMachine",
				     &error, &reply, "s", machine->name);

	if (sd_bus_error_has_name(&error, NO_SUCH_MACHINE)) {
		sd_bus_error_free(&error);
		return 1;
	}
	if (ret >= 0)
		ret = sd_bus_message_read(reply, "o", &path);
	if (ret >= 0)
		ret = sd_bus_get_property_trivial(bus, MACHINED, path, MACHINED_MACHINE, "Leader",
						  &error, 'u', &leader);
	if (ret >= 0 && leader && kill((pid_t)leader, 0) && errno == ESRCH)
		ret = sd_bus_call_method(bus, MACHINED, MACHINED_PATH, MACHINED_MANAGER,
					 "UnregisterMachine", &error, NULL, "s", machine->name);
	else
		ret = -EEXIST;
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	return ret >= 0;
}

/* An older machined knows no interfaces; who asks for them is told that the method is unknown. */
static int tell(sd_bus *bus, const struct machine *machine)
{
	enum how how = how_to(bus, machine);
	enum network network = WITH_NETWORK;
	int removed = 0;

	for (;;) {
		sd_bus_error error = SD_BUS_ERROR_NULL;
		int ret = call(bus, machine, how, network, &error);

		if (ret < 0 && network == WITH_NETWORK &&
		    sd_bus_error_has_name(&error, SD_BUS_ERROR_UNKNOWN_METHOD))
			network = WITHOUT_NETWORK;
		else if (ret < 0 && !removed && sd_bus_error_has_name(&error, MACHINE_EXISTS) &&
			 stale_remove(bus, machine))
			removed = 1;
		else {
			if (ret < 0)
				(void)fail(method_of(how, network),
					   error.message ? error.message : strerror(-ret));
			sd_bus_error_free(&error);
			return ret < 0 ? -1 : 0;
		}
		sd_bus_error_free(&error);
	}
}

int main(int argc, char **argv)
{
	static struct machine machine;
	sd_bus *bus = NULL;
	int ret;

	if (machine_parse(&machine, argv + (argc ? 1 : 0)))
		return 2;
	ret = sd_bus_open_system(&bus);
	if (ret >= 0)
		ret = sd_bus_set_method_call_timeout(bus, ANSWER_US);
	ret = ret < 0 ? fail("no system bus", strerror(-ret)) : tell(bus, &machine);
	sd_bus_unref(bus);
	return ret < 0;
}
