#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh - what kiln-run costs: medians of pairs, in private namespaces. Root only.
set -eu
: "${KILN_RUN:?}" "${TOOLS:?}" "${BENCH:?}"
RUNS=${RUNS:-41}
if [ "$(id -u)" != 0 ]; then
	echo "skip $(basename "$0"): needs root for taps and namespaces"
	exit
fi
if [ "${KILN_BENCH_INNER:-}" != 1 ]; then
	KILN_BENCH_INNER=1 exec unshare --net --mount bash "$0" "$@"
fi
T=$(mktemp -d /tmp/kiln-bench.XXXXXX)
chmod 755 "$T"
trap 'rm -rf "$T"' EXIT
mount -t tmpfs -o mode=755 tmpfs /run
cp "$KILN_RUN" "$T/kiln-run"
cp "$BENCH/stamp" "$T/stamp"
image() { { echo "meta name bench"; echo "meta qemu $T/stamp"; cat; } | "$TOOLS/mkimage" "$T/$1.kiln"; }
measure() { # LABEL IMAGE
	"$BENCH/exec_time" "$1" "$RUNS" "$T/stamp" "$T/kiln-run down bench 2>/dev/null" "$T/kiln-run" up "$T/$2.kiln"
}

ip link add br0 type bridge
ip link set br0 up
printf 'op accel policy=1\nop monitor name=qmp fd=0\nop monitor name=qmp-down fd=1\n' | image plain
measure "kiln-run to execve, no payload, 2 monitors" plain
for n in 1 4 8; do
	for q in 1 4 16; do
		for i in $(seq 0 $((n - 1))); do
			echo "op tap owner=net$i name=kb$i bridge=br0 queues=$q flags=$((q > 1 ? 5 : 1)) fd=$((i * q))"
		done | image taps
		measure "the same, $n taps of $q queues on a bridge" taps
	done
done
head -c 64M /dev/urandom >"$T/random"
printf 'payload random %s\nop payload index=0 flags=1 fd=0\n' "$T/random" | image payload
measure "the same, 64 MiB of stored payload" payload
