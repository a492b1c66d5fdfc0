/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.c - operation code to functions, by the X-macro that declares the operations.
 */
#include "host/host.h"

static const struct host_op *const ops[OP_COUNT] = {
#define HOST_OP_ENTRY(ENUM, name, phase, life, release) [OP_##ENUM] = &host_##name,
	IMAGE_OPS(HOST_OP_ENTRY)
#undef HOST_OP_ENTRY
};

const struct host_op *host_op(enum op_code code)
{
	return ops[code];
}
