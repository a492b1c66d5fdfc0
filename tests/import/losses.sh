# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# losses.sh - nothing is skipped in silence: what an import cannot take over is listed. Sourced by run.

# Every element of some large cases gets an attribute that means nothing; each must be listed as lost.
N=$W/marked
mkdir -p "$N"
for each in deb13-pc-families deb13-q35-families deb13-q35-mixed q35-storage-tuned pc-storage-net q35-hostdev \
	pc-audio q35-smbios q35-hyperv q35-numa-auto virt-mmio-full q35-uefi pc-usb-devices q35-disks-9; do
	sed '/<metadata>/,/<\/metadata>/d' "$TOP/tests/golden/$each/domain.xml" |
		awk 'match($0, /<[a-zA-Z][a-zA-Z0-9_-]*/) {
			at = RSTART + RLENGTH
			$0 = substr($0, 1, at - 1) " marked=\"" NR "m\"" substr($0, at)
		} { print }' >"$N/$each.xml"
	board=$(sed -n 's/.* board="\([^"]*\)".*/\1/p' "$TOP/tests/golden/$each/domain.xml")
	"$KILN" import "$N/$each.xml" --board "$board" --lock "$N/lock" >"$N/out" 2>"$N/err"
	rc=$?
	grep -o 'marked="[0-9]*m"' "$N/$each.xml" | tr -dc '0-9\n' | sort >"$N/put"
	sed -n 's/.*: lost: .*@marked "\([0-9]*\)m".*/\1/p' "$N/err" | sort >"$N/listed"
	if [ "$rc" = 1 ] && [ ! -s "$N/out" ] && [ ! -e "$N/lock" ] && diff "$N/put" "$N/listed" >"$N/log"; then
		ok "each of $(wc -l <"$N/put") marks is listed as lost: $each"
	else
		{ echo "exit code $rc"; head -n 3 "$N/err"; } >>"$N/log"
		not_ok "marks: $each" "$N/log"
	fi
done

# notes XML WORDS...: what a domain with that in its <devices> loses; and whether --lossy writes the rest.
notes() {
	local devices=$1 each
	shift
	rm -f "$N/lock"
	printf "%s\n%s\n</devices></domain>\n" "<domain type='kvm' id='7'><name>n</name><memory unit='GiB'>1</memory>\
<os><type machine='q35'>hvm</type></os><devices><disk type='file'><source file='/a'/><target dev='vda'/></disk>" \
		"$devices" >"$N/notes.xml"
	"$KILN" import "$N/notes.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
	echo "exit code $?" >>"$N/err"
	for each; do
		grep -qF -- "$each" "$N/err" || { not_ok "says \"$each\"" "$N/err"; return; }
	done
	"$KILN" import "$N/notes.xml" --lock "$N/lock" --lossy >"$N/out" 2>"$N/err2" || { not_ok "--lossy" "$N/err2"; return; }
	if [ -s "$N/lock" ] && grep -q '^CONFIG_DISK_COUNT=' "$N/out"; then ok "says \"$1\""; else not_ok "says \"$1\"" "$N/err2"; fi
}
notes "<interface type='mcast'><source address='230.0.0.1' port='5558'/><model type='virtio'/></interface>" \
	"notes.xml:2: lost: <interface>: Kiln has no interface with type='mcast'" "exit code 1"
notes "<interface type='direct'><source dev='e0'/><target dev='macvtap3'/><model type='virtio'/></interface>" \
	'dropped: devices/interface/target/@dev "macvtap3": the name was made for a running guest' "exit code 0"
if grep -qx CONFIG_NET0_DIRECT_VEPA=y "$N/out"; then ok "a macvtap without a mode is libvirt's, vepa"; else not_ok "vepa" "$N/out"; fi
notes "<interface type='bridge'><source bridge='ovs0'/><virtualport type='openvswitch'/><model type='virtio'/></interface>" \
	'lost: devices/interface/virtualport/@type "openvswitch": kiln-run makes ports of the kernel'"'"'s own bridges' "exit code 1"
