# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Somebody's hand at the site, and what the log says of it.

# log_mark: log_has looks at what comes from here on
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

# one_nexthop group|hop|hop6: the id of one of ours
one_nexthop()
{
	ip -n cyg-site -j nexthop show | jq --arg kind "$1" '[.[] |
		select(.id >= 1124073472 and .id <= 1140850687) |
		select(if $kind == "group" then (.group // []) | length > 1
			elif $kind == "hop" then .dev
			else (.gateway // "") | contains(":") end)][0].id'
}
