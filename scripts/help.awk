# SPDX-License-Identifier: GPL-2.0-or-later
#
# help.awk - print the lines "# help: GROUP | TARGET | TEXT" of the makefiles, group by group.

/^# help: / {
	sub(/^# help: /, "")
	split($0, part, " *[|] *")
	group = part[1]
	if (!(group in text))
		order[++groups] = group
	text[group] = text[group] sprintf("  %-18s %s\n", part[2], part[3])
}

END {
	for (i = 1; i <= groups; i++)
		printf "%s%s\n%s", (i > 1 ? "\n" : ""), order[i], text[order[i]]
	print "\nO=DIR puts everything that is generated into DIR. V=1 shows the commands."
	print "KILN_EXTERNAL=DIR[:DIR] adds trees with boards, configs and a Kconfig fragment."
}
