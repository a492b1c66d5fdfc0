# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# libvirt.sh - import against libvirt itself; sourced by tests/import/run. Needs virsh with the embedded
# driver (no daemon): a domain without addresses gets them from libvirt, and from kiln import.
#
# SETS says how many random domains of tests/libvirt both must take (60), FIRST_SEED where to begin (1).

sets_bin=$O/build/tests/libvirt-sets
first=${FIRST_SEED:-1} sets=${SETS:-60}
L=$W/libvirt

# define ROOT XML NAME: what libvirt makes of a domain.
define() {
	virsh -q -c "qemu:///embed?root=$1" "define $2; dumpxml --inactive $3; undefine --nvram $3" \
		</dev/null 2>"$1/err" | grep -v ': \(info\|warning\) : '
}
# Without a daemon nobody takes logs or makes groups of processes.
embed() {
	mkdir -p "$1/etc"
	printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'stdio_handler = "file"' \
		'cgroup_controllers = []' 'namespaces = []' >"$1/etc/qemu.conf"
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
# running: a guest that libvirt has started gives the image that it gives when it is off, but for the CPU,
# of which libvirt writes down what QEMU made of it.
running() {
	local dir=$L/started
	mkdir -p "$dir/images" "$dir/off"
	{
		truncate -s 1M "$dir/disk.raw" "$dir/disk.raw-2" &&
			sed "s,DISK,$dir/disk.raw," "$TOP/tests/import/domains/started.xml" >"$dir/started.xml" &&
			virsh -q -c "qemu:///embed?root=$L/root" "define $dir/started.xml; start started; dumpxml started; \
				echo OFF; dumpxml --inactive started; destroy started; undefine started" </dev/null 2>"$dir/err" |
			grep -v ': \(info\|warning\) : ' | awk -v dir="$dir" '
				sub(/^OFF/, "") { off = "/off" } { print >(dir off "/dump.xml") }' &&
			grep -q "<domain type='qemu' id='" "$dir/dump.xml" &&
			"$KILN" import "$dir/dump.xml" --board debian12-x86_64 --output "$dir/defconfig" \
				--lock "$dir/lock" &&
			"$KILN" import "$dir/off/dump.xml" --board debian12-x86_64 --output "$dir/off/defconfig" \
				--lock "$dir/off/lock" &&
			diff <(places "$dir/lock") <(places "$dir/off/lock") &&
			diff <(grep -v 'CONFIG_CPU_\|LAYOUT_LOCK' "$dir/defconfig") \
				<(grep -v 'CONFIG_CPU_\|LAYOUT_LOCK' "$dir/off/defconfig") &&
			"$KILN" compose --config "$dir/defconfig" --lock "$dir/lock" --output "$dir/images" &&
			addresses "$dir/dump.xml" "$dir/images/started.xml" &&
			"$KILN" verify "$dir/images/started.kiln"
	} >"$dir/log" 2>&1
}
# native NAME: libvirt's command line of the dump makes the image that the dump makes, but for what no command
# line says (kiln import --beyond), for PS/2 devices, which every PC has without an option, and for the sound
# that libvirt gives VNC and XML does not say.
native() {
	local dir=$L/$1 pattern
	# Without a daemon there are no taps, and so there is one descriptor where there would be four.
	pattern='NET[0-9]*_QUEUES|'$("$KILN" import --beyond | sed 's/ .*//; s/n_/[0-9]*_/; s/\*$/[A-Z0-9_]*/' | paste -sd'|')
	{
		virsh -q -c "qemu:///embed?root=$L/root" "domxml-to-native qemu-argv $dir/dump.xml" </dev/null 2>"$dir/err" |
			grep -v ': \(info\|warning\) : ' >"$dir/argv" &&
			"$KILN" import --argv "$dir/argv" --board debian12-x86_64 --lossy --output "$dir/read" \
				--lock "$dir/read.lock" &&
			{
				grep -vE "^(# )?CONFIG_($pattern)(=| is not set)" "$dir/read"
				grep -E "^(# )?CONFIG_($pattern)(=| is not set)" "$dir/defconfig"
			} >"$dir/native" &&
			"$KILN" compose --config "$dir/native" --lock "$dir/read.lock" --output "$dir/native-images" &&
			diff <(bare "$dir/images") <(bare "$dir/native-images" | sed '/^[^{]*,to=/s/,audiodev=audio1$//') &&
			! "$KILN" diff "$dir/images/$1.kiln" "$dir/native-images/$1.kiln" |
				grep -v 'removed; it was ps2-\|^The guest'
	} >"$dir/native.log" 2>&1
}
# bare FOLDER: the arguments of the image in it, in any order, without the numbers of descriptors.
bare() { "$KILN" show "$1"/*.kiln --section ARGV | sed 's/{\([a-z]*\):[0-9]*}/{\1}/g' | sort; }
# addresses A B: both domains have the same PCI functions.
addresses() {
	local each
	for each in "$1" "$2"; do
		tr '"' "'" <"$each" | grep -o "<address type='pci'[^>]*" | sed "s/ multifunction='o[nf]*'//; s,/$,," |
			sort >"$each.pci"
	done
	diff "$1.pci" "$2.pci"
}

# ---- random domains
# split SUFFIX: what stands between marks, to SEED.SUFFIX; libvirt's log is nobody's.
split() {
	awk -v dir="$L/sets" -v suffix="$1" '
		/: (info|warning) : / { next }
		{
			while (match($0, /^(error: )?MARK [0-9]+/)) {
				seed = substr($0, RSTART, RLENGTH)
				sub(/.* /, "", seed)
				$0 = substr($0, RLENGTH + 1)
				if (file) close(file)
				file = dir "/" seed "." suffix
			}
			if ($0 != "") print >file
		}'
}
# ask SEED...: SEED.xml, and what libvirt makes of it: SEED.dump, or SEED.err.
ask() {
	local seed commands=
	for seed; do
		"$sets_bin" write "$L/sets" "$seed" 1
		commands+="echo MARK $seed; echo --err MARK $seed; define $L/sets/$seed.xml; "
		commands+="dumpxml --inactive set$seed; undefine --nvram set$seed; "
	done
	virsh -q -c "qemu:///embed?root=$L/root" "$commands" >"$L/root/out" 2>"$L/root/err" </dev/null || true
	# QEMU's default of virt has 32 bits, and libvirt writes it out; no machine of Kiln's takes it.
	sed 's/cortex-a15/cortex-a57/' "$L/root/out" | split dump
	split err <"$L/root/err"
}
# taken FILE: whether Kiln takes it whole; FILE.log tells.
taken() {
	local board=debian12-x86_64
	! grep -q "arch='aarch64'" "$1" || board=debian12-x86_64-aarch64
	"$KILN" import "$1" --board "$board" --lock "$1.lock" --output "$1.defconfig" >"$1.log" 2>&1
}
# one SEED: SEED.verdict says same, refused (by both), kiln or libvirt with the reason, or wrong.
one() {
	local out=$L/sets/$1
	if ! [ -s "$out.dump" ]; then
		if taken "$out.xml"; then
			echo "libvirt $(grep 'error: ' "$out.err" | grep -vi -m 1 'failed to \(define\|get\)')"
		else
			echo refused
		fi
	elif ! taken "$out.dump"; then
		echo "kiln $(grep -m 1 ': error: \|^error: \|: lost: ' "$out.dump.log")"
	elif ! taken "$out.xml"; then
		echo "kiln $(grep -m 1 ': error: \|^error: \|: lost: ' "$out.xml.log")"
	elif diff <(places "$out.dump.lock") <(places "$out.xml.lock") >"$out.diff"; then
		echo same
	else
		echo "wrong $(sed -n 2p "$out.diff")"
	fi >"$out.verdict"
}
# verdicts SEED...: ask for them and print "SEED VERDICT" each.
verdicts() {
	ask "$@"
	printf '%s\n' "$@" | xargs -P 2 -I{} bash -c 'one {}'
	for each; do echo "$each $(cat "$L/sets/$each.verdict")"; done
}
# listed WHO WORDS: whether a line of the table has that reason.
listed() {
	local seed who words
	while read -r seed who words; do
		[ "$who" != "$1" ] || [[ $2 != *"$words"* ]] || return 0
	done <"$L/table"
	return 1
}
# random: domains without addresses until as many as wanted are the same, and those of the table.
random() {
	local table=$TOP/tests/import/refusals seed=$first same=0 who words verdict
	mkdir -p "$L/sets"
	grep -v '^#' "$table" >"$L/table"
	: >"$L/all"
	while [ "$same" -lt "$sets" ] && [ "$seed" -lt $((first + 4 * sets + 40)) ]; do
		# shellcheck disable=SC2046 # numbers
		verdicts $(seq "$seed" $((seed + 39))) >>"$L/all"
		seed=$((seed + 40))
		same=$(grep -c ' same$' "$L/all")
	done
	while read -r each who words; do
		[ "$who" = kiln ] || [ "$who" = libvirt ] || continue
		listed "$who" "$words" || echo "$each $who $words"
	done <"$L/all" >"$L/unlisted"
	grep ' wrong ' "$L/all" >>"$L/unlisted"
	if [ -s "$L/unlisted" ] || [ "$same" -lt "$sets" ]; then
		not_ok "$same of $sets random domains" "$L/unlisted"
	else
		ok "$same random domains without addresses are where libvirt puts them"
	fi
	echo "# of $((seed - first)): $(cut -d' ' -f2 "$L/all" | sort | uniq -c | tr -s ' \n' ' ')"
	# shellcheck disable=SC2046
	verdicts $(cut -d' ' -f1 "$L/table") >"$L/known"
	while read -r each who words; do
		verdict=$(sed -n "s/^$each //p" "$L/known")
		if [[ $verdict == "$who "*"$words"* ]]; then
			ok "set $each is refused by $who alone: $words"
		else
			echo "$verdict" >"$L/verdict"
			not_ok "tests/import/refusals: $each $who $words" "$L/verdict"
		fi
	done <"$L/table"
}
export -f one taken places
export L

if ! command -v virsh >/dev/null ||
	! ls /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so >/dev/null 2>&1; then
	skip "libvirt's domains" "no libvirt with the QEMU driver (apt-get install libvirt-clients libvirt-daemon)"
elif case $(virsh --version) in 9.* | 10.*) false ;; esac then
	skip "libvirt's domains" "libvirt $(virsh --version) places controllers otherwise than the boards used here"
elif ! [ -x "$sets_bin" ]; then
	skip "libvirt's domains" "make test-programs was not run"
else
	embed "$L/root"
	for name in ${DOMAINS:-$(cd "$TOP/tests/import/domains" && basename -s .xml -- *.xml)}; do
		if [ "$name" = started ]; then
			if running; then
				ok "of a guest that libvirt runs: $(grep -h 'as baked' "$L/started/log" | sed 's/.*: //')"
			else
				cat "$L/started/err" >>"$L/started/log"
				not_ok "of a guest that libvirt runs" "$L/started/log"
			fi
			continue
		fi
		if whole "$name"; then
			ok "from libvirt, composed and verified: $name: $(grep -h 'as baked' "$L/$name/log" | sed 's/.*: //')"
		else
			not_ok "from libvirt: $name" "$L/$name/log"
		fi
		reason=$(sed -n 's/.*no command line: \(.*\) -->$/\1/p' "$TOP/tests/import/domains/$name.xml")
		if [ -n "$reason" ]; then
			echo "# $name has no command line to compare: $reason"
		elif native "$name"; then
			ok "libvirt's command line is the same machine: $name"
		else
			not_ok "libvirt's command line: $name" "$L/$name/native.log"
		fi
	done
	# Which words a dump has is libvirt's, from one version to the next.
	if [ -s "$L/workstation/dump.xml" ] && [[ $(virsh --version) == 9.0.* ]]; then
		is "README.md's guest is as virsh dumpxml prints it" \
			cmp "$L/workstation/dump.xml" "$TOP/tests/import/readme/workstation.xml"
	fi
	[ -n "${DOMAINS:-}" ] || random
fi
