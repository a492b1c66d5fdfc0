/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.c - a unit or an init script from the model: names and paths alone, quoted as its reader wants.
 */
#include "kiln/service.h"

#include <string.h>

#include "base/buf.h"
#include "kiln/command.h"

#define QUOTED_MAX 20000 /* a path of which each byte takes four */
#define START_S    600 /* unpacking gigabytes from a slow disk takes minutes */

/*
 * A word of a command line of a unit (systemd.service(5), systemd.syntax(7)): specifiers and quotes everywhere,
 * variables not in the first one, the program.
 */
enum unit_place { UNIT_PROGRAM, UNIT_ARGUMENT };

static const char *unit_word(struct arena *arena, enum unit_place place, const char *text)
{
	char out[QUOTED_MAX];
	struct buf buf;

	buf_init(&buf, out, sizeof(out));
	buf_add_char(&buf, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_add_char(&buf, '\\');
		else if (*text == '%' || (*text == '$' && place == UNIT_ARGUMENT))
			buf_add_char(&buf, *text);
		buf_add_char(&buf, *text);
	}
	buf_add_char(&buf, '"');
	return arena_str(arena, out);
}

static const char *shell_word(struct arena *arena, const char *text)
{
	char out[QUOTED_MAX];
	struct buf buf;

	buf_init(&buf, out, sizeof(out));
	buf_add_char(&buf, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_str(&buf, "'\\'");
		buf_add_char(&buf, *text);
	}
	buf_add_char(&buf, '\'');
	return arena_str(arena, out);
}

/* Without a path systemd looks into /etc/credstore and its kin (systemd.exec(5), LoadCredential=). */
static const char *credentials(struct arena *arena, const struct plan *plan)
{
	const char *lines = "";

	for (size_t i = 0; i < plan->site_count; i++)
		if (plan->sites[i].kind == SITE_CREDENTIAL && plan->sites[i].value[0])
			lines = arena_fmt(arena, "%sLoadCredential=%s\n", lines,
					  plan->sites[i].value);
	return lines;
}

/** struct unit_calls - command lines of a unit; a time limit follows @stop and @clean. */
struct unit_calls {
	const char *start, *stop, *clean;
};

static struct unit_calls calls_of_programs(struct arena *arena, const struct guest *guest)
{
	const char *run = unit_word(arena, UNIT_PROGRAM,
				    arena_fmt(arena, "%s/kiln-run", guest->host_programs));
	const char *ctl = unit_word(arena, UNIT_PROGRAM,
				    arena_fmt(arena, "%s/kiln-ctl", guest->host_programs));
	const char *image =
		unit_word(arena, UNIT_ARGUMENT,
			  arena_fmt(arena, "%s/%s.kiln", guest->host_images, guest->name));

	return (struct unit_calls){.start = arena_fmt(arena, "%s up %s", run, image),
				   .stop = arena_fmt(arena, "%s stop %s", ctl, guest->name),
				   .clean = arena_fmt(arena, "%s down %s", run, guest->name)};
}

/* The image is the one program that such a target has. */
static struct unit_calls calls_of_one_file(struct arena *arena, const struct guest *guest)
{
	const char *image = unit_word(arena, UNIT_PROGRAM,
				      arena_fmt(arena, "%s/%s", guest->host_images, guest->name));
	const char *down = arena_fmt(arena, "%s down", image);

	return (struct unit_calls){
		.start = arena_fmt(arena, "%s up", image), .stop = down, .clean = down};
}

/*
 * ExecStop asks the guest; after it systemd ends what is left by SIGTERM, which QEMU takes. The process that
 * cleans after QEMU does not, and ExecStopPost does its work where it was killed. Either may find nothing to do.
 * Type=notify: kiln-run says when the plan is done (run/notify.c), so that a start that fails is a failed one.
 */
static const char *unit_text(struct arena *arena, const struct vm *vm, const struct plan *plan)
{
	const struct guest *guest = &vm->guest;
	const struct unit_calls calls = guest->executable ? calls_of_one_file(arena, guest)
							  : calls_of_programs(arena, guest);
	unsigned stop = (unsigned)guest->stop_s;

	return arena_fmt(arena,
			 "# Written by kiln compose; belongs into /etc/systemd/system.\n"
			 "[Unit]\n"
			 "Description=Virtual machine %s\n"
			 "Documentation=man:kiln-run(1)\n"
			 "After=network.target%s\n"
			 "\n"
			 "[Service]\n"
			 "Type=notify\n"
			 "ExecStart=%s\n"
			 "ExecStop=-%s --timeout %u\n"
			 "ExecStopPost=-%s --timeout 0 --if-exists\n"
			 "TimeoutStartSec=%u\n"
			 "TimeoutStopSec=%u\n"
			 "%s"
			 "\n"
			 "[Install]\n"
			 "WantedBy=multi-user.target\n",
			 guest->name, guest->machined ? " systemd-machined.service" : "",
			 calls.start, calls.stop, stop, calls.clean, START_S, stop + 30,
			 credentials(arena, plan));
}

