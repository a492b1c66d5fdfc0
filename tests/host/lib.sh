#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - for the host tests: private namespaces, ok/not ok lines, the closing count.
#
# Sourced by test_*.sh, which then run as root of their own network, mount and process namespaces:
# /run is empty, /etc is a copy with the users of the tests, and no process outlives the test. In the lab
# guest (KILN_TEST_INNER=lab), which ends with its tests, the namespaces are those of the guest itself.
# shellcheck disable=SC2034,SC2154,SC2012 # who sources it uses report, and sets before

: "${KILN_RUN:?path of the loader}" "${TOOLS:?folder of mkimage and fakeqemu}"

if [ "$(id -u)" != 0 ]; then
	echo "ok - $(basename "$0") # SKIP needs root for taps, bridges and namespaces"
	exit
fi
if [ -z "${KILN_TEST_INNER:-}" ]; then
	KILN_TEST_INNER=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc \
		bash "$0" "$@"
fi

passed=0 failed=0 skipped=0
T=$(mktemp -d /tmp/kiln-host.XXXXXX)
chmod 755 "$T"
trap 'rm -rf "$T"' EXIT
if [ "$KILN_TEST_INNER" != lab ]; then
	mount -t sysfs sysfs /sys # of this network namespace
	mount -t tmpfs -o mode=755 tmpfs /run
	cp -a /etc "$T/etc"
	mount --bind "$T/etc" /etc
fi
mkdir -p /etc/kiln
sed -i '/^kiln/d; /^extra:/d' /etc/passwd /etc/group
echo 'kilntest:x:7001:7001::/:/usr/sbin/nologin' >>/etc/passwd
echo 'kilnroot:x:0:0::/:/usr/sbin/nologin' >>/etc/passwd
echo 'kilntest:x:7001:' >>/etc/group
echo 'extra:x:7002:other,kilntest' >>/etc/group
cp "$KILN_RUN" "$T/kiln-run"
cp "$TOOLS/fakeqemu" "$T/qemu"
run="$T/kiln-run"
mkdir -m 1777 "$T/out"
report="$T/out/report"

