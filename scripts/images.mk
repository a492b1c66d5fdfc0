# SPDX-License-Identifier: GPL-2.0-or-later
# images.mk - compose, look at what was composed, run it.

CONFIG := $(O)/.config
IMAGES := $(O)/images
# A new output folder begins with the configuration of the tree's own one, where there is one; what
# is wanted is read from it before it is copied.
OTHER_CONFIG := $(TOP)/output/.config
config_seen = $(shell [ -e '$(CONFIG)' ] && echo '$(CONFIG)' || echo '$(OTHER_CONFIG)')
vm_name = $(shell sed -n 's/^CONFIG_VM_NAME="\(.*\)"$$/\1/p' '$(CONFIG)' 2>/dev/null)

# Kernel, initramfs and disk of the demonstrations: made when the configuration names one of them.
# Relative payload paths are looked for in $(O)/payload.
PAYLOAD := $(O)/payload
DEMO_PAYLOAD := $(PAYLOAD)/demo/.made
$(DEMO_PAYLOAD): $(TOP)/scripts/demo-payload $(TOP)/scripts/guest-kernel.sh $(TOP)/tests/demo/init
	$(call say,PAYLOAD,payload/demo)
	$(Q)$(TOP)/scripts/demo-payload $(@D) $(O)/dl
	$(Q)touch $@
DEMO_ARM64 := $(PAYLOAD)/demo-arm64/.made
$(DEMO_ARM64): $(TOP)/scripts/demo-payload $(TOP)/scripts/guest-kernel.sh $(TOP)/scripts/debian-unpack \
		$(TOP)/tests/demo/init
	$(call say,PAYLOAD,payload/demo-arm64)
	$(Q)$(TOP)/scripts/demo-payload $(@D) $(O)/dl arm64
	$(Q)touch $@
wanted_payload = $(if $(shell grep -sl '="demo/' '$(config_seen)'),$(DEMO_PAYLOAD)) \
	$(if $(shell grep -sl '="demo-arm64/' '$(config_seen)'),$(DEMO_ARM64))
# A board of another architecture gets its kiln-run and kiln-ctl with the image.
wanted_loader = $(foreach a,$(CROSS_ARCHES),$(if $(shell grep -sx 'CONFIG_HOST_ARCH="$(a)"' '$(config_seen)'),\
	$(if $(filter $(a),$(shell uname -m)),,$(addprefix $(O)/target-$(a)/bin/,$(TARGET_PROGRAMS)))))

COMPOSE = $(HOST_BIN)/kiln compose --payload-dir '$(PAYLOAD)'

# help: Build | all | compose the image of the configuration; the default
# help: Build | programs | compile kiln, kiln-kconf, kiln-run and kiln-ctl
# help: Build | demo-payload | fetch and unpack what the demo configurations name
# help: Build | demo-payload-arm64 | the same for the demonstration on aarch64
.PHONY: all demo-payload demo-payload-arm64
all: programs $(CONFIG) $(wanted_payload) $(wanted_loader)
	$(call say,COMPOSE,$(vm_name))
	$(Q)$(COMPOSE) --config '$(CONFIG)' --output '$(IMAGES)'
demo-payload: $(DEMO_PAYLOAD)
demo-payload-arm64: $(DEMO_ARM64)

$(CONFIG):
	@[ ! -e '$(OTHER_CONFIG)' ] || { mkdir -p '$(@D)' && cp '$(OTHER_CONFIG)' '$@' && \
		echo 'make: $@ did not exist and begins as a copy of $(OTHER_CONFIG)'; exit; }
	@[ -e '$@' ] || { printf '%s\n' 'make: error: there is no configuration: $@' \
	'  why: an image is composed from a .config, and none was made in this output folder.' \
	'  fix: make menuconfig, or make q35_demo_defconfig (make list-defconfigs shows all).' >&2; exit 1; }

# help: Look | show-info | everything in the image, as JSON
# help: Look | show-layout | the PCI layout as a text
# help: Look | graph-pci | the PCI layout as a drawing (DOT; SVG where dot is installed)
# help: Look | explain | how each device got its address, or DEVICE=net0 alone
# help: Look | diff | what a guest would notice between two images: OLD=FILE NEW=FILE
# help: Look | verify | start the board's QEMU paused and compare its devices with the layout
.PHONY: show-info show-layout graph-pci explain diff verify
show-info: all
	$(Q)$(HOST_BIN)/kiln show '$(IMAGES)/$(vm_name).kiln' --json
show-layout: all
	$(Q)cat '$(IMAGES)/$(vm_name).layout.txt'
graph-pci: all
	$(Q)if command -v dot >/dev/null; then \
		dot -Tsvg -o '$(IMAGES)/$(vm_name).layout.svg' '$(IMAGES)/$(vm_name).layout.dot' && \
		echo '$(IMAGES)/$(vm_name).layout.svg'; \
	else \
		echo '$(IMAGES)/$(vm_name).layout.dot (no SVG: dot is not there; apt-get install graphviz)'; \
	fi

explain: programs $(CONFIG)
	$(Q)$(HOST_BIN)/kiln explain --config '$(CONFIG)' --payload-dir '$(PAYLOAD)' $(DEVICE)
# Without NEW= it is the image of the configuration, composed first.
diff: programs $(if $(OLD),$(if $(NEW),,all))
	$(Q)test -n '$(OLD)' || { printf '%s\n' 'make: error: which image was before?' \
		'  why: two images are compared, and the new one is by default that of the configuration.' \
		'  fix: make diff OLD=FILE [NEW=FILE]' >&2; exit 2; }
	$(Q)$(HOST_BIN)/kiln diff '$(OLD)' '$(or $(NEW),$(IMAGES)/$(vm_name).kiln)'
verify: all
	$(Q)$(HOST_BIN)/kiln verify '$(IMAGES)/$(vm_name).kiln'

# help: Look | probe | ask a QEMU what it can do, for a board: BOARD=NAME QEMU=FILE; all boards without
.PHONY: probe
probe: programs
	$(Q)TOP='$(TOP)' O='$(O)' $(TOP)/scripts/probe '$(BOARD)' '$(QEMU)'

# help: Lock | layout-lock | write or renew the layout lock that CONFIG_LAYOUT_LOCK names
# help: Lock | layout-update | let one device move to where the rules put it: DEVICE=net2
.PHONY: layout-lock layout-update
layout-lock: programs $(CONFIG) $(wanted_payload)
	$(Q)$(COMPOSE) --config '$(CONFIG)' --output '$(IMAGES)' --write-lock
layout-update: programs $(CONFIG) $(wanted_payload)
	$(Q)test -n '$(DEVICE)' || { printf '%s\n' 'make: error: which device may move?' \
		'  why: everything else in the lock stays where it is.' \
		'  fix: make layout-update DEVICE=net2' >&2; exit 1; }
	$(Q)$(COMPOSE) --config '$(CONFIG)' --output '$(IMAGES)' --write-lock --forget '$(DEVICE)'

# help: Run | run | start the composed machine here, with kiln-run
# help: Run | demo | install, build, compose, boot a Debian kernel, compare every PCI function
.PHONY: run demo
run: all
	$(Q)$(TARGET_BIN)/kiln-run up '$(IMAGES)/$(vm_name).kiln'
demo:
	$(Q)O='$(O)' MAKE='$(MAKE)' DEMO_TAMPER='$(DEMO_TAMPER)' $(TOP)/scripts/demo
