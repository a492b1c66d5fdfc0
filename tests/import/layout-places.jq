# SPDX-License-Identifier: GPL-2.0-or-later
#
# layout-places.jq - section LAYOUT as qtree-places writes QEMU's devices: "PLACE DRIVER", a line each.
(.functions | map({key: (.id // .name), value: .path}) | from_entries) as $at
| (.functions[] | "\(.path) \(.driver)"),
  (.attached[] | (.address | split(":")) as $part | ($at[.on] // "") as $on
   | (if .type == "scsi" then "\($on)/scsi:0:\(.properties["scsi-id"]):\(.properties.lun // 0)"
      elif .type == "sata" then "\($on)/ide\($part[3])/0"
      elif .type == "ide" then "\($on)/ide\($part[1])/\($part[3])"
      elif .type == "usb" then "\($on)/usb/\($part[1])"
      elif .type == "fdc" then "fdc/\($part[3])"
      else "\(.type) \(.address)" end) + " " + .driver),
  (.serial_ports[] | "\($at["virtio-serial\(.controller)"] // "?")/serial/\(.port) \(.driver)")
