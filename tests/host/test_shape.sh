#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_shape.sh - limits on interfaces: what tc sees of them, and that an interface of others is as it was after
# the end, after any failure, and after SIGKILL at any request. What drops above a limit needs act_police; where
# this kernel has none it is said, and tests/lab/test_shape.sh looks at it.
# lib.sh sets run, report and others.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
ip tuntap add dev given mode tap vnet_hdr
ip tuntap add dev mine mode tap user 7001
ip link set given up
if ! tc qdisc add dev given root handle 9: htb 2>"$T/err"; then
	skip "limits" "this kernel has none: $(head -n 1 "$T/err")"
	finish
	exit
fi
tc qdisc del dev given root
police=y fair=y direct=y
tc qdisc add dev given ingress
tc filter add dev given parent ffff: u32 match u32 0 0 police rate 1mbit burst 9k 2>/dev/null || police=
tc qdisc del dev given ingress
tc qdisc add dev given root fq_codel 2>/dev/null || fair=
tc qdisc del dev given root 2>/dev/null || :
{ ip link add kp0 type veth peer name kq0 && ip link set kp0 up && ip link add link kp0 name kprobe type macvtap &&
	ip link del kprobe; } 2>"$T/err" || direct=
# What could be left; traces() does not see what is on an interface.
left() { echo "$(traces) $(tc qdisc show dev given)"; }
before=$(left)

plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg {tap.2:0:2} {tap.2:2:1}
op tap owner=net0 name=ks0 queues=2 flags=5 fd=0
op shape owner=net0 in_rate=1000 in_peak=2000 in_burst=256
op tap owner=net1 name=given queues=1 flags=9 fd=2
op shape owner=net1 in_rate=125 flags=1
PLAN
}
# says NAME PATTERN tc's words, without the burst of the kernel's own cells
says() {
	tc "${@:3}" | sed 's,/1 , ,g' >"$T/said"
	has "$1" "$2" "$T/said"
}

# kinds: of what is on that interface, with the handles.
kinds() { tc qdisc show dev given | sed -n 's/^qdisc \([^ ]* [^ ]*\) .*/\1/p' | tr '\n' ' '; }

# ---- what tc says
plan | image shape
rc_is "check finds nothing" 0 "$run" check "$T/shape.kiln"
is "check changes nothing" "$(left)" "$before"
starts "QEMU runs" shape
says "a queue in which all goes to class 1" '^qdisc htb [4-7][0-9a-f]{3}: root .*default 0x1 ' qdisc show dev ks0
says "average, peak and burst" '^class htb ....:1 root .*rate 8Mbit ceil 16Mbit .*burst 256Kb .*cburst 2000b' -d class show dev ks0
says "an average alone: no peak, and a small burst at full speed" '^class htb ....:1 root .*rate 1Mbit ceil 1Mbit .*burst 1600b .*cburst 1600b' -d class show dev given
is "one class each" "$(tc class show dev ks0 | grep -c htb) $(tc class show dev given | grep -c htb)" "1 1"
if [ $fair ]; then
	says "fair turns in the class" '^qdisc fq_codel [89a-f]...: parent ....:1 ' qdisc show dev ks0
else
	has "what is missing is said by its name" '^kiln-run: net0: the limit of ks0 has one queue .*modprobe sch_fq_codel$' "$T/err"
fi
is "each VM and interface has a mark of its own" "$(tc qdisc show | sed -n 's/^qdisc htb \([^:]*\):.*/\1/p' | sort -u | wc -l)" 2
# limits NAME WANTED VM...: what kiln-ctl says of them.
limits() { is "$1" "$("$O/target/bin/kiln-ctl" status "$3" | sed -n 's/^  limit      //p' | tr '\n' ';')" "$2"; }
limits "kiln-ctl says them" \
	'net0 inbound 1000 kB/s, peak 2000 kB/s, burst 262144 bytes;net1 inbound 125 kB/s, burst 1600 bytes;' shape
is "in JSON as well" "$("$O/target/bin/kiln-ctl" status shape --json | jq -c '[.interfaces[].limits]')" \
	'[{"inbound":{"rate":1000000,"peak":2000000,"burst":262144},"outbound":null},{"inbound":{"rate":125000,"peak":null,"burst":1600},"outbound":null}]'
