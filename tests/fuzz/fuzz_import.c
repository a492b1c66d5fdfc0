/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_import.c - any bytes as a domain XML (import_steps.h). With -fsanitize=fuzzer it is a fuzz target;
 * replay.c replays its corpus.
 */
#include "import_steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import_steps(data, size, FORM_XML);
	return 0;
}
