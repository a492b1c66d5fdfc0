#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd_router.sh - in the lab guest: the router of configs/ as the one file that somebody copied there, with its
# unit. Its command line is shown, it starts, the kernel has what it asked for, and machined knows of it. In:
# O/lab/router, which run composed.
# lib.sh sets pid, before and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

echo 'kiln:x:7003:7003::/:/usr/sbin/nologin' >>/etc/passwd
for each in br-lan br-dmz; do
	ip link add $each type bridge
	ip link set $each up
done
ip link add eth0 type veth peer name wire0
ip link set eth0 up
before=$(traces)
install -D "$O/target/bin/kiln-machined" /usr/lib/kiln/kiln-machined
install -D "$O/lab/router/router" /var/lib/kiln/router
cp "$O/lab/router/kiln@router.service" /etc/systemd/system/
run=/var/lib/kiln/router

inactive() { [ "$(systemctl show -p ActiveState --value kiln@router)" = inactive ]; }
rc_is "it shows its command line" 0 "$run" show --argv
has "two interfaces with four queues" '"fds":"[0-9]+:[0-9]+:[0-9]+:[0-9]+"' "$T/err"
is "each with its vectors" "$(grep -c '"mq":true,"vectors":10,' "$T/err")" 2
rc_is "check finds nothing" 0 "$run" check
rc_is "it starts, and is the only program that its unit calls" 0 systemctl start kiln@router
pid=$(systemctl show -p MainPID --value kiln@router)
# link SLOT: what ip says of the interface of that slot.
link() { ip -d link show dev "$(sed -n "s/^interface=net$1 \([^ ]*\) .*/\1/p" /run/kiln/router/state)" >"$T/link" 2>&1 || :; }
link 0
has "its first interface is in the bridge for it" 'master br-lan ' "$T/link"
# QEMU puts those at rest, sooner or later, that the guest has not asked for yet.
queues() { sed -n 's/.*multi_queue numqueues \([0-9]*\) numdisabled \([0-9]*\) .*/\1 + \2/p' "$T/link"; }
is "with four queues" "$(($(queues)))" 4
link 1
has "and its second" 'master br-dmz ' "$T/link"
is "with as many" "$(($(queues)))" 4
link 2
has "its third is on the card" '@eth0: .*' "$T/link"
has "as a macvtap" 'macvtap mode bridge ' "$T/link"
is "QEMU runs as the account that the image names" "$(sed -n 's/^Uid:	//p' /proc/$pid/status | cut -f1)" 7003
machinectl --no-pager status router >"$T/status" 2>&1 || :
is "machined knows its three interfaces" "$(sed -n 's/^[[:blank:]]*Iface: //p' "$T/status" | wc -w)" 3
has "and its unit" 'Unit: kiln@router\.service' "$T/status"
rc_is "down" 0 "$run" down --timeout 0
wait_for 60 inactive || :
is "its unit has ended" "$(systemctl show -p ActiveState,Result --value kiln@router | tr '\n' ' ')" "success inactive "
clean_is "nothing left" "$before"
finish