class() { tc class show dev "$1" | sed -n 's/^class htb \([4-7][^ ]*\) .*/\1/p'; }
tc class change dev ks0 parent "$(class ks0 | cut -d: -f1):" classid "$(class ks0)" htb rate 4mbit burst 100k
tc qdisc replace dev given handle 8001: parent "$(class given)" htb default 1
tc class add dev given parent 8001: classid 8001:1 htb rate 9mbit
limits "what somebody has made of one is said, and another's class below is none" \
	'net0 inbound 500 kB/s, burst 102400 bytes;net1 inbound 125 kB/s, burst 1600 bytes;' shape
tc qdisc del dev given handle 8001: parent "$(class given)"
mark=$(tc qdisc show dev given | sed -n 's/^qdisc htb \([^:]*\):.*/\1/p')
has "recorded with it" "^release=shape given $(cat /sys/class/net/given/ifindex) $((0x$mark)) 1\$" /run/kiln/shape/state
is "the tap that goes is not" "$(grep -c release=shape /run/kiln/shape/state)" 1
is "the reaper has CAP_NET_ADMIN alone" \
	"$(sed -n 's/^CapEff:	//p' "/proc/$(pgrep -x kiln-reaper)/status")" 0000000000001000
# It works: ten packets of 1000 bytes are counted in the class.
ip addr add 10.9.0.1/24 dev ks0
ip neigh add 10.9.0.2 lladdr 52:54:00:00:00:01 dev ks0
ping -q -c 10 -i 0.01 -s 1000 -W 0.1 10.9.0.2 >/dev/null 2>&1 || :
says "packets go through it" 'Sent 1[0-9]{4} bytes 1[0-9] pkt' -s class show dev ks0
"$run" show "$T/shape.kiln" >"$T/err"
has "show says the limits" 'shape .*net0.*1000' "$T/err"
ends "the reaper takes them off" shape

# ---- SIGKILL, with and without the reaper; a step that is impossible; failure and SIGKILL at each request
one_left() { is "$1: one is left" "$(tc qdisc show dev given | grep -c '^qdisc htb')" 1; }
dies_at_once shape one_left
fails_after_each 4 3 < <(plan)
plan | image shape
if command -v strace >/dev/null; then
	fails_at_each shape sendto 12
	killed_at_each shape 12
else
	skip "failures and SIGKILL at each request" "strace is not installed"
fi

# What others have put there since then is theirs; another interface may have got the name.
starts "QEMU runs" shape
tc qdisc del dev given root
tc qdisc add dev given root handle 77: htb
tc qdisc add dev given ingress
tc filter add dev given parent ffff: prio 5 u32 match u32 0 0 flowid :1
: >"$T/out/stop"
wait $pid || :
wait_for 5 gone /run/kiln/shape || :
wait_for 3 no_reaper || :
is "what others put there since stays" "$(kinds)" "htb 77: ingress ffff: "
tc qdisc del dev given root
tc qdisc del dev given ingress
gone_is "as before"

# One that others gave another name is the same one.
starts "QEMU runs" shape
ip link set given down
ip link set given name kother
: >"$T/out/stop"
wait $pid || :
wait_for 5 gone /run/kiln/shape || :
wait_for 3 no_reaper || :
is "a limit goes from a tap that was renamed" "$(tc qdisc show dev kother | grep -c '^qdisc htb')" 0
ip link set kother name given
ip link set given up
gone_is "as before"

# ---- a macvtap is the guest's own end: what it sends leaves by it
if [ $direct ]; then
	image shape <<-PLAN
		arg report=$report
		arg until=$T/out/stop
		op macvtap owner=net0 name=km0 parent=kp0 mac=52:54:00:aa:bb:01 mode=1 queues=1 flags=1 fd=0
		op shape owner=net0 out_rate=500 out_burst=64
	PLAN
	starts "a macvtap: QEMU runs" shape
	says "what the guest sends waits in a queue" '^class htb ....:1 root .*rate 4Mbit ceil 4Mbit .*burst 64Kb .*cburst 64Kb' -d class show dev km0
	limits "kiln-ctl says what the guest may send" 'net0 outbound 500 kB/s, burst 65536 bytes;' shape
	ends "nothing left" shape
else
	skip "macvtaps" "this kernel has none: $(head -n 1 "$T/err")"
