/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c - runs a fuzz target once on each file of a corpus, for machines without clang.
 *
 * usage: replay_NAME FOLDER
 *
 * Out: one TAP line a file. The target itself asserts; a crash ends the program before its plan is
 * complete, and that is the failure.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (8u << 20)

static uint8_t input[INPUT_MAX];

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay(unsigned number, const char *dir, const char *name)
{
	char path[4096];
	size_t size;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (!file) {
		(void)printf("not ok %u - %s cannot be opened\n", number, path);
		return 1;
	}
	size = fread(input, 1, sizeof(input), file);
	(void)fclose(file);
	/* A copy of exactly this size, so that ASan sees a read behind the end. */
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		return 1;
	memcpy(exact, input, size);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	(void)printf("ok %u - %s\n", number, name);
	(void)fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent **list;
	int count, failed = 0;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	count = scandir(argv[1], &list, visible, alphasort);
	if (count <= 0) {
		(void)printf("1..1\nnot ok 1 - %s has no file\n", argv[1]);
		return 1;
	}
	(void)printf("1..%d\n", count);
	(void)fflush(stdout);
	for (int i = 0; i < count; i++) {
		failed += replay((unsigned)i + 1, argv[1], list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return failed ? 1 : 0;
}
