#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_many.sh - fifty machines on one bridge that the first makes and the last deletes: started and stopped at
# once, killed in every way among others that live, and looked at by kiln-ctl all the while. lib.sh sets run
# and the rest.
# shellcheck disable=SC2154,SC1083
set -eu
# shellcheck source=tests/host/lib.sh
. "$(dirname "$(realpath "$0")")/lib.sh"

ctl=$T/kiln-ctl
cp "${KILN_RUN%/*}/kiln-ctl" "$ctl"
before=$(traces)
many=50
# machine NAME LINE...: one tap of its own in the shared bridge, kept after QEMU's end, and both monitors.
machine() {
	{
		echo "arg report=$T/out/$1"
		printf '%s\n' "${@:2}"
		echo "op bridge name=kmade flags=1"
		echo "op tap owner=net0 name=k$1 bridge=kmade queues=1 flags=2 fd=0"
		echo "op monitor name=qmp fd=1"
		echo "op monitor name=qmp-down fd=2"
	} | image "$1"
}
for i in $(seq $many); do machine "vm$i" 'arg qmp={fd:1},{fd:2}'; done
# reaper NAME: its process; the run directory is what it holds.
reaper() {
	local each
	for each in $(pgrep -x kiln-reaper); do
		[ "$(readlink "/proc/$each/fd/5")" != "/run/kiln/$1" ] || echo "$each"
	done
}
all_running() { [ "$(find "$T/out" -name 'vm*' ! -name '*.new' | wc -l)" = $many ]; }
no_rundir() { [ -z "$(ls /run/kiln)" ]; }

# Looks at all of them until $T/enough is there. What it says that it must not is a line of $T/wrong.
watch() {
	python3 - "$ctl" "$T/enough" $many <<-'END' >"$T/wrong"
		import json, os, re, subprocess, sys, time
		ctl, enough, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
		looks = n = 0
		def ask(*words):
		    return subprocess.run([ctl, "status", "--json", *words], capture_output=True, text=True)
		while not looks or not os.path.exists(enough):
		    answer = ask()
		    try:
		        if answer.returncode or any(not each["name"] for each in json.loads(answer.stdout)):
		            raise ValueError
		    except ValueError:
		        print("list:", answer)
		    name, n = "vm%d" % (n % many + 1), n + 1
		    answer = ask(name)
		    known = "there is no VM|does not run as it should"
		    try:
		        if answer.returncode == 4 and not re.search(known, answer.stderr) or answer.returncode not in (0, 4):
		            raise ValueError
		        if answer.stdout and json.loads(answer.stdout)["name"] != name:
		            raise ValueError
		    except ValueError:
		        print(name, answer)
		    try:
		        with open("/run/kiln/%s/state" % name) as file:
		            state = file.read()
		        if not re.fullmatch("kiln-state=1\nname=%s\npid=[0-9]+\nstart=[0-9]+\nimage=.*\n([a-z]+=.*\n)*end\n" % name, state):
		            print("half a state file:", repr(state))
		    except FileNotFoundError:
		        pass
		    looks += 1
		    time.sleep(0.02)
		print("looked", looks, file=sys.stderr)
	END
}
watched() { # FUNCTION: it looks meanwhile; nothing is left afterwards
	rm -f "$T/enough"
	watch 2>"$T/looks" &
	local watcher=$!
	"$1"
	: >"$T/enough"
	wait $watcher || :
	wait_for 10 no_rundir || :
	clean_is "$1: nothing is left" "$before"
	cp "$T/wrong" "$T/err"
	is "kiln-ctl says nothing wrong meanwhile" "$(wc -l <"$T/err")" 0
	has "and has looked" '^looked [1-9]' "$T/looks"
}
start_all() {
	pids=()
	rm -f "$T"/out/vm*
	for i in $(seq $many); do
		"$run" up "$T/vm$i.kiln" 2>"$T/says$i" &
		pids[i]=$!
	done
	if wait_for 60 all_running; then ok "$many starts at once"; else cat "$T"/says* >"$T/err"; not_ok "$many starts at once"; fi
	is "all are on the bridge" "$(ip -o link show master kmade | wc -l)" $many
}

# ---- stopped at once
stop_all() {
	start_all
	local i rc=0 stops=()
	for i in $(seq $many); do
		if ((i % 2)); then "$ctl" stop "vm$i" --timeout 60; else "$run" down "vm$i"; fi 2>"$T/says$i" &
		stops+=($!)
	done
	for i in "${stops[@]}"; do wait "$i" || rc=$((rc + 1)); done
	cat "$T"/says* >"$T/err"
	is "$many stops at once, by kiln-ctl and kiln-run: those that failed" $rc 0
	wait "${pids[@]}" || :
}
watched stop_all

