/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noheap.c - what Debian's lz4.o gets where it names the heap (scripts/build.mk): its streaming
 * compressor allocates, and nothing here calls it. The loader has no heap.
 */
#include "base/bug.h"

#include <stddef.h>

void *lz4_heap_take(size_t size);
void *lz4_heap_take_zeroed(size_t count, size_t size);
void lz4_heap_give(void *memory);

void *lz4_heap_take(size_t size UNUSED)
{
	bug_report(__FILE__, __LINE__, "a heap in the loader");
}

void *lz4_heap_take_zeroed(size_t count UNUSED, size_t size UNUSED)
{
	bug_report(__FILE__, __LINE__, "a heap in the loader");
}

void lz4_heap_give(void *memory UNUSED)
{
	bug_report(__FILE__, __LINE__, "a heap in the loader");
}
