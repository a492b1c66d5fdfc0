#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_devices.sh - SCSI and USB devices of the host, which the loader finds and opens.
# lib.sh sets run, report and the rest; {fd:2} are marks of an image.
# shellcheck disable=SC2154,SC1083
set -eu
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
before=$(traces)

# A host of our own: nodes that are /dev/null, and what sysfs would say of them. Nothing is mounted below
# $T, which is removed at the end.
mount -t tmpfs kiln-bus /sys/bus
mount -t tmpfs kiln-dev /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay kiln-dev -o lowerdir=/dev,upperdir=/mnt/upper,workdir=/mnt/work /dev
node() { mkdir -p "${1%/*}"; rm -f "$1"; mknod "$1" c 1 3; chown kilntest "$1"; }
scsi() { mkdir -p "/sys/bus/scsi/devices/$1/scsi_generic/$2"; } # ADDRESS NODE
usb() { # NAME VENDOR PRODUCT BUS DEVICE
	mkdir -p "/sys/bus/usb/devices/$1"
	for each in "idVendor $2" "idProduct $3" "busnum $4" "devnum $5"; do
		echo "${each#* }" >"/sys/bus/usb/devices/$1/${each% *}"
	done
}
scsi 7:0:0:3 sg9; node /dev/sg9
mkdir -p /sys/bus/scsi/devices/7:0:0:4 /sys/bus/usb/devices/3-1:1.0
usb usb3 1d6b 0002 3 1
usb 3-1 1234 beef 3 4
usb 3-2 1234 bee0 3 5
usb 3-3 1234 bee0 3 6
node /dev/bus/usb/003/004; chown root /dev/bus/usb/003/004; chmod 600 /dev/bus/usb/003/004
node /dev/bus/usb/003/006

plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg -blockdev
arg scsi={fdpath:0}
arg -add-fd
arg fd={fd:1}
arg -device
arg usb={fdsetpath:1}
arg -add-fd
arg fd={fd:2}
arg -device
arg other={fdsetpath:2}
arg last
site hostdev1.usb usb-host $1
op scsi owner=hostdev0 name=7:0:0:3 flags=0 fd=0
op usb owner=hostdev1 name={site:0} flags=1 fd=1
op usb owner=hostdev2 name=003/006 flags=0 fd=2
PLAN
}
start() {
	rm -f "$report" "$T/out/stop"
	"$run" up "$T/dev.kiln" "$@" 2>"$T/err" & pid=$!
	wait_for 5 test -e "$report" || :
}
stop() { : >"$T/out/stop"; wait $pid || :; swept dev; }

plan 1234:beef | image dev
rc_is "check finds nothing" 0 "$run" check "$T/dev.kiln"
start
has "the SCSI device" '^fd 10 mode 2 /dev/sg9$' "$report"
has "the USB device, by vendor and product" '^fd 11 mode 2 /dev/bus/usb/003/004$' "$report"
has "the USB device, by bus and device" '^fd 12 mode 2 /dev/bus/usb/003/006$' "$report"
has "an argument for each" 'usb=/dev/fdset/11$' "$report"
stop
clean_is "nothing is left" "$before"

# ---- an optional device that is not there
for absent in 1234:dead 009/009; do
	start --set "hostdev1.usb=$absent"
	is "$absent: its arguments are left out, with their options" \
		"$(sed -n 's/^arg //p' "$report" | grep -A 20 '^-blockdev' | tr '\n' ' ')" \
		"-blockdev scsi=/proc/self/fd/10 -add-fd fd=12 -device other=/dev/fdset/12 last "
	has "$absent: it is said" "hostdev1: the host has no USB device $absent; the VM starts without" "$T/err"
	has "$absent: its slot is empty" '^fd 11 mode 2 /dev/null$' "$report"
	stop
	rc_is "$absent: check finds nothing" 0 "$run" check "$T/dev.kiln" --set "hostdev1.usb=$absent"
done
rc_is "a site value of another form" 2 "$run" up "$T/dev.kiln" --set hostdev1.usb=1234
clean_is "nothing is left" "$before"

# ---- each refuses for its own reason
refused "no such SCSI device" 'hostdev0: the host has no SCSI device 7:0:0:9: No such file' \
	"op scsi owner=hostdev0 name=7:0:0:9 flags=0 fd=0"
has "says how to find it" 'lsscsi, .*--set hostdev0.scsi=ADDRESS' "$T/err"
refused "no generic node" 'SCSI device 7:0:0:4 has no generic node' \
	"op scsi owner=hostdev0 name=7:0:0:4 flags=0 fd=0"
has "says which module" 'modprobe sg' "$T/err"
chown root /dev/sg9; chmod 600 /dev/sg9
refused "QEMU's user may not" 'hostdev0: /dev/sg9 as user kilntest: Permission denied' \
	"op scsi owner=hostdev0 name=7:0:0:3 flags=0 fd=0"
has "says how to let it" 'chown kilntest /dev/sg9' "$T/err"
chmod 604 /dev/sg9
refused "nor may it write" 'hostdev0: /dev/sg9 as user kilntest: Permission denied' \
	"op scsi owner=hostdev0 name=7:0:0:3 flags=0 fd=0"
{ echo "arg report=$report"; echo "op scsi owner=hostdev0 name=7:0:0:3 flags=1 fd=0"; } | image dev
start; wait $pid || :
has "it may read" '^fd 10 mode 0 /dev/sg9$' "$report"
swept dev
rm /dev/sg9; : >/dev/sg9; chmod 666 /dev/sg9
refused "a file in its place" 'hostdev0: /dev/sg9 as user kilntest: No such device' \
	"op scsi owner=hostdev0 name=7:0:0:3 flags=0 fd=0"
echo "op scsi owner=hostdev0 name=../../7 flags=0 fd=0" | image dev
rc_is "a path for an address" 3 "$run" up "$T/dev.kiln"
has "it is no address" '"../../7" is not a valid SCSI address' "$T/err"
refused "no such USB device" 'hostdev1: the host has no USB device 1234:dead' \
	"op usb owner=hostdev1 name=1234:dead flags=0 fd=0"
has "says how to start without" 'startup policy OPTIONAL' "$T/err"
refused "no such USB place" 'hostdev1: the host has no USB device 009/009: No such file' \
	"op usb owner=hostdev1 name=009/009 flags=0 fd=0"
refused "two alike" 'hostdev1: the host has 2 USB devices 1234:bee0' \
	"op usb owner=hostdev1 name=1234:bee0 flags=1 fd=0"
has "says where they are" '--set hostdev1.usb=003/00[56], or 003/00[56]' "$T/err"
rm /dev/bus/usb/003/004; : >/dev/bus/usb/003/004
refused "a file in its place" 'hostdev1: /dev/bus/usb/003/004: No such device' \
	"op usb owner=hostdev1 name=1234:beef flags=1 fd=0"
echo "op usb owner=hostdev1 name=../../sda flags=1 fd=0" | image dev
rc_is "a path for a device" 3 "$run" up "$T/dev.kiln"
has "it is no device" '"../../sda" is not a valid USB device' "$T/err"
clean_is "nothing is left" "$before"
finish
