#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - for the tests in the lab guest: those of tests/host, with QEMU itself and the guest's own kernel.
# shellcheck disable=SC2154 # tests/host/lib.sh sets run, T and others

export KILN_TEST_INNER=lab
# shellcheck source=tests/host/lib.sh
. "$TOP/tests/host/lib.sh"
echo 0123456789abcdef0123456789abcdef >/etc/machine-id
# The devices of these are there only with their modules.
modprobe -a tun vhost_net
ip link set lo up

# A stop has four steps of 33 s at most in the units of these tests, so what takes longer than them hangs: it is ended,
# and what the guest was doing is said with its name.
LAB_COMMAND_S=150
hangs() {
	echo "did not end in $LAB_COMMAND_S s, at $(cut -d' ' -f1 /proc/uptime) s after the boot: $*"
	timeout 10 systemctl --no-pager list-jobs
	ps -eo pid,ppid,stat,etimes,wchan:32,args | grep -v ' \[.*\]$'
	pgrep 'kiln-|qemu-|systemd' | sed 's|.*|/proc/&/stack|' | xargs -r tail -n 99
	timeout 10 journalctl --merge --no-pager -o short-monotonic -n 40
	dmesg | tail -n 20
}
limited() {
	local rc=0
	timeout -k 5 $LAB_COMMAND_S "$@" || rc=$?
	[ $rc -ne 124 ] || hangs "$@" >&2
	return $rc
}
systemctl() { limited systemctl "$@"; }
machinectl() { limited machinectl "$@"; }
journalctl() { limited journalctl "$@"; }

# compose NAME LINE...: $T/NAME.kiln, a machine with little memory that boots from its network.
compose() {
	local name=$1
	shift
	{
		printf 'CONFIG_VM_NAME="%s"\nCONFIG_RUN_USER="kilntest"\nCONFIG_MEMORY_MIB=64\n' "$name"
		printf 'CONFIG_BOOT_DISK=y\nCONFIG_ACCEL_AUTO=y\nCONFIG_CONSOLE_COUNT=0\nCONFIG_NET0_BOOT_ORDER=1\n'
		printf '%s\n' "$@"
	} >"$T/$name.config"
	"$KILN" compose --config "$T/$name.config" --output "$T" >"$T/err" 2>&1 || {
		not_ok "$name composes"
		return 1
	}
}
# ask NAME COMMAND [ARGUMENTS]: what QMP answers, without events.
ask() {
	python3 - "$@" <<'PYTHON'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("/run/kiln/%s/qmp" % sys.argv[1])
f = s.makefile("rw")
def call(name, arguments):
    f.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
    f.flush()
    while True:
        answer = json.loads(f.readline())
        if "event" not in answer:
            return answer
f.readline()
call("qmp_capabilities", {})
r = call(sys.argv[2], json.loads(sys.argv[3]) if len(sys.argv) > 3 else {})
r = r["return"] if "return" in r else sys.exit(str(r))
print(r if isinstance(r, str) else json.dumps(r))
PYTHON
}
hmp() { ask "$1" human-monitor-command "{\"command-line\": \"$2\"}"; }
runs() { ! kill -0 "$pid" 2>/dev/null || { [ -S "/run/kiln/$1/qmp" ] && hmp "$1" "info status" | grep -qE 'paused|running'; }; }
# start NAME [OPTION]...: QEMU runs; its process is $pid.
start() {
	local name=$1
	shift
	"$run" up "$@" "$T/$name.kiln" </dev/null 2>"$T/err" &
	pid=$!
	wait_for 60 runs "$name" || :
	if kill -0 $pid 2>/dev/null; then ok "$name runs"; else not_ok "$name runs"; fi
}
# stop NAME: nothing is left but what $before says.
stop() {
	rc_is "$1: down" 0 "$run" down "$1" --timeout 0
	wait "$pid" || :
	clean_is "$1: nothing left" "$before"
}
# leases FILE INTERFACE [COMMAND...]: a DHCP server on that interface, whose leases are in FILE, started by the command.
leases() {
	local in=("${@:3}")
	cat >"$1.conf" <<-END
		interface $2
		start 10.7.0.20
		end 10.7.0.30
		max_leases 5
		lease_file $1
		pidfile $1.pid
		auto_time 1
		option subnet 255.255.255.0
	END
	: >"$1"
	"${in[@]}" udhcpd -f "$1.conf" >"$1.log" 2>&1 &
}
# leased FILE MAC: the server of `leases` has given that card an address.
leased() { /run/lab/busybox dumpleases -f "$1" 2>/dev/null | grep -qi "^$2 .*10\.7\.0\."; }
# leased_is FILE MAC NAME: within two minutes of the machine's time it has.
leased_is() {
	if wait_for 120 leased "$1" "$2"; then
		ok "$3"
	else
		cat "$1.log" >"$T/err"
		not_ok "$3"
	fi
}
