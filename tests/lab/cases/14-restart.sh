#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# charon stopped and started, killed and started, with each keep_on_stop: the
# guard stays or goes, nothing stale is left, what was there is adopted, and with
# keep_on_stop = all nobody notices, nor is there anything to notice when the
# plugin is another one afterwards.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba frr
must holds "charon starts with Cygnet" cygnet_start
all_up
before=$(ours)

must becomes 5 "the leak guard is there" guard_there
holds "charon stops" stop site/charon
holds "after an orderly stop the guard stays" guard_there
equal "and no route" "0 0 0" "$(ours)"
holds "charon starts again" cygnet_start
all_up
becomes 5 "as many routes and next hops as before" ours_are "$before"

# a newer build is put in the place of the one that runs, as a package does it
keep_on_stop()
{
	ROOT_EXTRA="keep_on_stop = $1"
	cygnet_conf interface
	ctl reload
}
newer()
{
	local running=$LAB_RUN/site/plugins/libstrongswan-cygnet.so
	cp "$(cygnet_plugin)" "$running.new"
	echo "newer" >>"$running.new"
	cp "$running.new" "$NEWER"
	mv "$running.new" "$running"
}
# the lab puts a plugin into its folder at each start
NEWER=$LAB_RUN/site/newer.so
cygnet_plugin()
{
	if [ -e "$NEWER" ]
	then
		echo "$NEWER"
	else
		find "$CYGNET_STAGE" -name libstrongswan-cygnet.so
	fi
}
holds "reload with keep_on_stop = all" keep_on_stop all
holds "the plugin's file is replaced" newer
restart_unnoticed TERM all_up
restart_unnoticed KILL all_up
holds "the newer one runs" cmp "$NEWER" \
	"$LAB_RUN/site/plugins/libstrongswan-cygnet.so"

# and nothing at all stays
holds "reload with keep_on_stop = none" keep_on_stop none
holds "charon stops" stop site/charon
equal "no route and no next hop is left" "0 0 0" "$(ours)"
refuses "nor the guard" ns site nft list table inet cygnet
holds "charon starts again" cygnet_start
all_up
becomes 5 "as many routes and next hops as before" ours_are "$before"

# what is no longer configured when it comes back is removed
stop site/charon KILL
TUNNELS=("${TUNNELS[@]:0:2}")
cygnet_conf interface
holds "charon starts with a tunnel less" cygnet_start
becomes 40 "the routes have the two others" all_ways_are "$(links_but)"
case_end
