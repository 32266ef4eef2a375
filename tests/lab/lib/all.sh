# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What a case or the demo needs, and what several of them do.

# Not pipefail: "grep -q" ends at its first match, and what still writes into it
# would then fail the check, now and then.
set -u
lib=$(dirname "${BASH_SOURCE[0]}")
for part in lab check doctor topology scenarios charon frr bird cygnet liveness timeline heal networkd systemd traffic restart valgrind
do
	# shellcheck source=/dev/null
	. "$lib/$part.sh"
done

# cloud_frr: FRR as the cloud's BGP
cloud_frr()
{
	frr_conf cloud "$CLOUD_AS" 10.0.0.1 "$SITE_AS" 2 "${CLOUD_NETS[@]}"
	frr_start cloud
}

# native_begin SCENARIO frr|bird: two sites joined by plain links
native_begin()
{
	LINKS=interface
	scenario "$1"
	lab_begin
	case_begin
	topology_hosts
	topology_links
	if [ "$2" = frr ]
	then
		cloud_frr
	else
		bird_conf cloud "$CLOUD_AS" 10.0.0.1 "$SITE_AS" 2 "${CLOUD_NETS[@]}"
		bird_start cloud
	fi
	cygnet_begin interface
}

# xfrm_begin SCENARIO: two sites joined by the Internet, the cloud waiting
xfrm_begin()
{
	LINKS=xfrm
	scenario "$1"
	lab_begin
	case_begin
	topology_hosts
	topology_underlay
	topology_cloud_links
	charon_conf cloud
	swanctl_conf cloud cloud
	charon_start cloud
	swan_load cloud
	cloud_frr
	cygnet_begin xfrm
}

# all_up: the way from start to traffic on all tunnels, each step a check
all_up()
{
	local n=${#TUNNELS[@]}
	if [ "$LINKS" = xfrm ]
	then
		must becomes 30 "$n SAs are installed" sas_up site "$n"
	fi
	must becomes 30 "the cloud sees $n sessions" frr_sessions_are cloud "$n"
	must becomes 10 "cygnetctl shows $n sessions" sessions_are "$n"
	must becomes 10 "every prefix of both families has $n ways" \
		all_ways_are "$(links_but)"
}

# lan_pings ADDRESS: from the site's host
lan_pings()
{
	ns lan ping -c 1 -W 2 "$1"
}
