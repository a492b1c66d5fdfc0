#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_down.sh - kiln-run down, signals and SIGKILL while acquiring, persistent taps, shared
# bridges, starts without root, and the real QEMU.
# lib.sh sets run, report and pid_*; {fd:2} are marks of an image.
# shellcheck disable=SC2154,SC1083
set -eu
. "$(dirname "$(realpath "$0")")/lib.sh"

before=$(traces)

# ---- a guest that powers off, one that does not, a QEMU that hears nothing
plan() { # ARG...
	printf 'arg report=%s\n' "$report"
	printf 'arg %s\n' "$@"
	echo "op bridge name=kmade flags=1"
	echo "op tap owner=net0 name=kp0 bridge=kmade queues=1 flags=2 fd=0"
	echo "op monitor name=qmp fd=1"
	echo "op monitor name=qmp-down fd=2"
}
start() { # NAME: in the background, until QEMU runs
	rm -f "$report"
	"$run" up "$T/$1.kiln" 2>"$T/err" & pid=$!
	wait_for 5 test -e "$report" || not_ok "$1 starts"
}
plan qmp={fd:2} | image polite
start polite
is "persistent tap is there" "$(ip -o -d link show kp0 | grep -c 'persist on')" 1
rc_is "down of a guest that powers off" 0 "$run" down polite
is "down is silent" "$(cat "$T/err")" ""
wait $pid && ok "QEMU ended with 0" || not_ok "QEMU ended with 0"
is "the run directory is gone when down returns" "$(ls /run/kiln)" ""
clean_is "nothing left" "$before"

plan qmp={fd:2} powerdown=no | image deaf
start deaf
rc_is "down of a guest that does not power off" 0 "$run" down deaf --timeout 1
has "says that it insists" 'deaf did not power off within 1 seconds; ending QEMU' "$T/err"
wait $pid || :
clean_is "nothing left" "$before"

plan until="$T/out/never" | image stuck
start stuck
rc_is "down of a QEMU without a monitor: SIGTERM" 0 "$run" down stuck --timeout 0
wait $pid 2>/dev/null || is "ended by SIGTERM" $? 143
clean_is "nothing left" "$before"

# ---- two downs at once
start polite
"$run" down polite 2>/dev/null & one=$!
"$run" down polite 2>/dev/null & two=$!
rc=0; wait $one || rc=$?; wait $two || rc=$((rc + $?))
if [ $rc = 0 ] || [ $rc = 4 ]; then ok "two downs at once end well"; else not_ok "two downs at once ($rc)"; fi
wait $pid || :
clean_is "nothing left" "$before"

# ---- a recorded process id that is somebody else's by now is not signalled
start stuck
sleep 1000 & other=$!
sed -i "s/^pid=.*/pid=$other/" /run/kiln/stuck/state
kill -9 "$(pgrep -x kiln-reaper)"
"$run" down stuck --timeout 0 >"$T/err" 2>&1 & downer=$!
wait_for 3 grep -q . "$T/err" || :
kill -0 $other && ok "another process is not signalled" || not_ok "another process is not signalled"
kill -9 $pid; wait $pid 2>/dev/null || :
wait $downer || :
kill $other; wait $other 2>/dev/null || :
"$run" down stuck >/dev/null 2>&1 || :
clean_is "nothing left" "$before"

# ---- none at all
rc_is "down of what is not there" 4 "$run" down nothing
rc_is "down --if-exists of it" 0 "$run" down nothing --timeout 0 --if-exists
is "is silent" "$(cat "$T/err")" ""
rc_is "up takes no --if-exists" 2 "$run" up "$T/polite.kiln" --if-exists

# ---- no room for the run directory, or for its files: nothing of it stays
mkdir -p /run/kiln
for inodes in 1 2 3; do
	mount -t tmpfs -o mode=755,nr_inodes=$inodes kiln-small /run/kiln
	rc_is "room for $inodes" 4 "$run" up "$T/stuck.kiln"
	has "is said" 'No space left on device$' "$T/err"
	has "and what to do" '^  fix: Make room on ' "$T/err"
	is "nothing of it stays" "$(ls -A /run/kiln)" ""
	umount /run/kiln
