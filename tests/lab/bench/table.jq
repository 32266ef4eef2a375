# SPDX-License-Identifier: GPL-2.0-or-later
#
# The summary's lines as a table, for "column -t": a row a fault, of each system
# the gaps in ms of what went out and came in, packets lost, and the longest
# stall of TCP; "!" behind packets lost: flows were stuck.

def cell: if . == null then "-" else
	"\(.out_ms | round)+\(.in_ms | round)/\(.lost)\(if .stuck > 0 then "!" else "" end)/\(.tcp.stall_ms | round)" end;

def verdict: if . == null then "" else
	[if .missed then "MISSED" else empty end,
		if .behind then "behind" else empty end,
		if (.clear // 0) > 0 and .fault != "start" then "\(.clear)-in-the-clear" else empty end]
	| if . == [] then "ok" else join(",") end end;

def ratio: if . == null or .best_other_ms == null or .best_other_ms == 0
	then "-" else .[.limit | split(":")[0] | if IN("out_ms", "in_ms") then . else "gap_ms" end] *
		100 / .best_other_ms | round / 100 end;

[.[] | select(.fault)] as $lines |
(reduce $lines[] as $l ([]; if index($l.system) then . else . + [$l.system] end)
	) as $systems |
(["fault", "limit"] + $systems + ["ratio", "verdict"]),
((reduce $lines[] as $l ([]; if index($l.fault) then . else . + [$l.fault] end)
	)[] | . as $fault |
	(reduce ($lines[] | select(.fault == $fault)) as $l ({};
		.[$l.system] = $l)) as $of |
	[$fault, ($of.cygnet.limit // "-")] + [$systems[] | $of[.] | cell] +
		[($of.cygnet | ratio | tostring), ($of.cygnet | verdict)]) |
join("\t")
