/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpm.c - a TPM: emulated by swtpm, which kiln-run starts or somebody else, or the host's own.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/chardev.h"
#include "image/image.h"
#include "model/check.h"
#include "model/machine.h"

struct tpm {
	const struct prop_word *type, *version;
	const char *state, *program, *path, *device;
};

static const struct dev_class tpm_classes[] = {
	{.name = "tpm-tis", .sym = "TIS", .driver = "tpm-tis", .where = WHERE_NONE},
	{.name = "tpm-crb", .sym = "CRB", .driver = "tpm-crb", .where = WHERE_NONE},
	{0},
};

static const struct prop_word type_words[] = {
	{.sym = "EMULATOR", .xml = "emulator"},
	{.sym = "EXTERNAL", .xml = "external"},
	{.sym = "PASSTHROUGH", .xml = "passthrough"},
	{0},
};

static const struct prop_word version_words[] = {
	{.sym = "2_0", .xml = "2.0"},
	{.sym = "1_2", .xml = "1.2"},
	{0},
};

static const struct tpm *tpm_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool type_is(const struct vm_dev *dev, const char *sym)
{
	return prop_word_is(tpm_of(dev)->type, sym);
}

static bool is_emulator(const struct vm_dev *dev)
{
	return type_is(dev, "EMULATOR");
}

static bool is_external(const struct vm_dev *dev)
{
	return type_is(dev, "EXTERNAL");
}

static bool is_passthrough(const struct vm_dev *dev)
{
	return type_is(dev, "PASSTHROUGH");
}

#define FIELD(member) .field = offsetof(struct tpm, member)
static const struct prop tpm_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "type",
	 .sym = "TYPE",
	 .kind = PROP_ENUM,
	 FIELD(type),
	 .words = type_words,
	 .xml = "backend/@type"},
	{.name = "version",
	 .sym = "VERSION",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI | PROP_PIN,
	 FIELD(version),
	 .words = version_words,
	 .xml = "backend/@version",
	 .when = is_emulator},
	{.name = "state",
	 .sym = "STATE",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE,
	 .rule = RULE(PATH),
	 FIELD(state),
	 .site = SITE_PATH,
	 .when = is_emulator},
	{.name = "program",
	 .sym = "SWTPM",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(program),
	 .when = is_emulator},
	{.name = "source",
	 .kind = PROP_CONST,
	 .text = "unix",
	 .xml = "backend/source/@type",
	 .when = is_external},
	{.name = "source-mode",
	 .kind = PROP_CONST,
	 .text = "connect",
	 .xml = "backend/source/@mode",
	 .when = is_external},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(path),
	 .xml = "backend/source/@path",
	 .site = SITE_PATH,
	 .when = is_external},
	{.name = "device",
	 .sym = "DEVICE",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(device),
	 .xml = "backend/device/@path",
	 .site = SITE_PATH,
	 .when = is_passthrough},
	{.name = "tpmdev", .kind = PROP_ALIAS, .text = "tpm-%s", .qemu = "tpmdev"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{0},
};
#undef FIELD

static void tpm_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct tpm *tpm = dev->data;

	/* Beside the payload of the machine: whoever moves it moves both. */
	if (is_emulator(dev) && !tpm->state)
		tpm->state =
			arena_fmt(vm->arena, "%s/%s/tpm", vm->guest.payload_prefix, vm->guest.name);
}

#define CHARDEV_ID "chrtpm"

static void add_swtpm(const struct vm_dev *dev, struct emit *emit)
{
	const struct tpm *tpm = tpm_of(dev);
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_SWTPM;
	op.swtpm.owner = dev->id;
	op.swtpm.program = tpm->program;
	op.swtpm.state = emit_site_value(emit, dev, "state");
	op.swtpm.flags = prop_word_is(tpm->version, "2_0") ? SWTPM_2 : 0;
	const char *fd = emit_mark(emit, FIX_FD, emit_op(emit, &op), 0, "");

	emit_text(emit, "-chardev", arena_fmt(emit->arena, "socket,id=" CHARDEV_ID ",fd=%s", fd),
		  ARG_LOADER_ONLY);
	/* In a shell somebody else starts it, with a socket beside its state. */
	struct node *shell = emit_tree(emit, "-chardev", ARG_SHELL_ONLY);

	node_add_string(emit->arena, shell, "backend", "socket");
	node_add_string(emit->arena, shell, "id", CHARDEV_ID);
	node_add_string(emit->arena, shell, "path",
			arena_fmt(emit->arena, "%s/socket", emit_site_value(emit, dev, "state")));
}