done

# ---- forged or broken state files
mkdir -p /run/kiln/broken
printf 'kiln-state=9\n' >/run/kiln/broken/state
rc_is "state of another version" 4 "$run" down broken
has "says where" 'state:1: the first line is not kiln-state=1' "$T/err"
printf 'kiln-state=1\nrelease=nonsense x\n' >/run/kiln/broken/state
rc_is "unknown operation in a state file" 4 "$run" down broken
: >/run/kiln/broken/state
rc_is "empty state file" 4 "$run" down broken
printf 'kiln-state=1\nname=broken\n' >/run/kiln/broken/state
rc_is "a state file that was cut" 4 "$run" down broken
has "is said" 'state:2: the file ends too early' "$T/err"
rm -r /run/kiln/broken
chown -R 7001 "$(mkdir -p /run/kiln/foreign && echo /run/kiln/foreign)"
rc_is "run directory of another user" 4 "$run" down foreign
rm -r /run/kiln/foreign
ip link add mine type bridge; ip link add name mine2 type bridge
mkdir /run/kiln/forged
printf 'kiln-state=1\nname=forged\nrelease=bridge mine 0a:00:00:00:00:00\nrelease=tap mine2\nend\n' >/run/kiln/forged/state
rc_is "a state that names what is not ours" 0 "$run" down forged
is "what is not ours is left" "$(links | grep -o 'mine2\? ' | wc -l)" 2
ip link del mine; ip link del mine2
for name in ../etc . '' a/b; do rc_is "down '$name' is refused" 2 "$run" down "$name"; done

# A shell starts its background jobs with SIGINT ignored, and kiln-run leaves what is ignored.
# ---- signals and SIGKILL while acquiring: a payload that takes a while to unpack
head -c 600M /dev/zero >"$T/big"
slow_plan() { plan "$@"; echo "payload big $T/big"; echo "op payload index=0 flags=1 fd=3"; }
slow_plan qmp={fd:2} | image slow
rm -f "$T/big"
begin() { env --default-signal=INT "$run" up "$T/slow.kiln" 2>"$T/err" & pid=$!; wait_for 5 test -e /sys/class/net/kp0 || not_ok "slow begins"; }
for pair in INT:130 TERM:143 HUP:129; do
	begin
	kill -"${pair%:*}" $pid
	rc=0; wait $pid || rc=$?
	is "SIG${pair%:*} while acquiring" "$rc" "${pair#*:}"
	has "says so" 'ended by signal' "$T/err"
	clean_is "nothing left" "$before"
done
begin
kill -9 $pid; wait $pid 2>/dev/null || :
is "SIGKILL while acquiring leaves a persistent tap and a bridge" "$(links | grep -o 'k[mp][a-z0-9]* ' | tr -d '\n')" "kmade kp0 "
rm -f "$report"
"$run" up "$T/slow.kiln" 2>"$T/err" & pid=$!
wait_for 10 test -e "$report" && ok "the next up cleans and starts" || not_ok "the next up cleans and starts"
rc_is "down" 0 "$run" down slow
wait $pid || :
clean_is "nothing left" "$before"
for i in $(seq 1 40); do
	"$run" up "$T/slow.kiln" 2>/dev/null & pid=$!
	read -rt "0.0$((i % 10))$((i / 4))" <> <(:) || :
	kill -9 $pid; wait $pid 2>/dev/null || :
done
wait_for 5 no_reaper || :
"$run" down slow >/dev/null 2>&1 || :
clean_is "40 times SIGKILL at different moments, then down: nothing left" "$before"

