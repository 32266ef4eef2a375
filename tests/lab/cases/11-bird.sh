#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# BIRD at the far side: sessions, both families, equal-cost ways, a disabled
# protocol, a dead daemon.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba bird
must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "BIRD sees three sessions" bird_sessions_are cloud 3
must becomes 10 "every prefix of both families has three ways" \
	all_ways_are "$(links_but)"
becomes 10 "IPv4 passes between the hosts" \
	lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
becomes 10 "IPv6 passes between the hosts" \
	lan_pings "$(host_of 6 "${CLOUD_NETS[@]}")"

bird_has()
{
	[ "$(birdcmd cloud "show route for $1 all" | grep -c 'BGP.as_path: ')" = 3 ]
}
for prefix in $(nets 4 "${SITE_NETS[@]}") $(nets 6 "${SITE_NETS[@]}")
do
	becomes 10 "BIRD has $prefix by three sessions" bird_has "$prefix"
done

birdcmd cloud "disable b2" >/dev/null
soon 5 "protocol disabled: its way leaves" all_ways_are "$(links_but 2)"
birdcmd cloud "enable b2" >/dev/null
becomes 30 "enabled: three ways again" all_ways_are "$(links_but)"

stop cloud/bird/bird KILL
soon 10 "BIRD killed: no learned route is left" all_ways_are ""
bird_start cloud
becomes 40 "BIRD restarted: three ways again" all_ways_are "$(links_but)"
case_end
