#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_hostile.sh - kiln-run among signals, limits, other users' files and a QEMU that does not play
# along; and that `check` finds what `up` would meet.
# lib.sh sets run and report; {fd:2} are marks of an image.
# shellcheck disable=SC2154,SC1083
set -eu
. "$(dirname "$(realpath "$0")")/lib.sh"

before=$(traces)
truncate -s 1M "$T/disk"
plan() { # ARG...
	printf 'arg report=%s\n' "$report"
	[ $# = 0 ] || printf 'arg %s\n' "$@"
	echo "op bridge name=kmade flags=1"
	echo "op tap owner=net0 name=kp0 bridge=kmade queues=1 flags=2 fd=0"
	echo "op monitor name=qmp fd=1"
	echo "op monitor name=qmp-down fd=2"
}
no_rundir() { [ -z "$(ls /run/kiln 2>/dev/null)" ]; }
settled() { wait_for 5 no_rundir || :; }
refused() { [ "$(cat "$T"/out/code* 2>/dev/null | wc -l)" = "$1" ]; }
crowded() { [ "$(grep -c qmp-down /proc/net/unix)" -gt 2 ]; }
# check_and_up NAME CODE PATTERN: both refuse the image $T/h.kiln, and nothing is left
check_and_up() {
	rc_is "$1: up" "$2" "$run" up "$T/h.kiln"
	has "$1: message" "$3" "$T/err"
	rc_is "$1: check" 4 "$run" check "$T/h.kiln"
	has "$1: found by check" "$3" "$T/err"
}

# ---- signals that would end the loader in the middle of a step
{ echo "op bridge name=kmade flags=1"; echo "op accel policy=2"; } | image h
if grep -qwE 'vmx|svm' /proc/cpuinfo; then
	skip "SIGPIPE" "there is no notice to print where KVM is usable"
else
	{ "$run" up "$T/h.kiln" 2>&1; echo $? >"$T/out/rc"; } | :
	is "a closed standard error does not kill the start" "$(cat "$T/out/rc")" 0
	settled
	clean_is "SIGPIPE: nothing left" "$before"
fi
head -c 3M /dev/zero >"$T/blob"
{ echo "op bridge name=kmade flags=1"; echo "payload blob $T/blob"; echo "op payload index=0 fd=0"; } | image h
rc_is "RLIMIT_FSIZE: refused, not killed" 4 bash -c "ulimit -f 1024; '$run' up '$T/h.kiln'"
has "RLIMIT_FSIZE: says the limit" 'RLIMIT_FSIZE' "$T/err"
clean_is "RLIMIT_FSIZE: nothing left" "$before"
rc_is "RLIMIT_FSIZE: check finds it" 4 bash -c "ulimit -f 1024; '$run' check '$T/h.kiln'"
head -c 150M /dev/zero >"$T/big"
{ plan; echo "payload big $T/big"; echo "op payload index=0 flags=1 fd=3"; } | image slow
rm -f "$T/big"
begin() { # SIGNAL [ENV-OPTION]: sent while the payload is unpacked; $rc is how it ended
	env "${2:---default-signal=$1}" "$run" up "$T/slow.kiln" 2>"$T/err" & pid=$!
	wait_for 5 test -e /sys/class/net/kp0 || not_ok "slow begins"
	kill -"$1" $pid
	rc=0; wait $pid || rc=$?
	settled
}
for pair in USR1:138 ALRM:142 RTMIN+2:164; do
	begin "${pair%:*}"
	is "SIG${pair%:*} while acquiring" "$rc" "${pair#*:}"
	clean_is "SIG${pair%:*}: nothing left" "$before"
done
for signal in INT HUP; do
	begin $signal --ignore-signal=$signal
	is "SIG$signal that the caller ignores does not end the start" "$rc" 0
	clean_is "nothing left" "$before"
done

# ---- a lock that is held for a moment is not a VM
plan | image quick
failures=0
for _ in $(seq 40); do "$run" up "$T/quick.kiln" 2>"$T/err" || { failures=$((failures + 1)); cp "$T/err" "$T/err.first"; }; done
is "40 starts, each right behind the end of the one before" "$failures" 0
settled
clean_is "nothing left" "$before"
python3 - "$run" "$T/quick.kiln" <<'PY' || rc=$?
import subprocess, sys, time
first = subprocess.Popen([sys.argv[1], "up", sys.argv[2]])
with open(f"/proc/{first.pid}/stat") as stat:
    while " Z " not in stat.read(): stat.seek(0)
sys.exit(subprocess.call([sys.argv[1], "up", sys.argv[2]]))
PY
is "a start beside the zombie of the one before" "${rc:-0}" 0
settled
plan until="$T/out/stop" | image one
for i in $(seq 20); do (rc=0; "$run" up "$T/one.kiln" 2>"$T/out/c$i" || rc=$?; echo $rc >"$T/out/code$i") & done
wait_for 8 refused 19 || :
: >"$T/out/stop"
wait
is "20 starts of one name at once: one runs" "$(sort "$T"/out/code* | uniq -c | tr -s ' \n' ' ')" " 1 0 19 4 "
is "and the others name its process" "$(cat "$T"/out/c[0-9]* | grep -c 'running already (process [1-9]')" 19
rm -f "$T/out/stop"
settled
clean_is "nothing left" "$before"
{ printf 'meta qemu /bin/false\n'; echo "op monitor name=qmp fd=0"; } | image early
rc_is "a QEMU that ends at once, and nothing to release" 1 "$run" up "$T/early.kiln"
settled
clean_is "its run directory is gone" "$before"

# ---- down while up is in progress, and both at random
for delay in 0 001 002 005 01 02 05 1; do
	"$run" up "$T/slow.kiln" 2>/dev/null & pid=$!
	read -rt "0.$delay" <> <(:) || :
	rc=0; timeout 30 "$run" down slow --timeout 0 2>"$T/err" || rc=$?
	wait $pid 2>/dev/null || :
	[ $rc = 0 ] || [ $rc = 4 ] || not_ok "down after 0.$delay s of up: $rc"
	"$run" down slow 2>/dev/null || :
done
settled
clean_is "down while up is in progress: nothing left" "$before"
# Not by this shell: a signal between its fork and exec would run its own exit trap.
python3 - "$run" "$T/slow.kiln" <<'PY'
import random, signal, subprocess, sys, time
random.seed(7)
for i in range(200):
    child = subprocess.Popen([sys.argv[1], "up", sys.argv[2]], stderr=subprocess.DEVNULL)
    time.sleep(random.random() / 25)
    child.send_signal(random.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL]))
    child.wait()
