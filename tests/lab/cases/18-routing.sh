#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
# beside: another
#
# The site's own routing beside the tunnels, with FRR: a router of the site's
# own AS over loopbacks, whose next hops have to be resolved, and one of another
# AS on a link, with GTSM, over IPv4 and over a link-local address. Networks,
# static routes and an aggregate are announced; a crash of charon's is survived.

. "$(dirname "$0")/../lib/all.sh"

EDGE_AS=65010
CORE_LO=10.255.0.2
SITE_LO=10.255.0.1

# router NS AS ROUTER-ID LINES: FRR's configuration of one of the site's routers
router()
{
	local where=$1 as=$2 id=$3 dir=$LAB_RUN/$1/frr
	mkdir -p "$dir"
	{
		echo "hostname $where"
		echo "log file $dir/bgpd.log informational"
		echo "router bgp $as"
		echo " bgp router-id $id"
		echo " no bgp ebgp-requires-policy"
		echo " no bgp network import-check"
		echo " no bgp default ipv4-unicast"
		echo " timers bgp 3 9"
		cat
	} >"$dir/bgpd.conf"
	printf 'hostname %s\nlog file %s/zebra.log informational\n' \
		"$where" "$dir" >"$dir/zebra.conf"
	frr_start "$where"
}

site_routers()
{
	ns_add core edge
	veth site core0 core eth0
	addr site core0 172.20.0.1/24
	addr core eth0 172.20.0.2/24
	addr site lo "$SITE_LO/32"
	addr core lo "$CORE_LO/32" 10.60.0.1/24
	ip -n cyg-site route add "$CORE_LO/32" via 172.20.0.2
	ip -n cyg-core route add "$SITE_LO/32" via 172.20.0.1
	veth site edge0 edge eth0
	addr site edge0 172.21.0.1/30 fd72:21::1/64 fe80::1/64
	addr edge eth0 172.21.0.2/30 fd72:21::2/64 fe80::2/64
	addr edge lo 10.70.0.1/24 fd70::1/64
	router core "$SITE_AS" "$CORE_LO" <<-CONF
	 neighbor $SITE_LO remote-as $SITE_AS
	 neighbor $SITE_LO update-source $CORE_LO
	 neighbor $SITE_LO timers connect 5
	 address-family ipv4 unicast
	  network 10.60.0.0/24
	  network 10.61.0.0/24 route-map by-the-cloud
	  network 10.62.0.0/24 route-map by-nobody
	  neighbor $SITE_LO activate
	 exit-address-family
	route-map by-the-cloud permit 10
	 set ip next-hop $(host_of 4 "${CLOUD_NETS[@]}")
	route-map by-nobody permit 10
	 set ip next-hop 198.18.0.9
	CONF
	router edge "$EDGE_AS" 172.21.0.2 <<-CONF
	 neighbor 172.21.0.1 remote-as $SITE_AS
	 neighbor 172.21.0.1 ttl-security hops 1
	 neighbor 172.21.0.1 timers connect 5
	 neighbor fe80::1 remote-as $SITE_AS
	 neighbor fe80::1 interface eth0
	 neighbor fe80::1 capability extended-nexthop
	 neighbor fe80::1 timers connect 5
	 address-family ipv4 unicast
	  network 10.70.0.0/24
	  neighbor 172.21.0.1 activate
	  neighbor fe80::1 activate
	 exit-address-family
	 address-family ipv6 unicast
	  network fd70::/64
	  neighbor 172.21.0.1 activate
	  neighbor fe80::1 activate
	 exit-address-family
	CONF
}

# the neighbours and origins of the cygnet section
root_extra()
{
	cat <<-CONF
	neighbors {
		core {
			address = $CORE_LO
			remote_as = $SITE_AS
			local_address = $SITE_LO
			multihop = 4
			hold_time = $CYGNET_HOLD
			connect_retry = 5
		}
		edge {
			address = 172.21.0.2
			remote_as = $EDGE_AS
			ttl_security = 1
			ipv6 = yes
			import = all
			hold_time = $CYGNET_HOLD
			connect_retry = 5
		}
		edge-ll {
			address = fe80::2
			interface = edge0
			remote_as = $EDGE_AS
			ipv4 = yes
			ipv6 = yes
			import = all
			hold_time = $CYGNET_HOLD
			connect_retry = 5
		}
	}
	policies { all { any { verdict = accept } } }
	redistribute { site { from = connected, static } }
	aggregates { cloud { prefix = 10.0.0.0/16
		summary_only = yes } }
	CONF
}

# bgp_has NS FAMILY PREFIX [JQ]: FRR there has the prefix, and jq agrees
bgp_has()
{
	vty "$1" "show bgp ipv$2 unicast $3 json" |
		jq -e ".paths | length > 0 and all(${4:-true})" >/dev/null
}

bgp_has_not()
{
	! bgp_has "$@"
}

# to PREFIX: where the site's kernel sends it, "DEV/GATEWAY …"
to()
{
	local family=-4
	case $1 in
		*:*) family=-6 ;;
	esac
	ip -n cyg-site $family -j route show proto "$CYGNET_PROTO" "$1" |
		jq -r --argjson hops "$(ip -n cyg-site -j nexthop show)" '
			($hops | map({(.id | tostring): .}) | add // {}) as $by |
			[.[] | $by[.nhid | tostring] | .group[]? |
				$by[.id | tostring] |
				"\(.dev)/\(.gateway // .via.host // "")"] | sort | join(" ")'
}

