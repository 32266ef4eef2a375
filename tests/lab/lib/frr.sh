# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# FRR in a namespace: zebra and bgpd, files and sockets in the run's folder.

# frr_conf NS AS ROUTER-ID REMOTE-AS NEIGHBOUR-SUFFIX NET…: a session on each
# tunnel to the inside address with that suffix, announcing NETs. FRR_BFD=yes:
# each with BFD, of the times that bfdd_profile gives
frr_conf()
{
	local where=$1 as=$2 id=$3 remote=$4 suffix=$5 dir=$LAB_RUN/$1/frr i family
	shift 5
	mkdir -p "$dir"
	{
		echo "hostname $where"
		echo "log file $dir/bgpd.log informational"
		echo "router bgp $as"
		echo " bgp router-id $id"
		echo " no bgp ebgp-requires-policy"
		echo " no bgp network import-check"
		echo " bgp bestpath as-path multipath-relax"
		echo " timers bgp ${FRR_TIMERS:-3 9}"
		# ms that it lets pass before its first UPDATE
		echo " coalesce-time ${FRR_COALESCE:-1000}"
		for i in "${!TUNNELS[@]}"
		do
			echo " neighbor ${INSIDE4[$i]}.$suffix remote-as $remote"
			echo " neighbor ${INSIDE4[$i]}.$suffix timers connect 5"
			[ "${FRR_BFD:-no}" = no ] ||
				echo " neighbor ${INSIDE4[$i]}.$suffix bfd profile lab"
		done
		for family in 4 6
		do
			echo " address-family ipv$family unicast"
			nets "$family" "$@" | sed 's/^/  network /'
			echo "  maximum-paths 8"
			for i in "${!TUNNELS[@]}"
			do
				echo "  neighbor ${INSIDE4[$i]}.$suffix activate"
			done
			echo " exit-address-family"
		done
	} >"$dir/bgpd.conf"
	printf 'hostname %s\nlog file %s/zebra.log informational\n' \
		"$where" "$dir" >"$dir/zebra.conf"
}

frr_daemon()
{
	local where=$1 daemon=$2 dir=$LAB_RUN/$1/frr
	shift 2
	spawn "$where/frr/$daemon" "$where" "/usr/lib/frr/$daemon" -u frr -g frr \
		-f "$dir/$daemon.conf" -i "$dir/$daemon-own.pid" -z "$dir/zserv.api" \
		--vty_socket "$dir" -P 0 "$@"
}

frr_start()
{
	local where=$1 dir=$LAB_RUN/$1/frr
	chmod 755 "$LAB_RUN" "$LAB_RUN/$where"
	chown -R frr:frr "$dir"
	frr_daemon "$where" zebra
	wait_for 20 test -S "$dir/zebra.vty" || return 1
	frr_daemon "$where" bgpd
	wait_for 20 test -S "$dir/bgpd.vty"
}

# bfdd_profile NS MS: bfdd beside the others, for sessions that bgpd asks for
bfdd_profile()
{
	local where=$1 ms=$2 dir=$LAB_RUN/$1/frr
	{
		echo "hostname $where"
		echo "log file $dir/bfdd.log informational"
		echo "bfd"
		echo " profile lab"
		echo "  receive-interval $ms"
		echo "  transmit-interval $ms"
		echo "  detect-multiplier 3"
	} >"$dir/bfdd.conf"
	chown -R frr:frr "$dir"
	# its own socket, too, is in the run's folder
	frr_daemon "$where" bfdd --bfdctl "$dir/bfdd.sock"
	wait_for 20 test -S "$dir/bfdd.vty"
}

frr_stop()
{
	stop "$1/frr/bgpd" "${2:-TERM}"
	stop "$1/frr/zebra" "${2:-TERM}"
	rm -f "$LAB_RUN/$1/frr"/*.vty "$LAB_RUN/$1/frr/zserv.api"
}

# vty NS COMMAND…: vtysh, one -c for each COMMAND
vty()
{
	local where=$1 word words=()
	shift
	for word in "$@"
	do
		words+=(-c "$word")
	done
	ns "$where" vtysh --vty_socket "$LAB_RUN/$where/frr" \
		--config_dir "$LAB_RUN/$where/frr" "${words[@]}" 2>/dev/null
}

# frr_sessions NS: how many sessions are established
frr_sessions()
{
	vty "$1" "show bgp ipv4 unicast summary json" |
		grep -c '"state":"Established"' || true
}

frr_sessions_are()
{
	[ "$(frr_sessions "$1")" = "$2" ]
}
