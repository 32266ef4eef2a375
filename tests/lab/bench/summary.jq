# SPDX-License-Identifier: GPL-2.0-or-later
#
# From one line a run to one line a (system, fault): medians, and Cygnet's in
# proportion to the other's, pair by pair of the same run. $bench is its name.
#
# Cygnet's line says how it is judged: its "limit"; "missed" if what it shows is
# above that, "behind" if its gap is longer than the best other's. What is seen
# of a gap is up to one packet's interval longer than it was.

def median: map(select(. != null)) | sort | if length == 0 then null
	elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def rounded: if . == null then null else . * 100 | round / 100 end;

# ratios($ours; FIELD): of the runs that both have, where the other's is not 0
def ratios($ours; f): [.[] | . as $r | $ours[] | select(.run == $r.run) |
	select(($r | f) > 0) | f / ($r | f)] | median | rounded;

# most: of each key, in any run
def most: reduce (.[] | to_entries[]) as $e ({};
	.[$e.key] = ([.[$e.key] // 0, $e.value] | max));

# field: of its limit, and what is compared with others
def field: .limit | split(":")[0] | if IN("out_ms", "in_ms") then . else "gap_ms" end;

# judged($best): what Cygnet must show, and whether it does
def judged($best): (1000 / .rate) as $grain | . as $line |
	(.limit | split(":")) as [$field, $limit] |
	(.[field] > ($best // infinite) + $grain) as $behind |
	. + {best_other_ms: $best, behind: $behind,
		missed: (if $limit then
				$line[$field] as $seen | ($limit | tonumber) as $most |
				($seen == null or
					$seen > $most + if $field == "lost" then 0 else $grain end)
			else $field == "first" and $behind end)};

. as $all |
(reduce .[] as $r ([]; if index($r.fault) then . else . + [$r.fault] end))[] |
. as $fault | [$all[] | select(.fault == $fault)] | . as $of |
[.[] | select(.system == "cygnet")] as $ours |
(reduce $of[] as $r ([]; if index($r.system) then . else . + [$r.system] end)
	| sort) as $systems |
([$systems[] | . as $system | select(. != "cygnet") |
	[$of[] | select(.system == $system) | .[field]] | median] | min) as $best |
$systems[] | . as $system | [$of[] | select(.system == $system)] |
{bench: $bench, links: .[0].links, system: $system, fault: $fault,
	runs: length, gap_ms: (map(.gap_ms) | median),
	out_ms: (map(.out_ms) | median), in_ms: (map(.in_ms) | median),
	gaps_ms: map(.gap_ms), lost: (map(.lost) | median),
	most_lost: (map(.lost) | max), stuck: (map(.stuck) | max),
	tcp: {stall_ms: (map(.tcp.stall_ms) | median),
		bytes: (map(.tcp.bytes) | median), stuck: (map(.tcp.stuck) | max),
		resets: (map(.tcp.resets) | add), streams: .[0].tcp.streams},
	clear: (map(.clear) | max), healed_ms: (map(.healed_ms) | median),
	done: (map(.done) | min), drops: (map(.drops) | most),
	flows: .[0].flows, rate: .[0].rate, load: (map(.load) | max),
	limit: .[0].limit} |
if $system == "cygnet" then judged($best)
elif ($ours | length) == 0 then del(.limit)
else del(.limit) + ([$of[] | select(.system == $system)] |
	{ratio: ratios($ours; .gap_ms), ratio_out: ratios($ours; .out_ms),
		ratio_lost: ratios($ours; .lost),
		ratio_tcp: ratios($ours; .tcp.stall_ms)}) end
