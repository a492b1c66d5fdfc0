#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_macvtap.sh - in the lab guest: macvtaps in bridge mode on one interface, two machines on them. What the
# firmware of the first asks by DHCP leaves by that interface, and the answer comes back to it.
# lib.sh sets pid, before and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

# The other end of the wire is in a network of its own.
ip netns add wire
ip link add kv0 type veth peer name kv1 netns wire
ip link set kv0 up
ip -n wire link set kv1 up
ip -n wire addr add 10.7.0.1/24 dev kv1
before=$(traces)
leases "$T/leases" kv1 ip netns exec wire
mac=52:54:00:07:00:02
direct=(CONFIG_NET_COUNT=1 CONFIG_NET0_KIND_DIRECT=y 'CONFIG_NET0_PARENT="kv0"')
compose direct "${direct[@]}" CONFIG_NET0_QUEUES=2 CONFIG_NET0_VHOST_REQUIRED=y "CONFIG_NET0_MAC=\"$mac\""
compose other "${direct[@]}" 'CONFIG_NET0_MAC="52:54:00:07:00:03"'

# macvtap NAME: the interface that its state file names.
macvtap() { sed -n 's/^interface=net0 \([^ ]*\) .*/\1/p' "/run/kiln/$1/state"; }
start other --paused
other=$pid
start direct --paused
is "two macvtaps" "$(ip -o link show type macvtap | grep -c .)" 2
ip -d link show dev "$(macvtap direct)" >"$T/link" 2>&1
has "on the interface, in bridge mode" '@kv0: ' "$T/link"
has "and so says the kernel" 'macvtap mode bridge ' "$T/link"
has "with the guest's address" "link/ether $mac " "$T/link"
node=/dev/tap$(cat "/sys/class/net/$(macvtap direct)/ifindex")
is "QEMU holds its device twice, and no other" "$(readlink /proc/$pid/fd/* | grep '^/dev/tap' | tr '\n' ' ')" "$node $node "
is "two threads of the kernel move its packets" "$(cat /proc/[0-9]*/comm | grep -c "^vhost-$pid\$")" 2
ask direct cont >/dev/null
leased_is "$T/leases" $mac "the machine got an address through it"
rc_is "direct: down" 0 "$run" down direct --timeout 0
wait $pid || :
is "the other machine keeps its own" "$(ip -o link show type macvtap | grep -c .)" 1
pid=$other
stop other
ip netns del wire
finish