ok() { passed=$((passed + 1)); echo "ok - $1"; }
not_ok() {
	failed=$((failed + 1)); echo "not ok - $1"
	[ -s "$T/err" ] && sed 's/^/#   /' "$T/err"
	return 0
}
skip() { skipped=$((skipped + 1)); echo "ok - $1 # SKIP $2"; }
# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1"; echo "#   got '$2', wanted '$3'"; fi
}
# has NAME PATTERN FILE
has() { if grep -Eq -- "$2" "$3"; then ok "$1"; else not_ok "$1"; echo "#   no '$2' in:"; sed 's/^/#   /' "$3"; fi; }
# rc_is NAME WANTED COMMAND...: output and errors go to $T/err
rc_is() {
	local name=$1 wanted=$2 rc=0
	shift 2
	"$@" >"$T/err" 2>&1 || rc=$?
	is "$name" "$rc" "$wanted"
}
# image NAME < PLAN: $T/NAME.kiln of a VM of that name
image() {
	{ echo "meta name $1"; echo "meta qemu $T/qemu"; echo "meta run-user kilntest"; cat; } |
		"$TOOLS/mkimage" "$T/$1.kiln"
}
# wait_for SECONDS COMMAND...
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.02 <> <(:) || :; done
}
gone() { ! [ -e "$1" ]; }
# swept NAME: the run directory of a machine that ended is gone. Where nothing has to be released, nobody waits for the
# end, and it is left to down.
swept() {
	"$run" down "$1" >/dev/null 2>&1 || :
	wait_for 5 gone "/run/kiln/$1" || :
	wait_for 3 no_reaper || :
}
# bridge_up NAME..., veth_up NAME PEER: interfaces of the host, made and set up.
bridge_up() {
	local name
	for name; do ip link add "$name" type bridge && ip link set "$name" up; done
}
veth_up() {
	local name
	ip link add "$1" type veth peer name "$2"
	for name; do ip link set "$name" up; done
}
links() { ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | sort | tr '\n' ' '; }
# What the loader could have left: interfaces, run directories, processes.
traces() {
	links
	ls /run/kiln 2>/dev/null | tr '\n' ' '
	pgrep -x 'kiln-.*|qemu' | tr '\n' ' ' || :
}
# It has the loader's name until it has been scheduled.
no_reaper() { ! pgrep -x 'kiln-r.*' >/dev/null; }
# A reaper that has nothing to do ends soon after the exec; a moment may pass.
clean_is() {
	wait_for 3 no_reaper || :
	is "$1" "$(traces)" "$2"
}
# left: what a machine could have left; a test that knows of more says it in its own.
left() { traces; }
# gone_is NAME: nothing is left but what $before says.
gone_is() {
	wait_for 3 no_reaper || :
	is "$1" "$(left)" "$before"
}
# starts NAME VM: QEMU runs, $pid, and has written the report.
starts() {
	rm -f "$report" "$T/out/stop"
	"$run" up "$T/$2.kiln" 2>"$T/err" &
	pid=$!
	if wait_for 5 test -e "$report"; then ok "$1"; else not_ok "$1"; fi
}
# ends NAME VM: it does, and the reaper leaves nothing.
ends() {
	: >"$T/out/stop"
	wait $pid || :
	wait_for 5 gone "/run/kiln/$2" || :
	gone_is "$1"
}
# cleaned_by down|up VM NAME: that command removes what a killed VM, or a killed start of it, left.
cleaned_by() {
	: >"$T/out/stop"
	if [ "$1" = up ]; then
		rc_is "$3: up cleans and starts" 0 "$run" up "$T/$2.kiln"
		swept "$2"
	elif [ -e "/run/kiln/$2" ]; then
		rc_is "$3: down cleans" 0 "$run" down "$2"
	fi
	gone_is "$3: nothing left after $1"
}
# dies_at_once VM COMMAND...: SIGKILL with the reaper; then without it, when COMMAND says how much is left, and down and
# the next up clean.
dies_at_once() {
	local vm=$1 next
	shift
	starts "QEMU runs" "$vm"
	wait_for 5 grep -q "^pid $pid" "$report"
	kill -9 $pid; wait $pid 2>/dev/null || :
	wait_for 5 gone "/run/kiln/$vm" || :
	gone_is "the reaper cleans after SIGKILL"
	for next in down up; do
		starts "$next: QEMU runs" "$vm"
		wait_for 5 pgrep -x kiln-reaper >/dev/null
		kill -9 "$(pgrep -x kiln-reaper)"; kill -9 $pid; wait $pid 2>/dev/null || :
		"$@" "$next"
		cleaned_by $next "$vm" "$next"
	done
}
# fails_at_each VM CALL LEAST: each such request to the kernel fails once; there are LEAST or more of them.
fails_at_each() {
	local vm=$1 call=$2 n rc
	for n in $(seq 1 40); do
		: >"$T/out/stop"
		rc=0
		strace -qq -o /dev/null -e "inject=$call:error=EINVAL:when=$n" "$run" up "$T/$vm.kiln" >"$T/err" 2>&1 || rc=$?
		wait_for 5 gone "/run/kiln/$vm" || "$run" down "$vm" 2>/dev/null || :
		[ "$rc" != 0 ] || break
		wait_for 3 no_reaper || :
		is "$call number $n fails: exit 4, nothing left" "$rc $(left)" "4 $before"
		has "and is said" 'Nothing was left behind\.$' "$T/err"
	done
	is "$call: the last was found" "$rc" 0
	is "$call: several were tried" "$((n > $3))" 1
}
stopped_or_running() { [ -e "$report" ] || grep -q 'stopped by SIGSTOP' "$T/trace" 2>/dev/null; }
# killed_at N VM CALL NEXT...: the loader is killed behind the N-th system call CALL that it makes, once for each NEXT,
# down or up, which then removes what that left. False: there are less than N of them; VM runs, under strace as $tracer.
# strace_only: further options of strace, for those of one file alone.
strace_only=()
killed_at() {
	local n=$1 vm=$2 call=$3 next
	for next in "${@:4}"; do
		rm -f "$T/out/stop" "$report" "$T/trace"
		strace "${strace_only[@]}" -qq -o "$T/trace" -e "trace=$call" -e "inject=$call:signal=STOP:when=$n" \
			"$run" up "$T/$vm.kiln" >"$T/err" 2>&1 &
		tracer=$!
		wait_for 5 stopped_or_running || :
		[ ! -e "$report" ] || return 1
		if ! kill -9 "$(pgrep -P $tracer)"; then
			not_ok "$vm is stopped at $call $n"
			return 1
		fi
		wait $tracer 2>/dev/null || :
		cleaned_by $next "$vm" "$vm, killed at $call $n"
	done
}
# killed_at_each VM LEAST [CALL [NEXT...]]: killed_at for all of them, sendto (a request to the kernel's networks) where
# none is named, cleaned by down and by up, or only by those that are named. There are LEAST of them or more.
killed_at_each() {
	local vm=$1 call=${3:-sendto} n killed=0 cleaners=("${@:4}")
	[ $# -gt 3 ] || cleaners=(down up)
	for n in $(seq 200); do
		killed_at "$n" "$vm" "$call" "${cleaners[@]}" || break
		killed=$n
	done
	: >"$T/out/stop"
	wait $tracer || :
	swept "$vm"
	gone_is "$vm: killed at $killed times $call, and there are no more"
	is "$vm: these are $2 or more" "$((killed >= $2))" 1
}
# fails_after_each STEPS FD < PLAN: a step that is impossible, at every place of a plan of that many.
fails_after_each() {
	local n plan
	plan=$(cat)
	for n in $(seq 1 $(($1 + 1))); do
		awk -v n="$n" -v last="$1" -v f="op file owner=disk9 path=$T/absent flags=1 fd=$2" \
			'/^op / { if (++i == n) print f } { print } END { if (n > last) print f }' <<<"$plan" | image no
		rc_is "step $n fails" 4 "$run" up "$T/no.kiln"
		has "says so" "step $n of $(($1 + 1)) \\(file .*No such" "$T/err"
		gone_is "nothing left"
	done
}
# refused NAME PATTERN OP...: up refuses the plan behind a bridge that it made, and leaves what $before says;
# check finds the same.
refused() { # NAME PATTERN OP
	local name=$1 pattern=$2
	shift 2
	{ echo "op bridge name=kundo flags=1"; printf '%s\n' "$@"; } | image no
	rc_is "$name: exit 4" 4 "$run" up "$T/no.kiln"
	has "$name: message" "step 2 of 2 .*$pattern" "$T/err"
	has "$name: why" '^  why: .' "$T/err"
	has "$name: fix" '^  fix: .*Nothing was left behind\.$' "$T/err"
	clean_is "$name: nothing left" "$before"
	rc_is "$name: check finds it" 4 "$run" check "$T/no.kiln"
	has "$name: check's message" "$pattern" "$T/err"
}
# failed_steps NAME PLAN ENDED LEFT: up of NAME fails with a step that is impossible, put at each place of what PLAN
# prints; then, when ENDED is true, what LEFT prints is nothing, and the traces are $before.
failed_steps() {
	local steps n rc
	steps=$("$2" | grep -c '^op ')
	for n in $(seq 1 $((steps + 1))); do
		"$2" | awk -v n="$n" -v f="op file owner=disk9 path=$T/absent flags=1 fd=2" \
			'/^op / { if (++i == n) print f } { print } END { if (i + 1 == n) print f }' | image "$1"
		rc=0
		"$run" up "$T/$1.kiln" >"$T/err" 2>&1 || rc=$?
		wait_for 5 "$3" || :
		is "step $n fails: exit 4, nothing left" "$rc $(traces)$("$4")" "4 $before"
		has "message of step $n" "step $n of $((steps + 1)) \\(file" "$T/err"
	done
}
finish() {
	echo "$(basename "$0"): $passed passed, $failed failed, $skipped skipped"
	# What may be skipped, tests/may-skip says to the runner; it reads each line.
	[ "$failed" = 0 ]
}
