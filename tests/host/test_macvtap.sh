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
gone_is() {
	wait_for 3 no_reaper || :
	is "$1" "$(left)" "$before"
}
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
starts() {
	rm -f "$report" "$T/out/stop"
	"$run" up "$T/direct.kiln" 2>"$T/err" &
	pid=$!
	if wait_for 5 test -e "$report"; then ok "$1"; else not_ok "$1"; fi
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
starts "QEMU runs"
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
: >"$T/out/stop"
wait $pid || :
wait_for 5 gone /run/kiln/direct || :
gone_is "the reaper deletes them, and the parent's address is back"

# ---- kill -9, with and without the reaper
starts "QEMU runs"
wait_for 5 grep -q "^pid $pid" "$report"
kill -9 $pid; wait $pid 2>/dev/null || :
wait_for 5 gone /run/kiln/direct || :
gone_is "the reaper cleans after SIGKILL"
for next in down up; do
	starts "$next: QEMU runs"
	wait_for 5 pgrep -x kiln-reaper >/dev/null
	kill -9 "$(pgrep -x kiln-reaper)"; kill -9 $pid; wait $pid 2>/dev/null || :
	is "$next: four are left" "$(links | grep -o '\bkm[0-9t]*\b' | grep -vc kmt0)" 4
	if [ $next = down ]; then
		rc_is "down cleans" 0 "$run" down direct
	else
		: >"$T/out/stop"
		rc_is "up cleans and starts" 0 "$run" up "$T/direct.kiln"
		wait_for 5 gone /run/kiln/direct || :
	fi
	gone_is "$next: nothing left"
done

# ---- a step that is impossible, at every place of the plan
for n in 1 2 3 4 5; do
	plan | awk -v n="$n" -v f="op file owner=disk9 path=$T/absent flags=1 fd=6" \
		'/^op / { if (++i == n) print f } { print } END { if (n == 5) print f }' | image no
	rc_is "step $n fails" 4 "$run" up "$T/no.kiln"
	has "says so" "step $n of 5 \\(file .*No such" "$T/err"
	gone_is "nothing left"
done

# ---- each request to the kernel fails once; then the loader is killed at each
stopped_or_running() { [ -e "$report" ] || grep -q 'stopped by SIGSTOP' "$T/trace" 2>/dev/null; }
if command -v strace >/dev/null; then
	for call in sendto ioctl; do
		for n in $(seq 1 40); do
			: >"$T/out/stop"
			rc=0
			strace -qq -o /dev/null -e "inject=$call:error=EINVAL:when=$n" "$run" up "$T/direct.kiln" >"$T/err" 2>&1 || rc=$?
			wait_for 5 gone /run/kiln/direct || "$run" down direct 2>/dev/null || :
			[ "$rc" != 0 ] || break
			is "$call number $n fails: exit 4, nothing left" "$rc $(left)" "4 $before"
			has "and is said" 'Nothing was left behind\.$' "$T/err"
		done
		is "$call: the last was found" "$rc" 0
		is "$call: several were tried" "$((n >= 4))" 1
	done
	killed=0
	for n in $(seq 1 40); do
		rm -f "$T/out/stop" "$report" "$T/trace"
		strace -qq -o "$T/trace" -e trace=sendto -e "inject=sendto:signal=STOP:when=$n" \
			"$run" up "$T/direct.kiln" >"$T/err" 2>&1 &
		tracer=$!
		wait_for 5 stopped_or_running || :
		[ ! -e "$report" ] || break
		killed=$((killed + 1))
		# The reaper is not there yet.
		kill -9 "$(pgrep -P $tracer)"
		wait $tracer 2>/dev/null || :
		: >"$T/out/stop"
		rc_is "killed at request $n: up cleans and starts" 0 "$run" up "$T/direct.kiln"
		wait_for 5 gone /run/kiln/direct || :
		gone_is "nothing left"
	done
	: >"$T/out/stop"
	wait "$tracer" || :
	wait_for 5 gone /run/kiln/direct || :
	gone_is "killed at $killed requests, and at no more of them"
	is "these are many" "$((killed >= 12))" 1
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
starts "/dev without the nodes"
is "four of one device" "$(grep -c '^fd 1[0123] mode 2 .*/run/kiln/direct/tap (deleted)$' "$report")" 4
: >"$T/out/stop"; wait $pid || :
wait_for 5 gone /run/kiln/direct || :
gone_is "nothing left"
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
rc_is "no address" 3 bash -c "printf 'op macvtap owner=n name=k parent=kp0 mac=xx queues=1 fd=0\n' | { echo meta name no; echo meta qemu $T/qemu; echo meta run-user kilntest; cat; } | '$TOOLS/mkimage' '$T/no.kiln'; exec '$run' up '$T/no.kiln'"
plan | sed 's/name=km3/name=km0/' | image no
rc_is "one name twice: check finds it" 4 "$run" check "$T/no.kiln"
has "check's message" '"km0" is in the plan twice' "$T/err"
finish
