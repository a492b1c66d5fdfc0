#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_up.sh - kiln-run up and down: what QEMU gets, and that nothing is left after any failure.
# lib.sh sets run, report and pid_*; {fd:2} are marks of an image.
# shellcheck disable=SC2154,SC1083,SC1091,SC2012,SC2015,SC2016,SC2086
set -eu
. "$(dirname "$(realpath "$0")")/lib.sh"

ip link set lo up
bridge_up br0
before=$(traces)
head -c 300000 /dev/urandom >"$T/blob"
head -c 4096 /dev/zero >"$T/disk"
truncate -s 1M "$T/loop"
printf 'open, sesame\n' >"$T/key"
chmod 600 "$T/key"

# ---- what QEMU gets
full_plan() {
	cat <<PLAN
arg report=$report
arg until=$T/out/stop
arg tap={tap:0:2} json={{tap.1:2:1}}
arg {fdpath:4} {fdsetpath:5} {accel:0}
loader {fd:3}
arg secret={fdpath:9}
arg bridge={site.2:1}
arg {mac:0:0:net0} {uuid:0}
loader only={fd:0}
site disk0.path path $T/disk
site net0.bridge ifname br0
site unit unit u1
payload blob $T/blob
payload rw $T/disk
op accel policy=1
op bridge name={site:1}
op bridge name=kmade address=10.77.0.1/24 flags=1
op tap owner=net0 name=kt0 bridge={site:1} queues=2 flags=5 fd=0
op tap owner=net1 name=kt%d bridge=kmade queues=1 flags=0 fd=2
op file owner=disk0 path={site:0} flags=0 fd=3
op payload index=0 flags=1 fd=4
op file owner=disk1 path=$T/disk flags=1 fd=5
op payload index=1 fd=6
op monitor name=qmp fd=7
op monitor name=qmp-down fd=8
op secret owner=secret0 source=$T/key fd=9
PLAN
}
full_plan | image full
rc_is "check finds nothing" 0 "$run" check "$T/full.kiln"
has "check says how much it checked" '^full.kiln: ok, 12 steps, 10 descriptors$' "$T/err"
is "and the steps of up, in their order" "$(awk 'NR > 1 { print $2 }' "$T/err" | tr '\n' ' ')" \
	"$(full_plan | sed -n 's/^op \([a-z]*\).*/\1/p' | tr '\n' ' ')"
is "check changes nothing" "$(traces)" "$before"
exec 33<"$T/blob"
"$run" up "$T/full.kiln" 2>"$T/err" &
pid=$!
if wait_for 5 test -e "$report"; then ok "QEMU runs"; else not_ok "QEMU runs"; fi
exec 33<&-
is "QEMU keeps the process id of kiln-run" "$(sed -n 's/^pid //p' "$report")" "$pid"
has "user ids" '^Uid:	7001	7001	7001	7001$' "$report"
has "group ids" '^Gid:	7001	7001	7001	7001$' "$report"
has "supplementary groups from /etc/group" '^Groups:	7002 $' "$report"
is "five empty capability sets" "$(grep -c '^Cap...:	0000000000000000$' "$report")" 5
has "no_new_privs" '^NoNewPrivs:	1$' "$report"
has "no signal is blocked" '^SigBlk:	0000000000000000$' "$report"
has "two queues of a tap" '^fd 11 mode 2 /dev/net/tun$' "$report"
has "a read-write file" "^fd 13 mode 2 $T/disk\$" "$report"
has "sealed payload is read-only" '^fd 14 mode 0 /memfd:blob' "$report"
has "a read-only file" "^fd 15 mode 0 $T/disk\$" "$report"
has "other payload is writable" '^fd 16 mode 2 /memfd:rw' "$report"
has "a secret is a read-only memory file" '^fd 19 mode 0 /memfd:secret' "$report"
is "and its line" "$(cat /proc/$pid/fd/19)" 'open, sesame'
is "of the run user alone" "$(stat -Lc '%a %u %g' /proc/$pid/fd/19)" "400 7001 7001"
is "nothing of it is in the command line" "$(grep -c sesame "$report")" 0
is "descriptors: 0-2, slots and the lock, nothing else" \
	"$(grep -c '^fd ' "$report") $(grep -c 'run/kiln/full/lock$' "$report")" "14 1"
