# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034
#
# FRR's bgpd as the peer (the verbs of interop.sh).

declare -A PEER_LACKS=()
declare -A PEER_SAYS=(
	[limit]="6/1 (Cease/Maximum Number of Prefixes Reached)"
	[wrongas]="2/2 (OPEN Message Error/Bad Peer AS)"
	[hold]="4/0 (Hold Timer Expired)"
)

# FRR says nothing of 4-byte AS numbers only with dont-capability-negotiate, and
# reads AGGREGATOR as 8 octets then all the same (NOTIFICATION 3/5): ours says
# that we could.
PEER_AS2_WITHOUT=10.66.5.0/24

peer_version()
{
	/usr/lib/frr/bgpd --version | head -n 1 | sed 's/^bgpd version/FRR/'
}

# frr_neighbor SESSION
frr_neighbor()
{
	local n as=$SITE_AS
	n="neighbor $(us "$1")"
	case $1 in
		yas) as=64998 ;;
		as2) as=$AS2 ;;
		ibg) as=$PEER_AS ;;
	esac
	echo " $n remote-as $as"
	echo " $n timers 3 $CYGNET_HOLD"
	echo " $n timers connect 2"
	[ "${DIALS[$1]}" = peer ] || echo " $n passive"
	case $1 in
		md5|md6|bad) echo " $n password key-of-the-lab" ;;
		gtsm) echo " $n ttl-security hops 1" ;;
		role) echo " $n local-role provider" ;;
		as2) echo " $n dont-capability-negotiate" ;;
		enh) echo " $n capability extended-nexthop" ;;
	esac
}

# frr_route_map NAME BANDWIDTH
frr_route_map()
{
	cat <<-CONF
	route-map $1 permit 10
	 match ip address prefix-list four
	 set metric 55
	route-map $1 permit 20
	 match ip address prefix-list eight
	 set extcommunity bandwidth $2
	route-map $1 permit 30
	CONF
}

peer_conf()
{
	local dir=$LAB_RUN/cloud/frr name family
	mkdir -p "$dir"
	{
		echo "hostname cloud"
		echo "log file $dir/bgp.log informational"
		# else End-of-RIB goes out before what a route map has to pass
		echo "bgp route-map delay-timer 0"
		echo "router bgp $PEER_AS"
		echo " bgp router-id 10.255.0.1"
		echo " bgp log-neighbor-changes"
		echo " no bgp ebgp-requires-policy"
		echo " no bgp network import-check"
		echo " bgp graceful-restart"
		echo " bgp graceful-restart preserve-fw-state"
		echo " bgp graceful-restart restart-time 60"
		for name in "${SESSIONS[@]}"
		do
			frr_neighbor "$name"
		done
		echo " neighbor 169.254.91.1 remote-as $UP_AS"
		echo " neighbor 169.254.91.1 passive"
		for family in 4 6
		do
			echo " address-family ipv$family unicast"
			echo "  network $(eval echo "\$PEER_NET$family")"
			for name in "${SESSIONS[@]}"
			do
				echo "  neighbor $(us "$name") activate"
				case $name in
					ibg) ;;
					l4) echo "  neighbor $(us "$name") route-map out3 out" ;;
					*) echo "  neighbor $(us "$name") route-map out out" ;;
				esac
				[ "$name" != lim ] ||
					echo "  neighbor $(us "$name") maximum-prefix 3"
			done
			echo "  neighbor 169.254.91.1 activate"
			echo "  neighbor 169.254.91.1 route-map up in"
			echo " exit-address-family"
		done
		cat <<-CONF
		ip prefix-list four permit 10.77.4.0/24
		ip prefix-list eight permit 10.77.8.0/24
		route-map up permit 10
		 match ip address prefix-list four
		 set local-preference 250
		route-map up permit 20
		CONF
		frr_route_map out 100
		frr_route_map out3 300
	} >"$dir/bgpd.conf"
	printf 'hostname cloud\nlog file %s/zeb.log informational\n' \
		"$dir" >"$dir/zebra.conf"
}

peer_start()
{
	frr_start cloud
}

# zebra goes on: it holds the routes meanwhile
peer_stop()
{
	stop cloud/frr/bgpd "${1:-TERM}"
	rm -f "$LAB_RUN/cloud/frr/bgpd.vty"
}

peer_restart()
{
	frr_daemon cloud bgpd
	wait_for 20 test -S "$LAB_RUN/cloud/frr/bgpd.vty"
}

peer_up()
{
	vty cloud "show bgp neighbors $(us "$1") json" |
		jq -en 'input | .[] | .bgpState == "Established"'
}

frr_family()
{
	case $1 in
		*:*) echo ipv6 ;;
		*) echo ipv4 ;;
	esac
}

# frr_path SESSION PREFIX: what came by the session, as FRR's JSON
frr_path()
{
	vty cloud "show bgp $(frr_family "$2") unicast $2 json" |
		jq -en --arg us "$(us "$1")" 'input | .paths[] | select(.peer.peerId == $us)'
}

peer_has()
{
	frr_path "$@" >/dev/null
}

peer_value()
{
	case $3 in
		med) frr_path "$1" "$2" | jq .metric ;;
		local_pref) frr_path "$1" "$2" | jq .locPrf ;;
	esac
}

peer_refresh()
{
	vty cloud "clear bgp $(us "$1") soft in"
}

peer_shutdown()
{
	vty cloud "configure terminal" "router bgp $PEER_AS" \
		"neighbor $(us "$1") shutdown message $2"
}

peer_enable()
{
	vty cloud "configure terminal" "router bgp $PEER_AS" \
		"no neighbor $(us "$1") shutdown"
}

peer_says()
{
	grep -F "$(us "$1") " "$LAB_RUN/cloud/frr/bgp.log" |
		grep -F -- "${PEER_SAYS[$2]:-$2}"
}
