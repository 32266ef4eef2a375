#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Which flows change their tunnel when another is lost and comes back, with plain
# groups and with resilient ones: by carrier, by BFD, and with FRR's sessions,
# whose loss and return change the sets of paths, thus the groups.

. "$(dirname "$0")/../lib/all.sh"
for i in 0 1 2
do
	tunnel_extra "$i" "					bfd = yes
					bfd_interval = 300"
done
native_begin alibaba frr
silence_begin
bfdd_start 300 0 1 2
must holds "charon starts with Cygnet" cygnet_start
all_up
becomes 10 "bfdd has three sessions up" \
	bfdd_up_are "${INSIDE4[0]}.2 ${INSIDE4[1]}.2 ${INSIDE4[2]}.2"
FLOWS=400

# spread NAME [SECONDS]: the link of each flow, both families
spread()
{
	local at=cyg-cloud
	printf -v at '%s,' "$at" "${TUNNELS[@]}"
	"$LAB_TOOLS/spread.py" --flows "$FLOWS" --for "${2:-0}" --at "${at%,}" \
		--from "cyg-lan,$(host_of 4 "${SITE_NETS[@]}"),$(host_of 6 \
			"${SITE_NETS[@]}")" \
		--to "$(host_of 4 "${CLOUD_NETS[@]}"),$(host_of 6 \
			"${CLOUD_NETS[@]}")" >"$LAB_RUN/$1"
}

# moved A B LINK: flows that in neither were on LINK, on different ones
moved()
{
	paste -d ' ' "$LAB_RUN/$1" "$LAB_RUN/$2" | awk -v lost="$3" '
		$3 != lost && $6 != lost && $3 != $6 { n++ } END { print n + 0 }'
}

# on NAME LINK: how many are on it
on()
{
	awk -v link="$2" '$3 == link { n++ } END { print n + 0 }' "$LAB_RUN/$1"
}

# a fault of tunnel N by carrier or BFD, and the flows that it moves among the
# others, as "LOST BACK"
by_carrier()
{
	ip -n cyg-cloud link set "${TUNNELS[$1]}" "$2"
}

by_bfd()
{
	case $2 in
		down) silence "$1" ;;
		up) unsilence ;;
	esac
}

settled()
{
	for _ in 1 2 3 4
	do
		sleep 0.3
		frr_sessions_are cloud 3 && sessions_are 3 &&
			all_ways_are "$(links_but)" || return 1
	done
}

# fault WORDS HOW N: LOST and BACK, added to what they are
fault()
{
	local link=${TUNNELS[$3]}
	spread whole
	"$2" "$3" down
	soon 5 "$1: tunnel $link is lost" all_ways_are "$(links_but "$3")"
	spread less
	equal "$1: no flow is on it" 0 "$(on less "$link")"
	"$2" "$3" up
	# both ends may have to find out that a session was another one's
	becomes 15 "$1: it is back" settled
	spread again
	LOST=$((LOST + $(moved whole less "$link")))
	BACK=$((BACK + $(moved less again "$link")))
	equal "$1: every flow arrives" 0 "$(on again -)"
}

# the hash is the kernel's, and which of the three is first in it, too: so it is
# one of the first and one of the last
LOST=0 BACK=0
fault "plain, carrier" by_carrier 0
fault "plain, carrier" by_carrier 2
between "plain groups: of $((4 * FLOWS)) flows by those that work, moved" \
	20 $((2 * FLOWS)) "$LOST"
between "and moved back" 20 $((2 * FLOWS)) "$BACK"

# the option comes at a reload, without a loss
flows_start flows 16 20
must becomes 20 "all flows pass" flows_pass flows
BUNDLE_EXTRA="resilient = yes
			resilient_idle_timer = 600"
cygnet_conf interface
holds "reload with resilient = yes" ctl reload
groups()
{
	[ "$(ip -n cyg-site -j nexthop show | jq '[.[] | select(.group)
		| .type == "resilient"] | (length > 0) and all')" = "$1" ]
}
becomes 5 "all groups are resilient" groups true
holds "three ways" all_ways_are "$(links_but)"
sleep 0.5
equal "nothing was lost on the way" 0 "$(flows_get flows missing)"
flows_stop flows
holds "the screen says so" grep -q "flows stay with it" \
	<(ctl tunnel "${TUNNELS[0]}")

LOST=0 BACK=0
fault "resilient, carrier" by_carrier 0
fault "resilient, carrier" by_carrier 2
equal "resilient groups: of flows by those that work, moved" 0 "$LOST"
equal "and when it is back" 0 "$BACK"

# one session is lost while the tunnel works: the set of paths is smaller, so
# the routes move to another group
by_session()
{
	case $2 in
		down) holds "session shut down" ctl neighbor "${TUNNELS[$1]}" shutdown ;;
		up) holds "and started" ctl neighbor "${TUNNELS[$1]}" start ;;
	esac
}
LOST=0 BACK=0
fault "resilient, session" by_session 2
equal "of flows by those that work, moved" 0 "$LOST"
equal "and when it is back" 0 "$BACK"

becomes 15 "bfdd has three sessions up" \
	bfdd_up_are "${INSIDE4[0]}.2 ${INSIDE4[1]}.2 ${INSIDE4[2]}.2"
LOST=0 BACK=0
fault "resilient, BFD" by_bfd 1
equal "of flows by those that work, moved" 0 "$LOST"
equal "and when it is back" 0 "$BACK"

# who comes back to busy flows gets none of them, but buckets that are silent
BUNDLE_EXTRA="resilient = yes
			resilient_idle_timer = 4"
cygnet_conf interface
holds "reload with another timer" ctl reload
link=${TUNNELS[0]}
silence 0
soon 5 "a tunnel is lost" all_ways_are "$(links_but 0)"
spread less
spread busy 6 &
busy=$!
sleep 1
unsilence
becomes 10 "and back: three ways" all_ways_are "$(links_but)"
wait "$busy"
equal "of busy flows, moved to it" 0 "$(on busy "$link")"
equal "or anywhere" 0 "$(moved less busy none)"
FLOWS=$((2 * FLOWS))
spread more
between "of as many new ones, it gets its share" $((FLOWS / 6)) \
	$((FLOWS / 2)) "$(on more "$link")"

# back to plain
BUNDLE_EXTRA=
cygnet_conf interface
holds "reload without the option" ctl reload
becomes 5 "all groups are plain" groups false
holds "three ways" all_ways_are "$(links_but)"
case_end
