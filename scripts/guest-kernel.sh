#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest-kernel.sh - Debian's kernel for a guest of ours: fetch, unpack, choose modules, pack an initramfs.
#
# Sourced by demo-payload and lab-payload, which set "cache", the folder for downloads. Packages are
# unpacked and never installed, and no root is needed. The same packages give the same bytes.
# Sets kernel, kernel_deb and busybox_deb (packages), modules (unpack_kernel) and load (add_module).
: "${cache:?folder for downloads}"

# fail WHAT WHY FIX: by the name of the script that sources this.
fail() {
	printf '%s: error: %s\n  why: %s\n  fix: %s\n' "${0##*/}" "$1" "$2" "$3" >&2
	exit 4
}

# fetch PACKAGE: print the path of its .deb in the cache, downloading it when it is not there.
fetch() {
	local package=$1 have
	have=$(find "$cache" -maxdepth 1 -name "${package}_*.deb" | sort -V | tail -n 1)
	if [ -z "$have" ]; then
		echo "  GET      $package (Debian package, unpacked and not installed)" >&2
		# As root apt would warn that its download user cannot write here.
		(cd "$cache" && apt-get -q -o APT::Sandbox::User=root download "$package" >&2) ||
			fail "apt-get download $package failed" \
				"the guest boots Debian's own kernel, and the package could not be fetched." \
				"run apt-get update as root and try again, or put the .deb into $cache"
		have=$(find "$cache" -maxdepth 1 -name "${package}_*.deb" | sort -V | tail -n 1)
	fi
	printf '%s\n' "$have"
}

kernel_package() {
	apt-cache depends linux-image-amd64 2>/dev/null |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }'
}

# Debian's kernel and busybox for amd64.
packages() {
	mkdir -p "$cache"
	kernel=$(kernel_package)
	if [ -z "$kernel" ]; then
		# Without package lists, what an earlier run fetched still serves.
		kernel=$(find "$cache" -maxdepth 1 -name 'linux-image-[0-9]*.deb' | sort -V | tail -n 1)
		kernel=${kernel##*/}
		kernel=${kernel%%_*}
	fi
	[ -n "$kernel" ] || fail "the package linux-image-amd64 is not known to apt" \
		"the guest boots Debian's own kernel; its name comes from apt's package lists." \
		"run apt-get update as root, then make again"
	kernel_deb=$(fetch "$kernel")
	busybox_deb=$(fetch busybox-static)
}

# unpack_kernel DIR: DIR/boot, DIR/lib/modules, DIR/bin/busybox.
unpack_kernel() {
	mkdir -p "$1"
	dpkg-deb --fsys-tarfile "$kernel_deb" | tar -x -C "$1" ./boot ./lib/modules
	dpkg-deb --fsys-tarfile "$busybox_deb" | tar -x -C "$1" ./bin
	modules=$(echo "$1"/lib/modules/*/kernel)
}

# add_module MODULE: append its file to "load" after those that it depends on (".modinfo" says which).
# A module that is built into the kernel has no file, and that is fine.
declare -A seen_modules=()
load=()
add_module() {
	local name=${1//-/_} file depends each
	[ -z "${seen_modules[$name]:-}" ] || return 0
	seen_modules[$name]=1
	file=$(find "$modules" -name "${name//_/[-_]}.ko")
	if [ -z "$file" ]; then
		grep -q "/${name//_/[-_]}\.ko$" "$modules/../modules.builtin" ||
			fail "the kernel package $kernel has no module '$1'" \
				"the guest's devices need it." "name another kernel package in scripts/guest-kernel.sh"
		return 0
	fi
	depends=$(grep -a -z -o '^depends=.*' "$file" | tr -d '\0')
	depends=${depends#depends=}
	for each in ${depends//,/ }; do
		add_module "$each"
	done
	load+=("$file")
}

# pack_initramfs DIR INIT: DIR/initramfs.cpio.gz with INIT, busybox, and the modules of "load" with their
# order; DIR is where unpack_kernel wrote.
pack_initramfs() {
	local root=$1/root each
	mkdir -p "$root"/{bin,dev,proc,sys,modules}
	cp "$1/bin/busybox" "$root/bin/busybox"
	cp "$2" "$root/init"
	for each in "${load[@]}"; do
		cp "$each" "$root/modules/"
		printf '%s\n' "${each##*/}"
	done >"$root/modules/order"
	find "$root" -type d -exec chmod 0755 {} +
	find "$root" -type f -exec chmod 0644 {} +
	chmod 0755 "$root/init" "$root/bin/busybox"
	find "$root" -exec touch -h -d @0 {} +
	(cd "$root" && find . -mindepth 1 | sort | cpio --quiet --reproducible -o -H newc -R 0:0) |
		gzip -n -9 >"$1/initramfs.cpio.gz"
}
