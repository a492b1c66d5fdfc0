# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare.awk - the baked layout against what the guest saw, function by function, by path.
#
# usage: awk -v least=N -v bridged=0|1 -f compare.awk pci-ids BAKED SEEN
#
# BAKED: "PATH DRIVER NAME" lines. SEEN: the guest's "pci PATH BDF VENDOR:DEVICE DRIVER" lines.
# Prints the table; exits 1 when a function is missing, not baked, or another device than baked,
# when there are fewer than N, or when none is behind a bridge although one must be.

FILENAME != file { file = FILENAME; number++ }
/^#/ || NF == 0 { next }

number == 1 { ids[$1] = $0 " "; next }
number == 2 {
	if ($1 in driver)
		problem($1 " is baked twice")
	driver[$1] = $2
	name[$1] = $3
	order[++count] = $1
	next
}
number == 3 && $1 == "pci" {
	bdf[$2] = $3
	id[$2] = $4
	guest[$2] = $5
	if (!($2 in driver)) {
		order[++count] = $2
		driver[$2] = "-"
		name[$2] = "-"
	}
	seen++
}

function problem(text) { problems[++problem_count] = text }

END {
	format = "%-14s %-18s %-17s %-14s %-13s %-10s %-12s %s\n"
	printf format, "baked", "device", "name", "seen", "guest address", "ids", "driver", "same"
	for (i = 1; i <= count; i++) {
		path = order[i]
		same = "yes"
		if (driver[path] == "-") {
			same = "NOT BAKED"
			problem(path ": the guest sees " id[path] ", and the layout has nothing there")
		} else if (!(path in id)) {
			same = "NOT SEEN"
			problem(path ": the layout has " driver[path] " (" name[path] "), and the guest sees nothing there")
		} else if (!(driver[path] in ids)) {
			same = "UNKNOWN"
			problem(path ": tests/demo/pci-ids does not know " driver[path])
		} else if (index(ids[driver[path]], " " id[path] " ") == 0) {
			same = "OTHER"
			problem(path ": the layout has " driver[path] ", and the guest sees " id[path])
		} else {
			good++
			if (path ~ /\//)
				behind++
		}
		printf format, (driver[path] == "-" ? "-" : path), driver[path], name[path], \
			(path in id ? path : "-"), (path in id ? bdf[path] : "-"), \
			(path in id ? id[path] : "-"), (path in id ? guest[path] : "-"), same
	}
	if (seen + 0 < least)
		problem(seen + 0 " functions were seen; the demonstration needs " least)
	if (bridged && !behind)
		problem("no function is behind a bridge")
	printf "\n%d functions baked and seen, %d of them behind a bridge, %d differences\n", \
		good, behind, problem_count
	for (i = 1; i <= problem_count; i++)
		print "  " problems[i]
	exit problem_count > 0
}
