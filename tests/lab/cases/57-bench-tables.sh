#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# The benches of large tables, with small ones. That the feeder and the watcher
# say what is so is seen by what another daemon and the kernel have; of the
# figures, counts are judged, and no times.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab/lib/check.sh
. "$here/../lib/check.sh"
bench=$here/../../../scripts/bench

# is BENCH FIGURE SYSTEM EXPRESSION: there is one such line, and its value is so
is()
{
	echo "$lines" | jq -se --arg bench "$1" --arg figure "$2" \
		--arg system "$3" "[.[] | select(.runs and .bench == \$bench and
		.figure == \$figure and .system == \$system)] | length == 1 and
		(.[0].value | $4)" >/dev/null
}
# run BENCH ARG…
run()
{
	lines=$("$bench" "$@" --no-setup 2>&1)
	while read -r one
	do
		echo "# $one"
	done <<<"${lines:-no lines}"
	lines=$(grep '^{' <<<"$lines")
}

run known --systems bird,cygnet
for system in bird cygnet
do
	holds "$system has what the feeder says" is known routes "$system" '. == 19'
	holds "and both ways of it" is known paths "$system" '. == 38'
	holds "the watcher sees both ways" is known ways "$system" '. == 2'
	holds "and what is left when one is gone" is known left "$system" '. == 1'
done
run load --size 2000 --systems raw,cygnet,bird
holds "each has its time" is load seconds cygnet '. > 0'
holds "the raw writer, too" is load seconds raw '. > 0'
holds "Cygnet writes a prefix once" is load writes_per_prefix cygnet '. == 1'
holds "nothing was missing" is load missing_after cygnet '. == 0'
run failover --size 2000 --systems cygnet
for event in neighbour tunnel last_path standby
do
	holds "flows leave: $event" is failover "$event" cygnet '. > 0'
	holds "and there were some" is failover "${event}_flows" cygnet '. > 80'
done
holds "routes go in the end" is failover last_path_gone cygnet '. > 0'
BENCH_FLAPS=2 run memory --size 2000 --systems cygnet
holds "memory is told" is memory growth_after_flaps cygnet '. >= 0'
run loop --size 2000 --systems cygnet
holds "no turn has long work of its own" is loop load_own_over_10ms cygnet '. == 0'
holds "and some has been seen" is loop own_longest cygnet '. > 0'
holds "the kernel's calls are kept apart" is loop kernel_longest cygnet '. > 0'
holds "no BFD session was lost" is loop bfd_lost cygnet '. == 0'
holds "flows of another bundle leave" is loop other_bundle cygnet '. > 0'
BENCH_TUNNELS=20 BENCH_IDLE=1 run breadth --size 200 --systems cygnet
holds "twenty neighbours" is breadth converged cygnet '. > 0'
BENCH_LISTENERS=5 run export --size 2000 --systems cygnet
holds "five others hear of all" is export seconds cygnet '. > 0'
BENCH_IKE=2 run ike --size 2000 --systems cygnet
for figure in initiate dpd_answer rekey_answer
do
	holds "charon without routes: $figure" is ike "$figure" none '. > 0'
	holds "and beside them" is ike "$figure" cygnet '. > 0'
done
case_end
