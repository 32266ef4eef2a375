#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: long
#
# What case 32 does once is done again and again, and in each way: charon killed
# three times, stopped with each keep_on_stop, with traffic all along. Nothing
# stale is left however often, and what is lost is what IKE takes.

. "$(dirname "$0")/../lib/all.sh"
xfrm_begin alibaba
capture_start
must holds "charon starts with Cygnet" cygnet_start
all_up

# xfrm_are N M: SAs and policies with an if_id, the site's and the cloud's
xfrm_are()
{
	local seen
	seen="$(ip -n cyg-site xfrm state | grep -c if_id)"
	seen="$seen $(ip -n cyg-site xfrm policy | grep -c if_id)"
	echo "$seen SAs and policies are in the kernel"
	[ "$seen" = "$1 $2" ]
}

# what of ours is in the kernel, in numbers
rest()
{
	echo "$(ours) $(ip -n cyg-site rule | grep -c 4300:)" \
		"$(ip -n cyg-site route show table all | wc -l)" \
		"$(ip -n cyg-site -6 route show table all | wc -l)"
}
rest_is()
{
	local seen
	seen=$(rest)
	echo "routes of ours, next hops, rules, all routes: $seen"
	[ "$seen" = "$1" ]
}

# what charon's log says of a thing, since T, in ms of the epoch: WHERE PATTERN
times()
{
	local day
	day=$(date +%F)
	grep -aE "$2" "$LAB_RUN/$1/charon.log" | awk '{ print $1 }' |
		while read -r at
		do
			date -d "$day $at" +%s%3N
		done | awk -v t="$FAULT" '$1 >= t { printf " %d", $1 - t }'
}
xfrm_losses()
{
	local where
	for where in site cloud
	do
		ns "$where" awk -v where="$where" '$2 > 0 {
			printf " %s %s %d", where, $1, $2 }' /proc/net/xfrm_stat
	done
}
# told WHAT: the times of it all, and what the flows had of it
told()
{
	wait_for 2 false
	echo "# $1: charon started after $((STARTED - FAULT)) ms;" \
		"IKE of the cloud:$(times cloud 'IKE_SA .* established between');" \
		"SA of the cloud:$(times cloud 'CHILD_SA .* established with');" \
		"of the site:$(times site 'CHILD_SA .* established with');" \
		"sessions:$(times site 'is Established');" \
		"swept:$(times site 'of an earlier run removed')"
	echo "# $1: $(flows_report flows "$FAULT" |
		jq -c '{outage_ms, out_ms, in_ms, lost, missing}')" \
		"dropped so far:$(xfrm_losses)"
}

# killed: and back, with all of it as before
killed()
{
	FAULT=$(now_ms)
	stop site/charon KILL
	stays 2 "killed: the routes stay" all_ways_are "$(links_but)"
	holds "the guard stays" guard_there
	equal "no flow was interrupted" 0 "$(flows_get flows outage_ms "$FAULT")"
	back
	becomes 20 "what the dead charon left is swept: two SAs a tunnel" \
		xfrm_are 6 18
}

# back: charon starts again
back()
{
	STARTED=$(now_ms)
	holds "charon starts again" cygnet_start
	must becomes 60 "three SAs are installed" sas_up site 3
	must becomes 60 "the cloud sees three sessions" frr_sessions_are cloud 3
	becomes 20 "every prefix has three ways" all_ways_are "$(links_but)"
	becomes 20 "all flows pass" flows_pass flows
	equal "the links were adopted" "$adopted" "$(links)"
	becomes 10 "all is as before" rest_is "$before"
}

keep_on_stop()
{
	ROOT_EXTRA="keep_on_stop = $1"
	cygnet_conf xfrm
	ctl reload
}

flows_start flows 12 20
must becomes 20 "all flows pass" flows_pass flows
before=$(rest)
adopted=$(links)
holds "the guard is there" guard_there
holds "two SAs a tunnel, six policies" xfrm_are 6 18

FAULT=$(now_ms)
holds "charon stops" stop site/charon
equal "stopped: the links stay" "$adopted" "$(links)"
holds "stopped: the guard stays" guard_there
stays 2 "stopped: no learned route" all_ways_are ""
back

killed
told "killed"
# the far side is not told that we know nothing of its SAs
SITE_UNIQUE=never
cygnet_conf xfrm
killed
told "killed, unique = never"
# it has the old ones, and no answer on them from us
equal "what goes out never stopped" 0 "$(flows_get flows out_ms "$FAULT")"

# with its link gone, a tunnel's far end is not reached by the default route
stop site/charon KILL
ip -n cyg-site link del "$(link_of 0)"
ns site ping -c 1 -W 1 "${INSIDE4[0]}.1" >/dev/null 2>&1
ns lan ping -c 1 -W 1 "${INSIDE4[0]}.1" >/dev/null 2>&1
# and a policy with selectors that it has no more holds back nothing
ip -n cyg-site xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 dir out \
	if_id "${IF_ID[0]}" tmpl proto esp mode tunnel reqid 99
holds "charon starts again" cygnet_start
must becomes 60 "the cloud sees three sessions" frr_sessions_are cloud 3
becomes 20 "every prefix has three ways" all_ways_are "$(links_but)"
becomes 20 "three times killed: nothing has grown" xfrm_are 6 18
becomes 10 "nor next hops, rules and routes" rest_is "$before"
adopted=$(links)

holds "keep_on_stop = all" keep_on_stop all
FAULT=$(now_ms)
holds "charon stops" stop site/charon
equal "stopped: all stays" "$before" "$(rest)"
equal "the links, too" "$adopted" "$(links)"
holds "and the guard" guard_there
back
told "stopped, keep_on_stop = all"

flows_stop flows
equal "packets in the clear on the underlay" 0 "$(capture_clear)"
holds "a packet in the clear would have been seen" capture_proves

# what is no longer configured when it comes back goes, with all it had
stop site/charon KILL
TUNNELS=("${TUNNELS[@]:0:2}")
cygnet_conf xfrm
holds "charon starts with a tunnel less" cygnet_start
becomes 60 "the routes have the two others" all_ways_are "$(links_but)"
becomes 10 "its link is gone" \
	eval '! ip -n cyg-site link show dev cyg-ali-3 2>/dev/null'
becomes 20 "so are its SAs and policies" xfrm_are 4 12

holds "keep_on_stop = none" keep_on_stop none
holds "charon stops" stop site/charon
equal "no link is left" "[]" "$(links)"
equal "nor route, next hop, rule" "0 0 0 0" "$(rest | cut -d' ' -f1-4)"
refuses "nor the guard" ns site nft list table inet cygnet
holds "nor SA, nor policy" xfrm_are 0 0
case_end