has "fds of two queues; JSON of one" '^arg tap=fds=10:11 json={"fd":"12"}$' "$report"
has "descriptor facts" '^arg /proc/self/fd/14 /dev/fdset/15 tcg$' "$report"
has "a descriptor's number" '^arg 13$' "$report"
has "site value" '^arg bridge=br0$' "$report"
is "show --argv is what is executed" "$("$run" show "$T/full.kiln" --argv)" "$(sed -n 's/^arg //p' "$report")"
"$run" show "$T/full.kiln" --json >"$T/json"
is "show --json is JSON with the same command line" \
	"$(python3 -c 'import json,sys; print("\n".join(json.load(sys.stdin)["argv"]))' <"$T/json")" \
	"$(sed -n 's/^arg //p' "$report")"
has "show --json has the plan" '"owner": "net1"' "$T/json"
"$run" show "$T/full.kiln" --shell >"$T/err"
has "show --shell has no descriptors" "^tap=ifname=kt0,script=no,downscript=no,queues=2 json=" "$T/err"
has "show --shell has paths" "^/var/lib/kiln/test/blob $T/disk tcg\$" "$T/err"
is "show --shell leaves out what is the loader's" "$(grep -c '^only=' "$T/err")" 0
is "show --section" "$("$run" show "$T/full.kiln" --section DOMAIN)" "<domain/>"
rc_is "show of an unknown section" 2 "$run" show "$T/full.kiln" --section NOPE
mac=$(printf 'kiln-unit-1\0mac\0u1\0full\0net0\0' | sha256sum | cut -c1-12 |
	python3 -c 's=input();b=bytearray.fromhex(s);b[0]=b[0]&0xfc|2;print(b.hex(":"))')
has "unit MAC as documented" "^arg $mac " "$report"
is "a clean environment" "$(grep -c '^env ' "$report")" 3
is "payload is the same bytes" "$(sha256sum </proc/$pid/fd/14)" "$(sha256sum <"$T/blob")"
if (: >/proc/$pid/fd/14) 2>/dev/null; then not_ok "payload is sealed"; else ok "payload is sealed"; fi
is "tap is a port of the bound bridge" "$(ip -o link show kt0 | grep -c 'master br0')" 1
is "template name is filled in" "$(ip -o link show master kmade | grep -c 'kt[0-9]')" 1
is "queues in sysfs" "$(ls /sys/class/net/kt0/queues | tr "\n" " ")" "rx-0 rx-1 tx-0 tx-1 "
is "bridge made has its address" "$(ip -o -4 addr show kmade | grep -c '10.77.0.1/24')" 1
is "bridge made is up" "$(ip -o link show kmade | grep -c '[<,]UP')" 1
is "host side of a tap begins with fe" "$(cut -c1-2 /sys/class/net/kt0/address)" fe
has "interfaces are recorded" "^interface=net0 kt0 $(cat /sys/class/net/kt0/ifindex)$" /run/kiln/full/state
is "sockets for root and the run user" "$(stat -c '%a %u %g' /run/kiln/full/qmp)" "660 0 7001"
is "state for root alone" "$(stat -c '%a %u' /run/kiln/full/state)" "600 0"
is "directory to pass through" "$(stat -c '%a %u %g' /run/kiln/full)" "710 0 7001"
is "the reaper waits" "$(pgrep -xc kiln-reaper)" 1
reaper=$(pgrep -x kiln-reaper)
is "the reaper has CAP_NET_ADMIN alone" "$(sed -n 's/^CapEff:	//p' /proc/$reaper/status)" 0000000000001000
is "the reaper holds three descriptors and /dev/null" "$(ls /proc/$reaper/fd | wc -l)" 6
is "the reaper has a session of its own" "$(ps -o sid= -p "$reaper" | tr -d ' ' | grep -cx "$(ps -o sid= -p $pid | tr -d ' ')")" 0

