#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_network.sh - networks that an image names: what the image says of them, what the host's own file says over
# it, that the same image gives a tap on a bridge or a macvtap, and that nothing is left after any failure, nor
# after SIGKILL at any step. lib.sh sets run, report and others.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
bridge_up br0 br1
macvtap=
if ip link add kp0 type veth peer name kq0 2>"$T/err" && ip link add link kp0 name kprobe type macvtap 2>"$T/err"; then
	ip link del kprobe
	ip link set kp0 up
	ip link set kq0 up
	macvtap=1
fi
networks=/etc/kiln/networks
before=$(left)
# plan [KNOWN]: what the image knows.
plan() {
	local known=${1:-lan bridge=br0; guests bridge=br1 isolated}
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg json={{tap.1:0:2},{vhost.1:3:1},"id":"a"}
arg words=tap,{tap.2:2:1}
site net0.network name lan
site net1.network name lan
op network owner=net0 name={site:0} known=${known// /\\_}
op network owner=net1 name={site:1}
op bridge name=kmade flags=1
op attach owner=net0 network={site:0} name=kn0 mac=52:54:00:aa:bb:01 queues=2 flags=5 fd=0
op attach owner=net1 network={site:1} name=kn1 mac=52:54:00:aa:bb:02 queues=1 flags=1 fd=2
op vhost owner=net1 path=$T/absent queues=1 fd=3
PLAN
}
# starts_with NAME OPTION...: as `starts`.
starts_with() {
	local name=$1
	shift
	rm -f "$report" "$T/out/stop"
	"$run" up "$@" "$T/net.kiln" 2>"$T/err" &
	pid=$!
	if wait_for 5 test -e "$report"; then ok "$name"; else not_ok "$name"; fi
}
# port INTERFACE BRIDGE NAME
port() {
	ip -o link show "$1" >"$T/link" 2>&1 || :
	has "$3" "[<,]UP.* master $2 " "$T/link"
}
# said NAME PATTERN [OPTION]...: check's steps, or show's lines, have it.
said() {
	local name=$1 pattern=$2
	shift 2
	rc_is "$name: check" 0 "$run" check "$T/net.kiln" "$@"
	has "$name: check says it" "$pattern" "$T/err"
	is "$name: check changes nothing" "$(left)" "$before"
	"$run" show "$T/net.kiln" "$@" >"$T/err" 2>&1 || :
	has "$name: show says it" "$pattern" "$T/err"
}

# ---- the image's own networks
plan | image net
said "the image's" 'network "lan" of net1: bridge br0 \(the image\)$'
starts_with "the image's: QEMU runs"
port kn0 br0 "a tap on its bridge"
port kn1 br0 "another one on the same"
has "two queues" '^arg json=\{"fds":"10:11","vhost":false,"id":"a"\}$' "$report"
has "one queue" '^arg words=tap,fd=12$' "$report"
index() { cat "/sys/class/net/$1/ifindex"; }
has "recorded with its index and its network" "^interface=net0 kn0 $(index kn0) lan\$" /run/kiln/net/state
is "a tap leaves nothing to release" "$(grep '^release=' /run/kiln/net/state | grep -cv '=bridge kmade')" 0
ends "the image's: nothing left" net

# ---- the target binds another name
echo 'net1.network=guests' >/etc/kiln/net.site
starts_with "by the site file: QEMU runs" --set net0.network=guests
port kn0 br1 "--set names another one"
port kn1 br1 "so does the site file"
bridge -d link show dev kn1 >"$T/port"
has "a port of it is isolated" 'isolated on' "$T/port"
ends "by the site file: nothing left" net
rm /etc/kiln/net.site

# ---- the host's own say otherwise, and add to them
printf '# this host\nlan bridge=br1\ndmz bridge=br0\n' >$networks
said "the host's" 'network "lan" of net0: bridge br1 \(/etc/kiln/networks:2\)$'
starts_with "the host's: QEMU runs" --set net1.network=dmz
port kn0 br1 "the host wins over the image"
port kn1 br0 "and adds to it"
is "the names that were bound here are recorded" "$(sed -n 's/^interface=\(net. kn.\) [0-9]*/\1/p' /run/kiln/net/state | tr '\n' ',')" \
	'net0 kn0 lan,net1 kn1 dmz,'
ends "the host's: nothing left" net
printf 'lan bridge=br0\n' >"$T/other"
said "another file" "network \"lan\" of net0: bridge br0 \\($T/other:1\\)\$" --networks "$T/other"
starts_with "another file: QEMU runs" --networks "$T/other"
port kn0 br0 "it is read instead"
ends "another file: nothing left" net

# ---- a name that nobody knows, and files that are none
rc_is "unknown" 4 "$run" up "$T/net.kiln" --set net1.network=wan
has "says whose and which" 'step 2 of 6 \(network "wan"\): net1: there is no network "wan"' "$T/err"
has "names those that are known, and who knows them" \
	'why: .*Networks: lan, dmz \(/etc/kiln/networks\), guests \(the image\)\.' "$T/err"
has "says what to do" 'fix: Write "wan bridge=BRIDGE" into /etc/kiln/networks; .*--set net1.network=NAME.*Nothing was left' "$T/err"
gone_is "unknown: nothing left"
rc_is "unknown: check finds it" 4 "$run" check "$T/net.kiln" --set net1.network=wan
has "unknown: says it, and nothing of what follows" 'net.kiln: 1 finding$' "$T/err"
rc_is "no name at all" 2 "$run" up "$T/net.kiln" --set 'net1.network=a b'
rc_is "a file that is not there" 4 "$run" up "$T/net.kiln" --networks "$T/none"
has "is said" 'cannot read the file of networks: No such file' "$T/err"
printf 'lan bridge=br1\nwan bridge=br1 vlan=0\n' >"$T/other"
rc_is "a line that is none" 1 "$run" up "$T/net.kiln" --networks "$T/other"
has "its place" "other:2: .*\"0\" is no VLAN" "$T/err"
gone_is "nothing left"
rc_is "and check says it" 4 "$run" check "$T/net.kiln" --networks "$T/other"
rc_is "show says it" 0 "$run" show "$T/net.kiln" --networks "$T/other"
has "in its line" 'network "lan": .*/other:2: "0" is no VLAN' "$T/err"
plan 'lan bridge' | image net
rc_is "an image that says nonsense" 3 "$run" up "$T/net.kiln"
has "is the image's fault" 'networks of the image: "bridge" needs a value' "$T/err"
rm $networks
plan 'lan bridge=br7' | image net
rc_is "a bridge that is not there" 4 "$run" up "$T/net.kiln"
has "the network is said" 'network "lan", bridge br7 \(the image\): there is no bridge "br7"' "$T/err"
has "and its key" 'fix: .*--set net0.network=NAME' "$T/err"
rc_is "check says it once" 4 "$run" check "$T/net.kiln"
is "for all interfaces" "$(grep -c 'there is no bridge' "$T/err")" 1
plan 'lan bridge=br0 vlan=5 trunk=10-12' | image net
if ip link add kvprobe type bridge vlan_filtering 1 2>/dev/null; then
	ip link del kvprobe
	ip link set br0 type bridge vlan_filtering 1
	starts_with "VLANs: QEMU runs"
	is "bridge says which, and no default one" "$(bridge -j vlan show dev kn0 | jq -c '[.[0].vlans[] | [.vlan, .flags // []]]')" \
		'[[5,["PVID","Egress Untagged"]],[10,[]],[11,[]],[12,[]]]'
	ends "VLANs: nothing left" net
	ip link set br0 type bridge vlan_filtering 0
else
	rc_is "VLANs, and a bridge that knows none" 4 "$run" up "$T/net.kiln"
	has "is said" 'network "lan", bridge br0, VLANs 5,10-12, the first without a tag \(the image\): net0: bridge "br0" knows no VLANs' "$T/err"
fi
printf 'op attach owner=net0 network=lan name=kn0 mac=52:54:00:aa:bb:01 queues=1 fd=0\n' | image no
rc_is "an image that resolves nothing" 3 "$run" up "$T/no.kiln"
has "is said" 'no step says what network "lan" is' "$T/err"
gone_is "nothing left"

# ---- SIGKILL, failure at each step, failure and SIGKILL at each request; first on a bridge, then as macvtaps
left_are() { is "$2: what is left" "$(links | grep -oE '\bk(n[01]|made)\b' | wc -l)" "$1"; }
# fails LEFT CALL...: a killed VM leaves so many interfaces.
fails() {
	local left=$1 call
	shift
	dies_at_once net left_are "$left"
	fails_after_each 6 4 < <(plan)
	if ! command -v strace >/dev/null; then
		skip "failures and SIGKILL at each request" "strace is not installed"
		return
	fi
	for call; do fails_at_each net "$call" 4; done
	killed_at_each net 6
}
plan | image net
fails 1 sendto
if [ -z "$macvtap" ]; then
	skip "networks of macvtaps" "this kernel has none: $(head -n 1 "$T/err")"
	finish
	exit
fi
printf 'lan macvtap=kp0\n' >$networks
said "a macvtap" 'network "lan" of net0: macvtap on kp0, mode bridge \(/etc/kiln/networks:1\)$'
starts_with "the same image, as macvtaps: QEMU runs"
for each in kn0 kn1; do
	ip -d -o link show $each | tr '\134' ' ' >"$T/link"
	has "a macvtap on the interface: $each" "$each@kp0: .*UP.* link/ether 52:54:00:aa:bb:0[12] .* macvtap mode bridge" "$T/link"
done
has "two queues, said as before" '^arg json=\{"fds":"10:11","vhost":false,"id":"a"\}$' "$report"
has "of its own device" "^fd 12 mode 2 /dev/tap$(index kn1)\$" "$report"
has "recorded with its index and its network" "^interface=net0 kn0 $(index kn0) lan\$" /run/kiln/net/state
has "recorded for release" '^release=macvtap kn0 kp0 ' /run/kiln/net/state
has "the target's file may change meanwhile" . $networks
rm $networks
ends "macvtaps: nothing left" net
printf 'lan macvtap=kp0\n' >$networks
# What was recorded counts, not what the file says by then.
starts_with "macvtaps: QEMU runs"
wait_for 5 pgrep -x kiln-reaper >/dev/null
kill -9 "$(pgrep -x kiln-reaper)"
kill -9 $pid
wait $pid 2>/dev/null || :
left_are 3 "another file by then"
printf 'lan bridge=br0\n' >$networks
rc_is "down cleans" 0 "$run" down net
gone_is "nothing left"
printf 'lan macvtap=kp0\n' >$networks
fails 3 sendto ioctl
printf 'lan macvtap=knone\n' >$networks
rc_is "a parent that is not there" 4 "$run" up "$T/net.kiln"
has "is said" 'network "lan", macvtap on knone, mode bridge \(/etc/kiln/networks:1\): net0: there is no interface "knone"' "$T/err"
has "with a key that there is" 'fix: Correct what the network is in /etc/kiln/networks; .*--set net0.network=NAME' "$T/err"
gone_is "nothing left"
finish
