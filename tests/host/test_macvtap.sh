#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_macvtap.sh - macvtaps: what ip and QEMU see of them, and that nothing is left after any failure, nor
# after SIGKILL at any step; the parent's address as well. lib.sh sets run, report and others.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
if ! ip link add kp0 type veth peer name kq0 2>"$T/err" || ! ip link add link kp0 name kprobe type macvtap 2>"$T/err"; then
	skip "macvtaps" "this kernel has none: $(head -n 1 "$T/err")"
	finish
	exit
fi
ip link del kprobe
ip link add kp1 type veth peer name kq1
for each in kp0 kq0 kp1 kq1; do ip link set $each up; done
own=$(cat /sys/class/net/kp1/address)
guest=52:54:00:aa:bb:09
# What could be left, and the address that passthrough changes.
left() { echo "$(traces) $(cat /sys/class/net/kp1/address)"; }
before=$(left)

plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg json={{tap.1:0:3},"id":"a"}
arg words=tap,{tap.2:5:1}
site net0.parent ifname kp0
op macvtap owner=net0 name=km0 parent={site:0} mac=52:54:00:aa:bb:01 mode=1 queues=3 flags=3 fd=0
op macvtap owner=net1 name=kmt%d parent=kp0 mac=52:54:00:aa:bb:02 mode=0 queues=1 flags=1 fd=3
op macvtap owner=net2 name=kmt%d parent=kp0 mac=52:54:00:aa:bb:03 mode=2 queues=1 flags=0 fd=4
op macvtap owner=net3 name=km3 parent=kp1 mac=$guest mode=3 queues=1 flags=1 fd=5
PLAN
}
# details NAME: what ip says of an interface, in one line.
details() { ip -d -o link show "$1" | tr '\134' ' '; }
# says NAME PATTERN INTERFACE
says() {
	details "$3" >"$T/details"
	has "$1" "$2" "$T/details"
}

