#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_bridge_helper.sh - a tap on a bridge for an ordinary user: QEMU's setuid program, what it is asked, what
# becomes of its tap, and every way in which it gives none.
# lib.sh sets run, report and others; {tap:0} are marks of an image.
# shellcheck disable=SC2154,SC1083,SC2016,SC2034
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

real=/usr/lib/qemu/qemu-bridge-helper
ip link set lo up
bridge_up kbr0
before=$(traces)
mkdir -p /etc/qemu
# The helper opens it as the user, with CAP_NET_ADMIN alone; udev gives it to everybody, and this machine may not.
mknod "$T/tun" c 10 200
chmod 666 "$T/tun"
mount --bind "$T/tun" /dev/net/tun
echo 'allow kbr0' >/etc/qemu/bridge.conf
as_user() { setpriv --reuid 7001 --regid 7001 --clear-groups env XDG_RUNTIME_DIR="$T/out" "$@"; }

# plan HELPER [FLAGS [BRIDGE]]: one interface, alone.
plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg json={{tap.1:0:1},"id":"a"}
op tap owner=net0 name=kh-net0 bridge=${3:-kbr0} helper=$1 queues=1 flags=${2:-1} fd=0
PLAN
}
# program NAME < SCRIPT: a helper of the tests.
program() {
	cat >"$T/$1"
	chmod 755 "$T/$1"
}
# fails NAME PATTERN HELPER: exit code 4, the words, why and fix, and nothing left.
fails() {
	plan "$3" | image helper
	rc_is "$1: exit 4" 4 as_user "$run" up "$T/helper.kiln"
	has "$1: message" "step 1 of 1 .*$2" "$T/err"
	has "$1: why" '^  why: .*CAP_NET_ADMIN' "$T/err"
	has "$1: fix" '^  fix: .*Nothing was left behind\.$' "$T/err"
	clean_is "$1: nothing left" "$before"
	is "$1: no run directory" "$(ls "$T/out/kiln" 2>/dev/null)" ""
}

# ---- with programs of the tests
program says <<'END'
#!/bin/sh
echo "$*" >&2
ls /proc/self/fd | tr '\n' ' ' >&2
exit 3
END
fails "the helper refuses" "no tap from $T/says, which exited with 3: --use-vnet --br=kbr0 --fd=3 0 1 2 3 4 *$" "$T/says"
plan "$T/says" 0 | image helper
rc_is "a card without vnet_hdr" 4 as_user "$run" up "$T/helper.kiln"
has "does not ask for it" "exited with 3: --br=kbr0 --fd=3 " "$T/err"
program silent <<'END'
#!/bin/sh
exit 0
END
fails "it ends without a tap" "no tap from $T/silent, which exited with 0: it said nothing" "$T/silent"
program killed <<'END'
#!/bin/sh
echo 'about to go' >&2
kill -KILL $$
END
fails "a signal ends it" "no tap from $T/killed, which signal 9 ended: about to go" "$T/killed"
program babble <<'END'
#!/bin/sh
head -c 100000 /dev/zero | tr '\0' 'x' >&2
printf '\033[2J\n' >&2
exit 1
END
fails "it says very much" "no tap from $T/babble, which exited with 1: x{199}$" "$T/babble"
echo 'no program' >"$T/text"
chmod 755 "$T/text"
fails "it is no program" "'$T/text' is not a suitable bridge helper: Exec format error" "$T/text"
chmod 644 "$T/text"
fails "it may not be executed" "'$T/text' is not a suitable bridge helper: Permission denied" "$T/text"
rc_is "check finds it" 4 as_user "$run" check "$T/helper.kiln"
has "check's message" "is not a suitable bridge helper" "$T/err"
fails "it is not there" "'$T/absent' is not a suitable bridge helper: No such file" "$T/absent"
if command -v python3 >/dev/null; then
	program other <<'END'
#!/usr/bin/env python3
import array, os, socket
end = socket.socket(fileno=3)
end.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [os.open('/dev/null', os.O_RDWR)]))])
END
	fails "it gives something else" "$T/other gave something that is no tap" "$T/other"
	program two <<'END'
#!/usr/bin/env python3
import array, os, socket
end = socket.socket(fileno=3)
fds = [os.open('/dev/null', os.O_RDWR) for _ in range(2)]
end.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))])
END
	fails "it gives two" "no tap from $T/two, which exited with 0" "$T/two"
else
	skip "a helper that gives something else" "python3 is not installed"
