#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# systemd-networkd beside us on an uplink: what it takes of ours as it is
# reloaded, restarted and told to configure its link anew is there again within a
# second.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba frr
must holds "charon starts with Cygnet" cygnet_start
all_up
must holds "changes are watched" watch_begin

uplink()
{
	printf '[Match]\nName=up0\n[Network]\nIPv6AcceptRA=no\n'
	printf 'Address=192.0.2.2/30\nGateway=192.0.2.1\n'
}
ip -n cyg-site link add up0 type veth peer name up1
ip -n cyg-site link set up1 up

whole()
{
	all_ways_are "$(links_but)"
}

networkd_file 10-uplink.network "$(uplink)"
log_mark
must holds "networkd starts" networkd_start site
becomes 2 "it starts: all ways" whole
holds "a reload without a change" ns site networkctl reload
stays 1 "all ways all the time" whole
refuses "nothing was said" log_has 'next hop|our route'

# a route as another routing daemon has it; IPv6, where no address takes it along
others()
{
	ip -n cyg-site -6 route add fd77::/64 dev up0 proto 77
}
others_stay()
{
	ip -n cyg-site -6 route show proto 77 | grep -F fd77::
}
others

# each time it configures a link, it deletes next hops that have no link: groups
heals "its link configured anew" 'systemd-network \(pid [0-9]+\) removed our next hop' \
	'id |nhid' whole -- networkctl reconfigure up0
refuses "routes of others by its link are gone" others_stay
wait_for 2 false
uplink_changed()
{
	networkd_file 10-uplink.network "$(uplink; echo LLDP=no)"
	ns site networkctl reload
}
log_mark
holds "a reload with a change" uplink_changed
becomes 2 "a reload with a change: whole" whole
becomes 2 "a reload with a change: said" log_has 'removed our next hop'
healed "a reload with a change" "$(watched 'id |nhid')"
wait_for 2 false
log_mark
holds "networkd restarts" networkd_restart site
becomes 2 "networkd restarts: whole" whole
stays 1 "and stays so" whole

# what a manual says on it: the settings leave our routes and rules alone
networkd_conf "ManageForeignRoutes=no
ManageForeignRoutingPolicyRules=no"
holds "networkd restarts with settings" networkd_restart site
others
holds "its link configured anew" ns site networkctl reconfigure up0
becomes 2 "whole" whole
holds "routes of others by its link stay" others_stay
holds "sessions are as many as before" sessions_are 3
refuses "and none has been away" log_has 'neighbor .* is '
heal_table
case_end
