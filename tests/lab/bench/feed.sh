# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The world of the large tables: a gateway (cyg-site) with plain links to
# cyg-feed, where the feeder speaks for all neighbours. What runs at the site is
# charon-systemd with Cygnet, BIRD, or FRR, each with what its users would set
# for equal paths by all neighbours; or the raw writer. Nothing is timed
# by this shell: moments come from the feeder, the watcher and the raw writer.
#
# SIZE4 SIZE6       routes of each neighbour that announces
# NEIGHBOURS        how many there are; FEEDING: the first so many announce
# BFD_MS            their BFD's interval; 0: none
# STANDBY=yes       the first is preferred, the second its backup
# EXPORT=yes        what is learned is announced to the others
# PER_BUNDLE        so many tunnels each
# OTHER=yes         neighbours 2 and 3 announce OTHER_ROUTES IPv6 routes instead
# SPLIT=split       each neighbour announces its own part of the table

SITE_AS=65000
FEED_AS=64512
PREFIX=bench
LINKS=interface
LOAD_LIMIT=${LOAD_LIMIT:-300}

# where the tools were built last
BENCH_BIN=${BENCH_BIN:-$LAB_TOP/build/tests/bench}

feed4() # N
{
	echo "169.254.$(($1 / 64)).$(($1 % 64 * 4 + 1))"
}

site4()
{
	echo "169.254.$(($1 / 64)).$(($1 % 64 * 4 + 2))"
}

# what is learned of one AS is not announced to the same
feed_as()
{
	if [ "$EXPORT" = yes ]
	then
		echo $((FEED_AS + $1))
	else
		echo "$FEED_AS"
	fi
}

feed6()
{
	printf 'fd00:0:0:%x::1' "$1"
}

site6()
{
	printf 'fd00:0:0:%x::2' "$1"
}

# -- what runs at the site ----------------------------------------------------

feed_tunnel() # N
{
	cat <<CONF
				feed$1 {
					interface = feed$1
					address = $(site4 "$1")/30, $(site6 "$1")/126
CONF
	if [ "$BFD_MS" -gt 0 ]
	then
		cat <<CONF
					bfd = yes
					bfd_address = $(feed4 "$1")
					bfd_interval = $BFD_MS
CONF
	fi
	if [ "$STANDBY" = yes ]
	then
		echo "					priority = $((1 + $1))"
	fi
	cat <<CONF
					neighbor {
						address = $(feed4 "$1")
						remote_as = $(feed_as "$1")
						max_prefix = 0
						${EXPORT_LINE:-}
					}
				}
CONF
}

