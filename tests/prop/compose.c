/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compose.c - properties that hold for every configuration, tried on seeded random ones.
 *
 * usage: prop-compose KILN TOP OUT FIRST-SEED SEEDS
 *        prop-compose write DIR FIRST-SEED SEEDS      DIR/SEED.config, of good values alone
 *
 * For each seed, a random defconfig (also with values that must be refused) is composed:
 *   - it builds, or is refused with exit code 1 and a "fix:" for every error, leaving nothing;
 *   - again in another folder, with other TZ, LANG, umask, user and SOURCE_DATE_EPOCH: same bytes;
 *   - no two functions of the layout have one address, and a port's bus holds one slot;
 *   - locked, then with a device added at the end of a family: nothing that was there moves;
 *   - locked, then with a device taken from the middle: nothing that stays moves.
 * kconfig's own randconfig varies bools and choices only, so numbers and strings are ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

static const char *kiln, *out_dir;
static unsigned number;
static unsigned built, refused;

/* xorshift64*: seeded by hand, so that a seed means the same on every machine. */
static uint64_t state;

static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545F4914F6CDD1DULL;
}

static unsigned below(unsigned n)
{
	return (unsigned)((next_random() >> 33) % n);
}

static bool one_in(unsigned n)
{
	return below(n) == 0;
}

/* ---- random configurations --------------------------------------------------------------------- */

struct shape {
	unsigned disks, nets, rngs, consoles;
	int off_disk; /* a disk slot that is switched off, or -1 */
	bool bad; /* may hold values that must be refused */
	char lock[256];
};