fi

# Whoever may make taps does so himself.
program never <<END
#!/bin/sh
touch "$T/out/ran"
exit 1
END
rm -f "$T/out/ran"
plan "$T/never" | image helper
: >"$T/out/stop"
rc_is "root needs no helper" 0 "$run" up "$T/helper.kiln"
is "and runs none" "$(ls "$T/out/ran" 2>/dev/null)" ""
swept helper
rm -f "$report" "$T/out/stop"

# ---- QEMU's own
if ! [ -x "$real" ]; then
	skip "QEMU's own helper" "no $real (apt-get install qemu-system-common)"
	finish
	exit
fi
cp "$real" "$T/helper"
chmod 4755 "$T/helper"
plan "$T/helper" | image helper
rc_is "check finds nothing" 0 as_user "$run" check "$T/helper.kiln"
is "check changes nothing" "$(traces)" "$before"
as_user "$run" up "$T/helper.kiln" 2>"$T/err" &
pid=$!
if wait_for 5 test -e "$report"; then ok "an ordinary user's machine starts"; else not_ok "an ordinary user's machine starts"; fi
tap=$(links | tr ' ' '\n' | grep '^tap' || :)
is "with one tap, which the helper named" "$tap" tap0
has "it is a port of the bridge, and up" "tap0: .*UP.* master kbr0 " <(ip -o link show "$tap")
has "with vnet_hdr" 'vnet_hdr' <(ip tuntap show dev "$tap")
has "QEMU has it as a descriptor" '^arg json=\{"fd":"10","id":"a"\}$' "$report"
has "of the tun driver" '^fd 10 mode 2 /dev/net/tun$' "$report"
has "without root" "^Uid:\s7001" "$report"
has "the state has its name and its number" \
	"^interface=net0 tap0 $(cat "/sys/class/net/$tap/ifindex" 2>/dev/null)$" "$T/out/kiln/helper/state"
is "no process of the helper is left" "$(pgrep -c helper || :)" 0
: >"$T/out/stop"
wait $pid || :
as_user "$run" down helper 2>/dev/null || :
clean_is "the tap goes with QEMU" "$before"
rm -f "$report" "$T/out/stop"

# For limits on it the user has no right either.
{ plan "$T/helper"; echo 'op shape owner=net0 in_rate=1000'; } | image helper
rc_is "limits on a tap of the helper's" 4 as_user "$run" up "$T/helper.kiln"
has "what is missing" 'net0: cannot put a queue with a limit \(HTB\) on interface "tap0": Operation not permitted' "$T/err"
has "why" 'needs CAP_NET_ADMIN' "$T/err"
rc_is "check finds it" 4 as_user "$run" check "$T/helper.kiln"
has "check's message" 'cannot shape an interface: Operation not permitted' "$T/err"
clean_is "nothing left" "$before"

echo 'deny all' >/etc/qemu/bridge.conf
fails "the bridge is not allowed" "which exited with 1: .*access denied by acl file" "$T/helper"
has "the fix names the file" 'allow kbr0.* in /etc/qemu/bridge.conf' "$T/err"
echo 'allow all' >/etc/qemu/bridge.conf
chmod 755 "$T/helper"
fails "it is not setuid" "which exited with 1: .*Operation not permitted" "$T/helper"
chmod 4755 "$T/helper"
plan "$T/helper" 1 knone | image helper
rc_is "a bridge that is not there" 4 as_user "$run" up "$T/helper.kiln"
has "is said by the helper" 'no tap from .*knone' "$T/err"
plan "$T/helper" | image helper
rc_is "no_new_privs" 4 setpriv --no-new-privs --reuid 7001 --regid 7001 --clear-groups env XDG_RUNTIME_DIR="$T/out" \
	"$run" up "$T/helper.kiln"
has "is told" "$T/helper would get no privilege" "$T/err"
clean_is "nothing left" "$before"
if command -v strace >/dev/null; then
	# Each call that makes or receives something fails once.
	for call in socketpair:EMFILE memfd_create:EMFILE recvmsg:EIO pipe2:EMFILE; do
		rc_is "$call" 4 as_user strace -f -qq -o /dev/null -e "inject=${call%%:*}:error=${call##*:}:when=1" \
			"$run" up "$T/helper.kiln"
		has "$call: why" '^  why: .' "$T/err"
		clean_is "$call: nothing left" "$before"
	done
else
	skip "failures of each call" "strace is not installed"
fi
ip link del kbr0
finish
