#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Active/active to a far side without BGP: static routes of both families over
# two tunnels, watched by probes; gone when none lives, or fewer than min_links;
# and active/standby.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
scenario aws
lab_begin
case_begin
topology_hosts
topology_links
silence_begin
# what a gateway without BGP has: fixed ways over both tunnels
for net in $(nets 4 "${SITE_NETS[@]}")
do
	ip -n cyg-cloud route add "$net" \
		nexthop via "${INSIDE4[0]}.2" nexthop via "${INSIDE4[1]}.2"
done
for net in $(nets 6 "${SITE_NETS[@]}")
do
	ip -n cyg-cloud -6 route add "$net" \
		nexthop via "${INSIDE6[0]}2" nexthop via "${INSIDE6[1]}2"
done
cygnet_section()
{
	local list i
	list=$(nets 4 "${CLOUD_NETS[@]}"; nets 6 "${CLOUD_NETS[@]}")
	echo "cygnet {"
	echo "	bundles {"
	echo "		branch {"
	echo "			routes = ${list//$'\n'/, }"
	echo "			${BUNDLE_EXTRA:-}"
	echo "			tunnels {"
	for i in 0 1
	do
		cat <<CONF
				${TUNNELS[$i]} {
					interface = ${TUNNELS[$i]}
					address = ${INSIDE4[$i]}.2/30, ${INSIDE6[$i]}2/126
					gateway = ${INSIDE6[$i]}1
					probe = ${INSIDE4[$i]}.1
					probe_interval = 100
${TUNNEL_EXTRA[$i]:-}
				}
CONF
	done
	printf '\t\t\t}\n\t\t}\n\t}\n}\n'
}
cygnet_begin interface
must holds "charon starts with Cygnet" cygnet_start
must becomes 10 "every prefix of both families has both ways" \
	all_ways_are "$(links_but)"
routes=$(nets 4 "${CLOUD_NETS[@]}"; nets 6 "${CLOUD_NETS[@]}")
equal "every route is known as a static one" "$(wc -l <<<"$routes")" \
	"$(ctl_json routes '[.[] | select(.paths[0].source == "routes")] | length')"
equal "and counted, all in use" "$(wc -l <<<"$routes") $(wc -l <<<"$routes")" \
	"$(ctl_json status '.routes | "\(.static) \(.static_used)"')"
holds "one in full: over which tunnels" grep -q \
	"over tunnel ${TUNNELS[1]}, weight 1: in use" \
	<(ctl routes "$(head -1 <<<"$routes")")
flows_start flows 16 20
must becomes 20 "all flows pass" flows_pass flows

silence 0
soon 2 "silence: the probe takes its way out" all_ways_are "$(links_but 0)"
equal "the screen: none of its routes goes this way" "false" \
	"$(tunnel_json 0 '[.static_routes[].used] | unique | join(" ")')"
equal "they go the other way" "true" \
	"$(tunnel_json 1 '[.static_routes[].used] | unique | join(" ")')"
silence 1
soon 2 "both are silent: no route is left" all_ways_are ""
equal "none is counted as used" 0 "$(ctl_json status .routes.static_used)"
unsilence
becomes 10 "answers again: both ways" all_ways_are "$(links_but)"
becomes 10 "all flows pass again" flows_pass flows

ip -n cyg-cloud link set "${TUNNELS[1]}" down
soon 3 "carrier lost: its way leaves" all_ways_are "$(links_but 1)"
ip -n cyg-cloud link set "${TUNNELS[1]}" up
becomes 10 "carrier back: both ways" all_ways_are "$(links_but)"

# fewer than are asked for are none: another way is to be used
BUNDLE_EXTRA="min_links = 2"
cygnet_conf interface
holds "reload with min_links = 2" ctl reload
holds "both ways" all_ways_are "$(links_but)"
silence 0
soon 3 "one is silent: no route of either family is left" all_ways_are ""
equal "why the other is not used" min_links "$(tunnel_json 1 .unused.by)"
unsilence
becomes 10 "answers again: both ways" all_ways_are "$(links_but)"

# the one of the better priority alone, and the other in its place
BUNDLE_EXTRA="mode = active-standby"
tunnel_extra 0 "					priority = 2"
tunnel_extra 1 "					priority = 1"
cygnet_conf interface
holds "reload as active-standby" ctl reload
becomes 5 "the better one carries both families" all_ways_are "$(links_but 0)"
silence 1
soon 3 "it is silent: the standby carries them" all_ways_are "$(links_but 1)"
unsilence
becomes 10 "answers again: the better one" all_ways_are "$(links_but 0)"
silence 0
stays 1 "the standby is silent: nothing changes" all_ways_are "$(links_but 0)"
silence 1
soon 3 "both are: no route is left" all_ways_are ""
unsilence
becomes 10 "answers again: the better one" all_ways_are "$(links_but 0)"

# unequal shares, of each family
BUNDLE_EXTRA=
tunnel_extra 0 "					weight = 3"
tunnel_extra 1 ""
cygnet_conf interface
holds "reload active-active, three to one" ctl reload
becomes 5 "both ways" all_ways_are "$(links_but)"
for family in 4 6
do
	net=$(nets "$family" "${CLOUD_NETS[@]}" | head -n 1)
	equal "IPv$family: their weights" "1 3" "$(ip -n cyg-site -j nexthop show id \
		"$(ip -n cyg-site -"$family" -j route show "$net" | jq '.[0].nhid')" |
		jq -r '[.[0].group[] | .weight // 1] | sort | join(" ")')"
done
tunnel_extra 0 ""
cygnet_conf interface
holds "reload as at first" ctl reload

# without a gateway, an Ethernet link is no way
sed -i '/gateway = /d' "$LAB_RUN/site/swanctl/swanctl.conf"
holds "reload without gateways" ctl reload
soon 3 "no route is left" all_ways_are ""
holds "the status says what is missing" tells "\`routes\` have no gateway"
cygnet_conf interface
holds "reload with them" ctl reload
becomes 10 "both ways" all_ways_are "$(links_but)"

# somebody's hand
ip -n cyg-site route flush proto "$CYGNET_PROTO"
soon 2 "routes deleted by hand: written again" all_ways_are "$(links_but)"
case_end
