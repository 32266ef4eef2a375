# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034
#
# OpenBGPD, the portable one, as the peer (the verbs of interop.sh). Without a
# routing table of the kernel's below it.

declare -A PEER_LACKS=(
	[enh]="no such capability in its OPEN|opens_without o6 in 5"
	[extmsg]="no such capability in its OPEN|opens_without o4 in 6"
	[bandwidth]="bgpd.conf(5) has no such subtype of ext-community|openbgpd_refuses_bandwidth"
	[refresh_out]="it answers \"AID IPv4 unicast not negotiated\" to any, which is not so|openbgpd_answers_no_refresh"
	[enhanced]="as above: neither answers nor takes our begin and end|openbgpd_answers_no_refresh"
	[gr_helper]="bgpd.conf(5): \"only the End-of-RIB marker\": no family is kept|openbgpd_keeps_nothing"
)
# a listener of its has no keys
declare -A PEER_DIALS=([md6]=peer [bad]=peer)
declare -A PEER_SAYS=(
	[limit]="received notification: Cease, received max-prefix exceeded"
	[wrongas]="received notification: error in OPEN message, AS unacceptable"
	[hold]="sending notification: HoldTimer expired"
)

peer_version()
{
	bgpd -V 2>&1
}

# its graceful restart capability names no family that forwards
openbgpd_keeps_nothing()
{
	wire l4 '[.[] | select(.type == "OPEN" and .dir == "in")] |
		.[-1].caps["64"][0] | test("80$") | not'
}

# a request of ours is on the wire, IPv4 is in both OPENs, and its log refuses
openbgpd_answers_no_refresh()
{
	site_refresh l4 && becomes 5 "a request of ours went" wire l4 \
		'any(.[]; .dir == "out" and .type == "REFRESH" and .subtype == 0)' &&
		wire l4 'all(.[] | select(.type == "OPEN"); .caps["1"] |
			index("00010001"))' &&
		wait_for 10 grep -F "neighbor $(us l4) (l4): route refresh: AID IPv4" \
			"$LAB_RUN/cloud/openbgpd/bgpd.log"
}

# openbgpd_refuses_bandwidth: its own words on the configuration
openbgpd_refuses_bandwidth()
{
	echo "AS $PEER_AS
match to any set ext-community bandwidth $PEER_AS:12500000" \
		>"$LAB_RUN/cloud/openbgpd/bandwidth"
	! bgpd -n -f "$LAB_RUN/cloud/openbgpd/bandwidth"
}

# openbgpd_neighbor SESSION
openbgpd_neighbor()
{
	local as=$SITE_AS
	case $1 in
		yas) as=64998 ;;
		as2) as=$AS2 ;;
		ibg) as=$PEER_AS ;;
	esac
	cat <<-CONF
	neighbor $(us "$1") {
		remote-as $as
		descr "$1"
		local-address $(them "$1")
		announce IPv4 unicast
		announce IPv6 unicast
		announce enhanced refresh yes
	CONF
	[ "${DIALS[$1]}" = peer ] || echo "	passive"
	case $1 in
		md5|md6|bad) echo "	tcp md5sig password key-of-the-lab" ;;
		gtsm) echo "	ttl-security yes" ;;
		o4|l4|o6|l6) echo "	multihop 2" ;;
		role) echo "	announce policy provider" ;;
		as2) echo "	announce as-4byte no" ;;
		lim) echo "	max-prefix 3" ;;
	esac
	echo "}"
}

# For routes of the other family than the session's it says its loopback's
# address as next hop. bgpd.conf(5) lets that be set for multihop sessions only.
openbgpd_next_hops()
{
	local name
	for name in "${SESSIONS[@]}"
	do
		if [ "${FAMILY[$name]}" = 4 ]
		then
			openbgpd_next_hop "$(us "$name")" ::/0 "$(inside "$name" 6 1)"
		else
			openbgpd_next_hop "$(us "$name")" 0.0.0.0/0 \
				"$(inside "$name" 4 1)"
		fi
	done
	openbgpd_next_hop 169.254.91.1 ::/0 fd00:a:91::2
}

openbgpd_next_hop()
{
	echo "match to $1 prefix $2 or-longer set nexthop $3"
	echo "match to $1 prefix $2 or-longer set nexthop no-modify"
}

peer_conf()
{
	local dir=$LAB_RUN/cloud/openbgpd name
	mkdir -p "$dir"
	{
		cat <<-CONF
		AS $PEER_AS
		router-id 10.255.0.1
		holdtime $CYGNET_HOLD
		connect-retry 2
		fib-update no
		log updates
		socket "$dir/bgpd.sock"
		listen on 0.0.0.0
		listen on ::
		network $PEER_NET4
		network $PEER_NET6
		CONF
		for name in "${SESSIONS[@]}"
		do
			openbgpd_neighbor "$name"
		done
		cat <<-CONF
		neighbor 169.254.91.1 {
			remote-as $UP_AS
			descr "behind"
			passive
			announce IPv4 unicast
			announce IPv6 unicast
		}
		allow from any
		allow to any
		$(openbgpd_next_hops)
		match from 169.254.91.1 prefix 10.77.4.0/24 set localpref 250
		match to any prefix 10.77.4.0/24 set med 55
		CONF
	} >"$dir/bgpd.conf"
	chmod 600 "$dir/bgpd.conf"
}

peer_start()
{
	local dir=$LAB_RUN/cloud/openbgpd
	rm -f "$dir/bgpd.sock"
	# where its processes are locked in; /run is the case's own
	mkdir -p "$(getent passwd _openbgpd | cut -d : -f 6)"
	spawn cloud/openbgpd/bgpd cloud bgpd -d -v -f "$dir/bgpd.conf"
	wait_for 20 test -S "$dir/bgpd.sock"
}

peer_restart()
{
	peer_start
}

peer_stop()
{
	stop cloud/openbgpd/bgpd "${1:-TERM}"
}

openbgpd_ctl()
{
	ns cloud bgpctl -s "$LAB_RUN/cloud/openbgpd/bgpd.sock" "$@"
}

peer_up()
{
	openbgpd_ctl -j show neighbor "$(us "$1")" |
		jq -en 'input | .neighbors[0].state == "Established"'
}

# openbgpd_path SESSION PREFIX
openbgpd_path()
{
	openbgpd_ctl -j show rib detail in neighbor "$(us "$1")" "$2" |
		jq -en 'input | .rib[0] // halt_error(1)'
}

peer_has()
{
	openbgpd_path "$@" >/dev/null
}

peer_value()
{
	case $3 in
		med) openbgpd_path "$1" "$2" | jq .metric ;;
		local_pref) openbgpd_path "$1" "$2" | jq .localpref ;;
	esac
}

peer_refresh()
{
	openbgpd_ctl neighbor "$(us "$1")" refresh
}

peer_shutdown()
{
	openbgpd_ctl neighbor "$(us "$1")" down "$2"
}

peer_enable()
{
	openbgpd_ctl neighbor "$(us "$1")" up
}

peer_says()
{
	grep -F "neighbor $(us "$1") ($1)" "$LAB_RUN/cloud/openbgpd/bgpd.log" |
		grep -F -- "${PEER_SAYS[$2]:-$2}"
}
