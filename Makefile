# SPDX-License-Identifier: GPL-2.0-or-later
# Kiln: virtual machines that are decided at build time. `make help` lists every target.
#
# Non-recursive. O=DIR puts everything generated elsewhere; V=1 shows commands; KILN_EXTERNAL=DIR[:DIR]
# adds trees with boards, configs and a Kconfig fragment. What the targets do stands in scripts/*.mk:
#   build.mk   compile and link          config.mk  kconfig targets, defconfigs, external trees
#   images.mk  compose, show, run, demo  check.mk   tests, lint, bench, fuzz, CI
#   install.mk deps, install, clean

MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/bash

# A path stands in rules, in lists and in the quotes of recipes, so one that make or the shell would take
# apart is refused before anything is written.
hash := \#
path_marks := ' " $$ % $(hash) @ : ; & ( ) < > | * ? [ ] { } = \ `
bad_path = $(strip $(if $(filter-out 1,$(words $(1))),1) $(foreach m,$(path_marks),$(findstring $(m),$(1))))
define refuse_path
$(1): this path is not possible
  why: make and the shell take an empty path, blanks and any of $(path_marks) apart.
  fix: $(2) of letters, digits and . _ - +
endef

TOP := $(realpath $(dir $(lastword $(MAKEFILE_LIST))))
ifneq ($(call bad_path,$(TOP)),)
$(error $(call refuse_path,the tree $(or $(TOP),$(CURDIR)),move it to a path))
endif
ifeq ("$(origin O)","command line")
ifneq ($(call bad_path,$(value O)),)
$(error $(call refuse_path,O=$(value O),give a path))
endif
override O := $(abspath $(O))
else
O := $(TOP)/output
endif

ifeq ("$(origin V)","command line")
Q := $(if $(filter 1,$(V)),,@)
else
Q := @
endif
# $(call say,CC,file): one short line for each command, unless V=1 shows the command itself.
say = $(if $(Q),@printf '  %-8s %s\n' '$(1)' '$(2)')

KILN_VERSION := 0.1.0

include $(TOP)/scripts/build.mk
include $(TOP)/scripts/config.mk
include $(TOP)/scripts/images.mk
include $(TOP)/scripts/check.mk
include $(TOP)/scripts/install.mk
