# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# libvirt.sh - import against libvirt itself; sourced by tests/import/run. Needs virsh with the embedded
# driver (no daemon): a domain without addresses gets them from libvirt, and from kiln import.
#
# SETS says how many of the random domains of tests/libvirt (60), FIRST_SEED where to begin (1).

sets_bin=$O/build/tests/libvirt-sets
first=${FIRST_SEED:-1} sets=${SETS:-60}
L=$W/libvirt

# define ROOT XML NAME: what libvirt makes of a domain.
define() {
	virsh -q -c "qemu:///embed?root=$1" "define $2; dumpxml --inactive $3; undefine --nvram $3" \
		</dev/null 2>"$1/err" | grep -v ': \(info\|warning\) : '
}
embed() {
	mkdir -p "$1/etc"
	printf 'user = "root"\ngroup = "root"\nsecurity_driver = "none"\n' >"$1/etc/qemu.conf"
}
# places LOCK: who is where; which slot of .config a controller has is nobody's address.
places() { grep '^device ' "$1" | sed 's/ \(slot\|asked\) .*//'; }

# whole NAME: libvirt's dump is imported, composed and verified; the bare domain gives the same places.
whole() {
	local dir=$L/$1 name=$1
	mkdir -p "$dir/images" "$dir/bare"
	{
		define "$L/root" "$TOP/tests/import/domains/$name.xml" "$name" >"$dir/dump.xml" &&
			"$KILN" import "$dir/dump.xml" --board debian12-x86_64 --output "$dir/defconfig" \
				--lock "$dir/lock" &&
			"$KILN" import "$TOP/tests/import/domains/$name.xml" --board debian12-x86_64 \
				--output "$dir/bare/defconfig" --lock "$dir/bare/lock" &&
			diff <(places "$dir/lock") <(places "$dir/bare/lock") &&
			"$KILN" compose --config "$dir/defconfig" --lock "$dir/lock" --output "$dir/images" &&
			addresses "$dir/dump.xml" "$dir/images/$name.xml" &&
			"$KILN" verify "$dir/images/$name.kiln"
	} >"$dir/log" 2>&1
}
# addresses A B: both domains have the same PCI functions.
addresses() {
	local each
	for each in "$1" "$2"; do
		tr '"' "'" <"$each" | grep -o "<address type='pci'[^>]*" | sed "s/ multifunction='o[nf]*'//; s,/$,," |
			sort >"$each.pci"
	done
	diff "$1.pci" "$2.pci"
}

# one ROOT SEED: prints what became of a random domain.
one() {
	local root=$1 xml=$L/sets/$2.xml out=$L/sets/$2 board=debian12-x86_64
	! grep -q "arch='aarch64'" "$xml" || board=debian12-x86_64-aarch64
	# QEMU's default of virt has 32 bits, and libvirt writes it out; no machine of Kiln's takes it.
	define "$root" "$xml" "set$2" | sed 's/cortex-a15/cortex-a57/' >"$out.dump"
	grep -q '<domain' "$out.dump" || { echo refused; return; }
	for each in dump xml; do
		"$KILN" import --lossy "$out.$each" --board "$board" --lock "$out.$each.lock" \
			--output "$out.$each.defconfig" >"$out.$each.log" 2>&1 || {
			# What Kiln has no slot or no start for is said, of both.
			grep -qE '\[(import-room|boot-device|pci-address)\]' "$out.$each.log" && echo beyond && return
			echo "wrong $2: $(head -n 1 "$out.$each.log")"
			return
		}
	done
	if diff <(places "$out.dump.lock") <(places "$out.xml.lock") >"$out.diff"; then
		echo same
	else
		echo "wrong $2: $(sed -n 2p "$out.diff")"
	fi
}
worker() {
	local seed
	embed "$L/root$1"
	for ((seed = first + $1; seed < first + sets; seed += 2)); do one "$L/root$1" "$seed"; done
}

if ! command -v virsh >/dev/null ||
	! ls /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so >/dev/null 2>&1; then
	skip "libvirt's domains" "no libvirt with the QEMU driver (apt-get install libvirt-clients libvirt-daemon)"
elif case $(virsh --version) in 9.* | 10.*) false ;; esac then
	skip "libvirt's domains" "libvirt $(virsh --version) places controllers otherwise than the boards used here"
elif ! [ -x "$sets_bin" ]; then
	skip "libvirt's domains" "make test-programs was not run"
else
	embed "$L/root"
	for each in "$TOP"/tests/import/domains/*.xml; do
		name=$(basename "$each" .xml)
		if whole "$name"; then
			ok "from libvirt, composed and verified: $name: $(grep -h 'as baked' "$L/$name/log" | sed 's/.*: //')"
		else
			not_ok "from libvirt: $name" "$L/$name/log"
		fi
	done
	mkdir -p "$L/sets"
	"$sets_bin" write "$L/sets" "$first" "$sets"
	worker 0 >"$L/zero" &
	pid=$!
	worker 1 >"$L/one"
	wait "$pid"
	cat "$L/zero" "$L/one" >"$L/all"
	grep '^wrong' "$L/all" >"$L/wrong"
	same=$(grep -c '^same' "$L/all")
	if [ -s "$L/wrong" ] || [ "$same" = 0 ]; then
		not_ok "random domains without addresses" "$L/wrong"
	else
		ok "$same random domains without addresses are where libvirt puts them"
	fi
	echo "# of $sets: $(sort "$L/all" | cut -d' ' -f1 | uniq -c | tr -s ' \n' ' ')"
fi
