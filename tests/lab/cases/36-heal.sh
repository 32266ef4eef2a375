#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# needs: long
#
# Somebody's hand in what only IPsec tunnels have: links, their addresses, and
# pins; and an underlay that changes as DHCP changes it. (56-heal has the rest.)

. "$(dirname "$0")/../lib/all.sh"
tunnel_extra 0 "					probe = 169.254.44.1
					probe_interval = 500"
xfrm_begin aws
# As with DHCP: the site's address is not in the configuration. The link-local
# address is not what AWS would have.
sed -i -e "s/local_addrs = $SITE_OUTER/local_addrs = %any/" \
	-e "/profile = aws/d" -e "s#${INSIDE6[0]}2/126#&, fe80::c/64#" \
	"$LAB_RUN/site/swanctl/swanctl.conf"
sed -i "s/remote_addrs = $SITE_OUTER/remote_addrs = %any/" \
	"$LAB_RUN/cloud/swanctl/swanctl.conf"
swan_load cloud
# what a desktop or a router has: addresses of IPv6 go as the link is set down
ns site sysctl -q net.ipv6.conf.all.keep_addr_on_down=0
capture_start
must holds "charon starts with Cygnet" cygnet_start
all_up
must holds "changes are watched" watch_begin

link=cyg-${TUNNELS[0]}
peer=${OUTER[0]}
mtu=$(ns site cat "/sys/class/net/$link/mtu")
by='(ip|a process that has ended) \(pid [0-9]+\)'

has_mtu()
{
	[ "$(ns site cat "/sys/class/net/$link/mtu")" = "$mtu" ]
}

has_addr()
{
	ip -n cyg-site addr show dev "$link" | grep -F "$1"
}

has_link()
{
	has_mtu && has_addr "${INSIDE4[0]}.2/30" && has_addr "${INSIDE6[0]}2/126" &&
		has_addr fe80::c/64 && ip -n cyg-site link show up dev "$link" | grep -F UP
}

whole()
{
	has_link && all_ways_are "$(links_but)"
}

# pinned GATEWAY: to the first peer
pinned()
{
	ip -n cyg-site -N rule show | grep -F "to $peer" &&
		ip -n cyg-site route show table all "$peer" |
			grep -F "via $1 dev wan0"
}

# whatever happens to the links, the sessions go on
sessions_stay()
{
	refuses "$1: its session and its probe go on" \
		log_has 'neighbor .* is |the probe'
}

heals "the MTU changed" "set the MTU of link $link to 1300" "$link" whole -- \
	ip link set "$link" mtu 1300
heals "an address removed" "$by removed address ${INSIDE4[0]}.2" . whole -- \
	ip addr del "${INSIDE4[0]}.2/30" dev "$link"
sessions_stay "an address removed"
# with the last of a family the kernel drops all routes by the link
heals "all addresses flushed" "removed address" . whole -- \
	ip addr flush dev "$link"
sessions_stay "all addresses flushed"
# with it go IPv6 addresses, link-local too, and next hops without a word
heals "a link set down" "set link $link down" . whole -- \
	ip link set "$link" down
sessions_stay "a link set down"
heals "a link deleted" "deleted link $link: made again" . whole -- \
	ip link del "$link"
sessions_stay "a link deleted"
has_sysctl()
{
	[ "$(ns site cat "/proc/sys/net/ipv4/conf/$link/rp_filter")" = 2 ]
}
heals "a link's sysctl changed" "somebody set net/ipv4/conf/$link/rp_filter to 1" \
	"$link.*rp_filter" has_sysctl -- sysctl -q "net.ipv4.conf.$link.rp_filter=1"
heals "a pin's rule removed" "$by removed the rule that pins $peer" "to $peer" \
	pinned 192.0.2.1 -- ip rule del to "$peer" priority 4300
heals "a pin removed" "$by removed the pin of $peer" "$peer" \
	pinned 192.0.2.1 -- ip route flush table 1129906177

# a new gateway, and the old one back
addr net site0 192.0.2.254/24
log_mark
holds "another gateway" ip -n cyg-site route add default via 192.0.2.254 \
	metric 100 onlink dev wan0
becomes 2 "the pin follows it" pinned 192.0.2.254
healed "another gateway" "$(watched "default via|$peer")"
log_mark
holds "the old one again" ip -n cyg-site route del default metric 100
becomes 2 "the pin follows that" pinned 192.0.2.1
healed "the old gateway again" "$(watched "default via|$peer")"

# the lease ends and comes again: the kernel drops what had that source, and
# says nothing
renew()
{
	ip -n cyg-site addr del "$SITE_OUTER/30" dev wan0
	ip -n cyg-site addr add "$SITE_OUTER/30" dev wan0
	ip -n cyg-site route replace default via 192.0.2.1 metric 1024
}
holds "the lease is renewed" renew
becomes 2 "the pin is there" pinned 192.0.2.1
flap()
{
	ip -n cyg-site link set wan0 down
	ip -n cyg-site link set wan0 up
	ip -n cyg-site route replace default via 192.0.2.1 metric 1024
}
holds "the underlay's link flaps" flap
becomes 2 "the pin is there again" pinned 192.0.2.1
becomes 60 "all ways in the end" all_ways_are "$(links_but)"

# The lease ends and another comes, MOBIKE is off. While there is no address
# charon sends its DPD in vain, and would wait for the answer before all else.
address_goes()
{
	ip -n cyg-site addr flush dev wan0 scope global
}
# address_comes OURS GATEWAY
address_comes()
{
	ip -n cyg-site addr add "$1/30" dev wan0
	ip -n cyg-site route replace default via "$2" metric 1024
}
sas_from()
{
	[ "$(swan site --list-sas --raw | grep -o "local-host=$1 " | wc -l)" \
		-ge "${#TUNNELS[@]}" ]
}
# address_changes WHAT AWAY OURS GATEWAY
address_changes()
{
	log_mark
	holds "$1" address_goes
	wait_for "$2" false
	holds "$1: the new one" address_comes "$3" "$4"
	becomes 30 "$1: SAs are from there" sas_from "$3"
	becomes 20 "$1: all ways" all_ways_are "$(links_but)"
	holds "$1: the pin" pinned "$4"
	healed "$1" "$(from_to "$3/30" 'tunnel .* is forwarding')" 8000
}
addr net site0 192.0.2.5/30
address_changes "another address at once" 0 192.0.2.6 192.0.2.5
address_changes "an address after 5 s without" 5 "$SITE_OUTER" 192.0.2.1

equal "packets in the clear on the underlay" 0 "$(capture_clear)"
heal_table

# what is left is taken away by hand
holds "charon stops" stop site/charon
refuses "its links stay" [ -z "$(ip -n cyg-site -br link show type xfrm)" ]
ip -n cyg-site link add theirs type xfrm if_id 4711
holds "flush" ns site "$CYGNETCTL" -s "$LAB_RUN/site/cygnet.sock" flush \
	"$LAB_RUN/site/state"
equal "no link of ours is left, theirs is" theirs \
	"$(ip -n cyg-site -j link show type xfrm | jq -r '[.[].ifname] | join(" ")')"
case_end
