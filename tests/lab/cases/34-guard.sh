#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# With every tunnel down, packets to the protected prefixes are dropped and
# counted, where the default route would send them to the Internet in the
# clear. That they would go is shown by switching the guard off. Nor do they
# leave when both ends have lost power, from the boot on.

. "$(dirname "$0")/../lib/all.sh"
xfrm_begin aws
capture_start
must holds "charon starts with Cygnet" cygnet_start
all_up
flows_start flows 8 10
must becomes 20 "all flows pass" flows_pass flows

dropped()
{
	ns site nft -j list ruleset inet |
		jq '[.. | .counter? // empty | objects | .packets // 0] | add // 0'
}
before=$(dropped)
for i in "${!TUNNELS[@]}"
do
	blackhole "$i"
done
must becomes $((CYGNET_HOLD + 6)) "all tunnels lost: no way is left" \
	all_ways_are ""
counted()
{
	[ "$(dropped)" -gt $((before + 50)) ]
}
becomes 10 "the guard drops and counts" counted
equal "packets in the clear on the underlay" 0 "$(capture_clear)"

ROOT_EXTRA="leak_guard = no"
cygnet_conf xfrm
holds "reload without the guard" ctl reload
becomes 10 "without it, packets do leave in the clear" capture_more_than 10
ROOT_EXTRA=
cygnet_conf xfrm
holds "reload with the guard" ctl reload
wait_for 2 false
leaked=$(capture_clear)
wait_for 3 false
equal "with it, none any more" "$leaked" "$(capture_clear)"
unblackhole
becomes 60 "the ways are back" all_ways_are "$(links_but)"
becomes 20 "all flows pass" flows_pass flows

# both ends lose power, and come back in the order that is the worst for us: the
# far IKE knows no connection at first, and its BGP comes last
leaked=$(capture_clear)
power_lost
holds "the boot loads the guard" boot_guard
ip -n cyg-site link set wan0 up
ip -n cyg-site route add default via 192.0.2.1 metric 1024
ns site ping -c 1 -W 1 "${INSIDE4[0]}.1" >/dev/null 2>&1
ns lan ping -c 1 -W 1 "${INSIDE4[1]}.1" >/dev/null 2>&1
wait_for 2 false
holds "charon starts" cygnet_start
wait_for 2 false
holds "the far one starts" charon_start cloud
wait_for 2 false
holds "and loads its connections" swan_load cloud
becomes 60 "two SAs are installed" sas_up site 2
holds "the far BGP starts" frr_start cloud
becomes 60 "the ways are back" all_ways_are "$(links_but)"
becomes 20 "all flows pass" flows_pass flows
equal "nothing has left in the clear" "$leaked" "$(capture_clear)"
holds "a packet in the clear would have been seen" capture_proves
case_end