feed_section()
{
	local i mode=active-active
	[ "$STANDBY" = no ] || mode=active-standby
	[ "$EXPORT" = no ] || EXPORT_LINE="export = all"
	cat <<CONF
cygnet {
	asn = $SITE_AS
	router_id = 192.0.2.1
	leak_guard = no
	$([ "$EXPORT" = no ] || echo "policies { all { any { verdict = accept } } }")
	bundles {
		far {
			mode = $mode
			tunnels {
CONF
	for ((i = 0; i < NEIGHBOURS; i++))
	do
		if [ "$i" != 0 ] && [ $((i % PER_BUNDLE)) = 0 ]
		then
			printf '\t\t\t}\n\t\t}\n\t\tfar%d {\n\t\t\ttunnels {\n' "$i"
		fi
		feed_tunnel "$i"
	done
	printf '\t\t\t}\n\t\t}\n\t}\n}\n'
}

feed_bird_conf()
{
	local i family dir=$LAB_RUN/site/bird export=none
	[ "$EXPORT" = no ] || export=all
	mkdir -p "$dir"
	{
		echo "log \"$dir/bird.log\" all;"
		echo "router id 192.0.2.1;"
		echo "protocol device { }"
		for family in 4 6
		do
			echo "protocol kernel kernel$family {"
			echo "	merge paths on; metric 0;"
			echo "	ipv$family { export where source = RTS_BGP; };"
			echo "}"
		done
		for ((i = 0; i < NEIGHBOURS; i++))
		do
			echo "protocol bgp b$i {"
			echo "	local $(site4 "$i") as $SITE_AS;"
			echo "	neighbor $(feed4 "$i") as $(feed_as "$i");"
			[ "$BFD_MS" = 0 ] || echo "	bfd on;"
			if [ "$STANDBY" = yes ]
			then
				echo "	ipv4 { import filter { bgp_local_pref = $((200 - i)); accept; }; export $export; };"
				echo "	ipv6 { import filter { bgp_local_pref = $((200 - i)); accept; }; export $export; };"
			else
				echo "	ipv4 { import all; export $export; };"
				echo "	ipv6 { import all; export $export; };"
			fi
			echo "}"
		done
		[ "$BFD_MS" = 0 ] || printf '%s\n' "protocol bfd {" \
			"	interface \"*\" { interval $BFD_MS ms; multiplier 3; };" "}"
	} >"$dir/bird.conf"
}

feed_frr_conf()
{
	local i family dir=$LAB_RUN/site/frr
	mkdir -p "$dir"
	{
		echo "hostname site"
		echo "log file $dir/bgpd.log errors"
		echo "ip prefix-list none seq 5 deny any"
		echo "ipv6 prefix-list none seq 5 deny any"
		for ((i = 0; i < NEIGHBOURS; i++))
		do
			[ "$STANDBY" = no ] || printf '%s\n' "route-map pref$i permit 10" \
				" set local-preference $((200 - i))" exit
		done
		echo "router bgp $SITE_AS"
		echo " bgp router-id 192.0.2.1"
		echo " no bgp ebgp-requires-policy"
		echo " bgp bestpath as-path multipath-relax"
		for ((i = 0; i < NEIGHBOURS; i++))
		do
			echo " neighbor $(feed4 "$i") remote-as $(feed_as "$i")"
			[ "$BFD_MS" = 0 ] || echo " neighbor $(feed4 "$i") bfd profile lab"
		done
		for family in 4 6
		do
			echo " address-family ipv$family unicast"
			echo "  maximum-paths 8"
			for ((i = 0; i < NEIGHBOURS; i++))
			do
				echo "  neighbor $(feed4 "$i") activate"
				[ "$EXPORT" = yes ] ||
					echo "  neighbor $(feed4 "$i") prefix-list none out"
				[ "$STANDBY" = no ] ||
					echo "  neighbor $(feed4 "$i") route-map pref$i in"
			done
			echo " exit-address-family"
		done
	} >"$dir/bgpd.conf"
	printf 'hostname site\nlog file %s/zebra.log errors\n' "$dir" \
		>"$dir/zebra.conf"
}

# site_start SYSTEM
site_start()
{
	case $1 in
		raw) return ;;
		cygnet) cygnet_begin interface; cygnet_start ;;
		bird) feed_bird_conf; bird_start site ;;
		frr)
			feed_frr_conf
			frr_start site
			[ "$BFD_MS" = 0 ] || bfdd_profile site "$BFD_MS" ;;
	esac
}

# site_pids: of what runs at the site
site_pids()
{
	local file
	for file in site/charon site/bird/bird site/frr/zebra site/frr/bgpd
	do
		! running "$file" || cat "$LAB_RUN/$file.pid"
	done
}

# rss: KiB; more than the whole may be at one moment, counted when asked
rss()
{
	local pid
	for pid in $(site_pids)
	do
		awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
	done | awk '{ sum += $1 } END { print sum + 0 }'
}

# cpu: ms, of the programs and of the kernel for them
cpu()
{
	local pid
	for pid in $(site_pids)
	do
		sed 's/.*) //' "/proc/$pid/stat"
	done | awk -v hz="$(getconf CLK_TCK)" '{ sum += $12 + $13 }
		END { printf "%.0f\n", 1000 * sum / hz }'
}

# -- the world, the feeder and the watcher --------------------------------------

