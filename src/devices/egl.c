/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * egl.c - a screen without anybody: GL of the target for displays that have none of their own.
 *
 * In: row EGL_HEADLESS_RENDER_NODE. Out: -display egl-headless.
 */
#include "devices/registry.h"

#include "model/emit.h"

struct egl {
	const char *render_node;
};

static const struct dev_class egl_classes[] = {{.name = "egl-headless"}, {0}};

static const struct prop egl_props[] = {
	{.name = "type",
	 .kind = PROP_CONST,
	 .text = "egl-headless",
	 .xml = "@type",
	 .option = "-display",
	 .qemu = "type"},
	{.name = "render-node",
	 .sym = "RENDER_NODE",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 .field = offsetof(struct egl, render_node),
	 .xml = "gl/@rendernode",
	 .option = "-display",
	 .qemu = "rendernode"},
	{0},
};

static void egl_back(const struct vm_dev *dev, struct emit *emit)
{
	(void)emit_option(emit, dev, "-display");
}

const struct dev_family egl_family = {
	.name = "egl-headless",
	.sym = "EGL_HEADLESS",
	.max = 1,
	.size = sizeof(struct egl),
	.flags = FAMILY_SINGLE | FAMILY_HOST,
	.rank = RANK_NONE,
	.xml = "graphics",
	.classes = egl_classes,
	.props = egl_props,
	.back = egl_back,
};
