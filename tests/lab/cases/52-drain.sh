#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# A tunnel is drained and used again under traffic both ways: no packet is
# lost, and in between nothing passes it.

. "$(dirname "$0")/../lib/all.sh"
BUNDLE_EXTRA="drain_time = 3"
native_begin alibaba frr
must holds "charon starts with Cygnet" cygnet_start
all_up

packets()
{
	ip -n cyg-site -s -j link show "${TUNNELS[0]}" |
		jq ".[0].stats64.$1.packets"
}
flows_start flows 24 20
must becomes 20 "all flows pass" flows_pass flows
since=$(now_ms)

cloud_ways()
{
	local n
	n=$(ip -n cyg-cloud -j route show "$(nets 4 "${SITE_NETS[@]}" | head -1)" |
		jq '.[0].nexthops | length')
	echo "the cloud has $n ways"
	[ "$n" = "$1" ]
}
becomes 10 "the cloud spreads over three ways" cloud_ways 3
refuses "a tunnel that is none" ctl drain ali-9
holds "drain" ctl drain "${TUNNELS[0]}"
soon 1 "what we send leaves it at once" all_ways_are "$(links_but 0)"
becomes 3 "the cloud follows the community" cloud_ways 2
equal "the tunnel's state" drained "$(ctl_json tunnels '.[0].state')"
holds "its session stays" sessions_are 3
equal "the screen: not withdrawn yet, but soon" "false true" \
	"$(tunnel_json 0 '.drain | "\(.withdrawn) \(.withdrawn_in <= 3)"')"
holds "the status says how to undo it" \
	tells "\`cygnetctl undrain ${TUNNELS[0]}\`"
shown()
{
	vty cloud "show bgp ipv4 unicast neighbors ${INSIDE4[0]}.2 routes json" |
		jq -e '.routes | length == 0' >/dev/null
}
becomes 5 "after drain_time its routes are withdrawn" shown
equal "the screen has it, too" true "$(tunnel_json 0 .drain.withdrawn)"

# keepalives and little else: two looks that are a second apart
idle()
{
	local before
	before=$(packets rx)
	sleep 1
	[ $(($(packets rx) - before)) -lt 10 ]
}
becomes 5 "it is idle" idle
holds "a reload changes nothing of it" ctl reload
holds "drained still" all_ways_are "$(links_but 0)"
holds "undrain" ctl undrain "${TUNNELS[0]}"
equal "nothing of it is left on the screen" null "$(tunnel_json 0 .drain)"
refuses "nor in the status" tells "undrain"
becomes 3 "three ways again" all_ways_are "$(links_but)"
becomes 10 "for the cloud, too" cloud_ways 3
becomes 5 "all flows pass" flows_pass flows
equal "packets lost on the way" 0 "$(flows_get flows lost "$since")"
case_end