# ---- a second one, and the end
rc_is "a second up is refused" 4 "$run" up "$T/full.kiln"
has "and says why" 'VM "full" is running already \(process '$pid'\)' "$T/err"
rc_is "check says so too" 4 "$run" check "$T/full.kiln"
kill -0 $pid && ok "the first one is not disturbed" || not_ok "the first one is not disturbed"
: >"$T/out/stop"
wait $pid && ok "QEMU ends with its own status" || not_ok "QEMU ends with its own status"
wait_for 5 gone /run/kiln/full || :
clean_is "the reaper cleans after the end" "$before"
rm -f "$T/out/stop"

# ---- one file to copy: the loader with an image behind it, run from elsewhere and under another name
cp "$run" "$T/out/one"
truncate -s %4096 "$T/out/one"
cat "$T/full.kiln" >>"$T/out/one"
chmod 755 "$T/out/one"
rc_is "executable: check without an image's name" 0 "$T/out/one" check
has "executable: says its own name" '^one: ok, 12 steps' "$T/err"
is "executable: shows what the image shows" "$("$T/out/one" show --argv)" "$("$run" show "$T/full.kiln" --argv)"
rm -f "$report"
(cd /; exec "$T/out/one") 2>"$T/err" & pid=$!
if wait_for 5 test -e "$report"; then ok "executable: starts without a word"; else not_ok "executable: starts without a word"; fi
has "executable: where it was is recorded" "^image=$T/out/one$" /run/kiln/full/state
rc_is "executable: down without a name" 0 "$T/out/one" down --timeout 0
wait $pid 2>/dev/null || :
clean_is "executable: nothing left" "$before"
truncate -s -1 "$T/out/one"
for size in "$(stat -c %s "$T/out/one")" $(($(stat -c %s "$run") + 1)); do
	truncate -s "$size" "$T/out/one"
	rc_is "executable: cut at $size" 3 "$T/out/one"
	has "executable: and says so" "^kiln-run: $T/out/one: the image behind this program is not whole$" "$T/err"
	rc_is "executable: cut, with a command" 3 "$T/out/one" check --set br=x
	rc_is "executable: cut, it is a loader for other images" 0 "$T/out/one" show "$T/full.kiln"
done
truncate -s "$(stat -c %s "$run")" "$T/out/one"
rc_is "executable: nothing is behind it" 2 "$T/out/one"
has "executable: and says so" 'no command' "$T/err"

# ---- root that may not change its user
for cap in setuid setgid; do
	rc_is "without CAP_${cap^^}" 4 setpriv --inh-caps -$cap --bounding-set -$cap "$run" up "$T/full.kiln"
	has "is said" 'cannot become user "kilntest": Operation not permitted$' "$T/err"
	has "and what to do" 'fix: Add both to CapabilityBoundingSet= ' "$T/err"
	clean_is "nothing left" "$before"
done

# ---- kill -9; with the reaper killed as well the next up, or down, cleans
left_behind() { is "$1: a dead VM left its bridge" "$(links | grep -c kmade)" 1; }
dies_at_once full left_behind
rc_is "down of an unknown VM" 4 "$run" down full
has "and says so" 'there is no VM "full"' "$T/err"
rm -f "$T/out/stop"

