# SPDX-License-Identifier: GPL-2.0-or-later
# check.mk - tests, lint, benchmarks, fuzzing.

# ---- unit tests: tests/unit/test_NAME.c, each a program. A line "LINK: flags" in its first comment
# adds link flags (--wrap). host/ and run/ are linked as a glibc build.
UNIT_SRCS := $(wildcard $(TOP)/tests/unit/test_*.c)
UNIT_BINS := $(patsubst $(TOP)/tests/unit/%.c,$(B)/tests/%,$(UNIT_SRCS))
UNIT_ARCHIVES = $(foreach d,$(KILN_DIRS) $(HOST_ONLY_DIRS),$(call host_lib,$(d)))
unit_link = $(shell sed -n 's/^.*LINK: //p;5q' $(1))

$(B)/tests/%: $(TOP)/tests/unit/%.c $(UNIT_ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC,tests/unit/$*.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -I$(TOP)/tests/unit -DTOP_DIR='"$(TOP)"' -o $@ $< $(HOST_LDFLAGS) \
		$(call unit_link,$<) -Wl,--start-group $(UNIT_ARCHIVES) -Wl,--end-group \
		$(KILN_LIBS) -lcmocka

.PHONY: check-unit
check-unit: $(UNIT_BINS)
	$(Q)set -e; for t in $(sort $(UNIT_BINS)); do "$$t"; done

# ---- host tests: tests/host/test_*.sh with the programs of tests/host/*.c beside the built loader.
HOST_TOOLS := $(patsubst $(TOP)/tests/host/%.c,$(B)/tests/host/%,$(wildcard $(TOP)/tests/host/*.c))
BENCH_TOOLS := $(patsubst $(TOP)/tests/bench/%.c,$(B)/tests/bench/%,$(wildcard $(TOP)/tests/bench/*.c))

$(HOST_TOOLS) $(BENCH_TOOLS): $(B)/tests/%: $(TOP)/tests/%.c $(call host_lib,image) $(call host_lib,base)
	@mkdir -p $(@D)
	$(call say,CC,tests/$*.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $< $(HOST_LDFLAGS) $(call host_lib,image) \
		$(call host_lib,base) -llz4

.PHONY: check-host bench-run
check-host: $(HOST_TOOLS) $(TARGET_BIN)/kiln-run
	$(Q)set -e; for t in $(sort $(wildcard $(TOP)/tests/host/test_*.sh)); do \
		KILN_RUN=$(TARGET_BIN)/kiln-run TOOLS=$(B)/tests/host "$$t"; done

bench-run: $(HOST_TOOLS) $(BENCH_TOOLS) $(TARGET_BIN)/kiln-run
	$(Q)KILN_RUN=$(TARGET_BIN)/kiln-run TOOLS=$(B)/tests/host BENCH=$(B)/tests/bench \
		$(TOP)/tests/bench/run.sh
