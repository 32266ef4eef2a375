# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Restarts that are to be noticed by nobody: what stays of ours, and whether the
# far side's routing has held on to it.

guard_there()
{
	ns site nft list table inet cygnet | grep drop >/dev/null
}

# links: ours, by name and index
links()
{
	ip -n cyg-site -j link show type xfrm |
		jq -c '[.[] | [.ifname, .ifindex]] | sort'
}

# ours: routes of both families and next hops, as three numbers
ours()
{
	echo "$(our_routes 4) $(our_routes 6) $(our_nexthops)"
}

ours_are()
{
	local seen
	seen=$(ours)
	echo "routes of both families and next hops: $seen"
	[ "$seen" = "$1" ]
}

# hop_ids: next hops and groups by their numbers: the same ones, or made anew
hop_ids()
{
	ip -n cyg-site -j nexthop show |
		jq -c '[.[] | {id, group: [.group // [] | .[].id]}] | sort_by(.id)'
}

# far_watch: from now on, what the far side's kernel loses is written down
far_watch()
{
	spawn far cloud ip -ts -o monitor route
}

# far_losses: routes to the site that went away since then
far_losses()
{
	local net
	for net in $(nets 4 "${SITE_NETS[@]}"; nets 6 "${SITE_NETS[@]}")
	do
		grep -E "Deleted (unicast )?$net " "$LAB_RUN/far.log"
	done
}

# far_keeps: the far side has a route to each of the site's networks
far_keeps()
{
	local net family
	for family in 4 6
	do
		for net in $(nets "$family" "${SITE_NETS[@]}")
		do
			ip -n cyg-cloud "-$family" route show "$net" | grep -q . || {
				echo "no route to $net"
				return 1
			}
		done
	done
}

# restart_unnoticed TERM|KILL UP…: charon ends, in order with keep_on_stop = all or
# not, and starts again, over links that are there all the while, with traffic on them; UP is
# what sees that all is there
restart_unnoticed()
{
	local signal=$1 before hops fault
	shift
	before=$(ours) hops=$(hop_ids)
	must becomes 10 "the far side has our networks" far_keeps
	rm -f "$LAB_RUN/far.log" "$LAB_RUN/flows.json"
	far_watch
	flows_start flows 8 50
	must becomes 10 "all flows pass" flows_pass flows
	fault=$(now_ms)
	holds "charon ends ($signal)" stop site/charon "$signal"
	equal "routes and next hops stay" "$before" "$(ours)"
	holds "the guard stays" guard_there
	stays 2 "the far side keeps our networks" far_keeps
	holds "charon starts again" cygnet_start
	"$@"
	becomes 10 "as many routes and next hops as before" ours_are "$before"
	equal "they are the same ones" "$hops" "$(hop_ids)"
	wait_for 3 false
	equal "the far side has lost no route" "" "$(far_losses)"
	equal "no flow was interrupted" 0 "$(flows_get flows outage_ms "$fault")"
	equal "no packet was lost" 0 "$(flows_get flows missing)"
	flows_stop flows
	stop far
	holds "a lost route would have been seen" far_proves
}

# the watch can fail
far_proves()
{
	local net
	net=$(nets 4 "${SITE_NETS[@]}" | head -n 1)
	far_watch
	wait_for 1 false
	ip -n cyg-cloud route add "$net" dev lo metric 7
	ip -n cyg-cloud route del "$net" dev lo metric 7
	wait_for 5 lost_one
	stop far
}

lost_one()
{
	[ -n "$(far_losses)" ]
}

boot_unit()
{
	find "$CYGNET_STAGE" -name cygnet-guard.service
}

# boot_guard: what cygnet-guard.service does
boot_guard()
{
	local command state=$LAB_RUN/site/state/guard.nft
	while read -r command
	do
		# shellcheck disable=SC2086
		ns site ${command//\/var\/lib\/cygnet\/guard.nft/$state} || return 1
	done < <(sed -nE 's/^ExecStart(Pre)?=//p' "$(boot_unit)")
}

# power_lost: nobody runs, at neither side, no kernel knows of anything, and the
# site's underlay is down
power_lost()
{
	local where link
	ip -n cyg-site link set wan0 down
	stop site/charon KILL
	stop cloud/charon KILL
	frr_stop cloud KILL
	for where in site cloud
	do
		ip -n "cyg-$where" xfrm state flush
		ip -n "cyg-$where" xfrm policy flush
	done
	for link in $(links_but)
	do
		ip -n cyg-site link del "$link"
	done
	ip -n cyg-site route flush table all proto "$CYGNET_PROTO"
	ip -n cyg-site -6 route flush table all proto "$CYGNET_PROTO"
	ip -n cyg-site nexthop flush
	while ip -n cyg-site rule del priority 4300 2>/dev/null
	do
		:
	done
	ns site nft delete table inet cygnet
}
