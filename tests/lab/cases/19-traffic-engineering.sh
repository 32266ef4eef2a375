#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# Two links to one far side, and policies that say which carries what: the way
# out by LOCAL_PREF, the way in by MED and by prepending, each with the other
# link as the backup that takes over and gives back; and unequal shares of
# equal paths, by the far side's link bandwidth communities, by the tunnels'
# weights and by policy. All of it by reloads, without a session touched.

. "$(dirname "$0")/../lib/all.sh"

# a tunnel's section with the policies and the weight of now
cygnet_tunnel()
{
	local name=${TUNNELS[$1]} four=${INSIDE4[$1]} six=${INSIDE6[$1]}
	cat <<CONF
				$name {
					interface = $name
					address = $four.2/30, ${six}2/126
					weight = ${WEIGHT[$1]}
					neighbor {
						address = $four.1
						remote_as = $CLOUD_AS
						hold_time = $CYGNET_HOLD
						connect_retry = 5
						import = ${IMPORT[$1]}
						export = ${EXPORT[$1]}
					}
				}
CONF
}

# the policies, and no profile: what is configured is all there is
cygnet_section()
{
	local i list
	list=$(nets 4 "${SITE_NETS[@]}"; nets 6 "${SITE_NETS[@]}")
	cat <<CONF
cygnet {
	asn = $SITE_AS
	router_id = $ROUTER_ID
	advertise = ${list//$'\n'/, }
	link_bandwidth = ${LINK_BANDWIDTH:-yes}
	policies {
		as-told { any { } }
		preferred { any { set { local_pref = 200 } } }
		a-quarter { any { set { weight = 1 } } }
		three-quarters { any { set { weight = 3 } } }
		ours { ours { match { local = yes } } }
		ours-near { ours { match { local = yes } set { med = 10 } } }
		ours-far { ours { match { local = yes } set { med = 100 } } }
		ours-longer { ours { match { local = yes } set { prepend = 3 } } }
	}
	bundles {
		$BUNDLE {
			tunnels {
CONF
	for i in "${!TUNNELS[@]}"
	do
		cygnet_tunnel "$i"
	done
	printf '\t\t\t}\n\t\t}\n\t}\n}\n'
}

IMPORT=(as-told as-told)
EXPORT=(ours ours)
WEIGHT=(1 1)
native_begin aws frr
holds "cygnetctl check takes the configuration" \
	ctl check "$LAB_RUN/site/swanctl/swanctl.conf"
must holds "charon starts with Cygnet" cygnet_start
all_up

# reloaded WHAT: what IMPORT, EXPORT and WEIGHT say now
reloaded()
{
	cygnet_conf interface
	must holds "$1" ctl reload
}

epochs()
{
	vty cloud "show bgp neighbors json" |
		jq -c '[.[] | [.bgpState, .connectionsEstablished, .connectionsDropped]]'
}

# comes_by LINKS: the far side's ways to each of the site's networks
comes_by()
{
	local net
	for net in $(nets 4 "${SITE_NETS[@]}") $(nets 6 "${SITE_NETS[@]}")
	do
		far_ways "$net" | grep -qx "$1" || return 1
	done
}

far_ways()
{
	local family=-4
	case $1 in
		*:*) family=-6 ;;
	esac
	ip -n cyg-cloud $family -j route show proto bgp "$1" |
		jq -r --argjson hops "$(ip -n cyg-cloud -j nexthop show)" \
			"$WAYS"'[.[] | ways($hops)] | join(" ")'
}

# chosen_by N: the far side's BGP has chosen N paths to each of them. Its zebra
# at times leaves a way out that was without carrier before.
chosen_by()
{
	local net family
	for family in 4 6
	do
		for net in $(nets "$family" "${SITE_NETS[@]}")
		do
			vty cloud "show bgp ipv$family unicast $net json" |
				jq -e "[.paths[] | select(.multipath)] | length == $1" \
					>/dev/null || return 1
		done
	done
}

# the far side sees a loss of carrier before we do
both_sessions_up()
{
	frr_sessions_are cloud 2 && sessions_are 2
}

# with_backup WHAT CHECK: CHECK LINK holds for the first link, for the second
# while the first has no carrier, and for the first again
with_backup()
{
	becomes 10 "$1: the first link" "$2" "${TUNNELS[0]}"
	becomes 10 "$1: packets pass" lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
	ip -n cyg-cloud link set "${TUNNELS[0]}" down
	becomes 5 "$1: the second takes over" "$2" "${TUNNELS[1]}"
	becomes 10 "$1: packets pass over it" \
		lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
	ip -n cyg-cloud link set "${TUNNELS[0]}" up
	becomes 30 "$1: and gives back" "$2" "${TUNNELS[0]}"
	must becomes 30 "$1: both sessions are up" both_sessions_up
}

both="${TUNNELS[*]}"
holds "equal policies: both ways out" all_ways_are "$both"
becomes 10 "equal policies: both ways in" comes_by "$both"
holds "the far side has chosen both" chosen_by 2

before=$(epochs)
IMPORT=(preferred as-told)
reloaded "reload: LOCAL_PREF 200 on the first link"
becomes 10 "LOCAL_PREF leaves the first way out" all_ways_are "${TUNNELS[0]}"
equal "no session was touched" "$before" "$(epochs)"
holds "the ways in are as they were" comes_by "$both"
with_backup "way out by LOCAL_PREF" all_ways_are
IMPORT=(as-told preferred)
reloaded "reload: LOCAL_PREF 200 on the second link"
becomes 10 "the way out has changed sides" all_ways_are "${TUNNELS[1]}"
IMPORT=(as-told as-told)

before=$(epochs)
EXPORT=(ours-near ours-far)
reloaded "reload: MED 10 and 100"
becomes 10 "MED leaves the first way in" comes_by "${TUNNELS[0]}"
becomes 10 "the ways out are both again" all_ways_are "$both"
equal "no session was touched" "$before" "$(epochs)"
with_backup "way in by MED" comes_by
EXPORT=(ours-far ours-near)
reloaded "reload: MED 100 and 10"
becomes 10 "the way in has changed sides" comes_by "${TUNNELS[1]}"

EXPORT=(ours ours-longer)
reloaded "reload: three times our AS more on the second link"
becomes 10 "prepending leaves the first way in" comes_by "${TUNNELS[0]}"
equal "the far side sees the longer path" "$SITE_AS $SITE_AS $SITE_AS $SITE_AS" \
	"$(vty cloud \
		"show bgp ipv4 unicast $(nets 4 "${SITE_NETS[@]}" | head -n 1) json" |
		jq -r '[.paths[].aspath.string] | max_by(length)')"
with_backup "way in by prepending" comes_by
EXPORT=(ours ours)
reloaded "reload: as at the beginning"
becomes 10 "the far side has chosen both again" chosen_by 2

# shares N M: the two ways of every prefix have these shares, to a tenth
shares()
{
	local net seen
	for net in $(nets 4 "${CLOUD_NETS[@]}") $(nets 6 "${CLOUD_NETS[@]}")
	do
		seen=$(percents "$net")
		echo "$net: $seen"
		jq -en --argjson seen "${seen:-[]}" --argjson a "$1" --argjson b "$2" \
			'($seen | length) == 2 and
			($seen[0] - 100 * $a / ($a + $b) | fabs) < 2' >/dev/null ||
			return 1
	done
}

# percents PREFIX: of each way, in order of the links
percents()
{
	local family=-4
	case $1 in
		*:*) family=-6 ;;
	esac
	ip -n cyg-site $family -j route show proto "$CYGNET_PROTO" "$1" |
		jq -c --argjson hops "$(ip -n cyg-site -j nexthop show)" '
			($hops | map({(.id | tostring): .}) | add // {}) as $by |
			[.[].nhid | $by[tostring] | .group[]? |
				{dev: $by[.id | tostring].dev, weight: (.weight // 1)}] |
			sort_by(.dev) | (map(.weight) | add) as $all |
			map(100 * .weight / $all)'
}

becomes 10 "equal shares at first" shares 1 1

# the far side says how wide its links are
bandwidth()
{
	local i
	for i in 0 1
	do
		vty cloud "configure terminal" "route-map width-$i permit 10" \
			"set extcommunity bandwidth $((100 * (2 * i + 1)))" "exit" \
			"router bgp $CLOUD_AS" "address-family ipv4 unicast" \
			"$1 neighbor ${INSIDE4[$i]}.2 route-map width-$i out" "exit" \
			"address-family ipv6 unicast" \
			"$1 neighbor ${INSIDE4[$i]}.2 route-map width-$i out" >/dev/null
	done
}
bandwidth ""
becomes 20 "link bandwidths 100 and 300 share one to three" shares 1 3
LINK_BANDWIDTH=no
reloaded "reload: link_bandwidth = no"
becomes 10 "they are not looked at" shares 1 1
LINK_BANDWIDTH=yes
reloaded "reload: link_bandwidth = yes"
becomes 10 "they are again" shares 1 3
bandwidth no
becomes 20 "without them, shares are equal" shares 1 1

before=$(epochs)
WEIGHT=(5 2)
reloaded "reload: weights 5 and 2 of the tunnels"
becomes 10 "the tunnels' weights set the shares" shares 5 2
equal "no session was touched" "$before" "$(epochs)"
IMPORT=(three-quarters a-quarter)
reloaded "reload: weights 3 and 1 by policy"
becomes 10 "a policy's weights go before" shares 3 1
ip -n cyg-cloud link set "${TUNNELS[0]}" down
becomes 5 "a way lost: the other has all" all_ways_are "${TUNNELS[1]}"
ip -n cyg-cloud link set "${TUNNELS[0]}" up
becomes 30 "and back: the shares are as before" shares 3 1
becomes 10 "packets pass" lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
case_end