notes "<interface type='bridge'><source bridge='b'/><vlan trunk='yes'><tag id='9'/><tag id='8'/><tag id='42' nativeMode='untagged'/></vlan><target dev='vnet1'/><model type='virtio'/></interface>" \
	'target/@dev "vnet1"' "exit code 0"
if grep -qx 'CONFIG_NET0_VLAN="42,9,8"' "$N/out" && grep -qx CONFIG_NET0_VLAN_FIRST_UNTAGGED=y "$N/out"; then ok "the VLAN without a tag comes first"; else not_ok "VLANs" "$N/out"; fi
notes "<disk type='file'><driver xmlns:f='http://f' type='raw' io='default' f:cache='default'/><source file='/b'/><target dev='vdb'/></disk>" \
	'lost: devices/disk/driver/@cache "default"' "exit code 1"
notes "<watchdog model='diag288' action='reset'/>" \
	"notes.xml:2: lost: <watchdog>: Kiln has no watchdog with model='diag288'" "exit code 1"
notes "<interface type='bridge'><source bridge='b'/><model type='virtio'/><bandwidth><inbound average='9' peak='12' floor='5'/><outbound average='7' burst='64'/></bandwidth></interface>" \
	'lost: devices/interface/bandwidth/inbound/@floor "5": a share of a libvirt network, which libvirt keeps free on its bridge' "exit code 1"
is "what else <bandwidth> says is taken" test "$(sed -n 's/^CONFIG_NET0_\(INB\|OUTB\)/\1/p' "$N/out" | tr '\n' ' ')" = \
	"INBOUND_AVERAGE=9 INBOUND_PEAK=12 OUTBOUND_AVERAGE=7 OUTBOUND_BURST_KIB=64 "
notes "<interface type='user'><model type='virtio'/><bandwidth><inbound average='9'/></bandwidth></interface>" \
	'lost: devices/interface/bandwidth/inbound/@average "9"' "exit code 1"
notes "<nothing/>" "notes.xml:2: lost: devices/nothing: " "exit code 1"
notes "<graphics type='spice'><listen type='none'/></graphics>" \
	'dropped: devices/graphics/listen/@type "none": a socket below /run' "exit code 0"
notes "<controller type='scsi' model='virtio-scsi'/><disk type='file'><driver name='qemu' type='raw'/><source file='/b'/><target dev='sda' bus='scsi'/><readonly/></disk>
<interface type='user'><model type='virtio'/><link state='up'/></interface>" \
	'dropped: devices/interface/link/@state "up"' "exit code 0"
if grep -qx CONFIG_DISK1_READONLY=y "$N/out" && grep -qx CONFIG_DISK1_MODEL_SCSI=y "$N/out"; then ok "a SCSI disk that is not written is no CD"; else not_ok "SCSI, readonly" "$N/out"; fi
notes "<interface type='mcast'><source address='230.0.0.1' port='5558'/><model type='virtio'/></interface>
<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>" "lost: <interface>: " "exit code 1"
is "a device that is lost takes nothing from another one" test "$(grep -c ': lost: ' "$N/err")" = 1
notes "<!-- a running guest's --><interface type='network'><source network='n' portid='1' bridge='virbr7'/><target dev='vnet4'/><model type='virtio'/></interface>
<serial type='pty'><source path='/dev/pts/3'/><alias name='serial0'/></serial><console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/><target type='serial' port='0'/></console>" \
	'dropped: devices/interface/target/@dev "vnet4": the name was made for a running guest' \
	'the configuration has its bridge virbr7; /etc/kiln/networks of a target wins over it' "exit code 0"
configured() {
	local name=$1 each
	shift
	for each; do grep -qxF -- "$each" "$N/out" || { not_ok "$name: $each" "$N/out"; return; }; done
	ok "$name"
}
configured "a network with its bridge" CONFIG_NETWORK_COUNT=1 'CONFIG_NETWORK0_NAME="n"' CONFIG_NETWORK0_KIND_BRIDGE=y \
	'CONFIG_NETWORK0_BRIDGE="virbr7"' CONFIG_NET0_KIND_NETWORK=y 'CONFIG_NET0_NETWORK="n"'
