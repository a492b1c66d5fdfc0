#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_kill_vlan.sh - in the lab guest, whose bridges know VLANs: SIGKILL of the loader behind each of its requests for
# a bridge that knows VLANs, a tap in one VLAN of it, and a trunk. All other requests: tests/host/test_kill.sh.
# lib.sh sets run, before, report and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

before=$(traces)
vlans() { bridge -j vlan show dev "$1" | jq -c '[.[0].vlans[] | [.vlan, .flags // []]]'; }
image vlans <<-PLAN
	arg report=$report
	arg until=$T/out/stop
	op bridge name=kmade flags=3
	op tap owner=net0 name=kone bridge=kmade vlans=7 queues=1 flags=0x200 fd=0
	op tap owner=net1 name=ktrunk bridge=kmade vlans=5,10-12 queues=1 flags=2 fd=1
PLAN
starts "a machine with VLANs runs" vlans
is "the bridge that was made knows VLANs" "$(ip -j -d link show kmade | jq '.[0].linkinfo.info_data.vlan_filtering')" 1
is "one tap has one VLAN without a tag" "$(vlans kone)" '[[7,["PVID","Egress Untagged"]]]'
is "the other, which is persistent, some with" "$(vlans ktrunk)" '[[5,[]],[10,[]],[11,[]],[12,[]]]'
ends "it ends, and nothing is left" vlans

# Which of all requests these are: the bridge, and for each tap that it loses the default VLAN and gets its own.
: >"$T/out/stop"
rc_is "its requests are seen" 0 strace -v -qq -o "$T/trace" -e trace=sendto "$run" up "$T/vlans.kiln"
swept vlans
numbers=$(grep -nE 'IFLA_BR_VLAN_FILTERING|ifi_family=AF_BRIDGE' "$T/trace" | cut -d: -f1)
cp "$T/trace" "$T/err"
is "five of them are for VLANs" "$(wc -w <<<"$numbers")" 5
for each in $numbers; do
	killed_at "$each" vlans sendto down up || not_ok "request $each is made again"
done
finish
