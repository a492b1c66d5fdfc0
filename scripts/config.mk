# SPDX-License-Identifier: GPL-2.0-or-later
# config.mk - targets that make or look at a configuration. scripts/conf does the work.

KILN_KCONF := $(HOST_BIN)/kiln-kconf

# External trees are remembered in $(O): given once, they hold until KILN_EXTERNAL= is given again.
CONF := TOP='$(TOP)' O='$(O)' KCONF='$(KILN_KCONF)' \
	KILN_EXTERNAL_GIVEN='$(if $(filter-out undefined,$(origin KILN_EXTERNAL)),1)' \
	KILN_EXTERNAL='$(KILN_EXTERNAL)' KCONFIG_SEED='$(KCONFIG_SEED)' $(TOP)/scripts/conf

# help: Configure | menuconfig | change the configuration in a menu
# help: Configure | nconfig | the same in another menu
# help: Configure | defconfig | the demonstration on q35, or DEFCONFIG=FILE
# help: Configure | NAME_defconfig | start from configs/NAME_defconfig of Kiln or an external tree
# help: Configure | list-defconfigs | what there is to start from
# help: Configure | oldconfig | ask for each symbol that is new
# help: Configure | olddefconfig | take the default for each symbol that is new
# help: Configure | randconfig | random switches and choices, repeatable with KCONFIG_SEED=N
# help: Configure | allnoconfig | everything off that can be off
# help: Configure | savedefconfig | write the minimal form to where it came from, or DEFCONFIG=FILE
# help: Configure | kconfig-tree | expand the Kconfig templates
.PHONY: menuconfig nconfig oldconfig olddefconfig randconfig allnoconfig
menuconfig nconfig oldconfig olddefconfig randconfig allnoconfig: $(KILN_KCONF)
	$(Q)$(CONF) $@

.PHONY: defconfig savedefconfig list-defconfigs kconfig-tree
defconfig: $(KILN_KCONF)
	$(Q)$(CONF) $(if $(DEFCONFIG),defconfig '$(DEFCONFIG)',named q35_demo_defconfig)
%_defconfig: $(KILN_KCONF)
	$(Q)$(CONF) named '$@'
savedefconfig: $(KILN_KCONF)
	$(Q)$(CONF) savedefconfig '$(DEFCONFIG)'
list-defconfigs:
	$(Q)$(CONF) list

# kiln reads the expanded templates, so they are there whenever it is.
kconfig-tree:
	$(Q)$(CONF) tree
host-programs: kconfig-tree
