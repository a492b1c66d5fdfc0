#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_kill.sh - SIGKILL of the loader behind each of its requests to the kernel: taps with everything that they
# have, a bridge that is made, vhost, and the program that tells machined. lib.sh sets run, report and others.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
bridge_up br0
ip tuntap add dev given mode tap vnet_hdr
before=$(traces)
if ! command -v strace >/dev/null; then
	skip "SIGKILL at each request" "strace is not installed"
	finish
	exit
fi
watched() { printf 'arg report=%s\narg until=%s\n' "$report" "$T/out/stop"; }

# ---- MAC, MTU, port flags, a persistent one, several queues, one of others (VLANs: tests/lab/test_kill_vlan.sh)
{
	watched
	echo "op bridge name=kmade address=10.77.0.1/24 flags=1"
	echo "op tap owner=net0 name=kt0 bridge=br0 mac=fe:00:00:00:00:07 mtu=1400 queues=2 flags=0x1e7 fd=0"
	echo "op tap owner=net1 name=kt%d bridge=kmade queues=1 flags=2 fd=2"
	echo "op tap owner=net2 name=given queues=1 flags=0x9 fd=3"
} | image taps
starts "QEMU runs" taps
is "the persistent ones outlive their process" "$(ip -o -d link show type tun | grep -c 'persist on.*alias kiln:taps\|alias kiln:taps.*persist on')" 2
ip link set kt0 down; ip link set kt0 name kother
ends "taps, one of them renamed meanwhile: nothing left" taps
left_behind() { rc_is "$1: tap and bridge are left" 0 ip link show kt0 master br0; }
dies_at_once taps left_behind
killed_at_each taps 12 sendto
killed_at_each taps 5 ioctl up
killed_at_each taps 3 renameat
# By these the rights are gone, and the reaper is there.
killed_at_each taps 1 vfork
killed_at_each taps 1 setresuid up

# ---- vhost: descriptors beside those of a tap and of a bridge that is made
mknod "$T/vhost" c 1 5 # as /dev/zero
{
	watched
	echo "op bridge name=kmade flags=1"
	echo "op tap owner=net0 name=kv0 bridge=kmade queues=2 flags=7 fd=0"
	echo "op vhost owner=net0 path=$T/vhost queues=2 flags=1 fd=2"
	echo "op vhost owner=net1 path=$T/absent queues=1 flags=0 fd=4"
} | image vhost
strace_only=(-P "$T/vhost")
killed_at_each vhost 2 open
strace_only=()

# ---- the program that tells machined: nothing of it outlives the loader
cat >"$T/machined" <<END
#!/bin/sh
echo told >>$T/told
[ ! -e $T/hang ] || exec sleep 1000
END
chmod 755 "$T/machined"
{
	watched
	echo "op bridge name=kmade flags=1"
	echo "op tap owner=net0 name=km0 bridge=kmade queues=1 flags=2 fd=0"
	echo "op machined program=$T/machined uuid=00112233-4455-6677-8899-aabbccddeeff"
} | image told
killed_at_each told 1 fork
told() { grep -qs told "$T/told" && pgrep -xc sleep >/dev/null; }
for next in down up; do
	: >"$T/hang"
	rm -f "$T/told" "$T/out/stop"
	"$run" up "$T/told.kiln" 2>"$T/err" & pid=$!
	wait_for 5 told || not_ok "the program runs"
	kill -9 $pid
	wait $pid 2>/dev/null || :
	no_sleep() { ! pgrep -x sleep >/dev/null; }
	if wait_for 5 no_sleep; then ok "the program is killed with the loader"; else not_ok "the program is killed with the loader"; fi
	rm "$T/hang"
	cleaned_by $next told "told, killed while it is told"
done
finish
