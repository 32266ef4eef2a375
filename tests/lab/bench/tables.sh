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

# -- failover -------------------------------------------------------------------

FLOWS=256
# flows that stay for so many seconds do not leave by the event
LEAVE_LIMIT=${LEAVE_LIMIT:-30}

# load_all DEV DEV: all who feed announce, and it is in the kernel
load_all()
{
	# shellcheck disable=SC2046
	watch fib $(watch_size) load "$1" "$2" "$LOAD_LIMIT" || return 1
	tell announce all
	tell dial all
	watched fib "$LOAD_LIMIT"
}

# leaves FIGURE DEV WORD COMMAND…: the command to the feeder is the event, which
# it tells of by WORD; how long until no flow goes by DEV
leaves()
{
	local name=$1 dev=$2 word=$3
	shift 3
	# shellcheck disable=SC2046
	watch left $(watch_size) left "$dev" "$FLOWS" "$LEAVE_LIMIT" || return 1
	tell "$*"
	if ! watched left $((LEAVE_LIMIT + 5))
	then
		say "$name: flows still go by $dev after $LEAVE_LIMIT s"
		figure "$name" null ms
		return
	fi
	figure "$name" "$(ms "$(moment feeder "$word" last)" \
		"$(moment left left last)")" ms
	figure "${name}_flows" "$(awk '$2 == "left" { print $3; exit }' \
		"$LAB_RUN/left.log")" flows
}

# bfd_is_up N: some end BFD with the session, and begin anew
bfd_is_up()
{
	awk -v n="$1" '$2 ~ /^bfd-/ && $3 == n { last = $2 }
		END { exit last != "bfd-up" }' "$LAB_RUN/feeder.log"
}

# failover: from the event (a NOTIFICATION, BFD's packet that says Down) to the
# moment when the last flow has left the next hop that is gone
bench_failover()
{
	[ "$SYSTEM" != raw ] || return 0
	BFD_MS=100
	world "$SYSTEM" || return 1
	tell bfd all "$BFD_MS"
	load_all feed0 feed1 && wait_for 30 said bfd-up 2 || return 1
	leaves neighbour feed0 closed cease 0 || return 1
	# it comes again; what is under way ends first
	wait_for "$LOAD_LIMIT" calm && load_all feed0 feed1 &&
		wait_for "$LOAD_LIMIT" calm && wait_for 30 bfd_is_up 0 || return 1
	leaves tunnel feed0 sent-dead dead 0 || return 1
	# the others take a session without BFD again, and routes by it
	tell close 0
	wait_for "$LOAD_LIMIT" calm || return 1
	leaves last_path feed1 sent-dead dead 1 || return 1
	tell close 1
	# shellcheck disable=SC2046
	watch gone $(watch_size) gone "$LEAVE_LIMIT" || return 1
	if watched gone $((LEAVE_LIMIT + 5))
	then
		figure last_path_gone "$(seconds "$(moment feeder sent-dead last)" \
			"$(moment gone last first)")" s
	fi
	world_end
	STANDBY=yes
	world "$SYSTEM" || return 1
	tell bfd all "$BFD_MS"
	load_standby && wait_for 30 said bfd-up 2 || return 1
	leaves standby feed0 sent-dead dead 0
}

# the preferred way alone is in use; that the backup's table is there is told
# by its End-of-RIB having been sent, and by nothing being under way
load_standby()
{
	tell announce all
	tell dial all
	wait_for "$LOAD_LIMIT" said announced 2 || return 1
	# shellcheck disable=SC2046
	watch there $(watch_size) there "$LOAD_LIMIT" && watched there "$LOAD_LIMIT" &&
		wait_for "$LOAD_LIMIT" calm
}

# calm: the programs of the site do next to nothing for half a second
calm()
{
	local before
	before=$(cpu)
	sleep 0.5
	[ $(($(cpu) - before)) -le 20 ]
}

# -- memory -----------------------------------------------------------------------

bench_memory()
{
	local idle loaded i flaps=$BENCH_FLAPS now
	[ "$SYSTEM" != raw ] || return 0
	# the others need minutes for what is no question of theirs
	[ "$SYSTEM" = cygnet ] || flaps=2
	world "$SYSTEM" || return 1
	sleep 1
	idle=$(rss)
	load_all feed0 feed1 && wait_for "$LOAD_LIMIT" calm || return 1
	loaded=$(rss)
	figure growth "$(mib "$loaded" "$idle")" MiB
	withdraw_all || return 1
	figure after_withdrawal "$(mib "$(rss)" "$idle")" MiB
	for ((i = 1; i <= flaps; i++))
	do
		load_all feed0 feed1 || return 1
		now=$(rss)
		[ "$i" -lt "$flaps" ] || wait_for "$LOAD_LIMIT" calm
		now=$(rss)
		withdraw_all || return 1
	done
	figure growth_after_flaps "$(mib "$now" "$idle")" MiB
	figure after_flaps "$(mib "$(rss)" "$idle")" MiB
	figure flaps "$flaps" 1
}

withdraw_all()
{
	# shellcheck disable=SC2046
	watch gone $(watch_size) gone "$LOAD_LIMIT" || return 1
	tell withdraw all
	watched gone "$LOAD_LIMIT" && wait_for "$LOAD_LIMIT" calm
}

# -- the loop ------------------------------------------------------------------------

# asked: how long cygnetctl's answers took at most, until the file "asked" is gone
asking()
{
	local before most=0 took
	while [ -e "$LAB_RUN/asking" ]
	do
		before=${EPOCHREALTIME/[.,]/}
		ctl status --json >"$LAB_RUN/status.json"
		took=$((${EPOCHREALTIME/[.,]/} - before))
		[ "$took" -le "$most" ] || most=$took
		echo "$most" >"$LAB_RUN/asked"
		sleep 0.05
	done
}

