#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: long
#
# What the field suffers from (tests/README.md has the list), with the real
# charons: links and policies that were there before, two IKE_SAs of one
# connection at once, both sides' own restarts against each other, connections
# loaded again, if_ids that change.

. "$(dirname "$0")/../lib/all.sh"
# charon itself does nothing: Cygnet's supervisor initiates
export SITE_START=none
xfrm_begin aws
conf=$LAB_RUN/site/swanctl/swanctl.conf
# the first connection keeps its old IKE_SA beside a new one of a peer that
# was restarted, which says INITIAL_CONTACT
sed -i '0,/version = 2/s//version = 2\n\t\tunique = never/' "$conf"

# -- 6, 7, 11: what was there before -------------------------------------------------

ip -n cyg-site link add cyg-aws-1 type xfrm if_id 1
before=$(ip -n cyg-site -j link show dev cyg-aws-1 | jq '.[0].ifindex')
for dir in in out fwd
do
	must holds "a block policy is there, $dir" ns site ip xfrm policy add \
		src 0.0.0.0/0 dst 0.0.0.0/0 dir $dir if_id 2 priority 1 action block
done
must holds "charon starts with Cygnet" cygnet_start
all_up
equal "a link of our name and if_id was adopted" "$before" \
	"$(ip -n cyg-site -j link show dev cyg-aws-1 | jq '.[0].ifindex')"
holds "and marked" eval \
	"ip -n cyg-site link show dev cyg-aws-1 | grep 'alias cygnet aws/aws-1'"
flows_start flows 12 10
must becomes 20 "stale block policies stop nobody: all flows pass" \
	flows_pass flows

refuses "none of them is left" eval "ns site ip xfrm policy | grep block"

figure()
{
	ctl_json tunnels ".[] | select(.name == \"${TUNNELS[$1]}\") | .$2"
}
# sas SIDE N: numbers of the CHILD_SAs that are installed of a tunnel
sas()
{
	swan "$1" --list-sas --ike "${TUNNELS[$2]}" --raw |
		grep -o 'uniqueid=[0-9]* reqid=[0-9]* state=INSTALLED' |
		sed 's/ .*//; s/.*=//' | sort -n | xargs
}
# ikes N: how many established IKE_SAs
ikes()
{
	swan site --list-sas --ike "${TUNNELS[$1]}" | grep -c ' ESTABLISHED'
}
ikes_are()
{
	local seen
	seen=$(ikes "$1")
	echo "IKE_SAs of ${TUNNELS[$1]}: $seen"
	[ "$seen" = "$2" ]
}
index_of()
{
	ip -n cyg-site -j link show dev "$(link_of "$1")" | jq '.[0].ifindex'
}

# -- 18: connections loaded again ----------------------------------------------------

downs="$(figure 0 downs) $(figure 1 downs)"
kept="$(sas site 0) $(sas site 1)"
since=$(now_ms)
sed -i 's/rekey_time = 28800s/rekey_time = 28000s/' "$conf"
holds "the connections change, and are loaded again" swan_load site
holds "they were replaced" eval \
	"grep 'replaced vici connection: aws-1' '$LAB_RUN/site/charon.log'"
holds "cygnetctl reload" ctl reload
stays 2 "loaded again: all flows pass" flows_pass flows
equal "loaded again: the same SAs" "$kept" "$(sas site 0) $(sas site 1)"
equal "loaded again: no tunnel went down" "$downs" \
	"$(figure 0 downs) $(figure 1 downs)"
between "loaded again: longest gap of a flow, in ms" 0 1000 \
	"$(flows_get flows outage_ms "$since")"
echo "# packets lost meanwhile: $(flows_get flows lost "$since")"

# -- 1, 9: two IKE_SAs of one connection, and the older one goes down ----------------

link=$(index_of 0)
stop cloud/charon KILL
ns cloud ip xfrm state flush
charon_start cloud
swan_load cloud
for i in 0 1
do
	holds "the far side was restarted, and initiates ${TUNNELS[$i]}" \
		swan cloud --initiate --child "${TUNNELS[$i]}"
done
becomes 5 "two IKE_SAs of one connection at once" ikes_are 0 2
becomes 5 "the other one: INITIAL_CONTACT has ended the older" ikes_are 1 1
downs=$(figure 0 downs)
becomes 20 "both ways, by the newer one" all_ways_are "$(links_but)"
becomes 20 "all flows pass" flows_pass flows
since=$(now_ms)
becomes 40 "the older one has gone down" ikes_are 0 1
holds "by retransmissions" eval \
	"grep 'giving up after' '$LAB_RUN/site/charon.log'"
