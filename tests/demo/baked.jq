# SPDX-License-Identifier: GPL-2.0-or-later
# baked.jq - "PATH DRIVER NAME" of every PCI function of a layout report.
.functions[] | "\(.path) \(.driver) \(.name | gsub(" "; "-"))"
