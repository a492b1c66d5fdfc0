#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd_boot.sh - in the lab guest: systemd is process 1, nothing failed, and machined answers.
# shellcheck disable=SC2154 # lib.sh sets T
set -eu
# shellcheck source=tests/lab/lib.sh
. "$TOP/tests/lab/lib.sh"

is "systemd is process 1" "$(cat /proc/1/comm)" systemd
is "no unit failed" "$(systemctl --failed --plain --no-legend)" ""
rc_is "machined answers" 0 machinectl list
has "and knows no machine" '^No machines' "$T/err"
finish
