#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_port.sh - ports that the loader chooses: the first free one, told to QEMU, kept from other loaders.
# lib.sh sets run, report and the rest; {fd:2} are marks of an image.
# shellcheck disable=SC2154,SC1083
set -eu
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
before=$(traces)

# listener PORT: a program that listens there until $T/out/done appears.
listener() {
	rm -f "$T/out/done" "$T/out/there"
	python3 -c '
import os, socket, sys, time
server = socket.socket()
server.bind(("127.0.0.1", int(sys.argv[1]))); server.listen(1)
open(sys.argv[2] + "/there", "w").close()
while not os.path.exists(sys.argv[2] + "/done"): time.sleep(0.01)
' "$1" "$T/out" &
	listener_pid=$!
	wait_for 5 test -e "$T/out/there"
}
listener_end() { : >"$T/out/done"; wait $listener_pid || :; }

# plan NAME: its report and its end have the name, too.
plan() {
	cat <<PLAN
arg report=$report.$1
arg until=$T/out/stop
arg port={port:0:5930},tls-port={port:1:5930}
op port owner=spice address=127.0.0.1 first=5930 last=5933 index=0 fd=0
op port owner=spice address=127.0.0.1 first=5930 last=5933 index=1 fd=1
PLAN
}
start() {
	rm -f "$report.$1"
	"$run" up "$T/$1.kiln" 2>"$T/err.$1" & pids+=($!)
	wait_for 5 test -e "$report.$1" || :
}
stop() { : >"$T/out/stop"; wait "${pids[@]}" || :; pids=(); rm -f "$T/out/stop"; }
pids=()

for each in one two three; do
	plan $each | image $each
done
rc_is "check finds nothing" 0 "$run" check "$T/one.kiln"
start one
has "the first two" '^arg port=5930,tls-port=5931$' "$report.one"
has "says the port" 'spice listens on port 5930 of 127.0.0.1' "$T/err.one"
has "and the other" 'spice listens on port 5931 of 127.0.0.1' "$T/err.one"
start two
has "a second machine gets others before QEMU listens" '^arg port=5932,tls-port=5933$' "$report.two"
cp "$T/err.two" "$T/err"
rc_is "none is left for a third" 4 "$run" up "$T/three.kiln"
has "says which" 'no port from 5930 to 5933 is free on 127.0.0.1' "$T/err"
rc_is "check says so, too" 4 "$run" check "$T/three.kiln"
stop
swept one
swept two
listener 5931
start three
has "one that another program has is passed over" '^arg port=5930,tls-port=5932$' "$report.three"
stop
listener_end
swept three
clean_is "nothing is left" "$before"

refused "no such address" 'cannot listen on 192.0.2.7: Address not available' \
	"op port owner=spice address=192.0.2.7 first=5930 last=5933 index=0 fd=0"
has "how to mend it" 'Give this host the address' "$T/err"
refused "no address at all" 'cannot listen on somewhere' \
	"op port owner=spice address=somewhere first=5930 last=5933 index=0 fd=0"

finish
