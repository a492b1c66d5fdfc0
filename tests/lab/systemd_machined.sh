#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd_machined.sh - in the lab guest: systemd-machined knows machines and their interfaces, a machine in a
# service stays in it, and what stops the service ends the machine.
# lib.sh sets run, pid, before and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

bridge_up br0
veth_up kv0 kv1
before=$(traces)
program=$O/target/bin/kiln-machined
told=(CONFIG_HOST_MACHINED=y "CONFIG_HOST_MACHINED_PROGRAM=\"$program\"")
mac() { printf 'CONFIG_NET%u_MAC="52:54:00:07:01:0%u"\n' "$1" "$1"; }
compose both "${told[@]}" CONFIG_NET_COUNT=2 CONFIG_NET0_KIND_BRIDGE=y 'CONFIG_NET0_BRIDGE="br0"' "$(mac 0)" \
	CONFIG_NET1_KIND_DIRECT=y 'CONFIG_NET1_PARENT="kv0"' "$(mac 1)"
compose user "${told[@]}" CONFIG_NET_COUNT=1 CONFIG_HOST_INIT_SYSTEMD=y CONFIG_HOST_STOP_S=0 \
	"CONFIG_HOST_PROGRAMS=\"$O/target/bin\"" "CONFIG_HOST_IMAGES=\"$T\""

# indexes NAME: of the interfaces that the state file names, in order.
indexes() { sed -n 's/^interface=[^ ]* [^ ]* \([0-9]*\).*/\1/p' "/run/kiln/$1/state" | sort -n | tr '\n' ' '; }
# shown NAME PROPERTY: what machined says of a machine.
shown() { machinectl show "$1" -p "$2" --value; }
# known NAME: the indexes of the interfaces of it that machined knows, in order.
known() {
	busctl get-property org.freedesktop.machine1 "/org/freedesktop/machine1/machine/$1" \
		org.freedesktop.machine1.Machine NetworkInterfaces | sed 's/^ai //' | tr ' ' '\n' | sed 1d | sort -n | tr '\n' ' '
}
registered() { machinectl --no-legend list 2>/dev/null | grep -q "^$1 "; }
unknown() { ! registered "$1"; }

# ---- started by hand: systemd makes a scope
start both --paused
has "nothing is said about machined" '^0$' <(grep -c machined "$T/err" || :)
machinectl --no-pager status both >"$T/status" 2>&1 || :
names=$(sed -n 's/^interface=[^ ]* \([^ ]*\) .*/\1/p' /run/kiln/both/state | sort | tr '\n' ' ')
is "it is a tap and a macvtap" "$(wc -w <<<"$names")" 2
is "machinectl status says which interfaces" \
	"$(sed -n 's/^[[:blank:]]*Iface: //p' "$T/status" | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/^ //')" "$names"
is "by their indexes" "$(known both)" "$(indexes both)"
is "its leader is QEMU" "$(shown both Leader)" $pid
is "it is a machine of Kiln" "$(shown both Class) $(shown both Service)" "vm kiln"
has "in a scope of its own" 'machine.slice/machine-both.scope' "/proc/$pid/cgroup"
stop both
if wait_for 20 unknown both; then ok "machined has forgotten it"; else not_ok "machined has forgotten it"; fi

# ---- in a service: it stays there
cp "$T/kiln@user.service" /etc/systemd/system/
rc_is "its unit starts" 0 systemctl start kiln@user
rc_is "a machine with user networking alone is known, when it has started" 0 registered user
is "without interfaces" "$(known user)" ""
machinectl --no-pager status user >"$T/status" 2>&1 || :
is "and none is shown" "$(grep -c Iface: "$T/status")" 0
is "its unit is the service" "$(shown user Unit)" kiln@user.service
pid=$(systemctl show -p MainPID --value kiln@user)
is "whose main process is its leader" "$(shown user Leader)" "$pid"
rc_is "the service stops" 0 systemctl stop kiln@user
wait_for 20 gone "/proc/$pid" || :
is "and with it QEMU" "$([ -e "/proc/$pid" ] && echo there)" ""
if wait_for 20 unknown user; then ok "machined has forgotten it too"; else not_ok "machined has forgotten it too"; fi
clean_is "nothing is left" "$before"
finish
