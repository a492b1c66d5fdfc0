# SPDX-License-Identifier: GPL-2.0-or-later
# install.mk - packages that are needed, installing, cleaning, help.

PREFIX ?= /usr/local
INSTALL_BIN = $(DESTDIR)$(PREFIX)/bin
INSTALL_LIB = $(DESTDIR)$(PREFIX)/lib/kiln
INSTALL_SHARE = $(DESTDIR)$(PREFIX)/share/kiln
INSTALL_MAN = $(DESTDIR)$(PREFIX)/share/man

# Manual pages stand beside what they describe: src/kiln/kiln.1.scd, src/run/kiln-run.8.scd.
MAN_SRCS := $(wildcard $(TOP)/src/*/*.scd)
# What `kiln compose` reads at run time.
SHARE_FILES := $(shell cd $(TOP) && find Kconfig boards configs src -name '*Kconfig*' -o \
	-path 'boards/*' -type f -o -path 'configs/*' -type f | sort -u)

# help: House | deps | install the Debian packages that building, running and testing need
.PHONY: deps
deps:
	$(Q)$(TOP)/scripts/deps

# help: House | install | copy programs, Kconfig tree and manuals to DESTDIR and PREFIX (/usr/local)
.PHONY: install
install: programs
	$(Q)install -d '$(INSTALL_BIN)' '$(INSTALL_LIB)' '$(INSTALL_SHARE)'
	$(Q)install -m 0755 $(HOST_BIN)/kiln $(addprefix $(TARGET_BIN)/,$(TARGET_PROGRAMS)) \
		'$(INSTALL_BIN)'
	$(Q)install -m 0755 $(HOST_BIN)/kiln-kconf $(MACHINED) '$(INSTALL_LIB)'
	$(Q)cd $(TOP) && for f in $(SHARE_FILES); do \
		install -D -m 0644 "$$f" '$(INSTALL_SHARE)'/"$$f" || exit 1; \
	done
	$(Q)umask 022; $(TOP)/scripts/kconfig-gen $(TOP) '$(INSTALL_SHARE)/build/kconfig'
	$(Q)$(if $(MAN_SRCS),umask 022; if command -v scdoc >/dev/null; then \
		for f in $(MAN_SRCS); do \
			page=$${f##*/}; page=$${page%.scd}; dir='$(INSTALL_MAN)'/man$${page##*.}; \
			install -d "$$dir" && scdoc <"$$f" >"$$dir/$$page" || exit 1; \
		done; \
	else echo 'install: no manual pages: scdoc is not there (apt-get install scdoc)'; fi)

# help: House | clean | remove what was built; .config, images and downloads stay
# help: House | distclean | remove everything that was generated
.PHONY: clean distclean
clean:
	$(Q)rm -rf $(B) $(O)/host $(O)/target $(O)/lint $(O)/check $(O)/asan $(O)/coverage $(O)/fuzz \
		$(O)/demo $(O)/bench $(O)/lab
# Names what it removes: O may be a folder that also holds other things.
distclean: clean
	$(Q)rm -rf $(O)/images $(O)/payload $(O)/dl $(O)/.config $(O)/.config.old \
		$(O)/.kiln-external $(O)/.kiln-defconfig $(O)/Makefile
	$(Q)if [ -d '$(O)' ]; then rmdir --ignore-fail-on-non-empty '$(O)'; fi

# help: House | help | this list
.PHONY: help
help:
	@awk -f $(TOP)/scripts/help.awk $(TOP)/Makefile $(TOP)/scripts/config.mk $(TOP)/scripts/build.mk \
		$(TOP)/scripts/images.mk $(TOP)/scripts/check.mk $(TOP)/scripts/install.mk
