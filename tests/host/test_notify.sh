#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_notify.sh - what a service manager that waits for the start is told, and when. lib.sh sets run, report
# and the rest.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

before=$(traces)
# listener NAME: each datagram to that socket, and whether QEMU's report was there when it came, is a line of $T/told.
listener() {
	rm -f "$T/told" "$T/notify"
	python3 - "$1" "$report" >"$T/told" <<-'END' &
		import os, socket, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind("\0" + sys.argv[1][1:] if sys.argv[1][0] == "@" else sys.argv[1])
		if sys.argv[1][0] == "/": os.chmod(sys.argv[1], 0o777)
		while True:
		    text = s.recv(4096).decode()
		    print(text, os.path.exists("/sys/class/net/kn0"), flush=True)
	END
	listener=$!
	bound() { grep -q " $1\$" /proc/net/unix; }
	wait_for 5 bound "$1" || not_ok "a listener at $1"
}
deaf() { kill $listener; wait $listener 2>/dev/null || :; }
plan() {
	echo "arg report=$report"
	echo "arg until=$T/out/stop"
	echo "op tap owner=net0 name=kn0 queues=1 fd=0"
}
for socket in "$T/notify" @kiln-test-notify; do
	listener "$socket"
	export NOTIFY_SOCKET=$socket
	rm -f "$report" "$T/out/stop"
	plan | image told
	rc_is "$socket: check" 0 "$run" check "$T/told.kiln"
	"$run" up "$T/told.kiln" 2>"$T/err" & pid=$!
	wait_for 5 test -e "$report" || not_ok "QEMU runs"
	wait_for 5 grep -q . "$T/told" || :
	is "$socket: told once, when the interface is there" "$(cat "$T/told")" "READY=1 True"
	is "$socket: QEMU is not told of it" "$(grep -c NOTIFY_SOCKET "$report")" 0
	is "$socket: and nothing is said" "$(cat "$T/err")" ""
	: >"$T/out/stop"
	wait $pid || :
	swept told
	{ plan; echo "op file owner=d path=$T/absent fd=1"; } | image told
	rc_is "$socket: a start that fails" 4 "$run" up "$T/told.kiln"
	is "$socket: is not one" "$(wc -l <"$T/told")" 1
	deaf
done
plan | image told
for bad in "$T/nobody" relative "/$(printf 'a%.0s' {1..200})"; do
	rc_is "NOTIFY_SOCKET=${bad:0:60}: the machine starts" 0 env NOTIFY_SOCKET="$bad" "$run" up "$T/told.kiln"
	has "and that is said" '^kiln-run: NOTIFY_SOCKET: the service manager cannot be told of the start: ' "$T/err"
	swept told
done
rc_is "NOTIFY_SOCKET is empty" 0 env NOTIFY_SOCKET= "$run" up "$T/told.kiln"
is "nothing is said" "$(cat "$T/err")" ""
swept told
clean_is "nothing left" "$before"
finish
