#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# The benchmark itself: one fault, once, Cygnet alone. What the figures are is
# not judged here, only that they are taken and can be so.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab/lib/check.sh
. "$here/../lib/check.sh"
lines=$("$here/../../../scripts/bench" failover --no-setup --runs 1 --flows 8 \
	--rate 25 --systems cygnet --faults silence-bfd100,recovery)
while read -r one
do
	echo "# $one"
done <<<"${lines:-no lines}"

# line FAULT EXPRESSION: is there one of it, for which this is true?
line()
{
	echo "$lines" | jq -se --arg fault "$1" \
		"[.[] | select(.fault == \$fault)] | length == 1 and (.[0] | $2)" \
		>/dev/null
}
holds "the machine is told" eval \
	'echo "$lines" | jq -se ".[0].machine.cpus > 0" >/dev/null'
# less than the detection time cannot be, and the flows did pass again
holds "silence has a line" line silence-bfd100 \
	'.system == "cygnet" and .runs == 1 and .flows == 16'
holds "its gap was seen" line silence-bfd100 '.gap_ms >= 150'
holds "packets were lost in it" line silence-bfd100 '.lost > 0'
holds "no flow is stuck" line silence-bfd100 '.stuck == 0'
holds "recovery has a line" line recovery '.runs == 1 and .stuck == 0'
case_end
