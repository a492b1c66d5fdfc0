/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c - stage acquire: the interpreter of the plan, and its undo stack.
 *
 * The operations themselves are in host/, one file each. What is filled here is undone here, in
 * reverse: descriptors are closed, records of the state file are released.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/run.h"

/* The first of these texts that an operation has says best what it is about. */
static const char *telling_text(const struct op *op)
{
	static const char *const order[] = {"name", "path", "state", "owner", "program"};
	size_t count;
	const struct op_field *fields = op_fields(op->code, &count);

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		for (size_t k = 0; k < count; k++) {
			const char *text;

			if (fields[k].kind != FIELD_TEXT || strcmp(fields[k].name, order[i]) != 0)
				continue;
			memcpy(&text, (const char *)op + fields[k].offset, sizeof(text));
			return text;
		}
	}
	return "";
}

void plan_label(const struct run *run, const struct op *op, struct buf *buf)
{
	static const char *const policy[ACCEL_POLICY_COUNT] = {"kvm", "tcg", "auto"};
	const char *name;

	if (op->code == OP_ACCEL)
		name = policy[op->accel.policy];
	else if (op->code == OP_PAYLOAD)
		name = run->img.payload[op->payload.index].name;
	else if (op->code == OP_MEMORY)
		name = run->img.meta[META_NAME];
	else if (op->code == OP_VHOST)
		name = op->vhost.owner; /* its path is mostly left to the loader */
	else
		name = telling_text(op);
	buf_addf(buf, "%s \"%s\"", op_name(op->code), name);
}

void plan_describe(const struct run *run, const struct op *op, struct buf *buf)
{
	const struct networks *networks = &run->host.networks;
	const struct network *network =
		op->code == OP_NETWORK ? networks_find(networks, op->network.name) : NULL;

	plan_label(run, op, buf);
	if (!network)
		return;
	buf_addf(buf, " of %s: ", op->network.owner);
	networks_text(networks, network, buf);
}

static void step_context(const struct run *run, uint32_t step, const struct op *op, struct err *err)
{
	char text[300];
	struct buf label;

	buf_init(&label, text, sizeof(text));
	plan_label(run, op, &label);
	if (label.overflow)
		buf_add_str(&label, op_name(op->code));
	err_ctx(err, "%s: step %u of %u (%s)", run->img.path, step, run->img.op_count, text);
}

static int step_acquire(struct run *run, const struct op *op, struct err *err)
{
	struct undo *undo = &run->undo[run->undo_count++];

	undo->records = run->state.record_count;
	undo->fd_count = op_fd_count(op);
	undo->fd_first = undo->fd_count ? op_fd_first(op) : 0;
	if (host_op(op->code)->acquire(&run->host, op, err)) {
		step_context(run, run->undo_count, op, err);
		return -1;
	}
	if (run->host.notice[0])
		message_notice(run->host.notice);
	run->host.notice[0] = '\0';
	return run_interrupted(run, err);
}

/*
 * Should: take the run directory, do the steps of the plan in order, record what outlives us first.
 * Mustn't: leave anything when a step fails or a signal comes; touch anything not in the plan.
 */
int stage_acquire(struct run *run, struct err *err)
{
	struct img_cursor cursor = {0};
	struct op op;
	int ret;

	if (limit_files(run, LIMIT_RAISE, err) || signals_hold(run, err) ||
	    directory_take(run, err))
		return -1;
	if (host_fd_reserve(&run->img.fd, run->img.fd_count, err) ||
	    host_fd_reserve(&run->dir.fd, run->img.fd_count, err) ||
	    host_fd_reserve(&run->dir.lock, run->img.fd_count, err) ||
	    state_save(&run->state, run->dir.fd, err))
		return -1;
	while ((ret = facts_op_next(&run->facts, &cursor, &op, err)) == 1)
		if (step_acquire(run, &op, err))
			return -1;
	if (ret || run->state.iface_count == 0)
		return ret;
	return state_save(&run->state, run->dir.fd, err);
}

static int undo_here(struct run *run, struct err *failure)
{
	int ret = 0;

	while (run->undo_count) {
		const struct undo *undo = &run->undo[--run->undo_count];
		struct err err;

		host_fd_drop(undo->fd_first, undo->fd_count);
		if (host_release_from(&run->host, undo->records, &err)) {
			*failure = err;
			ret = -1;
		}
	}
	if (!ret)
		ret = host_unmake(&run->host, failure);
	if (ret)
		(void)!state_save(&run->state, run->dir.fd, &(struct err){0});
	else
		ret = rundir_remove(&run->dir, failure);
	return ret;
}

void run_undo(struct run *run, struct err *err)
{
	struct err failure;
	size_t len = strlen(err->fix);
	int ret;

	/* Without the lock nothing was begun, and what is there belongs to another start. */
	if (run->dir.lock < 0)
		return;
	ret = run->guard >= 0 ? guard_undo(run, &failure) : undo_here(run, &failure);
	if (!ret)
		(void)snprintf(err->fix + len, sizeof(err->fix) - len, "%sNothing was left behind.",
			       len ? " " : "");
	else
		(void)snprintf(err->fix + len, sizeof(err->fix) - len,
			       "%sLeft behind: %.200s; `kiln-run down %s` tries again.",
			       len ? " " : "", failure.what, run->img.meta[META_NAME]);
}