PY
wait_for 5 no_reaper || :
"$run" down slow >"$T/err" 2>&1 || :
clean_is "200 signals at random moments, then down: nothing left" "$before"

# ---- a QEMU that does not play along
plan flood={fd:2} | image flood
rm -f "$report"
"$run" up "$T/flood.kiln" 2>"$T/err" & pid=$!
wait_for 5 test -e "$report"
rc_is "down of a QEMU that never stops talking" 0 timeout 60 "$run" down flood --timeout 1
wait $pid 2>/dev/null || :
clean_is "nothing left" "$before"
plan until="$T/out/never" | image deaf
rm -f "$report"
"$run" up "$T/deaf.kiln" 2>"$T/err" & pid=$!
wait_for 5 test -e "$report"
python3 - <<'PY' & clients=$!
import socket, time
held = []
for _ in range(8):
    s = socket.socket(socket.AF_UNIX); s.setblocking(False)
    try: s.connect("/run/kiln/deaf/qmp-down"); held.append(s)
    except BlockingIOError: break
time.sleep(60)
PY
wait_for 3 crowded || :
rc_is "down where others crowd the monitor" 0 timeout 60 "$run" down deaf --timeout 1
has "says that it could not ask" 'deaf cannot be asked to power off' "$T/err"
kill $clients; wait $clients 2>/dev/null || :
wait $pid 2>/dev/null || :
clean_is "nothing left" "$before"
plan unlock=yes until="$T/out/never" | image loose
rm -f "$report"
"$run" up "$T/loose.kiln" 2>"$T/err" & pid=$!
wait_for 5 test -e "$report"
rc_is "up beside a QEMU that gave up its lock" 4 "$run" up "$T/loose.kiln"
has "it is running" "running already \(process $pid\)" "$T/err"
rc_is "check says so" 4 "$run" check "$T/loose.kiln"
rc_is "down ends it all the same" 0 "$run" down loose
has "and says so" 'runs without its lock' "$T/err"
if kill -0 $pid 2>/dev/null && ! grep -q '^State:.Z' /proc/$pid/status; then not_ok "it is gone"; else ok "it is gone"; fi
wait $pid 2>/dev/null || :
clean_is "nothing left" "$before"
printf 'arg report=%s\n' "$report" | image quiet
"$run" up "$T/quiet.kiln"
has "QEMU may only read the lock's descriptor" '^fd [0-9]+ mode 0 /run/kiln/quiet/lock' "$report"
settled
# A session of its own, whose leader is not the loader: as a shell of root has. Then Ctrl-C.
plan until="$T/out/never" | image keys
rm -f "$report"
rc=0
python3 - "$run" "$T/keys.kiln" "$report" <<'PY' || rc=$?
import os, pty, sys, threading, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "-c", 'trap : INT; "$0" up "$1"; exit $?'] + sys.argv[1:3])
def press():
    end = time.monotonic() + 5
    while not os.path.exists(sys.argv[3]) and time.monotonic() < end: time.sleep(0.01)
    os.write(fd, b"\x03")
