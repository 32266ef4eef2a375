# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Two sites and the Internet between them:
#
#   cyg-lan --- cyg-site ---- cyg-net ---- cyg-cloud --- cyg-vpc
#    hosts   lan0     wan0               wan0      vpc0   hosts
#
# The site has one public address and a default route, as behind a leased
# line; the cloud has one address a tunnel. A path is blackholed alone by rules
# in cyg-net that are added to and flushed from a table that stays: taking an
# nftables hook away has hung a 6.1 kernel.
#
# A scenario sets (arrays by tunnel, starting at 0):
#   TUNNELS OUTER IF_ID INSIDE4 INSIDE6      names, peers, networks' bases
#   SITE_AS CLOUD_AS SITE_NETS CLOUD_NETS    prefixes as GATEWAY/LEN

SITE_OUTER=192.0.2.2
# its router in the Internet
SITE_GATEWAY=192.0.2.1

# host_in GATEWAY/LEN: the test host's address in the gateway's network
host_in()
{
	local gateway=${1%/*} len=${1#*/}
	case $gateway in
		*:*) echo "${gateway%:*}:10/$len" ;;
		*) echo "${gateway%.*}.10/$len" ;;
	esac
}

# net_of GATEWAY/LEN: the network (lengths of 24 and 64 only)
net_of()
{
	local gateway=${1%/*} len=${1#*/}
	case $gateway in
		*:*) echo "${gateway%:*}:/$len" ;;
		*) echo "${gateway%.*}.0/$len" ;;
	esac
}

# behind GATEWAY-NS DEV HOST-NS NET…: a segment with one host in each network
behind()
{
	local gateway=$1 dev=$2 host=$3 net
	shift 3
	veth "$gateway" "$dev" "$host" eth0
	for net in "$@"
	do
		addr "$gateway" "$dev" "$net"
		addr "$host" eth0 "$(host_in "$net")"
	done
	for net in "$@"
	do
		case $net in
			*:*) ip -n "cyg-$host" -6 route replace default via "${net%/*}" ;;
			*) ip -n "cyg-$host" route replace default via "${net%/*}" ;;
		esac
	done
}

topology_hosts()
{
	ns_add lan site cloud vpc
	behind site lan0 lan "${SITE_NETS[@]}"
	behind cloud vpc0 vpc "${CLOUD_NETS[@]}"
}

# The Internet. The site's default route has a metric, as one from DHCP has:
# one learned by BGP would win over it, were it not for what is tested here.
topology_underlay()
{
	local outer
	ns_add net
	veth site wan0 net site0
	veth cloud wan0 net cloud0
	addr site wan0 "$SITE_OUTER/30"
	addr net site0 "$SITE_GATEWAY/30"
	addr net cloud0 203.0.113.254/24
	for outer in "${OUTER[@]}"
	do
		addr cloud wan0 "$outer/24"
	done
	ip -n cyg-site route add default via "$SITE_GATEWAY" metric 1024
	ip -n cyg-cloud route add "${SITE_OUTER%.*}.0/24" via 203.0.113.254
	ns net nft -f - <<NFT
table inet path {
	counter sealed { }
	chain blackhole { }
	chain forward {
		type filter hook forward priority 0;
		ip protocol esp counter name sealed
		udp dport 4500 counter name sealed
		jump blackhole
	}
}
NFT
}

# blackhole N: nothing passes between the site and the peer of tunnel N. Both ways
# at once: a second nft starts 0.1 s later in a guest, which is measured as outage.
blackhole()
{
	ns net nft "add rule inet path blackhole ip daddr ${OUTER[$1]} drop
		add rule inet path blackhole ip saddr ${OUTER[$1]} drop"
}

unblackhole()
{
	ns net nft flush chain inet path blackhole
}

# For tunnels over existing links: a plain link a tunnel, named as the tunnel
topology_links()
{
	local i
	for i in "${!TUNNELS[@]}"
	do
		veth site "${TUNNELS[$i]}" cloud "${TUNNELS[$i]}"
		addr site "${TUNNELS[$i]}" "${INSIDE4[$i]}.2/30" "${INSIDE6[$i]}2/126"
		addr cloud "${TUNNELS[$i]}" "${INSIDE4[$i]}.1/30" "${INSIDE6[$i]}1/126"
	done
	ns cloud sysctl -q net.ipv4.fib_multipath_hash_policy=1 \
		net.ipv6.fib_multipath_hash_policy=1
}

# The cloud's half of each tunnel, made by hand: links with fixed if_ids
# above the site's, so that neither end's numbers are the other's.
xfrm_link()
{
	local where=$1 name=$2 if_id=$3
	ip -n "cyg-$where" link add "$name" type xfrm if_id "$if_id"
	ns "$where" sysctl -q "net.ipv6.conf.$name.addr_gen_mode=1"
	ip -n "cyg-$where" link set "$name" mtu 1400 up
}

topology_cloud_links()
{
	local i
	for i in "${!TUNNELS[@]}"
	do
		xfrm_link cloud "${TUNNELS[$i]}" "$((IF_ID[i] + 100))"
		addr cloud "${TUNNELS[$i]}" "${INSIDE4[$i]}.1/30" "${INSIDE6[$i]}1/126"
	done
	ns cloud sysctl -q net.ipv4.fib_multipath_hash_policy=1 \
		net.ipv6.fib_multipath_hash_policy=1
}

# packets NS DEV rx|tx
packets()
{
	ns "$1" cat "/sys/class/net/$2/statistics/$3_packets"
}
