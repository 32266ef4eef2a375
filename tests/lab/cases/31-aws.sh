#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# AWS's two tunnels: up, spread, one lost and back. IKE is patient, as charon is by
# itself: what it had open in the silence is settled when packets pass again.

. "$(dirname "$0")/../lib/all.sh"
CHARON_RETRANSMIT=default
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
sa_downs()
{
	said "tunnel ${TUNNELS[1]} is down"
}
said()
{
	grep -cE -- "$1" "$LAB_RUN/site/charon.log"
}
sa_downs=$(sa_downs)
fault=$(now_ms)
blackhole 1
soon $((CYGNET_HOLD + 5)) "blackhole: its way leaves every prefix" \
	all_ways_are "$(links_but 1)"
becomes 20 "blackhole: all flows pass" flows_pass flows
between "outage of the worst flow in ms, by a hold time of $CYGNET_HOLD s" \
	100 $((CYGNET_HOLD * 1000 + 4000)) "$(flows_get flows outage_ms "$fault")"
# long enough for it to be a silence
one_ike()
{
	[ "$(swan site --list-sas --ike "${TUNNELS[1]}" | grep -c ESTABLISHED)" = 1 ]
}
stays 2 "blackhole: its IKE_SA is not given up" one_ike
equal "blackhole: nothing is settled" 0 "$(said "charon is asked to settle")"
unblackhole
becomes 60 "way back: two ways" all_ways_are "$(links_but)"
becomes 20 "way back: charon is asked to settle what IKE has open" \
	said "tunnel ${TUNNELS[1]}: .* asked to settle"
becomes 20 "way back: its IKE_SA is rekeyed" \
	said "IKE_SA ${TUNNELS[1]}\[[0-9]*\] rekeyed between"
becomes 10 "way back: one IKE_SA" one_ike
equal "way back: its CHILD_SA was there all the time" "$sa_downs" "$(sa_downs)"
becomes 20 "way back: all flows pass" flows_pass flows
flows_stop flows
equal "packets in the clear on the underlay" 0 "$(capture_clear)"
case_end