threading.Thread(target=press).start()
try:
    while os.read(fd, 1000): pass
except OSError: pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
has "QEMU has no controlling terminal" '^terminal no$' "$report"
is "and Ctrl-C reaches it" "$rc" 130
settled
clean_is "nothing left" "$before"

# ---- files and folders of other users
mkdir "$T/guest"; chown 7001 "$T/guest"
echo secret >"$T/secret"; chmod 600 "$T/secret"
ln -s "$T/secret" "$T/guest/link"; chown -h 7001 "$T/guest/link"
ln -s "$T" "$T/guest/dir"; chown -h 7001 "$T/guest/dir"
ln -s "$T/fresh" "$T/guest/log"; chown -h 7001 "$T/guest/log"
ln -s ../disk "$T/guest/ours"
ln -s "$T/guest/ours" "$T/guest/chain"
ln -s loop "$T/guest/loop"
for each in link:0 link:1 dir/secret:0 log:4; do
	echo "op file owner=disk0 path=$T/guest/${each%:*} flags=${each#*:} fd=0" | image h
	check_and_up "root does not follow a link of the run user (${each%:*})" 4 'symbolic link of user 7001'
done
if gone "$T/fresh"; then ok "and makes no file behind it"; else not_ok "and makes no file behind it"; fi
for each in ours chain dir/../ours; do
	[ "$each" != dir/../ours ] || { ln -sfn . "$T/guest/dir"; chown -h 0 "$T/guest/dir"; each=dir/../guest/./ours; }
	echo "op file owner=disk0 path=$T/guest/$each fd=0" | image h
	rc_is "a link of root is followed ($each)" 0 "$run" up "$T/h.kiln"
	settled
