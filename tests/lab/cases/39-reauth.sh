#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: long
#
# Reauthentication that breaks before it makes. Where charon does it by its own
# clock, or a person by cygnetctl, the tunnel is drained before: nothing is lost.
# Where the peer does it, or deletes, what we send leaves the tunnel 50 ms after
# its DELETE has come in, at most; what it sends is its own to move.

. "$(dirname "$0")/../lib/all.sh"
# what is deleted comes back by the far side or by the supervisor alone
export SITE_CLOSE=none
export FRR_COALESCE=0
FLOWS=24
RATE=10
# of the site's IKE_SAs, in seconds, from the moment that they are made
REAUTH=${REAUTH:-40}
BUNDLE_EXTRA="drain_time = 2"
xfrm_begin aws
must holds "charon starts with Cygnet" cygnet_start
all_up
groups_watch
flows_start flows "$FLOWS" "$RATE"
must becomes 20 "all flows pass" flows_pass flows

# missing: packets that did not come, in gaps or singly; not those on their way
missing()
{
	flows_get flows missing
}

# counters: what the kernels had no SA, no route or no room for, as "where what
# number", and what the machine dropped
counters()
{
	local where dropped n=0
	for where in site cloud lan vpc
	do
		ns "$where" awk '{ print "'"$where"'", $1, $2 }' /proc/net/xfrm_stat
		ns "$where" nstat -asz IpOutNoRoutes Ip6InNoRoutes Ip6OutNoRoutes \
			IpInDiscards IpOutDiscards Ip6InDiscards Ip6OutDiscards \
			UdpRcvbufErrors Udp6RcvbufErrors |
			awk -v w="$where" '/^(Ip|Udp)/ { print w, $1, $2 }'
	done
	while read -r _ dropped _
	do
		n=$((n + 16#$dropped))
	done </proc/net/softnet_stat
	echo "softnet dropped $n"
}

# mark: from here on it counts
mark()
{
	counters >"$LAB_RUN/counters"
	lost=$(missing)
	at=$(now_ms)
}

# unharmed WHAT: nothing has been lost since the mark
unharmed()
{
	equal "$1: packets lost" 0 "$(($(missing) - lost))" || {
		counters | awk 'NR == FNR { was[$1 $2] = $3; next }
			$3 != was[$1 $2] { print "#  ", $1, $2, $3 - was[$1 $2] }' \
			"$LAB_RUN/counters" -
		LOST_SINCE=$at
	}
}

logged()
{
	grep -c -- "$2" "$LAB_RUN/$1/charon.log"
}

# reauthenticated N: by the site, so often
reauthenticated()
{
	[ "$(logged site "reauthenticating IKE_SA")" -ge "$1" ]
}

drains()
{
	logged site "is drained: its connection is to be reauthenticated"
}

settled()
{
	local states
	states=$(ctl_json tunnels '[.[] | "\(.state) \(.reauth.state)"] | join(", ")')
	echo "$states"
	[ "$states" = "forwarding $1, forwarding $1" ]
}

# sessions: how often each was established
sessions()
{
	local tunnel
	for tunnel in "${TUNNELS[@]}"
	do
		ctl --json neighbor "$tunnel" | jq .established
	done | xargs
}

has_said()
{
	[ -n "$(said "$@")" ]
}

has_left()
{
	[ -n "$(groups_changed "$@")" ]
}

# leaves WHAT SWANCTL-ARG… of the far side's: from its DELETE in our log to the
# groups without the tunnel
leaves()
{
	local what=$1 from to before groups lost
	shift
	lost=$(missing)
	groups=$(ip -n cyg-site nexthop show | grep -c " group ")
	before=$(log_lines)
	holds "$what" swan cloud "$@"
	wait_for 5 has_said "received DELETE for IKE_SA" "$before"
	from=$(said "received DELETE for IKE_SA" "$before")
	becomes 3 "$what: $groups groups are without it" has_left "$from" "$groups"
	# the line comes after the groups are written; what `ip monitor` takes to
	# read of them, 40 ms at its first time in a guest, is not ours
	to=$(said "tunnel .* is down" "$before")
	between "$what: ms from the DELETE until it is not used" 0 50 \
		"$((${to:-999999999} - ${from:-0}))"
	echo "# $what: the notice of the last group was read" \
		"$(($(groups_changed "$from" "$groups") - from)) ms after the DELETE"
	becomes 20 "$what: the tunnel is used again" tunnels_forwarding 2
	becomes 20 "$what: all flows pass" flows_pass flows
	echo "# $what: lost $(($(missing) - lost)) packets, of both directions"
}
leaves "the peer deletes the IKE_SA" --terminate --ike "${TUNNELS[0]}"
leaves "the peer deletes the other one" --terminate --ike "${TUNNELS[1]}"
leaves "the peer reauthenticates" --rekey --ike "${TUNNELS[0]}" --reauth

# Both tunnels are due at about the same time: a changed connection is ended and
# started by charon.
sed -i "s/^\t\trekey_time = ${IKE_LIFETIME}s\$/&\n\t\treauth_time = ${REAUTH}s\
\n\t\trand_time = 0s/" "$LAB_RUN/site/swanctl/swanctl.conf"
holds "reauth_time is loaded" swan_load site
becomes 20 "reauth_time is in force" settled due
becomes 20 "all flows pass" flows_pass flows
established=$(sessions)
mark
becomes $((REAUTH + 20)) "charon's clock: both tunnels are reauthenticated" \
	reauthenticated 2
becomes 20 "charon's clock: both tunnels are used again" settled due
sleep 1
equal "charon's clock: each was drained, once" 2 "$(drains)"
unharmed "charon's clock"
# the first one was ready for use again before the second one was drained
order()
{
	grep -oE "is drained: its connection|is used again: reauthenticated" \
		"$LAB_RUN/site/charon.log" | awk '{ printf "%s ", $2 }'
}
equal "charon's clock: one after the other" "drained: used drained: used " \
	"$(order)"
equal "charon's clock: the sessions have not ended" "$established" "$(sessions)"

mark
holds "cygnetctl reauth" ctl reauth "${TUNNELS[0]}"
becomes 20 "cygnetctl reauth: it is done" reauthenticated 3
becomes 20 "cygnetctl reauth: the tunnel is used again" settled due
sleep 1
unharmed "cygnetctl reauth"

# with a loss: which flows, when (ms of the day), how long, how many
flows_stop flows
[ -z "${LOST_SINCE:-}" ] || jq -r --argjson since "$LOST_SINCE" '.flows[] |
	.label as $way | .gaps[] | select(.[1] > $since) |
	"#   \($way) \(.[0] % 86400000) \(.[1] - .[0]) \(.[2])"' "$LAB_RUN/flows.json"
flows_start flows "$FLOWS" "$RATE"

# From the start to all routes: what waits is what is waited for, no timer.
holds "the site stops" stop site/charon
syns=$(syns_resent)
lines=$(log_lines)
must holds "we initiate: charon starts" cygnet_start
becomes 30 "we initiate: two ways" all_ways_are "$(links_but)"
becomes 10 "we initiate: all flows pass" flows_pass flows
timeline "we initiate" "$lines"
equal "we initiate: SYNs sent again" 0 "$(($(syns_resent) - syns))"

holds "the site stops" stop site/charon
sed -i -e 's/start_action = start/start_action = none/' \
	-e "s/^\t*neighbor {/supervise = no\n&/" \
	"$LAB_RUN/site/swanctl/swanctl.conf"
syns=$(syns_resent)
lines=$(log_lines)
must holds "the peer initiates: charon starts" cygnet_start
for tunnel in "${TUNNELS[@]}"
do
	holds "the peer initiates: $tunnel" swan cloud --initiate --child "$tunnel"
done
becomes 30 "the peer initiates: two ways" all_ways_are "$(links_but)"
becomes 10 "the peer initiates: all flows pass" flows_pass flows
timeline "the peer initiates" "$lines"
equal "the peer initiates: SYNs sent again" 0 "$(($(syns_resent) - syns))"
flows_stop flows
case_end