# ---- one bridge for several VMs: the last one deletes it
for vm in a b; do report=$T/out/$vm plan "until=$T/out/stop-$vm" | sed "s/kp0/kp$vm/" | image $vm; done
for vm in a b; do "$run" up "$T/$vm.kiln" & eval "pid_$vm=$!"; wait_for 5 test -e "$T/out/$vm"; done
: >"$T/out/stop-a"; wait "$pid_a" || :
wait_for 5 gone /run/kiln/a || :
is "the first to end leaves the shared bridge" "$(links | grep -c 'kmade.*kpb')" 1
: >"$T/out/stop-b"; wait "$pid_b" || :
wait_for 5 gone /run/kiln/b || :
clean_is "the last one deletes it" "$before"
rm -f "$T/out/stop-"*

# ---- without root
as_user() { setpriv --reuid 7001 --regid 7001 --clear-groups env XDG_RUNTIME_DIR="$T/xdg" "$@"; }
mkdir -m 700 "$T/xdg"; chown 7001:7001 "$T/xdg"
printf 'arg report=%s\narg until=%s\nop file owner=d path=%s flags=1 fd=0\nop monitor name=qmp fd=1\n' \
	"$T/out/user" "$T/out/stop" "$T/user.kiln" | image user
rm -f "$T/out/stop"
as_user "$run" up "$T/user.kiln" 2>"$T/err" & pid=$!
wait_for 5 test -e "$T/out/user" && ok "up without root" || not_ok "up without root"
has "the user stays" '^Uid:	7001	7001' "$T/out/user"
has "no_new_privs" '^NoNewPrivs:	1' "$T/out/user"
has "the caller's environment" '^env XDG_RUNTIME_DIR=' "$T/out/user"
is "no reaper" "$(pgrep -xc kiln-reaper)" 0
is "run directory of the user" "$(stat -c %u "$T/xdg/kiln/user")" 7001
rc_is "down without root: SIGTERM" 0 as_user "$run" down user --timeout 0
wait $pid 2>/dev/null || :
is "nothing left" "$(ls "$T/xdg/kiln")" ""
rc_is "no XDG_RUNTIME_DIR" 4 setpriv --reuid 7001 --regid 7001 --clear-groups env -u XDG_RUNTIME_DIR "$run" up "$T/user.kiln"
has "says so" 'XDG_RUNTIME_DIR' "$T/err"
plan | image polite
rc_is "a tap without privilege" 4 as_user "$run" up "$T/polite.kiln"
has "names the capability" 'CAP_NET_ADMIN' "$T/err"
is "nothing left" "$(ls "$T/xdg/kiln")" ""
rc_is "check: all findings at once" 4 as_user "$run" check "$T/polite.kiln"
has "counts them" 'polite.kiln: [2-9] findings' "$T/err"
printf 'op file owner=d path=/etc/shadow flags=1 fd=0\nmeta qemu /bin/true\n' | image shadow
rc_is "a file that the user may not read" 4 as_user "$run" up "$T/shadow.kiln"
printf 'meta qemu %s\n' "$T/garbage" | image ng
printf 'garbage' >"$T/garbage"; chmod 755 "$T/garbage"
rc_is "exec fails without root" 126 as_user "$run" up "$T/ng.kiln"
is "nothing left" "$(ls "$T/xdg/kiln")" ""

# ---- --paused, closed standard descriptors, few descriptors
printf 'arg report=%s\narg last\n' "$report" | image p
"$run" up "$T/p.kiln" --paused
is "--paused adds -S" "$(tail -1 "$report")" "arg -S"
"$run" up "$T/p.kiln" <&- >&- 2>&-
is "closed standard descriptors are /dev/null" "$(grep -c '^fd [012] .*/dev/null' "$report")" 3
{ printf 'arg report=%s\n' "$report"; for i in $(seq 0 1499); do echo "op file owner=d$i path=$T/p.kiln flags=1 fd=$i"; done; } | image fds
(ulimit -Sn 256; "$run" up "$T/fds.kiln")
is "1500 descriptors under a soft limit of 256" "$(grep -c 'p.kiln$' "$report")" 1500
rc_is "and under a hard limit of 256" 4 bash -c "ulimit -n 256; '$run' up '$T/fds.kiln'"
has "says what to do" 'LimitNOFILE=' "$T/err"
rc_is "check says so" 4 bash -c "ulimit -n 256; '$run' check '$T/fds.kiln'"
for vm in p fds; do "$run" down $vm 2>/dev/null || :; done
clean_is "nothing left" "$before"