notes "<interface type='network'><source network='lan'/><model type='virtio'/></interface>\
<interface type='network'><source network='default' portgroup='fast'/><model type='virtio'/></interface><interface type='network'><source network='lan'/><model type='virtio'/></interface>" \
	'lost: devices/interface/source/@portgroup "fast"' 'its bridge virbr0;' "exit code 1"
configured "networks, each once; the target has to know the one without a bridge" CONFIG_NETWORK_COUNT=2 'CONFIG_NETWORK0_NAME="lan"' \
	'CONFIG_NETWORK1_NAME="default"' 'CONFIG_NETWORK1_BRIDGE="virbr0"' 'CONFIG_NET2_NETWORK="lan"'
if grep -q CONFIG_NETWORK0_KIND "$N/out"; then not_ok "known on the target alone" "$N/out"; else ok "known on the target alone"; fi

# Texts that libvirt takes and the guest or Kiln has otherwise.
notes "<disk type='block'><driver name='qemu' type='raw'/><source dev='/b'/><target dev='vdb' bus='virtio'/><serial>0123456789abcdefghijUNSEEN</serial></disk>
<disk type='block'><source dev='/c'/><target dev='sda' bus='sata'/><serial>0123456789abcdefghijUNSEEN</serial></disk>
<controller type='scsi' model='virtio-scsi'/><disk type='block'><source dev='/d'/><target dev='sdb' bus='scsi'/><serial>0123456789abcdefghij0123456789abcdefUNSEEN</serial><wwn>0x5000c50015ea71aa</wwn></disk>" \
	'notes.xml:2: dropped: devices/disk/serial "0123456789abcdefghijUNSEEN": its first 20 bytes are all that a virtio disk shows' \
	'its first 36 bytes are all that a scsi disk shows' "exit code 0"
configured "serials as the guest sees them" 'CONFIG_DISK1_SERIAL="0123456789abcdefghij"' 'CONFIG_DISK2_SERIAL="0123456789abcdefghij"' \
	'CONFIG_DISK3_WWN="5000c50015ea71aa"' 'CONFIG_DISK3_SERIAL="0123456789abcdefghij0123456789abcdef"'
notes "<disk type='file'><driver name='qemu' type='raw'/><source file='/b'><encryption format='luks'><secret type='passphrase' uuid='0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f'/></encryption></source><target dev='vdb' bus='virtio'/></disk>
<disk type='file'><driver name='qemu' type='raw'/><source file='/c'><encryption format='luks'><secret type='passphrase' usage='/srv/c d.img'/></encryption></source><target dev='vdc' bus='virtio'/></disk>" \
	'secret/@uuid "0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f": it is the secret 0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f here' \
	'secret/@usage "/srv/c d.img": it is the secret srv-c-d.img here' "exit code 0"
configured "secrets of libvirt's have names" CONFIG_SECRET_COUNT=2 'CONFIG_SECRET0_NAME="0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f"' \
	'CONFIG_DISK2_LUKS_SECRET="srv-c-d.img"'
notes "<disk type='file' device='cdrom'><driver name='qemu' type='raw' cache='none' io='native'/><source file=''/><target dev='sda' bus='sata'/></disk>" \
	'dropped: devices/disk/driver/@cache "none": the drive has no medium' '@io "native": the drive has no medium' "exit code 0"
notes "<graphics type='vnc'><listen type='socket'/></graphics>" \
	'dropped: devices/graphics/listen/@type "socket": a socket below /run' "exit code 0"
configured "a socket that libvirt would name" 'CONFIG_VNC_SOCKET="/run/n-vnc.sock"'
notes "<graphics type='spice'/>" 'dropped: devices/graphics/listen/@type "none": a socket below /run' "exit code 0"
notes "<graphics type='vnc' port='5903' autoport='no'><listen type='network' network='office'/></graphics>" \
	'lost: devices/graphics/listen/@network "office": libvirt alone knows the address of its network' "exit code 1"
