# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# hostile.sh - hostile files: each is refused with what, why and fix, soon, and in little memory. Sourced by run.

H=$W/hostile
mkdir -p "$H"
run_bounded() { (ulimit -v 700000; ulimit -t 20; exec timeout 30 "$KILN" import "$@" --lock "$H/lock" >"$H/out" 2>"$H/err"); }
# refuses NAME WORDS FILE: exit code 1, the words, and nothing written.
refuses() {
	run_bounded "$3"
	local rc=$?
	if [ "$rc" = 1 ] && grep -qF -- "$2" "$H/err" && grep -q '^  why: ' "$H/err" &&
		grep -q '^  fix: ' "$H/err" && [ ! -s "$H/out" ] && [ ! -e "$H/lock" ]; then
		ok "refused: $1"
	else
		{ echo "exit code $rc"; head -c 2000 "$H/err"; } >"$H/log"
		not_ok "refused: $1" "$H/log"
	fi
}
{
	printf '<?xml version="1.0"?>\n<!DOCTYPE domain [<!ENTITY a0 "ha">\n'
	for i in 1 2 3 4 5 6 7 8 9 10; do
		j=$((i - 1))
		echo "<!ENTITY a$i \"&a$j;&a$j;&a$j;&a$j;&a$j;&a$j;&a$j;&a$j;&a$j;&a$j;\">"
	done
	printf ']>\n<domain type="kvm"><name>&a10;</name></domain>\n'
} >"$H/laughs"
refuses "a billion laughs" "$H/laughs:2: error: the file declares a document type" "$H/laughs"
echo secret >"$H/private"
printf '<!DOCTYPE domain [<!ENTITY x SYSTEM "file://%s/private">]>\n<domain><name>&x;</name></domain>\n' "$H" >"$H/entity"
refuses "an external entity" "document type" "$H/entity"
# Nobody opens the other end, so a parser that opened the entity would wait here for ever.
rm "$H/private"
mkfifo "$H/private"
refuses "an external entity, which is not opened" "document type" "$H/entity"
printf '<!DOCTYPE domain SYSTEM "http://192.0.2.1/domain.dtd">\n<domain/>\n' >"$H/dtd"
refuses "an external document type" "document type" "$H/dtd"
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "<a>" }' >"$H/deep"
refuses "100,000 levels" "nested too deeply" "$H/deep"
{ printf '<domain>'; yes '<a><a><a>' | head -c 104857600; } >"$H/large"
refuses "100 MiB of nesting" "File too large" "$H/large"
refuses "100 MiB of nesting from a pipe" "File too large" - < <(cat "$H/large")
rm "$H/large"
{ printf '<domain>'; yes '<a><a><a>' | head -c 7000000; } >"$H/nested"
refuses "7 MB of nesting" "nested too deeply" "$H/nested"
{ printf '<domain>\n<name>'; head -c 7000000 /dev/zero | tr '\0' a; printf '</name></domain>'; } >"$H/long"
refuses "a name of 7 MB" "too long" "$H/long"
{ printf '<domain>\n<name a="'; head -c 7000000 /dev/zero | tr '\0' a; printf '"/></domain>'; } >"$H/long"
refuses "an attribute of 7 MB" "too long" "$H/long"
printf '<domain>\n<na\0me/></domain>' >"$H/nul"
refuses "a NUL byte" "$H/nul:2: error: the file holds a NUL byte" "$H/nul"
{
	printf '<domain type="kvm"><name>x</name><os><type>hvm</type></os><devices>\n'
	yes '<interface type="user"/>' | head -n 10000
	printf '</devices></domain>'
} >"$H/many"
refuses "10,000 devices" "too many devices" "$H/many"
# fill COUNT TEXT: a domain whose first disk has as many of these.
fill() {
	printf '<domain type="kvm"><name>x</name><os><type>hvm</type></os><devices><disk type="file">\n'
	yes "$2" | head -n "$1"
	printf '</disk></devices></domain>'
}
fill 190000 '<source file="/x"/>' >"$H/children"
refuses "190,000 elements in one" "too many devices or other elements in one" "$H/children"
fill 2000 "<a $(for i in {1..60}; do printf 'a%d="" ' "$i"; done)/>" >"$H/values"
refuses "120,000 attributes" "too many elements" "$H/values"
fill 1 "<a $(for i in {1..100}; do printf 'a%d="" ' "$i"; done)/>" >"$H/attributes"
refuses "100 attributes in one" "too many attributes" "$H/attributes"
# libxml2 holds each against all others before it tells of any.
{ printf '<domain><name\n'; awk 'BEGIN { for (i = 0; i < 300000; i++) print "a" i "=\"\"" }'; printf '/></domain>'; } >"$H/attributes"
refuses "300,000 attributes in one" "too long" "$H/attributes"
fill 2040 '<source file="/x"/>' >"$H/losses"
run_bounded "$H/losses"
is "2,040 values that are lost, in bounded time" test "$(grep -c ': lost: ' "$H/err")" = 2039
{
	printf '<domain type="kvm"><name>x</name><os><type>hvm</type></os><devices>\n'
	yes '<interface type="user"/>' | head -n 40
	printf '</devices></domain>'
} >"$H/forty"
refuses "40 network cards" "more than 16 of <interface>" "$H/forty"
printf 'no XML at all' >"$H/text"
refuses "no XML" "no well-formed XML" "$H/text"
: >"$H/empty"
refuses "an empty file" "no well-formed XML" "$H/empty"
printf '<network><name>x</name></network>' >"$H/network"
refuses "another document" "<network> is no domain" "$H/network"
printf '\377\376<domain/>' >"$H/bytes"
refuses "bytes that are no UTF-8" "no well-formed XML" "$H/bytes"
refuses "a file that is not there" "No such file" "$H/none"
refuses "a folder" "Is a directory" "$H"
{ printf 'qemu-system-x86_64 -m 64 -hda /d.img -netdev tap,id=n,fds=' && seq -s : 3 64 65535; } >"$H/numbers"
run_bounded --argv "$H/numbers" --lossy
is "a thousand descriptors, far apart" grep -qx CONFIG_MEMORY_MIB=64 "$H/out"
rm -f "$H/lock"