/* A start has succeeded when QEMU answers; one that fails ends by itself. */
static const char script[] =
	"\n"
	"log=/var/log/kiln-$name.log\n"
	"\n"
	"start() {\n"
	"\tprintf 'Starting virtual machine %s: ' \"$name\"\n"
	"\tif \"$programs/kiln-ctl\" status \"$name\" >/dev/null 2>&1; then\n"
	"\t\techo 'runs already'\n"
	"\t\treturn 0\n"
	"\tfi\n"
	"\tup </dev/null >\"$log\" 2>&1 &\n"
	"\tpid=$!\n"
	"\twhile kill -0 \"$pid\" 2>/dev/null; do\n"
	"\t\tif \"$programs/kiln-ctl\" status \"$name\" --json 2>/dev/null | grep -q '\"qemu\":\"'; then\n"
	"\t\t\techo OK\n"
	"\t\t\treturn 0\n"
	"\t\tfi\n"
	"\t\tsleep 1\n"
	"\tdone\n"
	"\techo FAIL\n"
	"\tcat \"$log\" >&2\n"
	"\treturn 1\n"
	"}\n"
	"\n"
	"stop() {\n"
	"\tprintf 'Stopping virtual machine %s: ' \"$name\"\n"
	"\tif [ ! -e \"/run/kiln/$name\" ] || down; then\n"
	"\t\techo OK\n"
	"\t\treturn 0\n"
	"\tfi\n"
	"\techo FAIL\n"
	"\treturn 1\n"
	"}\n"
	"\n"
	"case \"$1\" in\n"
	"start | stop) \"$1\" ;;\n"
	"restart | reload) stop && start ;;\n"
	"status) \"$programs/kiln-ctl\" status \"$name\" || exit 3 ;;\n"
	"*)\n"
	"\techo \"usage: $0 {start|stop|restart|status}\" >&2\n"
	"\texit 2\n"
	"\t;;\n"
	"esac\n";

/* The two calls of the loader: those of a program for all images, and of an image that is a program. */
static const char script_programs[] =
	"up() { exec \"$programs/kiln-run\" up \"$image\"; }\n"
	"down() { \"$programs/kiln-run\" down \"$name\" --timeout \"$seconds\"; }\n";
static const char script_one_file[] = "up() { exec \"$image\" up; }\n"
				      "down() { \"$image\" down --timeout \"$seconds\"; }\n";

static const char *script_text(struct arena *arena, const struct guest *guest)
{
	const char *suffix = guest->executable ? "" : ".kiln";

	return arena_fmt(arena,
			 "#!/bin/sh\n"
			 "# Written by kiln compose; belongs into /etc/init.d.\n"
			 "name='%s'\n"
			 "image=%s\n"
			 "programs=%s\n"
			 "seconds=%u\n"
			 "\n"
			 "%s"
			 "%s",
			 guest->name,
			 shell_word(arena, arena_fmt(arena, "%s/%s%s", guest->host_images,
						     guest->name, suffix)),
			 shell_word(arena, guest->host_programs), (unsigned)guest->stop_s,
			 guest->executable ? script_one_file : script_programs, script);
}

int service_write(struct output *out, const struct vm *vm, const struct plan *plan, struct err *err)
{
	const struct guest *guest = &vm->guest;
	const char *file;

	if (prop_word_is(guest->init, "NONE"))
		return 0;
	if (prop_word_is(guest->init, "SYSTEMD"))
		return output_text(out, arena_fmt(out->arena, "kiln@%s.service", guest->name),
				   unit_text(out->arena, vm, plan), OUTPUT_DERIVED, err);
	file = arena_fmt(out->arena, "S95%s", guest->name);
	if (output_text(out, file, script_text(out->arena, guest), OUTPUT_DERIVED, err) < 0)
		return -1;
	return output_executable(out->file[out->count - 1].fd, file, err);
}