static void put(FILE *file, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void put(FILE *file, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vfprintf(file, fmt, args);
	va_end(args);
	(void)fputc('\n', file);
}

/* A good one is the device's own slot, so that no two ask for the same; a bad one may be anything. */
static void put_address(FILE *file, const char *device, unsigned slot, const struct shape *shape)
{
	if (!one_in(8))
		return;
	if (shape->bad)
		put(file, "CONFIG_%s_PCI_ADDRESS=\"00:%02x.%u\"", device, below(34),
		    one_in(3) ? below(9) : 0);
	else if (slot < 0x1e)
		put(file, "CONFIG_%s_PCI_ADDRESS=\"00:%02x.0\"", device, slot);
}

static void put_disk(FILE *file, unsigned n, const struct shape *shape)
{
	static const char *const caches[] = {"DEFAULT", "NONE", "WRITEBACK", "WRITETHROUGH",
					     "UNSAFE"};
	char device[16];

	(void)snprintf(device, sizeof(device), "DISK%u", n);
	if ((int)n == shape->off_disk) {
		put(file, "# CONFIG_%s is not set", device);
		return;
	}
	put(file, "CONFIG_%s_PATH=\"/srv/%u.img%s\"", device, shape->bad && one_in(10) ? 0 : n,
	    one_in(5) ? " with, odd \\\"name\\\"" : "");
	put(file, "CONFIG_%s_CACHE_%s=y", device, caches[below(5)]);
	if (one_in(3))
		put(file, "CONFIG_%s_READONLY=y", device);
	if (one_in(3))
		put(file, "CONFIG_%s_SERIAL=\"s%0*u\"", device,
		    (int)(shape->bad ? 1 + below(30) : 1 + below(18)), n);
	if (one_in(3))
		put(file, "CONFIG_%s_QUEUES=%u", device,
		    shape->bad && one_in(4) ? 300 : 1 + below(16));
	if (one_in(4))
		put(file, "CONFIG_%s_BOOT_ORDER=%u", device, shape->bad ? 1 + below(3) : n + 1);
	put_address(file, device, 0x12 + n, shape);
}

static void put_net(FILE *file, unsigned n, const struct shape *shape)
{
	static const char *const kinds[] = {"USER", "BRIDGE", "TAP"};
	static const char *const models[] = {"VIRTIO", "E1000", "E1000E"};
	unsigned kind = below(3), model = below(3);
	char device[16];

	(void)snprintf(device, sizeof(device), "NET%u", n);
	put(file, "CONFIG_%s_KIND_%s=y", device, kinds[kind]);
	put(file, "CONFIG_%s_MODEL_%s=y", device, models[model]);
	if (kind == 1)
		put(file, "CONFIG_%s_BRIDGE=\"br%u\"", device, below(3));
	if (kind && !model && one_in(2))
		put(file, "CONFIG_%s_QUEUES=%u", device, 1 + below(8));
	if (one_in(3))
		put(file, "CONFIG_%s_MAC=\"52:54:00:00:0%u:%02x\"", device, shape->bad ? 0 : n % 10,
		    shape->bad && one_in(3) ? below(2) : n);
	if (shape->bad && one_in(6))
		put(file, "CONFIG_%s_MAC=\"%c3:54:00:00:00:01\"", device, one_in(2) ? '5' : 'g');
	put_address(file, device, n < 4 ? 0x0e + n : 0x1e, shape);
}

static void put_others(FILE *file, uint64_t seed, const struct shape *shape)
{
	static const char *const backs[] = {"PTY", "UNIX", "NULL"};

	for (unsigned n = 0; n < shape->rngs; n++) {
		state = seed * 41 + n + 3000;
		put(file, "CONFIG_RNG%u_SOURCE_%s=y", n, one_in(2) ? "RANDOM" : "BUILTIN");
		if (one_in(3))
			put(file, "CONFIG_RNG%u_RATE_BYTES=%u", n, 1 + below(100000));
	}
	for (unsigned n = 0; n < shape->consoles; n++) {
		state = seed * 43 + n + 4000;
		bool serial = n < 4 && one_in(2);

		put(file, "CONFIG_CONSOLE%u_MODEL_%s=y", n, serial ? "SERIAL" : "VIRTIO");
		put(file, "CONFIG_CONSOLE%u_BACKEND_%s=y", n, backs[below(3)]);
	}
}

/* The same seed gives the same text but for the shape, so that a changed shape changes that alone. */
static void write_config(const char *path, uint64_t seed, const struct shape *shape)
{
	FILE *file = fopen(path, "w");

	if (!file) {
		perror(path);
		exit(2);
	}
	state = seed * 0x9E3779B97F4A7C15ULL + 1;
	put(file, "CONFIG_VM_NAME=\"prop\"");
	put(file, "CONFIG_ACCEL_TCG=y");
	if (one_in(2))
		put(file, "CONFIG_MACHINE_PC=y");
	if (one_in(3))
		put(file, "CONFIG_BOARD_DEBIAN13_X86_64=y");
	put(file, "CONFIG_BOOT_KERNEL=y\nCONFIG_KERNEL_PATH=\"kernel\"");
	put(file, "CONFIG_MEMORY_MIB=%u", shape->bad && one_in(8) ? 3 : 64 + below(4000));
	put(file, "CONFIG_CPU_CORES=%u", 1 + below(8));
	if (one_in(3))
		put(file, "# CONFIG_BALLOON is not set");
	if (one_in(3))
		put(file, "CONFIG_SPARE_PORTS_FIXED=y\nCONFIG_SPARE_PORTS_COUNT=%u", below(6));
	if (shape->lock[0])
		put(file, "CONFIG_LAYOUT_LOCK=\"%s\"", shape->lock);
	put(file,
	    "CONFIG_DISK_COUNT=%u\nCONFIG_NET_COUNT=%u\nCONFIG_RNG_COUNT=%u\n"
	    "CONFIG_CONSOLE_COUNT=%u",
	    shape->disks, shape->nets, shape->rngs, shape->consoles);
	for (unsigned n = 0; n < shape->disks; n++) {
		state = seed * 31 + n + 1000;
		put_disk(file, n, shape);
	}
	for (unsigned n = 0; n < shape->nets; n++) {
		state = seed * 37 + n + 2000;
		put_net(file, n, shape);
	}
	put_others(file, seed, shape);
	state = seed * 47 + 5000;
	if (shape->bad && one_in(10))
		put(file, "CONFIG_NO_SUCH_SYMBOL=y");
	if (fclose(file) != 0) {
		perror(path);
		exit(2);
	}
}

/* ---- composing ---------------------------------------------------------------------------------- */

struct how {
	const char *output, *config, *errors, *tz, *lang, *lock_option;
	mode_t mask;
	uid_t uid;
};

static void exec_kiln(const struct how *how, const char *payload)
{
	const char *argv[] = {
		kiln,        "compose",       how->lock_option ? how->lock_option : "--config",
		"--config",  how->config,     "--output",
		how->output, "--payload-dir", payload,
		NULL};
	int fd = open(how->errors, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || dup2(fd, 2) < 0 || dup2(fd, 1) < 0)
		_exit(99);
	/* Without a lock option the place holds "--config", so the words shift by one. */
	if (!how->lock_option)
		memmove(&argv[2], &argv[3], sizeof(argv) - 3 * sizeof(argv[0]));
	(void)umask(how->mask);
	(void)setenv("TZ", how->tz, 1);
	(void)setenv("LANG", how->lang, 1);
	(void)setenv("LC_ALL", how->lang, 1);
	if (how->uid && setuid(how->uid) < 0)
		_exit(98);
	(void)execv(kiln, (char *const *)(uintptr_t)argv);
	_exit(97);
}

static int compose(const struct how *how)
{
	char payload[512];
	int status;

	(void)snprintf(payload, sizeof(payload), "%s/payload", out_dir);
	pid_t pid = fork();

	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (pid == 0)
		exec_kiln(how, payload);
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static char *read_all(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "r");
	char *data = NULL;
	long len = 0;

	*ret_len = 0;
	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (len = ftell(file)) >= 0 &&
	    fseek(file, 0, SEEK_SET) == 0) {
		data = calloc(1, (size_t)len + 1);
		*ret_len = data ? fread(data, 1, (size_t)len, file) : 0;
	}
	(void)fclose(file);
	return data;
}

