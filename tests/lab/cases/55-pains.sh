#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: native
#
# What the field suffers from, as far as it needs no IPsec (tests/README.md has
# the list): peers of one address on two links, replies by another tunnel than
# the one asked by, links and addresses that come and go under a session.

. "$(dirname "$0")/../lib/all.sh"
LINKS=interface
scenario aws
lab_begin
case_begin
topology_hosts
topology_links

# Both far ends are fe80::1, both of ours fe80::2: the link alone tells them apart
for i in 0 1
do
	addr site "${TUNNELS[$i]}" fe80::2/64
	addr cloud "${TUNNELS[$i]}" fe80::1/64
done
mkdir -p "$LAB_RUN/cloud/bird"
{
	echo "log \"$LAB_RUN/cloud/bird/bird.log\" all;"
	echo "router id 10.0.0.1;"
	echo "protocol device { scan time 1; }"
	echo "protocol bfd { interface \"*\" { interval 100 ms; multiplier 3; }; }"
	for family in 4 6
	do
		echo "protocol kernel { merge paths on;"
		echo "	ipv$family { export where source = RTS_BGP; }; }"
		echo "protocol static { ipv$family;"
		nets "$family" "${CLOUD_NETS[@]}" | sed 's/.*/	route & unreachable;/'
		echo "}"
	done
	for i in 0 1
	do
		echo "protocol bgp b$i {"
		echo "	local fe80::1 as $CLOUD_AS;"
		echo "	neighbor fe80::2%'${TUNNELS[$i]}' as $SITE_AS;"
		echo "	hold time 9; keepalive time 3; connect retry time 2;"
		echo "	error wait time 1, 2; connect delay time 1; bfd on;"
		echo "	ipv4 { import all; export where source = RTS_STATIC;"
		echo "		extended next hop on; };"
		echo "	ipv6 { import all; export where source = RTS_STATIC; };"
		echo "}"
	done
} >"$LAB_RUN/cloud/bird/bird.conf"
bird_start cloud
silence_begin

cygnet_tunnel()
{
	cat <<CONF
				${TUNNELS[$1]} {
					interface = ${TUNNELS[$1]}
					address = ${INSIDE4[$1]}.2/30, fe80::2/64
					on_down = ${ON_DOWN[$1]}
					bfd = yes
					bfd_interval = 100
					neighbor {
						address = fe80::1
						remote_as = $CLOUD_AS
						ipv4 = yes
						ipv6 = yes
						hold_time = $CYGNET_HOLD
						connect_retry = 5
					}
				}
CONF
}
ON_DOWN=(keep reset)
cygnet_begin interface
must holds "charon starts with Cygnet" cygnet_start
must becomes 20 "BIRD sees two sessions with fe80::2" bird_sessions_are cloud 2
must becomes 10 "every prefix of both families has both ways" \
	all_ways_are "$(links_but)"

# -- 21, 27: the link tells peers of one address apart -------------------------------

becomes 10 "equal peers: a BFD session each" bird_bfd_up 2
equal "equal peers: Cygnet has one on each link" "Up Up" \
	"$(tunnel_json 0 .bfd.state) $(tunnel_json 1 .bfd.state)"
silence 0
soon 2 "equal peers: the silent one alone leaves" all_ways_are "$(links_but 0)"
equal "equal peers: the other one did not flap" "Up 1" \
	"$(tunnel_json 1 '.bfd | "\(.state) \(.ups)"')"
unsilence
becomes 15 "equal peers: both ways again" all_ways_are "$(links_but)"

# -- 27: nothing happens to others ---------------------------------------------------

ours()
{
	ip -n cyg-site nexthop show
	ip -n cyg-site route show proto "$CYGNET_PROTO"
	ip -n cyg-site -6 route show proto "$CYGNET_PROTO"
}
kept=$(ours)
ip -n cyg-site link add other0 type veth peer name other1
ip -n cyg-site link set other1 up
ip -n cyg-site addr add "${INSIDE4[0]}.9/30" dev other0
ip -n cyg-site -6 addr add fe80::1/64 dev other0 nodad
ip -n cyg-site link set other0 up
wait_for 2 false
ip -n cyg-site link set other0 down
ip -n cyg-site link del other0
wait_for 2 false
equal "a link of somebody's comes and goes: nothing of ours is touched" \
	"$kept" "$(ours)"

# -- 5: the last address of a family -------------------------------------------------

ip -n cyg-site -4 addr flush dev "${TUNNELS[0]}"
keeps()
{
	local net seen
	for net in $(nets 4 "${CLOUD_NETS[@]}")
	do
		seen=$(ways site "$net")
		echo "$net is reached by: ${seen:-nothing}"
		grep -qw "${TUNNELS[1]}" <<<"$seen" || return 1
	done
}
stays 2 "its last IPv4 address gone: the other tunnel keeps IPv4" keeps
addr site "${TUNNELS[0]}" "${INSIDE4[0]}.2/30"
soon 2 "the address is back: both ways" all_ways_are "$(links_but)"

# -- 25, 35: replies come by the other tunnel ----------------------------------------

# the cloud answers by the second tunnel alone, whichever it was asked by
for net in $(nets 4 "${SITE_NETS[@]}")
do
	ip -n cyg-cloud route add "$net" via "${INSIDE4[1]}.2" metric 1
done
flows_start asymmetric 16 10 4
becomes 10 "asymmetric: all flows pass" flows_pass asymmetric
holds "asymmetric: nothing is sent by the second one, either" \
	ctl drain "${TUNNELS[1]}"
becomes 5 "asymmetric: it is out of use" all_ways_are "$(links_but 1)"
stays 3 "asymmetric: all flows pass still" flows_pass asymmetric
refuses "asymmetric: no word of rp_filter in the status" tells rp_filter
ns site sysctl -q net.ipv4.conf.all.rp_filter=1
becomes 10 "strict rp_filter: flows are lost" eval \
	'[ "$(flows_get asymmetric stalled)" -gt 0 ]'
holds "strict rp_filter: the status names it and the remedy" \
	tells "net/ipv4/conf/${TUNNELS[1]}/rp_filter to 2"
ns site sysctl -q "net.ipv4.conf.${TUNNELS[0]}.rp_filter=2" \
	"net.ipv4.conf.${TUNNELS[1]}.rp_filter=2"
becomes 10 "as the status says: all flows pass" flows_pass asymmetric
refuses "as the status says: nothing is said any more" tells rp_filter
flows_stop asymmetric
for net in $(nets 4 "${SITE_NETS[@]}")
do
	ip -n cyg-cloud route del "$net" via "${INSIDE4[1]}.2" metric 1
done

case_end
