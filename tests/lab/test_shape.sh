#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_shape.sh - in the lab guest: limits on a tap in a bridge, on one that others made and on a macvtap, with the
# filters that drop; frames are put in at the guest's end, and what passes in a second is measured.
# lib.sh sets pid, before and T.
# shellcheck disable=SC2154
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

bridge_up br0
veth_up kv0 kv1
ip tuntap add dev given mode tap vnet_hdr multi_queue
ip addr add 10.8.0.1/24 dev given
ip link set given up
ip neigh add 10.8.0.2 lladdr 52:54:00:08:00:02 dev given
left() { echo "$(traces) $(tc qdisc show dev given)"; }
all=$(left)
before=$(traces)
compose shape CONFIG_NET_COUNT=3 CONFIG_NET0_KIND_BRIDGE=y \
	CONFIG_NET0_INBOUND_AVERAGE=1000 CONFIG_NET0_INBOUND_PEAK=2000 CONFIG_NET0_INBOUND_BURST_KIB=256 \
	CONFIG_NET0_OUTBOUND_AVERAGE=500 CONFIG_NET0_OUTBOUND_PEAK=4000 CONFIG_NET0_OUTBOUND_BURST_KIB=128 \
	CONFIG_NET1_KIND_TAP=y CONFIG_NET1_TAP_BY_OTHERS=y 'CONFIG_NET1_TAP="given"' CONFIG_NET1_QUEUES=2 \
	CONFIG_NET1_INBOUND_AVERAGE=300 CONFIG_NET1_OUTBOUND_AVERAGE=200 CONFIG_NET1_OUTBOUND_BURST_KIB=100 \
	CONFIG_NET2_KIND_DIRECT=y 'CONFIG_NET2_PARENT="kv0"' 'CONFIG_NET2_MAC="52:54:00:08:00:03"' CONFIG_NET2_QUEUES=2 \
	CONFIG_NET2_INBOUND_AVERAGE=100 CONFIG_NET2_OUTBOUND_AVERAGE=700
# iface DEVICE: its interface.
iface() { sed -n "s/^interface=$1 \([^ ]*\) .*/\1/p" /run/kiln/shape/state; }
# says NAME PATTERN tc's words
says() {
	tc "${@:3}" | sed 's,/1 , ,g' | tr '\n' ' ' >"$T/said"
	has "$1" "$2" "$T/said"
}
# bytes DEVICE: of its class and of its filter: "CLASS SEEN DROPPED-PACKETS"
bytes() {
	echo "$(tc -s class show dev "$1" | sed -n '/ htb /,/Sent/s/.*Sent \([0-9]*\) bytes.*/\1/p')" \
		"$(tc -s filter show dev "$1" ingress | sed -n 's/.*Sent \([0-9]*\) bytes.*(dropped \([0-9]*\),.*/\1 \2/p')"
}
# frames SECONDS DEVICE INTERFACE: frames of 1000 bytes without their heads at the guest's end, as fast as it goes;
# their number, and how long it took, in milliseconds.
frames() {
	python3 - "$@" <<'PYTHON'
import fcntl, os, struct, sys, time
fd = os.open(sys.argv[2], os.O_RDWR)
# IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE
fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", sys.argv[3].encode(), 0x2 | 0x1000 | 0x4000 | 0x100))
size = struct.unpack("i", fcntl.ioctl(fd, 0x800454d7, b"\0" * 4))[0]
frame = b"\0" * size + b"\xff" * 6 + bytes.fromhex("525400080003") + b"\x88\xb5" + b"x" * 1000
start, count = time.monotonic(), 0
while count == 0 or time.monotonic() < start + float(sys.argv[1]):
    try:
        os.write(fd, frame)
        count += 1
    except BlockingIOError:
        pass
print(count, int((time.monotonic() - start) * 1000))
PYTHON
}
# flood SECONDS: packets to the guest; how long it took, in milliseconds.
flood() {
	python3 - "$1" <<'PYTHON'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
start = time.monotonic()
while time.monotonic() < start + float(sys.argv[1]):
    try:
        s.sendto(b"x" * 1000, ("10.8.0.2", 9))
    except OSError:
        time.sleep(0.001)
print(int((time.monotonic() - start) * 1000))
PYTHON
}

