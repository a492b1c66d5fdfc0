#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_tap.sh - what a tap is beside its name: address, MTU, state, port of a bridge, one that others made. ip
# and bridge say what came of it; what this kernel lacks is held against the requests that bridge(8) makes.
# lib.sh sets run, report and others.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
bridge_up br0
ip tuntap add dev given mode tap vnet_hdr
ip tuntap add dev many mode tap vnet_hdr multi_queue
ip link set many mtu 1300
before=$(traces)

plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg {tap.2:0:1} {tap.2:2:1} {tap.2:3:2}
op tap owner=net0 name=kt0 bridge=br0 mac=fe:00:00:00:00:07 mtu=1400 queues=1 flags=0x1e1 fd=0
op tap owner=net1 name=kt1 bridge=br0 queues=1 flags=0x10 fd=1
op tap owner=net2 name=given queues=1 flags=0x9 fd=2
op tap owner=net3 name=many queues=2 flags=0xd fd=3
PLAN
}
plan | image taps
rc_is "check finds nothing" 0 "$run" check "$T/taps.kiln"
is "check changes nothing" "$(traces)" "$before"
"$run" up "$T/taps.kiln" 2>"$T/err" &
pid=$!
if wait_for 5 test -e "$report"; then ok "QEMU runs"; else not_ok "QEMU runs"; fi
ip -d -o link show kt0 >"$T/kt0"
has "MTU" ' mtu 1400 ' "$T/kt0"
has "address of the host's side" 'link/ether fe:00:00:00:00:07 ' "$T/kt0"
has "port of the bridge, and up" '[<,]UP.* master br0 ' "$T/kt0"
bridge -d link show dev kt0 >"$T/port"
for each in "isolated on" "learning off" " flood off" "mcast_flood off" "bcast_flood off" "neigh_suppress on"; do
	has "bridge says: $each" "$each" "$T/port"
done
bridge -d link show dev kt1 >"$T/port"
for each in "isolated off" "learning on" " flood on" "neigh_suppress off"; do
	has "a plain port: $each" "$each" "$T/port"
done
ip -o link show kt1 >"$T/kt1"
is "one that is to be down" "$(grep -c '[<,]UP' "$T/kt1")" 0
has "has the bridge's MTU" ' mtu 1500 ' "$T/kt1"
ip -d -o link show many >"$T/many"
has "one of others keeps its MTU" ' mtu 1300 ' "$T/many"
is "is not set up" "$(grep -c '[<,]UP' "$T/many")" 0
is "has no alias" "$(grep -c alias "$T/many")" 0
has "and is opened" '^arg fd=10 fd=12 fds=13:14$' "$report"
has "both queues" '^fd 14 mode 2 /dev/net/tun$' "$report"
has "is recorded by its name" "^interface=net2 given $(cat /sys/class/net/given/ifindex)$" /run/kiln/taps/state
: >"$T/out/stop"
wait $pid || :
"$run" down taps 2>/dev/null || :
clean_is "those of others stay, the others are gone" "$before"

# ---- VLANs need a bridge that knows them; the requests are held against bridge(8)'s by test_host_netlink
refused "a bridge without VLANs" 'net0: bridge "br0" knows no VLANs' \
	"op tap owner=net0 name=kt0 bridge=br0 vlans=5,10-12 queues=1 flags=0x200 fd=0"
has "says what to do" 'ip link set br0 type bridge vlan_filtering 1' "$T/err"
printf 'op bridge name=kvb flags=3\nop tap owner=net0 name=kt0 bridge=kvb vlans=5,10-12 queues=1 flags=0x200 fd=0\narg report=%s\narg until=%s\n' \
	"$report" "$T/out/stop" | image vlan