fi

# ---- what comes in by a tap
opts="op tap owner=net1 name=given queues=1 flags=9 fd=0"
if [ $police ]; then
	printf '%s\nop shape owner=net1 out_rate=125 flags=1\narg report=%s\narg until=%s\n' "$opts" "$report" "$T/out/stop" | image shape
	starts "what the guest sends: QEMU runs" shape
	says "is dropped above the limit" 'police .*rate 1Mbit burst .*action drop' filter show dev given ingress
	limits "kiln-ctl says it" 'net1 outbound 125 kB/s, burst 125000 bytes;' shape
	ends "nothing left" shape
else
	printf '%s\nop shape owner=net1 out_rate=125 flags=1\n' "$opts" | image no
	rc_is "no act_police: exit 4" 4 "$run" up "$T/no.kiln"
	has "is said by its name" 'net1: cannot put a filter with a limit on interface "given": No such file' "$T/err"
	has "why" 'The kernel does it with cls_u32 act_police, and that is not there' "$T/err"
	has "what to do" 'modprobe -a cls_u32 act_police; .*Nothing was left behind\.$' "$T/err"
	gone_is "nothing left, nor the place of the filter"
fi

# ---- what others made is not touched
theirs() { # NAME PATTERN PLACE COMMAND...
	tc qdisc add dev given "${@:4}"
	local had
	had=$(kinds)
	printf '%s\nop shape owner=net1 in_rate=125 out_rate=125 flags=1\n' "$opts" | image no
	rc_is "$1: exit 4" 4 "$run" up "$T/no.kiln"
	has "$1: message" "net1: interface \"given\" has $2 already" "$T/err"
	has "$1: what to do" "tc qdisc del dev given $3\\. Nothing was left behind" "$T/err"
	is "$1: stays as it is" "$(kinds)" "$had"
	rc_is "$1: check finds it" 4 "$run" check "$T/no.kiln"
	has "$1: check's message" "has $2 already" "$T/err"
	tc qdisc del dev given "$3"
}
theirs "a root qdisc" 'a root qdisc \(htb\)' root root htb
theirs "one of the kernel's kind, made by somebody" 'a root qdisc \(pfifo\)' root root pfifo
theirs "a place for filters" 'a qdisc ingress' ingress ingress
theirs "the other place for filters" 'a qdisc clsact' clsact clsact
# One that is in nobody's way.
tc qdisc add dev given ingress
printf '%s\nop shape owner=net1 in_rate=125 flags=1\narg until=%s\n' "$opts" "$T/out/stop" | image no
: >"$T/out/stop"
rc_is "no limit in that direction: it starts" 0 "$run" up "$T/no.kiln"
wait_for 5 gone /run/kiln/no || :
wait_for 3 no_reaper || :
is "and it stays" "$(tc qdisc show dev given | grep -c ingress)" 1
tc qdisc del dev given ingress
gone_is "as before"

# ---- refusals
before=$(traces)
printf 'op shape owner=net7 in_rate=1\n' | image no
rc_is "no interface of that device: exit 4" 4 "$run" up "$T/no.kiln"
has "is said" 'net7: there is no interface to be shaped' "$T/err"
mknod -m 666 "$T/tun" c 10 200
printf 'op tap owner=net0 name=mine device='"$T"'/tun queues=1 flags=8 fd=0\nop shape owner=net0 in_rate=1 flags=1\n' | image user
as_user() { setpriv --reuid 7001 --regid 7001 --clear-groups env XDG_RUNTIME_DIR="$T/out" "$run" "$@"; }
rc_is "an ordinary user's own tap: exit 4" 4 as_user up "$T/user.kiln"
has "is said" 'net0: cannot put a queue with a limit \(HTB\) on interface "mine": Operation not permitted' "$T/err"
has "why" 'needs CAP_NET_ADMIN' "$T/err"
has "what to do" 'AmbientCapabilities=CAP_NET_ADMIN' "$T/err"
rc_is "check finds it" 4 as_user check "$T/user.kiln"
has "check's message" 'cannot shape an interface' "$T/err"
clean_is "nothing left" "$before"
if printf 'op shape owner=net0 in_rate=4294968\n' | image no 2>"$T/err"; then not_ok "too fast"; else ok "a rate above the largest is refused"; fi
finish