# ---- a fifth each: stopped, killed, killed with the reaper, stopped and killed at once, left running to the end
killed_among_others() {
	start_all
	local i stops=()
	for i in $(seq $many); do
		case $((i % 5)) in
		0) "$ctl" stop "vm$i" --timeout 60 2>"$T/says$i" & stops+=($!) ;;
		1) kill -9 "${pids[i]}" ;;
		2) kill -9 "$(reaper "vm$i")" "${pids[i]}" ;;
		3) "$ctl" stop "vm$i" --timeout 60 2>"$T/says$i" & stops+=($!); kill -9 "${pids[i]}" ;;
		esac
	done
	wait "${stops[@]}" || :
	is "those that live keep their bridge" "$(ip -o link show master kmade | grep -Eo ' kvm[0-9]*[49]:' | wc -l)" $((many / 5))
	for i in $(seq 2 5 $many); do "$ctl" stop "vm$i" 2>>"$T/dead" || :; done
	is "stop of one that was killed with its reaper leaves it to down" "$(grep -c 'fix: kiln-run down vm' "$T/dead")" $((many / 5))
	stops=()
	for i in $(seq $many); do
		[ ! -e "/run/kiln/vm$i" ] || { "$run" down "vm$i" 2>"$T/says$i" & stops+=($!); }
	done
	wait "${stops[@]}" || :
	wait "${pids[@]}" 2>/dev/null || :
}
watched killed_among_others

# ---- the bridge is made and deleted all the time: starts that are killed, stopped, or come to run
race() {
	# Not by this shell: a signal between its fork and exec would run its own exit trap.
	python3 - "$run" "$ctl" "$T" <<-'END' >"$T/codes"
		import collections, random, signal, subprocess, sys, threading, time
		run, ctl, folder = sys.argv[1:]
		codes = collections.Counter()
		def one(number):
		    chance = random.Random(number)
		    name = "vm%d" % number
		    for _ in range(6):
		        up = subprocess.Popen([run, "up", "%s/%s.kiln" % (folder, name)], stderr=subprocess.DEVNULL)
		        time.sleep(chance.random() / 20)
		        how = chance.choice(["kill", "term", "stop", "down"])
		        if how == "kill": up.kill()
		        elif how == "term": up.terminate()
		        else:
		            words = [ctl, "stop", name, "--force"] if how == "stop" else [run, "down", name]
		            ended = subprocess.run(words, stderr=subprocess.PIPE, text=True)
		            codes[how, ended.returncode, "" if ended.returncode in (0, 4) else ended.stderr] += 1
		        up.kill() # one that had not begun yet when it was stopped
		        up.wait()
		workers = [threading.Thread(target=one, args=(number,)) for number in range(1, 13)]
		for each in workers: each.start()
		for each in workers: each.join()
		for key in sorted(codes): print(*key, codes[key])
	END
	cat "$T/codes" >"$T/err"
	is "stop and down at any moment: done, or there is none" "$(awk '$2 != 0 && $2 != 4' "$T/codes")" ""
	for i in $(seq 12); do "$run" down "vm$i" --timeout 0 2>/dev/null || :; done
}
watched race

# ---- stop of one that is being started: the program that tells machined holds it up
cat >"$T/machined" <<END
#!/bin/sh
: >$T/told
exec sleep 1000
END
chmod 755 "$T/machined"
slow() { # LINE: a monitor that is there before, or nothing
	{
		echo "arg report=$T/out/slow"
		echo "op bridge name=kmade flags=1"
		echo "op tap owner=net0 name=kslow bridge=kmade queues=1 flags=2 fd=0"
		printf '%s\n' "$@"
		echo "op machined program=$T/machined uuid=00112233-4455-6677-8899-aabbccddeeff"
	} | image slow
	rm -f "$T/told"
	"$run" up "$T/slow.kiln" 2>"$T/out/slow.err" & pid=$!
	wait_for 5 test -e "$T/told" || not_ok "slow begins"
}
slow
rc_is "stop of one that is being started" 4 "$ctl" stop slow --timeout 5
has "says so" 'why: It is being started: ' "$T/err"
has "and what to do" 'fix: kiln-ctl stop slow --force' "$T/err"
# The loader takes SIGTERM between two steps; this one is longer than anybody waits for it.
rc_is "with --force" 4 "$ctl" stop slow --timeout 0 --force
rc=0; wait $pid 2>/dev/null || rc=$?
is "it is ended by SIGKILL" $rc 137
has "what it made is left to down, which is said" 'fix: kiln-run down slow' "$T/err"
rc_is "down" 0 "$run" down slow
clean_is "nothing left" "$before"
slow "op monitor name=qmp fd=1"
rc_is "the same when its monitor is there, which does not answer yet" 4 "$ctl" stop slow --timeout 5
has "says so" 'why: It is being started, ' "$T/err"
rc_is "down of one that is being started" 0 "$run" down slow --timeout 0
wait $pid 2>/dev/null || :
clean_is "nothing left" "$before"
finish