# ---- what tc says
start shape --paused
tap=$(iface net0)
says "what the guest gets waits in a queue" 'htb ....:1 root .*rate 8Mbit ceil 16Mbit .*burst 256Kb .*cburst 2000b' -d class show dev "$tap"
says "with fair turns" 'qdisc fq_codel [89a-f]...: parent ....:1 ' qdisc show dev "$tap"
says "what it sends is dropped above the limit" 'u32 .*police .*rate 4Mbit burst 128Kb mtu 66Kb peakrate 32Mbit action drop' -d filter show dev "$tap" ingress
says "without a peak" 'police .*rate 1600Kbit burst 100Kb mtu 66Kb action drop' -d filter show dev given ingress
is "nothing is missing" "$(grep -c modprobe "$T/err")" 0
direct=$(iface net2)
says "of a macvtap, what the guest sends waits" 'htb ....:1 root .*rate 5600Kbit ceil 5600Kbit' class show dev "$direct"
says "and what it gets is dropped; a bucket without a number is a second" 'police .*rate 800Kbit burst 10000[0-9]b mtu 66Kb action drop' -d filter show dev "$direct" ingress
"$O/target/bin/kiln-ctl" status shape | sed -n 's/^  limit      //p' >"$T/limits" || :
is "kiln-ctl says all of them, and which way" "$(tr '\n' ';' <"$T/limits")" \
	'net0 inbound 1000 kB/s, peak 2000 kB/s, burst 262144 bytes;net0 outbound 500 kB/s, peak 4000 kB/s, burst 131072 bytes;net1 inbound 300 kB/s, burst 1600 bytes;net1 outbound 200 kB/s, burst 102400 bytes;net2 inbound 100 kB/s, burst 100000 bytes;net2 outbound 700 kB/s, burst 1600 bytes;'

# ---- and what passes; a limit is held from above, whatever this machine can do
read -r was _ < <(bytes given)
ms=$(flood 3)
read -r now _ < <(bytes given)
rate=$(((now - was) / ms))
echo "# what the guest gets: limit 300 kB/s, in $ms ms $((now - was)) bytes: $rate kB/s"
is "not more than the limit gets to the guest, and not nothing" "$((rate <= 320 && rate > 30))" 1
read -r count ms < <(frames 3 /dev/net/tun given)
read -r _ seen dropped < <(bytes given)
bytes=$((seen - dropped * 1000 - 102400))
echo "# what the guest sends: limit 200 kB/s; in $ms ms $count frames, $dropped dropped: a burst of 100 KiB and $((bytes / ms)) kB/s"
is "each frame is seen" "$((seen >= count * 1000))" 1
is "not more than the limit leaves the guest, and not nothing" "$((dropped > 0 && bytes <= 210 * ms && bytes > 0))" 1

# ---- the two directions of a macvtap
read -r was filtered _ < <(bytes "$direct")
frames 0 "/dev/tap$(cat "/sys/class/net/$direct/ifindex")" "$direct" >/dev/null
read -r now after _ < <(bytes "$direct")
is "what the guest sends leaves by its macvtap" "$((now - was >= 1000)) $((after - filtered))" "1 0"
was=$now
python3 -c '
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("kv1", 0))
s.send(bytes.fromhex("525400080003") + bytes.fromhex("525400080009") + b"\x88\xb5" + b"x" * 1000)'
read -r now after _ < <(bytes "$direct")
is "what is for the guest comes in by it" "$((now - was)) $((after - filtered >= 1000))" "0 1"

# ---- others' filters beside ours, and the end without a reaper
tc filter add dev given parent ffff: prio 7 protocol ip u32 match u32 0 0 flowid :1
kill -9 "$(pgrep -x kiln-reaper)"
kill -9 "$pid"
wait "$pid" 2>/dev/null || :
rc_is "down" 0 "$run" down shape
is "our filter is gone, theirs is left" "$(tc filter show dev given ingress | sed -n 's/.* pref \([0-9]*\) u32 .*/\1/p' | sort -u)" 7
tc qdisc del dev given ingress
is "nothing left" "$(left)" "$all"
start shape --paused
stop shape
is "nothing left on the tap of others" "$(left)" "$all"
ip link del given
ip link del kv0
ip link del br0
finish
