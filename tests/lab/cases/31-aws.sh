#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# AWS's two tunnels: up, spread, one lost and back.

. "$(dirname "$0")/../lib/all.sh"
xfrm_begin aws
capture_start
must holds "charon starts with Cygnet" cygnet_start
all_up
becomes 10 "IPv4 passes between the hosts" \
	lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
becomes 10 "IPv6 passes between the hosts" \
	lan_pings "$(host_of 6 "${CLOUD_NETS[@]}")"
flows_start flows 12 8
must becomes 20 "all flows pass" flows_pass flows
one=$(packets site "$(link_of 0)" tx)
two=$(packets site "$(link_of 1)" tx)
carried()
{
	[ "$(packets site "$(link_of 0)" tx)" -gt $((one + 20)) ] &&
		[ "$(packets site "$(link_of 1)" tx)" -gt $((two + 20)) ]
}
becomes 20 "both tunnels carry flows" carried
fault=$(now_ms)
blackhole 1
soon $((CYGNET_HOLD + 5)) "blackhole: its way leaves every prefix" \
	all_ways_are "$(links_but 1)"
becomes 20 "blackhole: all flows pass" flows_pass flows
between "outage of the worst flow in ms, by a hold time of $CYGNET_HOLD s" \
	100 $((CYGNET_HOLD * 1000 + 4000)) "$(flows_get flows outage_ms "$fault")"
unblackhole
becomes 60 "way back: two ways" all_ways_are "$(links_but)"
becomes 20 "way back: all flows pass" flows_pass flows
flows_stop flows
equal "packets in the clear on the underlay" 0 "$(capture_clear)"
case_end