static bool same_file(const char *a, const char *b)
{
	size_t alen, blen;
	char *adata = read_all(a, &alen), *bdata = read_all(b, &blen);
	bool same = adata && bdata && alen == blen && memcmp(adata, bdata, alen) == 0;

	free(adata);
	free(bdata);
	return same;
}

static unsigned count_text(const char *data, const char *word)
{
	unsigned count = 0;

	for (const char *at = strstr(data, word); at; at = strstr(at + 1, word))
		count++;
	return count;
}

/* ---- results -------------------------------------------------------------------------------------- */

static void result(bool ok, uint64_t seed, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool failed_any;

static void result(bool ok, uint64_t seed, const char *fmt, ...)
{
	va_list args;

	printf("%s %u - seed %" PRIu64 ": ", ok ? "ok" : "not ok", ++number, seed);
	va_start(args, fmt);
	(void)vprintf(fmt, args);
	va_end(args);
	(void)putchar('\n');
	if (!ok)
		failed_any = true;
}

static void show_file(const char *path)
{
	size_t len;
	char *data = read_all(path, &len);

	for (char *line = data ? strtok_r(data, "\n", &data) : NULL; line;
	     line = strtok_r(NULL, "\n", &data))
		printf("# %s\n", line);
}

static json_t *load_layout(const char *dir)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/prop.layout.json", dir);
	return json_load_file(path, 0, NULL);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool addresses_differ(const json_t *layout)
{
	const json_t *functions = json_object_get(layout, "functions");
	json_t *seen = json_object();
	bool fine = json_array_size(functions) > 0;
	size_t i;
	json_t *item;

	json_array_foreach(functions, i, item)
	{
		const char *address = text_of(item, "address");

		if (!address[0])
			continue;
		if (json_object_get(seen, address)) {
			printf("# %s is taken twice\n", address);
			fine = false;
		}
		(void)json_object_set_new(seen, address, json_true());
	}
	json_decref(seen);
	return fine;
}

/* Every device of @before that @after still has is where it was. */
static bool nothing_moved(const json_t *before, const json_t *after)
{
	const json_t *old_list = json_object_get(before, "functions");
	const json_t *new_list = json_object_get(after, "functions");
	unsigned compared = 0;
	bool fine = true;
	size_t i, k;
	json_t *old_item, *new_item;

	json_array_foreach(old_list, i, old_item)
	{
		json_array_foreach(new_list, k, new_item)
		{
			if (strcmp(text_of(old_item, "id"), text_of(new_item, "id")) != 0 ||
			    !text_of(old_item, "id")[0])
				continue;
			compared++;
			if (strcmp(text_of(old_item, "address"), text_of(new_item, "address")) ==
				    0 &&
			    strcmp(text_of(old_item, "path"), text_of(new_item, "path")) == 0)
				continue;
			printf("# %s moved from %s to %s\n", text_of(old_item, "id"),
			       text_of(old_item, "address"), text_of(new_item, "address"));
			fine = false;
		}
	}
	return fine && compared;
}

/* ---- the properties -------------------------------------------------------------------------------- */

static void path_set(char *path, size_t size, uint64_t seed, const char *name)
{
	(void)snprintf(path, size, "%s/%" PRIu64 "%s", out_dir, seed, name);
}

static bool try_refusal(uint64_t seed, const char *errors, const char *output)
{
	size_t len;
	char *data = read_all(errors, &len);
	char image[600];
	unsigned errs = data ? count_text(data, "error: ") : 0;
	bool fine =
		errs && count_text(data, "  fix: ") == errs && count_text(data, "  why: ") == errs;

	(void)snprintf(image, sizeof(image), "%s/prop.kiln", output);
	if (!fine)
		show_file(errors);
	fine = fine && access(image, F_OK) != 0;
	result(fine, seed, "refused with %u errors, each with why and fix, nothing left", errs);
	free(data);
	return fine;
}

/* A checkout below a private home cannot be composed from by another user. */
static uid_t other_user(void)
{
	static int may = -1;
	int status;

	if (may >= 0)
		return may ? 65534 : 0;
	pid_t pid = geteuid() == 0 ? fork() : -1;

	if (pid == 0)
		_exit(setuid(65534) == 0 && access(kiln, X_OK) == 0 && access(out_dir, X_OK) == 0
			      ? 0
			      : 1);
	may = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	      WEXITSTATUS(status) == 0;
	if (!may)
		printf("# the user stays the same: another one may not read %s\n", out_dir);
	return may ? 65534 : 0;
}

/* The second one goes to another folder as another user in another environment. */
static void try_same_bytes(uint64_t seed, const char *config, const char *output)
{
	char again[512], errors[512], one[600], two[600];
	struct how how = {.output = again,
			  .config = config,
			  .errors = errors,
			  .tz = "Asia/Kolkata",
			  .lang = "C.UTF-8",
			  .mask = 0077,
			  .uid = other_user()};

	path_set(again, sizeof(again), seed, "-again");
	path_set(errors, sizeof(errors), seed, "-again.err");
	(void)mkdir(again, 0777);
	(void)chmod(again, 0777);
	bool fine = compose(&how) == 0;

	if (!fine)
		show_file(errors);
	for (size_t i = 0; fine && i < 3; i++) {
		static const char *const files[] = {"prop.kiln", "prop.xml", "prop.layout.json"};

		(void)snprintf(one, sizeof(one), "%s/%s", output, files[i]);
		(void)snprintf(two, sizeof(two), "%s/%s", again, files[i]);
		fine = same_file(one, two);
		if (!fine)
			printf("# %s differs\n", files[i]);
	}
	result(fine, seed, "the same bytes with another folder, user, TZ, LANG and umask");
}

static void try_lock(uint64_t seed, struct shape shape, const json_t *before)
{
	static const char *const grown[] = {"disk", "net", "rng", "console"};
	unsigned *const counts[] = {&shape.disks, &shape.nets, &shape.rngs, &shape.consoles};
	char config[512], errors[512], output[512];
	struct how how = {.output = output,
			  .config = config,
			  .errors = errors,
			  .tz = "UTC",
			  .lang = "C",
			  .mask = 022};

	path_set(config, sizeof(config), seed, "-lock.config");
	path_set(errors, sizeof(errors), seed, "-lock.err");
	path_set(output, sizeof(output), seed, "-lock");
	(void)unlink(shape.lock);
	write_config(config, seed, &shape);
	how.lock_option = "--write-lock";
	bool fine = compose(&how) == 0 && access(shape.lock, F_OK) == 0;

	if (!fine)
		show_file(errors);
	result(fine, seed, "the lock is written");
	how.lock_option = NULL;
	for (size_t i = 0; fine && i < 5; i++) {
		const char *change = i < 4 ? grown[i] : "one from the middle";

		if (i < 4)
			(*counts[i])++;
		else if (shape.disks > 1)
			shape.off_disk = (int)(shape.disks / 2);
		else
			continue;
		write_config(config, seed, &shape);
		json_t *after = compose(&how) == 0 ? load_layout(output) : NULL;
		bool stays = after && nothing_moved(before, after) && addresses_differ(after);

		if (!after)
			show_file(errors);
		result(stays, seed, "locked, %s %s: nothing moves",
		       i < 4 ? "with one more" : "without", change);
		json_decref(after);
	}
}

static struct shape shape_of(uint64_t seed)
{
	struct shape shape = {.off_disk = -1};

	state = seed;
	(void)next_random();
	shape.disks = below(seed % 7 == 0 ? 60 : 12);
	shape.nets = below(8);
	shape.rngs = below(4);
	shape.consoles = below(7);
	return shape;
}

static int write_configs(uint64_t first, uint64_t count)
{
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct shape shape = shape_of(seed);
		char config[512];

		path_set(config, sizeof(config), seed, ".config");
		write_config(config, seed, &shape);
	}
	return 0;
}