# world SYSTEM: links, what runs, the feeder; nobody dials yet
world()
{
	local i specs=() n4 n6
	mkdir -p "$LAB_RUN"
	ns_add site feed
	ns site sysctl -q net.ipv4.fib_multipath_hash_policy=1 \
		net.ipv6.fib_multipath_hash_policy=1
	# one batch for all: 500 links are 3000 processes otherwise
	for ((i = 0; i < NEIGHBOURS; i++))
	do
		echo "link add feed$i type veth peer name feed$i netns cyg-feed"
		echo "link set feed$i up"
		echo "addr add $(site4 "$i")/30 dev feed$i"
		echo "addr add $(site6 "$i")/126 dev feed$i nodad"
	done | ip -n cyg-site -batch -
	for ((i = 0; i < NEIGHBOURS; i++))
	do
		echo "link set feed$i up"
		echo "addr add $(feed4 "$i")/30 dev feed$i"
		echo "addr add $(feed6 "$i")/126 dev feed$i nodad"
	done | ip -n cyg-feed -batch -
	site_start "$1" || return 1
	for ((i = 0; i < NEIGHBOURS; i++))
	do
		n4=$SIZE4 n6=$SIZE6
		[ "$i" -lt "$FEEDING" ] || n4=0 n6=0
		[ "$OTHER" = no ] || [ "$i" -lt 2 ] || n4=0 n6=$OTHER_ROUTES
		specs+=("$(feed4 "$i"),$(site4 "$i"),$(feed_as "$i"),$n4,$n6,$(feed6 "$i"),${HEAR:-0}")
	done
	mkfifo "$LAB_RUN/feeder.in"
	spawn feeder feed "$BENCH_BIN/feeder" "$LAB_RUN/feeder.in" \
		${SPLIT:+"$SPLIT"} \
		"${specs[@]}"
	wait_for 60 said ready
}

# The links go first, and the routes with them: a namespace that goes with
# a full table in it is cleared while the next one is measured.
world_end()
{
	local pid
	[ -z "${LAB_SAVE:-}" ] || lab_logs_save
	for pid in $(site_pids)
	do
		kill -KILL "$pid"
	done
	stop feeder
	ip -n cyg-site link set feed0 down
	ip -n cyg-site link set feed1 down
	lab_remove
}

tell() # COMMAND…
{
	echo "$*" >"$LAB_RUN/feeder.in"
}

# said WORD [COUNT]: so many lines of the feeder have it
said()
{
	[ "$(grep -c "^[0-9]* $1\b" "$LAB_RUN/feeder.log")" -ge "${2:-1}" ]
}

# moment FILE WORD first|last: when it was
moment()
{
	local which="head"
	[ "$3" = first ] || which="tail"
	awk -v word="$2" '$2 == word { print $1 }' "$LAB_RUN/$1.log" | $which -n 1
}

# watch NAME WORD…: a watcher, which has begun to look when this returns
watch()
{
	local name=$1
	shift
	: >"$LAB_RUN/$name.log"
	spawn "$name" site "$BENCH_BIN/watcher" "$@"
	wait_for 30 grep -q ' watching ' "$LAB_RUN/$name.log"
}

# watched NAME SECONDS: it has seen what it waits for
watched()
{
	wait_for "$2" gone "$1" && ! grep -q ' late$' "$LAB_RUN/$1.log"
}

# family_of_size: options of the watcher
watch_size()
{
	if [ "$SIZE4" -gt 0 ]
	then
		echo "$SIZE4"
	else
		echo "-6 $SIZE6"
	fi
}

# figure NAME VALUE UNIT
figure()
{
	jq -n -c --arg bench "$BENCH" --arg figure "$1" --arg system "$SYSTEM" \
		--argjson size $((SIZE4 + SIZE6)) --argjson value "${2:-null}" \
		--arg unit "$3" --argjson run "$RUN" \
		--argjson family $((SIZE4 > 0 ? 4 : 6)) \
		--argjson load "$(cut -d' ' -f1 /proc/loadavg)" \
		'{bench: $bench, figure: $figure, system: $system, family: $family,
		size: $size, run: $run, value: $value, unit: $unit, load: $load}' |
		tee -a "$RAW"
}

# seconds FROM TO: microseconds of the same clock
seconds()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", (b - a) / 1000000 }'
}

ms()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", (b - a) / 1000 }'
}

# mib NOW BEFORE: of KiB
mib()
{
	awk -v now="$1" -v before="$2" 'BEGIN { printf "%.1f", (now - before) / 1024 }'
}
