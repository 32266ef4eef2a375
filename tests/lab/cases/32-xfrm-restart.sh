#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# charon stopped, killed, started, with traffic all along: links are adopted,
# the guard holds throughout, nothing stale is left.

. "$(dirname "$0")/../lib/all.sh"
xfrm_begin alibaba
capture_start
must holds "charon starts with Cygnet" cygnet_start
all_up

# sas_are N: what the kernel has of charon's, in both directions
sas_are()
{
	local n
	n=$(ip -n cyg-site xfrm state | grep -c '^src')
	echo "$n SAs are in the kernel"
	[ "$n" = "$1" ]
}
flows_start flows 12 5
must becomes 20 "all flows pass" flows_pass flows
before=$(ours)
adopted=$(links)
holds "the guard is there" guard_there

holds "charon stops" stop site/charon
equal "stopped: the links stay" "$adopted" "$(links)"
holds "stopped: the guard stays" guard_there
stays 3 "stopped: no learned route" all_ways_are ""
holds "charon starts again" cygnet_start
all_up
equal "the links were adopted" "$adopted" "$(links)"
becomes 10 "as many routes and next hops as before" ours_are "$before"
becomes 20 "all flows pass" flows_pass flows

fault=$(now_ms)
stop site/charon KILL
stays 3 "killed: the routes stay" all_ways_are "$(links_but)"
holds "killed: the guard stays" guard_there
holds "charon starts again" cygnet_start
must becomes 60 "three SAs are installed" sas_up site 3
must becomes 60 "the cloud sees three sessions" frr_sessions_are cloud 3
becomes 20 "every prefix has three ways" all_ways_are "$(links_but)"
equal "the links were adopted" "$adopted" "$(links)"
becomes 20 "as many routes and next hops as before" ours_are "$before"
becomes 20 "all flows pass" flows_pass flows
becomes 20 "what the dead charon left is swept: two SAs a tunnel" sas_are 6
echo "# worst outage around the kill: $(flows_get flows outage_ms "$fault") ms"

flows_stop flows
equal "packets in the clear on the underlay" 0 "$(capture_clear)"
holds "a packet in the clear would have been seen" capture_proves

# what is no longer configured when it comes back goes
stop site/charon KILL
TUNNELS=("${TUNNELS[@]:0:2}")
cygnet_conf xfrm
holds "charon starts with a tunnel less" cygnet_start
becomes 60 "the routes have the two others" all_ways_are "$(links_but)"
becomes 10 "its link is gone" \
	eval '! ip -n cyg-site link show dev cyg-ali-3 2>/dev/null'
case_end