static void try_seed(uint64_t seed)
{
	char config[512], errors[512], output[512];
	struct how how = {.output = output,
			  .config = config,
			  .errors = errors,
			  .tz = "UTC",
			  .lang = "C",
			  .mask = 022};
	struct shape shape = shape_of(seed);

	shape.bad = seed % 3 == 0;
	path_set(config, sizeof(config), seed, ".config");
	path_set(errors, sizeof(errors), seed, ".err");
	path_set(output, sizeof(output), seed, "");
	write_config(config, seed, &shape);
	int code = compose(&how);

	if (code == 1) {
		refused++;
		(void)try_refusal(seed, errors, output);
		return;
	}
	json_t *layout = code == 0 ? load_layout(output) : NULL;

	if (!layout) {
		show_file(errors);
		result(false, seed, "neither built nor refused: exit code %d", code);
		return;
	}
	built++;
	result(addresses_differ(layout), seed, "no address twice");
	try_same_bytes(seed, config, output);
	path_set(shape.lock, sizeof(shape.lock), seed, ".layout");
	try_lock(seed, shape, layout);
	json_decref(layout);
}

static bool prepare_folder(const char *top)
{
	static const char script[] =
		"rm -rf \"$1\" && mkdir -p \"$1/payload\" && chmod 0755 \"$1\" && "
		"cp \"$2/tests/golden/payload/kernel\" \"$1/payload/\"";
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", script, "sh", out_dir, top, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "write") == 0) {
		out_dir = argv[2];
		return write_configs(strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
	}
	if (argc != 6) {
		(void)fputs("usage: prop-compose KILN TOP OUT FIRST-SEED SEEDS\n"
			    "       prop-compose write DIR FIRST-SEED SEEDS\n",
			    stderr);
		return 2;
	}
	kiln = argv[1];
	out_dir = argv[3];
	if (!prepare_folder(argv[2]))
		return 2;
	uint64_t first = strtoull(argv[4], NULL, 10), count = strtoull(argv[5], NULL, 10);

	for (uint64_t seed = first; seed < first + count; seed++)
		try_seed(seed);
	printf("1..%u\n# %u configurations built, %u were refused\n", number, built, refused);
	return failed_any;
}