# over: turns of our own work above 10 ms
over()
{
	ctl_json status '.loop.own.turns | ."<20ms" + ."<50ms" + ."<100ms" + .">=100ms"'
}

# phase NAME CMD…: the figures of it
phase()
{
	local name=$1 before pid
	shift
	before=$(over)
	: >"$LAB_RUN/asking"
	asking &
	pid=$!
	"$@" || { rm -f "$LAB_RUN/asking"; wait "$pid"; return 1; }
	rm -f "$LAB_RUN/asking"
	wait "$pid"
	figure "${name}_answer" "$(awk '{ print $1 / 1000 }' "$LAB_RUN/asked")" ms
	figure "${name}_own_over_10ms" $(($(over) - before)) turns
}

# loop: turns, answers, BFD and the failover of another bundle while a table
# is loaded, changed and withdrawn. Cygnet alone
bench_loop()
{
	[ "$SYSTEM" = cygnet ] || return 0
	NEIGHBOURS=4 FEEDING=4 BFD_MS=100 OTHER=yes OTHER_ROUTES=64 PER_BUNDLE=2
	world cygnet || return 1
	tell bfd all "$BFD_MS"
	tell announce 2
	tell announce 3
	tell dial 2
	tell dial 3
	watch fib -6 "$OTHER_ROUTES" load feed2 feed3 30 && watched fib 30 &&
		wait_for 30 said bfd-up 4 || return 1
	phase load loop_load || return 1
	phase failover loop_failover || return 1
	phase withdraw withdraw_all || return 1
	figure own_longest "$(ctl_json status '.loop.own.longest_usec / 1000')" ms
	figure kernel_longest "$(ctl_json status '.loop.kernel.longest_usec / 1000')" ms
	figure turns "$(ctl_json status '.loop.own.turns | add')" turns
	figure bfd_lost "$(awk '$2 == "bfd-down" && $3 < 2 { n++ }
		END { print n + 0 }' "$LAB_RUN/feeder.log")" sessions
	figure keepalives_late "$(awk '$2 == "late" { n++ }
		END { print n + 0 }' "$LAB_RUN/feeder.log")" 1
}

loop_load()
{
	# shellcheck disable=SC2046
	watch fib $(watch_size) load feed0 feed1 "$LOAD_LIMIT" || return 1
	tell announce 0
	tell announce 1
	tell dial 0
	tell dial 1
	wait_for 60 written_some || return 1
	# the other bundle loses a tunnel meanwhile
	watch left -6 "$OTHER_ROUTES" left feed2 "$OTHER_ROUTES" 60 || return 1
	tell dead 2
	watched left 60 || return 1
	figure other_bundle "$(ms "$(moment feeder sent-dead last)" \
		"$(moment left left last)")" ms
	watched fib "$LOAD_LIMIT"
}

written_some()
{
	[ "$(ctl_json status .routes.kernel_ipv4)" -gt $((SIZE4 / 100)) ]
}

loop_failover()
{
	leaves neighbour feed0 closed cease 0 && wait_for "$LOAD_LIMIT" calm
}

# -- breadth and export ---------------------------------------------------------------

# breadth: TUNNELS tunnels with a neighbour each, --size routes in all
bench_breadth()
{
	local before started cpu_before n=${BENCH_TUNNELS:-500}
	[ "$SYSTEM" != raw ] || return 0
	NEIGHBOURS=$n FEEDING=$n SPLIT=split PER_BUNDLE=10
	world "$SYSTEM" || return 1
	sleep 1
	before=$(rss)
	# shellcheck disable=SC2046
	watch there $(watch_size) there "$LOAD_LIMIT" || return 1
	tell announce all
	started=$(moment there watching first)
	tell dial all
	wait_for "$LOAD_LIMIT" said up "$n" && watched there "$LOAD_LIMIT" || return 1
	figure converged "$(seconds "$started" "$(moment there last first)")" s
	figure all_up "$(seconds "$started" "$(moment feeder up last)")" s
	wait_for 60 calm
	figure memory_per_neighbour "$(awk -v k=$(($(rss) - before)) -v n="$n" \
		'BEGIN { printf "%.1f", k / n }')" KiB
	cpu_before=$(cpu)
	sleep "${BENCH_IDLE:-20}"
	figure idle_cpu "$(awk -v ms=$(($(cpu) - cpu_before)) \
		-v s="${BENCH_IDLE:-20}" 'BEGIN { printf "%.2f", ms / 10 / s }')" percent
}

# export: one neighbour's table goes to all of the others
bench_export()
{
	local before cpu_before n=${BENCH_LISTENERS:-50}
	[ "$SYSTEM" != raw ] || return 0
	NEIGHBOURS=$((n + 1)) FEEDING=1 EXPORT=yes HEAR=$((SIZE4 + SIZE6))
	world "$SYSTEM" || return 1
	tell dial all
	wait_for 60 said up $((n + 1)) && wait_for 60 calm || return 1
	before=$(rss)
	cpu_before=$(cpu)
	tell announce 0
	wait_for "$LOAD_LIMIT" said heard "$n" || return 1
	figure seconds "$(seconds "$(moment feeder first first)" \
		"$(moment feeder heard last)")" s
	wait_for "$LOAD_LIMIT" calm
	figure cpu "$(awk -v ms=$(($(cpu) - cpu_before)) 'BEGIN { print ms / 1000 }')" s
	figure rss_growth "$(mib "$(rss)" "$before")" MiB
}