if grep -q CONFIG_VNC_ADDRESS "$N/out"; then not_ok "and it listens on the loopback" "$N/out"; else ok "and it listens on the loopback"; fi
notes "<graphics type='vnc' port='5903' autoport='no'><listen type='network' address='192.0.2.7' network='office'/></graphics>" \
	'dropped: devices/graphics/listen/@network "office": its address is configured' "exit code 0"
configured "the address of a running guest" 'CONFIG_VNC_ADDRESS="192.0.2.7"'
notes "<disk type='network'><driver name='qemu' type='raw' cache='default' error_policy='default'/><auth username='cinder'><secret type='ceph' uuid='0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f'/></auth>\
<source protocol='rbd' name='vms/a'><host name='ceph' port='6789'/></source><target dev='vdb' bus='virtio'/></disk>
<disk type='file' snapshot='external'><driver name='qemu' type='qcow2'/><encryption format='luks' engine='qemu'><secret type='passphrase' usage='key'/></encryption><source file='/b' startupPolicy='mandatory'/><target dev='vdc' bus='virtio'/></disk>" \
	'it is the secret 0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f here' 'dropped: devices/disk/@snapshot "external"' "exit code 0"
configured "keys of disks where people wrote them before" 'CONFIG_DISK1_USER="cinder"' 'CONFIG_DISK1_SECRET="0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f"' \
	CONFIG_DISK2_LUKS=y 'CONFIG_DISK2_LUKS_SECRET="key"'
notes "<disk type='file'><driver name='qemu' type='qcow2'/><source file='/b' index='1'/><backingStore type='file' index='3'><format type='qcow2'/><source file='/c'/>\
<backingStore type='file' index='4'><format type='vmdk'/><source file='/d'/><backingStore/></backingStore></backingStore><target dev='vdb' bus='virtio'/></disk>" \
	'dropped: devices/disk/backingStore "/c": the images say what is below them' "exit code 0"
if grep -q BACKING "$N/out"; then not_ok "what libvirt found in the images of a running guest" "$N/out"; else ok "what libvirt found in the images of a running guest"; fi
# The first console of an ARM machine is its own serial line, as of a PC; installers write nothing else.
printf "<domain type='qemu'><name>n</name><memory unit='GiB'>1</memory><os firmware='efi'><type arch='aarch64' machine='virt'>hvm</type></os>\
<cpu mode='custom'><model>cortex-a57</model></cpu><devices><disk type='file'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
<console type='pty'/><console type='pty'><target type='virtio'/></console></devices></domain>" >"$N/arm.xml"
rm -f "$N/lock"
"$KILN" import "$N/arm.xml" --board debian12-x86_64-aarch64 --lock "$N/lock" >"$N/out" 2>"$N/err"
is "the serial line of an ARM machine" test "$? $(grep -c '^CONFIG_CONSOLE_COUNT=2' "$N/out") $(grep -o 'CONSOLE[01]_MODEL_[A-Z]*' "$N/out")" = "0 1 CONSOLE1_MODEL_VIRTIO"
is "whose firmware is the one that it names" test "$(grep -c 'neither firmware' "$N/err")" = 0
sed -i "s, firmware='efi',," "$N/arm.xml"
"$KILN" import "$N/arm.xml" --board debian12-x86_64-aarch64 --lock "$N/lock" >"$N/out" 2>"$N/err"
is "and one that has none gets some, which is said" grep -qF 'dropped: os: neither firmware nor a kernel: it gets AAVMF' "$N/err"
notes "<disk type='volume'><driver name='qemu' type='qcow2'/><source pool='default' volume='b.qcow2'/><target dev='vdb' bus='virtio'/></disk>" \
	'devices/disk/source/@volume "b.qcow2": of the pool "default" it is the file /var/lib/libvirt/images/b.qcow2' "exit code 0"
