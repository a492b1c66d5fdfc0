#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_swtpm.sh - the TPM emulator beside QEMU, and the other things that small devices open.
# lib.sh sets run, report and the rest; {fd:2} are marks of an image.
# shellcheck disable=SC2154,SC1083
set -eu
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
mkdir -p "$T/lab"
chmod 755 "$T/lab"
before=$(traces)
no_swtpm() { ! pgrep -x swtpm >/dev/null; }

plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg {fd:0} {fdsetpath:1}
site tpm.state path $T/lab/tpm/state
op swtpm owner=tpm program=/usr/bin/swtpm state={site:0} flags=1 fd=0
op cancel owner=tpm path=/dev/tpm7 fd=1
PLAN
}
start() {
	rm -f "$report" "$T/out/stop"
	"$run" up "$T/tpm.kiln" 2>"$T/err" & pid=$!
	wait_for 10 test -e "$report" || :
}
stop() { : >"$T/out/stop"; wait $pid || :; swept tpm; }

if ! [ -x /usr/bin/swtpm ]; then
	skip "swtpm beside QEMU" "swtpm is not installed (apt install swtpm)"
else
	plan | image tpm
	rc_is "check finds nothing" 0 "$run" check "$T/tpm.kiln"
	is "check makes nothing" "$(ls "$T/lab")" ""
	start
	has "QEMU has the other end" '^fd 10 mode 2 socket:' "$report"
	has "a TPM 2.0 is cancelled at /dev/null" '^fd 11 mode 1 /dev/null$' "$report"
	tpm=$(pgrep -x swtpm || echo none)
	has "swtpm runs as QEMU's user" '^Uid:	7001	7001	7001	7001$' "/proc/$tpm/status"
	has "with its groups" '^Groups:	7002 $' "/proc/$tpm/status"
	is "with no capability" "$(grep -c '^Cap\(Eff\|Prm\|Inh\|Amb\):	0000000000000000$' "/proc/$tpm/status")" 4
	has "and can gain none" '^NoNewPrivs:	1$' "/proc/$tpm/status"
	is "it ends with QEMU, whose child it is" "$(ps -o ppid= -p "$tpm" | tr -d ' ')" "$pid"
	is "it holds no descriptor of the loader" "$(find "/proc/$tpm/fd" -name '1[0-9]' | wc -l)" 0
	is "its folder is for it alone" "$(stat -c '%a %u' "$T/lab/tpm/state")" "700 7001"
	is "the folder above is root's" "$(stat -c '%a %u' "$T/lab/tpm")" "755 0"
	stop
	wait_for 5 no_swtpm || :
	is "swtpm ends with QEMU" "$(pgrep -xc swtpm || :)" 0
	clean_is "nothing else is left" "$before"
	start
	kill -9 $pid; wait $pid 2>/dev/null || :
	wait_for 5 no_swtpm || :
	is "swtpm ends with a QEMU that was killed" "$(pgrep -xc swtpm || :)" 0
	swept tpm

	# ---- a step that is impossible, at every place
	swtpms() { pgrep -x swtpm || :; }
	failed_steps tpm plan no_swtpm swtpms

	# ---- with QEMU itself
	if [ -x /usr/bin/qemu-system-x86_64 ]; then
		image tpm <<PLAN
meta qemu /usr/bin/qemu-system-x86_64
arg -M
arg q35,accel=tcg
arg -S
arg -nodefaults
arg -display
arg none
arg -chardev
arg socket,id=mon,path=$T/out/mon,server=on,wait=off
arg -mon
arg chardev=mon,mode=control
arg -chardev
arg socket,id=chrtpm,fd={fd:0}
arg -tpmdev
arg emulator,id=tpm-tpm0,chardev=chrtpm
arg -device
arg tpm-crb,tpmdev=tpm-tpm0,id=tpm0
op swtpm owner=tpm program=/usr/bin/swtpm state=$T/lab/tpm/state flags=1 fd=0
PLAN
		"$run" up "$T/tpm.kiln" 2>"$T/err" & pid=$!
		wait_for 20 test -S "$T/out/mon" || :
		is "QEMU takes it" "$(python3 - "$T/out/mon" <<'PY'
import json, socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); f = s.makefile("rw")
f.readline()
for command in ("qmp_capabilities", "query-tpm"):
    f.write(json.dumps({"execute": command})); f.flush()
    answer = json.loads(f.readline())
print(answer["return"][0]["model"], answer["return"][0]["options"]["type"])
PY
)" "tpm-crb emulator"
		kill $pid; wait $pid 2>/dev/null || :
		wait_for 5 no_swtpm || :
		is "and swtpm ends" "$(pgrep -xc swtpm || :)" 0
		"$run" down tpm 2>/dev/null || : # without a release operation nobody waits to clean
		is "its state stays" "$(ls "$T/lab/tpm/state")" tpm2-00.permall
	else
		skip "QEMU takes it" "QEMU is not installed"
	fi
fi

# ---- each refuses for its own reason
refused "no emulator" 'cannot run /nowhere/swtpm: No such file' \
	"op swtpm owner=tpm program=/nowhere/swtpm state=$T/lab/x flags=1 fd=0"
has "says how to get it" 'apt install swtpm' "$T/err"
mkdir "$T/lab/others"
refused "somebody else's folder" "cannot use the TPM's folder $T/lab/others: Permission denied" \
	"op swtpm owner=tpm program=/bin/true state=$T/lab/others flags=1 fd=0"
: >"$T/lab/file"
refused "file as a folder" "Not a directory" "op swtpm owner=tpm program=/bin/true state=$T/lab/file flags=1 fd=0"
refused "comma" 'cannot be the folder of a TPM' "op swtpm owner=tpm program=/bin/true state=$T/a,b flags=1 fd=0"
if [ -e /dev/vhost-vsock ]; then
	skip "no vhost_vsock" "this host has it"
else
	refused "no vhost_vsock" '/dev/vhost-vsock: No such file' "op vsock owner=vsock fd=0"
	has "says which module" 'modprobe vhost_vsock' "$T/err"
fi
mkdir "$T/lab/mine"; chown 7001 "$T/lab/mine"
for program in true false; do
	{ echo "op bridge name=kundo flags=1"
		echo "op swtpm owner=tpm program=/bin/$program state=$T/lab/mine flags=1 fd=0"; } | image no
	rc_is "/bin/$program is no emulator: exit 4" 4 "$run" up "$T/no.kiln"
	has "it gave no answer" "no answer from /bin/$program" "$T/err"
	clean_is "nothing left" "$before"
done
printf 'no program' >"$T/garbage"; chmod 755 "$T/garbage"
{ echo "op bridge name=kundo flags=1"
	echo "op swtpm owner=tpm program=$T/garbage state=$T/lab/mine flags=1 fd=0"; } | image no
rc_is "no program at all: exit 4" 4 "$run" up "$T/no.kiln"
has "it cannot be started" "cannot start $T/garbage: Exec format" "$T/err"
clean_is "nothing left" "$before"
finish
