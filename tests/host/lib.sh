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
	echo "skip $(basename "$0"): needs root for taps, bridges and namespaces"
	echo "0 passed, 0 failed, 1 skipped"
	[ "${TESTS_MUST_RUN:-0}" != 1 ]
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
}
links() { ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | sort | tr '\n' ' '; }
# What the loader could have left: interfaces, run directories, processes.
traces() {
	links
	ls /run/kiln 2>/dev/null | tr '\n' ' '
	pgrep -x 'kiln-.*|qemu' | tr '\n' ' ' || :
}
no_reaper() { ! pgrep -x kiln-reaper >/dev/null; }
# A reaper that has nothing to do ends soon after the exec; a moment may pass.
clean_is() {
	wait_for 3 no_reaper || :
	is "$1" "$(traces)" "$2"
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
	[ "$failed" = 0 ] && { [ "$skipped" = 0 ] || [ "${TESTS_MUST_RUN:-0}" != 1 ]; }
}