configured "a volume of the default pool" 'CONFIG_DISK1_PATH="/var/lib/libvirt/images/b.qcow2"' CONFIG_DISK1_FORMAT_QCOW2=y
notes "<disk type='volume'><source pool='lvm' volume='b'/><target dev='vdb' bus='virtio'/></disk>" \
	"lost: <disk>: Kiln has no disk with type='volume'" "exit code 1"
notes "<disk type='file'><source file='/b' startupPolicy='optional'/><target dev='vdb' bus='virtio'/></disk>" \
	'lost: devices/disk/source/@startupPolicy "optional"' "exit code 1"
notes "<interface type='user'><model type='virtio'/><driver rx_queue_size='1024' tx_queue_size='512' packed='off' ats='off'/></interface>" \
	'dropped: devices/interface/driver/@tx_queue_size "512": QEMU makes 256 for all but vhost-user' \
	'@packed "off": it is off unless one asks for it' "exit code 0"
configured "more entries of a queue" CONFIG_NET0_RX_QUEUE_SIZE=1024
notes "<interface type='user'><model type='virtio'/><driver packed='on'/></interface>" 'lost: devices/interface/driver/@packed "on"' "exit code 1"
notes "<graphics type='spice' autoport='yes'><channel name='main' mode='secure'/></graphics>" \
	'dropped: @id' "exit code 0"
configured "a port for the channels that are for TLS alone" CONFIG_SPICE_TLS_PORT=5901 CONFIG_SPICE_MAIN_MODE_SECURE=y
notes "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555' tls='no'/><protocol type='raw'/></serial>" \
	'dropped: devices/serial/source/@tls "no": it is off' "exit code 0"
notes "<controller type='fdc' index='0'/>" 'dropped: devices/controller/@type "fdc": there is no floppy drive' "exit code 0"
sed "s,<name>n,<name>Büro – Windows 10," "$N/notes.xml" >"$N/named.xml"
"$KILN" import "$N/named.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
configured "a name for people" 'CONFIG_VM_NAME="B-ro-Windows-10"'
is "and that is said" grep -qF 'dropped: name "Büro – Windows 10": the image and its run directory are named B-ro-Windows-10' "$N/err"
sed "s,<name>n,<name>$(printf 'n%.0s' {1..64})," "$N/notes.xml" >"$N/named.xml"
rm -f "$N/lock"
"$KILN" import "$N/named.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
is "a name that is too long is refused" grep -q 'is not a valid VM name' "$N/err"

# uefi WORDS SMM LINE...: <os firmware='efi'> with these words in it; whether the configuration has these lines.
uefi() {
	printf "<domain type='kvm'><name>n</name><memory unit='GiB'>1</memory><os firmware='efi'><type machine='q35'>hvm</type>%s</os>\
<features><acpi/>%s</features><devices><disk type='file'><source file='/a'/><target dev='vda'/></disk></devices></domain>" \
		"$1" "$2" >"$N/uefi.xml"
	rm -f "$N/lock"
	"$KILN" import "$N/uefi.xml" --lock "$N/lock" >"$N/out" 2>"$N/err" || { not_ok "firmware by a word" "$N/err"; return; }
	shift 2
	configured "firmware by a word: $1" CONFIG_FIRMWARE_OVMF=y "$@"
}
kept='CONFIG_FIRMWARE_VARS_PATH="/var/lib/libvirt/qemu/nvram/n_VARS.fd"'
uefi "" "" CONFIG_FIRMWARE_SECURE_BOOT=y "$kept"
is "which one it is" grep -qF "dropped: os/@firmware \"efi\": it is Debian's /usr/share/OVMF/OVMF_CODE_4M.ms.fd" "$N/err"
uefi "" "<smm state='off'/>" CONFIG_FEATURE_SMM_OFF=y "$kept"
is "without keys" test "$(grep -c SECURE_BOOT "$N/out")" = 0
uefi "<loader secure='no'/>" "<smm state='on'/>" CONFIG_FEATURE_SMM_ON=y
uefi "<loader secure='yes'/>" "" CONFIG_FIRMWARE_SECURE_BOOT=y "$kept"
uefi "<firmware><feature enabled='yes' name='secure-boot'/><feature enabled='no' name='enrolled-keys'/></firmware>" "" \
	'CONFIG_FIRMWARE_PATH="/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"' 'CONFIG_FIRMWARE_VARS_TEMPLATE="/usr/share/OVMF/OVMF_VARS_4M.fd"'