static const char *descriptor_set(struct emit *emit, uint32_t fd)
{
	const char *number = emit_mark(emit, FIX_FD, fd, 0, "");

	emit_text(emit, "-add-fd", arena_fmt(emit->arena, "fd=%s,set=%s", number, number),
		  ARG_LOADER_ONLY);
	return emit_mark(emit, FIX_FDSET_PATH, fd, 0, "");
}

static void add_passthrough(const struct vm_dev *dev, struct emit *emit)
{
	const char *path = emit_site_value(emit, dev, "device");
	struct op op, cancel;

	memset(&op, 0, sizeof(op));
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = path;
	op.file.flags = FILE_CHARACTER_DEVICE;
	memset(&cancel, 0, sizeof(cancel));
	cancel.code = OP_CANCEL;
	cancel.cancel.owner = dev->id;
	cancel.cancel.path = path;
	const char *device = descriptor_set(emit, emit_op(emit, &op));
	const char *stop = descriptor_set(emit, emit_op(emit, &cancel));
	struct node *tree = emit_tree(emit, "-tpmdev", 0);

	node_add_string(emit->arena, tree, "type", "passthrough");
	node_add_string(emit->arena, tree, "id", arena_fmt(emit->arena, "tpm-%s", dev->alias));
	node_add_string(emit->arena, tree, "path", device);
	node_add_string(emit->arena, tree, "cancel-path", stop);
}

static void tpm_back(const struct vm_dev *dev, struct emit *emit)
{
	if (is_passthrough(dev)) {
		add_passthrough(dev, emit);
		return;
	}
	if (is_emulator(dev))
		add_swtpm(dev, emit);
	else
		chardev_emit_socket(dev, emit, CHARDEV_ID, "path", 0);
	struct node *tree = emit_tree(emit, "-tpmdev", 0);

	node_add_string(emit->arena, tree, "type", "emulator");
	node_add_string(emit->arena, tree, "id", arena_fmt(emit->arena, "tpm-%s", dev->alias));
	node_add_string(emit->arena, tree, "chardev", CHARDEV_ID);
}

static void check_machine(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, tpm_family.name);

	if (!dev || vm->machine->flags & MACHINE_PC)
		return;
	struct err *err = dev_error(errs, dev, "model", check->name,
				    "the machine %s has no place for a TPM", vm->machine->name);

	err_why(err, "Both models stand where the chipset of a PC has them.");
	err_fix(err, "Set CONFIG_TPM=n, or choose CONFIG_MACHINE_PC or CONFIG_MACHINE_Q35.");
}

static void check_version(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, tpm_family.name);

	if (!dev || !is_emulator(dev) || !prop_word_is(tpm_of(dev)->version, "1_2") ||
	    strcmp(dev->class->name, "tpm-crb") != 0)
		return;
	struct place other = dev_place(dev, "model");
	struct err *err =
		dev_error(errs, dev, "version", check->name, "a TPM 1.2 with the interface CRB");

	err_also(err, other.file, other.line);
	err_why(err, "CRB came with TPM 2.0; a guest would not find the TPM.");
	err_fix(err, "Choose CONFIG_TPM_VERSION_2_0, or CONFIG_TPM_MODEL_TIS.");
}

static void check_state(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, tpm_family.name);

	if (!dev || !is_emulator(dev) || !tpm_of(dev)->state || !strchr(tpm_of(dev)->state, ','))
		return;
	struct err *err = dev_error(errs, dev, "state", check->name,
				    "\"%s\" cannot be the folder of a TPM", tpm_of(dev)->state);

	err_why(err, "swtpm takes a comma for the end of a path.");
	err_fix(err, "Set CONFIG_TPM_STATE to a path without one.");
}

static const struct check tpm_checks[] = {
	{.name = "tpm-machine", .run = check_machine},
	{.name = "tpm-version", .run = check_version},
	{.name = "tpm-state", .run = check_state},
	{0},
};

const struct dev_family tpm_family = {
	.name = "tpm",
	.sym = "TPM",
	.max = 1,
	.size = sizeof(struct tpm),
	.flags = FAMILY_SINGLE,
	.rank = RANK_NONE,
	.xml = "tpm",
	.alias = "tpm0",
	.classes = tpm_classes,
	.props = tpm_props,
	.checks = tpm_checks,
	.prepare = tpm_prepare,
	.back = tpm_back,
};
