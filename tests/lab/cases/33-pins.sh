#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# The cloud announces a default route and one that covers the tunnels' own
# peers. The second is taken as the peers are pinned, the first where the
# configuration says so, and IKE and ESP stay on the underlay all the same.
# Without pins neither is taken.

. "$(dirname "$0")/../lib/all.sh"
xfrm_begin aws
capture_start
must holds "charon starts with Cygnet" cygnet_start
all_up

vty cloud "configure terminal" "router bgp $CLOUD_AS" \
	"address-family ipv4 unicast" "network 0.0.0.0/0" \
	"network 203.0.113.0/24" >/dev/null
announced()
{
	vty cloud "show bgp ipv4 unicast neighbors ${INSIDE4[0]}.2 \
		advertised-routes json" | jq -e '.advertisedRoutes["0.0.0.0/0"]'
}
must becomes 10 "the cloud announces a default route" announced
stays 3 "not taken by default: no default route of ours" \
	ways_are 0.0.0.0/0 ""
becomes 10 "the one that covers the pinned peers is ours" \
	ways_are 203.0.113.0/24 "$(links_but)"

BUNDLE_EXTRA="accept_default = yes"
cygnet_conf xfrm
holds "reload with accept_default" ctl reload
becomes 30 "the default route is ours, over both tunnels" \
	ways_are 0.0.0.0/0 "$(links_but)"

by()
{
	ip -n cyg-site -j route get "$1" from "$SITE_OUTER" | jq -r '.[0].dev'
}
for outer in "${OUTER[@]}"
do
	equal "the peer $outer stays on the underlay" wan0 "$(by "$outer")"
done
before=$(sealed)
flows_start flows 8 5
becomes 20 "all flows pass" flows_pass flows
stays $((CYGNET_HOLD + 6)) "the tunnels stay up, longer than the hold time" \
	all_ways_are "$(links_but)"
holds "the sessions too" frr_sessions_are cloud "${#TUNNELS[@]}"
holds "a rekey goes through" swan site --rekey --child "${TUNNELS[0]}"
becomes 20 "all flows pass" flows_pass flows
between "ESP goes over the underlay" $((before + 200)) 10000000 "$(sealed)"
flows_stop flows

ROOT_EXTRA="pin_underlay = no"
cygnet_conf xfrm
holds "reload without pins" ctl reload
becomes 30 "without pins the default route is refused" ways_are 0.0.0.0/0 ""
becomes 10 "and the one that covers the peers" ways_are 203.0.113.0/24 ""
stays 3 "the other routes are untouched" all_ways_are "$(links_but)"
ROOT_EXTRA=
BUNDLE_EXTRA=
cygnet_conf xfrm
holds "reload with pins, without accept_default" ctl reload
becomes 30 "the one that covers the peers is back" \
	ways_are 203.0.113.0/24 "$(links_but)"
stays 3 "the default route is not" ways_are 0.0.0.0/0 ""
equal "packets in the clear on the underlay" 0 "$(capture_clear)"
case_end
