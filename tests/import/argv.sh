# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# argv.sh - command lines that people wrote, against what was once found right of each; and a running
# process. Sourced by run.

A=$TOP/tests/import/argv
for each in "$A"/*.expected; do
	name=$(basename "$each" .expected)
	mkdir -p "$W/argv/$name"
	(
		cd "$A" || exit 1
		"$KILN" import --argv "$name" --board "$(sed -n 's/^# board //p' "$each")" --lossy \
			--output "$W/argv/$name/defconfig" --lock "$W/argv/$name/lock" 2>"$W/argv/$name/notes"
	)
	{
		grep '^# board ' "$each"
		sed "s,$A/,," "$W/argv/$name/notes"
		grep -v '^# What the\|^#$' "$W/argv/$name/defconfig" | sed "s,^\(CONFIG_LAYOUT_LOCK=\"\)$W/argv/$name/,\1,"
		grep '^device ' "$W/argv/$name/lock"
	} >"$W/argv/$name/got" 2>&1
	if diff "$each" "$W/argv/$name/got" >"$W/argv/$name/log" && "$KILN" check --config "$W/argv/$name/defconfig" \
		--lock "$W/argv/$name/lock" --payload-dir "$TOP/tests/golden/payload" >>"$W/argv/$name/log" 2>&1; then
		ok "a command line: $name"
	else
		not_ok "a command line: $name" "$W/argv/$name/log"
	fi
done
# refused NAME TEXT WORDS...: exit code 1, the words, why and fix, and nothing written.
refused() {
	local each
	printf '%b' "$2" >"$W/line"
	"$KILN" import --argv "$W/line" --lock "$W/no" >"$W/out" 2>"$W/err"
	local rc=$?
	for each in "${@:3}" '  why: ' '  fix: '; do
		grep -qF -- "$each" "$W/err" || rc=9
	done
	if [ "$rc" = 1 ] && [ ! -s "$W/out" ] && [ ! -e "$W/no" ]; then ok "refused: $1"; else not_ok "refused: $1" "$W/err"; fi
}
refused "a quote that is open" "kvm -m 1G \\\\\n -name 'x\n" "line:2: error: column 8: a ' that is not closed"
refused "a value that is missing" 'kvm -m 1G -name' 'line:1: error: column 11: missing value for -name argument'
refused "JSON that is none" "kvm -device '{\"driver\":\"e1000\",}'" \
	'line:1: error: column 32: the value of -device has no JSON'
refused "a key without a name" 'kvm -device e1000,=1' 'column 19: the value of -device has a'
refused "a key with a value and members" 'kvm -netdev user,id=a,net.x=1,net=2' 'column 31: the value of -netdev has a key'
# shellcheck disable=SC2016 # the shell of the command line is meant
refused "a variable" 'kvm -m $MEMORY' 'line:1: error: column 8: a variable or command of the shell [argv-shell]'
refused "no command line" 'echo hello\n' 'no command here starts QEMU'
refused "an empty file" '' 'no command here starts QEMU'
refused "two machines" 'kvm -m 1\nkvm -m 2\n' 'lines 1 and 2 both start QEMU'
refused "a question" 'kvm -m 1G -device help' 'line:1: error: column 11: -device help is a question to QEMU'
refused "a question about one" 'kvm -device e1000,help' 'column 5: -device e1000,help is a question to QEMU'
refused "a question alone" 'kvm -version' 'column 5: -version is a question to QEMU'
refused "another machine" 'qemu-system-x86_64 -M isapc' 'machine type "isapc"'
refused "another architecture" 'qemu-system-aarch64 -M virt -m 1G -kernel k' 'GUEST_ARCH_AARCH64' \
	'fix: Give --board with one that has such guests: debian12-x86_64-aarch64, generic-aarch64.'
"$KILN" import --argv "$W/none" >"$W/out" 2>"$W/err"
is "a file that is not there is refused" grep -q 'none: error: .*No such file' "$W/err"
"$KILN" import --pid 0 >"$W/out" 2>"$W/err"
is "process 0 is refused" grep -q 'wants the number of a process' "$W/err"

# files of -readconfig: those that are none say so, and the rest is read
head -c 70000 /dev/zero | tr '\0' '#' >"$W/long.cfg"
printf '[device "a"]\n\0driver = "edu"\n' >"$W/nul.cfg"
mkfifo "$W/fifo.cfg"
for each in absent long nul fifo; do
	printf 'qemu-system-x86_64 -m 768 -readconfig %s.cfg' "$W/$each" >"$W/config"
	timeout 20 "$KILN" import --argv "$W/config" --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
	is "a file of options that is $each: is told" grep -q "lost: -readconfig: $W/$each.cfg: options in a file that cannot be read here (" "$W/err"
	is "and the rest is read" grep -qx CONFIG_MEMORY_MIB=768 "$W/out"
done
printf 'qemu-system-x86_64 -hda disk.img' >"$W/relative"
"$KILN" import --argv "$W/relative" --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
is "a relative path is below the folder of the script" grep -qx "CONFIG_DISK0_PATH=\"$W/disk.img\"" "$W/out"
is "and that is said" grep -qF "dropped: -hda: disk.img: a relative path; it is $W/disk.img" "$W/err"
rm -f "$W/no"

# passt: what NETn_FORWARDS can say is taken, and nothing leads to the guest that did not before.
cat >"$W/passt.xml" <<'END'
<domain type="qemu"><name>p</name><memory>65536</memory>
<os><type arch="x86_64" machine="pc-q35-7.2">hvm</type><boot dev="network"/></os>
<devices><interface type="user"><backend type="passt" logFile="/var/log/p.log"/><source dev="eth1"/>
<portForward proto="tcp"><range start="2022" to="22"/><range start="443" exclude="no"/><range start="8000" end="8010"/></portForward>
<portForward proto="udp" address="2001:DB8:0::1"><range start="7"/></portForward>
<portForward proto="udp" address="192.0.2.7"><range start="53"/><range start="54" exclude="yes"/></portForward>
<portForward proto="udp" address="1.2.3.4"><range start="5000" end="5020" to="6000"/><range start="5010" end="5015" exclude="yes"/>
<range start="5020" exclude="yes"/><range start="4999" end="5000" exclude="yes"/></portForward>
<portForward proto="udp"><range start="90" end="91"/><range start="95"/><range start="90" end="92" exclude="yes"/></portForward>
<portForward proto="tcp"><range start="90"/><range start="90" exclude="yes"/></portForward>
<portForward proto="tcp"><range start="99" end="99" to="92"/></portForward>
<portForward proto="tcp" dev="eth7"><range start="97"/></portForward>
<portForward proto="tcp"><range start="98" exclude="yes"/></portForward>
<portForward proto="tcp" address="example"><range start="96"/></portForward>
<portForward proto="tcp"><range start="94" end="93"/></portForward>
<portForward proto="sctp"/>
<model type="virtio"/><mtu size="1400"/></interface></devices></domain>
END
"$KILN" import "$W/passt.xml" --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
ports='tcp:2022:22,tcp:443:443,tcp:8000-8010:8000,udp:[2001:db8::1]:7:7,udp:192.0.2.7:53:53,'
ports+='udp:1.2.3.4:5001-5009:6001,udp:1.2.3.4:5016-5019:6016,udp:95:95,tcp:99:92'
is "passt: its ports, without those that are left out" grep -qxF "CONFIG_NET0_FORWARDS=\"$ports\"" "$W/out"
is "passt: the rest of it" test "$(grep -cx 'CONFIG_NET0_\(BACKEND_PASST=y\|PASST_INTERFACE="eth1"\|PASST_LOG="/var/log/p.log"\|MTU=1400\)' "$W/out")" = 4
for each in range/@start\ \"9{7,8,6,4}\" '@exclude "yes"' '@dev "eth7"' '@address "example"' '@end "93"' '@proto "sctp"'; do
	is "passt: lost: $each" grep -qF "$each: Kiln has no setting" "$W/err"
done
rm -f "$W/no"
printf 'kvm -hda /d.img -netdev stream,id=n,%s,reconnect=5 -device e1000,netdev=n -netdev %s -device e1000,netdev=o' \
	addr.type=unix,addr.path=/run/p,server=off \
	"'{\"type\":\"stream\",\"id\":\"o\",\"addr\":{\"type\":\"unix\",\"path\":\"/run/s\"},\"server\":true}'" >"$W/stream"
"$KILN" import --argv "$W/stream" --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
is "a stream that QEMU connects is a passt" test "$(grep 'NET[01]_BACKEND' "$W/out")" = CONFIG_NET0_BACKEND_PASST=y
is "whose ports nobody knows" grep -qF 'lost: -netdev: addr.path=/run/p: whose socket it is is not said' "$W/err"
is "and one that it serves is none" grep -qF 'lost: -netdev: addr.type=unix,server=on: Kiln has no such network' "$W/err"
rm -f "$W/no"

# A folder that libvirt would serve: the guest's device is the same one, and somebody else starts virtiofsd.
cat >"$W/shared.xml" <<'END'
<domain type="kvm"><name>shared</name><memory unit="MiB">64</memory><memoryBacking><source type="memfd"/><access mode="shared"/>
</memoryBacking><os><type machine="q35">hvm</type></os><devices><disk type="file"><source file="/a"/><target dev="vda"/></disk>
<filesystem type="mount" accessmode="passthrough"><driver type="virtiofs"/><source dir="/srv/a b"/><target dir="ab"/></filesystem>
<filesystem type="mount"><driver type="virtiofs" queue="1024"/><source socket="/run/own.sock"/><target dir="own"/></filesystem>
<filesystem type="mount"><driver type="virtiofs"/><source dir="/srv/c"/><target dir="c"/></filesystem></devices></domain>
END
"$KILN" import "$W/shared.xml" --lock "$W/no" >"$W/out" 2>"$W/err"
is "virtiofs: what libvirt starts is lost" test "$? $(grep -c 'lost: ' "$W/err") $(wc -c <"$W/out")" = "1 2 0"
is "virtiofs: and how it is started is said" grep -qF \
	'shared.xml:3: lost: devices/filesystem/source/@dir "/srv/a b": start it on the target before the machine: virtiofsd --socket-path=/run/shared-fs0.sock -o source='"'/srv/a b'" "$W/err"
"$KILN" import "$W/shared.xml" --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
is "virtiofs: the devices are the guest's" test "$(grep 'FS[0-9]_[MSQ]' "$W/out" | sort | tr '\n' ' ')" = \
	'CONFIG_FS0_MODEL_VIRTIOFS=y CONFIG_FS0_SOCKET="/run/shared-fs0.sock" CONFIG_FS1_MODEL_VIRTIOFS=y CONFIG_FS1_QUEUE_SIZE=1024 CONFIG_FS1_SOCKET="/run/own.sock" CONFIG_FS2_MODEL_VIRTIOFS=y CONFIG_FS2_SOCKET="/run/shared-fs2.sock" '
rm -f "$W/no"

# What only some file of the machine decides: which firmware is in a file without a folder, which flash fits.
printf 'qemu-system-x86_64 -m 64 -L /opt/qemu -bios own.bin -hda /d.img' >"$W/bios"
"$KILN" import --argv "$W/bios" --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
is "firmware without a folder is one of QEMU's" grep -qx 'CONFIG_FIRMWARE_PATH="/opt/qemu/own.bin"' "$W/out"
: >"$W/own.bin"
"$KILN" import --argv "$W/bios" --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
is "unless it stands beside the script" grep -qx "CONFIG_FIRMWARE_PATH=\"$W/own.bin\"" "$W/out"
rm -f "$W/own.bin" "$W/no"
printf 'qemu-system-aarch64 -M virt,secure=off -nographic -m 64 -bios /f/QEMU_EFI.fd -hda /d.img' >"$W/flash"
"$KILN" import --argv "$W/flash" --board debian12-x86_64-aarch64 --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
is "firmware of virt is flash without variables" grep -qx CONFIG_FIRMWARE_VARS_NONE=y "$W/out"
is "and that it is another file is told" test "$(grep 'lost: ' "$W/err" | grep -c 'lost: -bios: /f/QEMU_EFI.fd: .* 64 MiB')" = 1
is "and nothing else is lost" test "$(grep -c 'lost: ' "$W/err")" = 1
rm -f "$W/no"
printf 'qemu-system-aarch64 -M virt -m 64 -nodefaults -kernel /k -device virtio-keyboard-device' >"$W/transport"
"$KILN" import --argv "$W/transport" --board debian12-x86_64-aarch64 --lossy --lock "$W/no" >"$W/out" 2>"$W/err"
is "a keyboard on a transport is a keyboard" grep -qx CONFIG_INPUT0_MODEL_VIRTIO_KEYBOARD=y "$W/out"
rm -f "$W/no"

# A running process: its words, with its environment left alone.
mkfifo "$W/hold" "$W/ready"
printf 'echo >"%s/ready"\nread -r\n' "$W" >"$W/disk.img"
(exec -a qemu-system-x86_64 bash "$W/disk.img" -m 64 -name running -nodefaults \
	-device 'e1000,mac=52:54:00:00:00:09' <"$W/hold") &
pid=$!
exec 7>"$W/hold"
read -r <"$W/ready"
is "a process" "$KILN" import --pid "$pid" --lossy --output "$W/running" --lock "$W/running.lock"
exec 7>&-
wait "$pid"
is "a process: its memory" grep -qx 'CONFIG_MEMORY_MIB=64' "$W/running"
is "a process: its disk" grep -qx "CONFIG_DISK0_PATH=\"$W/disk.img\"" "$W/running"
is "a process: its network card" grep -qx 'CONFIG_NET0_MAC="52:54:00:00:00:09"' "$W/running"

# Every row of the table of what a command line cannot say is met by a golden case.
"$KILN" import --beyond | sed 's/ .*//; s/n_/[0-9]*_/; s/\*$/[A-Z0-9_]*/' >"$W/beyond"
while read -r pattern; do
	grep -qE "^(# )?CONFIG_$pattern(=| is not set)" "$TOP"/tests/golden/*/config || echo "$pattern"
done <"$W/beyond" >"$W/unmet"
if [ -s "$W/beyond" ] && [ ! -s "$W/unmet" ]; then
	ok "each of $(wc -l <"$W/beyond") rows beyond a command line is met"
else
	not_ok "rows beyond a command line that no case meets" "$W/unmet"
fi
