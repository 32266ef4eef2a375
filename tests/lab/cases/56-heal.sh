#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Somebody's hand: what he deletes is there again within a second, and the log
# says what it was and who did it. One row a kind of object.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba frr

# the first tunnel's link is one that its owner can take away and make anew
# without a word to the far side
first=${TUNNELS[0]}
made_link()
{
	cat <<-BATCH
	link add $first link base0 address 02:00:00:00:00:11 type macvlan mode bridge
	addr add ${INSIDE4[0]}.2/30 dev $first
	addr add ${INSIDE6[0]}2/126 dev $first nodad
	link set $first up
	BATCH
}
ip -n cyg-site link set "$first" down
ip -n cyg-site link set "$first" name base0 up
ip -n cyg-site addr flush dev base0
made_link | ip -n cyg-site -batch -

must holds "charon starts with Cygnet" cygnet_start
all_up
must holds "changes are watched" watch_begin

table_whole()
{
	# as many rules and sets as at first
	[ "$(ns site nft list table inet cygnet | grep -cE 'drop|maxseg|elements')" \
		= "$table" ]
}

must becomes 5 "the guard is there" ns site nft list table inet cygnet
table=$(ns site nft list table inet cygnet | grep -cE 'drop|maxseg|elements')

# table_heals …: heals, of the table. Who deletes it again within half a minute is
# fought with, and waits: a deed at a time, other kinds of objects meanwhile
table_heals()
{
	heals "$@"
	TABLE_AT=$(now_ms)
}

peace()
{
	[ $(($(now_ms) - TABLE_AT)) -gt 31000 ]
}

table_heals "the table deleted" 'nft \(pid [0-9]+\) deleted table inet cygnet' \
	'nft: .*table inet cygnet' table_whole -- nft delete table inet cygnet

whole()
{
	all_ways_are "$(links_but)"
}

for kind in hop group
do
	heals "a next $kind deleted" "removed our next hop" "id |nhid" whole -- \
		ip nexthop delete id "$(one_nexthop $kind)"
done
heals "all next hops flushed" "removed our next hop" "id |nhid" whole -- \
	ip nexthop flush proto "$CYGNET_PROTO"
# the log has ten lines a second of this, and then a number
wait_for 2 false
heals "a next hop replaced" "changed our next hop" "id |nhid" whole -- \
	ip -6 nexthop replace id "$(one_nexthop hop6)" dev lan0 \
	protocol "$CYGNET_PROTO"
heals "routes flushed" "removed our route" "nhid" whole -- \
	ip route flush proto "$CYGNET_PROTO"
# ip goes on as long as it finds some, and so do we: hundreds of lines in a second
wait_for 2 false
heals "IPv6 routes flushed" "removed our route" "nhid" whole -- \
	ip -6 route flush proto "$CYGNET_PROTO"
wait_for 40 peace
table_heals "all tables flushed" \
	'nft \(pid [0-9]+\) deleted table inet cygnet' \
	'nft: .*table inet cygnet' table_whole -- nft flush ruleset
flap()
{
	ip -n cyg-site link set "${TUNNELS[0]}" down
	ip -n cyg-site link set "${TUNNELS[0]}" up
}
# the kernel drops next hops without a word. Routes have others; those that were
# refused while somebody flushed them are written again by the next audit, which
# may come now
hops="id [0-9]+ (via|dev|group)"
log_mark
holds "a link flaps" flap
soon 2 "a link flaps: whole" whole
healed "a link flaps" "$(watched "${TUNNELS[0]}|$hops")"
make_anew()
{
	{
		echo "link del $first"
		made_link
	} | ip -n cyg-site -batch -
}
log_mark
holds "a link is made anew" make_anew
soon 2 "a link is made anew: whole" whole
# until it is up the kernel waits in its removal, for as long as a busy machine's
# grace periods last: that is its owner's time
healed "a link is made anew" "$(watched "$first|$hops" "$first@.*LOWER_UP")"
stays $((CYGNET_HOLD + 1)) "its session goes on" sessions_are 3
refuses "and has not been away" log_has "neighbor $first is"
hash_is()
{
	[ "$(ns site cat /proc/sys/net/ipv4/fib_multipath_hash_policy)" = "$1" ]
}
log_mark
holds "a sysctl changed" ns site sysctl -q net.ipv4.fib_multipath_hash_policy=0
soon 1 "a sysctl changed: whole" hash_is 1
healed "a sysctl changed" "$WAITED"
becomes 1 "a sysctl changed: said" log_has \
	"somebody set net/ipv4/fib_multipath_hash_policy to 0"
wait_for 40 peace
heals "a chain flushed" 'nft \(pid [0-9]+\) changed table inet cygnet' \
	'nft: ' table_whole -- nft flush chain inet cygnet guard-forward
heals "a set flushed, soon after" 'changed table inet cygnet' \
	'nft: ' table_whole -- nft flush set inet cygnet protect4-0
heals "a chain deleted" 'changed table inet cygnet' \
	'nft: ' table_whole -- nft delete chain inet cygnet guard-forward
heals "a rule deleted" 'changed table inet cygnet' 'nft: ' table_whole -- \
	nft delete rule inet cygnet guard-forward handle "$(ns site \
	nft -a list chain inet cygnet guard-forward |
	sed -n 's/.*drop # handle //p' | head -1)"

# one who does not stop: he gets no storm, and status names him
log_mark
delete_it()
{
	ns site nft delete table inet cygnet 2>/dev/null
	false
}
wait_for 5 delete_it
between "a fight: written anew" 2 8 "$(log_has 'written anew' | wc -l)"
holds "a fight: said in status" eval \
	'ctl status | grep "somebody keeps changing table inet cygnet, nft"'
becomes 11 "a fight: healed in the end" table_whole
heal_table
case_end
