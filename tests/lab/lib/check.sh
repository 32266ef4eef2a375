# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Assertions of the lab's cases. Each prints one line, "ok …" or "not ok …"
# with what was expected and seen. A case file goes on after a failed check,
# as later ones tell more; "must" ends it where going on has no sense.

case_name=$(basename "$0" .sh)
case_ended=no

case_ok()
{
	echo "ok $case_name: $*"
}

# case_bad WHAT EXPECTED SEEN
case_bad()
{
	echo "not ok $case_name: $1"
	printf 'expected: %s\nseen: %s\n' "$2" "$3" | head -n 60 | sed 's/^/#   /'
	return 1
}

# equal WHAT EXPECTED SEEN
equal()
{
	if [ "$2" = "$3" ]
	then
		case_ok "$1"
	else
		case_bad "$@"
	fi
}

# between WHAT LEAST MOST SEEN
between()
{
	if [[ "$4" =~ ^-?[0-9]+$ ]] && [ "$4" -ge "$2" ] && [ "$4" -le "$3" ]
	then
		case_ok "$1 ($4)"
	else
		case_bad "$1" "$2 to $3" "${4:-nothing}"
	fi
}

# holds WHAT CMD…: CMD succeeds now
holds()
{
	local what=$1 seen
	shift
	if seen=$("$@" 2>&1)
	then
		case_ok "$what"
	else
		case_bad "$what" "success of: $*" "$seen"
	fi
}

# refuses WHAT CMD…: CMD fails
refuses()
{
	local what=$1 seen
	shift
	if seen=$("$@" 2>&1)
	then
		case_bad "$what" "failure of: $*" "$seen"
	else
		case_ok "$what"
	fi
}

# becomes SECONDS WHAT CMD…: CMD succeeds within the time, which is for a machine
# that has nothing else to do; LAB_PATIENCE times that is waited
becomes()
{
	local limit=$(($1 * ${LAB_PATIENCE:-3}))
	shift
	soon "$limit" "$@"
}

# soon SECONDS WHAT CMD…: the same, where the time itself is what is checked
soon()
{
	local limit=$1 what=$2
	shift 2
	if wait_for "$limit" "$@"
	then
		case_ok "$what ($WAITED ms)"
	else
		case_bad "$what" "within $limit s: $*" "$("$@" 2>&1; case_state)"
	fi
}

# stays SECONDS WHAT CMD…: CMD succeeds at each look during the time
stays()
{
	local limit=$1 what=$2 start
	shift 2
	start=$(now_ms)
	while [ $(($(now_ms) - start)) -lt $((limit * 1000)) ]
	do
		if ! "$@" >/dev/null 2>&1
		then
			case_bad "$what" "throughout $limit s: $*" \
				"not so after $(($(now_ms) - start)) ms; $("$@" 2>&1)"
			return 1
		fi
		sleep 0.1
	done
	case_ok "$what"
}

# must CHECK…: without this the rest has no sense
must()
{
	"$@" || exit 1
}

# what to show beside a failure; a case may replace it
case_state()
{
	:
}

case_end()
{
	case_ended=yes
}

# After lab_begin, so that an unexpected end shows as a failure
case_begin()
{
	trap 'case_trap' EXIT
}

case_trap()
{
	local rc=$?
	[ "$case_ended" = yes ] ||
		echo "not ok $case_name: ended early with status $rc"
	(exit "$rc") || true
	lab_end
}
