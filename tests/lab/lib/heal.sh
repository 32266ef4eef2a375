# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Somebody's hand at the site: what the kernel tells of it, with the time of
# each message, and what the log says. How long a thing was away is read from
# those times, not from when a check's own processes came to look, which in an
# emulated guest is much later.

# what was healed and how long it took, for the end of the case
HEALED=()
HEAL_LIMIT=1000

# watch_begin: from here on what changes at the site is written down
watch_begin()
{
	spawn site/watch site bash -c '
		stdbuf -oL nft monitor | while read -r line
		do
			t=$EPOCHREALTIME
			printf "[%(%FT%T)T.%s] nft: %s\n" "${t%[.,]*}" "${t#*[.,]}" "$line"
		done &
		exec ip -ts -o monitor link address route rule nexthop netconf'
	wait_for 5 watch_proves
}

# changes that have to be seen, so that the watch can fail
watch_proves()
{
	ip -n cyg-site addr add 127.9.9.9/32 dev lo
	ip -n cyg-site addr del 127.9.9.9/32 dev lo
	ns site nft 'add table inet watched; delete table inet watched'
	grep -q 'Deleted .*127.9.9.9' "$LAB_RUN/site/watch.log" &&
		grep -q 'nft: delete table inet watched' "$LAB_RUN/site/watch.log"
}

# log_mark: log_has and watched look at what comes from here on
log_mark()
{
	LOG_AT=$(wc -l <"$LAB_RUN/site/charon.log")
	WATCH_AT=$(wc -l <"$LAB_RUN/site/watch.log" 2>/dev/null)
}

log_has()
{
	tail -n +$((LOG_AT + 1)) "$LAB_RUN/site/charon.log" | grep -E "$1"
}

# watched PATTERN [FROM]: what the kernel told of it, from its first word (that
# or after FROM) to its last: the ms between them, nothing if it told nothing
watched()
{
	tail -n +$((WATCH_AT + 1)) "$LAB_RUN/site/watch.log" |
		awk -v what="$1" -v from="${2:-}" '$0 ~ from { began = 1 }
		began && $0 ~ what {
			split(substr($1, 13, 15), t, ":")
			at = (t[1] * 60 + t[2]) * 60 + t[3]
			first = n++ ? first : at
		}
		END { if (n > 1) printf "%d\n", (at - first) * 1000 }'
}

# from_to PATTERN LOG: the ms from the kernel's first word of PATTERN to the last
# line of the log with LOG
from_to()
{
	local from to
	from=$(tail -n +$((WATCH_AT + 1)) "$LAB_RUN/site/watch.log" |
		grep -E -m 1 "$1" | cut -c 13-24)
	to=$(log_has "$2" | tail -n 1 | cut -c 1-12)
	[ -z "$from" ] || [ -z "$to" ] ||
		awk -F '[: ]' '{ at[NR] = ($1 * 60 + $2) * 60 + $3 }
			END { printf "%d\n", (at[2] - at[1]) * 1000 }' <<<"$from
$to"
}

# healed WHAT MS [LIMIT]: a line of the table, and a check
healed()
{
	HEALED+=("# healed: $1 in ${2:-?} ms")
	between "$1: healed, ms" 0 "${3:-$HEAL_LIMIT}" "$2"
}

heal_table()
{
	printf '%s\n' "${HEALED[@]}"
}

# heals WHAT LOG OBJECT CHECK… -- CMD…: after CMD, CHECK succeeds and the log has
# LOG; what the kernel tells of OBJECT, from the first word to the last, takes no
# more than a second
heals()
{
	local what=$1 pattern=$2 object=$3 check=()
	shift 3
	while [ "$1" != -- ]
	do
		check+=("$1")
		shift
	done
	shift
	log_mark
	holds "$what" ns site "$@"
	becomes 2 "$what: whole" "${check[@]}"
	becomes 1 "$what: said" log_has "$pattern"
	healed "$what" "$(watched "$object")"
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