# ---- a step that is impossible, at every place of the plan
steps=$(full_plan | grep -c '^op ')
for n in $(seq 1 $((steps + 1))); do
	full_plan | awk -v n="$n" -v f="op file owner=disk9 path=$T/absent flags=1 fd=10" \
		'/^op / { if (++i == n) print f } { print } END { if (i + 1 == n) print f }' | image full
	rc=0
	"$run" up "$T/full.kiln" >"$T/err" 2>&1 || rc=$?
	is "step $n fails: exit 4, nothing left" "$rc $(traces)" "4 $before"
	grep -q "^kiln-run: full.kiln: step $n of $((steps + 1)) (file \"$T/absent\"): $T/absent: No such" "$T/err" &&
		grep -q 'fix: .*Nothing was left behind\.$' "$T/err" || not_ok "message of step $n"
done

# ---- each kind of operation refuses for its own reason
ip link add dum0 type veth peer name dum1
before=$(traces)
mkfifo "$T/fifo"
: >"$T/empty"
refused "absent bridge" 'there is no bridge "nobr"' "op bridge name=nobr"
has "bridges are listed" 'Bridges of this host: br0\.' "$T/err"
refused "bridge that is none" '"dum0" is not a bridge \(veth\)' "op bridge name=dum0 flags=1"
refused "tap that exists" 'interface "dum0" is there already' "op tap owner=net0 name=dum0 queues=1 fd=0"
refused "tap for an absent bridge" 'there is no bridge "nobr"' "op tap owner=net0 name=kt9 bridge=nobr queues=1 fd=0"
refused "absent file" 'No such file' "op file owner=disk0 path=$T/absent fd=0"
refused "folder as a file" 'is not a regular file' "op file owner=disk0 path=$T fd=0"
refused "fifo as a file" 'is not a regular file' "op file owner=disk0 path=$T/fifo fd=0"
refused "empty secret" 'secret0": .* is empty' "op secret owner=secret0 source=$T/empty fd=0"
refused "absent secret" 'No such file' "op secret owner=secret0 source=$T/absent fd=0"
refused "credential outside of a unit" 'no credential "key"' "op secret owner=secret0 source=key flags=1 fd=0"
refused "store without a template" "$T/no-vars.*No such file" \
	"op store owner=firmware path=$T/vars template=$T/no-vars fd=0"
refused "store without a folder" "cannot make $T/absent/vars" \
	"op store owner=firmware path=$T/absent/vars template=$T/disk fd=0"
refused "folder as a store" 'is not a regular file' "op store owner=firmware path=$T template=$T/disk fd=0"
refused "file as a block device" 'is not a block device' "op file owner=disk0 path=$T/disk flags=2 fd=0"
printf 'op bridge name=kundo flags=1\nop monitor name=a/b fd=0\n' | image no
rc_is "monitor that is no file name: image refused" 3 "$run" up "$T/no.kiln"
clean_is "nothing left" "$before"
if grep -qwE 'vmx|svm' /proc/cpuinfo; then
	skip "KVM policy" "this host has hardware virtualisation"
else
	refused "KVM where it is not usable" '/dev/kvm' "op accel policy=0"
fi
printf 'op monitor name=lock fd=0\n' | image no
rc_is "monitor in the place of a file" 4 "$run" up "$T/no.kiln"
clean_is "nothing left" "$before"
printf 'op accel policy=2\narg report=%s\narg {accel:0}\n' "$report" | image auto
rc_is "accelerator auto" 0 "$run" up "$T/auto.kiln"
has "tcg is said aloud" '^kiln-run: accelerator tcg' "$T/err"
"$run" down auto 2>/dev/null || : # the guard cleans when QEMU ends before it has looked

