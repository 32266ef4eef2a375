# SPDX-License-Identifier: GPL-2.0-or-later
#
# The line of one fault. $before and $after are [flows, clear, counters]; the
# latter's flows are those since the mark. The limit is what Cygnet must show:
# see faults.sh.

$before[0] as $old | $after[0] as $new | $before[2] as $was |
{links: $links, system: $system, fault: $fault, run: $run,
	gap_ms: $new.outage_ms, out_ms: $new.out_ms, in_ms: $new.in_ms,
	lost: ([$new.missing - $old.missing, 0] | max), stuck: $new.stalled,
	tcp: ($new.tcp | {streams, stall_ms, out_ms, in_ms, stuck,
		bytes: (.bytes - $old.tcp.bytes), resets: (.resets - $old.tcp.resets)}),
	clear: (if $after[1] == null then null else $after[1] - $before[1] end),
	healed_ms: $healed, done: $count,
	# why the kernels dropped something, if they know
	drops: ($after[2] | with_entries(.value -= ($was[.key] // 0)) |
		with_entries(select(.value > 0))),
	limit: $limit, flows: $new.flows, rate: $rate, load: $load}
