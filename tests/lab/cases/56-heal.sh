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

# log_has PATTERN: since the last mark
log_mark()
{
	LOG_AT=$(wc -l <"$LAB_RUN/site/charon.log")
}

log_has()
{
	tail -n +$((LOG_AT + 1)) "$LAB_RUN/site/charon.log" | grep -E "$1"
}

# heals WHAT PATTERN CHECK… -- CMD…: after CMD, CHECK succeeds within a second,
# and the log has PATTERN
heals()
{
	local what=$1 pattern=$2 check=()
	shift 2
	while [ "$1" != -- ]
	do
		check+=("$1")
		shift
	done
	shift
	log_mark
	holds "$what" ns site "$@"
	soon 1 "$what: healed" "${check[@]}"
	becomes 1 "$what: said" log_has "$pattern"
}

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

# one who does not stop: he gets no storm, and status names him
log_mark
for _ in $(seq 60)
do
	ns site nft delete table inet cygnet 2>/dev/null
	wait_for 0 false
done
between "a fight: written anew" 3 12 "$(log_has 'written anew' | wc -l)"
holds "a fight: said in status" eval \
	'ctl status | grep "somebody keeps changing table inet cygnet, nft"'
becomes 11 "a fight: healed in the end" table_whole
case_end
