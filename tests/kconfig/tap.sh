# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# tap.sh - TAP for tests that are shell scripts: sourced by tests/kconfig/run and tests/terminal/run.
#
# In: TOP and O, or neither when it is run by hand. Out: functions ok, not_ok, skip, finish, and a
# folder $W that is removed at the end.

: "${TOP:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${O:=$TOP/output}"
: "${MAKE:=make}"
export LC_ALL=C
count=0 failed=0 skipped=0
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT

ok() {
	count=$((count + 1))
	echo "ok $count - $1"
}

# not_ok NAME [FILE]: the file tells why.
not_ok() {
	count=$((count + 1)) failed=$((failed + 1))
	echo "not ok $count - $1"
	[ -z "${2:-}" ] || sed 's/^/#   /' "$2"
}

skip() {
	count=$((count + 1)) skipped=$((skipped + 1))
	echo "ok $count - $1 # SKIP $2"
}

# is NAME COMMAND...: the command must succeed.
is() {
	local name=$1
	shift
	if "$@" >"$W/is.log" 2>&1; then ok "$name"; else not_ok "$name" "$W/is.log"; fi
}

finish() {
	echo "1..$count"
	echo "# $((count - failed - skipped)) passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}
