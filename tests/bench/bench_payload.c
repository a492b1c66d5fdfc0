/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_payload.c - how fast a payload is unpacked into a memfd, as the loader does it.
 *
 * Usage: bench_payload FILE... Packs the files into one image and prints, for each, GB/s of output
 * as the median of 15 runs, each into a fresh memfd. With no FILE it makes 64 MB that shrink to about a
 * third, and as many that do not shrink. Compiled like kiln-run (musl) it measures what users get.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "image/writer.h"

#define RUNS      15
#define MADE_SIZE (64u << 20)

static unsigned char buf[META_BYTES_MAX + 65536];

static void fail(const struct err *err)
{
	(void)fprintf(stderr, "bench_payload: %s\n", err->what);
	exit(1);
}

static double seconds(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		exit(1);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double copy_once(const struct img *img, uint32_t index)
{
	struct err err;
	double begin = seconds(), end;
	int out = memfd_create("out", MFD_CLOEXEC);

	if (out < 0)
		exit(1);
	if (img_payload_copy(img, index, out, &err) < 0)
		fail(&err);
	end = seconds(); /* without the close: QEMU keeps the descriptor */
	(void)close(out);
	return end - begin;
}

static void measure(const struct img *img, uint32_t index)
{
	const struct img_payload *payload = &img->payload[index];
	double run[RUNS];

	(void)copy_once(img, index);
	for (size_t i = 0; i < RUNS; i++)
		run[i] = copy_once(img, index);
	qsort(run, RUNS, sizeof(run[0]), by_value);
	printf("payload %-24s %9llu -> %9llu bytes  %5.2f GB/s  %7.2f ms (min %.2f, max %.2f)\n",
	       payload->name, (unsigned long long)payload->stored, (unsigned long long)payload->raw,
	       (double)payload->raw / run[RUNS / 2] / 1e9, run[RUNS / 2] * 1e3, run[0] * 1e3,
	       run[RUNS - 1] * 1e3);
}

/* Bytes of which LZ4 keeps about a third, or all. The same at every run. */
static void make_source(struct img_source_payload *source, char path[32], const char *name,
			unsigned keep)
{
	unsigned char *data = malloc(MADE_SIZE);
	int fd = memfd_create(name, MFD_CLOEXEC);
	uint64_t state = 88172645463325252u;

	if (!data || fd < 0)
		exit(1);
	for (size_t i = 0; i < MADE_SIZE; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		data[i] = i % 96 < keep || i < 96 ? (unsigned char)(state >> 32) : data[i - 96];
	}
	if (fd_write_all(fd, data, MADE_SIZE) < 0)
		exit(1);
	free(data);
	(void)snprintf(path, 32, "/proc/self/fd/%d", fd);
	*source = (struct img_source_payload){.name = name, .path = path};
}

int main(int argc, char **argv)
{
	struct img_source_payload payload[PAYLOAD_MAX];
	struct img_source src = {.config = "", .domain = "", .layout = "", .payload = payload};
	int fd = memfd_create("image", MFD_CLOEXEC);
	char path[2][32];
	struct err err;
	struct img img;

	for (size_t i = 0; i < META_KEY_COUNT; i++)
		src.meta[i] = "x";
	src.meta[META_QEMU] = src.meta[META_PAYLOAD_DIR] = "/x";
	if (argc < 2) {
		make_source(&payload[0], path[0], "made-third", 30);
		make_source(&payload[1], path[1], "made-noise", 96);
		src.payload_count = 2;
	}
	for (int i = 1; i < argc && i <= PAYLOAD_MAX; i++) {
		const char *slash = strrchr(argv[i], '/');

		payload[src.payload_count++] =
			(struct img_source_payload){slash ? slash + 1 : argv[i], argv[i]};
	}
	if (fd < 0 || img_write(&src, fd, &err) < 0 ||
	    img_open(&img, fd, "bench", buf, sizeof(buf), &err) < 0)
		fail(&err);
	for (uint32_t i = 0; i < img.payload_count; i++)
		measure(&img, i);
	return 0;
}
