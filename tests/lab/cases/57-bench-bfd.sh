#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# BFD's packets leave while the tables work. The kernel's own turns with so many
# routes are longer than the detection time here, if there were nobody else to
# send them; how much later than usual they are is for an idle machine to say.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lab/lib/check.sh
. "$here/../lib/check.sh"
lines=$("$here/../../../scripts/bench" bfd --no-setup --routes 200000 \
	--interval 100)
while read -r one
do
	echo "# $one"
done <<<"${lines:-no lines}"

# all EXPRESSION: it is true of each phase and session
all()
{
	echo "$lines" | jq -se "[.[] | select(.phase)] | length == 10 and all($1)" \
		>/dev/null
}
holds "each phase has its packets" all '.packets > 5 * .seconds'
holds "no session was lost" all '.session_lost | not'
holds "no gap is as long as the detection time" all '.gap_ms < 300'
case_end
