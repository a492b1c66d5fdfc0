# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# payload.sh - what guests boot whose network is tested; sourced behind tests/host/lib.sh, which sets T.
# shellcheck disable=SC2154

# payload INIT: $T/payload with the demonstration's kernel and initramfs; what a second archive behind that holds takes
# the place of the first's: INIT, and iperf3 with its libraries.
payload() {
	local root=$T/root each
	mkdir -p "$root/usr/bin" "$T/payload"
	install -m 0755 "$1" "$root/init"
	cp "$(command -v iperf3)" "$root/usr/bin/"
	ldd "$(command -v iperf3)" | sed -n 's,^.*[[:blank:]]\(/[^ ]*\) (.*,\1,p' | while read -r each; do
		install -D -m 0755 "$(realpath "$each")" "$root$each"
	done
	{
		cat "$O/payload/demo/initramfs.cpio.gz"
		(cd "$root" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0) | gzip -1
	} >"$T/payload/initramfs"
	cp "$O/payload/demo/vmlinuz" "$T/payload/"
}
