# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The benches of large tables: what each does to a world, and its figures.

# loaded: the table is in the kernel by all who announce; the watcher "fib"
# has looked
begin_load()
{
	# shellcheck disable=SC2046
	watch fib $(watch_size) fib feed0 feed1 "$LOAD_LIMIT" || return 1
	tell announce all
	tell dial all
}

# load: from the first UPDATE to the last route in the FIB with both next hops
bench_load()
{
	local rss_before cpu_before writes
	world "$SYSTEM" || return 1
	if [ "$SYSTEM" = raw ]
	then
		load_raw
		return
	fi
	sleep 1
	rss_before=$(rss)
	cpu_before=$(cpu)
	begin_load && wait_for "$LOAD_LIMIT" grep -q ' last ' "$LAB_RUN/fib.log" ||
		return 1
	figure seconds "$(seconds "$(moment feeder first first)" \
		"$(moment fib last first)")" s
	# what was under way is let end, before it is counted
	watched fib "$LOAD_LIMIT" || return 1
	figure cpu "$(awk -v ms="$(($(cpu) - cpu_before))" \
		'BEGIN { print ms / 1000 }')" s
	figure rss_growth "$(mib "$(rss)" "$rss_before")" MiB
	figure missing_after "$(awk '$2 == "checked" { print $3 }' \
		"$LAB_RUN/fib.log")" routes
	if [ "$SYSTEM" = cygnet ]
	then
		writes=$(ctl_json status .routes.route_writes)
		figure writes_per_prefix "$(awk -v w="$writes" \
			-v n=$((SIZE4 + SIZE6)) 'BEGIN { printf "%.3f", w / n }')" 1
	fi
}

load_raw()
{
	# shellcheck disable=SC2046
	watch fib $(watch_size) fib feed0 feed1 "$LOAD_LIMIT" || return 1
	spawn raw site "$BENCH_BIN/rawroutes" "$SIZE4" "$SIZE6" \
		feed0 "$(feed4 0)" "$(feed6 0)" feed1 "$(feed4 1)" "$(feed6 1)"
	wait_for "$LOAD_LIMIT" grep -q ' last ' "$LAB_RUN/fib.log" || return 1
	figure seconds "$(seconds "$(moment raw first first)" \
		"$(moment fib last first)")" s
	watched fib "$LOAD_LIMIT"
}

# known: a few routes, counted by others than us
bench_known()
{
	SIZE4=19 SIZE6=0
	world "$SYSTEM" && begin_load && watched fib 30 || return 1
	figure routes "$(ip -n cyg-site -4 route show | grep -c '^[1-9].*/[12]')" 1
	case $SYSTEM in
		bird)
			figure paths "$(birdcmd site 'show route count' | awk '
				/^[0-9]+ of/ { sum += $1 } END { print sum }')" 1 ;;
		cygnet)
			figure paths "$(ctl_json neighbors 'map(.received.ipv4) | add')" 1 ;;
	esac
	figure ways "$(ns site "$BENCH_BIN/watcher" 19 where 64 | grep -c feed)" 1
	watch left 19 left feed0 64 30 || return 1
	tell cease 0
	watched left 30 || return 1
	figure left "$(ns site "$BENCH_BIN/watcher" 19 where 64 | wc -l)" 1
}