# ---- a store: made at the first start from its template, kept with what was written after that
for source in "template=$T/disk" "payload=1"; do
	printf 'payload vars %s\nop store owner=firmware path=%s %s fd=0\narg report=%s\n' \
		"$T/disk" "$T/vars" "$source" "$report" | image store
	rm -f "$report"
	rc_is "check with a store that is absent ($source)" 0 "$run" check "$T/store.kiln"
	is "makes none" "$(ls "$T"/vars* 2>/dev/null)" ""
	: >"$T/vars.new"
	rc_is "up makes it" 0 "$run" up "$T/store.kiln"
	if cmp -s "$T/disk" "$T/vars"; then ok "as its template"; else not_ok "as its template"; fi
	is "for its owner alone" "$(stat -c %a "$T/vars")" 600
	has "handed over for writing" "^fd 10 mode 2 $T/vars\$" "$report"
	is "nothing half made is left" "$(ls "$T"/vars*)" "$T/vars"
	"$run" down store 2>/dev/null || : # the guard cleans when QEMU ends before it has looked
	echo written >"$T/vars"
	rc_is "up again" 0 "$run" up "$T/store.kiln"
	is "keeps what is in it" "$(cat "$T/vars")" written
	"$run" down store 2>/dev/null || :
	rm "$T/vars"
done

