#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd_unit.sh - in the lab guest: the unit that kiln composes beside an image, as it is, under systemd: started,
# stopped, its QEMU or everything in it killed, stopped in the middle of a start, and a start that fails.
# lib.sh sets run, before, report and T; {fd:1} are marks of an image.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

bridge_up bru0
veth_up ku0 ku1
before=$(traces)
install "$KILN_RUN" "$O/target/bin/kiln-ctl" /usr/bin
install -D "$O/target/bin/kiln-machined" /usr/lib/kiln/kiln-machined
mkdir -p /var/lib/kiln

# installed NAME: image and unit are where the configuration says that they will be. systemd finds a new one by itself.
installed() {
	cp "$T/$1.kiln" /var/lib/kiln/
	cp "$T/kiln@$1.service" /etc/systemd/system/
}
# unit NAME PROPERTY: what systemd says.
unit() { systemctl show "kiln@$1" -p "$2" --value; }
main() { unit "$1" MainPID; }
# over NAME ACTIVE RESULT: the unit has come to its end, as which, and nothing of the machine is left.
in_state() { [ "$(unit "$1" ActiveState)" = "$2" ]; }
unknown() { ! machinectl --no-legend list 2>/dev/null | grep -q "^$1 "; }
over() {
	wait_for 60 in_state "$1" "$2" || :
	is "$1: the unit is" "$(unit "$1" ActiveState) $(unit "$1" Result)" "$2 $3"
	wait_for 20 unknown "$1" || :
	is "$1: no process is left in it" "$(cat "/sys/fs/cgroup/system.slice/system-kiln.slice/kiln@$1.service/cgroup.procs" 2>/dev/null)" ""
	is "$1: nothing left, for machined neither" "$(traces) $(machinectl --no-legend list)" "$before "
}
starts() {
	rc_is "$1: systemctl start" 0 systemctl start "kiln@$1"
	is "$1: QEMU is the main process, and runs when that returns" \
		"$(readlink "/proc/$(main "$1")/exe")" "$(readlink -f "$(command -v qemu-system-x86_64)")"
}
# said NAME PATTERN WORDS: the journal of the unit has it; --merge, because lib.sh gave the machine another id.
journal() { journalctl --merge -q --no-pager -o cat -u "kiln@$1" >"$T/journal" 2>&1; grep -Eq "$2" "$T/journal"; }
said() { if wait_for 20 journal "$1" "$2"; then ok "$3"; else has "$3" "$2" "$T/journal"; fi; }

ways=(CONFIG_HOST_INIT_SYSTEMD=y CONFIG_HOST_STOP_S=3 CONFIG_HOST_MACHINED=y)
made=(CONFIG_NET0_KIND_DIRECT=y 'CONFIG_NET0_PARENT="ku0"' CONFIG_NET1_KIND_BRIDGE=y 'CONFIG_NET1_BRIDGE="kunit"'
	CONFIG_NET1_BRIDGE_CREATE=y)
compose box "${ways[@]}" CONFIG_NET_COUNT=4 "${made[@]}" CONFIG_NET2_KIND_BRIDGE=y 'CONFIG_NET2_BRIDGE="bru0"' \
	CONFIG_NET2_QUEUES=2 CONFIG_NET3_KIND_TAP=y 'CONFIG_NET3_TAP="kstay"' CONFIG_NET3_TAP_PERSISTENT=y
compose lost "${ways[@]}" CONFIG_NET_COUNT=3 "${made[@]}" CONFIG_NET2_KIND_BRIDGE=y 'CONFIG_NET2_BRIDGE="br-lost"'
installed box
installed lost
rc_is "systemd finds nothing wrong with the unit" 0 systemd-analyze verify --man=no kiln@box.service
is "and says nothing" "$(grep -v '^/lib\|^/usr/lib' "$T/err" || :)" ""

# ---- start, what everybody says of it, stop
starts box
pid=$(main box)
kiln-ctl status box >"$T/status" 2>&1 || :
has "kiln-ctl knows its unit" '^  unit       kiln@box\.service$' "$T/status"
has "and that machined knows it" '^  machined   box$' "$T/status"
names=$(sed -n 's/^  interface  [^ ]* \([^ ]*\) .*/\1/p' "$T/status" | sort | tr '\n' ' ')
is "it has four interfaces" "$(wc -w <<<"$names")" 4
machinectl --no-pager status box >"$T/machine" 2>&1 || :
is "machinectl status says which" \
	"$(sed -n 's/^[[:blank:]]*Iface: //p' "$T/machine" | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/^ //')" "$names"
has "and the unit" 'Unit: kiln@box\.service' "$T/machine"
rc_is "a start of what runs changes nothing" 0 systemctl start kiln@box
is "it is the same process" "$(main box)" "$pid"
rc_is "systemctl stop of a guest that does not listen" 0 systemctl stop kiln@box
over box inactive success
rc_is "and it starts again" 0 systemctl restart kiln@box
rc_is "its end by itself" 0 ask box quit
over box inactive success

# ---- killed
starts box
systemctl kill --kill-who=main -s KILL kiln@box
over box failed signal
starts box
systemctl kill -s KILL kiln@box
over box failed signal
rc_is "the next start wants no help" 0 systemctl start kiln@box
rc_is "stop" 0 systemctl stop kiln@box
over box inactive success

# ---- in the middle of a start: the program that tells machined does not come to an end
printf '#!/bin/sh\nexec sleep 1000\n' >/usr/lib/kiln/kiln-machined
between() {
	systemctl start --no-block kiln@box
	wait_for 20 test -e /sys/class/net/kstay || not_ok "the start has come to the taps"
	is "it has not started" "$(unit box ActiveState)" activating
}
between
rc_is "systemctl stop in the middle of a start" 0 systemctl stop kiln@box
wait_for 20 in_state box failed || : # kiln-run says by its status that it was ended
is "it was ended by SIGTERM" "$(unit box ExecMainStatus)" 143
over box failed exit-code
between
systemctl kill --kill-who=main -s KILL kiln@box
over box failed signal
install "$O/target/bin/kiln-machined" /usr/lib/kiln/kiln-machined

# ---- a start that fails
rc_is "systemctl start says that it failed" 1 systemctl start kiln@lost
said lost '^kiln-run: lost\.kiln: step [0-9]+ of [0-9]+ \(bridge .*\): there is no bridge "br-lost"$' "the journal says why"
said lost '^  fix: ip link add br-lost type bridge .*Nothing was left behind\.$' "and what to do"
is "and nothing else is wrong" "$(grep -c '^kiln-' "$T/journal")" 1
is "by its status it is the host" "$(unit lost ExecMainStatus)" 4
over lost failed exit-code
ip link add br-lost type bridge
starts lost
rc_is "stop" 0 systemctl stop kiln@lost
ip link del br-lost
over lost inactive success

# ---- a guest that powers off when it is asked: the stand-in for QEMU, which listens
image box <<-PLAN
	arg report=$report
	arg qmp={fd:1},{fd:2} term=no
	op bridge name=kunit flags=1
	op tap owner=net0 name=kstay bridge=kunit queues=1 flags=2 fd=0
	op monitor name=qmp fd=1
	op monitor name=qmp-down fd=2
PLAN
cp "$T/box.kiln" /var/lib/kiln/
rc_is "a guest that listens starts" 0 systemctl start kiln@box
# It takes no SIGTERM, and SIGKILL would make it a failed one.
rc_is "systemctl stop" 0 systemctl stop kiln@box
over box inactive success
finish
