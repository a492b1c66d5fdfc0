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
