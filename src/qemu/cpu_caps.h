/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu_caps.h - read boards/NAME/cpu.caps: what CPU a guest of the board's host can have.
 *
 * `kiln-run probe-cpu` writes it on the target. Lines "KIND NAME" in the order of strcmp, comments with
 * '#', as qemu.caps:
 *
 *   accel kvm              the accelerator that was asked ("tcg": what software offers, for tests)
 *   arch x86_64            the guest's architecture
 *   feature NAME           -cpu MODEL,NAME=on gives the guest this feature of the host
 *   model NAME             the model to which the features and values are added: "base" on x86_64, which
 *                          has none of its own; on aarch64 "host"
 *   usable NAME            a named model that lacks nothing on this host; none where QEMU does not say
 *   value NAME VALUE       -cpu MODEL,NAME=VALUE: family, model, stepping, vendor, model-id, ...
 *   version 7.2.22         of that QEMU
 */
#ifndef KILN_QEMU_CPU_CAPS_H
#define KILN_QEMU_CPU_CAPS_H

#include "base/err.h"
#include "model/arena.h"
#include "model/caps.h"

/**
 * cpu_caps_load() - read the file.
 * @arena: owns what is read.
 * @path: the file.
 * @ret_caps: filled on success; caps_has() asks it for "feature", "usable".
 * @err: ERR_CONFIG: not there, malformed, or without accel, arch or model.
 *
 * Return: 0, or -1.
 */
int cpu_caps_load(struct arena *arena, const char *path, struct caps *ret_caps,
		  struct err *err) MUST_CHECK;

/** cpu_caps_one() - the name in the only line of a kind: of "model", "accel", "arch"; or NULL. */
const char *cpu_caps_one(const struct caps *caps, const char *kind);

/** cpu_caps_value() - VALUE of the line "value NAME VALUE", or NULL. */
const char *cpu_caps_value(const struct caps *caps, const char *name);

/**
 * cpu_caps_model() - the host's CPU as the value of -cpu: the model, its features, its values.
 *
 * In the order of the file, so that the same file gives the same bytes; commas of a value are doubled.
 */
const char *cpu_caps_model(struct arena *arena, const struct caps *caps);

#endif
