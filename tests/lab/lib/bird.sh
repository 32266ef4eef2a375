# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# BIRD in a namespace.

# bird_conf NS AS ROUTER-ID REMOTE-AS NEIGHBOUR-SUFFIX NET…: as frr_conf;
# BIRD_BFD=MS: each session with BFD of that interval, and what BIRD_BFD_MODE says
bird_conf()
{
	local where=$1 as=$2 id=$3 remote=$4 suffix=$5 dir=$LAB_RUN/$1/bird i family
	shift 5
	mkdir -p "$dir"
	{
		echo "log \"$dir/bird.log\" all;"
		echo "router id $id;"
		echo "protocol device { scan time 2; }"
		echo "protocol direct { ipv4; ipv6; interface \"tun*\"; }"
		for family in 4 6
		do
			echo "protocol kernel kernel$family {"
			echo "	merge paths on;"
			echo "	ipv$family { export where source = RTS_BGP; };"
			echo "}"
			echo "protocol static static$family {"
			echo "	ipv$family;"
			nets "$family" "$@" | sed 's/.*/	route & unreachable;/'
			echo "}"
		done
		for i in "${!TUNNELS[@]}"
		do
			echo "protocol bgp b$i {"
			echo "	local ${INSIDE4[$i]}.$((3 - suffix)) as $as;"
			echo "	neighbor ${INSIDE4[$i]}.$suffix as $remote;"
			echo "	hold time 9; keepalive time 3; connect retry time 5;"
			echo "	error wait time 1, 5;"
			[ -z "${BIRD_BFD:-}" ] || echo "	bfd ${BIRD_BFD_MODE:-on};"
			echo "	ipv4 { import all; export where source = RTS_STATIC; };"
			echo "	ipv6 { import all; export where source = RTS_STATIC;"
			echo "		next hop address ${INSIDE6[$i]}$((3 - suffix)); };"
			echo "}"
		done
		[ -z "${BIRD_BFD:-}" ] || printf '%s\n' "protocol bfd {" \
			"	interface \"*\" { interval $BIRD_BFD ms; multiplier 3; };" "}"
	} >"$dir/bird.conf"
}

bird_start()
{
	local dir=$LAB_RUN/$1/bird
	spawn "$1/bird/bird" "$1" bird -f -c "$dir/bird.conf" -s "$dir/bird.ctl" \
		-P "$dir/own.pid"
	wait_for 20 test -S "$dir/bird.ctl"
}

# birdcmd NS COMMAND
birdcmd()
{
	birdc -s "$LAB_RUN/$1/bird/bird.ctl" "$2"
}

bird_sessions_are()
{
	[ "$(birdcmd "$1" 'show protocols' | grep -c Established)" = "$2" ]
}