rm -f "$report" "$T/out/stop"
if ip link add kvprobe type bridge vlan_filtering 1 2>/dev/null; then
	ip link del kvprobe
	"$run" up "$T/vlan.kiln" 2>"$T/err" &
	pid=$!
	if wait_for 5 test -e "$report"; then ok "a bridge that is made knows VLANs"; else not_ok "a bridge that is made knows VLANs"; fi
	is "bridge says which, and no default one" "$(bridge -j vlan show dev kt0 | jq -c '[.[0].vlans[] | [.vlan, .flags // []]]')" \
		'[[5,["PVID","Egress Untagged"]],[10,[]],[11,[]],[12,[]]]'
	: >"$T/out/stop"
	wait $pid || :
	wait_for 5 gone /run/kiln/vlan || :
	clean_is "nothing left" "$before"
else
	rc_is "a kernel without VLANs in bridges: exit 4" 4 "$run" up "$T/vlan.kiln"
	has "is said" 'cannot make a bridge that knows VLANs, "kvb": .*ot supported' "$T/err"
	clean_is "nothing left" "$before"
fi

# ---- refusals
printf 'arg report=%s\narg until=%s\nop tap owner=net0 name=kt5 queues=1 fd=0\n' "$report" "$T/out/stop" | image owner
rm -f "$report" "$T/out/stop"
"$run" up "$T/owner.kiln" 2>"$T/err" &
pid=$!
wait_for 5 test -e "$report" || not_ok "QEMU runs"
printf 'op tap owner=net0 name=kt5 queues=1 fd=0\n' | image no
for command in up check; do
	rc_is "$command: a tap of another VM" 4 "$run" $command "$T/no.kiln"
	has "$command: names it" 'why: It belongs to the VM "owner"' "$T/err"
	has "$command: and what to do" 'fix: kiln-run down owner; if that knows no such VM, ip link del kt5; or give' "$T/err"
done
: >"$T/out/stop"
wait $pid || :
swept owner
opts="queues=1 flags=9 fd=0"
refused "a tap of others that is not there" 'net0: there is no tap "nosuch"' "op tap owner=net0 name=nosuch $opts"
has "says how it is made" 'ip tuntap add dev nosuch mode tap vnet_hdr\.' "$T/err"
refused "an interface that is no tap" 'net0: interface "br0" is not a tap \(bridge\)' "op tap owner=net0 name=br0 $opts"
printf 'op tap owner=net0 name=given queues=2 flags=0xd fd=0\n' | image no
rc_is "one queue of others, two wanted" 4 "$run" up "$T/no.kiln"
has "says whose business it is" 'cannot open tap "given" with 2 queues' "$T/err"
printf 'op tap owner=net0 name=kt0 mac=xx queues=1 fd=0\n' | image no
rc_is "no address" 3 "$run" up "$T/no.kiln"
printf 'op tap owner=net0 name=kt0 vlans=5,,6 queues=1 fd=0\n' | image no
rc_is "no VLANs" 3 "$run" up "$T/no.kiln"
has "is said" '"5,,6" are no VLANs' "$T/err"
clean_is "nothing left" "$before"

# ---- each request to the kernel fails once
if command -v strace >/dev/null; then
	plan | image taps
	: >"$T/out/stop"
	for call in sendto ioctl; do
		strace -qq -o "$T/trace" -e "trace=$call" "$run" up "$T/taps.kiln" 2>"$T/err"
		"$run" down taps 2>/dev/null || :
		calls=$(grep -c "^$call(" "$T/trace") passed_over=0
		for n in $(seq 1 "$calls"); do
			rc=0
			strace -qq -o /dev/null -e "inject=$call:error=EINVAL:when=$n" "$run" up "$T/taps.kiln" >"$T/err" 2>&1 || rc=$?
			"$run" down taps 2>/dev/null || :
			wait_for 3 no_reaper || :
			is "$call number $n of $calls fails: nothing left" "$(traces)" "$before"
			[ "$rc" = 4 ] || passed_over=$((passed_over + 1))
		done
		# Who cannot say what it can is asked all the same: one question for each of the four.
		is "$call: what may fail" "$passed_over" "$([ $call = ioctl ] && echo 4 || echo 0)"
	done
else
	skip "failures of each request" "strace is not installed"
fi
finish
