#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_vhost.sh - the kernel's side of virtio networks: what QEMU gets, and what stands in for it. Another
# character device is in its place: whether it moves packets only a kernel with vhost_net can say.
# lib.sh sets run, report and others; {tap:0} are marks of an image.
# shellcheck disable=SC2154,SC1083,SC2012
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
before=$(traces)
mknod "$T/vhost" c 1 5 # as /dev/zero
: >"$T/plain"

# plan FLAGS PATH: two interfaces, of three queues and of one.
plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg json={{tap.1:0:3},{vhost.1:3:3},"id":"a"}
arg words=tap,{tap.2:6:1},{vhost.2:7:1}
op tap owner=net0 name=kv0 queues=3 flags=5 fd=0
op vhost owner=net0 path=$2 queues=3 flags=$1 fd=3
op tap owner=net1 name=kv1 queues=1 flags=1 fd=6
op vhost owner=net1 path=$2 queues=1 flags=$1 fd=7
PLAN
}
# Nothing has to be released, so that nobody waits for the end.
ends() {
	: >"$T/out/stop"
	wait $pid || :
	swept vhost
	gone_is "$1: nothing left"
}
plan 1 "$T/vhost" | image vhost
rc_is "check finds nothing" 0 "$run" check "$T/vhost.kiln"
is "check changes nothing" "$(traces)" "$before"
starts "required, and there" vhost
has "as many as queues, in the order in which they were opened; JSON" \
	'^arg json=\{"fds":"10:11:12","vhost":true,"vhostfds":"13:14:15","id":"a"\}$' "$report"
has "one queue keeps the plain form; key=value" '^arg words=tap,fd=16,vhost=on,vhostfd=17$' "$report"
is "each is a descriptor of its own" "$(grep -c "^fd 1[3457] mode 2 $T/vhost\$" "$report")" 4
is "show says the same" "$("$run" show "$T/vhost.kiln" --argv)" "$(sed -n 's/^arg //p' "$report")"
"$run" show "$T/vhost.kiln" --shell >"$T/err"
has "a shell lets QEMU open it" 'words=tap,ifname=kv1,script=no,downscript=no,vhost=on' "$T/err"
is "and has no descriptors" "$(grep -c vhostfd "$T/err")" 0
is "queues in sysfs" "$(ls -d /sys/class/net/kv0/queues/rx-* | wc -l)" 3
ends "required"

plan 0 "$T/absent" | image vhost
rc_is "preferred: check finds nothing" 0 "$run" check "$T/vhost.kiln"
starts "preferred, and absent" vhost
has "QEMU moves the packets; JSON" '^arg json=\{"fds":"10:11:12","vhost":false,"id":"a"\}$' "$report"
has "key=value" '^arg words=tap,fd=16,vhost=off$' "$report"
is "nothing but /dev/null is handed over for it" "$(grep -c '^fd 1[3457] mode 2 /dev/null$' "$report")" 4
has "says what is missing" \
	"^kiln-run: net0: without vhost, QEMU moves the packets: $T/absent: No such file or directory; to have it, modprobe vhost_net" "$T/err"
has "for each" '^kiln-run: net1: without vhost' "$T/err"
ends "preferred"

plan 0 "$T/plain" | image vhost
starts "preferred, and a file in its place" vhost
has "is no device" "net0: without vhost, .*$T/plain: No such device; to have it, modprobe" "$T/err"
ends "a file"

# An ordinary user starts the machine; the tap is left out, for which it would lack the right as well.
chmod 600 "$T/vhost"
sed -n '/vhost/p' < <(plan 0 "$T/vhost") | sed 's/fd=3/fd=0/; s/fd=7/fd=3/; s/{tap.1:0:3}/"x":0/; s/vhost.1:3:3/vhost.1:0:3/; /words/d' |
	{ echo "arg report=$report"; cat; } | image vhost
as_user() { setpriv --reuid 7001 --regid 7001 --clear-groups env XDG_RUNTIME_DIR="$T/out" "$run" "$@"; }
rm -f "$report"
rc_is "without the permission" 0 as_user up "$T/vhost.kiln"
has "that is said" "net0: without vhost, .*Permission denied; to have it, run as root, or give this user" "$T/err"
chmod 666 "$T/vhost"
rm -f "$report"
rc_is "with it" 0 as_user up "$T/vhost.kiln"
is "nothing is said" "$(grep -c vhost "$T/err")" 0
has "and it is taken" '"vhost":true,"vhostfds":"10:11:12"' "$report"
as_user down vhost 2>/dev/null || :

# ---- refusals: exit code 4, and nothing left
refused "required, and absent" "net0: $T/absent: No such file" "op vhost owner=net0 path=$T/absent queues=1 flags=1 fd=0"
has "names the other choice" 'modprobe vhost_net; .*CONFIG_NETn_VHOST_PREFERRED' "$T/err"
refused "required, and a file" "net0: $T/plain: No such device" "op vhost owner=net0 path=$T/plain queues=1 flags=1 fd=0"
if command -v strace >/dev/null; then
	plan 1 "$T/vhost" | image vhost
	for n in 1 2 3 4; do
		rc_is "open number $n fails, required" 4 strace -f -qq -o /dev/null -P "$T/vhost" \
			-e "inject=openat,open:error=EMFILE:when=$n" "$run" up "$T/vhost.kiln"
		has "says what to do" 'raise the limit of open files' "$T/err"
		clean_is "nothing left" "$before"
	done
	plan 0 "$T/vhost" | image vhost
	rm -f "$report"; : >"$T/out/stop"
	rc_is "the last of three fails, preferred" 0 strace -f -qq -o /dev/null -P "$T/vhost" \
		-e "inject=openat,open:error=EMFILE:when=3" "$run" up "$T/vhost.kiln"
	has "then none is used" '^arg json=\{"fds":"10:11:12","vhost":false,' "$report"
	has "the other interface has its own" '^arg words=tap,fd=16,vhost=on,vhostfd=17$' "$report"
	is "and none stays open" "$(grep -c "mode 2 $T/vhost\$" "$report")" 1
	"$run" down vhost 2>/dev/null || :
	clean_is "nothing left" "$before"
else
	skip "failures of each open" "strace is not installed"
fi
if printf 'op vhost owner=net0 queues=0 fd=0\n' | image no 2>"$T/err"; then not_ok "0 queues"; else ok "0 queues are refused"; fi
finish