# ---- what QEMU gets, and ip says
ip link add link kp0 name kmt0 type macvtap mode bridge
before=$(left)
plan | image direct
rc_is "check finds nothing" 0 "$run" check "$T/direct.kiln"
is "check changes nothing" "$(left)" "$before"
starts "QEMU runs" direct
says "mode bridge, on its parent, with the guest's address" 'km0@kp0: .*UP.* link/ether 52:54:00:aa:bb:01 .* macvtap mode bridge' km0
says "mode vepa; a template takes the first number that is free" 'kmt1@kp0: .* 52:54:00:aa:bb:02 .* macvtap mode vepa' kmt1
says "mode private" 'kmt2@kp0: .* 52:54:00:aa:bb:03 .* macvtap mode private' kmt2
says "mode passthru" "km3@kp1: .* $guest .* macvtap mode passthru" km3
says "whose it is" ' alias kiln:direct' km0
is "the parent has the guest's address" "$(cat /sys/class/net/kp1/address)" "$guest"
index() { cat "/sys/class/net/$1/ifindex"; }
is "three descriptors of one device" "$(grep -c "^fd 1[012] mode 2 /dev/tap$(index km0)\$" "$report")" 3
has "another one's device" "^fd 15 mode 2 /dev/tap$(index km3)\$" "$report"
has "fds of three queues" '^arg json=\{"fds":"10:11:12","id":"a"\}$' "$report"
has "fd of one" '^arg words=tap,fd=15$' "$report"
"$run" show "$T/direct.kiln" --shell >"$T/err"
has "a shell has to open it itself" 'words=tap,fd=15' "$T/err"
for each in "net0 km0" "net1 kmt1" "net2 kmt2" "net3 km3"; do
	has "recorded with its index: $each" "^interface=$each $(index "${each#* }")\$" /run/kiln/direct/state
done
has "recorded for release" "^release=macvtap km3 kp1 $guest $own\$" /run/kiln/direct/state
is "the reaper has CAP_NET_ADMIN alone" \
	"$(sed -n 's/^CapEff:	//p' "/proc/$(pgrep -x kiln-reaper)/status")" 0000000000001000
ends "the reaper deletes them, and the parent's address is back" direct

# ---- others change them while QEMU runs: what has the VM's alias goes all the same
renamed() { ip link set "$1" down && ip link set "$1" name "$2" && ip link set "$2" up; }
starts "QEMU runs" direct
renamed km0 kother
renamed kp0 kelse
ip link set kmt1 address 52:54:00:aa:bb:77
ip link set kp1 address 52:54:00:aa:bb:78
: >"$T/out/stop"
wait $pid || :
wait_for 5 gone /run/kiln/direct || :
renamed kelse kp0
ip link set kp1 address "$own"
gone_is "renamed, of another address, on a parent of another name or address: nothing left"

# ---- a parent that is such a one itself: the kernel puts the new one beside it, not upon it
ip link add link kp0 name kv0 type macvtap mode bridge && ip link set kv0 up
without=$before before=$(left)
plan | sed 's/ifname kp0/ifname kv0/; s/parent=kp0/parent=kv0/; /name=kmt/d; s/:5:1/:3:1/; s/fd=5/fd=3/' | image beside
starts "QEMU runs" beside
says "beside its parent" 'km0@kp0: .* macvtap mode bridge' km0
ends "nothing left" beside
if command -v strace >/dev/null; then killed_at_each beside 6; fi
ip link del kv0
before=$without

# ---- SIGKILL, with and without the reaper; a step that is impossible; failure and SIGKILL at each request
four_left() { is "$1: four are left" "$(links | grep -o '\bkm[0-9t]*\b' | grep -vc kmt0)" 4; }
dies_at_once direct four_left
fails_after_each 4 6 < <(plan)
if command -v strace >/dev/null; then
	for call in sendto ioctl; do fails_at_each direct $call 3; done
	killed_at_each direct 12
else
	skip "failures and SIGKILL at each request" "strace is not installed"
fi

mkdir "$T/theirs"
# ---- no devtmpfs: the node is made for the moment of opening it
mount -t tmpfs -o mode=755 tmpfs "$T/theirs"
for each in null zero urandom; do cp -a "/dev/$each" "$T/theirs/"; done
ln -s /proc/self/fd "$T/theirs/fd"
mkdir "$T/theirs/net"
mount --move "$T/theirs" /dev
starts "/dev without the nodes" direct
is "four of one device" "$(grep -c '^fd 1[0123] mode 2 .*/run/kiln/direct/tap (deleted)$' "$report")" 4
ends "nothing left" direct
umount /dev

# ---- refusals
rc_is "--set of another parent" 4 "$run" up "$T/direct.kiln" --set net0.parent=knone
has "names those that are there" 'there is no interface "knone"' "$T/err"
has "with those of this network namespace" 'Interfaces of this host: .*kp0' "$T/err"
has "names the key" 'fix: .*--set net0.parent=NAME' "$T/err"
before=$(traces)
opts="mac=$guest queues=1 flags=1 fd=0"
refused "absent parent" 'net0: there is no interface "knone"' "op macvtap owner=net0 name=km0 parent=knone $opts"
refused "the loopback" 'interface "lo" is the loopback' "op macvtap owner=net0 name=km0 parent=lo $opts"
ip link set kq1 down
refused "a parent that is down" 'interface "kq1" is down' "op macvtap owner=net0 name=km0 parent=kq1 $opts"
has "says what to do" 'ip link set kq1 up' "$T/err"
refused "a name that is taken" 'interface "kmt0" is there already' "op macvtap owner=net0 name=kmt0 parent=kp0 $opts"
printf 'op macvtap owner=net0 name=km0 parent=kp0 mac=%s mode=3 queues=1 fd=0\n' $guest | image no
rc_is "passthrough beside another one" 4 "$run" up "$T/no.kiln"
has "is said" 'cannot make macvtap "km0" on "kp0": .*' "$T/err"
has "and why" 'must be alone on its parent' "$T/err"
clean_is "nothing left" "$before"
ip link set kmt0 address $guest up
printf 'op macvtap owner=net0 name=km0 parent=kp0 mac=%s mode=1 queues=1 fd=0\n' $guest | image no
rc_is "an address that another one has there" 4 "$run" up "$T/no.kiln"
has "is said" "why: Another interface on \"kp0\" has the address $guest\\." "$T/err"
clean_is "nothing left" "$before"
rc_is "no address" 3 bash -c "printf 'op macvtap owner=n name=k parent=kp0 mac=xx queues=1 fd=0\n' | { echo meta name no; echo meta qemu $T/qemu; echo meta run-user kilntest; cat; } | '$TOOLS/mkimage' '$T/no.kiln'; exec '$run' up '$T/no.kiln'"
plan | sed 's/name=km3/name=km0/' | image no
rc_is "one name twice: check finds it" 4 "$run" check "$T/no.kiln"
has "check's message" '"km0" is in the plan twice' "$T/err"
finish