equal "the older one's end: the tunnel did not go down" "$downs" \
	"$(figure 0 downs)"
holds "the older one's end: both ways" all_ways_are "$(links_but)"
becomes 5 "the older one's end: all flows pass" flows_pass flows
equal "the older one's end: the link is the same" "$link" "$(index_of 0)"
between "the older one's end: packets lost" 0 5 \
	"$(flows_get flows lost "$since")"

# -- 16, 17: both sides restart what is closed, one side is passive and replaces -----

for side in site cloud
do
	sed -i '/^\taws-2 {/,/^\t}/{
		s/close_action = .*/close_action = start/
		s/version = 2/version = 2\n\t\tunique = replace/
	}' "$LAB_RUN/$side/swanctl/swanctl.conf"
	holds "$side: close_action = start, unique = replace" swan_load "$side"
done
swan site --terminate --ike "${TUNNELS[1]}" >/dev/null
becomes 20 "replaced connection: both ways" all_ways_are "$(links_but)"
for side in cloud site cloud
do
	swan "$side" --terminate --child "${TUNNELS[1]}" >/dev/null
	wait_for 1 false
done
one_sa()
{
	local seen
	seen="$(sas site 1 | wc -w) $(sas cloud 1 | wc -w) $(ikes 1)"
	echo "CHILD_SAs here and there, IKE_SAs: $seen"
	[ "$seen" = "1 1 1" ]
}
becomes 20 "both restart it: one SA is left" one_sa
becomes 20 "both restart it: both ways" all_ways_are "$(links_but)"
kept="$(sas site 1)"
downs=$(figure 1 downs)
# the loop of unique = replace took ten seconds a turn
stays 12 "both restart it: no loop, one SA for 12 s" one_sa
equal "and the same one" "$kept, $downs" "$(sas site 1), $(figure 1 downs)"
becomes 5 "all flows pass" flows_pass flows

# -- 25, 35: replies by a tunnel that is out of use ----------------------------------

equal "rp_filter of our links is loose" "2 2" "$(ns site sysctl -n \
	net.ipv4.conf.cyg-aws-1.rp_filter net.ipv4.conf.cyg-aws-2.rp_filter | xargs)"
ns site sysctl -q net.ipv4.conf.all.rp_filter=1
for net in $(nets 4 "${SITE_NETS[@]}")
do
	ip -n cyg-cloud route add "$net" via "${INSIDE4[1]}.2" metric 1
done
holds "drain" ctl drain "${TUNNELS[1]}"
becomes 5 "it is out of use" all_ways_are "$(links_but 1)"
stays 3 "strict rp_filter of all: answers by it arrive" flows_pass flows
holds "undrain" ctl undrain "${TUNNELS[1]}"
flows_stop flows

# -- 6, 7: if_ids that change, and one that somebody has -----------------------------

holds "charon stops" stop site/charon
link=$(index_of 0)
sed -i 's/\(if_id_[a-z]*\) = 1$/\1 = 11/; s/\(if_id_[a-z]*\) = 2$/\1 = 12/' "$conf"
ip -n cyg-site link add theirs type xfrm if_id 12
ip -n cyg-site link set theirs mtu 1300 up
must holds "charon starts with other if_ids" cygnet_start
if_id_of()
{
	printf '%d\n' "$(ip -n cyg-site -d -j link show dev "$(link_of "$1")" |
		jq -r '.[0].linkinfo.info_data.if_id')"
}
is_anew()
{
	[ "$(index_of 0)" != "$link" ] && [ "$(if_id_of 0)" = 11 ]
}
becomes 10 "our link was made anew for its new if_id" is_anew
becomes 10 "the status names the link that has the other one" \
	tells "theirs, which is not ours, has its if_id 12"
becomes 40 "the one way" all_ways_are "$(links_but 1)"
equal "somebody's link was left alone" 1300 \
	"$(ip -n cyg-site -j link show dev theirs | jq '.[0].mtu')"
ip -n cyg-site link del theirs
becomes 40 "it is gone: both ways" all_ways_are "$(links_but)"
refuses "and nothing is told of it" tells "not ours"
case_end
