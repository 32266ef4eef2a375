#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Three tunnels over existing links, FRR at the far side: sessions, routes of
# both families as next hop groups, and each way to lose them.

. "$(dirname "$0")/../lib/all.sh"
FRR_COALESCE=0
native_begin alibaba frr
groups_watch
must holds "charon starts with Cygnet" cygnet_start
all_up
timeline start 0
between "ms from charon's start to the last route: no timer of a second" 0 900 \
	"$(start_took 0)"
equal "from start to routes, no SYN was sent again" 0 "$(syns_resent)"

net4=$(nets 4 "${CLOUD_NETS[@]}" | head -n 1)
gone4=$(nets 4 "${CLOUD_NETS[@]}" | tail -n 1)
gone6=$(nets 6 "${CLOUD_NETS[@]}" | tail -n 1)
holds "IPv4 passes between the hosts" \
	lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
holds "IPv6 passes between the hosts" \
	lan_pings "$(host_of 6 "${CLOUD_NETS[@]}")"

nhids()
{
	ip -n cyg-site -j route show proto "$CYGNET_PROTO" |
		jq -r '[.[] | .nhid] | unique | join(" ")'
}
holds "all IPv4 routes are on one group of ours" \
	test "$(nhids | wc -w)" = 1 -a "$(nhids)" -ge $((0x43000000))

cloud_has()
{
	vty cloud "show bgp ipv$1 unicast $2 json" |
		jq -e ".paths | length == $3" >/dev/null
}
for family in 4 6
do
	for prefix in $(nets "$family" "${SITE_NETS[@]}")
	do
		becomes 10 "the cloud has $prefix by three sessions" \
			cloud_has "$family" "$prefix" 3
	done
done
equal "AS path at the cloud" "$SITE_AS" "$(vty cloud \
	"show bgp ipv4 unicast $(nets 4 "${SITE_NETS[@]}" | head -n 1) json" |
	jq -r '[.paths[].aspath.string] | unique | join(",")')"

# a carrier lost and back
ip -n cyg-cloud link set "${TUNNELS[0]}" down
soon 3 "carrier lost: its way leaves every prefix" \
	all_ways_are "$(links_but 0)"
ip -n cyg-cloud link set "${TUNNELS[0]}" up
becomes 30 "carrier back: three ways again" all_ways_are "$(links_but)"

# a session ended by the far side
vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"neighbor ${INSIDE4[1]}.2 shutdown" >/dev/null
soon 5 "session shut down: its way leaves" all_ways_are "$(links_but 1)"
vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"no neighbor ${INSIDE4[1]}.2 shutdown" >/dev/null
becomes 30 "session allowed: three ways again" all_ways_are "$(links_but)"

# The first SYN is lost, as where the far side has not installed an SA yet: not
# for the second that the kernel takes to send another
lose_syn()
{
	ns cloud nft -f - <<NFT
table inet syns {
	chain in {
		type filter hook input priority 0;
		iifname "${TUNNELS[1]}" tcp dport 179 tcp flags & (syn | ack) == syn \
			limit rate 1/minute burst 1 packets drop
	}
	chain out {
		type filter hook output priority 0;
		oifname "${TUNNELS[1]}" tcp dport 179 tcp flags & (syn | ack) == syn \
			drop
	}
}
NFT
}
lose_syn
syns=$(syns_resent)
holds "a session is reset" ctl neighbor "${TUNNELS[1]}" reset
becomes 10 "a lost SYN: three ways again" all_ways_are "$(links_but)"
ns cloud nft list table inet syns >"$LAB_RUN/syns.log"
equal "a lost SYN: the kernel has sent no other on its own" 0 \
	"$(($(syns_resent) - syns))"
ns cloud nft delete table inet syns

# prefixes withdrawn and announced again
vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"address-family ipv4 unicast" "no network $gone4" "exit" \
	"address-family ipv6 unicast" "no network $gone6" >/dev/null
becomes 10 "withdrawn IPv4 prefix leaves the kernel" ways_are "$gone4" ""
becomes 10 "withdrawn IPv6 prefix leaves the kernel" ways_are "$gone6" ""
holds "the other prefix stays" ways_are "$net4" "$(links_but)"
vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"address-family ipv4 unicast" "network $gone4" "exit" \
	"address-family ipv6 unicast" "network $gone6" >/dev/null
becomes 10 "announced again, it is back" all_ways_are "$(links_but)"

# a far side that says nothing any more: the hold time decides
kill -STOP "$(cat "$LAB_RUN/cloud/frr/bgpd-own.pid")"
soon $((CYGNET_HOLD + 4)) "silent far side: routes leave at hold time" \
	all_ways_are ""
between "hold time in ms" $(((CYGNET_HOLD - 4) * 1000)) \
	$(((CYGNET_HOLD + 4) * 1000)) "$WAITED"
kill -CONT "$(cat "$LAB_RUN/cloud/frr/bgpd-own.pid")"
becomes 30 "it speaks again: three ways" all_ways_are "$(links_but)"

# the far daemon dies and comes back
frr_stop cloud KILL
soon 10 "FRR killed: no learned route is left" all_ways_are ""
frr_start cloud
becomes 40 "FRR restarted: three ways again" all_ways_are "$(links_but)"

holds "charon stops" stop site/charon
equal "after an orderly stop, no route of ours" "0 0" \
	"$(our_routes 4) $(our_routes 6)"
equal "after an orderly stop, no next hop of ours" 0 "$(our_nexthops)"
holds "links that are not ours are still there" \
	ip -n cyg-site link show "${TUNNELS[0]}"
case_end