# ---- usage
rc_is "no command" 2 "$run"
rc_is "unknown command" 2 "$run" start x
rc_is "unknown option" 2 "$run" up x --nope
rc_is "option of another command" 2 "$run" down x --paused
rc_is "option without its value" 2 "$run" up x --set
rc_is "bad timeout" 2 "$run" down x --timeout -1
rc_is "two images" 2 "$run" up a b
rc_is "help" 0 "$run" --help
rc_is "version" 0 "$run" --version
rc_is "full standard output" 4 bash -c "'$run' --help >/dev/full"

# ---- the real QEMU
qemu=$(command -v qemu-system-x86_64 || :)
if [ -z "$qemu" ]; then
	skip "the real QEMU" "qemu-system-x86_64 is not installed"
else
	cat >"$T/real" <<-PLAN
	meta qemu $qemu
	arg -machine
	arg q35,accel={accel:0}
	arg -nodefaults
	arg -no-user-config
	arg -display
	arg none
	arg -S
	arg -sandbox
	arg on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
	loader -chardev
	loader socket,id=mon0,fd={fd:0},server=on,wait=off
	loader -mon
	loader chardev=mon0,mode=control
	loader -chardev
	loader socket,id=mon1,fd={fd:1},server=on,wait=off
	loader -mon
	loader chardev=mon1,mode=control
	loader -add-fd
	loader fd={fd:4},set={fd:4}
	arg -blockdev
	arg {"driver":"file","filename":"{fdsetpath.1:4}","node-name":"d0","read-only":true}
	arg -device
	arg {"driver":"virtio-blk-pci","drive":"d0","addr":"0x3"}
	arg -netdev
	arg {"type":"tap","id":"n0",{tap.1:2:2}}
	arg -device
	arg {"driver":"virtio-net-pci","netdev":"n0","mac":"{mac.1:0:0:net0}","mq":true,"addr":"0x4"}
	arg -kernel
	arg {fdpath:5}
	payload disk $T/out/disk
	payload kernel $T/out/disk
	op accel policy=1
	op bridge name=kmade address=10.1.2.3/24 flags=1
	op tap owner=net0 name=kreal bridge=kmade queues=2 flags=5 fd=2
	op payload index=0 flags=1 fd=4
	op payload index=1 flags=1 fd=5
	op monitor name=qmp fd=0
	op monitor name=qmp-down fd=1
	PLAN
	head -c 1M /dev/zero >"$T/out/disk"
	image real <"$T/real"
	"$run" up "$T/real.kiln" 2>"$T/err" & pid=$!
	if wait_for 10 test -S /run/kiln/real/qmp; then ok "the real QEMU: starts"; else not_ok "the real QEMU: starts"; fi
	qmp() { python3 - "$1" <<-'PY'
	import socket, sys, json
	s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect("/run/kiln/real/qmp")
	f = s.makefile("rw")
	f.readline()
	for c in ("qmp_capabilities", sys.argv[1]):
	    f.write(json.dumps({"execute": c}) + "\n"); f.flush()
	    r = json.loads(f.readline())
	print(json.dumps(r))
	PY
	}
	has "the real QEMU: answers, paused" '"status": "prelaunch"' <(qmp query-status)
	has "the real QEMU: has the disk" '"file": "/dev/fdset/14"' <(qmp query-named-block-nodes)
	is "the real QEMU: not root, no capability" \
		"$(sed -n 's/^\(Uid\|CapEff\):	//p' /proc/$pid/status | cut -f1 | tr '\n' ' ')" "7001 0000000000000000 "
	rc_is "the real QEMU: down, although the guest never ran" 0 "$run" down real --timeout 1
	wait $pid 2>/dev/null && ok "the real QEMU: ended by itself" || not_ok "the real QEMU: ended by itself"
	clean_is "the real QEMU: nothing left" "$before"
fi

finish
