#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_passt.sh - passt beside QEMU: what it is asked, what it may, when it ends, and every way in which it does
# not start.
# lib.sh sets run, report and the rest; {fd:0} are marks of an image.
# shellcheck disable=SC2154,SC1083,SC2016
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
mkdir -m 755 "$T/lab"
chmod 755 "$T/lab"
before=$(traces)
# passt executes passt.avx2 where the processor can.
passts() { pgrep -x passt || pgrep -x passt.avx2 || :; }
no_passt() { [ -z "$(passts)" ]; }
user=(setpriv --reuid 7001 --regid 7001 --clear-groups env XDG_RUNTIME_DIR="$T/out")
as_user() { "${user[@]}" "$@"; }
# program NAME < SCRIPT: a passt of the tests.
program() {
	cat >"$T/lab/$1"
	chmod 755 "$T/lab/$1"
}

# plan [FIELDS [PROGRAM]]
plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg {fd:0}
op passt owner=net0 program=${2:-/usr/bin/passt} fd=0${1:+ $1}
PLAN
}
start() { # [COMMAND...]: before kiln-run
	rm -f "$report" "$T/out/stop"
	"$@" "$run" up "$T/net.kiln" 2>"$T/err" & pid=$!
	wait_for 10 test -e "$report" || :
}
stop() { : >"$T/out/stop"; wait $pid || :; swept net; }
# fails NAME PATTERN: up refuses net.kiln with these words, as root and as an ordinary user, and nothing is left.
fails() {
	local as
	for as in env as_user; do
		rc_is "$1, $as: exit 4" 4 $as "$run" up "$T/net.kiln"
		has "$1, $as: message" "step 1 of 1 \(passt \"net0\"\): $2" "$T/err"
		has "$1, $as: why" '^  why: passt connects device "net0"' "$T/err"
		has "$1, $as: fix" '^  fix: .*Nothing was left behind\.$' "$T/err"
		clean_is "$1, $as: nothing left" "$before"
		is "$1, $as: no passt" "$(passts)$(ls "$T/out/kiln" 2>/dev/null)" ""
	done
}

# ---- with programs of the tests
program says <<'END'
#!/bin/sh
printf '%s\n' 'a warning' "$*" >&2
ls /proc/self/fd | tr '\n' ' ' >&2
exit 3
END
said="--foreground --quiet --fd 3 --pid /proc/self/fd/1"
plan "" "$T/lab/says" | image net
fails "it refuses" "$T/lab/says ended: 0 1 2 3 4 *$"
program says <<'END'
#!/bin/sh
printf '%s\n' 'a warning' "$*" '' >&2
END
plan "interface=eth7 log=/var/log/x forwards=tcp:127.0.0.1/2222:22,udp:5353:53" "$T/lab/says" | image net
fails "what it is asked" "$T/lab/says ended: $said --interface eth7 --log-file /var/log/x --tcp-ports 127.0.0.1/2222:22 --udp-ports 5353:53$"
has "where to read more" 'fix: Read its log /var/log/x' "$T/err"
program silent <<'END'
#!/bin/sh
END
plan "" "$T/lab/silent" | image net
fails "it ends without a word" "$T/lab/silent ended: it said nothing"
program babble <<'END'
#!/bin/sh
head -c 100000 /dev/zero | tr '\0' 'x' >&2
END
plan "" "$T/lab/babble" | image net
fails "it says very much" "$T/lab/babble ended: x{199}$"
echo 'no program' >"$T/lab/text"
chmod 755 "$T/lab/text"
plan "" "$T/lab/text" | image net
fails "no program" "cannot start $T/lab/text: Exec format error"
plan "" /nowhere/passt | image net
fails "no passt" "cannot run /nowhere/passt: No such file"
has "says how to get it" 'apt install passt.*CONFIG_NETn_PASST' "$T/err"
rc_is "check finds it" 4 "$run" check "$T/net.kiln"
has "check's message" 'cannot run /nowhere/passt' "$T/err"
plan "mtu=1400 forwards=udp:2001:db8::2/8000-8010:9000-9010,tcp:1:1" "$T/lab/says" | image net
fails "an MTU and several ports" "$T/lab/says ended: $said --mtu 1400 --udp-ports 2001:db8::2/8000-8010:9000-9010 --tcp-ports 1:1$"
for list in sctp:1:1 tcp: 2222:22 "tcp:1:1,,"; do
	plan "forwards=$list" "$T/lab/silent" | image net
	fails "ports \"$list\"" "\"$list\" are no ports to forward"
