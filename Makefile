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

TOP := $(realpath $(dir $(lastword $(MAKEFILE_LIST))))
ifeq ("$(origin O)","command line")
override O := $(abspath $(O))
else
O := $(TOP)/output
endif
ifneq ($(findstring @,$(O))$(findstring :,$(O)),)
$(error O=$(O): '@' and ':' are not possible in the output folder's path)
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
