#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# The benchmark itself: three faults, once, Cygnet alone. What the figures are is
# not judged here, only that they are taken and can be so; and how lines become
# a verdict.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab/lib/check.sh
. "$here/../lib/check.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lines=$("$here/../../../scripts/bench" failover --no-setup --runs 1 --flows 8 \
	--rate 25 --systems cygnet --limit 90 \
	--faults silence-bfd100,recovery,route-deleted 2>"$work/said")
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
holds "TCP stalled in it, and went on" line silence-bfd100 \
	'.tcp.streams == 8 and .tcp.stall_ms >= 150 and .tcp.bytes > 10000'
holds "the far end's BFD has lost it" line silence-bfd100 \
	'.drops["cloud bfdDowns"] >= 1'
holds "recovery has a line" line recovery '.runs == 1 and .stuck == 0'
holds "deleted routes are there again" line route-deleted '.healed_ms > 0'
holds "a table ends it" grep -E '^silence-bfd100 +out_ms:350 ' "$work/said"

# made SYSTEM RUN GAP LOST: a line of two faults' with the limit gap_ms:350
made()
{
	jq -n -c --arg system "$1" --argjson run "$2" --argjson gap "$3" \
		--argjson lost "$4" '{links: "xfrm", fault: ("a", "b"), run: $run,
		system: $system, gap_ms: $gap, out_ms: $gap, in_ms: 0, lost: $lost,
		stuck: 0, tcp: {streams: 8, stall_ms: $gap, bytes: 9, stuck: 0,
		resets: 1}, clear: 0, healed_ms: null, done: null,
		drops: {"site XfrmInNoStates": $run}, flows: 64, rate: 20, load: 1} |
		.limit = if .fault == "a" then "gap_ms:350" else "lost:0" end'
}
lines=$({
	made cygnet 1 300 0; made cygnet 2 410 3; made cygnet 3 400 0
	made other 1 600 1; made other 2 380 1; made other 3 400 1
	made third 1 330 0; made third 2 340 0; made third 3 350 0
} | jq -s -c --arg bench made -f "$here/../bench/summary.jq")
all=$lines
lines=$(jq -c 'select(.system == "cygnet")' <<<"$all")
holds "the median counts, and a packet's interval is allowed" line a \
	'.gap_ms == 400 and .missed == false'
holds "the best other is found" line a '.best_other_ms == 340 and .behind'
holds "one packet in three runs is no median" line b \
	'.lost == 0 and .most_lost == 3 and .missed == false'
holds "causes and resets are kept" line a \
	'.drops["site XfrmInNoStates"] == 3 and .tcp.resets == 3'
lines=$(jq -c 'select(.system == "other")' <<<"$all")
holds "ratios are by pairs of a run" line a '.ratio == 1 and (has("missed") | not)'
case_end
