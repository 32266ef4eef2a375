# SPDX-License-Identifier: GPL-2.0-or-later
#
# From one line a run to one line a (system, fault): medians, and Cygnet's in
# proportion to the other's, pair by pair of the same run. $bench is its name.

def median: sort | if length == 0 then null
	elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def rounded: if . == null then null else . * 100 | round / 100 end;

# ratios($ours; FIELD): of the runs that both have, where the other's is not 0
def ratios($ours; f): [.[] | . as $r | $ours[] | select(.run == $r.run) |
	select(($r | f) > 0) | f / ($r | f)] | median | rounded;

. as $all |
(reduce .[] as $r ([]; if index($r.fault) then . else . + [$r.fault] end))[] |
. as $fault | [$all[] | select(.fault == $fault)] | . as $of |
[.[] | select(.system == "cygnet")] as $ours |
(reduce $of[] as $r ([]; if index($r.system) then . else . + [$r.system] end)
	| sort)[] | . as $system | [$of[] | select(.system == $system)] |
{bench: $bench, links: .[0].links, system: $system, fault: $fault,
	runs: length, gap_ms: (map(.gap_ms) | median),
	out_ms: (map(.out_ms) | median), in_ms: (map(.in_ms) | median),
	gaps_ms: map(.gap_ms), lost: (map(.lost) | median),
	most_lost: (map(.lost) | max), stuck: (map(.stuck) | max),
	flows: .[0].flows, rate: .[0].rate, load: (map(.load) | max)} +
if $system == "cygnet" or ($ours | length) == 0 then {} else
	{ratio: ratios($ours; .gap_ms), ratio_out: ratios($ours; .out_ms),
		ratio_lost: ratios($ours; .lost)} end
