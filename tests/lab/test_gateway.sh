#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_gateway.sh - in the lab guest: the networks of configs/gateway_q35_defconfig, on a target that has the bridge and
# the card that it names, and on one whose file of networks says otherwise of both.
# lib.sh sets pid, before and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

ip link add br0 type bridge vlan_filtering 1
ip link set br0 up
for each in eth1 eth2; do
	ip link add $each type veth peer name wire$each
	ip link set $each up
	ip link set wire$each up
done
before=$(traces)
mapfile -t lines < <(grep '^CONFIG_NET' "$TOP/configs/gateway_q35_defconfig")
compose gateway "${lines[@]}"
# link DEVICE: what ip says of its interface, in $T/link.
iface() { sed -n "s/^interface=$1 \([^ ]*\) .*/\1/p" /run/kiln/gateway/state; }
link() { ip -d link show dev "$(iface "$1")" >"$T/link" 2>&1 || :; }
# status PATTERN...: kiln-ctl has these lines.
status() {
	local each
	"$O/target/bin/kiln-ctl" status gateway >"$T/status" || :
	for each; do has "kiln-ctl: $each" "^  $each\$" "$T/status"; done
}

rc_is "check finds nothing" 0 "$run" check "$T/gateway.kiln"
start gateway --paused
link net0
has "lan: a tap in the bridge" 'master br0 ' "$T/link"
is "lan: its port is in VLAN 10 alone, without a tag" \
	"$(bridge -j vlan show dev "$(iface net0)" | jq -c '[.[0].vlans[] | [.vlan, .flags // []]]')" \
	'[[10,["PVID","Egress Untagged"]]]'
link net1
has "uplink: on the card" '@eth1: ' "$T/link"
has "uplink: a macvtap that reaches others there" 'macvtap mode bridge ' "$T/link"
status "interface  net0 .* in network lan" "interface  net1 .* in network uplink" \
	"limit      net1 outbound 1250 kB/s, burst 65536 bytes"
stop gateway

# ---- the same image, where the lan is a card and the uplink a bridge
printf 'lan macvtap=eth2 mode=private\nuplink bridge=br0\n' >/etc/kiln/networks
start gateway --paused
link net0
has "lan: on another card" '@eth2: ' "$T/link"
has "lan: apart from others there" 'macvtap mode private ' "$T/link"
link net1
has "uplink: a tap in the bridge" 'master br0 ' "$T/link"
# The limit is the guest's, whichever end of the interface is on the host.
status "interface  net0 .* in network lan" "interface  net1 .* in network uplink" \
	"limit      net1 outbound 1250 kB/s, burst 67584 bytes"
stop gateway

# ---- and where there is none
printf 'uplink macvtap=eth9\n' >/etc/kiln/networks
rc_is "a card that is not there" 4 "$run" up "$T/gateway.kiln"
has "is said with the line that names it" 'network "uplink", macvtap on eth9, mode bridge \(/etc/kiln/networks:1\): .*there is no interface "eth9"' "$T/err"
clean_is "nothing left" "$before"
rm /etc/kiln/networks
for each in eth1 eth2 br0; do ip link del $each; done
finish
