#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# charon stopped and started, killed and started: the guard stays, nothing
# stale is left, what was there is adopted.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba frr
must holds "charon starts with Cygnet" cygnet_start
all_up
routes="$(our_routes 4) $(our_routes 6)"
hops=$(our_nexthops)

guard_there()
{
	ns site nft list table inet cygnet | grep drop >/dev/null
}

counts_are()
{
	local seen
	seen="$(our_routes 4) $(our_routes 6) $(our_nexthops)"
	echo "routes of both families and next hops: $seen"
	[ "$seen" = "$1" ]
}

must becomes 5 "the leak guard is there" guard_there
holds "charon stops" stop site/charon
holds "after an orderly stop the guard stays" guard_there
equal "and no route" "0 0" "$(our_routes 4) $(our_routes 6)"
holds "charon starts again" cygnet_start
all_up
becomes 5 "as many routes and next hops as before" counts_are "$routes $hops"

stop site/charon KILL
equal "killed: the routes stay" "$routes" "$(our_routes 4) $(our_routes 6)"
holds "killed: the guard stays" guard_there
holds "charon starts again" cygnet_start
all_up
becomes 15 "as many routes and next hops as before" counts_are "$routes $hops"

# what is no longer configured when it comes back is removed
stop site/charon KILL
TUNNELS=("${TUNNELS[@]:0:2}")
cygnet_conf interface
holds "charon starts with a tunnel less" cygnet_start
becomes 40 "the routes have the two others" all_ways_are "$(links_but)"
case_end
