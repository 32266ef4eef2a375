#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: xfrm
#
# charon itself does nothing to bring a tunnel up or back (no start, close or
# DPD action): the supervisor does, also after a far charon that was restarted
# has answered NO_PROPOSAL_CHOSEN, upon which charon alone gives up for good.
# The second far end is known by a name, whose address changes.

. "$(dirname "$0")/../lib/all.sh"
export SITE_START=none
xfrm_begin aws
# a dead peer is known after 8 s; the far kernel's first SA takes as long as 4 s,
# while it loads its ciphers
sed -i 's/retransmit_base = .*/retransmit_base = 1/' \
	"$LAB_RUN/site/strongswan.conf"
far_is()
{
	echo "$1 far.test" >"$LAB_RUN/hosts"
}
far_is "${OUTER[1]}"
# the run's own: its mounts are nobody else's
mount --bind "$LAB_RUN/hosts" /etc/hosts
sed -i "s/remote_addrs = ${OUTER[1]}\$/remote_addrs = far.test/" \
	"$LAB_RUN/site/swanctl/swanctl.conf"
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
# whether the two cross is chance: each then has an IKE_SA of its own, which both
# stay here, and a person ends one: that which the far side has no more, as the
# other one came with INITIAL_CONTACT, or the older
duplicates()
{
	swan site --list-sas | awk -v name="${TUNNELS[1]}:" '
		$1 == name && /^[^ ]/ { ike = substr($2, 2) + 0; spi = $5 }
		$1 == name && /^ / { sub(/_i.*/, "", spi)
			print substr($2, 2) + 0, ike, spi }' | sort -n
}
one_ended()
{
	local all ike spi dead=()
	all=$(duplicates)
	[ "$(wc -l <<<"$all")" -gt 1 ] || return 0
	while read -r _ ike spi
	do
		swan cloud --list-sas </dev/null | grep -q "$spi" || dead+=("$ike")
	done <<<"$all"
	[ ${#dead[@]} -gt 0 ] ||
		mapfile -t dead < <(head -n -1 <<<"$all" | cut -d " " -f 2)
	for ike in "${dead[@]}"
	do
		swan site --terminate --ike-id "$ike" || return 1
	done
}
holds "both ends initiate" both
becomes 30 "both: two ways" all_ways_are "$(links_but)"
holds "both: one of two is ended" one_ended
becomes 20 "both: one SA a tunnel" one_sa_each
stays 2 "both: still two ways" all_ways_are "$(links_but)"
holds "the operator loads all again" swan_load site
holds "nothing came of it" all_ways_are "$(links_but)"

refuses "charon makes no second CHILD_SA at the operator's word" \
	swan site --initiate --child "${TUNNELS[0]}"
holds "nothing came of it, either" one_sa_each

# what a person wants to stay down is unloaded first
conf=$LAB_RUN/site/swanctl/swanctl.conf
cp "$conf" "$LAB_RUN/whole.conf"
sed -i "s/^\t${TUNNELS[0]} {\$/\tother {/" "$conf"
holds "the operator unloads a connection" swan_load site
holds "unloaded: all ways are still there" all_ways_are "$(links_but)"
holds "unloaded: and ends its SA" swan site --terminate --ike "${TUNNELS[0]}"
becomes 10 "unloaded: one way is left" all_ways_are "$(links_but 0)"
stays 3 "unloaded: it stays down" all_ways_are "$(links_but 0)"
cp "$LAB_RUN/whole.conf" "$conf"
holds "unloaded: loaded again" swan_load site
becomes 10 "unloaded: two ways again" all_ways_are "$(links_but)"

# no word of the far side: DPD ends the SA, and it is back with the way
blackhole 0
becomes 15 "blackhole: DPD takes the tunnel down" all_ways_are "$(links_but 0)"
becomes 10 "blackhole: all flows pass" flows_pass flows
unblackhole
becomes 15 "blackhole: two ways again" all_ways_are "$(links_but)"

# The far charon dies and initiates: INITIAL_CONTACT ends what was before, on
# either end
holds "the far charon is killed" stop cloud/charon KILL
holds "the far charon starts again" charon_start cloud
holds "INITIAL_CONTACT: it loads its connections" swan_load cloud
holds "INITIAL_CONTACT: it initiates one" swan cloud --initiate \
	--child "${TUNNELS[0]}"
replaced()
{
	grep -c "destroying duplicate IKE_SA for peer" "$LAB_RUN/site/charon.log" \
		>/dev/null
}
becomes 10 "INITIAL_CONTACT: the old IKE_SA goes at once" replaced
becomes 20 "INITIAL_CONTACT: two ways" all_ways_are "$(links_but)"
becomes 20 "INITIAL_CONTACT: one SA a tunnel" one_sa_each
becomes 20 "INITIAL_CONTACT: all flows pass" flows_pass flows

# the far end gets another address, and with it its name
NEW_OUTER=203.0.113.99
move()
{
	ip -n cyg-cloud addr del "${OUTER[1]}/24" dev wan0
	addr cloud wan0 "$NEW_OUTER/24"
	sed -i "s/local_addrs = ${OUTER[1]}\$/local_addrs = $NEW_OUTER/" \
		"$LAB_RUN/cloud/swanctl/swanctl.conf"
	swan_load cloud
	far_is "$NEW_OUTER"
}
holds "the far address changes" move
at_new()
{
	swan site --list-sas --ike "${TUNNELS[1]}" | grep "@ $NEW_OUTER\["
}
becomes 20 "new address: the IKE_SA is with it" at_new
becomes 20 "new address: two ways again" all_ways_are "$(links_but)"
becomes 10 "new address: all flows pass" flows_pass flows
pinned()
{
	ip -n cyg-site rule show | grep "$NEW_OUTER"
	ip -n cyg-site route show table all | grep "^$NEW_OUTER"
}
holds "new address: it is pinned to the underlay" pinned

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
