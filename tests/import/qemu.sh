# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# qemu.sh - a command line that gives its devices no place: the guest finds them where QEMU has them. What
# `info qtree` of that command line says is held against the layout of what is composed of the import; what
# moves must have been said. Then the image starts too, and the properties of its devices are held against those
# of the command line's; tests/import/qtree-differences accepts what may differ. Sourced by run. QEMU10 is another QEMU, for the board debian13-x86_64; PLACES
# says how many random command lines (8), of seeds from FIRST_SEED (1).

P=$W/places
mkdir -p "$P/disks"
for each in {1..40}; do truncate -s 1M "$P/disks/$each.img"; done

# places_of QEMU FILE: what QEMU has of the command line in it, paused; 2 = it refuses it.
places_of() {
	local words
	words=$(sed '1s/^[^ ]* //' "$2" | tr -d '\\\n')
	eval "printf 'info qtree\nquit\n' | timeout 60 '$1' -S -display none -monitor stdio $words" >"$P/qtree" 2>&1 || :
	"$TOP/tests/import/qtree-places" "$P/qtree" | sort
	grep -aq '^bus: main-system-bus' "$P/qtree" || return 2
}

# same_properties QEMU BOARD: what QEMU has of the image, in $P/out, against what it had of the command line, whose
# `info qtree` is in $P/qtree; with $P/used, the lines of tests/import/qtree-differences that were needed.
same_properties() {
	local words
	mapfile -t words < <("$KILN" show "$P"/out/*.kiln --argv --payload-dir "$P" | tail -n +2)
	"$TOP/tests/import/qtree-places" -v props=1 "$P/qtree" >"$P/given-properties"
	printf 'info qtree\nquit\n' | timeout 60 "$1" -S -monitor stdio "${words[@]}" >"$P/qtree" 2>&1 || :
	"$TOP/tests/import/qtree-places" -v props=1 "$P/qtree" >"$P/got-properties"
	[ -s "$P/got-properties" ] || { tail -n 3 "$P/qtree"; return 1; }
	"$TOP/tests/import/qtree-properties" -v used="$P/used" "$TOP/tests/import/qtree-differences" "$P/given-properties" \
		"$P/got-properties" >"$P/differ"
	[ ! -s "$P/differ" ] || { cat "$P/differ"; return 1; }
}

# same_places QEMU BOARD FILE: 0, or 1 with the reason on standard output, or 2 where QEMU refuses it; and
# how many were said to move in $P/moved.
same_places() {
	rm -rf "$P/out" "$P/config" "$P/lock"
	places_of "$1" "$3" >"$P/given" || { grep -a 'qemu-system' "$P/qtree" | head -n 2; return 2; }
	if ! "$KILN" import --argv "$3" --board "$2" --lossy --output "$P/config" --lock "$P/lock" 2>"$P/notes" ||
		! "$KILN" compose --config "$P/config" --output "$P/out" 2>>"$P/notes" ||
		! "$KILN" verify --qemu "$1" "$P"/out/*.kiln >>"$P/notes" 2>&1; then
		cat "$P/notes"
		return 1
	fi
	"$KILN" show "$P"/out/*.kiln --section LAYOUT | jq -rf "$TOP/tests/import/layout-places.jq" | sort >"$P/got"
	grep -c 'QEMU puts it: \|QEMU gives it: ' "$P/notes" >"$P/moved"
	# What sits on a controller that moves, moves with it.
	diff "$P/given" "$P/got" >"$P/diff" || [ "$(cat "$P/moved")" -gt 0 ] || { cat "$P/diff"; return 1; }
	same_properties "$1" || return 1
}

# at NAME WORDS: a command line whose devices are where QEMU has them, in each QEMU that there is.
at() {
	local each text=$2
	echo "qemu-system-x86_64 $text" | sed "s,@,$P/disks/,g" >"$P/line"
	for each in "${qemus[@]}"; do
		if ! same_places "${each%% *}" "${each##* }" "$P/line" >"$P/log"; then not_ok "places: $1, ${each##* }" "$P/log"; return; fi
	done
	if [ "$(cat "$P/moved")" = "${3:-0}" ]; then ok "places: $1"; else not_ok "places: $1: $(cat "$P/moved") moved" "$P/notes"; fi
}

qemus=()
for each in "$(command -v qemu-system-x86_64) debian12-x86_64" "${QEMU10:-$TOP/output/qemu10/qemu-system-x86_64} debian13-x86_64"; do
	# The second needs a mount name space.
	[ ! -x "${each%% *}" ] || ! "${each%% *}" --version >/dev/null 2>&1 || qemus+=("$each")
done
if [ "${#qemus[@]}" = 0 ]; then
	skip "places: QEMU's choice is kept" "no qemu-system-x86_64 here"
else
	echo "# places held against ${qemus[*]}"
	at "what a PC has by itself" "-hda @1.img"
	at "what q35 has by itself" "-M q35 -hda @1.img -cdrom @2.img"
	at "networks in three ways" "-hda @1.img -net nic -net user -nic user,model=virtio -netdev user,id=n -device e1000,netdev=n"
	at "disks of -drive come behind -device" "-M q35 -nodefaults -vga std -drive if=virtio,format=raw,file=@1.img -device virtio-rng-pci -device virtio-balloon"
	at "JSON comes last" "-hda @1.img -device '{\"driver\":\"virtio-rng-pci\"}' -device virtio-balloon -drive if=virtio,format=raw,file=@2.img"
	at "a device that Kiln does not know" "-M q35 -hda @1.img -device edu -device virtio-rng-pci -device '{\"driver\":\"pci-testdev\"}' -device virtio-balloon"
	at "behind a root port and a switch" "-M q35 -hda @1.img -device pcie-root-port,id=a,chassis=1 -device x3130-upstream,id=u,bus=a -device xio3130-downstream,id=b,bus=u,chassis=2 -device xio3130-downstream,id=c,bus=u,chassis=3 -device virtio-rng-pci,bus=c -device virtio-balloon"
	at "slot 0 of a bridge is not Kiln's" "-hda @1.img -device pci-bridge,id=b,chassis_nr=1 -device virtio-rng-pci,bus=b -device virtio-balloon,bus=b" 1
	at "a controller that Kiln has in one place" "-hda @1.img -device piix3-usb-uhci -device usb-tablet" 1
	at "addresses in between" "-hda @1.img -device virtio-rng-pci,addr=0x4 -device virtio-rng-pci -device virtio-rng-pci,addr=0x6.1 -device virtio-balloon,addr=0x7,multifunction=on"
	at "the newest SCSI controller" "-hda @1.img -device virtio-scsi-pci -drive if=none,format=raw,id=a,file=@2.img -device scsi-hd,drive=a -device lsi -drive if=none,format=raw,id=b,file=@3.img -device scsi-hd,drive=b -drive if=none,format=raw,id=c,file=@4.img -device scsi-cd,drive=c"
	at "targets and units" "-hda @1.img -device virtio-scsi-pci,id=s -drive if=none,format=raw,id=a,file=@2.img -device scsi-hd,drive=a,scsi-id=0,lun=2 -drive if=none,format=raw,id=b,file=@3.img -device scsi-hd,drive=b,bus=s.0,scsi-id=0 -drive if=none,format=raw,id=c,file=@4.img -device scsi-hd,drive=c"
	at "USB: the newest controller, and a hub at the last port" "-hda @1.img -usb -device qemu-xhci,p2=2,p3=2 -device usb-tablet -device usb-kbd -device usb-mouse -device usb-ehci,id=e -device usb-kbd,bus=usb-bus.0"
	at "USB by -usbdevice" "-M q35 -hda @1.img -usb -usbdevice tablet -device usb-kbd"
	at "the last bus of IDE" "-nodefaults -drive if=none,format=raw,id=a,file=@1.img -device ide-hd,drive=a -drive if=none,format=raw,id=b,file=@2.img -device ide-cd,drive=b -drive if=none,format=raw,id=c,file=@3.img -device ide-hd,drive=c,bus=ide.0"
	at "the last bus of AHCI" "-M q35 -nodefaults -drive if=none,format=raw,id=a,file=@1.img -device ide-hd,drive=a -device ahci,id=x -drive if=none,format=raw,id=b,file=@2.img -device ide-hd,drive=b -drive if=none,format=raw,id=c,file=@3.img -device ide-hd,drive=c,bus=x.1"
	at "two floppy drives" "-nodefaults -hda @1.img -drive if=none,format=raw,id=a,file=@2.img -device floppy,drive=a -drive if=none,format=raw,id=b,file=@3.img -device floppy,drive=b"
	at "ports of virtio-serial" "-hda @1.img -device virtio-serial -chardev null,id=a -device virtserialport,chardev=a,name=org.a -chardev null,id=b -device virtconsole,chardev=b -chardev null,id=c -device virtserialport,chardev=c,name=org.c -chardev null,id=d -device virtconsole,chardev=d"
	at "an adapter stays without a window" "-hda @1.img -nographic -serial null -device virtio-rng-pci"
	at "an adapter beside QEMU's own" "-M q35 -hda @1.img -device virtio-gpu-pci -device virtio-rng-pci"
	at "a share in one option" "-hda @1.img -device virtio-rng-pci -virtfs local,path=/tmp,mount_tag=t,security_model=none -device virtio-balloon"
	at "memory and screens of qxl" "-M q35 -nodefaults -hda @1.img -device qxl-vga,ram_size_mb=128,vram_size=16777216,vgamem_mb=32 -device qxl,vram_size_mb=32,vram64_size_mb=64,max_outputs=2"
	at "a card of -nic has no MSI-X" "-hda @1.img -nic user,model=virtio -nic user,model=virtio-net-pci"
	at "and one of -net has" "-M q35 -hda @1.img -net nic,model=virtio,vectors=4 -net user -device virtio-rng-pci"
	at "a card of -nic beside another one has" "-hda @1.img -nic user,model=virtio -device virtio-net-pci"
	is "places: and that is told" grep -q 'lost: -nic: vectors=0: ' "$P/notes"
	at "orders from 0" "-nodefaults -drive if=none,format=raw,id=a,file=@1.img -device virtio-blk-pci,drive=a,bootindex=0 -drive if=none,format=raw,id=b,file=@2.img -device virtio-blk-pci,drive=b,bootindex=1"
	# The scripts of tests/import/argv that this machine can start, their files and networks replaced.
	refused=0 moved=0 same=0 seed=${FIRST_SEED:-1} last=$((${FIRST_SEED:-1} + ${PLACES:-8}))
	: >"$P/all"
	for (( ; seed < last; seed++)); do
		"$TOP/tests/import/argv-sets" -v seed="$seed" -v folder="$P/disks" >"$P/line"
		for each in "${qemus[@]}"; do
			rc=0
			same_places "${each%% *}" "${each##* }" "$P/line" >"$P/log" || rc=$?
			case $rc in
			0) same=$((same + 1)) moved=$((moved + $(cat "$P/moved"))) ;;
			1) { echo "seed $seed, ${each##* }:"; cat "$P/line" "$P/log"; } >>"$P/all" ;;
			2) refused=$((refused + 1)) ;;
			esac
		done
	done
	if [ ! -s "$P/all" ] && [ "$same" -gt 0 ]; then
		ok "places: $same random command lines"
	else
		not_ok "places: random command lines" "$P/all"
	fi
	echo "# $moved devices were said to move; QEMU itself refused $refused"

	lines=$(grep -vnc '^#\|^$' "$TOP/tests/import/qtree-differences")
	# Other random command lines need not meet all of them.
	[ "${FIRST_SEED:-1}${PLACES:-8}" != 18 ] ||
		is "places: each of $lines accepted differences of properties is needed" diff <(sort -nu "$P/used") \
		<(grep -vn '^#\|^$' "$TOP/tests/import/qtree-differences" | cut -d: -f1)

	# Kiln's rules, when they are asked for.
	echo "qemu-system-x86_64 -M q35 -hda $P/disks/1.img -device virtio-rng-pci" >"$P/line"
	"$KILN" import --argv "$P/line" --lossy --by-rules --output "$P/config" --lock "$P/lock" 2>"$P/notes"
	is "places: --by-rules has a root port for a virtio device" grep -q '^device rng0 pci 0[1-9]:00.0$' "$P/lock"
	is "places: and configures none" test "$(grep -c PCI_ADDRESS "$P/config")" = 0
fi

# Every PCI device of QEMU is one that a family or the table of others knows, or slots would be counted wrong.
# Bridges are the layout's alone; what is a module of its own is not in each QEMU of a version.
: >"$P/unknown"
count_drivers=0
for qemu in "${qemus[@]}"; do
	while read -r first second third; do
		text="-M q35 -nodefaults -hda $P/disks/1.img" slot=1
		for each in $first $second $third; do
			text+=" -device $each" slot=$((slot + 1)) count_drivers=$((count_drivers + 1))
		done
		echo "qemu-system-x86_64 $text -device edu" >"$P/line"
		"$KILN" import --argv "$P/line" --lossy --board "${qemu##* }" --output "$P/config" --lock "$P/lock" 2>"$P/log"
		grep -q "kept: -device: edu,addr=0x$slot,bus=pcie.0: " "$P/log" ||
			{ echo "$first $second $third"; head -n 3 "$P/log"; } >>"$P/unknown"
	done < <("${qemu%% *}" -M none -device help 2>/dev/null | sed -n 's/^name "\([^"]*\)", bus PCI.*/\1/p' |
		grep -vE '^AMDVI-PCI|^vfio-pci-igd|^pxb|^cxl-|-bridge|-gl(-|$)' | while read -r each; do
		# Those of a family stand in its source.
		grep -rqE "\"${each%%-pci*}(-pci)?\"" "$TOP/src/devices" --include=*.c --include=*.h || echo "$each"
	done | paste -d' ' - - -)
done
if [ "$count_drivers" -gt 0 ] && [ ! -s "$P/unknown" ]; then
	ok "places: each of $count_drivers PCI devices of QEMU without a family is known"
elif [ "${#qemus[@]}" -gt 0 ]; then
	not_ok "places: PCI devices of QEMU that are not known" "$P/unknown"
fi

# ---- a process that is QEMU
# as_process NAME ARGS...: a paused QEMU in a folder of its own, and what comes of its import; pid is its number.
as_process() {
	rm -rf "$P/process"
	mkdir -p "$P/process"
	truncate -s 1M "$P/process/disk.img" "$P/process/other.img"
	(
		cd "$P/process" || exit 1
		exec 5<other.img
		PASSWORD=secret-of-mine exec qemu-system-x86_64 -S -display none -monitor none -pidfile "$P/process/pid" -daemonize "$@"
	) >"$P/log" 2>&1 || return 1
	pid=$(cat "$P/process/pid")
	"$KILN" import --pid "$pid" --lossy --output "$P/config" --lock "$P/lock" 2>"$P/notes"
}
pid=
if command -v qemu-system-x86_64 >/dev/null; then
	is "a paused QEMU" as_process -name paused -m 64 -nodefaults -add-fd fd=5,set=1 -drive if=virtio,format=raw,file=disk.img \
		-drive if=virtio,format=raw,readonly=on,file=/dev/fdset/1 -device virtio-rng-pci
	is "a paused QEMU: a relative path is below its folder" grep -qx "CONFIG_DISK0_PATH=\"$P/process/disk.img\"" "$P/config"
	is "a paused QEMU: a descriptor that it has closed is the file" grep -qx "CONFIG_DISK1_PATH=\"$P/process/other.img\"" "$P/config"
	is "a paused QEMU: and that is told" grep -q "dropped: -drive: /dev/fdset/1: what the process has open there is $P/process/other.img" "$P/notes"
	is "a paused QEMU: a place of its own" grep -qx 'device rng0 pci 00:02.0' "$P/lock"
	is "a paused QEMU: nothing of its environment" test "$(cat "$P/config" "$P/lock" "$P/notes" | grep -c secret-of-mine)" = 0
	if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && setpriv --reuid 65534 --clear-groups "$KILN" --version >/dev/null 2>&1; then
		# Another user may read the words, and not what is open.
		setpriv --reuid 65534 --clear-groups "$KILN" import --pid "$pid" --lock /nonexistent/lock >"$P/printed" 2>"$P/err"
		rc=$?
		is "a QEMU of another user: nothing is written" test "$rc$(wc -c <"$P/printed")" = 10
		is "a QEMU of another user: its folder is told" grep -q 'lost: -drive: disk.img: a relative path, and the folder that it begins in is not known' "$P/err"
	else
		skip "a QEMU of another user" "needs root and setpriv"
	fi
	[ -z "${pid:-}" ] || kill "$pid"
	for ((i = 0; i < 100; i++)); do [ -e "/proc/$pid" ] || break; read -rt 0.1 <> <(:) || :; done
	"$KILN" import --pid "$pid" --lock "$P/lock" >"$P/printed" 2>"$P/err"
	is "a process that has ended is refused" grep -q "error: $pid is no process" "$P/err"
else
	skip "a paused QEMU" "no qemu-system-x86_64 here"
fi
