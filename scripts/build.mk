# SPDX-License-Identifier: GPL-2.0-or-later
# build.mk - compile and link. One archive for each folder of src/, so that a breach of
# DESIGN.md's "who may know whom" is a link error. A new .c file needs no edit here.

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
AR := ar
HOST_CC := $(CC)
PKG_CONFIG := pkg-config

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wformat=2 \
	-Wcast-qual -Wwrite-strings -Wvla -Wundef $(if $(filter 1,$(WERROR)),-Werror)
# No build path may enter a program or an image; __FILE__ is relative to the tree.
# The same map shortens the target in the list of headers, which make would then not know again.
DEPS = -MMD -MP -MT '$@'
COMMON = -std=gnu11 -I$(TOP)/src -ffile-prefix-map=$(TOP)/= -DKILN_VERSION='"$(KILN_VERSION)"' \
	$(WARN) $(DEPS)
HOST_CFLAGS = -O2 -g $(COMMON) -D_GNU_SOURCE $(SANITIZE)
HOST_LDFLAGS := $(SANITIZE)

B := $(O)/build
HB := $(B)/host
TB := $(B)/target
HOST_BIN := $(O)/host/bin
TARGET_BIN := $(O)/target/bin

# ---- composer (build host) -------------------------------------------------------------------
KILN_DIRS := kiln export import import/argv config devices machines layout qemu domain plan model image base
HOST_ONLY_DIRS := host run ctl
XML_CFLAGS := $(shell $(PKG_CONFIG) --cflags libxml-2.0 2>/dev/null)
KILN_LIBS := -lxml2 -llz4 -ljansson

