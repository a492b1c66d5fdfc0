#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_vlan.sh - in the lab guest, whose bridges know VLANs: a machine in one VLAN of a network that /etc/kiln/networks
# names, with a trunk beside it. The firmware of the machine gets an address from a server in that VLAN alone.
# lib.sh sets pid, before and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

modprobe 8021q
ip link add br0 type bridge vlan_filtering 1
ip link set br0 up
bridge vlan add vid 7 dev br0 self
ip link add link br0 name br0.7 type vlan id 7
ip addr add 10.7.0.1/24 dev br0.7
ip link set br0.7 up
# The image has another bridge for the name: the file of the host wins.
echo 'lan bridge=br0 vlan=7 isolated' >/etc/kiln/networks
before=$(traces)
leases "$T/leases" br0.7
mac=52:54:00:07:00:07
compose vlan CONFIG_NETWORK_COUNT=1 'CONFIG_NETWORK0_NAME="lan"' CONFIG_NETWORK0_KIND_BRIDGE=y \
	'CONFIG_NETWORK0_BRIDGE="br-other"' CONFIG_NET_COUNT=2 CONFIG_NET0_KIND_NETWORK=y 'CONFIG_NET0_NETWORK="lan"' \
	"CONFIG_NET0_MAC=\"$mac\"" CONFIG_NET1_KIND_BRIDGE=y 'CONFIG_NET1_BRIDGE="br0"' \
	'CONFIG_NET1_VLAN="20,30-32"' CONFIG_NET1_VLAN_TRUNK=y CONFIG_NET1_VLAN_FIRST_UNTAGGED=y

# tap NETn: the interface that the state file names.
tap() { sed -n "s/^interface=$1 \([^ ]*\) .*/\1/p" /run/kiln/vlan/state; }
vlans() { bridge -j vlan show dev "$(tap "$1")" | jq -c '[.[0].vlans[] | [.vlan, .flags // []]]'; }
start vlan --paused
is "the network's VLAN has no tag at its port, and is the only one" "$(vlans net0)" '[[7,["PVID","Egress Untagged"]]]'
ip -d link show dev "$(tap net0)" >"$T/link" 2>&1
has "in the bridge that the host's file says" 'master br0 ' "$T/link"
has "isolated, as the file says" 'isolated on ' "$T/link"
is "a trunk has its VLANs, and not the bridge's own" "$(vlans net1)" '[[20,["PVID","Egress Untagged"]],[30,[]],[31,[]],[32,[]]]'
ask vlan cont >/dev/null
leased_is "$T/leases" $mac "the machine got an address in its VLAN"
stop vlan

ip link set br0 type bridge vlan_filtering 0
rc_is "a bridge that does not look at VLANs" 4 "$run" up "$T/vlan.kiln"
has "is said, with the line that says so" \
	'network "lan", bridge br0, isolated, VLAN 7 without a tag \(/etc/kiln/networks:1\): net0: bridge "br0" knows no VLANs' "$T/err"
clean_is "nothing left" "$before"
rm /etc/kiln/networks
finish
