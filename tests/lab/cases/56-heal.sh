#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# Somebody's hand: what he deletes is there again within a second, and the log
# says what it was and who did it. One row a kind of object.

. "$(dirname "$0")/../lib/all.sh"
native_begin alibaba frr
must holds "charon starts with Cygnet" cygnet_start
all_up

table_whole()
{
	# as many rules and sets as at first
	[ "$(ns site nft list table inet cygnet | grep -cE 'drop|maxseg|elements')" \
		= "$table" ]
}

must becomes 5 "the guard is there" ns site nft list table inet cygnet
table=$(ns site nft list table inet cygnet | grep -cE 'drop|maxseg|elements')
heals "the table deleted" 'nft \(pid [0-9]+\) deleted table inet cygnet' \
	table_whole -- nft delete table inet cygnet
# the wait of a fight is over
wait_for 31 false
heals "all tables flushed" 'nft \(pid [0-9]+\) deleted table inet cygnet' \
	table_whole -- nft flush ruleset
wait_for 31 false
heals "a chain flushed" 'nft \(pid [0-9]+\) changed table inet cygnet' \
	table_whole -- nft flush chain inet cygnet guard-forward
heals "a set flushed, soon after" 'changed table inet cygnet' \
	table_whole -- nft flush set inet cygnet protect4-0

whole()
{
	all_ways_are "$(links_but)"
}

for kind in hop group
do
	heals "a next $kind deleted" "removed our next hop" whole -- \
		ip nexthop delete id "$(one_nexthop $kind)"
done
heals "all next hops flushed" "removed our next hop" whole -- \
	ip nexthop flush proto "$CYGNET_PROTO"
# the log has ten lines a second of this, and then a number
wait_for 2 false
heals "a next hop replaced" "changed our next hop" whole -- \
	ip -6 nexthop replace id "$(one_nexthop hop6)" dev lan0 \
	protocol "$CYGNET_PROTO"
heals "routes flushed" "removed our route" whole -- \
	ip route flush proto "$CYGNET_PROTO"
# ip goes on as long as it finds some, and so do we: hundreds of lines in a second
wait_for 2 false
heals "IPv6 routes flushed" "removed our route" whole -- \
	ip -6 route flush proto "$CYGNET_PROTO"
flap()
{
	ip -n cyg-site link set "${TUNNELS[0]}" down
	ip -n cyg-site link set "${TUNNELS[0]}" up
}
log_mark
holds "a link flaps" flap
soon 1 "a link flaps: healed" whole
hash_is()
{
	[ "$(ns site cat /proc/sys/net/ipv4/fib_multipath_hash_policy)" = "$1" ]
}
log_mark
holds "a sysctl changed" ns site sysctl -q net.ipv4.fib_multipath_hash_policy=0
becomes 11 "a sysctl changed: healed" hash_is 1
holds "a sysctl changed: said" log_has \
	"somebody set net/ipv4/fib_multipath_hash_policy to 0"

# one who does not stop: he gets no storm, and status names him
log_mark
delete_it()
{
	ns site nft delete table inet cygnet 2>/dev/null
	false
}
wait_for 5 delete_it
between "a fight: written anew" 3 8 "$(log_has 'written anew' | wc -l)"
holds "a fight: said in status" eval \
	'ctl status | grep "somebody keeps changing table inet cygnet, nft"'
becomes 11 "a fight: healed in the end" table_whole
case_end