lib_srcs = $(wildcard $(TOP)/src/$(1)/*.c)
host_objs = $(patsubst $(TOP)/src/%.c,$(HB)/%.o,$(call lib_srcs,$(1)))
host_lib = $(HB)/lib$(1).a

# Other flags make other objects, so this file is in front of each.
$(HB)/%.o: $(TOP)/src/%.c $(TOP)/scripts/build.mk
	@mkdir -p $(@D)
	$(call say,CC,src/$*.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(if $(filter domain/% import/% export/%,$*),$(XML_CFLAGS)) -c -o $@ $<

define archive_rule
$(call host_lib,$(1)): $(call host_objs,$(1))
	@mkdir -p $$(@D)
	$$(call say,AR,lib$(1).a)
	$(Q)rm -f $$@; $(AR) rcsD $$@ $$^
endef
$(foreach d,$(KILN_DIRS) $(HOST_ONLY_DIRS),$(eval $(call archive_rule,$(d))))

# main() stays out of the archives' tests: the objects of kiln/main.c and run/main.c are named.
KILN_ARCHIVES := $(foreach d,$(KILN_DIRS),$(call host_lib,$(d)))
$(HOST_BIN)/kiln: $(KILN_ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,host/bin/kiln)
	$(Q)$(HOST_CC) $(HOST_LDFLAGS) -o $@ $(HB)/kiln/main.o -Wl,--start-group $(KILN_ARCHIVES) \
		-Wl,--end-group $(KILN_LIBS)

# The helper is a process of its own: libkconfig-parser has global state and exits on errors. Of the
# composer it links the errors and the lists alone.
KCONF_ARCHIVES := $(call host_lib,model) $(call host_lib,base)
$(HOST_BIN)/kiln-kconf: $(call host_objs,config/helper) $(KCONF_ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,host/bin/kiln-kconf)
	$(Q)$(HOST_CC) $(HOST_LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(KCONF_ARCHIVES) \
		-Wl,--end-group -lkconfig-parser

# ---- target programs (static, musl, no heap) -------------------------------------------------
TARGET_CC := musl-gcc
TARGET_STRIP := strip
TARGET_INC := $(B)/target-include
# Small, because it is copied to every unit and its time is the kernel's; what reads whole payloads is fast.
TARGET_OPT = -Os
FAST_OBJS := image/checksum.o image/unpack.o
$(addprefix $(TB)/,$(FAST_OBJS)): TARGET_OPT = -O2
# Unwind tables of a program that throws nothing are a tenth of it; debuggers have their own in kiln-run.debug.
TARGET_CFLAGS = $(TARGET_OPT) -g $(COMMON) -D_GNU_SOURCE -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -isystem $(TARGET_INC)
# Debian's musl-gcc cannot link a static PIE (its specs always name the dynamic loader), so the
# start files and the library of musl are named here.
TARGET_LD := $(HOST_CC)
TARGET_LIB = $(or $(MUSL_LIB),/usr/lib/$(shell $(HOST_CC) -dumpmachine | sed 's/-.*//')-linux-musl)
TARGET_LDFLAGS := -static-pie -nostdlib -nostartfiles -Wl,-z,relro,-z,now -Wl,--gc-sections
# The programs, and the folder of each. What they share is an archive, of which a program takes what it
# calls. The writer allocates and is the composer's alone.
TARGET_PROGRAMS := kiln-run kiln-ctl
DIR_kiln-run := run
DIR_kiln-ctl := ctl
SHARED_SRCS := $(foreach d,base host,$(call lib_srcs,$(d))) \
	$(filter-out $(wildcard $(TOP)/src/image/writer*.c),$(call lib_srcs,image))
# $(call target_objs,FOLDER,SOURCES)
target_objs = $(patsubst $(TOP)/src/%.c,$(1)/%.o,$(2))

# Kernel and xxhash headers without glibc's: musl-gcc knows only its own include folder.
ARCH_INC := /usr/include/$(shell $(HOST_CC) -print-multiarch 2>/dev/null)
$(TARGET_INC)/.stamp:
	@mkdir -p $(TARGET_INC)
	$(Q)ln -sfn /usr/include/linux $(TARGET_INC)/linux
	$(Q)ln -sfn /usr/include/asm-generic $(TARGET_INC)/asm-generic
	$(Q)ln -sfn $(ARCH_INC)/asm $(TARGET_INC)/asm
	$(Q)ln -sfn /usr/include/xxhash.h $(TARGET_INC)/xxhash.h
	$(Q)touch $@

$(TB)/%.o: $(TOP)/src/%.c $(TOP)/scripts/build.mk $(TARGET_INC)/.stamp
	@mkdir -p $(@D)
	$(call say,TCC,src/$*.c)
	$(Q)$(TARGET_CC) $(TARGET_CFLAGS) -c -o $@ $<

$(TB)/libshared.a: $(call target_objs,$(TB),$(SHARED_SRCS))
	$(call say,AR,target/libshared.a)
	$(Q)rm -f $@; $(AR) rcsD $@ $^

define target_rules
$(B)/$(1).debug: $(call target_objs,$(TB),$(call lib_srcs,$(DIR_$(1)))) $(TB)/libshared.a
	$$(call say,LD,$(1).debug)
	$(Q)$$(TARGET_LD) $$(TARGET_LDFLAGS) -o $$@ $$(TARGET_LIB)/rcrt1.o $$(TARGET_LIB)/crti.o $$^ \
		-Wl,--start-group $$(TARGET_LIB)/libc.a -lgcc -Wl,--end-group $$(TARGET_LIB)/crtn.o

$(TARGET_BIN)/$(1): $(B)/$(1).debug
	@mkdir -p $$(@D)
	$$(call say,STRIP,target/bin/$(1))
	$(Q)$$(TARGET_STRIP) -o $$@ $$<
endef
$(foreach p,$(TARGET_PROGRAMS),$(eval $(call target_rules,$(p))))

# ---- the same for another architecture: clang and lld with Debian's musl of it, unpacked ----
# $(O)/target-ARCH/bin; the packages stay in $(O)/dl. HOST_ARCH of the configured board says that `make`
# builds them too.
.PHONY: kiln-run-aarch64 kiln-ctl-aarch64
# help: Build | kiln-run-aarch64 | kiln-run for aarch64 hosts, in target-aarch64/bin
# help: Build | kiln-ctl-aarch64 | kiln-ctl for aarch64 hosts, in target-aarch64/bin
CROSS_ARCHES := aarch64
CROSS_CC := clang
# Clang's -Oz is what GCC's -Os is.
# It looks into the kernel's own macros and structures too, where GCC looks at our code alone.
CROSS_CFLAGS = $(patsubst -Os,-Oz,$(filter-out -isystem $(TARGET_INC),$(TARGET_CFLAGS))) -nostdlibinc \
	-Wno-cast-qual -Wno-gnu-variable-sized-type-not-at-end
CROSS_DEB_aarch64 := arm64

define cross_rules
X_$(1) := $(B)/target-$(1)
R_$(1) := $(B)/target-$(1)/root

$(B)/target-$(1)/root/.stamp: $(TOP)/scripts/debian-unpack
	$$(call say,UNPACK,musl of $(1))
	$(Q)rm -rf $$(@D) && mkdir -p $$(@D)
	$(Q)set -e; debs=$$$$($(TOP)/scripts/debian-unpack $(CROSS_DEB_$(1)) '$(O)/dl' musl-dev \
		linux-libc-dev libgcc-12-dev); \
		for deb in $$$$debs; do dpkg-deb -x "$$$$deb" $$(@D); done
	$(Q)cp /usr/include/xxhash.h $$(@D)/usr/include/
	$(Q)mkdir $$(@D)/include && cd $$(@D)/include && for h in linux asm-generic xxhash.h; do \
		ln -s ../usr/include/$$$$h $$$$h; done; ln -s ../usr/include/$(1)-linux-gnu/asm asm
	$(Q)touch $$@

$(addprefix $(B)/target-$(1)/,$(FAST_OBJS)): TARGET_OPT = -O2
$(B)/target-$(1)/%.o: $(TOP)/src/%.c $(TOP)/scripts/build.mk $(B)/target-$(1)/root/.stamp
	@mkdir -p $$(@D)
	$$(call say,XCC,$(1) src/$$*.c)
	$(Q)$(CROSS_CC) --target=$(1)-linux-musl $$(CROSS_CFLAGS) \
		-isystem $$(R_$(1))/usr/include/$(1)-linux-musl -isystem $$(R_$(1))/include -c -o $$@ $$<

$(B)/target-$(1)/libshared.a: $(call target_objs,$(B)/target-$(1),$(SHARED_SRCS))
	$$(call say,AR,target-$(1)/libshared.a)
	$(Q)rm -f $$@; llvm-ar rcsD $$@ $$^
endef

# $(call cross_program,ARCH,PROGRAM)
define cross_program
$(B)/$(2)-$(1).debug: $(call target_objs,$(B)/target-$(1),$(call lib_srcs,$(DIR_$(2)))) \
		$(B)/target-$(1)/libshared.a
	$$(call say,LD,$(2)-$(1).debug)
	$(Q)ld.lld -pie --no-dynamic-linker -z relro -z now -z text --gc-sections --icf=safe -O2 -o $$@ \
		$$(addprefix $$(R_$(1))/usr/lib/$(1)-linux-musl/,rcrt1.o crti.o) $$^ --start-group \
		$$(R_$(1))/usr/lib/$(1)-linux-musl/libc.a $$(R_$(1))/usr/lib/gcc/$(1)-linux-gnu/12/libgcc.a \
		--end-group $$(R_$(1))/usr/lib/$(1)-linux-musl/crtn.o

$(O)/target-$(1)/bin/$(2): $(B)/$(2)-$(1).debug
	@mkdir -p $$(@D)
	$$(call say,STRIP,target-$(1)/bin/$(2))
	$(Q)llvm-strip -o $$@ $$<

$(2)-$(1): $(O)/target-$(1)/bin/$(2)
endef
$(foreach a,$(CROSS_ARCHES),$(eval $(call cross_rules,$(a))) \
	$(foreach p,$(TARGET_PROGRAMS),$(eval $(call cross_program,$(a),$(p)))))

# ---- kiln-machined: of this architecture alone, against the host's C library, and only where libsystemd is ----
MACHINED := $(if $(shell $(PKG_CONFIG) --exists libsystemd 2>/dev/null && echo yes),$(TARGET_BIN)/kiln-machined)
$(TARGET_BIN)/kiln-machined: $(call host_objs,machined) $(call host_lib,base)
	@mkdir -p $(@D)
	$(call say,LD,target/bin/kiln-machined)
	$(Q)$(HOST_CC) $(HOST_LDFLAGS) -s -Wl,-z,relro,-z,now -o $@ $^ -lsystemd

# kiln looks for the Kconfig tree in ../share/kiln from its own folder, here as when installed.
HOST_SHARE := $(O)/host/share/kiln
$(HOST_SHARE)/.stamp:
	@mkdir -p $(HOST_SHARE)
	$(Q)for d in Kconfig src boards configs; do ln -sfn $(TOP)/$$d $(HOST_SHARE)/$$d; done
	$(Q)ln -sfn $(B) $(HOST_SHARE)/build
	$(Q)touch $@

# help: Build | host-programs | compile kiln and kiln-kconf alone
.PHONY: programs host-programs
host-programs: $(HOST_BIN)/kiln $(HOST_BIN)/kiln-kconf $(HOST_SHARE)/.stamp
programs: host-programs $(addprefix $(TARGET_BIN)/,$(TARGET_PROGRAMS)) $(MACHINED)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