done
plan "interface=absent" "$T/lab/silent" | image net
rc_is "check looks for the interface" 4 "$run" check "$T/net.kiln"
has "and says which" 'no interface "absent": No such device' "$T/err"

# One that serves, and does not listen to its socket: the kernel ends it.
program serves <<'END'
#!/bin/sh
echo $$ >/proc/self/fd/1
exec sleep 1000 3<&-
END
deaf() { pgrep -x sleep -u 7001 || :; }
no_deaf() { [ -z "$(deaf)" ]; }
plan "" "$T/lab/serves" | image net
start
is "one that is deaf runs beside QEMU" "$(ps -o ppid= -p "$(deaf)" | tr -d ' ')" "$pid"
kill -9 $pid; wait $pid 2>/dev/null || :
wait_for 5 no_deaf || :
is "and ends with a QEMU that was killed" "$(deaf)" ""
swept net
{ plan "" "$T/lab/serves"; echo "op file owner=disk9 path=$T/absent flags=1 fd=1"; } | image net
rc_is "a later step fails" 4 "$run" up "$T/net.kiln"
wait_for 5 no_deaf || :
is "it ends with kiln-run" "$(deaf)" ""

# ---- passt itself
if ! [ -x /usr/bin/passt ]; then
	skip "passt beside QEMU" "passt is not installed (apt install passt)"
	finish
	exit
fi
plan | image net
fails "a host without a network" "/usr/bin/passt ended: External interface not usable"
has "says what it needs" 'default route' "$T/err"
bridge_up kbr0
ip addr add 192.0.2.2/24 dev kbr0
ip route add default via 192.0.2.1
before=$(traces)
plan "interface=kbr0 forwards=tcp:127.0.0.1/2222:22,udp:5353:53,tcp:8080:80" | image net
rc_is "check finds nothing" 0 "$run" check "$T/net.kiln"
is "check starts nothing" "$(passts)" ""
start
has "QEMU has the other end" '^fd 10 mode 2 socket:' "$report"
passt=$(passts)
has "passt runs as QEMU's user" '^Uid:	7001	7001	7001	7001$' "/proc/$passt/status"
has "with its groups" '^Groups:	7002 $' "/proc/$passt/status"
is "with no capability" "$(grep -c '^Cap\(Eff\|Prm\|Inh\|Amb\):	0000000000000000$' "/proc/$passt/status")" 4
has "and can gain none" '^NoNewPrivs:	1$' "/proc/$passt/status"
is "it is QEMU's child" "$(ps -o ppid= -p "$passt" | tr -d ' ')" "$pid"
listens() { ss -Hltun | awk '{ print $1, $5 }' | sort | tr '\n' ';'; }
is "the ports are forwarded, and no others" "$(listens)" "tcp 0.0.0.0:8080;tcp 127.0.0.1:2222;udp 0.0.0.0:5353;"
is "no interface is the machine's" "$(grep -c '^iface' /run/kiln/net/state)" 0
plan "forwards=tcp:8080:80" | image other
rc_is "a port that is taken: exit 4" 4 "$run" up "$T/other.kiln"
has "in passt's words" "ended: Failed to bind any port for '-t 8080:80', exiting" "$T/err"
is "nothing of it is left" "$(passts) $(ls /run/kiln)" "$passt net"
stop
wait_for 5 no_passt || :
is "passt ends with QEMU" "$(passts)" ""
is "its ports are free" "$(listens)" ""
clean_is "nothing else is left" "$before"
start
kill -9 $pid; wait $pid 2>/dev/null || :
wait_for 5 no_passt || :
is "and with a QEMU that was killed" "$(passts)" ""
swept net

