#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_socket.sh - the other ends of character devices: sockets at a path, files, character devices.
# lib.sh sets run, report and the rest; {fd:2} are marks of an image.
# shellcheck disable=SC2154,SC1083
set -eu
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
mkdir -p "$T/lab"
before=$(traces)

# listener PATH: a program that listens there until $T/out/done appears, and says what it was told.
listener() {
	rm -f "$T/out/done" "$T/out/heard"
	python3 -c '
import os, socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1]); server.listen(8); server.settimeout(0.05)
open(sys.argv[2] + "/heard", "w").close()
held = []
while not os.path.exists(sys.argv[2] + "/done"):
    try: held.append(server.accept()[0])
    except TimeoutError: pass
with open(sys.argv[2] + "/heard", "w") as heard: heard.write(str(len(held)))
' "$1" "$T/out" &
	listener_pid=$!
	wait_for 5 test -e "$T/out/heard"
}
listener_end() { : >"$T/out/done"; wait $listener_pid || :; rm -f "$T/out/done"; }

plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg {fd:0} {fd:1} {fdsetpath:2} {fdsetpath:3}
site console1.path path $T/lab/console1
op socket owner=console0 path=$T/lab/server flags=0 fd=0
op socket owner=console1 path={site:0} flags=1 fd=1
op file owner=console2 path=$T/lab/new.log flags=8 fd=2
op file owner=console3 path=/dev/null flags=16 fd=3
PLAN
}
start() {
	rm -f "$report" "$T/out/stop"
	"$run" up "$T/line.kiln" "$@" 2>"$T/err" & pid=$!
	wait_for 5 test -e "$report" || :
}
stop() { : >"$T/out/stop"; wait $pid || :; wait_for 5 gone /run/kiln/line || :; }
there() { if [ -e "$1" ]; then echo 1; else echo 0; fi; }

# ---- what QEMU gets
listener "$T/lab/server"
plan | image line
rc_is "check finds nothing" 0 "$run" check "$T/line.kiln"
is "check makes nothing" "$(ls "$T/lab")" server
start
has "a connected socket" '^fd 10 mode 2 socket:' "$report"
has "a listening socket" '^fd 11 mode 2 socket:' "$report"
has "a file to write" "^fd 12 mode 1 $T/lab/new.log\$" "$report"
has "a character device" '^fd 13 mode 2 /dev/null$' "$report"
is "the socket is for root and the run user" "$(stat -c '%a %u %g' "$T/lab/console1")" "660 0 7001"
is "somebody can connect" "$(python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print("yes")' "$T/lab/console1")" yes
is "the reaper waits, with CAP_DAC_OVERRIDE alone" \
	"$(sed -n 's/^CapEff:	//p' "/proc/$(pgrep -x kiln-reaper)/status")" 0000000000000002
stop
is "the socket goes with the VM" "$(ls "$T/lab")" "$(printf 'new.log\nserver')"
clean_is "nothing is left" "$before"
listener_end
is "check did not connect, up did" "$(cat "$T/out/heard")" 1
rm "$T/lab/server"

# ---- killed with its reaper: the name stays, and is in nobody's way
listener "$T/lab/server"
start
kill -9 "$(pgrep -x kiln-reaper)"; kill -9 $pid; wait $pid 2>/dev/null || :
is "a dead VM left its socket" "$(there "$T/lab/console1")" 1
rc_is "down removes it" 0 "$run" down line
is "it is gone" "$(there "$T/lab/console1")" 0
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/lab/console1"
rc_is "check takes a dead socket" 0 "$run" check "$T/line.kiln"
start
has "up takes its place" '^fd 11 mode 2 socket:' "$report"
# What another made of the name while the VM ran is not ours to remove.
rm "$T/lab/console1"; echo mine >"$T/lab/console1"
stop
is "a file in its place stays" "$(cat "$T/lab/console1")" mine
clean_is "nothing else is left" "$before"
rm "$T/lab/console1"
start --set console1.path="$T/lab/bound"
is "a path of the site" "$(there "$T/lab/bound")" 1
stop
is "which goes as well" "$(there "$T/lab/bound")" 0

# ---- a step that is impossible, at every place
steps=$(plan | grep -c '^op ')
for n in $(seq 1 $((steps + 1))); do
	rm -f "$T/lab/new.log"
	plan | awk -v n="$n" -v f="op file owner=disk9 path=$T/absent flags=1 fd=4" \
		'/^op / { if (++i == n) print f } { print } END { if (i + 1 == n) print f }' | image line
	rc=0
	"$run" up "$T/line.kiln" >"$T/err" 2>&1 || rc=$?
	rm -f "$T/lab/new.log" # a log may stay: it is made once
	is "step $n fails: exit 4, nothing left" "$rc $(ls "$T/lab") $(traces)" "4 server $before"
	has "message of step $n" "step $n of $((steps + 1)) \\(file" "$T/err"
done
listener_end
rm "$T/lab/server"

# ---- each refuses for its own reason
refused "no server" "cannot connect to $T/lab/server: No such file" "op socket owner=c path=$T/lab/server fd=0"
: >"$T/lab/file"
refused "file as a server" 'Not a socket' "op socket owner=c path=$T/lab/file fd=0"
refused "file in the place of a socket" "cannot listen on $T/lab/file: File exists" \
	"op socket owner=c path=$T/lab/file flags=1 fd=0"
is "the file stays" "$(ls "$T/lab")" file
refused "no folder" "cannot listen on $T/none/s: No such file" "op socket owner=c path=$T/none/s flags=1 fd=0"
refused "relative path" 'is no path of a socket' "op socket owner=c path=s flags=1 fd=0"
refused "long path" 'is no path of a socket' "op socket owner=c path=$T/$(printf '%0100d' 0) fd=0"
refused "file as a character device" 'is not a character device' "op file owner=c path=$T/lab/file flags=16 fd=0"
refused "device as a log" 'is not a regular file' "op file owner=c path=/dev/null flags=8 fd=0"
listener "$T/lab/taken"
refused "somebody listens there" 'Address in use' "op socket owner=c path=$T/lab/taken flags=1 fd=0"
# A link of another user could lead a connection of root anywhere.
ln -s "$T/lab/taken" "$T/lab/link"; chown -h 7001 "$T/lab/link"
refused "link of another user" 'cannot connect to' "op socket owner=c path=$T/lab/link fd=0"
has "says whose it is" 'symbolic link of user 7001' "$T/err"
listener_end
rm "$T/lab/taken" "$T/lab/link"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/lab/dead"
{ echo "op bridge name=kundo flags=1"; echo "op socket owner=c path=$T/lab/dead fd=0"; } | image no
rc_is "nobody listens any more: exit 4" 4 "$run" up "$T/no.kiln"
has "and why" 'Connection refused' "$T/err"
clean_is "nothing left" "$before"
finish
