#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# charon itself does nothing to bring a tunnel up or back (no start, close or
# DPD action): the supervisor does, also after a far charon that was restarted
# has answered NO_PROPOSAL_CHOSEN, upon which charon alone gives up for good.

. "$(dirname "$0")/../lib/all.sh"
export SITE_START=none
xfrm_begin aws
must holds "charon starts with Cygnet" cygnet_start
all_up
flows_start flows 12 5
must becomes 20 "all flows pass" flows_pass flows

one_sa_each()
{
	local n
	n=$(ctl_json tunnels '[.[].sa.count] | join(" ")')
	echo "counted: $n"
	[ "$n" = "1 1" ]
}
one_ike_each()
{
	local n
	n=$(swan site --list-sas | grep -c ESTABLISHED)
	echo "IKE_SAs: $n"
	[ "$n" = 2 ]
}

downs()
{
	ctl_json tunnels '.[0].downs'
}
went_down()
{
	[ "$(downs)" -gt "$1" ]
}

# back WHAT SIDE SWANCTL-ARG…: what is ended comes back without a word
back()
{
	local what=$1 side=$2 before
	shift 2
	before=$(downs)
	holds "$what" swan "$side" "$@"
	becomes 3 "$what: the tunnel is down" went_down "$before"
	becomes 10 "$what: two ways again" all_ways_are "$(links_but)"
	becomes 20 "$what: one SA a tunnel" one_sa_each
}
back "the peer deletes the CHILD_SA" cloud --terminate --child "${TUNNELS[0]}"
back "the peer deletes the IKE_SA" cloud --terminate --ike "${TUNNELS[0]}"
back "we delete the IKE_SA" site --terminate --ike "${TUNNELS[0]}"

# both initiate at once, several times
both()
{
	swan site --terminate --ike "${TUNNELS[1]}" >/dev/null
	swan cloud --initiate --child "${TUNNELS[1]}" >/dev/null &
	swan site --initiate --child "${TUNNELS[1]}" >/dev/null &
	wait
	return 0
}
holds "both ends initiate" both
becomes 30 "both: two ways" all_ways_are "$(links_but)"
holds "the operator loads all again" swan_load site
holds "nothing came of it" all_ways_are "$(links_but)"

# the far charon goes, and answers before its connections are loaded
holds "the far charon stops" stop cloud/charon
holds "the far charon starts, without connections" charon_start cloud
refused()
{
	grep -c NO_PROPOSAL_CHOSEN "$LAB_RUN/site/charon.log" >/dev/null
}
becomes 60 "we are refused: NO_PROPOSAL_CHOSEN" refused
holds "it loads its connections" swan_load cloud
becomes 60 "two ways again" all_ways_are "$(links_but)"
becomes 30 "all flows pass" flows_pass flows
becomes 30 "one IKE_SA a tunnel" one_ike_each
flows_stop flows
case_end