# Several ports of one item, and IPv6.
ip -6 addr add 2001:db8::2/64 dev kbr0 nodad
ip -6 route add default via 2001:db8::1
plan "mtu=1400 forwards=tcp:127.0.0.1/8000-8002:9000-9002,udp:2001:db8::2/5000-5001:1-2,tcp:::1/443:443,tcp:::/2022:22" | image net
fails "a port below 1024 of IPv6" "/usr/bin/passt ended: Failed to bind any port for '-t ::1/443:443', exiting"
plan "mtu=1400 forwards=tcp:127.0.0.1/8000-8002:9000-9002,udp:2001:db8::2/5000-5001:1-2,tcp:::/2022:22" | image net
start
is "several ports, and of IPv6" "$(listens)" "tcp 127.0.0.1:8000;tcp 127.0.0.1:8001;tcp 127.0.0.1:8002;tcp [::]:2022;udp [2001:db8::2]:5000;udp [2001:db8::2]:5001;"
has "it is told the MTU" '--mtu.1400.' <(tr '\0' . <"/proc/$(passts)/cmdline")
plan "forwards=tcp:127.0.0.1/8002-8003:1-2" | image other
"$run" up "$T/other.kiln" 2>"$T/err" & other=$!
wait_for 10 test -e /run/kiln/other/state || :
wait_for 5 sh -c 'ss -Hlt | grep -q 127.0.0.1:8003' || :
is "of several it takes those that are free" "$(listens | grep -o 'tcp 127[^;]*' | tr '\n' ' ')" "tcp 127.0.0.1:8000 tcp 127.0.0.1:8001 tcp 127.0.0.1:8002 tcp 127.0.0.1:8003 "
stop; wait $other || :
swept other
wait_for 5 no_passt || :
is "and all end" "$(passts)$(listens)" ""
plan "forwards=tcp:2001:db8::9/8080:80" | image net
fails "an address of IPv6 that the host has not" "/usr/bin/passt ended: Failed to bind any port for '-t 2001:db8::9/8080:80'"
plan "mtu=67" | image net
fails "an MTU that is too small" "/usr/bin/passt ended: Invalid MTU: 67"
ip -6 route del default
ip -6 addr del 2001:db8::2/64 dev kbr0
plan "interface=kbr0 forwards=tcp:127.0.0.1/2222:22,udp:5353:53,tcp:8080:80" | image net

# An ordinary user's, without any right.
start "${user[@]}"
passt=$(passts)
is "for an ordinary user" "$(ps -o ppid= -p "$passt" | tr -d ' ')" "$pid"
is "with the same ports" "$(listens)" "tcp 0.0.0.0:8080;tcp 127.0.0.1:2222;udp 0.0.0.0:5353;"
: >"$T/out/stop"; wait $pid || :
wait_for 5 no_passt || :
is "it ends there, too" "$(passts)" ""
as_user "$run" down net >/dev/null 2>&1 || :

for bad in "forwards=tcp:80:80|Failed to bind any port for '-t 80:80', exiting" \
	"forwards=udp:9999:1,tcp:198.51.100.1/22022:22|Failed to bind any port for '-t 198.51.100.1/22022:22'" \
	"interface=absent|Invalid interface name absent: No such device" \
	"log=/nowhere/log|Couldn't open log file /nowhere/log"; do
	plan "${bad%%|*}" | image net
	fails "${bad%%|*}" "/usr/bin/passt ended: ${bad#*|}"
done
plan "log=$T/out/passt.log" | image net
start
is "its log is its own" "$(stat -c '%a %u' "$T/out/passt.log")" "600 7001"
stop

# ---- a step that is impossible, at every place
two() {
	plan "forwards=tcp:8080:80"
	echo "op passt owner=net1 program=/usr/bin/passt forwards=tcp:8081:80 fd=1"
}
left() { passts; listens; }
failed_steps net two no_passt left
finish