done
echo "op file owner=disk0 path=$T/guest/loop fd=0" | image h
check_and_up "links in a circle" 4 'Too many levels of symbolic links|Symbolic link loop'
rm -rf /run/kiln
(umask 077; "$run" up "$T/quiet.kiln")
is "a strict umask leaves /run/kiln passable" "$(stat -c %a /run/kiln)" 755
settled
as_user() { setpriv --reuid 7001 --regid 7001 --clear-groups env XDG_RUNTIME_DIR="$1" "${@:2}"; }
mkdir -m 1777 "$T/shared"; mkdir -m 777 "$T/shared/kiln"
rc_is "folder of all VMs that another user owns" 4 as_user "$T/shared" "$run" up "$T/quiet.kiln"
has "says so" 'shared/kiln is owned by another user' "$T/err"
rc_is "check says so" 4 as_user "$T/shared" "$run" check "$T/quiet.kiln"
rmdir "$T/shared/kiln"
mkdir -p "$T/home/quiet"; : >"$T/home/quiet/precious"; chown -R 7001 "$T/home"; ln -s "$T/home" "$T/shared/kiln"
rc_is "a link in its place" 4 as_user "$T/shared" "$run" up "$T/quiet.kiln"
if [ -e "$T/home/quiet/precious" ]; then ok "what is behind it is left"; else not_ok "what is behind it is left"; fi
rc_is "no such XDG_RUNTIME_DIR: check" 4 as_user "$T/absent" "$run" check "$T/quiet.kiln"
has "says so" "$T/absent/: No such file" "$T/err"

# ---- check finds what up would meet, all at once
mkdir -p /run/kiln/h/folder
echo "arg x" | image h
check_and_up "a folder in the run directory" 4 'cannot empty /run/kiln/h'
rm -r /run/kiln/h
mkdir -p /run/kiln/h; echo garbage >/run/kiln/h/state
check_and_up "a state file that is none" 4 'state:1: .*the first line is not'
rm -r /run/kiln/h; mkdir -p /run/kiln/h
rc_is "a stale directory is no finding" 0 "$run" check "$T/h.kiln"
is "and check makes nothing in it" "$(ls /run/kiln/h)" ""
rmdir /run/kiln/h
{ echo "payload blob $T/blob2"; echo "op payload index=0 fd=0"; } >"$T/plan"
head -c 2M /dev/urandom >"$T/blob2"
image h <"$T/plan"
printf '\xff\x00\xff\x00' | dd of="$T/h.kiln" bs=1 seek=1500000 conv=notrunc status=none
rc_is "damaged payload: up" 3 "$run" up "$T/h.kiln"
rc_is "damaged payload: check" 4 "$run" check "$T/h.kiln"
has "names the payload" 'payload blob: the checksum' "$T/err"
printf 'op tap owner=a name=kt1 queues=1 fd=0\nop tap owner=b name=kt1 queues=1 fd=1\n' | image h
check_and_up "one name for two taps" 4 '"kt1" (is there already|is in the plan twice)'
printf 'site a.path path\nsite b.path path\nop file owner=a path={site:0} fd=0\nop file owner=b path={site:1} fd=1\n' | image h
rc_is "two values that are not bound" 4 "$run" check "$T/h.kiln"
is "are two findings and no more" "$(grep -c 'is not bound' "$T/err") $(grep -o '[0-9]* findings' "$T/err")" "2 2 findings"
for i in $(seq 0 1899); do
	echo "arg {\"node-name\":\"disk-$i\",\"serial\":\"$(printf '%0300d' "$i")\",\"file\":\"{fdsetpath.1:$i}\"}"
	echo "op file owner=disk$i path=$T/disk flags=1 fd=$i"
done | { echo "arg report=$report"; cat; } | image many
rc_is "1,900 disks" 0 "$run" up "$T/many.kiln"
is "are 1,900 descriptors" "$(grep -c "mode 0 $T/disk\$" "$report")" 1900
settled
rc_is "a command line that the stack's limit forbids: check" 4 bash -c "ulimit -s 1024; '$run' check '$T/many.kiln'"
has "says what to do" 'ulimit -s [0-9]+' "$T/err"
rc_is "a command line that the stack's limit forbids: up" 4 bash -c "ulimit -s 1024; '$run' up '$T/many.kiln'"
rc_is "a soft limit is raised" 0 bash -c "ulimit -Ss 1024; '$run' up '$T/many.kiln'"
settled
for each in "$T/fifo:FIFO" "/dev/null:device" "$T:folder"; do
	[ -e "${each%:*}" ] || mkfifo "${each%:*}"
	rc_is "${each#*:} as image" 4 timeout 5 "$run" up "${each%:*}"
	has "says what it is" "is a ${each#*:}, not a regular file" "$T/err"
done
clean_is "nothing left" "$before"

finish