# ---- a store that a start made is gone again when a later step of that start fails
printf '#!/nowhere/interpreter\n' >"$T/garbage"; chmod 755 "$T/garbage"
mkdir "$T/theirs"; chown kilntest "$T/theirs"; chmod 700 "$T/theirs"
# unmade NAME CODE DIR COMMAND... < PLAN: the start fails, and leaves neither a store nor anything else.
unmade() {
	local name=$1 code=$2 store=$3/vars
	shift 3
	{ echo "op store owner=firmware path=$store template=$T/disk fd=0"; cat; } | image unmade
	rc_is "$name after a new store" "$code" "$@" up "$T/unmade.kiln"
	has "$name: nothing is left, it says" 'Nothing was left behind\.$' "$T/err"
	is "$name: the store is gone" "$(ls "${store%/*}"/vars* 2>/dev/null)" ""
	clean_is "$name: nothing left" "$before"
	echo old >"$store"
	rc_is "$name after an old store" "$code" "$@" up "$T/unmade.kiln"
	is "$name: the old one stays" "$(cat "$store")" old
	rm "$store"
}
inject() { echo strace -f -qq -o /dev/null -e "inject=$1"; }
for dir in "$T" "$T/theirs"; do
	unmade "a later operation" 4 "$dir" "$run" <<<"op file owner=disk0 path=$T/absent fd=1"
	unmade "a later operation, with something to release" 4 "$dir" "$run" <<PLAN
op bridge name=kundo flags=1
op file owner=disk0 path=$T/absent fd=1
PLAN
	unmade "the command line" 4 "$dir" bash -c 'ulimit -s 1024; exec "$0" "$@"' "$run" < <(
		for i in {1..300}; do printf 'arg %01000d\n' "$i"; done)
	unmade "executing QEMU" 127 "$dir" "$run" <<<"meta qemu $T/garbage"
	unmade "executing QEMU, with something to release" 127 "$dir" "$run" <<PLAN
meta qemu $T/garbage
op bridge name=kundo flags=1
PLAN
	if ! command -v strace >/dev/null; then
		skip "failures of the guard and of the drop after a new store" "strace is not installed"
		continue
	fi
	for call in vfork socketpair setresgid setresuid; do
		# shellcheck disable=SC2046 # words
		unmade "$call" 4 "$dir" $(inject "$call:error=EPERM") "$run" </dev/null
	done
done

refused "memory that may not be locked" 'QEMU may not lock all of its memory' "op memory cpus=1 mib=1 flags=1"

# ---- memory: the limit of locked memory, NUMA nodes by advice, their CPUs
# With that limit between the two, and nobody who may raise the hard one: 4 MiB are in it, 9 are not.
cat >"$T/limited" <<RUN
#!/bin/sh
exec setpriv --bounding-set=-sys_resource prlimit --memlock=2097152:8388608 "$T/kiln-run" "\$@"
RUN
chmod 755 "$T/limited"
run="$T/limited"
refused "more than the limit for devices" 'QEMU may not lock 9 MiB of memory' \
	"op memory cpus=1 mib=8 lock_mib=9 flags=0"
has "says how much is needed" 'ulimit -l 9216; LimitMEMLOCK=9M' "$T/err"
printf 'op memory cpus=1 mib=3 lock_mib=4 flags=0\narg report=%s\narg until=%s\n' "$report" "$T/out/stop" |
	image locked
rm -f "$report" "$T/out/stop"
rc_is "as much as the hard limit has" 0 "$run" check "$T/locked.kiln"
"$run" up "$T/locked.kiln" 2>"$T/err" & pid=$!
wait_for 5 test -e "$report" || :
has "is QEMU's limit" '^Max locked memory +4194304 +8388608 ' "/proc/$pid/limits"
: >"$T/out/stop"; wait $pid || :; wait_for 5 gone /run/kiln/locked || "$run" down locked 2>/dev/null || :
run="$T/kiln-run"

node=$(cd /sys/devices/system/node && printf '%s\n' node*[0-9] | sed s/node//)
if [ "$node" != 0 ]; then
	skip "NUMA advice" "this host has not exactly one NUMA node"
else
	printf 'op memory cpus=1 mib=1 flags=6\narg report=%s\narg x,{nodes.2:0:0:bind}\n' "$report" | image memory
	rm -f "$report"
	rc_is "advice is found" 0 "$run" check "$T/memory.kiln"
	rc_is "and taken" 0 "$run" up "$T/memory.kiln"
	has "the one node there is" '^arg x,host-nodes=0,policy=bind$' "$report"
	"$run" down memory 2>/dev/null || :
fi

# ---- QEMU itself
printf 'op bridge name=kundo flags=1\nmeta qemu /nowhere/qemu\n' | image noq
rc_is "QEMU not found" 127 "$run" up "$T/noq.kiln"
: >"$T/notexec"
printf 'op bridge name=kundo flags=1\nmeta qemu %s\n' "$T/notexec" | image noq
rc_is "QEMU not executable" 126 "$run" up "$T/noq.kiln"
printf 'no program' >"$T/garbage"; chmod 755 "$T/garbage"
printf 'op bridge name=kundo flags=1\nop tap owner=n name=kt7 bridge=kundo queues=1 fd=0\nmeta qemu %s\n' "$T/garbage" | image noq
rc_is "exec fails after the rights are gone" 126 "$run" up "$T/noq.kiln"
has "and is undone" 'Exec format error' "$T/err"
has "and says so" 'Nothing was left behind' "$T/err"
clean_is "nothing left" "$before"
printf '#!/nowhere/interpreter\n' >"$T/garbage"
printf 'op tap owner=n name=kt7 queues=1 fd=0\nmeta qemu %s\n' "$T/garbage" | image noq
rc_is "missing interpreter, no release operation" 127 "$run" up "$T/noq.kiln"
clean_is "nothing left" "$before"
mkdir -m 700 "$T/secret"; cp "$T/qemu" "$T/secret/qemu"
printf 'meta qemu %s\n' "$T/secret/qemu" | image noq
rc_is "QEMU out of reach of the run user" 126 "$run" up "$T/noq.kiln"
has "names the user" 'as user kilntest' "$T/err"
printf 'meta run-user nosuch\n' | image nou
rc_is "missing run user" 4 "$run" up "$T/nou.kiln"
has "fix: useradd" 'fix: useradd --system' "$T/err"
rc_is "check says so as well" 4 "$run" check "$T/nou.kiln"
for u in root kilnroot; do
	printf 'meta run-user %s\n' $u | image nou
	rc_is "run user $u is refused" 4 "$run" up "$T/nou.kiln"
	has "QEMU never runs as root" 'never runs as root' "$T/err"
done
printf 'meta host-arch s390x\n' | image arch
rc_is "image of another architecture" 4 "$run" up "$T/arch.kiln"

# ---- site values
full_plan | image full
rc_is "--set of an unknown key" 2 "$run" up "$T/full.kiln" --set net7.bridge=x
has "lists the known" 'disk0.path, net0.bridge, unit' "$T/err"
rc_is "--set of a bad value" 2 "$run" up "$T/full.kiln" --set net0.bridge=this-name-is-too-long
has "says the rule" 'why: An interface name' "$T/err"
printf '# mine\n\nnet0.bridge = br0\ndisk0.path=relative\n' >/etc/kiln/full.site
rc_is "site file with a bad value" 1 "$run" up "$T/full.kiln"
has "says where" 'kiln-run: /etc/kiln/full.site:4: disk0.path: "relative"' "$T/err"
printf 'net0.bridge=br0\nnope=1\n' >/etc/kiln/full.site
rc_is "site file with an unknown key" 1 "$run" check "$T/full.kiln"
has "says where" 'full.site:2: unknown key "nope"' "$T/err"
printf 'net0.bridge=br0\nnet0.bridge=br1\n' >"$T/site"
rc_is "a key twice" 1 "$run" up "$T/full.kiln" --site "$T/site"
has "says where the other is" 'also: .*/site:1' "$T/err"
printf 'garbage\n' >"$T/site"
rc_is "not key=value" 1 "$run" up "$T/full.kiln" --site "$T/site"
printf 'net0.bridge=nobr\r\n' >"$T/site"
rc_is "a line that ends as those of DOS" 4 "$run" up "$T/full.kiln" --site "$T/site"
has "is taken without its end" 'there is no bridge "nobr"$' "$T/err"
rc_is "absent site file" 4 "$run" up "$T/full.kiln" --site "$T/absent"
printf 'net0.bridge=nobr\nunit=u2\n' >/etc/kiln/full.site
rc_is "--set wins over the site file" 0 "$run" show "$T/full.kiln" --set net0.bridge=br0 --argv
has "--set wins" '^bridge=br0$' "$T/err"
has "unit of the site file" "$(printf 'kiln-unit-1\0mac\0u2\0full\0net0\0' | sha256sum | cut -c3-4)" "$T/err"
rm /etc/kiln/full.site
printf 'site disk0.path path\nop file owner=disk0 path={site:0} fd=0\n' | image unbound
rc_is "a slot without value" 4 "$run" up "$T/unbound.kiln"
has "names the key" 'disk0.path is not bound' "$T/err"
rc_is "show shows it all the same" 0 "$run" show "$T/unbound.kiln"
rc_is "bound by --set" 0 "$run" up "$T/unbound.kiln" --set disk0.path="$T/disk"
"$run" down unbound 2>/dev/null || : # the guard cleans when QEMU ends before it has looked
printf 'site unit unit\narg {uuid:0}\n' | image nounit
: >/etc/machine-id
rc_is "no unit id anywhere" 4 "$run" up "$T/nounit.kiln"
has "names the key" 'unit is not bound' "$T/err"

# ---- bad images
size=$(stat -c %s "$T/full.kiln")
head -c $((size / 2)) "$T/full.kiln" >"$T/half.kiln"
rc_is "image cut in half" 3 "$run" up "$T/half.kiln"
rc_is "absent image" 4 "$run" up "$T/absent.kiln"
rc_is "folder as image" 4 "$run" up "$T"
rc_is "empty image" 3 "$run" up "$T/loop"
cp "$T/full.kiln" "$T/flip.kiln"
at=$(grep -abo "$(head -c 16 "$T/blob" | tail -c 6 | sed 's/[].[*\\^$]/\\&/g')" "$T/full.kiln" 2>/dev/null | head -1 | cut -d: -f1 || :)
at=${at:-$((size / 2))}
printf '\xff\x00\xff\x00' | dd of="$T/flip.kiln" bs=1 seek="$at" conv=notrunc status=none
rc_is "damaged payload" 3 "$run" up "$T/flip.kiln"
clean_is "nothing left" "$before"

finish