uefi "<loader type='pflash' readonly='yes' format='raw'>/x/OVMF_CODE.secboot.fd</loader><nvram type='file'><source file='/x/y.fd'/></nvram>" "" \
	'CONFIG_FIRMWARE_PATH="/x/OVMF_CODE.secboot.fd"' 'CONFIG_FIRMWARE_VARS_TEMPLATE="/x/OVMF_VARS.fd"' 'CONFIG_FIRMWARE_VARS_PATH="/x/y.fd"'
uefi "<loader type='pflash' readonly='yes' stateless='yes'>/x/OVMF.fd</loader>" "" CONFIG_FIRMWARE_VARS_NONE=y
sed "s,<memory unit='GiB'>1,<memory unit='b'>300000001," "$N/notes.xml" >"$N/size.xml"
"$KILN" import "$N/size.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
configured "memory in whole MiB" CONFIG_MEMORY_MIB=287
# libvirt lists the controller of a PC whatever is on it.
sed "s,machine='q35',machine='pc',; s,</devices>,<controller type='ide' index='0'/><controller type='usb' index='0' model='piix3-uhci'/></devices>," \
	"$N/notes.xml" >"$N/idle.xml"
"$KILN" import "$N/idle.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
is "a controller that nothing is on" test "$? $(grep -c 'lost: ' "$N/err") $(grep -c '@type "ide": the machine always has it' "$N/err")" = "0 0 1"
sed -i "s,<controller type='ide' index='0'/>,<controller type='ide' index='0'><address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></controller>," "$N/idle.xml"
"$KILN" import "$N/idle.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
is "but not one where libvirt refuses it" test "$? $(grep -c 'lost: devices/controller' "$N/err")" != "0 0"
# Units in any case, as libvirt reads them; what is none leaves the number alone, which is then no size of a guest.
for each in mib:512:512 MIB:512:512 Gib:1:1024 g:1:1024 mb:512:489 bytes:536870912:512 Byte:536870912:512 ':524288:512' kB:524288:500; do
	IFS=: read -r unit number mebibytes <<<"$each"
	sed "s,<memory unit='GiB'>1,<memory unit='$unit'>$number," "$N/notes.xml" >"$N/size.xml"
	"$KILN" import "$N/size.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
	is "$number of the unit \"$unit\"" test "$(grep -c '^CONFIG_MEMORY_MIB=' "$N/out") $(sed -n 's/^CONFIG_MEMORY_MIB=//p' "$N/out")" \
		= "$([ "$mebibytes" = 512 ] && echo '0 ' || echo "1 $mebibytes")"
done
for each in pIb:1 e:1 EB:1; do
	sed "s,<memory unit='GiB'>1,<memory unit='${each%:*}'>${each#*:}," "$N/notes.xml" >"$N/size.xml"
	"$KILN" import "$N/size.xml" --lock "$N/lock" >"$N/out" 2>"$N/err"
	is "1 of the unit \"${each%:*}\" is more than a guest has" test "$? $(wc -c <"$N/out") $(grep -c 'lost: memory "[0-9]*000\|lost: memory "1[01]' "$N/err")" = "1 0 1"
done

"$KILN" import "$TOP/tests/import/domains/small.xml" --board nosuch --lock "$N/no" >"$N/out" 2>"$N/err"
is "a board that is not there: another one is to be given" grep -q 'fix: .* another --board' "$N/err"
is "and nothing is written" test ! -e "$N/no"
stdin_same() { "$KILN" import - --lock "$N/l" <"$TOP/tests/import/domains/small.xml" | cmp - "$N/small"; }
"$KILN" import "$TOP/tests/import/domains/small.xml" --lock "$N/l" >"$N/small" 2>/dev/null
is "standard input gives the same" stdin_same
