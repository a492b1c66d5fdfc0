# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# readme.sh - the transcripts of README.md are what comes out; sourced by tests/import/run.
#
# transcript HEADING FOLDER: each command of that section is run in a copy of the folder, and prints what is
# shown below it, in that order: all of it, unless the last line shown is "...".

# shown SECTION: its commands and what is below them, without the indentation.
shown() { sed -n "/^## $1\$/,/^## /p" "$TOP/README.md" | sed -n 's/^    //p'; }

# step: whether $printed, of $command, is as in $expected; the version of QEMU may be a later one.
step() {
	local last
	last=$(tail -n 1 "$R/expected")
	[ "$last" != ... ] || sed -i '$d' "$R/expected"
	if [ "$last" = ... ]; then
		awk 'NR == FNR { want[NR] = $0; n = NR; next } at < n && $0 == want[at + 1] { at++ }
			END { if (at < n) { print "not printed: " want[at + 1]; exit 1 } }' \
			"$R/expected" "$R/printed" || [ ! -s "$R/expected" ]
	else
		diff "$R/expected" "$R/printed"
	fi
}

same_version() { sed -i 's/\(QEMU [0-9]*\.[0-9]*\)\.[0-9]*/\1/' "$@"; }

# take COMMAND: run it, and hold it against what was shown.
take() {
	case $1 in
	'' | virsh\ *) return 0 ;;
	'kiln verify '*) qemu-system-x86_64 --version 2>/dev/null | grep -q 'version 7\.2' || return 0 ;;
	esac
	(
		cd "$R/folder" || exit 1
		PATH=$(dirname "$KILN"):$PATH
		eval "$1"
	) 2>&1 | expand >"$R/printed"
	same_version "$R/expected" "$R/printed"
	steps=$((steps + 1))
	step || echo "of: $1"
}

transcript() {
	local line command='' steps=0
	R=$W/readme
	rm -rf "$R"
	mkdir -p "$R"
	cp -r "$2" "$R/folder"
	mkdir -p "$R/folder/configs"
	: >"$R/expected"
	while IFS= read -r line; do
		case $line in
		'$ '*)
			take "$command"
			command=${line#\$ }
			: >"$R/expected"
			;;
		*) printf '%s\n' "$line" >>"$R/expected" ;;
		esac
	done < <(shown "$1") >"$R/log"
	take "$command" >>"$R/log"
	if [ ! -s "$R/log" ] && [ "$steps" -gt 1 ]; then
		ok "README.md, $1: $steps commands print what it shows"
	else
		not_ok "README.md, $1" "$R/log"
	fi
}

transcript "Coming from libvirt" "$TOP/tests/import/readme"
transcript "Coming from a QEMU script" "$TOP/tests/import/argv"
