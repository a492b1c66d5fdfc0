#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_vhost.sh - in the lab guest: a tap of two queues on a bridge, whose packets the kernel moves. The
# firmware of the machine asks for an address by DHCP, and gets one from a server behind the bridge.
# lib.sh sets pid, before and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

bridge_up br0
ip addr add 10.7.0.1/24 dev br0
before=$(traces)
leases "$T/leases" br0
mac=52:54:00:07:00:01
compose vhost CONFIG_NET_COUNT=1 CONFIG_NET0_KIND_BRIDGE=y 'CONFIG_NET0_BRIDGE="br0"' CONFIG_NET0_QUEUES=2 \
	CONFIG_NET0_VHOST_REQUIRED=y "CONFIG_NET0_MAC=\"$mac\""

start vhost --paused
tap=$(sed -n 's/^interface=net0 \([^ ]*\) .*/\1/p' /run/kiln/vhost/state)
ip -d link show dev "$tap" >"$T/link" 2>&1
has "a tap with many queues, in the bridge" 'master br0 ' "$T/link"
# QEMU keeps those at rest that the guest has not asked for yet.
has "and so says the kernel: two queues" 'tun type tap .*multi_queue numqueues 1 numdisabled 1 ' "$T/link"
is "two threads of the kernel move its packets" "$(cat /proc/[0-9]*/comm | grep -c "^vhost-$pid\$")" 2
is "QEMU holds vhost-net twice" "$(readlink /proc/"$pid"/fd/* | grep -cx /dev/vhost-net)" 2
is "QEMU knows both queues" "$(hmp vhost "info network" | grep -c 'hostnet0: index=[01],type=tap')" 2
is "QEMU has no capability" "$(sed -n 's/^CapEff:	//p' /proc/"$pid"/status)" 0000000000000000
ask vhost cont >/dev/null
leased_is "$T/leases" $mac "the machine got an address through it"
stop vhost
is "no thread of the kernel is left" "$(cat /proc/[0-9]*/comm | grep -c "^vhost-")" 0
finish
