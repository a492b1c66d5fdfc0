# SPDX-License-Identifier: GPL-2.0-or-later
# check.mk - tests, lint, benchmarks, fuzzing. scripts/check says which parts there are.

# ---- unit tests: tests/unit/test_NAME.c, each a program. A line "LINK: flags" in its first comment
# adds link flags (--wrap). Tests of host/ and run/ (test_host*, test_run*) are linked with the
# loader's archives, as a glibc build, test_ctl* with kiln-ctl's, the others with the composer's: nobody
# sees both.
UNIT_SRCS := $(wildcard $(TOP)/tests/unit/test_*.c)
UNIT_BINS := $(patsubst $(TOP)/tests/unit/%.c,$(B)/tests/%,$(UNIT_SRCS))
UNIT_ARCHIVES = $(foreach d,$(KILN_DIRS) $(HOST_ONLY_DIRS),$(call host_lib,$(d)))
unit_archives = $(foreach d,$(or $(if $(filter test_host% test_run%,$(1)),run host image base),\
	$(if $(filter test_ctl%,$(1)),ctl host image base),$(KILN_DIRS)),$(call host_lib,$(d)))
unit_link = $(shell sed -n 's/^.*LINK: //p;5q' $(1))

$(B)/tests/%: $(TOP)/tests/unit/%.c $(UNIT_ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC,tests/unit/$*.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -I$(TOP)/tests/unit -DTOP_DIR='"$(TOP)"' -o $@ $< $(HOST_LDFLAGS) \
		$(call unit_link,$<) -Wl,--start-group $(call unit_archives,$*) -Wl,--end-group \
		$(KILN_LIBS) -lcmocka

# The golden runner only starts kiln and compares files, so it links nothing of src/.
GOLDEN := $(B)/tests/golden
$(GOLDEN): $(TOP)/tests/golden.c
	@mkdir -p $(@D)
	$(call say,CC,tests/golden.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $< $(HOST_LDFLAGS) -lcmocka

# ---- fuzz targets: tests/fuzz/fuzz_NAME.c, each with one LLVMFuzzerTestOneInput. Without clang they
# are linked with a main() that replays the corpus tests/fuzz/corpus/NAME.
FUZZ_SRCS := $(wildcard $(TOP)/tests/fuzz/fuzz_*.c)
REPLAY_BINS := $(patsubst $(TOP)/tests/fuzz/fuzz_%.c,$(B)/tests/replay_%,$(FUZZ_SRCS))
$(B)/tests/replay_%: $(TOP)/tests/fuzz/fuzz_%.c $(TOP)/tests/fuzz/replay.c $(UNIT_ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC,tests/fuzz/fuzz_$*.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -MF $@.d -o $@ $(TOP)/tests/fuzz/replay.c $< $(HOST_LDFLAGS) \
		-Wl,--start-group $(UNIT_ARCHIVES) -Wl,--end-group $(KILN_LIBS)

# libFuzzer wants everything compiled by clang: a build of its own.
FUZZ_O := $(O)/fuzz
FUZZ_SECONDS ?= 60
FUZZ_BINS := $(patsubst $(TOP)/tests/fuzz/fuzz_%.c,$(FUZZ_O)/fuzz_%,$(FUZZ_SRCS))
FUZZ_LIB_SRCS := $(foreach d,$(filter-out kiln,$(KILN_DIRS)),$(call lib_srcs,$(d)))
$(FUZZ_O)/fuzz_%: $(TOP)/tests/fuzz/fuzz_%.c $(FUZZ_LIB_SRCS)
	@mkdir -p $(@D)
	$(call say,CLANG,tests/fuzz/fuzz_$*.c)
	$(Q)clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		$(filter-out $(DEPS),$(COMMON)) -D_GNU_SOURCE $(XML_CFLAGS) -o $@ $< $(FUZZ_LIB_SRCS) $(KILN_LIBS)

BENCH_BINS := $(B)/tests/bench_pair $(B)/tests/bench_stub $(B)/tests/bench_layout
$(B)/tests/bench_pair: $(TOP)/tests/bench/bench_pair.c
	@mkdir -p $(@D)
	$(call say,CC,tests/bench/bench_pair.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -o $@ $<
$(B)/tests/bench_stub: $(TOP)/tests/bench/bench_stub.c
	@mkdir -p $(@D)
	$(call say,TCC,tests/bench/bench_stub.c)
	$(Q)$(TARGET_CC) -static -O2 -o $@ $<

$(B)/tests/bench_layout: $(TOP)/tests/bench/bench_layout.c $(UNIT_ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC,tests/bench/bench_layout.c)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -I$(TOP)/tests/unit -o $@ $< $(HOST_LDFLAGS) \
		-Wl,--start-group $(foreach d,$(KILN_DIRS),$(call host_lib,$(d))) -Wl,--end-group \
		$(KILN_LIBS)

# C programs of the other parts: tests/PART/NAME.c becomes $(B)/tests/PART-NAME.
PART_SRCS := $(wildcard $(TOP)/tests/host/*.c $(TOP)/tests/qemu/*.c $(TOP)/tests/prop/*.c \
	$(TOP)/tests/libvirt/*.c $(TOP)/tests/tables/*.c $(if $(MACHINED),$(TOP)/tests/machined/*.c))
part_bin = $(B)/tests/$(notdir $(patsubst %/,%,$(dir $(1))))-$(basename $(notdir $(1)))
define part_rule
$(call part_bin,$(1)): $(1) $(UNIT_ARCHIVES)
	@mkdir -p $$(@D)
	$$(call say,CC,$(patsubst $(TOP)/%,%,$(1)))
	$$(Q)$$(HOST_CC) $$(HOST_CFLAGS) -I$(TOP)/tests/unit -DTOP_DIR='"$(TOP)"' \
		$(if $(filter %/tests/libvirt/sets.c,$(1)),$(XML_CFLAGS)) -o $$@ $$< \
		$$(HOST_LDFLAGS) $$(call unit_link,$$<) -Wl,--start-group $$(UNIT_ARCHIVES) \
		-Wl,--end-group $$(KILN_LIBS) -lcmocka
endef
$(foreach s,$(PART_SRCS),$(eval $(call part_rule,$(s))))
PART_BINS := $(foreach s,$(PART_SRCS),$(call part_bin,$(s)))

CHECK := O='$(O)' MAKE='$(MAKE)' $(TOP)/scripts/check

# help: Check | check-unit | the unit tests alone
# help: Check | check-quick | unit, golden, corruption, corpora: no root, under a minute
# help: Check | check | everything that this machine can run; installs what that needs
# help: Check | check-lab | what wants a kernel of its own (vhost-net, macvtap, systemd), in a guest
# help: Check | check-libvirt | random sets of devices: libvirt gives them the same addresses, QEMU shows them
# help: Check | check-asan | unit and golden under ASan and UBSan, in O/asan
# help: Check | lint | form, clang-tidy, cppcheck, include directions, banned calls, scripts
# help: Check | format | rewrite all C files with clang-format
# help: Check | golden-update | rewrite the golden files from what kiln composes; read the diff
# help: Check | bench | start time with taps and payload, compose time, as medians
# help: Check | fuzz | libFuzzer on each target for FUZZ_SECONDS (60)
# help: Check | coverage | lines that the unit and golden tests reach, by file
# help: Check | check-import | kiln import there and back: TRIPS=1000 random configurations, and SETS=200 of libvirt's guests
.PHONY: check-unit check-quick check check-lab check-libvirt check-import check-asan test-programs
# help: Check | test-programs | build every test and run none
test-programs: $(UNIT_BINS) $(GOLDEN) $(REPLAY_BINS) $(PART_BINS) $(BENCH_BINS)
check-unit: programs $(UNIT_BINS)
	$(Q)set -e; for t in $(sort $(UNIT_BINS)); do "$$t"; done
check-quick:
	$(Q)$(CHECK) quick
check:
	$(Q)$(CHECK) all
check-lab:
	$(Q)$(CHECK) lab
# One part of `make check`, alone; tests/libvirt/run says what SETS, FIRST_SEED and SAMPLE are.
check-libvirt: programs $(B)/tests/libvirt-sets
	$(Q)TOP='$(TOP)' O='$(O)' KILN='$(HOST_BIN)/kiln' \
		$(TOP)/scripts/tap-run libvirt '$(O)/check/libvirt.tap' 900 $(TOP)/tests/libvirt/run
	$(Q)grep '^# ' '$(O)/check/libvirt.tap'
# tests/import/run says what TRIPS, CASES, DOMAINS and SETS are.
check-import: programs test-programs
	$(Q)TOP='$(TOP)' O='$(O)' KILN='$(HOST_BIN)/kiln' TRIPS='$(or $(TRIPS),1000)' \
		SETS='$(or $(SETS),200)' $(TOP)/scripts/tap-run import '$(O)/check/import.tap' 7200 $(TOP)/tests/import/run
	$(Q)grep '^# ' '$(O)/check/import.tap'
check-asan:
	$(Q)O='$(O)/asan' MAKE='$(MAKE)' $(TOP)/scripts/check asan

.PHONY: lint format golden-update bench fuzz coverage
lint:
	$(Q)O='$(O)' MAKE='$(MAKE)' $(TOP)/scripts/check lint

format:
	$(Q)cd $(TOP) && find src tests -name '*.[ch]' -print0 | xargs -0r clang-format -i

golden-update: programs $(GOLDEN)
	$(Q)$(GOLDEN) --update $(HOST_BIN)/kiln $(TOP)/tests/golden $(O)/check/golden

bench: programs $(BENCH_BINS)
	$(Q)O='$(O)' $(TOP)/tests/bench/run

fuzz: $(FUZZ_BINS)
	$(Q)set -e; for t in $(FUZZ_BINS); do name=$${t##*/fuzz_}; \
		mkdir -p $(FUZZ_O)/corpus/$$name $(FUZZ_O)/seeds/$$name; \
		! [ -x $(TOP)/tests/fuzz/seeds_$$name ] || \
			TOP=$(TOP) $(TOP)/tests/fuzz/seeds_$$name $(FUZZ_O)/seeds/$$name; \
		echo "fuzz $$name: $(FUZZ_SECONDS) s"; \
		"$$t" -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			-artifact_prefix=$(FUZZ_O)/$$name- $(FUZZ_O)/corpus/$$name \
			$(TOP)/tests/fuzz/corpus/$$name $(FUZZ_O)/seeds/$$name; \
	done

coverage:
	$(Q)O='$(O)/coverage' MAKE='$(MAKE)' $(TOP)/scripts/coverage