goes()
{
	local seen
	seen=$(to "$1")
	echo "$1 goes to: ${seen:-nowhere}"
	[ "$seen" = "$2" ]
}

status_says()
{
	ctl status | grep "$1" >/dev/null
}

native_begin alibaba frr
ROOT_EXTRA=$(root_extra)
cygnet_conf interface
site_routers
must holds "charon starts with Cygnet" cygnet_start
must becomes 30 "the cloud sees 3 sessions" frr_sessions_are cloud 3
must becomes 30 "six sessions in all" sessions_are 6
becomes 10 "every prefix of both families has 3 ways" \
	all_ways_are "$(links_but)"

# next hops
becomes 10 "by the kernel's static route to the loopback" \
	goes 10.60.0.0/24 core0/172.20.0.2
becomes 10 "by a route of our own: all three tunnels" \
	ways_are 10.61.0.0/24 "$(links_but)"
holds "a next hop that nothing leads to is not used" goes 10.62.0.0/24 ""
becomes 5 "and status says so" \
	status_says "next hop 198.18.0.9 of 1 routes of neighbor core"
ip -n cyg-site route add 198.18.0.0/24 via 172.20.0.2
becomes 5 "a static route to it, and it is used" \
	goes 10.62.0.0/24 core0/172.20.0.2
ip -n cyg-site route del 198.18.0.0/24
becomes 5 "without it, it is not" goes 10.62.0.0/24 ""
ip -n cyg-cloud link set "${TUNNELS[0]}" down
soon 3 "carrier lost: its way leaves what goes by our own route" \
	ways_are 10.61.0.0/24 "$(links_but 0)"
ip -n cyg-cloud link set "${TUNNELS[0]}" up
becomes 30 "carrier back: three ways again" \
	ways_are 10.61.0.0/24 "$(links_but)"

# both families, both transports
becomes 10 "IPv4 from the edge" bgp_has edge 4 10.70.0.0/24
becomes 10 "IPv6 from the edge has a way" test -n "$(to fd70::/64)"
site4=$(nets 4 "${SITE_NETS[@]}" | head -n 1)
site6=$(nets 6 "${SITE_NETS[@]}" | head -n 1)
# bgp_has_from NS FAMILY PREFIX PEER
bgp_has_from()
{
	vty "$1" "show bgp ipv$2 unicast $3 json" |
		jq -e --arg peer "$4" '[.paths[].peer.peerId] | index($peer)' \
			>/dev/null
}
for session in 172.21.0.1 fe80::1
do
	for family in 4 6
	do
		net=$site4
		[ "$family" = 4 ] || net=$site6
		becomes 10 "IPv$family over the session with $session" \
			bgp_has_from edge "$family" "$net" "$session"
	done
done

# origins
becomes 10 "connected network" bgp_has edge 4 172.20.0.0/24
becomes 10 "loopback's network" bgp_has edge 4 "$SITE_LO/32"
becomes 10 "static route" bgp_has edge 4 "$CORE_LO/32"
holds "no inside network" bgp_has_not edge 4 "${INSIDE4[0]}.0/30"
ip -n cyg-site route add 10.50.0.0/16 via 172.20.0.2 metric 7
becomes 10 "a static route that comes, with its metric" \
	bgp_has edge 4 10.50.0.0/16 '.metric == 7'
ip -n cyg-site route del 10.50.0.0/16 metric 7
becomes 10 "and goes" bgp_has_not edge 4 10.50.0.0/16
ip -n cyg-site addr add 172.22.0.1/24 dev core0
becomes 10 "an address that comes" bgp_has edge 4 172.22.0.0/24
ip -n cyg-site addr del 172.22.0.1/24 dev core0
becomes 10 "and goes" bgp_has_not edge 4 172.22.0.0/24

# the aggregate
becomes 10 "the aggregate at the core" bgp_has core 4 10.0.0.0/16
for net in $(nets 4 "${CLOUD_NETS[@]}")
do
	holds "nothing within it: $net" bgp_has_not core 4 "$net"
done
dead_end()
{
	ns site ip route show type unreachable 10.0.0.0/16 \
		proto "$CYGNET_PROTO" | grep unreachable >/dev/null
}
holds "an unreachable route stands for the rest of it" dead_end

# A crash: all FRRs are helpers, and the kernel goes on. An FRR says for two
# minutes after its start that it is restarting itself, and so is rightly not
# waited for (RFC 4724 section 4.1): what we have from one FRR may come to
# another a moment after our End-of-RIB, so the aggregate is no part of this.
kept()
{
	bgp_has cloud 4 "$site4" || { echo "the cloud lost it"; return 1; }
	bgp_has core 4 "$site4" || { echo "the core lost it"; return 1; }
	bgp_has edge 4 "$site4" || { echo "the edge lost it"; return 1; }
	ways_are 10.61.0.0/24 "$(links_but)" || return 1
	lan_pings "$(host_of 4 "${CLOUD_NETS[@]}")"
}
becomes 10 "all is there before the crash" kept
stop site/charon KILL
stays 5 "killed: routes stay at both ends" kept
cygnet_start || true
stays 20 "started again: they still do" kept
becomes 30 "six sessions again" sessions_are 6
becomes 10 "and all routes" kept
case_end
